package appautoscaling

import (
	"slices"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// What predictive scaling does with a forecast above the maximum (AWS API:
// MaxCapacityBreachBehavior).
const (
	honorMax    = "HonorMaxCapacity"
	increaseMax = "IncreaseMaxCapacity"
)

// pairTypes are the metric pairs that an ECS service takes, in the order in
// which the service was seen to list them.
var pairTypes = []string{"ECSServiceMemoryUtilization", "ALBRequestCount", "ECSServiceCPUUtilization"}

func checkPredictive(sc wire.Scope, t *target, config *predictiveConfig) error {
	if t.roleARN != serviceLinkedRole(sc, t.namespace) {
		return wire.Validation("Predictive scaling works only with the service-linked role. Register the scalable target without a role ARN.")
	}
	if len(config.MetricSpecifications) != 1 {
		return wire.Validation("You must specify one metric specification.")
	}
	if err := checkPredictiveMetric(config.MetricSpecifications[0]); err != nil {
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

func checkPredictiveMetric(m predictiveMetric) error {
	pair := m.PredefinedMetricPairSpecification
	load := countOf(m.PredefinedLoadMetricSpecification != nil, m.CustomizedLoadMetricSpecification != nil)
	scaling := countOf(m.PredefinedScalingMetricSpecification != nil, m.CustomizedScalingMetricSpecification != nil)
	if alone := pair != nil && load == 0 && scaling == 0; !alone && (pair != nil || load != 1 || scaling != 1) {
		return wire.Validation("The metric specification is invalid. A policy must have either one scaling metric and one load metric or one metric pair.")
	}
	if pair != nil && !slices.Contains(pairTypes, *pair.PredefinedMetricType) {
		return wire.Validation("The predefined metric pair type for scalable dimension ecs:service:DesiredCount isn't valid. The supported values are: %s, %s and %s.",
			pairTypes[0], pairTypes[1], pairTypes[2])
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
