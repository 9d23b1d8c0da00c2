package faults

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

const (
	targetKind = autoscaling.KindTarget
	policyKind = autoscaling.KindPolicy
	actionKind = autoscaling.KindAction

	instanceCount = "sagemaker:variant:DesiredInstanceCount"
)

// variant is the scalable target of an endpoint.
func variant(endpoint string) identity {
	return identity{namespace: "sagemaker", resource: "endpoint/" + endpoint + "/variant/AllTraffic", dimension: instanceCount}
}

func target(name string, id identity, minimum, maximum int64) *v1alpha1.ScalableTarget {
	return &v1alpha1.ScalableTarget{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1alpha1.ScalableTargetSpec{
			ServiceNamespace: id.namespace, ResourceID: &id.resource, ScalableDimension: id.dimension,
			MinCapacity: &minimum, MaxCapacity: &maximum,
		},
	}
}

// policy is a target tracking policy.
func policy(name, inAWS string, id identity, value float64) *v1alpha1.ScalingPolicy {
	metric := "SageMakerVariantInvocationsPerInstance"
	return &v1alpha1.ScalingPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1alpha1.ScalingPolicySpec{
			PolicyName: inAWS, ServiceNamespace: &id.namespace, ResourceID: &id.resource, ScalableDimension: &id.dimension,
			TargetTrackingScalingPolicyConfiguration: tracking(value, metric),
		},
	}
}

func tracking(value float64, metric string) *v1alpha1.TargetTrackingConfiguration {
	return &v1alpha1.TargetTrackingConfiguration{
		TargetValue: &value, PredefinedMetricSpecification: &v1alpha1.PredefinedMetric{PredefinedMetricType: &metric},
	}
}

func stepConfiguration(adjustment int64) *v1alpha1.StepScalingConfiguration {
	return &v1alpha1.StepScalingConfiguration{
		AdjustmentType:  new("ChangeInCapacity"),
		StepAdjustments: []v1alpha1.StepAdjustment{{MetricIntervalLowerBound: new(0.0), ScalingAdjustment: &adjustment}},
	}
}

// stepPolicy is a step scaling policy; a target may have several.
func stepPolicy(name, inAWS string, id identity, adjustment int64) *v1alpha1.ScalingPolicy {
	p := policy(name, inAWS, id, 1)
	p.Spec.TargetTrackingScalingPolicyConfiguration, p.Spec.StepScalingPolicyConfiguration = nil, stepConfiguration(adjustment)
	return p
}

// action is a scheduled action that does not fire while a test lasts.
func action(name, inAWS string, id identity, minimum int64) *v1alpha1.ScheduledAction {
	return &v1alpha1.ScheduledAction{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1alpha1.ScheduledActionSpec{
			ScheduledActionName: inAWS, ServiceNamespace: &id.namespace, ResourceID: &id.resource, ScalableDimension: &id.dimension,
			Schedule: new("at(2040-03-01T08:00:00)"), ScalableTargetAction: &v1alpha1.ScalableTargetAction{MinCapacity: &minimum},
		},
	}
}

// byReference lets a policy or action name its target by an object.
func byReference[T v1alpha1.Object](obj T, target string) T {
	ref := &v1alpha1.Reference{From: &v1alpha1.ObjectReference{Name: target}}
	switch o := any(obj).(type) {
	case *v1alpha1.ScalingPolicy:
		o.Spec.ResourceRef, o.Spec.ResourceID, o.Spec.ServiceNamespace, o.Spec.ScalableDimension = ref, nil, nil, nil
	case *v1alpha1.ScheduledAction:
		o.Spec.ResourceRef, o.Spec.ResourceID, o.Spec.ServiceNamespace, o.Spec.ScalableDimension = ref, nil, nil, nil
	}
	return obj
}

// annotated is an object with an annotation.
func annotated[T v1alpha1.Object](obj T, name, value string) T {
	obj.SetAnnotations(map[string]string{name: value})
	return obj
}

// parse reads the spec of an object from YAML.
func parse(t testing.TB, kind autoscaling.Kind, name, spec string) v1alpha1.Object {
	t.Helper()
	obj := newObject(kind)
	obj.SetName(name)
	if err := yaml.UnmarshalStrict([]byte(spec), specOf(obj)); err != nil {
		t.Fatalf("%v\n%s", err, spec)
	}
	return obj
}
