package appautoscaling

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// What clients configured, as the domain has it: the domain runs the targets.

func (i identity) domain() autoscaling.Identity {
	return autoscaling.Identity{ServiceNamespace: i.namespace, ResourceID: i.resourceID, ScalableDimension: i.dimension}
}

func (t *target) bounds() scaling.Bounds { return scaling.Bounds{Min: t.min, Max: t.max} }

func (s suspended) domain() autoscaling.ObservedSuspension {
	return autoscaling.ObservedSuspension{DynamicScalingIn: s.in, DynamicScalingOut: s.out, ScheduledScaling: s.scheduled}
}

func (a *action) domain() autoscaling.Action {
	return autoscaling.Action{
		Name: a.name, Schedule: a.schedule, Timezone: value(a.timezone), Start: instant(a.start), End: instant(a.end),
		MinCapacity: a.bounds.MinCapacity, MaxCapacity: a.bounds.MaxCapacity,
	}
}

func instant(t *wire.Time) *time.Time {
	if t == nil {
		return nil
	}
	return &t.Time
}

func (p *policy) domain() autoscaling.Policy {
	return autoscaling.Policy{
		Name: p.name, Type: autoscaling.PolicyType(p.config.policyType),
		TargetTracking: p.config.tracking.domain(), Step: p.config.step.domain(), Predictive: p.config.predictive.domain(),
	}
}

func (t *trackingConfig) domain() *autoscaling.TargetTracking {
	if t == nil {
		return nil
	}
	out := &autoscaling.TargetTracking{
		TargetValue: t.TargetValue, DisableScaleIn: t.DisableScaleIn, ScaleInCooldown: t.ScaleInCooldown, ScaleOutCooldown: t.ScaleOutCooldown,
		Predefined: t.PredefinedMetricSpecification.domain(),
	}
	if m := t.CustomizedMetricSpecification; m != nil {
		out.Customized = &autoscaling.CustomizedMetric{
			MetricName: value(m.MetricName), Namespace: value(m.Namespace), Dimensions: dimensionsOf(m.Dimensions),
			Statistic: value(m.Statistic), Unit: value(m.Unit), Metrics: queriesOf(m.Metrics),
		}
	}
	return out
}

func (p *predefinedMetric) domain() *autoscaling.PredefinedMetric {
	if p == nil {
		return nil
	}
	return &autoscaling.PredefinedMetric{Type: value(p.PredefinedMetricType), ResourceLabel: value(p.ResourceLabel)}
}

func dimensionsOf(members []metricDimension) []autoscaling.Dimension {
	var out []autoscaling.Dimension
	for _, d := range members {
		out = append(out, autoscaling.Dimension{Name: value(d.Name), Value: value(d.Value)})
	}
	return out
}

func queriesOf(members []metricQuery) []autoscaling.MetricQuery {
	var out []autoscaling.MetricQuery
	for _, q := range members {
		query := autoscaling.MetricQuery{ID: value(q.ID), Expression: value(q.Expression), Label: value(q.Label), ReturnData: q.ReturnData}
		if stat := q.MetricStat; stat != nil {
			query.Stat = &autoscaling.MetricStat{
				Namespace: value(stat.Metric.Namespace), MetricName: value(stat.Metric.MetricName),
				Dimensions: dimensionsOf(stat.Metric.Dimensions), Stat: value(stat.Stat), Unit: value(stat.Unit),
			}
		}
		out = append(out, query)
	}
	return out
}

func (s *stepConfig) domain() *autoscaling.Step {
	if s == nil {
		return nil
	}
	out := &autoscaling.Step{
		AdjustmentType: value(s.AdjustmentType), MinAdjustmentMagnitude: s.MinAdjustmentMagnitude, Cooldown: s.Cooldown,
		MetricAggregationType: value(s.MetricAggregationType),
	}
	for _, a := range s.StepAdjustments {
		out.Adjustments = append(out.Adjustments, autoscaling.StepAdjustment{
			LowerBound: a.MetricIntervalLowerBound, UpperBound: a.MetricIntervalUpperBound, Adjustment: value(a.ScalingAdjustment),
		})
	}
	return out
}

func (p *predictiveConfig) domain() *autoscaling.Predictive {
	if p == nil {
		return nil
	}
	out := &autoscaling.Predictive{
		Mode: value(p.Mode), SchedulingBufferTime: p.SchedulingBufferTime,
		MaxCapacityBreachBehavior: value(p.MaxCapacityBreachBehavior), MaxCapacityBuffer: p.MaxCapacityBuffer,
	}
	for _, m := range p.MetricSpecifications {
		out.Metrics = append(out.Metrics, autoscaling.PredictiveMetric{
			TargetValue: m.TargetValue, PredefinedPair: m.PredefinedMetricPairSpecification.domain(),
			PredefinedLoad: m.PredefinedLoadMetricSpecification.domain(), PredefinedScaling: m.PredefinedScalingMetricSpecification.domain(),
			CustomizedLoad:     m.CustomizedLoadMetricSpecification.queries(),
			CustomizedScaling:  m.CustomizedScalingMetricSpecification.queries(),
			CustomizedCapacity: m.CustomizedCapacityMetricSpecification.queries(),
		})
	}
	return out
}

func (q *predictiveQueries) queries() []autoscaling.MetricQuery {
	if q == nil {
		return nil
	}
	return queriesOf(q.MetricDataQueries)
}

// value returns a member or, if it is absent, the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
