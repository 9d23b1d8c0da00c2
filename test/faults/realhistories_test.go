package faults

import (
	"fmt"
	"math/rand/v2"
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
		s.pause = pick(own, 0, 0, 100*time.Millisecond, 5*time.Second, 5*time.Second, 40*time.Second)
		s.what = fmt.Sprintf("%s, then %s", s.what, s.pause)
		steps = append(steps, s)
	}
	return steps
}

// TestRealHistories plays random histories on the program and a real API server.
// The steps follow from the seed; what happens between them is up to the machine.
func TestRealHistories(t *testing.T) {
	server, err := sharedServer()
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
			w.meddled = false // by others, before there was anything of ours
			w.real.alone()
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
