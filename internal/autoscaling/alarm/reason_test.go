package alarm_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
)

// at is a time in the form of reasons.
func at(t *testing.T, s string) int64 {
	t.Helper()
	v, err := time.Parse("02/01/06 15:04:05", s)
	if err != nil {
		t.Fatal(err)
	}
	return v.Unix()
}

// The example of the CloudWatch User Guide with three datapoints, as far as it
// gives their times.
func TestReasonOfThree(t *testing.T) {
	newest := at(t, "03/07/25 08:29:00")
	d := alarm.Definition{Comparison: alarm.GreaterThanThreshold, Threshold: 31, Period: 60, EvaluationPeriods: 3, DatapointsToAlarm: 3}
	e := evaluator(t, d, series{newest - 120: 41.0, newest - 60: 33.8, newest: 32.6}, alarm.OK, prompt())
	e.Evaluate(newest + 60)
	want := "Threshold Crossed: 3 out of the last 3 datapoints [32.6 (03/07/25 08:29:00), 33.8 (03/07/25 08:28:00), 41.0 (03/07/25 08:27:00)] were greater than the threshold (31.0) (minimum 3 datapoints for OK -> ALARM transition)."
	if got := e.Explain().Reason(); got != want {
		t.Errorf("the newest comes first:\ngot  %s\nwant %s", got, want)
	}
}

func TestReason(t *testing.T) {
	newest := at(t, "02/10/19 16:59:00")
	of := func(values ...float64) series {
		s := series{}
		for i, v := range values { // oldest first
			s[newest-int64(len(values)-1-i)*60] = v
		}
		return s
	}
	define := func(c alarm.Comparison, threshold float64, n, m int32, missing alarm.Treatment) alarm.Definition {
		return alarm.Definition{Comparison: c, Threshold: threshold, Period: 60, EvaluationPeriods: n, DatapointsToAlarm: m, TreatMissingData: missing}
	}
	for _, c := range []struct {
		d      alarm.Definition
		s      series
		want   string
		reason string
	}{
		{define(alarm.GreaterThanThreshold, 50, 1, 1, ""), of(99.50160229693434),
			"Threshold Crossed: 1 out of the last 1 datapoints [99.50160229693434 (02/10/19 16:59:00)] was greater than the threshold (50.0) (minimum 1 datapoint for OK -> ALARM transition).",
			"the example of the CloudWatch guide"},
		{define(alarm.GreaterThanThreshold, 50, 1, 1, ""), of(0.5),
			"Threshold Crossed: 1 out of the last 1 datapoints [0.5 (02/10/19 16:59:00)] was not greater than the threshold (50.0) (minimum 1 datapoint for ALARM -> OK transition).",
			"and its way back"},
		{define(alarm.GreaterThanThreshold, 42, 2, 0, ""), of(1, 0),
			"Threshold Crossed: 2 datapoints [0.0 (02/10/19 16:59:00), 1.0 (02/10/19 16:58:00)] were not greater than the threshold (42.0).",
			"as seen of a managed alarm, which sets no DatapointsToAlarm"},
		{define(alarm.GreaterThanThreshold, 0, 5, 3, ""), of(0, 9, 0, 9, 0),
			"Threshold Crossed: 3 out of the last 5 datapoints [0.0 (02/10/19 16:59:00), 0.0 (02/10/19 16:57:00), 0.0 (02/10/19 16:55:00)] were not greater than the threshold (0.0) (minimum 3 datapoints for ALARM -> OK transition).",
			"it takes N-M+1 to get back"},
		{define(alarm.LessThanThreshold, 65, 5, 5, ""), of(0, 0, 0, 0, 0),
			"Threshold Crossed: 5 out of the last 5 datapoints were less than the threshold (65.0). The most recent datapoints which crossed the threshold: [0.0 (02/10/19 16:59:00), 0.0 (02/10/19 16:58:00), 0.0 (02/10/19 16:57:00), 0.0 (02/10/19 16:56:00), 0.0 (02/10/19 16:55:00)] (minimum 5 datapoints for OK -> ALARM transition).",
			"from five on, the newest five are listed at the end"},
		{define(alarm.GreaterThanOrEqualToThreshold, 1, 20, 1, alarm.NotBreaching), of(613),
			"Threshold Crossed: 1 out of the last 20 datapoints [613.0 (02/10/19 16:59:00)] was greater than or equal to the threshold (1.0) and 19 missing datapoints were treated as [NonBreaching] (minimum 1 datapoint for OK -> ALARM transition).",
			"what was missing is said"},
		{define(alarm.GreaterThanThreshold, 1, 2, 0, alarm.Breaching), of(),
			"Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].",
			"nothing came"},
		{define(alarm.GreaterThanThreshold, 1, 1, 0, alarm.NotBreaching), of(),
			"Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
			"one did not come"},
		{define(alarm.GreaterThanThreshold, 1, 1, 0, ""), of(), "Insufficient Data: 1 datapoint was unknown.", "nothing is known of one"},
		{define(alarm.GreaterThanThreshold, 1, 10, 0, ""), of(), "Insufficient Data: 10 datapoints were unknown.", "nothing is known of ten"},
		{define(alarm.GreaterThanThreshold, 12345678, 1, 0, ""), of(1e-5),
			"Threshold Crossed: 1 datapoint [1.0E-5 (02/10/19 16:59:00)] was not greater than the threshold (1.2345678E7).",
			"numbers are printed as Java prints them"},
	} {
		e := evaluator(t, c.d, c.s, alarm.OK, prompt())
		if got := e.Explain().Reason(); got != alarm.InitialReason {
			t.Errorf("got %q before the first evaluation", got)
		}
		e.Evaluate(newest + 60)
		if got := e.Explain().Reason(); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.reason, got, c.want)
		}
	}
}

