package controller

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// arnOf returns the ARN of what the member names in AWS, and whether it is
// there. Old scalable targets have none.
func (p *pass) arnOf(m *member) (arn string, there bool) {
	switch m.ref.Kind {
	case autoscaling.KindPolicy:
		if seen := p.observed.Policy(m.name); seen != nil {
			return seen.ARN, true
		}
	case autoscaling.KindAction:
		if seen := p.observed.Action(m.name); seen != nil {
			return seen.ARN, true
		}
	default:
		if seen := p.observed.Target; seen != nil {
			return seen.ARN, true
		}
	}
	return "", false
}

func (p *pass) isThere(m *member) bool {
	_, there := p.arnOf(m)
	return there
}

// respectForeign takes members out of the pass whose counterpart was in AWS
// before the object was.
func (r *Reconciler) respectForeign(ctx context.Context, p *pass) {
	for _, m := range p.members {
		arn, there := p.arnOf(m)
		switch {
		case !m.active() || !there || !desired.Foreign(m.obj, m.life, arn, m.held() && !r.refusedBefore(m)):
		case m.deleting():
			m.outcome.state = gone
		default:
			m.outcome = foreign(m, autoscaling.Owner{})
			r.letGo(ctx, m)
		}
	}
}

// refusedBefore says that AWS refused to make the member's counterpart when that
// was tried last, so that what is there is not ours although the member is held.
// Of a creation that was not answered, and of one whose success is not in the
// status yet, this process knows itself.
func (r *Reconciler) refusedBefore(m *member) bool {
	return m.obj.GetStatus().CreationRefused && !r.attempts.mayHaveMade(m)
}

// hold puts our finalizer on the objects that have a counterpart in AWS, so that
// none can vanish and leave it behind. Objects that are about to get one are
// held just before that, see [Reconciler.prepare]. Objects that wait are not
// held: what appears in AWS under their name meanwhile is not theirs.
func (r *Reconciler) hold(ctx context.Context, p *pass) {
	for _, m := range p.members {
		if m.active() && !m.deleting() && !m.held() && !m.life.ReadOnly && !m.paused && p.isThere(m) {
			r.claim(ctx, p, m)
		}
	}
}

// prepare makes a member ready for a change in AWS: it is held, and its status
// knows what a later edit may have to undo. A process that dies after the change
// leaves both behind. It is false when the API server does not accept that.
func (r *Reconciler) prepare(ctx context.Context, p *pass, m *member, verb autoscaling.Verb) bool {
	if m == nil {
		return true
	}
	if m.blocked || !m.held() && !r.claim(ctx, p, m) || verb == autoscaling.Create && !r.remake(ctx, m) {
		return false
	}
	if m.ref.Kind == autoscaling.KindAction {
		return r.noteBounds(ctx, p, m)
	}
	target, ok := m.obj.(*v1alpha1.ScalableTarget)
	if !ok || m.deleting() {
		return true
	}
	promised := desired.Promised(target, m.tags.applied)
	if promised == nil {
		return true
	}
	noted := target.DeepCopy()
	noted.Status.LastApplied = promised
	if err := r.writePromise(ctx, m.before, noted.DeepCopy()); err != nil {
		m.blockedBy("noting in the status what may have to be undone", err)
		return false
	}
	m.became(noted) // and not the answer, which may hold a newer spec than this pass is about
	return true
}

// noteBounds writes into the status of the target which bounds scheduled actions
// set, before one of them is changed: a process that dies after that could not tell
// them from what somebody else did. It is false when the API server did not hear it.
func (r *Reconciler) noteBounds(ctx context.Context, p *pass, action *member) bool {
	m := p.memberOf(autoscaling.KindTarget, "")
	if m == nil || p.bounds == nil {
		return true
	}
	target := m.obj.(*v1alpha1.ScalableTarget).DeepCopy()
	target.Status.ScheduledBounds = scheduledBounds(p.bounds)
	if equality.Semantic.DeepEqual(m.obj, target) {
		return true
	}
	err := r.writePromise(ctx, m.before, target.DeepCopy())
	switch {
	case err == nil:
		m.became(target)
	case unheard(err):
		action.blockedBy("noting in the status of the scalable target what its schedules set", err)
		return false
	}
	return true
}

// claim holds a member. It is false when the API server does not accept that.
func (r *Reconciler) claim(ctx context.Context, p *pass, m *member) bool {
	if !r.bind(ctx, p, m) {
		return false
	}
	held := m.obj.DeepCopyObject().(v1alpha1.Object)
	claim(held)
	if arn, there := p.arnOf(m); there && m.life.Adopts() && (arn == "" || arn != desired.KnownARN(m.obj)) {
		adopted(held)
	}
	if err := r.patchObject(ctx, m.before, held); err != nil {
		m.blockedBy("putting the finalizer on the object", err)
		return false
	}
	m.became(held)
	m.life.Adopted = m.life.Adopted || held.GetAnnotations()[v1alpha1.AnnotationAdopted] != ""
	return true
}

