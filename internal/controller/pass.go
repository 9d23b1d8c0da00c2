package controller

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// A pass is one round over one group.
type pass struct {
	group     Group
	now       time.Time
	members   []*member
	referents referents
	rivals    []*member            // objects of other groups that may declare the same
	unread    map[ObjectRef]string // why they cannot be, of what members refer to
	observed  autoscaling.Observed
	bounds    *autoscaling.ScheduledBounds
	created   bool // something was created in AWS
	register  bool // the target was registered in this pass

	swept  bool                  // the sweep began this pass
	check  bool                  // it looks at everything, for the sweep or because somebody asked
	maxAge time.Duration         // of what is read; see awsapi.Query
	seen   *autoscaling.Observed // all that is under the target, once the check has looked
}

// settle decides, without AWS, which member takes part in the pass.
func (p *pass) settle() {
	claimed := map[string]*member{}
	for _, m := range slices.SortedFunc(slices.Values(slices.Concat(p.members, p.rivals)), compareClaims) {
		slot := string(m.ref.Kind) + "/" + m.name
		first := claimed[slot]
		switch {
		case m.rival:
			if first == nil && !m.nameless() {
				claimed[slot] = m
			}
			continue
		case m.nameless() || first != nil && first.rival && m.life.ReadOnly:
			p.settleMember(m) // what it adopts is found in AWS, and looking does no harm
			continue
		case first != nil && m.deleting():
			m.outcome = outcome{state: gone} // what it names belongs to the other
			continue
		case first != nil:
			m.outcome = conflict(m, first)
			continue
		}
		claimed[slot] = m
		p.settleMember(m)
	}
	for _, f := range autoscaling.Validate(p.group.Identity, p.desired(everyone)) {
		if m := p.memberOf(f.Kind, f.Name); m != nil {
			m.find(f)
		}
	}
}

// find takes a member out of the pass for what it declares together with the
// others, or advises against it.
func (m *member) find(f autoscaling.Finding) {
	if f.Severity == autoscaling.Warning {
		m.outcome.advice = append(m.outcome.advice, f)
		return
	}
	m.refuse(f)
}

// refuse takes a member out of the pass for what it declares.
func (m *member) refuse(problems ...autoscaling.Finding) {
	refers := m.outcome.refers
	m.outcome = refusal(problems, m.outcome.advice)
	m.outcome.refers = refers
}

// settleMember decides about a member that has its name in AWS for itself.
func (p *pass) settleMember(m *member) {
	switch {
	case len(m.life.Blocks(m.deleting())) > 0:
		m.outcome = outcome{state: refused, reason: reasonAnnotation, message: m.life.Blocks(m.deleting())[0].String()}
		return
	case m.deleting() && m.held() && m.paused:
		m.hang()
		return
	case m.deleting() && (m.life.Retained || m.life.ReadOnly || desired.Empty(m.obj)):
		m.outcome = outcome{state: gone}
		return
	case m.misplaced != "" && (!m.deleting() || p.group.Lone == m.ref):
		m.outcome = outcome{state: refused, reason: reasonScope, message: m.misplaced, roleless: m.roleless}
		return
	case m.deleting() && p.group.Lone == m.ref:
		m.outcome = outcome{state: gone} // nothing was ever made for it
		return
	case m.deleting() || m.moved():
		return
	}
	p.declare(m)
}

// declare reads what a member declares. What shall take its spec from AWS only
// has to say what it is about.
func (p *pass) declare(m *member) {
	if !desired.Empty(m.obj) {
		m.declared = declare(m.obj, p.group.Identity)
	}
	if m.strays != "" {
		m.outcome = outcome{state: refused, reason: reasonCrossNamespace, message: m.strays}
		return
	}
	if why := p.resolve(m); why != "" {
		m.outcome = outcome{state: waiting, reason: reasonReference, message: why, broken: p.refersToBroken(m)}
		return
	}
	m.outcome.refers = len(m.naming.refs()) > 0
	if m.life.Adoption.FromAWS {
		p.checkAdoption(m)
		return
	}
	m.outcome.advice = slices.Concat(m.outcome.advice, m.declared.warnings(), m.crossings())
	m.mergeDefaultTags()
	if problems := m.declared.errors(); len(problems) > 0 {
		m.refuse(problems...)
	}
}

