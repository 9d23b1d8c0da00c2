package cloudwatch

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Task is what an alarm tells a scaling policy: that it is in the state that has
// the policy for an action, once when it enters it and then once a minute, or
// that it has left ALARM (Amazon CloudWatch User Guide: "Alarm actions").
type Task struct {
	Alarm      string
	InAlarm    bool // in the state; that is ALARM, mostly
	Comparison alarm.Comparison
	Threshold  float64
	Datapoints []float64 // those that the alarm looked at, oldest first; valid until the policies have decided
}

// Policies are the scaling policies that alarms invoke.
type Policies interface {
	// Policy returns the policy that an action invokes, an ARN. It is one and the
	// same before, while and after there is such a policy.
	Policy(s wire.Scope, action string) Policy
	// Decide lets the policies decide on what they were told at one time.
	Decide()
}

// Policy is a scaling policy that alarms invoke.
type Policy interface {
	// Tell hands over a task. The error is why nothing can come of it.
	Tell(Task) error
}

type noPolicies struct{}

func (noPolicies) Policy(wire.Scope, string) Policy { return noPolicies{} }
func (noPolicies) Tell(Task) error                  { return nil }
func (noPolicies) Decide()                          {}

// actions are what an alarm does in each of its states.
type actions struct{ ok, alarm, insufficientData []action }

type action struct {
	arn    string
	policy Policy // nil if it is no scaling policy
}

// actions finds what an alarm does, and nothing if its actions are disabled.
func (s *Service) actions(scope wire.Scope, c *Config) actions {
	if c.ActionsEnabled != nil && !*c.ActionsEnabled {
		return actions{}
	}
	find := func(arns []string) []action {
		var found []action
		for _, arn := range arns {
			a := action{arn: arn}
			if isPolicy(arn) {
				a.policy = s.options.Policies.Policy(scope, arn)
			}
			found = append(found, a)
		}
		return found
	}
	return actions{find(c.OKActions), find(c.AlarmActions), find(c.InsufficientDataActions)}
}

// of returns the actions of a state.
func (a *actions) of(state alarm.State) []action {
	switch state {
	case alarm.Alarm:
		return a.alarm
	case alarm.OK:
		return a.ok
	default:
		return a.insufficientData
	}
}

// actsOtherwise tells whether the alarm invokes scaling policies in a state other
// than ALARM: as in ALARM, when it enters the state and then once a minute.
func (w *watch) actsOtherwise(now int64) bool {
	if w.found.State == alarm.Alarm || len(w.actions.of(w.found.State)) == 0 {
		return false
	}
	if !w.found.Changed() && (now/60 == w.acted/60 || now%60 >= w.evaluator.Definition().Step()) {
		return false
	}
	w.acted = now
	return true
}

// task is what an alarm has to do.
type task struct {
	watch   *watch
	action  action
	inState bool // of the action
	entered bool // just now
}

// tasks appends what the alarm has to do after an evaluation.
func (w *watch) tasks(to []task) []task {
	left := w.found.Changed() && w.found.Previous == alarm.Alarm
	if left {
		for _, a := range w.actions.alarm {
			to = append(to, task{watch: w, action: a})
		}
	}
	if w.acts {
		for _, a := range w.actions.of(w.found.State) {
			to = append(to, task{watch: w, action: a, inState: true, entered: w.found.Changed()})
		}
	}
	return to
}

// tell hands over a task to its policy.
func (t *task) tell() error {
	k := t.watch.task
	k.InAlarm, k.Datapoints = t.inState, t.watch.points
	return t.action.policy.Tell(k)
}

func (s *Service) record(t *task, failure error) {
	s.RecordAction(t.watch.scope, t.watch.alarm.AlarmName, t.action.arn, failure)
}

// perform lets scaling policies do their tasks. Of the tasks that repeat each
// minute only the first is in the history of the alarm: AWS documents no more.
func (s *Service) perform(tasks []task) {
	type told struct {
		task    *task
		failure error
	}
	var entered []told
	for i := range tasks {
		t := &tasks[i]
		switch {
		case t.action.policy != nil:
			if failure := t.tell(); t.entered {
				entered = append(entered, told{t, failure})
			}
		case t.entered:
			s.record(t, errNotPerformed)
		}
	}
	s.options.Policies.Decide()
	for _, done := range entered {
		s.record(done.task, done.failure)
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
func (s *Service) refuse(tasks []task, failure error) []task {
	return slices.DeleteFunc(tasks, func(t task) bool {
		refused := t.inState && t.action.policy != nil
		if refused {
			s.record(&t, failure)
		}
		return refused
	})
}

// isPolicy tells the ARNs of scaling policies from those of other actions.
func isPolicy(arn string) bool {
	return strings.Contains(arn, ":autoscaling:") && strings.Contains(arn, ":scalingPolicy:")
}
