package autoscaling

import (
	"cmp"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/schedule"
)

// ScheduledBounds says which bounds of a target were set by its scheduled
// actions. AWS lets a scheduled action rewrite the target's bounds, and they
// stay in force afterwards (AWS documentation: scheduled scaling), so such
// bounds are not a mistake to put right.
type ScheduledBounds struct {
	Min, Max *ScheduledBound
}

// ScheduledBound is one bound that a scheduled action set.
type ScheduledBound struct {
	Value  int32
	Base   int32     // what the target declares
	Action string    // name of the scheduled action
	Since  time.Time // when it fired
}

// lastScheduledBounds returns the bounds that the last firings before now set.
// An action that cannot be read explains nothing.
func lastScheduledBounds(actions []ObservedAction, now time.Time) ScheduledBounds {
	type firing struct {
		at     time.Time
		action ObservedAction
	}
	var firings []firing
	for _, a := range actions {
		s, err := a.Action.Firings(a.CreationTime)
		if err != nil {
			continue
		}
		if at, ok := s.Prev(now); ok && !at.Before(a.CreationTime) {
			firings = append(firings, firing{at, a})
		}
	}
	slices.SortFunc(firings, func(a, b firing) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.action.Name, b.action.Name))
	})
	var bounds ScheduledBounds
	for _, f := range firings {
		if v := f.action.MinCapacity; v != nil {
			bounds.Min = &ScheduledBound{Value: *v, Action: f.action.Name, Since: f.at}
		}
		if v := f.action.MaxCapacity; v != nil {
			bounds.Max = &ScheduledBound{Value: *v, Action: f.action.Name, Since: f.at}
		}
	}
	return bounds
}

// Firings returns when the action fires, given when it was created.
func (a Action) Firings(created time.Time) (schedule.Schedule, error) {
	expression, err := schedule.Parse(a.Schedule)
	if err != nil {
		return schedule.Schedule{}, err
	}
	zone, err := time.LoadLocation(a.Timezone) // empty is UTC
	if err != nil {
		return schedule.Schedule{}, err
	}
	return schedule.Schedule{Expression: expression, Location: zone, Start: a.Start, End: a.End, Anchor: created}, nil
}