// needsAWS is false when no member is left that AWS could be asked for.
func (p *pass) needsAWS() bool {
	return slices.ContainsFunc(p.members, (*member).active)
}

// query names everything that the members declare or let go. What goes with
// its target need not be read.
func (p *pass) query() awsapi.Query { return p.queryOf((*member).active) }

func (p *pass) queryOf(which func(*member) bool) awsapi.Query {
	q := awsapi.Query{Identity: p.group.Identity}
	goes := p.targetGoes()
	for _, m := range p.members {
		if !which(m) || goes && m.ref.Kind != autoscaling.KindTarget {
			continue
		}
		switch m.ref.Kind {
		case autoscaling.KindTarget:
			t := m.declared.target
			q.Tags = !m.deleting() && (len(t.Tags) > 0 || len(t.RemovedTags) > 0) && !m.tags.settled
		case autoscaling.KindPolicy:
			if m.nameless() {
				q.AllPolicies = true
				continue
			}
			q.Policies = append(q.Policies, m.name)
			q.Alarms = q.Alarms || p.alarmsAreDue(m)
		case autoscaling.KindAction:
			if m.nameless() {
				q.AllActions = true
				continue
			}
			q.Actions = append(q.Actions, m.name)
		}
	}
	p.widen(&q)
	return q
}

// alarmsSettle is how long CloudWatch may take to show the alarms of a policy
// that was just put. It is not documented.
const alarmsSettle = 5 * time.Second

// alarmsAreDue says that the alarms of a policy are worth a look: nothing else
// about it is new, so the pass is a check for drift, or somebody asked for a
// check. An alarm may be all that a paused policy does not have as declared, and
// then it stays worth a look.
func (p *pass) alarmsAreDue(m *member) bool {
	status := m.obj.GetStatus()
	return !m.deleting() && status.LastModifiedTime != nil && p.now.Sub(status.LastModifiedTime.Time) > alarmsSettle &&
		(readyAt(status.Conditions, m.obj.GetGeneration()) || m.paused && toldAt(status.Conditions, m.obj.GetGeneration()) ||
			slices.ContainsFunc(p.members, (*member).requested))
}

// requested says that somebody asked for a check, which this pass is.
func (m *member) requested() bool {
	return m.life.RequestedAt != "" && m.life.RequestedAt != m.obj.GetStatus().LastHandledReconcileAt
}

func (p *pass) targetGoes() bool {
	return slices.ContainsFunc(p.members, func(m *member) bool {
		return m.active() && m.ref.Kind == autoscaling.KindTarget && m.deleting()
	})
}

// Which members a declaration is of.
func everyone(*member) bool    { return true }
func working(m *member) bool   { return !m.paused }
func suspended(m *member) bool { return m.paused }

// desired collects what the active members declare, as far as they are asked.
func (p *pass) desired(of func(*member) bool) autoscaling.Desired {
	var d autoscaling.Desired
	for _, m := range p.members {
		if !m.active() || m.moved() || m.life.ReadOnly || m.adopting() || !of(m) {
			continue
		}
		switch m.ref.Kind {
		case autoscaling.KindTarget:
			t := m.declared.target
			t.Absent, t.Yield = m.deleting(), m.life.Yield
			d.Target = &t
		case autoscaling.KindPolicy:
			policy := m.declared.policy
			policy.Name = m.name
			d.Policies = append(d.Policies, autoscaling.DesiredPolicy{Policy: policy, Absent: m.deleting(), Yield: m.life.Yield, Alarms: p.alarmsToCompare(m), Unhealed: autoscaling.Unhealed(desired.Corrected(m.obj))})
		case autoscaling.KindAction:
			action := m.declared.action
			action.Name = m.name
			d.Actions = append(d.Actions, autoscaling.DesiredAction{Action: action, Absent: m.deleting(), Yield: m.life.Yield, Written: m.declared.written})
		}
	}
	return d
}

