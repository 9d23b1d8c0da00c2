package report

import (
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/report/chart"
)

var monday = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

// simulation is a day of an ECS service in so many settings, which track 50 and 70.
func simulation(names ...string) *Simulation {
	samples := func(v float64) Samples {
		values := make([]float64, 24*60)
		for i := range values {
			values[i] = v
		}
		return Samples{Start: monday, Step: time.Minute, Values: values}
	}
	s := &Simulation{
		Target: Target{ServiceNamespace: "ecs", ResourceID: "service/shop/web", ScalableDimension: "ecs:service:DesiredCount"},
		Trace:  SimulatedTrace{Source: "test", Start: monday, End: monday.Add(24 * time.Hour), Step: 60, Peak: 100, Mean: 100, Demand: samples(100)},
	}
	for i, name := range names {
		target := 50 + 20*float64(i)
		in, out := monday.Add(20*time.Hour), monday.Add(8*time.Hour)
		s.Runs = append(s.Runs, SimulatedRun{Name: name, Timeline: Timeline{
			Capacity: []CapacityPoint{{At: monday, Running: int32(2 + i), Desired: int32(2 + i)}},
			Bounds:   []BoundsPoint{{At: monday, Min: 1, Max: 8}},
			Metrics:  []MetricLine{{Policy: "cpu", Name: "CPUUtilization", Statistic: "Average", Target: &target, Values: samples(40 + target/10)}},
			Alarms: []AlarmLine{
				{Name: "TargetTracking-AlarmHigh", Short: "AlarmHigh", States: []AlarmPoint{{monday, "INSUFFICIENT_DATA"}, {out, "ALARM"}, {out.Add(time.Hour), "OK"}}},
				{Name: "TargetTracking-AlarmLow", Short: "AlarmLow", Low: true, States: []AlarmPoint{{monday, "OK"}, {in, "ALARM"}}},
			},
			Marks: []Mark{{out, "min to 8"}, {in, "min to 1"}},
		}})
	}
	return s
}

func picture(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// panel finds a panel of the picture.
func panel(t *testing.T, s *Simulation, title string) chart.Panel {
	t.Helper()
	for _, p := range s.figure("p", 1000).Panels {
		if p.Title == title {
			return p
		}
	}
	t.Fatalf("there is no panel %q", title)
	return chart.Panel{}
}

// named are the names of series and levels, with their tones.
func named(p chart.Panel) []string {
	var out []string
	for _, s := range p.Series {
		out = append(out, s.Name+" "+string(s.Tone))
	}
	for _, l := range p.Levels {
		out = append(out, l.Name+" "+string(l.Tone))
	}
	return out
}

func TestPictureOfOneRun(t *testing.T) {
	s := simulation("web")
	if p := panel(t, s, "Capacity"); p.Unit != "tasks" {
		t.Errorf("capacity has the unit of its service: got %q", p.Unit)
	}
	p := panel(t, s, "CPUUtilization")
	if diff := cmp.Diff([]string{" violet", "target 50 red"}, named(p)); diff != "" || p.Unit != "Average of 1 minute" {
		t.Errorf("a metric and its target, of %q (-want +got):\n%s", p.Unit, diff)
	}
	alarms := panel(t, s, "Alarms")
	if high, low := alarms.Rows[0].Spans, alarms.Rows[1].Spans; high[0].Tone != chart.Grey || high[1].Tone != chart.Red || low[0].Tone != chart.Orange {
		t.Errorf("a high alarm is red, a low one orange, and what is not known grey: got %v and %v", high, low)
	}
	if rows := panel(t, s, "Schedule").Rows; len(rows) != 1 || rows[0].Name != "" || len(rows[0].Marks) != 2 {
		t.Errorf("the schedule has one row: got %+v", rows)
	}
}

// Everything in a picture of two runs says whose it is, in the run's own tone.
func TestPictureOfTwoRuns(t *testing.T) {
	s := simulation("web", "idea")
	for _, c := range []struct {
		panel string
		want  []string
	}{
		{"Capacity", []string{"web green", "idea violet"}},
		{"CPUUtilization", []string{"web green", "idea violet", "target 50 of web green", "target 70 of idea violet"}},
	} {
		if diff := cmp.Diff(c.want, named(panel(t, s, c.panel))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.panel, diff)
		}
	}
	svg := picture(t, func(w io.Writer) error { return s.WriteSVG(w, 1000) })
	for _, part := range []string{`<path class="f-green"`, `<path class="f-violet"`} {
		if n := strings.Count(svg, part); n != 2 {
			t.Errorf("each run has a row with two scheduled actions: %d times %s", n, part)
		}
	}
	*s.Runs[1].Timeline.Metrics[0].Target = 50
	if diff := cmp.Diff([]string{"web green", "idea violet", "target 50 red"}, named(panel(t, s, "CPUUtilization"))); diff != "" {
		t.Errorf("a target that both have is one line (-want +got):\n%s", diff)
	}
}

