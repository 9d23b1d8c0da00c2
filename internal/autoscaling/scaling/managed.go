package scaling

import (
	"errors"
	"fmt"
	"slices"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// Metric is what an alarm watches: a metric with its statistic, or with Queries
// the one result of metric math.
type Metric struct {
	Namespace  string
	Name       string
	Dimensions []autoscaling.Dimension
	Statistic  string
	Unit       string
	Period     int32 // seconds; with Queries of each metric in them
	Queries    []autoscaling.MetricQuery
}

// ManagedAlarm is an alarm that Application Auto Scaling keeps for a target
// tracking policy. Those on provisioned capacity lead nowhere; they make the
// service compute the others anew.
type ManagedAlarm struct {
	Role       string // such as "AlarmHigh", as in the name
	Metric     Metric
	Definition alarm.Definition
	Direction  Direction // 0: none
}

// AlarmName is the name of a managed alarm. The ID is a UUID.
func AlarmName(resourceID, role, id string) string {
	return "TargetTracking-" + resourceID + "-" + role + "-" + id
}

// customPeriod is the period of customized metrics in seconds: target tracking
// works with one-minute data (Application Auto Scaling User Guide).
const customPeriod = 60

// concurrencyPeriod is the period of SageMaker's concurrent requests in seconds,
// and of no other metric.
const concurrencyPeriod = 10

// Managed is a target tracking policy at work: what it decides with, and its
// alarms in the order in which the API lists them.
type Managed struct {
	Tracking         Tracking
	ScaleInDisabled  bool
	ScaleOutCooldown int32 // seconds
	ScaleInCooldown  int32 // seconds
	Alarms           []ManagedAlarm
}

// NewManaged returns the target tracking of a policy for a target.
// Provisioned is the capacity, from which the thresholds of provisioned
// throughput follow.
func NewManaged(id autoscaling.Identity, p autoscaling.TargetTracking, provisioned int32, b Behaviour) (Managed, error) {
	dim, ok := catalog.LookupDimension(id.ScalableDimension)
	if !ok {
		return Managed{}, fmt.Errorf("scalable dimension %q is unknown; write one that Application Auto Scaling has, such as sagemaker:variant:DesiredInstanceCount", id.ScalableDimension)
	}
	if p.TargetValue == nil {
		return Managed{}, errors.New("TargetValue is missing; write the value to hold the metric at")
	}
	m := Managed{
		Tracking:        Tracking{Target: *p.TargetValue, Shards: dim.Name == "elasticache:replication-group:NodeGroups"},
		ScaleInDisabled: dim.ScaleInDisabled || p.DisableScaleIn != nil && *p.DisableScaleIn,
	}
	m.ScaleOutCooldown, m.ScaleInCooldown = cooldowns(dim, p)
	metric, blueprints, provisionedName, err := watched(dim, id, p, m.ScaleInDisabled)
	if err != nil {
		return Managed{}, err
	}
	if provisionedName != "" {
		m.Tracking.ConsumedPeriod = metric.Period
	}
	for _, blueprint := range blueprints {
		m.Alarms = append(m.Alarms, managedAlarm(blueprint, metric, provisionedName, *p.TargetValue, provisioned, b))
	}
	return m, nil
}

// cooldowns returns those of the policy, or the defaults of the namespace.
func cooldowns(dim catalog.Dimension, p autoscaling.TargetTracking) (out, in int32) {
	if namespace, ok := catalog.LookupNamespace(dim.Namespace); ok {
		out, in = namespace.DefaultCooldown, namespace.DefaultCooldown
	}
	if p.ScaleOutCooldown != nil {
		out = *p.ScaleOutCooldown
	}
	if p.ScaleInCooldown != nil {
		in = *p.ScaleInCooldown
	}
	return out, in
}

// watched returns the metric of a policy and the blueprints of its alarms.
func watched(dim catalog.Dimension, id autoscaling.Identity, p autoscaling.TargetTracking, noScaleIn bool) (Metric, []catalog.Alarm, string, error) {
	if p.Predefined != nil {
		metric, ok := catalog.LookupMetric(p.Predefined.Type)
		if !ok {
			return Metric{}, nil, "", fmt.Errorf("PredefinedMetricType %q is unknown; for %s write one of %v", p.Predefined.Type, dim.Name, dim.PredefinedMetrics)
		}
		dims, ok := metric.Dimensions(dim, id.ResourceID, p.Predefined.ResourceLabel)
		if !ok {
			return Metric{}, nil, "", fmt.Errorf("the metric of %s needs a resource ID such as %s and, where it counts requests of a load balancer, a ResourceLabel of the form %s", metric.Type, dim.ResourceID.Example, catalog.ResourceLabelFormat)
		}
		m := Metric{Namespace: metric.Namespace, Name: metric.Name, Statistic: metric.Statistic, Unit: metric.Unit, Period: metric.Period}
		for _, d := range dims {
			m.Dimensions = append(m.Dimensions, autoscaling.Dimension(d))
		}
		return m, metric.Alarms(noScaleIn), metric.ProvisionedName, nil
	}
	c := p.Customized
	if c == nil {
		return Metric{}, nil, "", errors.New("the metric is missing; write a PredefinedMetricSpecification or a CustomizedMetricSpecification")
	}
	m := Metric{Period: customPeriod, Queries: slices.Clone(c.Metrics)}
	if len(m.Queries) == 0 {
		m.Namespace, m.Name, m.Dimensions, m.Statistic, m.Unit = c.Namespace, c.MetricName, c.Dimensions, c.Statistic, c.Unit
	}
	return m, catalog.CustomMetricAlarms(noScaleIn), "", nil
}

func managedAlarm(blueprint catalog.Alarm, metric Metric, provisionedName string, target float64, provisioned int32, b Behaviour) ManagedAlarm {
	metric.Period = blueprint.Period
	switch {
	case blueprint.Provisioned:
		metric.Name, metric.Statistic = provisionedName, "Average"
	case metric.Period == concurrencyPeriod:
		metric.Statistic = string(b.ConcurrencyStatistic)
	}
	a := ManagedAlarm{
		Role:   blueprint.Role,
		Metric: metric,
		Definition: alarm.Definition{
			Comparison:        alarm.Comparison(blueprint.Comparison),
			Threshold:         target,
			Period:            blueprint.Period,
			EvaluationPeriods: blueprint.EvaluationPeriods,
			Statistic:         metric.Statistic,
			Unit:              metric.Unit,
		},
	}
	if !blueprint.Provisioned {
		a.Direction = DirectionOf(a.Definition.Comparison)
	}
	consumed := float64(provisioned) * float64(blueprint.Period) / 100 // of each percent
	switch {
	case blueprint.Provisioned:
		a.Definition.Threshold = float64(provisioned)
	case provisionedName != "" && a.Direction == In:
		a.Definition.Threshold = max(0, consumed*(target-b.ThroughputMargin))
	case provisionedName != "":
		a.Definition.Threshold = consumed * target
	case a.Direction == In:
		// Divided, because few percentages have an exact representation.
		a.Definition.Threshold = target * b.LowThresholdPercent / 100
	}
	if a.Definition.EvaluationPeriods == 0 {
		a.Definition.EvaluationPeriods = max(1, b.periods(blueprint, a.Direction))
	}
	return a
}

// periods is how many periods an alarm evaluates, where AWS does not document it.
func (b Behaviour) periods(blueprint catalog.Alarm, d Direction) int32 {
	switch {
	case blueprint.Provisioned:
		return b.ProvisionedAlarmPeriods
	case d == Out && blueprint.Period < customPeriod:
		return b.FineHighAlarmPeriods
	case d == Out:
		return b.HighAlarmPeriods
	case blueprint.Period == concurrencyPeriod:
		return b.ConcurrencyLowAlarmPeriods
	case blueprint.Period < customPeriod:
		return b.FineLowAlarmPeriods
	default:
		return b.LowAlarmPeriods
	}
}
