package controller

import (
	"context"
	"maps"
	"slices"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
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
// before the object was: it is somebody else's, unless the object asks to
// adopt it, or knew it before it lost our finalizer.
func (p *pass) respectForeign() {
	for _, m := range p.members {
		if !m.active() || m.deleting() || m.held() || m.life.ReadOnly || m.life.Adopts() {
			continue
		}
		if arn, there := p.arnOf(m); there && (arn == "" || arn != knownARN(m.obj)) {
			m.outcome = foreign(m, autoscaling.Owner{})
		}
	}
}

func knownARN(obj v1alpha1.Object) string {
	if known := obj.GetStatus().ACKResourceMetadata; known != nil {
		return value(known.ARN)
	}
	return ""
}

// hold puts our finalizer on the objects that have a counterpart in AWS, or
// are about to get one, so that none can vanish and leave it behind. Objects
// that wait are not held: what appears in AWS under their name meanwhile is
// not theirs.
func (r *Reconciler) hold(ctx context.Context, p *pass, plan autoscaling.Plan) error {
	for _, m := range p.members {
		if !m.active() || m.deleting() || m.held() || m.life.ReadOnly || m.paused {
			continue
		}
		planned := slices.ContainsFunc(plan.Changes, func(c autoscaling.Change) bool { return p.memberOf(c.Kind, c.Name) == m })
		if !planned && !p.isThere(m) {
			continue
		}
		if err := r.bind(ctx, p, m); err != nil {
			return err
		}
		held := m.obj.DeepCopyObject().(v1alpha1.Object)
		claim(held)
		if arn, there := p.arnOf(m); there && m.life.Adopts() && (arn == "" || arn != knownARN(m.obj)) {
			adopted(held)
		}
		if err := r.patchObject(ctx, m.before, held); err != nil {
			return err
		}
		m.before, m.obj = held, held.DeepCopyObject().(v1alpha1.Object)
		m.life.Adopted = m.life.Adopted || held.GetAnnotations()[v1alpha1.AnnotationAdopted] != ""
	}
	return nil
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
