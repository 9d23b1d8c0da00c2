package cloudwatch

import (
	"slices"
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
	actions   actions
	task      Task // what does not change of it
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
	return &watch{
		scope: scope, source: src, evaluator: evaluator, actions: s.actions(scope, c),
		task: Task{Alarm: c.AlarmName, Comparison: d.Comparison, Threshold: d.Threshold},
	}, nil
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
	tasks := s.tasks[:0]
	for _, o := range parallel.Map(len(due), func(from, to int) outcome { return evaluate(due[from:to], now) }) {
		for _, c := range o.changed {
			s.setState(c.watch.scope, c.watch.alarm, State(c.watch.found.State), "", "", c.why)
		}
		tasks = append(tasks, o.tasks...)
	}
	s.tasks = tasks
	s.perform(tasks)
}

// outcome is what comes of some alarms that are evaluated.
type outcome struct {
	changed []changed
	tasks   []task
}

// changed is an alarm that is in another state than before.
type changed struct {
	watch *watch
	why   *alarm.Explanation
}

func evaluate(watches []*watch, now int64) outcome {
	var o outcome
	for _, w := range watches {
		w.evaluate(now)
		if w.found.Changed() {
			o.changed = append(o.changed, changed{w, w.evaluator.Explain()})
		}
		o.tasks = w.tasks(o.tasks)
	}
	return o
}

func (w *watch) evaluate(now int64) {
	w.source.setTime(now)
	w.found = w.evaluator.Evaluate(now)
	w.acts = w.found.Invoke || w.actsOtherwise(now)
	if w.acts {
		w.points = w.evaluator.Datapoints(w.points[:0])
	}
}
