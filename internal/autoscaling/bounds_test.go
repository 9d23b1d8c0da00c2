package autoscaling

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// daily is a scheduled action at that hour, UTC, that sets the lower bound.
func daily(name string, hour string, minimum int32) ObservedAction {
	return ObservedAction{
		Action:       Action{Name: name, Schedule: "cron(0 " + hour + " * * ? *)", MinCapacity: &minimum},
		CreationTime: noon.Add(-72 * time.Hour),
	}
}

func declaredAction(a ObservedAction, written time.Time) DesiredAction {
	return DesiredAction{Action: a.Action, Written: written}
}

func TestBoundsThatSchedulesSet(t *testing.T) {
	morning, evening := daily("morning", "8", 20), daily("evening", "18", 3)
	atEight := noon.Add(-4 * time.Hour)
	remembered := func(value int32, action string, since time.Time) ScheduledBounds {
		return ScheduledBounds{Min: &ScheduledBound{Value: value, Action: action, Since: since}}
	}
	for name, c := range map[string]struct {
		reason     string
		has        int32 // the base is 2
		actions    []ObservedAction
		declared   []DesiredAction
		remembered ScheduledBounds
		pin        bool
		pinMax     bool
		suspended  bool
		now        time.Time
		want       *ScheduledBound // nil: put back to 2
		because    string
	}{
		"fired": {
			reason: "what the last firing set is no drift", has: 20, actions: []ObservedAction{morning, evening}, now: noon,
			want: &ScheduledBound{20, 2, "morning", atEight},
		},
		"not fired": {reason: "no firing set this", has: 7, actions: []ObservedAction{morning}, now: noon},
		"fired just now, not carried out": {
			reason: "AWS may be some seconds late", has: 20, actions: []ObservedAction{morning, evening}, now: noon.Add(6*time.Hour + 10*time.Second),
			want: &ScheduledBound{20, 2, "morning", atEight},
		},
		"fired a minute ago": {
			reason: "AWS is not that late", has: 20, actions: []ObservedAction{morning, evening}, now: noon.Add(6*time.Hour + 2*time.Minute),
		},
		"value edited": {
			reason: "a new value counts from the next firing on", has: 20, actions: []ObservedAction{daily("morning", "8", 30)},
			declared: []DesiredAction{declaredAction(daily("morning", "8", 30), noon.Add(-time.Hour))}, remembered: remembered(20, "morning", atEight), now: noon,
			want: &ScheduledBound{20, 2, "morning", atEight},
		},
		"value edited by hand": {
			reason: "the same without knowing when it was edited", has: 20, actions: []ObservedAction{daily("morning", "8", 30)}, remembered: remembered(20, "morning", atEight), now: noon,
			want: &ScheduledBound{20, 2, "morning", atEight},
		},
		"value edited by hand, at a rate": {
			reason: "a rate counts from a fraction of a second, and what is remembered has whole seconds", has: 20,
			actions:    []ObservedAction{{Action: Action{Name: "hourly", Schedule: "rate(1 hour)", MinCapacity: new(int32(30))}, CreationTime: noon.Add(-210*time.Minute + 400*time.Millisecond)}},
			remembered: remembered(20, "hourly", noon.Add(-30*time.Minute)), now: noon, want: &ScheduledBound{20, 2, "hourly", noon.Add(-30 * time.Minute)},
		},
		"time edited": {
			reason: "what the new schedule would have done before it was written is no firing", has: 20, actions: []ObservedAction{daily("morning", "9", 30)},
			declared: []DesiredAction{declaredAction(daily("morning", "9", 30), noon.Add(-time.Hour))}, remembered: remembered(20, "morning", atEight), now: noon,
			want: &ScheduledBound{20, 2, "morning", atEight},
		},
		"expired": {
			reason: "an action that ended does not take its bounds back", has: 20,
			actions: []ObservedAction{{Action: Action{Name: "morning", Schedule: "cron(0 8 * * ? *)", End: new(noon.Add(-48 * time.Hour)), MinCapacity: new(int32(20))}, CreationTime: noon.Add(-time.Hour)}},
			now:     noon, remembered: remembered(20, "morning", atEight), want: &ScheduledBound{20, 2, "morning", atEight},
		},
		"lost and declared": {
			reason: "an action that is about to be made again is not gone", has: 20,
			declared: []DesiredAction{declaredAction(morning, time.Time{})}, remembered: remembered(20, "morning", atEight), now: noon,
			want: &ScheduledBound{20, 2, "morning", atEight},
		},
		"superseded": {
			reason: "a later firing set it to something else, so 20 is nobody's", has: 20, actions: []ObservedAction{morning, evening},
			remembered: remembered(20, "morning", atEight), now: noon.Add(7 * time.Hour),
		},
		"suspended": {
			reason: "while scheduled scaling is suspended nothing fires", has: 20, actions: []ObservedAction{morning, evening},
			remembered: remembered(20, "morning", atEight), suspended: true, now: noon.Add(7 * time.Hour), want: &ScheduledBound{20, 2, "morning", atEight},
		},
		"another value than remembered": {reason: "somebody else set it", has: 21, actions: []ObservedAction{morning}, remembered: remembered(20, "morning", atEight), now: noon},
		"the other base edited": {
			reason: "an edit of one bound says nothing of the other", has: 20, actions: []ObservedAction{morning}, remembered: remembered(20, "morning", atEight), pinMax: true, now: noon,
			want: &ScheduledBound{Value: 20, Base: 2, Action: "morning", Since: atEight},
		},
		"base edited": {
			reason: "who edits the bounds wants them now", has: 20, actions: []ObservedAction{morning}, remembered: remembered(20, "morning", atEight), pin: true, now: noon,
		},
		"deleted by hand": {
			reason: "a deleted action's bounds go back to the base", has: 20, remembered: remembered(20, "morning", atEight), now: noon,
			because: "scheduled action morning, which set it, is gone",
		},
		"object deleted": {
			reason: "the same for an action that is deleted in this plan", has: 20, actions: []ObservedAction{morning},
			declared: []DesiredAction{{Action: morning.Action, Absent: true}}, now: noon, because: "scheduled action morning, which set it, is gone",
		},
	} {
		t.Run(name, func(t *testing.T) {
			desired := Desired{Target: bounds(2, 40), Actions: c.declared}
			desired.Target.PinMin, desired.Target.PinMax, desired.Target.Remembered = c.pin, c.pinMax, c.remembered
			observed := Observed{Target: registered(c.has, 40), Actions: c.actions}
			observed.Target.Suspended.ScheduledScaling = c.suspended
			plan := Diff(variant, desired, observed, c.now)
			var got *ScheduledBound
			if plan.Bounds != nil {
				got = plan.Bounds.Min
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.reason, diff)
			}
			at := slices.IndexFunc(plan.Changes, func(c Change) bool { return c.Op == OpRegisterTarget })
			if (at < 0) != (c.want != nil) {
				t.Fatalf("%s: changes %v", c.reason, lines(plan))
			}
			if at >= 0 && (*plan.Changes[at].Target.MinCapacity != 2 || plan.Changes[at].Because != c.because) {
				t.Errorf("%s: %+v because %q", c.reason, plan.Changes[at], plan.Changes[at].Because)
			}
		})
	}
}

