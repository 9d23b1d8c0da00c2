package simulate

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// grid is where steps begin: at a phase, and every step after it, all in
// nanoseconds since the epoch. A row belongs to the step that it is in or less
// than the slack ahead of, because who measures is early at times.
type grid struct{ phase, step, slack int64 }

// jitter is the part of the distance of two rows by which one may be early or
// late.
const jitter = 10

// sparse is how many steps for each row are a table with gaps; more are rows at
// any times, which a small step always explains.
const sparse = 4

// number returns which step a time is in, counted from the phase.
func (g grid) number(at int64) int64 { return floorTo(at-g.phase+g.slack, g.step) / g.step }

// start returns the whole minute in which the step of a time begins, in seconds.
func (g grid) start(at int64) int64 {
	return floorTo((g.phase+g.number(at)*g.step)/int64(time.Second), minute)
}

// steps returns how many steps there are from the start that a first time has
// to the end of that which a later one is in.
func (g grid) steps(first, at int64) int64 {
	begin := g.phase + g.number(first)*g.step
	ahead := (begin - g.start(first)*int64(time.Second)) / g.step // of less than a minute each
	return ahead + g.number(at) - g.number(first) + 1
}

// grid finds the steps that the rows of a table are at: those of their usual
// distance with some jitter or, where gaps are more usual, of the least one that
// all are multiples of. It returns false if there are none.
func (t *table) grid() (grid, bool) {
	distances := make([]int64, 0, len(t.times))
	for i := 1; i < len(t.times); i++ {
		if d := t.times[i] - t.times[i-1]; d > 0 {
			distances = append(distances, d)
		}
	}
	if len(distances) == 0 {
		return grid{phase: t.times[0], step: minute * int64(time.Second)}, len(t.times) == 1
	}
	slices.Sort(distances)
	usual := distances[(len(distances)-1)/2]
	for _, unit := range []int64{0, minute, 10, 1} { // first as it is, and then as people choose it
		g := grid{phase: t.times[0], step: usual}
		if unit *= int64(time.Second); unit > 0 {
			g.step = (usual + unit/2) / unit * unit
			g.slack = g.step / jitter
			g.phase = t.phase(max(g.step, 1))
		}
		if max(g.step-usual, usual-g.step) <= usual/jitter/2 && t.on(g) {
			return g, true
		}
	}
	g := grid{phase: t.times[0], step: distances[0]}
	return g, t.on(g)
}

// off returns how far a time is from the nearest step of a phase.
func off(at, phase, step int64) int64 { return floorMod(at-phase+step/2, step) - step/2 }

func floorMod(t, step int64) int64 { return t - floorTo(t, step) }

// phase returns the phase that half of the rows are ahead of.
func (t *table) phase(step int64) int64 {
	offsets := make([]int64, len(t.times))
	for i, at := range t.times {
		offsets[i] = off(at, t.times[0], step)
	}
	slices.Sort(offsets)
	return t.times[0] + offsets[len(offsets)/2]
}

// on reports whether all rows are at the steps of a grid, of whole seconds, and
// not only because there are so many steps.
func (t *table) on(g grid) bool {
	if g.step <= 0 || g.step%int64(time.Second) != 0 || g.steps(t.times[0], t.times[len(t.times)-1])/sparse > int64(len(t.times)) {
		return false
	}
	return !slices.ContainsFunc(t.times, func(at int64) bool {
		d := off(at, g.phase, g.step)
		return max(d, -d) > g.slack
	})
}

// steps returns the grid of the trace: that of the rows, or steps of the
// interval that is wanted.
func (t *table) steps(wanted time.Duration, found grid, regular bool) (grid, error) {
	switch {
	case wanted != 0 && (wanted < time.Second || wanted%time.Second != 0):
		return grid{}, fmt.Errorf("an interval of %v is not possible; write whole seconds", wanted)
	case regular && (wanted == 0 || int64(wanted)%found.step == 0):
		first := found.phase + found.number(t.times[0])*found.step
		return grid{first, max(found.step, int64(wanted)), found.slack}, nil
	case wanted != 0:
		return grid{phase: floorTo(t.times[0], minute*int64(time.Second)), step: int64(wanted)}, nil
	}
	return grid{}, errors.New("the rows are at irregular times, so that it is not clear how long each counts; say that each row is a request, or give the interval to sum over")
}
