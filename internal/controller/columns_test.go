package controller

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// The column CURRENT costs no call: it shows what another controller wrote.
func TestCurrentCapacityIsWhatTheEndpointTells(t *testing.T) {
	endpoint := ObjectRef{Kind: kindEndpoint}
	variants := func(list ...any) referents {
		return referents{endpoint: &unstructured.Unstructured{Object: map[string]any{"status": map[string]any{"productionVariants": list}}}}
	}
	blue := map[string]any{"variantName": "blue", "currentInstanceCount": int64(3)}
	instances := autoscaling.Identity{ScalableDimension: "sagemaker:variant:DesiredInstanceCount"}
	for _, c := range []struct {
		reason    string
		naming    naming
		target    autoscaling.Identity
		referents referents
		want      *int64
	}{
		{"the variant's instances", naming{endpoint: &endpoint, variant: "blue"}, instances, variants("odd", blue), new(int64(3))},
		{"another variant's are not meant", naming{endpoint: &endpoint, variant: "green"}, instances, variants(blue), nil},
		{"concurrency is no number of instances", naming{endpoint: &endpoint, variant: "blue"}, autoscaling.Identity{ScalableDimension: "sagemaker:variant:DesiredProvisionedConcurrency"}, variants(blue), nil},
		{"an endpoint that is gone tells nothing", naming{endpoint: &endpoint, variant: "blue"}, instances, nil, nil},
		{"without a reference nobody tells", naming{}, instances, nil, nil},
	} {
		p := &pass{group: Group{Identity: c.target}, referents: c.referents}
		if diff := cmp.Diff(c.want, p.currentCapacity(&member{naming: c.naming})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestCapacityThatAWSForecastsIsTold(t *testing.T) {
	obj := targetObject("t", "service/a/b")
	obj.Finalizers = []string{v1alpha1.FinalizerScalableTarget}
	m := &member{ref: refOf(obj), obj: obj, before: obj, known: obj}
	for _, want := range []*int32{new(int32(7)), nil} {
		p := &pass{observed: autoscaling.Observed{Target: &autoscaling.ObservedTarget{PredictedCapacity: want}}}
		(&Reconciler{}).writeTarget(p, m, obj)
		if got := obj.Status.PredictedCapacity; (got == nil) != (want == nil) || want != nil && *got != int64(*want) {
			t.Errorf("the status has %v, AWS %v", got, want)
		}
	}
}

// The column ALARMS shows a step policy that nothing starts.
func TestAlarmCountShowsPoliciesThatNothingStarts(t *testing.T) {
	inAWS := &v1alpha1.ResourceMetadata{}
	for _, c := range []struct {
		reason string
		known  *v1alpha1.ResourceMetadata
		policy autoscaling.PolicyType
		alarms int
		want   *int64
	}{
		{"AWS made two", inAWS, autoscaling.TargetTrackingScaling, 2, new(int64(2))},
		{"no alarm of the user's names the policy", inAWS, autoscaling.StepScaling, 0, new(int64(0))},
		{"predictive scaling needs none", inAWS, autoscaling.PredictiveScaling, 0, nil},
		{"the policy is not in AWS yet", nil, autoscaling.StepScaling, 0, nil},
	} {
		obj := &v1alpha1.ScalingPolicy{}
		obj.Status.ACKResourceMetadata, obj.Status.Alarms = c.known, make([]v1alpha1.Alarm, c.alarms)
		m := &member{declared: declaration{policy: autoscaling.Policy{Type: c.policy}}}
		if diff := cmp.Diff(c.want, m.alarmCount(obj)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}
