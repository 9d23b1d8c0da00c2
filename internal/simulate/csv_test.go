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
		{"rows at irregular times are requests", "TIMESTAMP,Tokens\n2026-03-02 00:00:10.5,3\n2026-03-02 00:00:11.75,4\n2026-03-02 00:02:00.1,5\n", simulate.CSVOptions{},
			"2026-03-02T00:00:00Z", time.Minute, []float64{2, 0, 1}},
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
		{"a trace of centuries is a mistake", "time,value\n1900-01-01,1\n1900-01-01 00:01:00,1\n2026-03-02,1\n", simulate.CSVOptions{}, "more than the"},
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
	f.Add("timestamp,value\n2026-03-02 00:00:00,100\n2026-03-02 00:05:00,50\n", false, false)
	f.Add("TIMESTAMP,Tokens\n2026-03-02 00:00:10.5,3\n2026-03-02 00:00:11.75,4\n", false, true)
	f.Add("1772409600,1\n1772409660.25,2\n", true, false)
	f.Add("1600-01-01,1\n9999-12-31,1\n", false, false)
	f.Add("\uFEFF# comment\ntime\n\"2026-03-02T00:00:00Z\"\n", true, true)
	f.Fuzz(func(t *testing.T, text string, requests, perMinute bool) {
		trace, err := simulate.ReadCSV(strings.NewReader(text), simulate.CSVOptions{Requests: requests, PerMinute: perMinute})
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
