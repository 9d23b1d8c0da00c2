package console

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/report/chart"
)

// zooms are the stretches to choose from.
var zooms = []struct {
	text, title string
	length      time.Duration
}{
	{"15m", "The last 15 minutes", 15 * time.Minute}, {"1h", "The last hour", time.Hour}, {"6h", "The last 6 hours", 6 * time.Hour},
	{"24h", "The last 24 hours", 24 * time.Hour}, {"All", "Since the target was registered", 0},
}

// chart draws the history of the target that is looked at.
func (v view) chart(alarms []admin.Alarm) Chart {
	q, h := v.in.Query, v.in.History
	from, to := q.Window(v.now, v.target.CreationTime)
	c := Chart{From: from, To: to, Live: q.Live(), LiveHref: q.at(defaultRange, false).href(), Width: q.Width, Empty: v.in.HistoryProblem}
	for _, z := range zooms {
		all := z.length == 0
		c.Zooms = append(c.Zooms, Zoom{
			Text: z.text, Title: z.title, Href: q.at(z.length, all).href(),
			Current: q.Live() && (all && q.All || !q.All && z.length == q.Range),
		})
	}
	if c.Empty == "" && len(h.Capacity) == 0 && !slices.ContainsFunc(h.Metrics, func(m admin.MetricHistory) bool { return len(m.Datapoints) > 0 }) {
		c.Empty = "Nothing is known about this stretch of time."
	}
	if c.Empty != "" {
		return c
	}
	f, series := v.figure(alarms, from, to)
	var picture strings.Builder
	err := f.WriteSVG(&picture)
	c.Many = len(v.marks()) > maxMarkLines
	data, failed := json.Marshal(series)
	if err != nil || failed != nil {
		c.Empty = "The history cannot be drawn."
		return c
	}
	c.SVG, c.Data = template.HTML(picture.String()), string(data) //nolint:gosec // package chart escapes what it is given
	return c
}

// figure is capacity, metrics, alarms and traffic over one time axis, and the same
// as numbers.
func (v view) figure(alarms []admin.Alarm, from, to time.Time) (chart.Figure, []Series) {
	h := v.in.History
	end := to
	if v.now.Before(end) {
		end = v.now
	}
	height := 118
	if v.in.Query.Width < 560 {
		height = 92
	}
	f := chart.Figure{
		ID: "history", Width: v.in.Query.Width, Start: from, End: to, Plain: true,
		Title: "History of " + nameOf(v.target.ResourceID), Text: v.inWords(from, end),
	}
	capacity, series := v.capacity(end)
	capacity.Height = height
	f.Panels = append(f.Panels, capacity)
	for i, m := range h.Metrics {
		p, s := v.metric(m, i, end)
		p.Height = height
		f.Panels, series = append(f.Panels, p), append(series, s)
	}
	if len(h.Traffic) > 0 {
		points := datapoints(h.Traffic, 60, end)
		f.Panels = append(f.Panels, chart.Panel{Title: "Traffic", Unit: "requests a minute", Height: height * 2 / 3,
			Series: []chart.Series{{Tone: chart.Blue, Style: chart.Area, Points: points}}})
		series = append(series, samples("traffic", points, time.Minute))
	}
	if p, ok := alarmRows(alarms, h.Alarms, end); ok {
		f.Panels = append(f.Panels, p)
	}
	activities := chart.Panel{Title: "Activities", Unit: "none began in this stretch of time"}
	if marks := v.marks(); len(marks) > 0 {
		activities = chart.Panel{Title: "Activities", Keys: []chart.Key{{Name: "scaling activity", Flag: true}}, Rows: []chart.Row{{Marks: marks}}}
	}
	f.Panels = append(f.Panels, activities)
	return f, series
}

// capacity is what was in service and asked for, within its bounds.
func (v view) capacity(end time.Time) (chart.Panel, []Series) {
	_, unit := kindOf(v.target.ScalableDimension)
	lines := []chart.Series{
		{Name: "bounds", Tone: chart.Grey, Style: chart.Dots}, {Tone: chart.Grey, Style: chart.Dots},
		{Name: "desired", Tone: chart.Blue, Style: chart.Dots}, {Name: "in service", Tone: chart.Green, Style: chart.Steps},
	}
	add := func(at time.Time, values ...float64) {
		for i, value := range values {
			lines[i].Points = append(lines[i].Points, chart.Point{At: at, Value: value})
		}
	}
	for _, p := range v.in.History.Capacity {
		add(p.Time, float64(p.MinCapacity), float64(p.MaxCapacity), float64(p.Desired), float64(p.Current))
	}
	// What is now holds until now, and not into the future.
	unknown := math.NaN()
	add(end, unknown, unknown, unknown, unknown)
	return chart.Panel{Title: "Capacity", Unit: unit, Series: lines},
		[]Series{changes("in service", lines[3].Points), changes("desired", lines[2].Points)}
}

// metricTones are those of the metrics of a target, in their order.
var metricTones = []chart.Tone{chart.Violet, chart.Orange, chart.Green}

