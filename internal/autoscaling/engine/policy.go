package engine

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// defaultStepCooldown is that of step scaling policies in seconds (Application
// Auto Scaling User Guide).
const defaultStepCooldown = 300

// policy is a scaling policy at work. One of the three kinds is set.
type policy struct {
	name       string
	config     autoscaling.Policy
	tracking   *scaling.Managed
	step       *scaling.Step
	predictive *predictive
	cooldown   *scaling.Cooldown
	generation int // of its managed alarms

	// What its low alarm last said, while that is in ALARM.
	low low
}

type low struct {
	at     int64   // 0: nothing
	metric float64 // aggregated
	latest float64
	alarm  string
}

// cooldownOf returns the cooldown after an activity, in seconds.
func (p *policy) cooldownOf(d scaling.Direction) int32 {
	switch {
	case p.tracking != nil && d == scaling.Out:
		return p.tracking.ScaleOutCooldown
	case p.tracking != nil:
		return p.tracking.ScaleInCooldown
	case p.config.Step != nil && p.config.Step.Cooldown != nil:
		return *p.config.Step.Cooldown
	case p.config.Step != nil:
		return defaultStepCooldown
	default:
		return 0
	}
}

// watch is an alarm that the target evaluates.
type watch struct {
	name      string
	metric    scaling.Metric
	evaluator *alarm.Evaluator
	steady    bool
	since     int64 // no evaluation is due until then
	next      int64
	owner     *policy           // of a managed alarm
	direction scaling.Direction // of a managed alarm; 0: it leads nowhere
	names     []string          // policies that an alarm of the user invokes
	invokes   []*policy         // those of them that exist
}

// Alarm is a CloudWatch alarm of the user that invokes step scaling policies.
type Alarm struct {
	Name       string
	Metric     scaling.Metric
	Definition alarm.Definition
	Policies   []string // names; those that do not exist are not invoked
}

// AlarmStatus is an alarm of a target and its state.
type AlarmStatus struct {
	Name   string
	Policy string // of a managed alarm
	Metric scaling.Metric
	alarm.Definition
	State alarm.State
}

// Alarms returns the alarms that the target evaluates, by name.
func (t *Target) Alarms() []AlarmStatus {
	out := make([]AlarmStatus, len(t.alarms))
	for i, w := range t.alarms {
		out[i] = AlarmStatus{Name: w.name, Metric: w.metric, Definition: w.evaluator.Definition(), State: w.evaluator.State()}
		if w.owner != nil {
			out[i].Policy = w.owner.name
		}
	}
	return out
}

// PutPolicy adds a policy, or replaces the one of that name: its alarms are new,
// its cooldowns go on.
func (t *Target) PutPolicy(p autoscaling.Policy) error {
	made, err := t.newPolicy(p)
	if err != nil {
		return fmt.Errorf("policy %q: %w", p.Name, err)
	}
	if old := t.policy(p.Name); old != nil {
		made.cooldown, made.generation = old.cooldown, old.generation
	}
	if made.tracking != nil && t.metrics != nil {
		watches, err := t.manage(made)
		if err != nil {
			return fmt.Errorf("policy %q: %w", p.Name, err)
		}
		t.removeManaged(p.Name)
		t.alarms = append(t.alarms, watches...)
	} else {
		t.removeManaged(p.Name)
	}
	t.policies = slices.DeleteFunc(t.policies, func(old *policy) bool { return old.name == p.Name })
	t.policies = append(t.policies, made)
	t.arrange()
	return nil
}

func (t *Target) newPolicy(p autoscaling.Policy) (*policy, error) {
	made := &policy{name: p.Name, config: p, cooldown: &scaling.Cooldown{}}
	if t.behaviour.Scaling.CooldownPerTarget {
		made.cooldown = &t.shared
	}
	switch {
	case p.TargetTracking != nil:
		m, err := scaling.NewManaged(t.id, *p.TargetTracking, t.Status().Desired, t.behaviour.Scaling)
		if err != nil {
			return nil, err
		}
		made.tracking = &m
	case p.Step != nil:
		s, err := scaling.NewStep(*p.Step)
		if err != nil {
			return nil, err
		}
		made.step = &s
	case p.Predictive != nil:
		made.predictive = newPredictive(*p.Predictive, t.now)
	default:
		return nil, errors.New("the configuration is missing; write that of target tracking, of step scaling or of predictive scaling")
	}
	return made, nil
}

// RemovePolicy deletes a policy with the alarms that are managed for it.
func (t *Target) RemovePolicy(name string) {
	t.removeManaged(name)
	t.policies = slices.DeleteFunc(t.policies, func(p *policy) bool { return p.name == name })
	t.arrange()
}

// PutAlarm adds an alarm of the user, or replaces the one of that name, which
// keeps its state.
func (t *Target) PutAlarm(a Alarm) error {
	state := alarm.InsufficientData
	if i := slices.IndexFunc(t.alarms, func(w *watch) bool { return w.name == a.Name }); i >= 0 {
		if t.alarms[i].owner != nil {
			return fmt.Errorf("alarm %q is managed for policy %q; write another name", a.Name, t.alarms[i].owner.name)
		}
		state = t.alarms[i].evaluator.State()
	}
	w, err := t.watch(a.Name, a.Metric, a.Definition, state)
	if err != nil {
		return fmt.Errorf("alarm %q: %w", a.Name, err)
	}
	w.names = slices.Clone(a.Policies)
	t.RemoveAlarm(a.Name)
	t.alarms = append(t.alarms, w)
	t.arrange()
	return nil
}