func TestReasonData(t *testing.T) {
	newest := at(t, "02/10/19 16:59:00")
	d := above50(2, 0, "")
	d.Unit = "Percent"
	e := evaluator(t, d, series{newest: 99.5, newest - 60: 3}, alarm.OK, prompt())
	e.Evaluate(newest + 60)
	want := `{"version":"1.0","queryDate":"2019-10-02T17:00:00.000+0000","startDate":"2019-10-02T16:58:00.000+0000","unit":"Percent","statistic":"Average","period":60,"recentDatapoints":[3.0,99.5],"threshold":50.0,` +
		`"evaluatedDatapoints":[{"timestamp":"2019-10-02T16:59:00.000+0000","value":99.5},{"timestamp":"2019-10-02T16:58:00.000+0000","value":3.0}]}`
	if got := e.Explain().ReasonData(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestReasonDataFits(t *testing.T) {
	d := above50(90, 0, "")
	d.Period = 10
	s := series{}
	for i := range int64(100) {
		s[base+i*10] = 100.0 / 3
	}
	e := evaluator(t, d, s, alarm.OK, prompt())
	e.Evaluate(base + 1000)
	data := e.Explain().ReasonData()
	var parsed struct{ RecentDatapoints []float64 }
	if err := json.Unmarshal([]byte(data), &parsed); err != nil || len(data) > 4000 || len(parsed.RecentDatapoints) != 90 {
		t.Errorf("%d bytes, %d datapoints, %v: CloudWatch allows 4000 bytes, and policies need the recent datapoints", len(data), len(parsed.RecentDatapoints), err)
	}
}

func TestDefinitionErrorsSayWhatToWrite(t *testing.T) {
	for name, change := range map[string]func(*alarm.Definition){
		"ComparisonOperator": func(d *alarm.Definition) { d.Comparison = "GreaterThanUpperThreshold" },
		"TreatMissingData":   func(d *alarm.Definition) { d.TreatMissingData = "maybe" },
		"period 45":          func(d *alarm.Definition) { d.Period = 45 },
		"EvaluationPeriods":  func(d *alarm.Definition) { d.EvaluationPeriods = 0 },
		"DatapointsToAlarm":  func(d *alarm.Definition) { d.DatapointsToAlarm = 4 },
		"too long":           func(d *alarm.Definition) { d.EvaluationPeriods = 1441 },
	} {
		d := above50(3, 0, "")
		change(&d)
		if err := d.Validate(); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "write ") {
			t.Errorf("%s: got %v, which does not say what is wrong and what to write", name, err)
		}
	}
}

func FuzzDefinition(f *testing.F) {
	f.Add("LessThanThreshold", 45.0, int32(60), int32(15), int32(0), "missing")
	f.Fuzz(func(t *testing.T, c string, threshold float64, period, n, m int32, missing string) {
		d := alarm.Definition{Comparison: alarm.Comparison(c), Threshold: threshold, Period: period, EvaluationPeriods: n, DatapointsToAlarm: m, TreatMissingData: alarm.Treatment(missing)}
		if d.Validate() == nil && (d.Step() < 10 || d.Step() > 3600) {
			t.Errorf("%+v: step %d", d, d.Step())
		}
	})
}
