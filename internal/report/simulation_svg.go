package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/report/chart"
)

// runTones are those of two runs that are compared, in every panel.
var runTones = []chart.Tone{chart.Green, chart.Violet}

// tone is that of a run where there are two, and otherwise of what is drawn.
func (s *Simulation) tone(run int, alone chart.Tone) chart.Tone {
	if len(s.Runs) == 1 {
		return alone
	}
	return runTones[run%len(runTones)]
}

// WriteSVG draws the simulation for a width in pixels.
func (s *Simulation) WriteSVG(w io.Writer, width int) error {
	return s.figure("picture", width).WriteSVG(w)
}

// figure is demand, capacity, metrics, alarms and schedule over one time axis.
func (s *Simulation) figure(id string, width int) chart.Figure {
	f := chart.Figure{ID: id, Width: width, Start: s.Trace.Start, End: s.Trace.End, Title: "Simulation of " + s.Target.String(), Text: s.inWords()}
	f.Panels = []chart.Panel{{Title: "Demand", Unit: "requests per minute", Height: 96, Series: []chart.Series{
		{Tone: chart.Blue, Style: chart.Area, Points: points(s.Trace.Demand)},
	}}}
	capacity := chart.Panel{Title: "Capacity", Unit: s.unit()}
	if len(s.Runs) > 1 {
		capacity.Unit += " in service"
	}
	alarms := chart.Panel{Title: "Alarms", Keys: []chart.Key{
		{Name: "in alarm, high", Tone: chart.Red}, {Name: "in alarm, low", Tone: chart.Orange}, {Name: "insufficient data", Tone: chart.Grey},
	}}
	schedule := chart.Panel{Title: "Schedule", Unit: "scheduled actions"}
	for i, r := range s.Runs {
		capacity.Series = append(capacity.Series, s.capacitySeries(r, s.tone(i, chart.Green))...)
		for _, a := range r.Timeline.Alarms {
			alarms.Rows = append(alarms.Rows, chart.Row{Name: a.Short + s.of(i), Spans: spans(a, s.Trace.End)})
		}
		if len(r.Timeline.Marks) > 0 {
			schedule.Rows = append(schedule.Rows, s.scheduleRow(i))
		}
	}
	f.Panels = append(f.Panels, capacity)
	f.Panels = append(f.Panels, s.metricPanels()...)
	for _, p := range []chart.Panel{alarms, schedule} {
		if len(p.Rows) > 0 {
			f.Panels = append(f.Panels, p)
		}
	}
	return f
}

// unit is what the capacity counts.
func (s *Simulation) unit() string {
	d, ok := catalog.LookupDimension(s.Target.ScalableDimension)
	if !ok {
		return "units"
	}
	unit, _ := d.Counted()
	return unit
}

// of says which run something is of, where there are two.
func (s *Simulation) of(run int) string {
	if len(s.Runs) == 1 {
		return ""
	}
	return " of " + s.Runs[run].Name
}

// runMetric is a metric of a run.
type runMetric struct {
	run int
	MetricLine
}

// metricPanels are one for each metric. Those of equal name and period share it.
func (s *Simulation) metricPanels() []chart.Panel {
	var shared [][]runMetric
	for i, r := range s.Runs {
		for _, m := range r.Timeline.Metrics {
			at := slices.IndexFunc(shared, func(p []runMetric) bool { return p[0].Name == m.Name && p[0].unit() == m.unit() })
			if at < 0 {
				at = len(shared)
				shared = append(shared, nil)
			}
			shared[at] = append(shared[at], runMetric{i, m})
		}
	}
	var panels []chart.Panel
	for _, metrics := range shared {
		panels = append(panels, s.metricPanel(metrics))
	}
	return panels
}

// metricTones are those of several metrics of one run, in their order.
var metricTones = []chart.Tone{chart.Violet, chart.Orange, chart.Green}

// metricPanel draws metrics of one name. Where a run has several of it, their
// policies tell them apart.
func (s *Simulation) metricPanel(metrics []runMetric) chart.Panel {
	p := chart.Panel{Title: metrics[0].Name, Unit: metrics[0].unit()}
	counts := make([]int, len(s.Runs))
	for _, m := range metrics {
		counts[m.run]++
	}
	several := slices.Max(counts) > 1
	for i, m := range metrics {
		series := chart.Series{Tone: s.tone(m.run, metricTones[i%len(metricTones)]), Points: points(m.Values)}
		for j := range series.Points {
			series.Points[j].At = series.Points[j].At.Add(m.Values.Step) // when the period is over, and its value known
		}
		switch {
		case several:
			series.Name = m.Policy + s.of(m.run)
		case len(s.Runs) > 1:
			series.Name = s.Runs[m.run].Name
		}
		p.Series = append(p.Series, series)
	}
	p.Levels = s.levels(metrics, several)
	return p
}

// levels are the targets and thresholds of metrics. What runs have in common is
// one line; the others say whose they are.
func (s *Simulation) levels(metrics []runMetric, several bool) []chart.Level {
	type level struct {
		limit
		runs []int
	}
	var found []level
	for _, m := range metrics {
		for _, b := range m.limits(several) {
			i := slices.IndexFunc(found, func(l level) bool { return l.limit == b && !slices.Contains(l.runs, m.run) })
			if i < 0 {
				i = len(found)
				found = append(found, level{limit: b})
			}
			found[i].runs = append(found[i].runs, m.run)
		}
	}
	var out []chart.Level
	for _, l := range found {
		if len(l.runs) == len(s.Runs) {
			out = append(out, chart.Level{Name: l.text, Value: l.value, Tone: alarmTone(l.low)})
			continue
		}
		for _, run := range l.runs {
			out = append(out, chart.Level{Name: l.text + s.of(run), Value: l.value, Tone: s.tone(run, chart.Red)})
		}
	}
	return out
}

