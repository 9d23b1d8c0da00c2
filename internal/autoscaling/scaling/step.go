package scaling

import (
	"cmp"
	"fmt"
	"math"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// The adjustment types (AWS API: StepScalingPolicyConfiguration).
const (
	changeInCapacity        = "ChangeInCapacity"
	exactCapacity           = "ExactCapacity"
	percentChangeInCapacity = "PercentChangeInCapacity"
)

// Step is what a step scaling policy decides with.
type Step struct {
	adjustmentType string
	steps          []autoscaling.StepAdjustment
	magnitude      int32
	aggregate      Aggregate
}

// NewStep returns the step scaling of a policy.
func NewStep(p autoscaling.Step) (Step, error) {
	s := Step{adjustmentType: p.AdjustmentType, steps: p.Adjustments}
	switch p.AdjustmentType {
	case changeInCapacity, exactCapacity, percentChangeInCapacity:
	default:
		return Step{}, fmt.Errorf("AdjustmentType %q is unknown; write %s, %s or %s", p.AdjustmentType, changeInCapacity, exactCapacity, percentChangeInCapacity)
	}
	switch p.MetricAggregationType {
	case "", "Average":
		s.aggregate = Average
	case "Maximum":
		s.aggregate = Maximum
	case "Minimum":
		s.aggregate = Minimum
	default:
		return Step{}, fmt.Errorf("MetricAggregationType %q is unknown; write Average, Maximum or Minimum", p.MetricAggregationType)
	}
	if p.MinAdjustmentMagnitude != nil {
		s.magnitude = *p.MinAdjustmentMagnitude
	}
	return s, nil
}

// Metric aggregates the recent datapoints as the policy says. It returns false
// if there are none.
func (s Step) Metric(points []float64) (float64, bool) { return s.aggregate.Of(points) }

// Adjustment returns the adjustment for a metric that is this much above the
// threshold of the alarm, or below if it is negative. Steps include the bound
// that is nearer to the threshold (AWS API: StepAdjustment). Above says that the
// alarm compares for that. It returns false if no step is meant.
func (s Step) Adjustment(difference float64, above bool, b Behaviour) (int32, bool) {
	if b.StepRule == ByMetric && difference != 0 {
		above = difference > 0
	}
	nearest, least := int32(0), math.Inf(1)
	for _, step := range s.steps {
		lower, upper := interval(step)
		if above && lower <= difference && difference < upper || !above && lower < difference && difference <= upper {
			return step.Adjustment, true
		}
		if distance := max(lower-difference, difference-upper); distance < least {
			nearest, least = step.Adjustment, distance
		}
	}
	if b.UnmatchedStep == NearestStep && !math.IsInf(least, 1) {
		return nearest, true
	}
	return 0, false
}

// interval returns the bounds of a step. One that is not given is infinite.
func interval(step autoscaling.StepAdjustment) (lower, upper float64) {
	lower, upper = math.Inf(-1), math.Inf(1)
	if step.LowerBound != nil {
		lower = *step.LowerBound
	}
	if step.UpperBound != nil {
		upper = *step.UpperBound
	}
	return lower, upper
}

// Capacity applies an adjustment to a capacity (Application Auto Scaling User
// Guide: "Step scaling policies", Scaling adjustment types).
func (s Step) Capacity(n, adjustment int32, b Behaviour) int32 {
	switch s.adjustmentType {
	case exactCapacity:
		return max(0, adjustment)
	case percentChangeInCapacity:
		change := roundPercent(float64(n) * float64(adjustment) / 100)
		if s.magnitude > 0 && math.Abs(change) < float64(s.magnitude) && (n > 0 || b.PercentOfZero) {
			change = float64(s.magnitude) * float64(cmp.Compare(adjustment, 0))
		}
		return saturate(float64(n) + change)
	default:
		return saturate(float64(n) + float64(adjustment))
	}
}

// roundPercent rounds a change of capacity: toward zero, except that less than
// one becomes one.
func roundPercent(change float64) float64 {
	switch {
	case change > 0 && change < 1:
		return 1
	case change < 0 && change > -1:
		return -1
	default:
		return math.Trunc(change)
	}
}
