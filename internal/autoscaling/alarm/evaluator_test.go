package alarm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
)

// series is a Source of one-minute datapoints by the start of their period;
// longer periods are not asked for.
type series map[int64]float64

func (s series) Datapoint(start int64) (float64, bool) {
	v, ok := s[start]
	return v, ok
}

// prompt is the default behaviour with datapoints that are there at once.
func prompt() alarm.Behaviour {
	b := alarm.DefaultBehaviour()
	b.MetricDelay = 0
	return b
}

const base = int64(1_700_000_040) // a full minute

// pictured is the series that a row of AWS's tables pictures: X breaches, 0 does
// not, - is missing; the last one ended at the time that is returned.
func pictured(picture string) (series, int64) {
	s := series{}
	fields := strings.Fields(picture)
	for i, f := range fields {
		switch f {
		case "X":
			s[base+int64(i)*60] = 100
		case "0":
			s[base+int64(i)*60] = 1
		}
	}
	return s, base + int64(len(fields))*60
}

func evaluator(t testing.TB, d alarm.Definition, s alarm.Source, state alarm.State, b alarm.Behaviour) *alarm.Evaluator {
	t.Helper()
	e, err := alarm.NewEvaluator(d, s, state, b)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func above50(n, m int32, treatment alarm.Treatment) alarm.Definition {
	return alarm.Definition{
		Comparison: alarm.GreaterThanThreshold, Threshold: 50, Period: 60,
		EvaluationPeriods: n, DatapointsToAlarm: m, TreatMissingData: treatment, Statistic: "Average",
	}
}

// The tables of the Amazon CloudWatch User Guide, "Configuring how CloudWatch
// alarms treat missing data". "keep" is "retain the current state".
func TestMissingDataTables(t *testing.T) {
	const insufficient = "INSUFFICIENT_DATA"
	for _, c := range []struct {
		picture                                string
		m                                      int32
		missing, ignore, breaching, notBreachg string
		reason                                 string
	}{
		{"0 - X - X", 3, "OK", "OK", "OK", "OK", "three of the range exist, and one of them is good"},
		{"0 - - - -", 3, "OK", "OK", "OK", "OK", "a good one is known"},
		{"- - - - -", 3, insufficient, "keep", "ALARM", "OK", "nothing is known"},
		{"0 X X - X", 3, "ALARM", "ALARM", "ALARM", "ALARM", "the newest three that exist breach"},
		{"- - X - -", 3, "ALARM", "keep", "ALARM", "OK", "all that is known breaches, and is three periods old"},
		{"0 - X - X", 2, "ALARM", "ALARM", "ALARM", "ALARM", "two of the three that exist breach"},
		{"0 0 X 0 X", 2, "ALARM", "ALARM", "ALARM", "ALARM", "two of the newest three breach"},
		{"0 - X - -", 2, "OK", "OK", "ALARM", "OK", "a good one is known"},
		{"- - - - 0", 2, "OK", "OK", "ALARM", "OK", "a good one is known"},
		{"- - - X -", 2, "ALARM", "keep", "ALARM", "OK", "all that is known breaches, and is two periods old"},
		{"- - - - X", 3, "keep", "keep", "ALARM", "OK", "one fresh datapoint is no reason to alarm"},
	} {
		want := map[alarm.Treatment]string{alarm.Missing: c.missing, alarm.Ignore: c.ignore, alarm.Breaching: c.breaching, alarm.NotBreaching: c.notBreachg}
		for treatment, want := range want {
			for _, from := range []alarm.State{alarm.OK, alarm.Alarm, alarm.InsufficientData} {
				s, now := pictured(c.picture)
				got := evaluator(t, above50(3, c.m, treatment), s, from, prompt()).Evaluate(now)
				expected := alarm.State(want)
				if want == "keep" {
					expected = from
				}
				if got.State != expected {
					t.Errorf("%s, %d of 3, %s, from %s: got %s, want %s: %s", c.picture, c.m, treatment, from, got.State, expected, c.reason)
				}
			}
		}
	}
}

func TestComparisons(t *testing.T) {
	for _, c := range []struct {
		comparison         alarm.Comparison
		below, equal, over bool
		reason             string
	}{
		{alarm.GreaterThanThreshold, false, false, true, "the threshold itself does not breach"},
		{alarm.GreaterThanOrEqualToThreshold, false, true, true, "the threshold itself breaches"},
		{alarm.LessThanThreshold, true, false, false, "the threshold itself does not breach"},
		{alarm.LessThanOrEqualToThreshold, true, true, false, "the threshold itself breaches"},
	} {
		for value, want := range map[float64]bool{44.999: c.below, 45: c.equal, 45.001: c.over} {
			d := above50(1, 0, "")
			d.Comparison, d.Threshold = c.comparison, 45
			got := evaluator(t, d, series{base: value}, alarm.InsufficientData, prompt()).Evaluate(base + 60)
			if (got.State == alarm.Alarm) != want || c.comparison.Breaches(value, 45) != want {
				t.Errorf("%s with %v: got %s, want a breach to be %v: %s", c.comparison, value, got.State, want, c.reason)
			}
		}
	}
}

func TestSchedule(t *testing.T) {
	for _, c := range []struct {
		period, n int32
		step      int64
		reason    string
	}{
		{60, 1, 60, "every minute"},
		{300, 3, 60, "every minute, with a window that slides"},
		{3600, 24, 60, "a day is not longer than a day"},
		{3600, 25, 3600, "longer than a day is looked at hourly"},
		{10, 90, 10, "high resolution"},
		{20, 30, 10, "high resolution"},
	} {
		d := above50(c.n, 0, "")
		d.Period = c.period
		if got := d.Step(); got != c.step {
			t.Errorf("%d x %d s: step %d, want %d: %s", c.n, c.period, got, c.step, c.reason)
		}
	}
}

func TestPoliciesAreInvokedEveryMinuteInAlarm(t *testing.T) {
	s := series{}
	for i := range int64(5) {
		s[base+i*60] = 100
	}
	s[base+5*60] = 1
	e := evaluator(t, above50(1, 0, ""), s, alarm.OK, prompt())
	var invoked []int64
	for at := base + 60; at <= base+7*60; at += 60 {
		if e.Evaluate(at).Invoke {
			invoked = append(invoked, (at-base)/60)
		}
	}
	if got, want := fmt.Sprint(invoked), "[1 2 3 4 5]"; got != want {
		t.Errorf("invoked in minutes %s, want %s: scaling policies are invoked each minute of ALARM, not in OK", got, want)
	}
}

func TestHighResolutionInvokesOncePerMinute(t *testing.T) {
	s := series{}
	for i := range int64(30) {
		s[base+i*10] = 100
	}
	d := above50(3, 0, "")
	d.Period = 10
	e := evaluator(t, d, s, alarm.OK, prompt())
	var invoked []int64
	for at := base + 10; at <= base+200; at += 10 {
		if e.Evaluate(at).Invoke {
			invoked = append(invoked, at-base)
		}
	}
	if got, want := fmt.Sprint(invoked), "[30 60 120 180]"; got != want {
		t.Errorf("invoked after %s seconds, want %s: when it enters ALARM, which takes three breaching datapoints, and once in every later minute", got, want)
	}
}

func TestForcedStateLastsUntilTheNextEvaluation(t *testing.T) {
	e := evaluator(t, above50(1, 0, ""), series{base: 1}, alarm.OK, prompt())
	if got := e.SetState(alarm.Alarm, base+5); !got.Invoke || !got.Changed() {
		t.Errorf("got %+v: SetAlarmState invokes actions when the state differs", got)
	}
	if got := e.SetState(alarm.Alarm, base+6); got.Invoke {
		t.Errorf("got %+v: the state does not differ", got)
	}
	if got := e.Evaluate(base + 60); got.State != alarm.OK {
		t.Errorf("got %s: the next evaluation finds the real state", got.State)
	}
}

func TestMetricDelay(t *testing.T) {
	b := alarm.DefaultBehaviour()
	e := evaluator(t, above50(1, 0, ""), series{base: 100}, alarm.InsufficientData, b)
	if got := e.Evaluate(base + 60); got.State != alarm.InsufficientData {
		t.Errorf("got %s: a datapoint that ends now is not there for another minute", got.State)
	}
	if got := e.Evaluate(base + 120); got.State != alarm.Alarm {
		t.Errorf("got %s: after the delay it is", got.State)
	}
}

// stored is a Source into which late datapoints are put.
type stored struct {
	series
	version uint64
}

func (s *stored) Version() uint64 { return s.version }

func TestLateDatapointsCount(t *testing.T) {
	s := &stored{series: series{base: 1, base + 60: 100}}
	e := evaluator(t, above50(2, 0, ""), s, alarm.OK, prompt())
	if got := e.Evaluate(base + 120); got.State != alarm.OK {
		t.Fatalf("got %s: one of two is good", got.State)
	}
	s.series[base], s.version = 100, 1
	s.series[base+120] = 100
	if got := e.Evaluate(base + 120 + 59); got.State != alarm.Alarm {
		t.Errorf("got %s: the first datapoint was corrected", got.State)
	}
}

// naive evaluates without memory: it reads the range anew, sorts out what
// exists, and follows the rule for each case.
func naive(d alarm.Definition, s alarm.Source, b alarm.Behaviour, now int64, state alarm.State) alarm.State {
	step := d.Step()
	end := (now - int64(b.MetricDelay/time.Second)) / step * step
	if step == 3600 {
		end = now / step * step
	}
	n, m := int(d.EvaluationPeriods), int(d.DatapointsToAlarm)
	if m == 0 {
		m = n
	}
	var ages []int
	var bad []bool
	for age := 1; age <= n+b.ExtraDatapoints; age++ {
		if v, ok := s.Datapoint(end - int64(age)*int64(d.Period)); ok {
			ages, bad = append(ages, age), append(bad, d.Comparison.Breaches(v, d.Threshold))
		}
	}
	count := func(of []bool) (k int) {
		for _, b := range of {
			if b {
				k++
			}
		}
		return k
	}
	verdict := func(alarmed bool) alarm.State {
		return map[bool]alarm.State{true: alarm.Alarm, false: alarm.OK}[alarmed]
	}
	if len(bad) >= n {
		return verdict(count(bad[:n]) >= m)
	}
	missing := n - len(bad)
	switch {
	case d.TreatMissingData == alarm.Breaching:
		return verdict(count(bad)+missing >= m)
	case d.TreatMissingData == alarm.NotBreaching:
		return verdict(count(bad) >= m)
	case len(bad) == 0 && d.TreatMissingData == alarm.Ignore:
		return state
	case len(bad) == 0:
		return alarm.InsufficientData
	case count(bad) >= m:
		return alarm.Alarm
	case count(bad) < len(bad):
		return alarm.OK
	case d.TreatMissingData != alarm.Ignore && ages[len(ages)-1] >= m:
		return alarm.Alarm
	}
	return state
}

func TestIncrementalEqualsNaive(t *testing.T) {
	periods := []int32{10, 20, 30, 60, 120, 300, 3600, 5400}
	treatments := []alarm.Treatment{"", alarm.Missing, alarm.Ignore, alarm.Breaching, alarm.NotBreaching}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		n := int32(1 + r.IntN(17))
		d := above50(n, int32(r.IntN(int(n)+1)), treatments[r.IntN(len(treatments))])
		d.Period = periods[r.IntN(len(periods))]
		if d.Validate() != nil {
			continue
		}
		b := alarm.Behaviour{ExtraDatapoints: r.IntN(4), MetricDelay: time.Duration(r.IntN(3)) * 45 * time.Second}
		density := r.Float64()
		s := &stored{series: series{}}
		e := evaluator(t, d, alarm.Source(s.series), alarm.InsufficientData, b)
		if seed%2 == 0 {
			e = evaluator(t, d, s, alarm.InsufficientData, b)
		}
		state := alarm.InsufficientData
		for start := base - 40*int64(d.Period); start < base+400*d.Step(); start += d.Step() {
			if r.Float64() < density {
				s.series[start/d.Step()*d.Step()] = float64(r.IntN(100))
			}
		}
		for at := base / 3600 * 3600; at < base+300*d.Step(); at += d.Step() * int64(1+r.IntN(2)*r.IntN(40)) {
			if seed%2 == 0 && r.IntN(5) == 0 {
				s.series[(at-int64(r.IntN(10))*int64(d.Period))/d.Step()*d.Step()] = 99
				s.version++
			}
			state = naive(d, s.series, b, at, state)
			if got := e.Evaluate(at); got.State != state {
				t.Fatalf("seed %d, %+v, %+v at %d: got %s, want %s: keeping counts must not change what is found", seed, d, b, at, got.State, state)
			}
		}
	}
}

