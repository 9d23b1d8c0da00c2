package desired

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// Fill writes what AWS has into the object's spec, so that the object declares
// exactly that. It is false, and changes nothing, when AWS has nothing under the
// name, which is that of a policy or scheduled action.
//
// An object that says already which resource it is about keeps saying it in its
// own way, be it by reference. A service-linked role is left out: AWS uses it in
// any case, and naming it would need the right to pass it. So are the tags of a
// target: they may be somebody else's, and what is not declared is left alone.
func Fill(o v1alpha1.Object, id autoscaling.Identity, name string, seen autoscaling.Observed) bool {
	empty := Empty(o)
	switch o := o.(type) {
	case *v1alpha1.ScalableTarget:
		if seen.Target == nil {
			return false
		}
		if empty {
			o.Spec.ResourceID, o.Spec.ScalableDimension, o.Spec.ServiceNamespace = &id.ResourceID, id.ScalableDimension, id.ServiceNamespace
		}
		fillTarget(&o.Spec, seen.Target)
	case *v1alpha1.ScalingPolicy:
		policy := seen.Policy(name)
		if policy == nil {
			return false
		}
		if empty {
			o.Spec.PolicyName = name
			o.Spec.ResourceID, o.Spec.ScalableDimension, o.Spec.ServiceNamespace = &id.ResourceID, &id.ScalableDimension, &id.ServiceNamespace
		}
		fillPolicy(&o.Spec, policy.Policy)
	case *v1alpha1.ScheduledAction:
		action := seen.Action(name)
		if action == nil {
			return false
		}
		if empty {
			o.Spec.ScheduledActionName = name
			o.Spec.ResourceID, o.Spec.ScalableDimension, o.Spec.ServiceNamespace = &id.ResourceID, &id.ScalableDimension, &id.ServiceNamespace
		}
		fillAction(&o.Spec, action.Action)
	}
	return true
}

func fillTarget(spec *v1alpha1.ScalableTargetSpec, seen *autoscaling.ObservedTarget) {
	spec.MinCapacity, spec.MaxCapacity = wide(&seen.MinCapacity), wide(&seen.MaxCapacity)
	spec.RoleARN = nil
	if spec.RoleRef == nil {
		spec.RoleARN = given(chosenRole(seen.RoleARN))
	}
	spec.SuspendedState = nil
	if s := seen.Suspended; s != (autoscaling.ObservedSuspension{}) {
		spec.SuspendedState = &v1alpha1.SuspendedState{
			DynamicScalingInSuspended:  new(s.DynamicScalingIn),
			DynamicScalingOutSuspended: new(s.DynamicScalingOut),
			ScheduledScalingSuspended:  new(s.ScheduledScaling),
		}
	}
}

func fillAction(spec *v1alpha1.ScheduledActionSpec, seen autoscaling.Action) {
	spec.Schedule, spec.Timezone = given(seen.Schedule), given(seen.Timezone)
	spec.StartTime, spec.EndTime = wholeSeconds(seen.Start), wholeSeconds(seen.End)
	spec.ScalableTargetAction = nil
	if seen.MinCapacity != nil || seen.MaxCapacity != nil {
		spec.ScalableTargetAction = &v1alpha1.ScalableTargetAction{MinCapacity: wide(seen.MinCapacity), MaxCapacity: wide(seen.MaxCapacity)}
	}
}

func fillPolicy(spec *v1alpha1.ScalingPolicySpec, seen autoscaling.Policy) {
	spec.PolicyType = given(string(seen.Type))
	spec.TargetTrackingScalingPolicyConfiguration = trackingSpec(seen.TargetTracking)
	spec.StepScalingPolicyConfiguration = stepSpec(seen.Step)
	spec.PredictiveScalingPolicyConfiguration = predictiveSpec(seen.Predictive)
}

func trackingSpec(c *autoscaling.TargetTracking) *v1alpha1.TargetTrackingConfiguration {
	if c == nil {
		return nil
	}
	spec := &v1alpha1.TargetTrackingConfiguration{
		TargetValue:      c.TargetValue,
		DisableScaleIn:   c.DisableScaleIn,
		ScaleInCooldown:  wide(c.ScaleInCooldown),
		ScaleOutCooldown: wide(c.ScaleOutCooldown),
	}
	if m := c.Predefined; m != nil {
		spec.PredefinedMetricSpecification = &v1alpha1.PredefinedMetric{PredefinedMetricType: given(m.Type), ResourceLabel: given(m.ResourceLabel)}
	}
	if m := c.Customized; m != nil {
		spec.CustomizedMetricSpecification = &v1alpha1.CustomizedMetric{
			MetricName: given(m.MetricName), Namespace: given(m.Namespace), Dimensions: dimensionSpecs(m.Dimensions),
			Statistic: given(m.Statistic), Unit: given(m.Unit), Metrics: querySpecs(m.Metrics),
		}
	}
	return spec
}

