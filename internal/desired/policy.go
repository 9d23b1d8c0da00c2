package desired

import (
	"fmt"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// Policy returns what the object declares, and the scalable target it belongs
// to: empty when the object leaves that to resourceRef. A policy without
// policyType has the type of its only configuration.
func Policy(o *v1alpha1.ScalingPolicy) (autoscaling.Identity, autoscaling.Policy, []autoscaling.Finding) {
	var found findings
	spec := &o.Spec
	policy := autoscaling.Policy{
		Name:           spec.PolicyName,
		Type:           policyType(spec),
		TargetTracking: found.targetTracking(spec.TargetTrackingScalingPolicyConfiguration),
		Step:           found.step(spec.StepScalingPolicyConfiguration),
		Predictive:     found.predictive(spec.PredictiveScalingPolicyConfiguration),
	}
	return identity(spec.ServiceNamespace, spec.ResourceID, spec.ScalableDimension), policy, found
}

// policyType infers the type that AWS requires and an object may omit. It is
// empty when there is no configuration to infer it from, or more than one.
func policyType(spec *v1alpha1.ScalingPolicySpec) autoscaling.PolicyType {
	if spec.PolicyType != nil {
		return autoscaling.PolicyType(*spec.PolicyType)
	}
	var types []autoscaling.PolicyType
	if spec.TargetTrackingScalingPolicyConfiguration != nil {
		types = append(types, autoscaling.TargetTrackingScaling)
	}
	if spec.StepScalingPolicyConfiguration != nil {
		types = append(types, autoscaling.StepScaling)
	}
	if spec.PredictiveScalingPolicyConfiguration != nil {
		types = append(types, autoscaling.PredictiveScaling)
	}
	if len(types) != 1 {
		return ""
	}
	return types[0]
}

func (f *findings) targetTracking(c *v1alpha1.TargetTrackingConfiguration) *autoscaling.TargetTracking {
	if c == nil {
		return nil
	}
	const in = "targetTrackingScalingPolicyConfiguration."
	tracking := &autoscaling.TargetTracking{
		TargetValue:      c.TargetValue,
		DisableScaleIn:   c.DisableScaleIn,
		ScaleInCooldown:  f.number(in+"scaleInCooldown", c.ScaleInCooldown),
		ScaleOutCooldown: f.number(in+"scaleOutCooldown", c.ScaleOutCooldown),
		Customized:       customizedMetric(c.CustomizedMetricSpecification),
	}
	if p := c.PredefinedMetricSpecification; p != nil {
		tracking.Predefined = &autoscaling.PredefinedMetric{Type: text(p.PredefinedMetricType), ResourceLabel: text(p.ResourceLabel)}
	}
	return tracking
}

func customizedMetric(m *v1alpha1.CustomizedMetric) *autoscaling.CustomizedMetric {
	if m == nil {
		return nil
	}
	return &autoscaling.CustomizedMetric{
		MetricName: text(m.MetricName),
		Namespace:  text(m.Namespace),
		Dimensions: dimensions(m.Dimensions),
		Statistic:  text(m.Statistic),
		Unit:       text(m.Unit),
		Metrics:    queries(m.Metrics),
	}
}

func dimensions(list []v1alpha1.Dimension) []autoscaling.Dimension {
	var out []autoscaling.Dimension
	for _, d := range list {
		out = append(out, autoscaling.Dimension{Name: d.Name, Value: text(d.Value)})
	}
	return out
}

func queries(list []v1alpha1.MetricQuery) []autoscaling.MetricQuery {
	var out []autoscaling.MetricQuery
	for _, q := range list {
		out = append(out, autoscaling.MetricQuery{
			ID:         q.ID,
			Expression: text(q.Expression),
			Stat:       metricStat(q.MetricStat),
			Label:      text(q.Label),
			ReturnData: q.ReturnData,
		})
	}
	return out
}

func metricStat(s *v1alpha1.MetricStat) *autoscaling.MetricStat {
	if s == nil {
		return nil
	}
	stat := &autoscaling.MetricStat{Stat: text(s.Stat), Unit: text(s.Unit)}
	if m := s.Metric; m != nil {
		stat.Namespace, stat.MetricName, stat.Dimensions = text(m.Namespace), text(m.MetricName), dimensions(m.Dimensions)
	}
	return stat
}

func (f *findings) step(c *v1alpha1.StepScalingConfiguration) *autoscaling.Step {
	if c == nil {
		return nil
	}
	const in = "stepScalingPolicyConfiguration."
	step := &autoscaling.Step{
		AdjustmentType:         text(c.AdjustmentType),
		MinAdjustmentMagnitude: f.number(in+"minAdjustmentMagnitude", c.MinAdjustmentMagnitude),
		Cooldown:               f.number(in+"cooldown", c.Cooldown),
		MetricAggregationType:  text(c.MetricAggregationType),
	}
	for i, a := range c.StepAdjustments {
		field := fmt.Sprintf("%sstepAdjustments[%d].scalingAdjustment", in, i)
		adjustment := autoscaling.StepAdjustment{LowerBound: a.MetricIntervalLowerBound, UpperBound: a.MetricIntervalUpperBound}
		if a.ScalingAdjustment == nil {
			f.add(MissingScalingAdjustment, field, "the step does not say how to change the capacity: write scalingAdjustment")
		} else if n := f.number(field, a.ScalingAdjustment); n != nil {
			adjustment.Adjustment = *n
		}
		step.Adjustments = append(step.Adjustments, adjustment)
	}
	return step
}
