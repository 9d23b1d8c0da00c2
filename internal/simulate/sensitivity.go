package simulate

import (
	"math"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/report"
)

// noticeable is by how much a number of the summary must differ to be worth
// telling: this part of it, and more than the least in minutes, hours or
// changes.
const (
	noticeable = 0.02
	least      = 1
)

// Sensitivity runs again with each alternative of each assumption, one at a
// time, and returns those that change the summary noticeably, and how many were
// tried.
func Sensitivity(o Options) ([]report.Sensitivity, int, error) {
	base, err := summarize(o)
	if err != nil {
		return nil, 0, err
	}
	trials, err := o.trials()
	if err != nil {
		return nil, 0, err
	}
	results := make([]report.SimulationSummary, len(trials))
	errs := make([]error, len(trials))
	parallel(len(trials), func(i int) {
		results[i], errs[i] = summarize(trials[i].options)
	}, o.Progress)
	found := []report.Sensitivity{}
	for i, t := range trials {
		if errs[i] != nil {
			return nil, 0, errs[i]
		}
		if differs(base, results[i]) {
			t.Summary = results[i]
			found = append(found, t.Sensitivity)
		}
	}
	return found, len(trials), nil
}

// trial is a run with another assumption.
type trial struct {
	report.Sensitivity
	options Options
}

func (o Options) trials() ([]trial, error) {
	behaviour := engine.DefaultBehaviour()
	if o.Behaviour != nil {
		behaviour = *o.Behaviour
	}
	o.Progress = nil
	var trials []trial
	for _, b := range engine.BehaviourOptions() {
		value, _ := behaviour.Get(b.Name)
		for _, other := range b.Alternatives {
			changed := behaviour
			if other == value || changed.Set(b.Name, other) != nil {
				continue
			}
			again := o
			again.Behaviour = &changed
			trials = append(trials, trial{report.Sensitivity{Name: b.Name, From: value, To: other, Meaning: b.Meaning}, again})
		}
	}
	others, err := o.otherWorlds()
	return append(trials, others...), err
}

// otherWorlds are trials with another world around the target: what nobody has
// measured, or has not said.
func (o Options) otherWorlds() ([]trial, error) {
	var trials []trial
	try := func(name, meaning, from, to string, change func(*World)) {
		again := o
		change(&again.World)
		trials = append(trials, trial{report.Sensitivity{Name: name, From: from, To: to, Meaning: meaning}, again})
	}
	for _, d := range delays(o.World.OutDelay) {
		try("delay out", "From asking for capacity to having it.", o.World.OutDelay.String(), d.String(), func(w *World) { w.OutDelay = d })
	}
	for _, d := range delays(o.World.InDelay) {
		try("delay in", "From asking to remove capacity to being rid of it.", o.World.InDelay.String(), d.String(), func(w *World) { w.InDelay = d })
	}
	w, err := newWorld(&o)
	if err != nil {
		return nil, err
	}
	if w.origin == Guessed {
		for _, other := range []float64{w.perUnit / 2, w.perUnit * 2} {
			try("one unit serves", "Requests per minute that a unit of capacity serves when it is fully used.", number(w.perUnit), number(other), func(w *World) { w.PerUnit, w.Origin = other, Given })
		}
	}
	if o.World.Initial == nil {
		initial := o.initial(w)
		for _, other := range []int32{o.Setting.Bounds.Min, o.Setting.Bounds.Max} {
			if other != initial {
				try("initial capacity", "Capacity at the start.", strconv.Itoa(int(initial)), strconv.Itoa(int(other)), func(w *World) { w.Initial = &other })
			}
		}
	}
	return trials, nil
}

// summarize runs and returns the summary alone.
func summarize(o Options) (report.SimulationSummary, error) {
	r, err := execute(o, true)
	if err != nil {
		return report.SimulationSummary{}, err
	}
	_, above, err := r.metrics()
	if err != nil {
		return report.SimulationSummary{}, err
	}
	s := r.summary()
	s.MinutesAboveTarget = above
	return s, nil
}

func differs(a, b report.SimulationSummary) bool {
	apart := func(x, y float64) bool {
		d := math.Abs(x - y)
		return d > least && d > noticeable*max(math.Abs(x), math.Abs(y))
	}
	optional := func(x, y *float64) bool { return x != nil && y != nil && apart(*x, *y) }
	return optional(a.MinutesAboveTarget, b.MinutesAboveTarget) || optional(a.OverloadMinutes, b.OverloadMinutes) ||
		apart(a.CapacityHours, b.CapacityHours) || apart(float64(a.ScaleOuts+a.ScaleIns), float64(b.ScaleOuts+b.ScaleIns))
}

// parallel does n things on all processors and tells how far it has come. What
// they come to must not depend on the order.
func parallel(n int, do func(int), progress func(done, all int)) {
	var (
		next  atomic.Int64
		tasks sync.WaitGroup
		mu    sync.Mutex
		done  int
	)
	for range min(n, runtime.GOMAXPROCS(0)) {
		tasks.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
				mu.Lock()
				done++
				if progress != nil {
					progress(done, n)
				}
				mu.Unlock()
			}
		})
	}
	tasks.Wait()
}

// QuickSensitivity is the length of a trace up to which [Sensitivity] takes no
// time that anybody notices.
const QuickSensitivity = 31 * 24 * time.Hour