func stepSpec(c *autoscaling.Step) *v1alpha1.StepScalingConfiguration {
	if c == nil {
		return nil
	}
	spec := &v1alpha1.StepScalingConfiguration{
		AdjustmentType:         given(c.AdjustmentType),
		Cooldown:               wide(c.Cooldown),
		MetricAggregationType:  given(c.MetricAggregationType),
		MinAdjustmentMagnitude: wide(c.MinAdjustmentMagnitude),
	}
	for _, a := range c.Adjustments {
		spec.StepAdjustments = append(spec.StepAdjustments, v1alpha1.StepAdjustment{
			MetricIntervalLowerBound: a.LowerBound, MetricIntervalUpperBound: a.UpperBound, ScalingAdjustment: wide(&a.Adjustment),
		})
	}
	return spec
}

func predictiveSpec(c *autoscaling.Predictive) *v1alpha1.PredictiveScalingConfiguration {
	if c == nil {
		return nil
	}
	spec := &v1alpha1.PredictiveScalingConfiguration{
		Mode:                      given(c.Mode),
		SchedulingBufferTime:      wide(c.SchedulingBufferTime),
		MaxCapacityBreachBehavior: given(c.MaxCapacityBreachBehavior),
		MaxCapacityBuffer:         wide(c.MaxCapacityBuffer),
	}
	for _, m := range c.Metrics {
		spec.MetricSpecifications = append(spec.MetricSpecifications, v1alpha1.PredictiveMetric{
			TargetValue:                           m.TargetValue,
			PredefinedMetricPairSpecification:     predefinedSpec(m.PredefinedPair),
			PredefinedLoadMetricSpecification:     predefinedSpec(m.PredefinedLoad),
			PredefinedScalingMetricSpecification:  predefinedSpec(m.PredefinedScaling),
			CustomizedLoadMetricSpecification:     customizedSpec(m.CustomizedLoad),
			CustomizedScalingMetricSpecification:  customizedSpec(m.CustomizedScaling),
			CustomizedCapacityMetricSpecification: customizedSpec(m.CustomizedCapacity),
		})
	}
	return spec
}

func predefinedSpec(m *autoscaling.PredefinedMetric) *v1alpha1.PredefinedPredictiveMetric {
	if m == nil {
		return nil
	}
	return &v1alpha1.PredefinedPredictiveMetric{PredefinedMetricType: given(m.Type), ResourceLabel: given(m.ResourceLabel)}
}

func customizedSpec(queries []autoscaling.MetricQuery) *v1alpha1.CustomizedPredictiveMetric {
	if len(queries) == 0 {
		return nil
	}
	return &v1alpha1.CustomizedPredictiveMetric{MetricDataQueries: querySpecs(queries)}
}

func querySpecs(queries []autoscaling.MetricQuery) []v1alpha1.MetricQuery {
	var specs []v1alpha1.MetricQuery
	for _, q := range queries {
		spec := v1alpha1.MetricQuery{ID: q.ID, Expression: given(q.Expression), Label: given(q.Label), ReturnData: q.ReturnData}
		if s := q.Stat; s != nil {
			spec.MetricStat = &v1alpha1.MetricStat{
				Metric: &v1alpha1.Metric{Namespace: given(s.Namespace), MetricName: given(s.MetricName), Dimensions: dimensionSpecs(s.Dimensions)},
				Stat:   given(s.Stat),
				Unit:   given(s.Unit),
			}
		}
		specs = append(specs, spec)
	}
	return specs
}

func dimensionSpecs(dimensions []autoscaling.Dimension) []v1alpha1.Dimension {
	var specs []v1alpha1.Dimension
	for _, d := range dimensions {
		specs = append(specs, v1alpha1.Dimension{Name: d.Name, Value: given(d.Value)})
	}
	return specs
}

// given leaves out what is empty: AWS knows no empty strings.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func wide(n *int32) *int64 {
	if n == nil {
		return nil
	}
	return new(int64(*n))
}

// wholeSeconds is the time as AWS and Kubernetes both keep it.
func wholeSeconds(t *time.Time) *metav1.Time {
	if t == nil {
		return nil
	}
	return &metav1.Time{Time: t.UTC().Truncate(time.Second)}
}
