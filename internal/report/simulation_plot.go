package report

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Sizes of the picture in a terminal, in characters.
const (
	plotWidth  = 80
	plotLabel  = 10
	plotHeight = 4
)

var blocks = []rune(" ▁▂▃▄▅▆▇█")

// plot draws demand, capacity, metric, alarms and schedule over one time axis.
func (s *Simulation) plot(out *printer, o TextOptions) {
	width := o.Width
	if width == 0 {
		width = plotWidth
	}
	width = max(20, width-plotLabel-1)
	c := columns{s.Trace.Start, s.Trace.End, width}
	out.printf("\n")
	mean, most := c.reduce(s.Trace.Demand)
	o.bars(out, "demand", "requests per minute", mean, most, math.NaN())
	for _, r := range s.Runs {
		of := ""
		if len(s.Runs) > 1 {
			of = " of " + r.Name
		}
		mean, most = c.capacity(r.Timeline.Capacity)
		o.bars(out, "capacity"+of, "in service", mean, most, math.NaN())
		for _, m := range r.Timeline.Metrics {
			target := math.NaN()
			if m.Target != nil {
				target = *m.Target
			}
			mean, most = c.reduce(m.Values)
			o.bars(out, m.Name+of, "the line is at "+short(target), mean, most, target)
		}
		for _, a := range r.Timeline.Alarms {
			out.printf("%s│%s\n", pad(a.Short, plotLabel), o.states(c, a))
		}
		if len(r.Timeline.Marks) > 0 {
			line := []rune(strings.Repeat(" ", width))
			for _, m := range r.Timeline.Marks {
				line[c.at(m.At)] = '▲'
			}
			out.printf("%s│%s\n", pad("schedule", plotLabel), o.yellow(string(line)))
		}
	}
	left, right := c.start.Format(stamp), c.end.Format(stamp)
	out.printf("%s└%s\n", strings.Repeat(" ", plotLabel), strings.Repeat("─", width))
	out.printf("%s%s%s%s\n", strings.Repeat(" ", plotLabel+1), left, strings.Repeat(" ", max(1, width-len(left)-len(right))), right)
	if o.hasAlarms(s) {
		out.printf("%s\n", o.faint(strings.Repeat(" ", plotLabel+1)+"alarms: █ ALARM  · OK  ? INSUFFICIENT_DATA"))
	}
}

func (o TextOptions) hasAlarms(s *Simulation) bool {
	for _, r := range s.Runs {
		if len(r.Timeline.Alarms) > 0 {
			return true
		}
	}
	return false
}

// columns divide the time of a picture.
type columns struct {
	start, end time.Time
	n          int
}

func (c columns) at(t time.Time) int {
	return min(c.n-1, max(0, int(float64(c.n)*t.Sub(c.start).Seconds()/c.end.Sub(c.start).Seconds())))
}

// reduce returns mean and maximum of each column. NaN: nothing is known.
func (c columns) reduce(s Samples) (mean, most []float64) {
	mean, most = make([]float64, c.n), make([]float64, c.n)
	for column := range mean {
		first := int(int64(column) * int64(len(s.Values)) / int64(c.n))
		last := int(int64(column+1) * int64(len(s.Values)) / int64(c.n))
		if first < len(s.Values) {
			mean[column], most[column] = reduce(s.Values[first:max(last, first+1)])
		}
	}
	return mean, most
}

// capacity does the same for what is in service.
func (c columns) capacity(points []CapacityPoint) (mean, most []float64) {
	mean, most = make([]float64, c.n), make([]float64, c.n)
	width := c.end.Sub(c.start) / time.Duration(c.n)
	i := 0
	for column := range mean {
		from := c.start.Add(time.Duration(column) * width)
		to := from.Add(width)
		for at := from; at.Before(to); i++ {
			end := to
			if i+1 < len(points) && points[i+1].At.Before(to) {
				end = points[i+1].At
			}
			n := float64(points[i].Running)
			if end.After(at) {
				mean[column] += n * float64(end.Sub(at)) / float64(width)
				at = end
			}
			most[column] = max(most[column], n)
			if end.Equal(to) {
				break
			}
		}
	}
	return mean, most
}

// bars draws a panel: the mean as bars, and shaded above it the most. What is
// above the target stands out.
func (o TextOptions) bars(out *printer, title, unit string, mean, most []float64, target float64) {
	top := 0.0
	for _, v := range append([]float64{target}, most...) {
		if v > top {
			top = v
		}
	}
	if top == 0 {
		top = 1
	}
	out.printf("%s %s\n", o.bold(title), o.faint("("+unit+")"))
	targetRow := -1
	if !math.IsNaN(target) {
		targetRow = min(plotHeight-1, int(target/top*plotHeight))
	}
	for row := plotHeight - 1; row >= 0; row-- {
		label := ""
		switch row {
		case plotHeight - 1:
			label = short(top)
		case 0:
			label = "0"
		}
		var b strings.Builder
		for i := range mean {
			b.WriteString(o.cell(mean[i]/top, most[i]/top, row, row == targetRow, most[i] > target))
		}
		out.printf("%s│%s\n", padLeft(label, plotLabel), strings.TrimRight(b.String(), " "))
	}
}

// cell is one character of a panel. Mean and most are parts of the height.
func (o TextOptions) cell(mean, most float64, row int, line, above bool) string {
	eighths := func(part float64) int {
		if math.IsNaN(part) {
			return 0
		}
		return int(math.Round(part*plotHeight*8)) - row*8
	}
	text := " "
	switch {
	case eighths(mean) > 0:
		text = string(blocks[min(8, eighths(mean))])
	case eighths(most) >= 4:
		text = "░"
	case line:
		return o.faint("┈")
	}
	if above {
		return o.red(text)
	}
	return text
}

// states draws an alarm: the worst state of each column.
func (o TextOptions) states(c columns, a AlarmLine) string {
	const order = "·?█"
	line := []rune(strings.Repeat("·", c.n))
	for i, p := range a.States {
		mark := '·'
		switch p.State {
		case "ALARM":
			mark = '█'
		case "INSUFFICIENT_DATA":
			mark = '?'
		}
		last := c.n - 1
		if i+1 < len(a.States) {
			last = c.at(a.States[i+1].At)
		}
		for column := c.at(p.At); column <= last; column++ {
			if strings.IndexRune(order, mark) > strings.IndexRune(order, line[column]) {
				line[column] = mark
			}
		}
	}
	return o.red(string(line))
}

func pad(text string, width int) string {
	if n := utf8.RuneCountInString(text); n > width {
		return fmt.Sprintf("%.*s…", width-1, text)
	}
	return text + strings.Repeat(" ", width-utf8.RuneCountInString(text))
}

func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text))) + text
}
