package simulate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// Setting is what is declared for one scalable target.
type Setting struct {
	Name      string // for people, such as the name of a file
	Identity  autoscaling.Identity
	Bounds    scaling.Bounds
	Suspended autoscaling.ObservedSuspension
	Policies  []autoscaling.Policy
	Actions   []autoscaling.Action
	Alarms    []engine.Alarm // of step scaling policies
}

// SettingOf returns the setting that a declaration comes to.
func SettingOf(name string, id autoscaling.Identity, d autoscaling.Desired) (Setting, error) {
	s := Setting{Name: name, Identity: id}
	t := d.Target
	if t == nil || t.Absent || t.MinCapacity == nil || t.MaxCapacity == nil {
		return s, fmt.Errorf("%s: nothing declares minCapacity and maxCapacity; add the ScalableTarget with both", id)
	}
	s.Bounds = scaling.Bounds{Min: *t.MinCapacity, Max: *t.MaxCapacity}
	set := func(flag *bool) bool { return flag != nil && *flag }
	s.Suspended = autoscaling.ObservedSuspension{
		DynamicScalingIn: set(t.Suspended.DynamicScalingIn), DynamicScalingOut: set(t.Suspended.DynamicScalingOut), ScheduledScaling: set(t.Suspended.ScheduledScaling),
	}
	for _, p := range d.Policies {
		if !p.Absent {
			s.Policies = append(s.Policies, p.Policy)
		}
	}
	for _, a := range d.Actions {
		if !a.Absent {
			s.Actions = append(s.Actions, a.Action)
		}
	}
	return s, nil
}

// tracked returns the target tracking policies.
func (s *Setting) tracked() []autoscaling.Policy {
	return slices.DeleteFunc(slices.Clone(s.Policies), func(p autoscaling.Policy) bool { return p.TargetTracking == nil })
}

// World is what a target scales in, beside its demand.
type World struct {
	// PerUnit is how many requests per minute one unit of capacity serves. 0:
	// derived, where the metric of a policy allows it.
	PerUnit float64
	// Origin says where PerUnit comes from, where it is not 0.
	Origin  Origin
	Latency time.Duration // of a request; 0: not known
	// Price of a unit of capacity for an hour, in any currency.
	Price float64
	// OutDelay and InDelay are the times from asking for capacity to having it,
	// and to being rid of it.
	OutDelay, InDelay time.Duration
	// Blocks refuses changes while one is under way. Nil: as the service does.
	Blocks *bool
	// Initial is the capacity at the start. Nil: what the first demand needs.
	Initial *int32
	// KeepBelow is the utilization in percent above which there is too little
	// capacity. 0: 100.
	KeepBelow float64
	// Meanings says how metrics follow from demand, by the name of a metric or
	// of a policy.
	Meanings map[string]Meaning
}

// Origin says how it is known what one unit serves.
type Origin int

// The origins. What is guessed may as well be half or twice as much.
const (
	Given   Origin = iota // by whom asks
	Defined               // by AWS, or by the latency
	Guessed               // from the target of a policy
)

// Options are a run.
type Options struct {
	Setting   Setting
	World     World
	Trace     *Trace
	Behaviour *engine.Behaviour // nil: the default
	// Progress is told how much of the trace is done; nil: nobody.
	Progress func(done, all int)
}

// safety is the part of what an instance can serve that Amazon's guide advises
// to begin with as the target of invocations per instance (Amazon SageMaker
// Developer Guide: "Load testing your autoscaling configuration").
const safety = 0.5

// blocking are the namespaces whose resources refuse a change while another is
// under way (Amazon SageMaker Developer Guide: an endpoint that is updating).
var blocking = []string{"sagemaker"}

// DefaultOutDelay is how long capacity takes to arrive, by the capacity's
// dimension. They are round guesses, and the first thing to replace by a
// measurement. Only of a SageMaker endpoint one was found published: 7 minutes.
func DefaultOutDelay(dimension string) time.Duration {
	switch d, _ := catalog.LookupDimension(dimension); d.Namespace {
	case "sagemaker", "rds", "neptune", "elasticache", "elasticmapreduce":
		return 7 * time.Minute
	case "dynamodb", "cassandra", "lambda":
		return time.Minute
	default:
		return 2 * time.Minute
	}
}

// newWorld makes the world of a run. What one unit serves, if it is not given,
// comes from the service or from a policy's target.
func newWorld(o *Options) (*world, error) {
	if err := o.Trace.check(); err != nil {
		return nil, err
	}
	w := &world{trace: o.Trace, perUnit: o.World.PerUnit, origin: o.World.Origin, latency: o.World.Latency.Seconds(), meanings: o.World.Meanings, policies: map[string]string{}, formulas: map[string]*formula{}}
	w.demand = o.Trace.series(o.Trace.Rates)
	if next := w.demand.changes(); few(next) {
		w.next = next
	}
	w.queue = queue{first: w.demand.first, sizes: []float64{0}}
	for _, p := range o.Setting.tracked() {
		managed, err := scaling.NewManaged(o.Setting.Identity, *p.TargetTracking, o.Setting.Bounds.Min, scaling.DefaultBehaviour())
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", p.Name, err)
		}
		for _, a := range managed.Alarms {
			w.policies[metricKey(a.Metric)] = p.Name
		}
	}
	if w.perUnit <= 0 {
		w.perUnit, w.origin = derivedPerUnit(o, w)
	}
	return w, nil
}

