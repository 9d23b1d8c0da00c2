package traffic

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Recording is traffic as it was, by the minute.
type Recording struct {
	first int64     // the first minute, since 1970
	rates []float64 // requests of each minute
}

// maxMinutes is how long a recording can be: a leap year.
const maxMinutes = 366 * 24 * 60

// Minutes returns how long the recording is.
func (r *Recording) Minutes() int { return len(r.rates) }

// Begin returns when the recording was begun.
func (r *Recording) Begin() time.Time { return time.Unix(r.first*minute, 0).UTC() }

// From returns the recording as traffic that begins at a time, in whole
// minutes, whenever it was recorded. It is silent before and after, unless it
// begins again at its end.
func (r *Recording) From(begin time.Time, loop bool) Generator {
	return replay{rates: r.rates, first: floorMinute(begin.Unix()), loop: loop}
}

type replay struct {
	rates []float64
	first int64
	loop  bool
}

func (r replay) Rate(at time.Time) float64 {
	i, n := floorMinute(at.Unix())-r.first, int64(len(r.rates))
	if r.loop && i >= 0 {
		i %= n
	}
	if i < 0 || i >= n {
		return 0
	}
	return r.rates[i]
}

// ReadCSV reads a recording, row by row, of one of two forms:
//
//	time,value     requests a minute from that time on, until the next row
//	time           one row for each request, in any order
//
// A time is RFC 3339 (2026-03-02T10:00:00Z), the same with a space and without
// a zone, which is UTC, or a number of seconds since 1970. A first row whose
// time is none is a header, and lines that begin with # are comments. The last
// rate holds for as long as the one before it did, or for a minute. Errors name
// the line.
func ReadCSV(r io.Reader) (*Recording, error) {
	rows := csv.NewReader(r)
	rows.Comment = '#'
	rows.FieldsPerRecord = -1
	rows.ReuseRecord = true
	rows.TrimLeadingSpace = true
	p := parser{minutes: map[int64]float64{}}
	for first := true; ; first = false {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return p.recording()
		}
		if err != nil {
			return nil, unreadable(err)
		}
		if first && isHeader(row) {
			continue
		}
		if err := p.row(row); err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// unreadable words an error of the CSV itself, or of reading.
func unreadable(err error) error {
	var malformed *csv.ParseError
	if errors.As(err, &malformed) {
		return fmt.Errorf("line %d: the row is no CSV: %w; write time,value, or a time alone for each request", malformed.Line, malformed.Err)
	}
	return fmt.Errorf("the recording cannot be read: %w", err)
}

// timeForms are the forms of times, for people.
const timeForms = "2026-03-02T10:00:00Z, 2026-03-02 10:00:00 or seconds since 1970"

// isHeader tells whether a row names columns: nothing in it is a time or a
// number.
func isHeader(row []string) bool {
	for _, field := range row {
		if _, err := parseTime(field); err == nil {
			return false
		}
		if strings.ContainsAny(field, "0123456789") {
			return false
		}
	}
	return true
}

// parser gathers the rows by the minute.
type parser struct {
	columns int // 0 before the first row
	minutes map[int64]float64
	least   int64
	most    int64

	// The latest row of time,value: from when, at which rate, and how long the
	// one before it held.
	started bool
	since   float64
	rate    float64
	held    float64
}

func (p *parser) row(row []string) error {
	if p.columns == 0 {
		p.columns = len(row)
	}
	if len(row) != p.columns || len(row) > 2 {
		return fmt.Errorf("there are %d columns; write time,value in all rows, or a time alone in all rows", len(row))
	}
	at, err := parseTime(row[0])
	if err != nil {
		return err
	}
	if p.columns == 1 {
		return p.add(floorMinute(int64(math.Floor(at))), 1)
	}
	rate, err := strconv.ParseFloat(strings.TrimSpace(row[1]), 64)
	if err != nil || math.IsNaN(rate) || rate < 0 || rate > maxRate {
		return fmt.Errorf("the value %q is no rate; write a number of requests a minute, from 0 to %g", row[1], float64(maxRate))
	}
	if p.started {
		if at <= p.since {
			return errors.New("the time is not later than that of the row before; sort the rows by time, each time once")
		}
		if err := p.hold(at); err != nil {
			return err
		}
	}
	p.started, p.since, p.rate = true, at, rate
	// So that also a recording of zeros has a length.
	return p.add(floorMinute(int64(math.Floor(at))), 0)
}

// hold counts the requests of the latest row until a time.
func (p *parser) hold(until float64) error {
	p.held = until - p.since
	if p.held > maxMinutes*minute {
		return tooLong()
	}
	for from := p.since; from < until; {
		m := floorMinute(int64(math.Floor(from)))
		to := min(until, float64((m+1)*minute))
		if err := p.add(m, p.rate*((to-from)/minute)); err != nil {
			return err
		}
		from = to
	}
	return nil
}

func (p *parser) add(m int64, requests float64) error {
	if len(p.minutes) == 0 {
		p.least, p.most = m, m
	}
	p.least, p.most = min(p.least, m), max(p.most, m)
	if p.most-p.least >= maxMinutes {
		return tooLong()
	}
	p.minutes[m] += requests
	return nil
}

func tooLong() error {
	return errors.New("the recording is longer than 366 days; write a part of it, or check the unit of the times, which is seconds")
}

func (p *parser) recording() (*Recording, error) {
	if p.columns == 2 {
		held := p.held
		if held == 0 {
			held = minute
		}
		if err := p.hold(p.since + held); err != nil {
			return nil, err
		}
	}
	if len(p.minutes) == 0 {
		return nil, errors.New("the recording has no rows; write time,value, or a time alone for each request")
	}
	r := &Recording{first: p.least, rates: make([]float64, p.most-p.least+1)}
	for m, requests := range p.minutes {
		r.rates[m-p.least] = requests
	}
	return r, nil
}

// maxEpoch bounds times in seconds since 1970: the year 9999.
const maxEpoch = 253402300800

// parseTime returns a time in seconds since 1970.
func parseTime(text string) (float64, error) {
	text = strings.TrimSpace(text)
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if math.IsNaN(seconds) || seconds < 0 || seconds >= maxEpoch {
			return 0, fmt.Errorf("the time %q is out of range; write seconds since 1970, not milliseconds", text)
		}
		return seconds, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateTime, time.DateTime + "Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil && t.Unix() >= 0 && t.Unix() < maxEpoch {
			return float64(t.Unix()) + float64(t.Nanosecond())/1e9, nil
		}
	}
	return 0, fmt.Errorf("%q is no time; write %s", text, timeForms)
}
