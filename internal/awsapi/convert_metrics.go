package awsapi

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// AWS has two families of metric types that are alike in all but name: one for
// target tracking, one for predictive scaling. The domain has one.

func customizedInput(m *autoscaling.CustomizedMetric) *types.CustomizedMetricSpecification {
	if m == nil {
		return nil
	}
	return &types.CustomizedMetricSpecification{
		MetricName: optional(m.MetricName),
		Namespace:  optional(m.Namespace),
		Statistic:  types.MetricStatistic(m.Statistic),
		Unit:       optional(m.Unit),
		Dimensions: convertAll(m.Dimensions, func(d autoscaling.Dimension) types.MetricDimension {
			return types.MetricDimension{Name: aws.String(d.Name), Value: aws.String(d.Value)}
		}),
		Metrics: convertAll(m.Metrics, trackingQueryInput),
	}
}

func customizedOf(m *types.CustomizedMetricSpecification) *autoscaling.CustomizedMetric {
	if m == nil {
		return nil
	}
	return &autoscaling.CustomizedMetric{
		MetricName: aws.ToString(m.MetricName),
		Namespace:  aws.ToString(m.Namespace),
		Statistic:  string(m.Statistic),
		Unit:       aws.ToString(m.Unit),
		Dimensions: convertAll(m.Dimensions, func(d types.MetricDimension) autoscaling.Dimension {
			return autoscaling.Dimension{Name: aws.ToString(d.Name), Value: aws.ToString(d.Value)}
		}),
		Metrics: convertAll(m.Metrics, trackingQueryOf),
	}
}

func trackingQueryInput(q autoscaling.MetricQuery) types.TargetTrackingMetricDataQuery {
	out := types.TargetTrackingMetricDataQuery{
		Id:         aws.String(q.ID),
		Expression: optional(q.Expression),
		Label:      optional(q.Label),
		ReturnData: q.ReturnData,
	}
	if s := q.Stat; s != nil {
		out.MetricStat = &types.TargetTrackingMetricStat{
			Stat: aws.String(s.Stat),
			Unit: optional(s.Unit),
			Metric: &types.TargetTrackingMetric{
				Namespace:  optional(s.Namespace),
				MetricName: optional(s.MetricName),
				Dimensions: convertAll(s.Dimensions, func(d autoscaling.Dimension) types.TargetTrackingMetricDimension {
					return types.TargetTrackingMetricDimension{Name: aws.String(d.Name), Value: aws.String(d.Value)}
				}),
			},
		}
	}
	return out
}

func trackingQueryOf(q types.TargetTrackingMetricDataQuery) autoscaling.MetricQuery {
	out := autoscaling.MetricQuery{
		ID:         aws.ToString(q.Id),
		Expression: aws.ToString(q.Expression),
		Label:      aws.ToString(q.Label),
		ReturnData: q.ReturnData,
	}
	if s := q.MetricStat; s != nil {
		out.Stat = &autoscaling.MetricStat{Stat: aws.ToString(s.Stat), Unit: aws.ToString(s.Unit)}
		if m := s.Metric; m != nil {
			out.Stat.Namespace = aws.ToString(m.Namespace)
			out.Stat.MetricName = aws.ToString(m.MetricName)
			out.Stat.Dimensions = convertAll(m.Dimensions, func(d types.TargetTrackingMetricDimension) autoscaling.Dimension {
				return autoscaling.Dimension{Name: aws.ToString(d.Name), Value: aws.ToString(d.Value)}
			})
		}
	}
	return out
}

func predictiveInput(p *autoscaling.Predictive) *types.PredictiveScalingPolicyConfiguration {
	if p == nil {
		return nil
	}
	return &types.PredictiveScalingPolicyConfiguration{
		MetricSpecifications:      convertAll(p.Metrics, predictiveMetricInput),
		Mode:                      types.PredictiveScalingMode(p.Mode),
		SchedulingBufferTime:      p.SchedulingBufferTime,
		MaxCapacityBreachBehavior: types.PredictiveScalingMaxCapacityBreachBehavior(p.MaxCapacityBreachBehavior),
		MaxCapacityBuffer:         p.MaxCapacityBuffer,
	}
}

func predictiveOf(c *types.PredictiveScalingPolicyConfiguration) *autoscaling.Predictive {
	if c == nil {
		return nil
	}
	return &autoscaling.Predictive{
		Metrics:                   convertAll(c.MetricSpecifications, predictiveMetricOf),
		Mode:                      string(c.Mode),
		SchedulingBufferTime:      c.SchedulingBufferTime,
		MaxCapacityBreachBehavior: string(c.MaxCapacityBreachBehavior),
		MaxCapacityBuffer:         c.MaxCapacityBuffer,
	}
}

