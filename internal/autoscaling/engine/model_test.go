package engine_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

var (
	begin   = time.Date(2025, time.March, 3, 0, 0, 0, 0, time.UTC) // a Monday
	variant = autoscaling.Identity{ServiceNamespace: "sagemaker", ResourceID: "endpoint/demo/variant/AllTraffic", ScalableDimension: "sagemaker:variant:DesiredInstanceCount"}
	service = autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/prod/web", ScalableDimension: "ecs:service:DesiredCount"}
)

// load is a trace: how much there is to do in the minute that begins at start,
// and until when it stays so.
type load func(start int64) (value float64, ok bool)

// perUnit is a metric that is the load divided by the capacity in service, such
// as InvocationsPerInstance. It knows nothing of its future.
type perUnit struct {
	load     load
	resource *engine.Provisioner
	period   int64
}

func (m perUnit) Datapoint(start int64) (float64, bool) {
	v, ok := m.load(start)
	if !ok {
		return 0, false
	}
	share := 0.0
	m.resource.Over(start, start+m.period, func(running int32, seconds int64) {
		if running > 0 {
			share += float64(seconds) / float64(m.period) / float64(running)
		}
	})
	return v * share, true
}

// steady is a perUnit whose load changes at these times only.
type steady struct {
	perUnit
	changes []int64
}

func (m steady) SteadyUntil(start int64) int64 {
	i, _ := slices.BinarySearch(m.changes, start+1)
	if i == len(m.changes) {
		return math.MaxInt64
	}
	return m.changes[i]
}

// metrics gives every alarm the same load.
type metrics struct {
	load     load
	resource *engine.Provisioner
	changes  []int64 // not nil: the metrics know
	raw      bool    // not divided by the capacity
}

type rawLoad struct{ load load }

func (m rawLoad) Datapoint(start int64) (float64, bool) { return m.load(start) }

func (m metrics) Source(metric scaling.Metric) (alarm.Source, error) {
	p := perUnit{m.load, m.resource, int64(metric.Period)}
	switch {
	case m.raw:
		return rawLoad{m.load}, nil
	case m.changes != nil:
		return steady{p, m.changes}, nil
	default:
		return p, nil
	}
}

// diary writes down what happens, in words.
type diary struct {
	lines      []string
	activities map[int64]scaling.Activity
}

func (d *diary) write(at time.Time, format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf("%6s ", at.Sub(begin))+fmt.Sprintf(format, args...))
}

func (d *diary) Activity(a scaling.Activity) {
	if d.activities == nil {
		d.activities = map[int64]scaling.Activity{}
	}
	d.activities[a.ID] = a
	at := a.Start
	if !a.End.IsZero() {
		at = a.End
	}
	text := fmt.Sprintf("#%d %s %d->%d: %s", a.ID, a.StatusCode, a.From, a.To, a.Cause)
	for _, r := range a.NotScaled {
		text += " " + string(r.Code)
	}
	d.write(at, "%s", text)
}

func (d *diary) Alarm(a engine.AlarmChange) {
	d.write(a.At, "%s %s -> %s: %s", a.Name, a.From, a.To, a.Evaluator.Explain().Reason())
}

func (d *diary) Capacity(c engine.CapacityChange) {
	d.write(c.At, "capacity %d of %d", c.Running, c.Desired)
}

func (d *diary) Bounds(b engine.BoundsChange) { d.write(b.At, "bounds %v", b.Bounds) }

// world is a target with its resource and what happened.
type world struct {
	*engine.Target
	resource *engine.Provisioner
	diary    *diary
}

type setup struct {
	id           autoscaling.Identity
	bounds       scaling.Bounds
	provisioning engine.Provisioning
	load         load
	changes      []int64
	raw          bool
	behaviour    *engine.Behaviour
	forecast     engine.Forecast
	suspended    autoscaling.ObservedSuspension
}

func (s setup) build(t testing.TB) world {
	t.Helper()
	w := world{resource: engine.NewProvisioner(s.provisioning), diary: &diary{}}
	o := engine.Options{
		Identity: s.id, Bounds: s.bounds, Start: begin, Resource: w.resource, Suspended: s.suspended,
		Observer: w.diary, Behaviour: s.behaviour, Forecast: s.forecast,
		AlarmID: func(policy, _ string, generation int) string { return fmt.Sprintf("%s-%d", policy, generation) },
	}
	if s.load != nil {
		o.Metrics = metrics{load: s.load, resource: w.resource, changes: s.changes, raw: s.raw}
	}
	target, err := engine.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w.Target = target
	return w
}

func (w world) policy(t testing.TB, policies ...autoscaling.Policy) world {
	t.Helper()
	for _, p := range policies {
		if err := w.PutPolicy(p); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w world) after(d time.Duration) world {
	w.Advance(begin.Add(d))
	return w
}

// changesOf returns the changes of capacity as "minute: from->to".
func (w world) changesOf() []string {
	var out []string
	for id := int64(1); id <= int64(len(w.diary.activities)); id++ {
		if a := w.diary.activities[id]; a.From != a.To && a.StatusCode != scaling.Failed {
			out = append(out, fmt.Sprintf("%v: %d->%d", a.Start.Sub(begin), a.From, a.To))
		}
	}
	return out
}

func tracking(name string, target float64, change ...func(*autoscaling.TargetTracking)) autoscaling.Policy {
	p := autoscaling.Policy{Name: name, Type: autoscaling.TargetTrackingScaling, TargetTracking: &autoscaling.TargetTracking{
		TargetValue: &target,
		Customized:  &autoscaling.CustomizedMetric{Namespace: "Test", MetricName: "Load", Statistic: "Sum"},
	}}
	for _, c := range change {
		c(p.TargetTracking)
	}
	return p
}

func cooldowns(out, in int32) func(*autoscaling.TargetTracking) {
	return func(p *autoscaling.TargetTracking) { p.ScaleOutCooldown, p.ScaleInCooldown = &out, &in }
}

// steps is a load that changes at minutes since the beginning.
func steps(values map[int64]float64) (load, []int64) {
	var minutes []int64
	for m := range values {
		minutes = append(minutes, m)
	}
	slices.Sort(minutes)
	var changes []int64
	for _, m := range minutes {
		changes = append(changes, begin.Unix()+m*60)
	}
	return func(start int64) (float64, bool) {
		i, found := slices.BinarySearch(changes, start)
		if !found {
			i--
		}
		if i < 0 {
			return 0, false
		}
		v := values[minutes[i]]
		return v, !math.IsNaN(v)
	}, changes
}

func constant(v float64) load { return func(int64) (float64, bool) { return v, true } }
