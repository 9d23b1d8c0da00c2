package traffic

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// Type says what kind of traffic a [Spec] describes.
type Type string

// The types of traffic.
const (
	Constant Type = "constant"
	Wave     Type = "wave"
	Ramp     Type = "ramp"
	Spike    Type = "spike"
	Noise    Type = "noise"
	Replayed Type = "replay"
	Sum      Type = "sum"
)

// Spec describes traffic. Rates are in requests a minute. Which members belong
// to which type is in their comments; others are an error, so that a
// misunderstanding shows.
type Spec struct {
	Type Type `json:"type"`

	// Rate is that of a constant, and of a spike while it lasts.
	Rate *float64 `json:"rate,omitempty"`

	// Low and High bound a wave. Peak is the time of day, in UTC, at which it is
	// highest; default: 12:00. Period is from one peak to the next; default: 24h.
	Low    *float64 `json:"low,omitempty"`
	High   *float64 `json:"high,omitempty"`
	Peak   string   `json:"peak,omitempty"`
	Period Duration `json:"period,omitempty"`

	// From and To are the rates of a ramp before and after.
	From *float64 `json:"from,omitempty"`
	To   *float64 `json:"to,omitempty"`

	// A ramp, a spike or a replay begins at Start, or so long After the traffic
	// begins; default: with the traffic. Duration is how long a ramp or a spike
	// takes.
	Start    *time.Time `json:"start,omitempty"`
	After    Duration   `json:"after,omitempty"`
	Duration Duration   `json:"duration,omitempty"`
	// Every repeats a spike so often; default: once.
	Every Duration `json:"every,omitempty"`

	// Deviation is the standard deviation of noise, relative to the rate: 0.1 is
	// ten percent. Seed chooses among the noises.
	Deviation *float64 `json:"deviation,omitempty"`
	Seed      uint64   `json:"seed,omitempty"`

	// CSV is the recording of a replay, as [ReadCSV] takes it. Loop begins again
	// at its end.
	CSV  string `json:"csv,omitempty"`
	Loop bool   `json:"loop,omitempty"`

	// Of are the parts of a sum, or the one that noise is added to.
	Of []Spec `json:"of,omitempty"`
}

// members says which members of a Spec, other than type, a type has.
var members = map[Type][]string{
	Constant: {"rate"},
	Wave:     {"low", "high", "peak", "period"},
	Ramp:     {"from", "to", "start", "after", "duration"},
	Spike:    {"rate", "start", "after", "duration", "every"},
	Noise:    {"deviation", "seed", "of"},
	Replayed: {"csv", "loop", "start", "after"},
	Sum:      {"of"},
}

// types lists the types for people.
const types = "constant, wave, ramp, spike, noise, replay or sum"

// Limits of a Spec. They keep what comes from a client within reason.
const (
	maxRate  = 1e12 // requests a minute
	maxDepth = 10
	maxParts = 1000
)

