package simulate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/report"
)

// TuneOptions say what to search for.
type TuneOptions struct {
	// Policy is the target tracking policy to tune; empty: the only one.
	Policy string
	// Candidates is how many settings are tried, about; 0: 200.
	Candidates int
	// MaxOverload is how many minutes demand may be above what the capacity can
	// serve, or above KeepBelow percent of it.
	MaxOverload float64
}

const defaultCandidates = 200

// Tune searches target value, cooldowns and bounds for the least cost that
// keeps the service level: a coarse grid first, and then from the best one knob
// after the other, in steps that get smaller. It is deterministic, and finds a
// good setting, not surely the best.
func Tune(o Options, t TuneOptions) (*report.Tuning, error) {
	s, err := newSearch(o, t)
	if err != nil {
		return nil, err
	}
	declared := s.declared()
	if err := s.try([]report.Candidate{declared}); err != nil {
		return nil, err
	}
	if err := s.try(s.grid()); err != nil {
		return nil, err
	}
	for step := range refinements {
		for s.left() > 0 {
			before := s.best()
			if err := s.try(s.around(before, step)); err != nil {
				return nil, err
			}
			if s.best() == before {
				break
			}
		}
	}
	best := s.best()
	return &report.Tuning{
		Policy: s.policy, Level: s.level(), MaxOverloadMinutes: t.MaxOverload, Found: best.Keeps, Candidates: len(s.tried), Best: best,
		Declared: s.tried[0], Frontier: frontier(s.tried), All: s.tried,
	}, nil
}

// search is a search under way.
type search struct {
	options  Options
	tune     TuneOptions
	policy   string
	tracking autoscaling.TargetTracking
	ceiling  float64 // the greatest target value worth trying; 0: none
	most     int32   // capacity that the peak needs at the declared target
	tried    []report.Candidate
	known    map[report.Candidate]bool // by its knobs
}

func newSearch(o Options, t TuneOptions) (*search, error) {
	if t.Candidates <= 0 {
		t.Candidates = defaultCandidates
	}
	s := &search{options: o, tune: t, known: map[report.Candidate]bool{}}
	var names []string
	for _, p := range o.Setting.tracked() {
		names = append(names, p.Name)
		if t.Policy == "" || t.Policy == p.Name {
			s.policy, s.tracking = p.Name, *p.TargetTracking
		}
	}
	switch {
	case len(names) == 0:
		return nil, errors.New("there is no target tracking policy to tune")
	case s.policy == "" || t.Policy == "" && len(names) > 1:
		return nil, fmt.Errorf("which policy to tune is not clear; name one of %v", names)
	}
	w, err := newWorld(&o)
	if err != nil {
		return nil, err
	}
	s.options.World.PerUnit = w.perUnit // it does not change with the target that is tried
	if w.perUnit <= 0 {
		return nil, &MissingError{Metric: "overload", What: PerUnitCapacity}
	}
	managed, err := scaling.NewManaged(o.Setting.Identity, s.tracking, o.Setting.Bounds.Min, scaling.DefaultBehaviour())
	if err != nil {
		return nil, err
	}
	if len(managed.Alarms) > 0 {
		metric := managed.Alarms[0].Metric
		if m, err := w.meaning(metric, s.policy); err == nil && m.falls() && !m.queued() && m.Column == "" {
			s.ceiling = w.value(m.Kind, w.perUnit, 1, int64(metric.Period)) // of a unit that is fully used
		}
		if managed.Tracking.ConsumedPeriod > 0 {
			s.ceiling = 90 // as AWS allows for provisioned throughput
		}
	}
	peak, _ := o.Trace.Peak()
	s.most = max(1, int32(min(math.MaxInt32, math.Ceil(peak/w.perUnit))))
	return s, nil
}

func (s *search) level() string {
	keep := s.options.World.KeepBelow
	if keep <= 0 {
		keep = 100
	}
	return fmt.Sprintf("at most %s minutes above %s percent of what the capacity can serve", number(s.tune.MaxOverload), number(keep))
}

func (s *search) left() int { return s.tune.Candidates - len(s.tried) }

