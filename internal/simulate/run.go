package simulate

import (
	"fmt"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/report"
)

// run is a run under way, and what is written down of it.
type run struct {
	options *Options
	world   *world
	target  *engine.Target
	start   time.Time
	brief   bool // only what the summary of a candidate needs

	bounds     []report.BoundsPoint
	alarms     map[string][]report.AlarmPoint
	activities []scaling.Activity // by ID - 1
}

var _ engine.Observer = (*run)(nil)

// Activity writes down an activity, or what became of it.
func (r *run) Activity(a scaling.Activity) {
	if i := int(a.ID) - 1; i < len(r.activities) {
		r.activities[i] = a
		return
	}
	r.activities = append(r.activities, a)
}

// Alarm writes down a change of state.
func (r *run) Alarm(c engine.AlarmChange) {
	if !r.brief {
		r.alarms[c.Name] = append(r.alarms[c.Name], report.AlarmPoint{At: c.At, State: string(c.To)})
	}
}

// Capacity writes down the capacity, from which metrics follow.
func (r *run) Capacity(c engine.CapacityChange) { r.world.history.note(c) }

// Bounds writes down the bounds.
func (r *run) Bounds(c engine.BoundsChange) {
	if !r.brief {
		r.bounds = append(r.bounds, report.BoundsPoint{At: c.At, Min: c.Bounds.Min, Max: c.Bounds.Max})
	}
}

// Run runs a setting over a trace.
func Run(o Options) (*report.SimulatedRun, error) {
	r, err := execute(o, false)
	if err != nil {
		return nil, err
	}
	return r.report()
}

// execute runs to the end of the trace.
func execute(o Options, brief bool) (*run, error) {
	r, err := prepare(&o, brief)
	if err != nil {
		return nil, err
	}
	end := o.Trace.End()
	if o.Progress == nil {
		r.target.Advance(end)
		return r, nil
	}
	const parts = 100
	for i := 1; i <= parts; i++ {
		r.target.Advance(r.start.Add(o.Trace.Length() / parts * time.Duration(i)))
		o.Progress(i, parts)
	}
	r.target.Advance(end)
	return r, nil
}

// prepare makes a target with all that hangs under it.
func prepare(o *Options, brief bool) (*run, error) {
	if err := o.Setting.check(); err != nil {
		return nil, err
	}
	w, err := newWorld(o)
	if err != nil {
		return nil, err
	}
	r := &run{options: o, world: w, start: o.Trace.Start, brief: brief, alarms: map[string][]report.AlarmPoint{}}
	foreseen, err := newOracle(o, w)
	if err != nil {
		return nil, err
	}
	initial := o.initial(w)
	w.history = newHistory(initial)
	r.target, err = engine.New(engine.Options{
		Identity: o.Setting.Identity, Bounds: o.Setting.Bounds, Suspended: o.Setting.Suspended, Start: o.Trace.Start,
		Resource: engine.NewProvisioner(o.provisioning(initial)), Metrics: w, Forecast: foreseen, Observer: r, Behaviour: o.Behaviour,
	})
	if err != nil {
		return nil, err
	}
	return r, r.put(&o.Setting)
}

// put puts what hangs under the target.
func (r *run) put(s *Setting) error {
	for _, p := range s.Policies {
		if err := r.target.PutPolicy(p); err != nil {
			return err
		}
	}
	for _, a := range s.Alarms {
		if err := r.target.PutAlarm(a); err != nil {
			return err
		}
	}
	for _, a := range s.Actions {
		if err := r.target.PutAction(a, r.start); err != nil {
			return err
		}
	}
	return nil
}

// report turns what was written down into the report of the run.
func (r *run) report() (*report.SimulatedRun, error) {
	lines, above, err := r.metrics()
	if err != nil {
		return nil, err
	}
	out := &report.SimulatedRun{
		Name:    r.options.Setting.Name,
		Setting: describe(&r.options.Setting),
		Summary: r.summary(),
		Timeline: report.Timeline{
			Capacity: r.capacity(),
			Bounds:   append([]report.BoundsPoint{{At: r.start, Min: r.options.Setting.Bounds.Min, Max: r.options.Setting.Bounds.Max}}, r.bounds...),
			Metrics:  lines, Alarms: r.alarmLines(), Marks: []report.Mark{},
		},
		Activities: []report.SimulatedActivity{},
	}
	out.Summary.MinutesAboveTarget = above
	for _, a := range r.activities {
		out.Activities = append(out.Activities, activity(a))
		if scheduled(a) {
			out.Timeline.Marks = append(out.Timeline.Marks, report.Mark{At: a.Start, Text: a.Description + ": " + a.Cause})
		}
	}
	return out, nil
}

// scheduled reports whether an activity sets bounds by schedule.
func scheduled(a scaling.Activity) bool {
	return a.Policy == "" && a.From == a.To && len(a.NotScaled) == 0
}

func activity(a scaling.Activity) report.SimulatedActivity {
	out := report.SimulatedActivity{
		Start: a.Start, Description: a.Description, Cause: a.Cause, StatusCode: string(a.StatusCode), StatusMessage: a.StatusMessage, From: a.From, To: a.To,
	}
	if !a.End.IsZero() {
		end := a.End
		out.End = &end
	}
	for _, reason := range a.NotScaled {
		var text strings.Builder
		text.WriteString(string(reason.Code))
		for _, member := range []struct {
			name  string
			value *int32
		}{{"MaxCapacity", reason.MaxCapacity}, {"MinCapacity", reason.MinCapacity}, {"CurrentCapacity", reason.CurrentCapacity}} {
			if member.value != nil {
				fmt.Fprintf(&text, " (%s %d)", member.name, *member.value)
			}
		}
		out.NotScaledReasons = append(out.NotScaledReasons, text.String())
	}
	return out
}

func (r *run) capacity() []report.CapacityPoint {
	var points []report.CapacityPoint
	for i, s := range r.world.history.stretches {
		at := r.start
		if i > 0 {
			at = time.Unix(s.at, 0).UTC()
		}
		points = append(points, report.CapacityPoint{At: at, Running: s.running, Desired: s.desired})
	}
	return points
}