// level is a Source that knows when it changes.
type level struct{ until int64 }

func (l level) Datapoint(start int64) (float64, bool) {
	if start < l.until {
		return 1, true
	}
	return 100, true
}

func (l level) SteadyUntil(start int64) int64 {
	if start < l.until {
		return l.until
	}
	return math.MaxInt64
}

func TestQuietUntil(t *testing.T) {
	change := base + 6000
	e := evaluator(t, above50(3, 0, ""), level{until: change}, alarm.InsufficientData, alarm.DefaultBehaviour())
	e.Evaluate(base)
	if got := e.QuietUntil(0); got != base+60 {
		t.Errorf("got %d: the state has just changed, so the next evaluation counts", got-base)
	}
	e.Evaluate(base + 60)
	if got := e.QuietUntil(0); got != change+120 {
		t.Errorf("quiet until %d, want %d: the first datapoint that differs ends a minute after its start and is seen a minute later", got-base, change+120-base)
	}
	if got := e.QuietUntil(base); got != base+120 {
		t.Errorf("got %d: what was read is from before the capacity changed", got-base)
	}
	if got := evaluator(t, above50(1, 0, ""), series{}, alarm.OK, prompt()); got.Evaluate(base).State == alarm.OK || got.QuietUntil(0) != base+60 {
		t.Errorf("a source that does not know is asked every time")
	}
}

