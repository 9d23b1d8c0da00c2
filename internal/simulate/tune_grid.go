package simulate

import (
	"math"
	"slices"
	"strconv"

	"github.com/setpoint-io/setpoint/internal/report"
)

// The coarse grid: targets as parts of the ceiling, and minima, as parts of what
// the peak needs, with cooldowns in seconds. Both lists begin in the middle and
// at the ends, and their lengths have no divisor in common, so that walking
// through both at once comes by each combination once, and covers the whole range
// before it is through.
var (
	gridTargets = []float64{0.6, 0.3, 0.9, 0.4, 0.7, 0.5, 0.8}
	gridOthers  = []struct {
		minimum float64
		out, in int32
	}{
		{0, 60, 300}, {0.15, 300, 300}, {0.35, 60, 900},
		{0, 300, 300}, {0.15, 60, 900}, {0.35, 60, 300},
		{0, 60, 900}, {0.15, 60, 300}, {0.35, 300, 300},
	}
)

// gridShare is the part of the candidates that the grid may have; what is found
// there is refined with the others.
const gridShare = 0.6

// maximum is room enough for a target: what the peak needs at that, and a
// fifth.
func (s *search) maximum(target float64) int32 {
	part := 1.0
	if s.ceiling > 0 {
		part = target / s.ceiling
	}
	return max(s.options.Setting.Bounds.Max, int32(min(math.MaxInt32/2, math.Ceil(1.2*float64(s.most)/part))))
}

// coarse returns as much of the grid as there is room for.
func (s *search) coarse() []report.Candidate {
	ceiling := s.ceiling
	if ceiling == 0 {
		ceiling = 2 * *s.tracking.TargetValue
	}
	share := int(math.Ceil(gridShare * float64(s.left())))
	var list []report.Candidate
	for i := 0; i < len(gridTargets)*len(gridOthers) && len(list) < share; i++ {
		value, other := rounded(gridTargets[i%len(gridTargets)]*ceiling, 2), gridOthers[i%len(gridOthers)]
		c := s.allowed(report.Candidate{
			TargetValue: value, ScaleOutCooldown: other.out, ScaleInCooldown: other.in,
			MinCapacity: int32(other.minimum * float64(s.most)), MaxCapacity: s.maximum(value),
		})
		if !s.known[c] && !slices.Contains(list, c) { // where few units do, minima are the same
			list = append(list, c)
		}
	}
	return list
}

// allowed moves the bounds of a candidate to where they may be: not below what
// is declared or one, and so that no scheduled action fails because of them.
func (s *search) allowed(c report.Candidate) report.Candidate {
	floor := min(s.options.Setting.Bounds.Min, 1)
	c.MaxCapacity = max(c.MaxCapacity, s.least, floor)
	c.MinCapacity = max(floor, min(c.MinCapacity, c.MaxCapacity, s.highest))
	return c
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
	units := max(1, int32(float64(s.most)*step))
	seconds := []int32{120, 60, 30}[round]
	var list []report.Candidate
	add := func(change func(*report.Candidate)) {
		next := knobs(c)
		change(&next)
		next.ScaleInCooldown, next.ScaleOutCooldown = max(0, next.ScaleInCooldown), max(0, next.ScaleOutCooldown)
		list = append(list, s.allowed(next))
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
