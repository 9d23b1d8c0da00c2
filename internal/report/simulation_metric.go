package report

import (
	"fmt"
	"time"
)

// unit says what a value of the metric is of: "Sum of 5 minutes".
func (m MetricLine) unit() string {
	if m.Statistic == "" {
		return "every " + counted(m.Values.Step)
	}
	return m.Statistic + " of " + counted(m.Values.Step)
}

// counted writes a period in the greatest unit that it is whole in.
func counted(d time.Duration) string {
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if d >= unit.length && d%unit.length == 0 {
			return Counted(int(d/unit.length), unit.name)
		}
	}
	return Counted(int(d/time.Second), "second")
}

// limit is a value of a metric at which something happens.
type limit struct {
	text  string
	value float64
	low   bool // what is below it matters
}

// limits are the target of a metric and the thresholds of alarms. Where there are
// several metrics or alarms, they say whose they are.
func (m MetricLine) limits(several bool) []limit {
	var out []limit
	add := func(kind, owner string, value float64, low, named bool) {
		text := fmt.Sprintf("%s %s", kind, short(value))
		if named && owner != "" {
			text += " of " + owner
		}
		out = append(out, limit{text, value, low})
	}
	if m.Target != nil {
		add("target", m.Policy, *m.Target, false, several)
	}
	for _, t := range m.Thresholds {
		add("threshold", t.Alarm, t.Value, t.Low, several || len(m.Thresholds) > 1)
	}
	return out
}
