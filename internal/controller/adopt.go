package controller

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// adopting says that the member still has to take its spec from AWS. Until it
// has, it declares nothing.
func (m *member) adopting() bool { return m.life.Adoption.FromAWS && !m.deleting() }

// nameless says that the member adopts the only policy or scheduled action of
// its scalable target, whatever that is called.
func (m *member) nameless() bool {
	return m.adopting() && m.name == "" && m.ref.Kind != autoscaling.KindTarget
}

// checkAdoption refuses an object whose spec and whose annotation name different
// things.
func (p *pass) checkAdoption(m *member) {
	fields := m.life.Adoption
	if fields.Complete() && fields.Identity != p.group.Identity || fields.Name != "" && fields.Name != m.name {
		m.outcome = outcome{state: refused, reason: reasonAnnotation, message: fmt.Sprintf(
			"the annotation %s names another AWS resource than the spec does: write the same in both, or remove the annotation", v1alpha1.AnnotationAdoptionFields)}
	}
}

// adopt lets members take over what they name. It is the only place where
// something that was read from AWS is written into a spec, because that is what
// the annotation asks for; from then on the spec is the user's.
//
// One write makes the adoption: the spec, the finalizer and the note that it
// happened. So there is no half adoption that a process could die in.
func (r *Reconciler) adopt(ctx context.Context, p *pass) {
	for _, m := range p.members {
		if !m.active() || !m.adopting() || !p.findAdoptee(m) {
			continue
		}
		if !m.life.ReadOnly && !m.paused && p.isThere(m) && !r.bind(ctx, p, m) {
			continue
		}
		taken := m.obj.DeepCopyObject().(v1alpha1.Object)
		if !desired.Fill(taken, p.group.Identity, m.name, p.observed) {
			m.outcome.state, m.outcome.reason, m.outcome.message = waiting, reasonNotThere, m.adopteeMissing(p.group.Identity)
			continue
		}
		if m.paused {
			m.outcome.state, m.outcome.reason, m.outcome.message = waiting, reasonPaused, m.pauseInWords()+"; "+m.inWords()+" would be adopted; "+m.endsPause()
			continue
		}
		adopted(taken)
		if !m.life.ReadOnly {
			claim(taken)
		}
		err := r.patchObject(ctx, m.before, taken)
		if apierrors.IsInvalid(err) {
			m.outcome = outcome{state: refused, reason: reasonUnadoptable, message: fmt.Sprintf(
				"AWS has what the API server refuses as spec: %v. Change it in AWS, or write a spec and %s=%s, upon which AWS is changed to it",
				err, v1alpha1.AnnotationAdoptionPolicy, v1alpha1.AdoptionPolicyAdoptOrCreate)}
			continue
		}
		if err != nil {
			m.blockedBy("writing the spec that was read from AWS", err)
			continue
		}
		m.became(taken)
		r.read(p, m)
		p.declare(m)
	}
}

// findAdoptee gives a member that leaves the name out that of the only policy
// or action there is. It is false when the member cannot adopt anything.
func (p *pass) findAdoptee(m *member) bool {
	if !m.nameless() {
		return true
	}
	names := p.observed.Names(m.ref.Kind)
	if len(names) > 1 {
		m.outcome = outcome{state: refused, reason: reasonAnnotation, message: fmt.Sprintf(
			"the annotation %s leaves open which one of %s has is meant: add the name of one of %s", v1alpha1.AnnotationAdoptionFields, p.group.Identity, strings.Join(names, ", "))}
		return false
	}
	if len(names) == 0 {
		return true // Fill finds nothing either
	}
	m.name = names[0]
	for _, other := range p.members {
		if other != m && other.ref.Kind == m.ref.Kind && other.name == m.name && other.outcome.reason != reasonConflict && other.outcome.state != gone {
			m.outcome = conflict(m, other)
			return false
		}
	}
	return true
}

func (m *member) adopteeMissing(id autoscaling.Identity) string {
	what := m.inWords()
	switch {
	case m.name != "" || m.ref.Kind == autoscaling.KindTarget:
	case m.ref.Kind == autoscaling.KindPolicy:
		what = "a scaling policy of this scalable target"
	default:
		what = "a scheduled action of this scalable target"
	}
	return fmt.Sprintf("waiting for %s (%s): AWS does not have it, and %s only takes over what is there; to have it created, write a spec, and %s=%s",
		what, id, v1alpha1.AdoptionPolicyAdopt, v1alpha1.AnnotationAdoptionPolicy, v1alpha1.AdoptionPolicyAdoptOrCreate)
}

// respectVanished takes members out of the pass whose counterpart they took
// over, and which has vanished since. What goes with its target is not missed.
func (p *pass) respectVanished() {
	goes := p.targetGoes()
	for _, m := range p.members {
		if !m.active() || goes || p.isThere(m) || !desired.Vanished(m.obj, m.life) {
			continue
		}
		m.outcome = outcome{state: refused, reason: reasonVanished, message: fmt.Sprintf(
			"%s was adopted and is not in AWS any more, so it is not created again. To have it created, remove the annotation %s; otherwise delete the object",
			m.inWords(), v1alpha1.AnnotationAdopted)}
	}
}
