package faults

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// tell runs a story with an accident, and returns how many writes it took.
func (s story) tell(t *testing.T, prepare func(*world), a accident) (writes int) {
	inWorld(t, prepare, func(w *world) {
		if s.prepare != nil {
			s.prepare(w)
		}
		w.settle()
		foreigners(w)
		w.pass(2 * resync)
		before := len(w.written())
		w.process.plan(a)
		s.act(w)
		w.settle()
		writes = len(w.written()) - before
		w.holds()
	})
	if t.Failed() {
		t.Logf("%s; accident: %v", s.reason, a)
	}
	return writes
}

// TestAccidents lets every accident happen at every write of every story.
func TestAccidents(t *testing.T) {
	everyAccident(t, nil)
}

// TestAccidentsWithStaleCache does the same with a cache that is late, and with
// handlers that miss some of it.
func TestAccidentsWithStaleCache(t *testing.T) {
	everyAccident(t, func(w *world) {
		w.watch = watch{lag: 300 * time.Millisecond, gap: 100 * time.Millisecond, merge: true, deaf: 3, tomb: true}
	})
}

func everyAccident(t *testing.T, prepare func(*world)) {
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := s.tell(t, prepare, accident{})
			if t.Failed() {
				return
			}
			for i := range n {
				for _, what := range []mishap{killedBefore, killedAfter, answerLost} {
					t.Run(fmt.Sprintf("%s write %d", what, i+1), func(t *testing.T) {
						if writes := s.tell(t, prepare, accident{i + 1, what}); writes > 2*n+5 {
							t.Errorf("%d writes, where %d are enough without the accident", writes, n)
						}
					})
				}
			}
		})
	}
}

// TestWatches tells every story with caches that are late, lossy or repeat
// themselves.
func TestWatches(t *testing.T) {
	for name, v := range map[string]watch{
		"late":         {lag: 3 * time.Second},
		"two behind":   {behind: 2},
		"five behind":  {behind: 5},
		"late to tell": {gap: 2 * time.Second},
		"twice":        {twice: true},
		"merged":       {lag: 2 * time.Second, merge: true},
		"deaf":         {deaf: 1},
		"half deaf":    {deaf: 2, lag: 50 * time.Millisecond},
		"tombstones":   {merge: true, lag: time.Second, tomb: true},
	} {
		t.Run(name, func(t *testing.T) {
			for name, s := range stories {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s.tell(t, func(w *world) { w.watch = v }, accident{})
				})
			}
		})
	}
}

// TestEditsAreFollowedAtOnce tells every story to a controller that never
// sweeps: what is done in Kubernetes is an event, and starts a pass.
func TestEditsAreFollowedAtOnce(t *testing.T) {
	// What happens in AWS is found by the sweep, and so is the work of
	// finalizers that somebody else removed.
	sweeps := []string{"drift", "others delete", "others deregister", "finalizers stripped", "adopt too early", "adopted and gone"}
	for name, s := range stories {
		if slices.Contains(sweeps, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) { w.resync = 1000 * time.Hour }, func(w *world) {
				if s.prepare != nil {
					s.prepare(w)
				}
				w.settle()
				foreigners(w)
				s.act(w)
				w.pass(10 * time.Second)
				for _, problem := range w.problems() {
					t.Errorf("%s, but %s", s.reason, problem)
				}
			})
		})
	}
}
