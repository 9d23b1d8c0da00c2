package appautoscaling

import (
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// What predictive scaling does with a forecast above the maximum (AWS API:
// MaxCapacityBreachBehavior).
const (
	honorMax    = "HonorMaxCapacity"
	increaseMax = "IncreaseMaxCapacity"
)

// The predefined metrics that an ECS service takes. The service was seen to list
// the pairs, in this order, when it was given another. Of the load and the
// scaling metrics AWS lists all types together; which is which follows from their
// names, and from those of EC2 Auto Scaling, where it is documented (Amazon EC2
// Auto Scaling API: PredictiveScalingPredefinedLoadMetric and its siblings).
var (
	pairTypes    = []string{"ECSServiceMemoryUtilization", "ALBRequestCount", "ECSServiceCPUUtilization"}
	loadTypes    = []string{"ECSServiceTotalMemoryUtilization", "TotalALBRequestCount", "ECSServiceTotalCPUUtilization"}
	scalingTypes = []string{"ECSServiceAverageMemoryUtilization", "ALBRequestCountPerTarget", "ECSServiceAverageCPUUtilization"}
)

func (s *Service) checkPredictive(sc wire.Scope, dim catalog.Dimension, t *target, config *predictiveConfig) error {
	if t.roleARN != serviceLinkedRole(sc, t.namespace) {
		return wire.Validation("Predictive scaling works only with the service-linked role. Register the scalable target without a role ARN.")
	}
	if len(config.MetricSpecifications) != 1 {
		return wire.Validation("You must specify one metric specification.")
	}
	if err := s.checkPredictiveMetric(dim, config.MetricSpecifications[0]); err != nil {
		return err
	}
	increase := value(config.MaxCapacityBreachBehavior) == increaseMax
	switch {
	case increase && config.MaxCapacityBuffer == nil:
		return wire.Validation("You must specify MaxCapacityBuffer when using IncreaseMaxCapacity.")
	case !increase && config.MaxCapacityBuffer != nil:
		return wire.Validation("You cannot specify MaxCapacityBuffer when using HonorMaxCapacity.")
	}
	return nil
}

func (s *Service) checkPredictiveMetric(dim catalog.Dimension, m predictiveMetric) error {
	pair := m.PredefinedMetricPairSpecification
	load := countOf(m.PredefinedLoadMetricSpecification != nil, m.CustomizedLoadMetricSpecification != nil)
	scaling := countOf(m.PredefinedScalingMetricSpecification != nil, m.CustomizedScalingMetricSpecification != nil)
	if alone := pair != nil && load == 0 && scaling == 0; !alone && (pair != nil || load != 1 || scaling != 1) {
		return wire.Validation("The metric specification is invalid. A policy must have either one scaling metric and one load metric or one metric pair.")
	}
	for _, given := range []struct {
		metric *predefinedMetric
		kind   string
		types  []string
	}{
		{pair, "metric pair", pairTypes},
		{m.PredefinedLoadMetricSpecification, "load metric", loadTypes},
		{m.PredefinedScalingMetricSpecification, "scaling metric", scalingTypes},
	} {
		if given.metric == nil {
			continue
		}
		either := given.metric != pair && s.behaviour.IgnoreInferred && slices.Contains(catalog.PredictiveMetrics(), *given.metric.PredefinedMetricType)
		if !either && !slices.Contains(given.types, *given.metric.PredefinedMetricType) {
			return wire.Validation("The predefined %s type for scalable dimension %s isn't valid. The supported values are: %s, %s and %s.",
				given.kind, dim.Name, given.types[0], given.types[1], given.types[2])
		}
		if err := given.metric.checkLabel(strings.Contains(*given.metric.PredefinedMetricType, "ALB")); err != nil {
			return err
		}
	}
	for _, q := range []*predictiveQueries{
		m.CustomizedLoadMetricSpecification, m.CustomizedScalingMetricSpecification, m.CustomizedCapacityMetricSpecification,
	} {
		if err := s.checkQueries(q); err != nil {
			return err
		}
	}
	return nil
}

// checkQueries refuses metric math that CloudWatch would not take for an alarm:
// it could not be read either, and the policy would never forecast.
func (s *Service) checkQueries(q *predictiveQueries) error {
	if q == nil {
		return nil
	}
	if !validMath(q.MetricDataQueries) {
		return wire.Validation("The customized metric specification is not valid.")
	}
	if err := s.alarms.Check(Alarm{
		Metrics: queriesWith(q.queries(), minuteSeconds), EvaluationPeriods: 1, ComparisonOperator: string(alarm.GreaterThanThreshold),
	}); err != nil {
		return wire.Validation("%s", err)
	}
	return nil
}

func countOf(there ...bool) int {
	n := 0
	for _, t := range there {
		if t {
			n++
		}
	}
	return n
}