// RemoveAlarm deletes an alarm of the user.
func (t *Target) RemoveAlarm(name string) {
	t.alarms = slices.DeleteFunc(t.alarms, func(w *watch) bool { return w.owner == nil && w.name == name })
	t.arrange()
}

func (t *Target) policy(name string) *policy {
	i := slices.IndexFunc(t.policies, func(p *policy) bool { return p.name == name })
	if i < 0 {
		return nil
	}
	return t.policies[i]
}

func (t *Target) removeManaged(policy string) {
	t.alarms = slices.DeleteFunc(t.alarms, func(w *watch) bool { return w.owner != nil && w.owner.name == policy })
}

// manage makes new alarms for a target tracking policy.
func (t *Target) manage(p *policy) ([]*watch, error) {
	p.generation++
	p.low = low{}
	var made []*watch
	for _, a := range p.tracking.Alarms {
		name := scaling.AlarmName(t.id.ResourceID, a.Role, t.alarmID(p.name, a.Role, p.generation))
		w, err := t.watch(name, a.Metric, a.Definition, alarm.InsufficientData)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.Role, err)
		}
		w.owner, w.direction = p, a.Direction
		made = append(made, w)
	}
	return made, nil
}

func (t *Target) watch(name string, metric scaling.Metric, d alarm.Definition, state alarm.State) (*watch, error) {
	if t.metrics == nil {
		return nil, errors.New("there are no metrics to watch; give Options.Metrics")
	}
	source, err := t.metrics.Source(metric)
	if err != nil {
		return nil, err
	}
	evaluator, err := alarm.NewEvaluator(d, source, state, t.behaviour.Alarm)
	if err != nil {
		return nil, err
	}
	w := &watch{name: name, metric: metric, evaluator: evaluator}
	_, w.steady = source.(alarm.Steady)
	return w, nil
}

// arrange puts everything in order after a change of policies, alarms or
// actions.
func (t *Target) arrange() {
	slices.SortFunc(t.policies, func(a, b *policy) int { return cmp.Compare(a.name, b.name) })
	slices.SortFunc(t.alarms, func(a, b *watch) int { return cmp.Compare(a.name, b.name) })
	slices.SortFunc(t.actions, func(a, b *action) int { return cmp.Compare(a.name, b.name) })
	for _, w := range t.alarms {
		w.invokes = w.invokes[:0]
		for _, name := range w.names {
			if p := t.policy(name); p != nil && p.step != nil {
				w.invokes = append(w.invokes, p)
			}
		}
	}
	t.planActions()
	t.wake(t.now)
}

// replaceThroughputAlarms makes new alarms for the policies whose thresholds
// follow from the provisioned capacity (Amazon DynamoDB Developer Guide:
// "Managing throughput capacity automatically").
func (t *Target) replaceThroughputAlarms(provisioned int32) {
	replaced := false
	for _, p := range t.policies {
		if p.tracking == nil || p.tracking.Tracking.ConsumedPeriod == 0 || t.metrics == nil {
			continue
		}
		m, err := scaling.NewManaged(t.id, *p.config.TargetTracking, provisioned, t.behaviour.Scaling)
		if err != nil {
			continue // it was made of the same configuration before
		}
		p.tracking = &m
		watches, err := t.manage(p)
		if err != nil {
			continue
		}
		t.removeManaged(p.name)
		t.alarms = append(t.alarms, watches...)
		replaced = true
	}
	if replaced {
		t.arrange()
	}
}

// derivedID has the form of a random UUID and is none.
func (t *Target) derivedID(policy, role string, generation int) string {
	h := fnv.New128a()
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00%d", t.id, policy, role, generation)
	b := h.Sum(nil)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Notification is what an alarm tells a policy (AWS: the StateReasonData of the
// alarm carries the datapoints).
type Notification struct {
	Policy     string
	Alarm      string
	State      alarm.State
	Comparison alarm.Comparison
	Threshold  float64
	Datapoints []float64 // recentDatapoints, oldest first
}

// Notify advances to a time and hands over what alarms say that are evaluated
// elsewhere: once for every minute in ALARM, all alarms of one time together,
// because all target tracking policies must agree to scale in. An alarm that
// leaves ALARM is told as well.
func (t *Target) Notify(now time.Time, notifications ...Notification) {
	t.Advance(now)
	t.hear(notifications)
	t.decide(t.now)
	t.finish(t.now, false)
}

// Ignore is Notify if nothing comes of it, as mostly in a minute in ALARM. If
// something may, it does nothing and returns false. Of the resource it only asks the
// status, and it tells nobody: several targets may ignore at the same time what
// they are notified of.
func (t *Target) Ignore(now time.Time, notifications ...Notification) bool {
	at := now.Unix()
	if t.moving || min(t.nextAlarm, t.nextAction) <= at {
		return false
	}
	t.now = max(t.now, at)
	t.hear(notifications)
	d := t.judge(t.now)
	t.due = t.due[:0]
	return !t.acts(d)
}

// hear notes what alarms say that are evaluated elsewhere.
func (t *Target) hear(notifications []Notification) {
	for _, n := range notifications {
		p := t.policy(n.Policy)
		if p == nil {
			continue
		}
		direction := scaling.Direction(0)
		if p.tracking != nil {
			direction = scaling.DirectionOf(n.Comparison)
		}
		if n.State != alarm.Alarm {
			if direction == scaling.In {
				p.low = low{}
			}
			continue
		}
		t.enqueue(p, n.Alarm, direction, n.Comparison, n.Threshold, n.Datapoints)
	}
}
