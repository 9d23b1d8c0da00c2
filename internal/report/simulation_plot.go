package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Sizes of the picture in a terminal, in characters.
const (
	plotWidth  = 80
	plotLabel  = 10 // the least, for the numbers of the axes
	plotHeight = 4
)

var blocks = []rune(" ▁▂▃▄▅▆▇█")

// plot is a picture that is being written.
type plot struct {
	*printer
	Style
	columns
	label int // width of what is left of the axis
}

// plot draws demand, capacity, metric, alarms and schedule over one time axis.
func (s *Simulation) plot(out *printer, o TextOptions) {
	width := o.Width
	if width == 0 {
		width = plotWidth
	}
	names, legend := s.alarmNames(width / 3)
	p := plot{printer: out, Style: o.Style, label: plotLabel}
	for _, name := range slices.Concat(names...) {
		p.label = max(p.label, utf8.RuneCountInString(name))
	}
	p.columns = columns{s.Trace.Start, s.Trace.End, max(20, width-p.label-1)}
	out.printf("\n")
	mean, most := p.reduce(s.Trace.Demand)
	p.bars("demand", "requests per minute", mean, most, nil)
	for i, r := range s.Runs {
		mean, most = p.capacity(r.Timeline.Capacity)
		p.bars("capacity"+s.of(i), s.unit()+" in service", mean, most, nil)
		for _, m := range r.Timeline.Metrics {
			p.metric(m, s.of(i))
		}
		for j, a := range r.Timeline.Alarms {
			p.line(names[i][j], p.states(a))
		}
		if len(r.Timeline.Marks) > 0 {
			p.line("schedule", p.yellow(p.marks(r.Timeline.Marks)))
		}
	}
	left, right := p.start.Format(stamp), p.end.Format(stamp)
	margin := strings.Repeat(" ", p.label)
	out.printf("%s└%s\n", margin, strings.Repeat("─", p.n))
	out.printf("%s %s%s%s\n", margin, left, strings.Repeat(" ", max(1, p.n-len(left)-len(right))), right)
	if len(slices.Concat(names...)) > 0 {
		out.printf("%s\n", p.faint(margin+" alarms: █ ALARM  · OK  ? INSUFFICIENT_DATA"))
	}
	for _, l := range legend {
		out.printf("%s\n", p.faint(margin+" "+l))
	}
}

// alarmNames are what stands beside the alarms of each run: their names, or where
// these are wider than a limit numbers, which a legend explains.
func (s *Simulation) alarmNames(limit int) (names [][]string, legend []string) {
	names = make([][]string, len(s.Runs))
	for i, r := range s.Runs {
		for _, a := range r.Timeline.Alarms {
			name := a.Short
			if utf8.RuneCountInString(name) > limit {
				number := fmt.Sprintf("alarm %d", len(legend)+1)
				legend, name = append(legend, number+": "+name), number
			}
			names[i] = append(names[i], name)
		}
	}
	return names, legend
}

// line writes a row of the picture.
func (p plot) line(label, text string) {
	p.printf("%s%s│%s\n", label, strings.Repeat(" ", max(0, p.label-utf8.RuneCountInString(label))), text)
}

// columns divide the time of a picture.
type columns struct {
	start, end time.Time
	n          int
}

func (c columns) at(t time.Time) int {
	return min(c.n-1, max(0, int(float64(c.n)*t.Sub(c.start).Seconds()/c.end.Sub(c.start).Seconds())))
}

// from is when a column begins.
func (c columns) from(column int) time.Time {
	return c.start.Add(c.end.Sub(c.start) / time.Duration(c.n) * time.Duration(column))
}

// reduce returns mean and maximum of each column. NaN: nothing is known.
func (c columns) reduce(s Samples) (mean, most []float64) {
	mean, most = make([]float64, c.n), make([]float64, c.n)
	index := func(t time.Time) int { return int(math.Floor(float64(t.Sub(s.Start)) / float64(s.Step))) }
	for column := range mean {
		first := index(c.from(column))
		last := max(index(c.from(column+1)), first+1)
		within := func(i int) int { return min(max(0, i), len(s.Values)) }
		mean[column], most[column] = reduce(s.Values[within(first):within(last)])
	}
	return mean, most
}

// capacity does the same for what is in service.
func (c columns) capacity(points []CapacityPoint) (mean, most []float64) {
	mean, most = make([]float64, c.n), make([]float64, c.n)
	width := c.end.Sub(c.start) / time.Duration(c.n)
	i := 0
	for column := range mean {
		from := c.from(column)
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

// metric draws a metric with its target or thresholds.
func (p plot) metric(m MetricLine, of string) {
	mean, most := p.reduce(m.Values)
	limits := m.limits(false)
	texts := []string{m.unit()}
	for _, l := range limits {
		texts = append(texts, "┈ "+l.text)
	}
	p.bars(m.Name+of, strings.Join(texts, ", "), mean, most, limits)
}

// bars draws a panel: the mean as bars, and shaded above it the most. What is
// above a limit stands out.
func (p plot) bars(title, unit string, mean, most []float64, limits []limit) {
	top := 0.0
	alert := math.Inf(1)
	for _, b := range limits {
		top = max(top, b.value)
		if !b.low {
			alert = min(alert, b.value)
		}
	}
	for _, v := range most {
		if v > top {
			top = v
		}
	}
	if top == 0 {
		top = 1
	}
	p.printf("%s %s\n", p.bold(title), p.faint("("+unit+")"))
	for row := plotHeight - 1; row >= 0; row-- {
		label := ""
		switch row {
		case plotHeight - 1:
			label = short(top)
		case 0:
			label = "0"
		}
		line := slices.ContainsFunc(limits, func(b limit) bool { return min(plotHeight-1, int(b.value/top*plotHeight)) == row })
		var b strings.Builder
		for i := range mean {
			b.WriteString(p.cell(mean[i]/top, most[i]/top, row, line, most[i] > alert))
		}
		label = strings.Repeat(" ", max(0, p.label-utf8.RuneCountInString(label))) + label
		p.line(label, strings.TrimRight(b.String(), " "))
	}
}

// cell is one character of a panel. Mean and most are parts of the height.
func (p plot) cell(mean, most float64, row int, line, above bool) string {
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
		return p.faint("┈")
	}
	if above {
		return p.red(text)
	}
	return text
}

// states draws an alarm: the worst state of each column.
func (p plot) states(a AlarmLine) string {
	const order = "·?█"
	line := []rune(strings.Repeat("·", p.n))
	for i, point := range a.States {
		mark := '·'
		switch point.State {
		case "ALARM":
			mark = '█'
		case "INSUFFICIENT_DATA":
			mark = '?'
		}
		last := p.n - 1
		if i+1 < len(a.States) {
			last = p.at(a.States[i+1].At)
		}
		for column := p.at(point.At); column <= last; column++ {
			if strings.IndexRune(order, mark) > strings.IndexRune(order, line[column]) {
				line[column] = mark
			}
		}
	}
	if a.Low {
		return p.yellow(string(line))
	}
	return p.red(string(line))
}

// marks draws moments.
func (p plot) marks(marks []Mark) string {
	line := []rune(strings.Repeat(" ", p.n))
	for _, m := range marks {
		line[p.at(m.At)] = '▲'
	}
	return strings.TrimRight(string(line), " ")
}