func TestEvaluatingDoesNotAllocate(t *testing.T) {
	e := evaluator(t, above50(15, 0, ""), level{until: base}, alarm.OK, prompt())
	now, points := base, make([]float64, 0, 15)
	allocations := testing.AllocsPerRun(1000, func() {
		now += 60
		e.Evaluate(now)
		points = e.Datapoints(points[:0])
	})
	if allocations != 0 {
		t.Errorf("%v allocations for an evaluation: a year has half a million of them", allocations)
	}
}

func FuzzEvaluate(f *testing.F) {
	f.Add([]byte{0, 1, 2, 2, 1, 0}, int32(3), int32(2), uint8(0))
	f.Add([]byte{2, 2, 2, 2, 2, 2}, int32(5), int32(0), uint8(3))
	f.Fuzz(func(t *testing.T, points []byte, n, m int32, treatment uint8) {
		d := above50(n, m, []alarm.Treatment{alarm.Missing, alarm.Ignore, alarm.Breaching, alarm.NotBreaching}[treatment%4])
		s := series{}
		for i, p := range points {
			if p%3 > 0 {
				s[base+int64(i)*60] = float64(p%3)*60 - 20
			}
		}
		e, err := alarm.NewEvaluator(d, s, alarm.OK, prompt())
		if err != nil {
			return
		}
		state := alarm.OK
		for i := range len(points) + 3 {
			now := base + int64(i)*60
			state = naive(d, s, prompt(), now, state)
			if got := e.Evaluate(now); got.State != state {
				t.Fatalf("at %d: got %s, want %s", i, got.State, state)
			}
			if r := e.Explain().Reason(); r == "" || len(r) > 1023 || len(e.Explain().ReasonData()) > 4000 {
				t.Fatalf("reason %q", r)
			}
		}
	})
}
