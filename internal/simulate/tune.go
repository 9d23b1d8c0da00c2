package simulate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

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
// keeps the service level: a part of a coarse grid first, and then from the best
// one knob after the other, in steps that get smaller. What is left of the
// candidates then goes to the neighbours of all that nothing is cheaper and
// better than. It is deterministic, and finds a good setting, not surely the
// best.
func Tune(o Options, t TuneOptions) (*report.Tuning, error) {
	s, err := newSearch(o, t)
	if err != nil {
		return nil, err
	}
	declared := s.declared()
	if err := s.try([]report.Candidate{declared}); err != nil {
		return nil, err
	}
	if err := s.try(s.coarse()); err != nil {
		return nil, err
	}
	if err := s.refine(); err != nil {
		return nil, err
	}
	best := s.best()
	return &report.Tuning{
		Policy: s.policy, Level: s.level(), MaxOverloadMinutes: t.MaxOverload, Found: best.Keeps, Candidates: len(s.tried), Best: best,
		Declared: s.tried[0], Frontier: frontier(s.tried), All: s.tried, Notes: s.overrides(),
	}, nil
}

// refine spends what the grid has left.
func (s *search) refine() error {
	for step := range refinements {
		for s.left() > 0 {
			before := s.best()
			if err := s.try(s.around(before, step)); err != nil {
				return err
			}
			if s.best() == before {
				break
			}
		}
	}
	for s.left() > 0 {
		before := len(s.tried)
		for _, c := range frontier(s.tried) {
			for step := range refinements {
				if err := s.try(s.around(c, step)); err != nil {
					return err
				}
			}
		}
		if len(s.tried) == before {
			return nil // there are no others
		}
	}
	return nil
}

// search is a search under way.
type search struct {
	options  Options
	tune     TuneOptions
	policy   string
	tracking autoscaling.TargetTracking
	ceiling  float64 // the greatest target value worth trying; 0: none
	most     int32   // capacity that the peak needs when it is fully used
	least    int32   // the greatest minimum of a scheduled action, below which no maximum may be
	highest  int32   // the least maximum of one, above which no minimum may be
	tried    []report.Candidate
	known    map[report.Candidate]bool // by its knobs
}

func newSearch(o Options, t TuneOptions) (*search, error) {
	if t.Candidates <= 0 {
		t.Candidates = defaultCandidates
	}
	s := &search{options: o, tune: t, known: map[report.Candidate]bool{}, highest: math.MaxInt32}
	for _, a := range o.Setting.Actions {
		if a.MinCapacity != nil {
			s.least = max(s.least, *a.MinCapacity)
		}
		if a.MaxCapacity != nil {
			s.highest = min(s.highest, *a.MaxCapacity)
		}
	}
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
	s.options.World.PerUnit, s.options.World.Origin = w.perUnit, w.origin // it does not change with the target that is tried
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
	c.FailedActions = r.failedActions()
	// It must not be bought with the user's schedule. The first that is tried is
	// the declared one.
	c.Breaks = len(s.tried) > 0 && c.FailedActions > s.tried[0].FailedActions
	c.Keeps = c.OverloadMinutes <= s.tune.MaxOverload && !c.Breaks
	return nil
}

// failedActions counts how often a scheduled action could not do its work.
func (r *run) failedActions() int {
	failed := 0
	for _, a := range r.activities {
		if a.Policy == "" && a.StatusCode == scaling.Failed {
			failed++
		}
	}
	return failed
}

// overrides says where the schedule sets the bounds that are tuned, too.
func (s *search) overrides() []string {
	var notes []string
	note := func(member string, of func(autoscaling.Action) *int32) {
		var names []string
		for _, a := range s.options.Setting.Actions {
			if bound := of(a); bound != nil {
				names = append(names, fmt.Sprintf("%s: %d", a.Name, *bound))
			}
		}
		if len(names) > 0 {
			notes = append(notes, fmt.Sprintf("Scheduled actions set %s too (%s): from when the first of them fires, the tuned one does not hold.", member, strings.Join(names, ", ")))
		}
	}
	note("minCapacity", func(a autoscaling.Action) *int32 { return a.MinCapacity })
	note("maxCapacity", func(a autoscaling.Action) *int32 { return a.MaxCapacity })
	return notes
}

// best is the cheapest that keeps the level or, if none does, the one with the
// least overload, of those that break no schedule.
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
	broken := func(c report.Candidate) int {
		if c.Breaks {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(broken(a), broken(b)), cmp.Compare(kept(a), kept(b)), overload, cmp.Compare(a.CapacityHours, b.CapacityHours),
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
		if c.Breaks {
			continue
		}
		if len(out) == 0 || c.OverloadMinutes < out[len(out)-1].OverloadMinutes {
			out = append(out, c)
		}
	}
	return out
}