// became notes how the member was written.
func (m *member) became(obj v1alpha1.Object) {
	m.before, m.obj = obj, obj.DeepCopyObject().(v1alpha1.Object)
}

// letGo takes our finalizer off an object that has nothing in AWS.
func (r *Reconciler) letGo(ctx context.Context, m *member) {
	if !m.held() {
		return
	}
	free := m.before.DeepCopyObject().(v1alpha1.Object)
	unclaim(free)
	if err := r.patchObject(ctx, m.before, free); err != nil {
		r.log.Info("the finalizer stays on an object that has nothing in AWS", "object", m.ref.String(), "error", err)
		return
	}
	m.became(free)
}

// unclaim takes our finalizer off an object.
func unclaim(obj v1alpha1.Object) {
	ours := desired.Finalizer(desired.KindOf(obj))
	obj.SetFinalizers(slices.DeleteFunc(slices.Clone(obj.GetFinalizers()), func(f string) bool { return f == ours }))
}

// claim puts our finalizer on an object.
func claim(obj v1alpha1.Object) {
	if !desired.Held(obj) {
		obj.SetFinalizers(append(slices.Clone(obj.GetFinalizers()), desired.Finalizer(desired.KindOf(obj))))
	}
}

// adopted notes on an object that it took over what was in AWS before it.
func adopted(obj v1alpha1.Object) {
	annotations := maps.Clone(obj.GetAnnotations())
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[v1alpha1.AnnotationAdopted] = "true"
	obj.SetAnnotations(annotations)
}

// lookAgain reads what became of the attempts to make something. The answers to
// writes hold no creation time and no role, and a refusal may be the answer to
// the second of two tries of the SDK. When this read fails, or AWS does not show
// the new things yet, the next pass fills them in; what has no ARN until then is not
// ready.
func (r *Reconciler) lookAgain(ctx context.Context, aws AWS, p *pass) {
	refused := p.refused()
	if !p.created && !refused {
		return
	}
	again, err := aws.Observe(ctx, p.queryOf(func(m *member) bool { return m.active() || m.inVain }))
	if err == nil {
		p.observed = again
	}
	for _, m := range p.members {
		if m.active() && m.madeUnseen() && !p.isThere(m) {
			m.outcome.fail(cmp.Or(err, errUnseen))
		}
	}
	if err != nil {
		return
	}
	for _, m := range p.members {
		m.refusedFor = m.inVain && !p.isThere(m)
		if m.inVain && !m.refusedFor {
			r.attempts.note(m, true)
		}
	}
}

// errUnseen says that AWS does not show what it has just made. That passes.
var errUnseen error = &awsapi.Error{Kind: awsapi.Conflict, Message: "AWS does not show it yet"}

// madeUnseen says that something was made for the member in this pass, of which AWS
// did not tell the ARN.
func (m *member) madeUnseen() bool {
	return m.outcome.arn == "" && slices.ContainsFunc(m.outcome.changes, func(c autoscaling.Change) bool { return c.Verb == autoscaling.Create })
}

// attempts are what this process did in AWS of which no status knows.
type attempts struct {
	mu   sync.Mutex
	made map[types.UID]bool // objects for which something may have been made
	left map[spot]bool      // targets that were deregistered within the last leftFor
}

// leftFor is how long it is known without asking AWS that nothing is under a target
// that was deregistered.
const leftFor = 10 * time.Second

// tried notes what became of a change.
func (a *attempts) tried(p *pass, c autoscaling.Change, err error) {
	if m := p.memberOf(c.Kind, c.Name); m != nil && c.Verb == autoscaling.Create && !aboutRequest(err) {
		a.note(m, true)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	at := p.group.spot()
	switch {
	case c.Op == autoscaling.OpRegisterTarget:
		delete(a.left, at)
	case c.Op == autoscaling.OpDeregisterTarget && err == nil:
		if a.left == nil {
			a.left = map[spot]bool{}
		}
		a.left[at] = true
		time.AfterFunc(leftFor, func() {
			a.mu.Lock()
			defer a.mu.Unlock()
			delete(a.left, at)
		})
	}
}

// emptied says that nothing is there of what a pass is about, because it went with
// its target. That the rest is deleted too may be heard of later.
func (a *attempts) emptied(p *pass) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.left[p.group.spot()] && !p.check && !slices.ContainsFunc(p.members, func(m *member) bool {
		return m.active() && m.ref.Kind == autoscaling.KindTarget
	})
}

func (a *attempts) note(m *member, mayHaveMade bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !mayHaveMade {
		delete(a.made, m.obj.GetUID())
		return
	}
	if a.made == nil {
		a.made = map[types.UID]bool{}
	}
	a.made[m.obj.GetUID()] = true
}

func (a *attempts) mayHaveMade(m *member) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.made[m.obj.GetUID()]
}

func (a *attempts) forget(obj v1alpha1.Object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.made, obj.GetUID())
}