// Whatever is remembered, a bound is explained or put back, and what was
// explained once stays explained while nothing happens.
func FuzzScheduledBounds(f *testing.F) {
	f.Add(int32(20), int32(20), int32(20), "cron(0 8 * * ? *)", "UTC", int64(1), int64(4), false)
	f.Add(int32(20), int32(30), int32(20), "at(2026-03-01T09:36:00)", "Europe/Berlin", int64(100), int64(50), true)
	f.Add(int32(2), int32(2), int32(5), "rate(7 minutes)", "", int64(0), int64(0), false)
	f.Fuzz(func(t *testing.T, has, sets, known int32, schedule, zone string, written, since int64, gone bool) {
		const decade = 10 * 365 * 24
		hours := func(n int64) time.Time { return noon.Add(-time.Duration(n%decade) * time.Hour) }
		action := ObservedAction{Action: Action{Name: "a", Schedule: schedule, Timezone: zone, MinCapacity: &sets}, CreationTime: hours(decade - 1)}
		desired := Desired{Target: bounds(2, 40), Actions: []DesiredAction{{Action: action.Action, Absent: gone, Written: hours(written)}}}
		desired.Target.Remembered.Min = &ScheduledBound{Value: known, Action: "a", Since: hours(since)}
		observed := Observed{Target: registered(has, 40), Actions: []ObservedAction{action}}
		plan := Diff(variant, desired, observed, noon)
		planned := slices.ContainsFunc(plan.Changes, func(c Change) bool { return c.Op == OpRegisterTarget })
		explained := plan.Bounds != nil && plan.Bounds.Min != nil
		if planned && explained || (has != 2) != (planned || explained) {
			t.Fatalf("the bound is %d: planned %t, explained %t", has, planned, explained)
		}
		if !explained {
			return
		}
		if gone || plan.Bounds.Min.Value != has || plan.Bounds.Min.Base != 2 {
			t.Fatalf("explained by %+v", plan.Bounds.Min)
		}
		desired.Target.Remembered = *plan.Bounds
		if again := Diff(variant, desired, observed, noon); again.Bounds == nil || again.Bounds.Min == nil {
			t.Fatalf("%+v was forgotten at once", plan.Bounds.Min)
		}
	})
}
