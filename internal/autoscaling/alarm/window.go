package alarm

import "math"

// limit is a comparison with its threshold, in a form that is quick to ask.
type limit struct {
	threshold    float64
	below, equal bool
}

func newLimit(d Definition) limit {
	return limit{
		threshold: d.Threshold,
		below:     !d.Comparison.Above(),
		equal:     d.Comparison == GreaterThanOrEqualToThreshold || d.Comparison == LessThanOrEqualToThreshold,
	}
}

// breached is [Comparison.Breaches].
func (l limit) breached(v float64) bool {
	if l.below {
		return v < l.threshold || l.equal && v == l.threshold
	}
	return v > l.threshold || l.equal && v == l.threshold
}

// window holds the last datapoints of one phase of an alarm: periods that
// follow each other without gap. Missing datapoints are NaN. The counts are
// kept while datapoints enter and leave, so that an evaluation looks at the
// datapoints themselves only when some are missing.
type window struct {
	values []float64 // a ring of the evaluation range
	head   int       // index of the newest
	newest int64     // start of the newest period, Unix seconds
	filled bool

	real, breaching   int // in the whole range
	realN, breachingN int // in the newest N
	run               int // how many of the newest are equal
}

func newWindow(size int) window {
	return window{values: make([]float64, size)}
}

// at returns the datapoint that is age periods older than the newest.
func (w *window) at(age int) float64 {
	i := w.head - age
	if i < 0 {
		i += len(w.values)
	}
	return w.values[i]
}

// reset empties the window, as if all datapoints were missing.
func (w *window) reset(newest int64) {
	for i := range w.values {
		w.values[i] = math.NaN()
	}
	*w = window{values: w.values, newest: newest, filled: true, run: len(w.values)}
}

// push lets a datapoint enter and the oldest leave.
func (w *window) push(start int64, v float64, n int, limit limit) {
	w.newest = start
	leavesN := w.at(n - 1)
	oldest := w.at(len(w.values) - 1)
	if v == w.values[w.head] || math.IsNaN(v) && math.IsNaN(w.values[w.head]) {
		w.run++
	} else {
		w.run = 1
	}
	w.head++
	if w.head == len(w.values) {
		w.head = 0
	}
	w.values[w.head] = v
	if !math.IsNaN(v) {
		w.real++
		w.realN++
		if limit.breached(v) {
			w.breaching++
			w.breachingN++
		}
	}
	if !math.IsNaN(leavesN) {
		w.realN--
		if limit.breached(leavesN) {
			w.breachingN--
		}
	}
	if !math.IsNaN(oldest) {
		w.real--
		if limit.breached(oldest) {
			w.breaching--
		}
	}
}
