package alarm

import (
	"math"
	"time"
)

// Source is the metric of an alarm, or the result of its metric math: one value
// for each period.
type Source interface {
	// Datapoint returns the statistic of the period that begins at start (Unix
	// seconds) and is as long as the alarm's. It returns false while there is
	// none. An alarm whose period is longer than a minute asks for periods that
	// begin at any minute, because its window slides by minutes.
	Datapoint(start int64) (float64, bool)
}

// Changing is a Source whose past datapoints can still change, as those of a
// store into which late samples are put.
type Changing interface {
	// Version changes whenever a datapoint may have changed that could be read
	// before. The evaluator then reads its window anew.
	Version() uint64
}

// Steady is a Source that knows for how long nothing changes, so that the time
// in between can be skipped.
type Steady interface {
	// SteadyUntil returns the start of the first period after the one that
	// begins at start whose datapoint can differ from that one's, as long as
	// nobody scales.
	SteadyUntil(start int64) int64
}

// Sampled is a Source that knows of how many samples a datapoint is made, for
// StateReasonData.
type Sampled interface {
	SampleCount(start int64) float64
}

// Evaluation is what one evaluation of an alarm found.
type Evaluation struct {
	State    State
	Previous State
	// Invoke says that the alarm invokes its scaling policies now: when it
	// enters ALARM, and once in every minute while it stays there. Other
	// actions happen only when State and Previous differ (Amazon CloudWatch
	// User Guide: "Alarm actions").
	Invoke bool
}

// Changed reports whether the alarm changed its state.
func (e Evaluation) Changed() bool { return e.State != e.Previous }

// Evaluator evaluates one alarm. It is not safe for concurrent use.
type Evaluator struct {
	def      *Definition
	source   Source
	changing Changing // nil: the past of source does not change
	steady   Steady   // nil: unknown

	limit      limit
	step       int64
	period     int64
	delay      int64
	n, m, size int

	windows []window // one for each phase of the period
	current *window  // of the last evaluation
	version uint64
	last    int64 // time of the last evaluation, Unix seconds
	state   State
	settled bool // the last evaluation left the state as it was
	invoked int64
}

