// Package declared gathers Kubernetes objects by the scalable target that they
// declare something about, for those who look at many objects at once and have
// no work queue: the command line's validate and plan.
//
// It settles what a pass of the controller settles before it asks AWS. A
// reference is followed to the ScalableTarget that it names; of two objects
// that declare the same thing the one with the better claim counts; an object
// with an error takes no part in what its group declares. What came out of it
// is on each [Member].
package declared

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// Ref names a Kubernetes object of one of our kinds.
type Ref struct {
	Kind      autoscaling.Kind
	Namespace string
	Name      string
}

// String prints the reference for people: "ScalingPolicy default/cpu".
func (r Ref) String() string {
	if r.Namespace == "" {
		return string(r.Kind) + " " + r.Name
	}
	return string(r.Kind) + " " + r.Namespace + "/" + r.Name
}

// Member is one object with its part in a group.
type Member struct {
	Ref
	Object v1alpha1.Object
	Index  int // in the list that was gathered
	Life   desired.Life
	AWS    string // name of the policy or action in AWS; empty for a target

	// Target, Policy or Action is what the object declares, by its kind.
	Target autoscaling.DesiredTarget
	Policy autoscaling.Policy
	Action autoscaling.Action

	// Refers is the ScalableTarget that resourceRef names, and Dangling says
	// that it is not among the objects.
	Refers   *Ref
	Dangling bool
	// Elsewhere is the object of another kind to which the resource ID is left
	// and that does not tell it; nil: the resource ID is known, or left to
	// nobody.
	Elsewhere *Ref
	// RoleFrom is the Role object to which the role is left and that does not
	// tell it, so that the role cannot be compared.
	RoleFrom *Ref
	// Place is where in AWS the object belongs.
	Place Place
	// Problem is why the controller does not act on the object, for what is
	// written beside its spec; Waits is for which object it waits.
	Problem, Waits string

	bound autoscaling.Identity // what it was about when its references led somewhere last
	// Rival is the object with the better claim to what this one declares.
	Rival *Member
	// Findings are what is wrong with the object, by itself and in its group.
	Findings []autoscaling.Finding
	// Refusals are why an API server would not take the manifest of the object,
	// where that was looked into. Their fields are named from the root of the
	// object.
	Refusals []autoscaling.Finding
}

// Refused says that the controller would not act on the object.
func (m *Member) Refused() bool {
	return m.Rival != nil || m.Problem != "" || len(m.Refusals) > 0 || len(m.Life.Blocks(m.Deleting())) > 0 ||
		slices.ContainsFunc(m.Findings, func(f autoscaling.Finding) bool { return f.Severity == autoscaling.Error })
}

// Held says that the object carries our finalizer, so that what AWS has under
// its name was made for it or handed to it.
func (m *Member) Held() bool { return desired.Held(m.Object) }

// Deleting says that the object is on its way out.
func (m *Member) Deleting() bool { return !m.Object.GetDeletionTimestamp().IsZero() }

// Foreign says that what AWS has under the member's name, with this ARN, is
// somebody else's.
func (m *Member) Foreign(arn string) bool {
	return desired.Foreign(m.Object, m.Life, arn, m.Held() && !m.Object.GetStatus().CreationRefused)
}

// DefaultTags are the keys of the tags that the controller added to a target by
// itself, as its status remembers them.
func (m *Member) DefaultTags() []string {
	if o, ok := m.Object.(*v1alpha1.ScalableTarget); ok {
		return desired.LastApplied(o).DefaultTags
	}
	return nil
}

// alarms are those that AWS made for a policy, as its status remembers them.
func (m *Member) alarms() []autoscaling.Alarm {
	if o, ok := m.Object.(*v1alpha1.ScalingPolicy); ok {
		return desired.KnownAlarms(o)
	}
	return nil
}

// Unhealed are the alarms that a put of the policy was meant to make anew, as its
// status remembers them.
func (m *Member) Unhealed() []autoscaling.Alarm {
	return autoscaling.Unhealed(desired.Corrected(m.Object))
}

// written is when an action was last written to AWS, as its status remembers.
func (m *Member) written() time.Time {
	if o, ok := m.Object.(*v1alpha1.ScheduledAction); ok {
		return desired.Written(o)
	}
	return time.Time{}
}

