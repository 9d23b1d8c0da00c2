package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/schedule"
)

// action is a scheduled action at work.
type action struct {
	name             string
	minimum, maximum *int32
	schedule         schedule.Schedule
	next             int64
}

// PutAction adds a scheduled action, or replaces the one of that name. Created
// is when it was first put, from which a rate counts.
func (t *Target) PutAction(a autoscaling.Action, created time.Time) error {
	s, err := a.Firings(created)
	if err != nil {
		return fmt.Errorf("scheduled action %q: %w", a.Name, err)
	}
	if a.MinCapacity == nil && a.MaxCapacity == nil {
		return fmt.Errorf("scheduled action %q sets nothing; write a minimum or a maximum capacity", a.Name)
	}
	s.Options = t.behaviour.Schedule
	made := &action{name: a.Name, minimum: a.MinCapacity, maximum: a.MaxCapacity, schedule: s}
	made.plan(t.now)
	t.actions = slices.DeleteFunc(t.actions, func(old *action) bool { return old.name == a.Name })
	t.actions = append(t.actions, made)
	t.arrange()
	return nil
}

// RemoveAction deletes a scheduled action.
func (t *Target) RemoveAction(name string) {
	t.actions = slices.DeleteFunc(t.actions, func(a *action) bool { return a.name == name })
	t.arrange()
}

// plan finds the next firing after a time. A start within a second is at its
// end, because the clock has whole seconds.
func (a *action) plan(after int64) {
	a.next = never
	if next, ok := a.schedule.Next(instant(after)); ok {
		a.next = next.Unix()
		if next.Nanosecond() > 0 {
			a.next++
		}
	}
}

// planActions finds when an action or a forecast is due next.
func (t *Target) planActions() {
	t.nextAction = never
	for _, a := range t.actions {
		t.nextAction = min(t.nextAction, a.next)
	}
	for _, p := range t.policies {
		if p.predictive != nil {
			t.nextAction = min(t.nextAction, p.predictive.next)
		}
	}
}

// fireActions fires those that are due, one after the other: AWS runs the
// actions of one target in order. Of equal times the order is that of the
// names; AWS documents none.
func (t *Target) fireActions(now int64) {
	for _, a := range t.actions {
		if a.next > now {
			continue
		}
		a.plan(now)
		if !t.suspended.ScheduledScaling {
			t.fire(a, now)
		}
	}
}

// fire sets the bounds and brings the capacity into them, whatever cooldowns say
// (Application Auto Scaling User Guide: "Scheduled scaling").
func (t *Target) fire(a *action, now int64) {
	bounds := t.bounds.With(a.minimum, a.maximum)
	text := scaling.BoundsText(a.minimum, a.maximum)
	activity := t.newActivity(now, "Setting "+text, scaling.ActionTriggered(a.name))
	status := t.resource.Status(instant(now))
	failure := ""
	switch {
	case !bounds.Valid():
		failure = "Maximum capacity cannot be less than minimum capacity"
	case status.Unscalable != "" && t.behaviour.BusyScheduledAction == Fail:
		failure = scaling.NotScalable(t.id.ResourceID, status.Unscalable)
	}
	if failure != "" {
		activity.StatusCode, activity.StatusMessage = scaling.Failed, failure
		t.record(activity)
		return
	}
	activity.StatusCode, activity.StatusMessage = scaling.Successful, "Successfully set "+text
	t.record(activity)
	t.setBounds(bounds, now)
	switch {
	case status.Unscalable == "":
		t.correct(now, status)
	case bounds.Clamp(status.Desired) != status.Desired:
		t.owed, t.moving = true, true
	}
}

func (t *Target) setBounds(b scaling.Bounds, now int64) {
	if b == t.bounds {
		return
	}
	t.bounds = b
	t.changed = true
	t.observer.Bounds(BoundsChange{At: instant(now), Bounds: b})
}