// metric is what alarms watch, with the target of the policy or the thresholds.
func (v view) metric(m admin.MetricHistory, i int, end time.Time) (chart.Panel, Series) {
	period := time.Duration(m.Period) * time.Second
	points := datapoints(m.Datapoints, m.Period, end)
	p := chart.Panel{
		Title: shortMetric(m.Metric), Unit: "every " + span(period),
		Series: []chart.Series{{Tone: metricTones[i%len(metricTones)], Points: points}},
	}
	tracked := false
	for _, policy := range v.target.Policies {
		if policy.TargetValue != nil && slices.Contains(m.Thresholds, *policy.TargetValue) && slices.ContainsFunc(policy.Alarms, func(name string) bool { return slices.Contains(m.Alarms, name) }) {
			tracked = true
			p.Levels = append(p.Levels, chart.Level{Name: "target " + number(*policy.TargetValue), Value: *policy.TargetValue, Tone: chart.Red})
		}
	}
	if !tracked {
		for _, threshold := range m.Thresholds {
			p.Levels = append(p.Levels, chart.Level{Name: "threshold " + number(threshold), Value: threshold, Tone: chart.Red})
		}
	}
	return p, samples(p.Title, points, max(time.Second, period))
}

// datapoints are values with gaps where periods have none. A value is drawn at the
// end of its period, when it is known.
func datapoints(points []admin.Datapoint, period int32, end time.Time) []chart.Point {
	step := max(time.Second, time.Duration(period)*time.Second)
	out := make([]chart.Point, 0, len(points))
	for i, p := range points {
		if !p.Time.Before(end) {
			break
		}
		at := p.Time.Add(step)
		if i > 0 && p.Time.Sub(points[i-1].Time) > step {
			out = append(out, chart.Point{At: points[i-1].Time.Add(step + time.Second), Value: math.NaN()})
		}
		if at.After(end) {
			at = end
		}
		out = append(out, chart.Point{At: at, Value: p.Value})
	}
	return out
}

// alarmRows are the states of the alarms that are not OK.
func alarmRows(alarms []admin.Alarm, histories []admin.AlarmHistory, end time.Time) (chart.Panel, bool) {
	p := chart.Panel{Title: "Alarms", Keys: []chart.Key{
		{Name: "in alarm, high", Tone: chart.Red}, {Name: "in alarm, low", Tone: chart.Orange}, {Name: "insufficient data", Tone: chart.Grey},
	}}
	for _, a := range alarms {
		i := slices.IndexFunc(histories, func(h admin.AlarmHistory) bool { return h.Name == a.Name })
		if i < 0 {
			continue
		}
		p.Rows = append(p.Rows, chart.Row{Name: rowName(a, alarms), Spans: alarmSpans(histories[i].States, isHigh(a), end)})
	}
	return p, len(p.Rows) > 0
}

func alarmSpans(states []admin.AlarmState, high bool, end time.Time) []chart.Span {
	var out []chart.Span
	for i, s := range states {
		span := chart.Span{From: s.Time, To: end, Text: s.State, Tone: chart.Grey}
		if i+1 < len(states) {
			span.To = states[i+1].Time
		}
		switch {
		case s.State == "OK":
			continue
		case s.State == "ALARM" && high:
			span.Tone = chart.Red
		case s.State == "ALARM":
			span.Tone = chart.Orange
		}
		out = append(out, span)
	}
	return out
}

// maxMarkLines is how many activities may have a line across the chart.
const maxMarkLines = 14

// marks are the activities that began in the stretch, oldest first.
func (v view) marks() []chart.Mark {
	var out []chart.Mark
	for _, a := range slices.Backward(v.in.History.Activities) {
		out = append(out, chart.Mark{At: a.Start, Text: a.Description})
	}
	return out
}

// inWords says what the chart shows, for who does not see it.
func (v view) inWords(from, to time.Time) string {
	h := v.in.History
	var b strings.Builder
	fmt.Fprintf(&b, "From %s to %s UTC.", from.UTC().Format("2 Jan 15:04"), to.UTC().Format("2 Jan 15:04"))
	if len(h.Capacity) > 0 {
		low, high := h.Capacity[0].Current, h.Capacity[0].Current
		for _, p := range h.Capacity {
			low, high = min(low, p.Current), max(high, p.Current)
		}
		fmt.Fprintf(&b, " Between %d and %d were in service, now %d.", low, high, v.target.Current)
	}
	for _, m := range h.Metrics {
		if len(m.Datapoints) == 0 {
			fmt.Fprintf(&b, " %s has no datapoints.", m.Metric)
			continue
		}
		low, high := math.Inf(1), math.Inf(-1)
		for _, p := range m.Datapoints {
			low, high = min(low, p.Value), max(high, p.Value)
		}
		fmt.Fprintf(&b, " %s was between %s and %s, last %s.", m.Metric, number(low), number(high), number(m.Datapoints[len(m.Datapoints)-1].Value))
	}
	return b.String()
}
