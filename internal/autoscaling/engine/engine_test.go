package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

const minute = time.Minute

// A load that doubles and falls back: three minutes above target scale out,
// fifteen below nine tenths of it scale in.
func TestTargetTrackingFollowsTheLoad(t *testing.T) {
	l, _ := steps(map[int64]float64{-60: 100, 10: 300, 40: 100})
	w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 10}, provisioning: engine.Provisioning{Capacity: 2, OutDelay: 2 * minute}, load: l}.build(t).
		policy(t, tracking("cpu", 60)).after(120 * minute)
	want := []string{
		// The minutes 10 to 12 are above 60, and the last is seen a minute after its end.
		"14m0s: 2->5",
		// The minutes from 40 on are below 54: the fifteenth is seen at 56. Their mean is 20.
		// At two the alarm stays, and five minutes later the mean would allow one; the newest does not.
		"56m0s: 5->2",
	}
	if diff := cmp.Diff(want, w.changesOf()); diff != "" {
		t.Errorf("%s\n%s", diff, strings.Join(w.diary.lines, "\n"))
	}
	first := w.diary.activities[2]
	if first.StatusCode != scaling.Successful || first.End.Sub(begin) != 16*minute ||
		first.StatusMessage != "Successfully set desired count to 5. Change successfully fulfilled by ecs." ||
		first.Cause != "monitor alarm TargetTracking-service/prod/web-AlarmHigh-cpu-1 in state ALARM triggered policy cpu" {
		t.Errorf("got %+v: the activity ends when the capacity is there", first)
	}
}

func TestScaleInCooldownSlowsScaleIn(t *testing.T) {
	l, _ := steps(map[int64]float64{-60: 600, 0: 500, 15: 450})
	w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 10}, provisioning: engine.Provisioning{Capacity: 10}, load: l}.build(t).
		policy(t, tracking("cpu", 60, cooldowns(0, 600))).after(60 * minute)
	want := []string{"16m0s: 10->9", "26m0s: 9->8"}
	if diff := cmp.Diff(want, w.changesOf()); diff != "" {
		t.Errorf("%s: after a scale-in the next waits ten minutes\n%s", diff, strings.Join(w.diary.lines, "\n"))
	}
}

func TestScaleOutDuringScaleInCooldown(t *testing.T) {
	l, _ := steps(map[int64]float64{-60: 100, 18: 1000})
	w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 30}, provisioning: engine.Provisioning{Capacity: 4}, load: l}.build(t).
		policy(t, tracking("cpu", 60, cooldowns(0, 3600))).after(30 * minute)
	got := w.changesOf()
	if len(got) < 2 || !strings.HasPrefix(got[0], "1m0s: 4->2") || !strings.HasPrefix(got[1], "22m0s: 2->17") {
		t.Errorf("got %q: a scale-out does not wait for the scale-in cooldown", got)
	}
}

func TestABusyResourceIsRetried(t *testing.T) {
	l, _ := steps(map[int64]float64{-60: 60, 5: 180, 9: 600})
	w := setup{id: variant, bounds: scaling.Bounds{Min: 1, Max: 20}, provisioning: engine.Provisioning{Capacity: 1, OutDelay: 7 * minute, Blocks: true}, load: l}.build(t).
		policy(t, tracking("invocations", 60, cooldowns(0, 300))).after(40 * minute)
	if got := w.changesOf(); len(got) < 2 || got[0] != "9m0s: 1->3" || !strings.HasPrefix(got[1], "16m0s: 3->") {
		t.Errorf("got %q: while the endpoint is updating nothing can change; at its end it does\n%s", got, strings.Join(w.diary.lines, "\n"))
	}
	if !slices.ContainsFunc(w.diary.lines, func(l string) bool {
		return strings.Contains(l, "TargetServicePutResourceAsUnscalable")
	}) {
		t.Errorf("the reason is recorded\n%s", strings.Join(w.diary.lines, "\n"))
	}
}

func TestANewerChangeOverrides(t *testing.T) {
	l, _ := steps(map[int64]float64{-60: 60, 5: 180, 8: 600})
	w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 20}, provisioning: engine.Provisioning{Capacity: 1, OutDelay: 30 * minute}, load: l}.build(t).
		policy(t, tracking("cpu", 60)).after(60 * minute)
	a := w.diary.activities[1]
	if a.StatusCode != scaling.Overridden || !strings.HasPrefix(a.StatusMessage, "Successfully set desired count to 3. Found it was later changed to ") {
		t.Errorf("got %+v\n%s", a, strings.Join(w.diary.lines, "\n"))
	}
}