// alarmTone is that of an alarm: one that watches for too little harms nobody.
func alarmTone(low bool) chart.Tone {
	if low {
		return chart.Orange
	}
	return chart.Red
}

func points(s Samples) []chart.Point {
	out := make([]chart.Point, len(s.Values))
	for i, v := range s.Values {
		out[i] = chart.Point{At: s.Start.Add(time.Duration(i) * s.Step), Value: v}
	}
	return out
}

// capacitySeries are the bounds, and what is asked for and in service. Of two
// runs only the latter is in the picture, which would be too full.
func (s *Simulation) capacitySeries(r SimulatedRun, tone chart.Tone) []chart.Series {
	running := chart.Series{Name: "in service", Tone: tone, Style: chart.Steps}
	asked := chart.Series{Name: "asked for", Tone: tone, Style: chart.Dots}
	for _, c := range r.Timeline.Capacity {
		running.Points = append(running.Points, chart.Point{At: c.At, Value: float64(c.Running)})
		asked.Points = append(asked.Points, chart.Point{At: c.At, Value: float64(c.Desired)})
	}
	if len(s.Runs) > 1 {
		running.Name = r.Name
		return []chart.Series{running}
	}
	lower := chart.Series{Name: "bounds", Tone: chart.Grey, Style: chart.Dots}
	upper := chart.Series{Tone: chart.Grey, Style: chart.Dots}
	for _, b := range r.Timeline.Bounds {
		lower.Points = append(lower.Points, chart.Point{At: b.At, Value: float64(b.Min)})
		upper.Points = append(upper.Points, chart.Point{At: b.At, Value: float64(b.Max)})
	}
	return []chart.Series{lower, upper, asked, running}
}

// scheduleRow is what the scheduled actions of a run did.
func (s *Simulation) scheduleRow(run int) chart.Row {
	r := chart.Row{Tone: s.tone(run, chart.Orange)}
	if len(s.Runs) > 1 {
		r.Name = s.Runs[run].Name
	}
	for _, m := range s.Runs[run].Timeline.Marks {
		r.Marks = append(r.Marks, chart.Mark{At: m.At, Text: m.Text})
	}
	return r
}

// spans are the states of an alarm that are not OK.
func spans(a AlarmLine, end time.Time) []chart.Span {
	var out []chart.Span
	for i, p := range a.States {
		s := chart.Span{From: p.At, To: end, Text: p.State, Tone: chart.Grey}
		if i+1 < len(a.States) {
			s.To = a.States[i+1].At
		}
		if p.State == "ALARM" {
			s.Tone = alarmTone(a.Low)
		}
		if p.State != "OK" {
			out = append(out, s)
		}
	}
	return out
}

// inWords says what the picture shows.
func (s *Simulation) inWords() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Demand from %s to %s UTC, on average %s and at most %s requests per minute.",
		s.Trace.Start.Format(stamp), s.Trace.End.Format(stamp), short(s.Trace.Mean), short(s.Trace.Peak))
	for i, r := range s.Runs {
		fmt.Fprintf(&b, " %s:", r.Name)
		for j, row := range s.summaryRows() {
			if j > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(&b, " %s %s", row.Name, row.Values[i])
		}
		b.WriteString(".")
	}
	return b.String()
}

// tradeOff is the picture of cost against overload.
func (t *Tuning) tradeOff(id string, width int) chart.Scatter {
	cost, axis := func(c Candidate) float64 { return c.CapacityHours }, "capacity-hours"
	if t.Best.Cost > 0 {
		cost, axis = func(c Candidate) float64 { return c.Cost }, "cost"
	}
	group := func(name string, tone chart.Tone, list ...Candidate) chart.Group {
		g := chart.Group{Name: name, Tone: tone}
		for _, c := range list {
			g.Pairs = append(g.Pairs, chart.Pair{X: cost(c), Y: c.OverloadMinutes, Text: strings.Join(c.cells(), ", ")})
		}
		return g
	}
	all, best, declared := group("tried", chart.Grey, t.All...), group("tuned", chart.Green, t.Best), group("declared", chart.Orange, t.Declared)
	curve := group("nothing is cheaper and better", chart.Blue, t.Frontier...)
	curve.Joined, best.Large, declared.Large = true, true, true
	return chart.Scatter{
		ID: id, Width: width, X: axis, Y: "Minutes of overload", Title: "Cost against overload",
		Text:   fmt.Sprintf("%d settings of policy %s. Declared: %s %s with %s minutes of overload; tuned: %s with %s.", t.Candidates, t.Policy, axis, short(cost(t.Declared)), short(t.Declared.OverloadMinutes), short(cost(t.Best)), short(t.Best.OverloadMinutes)),
		Groups: []chart.Group{all, curve, declared, best},
		Levels: []chart.Level{{Name: "at most " + short(t.MaxOverloadMinutes), Value: t.MaxOverloadMinutes, Tone: chart.Red}},
	}
}

// WriteCurve draws what was tried in the search for a setting: cost against
// overload.
func (s *Simulation) WriteCurve(w io.Writer, width int) error {
	if s.Tuning == nil {
		return errors.New("there was no search, so there is no curve")
	}
	return s.Tuning.tradeOff("curve", width).WriteSVG(w)
}
