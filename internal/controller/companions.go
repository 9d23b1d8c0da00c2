package controller

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// companionGrace is how long a pass waits for objects that may be on their way, from
// the whole second in which something was created or deleted.
const companionGrace = 2 * time.Second

// companions is how much longer to wait for the other objects of a target. They are
// created and deleted one by one, and seen in any order. A policy that comes before
// its target would be told to wait for it; and what is deleted after its target, which
// takes it along in AWS, that the target is gone.
func (r *Reconciler) companions(p *pass) time.Duration {
	since := p.comingAlone()
	if p.targetGoes() {
		since = p.goingAlone()
	}
	wait := since.Add(companionGrace).Sub(p.now)
	if wait <= 0 || wait > companionGrace { // then the clocks differ
		return 0
	}
	if p.swept {
		r.checks.mark([]Group{p.group})
	}
	return wait
}

// comingAlone is when the first object was created of a target that is not here, zero
// unless all of them are new.
func (p *pass) comingAlone() (first time.Time) {
	for _, m := range p.members {
		if m.ref.Kind == autoscaling.KindTarget || m.deleting() || len(m.obj.GetStatus().Conditions) > 0 {
			return time.Time{}
		}
		if at := m.obj.GetCreationTimestamp().Time; first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// goingAlone is when the target was deleted, zero when the others are deleted too.
func (p *pass) goingAlone() (at time.Time) {
	alone := true
	for _, m := range p.members {
		if m.ref.Kind == autoscaling.KindTarget && m.deleting() {
			at = m.obj.GetDeletionTimestamp().Time
		}
		alone = alone && (m.ref.Kind == autoscaling.KindTarget || m.deleting())
	}
	if alone {
		return time.Time{}
	}
	return at
}
