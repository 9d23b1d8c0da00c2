package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// Threshold is the point from which a step policy's bounds count. The zero
// value is an alarm that is not known.
type Threshold struct {
	Known  bool
	Value  float64
	Metric string // of the alarm; empty: "metric"
}

// Steps says what each step of a policy does, the lowest first, such as
// "threshold ≤ metric < threshold + 15: +10 %". A bound on the side where the
// alarm fires is part of the step, the other one is not (AWS API:
// StepAdjustment).
func Steps(c *autoscaling.Step, t Threshold) []string {
	sorted := slices.SortedStableFunc(slices.Values(c.Adjustments), func(a, b autoscaling.StepAdjustment) int {
		return cmp.Compare(bound(a.LowerBound, math.Inf(-1)), bound(b.LowerBound, math.Inf(-1)))
	})
	lines := make([]string, len(sorted))
	for i, s := range sorted {
		lines[i] = t.interval(s) + ": " + adjustment(c, s.Adjustment)
	}
	return lines
}

func bound(b *float64, infinite float64) float64 {
	if b == nil {
		return infinite
	}
	return *b
}

func (t Threshold) interval(s autoscaling.StepAdjustment) string {
	text := cmp.Or(t.Metric, "metric")
	below := s.UpperBound != nil && *s.UpperBound <= 0 // the alarm fires below the threshold
	if s.LowerBound != nil {
		sign := " ≤ "
		if below {
			sign = " < "
		}
		text = t.at(*s.LowerBound) + sign + text
	}
	if s.UpperBound != nil {
		sign := " < "
		if below {
			sign = " ≤ "
		}
		text += sign + t.at(*s.UpperBound)
	}
	return text
}

func (t Threshold) at(offset float64) string {
	switch {
	case t.Known:
		return number(t.Value + offset)
	case offset == 0:
		return "threshold"
	case offset < 0:
		return "threshold - " + number(-offset)
	}
	return "threshold + " + number(offset)
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', 12, 64) }

func adjustment(c *autoscaling.Step, n int32) string {
	switch c.AdjustmentType {
	case "ExactCapacity":
		return fmt.Sprintf("set the capacity to %d", n)
	case "PercentChangeInCapacity":
		text := fmt.Sprintf("%+d %%", n)
		if c.MinAdjustmentMagnitude != nil {
			text += fmt.Sprintf(", by %d at least", *c.MinAdjustmentMagnitude)
		}
		return text
	}
	return fmt.Sprintf("%+d", n)
}
