package simulate

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/setpoint-io/setpoint/internal/report"
)

// minute is the unit of demand: rates are requests per minute.
const minute = 60

// maxSteps bounds a trace: ten years of minutes.
const maxSteps = 10 * 366 * 24 * 60

// Trace is demand over time. The zero value is empty.
type Trace struct {
	// Source says where it comes from, for people.
	Source string
	// Start is the beginning of the first step, at a whole minute.
	Start time.Time
	// Step is the length of a step in whole seconds; the demand is even within.
	Step time.Duration
	// Rates are requests per minute, one for each step. NaN is not known.
	Rates []float64
	// Columns are further columns of the trace, by name and of the same steps:
	// means of what was written, for metrics that do not follow from demand.
	Columns map[string][]float64
	// Rows is how many rows it was read from; 0: it was not read.
	Rows int
	// Assumed is what was assumed as it was made.
	Assumed []report.Rule
}

// End returns the end of the last step.
func (t *Trace) End() time.Time { return t.Start.Add(time.Duration(len(t.Rates)) * t.Step) }

// Length returns the time from start to end.
func (t *Trace) Length() time.Duration { return t.End().Sub(t.Start) }

// Scale multiplies the demand.
func (t *Trace) Scale(by float64) {
	for i := range t.Rates {
		t.Rates[i] *= by
	}
}

// Peak and Mean of the demand that is known, in requests per minute.
func (t *Trace) Peak() (peak, mean float64) {
	total, known := 0.0, 0
	for _, r := range t.Rates {
		if !math.IsNaN(r) {
			peak = max(peak, r)
			total += r
			known++
		}
	}
	if known == 0 {
		return 0, 0
	}
	return peak, total / float64(known)
}

func (t *Trace) check() error {
	switch {
	case len(t.Rates) == 0:
		return errors.New("the trace is empty; give one with at least one value")
	case t.Step < time.Second || t.Step%time.Second != 0:
		return fmt.Errorf("the trace has steps of %v; write whole seconds", t.Step)
	case len(t.Rates) > maxSteps:
		return tooLong(int64(len(t.Rates)))
	case int64(len(t.Rates)) > maxSteps*minute/int64(t.Step/time.Second):
		return fmt.Errorf("the trace lasts longer than the ten years that are simulated, with steps of %v; check its times, or give its interval", t.Step)
	}
	for i, r := range t.Rates {
		if r < 0 || math.IsInf(r, 0) {
			return fmt.Errorf("the demand at %s is %v; write finite numbers that are not negative", t.Start.Add(time.Duration(i)*t.Step).Format(time.RFC3339), r)
		}
	}
	return nil
}

// series reads a column of a trace over time.
type series struct {
	first, step int64 // seconds
	values      []float64
}

func (t *Trace) series(values []float64) series {
	return series{t.Start.Unix(), int64(t.Step / time.Second), values}
}

// mean returns the mean over a stretch of time. It returns false if nothing is
// known of any part of it.
func (s *series) mean(from, seconds int64) (float64, bool) {
	offset := from - s.first
	if offset < 0 {
		return 0, false
	}
	i := offset / s.step
	if i >= int64(len(s.values)) {
		return 0, false
	}
	if end := offset + seconds; end <= (i+1)*s.step {
		v := s.values[i]
		return v, !math.IsNaN(v)
	}
	total, known := 0.0, int64(0)
	for at := offset; at < offset+seconds && i < int64(len(s.values)); i++ {
		until := min(offset+seconds, (i+1)*s.step)
		if v := s.values[i]; !math.IsNaN(v) {
			total += v * float64(until-at)
			known += until - at
		}
		at = until
	}
	if known == 0 {
		return 0, false
	}
	return total / float64(known), true
}

// changes returns, for every step, the first later one with another value.
func (s *series) changes() []int32 {
	next := make([]int32, len(s.values))
	for i := len(s.values) - 1; i >= 0; i-- {
		next[i] = int32(i + 1)
		if i+1 < len(s.values) && same(s.values[i], s.values[i+1]) {
			next[i] = next[i+1]
		}
	}
	return next
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