// declared is the setting as it is.
func (s *search) declared() report.Candidate {
	o := &s.options
	managed, _ := scaling.NewManaged(o.Setting.Identity, s.tracking, o.Setting.Bounds.Min, scaling.DefaultBehaviour()) // it was made of the same before
	return report.Candidate{
		TargetValue: managed.Tracking.Target, ScaleOutCooldown: managed.ScaleOutCooldown, ScaleInCooldown: managed.ScaleInCooldown,
		MinCapacity: o.Setting.Bounds.Min, MaxCapacity: o.Setting.Bounds.Max,
	}
}

// The coarse grid: parts of the ceiling, cooldowns in seconds, and minima as
// parts of what the peak needs.
var (
	gridTargets   = []float64{0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}
	gridCooldowns = [][2]int32{{60, 300}, {300, 300}, {60, 900}}
	gridMinima    = []float64{0, 0.15, 0.35}
)

// maximum is room enough for a target: what the peak needs at that, and a
// fifth.
func (s *search) maximum(target float64) int32 {
	part := 1.0
	if s.ceiling > 0 {
		part = target / s.ceiling
	}
	return max(s.options.Setting.Bounds.Max, int32(min(math.MaxInt32/2, math.Ceil(1.2*float64(s.most)/part))))
}

func (s *search) grid() []report.Candidate {
	ceiling := s.ceiling
	if ceiling == 0 {
		ceiling = 2 * *s.tracking.TargetValue
	}
	floor := min(s.options.Setting.Bounds.Min, 1)
	var list []report.Candidate
	for _, target := range gridTargets {
		for _, minimum := range gridMinima {
			for _, cooldowns := range gridCooldowns {
				value := rounded(target*ceiling, 2)
				list = append(list, report.Candidate{
					TargetValue: value, ScaleOutCooldown: cooldowns[0], ScaleInCooldown: cooldowns[1],
					MinCapacity: max(floor, int32(minimum*float64(s.most))), MaxCapacity: s.maximum(value),
				})
			}
		}
	}
	return list
}

// rounded keeps this many digits of a number, so that it looks as people write
// it.
func rounded(v float64, digits int) float64 {
	text := strconv.FormatFloat(v, 'g', digits, 64)
	if parsed, err := strconv.ParseFloat(text, 64); err == nil {
		return parsed
	}
	return v
}

// refinements are how far the knobs move in each round: the target value by
// this part of itself.
var refinements = []float64{0.1, 0.05, 0.02}

// around returns the neighbours of a candidate: each knob a step down and up.
func (s *search) around(c report.Candidate, round int) []report.Candidate {
	step := refinements[round]
	floor := min(s.options.Setting.Bounds.Min, 1)
	units := max(1, int32(float64(s.most)*step))
	seconds := []int32{120, 60, 30}[round]
	var list []report.Candidate
	add := func(change func(*report.Candidate)) {
		next := knobs(c)
		change(&next)
		next.MinCapacity = min(max(floor, next.MinCapacity), next.MaxCapacity)
		next.ScaleInCooldown, next.ScaleOutCooldown = max(0, next.ScaleInCooldown), max(0, next.ScaleOutCooldown)
		list = append(list, next)
	}
	for _, sign := range []int32{1, -1} {
		add(func(n *report.Candidate) {
			n.TargetValue = s.target(n.TargetValue * (1 + float64(sign)*step))
			n.MaxCapacity = s.maximum(n.TargetValue)
		})
		add(func(n *report.Candidate) { n.MinCapacity += sign * units })
		add(func(n *report.Candidate) { n.ScaleInCooldown += sign * seconds * 2 })
		add(func(n *report.Candidate) { n.ScaleOutCooldown += sign * seconds })
	}
	add(func(n *report.Candidate) { n.MaxCapacity = max(n.MinCapacity, n.MaxCapacity-units) })
	return list
}

// target rounds a target value to three digits, below the ceiling: at it a
// metric that is capped never is above target.
func (s *search) target(v float64) float64 {
	if s.ceiling > 0 {
		v = min(v, 0.98*s.ceiling)
	}
	return rounded(v, 3)
}