// Parse reads a Spec from JSON and refuses members that are none. It does not
// check more than that; Build does.
func Parse(text []byte) (Spec, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var s Spec
	if err := decoder.Decode(&s); err != nil {
		return Spec{}, fmt.Errorf(`the traffic cannot be read: %w; write an object such as {"type":"constant","rate":600}`, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Spec{}, errors.New("there is more after the traffic; write one object, with several parts in a sum")
	}
	return s, nil
}

// Build makes the traffic, which begins at a time. An error says which member
// is wrong, by its path, and what to write.
func (s Spec) Build(begin time.Time) (Generator, error) {
	parts := 0
	return s.build(begin, "traffic", 0, &parts)
}

func (s Spec) build(begin time.Time, at string, depth int, parts *int) (Generator, error) {
	*parts++
	if depth > maxDepth || *parts > maxParts {
		return nil, fmt.Errorf("%s: traffic has at most %d parts, and parts within parts %d deep", at, maxParts, maxDepth)
	}
	if err := s.checkMembers(at); err != nil {
		return nil, err
	}
	c := check{at: at}
	begin = s.begin(&c, begin)
	var g Generator
	switch s.Type {
	case Constant:
		g = steady(c.rate("rate", s.Rate))
	case Wave:
		g = s.wave(&c, begin)
	case Ramp:
		g = ramp{c.rate("from", s.From), c.rate("to", s.To), begin, c.duration("duration", s.Duration)}
	case Spike:
		g = s.spike(&c, begin)
	case Noise, Sum:
		return s.compose(&c, begin, depth, parts)
	case Replayed:
		g = s.replay(&c, begin)
	}
	if c.err != nil {
		return nil, c.err
	}
	return g, nil
}

// checkMembers refuses an unknown type, and members of other types.
func (s Spec) checkMembers(at string) error {
	allowed, known := members[s.Type]
	if !known {
		return fmt.Errorf("%s.type: %q is no type of traffic; write %s", at, s.Type, types)
	}
	for _, m := range []struct {
		name  string
		given bool
	}{
		{"rate", s.Rate != nil},
		{"low", s.Low != nil},
		{"high", s.High != nil},
		{"peak", s.Peak != ""},
		{"period", s.Period != 0},
		{"from", s.From != nil},
		{"to", s.To != nil},
		{"start", s.Start != nil},
		{"after", s.After != 0},
		{"duration", s.Duration != 0},
		{"every", s.Every != 0},
		{"deviation", s.Deviation != nil},
		{"seed", s.Seed != 0},
		{"csv", s.CSV != ""},
		{"loop", s.Loop},
		{"of", s.Of != nil},
	} {
		if m.given && !slices.Contains(allowed, m.name) {
			return fmt.Errorf("%s.%s: a %s has no such member; write any of %s", at, m.name, s.Type, strings.Join(allowed, ", "))
		}
	}
	return nil
}

// begin returns when a part begins.
func (s Spec) begin(c *check, begin time.Time) time.Time {
	switch {
	case s.Start != nil && s.After != 0:
		c.fail("after", "there is a start as well; write one of the two")
	case s.After < 0:
		c.fail("after", "%s is in the past; write how long after the beginning, such as 30m, or a start", time.Duration(s.After))
	case s.Start != nil:
		return *s.Start
	}
	return begin.Add(time.Duration(s.After))
}

func (s Spec) wave(c *check, begin time.Time) Generator {
	period := cmp.Or(s.Period, Duration(24*time.Hour))
	low, high := c.rate("low", s.Low), c.rate("high", s.High)
	if high < low {
		c.fail("high", "%v is less than low, %v; write the greater of the two rates here", high, low)
	}
	peak, err := time.Parse("15:04", cmp.Or(s.Peak, "12:00"))
	if err != nil {
		c.fail("peak", "%q is no time of day; write hours and minutes in UTC, such as 14:00", s.Peak)
	}
	year, month, day := begin.UTC().Date()
	return wave{low, high, time.Date(year, month, day, peak.Hour(), peak.Minute(), 0, 0, time.UTC), c.duration("period", period)}
}

func (s Spec) spike(c *check, begin time.Time) Generator {
	duration := c.duration("duration", s.Duration)
	if s.Every != 0 && time.Duration(s.Every) < duration {
		c.fail("every", "%s is shorter than the spike itself, %s; write from the beginning of one to that of the next", time.Duration(s.Every), duration)
	}
	return spike{c.rate("rate", s.Rate), begin, duration, time.Duration(s.Every)}
}

func (s Spec) replay(c *check, begin time.Time) Generator {
	if s.CSV == "" {
		c.fail("csv", `there is nothing to replay; write rows such as "2026-03-02T10:00:00Z,600"`)
		return nil
	}
	recording, err := ReadCSV(strings.NewReader(s.CSV))
	if err != nil {
		c.fail("csv", "%w", err)
		return nil
	}
	return recording.From(begin, s.Loop)
}

// compose builds noise and sums.
func (s Spec) compose(c *check, begin time.Time, depth int, parts *int) (Generator, error) {
	switch {
	case len(s.Of) == 0:
		c.fail("of", "there are no parts; write a list of traffic")
	case s.Type == Noise && len(s.Of) > 1:
		c.fail("of", "noise is added to one traffic, not to %d; write a sum of them here", len(s.Of))
	}
	deviation := 0.0
	if s.Type == Noise {
		switch d := s.Deviation; {
		case d == nil:
			c.fail("deviation", "it is missing; write a number such as 0.1 for ten percent")
		case !(*d >= 0 && *d <= 10):
			c.fail("deviation", "%v is not possible; write a number from 0 to 10, such as 0.1 for ten percent", *d)
		default:
			deviation = *d
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	of := make(sum, len(s.Of))
	for i, part := range s.Of {
		var err error
		if of[i], err = part.build(begin, fmt.Sprintf("%s.of[%d]", c.at, i), depth+1, parts); err != nil {
			return nil, err
		}
	}
	if s.Type == Noise {
		return noisy{of[0], deviation, s.Seed}, nil
	}
	return of, nil
}

// check remembers the first thing that is wrong.
type check struct {
	at  string
	err error
}

func (c *check) fail(member, format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(c.at+"."+member+": "+format, args...)
	}
}

// rate returns a rate that has to be there.
func (c *check) rate(member string, given *float64) float64 {
	switch {
	case given == nil:
		c.fail(member, "it is missing; write a number of requests a minute")
		return 0
	case math.IsNaN(*given) || *given < 0 || *given > maxRate:
		c.fail(member, "%v is not possible; write a number of requests a minute, from 0 to %g", *given, float64(maxRate))
		return 0
	}
	return *given
}

// duration returns a duration that has to be there.
func (c *check) duration(member string, given Duration) time.Duration {
	if given <= 0 {
		c.fail(member, "it has to be longer than nothing; write a duration such as 90s, 10m or 24h")
	}
	return time.Duration(given)
}

// Duration is a duration that is a text in JSON, such as "10m" or "1h30m".
type Duration time.Duration

// MarshalJSON writes the duration as text.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads a duration from text.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return fmt.Errorf("%s is no duration; write a text such as \"10m\"", b)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is no duration; write a number with a unit, such as 90s, 10m or 24h", text)
	}
	*d = Duration(parsed)
	return nil
}
