package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

// trafficWords says what traffic is.
func trafficWords(s traffic.Spec) string {
	rate := func(v *float64) string {
		if v == nil {
			return "0"
		}
		return number(*v)
	}
	lasts := func(d traffic.Duration) string { return span(time.Duration(d)) }
	switch s.Type {
	case traffic.Constant:
		return "a constant " + rate(s.Rate)
	case traffic.Wave:
		period := s.Period
		if period == 0 {
			period = traffic.Duration(24 * time.Hour)
		}
		return fmt.Sprintf("a wave between %s and %s every %s", rate(s.Low), rate(s.High), lasts(period))
	case traffic.Ramp:
		return fmt.Sprintf("a ramp from %s to %s in %s", rate(s.From), rate(s.To), lasts(s.Duration))
	case traffic.Spike:
		if s.Every == 0 {
			return fmt.Sprintf("a spike of %s for %s", rate(s.Rate), lasts(s.Duration))
		}
		return fmt.Sprintf("a spike of %s for %s every %s", rate(s.Rate), lasts(s.Duration), lasts(s.Every))
	case traffic.Noise:
		if len(s.Of) == 1 {
			return trafficWords(s.Of[0]) + ", with " + percent(s.Deviation) + " % noise"
		}
	case traffic.Sum:
		parts := make([]string, len(s.Of))
		for i, part := range s.Of {
			parts[i] = trafficWords(part)
		}
		return strings.Join(parts, " and ")
	case traffic.Replayed:
		return "a recording"
	}
	return string(s.Type)
}

// percent writes a part as percent.
func percent(part *float64) string {
	if part == nil {
		return "0"
	}
	return strconv.FormatFloat(*part*100, 'g', 4, 64)
}

// withoutNoise is the traffic that noise is added to.
func withoutNoise(s traffic.Spec) traffic.Spec {
	if s.Type == traffic.Noise && len(s.Of) == 1 {
		return s.Of[0]
	}
	return s
}

// inFields says that the fields of the form show all of some traffic. What they do
// not, such as a sum, is shown as JSON, so that nobody loses a part of it by changing
// another.
func inFields(s traffic.Spec) bool {
	s = withoutNoise(s)
	return s.Type != traffic.Noise && s.Type != traffic.Sum && s.Start == nil
}

// The kinds of the form that are no types of traffic.
const (
	noTraffic   = "off"
	jsonTraffic = "json"
)

// trafficForm fills a form with what arrives now, or such as would make the target
// scale.
func (t *Traffic) trafficForm(target admin.Target, now traffic.Spec) {
	kind, shown := jsonTraffic, traffic.Spec{}
	if inFields(now) {
		shown = withoutNoise(now)
		kind = cmp.Or(string(shown.Type), noTraffic)
		if now.Type == traffic.Noise {
			t.Noise, t.Seed = percent(now.Deviation), now.Seed
		}
	}
	low, high := usual(target)
	t.Kinds = trafficKinds(shown, low, high)
	for i := range t.Kinds {
		t.Kinds[i].Current = t.Kinds[i].Value == kind
	}
	if now.Type == "" {
		now = traffic.Spec{Type: traffic.Sum, Of: []traffic.Spec{
			{Type: traffic.Wave, Low: &low, High: &high, Period: traffic.Duration(2 * time.Hour)},
			{Type: traffic.Spike, Rate: &high, After: traffic.Duration(30 * time.Minute), Duration: traffic.Duration(10 * time.Minute)},
		}}
	}
	// It has no numbers that JSON has not: it came as JSON.
	text, _ := json.MarshalIndent(now, "", "  ")
	t.JSON = string(text)
}

// usual is traffic that a target follows from its minimum to its maximum.
func usual(t admin.Target) (low, high float64) {
	capacity := perCapacity(t)
	return round(capacity * 0.5 * float64(max(1, t.MinCapacity))), round(capacity * 0.9 * float64(max(1, t.MaxCapacity)))
}

// trafficKinds are the kinds of traffic that can be chosen.
func trafficKinds(now traffic.Spec, low, high float64) []TrafficKind {
	period, every := "2h", "2h"
	if now.Type == traffic.Wave {
		period = "24h" // which it has without a word
	}
	if now.Type == traffic.Spike {
		every = "" // it may come once
	}
	after := durationField("Begins after", "after", now.After, "")
	peak := Field{Label: "Peak", Unit: "UTC", Name: "traffic.peak", Value: now.Peak, Type: "clock", Optional: true}
	return []TrafficKind{
		{Value: noTraffic, Text: "Off"},
		{Value: "constant", Text: "Constant", Fields: []Field{rateField("Rate", "rate", now.Rate, round((low+high)/2))}},
		{Value: "wave", Text: "Wave", Fields: []Field{
			rateField("Low", "low", now.Low, low), rateField("High", "high", now.High, high),
			durationField("Period", "period", now.Period, period),
		}, More: []Field{peak}},
		{Value: "ramp", Text: "Ramp", Fields: []Field{
			rateField("From", "from", now.From, low), rateField("To", "to", now.To, high),
			durationField("Duration", "duration", now.Duration, "45m"),
		}, More: []Field{after}},
		{Value: "spike", Text: "Spike", Fields: []Field{
			rateField("Rate", "rate", now.Rate, round(high*1.3)), durationField("Lasts", "duration", now.Duration, "15m"),
			durationField("Every", "every", now.Every, every).orEmpty(),
		}, More: []Field{after}},
		{Value: "replay", Text: "Replay", Fields: []Field{
			{Label: "Recording", Unit: "CSV of time,value, or of a time for each request", Name: "traffic.csv", Type: "file"},
			{Label: "Begin again at its end", Name: "traffic.loop", Type: "check", Checked: now.Loop},
		}, More: []Field{after}},
		{Value: jsonTraffic, Text: "JSON"},
	}
}

// perCapacity is how many requests a minute keep one unit of capacity at its target,
// if a policy says that, or a number to begin with.
func perCapacity(t admin.Target) float64 {
	for _, p := range t.Policies {
		if p.TargetValue != nil && (strings.Contains(p.Metric, "PerInstance") || strings.Contains(p.Metric, "PerTarget") || strings.Contains(p.Metric, "PerCopy")) {
			return *p.TargetValue
		}
	}
	return 100
}

// round keeps two digits.
func round(v float64) float64 {
	if v <= 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return math.Round(math.Round(v/unit)*unit*10) / 10
}

func rateField(label, name string, now *float64, otherwise float64) Field {
	if now != nil {
		otherwise = *now
	}
	return Field{Label: label, Name: "traffic." + name, Value: strconv.FormatFloat(otherwise, 'f', -1, 64), Unit: "/min", Type: "number"}
}

func durationField(label, name string, now traffic.Duration, otherwise string) Field {
	if now != 0 {
		otherwise = shortDuration(time.Duration(now))
	}
	return Field{Label: label, Name: "traffic." + name, Value: otherwise, Type: "duration", Optional: otherwise == ""}
}

// orEmpty is the same field, which can be left empty.
func (f Field) orEmpty() Field {
	f.Optional = true
	return f
}

// shortDuration writes a duration without the zeros at its end.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
