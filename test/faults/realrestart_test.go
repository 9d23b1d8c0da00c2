package faults

import (
	"errors"
	"path/filepath"
	"testing"
)

// TestRealAPIServerRestarts ends the API server in the middle of what the
// controller does, once by force and once in order, and starts it again with the
// same data.
func TestRealAPIServerRestarts(t *testing.T) {
	t.Parallel()
	server, err := newServer(filepath.Join(scratch, "restarted"))
	if err != nil {
		t.Fatal(err)
	}
	w := inReality(t, server)
	foreigners(w)
	p := w.real
	// The controller gets the answer to its n-th write when the API server is gone,
	// which comes back meanwhile.
	at := func(n int, end func() error) (back chan error) {
		back = make(chan error, 1)
		p.mu.Lock()
		defer p.mu.Unlock()
		from := len(p.writes)
		p.onWrite = func(nth int, _ *program) {
			if nth == from+n {
				ended := end()
				go func() { back <- errors.Join(ended, server.start()) }()
			}
		}
		return back
	}

	busy(w)
	back := at(services+5, server.kill)
	p.alone()
	w.must(<-back)
	register(serviceID(0), 1, 20)(w)
	p.isRight()
	p.once(map[string]int{"RegisterScalableTarget": 2, "PutScalingPolicy": 1, "PutScheduledAction": 1})

	back = at(3, server.stop)
	edits(w)
	w.must(<-back)
	p.comesRight()
	p.once(map[string]int{"RegisterScalableTarget": 3, "PutScalingPolicy": 2, "PutScheduledAction": 1, "DeleteScalingPolicy": 1})
}
