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
	start   int64
	value   float64
	samples float64 // of which it is made; not a number: unknown
}

// Explanation is why an alarm is in its state, as of an evaluation. The texts are
// long and seldom read, so they are made when somebody does.
type Explanation struct {
	def     *Definition
	state   State
	at      int64   // of the evaluation
	newest  int64   // start of the newest period
	points  []point // the newest N datapoints that exist, newest first
	initial bool    // there was no evaluation
}

// Explain returns the explanation of what the last evaluation found.
func (e *Evaluator) Explain() *Explanation {
	if e.current == nil {
		return &Explanation{initial: true}
	}
	x := &Explanation{def: e.def, state: e.state, at: e.last, newest: e.current.newest, points: make([]point, 0, e.n)}
	sampled, _ := e.source.(Sampled)
	for age := 0; age < e.size && len(x.points) < e.n; age++ {
		v := e.current.at(age)
		if math.IsNaN(v) {
			continue
		}
		p := point{e.current.newest - int64(age)*e.period, v, math.NaN()}
		if sampled != nil {
			p.samples = sampled.SampleCount(p.start)
		}
		x.points = append(x.points, p)
	}
	return x
}

// n is how many datapoints are evaluated.
func (x *Explanation) n() int { return int(x.def.EvaluationPeriods) }

// Reason explains the state in the words of StateReason. The sentence with "out of
// the last" belongs to alarms with DatapointsToAlarm.
func (x *Explanation) Reason() string {
	if x.initial {
		return InitialReason
	}
	if x.state == InsufficientData {
		return fmt.Sprintf("Insufficient Data: %s unknown.", were(counted(x.n()-len(x.points), "datapoint"), x.n()-len(x.points)))
	}
	var b strings.Builder
	b.WriteString("Threshold Crossed: ")
	crossed := x.crossing()
	missing := x.n() - len(x.points)
	switch {
	case len(x.points) == 0:
		fmt.Fprintf(&b, "no datapoints were received for %s and %s", counted(x.n(), "period"), x.treated(missing))
	default:
		x.writeCrossing(&b, crossed)
		if missing > 0 && (x.def.TreatMissingData == Breaching || x.def.TreatMissingData == NotBreaching) {
			b.WriteString(" and " + x.treated(missing))
		}
	}
	if len(crossed) > listedBeside {
		b.WriteString(". The most recent datapoints which crossed the threshold: " + list(crossed[:listedAfter]))
	}
	if x.def.DatapointsToAlarm > 0 {
		if x.state == Alarm {
			fmt.Fprintf(&b, " (minimum %s for OK -> ALARM transition)", counted(x.def.required(), "datapoint"))
		} else {
			fmt.Fprintf(&b, " (minimum %s for ALARM -> OK transition)", counted(x.n()-x.def.required()+1, "datapoint"))
		}
	}
	b.WriteString(".")
	return truncate(b.String(), maxReason)
}

// crossing returns the points that speak for the state: those that breach in
// ALARM, and those that do not in OK.
func (x *Explanation) crossing() []point {
	limit := newLimit(*x.def)
	var crossed []point
	for _, p := range x.points {
		if limit.breached(p.value) == (x.state == Alarm) {
			crossed = append(crossed, p)
		}
	}
	return crossed
}

func (x *Explanation) writeCrossing(b *strings.Builder, crossed []point) {
	k := len(crossed)
	if x.def.DatapointsToAlarm > 0 {
		fmt.Fprintf(b, "%d out of the last %d datapoints", k, x.n())
	} else {
		b.WriteString(counted(k, "datapoint"))
	}
	if k > 0 && k <= listedBeside {
		b.WriteString(" " + list(crossed))
	}
	b.WriteString(were("", k))
	if x.state != Alarm {
		b.WriteString(" not")
	}
	fmt.Fprintf(b, " %s the threshold (%s)", x.def.Comparison.words(), number(x.def.Threshold))
}

func (x *Explanation) treated(missing int) string {
	return fmt.Sprintf("%s treated as [%s]", were(counted(missing, "missing datapoint"), missing), x.def.TreatMissingData.word())
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

// ReasonData is StateReasonData: JSON with what was looked at. It is what
// Application Auto Scaling takes the metric from (AWS API: SetAlarmState). Evaluated
// datapoints are left out, oldest first, where there are too many for the limit.
func (x *Explanation) ReasonData() string {
	if x.initial {
		return ""
	}
	var head strings.Builder
	fmt.Fprintf(&head, `{"version":"1.0","queryDate":"%s"`, stamp(x.at))
	if len(x.points) > 0 {
		fmt.Fprintf(&head, `,"startDate":"%s"`, stamp(x.points[len(x.points)-1].start))
	}
	if x.def.Unit != "" {
		fmt.Fprintf(&head, `,"unit":%s`, quote(x.def.Unit))
	}
	if x.def.Statistic != "" {
		fmt.Fprintf(&head, `,"statistic":%s`, quote(x.def.Statistic))
	}
	fmt.Fprintf(&head, `,"period":%d,"recentDatapoints":[`, x.def.Period)
	for i, p := range slices.Backward(x.points) {
		head.WriteString(number(p.value))
		if i > 0 {
			head.WriteString(",")
		}
	}
	fmt.Fprintf(&head, `],"threshold":%s,"evaluatedDatapoints":[`, number(x.def.Threshold))
	const tail = "]}"
	var b strings.Builder
	b.WriteString(head.String())
	for i, text := range x.evaluatedTexts() {
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
func (x *Explanation) evaluatedTexts() []string {
	var texts []string
	if len(x.points) == 0 {
		for age := range x.n() {
			texts = append(texts, fmt.Sprintf(`{"timestamp":"%s"}`, stamp(x.newest-int64(age)*int64(x.def.Period))))
		}
		return texts
	}
	for _, p := range x.points {
		samples := ""
		if !math.IsNaN(p.samples) {
			samples = `"sampleCount":` + number(p.samples) + ","
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
