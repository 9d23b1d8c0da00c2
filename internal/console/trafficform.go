package console

import (
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
			return trafficWords(s.Of[0]) + ", with noise"
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

// withoutNoise is the traffic that noise is added to.
func withoutNoise(s traffic.Spec) traffic.Spec {
	if s.Type == traffic.Noise && len(s.Of) == 1 {
		return s.Of[0]
	}
	return s
}

// trafficKinds are the kinds of traffic that can be chosen, with the values of what
// arrives now, or such as would make the target scale.
func trafficKinds(t admin.Target, now traffic.Spec) []TrafficKind {
	capacity := perCapacity(t)
	low, high := round(capacity*0.5*float64(max(1, t.MinCapacity))), round(capacity*0.9*float64(max(1, t.MaxCapacity)))
	specs := []struct {
		value, text string
		fields      []Field
	}{
		{"off", "Off", nil},
		{"constant", "Constant", []Field{rateField("Rate", "rate", now.Rate, round((low+high)/2))}},
		{"wave", "Wave", []Field{
			rateField("Low", "low", now.Low, low), rateField("High", "high", now.High, high),
			durationField("Period", "period", now.Period, "2h"),
		}},
		{"ramp", "Ramp", []Field{
			rateField("From", "from", now.From, low), rateField("To", "to", now.To, high),
			durationField("Duration", "duration", now.Duration, "45m"),
		}},
		{"spike", "Spike", []Field{
			rateField("Rate", "rate", now.Rate, round(high*1.3)),
			durationField("Lasts", "duration", now.Duration, "15m"), durationField("Every", "every", now.Every, "2h"),
		}},
	}
	kinds := make([]TrafficKind, len(specs))
	for i, s := range specs {
		kinds[i] = TrafficKind{Value: s.value, Text: s.text, Fields: s.fields, Current: s.value == string(now.Type) || i == 0 && now.Type == ""}
	}
	return kinds
}

// perCapacity is how many requests a minute keep one unit of capacity at its target,
// if a policy says that, or a number to begin with.
func perCapacity(t admin.Target) float64 {
	for _, p := range t.Policies {
		if p.TargetValue != nil && strings.Contains(p.Metric, "PerInstance") || strings.Contains(p.Metric, "PerTarget") || strings.Contains(p.Metric, "PerCopy") {
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
	return Field{Label: label, Name: "traffic." + name, Value: strconv.FormatFloat(otherwise, 'f', -1, 64), Unit: "/min", Number: true}
}

func durationField(label, name string, now traffic.Duration, otherwise string) Field {
	if now != 0 {
		otherwise = shortDuration(time.Duration(now))
	}
	return Field{Label: label, Name: "traffic." + name, Value: otherwise}
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
