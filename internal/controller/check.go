package controller

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
)

// checks are the groups whose next pass is the regular check: it looks further
// than the pass that follows an edit, at what nobody declares and at the
// settings of alarms. So does a pass that somebody asked for.
type checks struct {
	mu       sync.Mutex
	due      map[Group]bool
	surveyed map[part]bool // being surveyed now
}

// A part is what a survey reads at once: the targets of one service namespace in
// one scope. What fails or hangs in one keeps no other from its check.
type part struct {
	Scope
	namespace string
}

// begin is false when the survey of a part is under way already.
func (c *checks) begin(p part) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.surveyed[p] {
		return false
	}
	if c.surveyed == nil {
		c.surveyed = map[part]bool{}
	}
	c.surveyed[p] = true
	return true
}

func (c *checks) end(p part) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.surveyed, p)
}

func (c *checks) mark(groups []Group) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.due == nil {
		c.due = map[Group]bool{}
	}
	for _, g := range groups {
		c.due[g] = true
	}
}

func (c *checks) take(g Group) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	due := c.due[g]
	delete(c.due, g)
	return due
}

// sweep enqueues every group at least once each resync period, all at once, so
// that the passes share their reads. The first sweep comes after one period: at
// the start the initial list of the caches has the same effect.
func (r *Reconciler) sweep(ctx context.Context, q queue) error {
	r.queue = q
	go func() {
		for {
			timer := time.NewTimer(sooner(r.options.Resync))
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
				r.sweepOnce(ctx, q)
			}
		}
	}()
	return nil
}

// sweepOnce enqueues the groups of each part when AWS has been asked what there
// is under all of them. It does not wait for that.
func (r *Reconciler) sweepOnce(ctx context.Context, q queue) {
	r.scopes.closeIdle(r.groups.scopes())
	parts := map[part][]Group{}
	for _, g := range r.groups.all() {
		in := part{g.Scope, g.ServiceNamespace}
		parts[in] = append(parts[in], g)
	}
	for in, groups := range parts {
		switch {
		case in.Scope == (Scope{}):
			add(q, true, groups...) // their targets are not known
		case r.checks.begin(in):
			go r.survey(ctx, q, in, groups)
		}
	}
}

// survey asks AWS what there is under the targets of a part, and enqueues them.
// Where AWS does not tell, the passes are no more than passes.
func (r *Reconciler) survey(ctx context.Context, q queue, in part, groups []Group) {
	defer r.checks.end(in)
	ctx, cancel := context.WithTimeout(ctx, r.options.Resync)
	defer cancel()
	targets := make([]autoscaling.Identity, len(groups))
	for i, g := range groups {
		targets[i] = g.Identity
	}
	if err := r.scopes.in(in.Scope).Survey(ctx, targets); err != nil {
		r.log.Info("AWS is not asked what nobody declares", "account", in.Account, "region", in.Region, "namespace", in.namespace, "error", err)
	} else {
		r.checks.mark(groups)
	}
	add(q, true, groups...)
}

// observe reads what the members name. What the sweep read in advance is
// believed only as long as nothing follows from it.
func (r *Reconciler) observe(ctx context.Context, aws AWS, p *pass) error {
	if r.attempts.emptied(p) {
		return nil
	}
	if p.swept && p.quiet() {
		p.maxAge = r.options.Resync
	}
	err := p.look(ctx, aws)
	if err == nil && p.maxAge > 0 && !p.isAsDeclared() {
		p.maxAge = 0
		err = p.look(ctx, aws)
	}
	if err == nil && p.observed.Target != nil && p.targetGoes() {
		p.expectUndeclared()
	}
	return err
}

// look reads AWS once. Only bounds that are not the declared ones need all
// scheduled actions of the target, to see whether one set them.
func (p *pass) look(ctx context.Context, aws AWS) error {
	q := p.query()
	observed, err := aws.Observe(ctx, q)
	if err != nil && q.Tags && p.toleratesUnreadTags(err) {
		q.Tags = false
		observed, err = aws.Observe(ctx, q)
	}
	if err == nil && !q.AllActions && p.boundsDiffer(observed.Target) {
		q.AllActions = true
		observed, err = aws.Observe(ctx, q)
	}
	p.observed = observed
	if err == nil && p.check && q.AllPolicies && q.AllActions {
		p.seen = &observed
	}
	return err
}

// quiet says that nothing about the members is new, so that whatever the check
// finds was done to AWS by others.
func (p *pass) quiet() bool {
	return !slices.ContainsFunc(p.members, func(m *member) bool {
		return m.active() && (m.deleting() || m.requested() || !m.held() && !m.life.ReadOnly || !readyAt(m.obj.GetStatus().Conditions, m.obj.GetGeneration()))
	})
}

// isAsDeclared says that AWS has everything that the members name, and as they
// declare it.
func (p *pass) isAsDeclared() bool {
	lacks := func(m *member) bool { return m.active() && !p.isThere(m) }
	return !slices.ContainsFunc(p.members, lacks) &&
		len(autoscaling.Diff(p.group.Identity, p.desired(everyone), p.observed, p.now).Changes) == 0
}

// expectUndeclared adds what the last check saw under a target that is about to
// be deregistered and that nobody declares: AWS deletes it too, and the event
// says so. What goes with its target is not read for that.
func (p *pass) expectUndeclared() {
	known := p.undeclaredBefore()
	for _, name := range known.Policies {
		if p.observed.Policy(name) == nil {
			p.observed.Policies = append(slices.Clone(p.observed.Policies), autoscaling.ObservedPolicy{Policy: autoscaling.Policy{Name: name}})
		}
	}
	for _, name := range known.Actions {
		if p.observed.Action(name) == nil {
			p.observed.Actions = append(slices.Clone(p.observed.Actions), autoscaling.ObservedAction{Action: autoscaling.Action{Name: name}})
		}
	}
}

// widen makes a query one of the regular check.
func (p *pass) widen(q *awsapi.Query) {
	for _, m := range p.members {
		if !m.active() || m.deleting() {
			continue
		}
		if m.ref.Kind == autoscaling.KindTarget && p.check && p.seen == nil {
			q.AllPolicies, q.AllActions = true, true
		}
		q.Tags = q.Tags || p.asksOwner(m)
	}
	q.MaxAge = p.maxAge
}

// alarmsToCompare are the alarms of a policy as they were seen first. Only the
// check looks for edits, so that a policy whose alarms somebody else edits
// again and again is not put more often than that. A paused one is not put at
// all, and says the same in every pass.
func (p *pass) alarmsToCompare(m *member) []autoscaling.Alarm {
	if !p.check && !m.paused || !p.alarmsAreDue(m) {
		return nil
	}
	return m.declared.alarms
}
