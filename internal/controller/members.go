package controller

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// A member is one object in a pass.
type member struct {
	ref    ObjectRef
	before v1alpha1.Object // as read
	known  v1alpha1.Object // and with the last status, should the API server not have taken it
	obj    v1alpha1.Object // as it shall be written
	name   string          // of the policy or action in AWS
	naming naming

	life      desired.Life
	paused    bool // nothing is written to AWS for it
	pause     desired.Pause
	misplaced string               // what is wrong with where in AWS it wants to be
	roleless  bool                 // and this is for want of a role
	selected  string               // the role that a selector chose
	rival     bool                 // it is of another group, and only claims what it names
	strays    string               // which of its references leads too far
	leadsTo   autoscaling.Identity // where its references lead while it is tied to what the pass is about
	tags      defaultTags
	owner     *string // who else manages what it adopted; empty: nobody; nil: not asked
	declared  declaration
	blocked   bool // the API server does not accept what is to be written before AWS is
	replaced  bool // somebody deleted its counterpart and made it anew
	inVain    bool // AWS refused to make its counterpart
	// refusedFor: and AWS has it not when it is asked again
	refusedFor bool
	outcome    outcome
}

func (m *member) deleting() bool { return !m.obj.GetDeletionTimestamp().IsZero() }

// held says that the object carries our finalizer: everything in AWS under its
// name was made for it, or handed to it.
func (m *member) held() bool { return desired.Held(m.obj) }

// active says that the member has a part in what the group declares.
func (m *member) active() bool { return m.outcome.state == pending }

// gather reads the objects of the group. Objects that are being deleted and
// that we do not hold are none of our business.
func (r *Reconciler) gather(ctx context.Context, group Group) (*pass, error) {
	p := &pass{group: group, now: r.now(), referents: referents{}, unread: map[ObjectRef]string{}, swept: r.checks.take(group)}
	for _, ref := range r.groups.of(group) {
		m, err := r.member(ctx, p, ref)
		switch {
		case err != nil:
			return p, err
		case m == nil:
		case m.elsewhere(group):
			r.reindex(m.obj) // it was bound a moment ago, or the event was lost
		default:
			p.members = append(p.members, m)
		}
	}
	p.check = p.swept || slices.ContainsFunc(p.members, (*member).requested)
	slices.SortFunc(p.members, compareClaims)
	if err := r.gatherRivals(ctx, p); err != nil {
		return p, err
	}
	return p, r.readReferents(ctx, p)
}

// member reads an object, nil when it has no part in a pass.
func (r *Reconciler) member(ctx context.Context, p *pass, ref ObjectRef) (*member, error) {
	obj, err := r.objects.get(ctx, ref)
	if err != nil || obj == nil {
		return nil, err
	}
	known := r.objects.known(obj)
	m := &member{ref: ref, before: obj, known: known, obj: known.DeepCopyObject().(v1alpha1.Object), naming: namingOf(obj)}
	if m.deleting() && !m.held() {
		return nil, nil
	}
	r.read(p, m)
	m.leadsTo = r.groups.leadsTo(ref)
	at := r.groups.placement(ref)
	m.misplaced, m.selected = at.Problem, at.Selected
	m.roleless = at.NoRole
	if at.Ignored != "" {
		m.advise(adviceTeam, at.Ignored)
	}
	if r.options.SameNamespace {
		m.strays = m.strayReference()
	}
	return m, nil
}

// elsewhere says that an object is about another scalable target than the group
// in which it was found. The cache knows an object that was made anew a moment
// before the index does.
func (m *member) elsewhere(group Group) bool {
	id := m.naming.settled()
	return id.Complete() && group.Complete() && id != group.Identity
}

// read takes from the object what the pass needs of it besides its spec.
func (r *Reconciler) read(p *pass, m *member) {
	m.life = desired.LifeOf(m.obj, r.groups.annotations(m.ref.Namespace), r.options.Retain)
	m.life.Problems = append(m.life.Problems, r.options.gateProblems(m)...)
	m.tags = r.defaultTags(m)
	m.pause, m.paused = m.life.Pause(p.now)
	m.name = awsName(m.obj)
	if desired.Empty(m.obj) {
		m.name = m.life.Adoption.Name
	}
}

// compareClaims orders objects by their right to what they name: those that we
// hold first, then the older ones.
func compareClaims(a, b *member) int {
	held := func(m *member) int {
		if m.held() {
			return 0
		}
		return 1
	}
	at, bt := a.obj.GetCreationTimestamp(), b.obj.GetCreationTimestamp()
	return cmp.Or(cmp.Compare(held(a), held(b)), at.Time.Compare(bt.Time), strings.Compare(a.ref.String(), b.ref.String()))
}
