package appautoscaling

import (
	"github.com/google/uuid"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// customPeriod is the period of the metrics of customized metric
// specifications, in seconds: target tracking works at one-minute granularity.
const customPeriod = 60

// managedAlarms builds the alarms of a target tracking policy, in the order in
// which the API lists them. Every call gives them new names.
func (s *Service) managedAlarms(sc wire.Scope, dim catalog.Dimension, t *target, p *policy) []Alarm {
	config := p.config.tracking
	noScaleIn := dim.ScaleInDisabled || config.DisableScaleIn != nil && *config.DisableScaleIn
	common := Alarm{
		Description: "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + managedAction(sc, t, p) + ".",
		Action:      managedAction(sc, t, p),
	}
	var blueprints []catalog.Alarm
	var provisionedName string
	if m := config.PredefinedMetricSpecification; m != nil {
		// The metric type was checked against the dimension, so it is known.
		metric, _ := catalog.LookupMetric(*m.PredefinedMetricType)
		blueprints, provisionedName = metric.Alarms(noScaleIn), metric.ProvisionedName
		setPredefined(&common, metric, dim, t, m)
	} else {
		blueprints = catalog.CustomMetricAlarms(noScaleIn)
		setCustomized(&common, config.CustomizedMetricSpecification)
	}
	provisioned := 0.0
	if provisionedName != "" {
		provisioned = s.provisioned(sc, t)
	}
	alarms := make([]Alarm, 0, len(blueprints))
	for _, b := range blueprints {
		a := common
		a.Name = "TargetTracking-" + t.resourceID + "-" + b.Role + "-" + uuid.NewString()
		a.ComparisonOperator = b.Comparison
		a.Threshold = b.Threshold(*config.TargetValue, provisioned)
		a.EvaluationPeriods = b.EvaluationPeriods
		if n := s.behaviour.LowAlarmPeriods; n > 0 && b.ScalesIn() && b.Period == customPeriod {
			a.EvaluationPeriods = n
		}
		if len(a.Metrics) == 0 {
			a.Period = b.Period
		}
		if b.Provisioned {
			a.MetricName, a.Statistic = provisionedName, "Average"
		}
		alarms = append(alarms, a)
	}
	return alarms
}

// provisioned is the throughput that the thresholds of provisioned-capacity
// metrics are computed from. The local cloud has no tables, so where the
// capacity is not known it is taken to be the minimum.
func (s *Service) provisioned(sc wire.Scope, t *target) float64 {
	c, err := s.resources.Capacity(sc, t.namespace, t.resourceID, t.dimension)
	if err != nil || !c.Known {
		return float64(t.min)
	}
	return float64(c.Desired)
}

func setPredefined(a *Alarm, metric catalog.Metric, dim catalog.Dimension, t *target, m *predefinedMetric) {
	a.Namespace, a.MetricName, a.Statistic, a.Unit = metric.Namespace, metric.Name, metric.Statistic, metric.Unit
	dims, _ := metric.Dimensions(dim, t.resourceID, value(m.ResourceLabel))
	for _, d := range dims {
		a.Dimensions = append(a.Dimensions, Dimension(d))
	}
}

func setCustomized(a *Alarm, m *customizedMetric) {
	if len(m.Metrics) == 0 {
		a.Namespace, a.MetricName = value(m.Namespace), value(m.MetricName)
		a.Statistic, a.Unit = value(m.Statistic), value(m.Unit)
		a.Dimensions = dimensionsOf(m.Dimensions)
		return
	}
	for _, q := range m.Metrics {
		out := MetricQuery{
			ID:         value(q.ID),
			Label:      value(q.Label),
			ReturnData: q.ReturnData == nil || *q.ReturnData,
			Expression: value(q.Expression),
		}
		if stat := q.MetricStat; stat != nil {
			out.Namespace, out.MetricName = value(stat.Metric.Namespace), value(stat.Metric.MetricName)
			out.Dimensions = dimensionsOf(stat.Metric.Dimensions)
			out.Stat, out.Unit, out.Period = value(stat.Stat), value(stat.Unit), customPeriod
		}
		a.Metrics = append(a.Metrics, out)
	}
}

func dimensionsOf(members []metricDimension) []Dimension {
	var out []Dimension
	for _, d := range members {
		out = append(out, Dimension{value(d.Name), value(d.Value)})
	}
	return out
}

// value returns a member or, if it is absent, the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
