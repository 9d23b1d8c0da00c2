package simulate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// valueNames are what columns of demand are called.
var valueNames = []string{"value", "count", "requests", "demand", "sum", "invocations", "rate"}

// requests counts one request for each row, by the minute: minutes without any
// had none.
func (t *table) requests(o CSVOptions) (*Trace, error) {
	if o.Value != "" || o.Interval != 0 || o.PerMinute {
		return nil, errors.New("a row that is one request has neither a value nor an interval nor a rate; leave these out, or give the file a column with the demand")
	}
	const ns = int64(time.Second)
	first := floorTo(t.times[0]/ns, minute)
	last := floorTo(t.times[len(t.times)-1]/ns, minute)
	n := (last-first)/minute + 1
	if n > maxSteps {
		return nil, tooLong(n)
	}
	out := &Trace{Source: o.Source + ", one row per request", Start: time.Unix(first, 0).UTC(), Step: time.Minute, Rates: make([]float64, n), Rows: len(t.times)}
	for _, at := range t.times {
		out.Rates[(floorTo(at/ns, minute)-first)/minute]++
	}
	return out, nil
}

func tooLong(steps int64) error {
	return fmt.Errorf("the trace has %d steps, more than the %d that are simulated; check its times, cut it, or sum it over longer intervals", steps, maxSteps)
}

func floorTo(t, step int64) int64 {
	r := t % step
	if r < 0 {
		r += step
	}
	return t - r
}

// values reads the demand from a column.
func (t *table) values(o CSVOptions, g grid, regular bool) (*Trace, error) {
	column, err := t.valueColumn(o.Value)
	if err != nil {
		return nil, err
	}
	if g, err = t.steps(o.Interval, g, regular); err != nil {
		return nil, err
	}
	start, n := g.start(t.times[0]), g.steps(t.times[0], t.times[len(t.times)-1])
	if n > maxSteps {
		return nil, tooLong(n)
	}
	out := &Trace{Source: o.Source, Start: time.Unix(start, 0).UTC(), Step: time.Duration(g.step), Rows: len(t.times), Columns: map[string][]float64{}}
	places := make([]int32, len(t.times))
	counts := make([]int32, n)
	for i, at := range t.times {
		places[i] = int32(g.steps(t.times[0], at) - 1)
		counts[places[i]]++
		when := time.Unix(0, at).UTC().Format(time.RFC3339)
		if v := t.columns[column][i]; math.IsNaN(v) || v < 0 {
			return nil, fmt.Errorf("the demand at %s is not a number that is not negative; write one, or leave the row out", when)
		}
		if o.Interval == 0 && counts[places[i]] > 1 {
			return nil, fmt.Errorf("a second row is at %s, in the same step of %v; leave one out, give the zone if these are local times of a night in which clocks were set back, or give the interval if such rows add up", when, time.Duration(g.step))
		}
	}
	for c, name := range t.names {
		sums := t.add(c, places, counts, c != column || o.PerMinute, g)
		if c == column {
			out.Rates = sums
		}
		out.Columns[name] = sums
	}
	return out, nil
}

// add adds up a column by steps, as a mean or as what a minute has of the sum.
// A step without rows is not known.
func (t *table) add(c int, places, counts []int32, mean bool, g grid) []float64 {
	sums := make([]float64, len(counts))
	for i, place := range places {
		sums[place] += t.columns[c][i]
	}
	for i, rows := range counts {
		switch {
		case rows == 0:
			sums[i] = math.NaN()
		case mean:
			sums[i] /= float64(rows)
		default:
			sums[i] *= float64(time.Minute) / float64(g.step)
		}
	}
	return sums
}

// isDemand reports whether a column is called as demand is.
func isDemand(name string) bool { return slices.Contains(valueNames, strings.ToLower(name)) }

func (t *table) valueColumn(wanted string) (int, error) {
	if wanted != "" {
		i := slices.Index(t.names, wanted)
		if i < 0 {
			return 0, fmt.Errorf("there is no column %q beside the time; write one of %s", wanted, strings.Join(t.names, ", "))
		}
		return i, nil
	}
	if len(t.names) == 1 {
		return 0, nil
	}
	for i, name := range t.names {
		if isDemand(name) {
			return i, nil
		}
	}
	if len(t.names) == 0 {
		return 0, errors.New("there is no column beside the time; say that each row is a request")
	}
	return 0, fmt.Errorf("which of the columns %s is the demand is not clear; name it, or say that each row is a request", strings.Join(t.names, ", "))
}

// layouts are the forms of times that are read, beside Unix seconds and
// milliseconds.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02T15:04Z07:00", "2006-01-02", "2006/01/02 15:04:05", "2006/01/02 15:04",
	"02/Jan/2006:15:04:05 -0700",
}

// clock reads times, trying the form first that the last one had.
type clock struct {
	zone  *time.Location
	last  int
	local int64 // the last time that named no zone
}

// The years that nanoseconds since 1970 can hold, with some room.
const (
	firstYear = 1700
	lastYear  = 2200
)

func (c *clock) parse(text string) (int64, error) {
	text = strings.TrimSpace(text)
	zone := c.zone
	if zone == nil {
		zone = time.UTC
	}
	for i := range layouts {
		layout := (c.last + i) % len(layouts)
		at, err := time.ParseInLocation(layouts[layout], text, zone)
		if err != nil {
			continue
		}
		if at.Year() < firstYear || at.Year() > lastYear {
			return 0, fmt.Errorf("the time %q is in the year %d; write one between %d and %d", text, at.Year(), firstYear, lastYear)
		}
		c.last = layout
		if !strings.Contains(layouts[layout], "07") {
			at = c.after(at)
		}
		return at.UnixNano(), nil
	}
	if n, ok := unix(text); ok {
		return n, nil
	}
	return 0, fmt.Errorf("%q is not a time; write one such as 2026-03-02T14:00:00Z, or Unix seconds", text)
}

// after returns a local time that names no zone. In the night in which clocks
// are set back an hour comes twice, and rows that go on have the second one
// after the first.
func (c *clock) after(at time.Time) time.Time {
	first, second := twice(at)
	if first.UnixNano() <= c.local {
		first = second
	}
	c.local = first.UnixNano()
	return first
}

// twice returns the two times that have the name of a local time, or the same
// one twice.
func twice(at time.Time) (first, second time.Time) {
	offset := func(t time.Time) time.Duration {
		_, seconds := t.Zone()
		return time.Duration(seconds) * time.Second
	}
	begin, end := at.ZoneBounds()
	if !begin.IsZero() {
		if other := at.Add(offset(at) - offset(begin.Add(-1))); other.Before(at) && other.Before(begin) {
			return other, at
		}
	}
	if !end.IsZero() {
		if other := at.Add(offset(at) - offset(end)); other.After(at) && !other.Before(end) {
			return at, other
		}
	}
	return at, at
}

// unix reads seconds, or milliseconds where they would be too many seconds.
func unix(text string) (int64, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if len(whole) < 9 || len(whole) > 13 {
		return 0, false
	}
	var n int64
	for _, r := range whole {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int64(r-'0')
	}
	if len(whole) > 10 {
		return n * int64(time.Millisecond), true
	}
	n *= int64(time.Second)
	unit := int64(time.Second) / 10
	for _, r := range fraction {
		if r < '0' || r > '9' {
			return 0, false
		}
		n += int64(r-'0') * unit
		unit /= 10
	}
	return n, true
}