func predictiveMetricInput(m autoscaling.PredictiveMetric) types.PredictiveScalingMetricSpecification {
	out := types.PredictiveScalingMetricSpecification{
		TargetValue:                           m.TargetValue,
		CustomizedLoadMetricSpecification:     queriesInput(m.CustomizedLoad),
		CustomizedScalingMetricSpecification:  queriesInput(m.CustomizedScaling),
		CustomizedCapacityMetricSpecification: queriesInput(m.CustomizedCapacity),
	}
	if p := m.PredefinedPair; p != nil {
		out.PredefinedMetricPairSpecification = &types.PredictiveScalingPredefinedMetricPairSpecification{
			PredefinedMetricType: aws.String(p.Type), ResourceLabel: optional(p.ResourceLabel),
		}
	}
	if p := m.PredefinedLoad; p != nil {
		out.PredefinedLoadMetricSpecification = &types.PredictiveScalingPredefinedLoadMetricSpecification{
			PredefinedMetricType: aws.String(p.Type), ResourceLabel: optional(p.ResourceLabel),
		}
	}
	if p := m.PredefinedScaling; p != nil {
		out.PredefinedScalingMetricSpecification = &types.PredictiveScalingPredefinedScalingMetricSpecification{
			PredefinedMetricType: aws.String(p.Type), ResourceLabel: optional(p.ResourceLabel),
		}
	}
	return out
}

func predictiveMetricOf(m types.PredictiveScalingMetricSpecification) autoscaling.PredictiveMetric {
	out := autoscaling.PredictiveMetric{
		TargetValue:        m.TargetValue,
		CustomizedLoad:     queriesOf(m.CustomizedLoadMetricSpecification),
		CustomizedScaling:  queriesOf(m.CustomizedScalingMetricSpecification),
		CustomizedCapacity: queriesOf(m.CustomizedCapacityMetricSpecification),
	}
	if p := m.PredefinedMetricPairSpecification; p != nil {
		out.PredefinedPair = predefinedOf(p.PredefinedMetricType, p.ResourceLabel)
	}
	if p := m.PredefinedLoadMetricSpecification; p != nil {
		out.PredefinedLoad = predefinedOf(p.PredefinedMetricType, p.ResourceLabel)
	}
	if p := m.PredefinedScalingMetricSpecification; p != nil {
		out.PredefinedScaling = predefinedOf(p.PredefinedMetricType, p.ResourceLabel)
	}
	return out
}

func predefinedOf(metricType, label *string) *autoscaling.PredefinedMetric {
	return &autoscaling.PredefinedMetric{Type: aws.ToString(metricType), ResourceLabel: aws.ToString(label)}
}

func queriesInput(queries []autoscaling.MetricQuery) *types.PredictiveScalingCustomizedMetricSpecification {
	if len(queries) == 0 {
		return nil
	}
	return &types.PredictiveScalingCustomizedMetricSpecification{
		MetricDataQueries: convertAll(queries, predictiveQueryInput),
	}
}

func queriesOf(m *types.PredictiveScalingCustomizedMetricSpecification) []autoscaling.MetricQuery {
	if m == nil {
		return nil
	}
	return convertAll(m.MetricDataQueries, predictiveQueryOf)
}

func predictiveQueryInput(q autoscaling.MetricQuery) types.PredictiveScalingMetricDataQuery {
	out := types.PredictiveScalingMetricDataQuery{
		Id:         aws.String(q.ID),
		Expression: optional(q.Expression),
		Label:      optional(q.Label),
		ReturnData: q.ReturnData,
	}
	if s := q.Stat; s != nil {
		out.MetricStat = &types.PredictiveScalingMetricStat{
			Stat: aws.String(s.Stat),
			Unit: optional(s.Unit),
			Metric: &types.PredictiveScalingMetric{
				Namespace:  optional(s.Namespace),
				MetricName: optional(s.MetricName),
				Dimensions: convertAll(s.Dimensions, func(d autoscaling.Dimension) types.PredictiveScalingMetricDimension {
					return types.PredictiveScalingMetricDimension{Name: aws.String(d.Name), Value: aws.String(d.Value)}
				}),
			},
		}
	}
	return out
}

func predictiveQueryOf(q types.PredictiveScalingMetricDataQuery) autoscaling.MetricQuery {
	out := autoscaling.MetricQuery{
		ID:         aws.ToString(q.Id),
		Expression: aws.ToString(q.Expression),
		Label:      aws.ToString(q.Label),
		ReturnData: q.ReturnData,
	}
	if s := q.MetricStat; s != nil {
		out.Stat = &autoscaling.MetricStat{Stat: aws.ToString(s.Stat), Unit: aws.ToString(s.Unit)}
		if m := s.Metric; m != nil {
			out.Stat.Namespace = aws.ToString(m.Namespace)
			out.Stat.MetricName = aws.ToString(m.MetricName)
			out.Stat.Dimensions = convertAll(m.Dimensions, func(d types.PredictiveScalingMetricDimension) autoscaling.Dimension {
				return autoscaling.Dimension{Name: aws.ToString(d.Name), Value: aws.ToString(d.Value)}
			})
		}
	}
	return out
}