func TestThresholdsInPictures(t *testing.T) {
	s := simulation("web")
	m := &s.Runs[0].Timeline.Metrics[0]
	m.Policy, m.Target, m.Statistic, m.Values.Step, m.Values.Values = "", nil, "Sum", 5*time.Minute, m.Values.Values[:288]
	m.Thresholds = []AlarmThreshold{{Alarm: "busy", Value: 45}}
	p := panel(t, s, "CPUUtilization")
	if diff := cmp.Diff([]string{" violet", "threshold 45 red"}, named(p)); diff != "" || p.Unit != "Sum of 5 minutes" {
		t.Errorf("the threshold of an alarm is no target, and is of its period, %q (-want +got):\n%s", p.Unit, diff)
	}
	if got, want := p.Series[0].Points[0].At, monday.Add(5*time.Minute); !got.Equal(want) {
		t.Errorf("a value is known when its period is over: got %v, want %v", got, want)
	}
	m.Thresholds = append(m.Thresholds, AlarmThreshold{Alarm: "idle", Value: 10, Low: true})
	if diff := cmp.Diff([]string{" violet", "threshold 45 of busy red", "threshold 10 of idle orange"}, named(panel(t, s, "CPUUtilization"))); diff != "" {
		t.Errorf("of two alarms each says its name (-want +got):\n%s", diff)
	}
	text := picture(t, func(w io.Writer) error { return s.WriteTable(w, TextOptions{}) })
	if want := "CPUUtilization (Sum of 5 minutes, ┈ threshold 45 of busy, ┈ threshold 10 of idle)"; !strings.Contains(text, want) {
		t.Errorf("%q is in the text:\n%s", want, text)
	}
}

func TestTuningInPictures(t *testing.T) {
	declared, tuned := Candidate{TargetValue: 50, CapacityHours: 100, OverloadMinutes: 0, Keeps: true}, Candidate{TargetValue: 70, CapacityHours: 80, OverloadMinutes: 10, Keeps: true}
	cheap := Candidate{TargetValue: 90, CapacityHours: 60, OverloadMinutes: 200}
	s := simulation("web", "tuned")
	s.Tuning = &Tuning{
		Policy: "cpu", Level: "at most 30 minutes", MaxOverloadMinutes: 30, Found: true, Candidates: 3, Best: tuned, Declared: declared,
		Frontier: []Candidate{cheap, tuned, declared}, All: []Candidate{declared, tuned, cheap},
	}
	curve := picture(t, func(w io.Writer) error { return s.WriteCurve(w, 600) })
	for _, c := range []struct {
		reason, part string
		n            int
	}{
		{"what was tried, and one in the legend", `<circle class="f-grey"`, 4},
		{"what is on the frontier", `<circle class="f-blue"`, 3},
		{"the frontier joined", `<path class="s blue"`, 1},
		{"what is declared, and one in the legend", `<circle class="f-orange"`, 2},
		{"what was found, and one in the legend", `<circle class="f-green"`, 2},
		{"the level", ">at most 30</text>", 1},
		{"the axis", ">capacity-hours</text>", 1},
		{"a description", "3 settings of policy cpu. Declared: capacity-hours 100 with 0 minutes of overload; tuned: 80 with 10.", 1},
	} {
		if got := strings.Count(curve, c.part); got != c.n {
			t.Errorf("%s: %d times %s, want %d:\n%s", c.reason, got, c.part, c.n, curve)
		}
	}
	if diff := cmp.Diff([]string{"web green", "tuned violet", "target 50 of web green", "target 70 of tuned violet"}, named(panel(t, s, "CPUUtilization"))); diff != "" {
		t.Errorf("what is declared and what was found (-want +got):\n%s", diff)
	}
}

