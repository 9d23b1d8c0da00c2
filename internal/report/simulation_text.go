package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// TextOptions say how much of a simulation is written as text.
type TextOptions struct {
	Style
	Width      int // of the picture in columns; 0: 80, where nobody knows better
	Activities int // rows of the table; negative: all
	Rules      bool
}

const stamp = "2006-01-02 15:04"

// WriteTable writes the simulation for a terminal.
func (s *Simulation) WriteTable(w io.Writer, o TextOptions) error {
	out := &printer{w: w}
	out.printf("%s\n", o.bold(s.Target.String()))
	t := s.Trace
	out.printf("%s: %s to %s UTC, steps of %s, mean %s and peak %s requests per minute\n", t.Source,
		t.Start.Format(stamp), t.End.Format(stamp), span(time.Duration(t.Step)*time.Second), short(t.Mean), short(t.Peak))
	for _, r := range s.Runs {
		out.printf("%s: capacity %d to %d\n", o.bold(r.Name), r.Setting.MinCapacity, r.Setting.MaxCapacity)
		for _, line := range append(r.Setting.Policies, r.Setting.Actions...) {
			out.printf("  %s\n", line)
		}
	}
	out.printf("\n")
	s.writeSummary(out, o.Style)
	s.plot(out, o)
	s.writeActivities(out, o)
	s.writeTuning(out, o.Style)
	s.writeSensitivity(out, o.Style)
	s.writeRules(out, o)
	return out.err
}

// row is one line of the summary.
type row struct {
	Name   string
	Values []string // one of each run
}

// summaryRows are the lines of the summary, for all formats. What is not known
// of any run is left out.
func (s *Simulation) summaryRows() []row {
	optional := func(v *float64, unit string) string {
		if v == nil {
			return "–"
		}
		return short(*v) + unit
	}
	var rows []row
	add := func(name string, value func(SimulationSummary) string) {
		r := row{Name: name}
		known := false
		for _, run := range s.Runs {
			text := value(run.Summary)
			known = known || text != "–"
			r.Values = append(r.Values, text)
		}
		if known {
			rows = append(rows, r)
		}
	}
	add("above target", func(s SimulationSummary) string { return optional(s.MinutesAboveTarget, " min") })
	add("overloaded", func(s SimulationSummary) string { return optional(s.OverloadMinutes, " min") })
	add("longest overload", func(s SimulationSummary) string { return optional(s.LongestOverloadMinutes, " min") })
	add("requests in excess", func(s SimulationSummary) string { return optional(s.ExcessPercent, " %") })
	add("capacity-hours", func(s SimulationSummary) string { return short(s.CapacityHours) })
	add("cost", func(s SimulationSummary) string {
		if s.Cost == 0 {
			return "–"
		}
		return strconv.FormatFloat(s.Cost, 'f', 2, 64)
	})
	add("capacity", func(s SimulationSummary) string {
		return fmt.Sprintf("%d to %d, mean %s", s.LeastCapacity, s.MostCapacity, short(s.MeanCapacity))
	})
	add("mean utilization", func(s SimulationSummary) string {
		if s.MeanUtilization == 0 {
			return "–"
		}
		return short(s.MeanUtilization) + " %"
	})
	count := func(name string, of func(SimulationSummary) int) {
		add(name, func(s SimulationSummary) string { return strconv.Itoa(of(s)) })
	}
	count("scale-outs", func(s SimulationSummary) int { return s.ScaleOuts })
	count("scale-ins", func(s SimulationSummary) int { return s.ScaleIns })
	count("flapping", func(s SimulationSummary) int { return s.Flapping })
	count("not scaled", func(s SimulationSummary) int { return s.NotScaled })
	count("failed", func(s SimulationSummary) int { return s.Failed })
	return rows
}

func (s *Simulation) writeSummary(out *printer, style Style) {
	var names []string
	for _, r := range s.Runs {
		names = append(names, r.Name)
	}
	var cells [][]string
	if len(s.Runs) > 1 {
		cells = append(cells, append([]string{""}, names...))
	}
	for _, r := range s.summaryRows() {
		cells = append(cells, append([]string{r.Name}, r.Values...))
	}
	table(out, style, cells, len(s.Runs) > 1)
}

