package simulate_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/setpoint-io/setpoint/internal/simulate"
)

// at makes rows of a Monday, each a time of day and values.
func at(rows ...string) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString("2026-03-02 " + row + "\n")
	}
	return b.String()
}

func TestReadCSV(t *testing.T) {
	nan := math.NaN()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason  string
		text    string
		options simulate.CSVOptions
		start   string
		step    time.Duration
		rates   []float64
	}{
		{"values count the requests of their interval", "timestamp,value\n2026-03-02 00:00:00,100\n2026-03-02 00:05:00,50\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", 5 * time.Minute, []float64{20, 10}},
		{"unless they are rates", "timestamp,value\n2026-03-02 00:00:00,100\n2026-03-02 00:05:00,50\n", simulate.CSVOptions{PerMinute: true},
			"2026-03-02T00:00:00Z", 5 * time.Minute, []float64{100, 50}},
		{"a row that is left out is not known", "time,value\n2026-03-02T00:00Z,1\n2026-03-02T00:01Z,2\n2026-03-02T00:03Z,4\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, 2, nan, 4}},
		{"the order of rows does not matter", "time,value\n2026-03-02T00:01Z,2\n2026-03-02T00:00Z,1\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, 2}},
		{"a file may have no header", "2026-03-02T00:00:00Z,1\n2026-03-02T00:01:00Z,2\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, 2}},
		{"of several columns the one is taken that is called so", "time,host,requests\n2026-03-02T00:00Z,7,1\n2026-03-02T00:01Z,7,2\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, 2}},
		{"or is named", "time,a,b\n2026-03-02T00:00Z,7,1\n2026-03-02T00:01Z,8,2\n", simulate.CSVOptions{Value: "a"},
			"2026-03-02T00:00:00Z", time.Minute, []float64{7, 8}},
		{"rows at irregular times of which no column is a demand are requests", "TIMESTAMP,In,Out\n2026-03-02 00:00:10.5,3,1\n2026-03-02 00:00:11.75,4,1\n2026-03-02 00:02:00.1,5,1\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{2, 0, 1}},
		{"and so are those whose one column is text", "time,path\n2026-03-02T00:00:10Z,/a\n2026-03-02T00:00:11Z,/b\n2026-03-02T00:02:00Z,/a\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{2, 0, 1}},
		{"a row that is late by a second is one of its minute", "timestamp,value\n" + at("00:00:00,1", "00:01:00,2", "00:02:01,3", "00:03:00,4", "00:04:00,5"), simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, 2, 3, 4, 5}},
		{"and so is one that is early, also when it is the first", "timestamp,value\n" + at("00:00:59,1", "00:02:00,2", "00:02:59,3", "00:04:00,4", "00:05:00,5"), simulate.CSVOptions{},
			"2026-03-02T00:01:00Z", time.Minute, []float64{1, 2, 3, 4, 5}},
		{"minutes may begin at any second, with gaps among them", "timestamp,cpu\n" + at("00:00:37,1", "00:01:38,2", "00:02:37,3", "00:04:36,4"), simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, 2, 3, nan, 4}},
		{"where most are left out, the steps are those that explain all rows", "timestamp,value\n" + at("00:00:00,1", "00:05:00,2", "00:10:00,3", "00:15:00,4", "00:18:00,5", "00:20:00,6", "00:21:00,7"), simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, nan, nan, nan, nan, 2, nan, nan, nan, nan, 3, nan, nan, nan, nan, 4, nan, nan, 5, nan, 6, 7}},
		{"an interval that is given makes values of rows at any times", "time,bytes\n" + at("00:00:10,3", "00:00:47,4", "00:02:01,5"), simulate.CSVOptions{Interval: time.Minute},
			"2026-03-02T00:00:00Z", time.Minute, []float64{7, nan, 5}},
		{"an interval sums rows from the first on, wherever in a minute they are", "time,value\n" + at("00:00:57,1", "00:01:57,2", "00:02:57,3", "00:03:57,4"), simulate.CSVOptions{Interval: 2 * time.Minute},
			"2026-03-02T00:00:00Z", 2 * time.Minute, []float64{1.5, 3.5}},
		{"rows of the same time add up where an interval is given", "time,host,value\n" + at("00:00:00,1,3", "00:00:00,2,4", "00:01:00,1,5"), simulate.CSVOptions{Interval: time.Minute},
			"2026-03-02T00:00:00Z", time.Minute, []float64{7, 5}},
		{"the hour that comes twice when clocks are set back is two hours", "time,value\n2026-10-25 01:30,1\n2026-10-25 02:00,2\n2026-10-25 02:30,3\n2026-10-25 02:00,4\n2026-10-25 02:30,5\n2026-10-25 03:00,6\n", simulate.CSVOptions{Location: berlin, PerMinute: true},
			"2026-10-24T23:30:00Z", 30 * time.Minute, []float64{1, 2, 3, 4, 5, 6}},
		{"so are rows without value", "time\n2026-03-02T00:00:00Z\n2026-03-02T00:00:01Z\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{2}},
		{"and those that are said to be", "time,v\n2026-03-02T00:00:00Z,5\n2026-03-02T00:01:00Z,5\n", simulate.CSVOptions{Requests: true},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, 1}},
		{"times without zone are of the zone that is given", "time,value\n2026-03-02 01:00,1\n2026-03-02 01:01,2\n", simulate.CSVOptions{Location: berlin},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, 2}},
		{"Unix seconds are times", "ts,value\n1772409600,1\n1772409660,2\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, 2}},
		{"and so are milliseconds", "ts,value\n1772409600000,1\n1772409660000,2\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1, 2}},
		{"an interval that is given sums what is in it", "time,value\n2026-03-02T00:00Z,1\n2026-03-02T00:01Z,2\n2026-03-02T00:02Z,3\n", simulate.CSVOptions{Interval: 2 * time.Minute},
			"2026-03-02T00:00:00Z", 2 * time.Minute, []float64{1.5, 1.5}},
		{"a mark of the byte order is no part of a name", "\uFEFFtime,value\n2026-03-02T00:00Z,1\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{1}},
	} {
		got, err := simulate.ReadCSV(strings.NewReader(c.text), c.options)
		if err != nil {
			t.Errorf("%s: %v", c.reason, err)
			continue
		}
		if got.Start.Format(time.RFC3339) != c.start || got.Step != c.step {
			t.Errorf("%s: got steps of %v from %v, want %v from %s", c.reason, got.Step, got.Start, c.step, c.start)
		}
		if diff := cmp.Diff(c.rates, got.Rates, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestReadCSVErrors(t *testing.T) {
	for _, c := range []struct {
		reason, text string
		options      simulate.CSVOptions
		want         string
	}{
		{"an empty file has no demand", "", simulate.CSVOptions{}, "is empty"},
		{"nor has a header alone", "time,value\n", simulate.CSVOptions{}, "no rows"},
		{"a demand is not negative", "time,value\n2026-03-02T00:00Z,-1\n", simulate.CSVOptions{}, "not negative"},
		{"nor is it text", "time,value\n2026-03-02T00:00Z,many\n", simulate.CSVOptions{}, "not a number"},
		{"a column must be there", "time,value\n2026-03-02T00:00Z,1\n", simulate.CSVOptions{Value: "x"}, `no column "x"`},
		{"also that of the time", "time,value\n2026-03-02T00:00Z,1\n", simulate.CSVOptions{Time: "x"}, `no column "x"`},
		{"without times there is no trace", "a,b\n1,2\n", simulate.CSVOptions{}, "is a time"},
		{"a choice is not guessed", "time,a,b\n2026-03-02T00:00Z,1,2\n2026-03-02T00:01Z,1,2\n", simulate.CSVOptions{}, "is not clear"},
		{"a trace of centuries is a mistake", "time,value\n1700-01-01,1\n1900-01-01 00:01:00,1\n2026-03-02,1\n", simulate.CSVOptions{}, "longer than the ten years"},
		{"so is one of years by the second", "time,value\n2025-01-01,1\n2025-01-01 00:00:01,1\n2026-03-02,1\n", simulate.CSVOptions{Interval: time.Second}, "more than the"},
		{"a row that is there twice is no second request", "time,value\n" + at("00:00:00,1", "00:01:00,2", "00:01:00,2", "00:02:00,3"), simulate.CSVOptions{}, "a second row is at 2026-03-02T00:01:00Z"},
		{"nor is one a second after another", "time,value\n" + at("00:00:00,1", "00:01:00,2", "00:01:01,2", "00:02:00,3"), simulate.CSVOptions{}, "a second row is at 2026-03-02T00:01:01Z"},
		{"local times of the night in which clocks are set back need their zone", "time,value\n2026-10-25 01:30,1\n2026-10-25 02:00,2\n2026-10-25 02:30,3\n2026-10-25 02:00,4\n2026-10-25 02:30,5\n2026-10-25 03:00,6\n", simulate.CSVOptions{}, "give the zone"},
		{"values at any times are not guessed to be requests", "time,tokens\n" + at("00:00:10,3", "00:00:47,4", "00:02:13,5"), simulate.CSVOptions{}, "at irregular times"},
		{"nor to be of the least distance that there is", "time,value\n" + at("00:00:10,3", "00:00:11,4", "00:02:01,5", "00:07:33,5", "00:09:00,5"), simulate.CSVOptions{Value: "value"}, "at irregular times"},
		{"a missing number does not turn values into requests", "time,up\n" + at("00:00:00,3", "00:01:01,NaN", "00:02:00,5", "00:03:00,5"), simulate.CSVOptions{}, "not a number"},
		{"requests have no interval", "time\n2026-03-02T00:00Z\n", simulate.CSVOptions{Interval: time.Minute}, "neither a value nor an interval"},
		{"and are no rates", "time,value\n2026-03-02T00:00Z,1\n", simulate.CSVOptions{Requests: true, PerMinute: true}, "neither a value nor an interval"},
		{"so is one with two rows that are decades apart", "time,value\n2001-01-01,1\n2026-03-02,1\n", simulate.CSVOptions{}, "longer than the ten years"},
		{"an interval has whole seconds", "time,value\n2026-03-02T00:00Z,1\n", simulate.CSVOptions{Interval: time.Millisecond}, "whole seconds"},
	} {
		_, err := simulate.ReadCSV(strings.NewReader(c.text), c.options)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", c.reason, err, c.want)
		}
	}
	_, err := simulate.ReadCSV(strings.NewReader("time,value\n2026-03-02T00:00Z,1\nyesterday,2\n"), simulate.CSVOptions{})
	var row *simulate.RowError
	if !errors.As(err, &row) || row.Line != 3 {
		t.Errorf("an error in a row names the line: got %v", err)
	}
}

// Whatever a file holds, a trace that is read can be run.
func FuzzReadCSV(f *testing.F) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Add("timestamp,value\n2026-03-02 00:00:00,100\n2026-03-02 00:05:00,50\n", false, false, int64(0))
	f.Add("TIMESTAMP,Tokens\n2026-03-02 00:00:10.5,3\n2026-03-02 00:00:11.75,4\n", false, true, int64(30))
	f.Add("1772409600,1\n1772409660.25,2\n", true, false, int64(0))
	f.Add("1600-01-01,1\n9999-12-31,1\n", false, false, int64(0))
	f.Add("1700-01-01,1\n2200-12-31,1\n", false, false, int64(7))
	f.Add("\uFEFF# comment\ntime\n\"2026-03-02T00:00:00Z\"\n", true, true, int64(0))
	f.Add("time,value\n2026-10-25 02:30,3\n2026-10-25 02:30,4\n2026-10-25 02:00,2\n2026-10-25 03:00:01,6\n", false, false, int64(3600))
	f.Fuzz(func(t *testing.T, text string, requests, perMinute bool, interval int64) {
		o := simulate.CSVOptions{Requests: requests, PerMinute: perMinute, Interval: time.Duration(interval) * time.Second, Location: berlin}
		trace, err := simulate.ReadCSV(strings.NewReader(text), o)
		if err != nil {
			return
		}
		if len(trace.Rates) == 0 || trace.Step < time.Second {
			t.Fatalf("a trace with %d steps of %v cannot be run", len(trace.Rates), trace.Step)
		}
		if trace.Length() > 24*time.Hour {
			return
		}
		if _, err := simulate.Run(simulate.Options{Setting: invocations(100, 1, 10), Trace: trace}); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzReadAlarms(f *testing.F) {
	f.Add(`{"AlarmName":"a","MetricName":"Invocations","Namespace":"AWS/SageMaker","Statistic":"Sum","Period":60,"EvaluationPeriods":1,"Threshold":1,"ComparisonOperator":"GreaterThanThreshold"}`)
	f.Add(`{"MetricAlarms":[{"AlarmName":"a","AlarmActions":["arn:aws:autoscaling:eu-west-1:1:scalingPolicy:x:resource/y:policyName/steps"]}]}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		alarms, err := simulate.ReadAlarms(strings.NewReader(text), steps().Policies)
		if err != nil {
			return
		}
		for _, a := range alarms {
			if err := a.Definition.Validate(); err != nil {
				t.Errorf("an alarm was read that is not valid: %v", err)
			}
		}
	})
}

func FuzzParseMeaning(f *testing.F) {
	for _, seed := range []string{"demand", "column:a/capacity", "column:", "utilization"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := simulate.ParseMeaning(text); err == nil && m == (simulate.Meaning{}) {
			t.Errorf("%q was read and means nothing", text)
		}
	})
}