// knobs is a candidate without what came of it.
func knobs(c report.Candidate) report.Candidate {
	return report.Candidate{TargetValue: c.TargetValue, ScaleOutCooldown: c.ScaleOutCooldown, ScaleInCooldown: c.ScaleInCooldown, MinCapacity: c.MinCapacity, MaxCapacity: c.MaxCapacity}
}

// try runs the candidates that are new, as many as are left.
func (s *search) try(list []report.Candidate) error {
	var fresh []report.Candidate
	for _, c := range list {
		if !s.known[c] && len(fresh) < s.left() {
			s.known[c] = true
			fresh = append(fresh, c)
		}
	}
	errs := make([]error, len(fresh))
	done := len(s.tried)
	parallel(len(fresh), func(i int) { errs[i] = s.judge(&fresh[i]) }, func(n, _ int) {
		if s.options.Progress != nil {
			s.options.Progress(done+n, s.tune.Candidates)
		}
	})
	s.tried = append(s.tried, fresh...)
	return errors.Join(errs...)
}

// With returns the setting with what was found for a policy.
func (s Setting) With(policy string, c report.Candidate) Setting {
	s.Bounds = scaling.Bounds{Min: c.MinCapacity, Max: c.MaxCapacity}
	s.Policies = slices.Clone(s.Policies)
	for i, p := range s.Policies {
		if p.Name == policy && p.TargetTracking != nil {
			tracking := *p.TargetTracking
			tracking.TargetValue, tracking.ScaleOutCooldown, tracking.ScaleInCooldown = &c.TargetValue, &c.ScaleOutCooldown, &c.ScaleInCooldown
			s.Policies[i].TargetTracking = &tracking
		}
	}
	return s
}

// with returns the options of a candidate.
func (s *search) with(c report.Candidate) Options {
	o := s.options
	o.Progress = nil
	o.Setting = o.Setting.With(s.policy, c)
	return o
}

func (s *search) judge(c *report.Candidate) error {
	r, err := execute(s.with(*c), true)
	if err != nil {
		return err
	}
	sum := r.summary()
	c.CapacityHours, c.Cost, c.Changes = sum.CapacityHours, sum.Cost, sum.ScaleOuts+sum.ScaleIns
	c.OverloadMinutes = *sum.OverloadMinutes // what one unit serves is known
	c.Keeps = c.OverloadMinutes <= s.tune.MaxOverload
	return nil
}

// best is the cheapest that keeps the level or, if none does, the one with the
// least overload.
func (s *search) best() report.Candidate { return slices.MinFunc(s.tried, compare) }

func compare(a, b report.Candidate) int {
	kept := func(c report.Candidate) int {
		if c.Keeps {
			return 0
		}
		return 1
	}
	overload := 0
	if !a.Keeps {
		overload = cmp.Compare(a.OverloadMinutes, b.OverloadMinutes)
	}
	return cmp.Or(cmp.Compare(kept(a), kept(b)), overload, cmp.Compare(a.CapacityHours, b.CapacityHours),
		cmp.Compare(a.Changes, b.Changes), cmp.Compare(a.TargetValue, b.TargetValue),
		cmp.Compare(a.MinCapacity, b.MinCapacity), cmp.Compare(a.MaxCapacity, b.MaxCapacity),
		cmp.Compare(a.ScaleOutCooldown, b.ScaleOutCooldown), cmp.Compare(a.ScaleInCooldown, b.ScaleInCooldown))
}

// frontier returns those than which none is cheaper and better, by cost.
func frontier(tried []report.Candidate) []report.Candidate {
	sorted := slices.SortedFunc(slices.Values(tried), func(a, b report.Candidate) int {
		return cmp.Or(cmp.Compare(a.CapacityHours, b.CapacityHours), cmp.Compare(a.OverloadMinutes, b.OverloadMinutes), compare(a, b))
	})
	var out []report.Candidate
	for _, c := range sorted {
		if len(out) == 0 || c.OverloadMinutes < out[len(out)-1].OverloadMinutes {
			out = append(out, c)
		}
	}
	return out
}