func TestAFailureIsRecordedAndTriedAgain(t *testing.T) {
	l, _ := steps(map[int64]float64{-60: 60, 5: 600})
	w := setup{id: variant, bounds: scaling.Bounds{Min: 1, Max: 20}, provisioning: engine.Provisioning{Capacity: 1, Quota: 4}, load: l}.build(t).
		policy(t, tracking("invocations", 60)).after(12 * minute)
	a := w.diary.activities[1]
	if a.StatusCode != scaling.Failed || !strings.HasPrefix(a.StatusMessage, "Failed to set desired instance count to 10. Reason: The limit is 4") || len(w.diary.activities) < 3 {
		t.Errorf("got %+v\n%s", a, strings.Join(w.diary.lines, "\n"))
	}
}

func TestNotScaledReasons(t *testing.T) {
	for _, c := range []struct {
		capacity int32
		bounds   scaling.Bounds
		load     float64
		want     string
		reason   string
	}{
		{3, scaling.Bounds{Min: 1, Max: 3}, 600, "AlreadyAtMaxCapacity", "more is not allowed"},
		{2, scaling.Bounds{Min: 2, Max: 3}, 10, "AlreadyAtMinCapacity", "less is not allowed"},
		{2, scaling.Bounds{Min: 1, Max: 3}, 100, "AlreadyAtDesiredCapacity", "one alone would be above target"},
	} {
		w := setup{id: service, bounds: c.bounds, provisioning: engine.Provisioning{Capacity: c.capacity}, load: constant(c.load)}.build(t).
			policy(t, tracking("cpu", 60)).after(60 * minute)
		if len(w.diary.activities) != 1 || w.diary.activities[1].NotScaled[0].Code != scaling.ReasonCode(c.want) {
			t.Errorf("%s: want %s once\n%s", c.reason, c.want, strings.Join(w.diary.lines, "\n"))
		}
	}
}

func TestAllMustAgreeToScaleIn(t *testing.T) {
	low := tracking("low", 60)
	high := tracking("high", 11) // at 10 per unit it is not ready to scale in
	for _, c := range []struct {
		policies []autoscaling.Policy
		want     string
		reason   string
	}{
		{[]autoscaling.Policy{low}, "[1m0s: 10->2]", "alone it scales in"},
		{[]autoscaling.Policy{low, high}, "[]", "the other is not ready"},
		{[]autoscaling.Policy{low, tracking("high", 11, func(p *autoscaling.TargetTracking) { p.DisableScaleIn = new(true) })}, "[1m0s: 10->2]", "who never scales in has no vote"},
		{[]autoscaling.Policy{low, tracking("mid", 20)}, "[1m0s: 10->5]", "the largest capacity wins"},
	} {
		w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 10}, provisioning: engine.Provisioning{Capacity: 10}, load: constant(100)}.build(t).
			policy(t, c.policies...).after(2 * minute)
		if got := fmt.Sprint(w.changesOf()); got != c.want {
			t.Errorf("%s: got %s, want %s", c.reason, got, c.want)
		}
	}
}

func TestSuspension(t *testing.T) {
	for _, c := range []struct {
		suspended autoscaling.ObservedSuspension
		load      float64
		want      string
		reason    string
	}{
		{autoscaling.ObservedSuspension{DynamicScalingOut: true}, 900, "[]", "no scale-out"},
		{autoscaling.ObservedSuspension{DynamicScalingOut: true}, 10, "[1m0s: 5->1]", "but scale-in"},
		{autoscaling.ObservedSuspension{DynamicScalingIn: true}, 10, "[]", "no scale-in"},
		{autoscaling.ObservedSuspension{DynamicScalingIn: true}, 480, "[1m0s: 5->8]", "but scale-out"},
	} {
		w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 10}, provisioning: engine.Provisioning{Capacity: 5}, load: constant(c.load), suspended: c.suspended}.build(t).
			policy(t, tracking("cpu", 60)).after(10 * minute)
		if got := fmt.Sprint(w.changesOf()); got != c.want {
			t.Errorf("%s: got %s, want %s", c.reason, got, c.want)
		}
		w.SetSuspended(autoscaling.ObservedSuspension{})
		if w.after(12 * minute); len(w.changesOf()) == 0 {
			t.Errorf("%s: on resuming, alarms in ALARM are acted on", c.reason)
		}
	}
}

