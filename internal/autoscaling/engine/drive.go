package engine

import (
	"fmt"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// Next returns the time of the next event that [Target.Advance] would process,
// which may be past. It returns false while nothing is going to happen by
// itself.
func (t *Target) Next() (time.Time, bool) {
	at := min(t.nextAlarm, t.nextAction, t.nextArrival())
	if at == never {
		return time.Time{}, false
	}
	return instant(at), true
}

// Register is RegisterScalableTarget for a target that exists, with the bounds
// and suspension that it has afterwards: whatever changes, the capacity is
// brought into bounds.
func (t *Target) Register(b scaling.Bounds, s autoscaling.ObservedSuspension) error {
	if !b.Valid() {
		return fmt.Errorf("maximum capacity %d is less than minimum capacity %d; write a maximum that is not", b.Max, b.Min)
	}
	t.suspended = s
	return t.SetBounds(b)
}

// Retire is DeregisterScalableTarget: nothing scales the resource any more. An
// activity that is under way is followed to its end.
func (t *Target) Retire() {
	t.policies, t.alarms, t.actions, t.owed = nil, nil, nil, false
	t.arrange()
}