// few reports whether less than half of the steps differ from the one before.
func few(next []int32) bool {
	changes := 0
	for i := 0; i < len(next); i = int(next[i]) {
		changes++
	}
	return changes < len(next)/2
}

// Settled returns the options with what one unit serves, as it is given or
// derived, so that it is the same for other settings and their targets.
func (o Options) Settled() (Options, error) {
	w, err := newWorld(&o)
	if err != nil {
		return o, err
	}
	o.World.PerUnit, o.World.Origin = w.perUnit, w.origin
	return o, nil
}

// derivedPerUnit returns what one unit serves where it is not given: as AWS
// defines it, by the latency where a unit serves one request at a time, or from
// the target of a metric that counts requests of a unit, which is a guess. 0 if
// nothing tells.
func derivedPerUnit(o *Options, w *world) (float64, Origin) {
	if defined := unitServes(o.Setting.Identity.ScalableDimension); defined > 0 {
		return defined, Defined
	}
	for _, p := range o.Setting.tracked() {
		managed, err := scaling.NewManaged(o.Setting.Identity, *p.TargetTracking, o.Setting.Bounds.Min, scaling.DefaultBehaviour())
		if err != nil || len(managed.Alarms) == 0 {
			continue
		}
		kind := known[managed.Alarms[0].Metric.Name]
		if given, ok := w.meanings[p.Name]; ok {
			kind = given.Kind
		}
		target := managed.Tracking.Target
		switch {
		case kind == DemandPerUnit:
			return target / safety, Guessed
		case kind == Fraction && w.latency > 0:
			return minute / w.latency, Defined
		case kind == ConcurrencyPerUnit && w.latency > 0:
			return target / safety * minute / w.latency, Guessed
		}
	}
	return 0, Given
}

// provisioning is how capacity comes and goes.
func (o *Options) provisioning(initial int32) engine.Provisioning {
	dim, _ := catalog.LookupDimension(o.Setting.Identity.ScalableDimension)
	blocks := slices.Contains(blocking, dim.Namespace)
	if o.World.Blocks != nil {
		blocks = *o.World.Blocks
	}
	return engine.Provisioning{Capacity: initial, OutDelay: o.World.OutDelay, InDelay: o.World.InDelay, Blocks: blocks}
}

// initial is the capacity at which all tracked metrics are at or below their
// target with the first demand that is known, within the bounds.
func (o *Options) initial(w *world) int32 {
	if o.World.Initial != nil {
		return *o.World.Initial
	}
	b := o.Setting.Bounds
	rate := 0.0
	if i := slices.IndexFunc(o.Trace.Rates, func(r float64) bool { return r == r }); i >= 0 {
		rate = o.Trace.Rates[i]
	}
	fits := func(n int32) bool {
		for _, p := range o.Setting.tracked() {
			managed, err := scaling.NewManaged(o.Setting.Identity, *p.TargetTracking, n, scaling.DefaultBehaviour())
			if err != nil || len(managed.Alarms) == 0 {
				continue
			}
			high := managed.Alarms[0]
			if m, err := w.meaning(high.Metric, p.Name); err != nil || m.queued() || m.Column != "" {
				continue
			} else if w.value(m.Kind, rate, float64(n), int64(high.Metric.Period)) > high.Definition.Threshold {
				return false
			}
		}
		return w.perUnit <= 0 || rate <= float64(n)*w.perUnit
	}
	low, high := b.Min, b.Max
	for low < high {
		if middle := low + (high-low)/2; fits(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// Steps says whether a step scaling policy scales the target.
func (s Setting) Steps() bool {
	return slices.ContainsFunc(s.Policies, func(p autoscaling.Policy) bool { return p.Step != nil })
}

// check says what cannot be simulated, before anything runs.
func (s *Setting) check() error {
	if len(s.Policies) == 0 && len(s.Actions) == 0 {
		return fmt.Errorf("%s: nothing scales the target; add a ScalingPolicy or a ScheduledAction", s.Identity)
	}
	for _, p := range s.Policies {
		if p.Step == nil {
			continue
		}
		if !slices.ContainsFunc(s.Alarms, func(a engine.Alarm) bool { return slices.Contains(a.Policies, p.Name) }) {
			return &NoAlarmError{Policy: p.Name}
		}
	}
	if !s.Bounds.Valid() {
		return errors.New("maxCapacity is below minCapacity; write a maximum that is not")
	}
	return nil
}

// NoAlarmError is an error about a step scaling policy that no alarm invokes.
// The alarms of step scaling policies are the user's (Application Auto Scaling
// User Guide: "Step scaling policies"), so manifests do not hold them.
type NoAlarmError struct{ Policy string }

func (e *NoAlarmError) Error() string {
	return fmt.Sprintf("policy %s: no alarm invokes this step scaling policy, so it would never act", cmp.Or(e.Policy, "(unnamed)"))
}
