package engine

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// never is later than all events.
const never = int64(math.MaxInt64)

// Metrics finds what alarms watch.
type Metrics interface {
	Source(scaling.Metric) (alarm.Source, error)
}

// Forecast is the forecast of predictive scaling policies.
type Forecast interface {
	// Capacity returns the capacity that a policy forecasts for the hour that
	// begins then. It returns false if there is no forecast.
	Capacity(policy string, hour time.Time) (float64, bool)
}

// Observer is told what happens, in the order in which it does.
type Observer interface {
	// Activity tells of an activity that is new or has changed; its ID says
	// which.
	Activity(scaling.Activity)
	Alarm(AlarmChange)
	Capacity(CapacityChange)
	Bounds(BoundsChange)
}

// AlarmChange is a change of the state of an alarm. The evaluator gives the
// reason, until it is used again.
type AlarmChange struct {
	At        time.Time
	Name      string
	From, To  alarm.State
	Evaluator *alarm.Evaluator
}

// CapacityChange is a change of what a resource is asked for or has.
type CapacityChange struct {
	At               time.Time
	Desired, Running int32
}

// BoundsChange is a change of the bounds by a scheduled action or a forecast.
type BoundsChange struct {
	At     time.Time
	Bounds scaling.Bounds
}

// Options are what a target is made of. Identity and Resource are needed, and
// Metrics for policies and alarms.
type Options struct {
	Identity  autoscaling.Identity
	Bounds    scaling.Bounds
	Suspended autoscaling.ObservedSuspension
	Start     time.Time // when the clock begins
	Resource  Resource
	Metrics   Metrics
	Forecast  Forecast   // nil: none
	Observer  Observer   // nil: nobody
	Behaviour *Behaviour // nil: DefaultBehaviour

	// AlarmID gives the ID at the end of the name of a managed alarm, which is
	// a UUID at AWS. Generation counts the alarms that the policy had in this
	// role. Nil derives it from what it gets and the resource, so that the same
	// input gives the same names.
	AlarmID func(policy, role string, generation int) string
}

// Target is one scalable target with all that hangs under it. It is not safe
// for concurrent use.
type Target struct {
	id        autoscaling.Identity
	resource  Resource
	metrics   Metrics
	forecast  Forecast
	observer  Observer
	behaviour Behaviour
	alarmID   func(policy, role string, generation int) string
	wording   scaling.Wording

	now       int64 // Unix seconds; all events until then are processed
	bounds    scaling.Bounds
	suspended autoscaling.ObservedSuspension
	policies  []*policy // by name
	alarms    []*watch  // by name
	actions   []*action // by name

	nextAlarm  int64 // when the next alarm is evaluated
	nextAction int64 // when the next scheduled action or forecast is due
	steady     bool  // all metrics know when they change
	changed    bool  // something happened in this step

	activities    int64
	current       *change
	moving        bool // the resource has not settled
	owed          bool // the bounds wait for the resource to be scalable
	running       int32
	capacityAt    int64              // when the capacity last changed
	lastNotScaled scaling.ReasonCode // of the latest activity, if that did not scale
	shared        scaling.Cooldown   // of all policies, if they share one
	due           []invocation
	points        []float64
}

// New returns a registered target. As RegisterScalableTarget does, it brings the
// capacity of the resource into bounds, if the resource can be scaled.
func New(o Options) (*Target, error) {
	dim, ok := catalog.LookupDimension(o.Identity.ScalableDimension)
	if !ok {
		return nil, fmt.Errorf("scalable dimension %q is unknown; write one that Application Auto Scaling has, such as ecs:service:DesiredCount", o.Identity.ScalableDimension)
	}
	if o.Resource == nil {
		return nil, errors.New("the target has no resource; give Options.Resource")
	}
	if !o.Bounds.Valid() {
		return nil, fmt.Errorf("maximum capacity %d is less than minimum capacity %d; write a maximum that is not", o.Bounds.Max, o.Bounds.Min)
	}
	t := &Target{
		id: o.Identity, resource: o.Resource, metrics: o.Metrics, forecast: o.Forecast, observer: o.Observer,
		behaviour: DefaultBehaviour(), alarmID: o.AlarmID,
		wording: scaling.Wording{Noun: dim.ActivityNoun, Namespace: dim.Namespace},
		now:     o.Start.Unix(), bounds: o.Bounds, suspended: o.Suspended,
		nextAlarm: never, nextAction: never,
	}
	if o.Behaviour != nil {
		t.behaviour = *o.Behaviour
	}
	if t.observer == nil {
		t.observer = nobody{}
	}
	if t.alarmID == nil {
		t.alarmID = t.derivedID
	}
	t.running = t.resource.Status(t.clock()).Running
	t.enforce(t.now)
	return t, nil
}

// Now returns the time until which all events are processed.
func (t *Target) Now() time.Time { return t.clock() }

func (t *Target) clock() time.Time { return instant(t.now) }

func instant(unix int64) time.Time { return time.Unix(unix, 0).UTC() }

// Bounds returns the bounds, which scheduled actions and forecasts may have
// changed.
func (t *Target) Bounds() scaling.Bounds { return t.bounds }

// Status returns what the resource has.
func (t *Target) Status() Status { return t.resource.Status(t.clock()) }

// SetBounds is RegisterScalableTarget for a target that exists: whatever
// changes, the capacity is brought into bounds.
func (t *Target) SetBounds(b scaling.Bounds) error {
	if !b.Valid() {
		return fmt.Errorf("maximum capacity %d is less than minimum capacity %d; write a maximum that is not", b.Max, b.Min)
	}
	t.bounds = b
	t.enforce(t.now)
	t.wake(t.now)
	return nil
}

// SetSuspended changes what is suspended. The bounds are enforced nevertheless,
// unless the behaviour says otherwise.
func (t *Target) SetSuspended(s autoscaling.ObservedSuspension) {
	t.suspended = s
	t.enforce(t.now)
	t.wake(t.now)
	if t.behaviour.SuspensionStopsForecasts {
		t.reconsiderForecasts()
	}
}

// enforce brings the capacity into bounds if the resource can be scaled (AWS
// API: RegisterScalableTarget).
func (t *Target) enforce(now int64) {
	if t.behaviour.SuspensionStopsEnforcement && t.suspended != (autoscaling.ObservedSuspension{}) {
		return
	}
	s := t.resource.Status(instant(now))
	if s.Unscalable == "" {
		t.correct(now, s)
	}
}

// correct moves a capacity that is out of bounds to the nearest bound, as far as
// that can be reached.
func (t *Target) correct(now int64, s Status) {
	n := s.reach(t.bounds.Clamp(s.Desired))
	if n == s.Desired {
		return
	}
	cause := scaling.MinimumSet(t.bounds.Min)
	if s.Desired > t.bounds.Max {
		cause = scaling.MaximumSet(t.bounds.Max)
	}
	t.scale(now, s.Desired, n, cause, nil)
}

// wake lets the alarms be evaluated at their next time after now again.
func (t *Target) wake(now int64) {
	t.nextAlarm = never
	t.steady = true
	for _, w := range t.alarms {
		w.since = max(w.since, now)
		w.next = w.evaluator.NextEvaluation(w.since)
		t.nextAlarm = min(t.nextAlarm, w.next)
		t.steady = t.steady && w.steady
	}
}

type nobody struct{}

func (nobody) Activity(scaling.Activity) {}
func (nobody) Alarm(AlarmChange)         {}
func (nobody) Capacity(CapacityChange)   {}
func (nobody) Bounds(BoundsChange)       {}