func TestStepPolicy(t *testing.T) {
	l, _ := steps(map[int64]float64{-60: 40, 10: 60, 12: 80, 20: 40})
	w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 20}, provisioning: engine.Provisioning{Capacity: 10}, load: l, raw: true}.build(t)
	policy := autoscaling.Policy{Name: "out", Type: autoscaling.StepScaling, Step: &autoscaling.Step{
		AdjustmentType: "ChangeInCapacity", Cooldown: new(int32(600)),
		Adjustments: []autoscaling.StepAdjustment{{LowerBound: new(0.0), UpperBound: new(20.0), Adjustment: 2}, {LowerBound: new(20.0), Adjustment: 3}},
	}}
	w.policy(t, policy)
	err := w.PutAlarm(engine.Alarm{
		Name: "busy", Policies: []string{"out", "unknown"},
		Metric:     scaling.Metric{Namespace: "Test", Name: "Load", Statistic: "Average", Period: 60},
		Definition: alarm.Definition{Comparison: alarm.GreaterThanOrEqualToThreshold, Threshold: 50, Period: 60, EvaluationPeriods: 1, DatapointsToAlarm: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"12m0s: 10->12", "14m0s: 12->13"}
	if diff := cmp.Diff(want, w.after(21*minute).changesOf()); diff != "" {
		t.Errorf("%s: of the three, two are there already\n%s", diff, strings.Join(w.diary.lines, "\n"))
	}
	w.RemovePolicy("out")
	w.RemoveAlarm("busy")
	if got := w.Alarms(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestScheduledAction(t *testing.T) {
	w := setup{id: autoscaling.Identity{ServiceNamespace: "dynamodb", ResourceID: "table/t", ScalableDimension: "dynamodb:table:WriteCapacityUnits"},
		bounds: scaling.Bounds{Min: 1, Max: 10}, provisioning: engine.Provisioning{Capacity: 5}, load: constant(0)}.build(t)
	for _, a := range []autoscaling.Action{
		{Name: "morning", Schedule: "cron(0 9 * * ? *)", MinCapacity: new(int32(15)), MaxCapacity: new(int32(20))},
		{Name: "evening", Schedule: "cron(0 18 * * ? *)", MinCapacity: new(int32(1)), MaxCapacity: new(int32(10))},
		{Name: "wrong", Schedule: "cron(0 20 * * ? *)", MinCapacity: new(int32(11))},
	} {
		if err := w.PutAction(a, begin); err != nil {
			t.Fatal(err)
		}
	}
	w.after(24 * time.Hour)
	want := []string{
		"9h0m0s #1 Successful 0->0: scheduled action name morning was triggered",
		"9h0m0s bounds {15 20}",
		"9h0m0s #2 InProgress 5->15: minimum capacity was set to 15",
		"9h0m0s capacity 5 of 15",
		"9h0m0s capacity 15 of 15",
		"9h0m0s #2 Successful 5->15: minimum capacity was set to 15",
		"18h0m0s #3 Successful 0->0: scheduled action name evening was triggered",
		"18h0m0s bounds {1 10}",
		"18h0m0s #4 InProgress 15->10: maximum capacity was set to 10",
		"18h0m0s capacity 15 of 10",
		"18h0m0s capacity 10 of 10",
		"18h0m0s #4 Successful 15->10: maximum capacity was set to 10",
		"20h0m0s #5 Failed 0->0: scheduled action name wrong was triggered",
	}
	if diff := cmp.Diff(want, w.diary.lines); diff != "" {
		t.Errorf("AWS's example, and an action that would break the bounds:\n%s", diff)
	}
	a := w.diary.activities[1]
	if a.Description != "Setting min capacity to 15 and max capacity to 20" || a.StatusMessage != "Successfully set min capacity to 15 and max capacity to 20" || !a.End.IsZero() {
		t.Errorf("got %+v, which is not AWS's example", a)
	}
	w.SetSuspended(autoscaling.ObservedSuspension{ScheduledScaling: true})
	if before := len(w.diary.lines); len(w.after(48*time.Hour).diary.lines) != before {
		t.Errorf("suspended actions do not run")
	}
}

func TestABusyResourceAndAScheduledAction(t *testing.T) {
	for _, c := range []struct {
		how    engine.BusyScheduledAction
		want   int32
		reason string
	}{
		{engine.Fail, 4, "the action fails and changes nothing"},
		{engine.Defer, 6, "the capacity follows when it can"},
	} {
		b := engine.DefaultBehaviour()
		b.BusyScheduledAction = c.how
		l, _ := steps(map[int64]float64{-60: 30, 5: 200})
		w := setup{id: variant, bounds: scaling.Bounds{Min: 1, Max: 20}, provisioning: engine.Provisioning{Capacity: 1, OutDelay: 10 * minute, Blocks: true}, load: l, behaviour: &b}.build(t).
			policy(t, tracking("invocations", 60))
		if err := w.PutAction(autoscaling.Action{Name: "six", Schedule: "at(2025-03-03T00:10:00)", MinCapacity: new(int32(6))}, begin); err != nil {
			t.Fatal(err)
		}
		if got := w.after(35 * minute).Status().Running; got != c.want {
			t.Errorf("%s: got %d, want %d\n%s", c.reason, got, c.want, strings.Join(w.diary.lines, "\n"))
		}
	}
}

func TestRegisteringEnforcesBounds(t *testing.T) {
	w := setup{id: service, bounds: scaling.Bounds{Min: 2, Max: 4}, provisioning: engine.Provisioning{Capacity: 9}, load: constant(0)}.build(t)
	if got := w.Status().Desired; got != 4 {
		t.Errorf("got %d, want 4: the nearest bound", got)
	}
	if err := w.SetBounds(scaling.Bounds{Min: 6, Max: 8}); err != nil || w.Status().Desired != 6 {
		t.Errorf("got %d, %v, want 6", w.Status().Desired, err)
	}
	if err := w.SetBounds(scaling.Bounds{Min: 6, Max: 5}); err == nil {
		t.Error("a maximum below the minimum is refused")
	}
	if got := w.diary.activities[2].Cause; got != "minimum capacity was set to 6" {
		t.Errorf("got %q", got)
	}
}

func TestThroughputAlarmsFollowTheCapacity(t *testing.T) {
	table := autoscaling.Identity{ServiceNamespace: "dynamodb", ResourceID: "table/orders", ScalableDimension: "dynamodb:table:WriteCapacityUnits"}
	w := setup{id: table, bounds: scaling.Bounds{Min: 1, Max: 100}, provisioning: engine.Provisioning{Capacity: 1}, load: constant(60 * 7), raw: true}.build(t)
	w.policy(t, autoscaling.Policy{Name: "writes", TargetTracking: &autoscaling.TargetTracking{TargetValue: new(70.0), Predefined: &autoscaling.PredefinedMetric{Type: "DynamoDBWriteCapacityUtilization"}}})
	w.after(5 * minute)
	if got := w.Status().Desired; got != 10 {
		t.Fatalf("got %d, want 10: seven units a second are 70 %% of ten\n%s", got, strings.Join(w.diary.lines, "\n"))
	}
	high := w.Alarms()[0]
	if high.Threshold != 420 || !strings.HasSuffix(high.Name, "writes-2") {
		t.Errorf("got %+v: a scaling event replaces the alarms, with thresholds of the new capacity", high)
	}
}

type hourly map[int]float64

func (h hourly) Capacity(_ string, at time.Time) (float64, bool) {
	v, ok := h[int(at.Sub(begin)/time.Hour)]
	return v, ok
}

func TestPredictiveScaling(t *testing.T) {
	for _, c := range []struct {
		p      autoscaling.Predictive
		want   string
		bounds scaling.Bounds
		reason string
	}{
		{autoscaling.Predictive{Mode: "ForecastOnly"}, "[]", scaling.Bounds{Min: 1, Max: 40}, "a forecast only"},
		{autoscaling.Predictive{Mode: "ForecastAndScale"}, "[0s: 2->3 55m0s: 3->8 2h55m0s: 8->40]", scaling.Bounds{Min: 1, Max: 40}, "five minutes before the hour, up to the maximum, and never in"},
		{autoscaling.Predictive{Mode: "ForecastAndScale", SchedulingBufferTime: new(int32(0)), MaxCapacityBreachBehavior: "IncreaseMaxCapacity", MaxCapacityBuffer: new(int32(10))},
			"[0s: 2->3 1h0m0s: 3->8 3h0m0s: 8->50]", scaling.Bounds{Min: 1, Max: 55}, "AWS's example: a forecast of 50 with a buffer of 10 % makes 55 of 40"},
	} {
		w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 40}, provisioning: engine.Provisioning{Capacity: 2}, load: constant(0), forecast: hourly{0: 2.5, 1: 8, 2: 4, 3: 50, 4: 1}}.build(t).
			policy(t, autoscaling.Policy{Name: "forecast", Predictive: &c.p}).after(6 * time.Hour)
		if got := fmt.Sprint(w.changesOf()); got != c.want || w.Bounds() != c.bounds {
			t.Errorf("%s: got %s and %v, want %s and %v\n%s", c.reason, got, w.Bounds(), c.want, c.bounds, strings.Join(w.diary.lines, "\n"))
		}
	}
}

func TestTheForecastHoldsScaleIn(t *testing.T) {
	w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 40}, provisioning: engine.Provisioning{Capacity: 20}, load: constant(60), changes: []int64{}, forecast: hourly{0: 8, 1: 8, 2: 3}}.build(t).
		policy(t, tracking("cpu", 60, cooldowns(0, 0)), autoscaling.Policy{Name: "forecast", Predictive: &autoscaling.Predictive{Mode: "ForecastAndScale"}}).after(4 * time.Hour)
	want := "[1m0s: 20->8 2h0m0s: 8->3 3h0m0s: 3->1]"
	if got := fmt.Sprint(w.changesOf()); got != want {
		t.Errorf("got %s, want %s: the maximum of forecast and policies wins, as long as the forecast holds\n%s", got, want, strings.Join(w.diary.lines, "\n"))
	}
	if _, ok := w.PredictedCapacity(); ok {
		t.Error("no forecast holds any more")
	}
}

