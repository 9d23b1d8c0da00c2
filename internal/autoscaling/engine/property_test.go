package engine_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// random builds a world with everything in it. The seed decides what; order is
// the order in which policies, actions and alarms are put; steady lets the
// metrics know when they change.
func random(t testing.TB, seed uint64, order func(n int) []int, knows bool) world {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	values := map[int64]float64{-300: float64(r.IntN(400))}
	for m := int64(0); m < 1440; m += 1 + r.Int64N(120) {
		values[m] = float64(r.IntN(1500))
		if r.IntN(12) == 0 {
			values[m] = math.NaN()
		}
	}
	l, changes := steps(values)
	b := engine.DefaultBehaviour()
	for _, o := range engine.BehaviourOptions() {
		if r.IntN(6) == 0 && o.Name != "repeatNotScaled" {
			if err := b.Set(o.Name, o.Alternatives[r.IntN(len(o.Alternatives))]); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := setup{
		id: service, bounds: scaling.Bounds{Min: int32(r.IntN(3)), Max: int32(5 + r.IntN(20))}, load: l, behaviour: &b,
		provisioning: engine.Provisioning{
			Capacity: int32(r.IntN(12)), OutDelay: time.Duration(r.IntN(600)) * time.Second, InDelay: time.Duration(r.IntN(90)) * time.Second, Blocks: r.IntN(2) == 0,
		},
		suspended: autoscaling.ObservedSuspension{DynamicScalingIn: r.IntN(9) == 0},
		forecast:  hourly{2: float64(r.IntN(9)), 3: float64(r.IntN(30)), 9: 4.5, 10: 2},
	}
	if knows {
		s.changes = changes
	}
	w := s.build(t)
	puts := []func() error{
		func() error { return w.PutPolicy(tracking("a", 50)) },
		func() error { return w.PutPolicy(tracking("b", 80, cooldowns(60, 0))) },
		func() error {
			return w.PutPolicy(autoscaling.Policy{Name: "c", Step: &autoscaling.Step{AdjustmentType: "PercentChangeInCapacity", MinAdjustmentMagnitude: new(int32(1)), Adjustments: []autoscaling.StepAdjustment{
				{UpperBound: new(0.0), Adjustment: -20}, {LowerBound: new(0.0), UpperBound: new(30.0), Adjustment: 10}, {LowerBound: new(30.0), Adjustment: 50},
			}}})
		},
		func() error {
			return w.PutPolicy(autoscaling.Policy{Name: "d", Predictive: &autoscaling.Predictive{Mode: "ForecastAndScale"}})
		},
		func() error {
			return w.PutAction(autoscaling.Action{Name: "e", Schedule: "cron(15 4 * * ? *)", MinCapacity: new(int32(4))}, begin)
		},
		func() error {
			return w.PutAction(autoscaling.Action{Name: "f", Schedule: "rate(7 hours)", MinCapacity: new(int32(1)), MaxCapacity: new(int32(9))}, begin)
		},
		func() error {
			return w.PutAlarm(engine.Alarm{Name: "user-high", Policies: []string{"c"}, Metric: scaling.Metric{Period: 60},
				Definition: alarm.Definition{Comparison: alarm.GreaterThanThreshold, Threshold: 90, Period: 60, EvaluationPeriods: 5, DatapointsToAlarm: 3}})
		},
		func() error {
			return w.PutAlarm(engine.Alarm{Name: "user-low", Policies: []string{"c"}, Metric: scaling.Metric{Period: 10},
				Definition: alarm.Definition{Comparison: alarm.LessThanThreshold, Threshold: 10, Period: 10, EvaluationPeriods: 30, TreatMissingData: alarm.NotBreaching}})
		},
	}
	with := r.IntN(1 << len(puts))
	for _, i := range order(len(puts)) {
		if with&(1<<i) != 0 {
			if err := puts[i](); err != nil {
				t.Fatal(err)
			}
		}
	}
	return w
}

func ascending(n int) []int {
	var order []int
	for i := range n {
		order = append(order, i)
	}
	return order
}

const worlds = 150

func TestSameInputSameOutput(t *testing.T) {
	for seed := range uint64(worlds) {
		once := random(t, seed, ascending, false).after(24 * time.Hour)
		again := random(t, seed, func(n int) []int {
			return rand.New(rand.NewPCG(seed, 3)).Perm(n)
		}, false)
		r := rand.New(rand.NewPCG(seed, 5))
		for at := begin; at.Before(begin.Add(24 * time.Hour)); at = at.Add(time.Duration(r.IntN(4000)) * time.Second) {
			again.Advance(at)
		}
		again.after(24 * time.Hour)
		if diff := cmp.Diff(once.diary.lines, again.diary.lines); diff != "" {
			t.Fatalf("seed %d: neither the order in which things are put nor the pace of the clock may matter\n%s", seed, diff)
		}
	}
}

func TestSkippingChangesNothing(t *testing.T) {
	for seed := range uint64(worlds) {
		patient := random(t, seed, ascending, false).after(24 * time.Hour)
		skipping := random(t, seed, ascending, true).after(24 * time.Hour)
		if diff := cmp.Diff(patient.diary.lines, skipping.diary.lines); diff != "" {
			t.Fatalf("seed %d: whoever knows when metrics change may skip, and nothing else\n%s", seed, diff)
		}
	}
}

func TestCapacityStaysWithinBounds(t *testing.T) {
	for seed := range uint64(worlds) {
		w := random(t, seed, ascending, false)
		for at := begin; at.Before(begin.Add(24 * time.Hour)); at = at.Add(time.Minute) {
			w.Advance(at)
		}
		open := 0
		for _, a := range w.diary.activities {
			if a.StatusCode == scaling.InProgress {
				open++
			}
			if !a.End.IsZero() && a.End.Before(a.Start) {
				t.Errorf("seed %d: %+v ends before it begins", seed, a)
			}
		}
		if open > 1 {
			t.Errorf("seed %d: %d activities are under way, and one overrides the other", seed, open)
		}
		bounds := scaling.Bounds{Min: 0, Max: math.MaxInt32}
		for _, line := range w.diary.lines {
			if _, text, ok := strings.Cut(line, "bounds "); ok {
				if _, err := fmt.Sscanf(text, "{%d %d}", &bounds.Min, &bounds.Max); err != nil {
					t.Fatal(err)
				}
			}
			if _, text, ok := strings.Cut(line, "InProgress "); ok {
				var from, to int32
				if _, err := fmt.Sscanf(text, "%d->%d:", &from, &to); err != nil {
					t.Fatal(err)
				}
				if bounds.Clamp(to) != to {
					t.Errorf("seed %d: %s is not within %v", seed, line, bounds)
				}
			}
		}
	}
}

func TestBehaviourOptions(t *testing.T) {
	covered := map[string]string{}
	for _, o := range engine.BehaviourOptions() {
		if o.Meaning == "" || o.Documented == "" || o.Source == "" || len(o.Alternatives) == 0 {
			t.Errorf("%s is not described: documentation is made of it", o.Name)
		}
		b := engine.DefaultBehaviour()
		if err := b.Set(o.Name, o.Default); err != nil || b != engine.DefaultBehaviour() {
			t.Errorf("%s: setting the default %q changes something or fails: %v", o.Name, o.Default, err)
		}
		for _, value := range o.Alternatives {
			b := engine.DefaultBehaviour()
			if err := b.Set(o.Name, value); err != nil {
				t.Errorf("%s: %v", o.Name, err)
			}
			if got, ok := b.Get(o.Name); !ok || got != value {
				t.Errorf("%s: got %q after setting %q", o.Name, got, value)
			}
			changed := leaves(reflect.ValueOf(b), "", reflect.ValueOf(engine.DefaultBehaviour()))
			if len(changed) != 1 {
				t.Errorf("%s = %s changes %v, want one member", o.Name, value, changed)
				continue
			}
			if other, ok := covered[changed[0]]; ok && other != o.Name {
				t.Errorf("%s and %s change the same member", o.Name, other)
			}
			covered[changed[0]] = o.Name
		}
		if err := b.Set(o.Name, "no such value"); err == nil || !strings.Contains(err.Error(), "write") {
			t.Errorf("%s: got %v, which does not say what to write", o.Name, err)
		}
	}
	all := leaves(reflect.ValueOf(engine.Behaviour{}), "", reflect.Value{})
	if len(covered) != len(all) {
		t.Errorf("%d options for the %d members %v: each must be listed", len(covered), len(all), all)
	}
	b := engine.DefaultBehaviour()
	if err := b.Set("unknown", "1"); err == nil {
		t.Error("an unknown option is refused")
	}
}

// leaves returns the members of a struct that differ from those of another, or
// all without another.
func leaves(v reflect.Value, path string, other reflect.Value) []string {
	if v.Kind() != reflect.Struct {
		if other.IsValid() && v.Equal(other) {
			return nil
		}
		return []string{path}
	}
	var out []string
	for i := range v.NumField() {
		var o reflect.Value
		if other.IsValid() {
			o = other.Field(i)
		}
		out = append(out, leaves(v.Field(i), path+"."+v.Type().Field(i).Name, o)...)
	}
	return out
}

func FuzzSet(f *testing.F) {
	for _, o := range engine.BehaviourOptions() {
		f.Add(o.Name, o.Alternatives[0])
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		b := engine.DefaultBehaviour()
		if b.Set(name, value) != nil {
			return
		}
		got, ok := b.Get(name)
		again := engine.DefaultBehaviour()
		if !ok || again.Set(name, got) != nil || again != b {
			t.Errorf("%s = %q reads %q, which is not the same", name, value, got)
		}
	})
}

func FuzzTarget(f *testing.F) {
	f.Add(uint64(1), int64(60))
	f.Fuzz(func(t *testing.T, seed uint64, pace int64) {
		once := random(t, seed, ascending, true).after(6 * time.Hour)
		again := random(t, seed, ascending, false)
		pace = 1 + max(pace, -pace)%7200
		for at := int64(0); at < 6*3600; at += pace {
			again.after(time.Duration(at) * time.Second)
		}
		if diff := cmp.Diff(once.diary.lines, again.after(6*time.Hour).diary.lines); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzProvisioner(f *testing.F) {
	f.Add([]byte{5, 9, 0, 30, 2, 2}, uint16(100), uint16(20))
	f.Fuzz(func(t *testing.T, asked []byte, out, in uint16) {
		p := engine.NewProvisioner(engine.Provisioning{Capacity: 3, OutDelay: time.Duration(out) * time.Second, InDelay: time.Duration(in) * time.Second})
		now := begin
		for _, n := range asked {
			now = now.Add(time.Duration(n) * time.Second)
			if err := p.Scale(now, int32(n%32)); err != nil {
				t.Fatal(err)
			}
			s := p.Status(now)
			if s.Desired != int32(n%32) || s.Running < 0 || s.Settled && s.Running != s.Desired {
				t.Fatalf("asked for %d, got %+v", n%32, s)
			}
			if next, ok := p.NextChange(now); ok == s.Settled || ok && !next.After(now) {
				t.Fatalf("%+v, but the next change is %v, %v", s, next, ok)
			}
		}
		now = now.Add(20 * time.Hour)
		if s := p.Status(now); !s.Settled || s.Running != s.Desired {
			t.Fatalf("got %+v after a long time", s)
		}
		total := int64(0)
		p.Over(begin.Unix(), now.Unix(), func(_ int32, seconds int64) { total += seconds })
		if want := now.Unix() - begin.Unix(); total != want {
			t.Fatalf("the history has %d seconds of %d", total, want)
		}
	})
}
