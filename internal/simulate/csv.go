package simulate

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CSVOptions say how a CSV file is to be read. The zero value finds out.
type CSVOptions struct {
	Source string // for people; the name of the file
	Time   string // name of the column with the time; empty: the first that holds times
	Value  string // name of the column with the demand; empty: the only one that can be
	// Requests says that each row is one request. It is guessed only where no
	// column looks like a demand: rows without further columns, or at irregular
	// times with several of which none is called so.
	Requests bool
	// PerMinute says that values are requests per minute. Otherwise they count
	// the requests of the interval that begins at their time.
	PerMinute bool
	// Interval is the length of an interval, over which rows add up; 0: the
	// usual distance of two rows.
	Interval time.Duration
	Location *time.Location // of times without zone; nil: UTC
}

// RowError is an error in one row of a file.
type RowError struct {
	Line int // from 1
	Err  error
}

func (e *RowError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the error without the line.
func (e *RowError) Unwrap() error { return e.Err }

// ReadCSV reads a trace with a header or without: a time and a value column at
// any interval, or one row for each request.
func ReadCSV(r io.Reader, o CSVOptions) (*Trace, error) {
	t, err := readTable(r, o)
	if err != nil {
		return nil, err
	}
	if len(t.times) == 0 {
		return nil, errors.New("the trace has no rows; write one for each interval or for each request")
	}
	t.sort()
	if t.times[len(t.times)-1]/int64(time.Second)-t.times[0]/int64(time.Second) > maxSteps*minute {
		return nil, errors.New("the trace lasts longer than the ten years that are simulated; check its times")
	}
	grid, regular := t.grid()
	var out *Trace
	if o.Requests || t.logged(o, regular) {
		out, err = t.requests(o)
	} else {
		out, err = t.values(o, grid, regular)
	}
	if err != nil {
		return nil, err
	}
	return out, out.check()
}

// logged reports whether rows look like single requests: there is nothing that
// could be a demand.
func (t *table) logged(o CSVOptions, regular bool) bool {
	if len(t.names) == 0 {
		return true
	}
	if regular || o.Value != "" || o.Interval != 0 || o.PerMinute {
		return false
	}
	column, err := t.valueColumn("")
	return err != nil || !isDemand(t.names[column]) && !mostlyNumbers(t.columns[column])
}

// mostlyNumbers reports whether a column holds numbers, be it with gaps.
func mostlyNumbers(column []float64) bool {
	numbers := 0
	for _, v := range column {
		if !math.IsNaN(v) {
			numbers++
		}
	}
	return 2*numbers > len(column)
}

// table is a CSV file with its times, and its other columns by name.
type table struct {
	times   []int64 // nanoseconds since the epoch
	names   []string
	columns [][]float64 // NaN: empty
}

// maxRows bounds what is read into memory.
const maxRows = 50_000_000

func readTable(r io.Reader, o CSVOptions) (*table, error) {
	text := bufio.NewReaderSize(r, 1<<16)
	if mark, err := text.Peek(3); err == nil && bytes.Equal(mark, []byte("\uFEFF")) {
		_, _ = text.Discard(len(mark))
	}
	rows := csv.NewReader(text)
	rows.ReuseRecord, rows.TrimLeadingSpace, rows.Comment = true, true, '#'
	first, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the trace is empty; give a CSV file")
	}
	if err != nil {
		return nil, err
	}
	t := &table{}
	clock := clock{zone: o.Location}
	header := slices.Clone(first)
	at, err := timeColumn(header, o.Time, &clock)
	if err != nil {
		return nil, err
	}
	if _, err := clock.parse(header[at]); err == nil {
		for i := range header {
			header[i] = "column" + strconv.Itoa(i+1)
		}
		t.name(header, at)
		if err := t.row(first, at, &clock); err != nil {
			return nil, &RowError{1, err}
		}
	} else {
		t.name(header, at)
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		if err := t.row(row, at, &clock); err != nil {
			line, _ := rows.FieldPos(0)
			return nil, &RowError{line, err}
		}
		if len(t.times) > maxRows {
			return nil, fmt.Errorf("the trace has more than %d rows; cut it, or count its requests by minute", maxRows)
		}
	}
}

// timeNames are what columns of times are called.
var timeNames = []string{"time", "timestamp", "date", "datetime", "at", "start", "ts"}

func timeColumn(header []string, wanted string, clock *clock) (int, error) {
	if wanted != "" {
		i := slices.Index(header, wanted)
		if i < 0 {
			return 0, fmt.Errorf("there is no column %q; write one of %s", wanted, strings.Join(header, ", "))
		}
		return i, nil
	}
	for i, name := range header {
		if slices.Contains(timeNames, strings.ToLower(strings.TrimSpace(name))) {
			return i, nil
		}
	}
	for i, field := range header {
		if _, err := clock.parse(field); err == nil {
			return i, nil
		}
	}
	return 0, fmt.Errorf("none of the columns %s is a time; name the one that is", strings.Join(header, ", "))
}

func (t *table) name(header []string, at int) {
	for i, name := range header {
		if i != at {
			t.names = append(t.names, strings.TrimSpace(name))
			t.columns = append(t.columns, nil)
		}
	}
}

// row adds a row. What is no number in another column is not known; of the one
// that is the demand that is told later.
func (t *table) row(row []string, at int, clock *clock) error {
	when, err := clock.parse(row[at])
	if err != nil {
		return err
	}
	t.times = append(t.times, when)
	column := 0
	for i, field := range row {
		if i == at {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
		if err != nil || math.IsInf(v, 0) {
			v = math.NaN()
		}
		t.columns[column] = append(t.columns[column], v)
		column++
	}
	return nil
}

// sort puts the rows in the order of their times.
func (t *table) sort() {
	if slices.IsSorted(t.times) {
		return
	}
	order := make([]int, len(t.times))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case t.times[a] < t.times[b]:
			return -1
		case t.times[a] > t.times[b]:
			return 1
		}
		return 0
	})
	times := make([]int64, len(order))
	for i, from := range order {
		times[i] = t.times[from]
	}
	t.times = times
	for c, column := range t.columns {
		sorted := make([]float64, len(order))
		for i, from := range order {
			sorted[i] = column[from]
		}
		t.columns[c] = sorted
	}
}