func TestWidthOfTheText(t *testing.T) {
	for _, c := range []struct{ width, want int }{{0, 80}, {80, 80}, {60, 60}, {132, 132}} {
		s := simulation("web")
		text := picture(t, func(w io.Writer) error { return s.WriteTable(w, TextOptions{Width: c.width}) })
		axis := ""
		for line := range strings.SplitSeq(text, "\n") {
			if strings.Contains(line, "└") {
				axis = line
			}
		}
		if got := len([]rune(axis)); got != c.want {
			t.Errorf("with %d columns the picture is %d wide, want %d:\n%s", c.width, got, c.want, text)
		}
	}
}

// Alarms can be told from each other, whatever their names begin with.
func TestAlarmsInText(t *testing.T) {
	s := simulation("web")
	alarms := s.Runs[0].Timeline.Alarms
	alarms[0].Short, alarms[1].Short = "AlarmHigh cpu", "AlarmHigh memory"
	text := picture(t, func(w io.Writer) error { return s.WriteTable(w, TextOptions{}) })
	for _, want := range []string{"\nAlarmHigh cpu   │?", "\nAlarmHigh memory│·", "\nschedule        │ "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is in the picture:\n%s", want, text)
		}
	}
	alarms[0].Short, alarms[1].Short = "production-shop-web-cpu-utilization-high", "production-shop-web-cpu-utilization-higher"
	text = picture(t, func(w io.Writer) error { return s.WriteTable(w, TextOptions{}) })
	for _, want := range []string{
		"\nalarm 1   │?", "\nalarm 2   │·", "alarm 1: production-shop-web-cpu-utilization-high\n", "alarm 2: production-shop-web-cpu-utilization-higher\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("names that need too much room are numbered, %q:\n%s", want, text)
		}
	}
	coloured := picture(t, func(w io.Writer) error { return s.WriteTable(w, TextOptions{Style: Style{Color: true}}) })
	for _, want := range []string{"alarm 1   │\x1b[31m", "alarm 2   │\x1b[33m"} {
		if !strings.Contains(coloured, want) {
			t.Errorf("a high alarm is red and a low one yellow: %q", want)
		}
	}
}

// A column shows what was during its time, whenever the values begin.
func TestColumns(t *testing.T) {
	c := columns{monday, monday.Add(time.Hour), 6}
	nan := math.NaN()
	for _, tc := range []struct {
		reason  string
		samples Samples
		want    []float64
	}{
		{"a value for each column", Samples{monday, 10 * time.Minute, []float64{1, 2, 3, 4, 5, 6}}, []float64{1, 2, 3, 4, 5, 6}},
		{"values that begin late", Samples{monday.Add(30 * time.Minute), 10 * time.Minute, []float64{4, 5}}, []float64{nan, nan, nan, 4, 5, nan}},
		{"longer ones than a column", Samples{monday, 30 * time.Minute, []float64{1, 2}}, []float64{1, 1, 1, 2, 2, 2}},
		{"shorter ones", Samples{monday, 5 * time.Minute, []float64{1, 3, 5, 7}}, []float64{2, 6, nan, nan, nan, nan}},
		{"none", Samples{monday, time.Minute, nil}, []float64{nan, nan, nan, nan, nan, nan}},
	} {
		mean, _ := c.reduce(tc.samples)
		if diff := cmp.Diff(tc.want, mean, cmp.Comparer(func(a, b float64) bool { return a == b || a != a && b != b })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
}
