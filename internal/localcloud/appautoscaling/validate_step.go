package appautoscaling

import (
	"cmp"
	"math"
	"slices"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The adjustment types of step scaling (AWS API: AdjustmentType).
const (
	changeInCapacity = "ChangeInCapacity"
	percentChange    = "PercentChangeInCapacity"
	exactCapacity    = "ExactCapacity"
)

func (s *Service) checkStep(config *stepConfig) error {
	adjustment := value(config.AdjustmentType)
	switch {
	case adjustment == "":
		return wire.Validation("Adjustment type must be specified")
	case len(config.StepAdjustments) == 0:
		return wire.Validation("There must be at least one step adjustment")
	case len(config.StepAdjustments) > s.behaviour.Quotas.Steps:
		return limitExceeded("A step scaling policy can have at most %d step adjustments.", s.behaviour.Quotas.Steps)
	case config.MinAdjustmentMagnitude != nil && adjustment != percentChange:
		return wire.Validation("Minimum adjustment magnitude is only allowed for adjustment type %s", percentChange)
	case value(config.Cooldown) < 0:
		return wire.Validation("Cooldown cannot be less than 0")
	}
	for _, step := range config.StepAdjustments {
		if adjustment == exactCapacity && *step.ScalingAdjustment < 0 {
			return wire.Validation("Scaling adjustment cannot be less than 0 when adjustment type is %s", exactCapacity)
		}
	}
	return checkIntervals(config.StepAdjustments)
}

// interval is the range of a step, relative to the alarm threshold.
type interval struct{ lower, upper float64 }

// checkIntervals checks that the steps tile one range that is open on every
// side to which it extends from the threshold (AWS API: StepAdjustment).
func checkIntervals(steps []stepAdjustment) error {
	var intervals []interval
	openBelow, openAbove := 0, 0
	for _, step := range steps {
		i := interval{math.Inf(-1), math.Inf(1)}
		if step.MetricIntervalLowerBound == nil && step.MetricIntervalUpperBound == nil {
			return wire.Validation("Both lower and upper bounds of a step adjustment cannot be left unspecified")
		}
		set(&i.lower, step.MetricIntervalLowerBound)
		set(&i.upper, step.MetricIntervalUpperBound)
		if i.lower >= i.upper {
			return wire.Validation("Lower bound must be less than upper bound for a step adjustment")
		}
		if step.MetricIntervalLowerBound == nil {
			openBelow++
		}
		if step.MetricIntervalUpperBound == nil {
			openAbove++
		}
		intervals = append(intervals, i)
	}
	if openBelow > 1 {
		return wire.Validation("At most one step adjustment may have an unspecified lower bound")
	}
	if openAbove > 1 {
		return wire.Validation("At most one step adjustment may have an unspecified upper bound")
	}
	slices.SortFunc(intervals, func(a, b interval) int { return cmp.Compare(a.lower, b.lower) })
	if err := checkTiling(intervals); err != nil {
		return err
	}
	if intervals[0].lower < 0 && openBelow == 0 {
		return wire.Validation("There must be a step adjustment with an unspecified lower bound when one step adjustment has a negative lower bound")
	}
	if intervals[len(intervals)-1].upper > 0 && openAbove == 0 {
		return wire.Validation("There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive upper bound")
	}
	return nil
}

// checkTiling checks intervals that are sorted by their lower bounds.
func checkTiling(intervals []interval) error {
	for i := 1; i < len(intervals); i++ {
		switch before, next := intervals[i-1].upper, intervals[i].lower; {
		case next < before:
			return wire.Validation("Step adjustment intervals cannot overlap")
		case next > before:
			return wire.Validation("Step adjustment intervals cannot have gaps between them")
		}
	}
	return nil
}
