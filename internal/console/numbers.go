package console

import (
	"math"
	"strconv"
	"time"

	"github.com/setpoint-io/setpoint/internal/report/chart"
)

// Series is values over time for who points at the chart.
type Series struct {
	Name string `json:"name"`
	// Holds is how long a value holds, in milliseconds; 0: until the next.
	Holds int64 `json:"holds,omitempty"`
	// Points are lists of a time in milliseconds and a value, null where there is none.
	// Where a value is the mean of several periods, the least and the greatest of them
	// follow.
	Points [][]any `json:"points"`
}

// changes is what holds until it changes. None is left out, because then a value would
// be told that was not.
func changes(name string, points []chart.Point) Series {
	s := Series{Name: name, Points: [][]any{}}
	var last any = "nothing yet"
	for _, p := range points {
		if value := reading(p.Value); value != last {
			s.Points = append(s.Points, []any{p.At.UnixMilli(), value})
			last = value
		}
	}
	return s
}

// maxSamples is how many values a metric has for who points at it: about one for two
// pixels of a wide chart.
const maxSamples = 400

// samples is what was measured over periods, at the end of each, as it is or, where
// that is too much, several periods together. Together they are told for the time that
// they cover, so that a cursor anywhere among them finds them.
func samples(name string, points []chart.Point, period time.Duration) Series {
	s := Series{Name: name, Holds: period.Milliseconds() * 3 / 2, Points: [][]any{}}
	together := period
	if n := len(points); n > 0 {
		length := points[n-1].At.Sub(points[0].At)
		together += (length / maxSamples).Truncate(period)
	}
	if together == period {
		for _, p := range points {
			s.Points = append(s.Points, []any{p.At.UnixMilli(), reading(p.Value)})
		}
		return s
	}
	s.Holds = together.Milliseconds()
	for len(points) > 0 {
		// A period belongs to where it lies, not to where the next begins.
		begin := points[0].At.Add(-1).Truncate(together)
		var sum, low, high, n float64
		for ; len(points) > 0 && !points[0].At.After(begin.Add(together)); points = points[1:] {
			v := points[0].Value
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			if n == 0 {
				low, high = v, v
			}
			sum, low, high, n = sum+v, min(low, v), max(high, v), n+1
		}
		if n > 0 {
			s.Points = append(s.Points, []any{begin.UnixMilli(), reading(sum / n), reading(low), reading(high)})
		}
	}
	return s
}

// reading is a value with as many digits as anybody reads, or nil if it is none.
func reading(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		return nil // it was rounded to more than there can be
	}
	return short
}
