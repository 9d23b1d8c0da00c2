package cloudwatch

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/localcloud/parallel"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// watch is an alarm that is evaluated.
type watch struct {
	scope     wire.Scope
	alarm     *Alarm
	source    source
	evaluator *alarm.Evaluator
	gone      bool // deleted, or replaced by another

	found  alarm.Evaluation // by the last evaluation
	acts   bool             // it invokes the scaling policies of its state now
	acted  int64            // when it last did in a state other than ALARM
	points []float64
}

// round is the alarms that are evaluated at the same times.
type round struct {
	step    int64 // seconds
	next    int64
	watches []*watch
}

// newWatch prepares the evaluation of an alarm that is in a state.
func (s *Service) newWatch(scope wire.Scope, c *Config, state State) (*watch, error) {
	d := c.definition()
	src, err := newSource(s.store(scope), c, int(d.EvaluationPeriods)+s.options.Alarm.ExtraDatapoints)
	if err != nil {
		return nil, wire.Validation("%s", err)
	}
	evaluator, err := alarm.NewEvaluator(d, src, alarm.State(state), *s.options.Alarm)
	if err != nil {
		return nil, wire.Validation("%s", err)
	}
	return &watch{scope: scope, source: src, evaluator: evaluator}, nil
}

// watch begins to evaluate an alarm.
func (s *Service) watch(a *Alarm, w *watch) {
	if a.watch != nil {
		a.watch.gone = true
	}
	a.watch, w.alarm = w, a
	step := w.evaluator.Definition().Step()
	i := slices.IndexFunc(s.rounds[:], func(r round) bool { return r.step == step })
	r := &s.rounds[i]
	if len(r.watches) == 0 {
		r.next = w.evaluator.NextEvaluation(s.options.Now().Unix())
	}
	r.watches = append(r.watches, w)
}

// definition returns what decides the state of an alarm. Missing data of
// DynamoDB are ignored unless the alarm says otherwise (Amazon CloudWatch User
// Guide: "Configuring how CloudWatch alarms treat missing data").
func (c *Config) definition() alarm.Definition {
	d := alarm.Definition{
		Comparison: alarm.Comparison(c.ComparisonOperator), Period: c.period(),
		TreatMissingData: alarm.Treatment(c.TreatMissingData), Statistic: c.Statistic, Unit: c.Unit,
	}
	if d.Statistic == "" {
		d.Statistic = c.ExtendedStatistic
	}
	if c.Threshold != nil {
		d.Threshold = *c.Threshold
	}
	if c.EvaluationPeriods != nil {
		d.EvaluationPeriods = *c.EvaluationPeriods
	}
	if c.DatapointsToAlarm != nil {
		d.DatapointsToAlarm = *c.DatapointsToAlarm
	}
	if d.TreatMissingData == "" && c.Namespace == "AWS/DynamoDB" {
		d.TreatMissingData = alarm.Ignore
	}
	return d
}

// Next returns when alarms are evaluated next, or metrics can be seen.
func (s *Service) Next() (time.Time, bool) {
	at, found := s.nextRound()
	if seen, waits := s.delay.next(); waits && (!found || seen.Before(at)) {
		return seen, true
	}
	return at, found
}

// nextRound returns when alarms are evaluated next.
func (s *Service) nextRound() (time.Time, bool) {
	next, found := int64(0), false
	for i := range s.rounds {
		if r := &s.rounds[i]; len(r.watches) > 0 && (!found || r.next < next) {
			next, found = r.next, true
		}
	}
	return time.Unix(next, 0).UTC(), found
}

// Happen evaluates the alarms that are due. All are evaluated before the first
// acts.
func (s *Service) Happen() {
	s.delay.release(s.options.Now())
	now := s.options.Now().Unix()
	due := s.due[:0]
	for i := range s.rounds {
		r := &s.rounds[i]
		if len(r.watches) == 0 || r.next > now {
			continue
		}
		r.watches = slices.DeleteFunc(r.watches, func(w *watch) bool { return w.gone })
		r.next = now - now%r.step + r.step
		due = append(due, r.watches...)
	}
	s.due = due
	parallel.Each(len(due), func(from, to int) {
		for _, w := range due[from:to] {
			w.evaluate(now)
		}
	})
	tasks := s.tasks[:0]
	for _, w := range due {
		if w.found.Changed() {
			s.SetState(w.scope, w.alarm.AlarmName, State(w.found.State), w.evaluator.Reason(), w.evaluator.ReasonData())
		}
		tasks = w.tasks(tasks)
	}
	s.tasks = tasks
	s.perform(tasks)
}

func (w *watch) evaluate(now int64) {
	w.source.setTime(now)
	w.found = w.evaluator.Evaluate(now)
	w.acts = w.found.Invoke || w.actsOtherwise(now)
	if w.acts {
		w.points = w.evaluator.Datapoints(w.points[:0])
	}
}

// actsOtherwise tells whether the alarm invokes scaling policies in a state other
// than ALARM: as in ALARM, when it enters the state and then once a minute.
func (w *watch) actsOtherwise(now int64) bool {
	if w.found.State == alarm.Alarm || len(w.alarm.actionsOf(w.found.State)) == 0 {
		return false
	}
	if !w.found.Changed() && (now/60 == w.acted/60 || now%60 >= w.evaluator.Definition().Step()) {
		return false
	}
	w.acted = now
	return true
}

