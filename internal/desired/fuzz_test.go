package desired_test

import (
	"encoding/json"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// Whatever an object holds, it is converted or complained about.
func FuzzTarget(f *testing.F) {
	f.Add(`{"spec":{"resourceID":"r","scalableDimension":"d","serviceNamespace":"s","minCapacity":1,"maxCapacity":99999999999,"tags":[{"key":"a"},{"key":"a"}]},"status":{"lastApplied":{"minCapacity":1,"tags":["a","b","b"],"suspendedState":{"scheduledScalingSuspended":true}}}}`)
	f.Add(`{"spec":{"suspendedState":{"dynamicScalingInSuspended":true}}}`)
	f.Fuzz(func(t *testing.T, object string) {
		var o v1alpha1.ScalableTarget
		if json.Unmarshal([]byte(object), &o) != nil {
			return
		}
		_, target, found := desired.Target(&o)
		for _, key := range target.RemovedTags {
			if _, kept := target.Tags[key]; kept {
				t.Errorf("tag %q is declared and removed", key)
			}
		}
		if n := o.Spec.MinCapacity; n != nil && len(found) == 0 && int64(*target.MinCapacity) != *n {
			t.Errorf("minCapacity %d became %d", *n, *target.MinCapacity)
		}
		if len(o.Spec.Tags) > len(target.Tags) && len(found) == 0 {
			t.Errorf("a tag was lost without a finding: %v became %v", o.Spec.Tags, target.Tags)
		}
	})
}

func FuzzPolicy(f *testing.F) {
	f.Add(`{"spec":{"policyName":"p","stepScalingPolicyConfiguration":{"cooldown":99999999999,"stepAdjustments":[{},{"scalingAdjustment":1}]}}}`)
	f.Add(`{"spec":{"targetTrackingScalingPolicyConfiguration":{"customizedMetricSpecification":{"metrics":[{"id":"m","metricStat":{}}]}}}}`)
	f.Add(`{"spec":{"predictiveScalingPolicyConfiguration":{"metricSpecifications":[{"customizedLoadMetricSpecification":{}}]}}}`)
	f.Fuzz(func(t *testing.T, object string) {
		var o v1alpha1.ScalingPolicy
		if json.Unmarshal([]byte(object), &o) != nil {
			return
		}
		_, policy, _ := desired.Policy(&o)
		if step := o.Spec.StepScalingPolicyConfiguration; step != nil && len(step.StepAdjustments) != len(policy.Step.Adjustments) {
			t.Errorf("%d steps became %d", len(step.StepAdjustments), len(policy.Step.Adjustments))
		}
		if (policy.TargetTracking == nil) != (o.Spec.TargetTrackingScalingPolicyConfiguration == nil) ||
			(policy.Predictive == nil) != (o.Spec.PredictiveScalingPolicyConfiguration == nil) {
			t.Errorf("a configuration was lost or invented: %+v", policy)
		}
	})
}

func FuzzAction(f *testing.F) {
	f.Add(`{"spec":{"scheduledActionName":"a","startTime":"2026-11-27T08:00:00Z","scalableTargetAction":{"minCapacity":1}}}`)
	f.Fuzz(func(t *testing.T, object string) {
		var o v1alpha1.ScheduledAction
		if json.Unmarshal([]byte(object), &o) != nil {
			return
		}
		_, action, _ := desired.Action(&o)
		if start := o.Spec.StartTime; start != nil && !action.Start.Equal(start.Time) {
			t.Errorf("start %v became %v", start, action.Start)
		}
	})
}
