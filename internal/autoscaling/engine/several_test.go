package engine_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// stepping is a step scaling policy with an alarm of its own, which acts when the
// metric is above the threshold, or below it.
type stepping struct {
	name       string
	kind       string
	adjustment int32
	threshold  float64
	above      bool
}

func (s stepping) put(t testing.TB, w world) {
	t.Helper()
	step := autoscaling.StepAdjustment{LowerBound: new(0.0), Adjustment: s.adjustment}
	comparison := alarm.GreaterThanThreshold
	if !s.above {
		step, comparison = autoscaling.StepAdjustment{UpperBound: new(0.0), Adjustment: s.adjustment}, alarm.LessThanThreshold
	}
	w.policy(t, autoscaling.Policy{Name: s.name, Step: &autoscaling.Step{AdjustmentType: s.kind, Adjustments: []autoscaling.StepAdjustment{step}}})
	err := w.PutAlarm(engine.Alarm{Name: "alarm-" + s.name, Policies: []string{s.name}, Metric: scaling.Metric{Period: 60},
		Definition: alarm.Definition{Comparison: comparison, Threshold: s.threshold, Period: 60, EvaluationPeriods: 1}})
	if err != nil {
		t.Fatal(err)
	}
}

// The example of the API reference of PutScalingPolicy: of 10, +3 and +200 % the
// larger is taken, which makes 30.
func TestTheLargestCapacityWins(t *testing.T) {
	three := stepping{"three", "ChangeInCapacity", 3, 50, true}
	double := stepping{"double", "PercentChangeInCapacity", 200, 50, true}
	less := stepping{"less", "ChangeInCapacity", -1, 90, false}
	muchLess := stepping{"much-less", "PercentChangeInCapacity", -50, 90, false}
	for _, c := range []struct {
		policies []stepping
		want     string
		reason   string
	}{
		{[]stepping{three, double}, "[1m0s: 10->30]", "30 is more than 13"},
		{[]stepping{double, three}, "[1m0s: 10->30]", "in whatever order they are put"},
		{[]stepping{three}, "[1m0s: 10->13]", "alone"},
		{[]stepping{less, muchLess}, "[1m0s: 10->9]", "also of two that scale in: 9 is more than 5"},
		{[]stepping{three, muchLess}, "[1m0s: 10->13]", "who scales out wins over who scales in"},
	} {
		w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 100}, provisioning: engine.Provisioning{Capacity: 10, OutDelay: time.Hour, InDelay: time.Hour}, load: constant(70), raw: true}.build(t)
		for _, p := range c.policies {
			p.put(t, w)
		}
		if got := fmt.Sprint(w.after(90 * time.Second).changesOf()); got != c.want {
			t.Errorf("%s: got %s, want %s\n%s", c.reason, got, c.want, strings.Join(w.diary.lines, "\n"))
		}
	}
}

// voter is a policy of a random world.
type voter struct {
	target   float64 // of target tracking
	disabled bool    // scale-in
	stepping
}

func (v voter) put(t testing.TB, w world) {
	if v.target == 0 {
		v.stepping.put(t, w)
		return
	}
	w.policy(t, tracking(v.name, v.target, cooldowns(0, 0), func(p *autoscaling.TargetTracking) { p.DisableScaleIn = &v.disabled }))
}

func randomVoters(r *rand.Rand) []voter {
	var voters []voter
	for i := range 2 + r.IntN(4) {
		v := voter{stepping: stepping{name: fmt.Sprint("p", i)}}
		if r.IntN(3) > 0 {
			v.target, v.disabled = float64(20+r.IntN(120)), r.IntN(5) == 0
		} else {
			v.kind = []string{"ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"}[r.IntN(3)]
			v.adjustment, v.threshold, v.above = int32(1+r.IntN(60)), float64(20+r.IntN(120)), r.IntN(2) == 0
			if v.kind != "ExactCapacity" && !v.above {
				v.adjustment = -v.adjustment
			}
		}
		voters = append(voters, v)
	}
	return voters
}

// first returns the first decision that changes the capacity: its minute, and to
// what. What is decided later depends on it.
func first(t testing.TB, load float64, n int32, voters ...voter) (at time.Duration, to int32, decided bool) {
	t.Helper()
	w := setup{id: service, bounds: scaling.Bounds{Min: 1, Max: 1000}, provisioning: engine.Provisioning{Capacity: n, OutDelay: time.Hour, InDelay: time.Hour}, load: constant(load), raw: true}.build(t)
	for _, v := range voters {
		v.put(t, w)
	}
	w.after(30 * minute)
	for id := int64(1); id <= int64(len(w.diary.activities)); id++ {
		if a := w.diary.activities[id]; a.From != a.To {
			return a.Start.Sub(begin), a.To, true
		}
	}
	return 0, 0, false
}

// What several policies decide follows from what each decides alone (Application
// Auto Scaling User Guide: "Multiple scaling policies"): the largest capacity at
// the earliest time wins, and target tracking scales in only if each policy of
// that type would.
func TestSeveralPolicies(t *testing.T) {
	outs, ins, vetoes := 0, 0, 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 11))
		voters, load, n := randomVoters(r), float64(10+r.IntN(150)), int32(5+r.IntN(30))
		type decision struct {
			at time.Duration
			to int32
		}
		var alone []decision
		var tracked []decision // scale-in of target tracking
		agree := true
		for _, v := range voters {
			at, to, decided := first(t, load, n, v)
			switch {
			case v.target > 0 && !v.disabled && (!decided || to > n):
				agree = false // not ready to scale in
			}
			switch {
			case !decided:
			case v.target > 0 && to < n:
				tracked = append(tracked, decision{at, to})
			default:
				alone = append(alone, decision{at, to})
			}
		}
		if agree {
			alone = append(alone, tracked...)
		} else if len(tracked) > 0 {
			vetoes++
		}
		var want decision
		for i, d := range alone {
			if i == 0 || d.at < want.at || d.at == want.at && d.to > want.to {
				want = d
			}
		}
		at, to, decided := first(t, load, n, voters...)
		if got := (decision{at, to}); got != want || decided != (len(alone) > 0) {
			t.Fatalf("seed %d: %+v at %v from %d decide %v, and one by one they come to %v", seed, voters, load, n, got, want)
		}
		switch {
		case !decided:
		case to > n:
			outs++
		default:
			ins++
		}
	}
	if outs < 50 || ins < 20 || vetoes < 20 {
		t.Errorf("%d scale-outs, %d scale-ins and %d vetoes are too few to tell", outs, ins, vetoes)
	}
}
