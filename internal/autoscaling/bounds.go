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

// firingDelay is how long after its time an action may not have taken effect.
// AWS documents "a few seconds".
const firingDelay = time.Minute

// bounding explains the bounds of a target.
//
// A bound that differs from the declared one is explained when
//
//  1. the last firing that sets it set it to this value. A firing counts if it
//     was after the action was made and, where that is known, after it was
//     last changed. For a minute after a firing the one before it counts too;
//  2. or it has the value that was explained before (what the caller
//     remembers), the action that set it is in AWS or still declared, and no
//     firing of any action has set the bound since then. So neither an edit of
//     the schedule nor its end takes the explanation away; the next firing
//     does, and so does an edit of the declared bound, of which the caller
//     tells by [DesiredTarget.PinMin] and
//     [DesiredTarget.PinMax]. While scheduled scaling is suspended
//     there are no firings.
//
// The bounds of an action that is deleted are not explained: they go back to
// the declared ones, and the plan says why.
type bounding struct {
	last, delayed ScheduledBounds // by the firings until now, until firingDelay ago
	remembered    ScheduledBounds
	suspended     bool
	stays         func(action string) bool
}

func (d *differ) bounding(want *DesiredTarget, have *ObservedTarget) bounding {
	return bounding{
		last:       lastScheduledBounds(d.observed.Actions, d.written, d.now),
		delayed:    lastScheduledBounds(d.observed.Actions, d.written, d.now.Add(-firingDelay)),
		remembered: want.Remembered,
		suspended:  have.Suspended.ScheduledScaling,
		stays:      d.stays,
	}
}

// explain returns what set the bound that pick chooses to the value, or nil.
// undone is the action that set it and is no more.
func (b bounding) explain(value int32, pick func(ScheduledBounds) *ScheduledBound) (by *ScheduledBound, undone string) {
	for _, fired := range []*ScheduledBound{pick(b.last), pick(b.delayed)} {
		switch {
		case fired == nil || fired.Value != value:
		case b.stays(fired.Action):
			return fired, ""
		default:
			undone = fired.Action
		}
	}
	known, since := pick(b.remembered), pick(b.delayed)
	switch {
	case known == nil || known.Value != value:
	case !b.stays(known.Action):
		undone = known.Action
	case b.suspended || since == nil || !since.Since.Truncate(time.Second).After(known.Since): // which is remembered in whole seconds
		return known, ""
	}
	return nil, undone
}

func minOf(b ScheduledBounds) *ScheduledBound { return b.Min }
func maxOf(b ScheduledBounds) *ScheduledBound { return b.Max }

// stays says that an action is, or shall be, in AWS.
func (d *differ) stays(action string) bool {
	for _, a := range d.desired.Actions {
		if a.Name == action {
			return !a.Absent
		}
	}
	return d.observed.Action(action) != nil
}

// written is when a declared action was last written to AWS, as far as is
// known.
func (d *differ) written(action string) time.Time {
	for _, a := range d.desired.Actions {
		if a.Name == action {
			return a.Written
		}
	}
	return time.Time{}
}

// lastScheduledBounds returns the bounds that the last firings before now set.
// An action that cannot be read explains nothing, and one that was written
// after it would have fired had another schedule then.
func lastScheduledBounds(actions []ObservedAction, written func(action string) time.Time, now time.Time) ScheduledBounds {
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
		if at, ok := s.Prev(now); ok && !at.Before(a.CreationTime) && !at.Before(written(a.Name)) {
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
