package alarm

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// InitialReason is the StateReason of an alarm that was not evaluated yet.
const InitialReason = "Unchecked: Initial alarm creation"

// Limits of the texts (AWS API: MetricAlarm), and how many datapoints a reason
// lists: up to four beside their number, or else the newest five.
const (
	maxReason     = 1023
	maxReasonData = 4000
	listedBeside  = 4
	listedAfter   = 5
)

// point is a datapoint that exists.
type point struct {
	start int64
	value float64
}

// evaluated returns the newest N datapoints that exist, newest first.
func (e *Evaluator) evaluated() []point {
	if e.current == nil {
		return nil
	}
	var points []point
	for age := 0; age < e.size && len(points) < e.n; age++ {
		if v := e.current.at(age); !math.IsNaN(v) {
			points = append(points, point{e.current.newest - int64(age)*e.period, v})
		}
	}
	return points
}

// Reason explains the state that the last evaluation found, in the words of
// StateReason. The sentence with "out of the last" belongs to alarms with
// DatapointsToAlarm.
func (e *Evaluator) Reason() string {
	if e.current == nil {
		return InitialReason
	}
	points := e.evaluated()
	if e.state == InsufficientData {
		return fmt.Sprintf("Insufficient Data: %s unknown.", were(counted(e.n-len(points), "datapoint"), e.n-len(points)))
	}
	var b strings.Builder
	b.WriteString("Threshold Crossed: ")
	crossed := e.crossing(points)
	missing := e.n - len(points)
	switch {
	case len(points) == 0:
		fmt.Fprintf(&b, "no datapoints were received for %s and %s", counted(e.n, "period"), e.treated(missing))
	default:
		e.writeCrossing(&b, crossed)
		if missing > 0 && (e.def.TreatMissingData == Breaching || e.def.TreatMissingData == NotBreaching) {
			b.WriteString(" and " + e.treated(missing))
		}
	}
	if len(crossed) > listedBeside {
		b.WriteString(". The most recent datapoints which crossed the threshold: " + list(crossed[:listedAfter]))
	}
	if e.def.DatapointsToAlarm > 0 {
		if e.state == Alarm {
			fmt.Fprintf(&b, " (minimum %s for OK -> ALARM transition)", counted(e.m, "datapoint"))
		} else {
			fmt.Fprintf(&b, " (minimum %s for ALARM -> OK transition)", counted(e.n-e.m+1, "datapoint"))
		}
	}
	b.WriteString(".")
	return truncate(b.String(), maxReason)
}

// crossing returns the points that speak for the state: those that breach in
// ALARM, and those that do not in OK.
func (e *Evaluator) crossing(points []point) []point {
	var crossed []point
	for _, p := range points {
		if e.limit.breached(p.value) == (e.state == Alarm) {
			crossed = append(crossed, p)
		}
	}
	return crossed
}

func (e *Evaluator) writeCrossing(b *strings.Builder, crossed []point) {
	k := len(crossed)
	if e.def.DatapointsToAlarm > 0 {
		fmt.Fprintf(b, "%d out of the last %d datapoints", k, e.n)
	} else {
		b.WriteString(counted(k, "datapoint"))
	}
	if k > 0 && k <= listedBeside {
		b.WriteString(" " + list(crossed))
	}
	b.WriteString(were("", k))
	if e.state != Alarm {
		b.WriteString(" not")
	}
	fmt.Fprintf(b, " %s the threshold (%s)", e.def.Comparison.words(), number(e.def.Threshold))
}

func (e *Evaluator) treated(missing int) string {
	return fmt.Sprintf("%s treated as [%s]", were(counted(missing, "missing datapoint"), missing), e.def.TreatMissingData.word())
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func were(subject string, n int) string {
	if n == 1 {
		return subject + " was"
	}
	return subject + " were"
}

func list(points []point) string {
	texts := make([]string, len(points))
	for i, p := range points {
		texts[i] = number(p.value) + " (" + time.Unix(p.start, 0).UTC().Format("02/01/06 15:04:05") + ")"
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return s[:limit]
}

// number prints a value as CloudWatch does, which is how Java prints a double:
// with at least one decimal, and with an exponent from ten million on and below
// a thousandth.
func number(v float64) string {
	a := math.Abs(v)
	if v == 0 || a >= 1e-3 && a < 1e7 {
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	s := strconv.FormatFloat(v, 'E', -1, 64) // such as 1.5E+07
	mantissa, exponent, found := strings.Cut(s, "E")
	if !found {
		return s
	}
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, err := strconv.Atoi(exponent)
	if err != nil {
		return s
	}
	return mantissa + "E" + strconv.Itoa(n)
}

// ReasonData is StateReasonData after the last evaluation: JSON with what was
// looked at. It is what Application Auto Scaling takes the metric from (AWS
// API: SetAlarmState). Evaluated datapoints are left out, oldest first, where
// there are too many for the limit.
func (e *Evaluator) ReasonData() string {
	if e.current == nil {
		return ""
	}
	points := e.evaluated()
	var head strings.Builder
	fmt.Fprintf(&head, `{"version":"1.0","queryDate":"%s"`, stamp(e.last))
	if len(points) > 0 {
		fmt.Fprintf(&head, `,"startDate":"%s"`, stamp(points[len(points)-1].start))
	}
	if e.def.Unit != "" {
		fmt.Fprintf(&head, `,"unit":%s`, quote(e.def.Unit))
	}
	if e.def.Statistic != "" {
		fmt.Fprintf(&head, `,"statistic":%s`, quote(e.def.Statistic))
	}
	fmt.Fprintf(&head, `,"period":%d,"recentDatapoints":[`, e.def.Period)
	for i, p := range slices.Backward(points) {
		head.WriteString(number(p.value))
		if i > 0 {
			head.WriteString(",")
		}
	}
	fmt.Fprintf(&head, `],"threshold":%s,"evaluatedDatapoints":[`, number(e.def.Threshold))
	const tail = "]}"
	var b strings.Builder
	b.WriteString(head.String())
	for i, text := range e.evaluatedTexts(points) {
		if b.Len()+1+len(text)+len(tail) > maxReasonData {
			break
		}
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(text)
	}
	return b.String() + tail
}

// evaluatedTexts are the entries of evaluatedDatapoints. Without any datapoint
// they are the periods alone, as was seen of alarms without data.
func (e *Evaluator) evaluatedTexts(points []point) []string {
	var texts []string
	if len(points) == 0 {
		for age := range e.n {
			texts = append(texts, fmt.Sprintf(`{"timestamp":"%s"}`, stamp(e.current.newest-int64(age)*e.period)))
		}
		return texts
	}
	sampled, _ := e.source.(Sampled)
	for _, p := range points {
		samples := ""
		if sampled != nil {
			samples = `"sampleCount":` + number(sampled.SampleCount(p.start)) + ","
		}
		texts = append(texts, fmt.Sprintf(`{"timestamp":"%s",%s"value":%s}`, stamp(p.start), samples, number(p.value)))
	}
	return texts
}

// stamp is a time as StateReasonData writes it.
func stamp(unix int64) string {
	return time.Unix(unix, 0).UTC().Format("2006-01-02T15:04:05.000") + "+0000"
}

// quote writes a statistic or unit as JSON. They have no characters that JSON
// and Go escape differently.
func quote(s string) string { return strconv.Quote(s) }