// NewEvaluator returns an evaluator for an alarm in the given state: a new
// alarm is in [InsufficientData], and one whose definition changes keeps its
// state (AWS API: PutMetricAlarm). It fails if the definition is not valid.
func NewEvaluator(d Definition, source Source, state State, b Behaviour) (*Evaluator, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	e := &Evaluator{
		def: &d, source: source, state: state,
		limit: newLimit(d), step: d.Step(), period: int64(d.Period),
		n: int(d.EvaluationPeriods), m: d.required(),
	}
	e.changing, _ = source.(Changing)
	e.steady, _ = source.(Steady)
	e.size = e.n + max(0, b.ExtraDatapoints)
	if e.step < 3600 { // the others look at full hours, which a delay would double
		e.delay = max(0, int64(b.MetricDelay/time.Second))
	}
	phases := e.period / gcd(e.period, e.step)
	e.windows = make([]window, phases)
	for i := range e.windows {
		e.windows[i] = newWindow(e.size)
	}
	return e, nil
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Definition returns what the evaluator was made of.
func (e *Evaluator) Definition() Definition { return *e.def }

// State returns the state after the last evaluation.
func (e *Evaluator) State() State { return e.state }

// NextEvaluation returns the first time of evaluation after the given one, both
// in Unix seconds.
func (e *Evaluator) NextEvaluation(after int64) int64 { return floor(after, e.step) + e.step }

// floor returns the last multiple of step at or before t.
func floor(t, step int64) int64 {
	r := t % step
	if r < 0 {
		r += step
	}
	return t - r
}

// Evaluate evaluates the alarm at a time in Unix seconds. Times must not go
// back.
func (e *Evaluator) Evaluate(now int64) Evaluation {
	start := floor(now-e.delay, e.step) - e.period
	e.slide(start)
	e.last = now
	previous := e.state
	e.state = e.decide(e.current)
	e.settled = e.state == previous
	return Evaluation{State: e.state, Previous: previous, Invoke: e.invoke(now, previous)}
}

// invoke decides whether scaling policies are invoked now. The minutes are
// those of the clock, and it is their first evaluation that invokes, so that
// skipping over quiet ones changes nothing.
func (e *Evaluator) invoke(now int64, previous State) bool {
	if e.state != Alarm {
		return false
	}
	if previous == Alarm && (now/60 == e.invoked/60 || now%60 >= e.step) {
		return false
	}
	e.invoked = now
	return true
}

// SetState forces a state until the next evaluation (AWS API: SetAlarmState).
func (e *Evaluator) SetState(state State, now int64) Evaluation {
	previous := e.state
	e.state = state
	e.settled = false
	return Evaluation{State: state, Previous: previous, Invoke: previous != state && e.invoke(now, previous)}
}

// slide moves the window to the period that begins at start.
func (e *Evaluator) slide(start int64) {
	if e.changing != nil {
		if v := e.changing.Version(); v != e.version {
			e.version = v
			for i := range e.windows {
				e.windows[i].filled = false
			}
		}
	}
	w := &e.windows[0]
	if len(e.windows) > 1 {
		w = &e.windows[(start-floor(start, e.period))/gcd(e.period, e.step)]
	}
	e.current = w
	reach := e.period * int64(e.size)
	if !w.filled || start-w.newest >= reach {
		w.reset(start - reach)
	}
	for s := w.newest + e.period; s <= start; s += e.period {
		v, ok := e.source.Datapoint(s)
		if !ok {
			v = math.NaN()
		}
		w.push(s, v, e.n, e.limit)
	}
}

// decide applies M of N and the treatment of missing data. CloudWatch documents
// both in prose and by tables of examples; this is the rule that yields them
// (Amazon CloudWatch User Guide: "Configuring how CloudWatch alarms treat
// missing data").
func (e *Evaluator) decide(w *window) State {
	if w.realN == e.n {
		return e.alarmIf(w.breachingN >= e.m)
	}
	if w.real >= e.n {
		return e.alarmIf(e.breachingOfNewestReal(w) >= e.m)
	}
	switch e.def.TreatMissingData {
	case Breaching:
		return e.alarmIf(w.breaching+e.n-w.real >= e.m)
	case NotBreaching:
		return e.alarmIf(w.breaching >= e.m)
	case Missing, Ignore, "":
		return e.decideMissing(w)
	default:
		return e.state
	}
}

func (e *Evaluator) decideMissing(w *window) State {
	ignore := e.def.TreatMissingData == Ignore
	switch {
	case w.real == 0 && ignore:
		return e.state
	case w.real == 0:
		return InsufficientData
	case w.breaching >= e.m:
		return Alarm
	case w.breaching < w.real:
		return OK
	case !ignore && e.oldestReal(w) >= e.m-1:
		// All that is known breaches, and began long enough ago.
		return Alarm
	default:
		return e.state
	}
}

func (e *Evaluator) alarmIf(alarm bool) State {
	if alarm {
		return Alarm
	}
	return OK
}

// breachingOfNewestReal counts the breaching among the newest N that exist.
func (e *Evaluator) breachingOfNewestReal(w *window) int {
	breaching, left := 0, e.n
	for age := 0; age < e.size && left > 0; age++ {
		v := w.at(age)
		if math.IsNaN(v) {
			continue
		}
		left--
		if e.limit.breached(v) {
			breaching++
		}
	}
	return breaching
}

// oldestReal returns the age in periods of the oldest datapoint that exists; the
// newest of the range has age 0.
func (e *Evaluator) oldestReal(w *window) int {
	for age := e.size - 1; age >= 0; age-- {
		if !math.IsNaN(w.at(age)) {
			return age
		}
	}
	return -1
}

// Datapoints appends to dst the datapoints that the last evaluation looked at:
// the newest N that exist, oldest first, which is recentDatapoints of
// StateReasonData.
func (e *Evaluator) Datapoints(dst []float64) []float64 {
	if e.current == nil {
		return dst
	}
	w := e.current
	oldest, left := 0, e.n
	for age := 0; age < e.size && left > 0; age++ {
		if !math.IsNaN(w.at(age)) {
			oldest = age
			left--
		}
	}
	if left == e.n {
		return dst
	}
	for age := oldest; age >= 0; age-- {
		if v := w.at(age); !math.IsNaN(v) {
			dst = append(dst, v)
		}
	}
	return dst
}

// QuietUntil returns the first time after the last evaluation (Unix seconds) at
// which another evaluation can find something else, as long as nobody scales.
// It is never later than that, and the next evaluation if nothing is known.
// Since is when the capacity last changed, on which the metric may depend.
func (e *Evaluator) QuietUntil(since int64) int64 {
	next := e.NextEvaluation(e.last)
	if e.steady == nil || e.changing != nil || !e.settled || len(e.windows) != 1 || e.current == nil || e.current.run < e.size || e.current.newest < since {
		return next
	}
	differs := e.steady.SteadyUntil(e.current.newest)
	if differs == math.MaxInt64 {
		return differs
	}
	return max(next, floor(differs+e.period+e.delay, 60))
}
