package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

func assuming(t testing.TB, name, value string) *engine.Behaviour {
	t.Helper()
	b := engine.DefaultBehaviour()
	if err := b.Set(name, value); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestReadyToScaleIn(t *testing.T) {
	low := func(policy string) engine.Notification {
		return engine.Notification{Policy: policy, Alarm: "low", State: alarm.Alarm, Comparison: alarm.LessThanThreshold, Threshold: 45, Datapoints: []float64{10}}
	}
	for _, c := range []struct {
		ready  string
		apart  time.Duration
		want   string
		reason string
	}{
		{"1m0s", 0, "[20m0s: 8->2]", "both are told at one time"},
		{"1m0s", 59 * time.Second, "[20m59s: 8->2]", "a minute has not passed since the first was"},
		{"1m0s", minute, "[]", "the first would have been told again by now"},
		{"2m0s", minute, "[21m0s: 8->2]", "or is ready for longer"},
		{"2m0s", 2 * minute, "[]", "but not for ever"},
	} {
		w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 20}, provisioning: engine.Provisioning{Capacity: 8}, behaviour: assuming(t, "scaleInReadyFor", c.ready)}.build(t)
		w.policy(t, tracking("a", 50), tracking("b", 50))
		w.Notify(begin.Add(20*minute), low("a"))
		if c.apart == 0 {
			w.Notify(begin.Add(20*minute), low("b"))
		} else {
			w.Notify(begin.Add(20*minute+c.apart), low("b"))
		}
		if got := fmt.Sprint(w.changesOf()); got != c.want {
			t.Errorf("%s: got %s, want %s", c.reason, got, c.want)
		}
	}
}

func TestSuspensionOfForecasts(t *testing.T) {
	for _, c := range []struct{ stops, want, reason string }{
		{"false", "[0s: 2->3 55m0s: 3->8]", "suspension is of what alarms trigger"},
		{"true", "[1h10m0s: 2->8]", "or of forecasts too, which hold again at once when it ends"},
	} {
		w := setup{
			id: service, bounds: scaling.Bounds{Min: 1, Max: 40}, provisioning: engine.Provisioning{Capacity: 2}, forecast: hourly{0: 3, 1: 8, 2: 4},
			behaviour: assuming(t, "suspensionStopsForecasts", c.stops), suspended: autoscaling.ObservedSuspension{DynamicScalingOut: true},
		}.build(t).policy(t, autoscaling.Policy{Name: "forecast", Predictive: &autoscaling.Predictive{Mode: "ForecastAndScale"}}).after(70 * minute)
		w.SetSuspended(autoscaling.ObservedSuspension{})
		if got := fmt.Sprint(w.after(80 * minute).changesOf()); got != c.want {
			t.Errorf("%s: got %s, want %s", c.reason, got, c.want)
		}
	}
}

// Options that are decided elsewhere reach there.
func TestAssumptionsReachTheDecision(t *testing.T) {
	action := func(w world, schedule string, start, end time.Duration) {
		a := autoscaling.Action{Name: "a", Schedule: schedule, MinCapacity: new(int32(9)), Start: new(begin.Add(start)), End: new(begin.Add(end))}
		if err := w.PutAction(a, begin); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		option string
		load   float64
		do     func(w world)
		values map[string]string // what changes, by the value
		reason string
	}{
		{"highAlarmPeriods", 600, func(w world) { w.policy(t, tracking("cpu", 60)) },
			map[string]string{"3": "[4m0s: 5->10]", "1": "[2m0s: 5->10]"}, "the load rises at the beginning, and a minute is seen one minute after its end"},
		{"dueAtEnd", 0, func(w world) { action(w, "rate(1 minute)", 10*minute, 10*minute) },
			map[string]string{"fire": "[10m0s: 5->9]", "skip": "[]"}, "start and end are the same time"},
		{"atPeriod", 0, func(w world) { action(w, "at(2025-03-03T00:05:00)", 10*minute, 20*minute) },
			map[string]string{"heed": "[]", "ignore": "[5m0s: 5->9]"}, "it is due before the start"},
	} {
		for value, want := range c.values {
			l, _ := steps(map[int64]float64{-600: 300, 0: c.load})
			w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 10}, provisioning: engine.Provisioning{Capacity: 5}, load: l, behaviour: assuming(t, c.option, value)}.build(t)
			c.do(w)
			if got := fmt.Sprint(w.after(12 * minute).changesOf()); got != want {
				t.Errorf("%s = %s: %s: got %s, want %s\n%s", c.option, value, c.reason, got, want, strings.Join(w.diary.lines, "\n"))
			}
		}
	}
}

// The list of words says what the words are, and the page what they rest on.
func TestAssumedAreComplete(t *testing.T) {
	all := append(append(engine.AssumedWords(), engine.AssumedOrders()...), engine.AssumedFacts()...)
	for _, a := range all {
		if a.Name == "" || a.Source == "" || strings.HasSuffix(a.Fact, ": ") || a.Fact == "" {
			t.Errorf("%+v is not described", a)
		}
	}
}