// table writes cells in columns; the first row may be a heading.
func table(out *printer, style Style, cells [][]string, heading bool) {
	var widths []int
	for _, line := range cells {
		for i, cell := range line {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for i, line := range cells {
		var b strings.Builder
		for c, cell := range line {
			b.WriteString(cell)
			if c < len(line)-1 {
				b.WriteString(strings.Repeat(" ", widths[c]-utf8.RuneCountInString(cell)+2))
			}
		}
		text := strings.TrimRight(b.String(), " ")
		if i == 0 && heading {
			text = style.bold(text)
		}
		out.printf("%s\n", text)
	}
}

func (s *Simulation) writeActivities(out *printer, o TextOptions) {
	for _, r := range s.Runs {
		shown := r.Activities
		if o.Activities >= 0 && len(shown) > o.Activities {
			shown = shown[:o.Activities]
		}
		if o.Activities == 0 {
			continue
		}
		title := "Activities"
		if len(s.Runs) > 1 {
			title += " of " + r.Name
		}
		out.printf("\n%s\n", o.bold(title))
		for _, a := range shown {
			status := a.StatusCode
			if len(a.NotScaledReasons) > 0 {
				status += ", not scaled: " + strings.Join(a.NotScaledReasons, ", ")
			}
			change := ""
			if a.From != a.To {
				change = fmt.Sprintf(" (from %d)", a.From)
			}
			out.printf("%s  %s%s %s\n", a.Start.Format(stamp), a.Description, change, o.status(a, status))
			out.printf("                  %s\n", o.faint(a.Cause))
		}
		if rest := len(r.Activities) - len(shown); rest > 0 {
			out.printf("%s\n", o.faint(fmt.Sprintf("… and %d more: --activities -1 shows all", rest)))
		}
		if len(r.Activities) == 0 {
			out.printf("none\n")
		}
	}
}

func (s Style) status(a SimulatedActivity, text string) string {
	switch {
	case len(a.NotScaledReasons) > 0:
		return s.yellow(text)
	case a.StatusCode == "Failed":
		return s.red(text)
	default:
		return s.green(text)
	}
}

func (s *Simulation) writeRules(out *printer, o TextOptions) {
	out.printf("\n%s\n", o.bold("How metrics follow from demand"))
	var cells [][]string
	for _, d := range s.Derivations {
		cells = append(cells, []string{d.Metric, d.How})
	}
	table(out, o.Style, cells, false)
	documented, assumed := 0, 0
	for _, r := range s.Rules {
		if r.Documented {
			documented++
		} else {
			assumed++
		}
	}
	if !o.Rules {
		out.printf("\n%s\n", o.faint(fmt.Sprintf("%d rules that AWS documents and %d assumptions: --assumptions lists them.", documented, assumed)))
		return
	}
	for _, group := range []struct {
		title      string
		documented bool
	}{{"Rules that AWS documents", true}, {"Assumptions", false}} {
		out.printf("\n%s\n", o.bold(group.title))
		for _, r := range s.Rules {
			if r.Documented != group.documented {
				continue
			}
			value := ""
			if r.Value != "" {
				value = " = " + r.Value
			}
			out.printf("%s%s\n  %s\n  %s\n", r.Name, value, r.Meaning, o.faint(r.Source))
		}
	}
}

// short writes a number for people: enough digits, and no more.
func short(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "–"
	case a >= 100 || v == math.Trunc(v):
		return grouped(strconv.FormatFloat(v, 'f', 0, 64))
	case a >= 1:
		return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	default:
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
}

// grouped sets thin spaces into the digits of a whole number.
func grouped(digits string) string {
	sign := ""
	if rest, ok := strings.CutPrefix(digits, "-"); ok {
		sign, digits = "-", rest
	}
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 && len(digits) > 4 {
			b.WriteString("\u202f")
		}
		b.WriteRune(r)
	}
	return sign + b.String()
}

// span writes a duration without what is zero.
func span(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
