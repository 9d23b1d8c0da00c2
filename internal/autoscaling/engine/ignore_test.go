package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// said is what alarms say at one time.
func said(r *rand.Rand) []engine.Notification {
	var all []engine.Notification
	for _, policy := range []string{"a", "b", "c"} {
		for _, comparison := range []alarm.Comparison{alarm.GreaterThanThreshold, alarm.LessThanThreshold} {
			n := engine.Notification{
				Policy: policy, Alarm: fmt.Sprint(policy, comparison), State: alarm.Alarm, Comparison: comparison,
				Threshold: 50, Datapoints: []float64{float64(r.IntN(100)), float64(r.IntN(100))},
			}
			switch r.IntN(6) {
			case 0:
				all = append(all, n)
			case 1:
				n.State = alarm.OK
				all = append(all, n)
			}
		}
	}
	return all
}

// unwatched is a random world whose alarms are elsewhere.
func unwatched(t *testing.T, seed uint64) world {
	r := rand.New(rand.NewPCG(seed, 13))
	return setup{
		id: service, bounds: scaling.Bounds{Min: int32(r.IntN(3)), Max: int32(5 + r.IntN(20))},
		provisioning: engine.Provisioning{Capacity: int32(r.IntN(12)), OutDelay: time.Duration(r.IntN(600)) * time.Second, Blocks: r.IntN(2) == 0},
		suspended:    autoscaling.ObservedSuspension{DynamicScalingIn: r.IntN(9) == 0},
		forecast:     hourly{2: float64(r.IntN(9)), 3: float64(r.IntN(30))},
	}.build(t).policy(t, tracking("a", 50), tracking("b", 80, cooldowns(60, 0)),
		autoscaling.Policy{Name: "c", Step: &autoscaling.Step{AdjustmentType: "ChangeInCapacity", Adjustments: []autoscaling.StepAdjustment{
			{UpperBound: new(0.0), Adjustment: -1}, {LowerBound: new(0.0), UpperBound: new(30.0), Adjustment: 1},
		}}},
		autoscaling.Policy{Name: "d", Predictive: &autoscaling.Predictive{Mode: "ForecastAndScale"}})
}

// TestIgnoringChangesNothing notifies a target of everything, and another one of
// what it does not ignore.
func TestIgnoringChangesNothing(t *testing.T) {
	ignored, heard := 0, 0
	for seed := range uint64(worlds) {
		told, asked := unwatched(t, seed), unwatched(t, seed)
		r := rand.New(rand.NewPCG(seed, 11))
		for at := begin; at.Before(begin.Add(24 * time.Hour)); at = at.Add(time.Duration(1+r.IntN(5)) * minute) {
			all := said(r)
			told.Notify(at, all...)
			if asked.Ignore(at, all...) {
				ignored++
			} else {
				heard++
				asked.Notify(at, all...)
			}
		}
		if diff := cmp.Diff(told.diary.lines, asked.diary.lines); diff != "" {
			t.Fatalf("seed %d: what was ignored changed something\n%s", seed, diff)
		}
	}
	if least := 10 * worlds; ignored < least || heard < least {
		t.Errorf("%d times everything was ignored and %d times it was not", ignored, heard)
	}
}
