package autoscaling

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var yieldID = Identity{ServiceNamespace: "ecs", ResourceID: "service/c/s", ScalableDimension: "ecs:service:DesiredCount"}

func TestYield(t *testing.T) {
	tracking := func(value float64, in int32, metric string) Policy {
		return Policy{Name: "p", Type: TargetTrackingScaling, TargetTracking: &TargetTracking{
			TargetValue: &value, ScaleInCooldown: &in, Predefined: &PredefinedMetric{Type: metric}}}
	}
	step := Policy{Name: "p", Type: StepScaling, Step: &Step{AdjustmentType: "ChangeInCapacity", Adjustments: []StepAdjustment{{LowerBound: new(0.0), Adjustment: 1}}}}
	const tt = "targetTrackingScalingPolicyConfiguration."
	for _, c := range []struct {
		reason string
		want   Policy
		have   []ObservedPolicy
		yield  []string
		puts   *Policy // nil: nothing is put
	}{
		{"what is not there is made as it is written", tracking(50, 10, "a"), nil, []string{tt + "targetValue"}, new(tracking(50, 10, "a"))},
		{"a yielded field alone is no difference", tracking(50, 10, "a"), []ObservedPolicy{{Policy: tracking(70, 10, "a")}}, []string{tt + "targetValue"}, nil},
		{"a put replaces all, so the value of AWS goes with it", tracking(50, 10, "a"), []ObservedPolicy{{Policy: tracking(70, 20, "a")}}, []string{tt + "targetValue"}, new(tracking(70, 10, "a"))},
		{"the whole block", tracking(50, 10, "a"), []ObservedPolicy{{Policy: tracking(70, 20, "b")}}, []string{strings.TrimSuffix(tt, ".")}, nil},
		{"one metric stands for the other", tracking(50, 10, "a"), []ObservedPolicy{{Policy: Policy{Name: "p", Type: TargetTrackingScaling, TargetTracking: &TargetTracking{
			TargetValue: new(50.0), ScaleInCooldown: new(int32(10)), Customized: &CustomizedMetric{MetricName: "m"}}}}}, []string{tt + "predefinedMetricSpecification"}, nil},
		{"a policy of another type is made anew, as it is written", tracking(50, 10, "a"), []ObservedPolicy{{Policy: step}}, []string{tt + "targetValue"}, new(tracking(50, 10, "a"))},
	} {
		plan := Diff(yieldID, Desired{Policies: []DesiredPolicy{{Policy: c.want, Yield: c.yield}}},
			Observed{Target: &ObservedTarget{}, Policies: c.have}, time.Time{})
		var puts *Policy
		for _, change := range plan.Changes {
			if change.Op == OpPutPolicy {
				puts = change.Policy
			}
		}
		if diff := cmp.Diff(c.puts, puts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestYields(t *testing.T) {
	for _, c := range []struct {
		reason, yield, field string
		want                 bool
	}{
		{"the field itself", "minCapacity", "minCapacity", true},
		{"another field", "minCapacity", "maxCapacity", false},
		{"a key of a map", "tags", "tags[team]", true},
		{"a member", "stepScalingPolicyConfiguration", "stepScalingPolicyConfiguration.cooldown", true},
		{"a field that only begins alike", "schedule", "scheduledScalingSuspended", false},
		{"the block above it", "suspendedState.scheduledScalingSuspended", "suspendedState", false},
		{"one metric stands for the other", "targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification",
			"targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.metricName", true},
	} {
		if got := Yields([]string{c.yield}, c.field); got != c.want {
			t.Errorf("%s: %s yields %s: %t", c.reason, c.yield, c.field, got)
		}
	}
}

// The caller's values are shared with other readers.
func TestYieldLeavesItsArgumentsAlone(t *testing.T) {
	build := func() (Desired, Observed) {
		r := rand.New(rand.NewPCG(7, 7))
		return drawDesired(r), drawObserved(r)
	}
	want, have := build()
	Yield(want, have)
	wantBefore, haveBefore := build()
	if diff := cmp.Diff(wantBefore, want) + cmp.Diff(haveBefore, have); diff != "" {
		t.Errorf("an argument was changed:\n%s", diff)
	}
}

// No plan names a field that is yielded, of something that is there.
func FuzzYield(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed, seed*31)
	}
	f.Fuzz(func(t *testing.T, a, b uint64) {
		r := rand.New(rand.NewPCG(a, b))
		want, have := drawDesired(r), drawObserved(r)
		for _, change := range Diff(yieldID, want, have, time.Unix(0, 0)).Changes {
			if change.Verb != Update {
				continue
			}
			var yielded []string
			switch change.Kind {
			case KindTarget:
				yielded = want.Target.Yield
			case KindPolicy:
				yielded = want.Policies[0].Yield
			case KindAction:
				yielded = want.Actions[0].Yield
			}
			for _, field := range change.Fields {
				for _, y := range yielded {
					if rest, ok := strings.CutPrefix(field.Field, y); ok && (rest == "" || strings.ContainsAny(rest[:1], ".[")) {
						t.Errorf("%s %q changes %s, which is yielded", change.Op, change.Name, field.Field)
					}
				}
			}
		}
	})
}

func sometimes[T any](r *rand.Rand, v T) *T {
	if r.IntN(2) == 0 {
		return nil
	}
	return &v
}

func drawYield(r *rand.Rand, kind Kind) []string {
	var yield []string
	for _, field := range YieldableFields(kind) {
		if r.IntN(3) == 0 {
			yield = append(yield, field)
		}
	}
	return yield
}

func drawDesired(r *rand.Rand) Desired {
	small := func() int32 { return int32(r.IntN(3)) }
	return Desired{
		Target: &DesiredTarget{Yield: drawYield(r, KindTarget), PinMin: r.IntN(2) == 0, PinMax: r.IntN(2) == 0, Target: Target{
			MinCapacity: sometimes(r, small()), MaxCapacity: sometimes(r, small()), RoleARN: []string{"", "arn:aws:iam::123456789012:role/a"}[r.IntN(2)],
			Suspended: Suspension{sometimes(r, r.IntN(2) == 0), sometimes(r, r.IntN(2) == 0), sometimes(r, r.IntN(2) == 0)},
			Tags:      map[string]string{"a": []string{"", "b"}[r.IntN(2)]}, RemovedTags: []string{"c"}}},
		Policies: []DesiredPolicy{{Policy: drawPolicy(r), Yield: drawYield(r, KindPolicy)}},
		Actions:  []DesiredAction{{Action: drawAction(r), Yield: drawYield(r, KindAction)}},
	}
}

func drawObserved(r *rand.Rand) Observed {
	return Observed{
		Target: &ObservedTarget{MinCapacity: int32(r.IntN(3)), MaxCapacity: int32(r.IntN(3)), RoleARN: "arn:aws:iam::123456789012:role/b",
			Suspended: ObservedSuspension{r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0}, Tags: map[string]string{"a": "x", "c": "y"}},
		Policies: []ObservedPolicy{{Policy: drawPolicy(r)}},
		Actions:  []ObservedAction{{Action: drawAction(r)}},
	}
}

func drawPolicy(r *rand.Rand) Policy {
	small := func() int32 { return int32(r.IntN(3)) }
	p := Policy{Name: "p"}
	switch r.IntN(3) {
	case 0:
		p.Type = TargetTrackingScaling
		p.TargetTracking = &TargetTracking{TargetValue: sometimes(r, float64(small())), DisableScaleIn: sometimes(r, r.IntN(2) == 0), ScaleInCooldown: sometimes(r, small()), ScaleOutCooldown: sometimes(r, small())}
		if r.IntN(2) == 0 {
			p.TargetTracking.Predefined = &PredefinedMetric{Type: []string{"a", "b"}[r.IntN(2)]}
		} else {
			p.TargetTracking.Customized = &CustomizedMetric{MetricName: []string{"a", "b"}[r.IntN(2)], Dimensions: []Dimension{{"n", "v"}}}
		}
	case 1:
		p.Type = StepScaling
		p.Step = &Step{AdjustmentType: []string{"a", "b"}[r.IntN(2)], Cooldown: sometimes(r, small()), MinAdjustmentMagnitude: sometimes(r, small()),
			MetricAggregationType: []string{"", "Maximum"}[r.IntN(2)], Adjustments: []StepAdjustment{{LowerBound: sometimes(r, float64(small())), Adjustment: small()}}}
	default:
		p.Type = PredictiveScaling
		p.Predictive = &Predictive{Mode: []string{"", "ForecastAndScale"}[r.IntN(2)], SchedulingBufferTime: sometimes(r, small()), MaxCapacityBuffer: sometimes(r, small()),
			MaxCapacityBreachBehavior: []string{"", "IncreaseMaxCapacity"}[r.IntN(2)], Metrics: []PredictiveMetric{{TargetValue: sometimes(r, float64(small()))}}}
	}
	return p
}

func drawAction(r *rand.Rand) Action {
	return Action{Name: "a", Schedule: []string{"rate(1 day)", "rate(2 days)"}[r.IntN(2)], Timezone: []string{"", "UTC", "Europe/Berlin"}[r.IntN(3)],
		Start: sometimes(r, time.Unix(int64(r.IntN(3)), 0)), End: sometimes(r, time.Unix(int64(r.IntN(3)), 0)), MinCapacity: sometimes(r, int32(r.IntN(3))), MaxCapacity: sometimes(r, int32(r.IntN(3)))}
}