func TestNotify(t *testing.T) {
	w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 20}, provisioning: engine.Provisioning{Capacity: 4}}.build(t)
	w.policy(t, tracking("a", 50), tracking("b", 70))
	if got := w.Alarms(); len(got) > 0 {
		t.Fatalf("got %v: without metrics the alarms are elsewhere", got)
	}
	high := engine.Notification{Policy: "a", Alarm: "high", State: alarm.Alarm, Comparison: alarm.GreaterThanThreshold, Threshold: 50, Datapoints: []float64{70, 80}}
	w.Notify(begin.Add(minute), high, engine.Notification{Policy: "gone", State: alarm.Alarm})
	low := engine.Notification{Policy: "a", Alarm: "low", State: alarm.Alarm, Comparison: alarm.LessThanThreshold, Threshold: 45, Datapoints: []float64{10}}
	w.Notify(begin.Add(20*minute), low)
	both := low
	both.Policy = "b"
	w.Notify(begin.Add(21*minute), both, low)
	quiet := low
	quiet.State = alarm.OK
	w.Notify(begin.Add(40*minute), both, low, quiet)
	w.Notify(begin.Add(41*minute), engine.Notification{Policy: "a", Alarm: "empty", State: alarm.Alarm, Comparison: alarm.GreaterThanThreshold})
	want := "[1m0s: 4->6 21m0s: 6->2]"
	if got := fmt.Sprint(w.changesOf()); got != want {
		t.Errorf("got %s, want %s: one alone does not scale in, one that left ALARM does not count, and without datapoints nothing is decided", got, want)
	}
}

