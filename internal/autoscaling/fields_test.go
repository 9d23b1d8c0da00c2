package autoscaling

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDefaultsThatAreDeclared is about what a difference says: what the manifest
// has, also where AWS would use that anyway.
func TestDefaultsThatAreDeclared(t *testing.T) {
	const (
		steps    = "stepScalingPolicyConfiguration."
		stepped  = " " + steps + "adjustmentType:>ChangeInCapacity " + steps + "cooldown:>300 " + steps + "metricAggregationType:>Average " + steps + "stepAdjustments[0..+∞]:>+1"
		tracking = "targetTrackingScalingPolicyConfiguration."
	)
	step := func(cooldown *int32, aggregation string) Policy {
		p := stepPolicy("p")
		p.Step.Cooldown, p.Step.MetricAggregationType = cooldown, aggregation
		return p
	}
	tracked := func(out *int32, off *bool) Policy {
		value := 60.0
		return Policy{Name: "p", Type: TargetTrackingScaling, TargetTracking: &TargetTracking{TargetValue: &value, ScaleOutCooldown: out, DisableScaleIn: off}}
	}
	written := step(new(int32(300)), "Average")
	for _, c := range []struct {
		reason   string
		declared Policy
		inAWS    []ObservedPolicy
		want     []string
	}{
		{"it goes to the value that is declared", written, inAWS(step(new(int32(60)), "Maximum")),
			[]string{"PutScalingPolicy p " + steps + "cooldown:60>300 " + steps + "metricAggregationType:Maximum>Average"}},
		{"and comes from the value that AWS tells", step(new(int32(60)), ""), inAWS(written), []string{"PutScalingPolicy p " + steps + "cooldown:300>60"}},
		{"what is not declared is not set", step(nil, ""), inAWS(step(new(int32(60)), "Maximum")),
			[]string{"PutScalingPolicy p " + steps + "cooldown:60> " + steps + "metricAggregationType:Maximum>"}},
		{"a default beside a difference is none", step(new(int32(300)), "Maximum"), inAWS(step(nil, "")), []string{"PutScalingPolicy p " + steps + "metricAggregationType:>Maximum"}},
		{"what is new is told in full", written, nil, []string{"PutScalingPolicy p policyType:>StepScaling" + stepped}},
		{"also a switch that stays as it is", tracked(new(int32(300)), new(false)), nil,
			[]string{"PutScalingPolicy p policyType:>TargetTrackingScaling " + tracking + "targetValue:>60 " + tracking + "disableScaleIn:>false " + tracking + "scaleOutCooldown:>300"}},
		{"and what is made anew, without the defaults that go", written, inAWS(tracked(new(int32(300)), nil)),
			[]string{"DeleteScalingPolicy p", "PutScalingPolicy p policyType:TargetTrackingScaling>StepScaling" + stepped + " " + tracking + "targetValue:60>"}},
	} {
		plan := Diff(variant, Desired{Target: bounds(1, 2), Policies: declared(c.declared)}, Observed{Target: registered(1, 2), Policies: c.inAWS}, noon)
		if diff := cmp.Diff(c.want, lines(plan)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.reason, diff)
		}
	}
	action := DesiredAction{Action: Action{Name: "a", Schedule: "rate(1 hour)", Timezone: "UTC", MinCapacity: new(int32(1))}}
	target := bounds(1, 2)
	target.Suspended.ScheduledScaling = new(false)
	plan := Diff(variant, Desired{Target: target, Actions: []DesiredAction{action}}, Observed{}, noon)
	want := []string{
		"RegisterScalableTarget minCapacity:>1 maxCapacity:>2 suspendedState.scheduledScalingSuspended:>false",
		"PutScheduledAction a schedule:>rate(1 hour) timezone:>UTC scalableTargetAction.minCapacity:>1",
	}
	if diff := cmp.Diff(want, lines(plan)); diff != "" {
		t.Errorf("targets and actions too (-want +got)\n%s", diff)
	}
}