// actionsOf returns the actions of a state.
func (a *Alarm) actionsOf(state alarm.State) []string {
	switch state {
	case alarm.Alarm:
		return a.AlarmActions
	case alarm.OK:
		return a.OKActions
	default:
		return a.InsufficientDataActions
	}
}

// Task is what an alarm tells a scaling policy: that it is in the state that has
// the policy for an action, once when it enters it and then once a minute, or
// that it has left ALARM (Amazon CloudWatch User Guide: "Alarm actions").
type Task struct {
	Scope      wire.Scope
	Alarm      string
	Action     string // the ARN of the policy, as the alarm has it
	InAlarm    bool   // in the state; that is ALARM, mostly
	Comparison alarm.Comparison
	Threshold  float64
	Datapoints []float64 // those that the alarm looked at, oldest first; valid during the call

	entered bool
}

// Policies are the scaling policies that alarms invoke.
type Policies interface {
	// Perform carries out tasks of one time. For each it returns why it could
	// not, or nil; no errors at all stand for success of all.
	Perform(tasks []Task) []error
}

type noPolicies struct{}

func (noPolicies) Perform([]Task) []error { return nil }

// tasks appends what the alarm has to do after an evaluation.
func (w *watch) tasks(to []Task) []Task {
	a := w.alarm
	left := w.found.Changed() && w.found.Previous == alarm.Alarm
	if !w.acts && !left || a.ActionsEnabled != nil && !*a.ActionsEnabled {
		return to
	}
	d := w.evaluator.Definition()
	task := Task{Scope: w.scope, Alarm: a.AlarmName, Comparison: d.Comparison, Threshold: d.Threshold, Datapoints: w.points}
	if left {
		for _, task.Action = range a.AlarmActions {
			to = append(to, task)
		}
	}
	if w.acts {
		task.InAlarm, task.entered = true, w.found.Changed()
		for _, task.Action = range a.actionsOf(w.found.State) {
			to = append(to, task)
		}
	}
	return to
}

// perform lets scaling policies do their tasks. Of the tasks that repeat each
// minute only the first is in the history of the alarm: AWS documents no more.
func (s *Service) perform(tasks []Task) {
	tasks = slices.DeleteFunc(tasks, func(t Task) bool {
		policy := isPolicy(t.Action)
		if !policy && t.entered {
			s.RecordAction(t.Scope, t.Alarm, t.Action, errNotPerformed)
		}
		return !policy
	})
	if len(tasks) == 0 {
		return
	}
	failures := s.options.Policies.Perform(tasks)
	for i, t := range tasks {
		if !t.entered {
			continue
		}
		var failure error
		if failures != nil {
			failure = failures[i]
		}
		s.RecordAction(t.Scope, t.Alarm, t.Action, failure)
	}
}

// errNotPerformed is why an action that is no scaling policy fails.
var errNotPerformed = errors.New("the local cloud performs the actions of scaling policies only")

// force sets the state of an alarm until its next evaluation and lets it act if
// that is another one. Scaling policies take the metric from the reason data, so
// they cannot act without (AWS API: SetAlarmState).
func (s *Service) force(scope wire.Scope, name string, state State, reason, data string) bool {
	a := s.store(scope).alarms[name]
	if a == nil {
		return false
	}
	s.SetState(scope, name, state, reason, data)
	if w := a.watch; w != nil {
		var given reasonData
		if json.Unmarshal([]byte(data), &given) != nil {
			given = reasonData{} // JSON of another form has no datapoints
		}
		now := s.options.Now().Unix()
		w.found = w.evaluator.SetState(alarm.State(state), now)
		w.acts = w.found.Invoke || w.found.Changed() && w.actsOtherwise(now)
		w.points = append(w.points[:0], given.RecentDatapoints...)
		tasks := w.tasks(nil)
		if oldest := s.options.Behaviour.MaxQueryAge; oldest > 0 && given.age(s.options.Now()) > oldest {
			tasks = s.refuse(tasks, errOutdated)
		}
		s.perform(tasks)
	}
	return true
}

// reasonData is what is read of StateReasonData.
type reasonData struct {
	QueryDate        string
	RecentDatapoints []float64
}

// age is how long ago the data were queried. Without a date that is very long.
func (d reasonData) age(now time.Time) time.Duration {
	at, err := time.Parse("2006-01-02T15:04:05.000-0700", d.QueryDate)
	if err != nil {
		return math.MaxInt64
	}
	return now.Sub(at)
}

// errOutdated is why policies do not act on old data; the text is as was
// reported.
var errOutdated = errors.New("Scaling deemed unsafe because the alarm query timestamp is outdated") //nolint:staticcheck // AWS's words

// refuse takes out the tasks of scaling policies that ask for something, and
// notes that they failed.
func (s *Service) refuse(tasks []Task, failure error) []Task {
	return slices.DeleteFunc(tasks, func(t Task) bool {
		refused := t.InAlarm && isPolicy(t.Action)
		if refused {
			s.RecordAction(t.Scope, t.Alarm, t.Action, failure)
		}
		return refused
	})
}

// isPolicy tells the ARNs of scaling policies from those of other actions.
func isPolicy(arn string) bool {
	return strings.Contains(arn, ":autoscaling:") && strings.Contains(arn, ":scalingPolicy:")
}
