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
func (t *table) values(o CSVOptions) (*Trace, error) {
	column, err := t.valueColumn(o.Value)
	if err != nil {
		return nil, err
	}
	step, err := t.interval(o.Interval)
	if err != nil {
		return nil, err
	}
	first := floorTo(t.times[0]/int64(time.Second), minute)
	n := (t.times[len(t.times)-1]/int64(time.Second)-first)/step + 1
	if n > maxSteps {
		return nil, tooLong(n)
	}
	out := &Trace{Source: o.Source, Start: time.Unix(first, 0).UTC(), Step: time.Duration(step) * time.Second, Rows: len(t.times), Columns: map[string][]float64{}}
	counts := make([]int32, n)
	for i, at := range t.times {
		counts[(at/int64(time.Second)-first)/step]++
		if v := t.columns[column][i]; math.IsNaN(v) || v < 0 {
			return nil, fmt.Errorf("the demand at %s is not a number that is not negative; write one, or leave the row out", time.Unix(0, at).UTC().Format(time.RFC3339))
		}
	}
	for c, name := range t.names {
		sums := make([]float64, n)
		for i, at := range t.times {
			sums[(at/int64(time.Second)-first)/step] += t.columns[c][i]
		}
		for i, rows := range counts {
			switch {
			case rows == 0:
				sums[i] = math.NaN()
			case c != column || o.PerMinute:
				sums[i] /= float64(rows)
			default:
				sums[i] *= minute / float64(step)
			}
		}
		if c == column {
			out.Rates = sums
		}
		out.Columns[name] = sums
	}
	return out, nil
}

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
		if slices.Contains(valueNames, strings.ToLower(name)) {
			return i, nil
		}
	}
	if len(t.names) == 0 {
		return 0, errors.New("there is no column beside the time; say that each row is a request")
	}
	return 0, fmt.Errorf("which of the columns %s is the demand is not clear; name it, or say that each row is a request", strings.Join(t.names, ", "))
}

// interval returns the length of a step in seconds.
func (t *table) interval(wanted time.Duration) (int64, error) {
	if wanted != 0 {
		if wanted < time.Second || wanted%time.Second != 0 {
			return 0, fmt.Errorf("an interval of %v is not possible; write whole seconds", wanted)
		}
		return int64(wanted / time.Second), nil
	}
	least, _ := t.least()
	if least < 1 {
		return 0, errors.New("rows are less than a second apart; say that each row is a request, or give the interval to sum over")
	}
	return least, nil
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
	zone *time.Location
	last int
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
		return at.UnixNano(), nil
	}
	if n, ok := unix(text); ok {
		return n, nil
	}
	return 0, fmt.Errorf("%q is not a time; write one such as 2026-03-02T14:00:00Z, or Unix seconds", text)
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
