package report

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/report/chart"
)

// tones of two runs that are compared.
var (
	capacityTones = []chart.Tone{chart.Green, chart.Orange}
	metricTones   = []chart.Tone{chart.Violet, chart.Orange}
)

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
	capacity := chart.Panel{Title: "Capacity"}
	if len(s.Runs) > 1 {
		capacity.Unit = "in service"
	}
	for i, r := range s.Runs {
		capacity.Series = append(capacity.Series, s.capacitySeries(r, capacityTones[i%2])...)
		f.Marks = append(f.Marks, scheduleMarks(r, s.of(r))...)
	}
	f.Panels = append(f.Panels, capacity)
	f.Panels = append(f.Panels, s.metricPanels()...)
	alarms := chart.Panel{Title: "Alarms"}
	for _, r := range s.Runs {
		for _, a := range r.Timeline.Alarms {
			alarms.Rows = append(alarms.Rows, chart.Row{Name: a.Short + s.of(r), Spans: spans(a, s.Trace.End)})
		}
	}
	if len(alarms.Rows) > 0 {
		alarms.Unit = "red: ALARM, grey: INSUFFICIENT_DATA"
		f.Panels = append(f.Panels, alarms)
	}
	if len(f.Marks) > 0 {
		f.Panels = append(f.Panels, chart.Panel{Title: "Schedule", Unit: "scheduled actions"})
	}
	return f
}

// of says which run something is of, where there are two.
func (s *Simulation) of(r SimulatedRun) string {
	if len(s.Runs) == 1 {
		return ""
	}
	return " of " + r.Name
}

// metricPanels are one for each metric. Those of equal name share it.
func (s *Simulation) metricPanels() []chart.Panel {
	var panels []chart.Panel
	at := map[string]int{}
	for i, r := range s.Runs {
		for _, m := range r.Timeline.Metrics {
			if _, ok := at[m.Name]; !ok {
				at[m.Name] = len(panels)
				panels = append(panels, chart.Panel{Title: m.Name})
			}
			p := &panels[at[m.Name]]
			name := ""
			if len(s.Runs) > 1 {
				name = r.Name
			}
			p.Series = append(p.Series, chart.Series{Name: name, Tone: metricTones[i%2], Points: points(m.Values)})
			if m.Target != nil && (len(p.Levels) == 0 || p.Levels[len(p.Levels)-1].Value != *m.Target) {
				p.Levels = append(p.Levels, chart.Level{Name: "target " + short(*m.Target), Value: *m.Target, Tone: chart.Red})
			}
		}
	}
	return panels
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

func scheduleMarks(r SimulatedRun, of string) []chart.Mark {
	var out []chart.Mark
	for _, m := range r.Timeline.Marks {
		out = append(out, chart.Mark{At: m.At, Text: m.Text + of})
	}
	return out
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
			s.Tone = chart.Red
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
		Levels: []chart.Level{{Name: "level", Value: t.MaxOverloadMinutes, Tone: chart.Red}},
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
