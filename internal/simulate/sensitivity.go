package simulate

import (
	"math"
	"runtime"
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
	trials := o.trials()
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

func (o Options) trials() []trial {
	behaviour := engine.DefaultBehaviour()
	if o.Behaviour != nil {
		behaviour = *o.Behaviour
	}
	var trials []trial
	for _, b := range engine.BehaviourOptions() {
		value, _ := behaviour.Get(b.Name)
		for _, other := range b.Alternatives {
			changed := behaviour
			if other == value || changed.Set(b.Name, other) != nil {
				continue
			}
			again := o
			again.Behaviour, again.Progress = &changed, nil
			trials = append(trials, trial{report.Sensitivity{Name: b.Name, From: value, To: other, Meaning: b.Meaning}, again})
		}
	}
	for _, d := range delays(o.World.OutDelay) {
		again := o
		again.World.OutDelay, again.Progress = d, nil
		trials = append(trials, trial{report.Sensitivity{Name: "delay out", From: o.World.OutDelay.String(), To: d.String(), Meaning: "From asking for capacity to having it."}, again})
	}
	return trials
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
