package desired

import (
	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

func (f *findings) predictive(c *v1alpha1.PredictiveScalingConfiguration) *autoscaling.Predictive {
	if c == nil {
		return nil
	}
	const in = "predictiveScalingPolicyConfiguration."
	predictive := &autoscaling.Predictive{
		Mode:                      text(c.Mode),
		SchedulingBufferTime:      f.number(in+"schedulingBufferTime", c.SchedulingBufferTime),
		MaxCapacityBreachBehavior: text(c.MaxCapacityBreachBehavior),
		MaxCapacityBuffer:         f.number(in+"maxCapacityBuffer", c.MaxCapacityBuffer),
	}
	for _, m := range c.MetricSpecifications {
		predictive.Metrics = append(predictive.Metrics, autoscaling.PredictiveMetric{
			TargetValue:        m.TargetValue,
			PredefinedPair:     predefinedPredictive(m.PredefinedMetricPairSpecification),
			PredefinedLoad:     predefinedPredictive(m.PredefinedLoadMetricSpecification),
			PredefinedScaling:  predefinedPredictive(m.PredefinedScalingMetricSpecification),
			CustomizedLoad:     customizedPredictive(m.CustomizedLoadMetricSpecification),
			CustomizedScaling:  customizedPredictive(m.CustomizedScalingMetricSpecification),
			CustomizedCapacity: customizedPredictive(m.CustomizedCapacityMetricSpecification),
		})
	}
	return predictive
}

func predefinedPredictive(m *v1alpha1.PredefinedPredictiveMetric) *autoscaling.PredefinedMetric {
	if m == nil {
		return nil
	}
	return &autoscaling.PredefinedMetric{Type: text(m.PredefinedMetricType), ResourceLabel: text(m.ResourceLabel)}
}

func customizedPredictive(m *v1alpha1.CustomizedPredictiveMetric) []autoscaling.MetricQuery {
	if m == nil {
		return nil
	}
	return queries(m.MetricDataQueries)
}
