package faults

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"
)

// realLength is how many steps a history of real processes has.
const realLength = 15

// realHistory draws a history from what real processes can live through.
func realHistory(seed uint64) (steps []step) {
	n := realLength
	if *length > 0 {
		n = min(n, *length)
	}
	for i := range n {
		own := rand.New(rand.NewPCG(seed, uint64(i+1)))
		s := draw(own)
		for s.memory {
			s = draw(own)
		}
		if own.IntN(10) == 0 {
			s = drawOutage(own)
		}
		s.pause = pick(own, 0, 0, 100*time.Millisecond, 5*time.Second, 5*time.Second, 40*time.Second)
		s.what = fmt.Sprintf("%s, then %s", s.what, s.pause)
		steps = append(steps, s)
	}
	return steps
}

// drawOutage ends the API server, which all histories share, and starts it again.
func drawOutage(r *rand.Rand) step {
	if r.IntN(2) == 0 {
		return step{what: "the API server is killed", do: func(w *world) { w.must(w.real.server.again(w.real.server.kill)) }}
	}
	return step{what: "the API server restarts", do: func(w *world) { w.must(w.real.server.again(w.real.server.stop)) }}
}

// TestRealHistories plays random histories on the program and a real API server; by
// every second one two controllers live, of which one leads. The steps follow from the
// seed; what happens between them is up to the machine.
func TestRealHistories(t *testing.T) {
	server, err := newServer(filepath.Join(scratch, "histories"))
	if err != nil {
		t.Fatal(err)
	}
	from, to := uint64(1), uint64(*reals)
	if *seed != 0 {
		from, to = *seed, *seed
	}
	for s := from; s <= to; s++ {
		t.Run(fmt.Sprintf("seed=%d", s), func(t *testing.T) {
			t.Parallel()
			steps := realHistory(s)
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("replay it: go test ./test/faults -run TestRealHistories -seed=%d\nhistory, in which a second lasts 20 ms:\n%s", s, told(steps))
				}
			})
			w := inReality(t, server)
			foreigners(w)
			w.meddled.Store(false) // by others, before there was anything of ours
			if s%2 == 0 {
				w.real.together()
			} else {
				w.real.alone()
			}
			for _, step := range steps {
				step.do(w)
				time.Sleep(w.lasts(step.pause))
				w.real.reincarnate()
			}
			w.calm()
			w.real.comesRight()
		})
	}
}