func TestErrorsSayWhatToWrite(t *testing.T) {
	for _, c := range []struct {
		o    engine.Options
		want string
	}{
		{engine.Options{Identity: autoscaling.Identity{ScalableDimension: "x:y:Z"}}, "x:y:Z"},
		{engine.Options{Identity: service}, "Options.Resource"},
		{engine.Options{Identity: service, Resource: engine.NewProvisioner(engine.Provisioning{}), Bounds: scaling.Bounds{Min: 2, Max: 1}}, "maximum"},
	} {
		if _, err := engine.New(c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want an error with %s", err, c.want)
		}
	}
	w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 2}, load: constant(1)}.build(t)
	for name, err := range map[string]error{
		"configuration": w.PutPolicy(autoscaling.Policy{Name: "p"}),
		"TargetValue":   w.PutPolicy(autoscaling.Policy{Name: "p", TargetTracking: &autoscaling.TargetTracking{}}),
		"sets nothing":  w.PutAction(autoscaling.Action{Name: "a", Schedule: "rate(1 hour)"}, begin),
		"at(":           w.PutAction(autoscaling.Action{Name: "a", Schedule: "sometimes", MinCapacity: new(int32(1))}, begin),
		"Comparison":    w.PutAlarm(engine.Alarm{Name: "a"}),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want an error about %s", err, name)
		}
	}
	var refusal *engine.RefusalError
	if err := w.resource.Scale(begin, -1); !errors.As(err, &refusal) {
		t.Errorf("got %v", err)
	}
}