// RefOf returns the name of an object. Where a manifest leaves the namespace
// to whoever applies it, it is empty.
func RefOf(o v1alpha1.Object) Ref {
	return Ref{desired.KindOf(o), o.GetNamespace(), cmp.Or(o.GetName(), o.GetGenerateName())}
}

// ReferenceOf returns the ScalableTarget that resourceRef names, or nil.
func ReferenceOf(o v1alpha1.Object) *Ref {
	var reference *v1alpha1.Reference
	switch o := o.(type) {
	case *v1alpha1.ScalingPolicy:
		reference = o.Spec.ResourceRef
	case *v1alpha1.ScheduledAction:
		reference = o.Spec.ResourceRef
	}
	if reference == nil || reference.From == nil {
		return nil
	}
	return &Ref{autoscaling.KindTarget, cmp.Or(reference.From.Namespace, o.GetNamespace()), reference.From.Name}
}

// declare reads an object. The identity is what the object itself says.
func (s Surroundings) declare(o v1alpha1.Object) (*Member, autoscaling.Identity) {
	m := &Member{Ref: RefOf(o), Object: o, Life: desired.LifeOf(o, s.Namespaces[o.GetNamespace()], false), Refers: ReferenceOf(o)}
	m.Place, m.Problem = s.place(o)
	if b := o.GetStatus().BoundTo; b != nil {
		m.bound = autoscaling.Identity{ServiceNamespace: b.ServiceNamespace, ResourceID: b.ResourceID, ScalableDimension: b.ScalableDimension}
	}
	if desired.Empty(o) {
		m.AWS = m.Life.Adoption.Name
		return m, m.Life.Adoption.Identity
	}
	var id autoscaling.Identity
	switch o := o.(type) {
	case *v1alpha1.ScalableTarget:
		id, m.Target, m.Findings = desired.Target(o)
		s.follow(m, &id)
	case *v1alpha1.ScalingPolicy:
		id, m.Policy, m.Findings = desired.Policy(o)
		m.AWS = m.Policy.Name
	case *v1alpha1.ScheduledAction:
		id, m.Action, m.Findings = desired.Action(o)
		m.AWS = m.Action.Name
	}
	if m.Refers == nil && m.bound.Complete() && (m.tied() || !id.Complete()) {
		m.stays(id)
		id, m.Elsewhere = m.bound, nil
	}
	return m, id
}

// tied says that the object may have something in AWS under what it is bound to,
// so that it stays there, wherever its references lead meanwhile.
func (m *Member) tied() bool { return m.Held() && m.bound.Complete() }

// stays notes why the controller does not act on an object that is tied to
// another scalable target than its references say now.
func (m *Member) stays(now autoscaling.Identity) {
	if m.tied() && now.Complete() && now != m.bound && !m.Deleting() && m.Problem == "" {
		m.Problem = fmt.Sprintf("what the object declares is in AWS under %s, and its reference now leads to %s: undo that change; or delete the object, and with it what is there, and create it again", m.bound, now)
	}
}

// validate checks a member by itself. An identity that the object leaves to
// another one, which is not here, is not its fault.
func (m *Member) validate(id autoscaling.Identity) {
	if m.Life.Adoption.FromAWS {
		return // what AWS has is not ours to judge
	}
	var found []autoscaling.Finding
	switch m.Kind {
	case autoscaling.KindTarget:
		found = autoscaling.ValidateTarget(id, m.Target.Target)
	case autoscaling.KindPolicy:
		found = autoscaling.ValidatePolicy(id, m.Policy)
	case autoscaling.KindAction:
		found = autoscaling.ValidateAction(id, m.Action)
	}
	for _, f := range found {
		if f.Code == autoscaling.IdentityIncomplete && (m.Refers != nil || m.Elsewhere != nil && f.Field == "resourceID") {
			continue
		}
		if f.Code == autoscaling.RoleARNRequired && m.RoleFrom != nil {
			continue
		}
		m.Findings = append(m.Findings, f)
	}
}

// compareClaims orders members by their right to what they name, as the
// controller does: those that it holds first, then the older ones. Manifests
// have no age; of them the earlier counts.
func compareClaims(a, b *Member) int {
	held := func(m *Member) int {
		if m.Held() {
			return 0
		}
		return 1
	}
	created := func(m *Member) metav1.Time { return m.Object.GetCreationTimestamp() }
	return cmp.Or(cmp.Compare(held(a), held(b)), created(a).Time.Compare(created(b).Time), cmp.Compare(a.Index, b.Index))
}
