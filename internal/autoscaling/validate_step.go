package autoscaling

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// The enumerations of StepScalingPolicyConfiguration.
var (
	adjustmentTypes    = []string{"ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"}
	metricAggregations = []string{"Average", "Minimum", "Maximum"}
)

func checkStep(r *report, _ subject, p Policy) {
	c := p.Step
	if c == nil {
		return
	}
	r.in(inStep, func() {
		r.cooldown("cooldown", c.Cooldown)
		switch {
		case c.AdjustmentType == "":
			r.add(AdjustmentTypeInvalid, "adjustmentType", "adjustmentType is missing: write %s", anyOf(adjustmentTypes))
		case !slices.Contains(adjustmentTypes, c.AdjustmentType):
			r.add(AdjustmentTypeInvalid, "adjustmentType", "there is no adjustment type %s: write %s", shown(c.AdjustmentType), anyOf(adjustmentTypes))
		}
		if a := c.MetricAggregationType; a != "" && !slices.Contains(metricAggregations, a) {
			r.add(MetricAggregationUnknown, "metricAggregationType", "there is no metric aggregation %s: write %s", shown(a), anyOf(metricAggregations))
		}
		r.minAdjustment(c)
		r.steps(c)
	})
}

func (r *report) minAdjustment(c *Step) {
	const field = "minAdjustmentMagnitude"
	k := c.MinAdjustmentMagnitude
	switch {
	case k == nil:
	case c.AdjustmentType != "PercentChangeInCapacity":
		r.add(MinAdjustmentMagnitudeUnused, field, "minAdjustmentMagnitude goes with adjustmentType PercentChangeInCapacity only: remove it")
	case *k <= 0:
		r.add(MinAdjustmentMagnitudeInvalid, field, "minAdjustmentMagnitude is %d, and it is by how much capacity changes at least: write 1 or more, or remove it", *k)
	}
}

func (r *report) steps(c *Step) {
	const field = "stepAdjustments"
	switch n := len(c.Adjustments); {
	case n == 0:
		r.add(StepsMissing, field, "a step policy needs a step: write at least one")
	case n > catalog.MaxStepsPerPolicy:
		r.add(StepsTooMany, field, "there are %d steps, and the default quota is %d", n, catalog.MaxStepsPerPolicy)
	}
	sound := true
	for i, a := range c.Adjustments {
		r.in(fmt.Sprintf("%s[%d]", field, i), func() { sound = r.stepBounds(a) && sound })
		if c.AdjustmentType == "ExactCapacity" && a.Adjustment < 0 {
			r.add(StepExactCapacityNegative, fmt.Sprintf("%s[%d].scalingAdjustment", field, i),
				"the step sets the capacity to %d, and no capacity is negative: write 0 or more", a.Adjustment)
		}
	}
	if sound {
		r.stepCover(field, c.Adjustments)
	}
}

// stepBounds checks the bounds of one step. It returns false if they make no
// interval.
func (r *report) stepBounds(a StepAdjustment) bool {
	sound := true
	for _, bound := range []struct {
		field string
		value *float64
	}{
		{"metricIntervalLowerBound", a.LowerBound},
		{"metricIntervalUpperBound", a.UpperBound},
	} {
		if v := bound.value; v != nil && (math.IsNaN(*v) || math.Abs(*v) > maxMetricValue) {
			r.add(StepBoundInvalid, bound.field, "the bound is not a number that CloudWatch can hold: remove it to leave the step open on this side")
			sound = false
		}
	}
	switch {
	case !sound:
	case a.LowerBound == nil && a.UpperBound == nil:
		r.add(StepUnbounded, "", "a step needs a bound: write metricIntervalLowerBound 0 to scale out above the alarm's threshold, or metricIntervalUpperBound 0 to scale in below it")
		sound = false
	case a.LowerBound != nil && a.UpperBound != nil && *a.UpperBound <= *a.LowerBound:
		r.add(StepBoundsReversed, "metricIntervalUpperBound", "the step's upper bound %s is not above its lower bound %s", formatFloat(*a.UpperBound), formatFloat(*a.LowerBound))
		sound = false
	}
	return sound
}

// stepCover checks that the steps cover one stretch without overlap and gap,
// and that the stretch is open on every side of the threshold that it reaches
// (AWS API: StepAdjustment). The order of the steps means nothing.
func (r *report) stepCover(field string, steps []StepAdjustment) {
	order := make([]int, len(steps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(lowerOf(steps[i]), lowerOf(steps[j])), cmp.Compare(upperOf(steps[i]), upperOf(steps[j])))
	})
	for k := 1; k < len(order); k++ {
		below, above := steps[order[k-1]], steps[order[k]]
		at := fmt.Sprintf("%s[%d]", field, order[k])
		switch upper, lower := upperOf(below), lowerOf(above); {
		case lower < upper:
			r.add(StepsOverlap, at, "the steps %s and %s overlap: let each begin where the one below ends", below.Interval(), above.Interval())
		case lower > upper:
			r.add(StepsGap, at, "between the steps %s and %s there is a gap: let each begin where the one below ends", below.Interval(), above.Interval())
		}
	}
	if len(order) == 0 {
		return
	}
	lowest, highest := order[0], order[0]
	for i, s := range steps {
		if upperOf(s) > upperOf(steps[highest]) {
			highest = i
		}
	}
	if l := lowerOf(steps[lowest]); l < 0 && !math.IsInf(l, -1) {
		r.add(StepsLowestMissing, fmt.Sprintf("%s[%d].metricIntervalLowerBound", field, lowest),
			"the steps end %s below the threshold, and nothing happens further below: remove metricIntervalLowerBound from the lowest step", formatFloat(-l))
	}
	if u := upperOf(steps[highest]); u > 0 && !math.IsInf(u, 1) {
		r.add(StepsHighestMissing, fmt.Sprintf("%s[%d].metricIntervalUpperBound", field, highest),
			"the steps end %s above the threshold, and nothing happens further above: remove metricIntervalUpperBound from the highest step", formatFloat(u))
	}
}

func lowerOf(s StepAdjustment) float64 {
	if s.LowerBound == nil {
		return math.Inf(-1)
	}
	return *s.LowerBound
}

func upperOf(s StepAdjustment) float64 {
	if s.UpperBound == nil {
		return math.Inf(1)
	}
	return *s.UpperBound
}
