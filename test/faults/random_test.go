package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// A step is one event of a random history. It is drawn from numbers of its
// own, so that a history without it goes on in the same way.
type step struct {
	what   string
	do     func(*world)
	pause  time.Duration
	memory bool // it takes the API server in memory
}

// opening is how many objects a history begins with, so that there is something
// for the other steps to happen to.
const opening = 5

// history draws a whole history from a seed.
func history(seed uint64) (prepare func(*world), steps []step) {
	r := rand.New(rand.NewPCG(seed, 0))
	prepare = weather(r)
	n := 12 + r.IntN(33)
	if *length > 0 {
		n = min(n, *length)
	}
	for i := range n {
		own := rand.New(rand.NewPCG(seed, uint64(i+1)))
		s := draw(own)
		if i < opening {
			s = drawCreate(own, pick(own, targetKind, targetKind, policyKind, actionKind))
		}
		s.pause = pick(own, 0, 0, 100*time.Millisecond, 5*time.Second, 5*time.Second, 40*time.Second, 2*time.Minute)
		s.what = fmt.Sprintf("%s, then %s", s.what, s.pause)
		steps = append(steps, s)
	}
	return prepare, steps
}

// weather draws how the world is for a whole history.
func weather(r *rand.Rand) func(*world) {
	v := pick(r, watch{}, watch{lag: time.Second}, watch{behind: 2}, watch{gap: 300 * time.Millisecond, twice: true},
		watch{lag: 2 * time.Second, merge: true, tomb: true}, watch{deaf: 2}, watch{deaf: 3, lag: 200 * time.Millisecond})
	concurrency, attempts := 1+r.IntN(3), pick(r, 1, 3, 3)
	return func(w *world) {
		w.watch, w.concurrency, w.attempts = v, concurrency, attempts
		for _, p := range []place{abroad, partner, remote} {
			furnish(w, w.cloud, p)
		}
	}
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// live runs a history and returns what is wrong in the end.
func live(t *testing.T, prepare func(*world), steps []step) (problems []string, report string) {
	inWorld(t, prepare, func(w *world) {
		for _, s := range steps {
			s.do(w)
			w.pass(s.pause)
		}
		w.calm()
		w.pass(time.Until(w.lastFiring))
		w.settle()
		if problems = w.verdict(); len(problems) == 0 {
			problems = w.probe()
		}
		if len(problems) == 0 {
			w.takeBack()
			w.settle()
			problems = w.verdict()
		}
		report = w.report()
	})
	return problems, report
}

// calm ends everything that goes wrong.
func (w *world) calm() {
	w.cloud.Faults().Clear()
	w.faults = nil
	w.loseCalls(func() loss { return lostNothing })
	w.plan(accident{})
}

// TestRandomHistories lets everything happen in any order.
func TestRandomHistories(t *testing.T) {
	from, to := uint64(1), uint64(*seeds)
	if *seed != 0 {
		from, to = *seed, *seed
	}
	for s := from; s <= to; s++ {
		t.Run(fmt.Sprintf("seed=%d", s), func(t *testing.T) {
			t.Parallel()
			// Also where the history ends this test, or the whole program.
			t.Logf("replay it: go test ./test/faults -run TestRandomHistories -seed=%d", s)
			prepare, steps := history(s)
			problems, report := live(t, prepare, steps)
			if len(problems) == 0 {
				return
			}
			steps, problems, report = shrink(t, prepare, steps, problems, report)
			t.Errorf("history, without what does not matter:\n%s\nproblems:\n%s\n%s", told(steps), strings.Join(problems, "\n"), report)
		})
	}
}

func told(steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		fmt.Fprintf(&b, "%3d %s\n", i+1, s.what)
	}
	return b.String()
}

// shrink leaves steps out as long as something still goes wrong.
func shrink(t *testing.T, prepare func(*world), steps []step, problems []string, report string) ([]step, []string, string) {
	for i := range slices.Backward(steps) {
		less := slices.Delete(slices.Clone(steps), i, i+1)
		if p, r := live(t, prepare, less); len(p) > 0 {
			steps, problems, report = less, p, r
		}
	}
	return steps, problems, report
}