// boundsDiffer says whether AWS has other bounds than the declared ones.
func (p *pass) boundsDiffer(have *autoscaling.ObservedTarget) bool {
	t := autoscaling.Yield(p.desired(everyone), autoscaling.Observed{Target: have}).Target
	if have == nil || t == nil || t.Absent {
		return false
	}
	return t.MinCapacity != nil && *t.MinCapacity != have.MinCapacity || t.MaxCapacity != nil && *t.MaxCapacity != have.MaxCapacity
}

// record notes on the member that a change is about what became of it.
func (p *pass) record(c autoscaling.Change, result autoscaling.Result, err error, now time.Time) {
	m := p.memberOf(c.Kind, c.Name)
	if m == nil {
		return
	}
	if err != nil {
		m.outcome.fail(err)
		m.inVain = m.inVain || c.Verb == autoscaling.Create && aboutRequest(err)
		if c.Op == autoscaling.OpDeregisterTarget {
			p.failAll(err) // what would have gone with it is there still
		}
		return
	}
	m.outcome.changes = append(m.outcome.changes, c)
	m.outcome.changedAt = metav1.NewTime(now.Truncate(time.Second))
	if result.ARN != "" {
		m.outcome.arn, m.outcome.alarms = result.ARN, result.Alarms
	}
	switch {
	case c.Verb == autoscaling.Create:
		p.created = true
		p.register = p.register || c.Kind == autoscaling.KindTarget
	case c.Op == autoscaling.OpDeregisterTarget:
		p.observed = autoscaling.Observed{}
	}
}

// logged are the attributes of a change in the log: the object that asked for
// it, and what it is about in AWS.
func (p *pass) logged(c autoscaling.Change, more ...any) []any {
	all := []any{"kind", c.Kind}
	if m := p.memberOf(c.Kind, c.Name); m != nil {
		all = append(all, "namespace", m.ref.Namespace, "object", m.ref.Name)
	}
	return append(append(all, "target", p.group.String(), "operation", c.Op, "name", c.Name), more...)
}

func (p *pass) memberOf(kind autoscaling.Kind, name string) *member {
	for _, m := range p.members {
		if m.ref.Kind == kind && (kind == autoscaling.KindTarget || m.name == name) && (m.active() || m.outcome.state == failed) {
			return m
		}
	}
	return nil
}

// postpone notes on the members of changes that were not tried why. Those that
// were held for an earlier try are as little in AWS as their target.
func (p *pass) postpone(changes []autoscaling.Change, err error) {
	for _, c := range changes {
		if m := p.memberOf(c.Kind, c.Name); m != nil && m.active() {
			m.outcome.postponedBy(err)
			m.inVain = m.inVain || c.Verb == autoscaling.Create && aboutRequest(err)
		}
	}
}

// waitForTarget has the others wait because the API server did not accept what is
// to be written before their target is registered. Where it was not heard, nothing is
// known about them either.
func (p *pass) waitForTarget() {
	for _, m := range p.members {
		if t := p.memberOf(autoscaling.KindTarget, ""); m.active() && t != nil && t.outcome.unheard {
			m.outcome = t.outcome
		}
	}
}

// refused says that AWS refused to make something.
func (p *pass) refused() bool {
	return slices.ContainsFunc(p.members, func(m *member) bool { return m.inVain && unmade(m.obj) })
}

func (p *pass) failAll(err error) {
	for _, m := range p.members {
		if m.active() {
			m.outcome.fail(err)
		}
	}
}
