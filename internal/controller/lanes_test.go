package controller

import (
	"fmt"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/placement"
)

func groupIn(scope string, n int) Group {
	return Group{Scope: Scope{Account: scope}, Identity: autoscaling.Identity{ResourceID: fmt.Sprint(n)}}
}

// TestNoScopeHoldsAllWorkers lets scopes take what they get and give nothing
// back.
func TestNoScopeHoldsAllWorkers(t *testing.T) {
	l := &lanes{workers: 200, single: func() bool { return false }}
	total := 0
	for scope := range 5 {
		got := 0
		for n := range 500 {
			if l.enter(groupIn(fmt.Sprint(scope), n)) {
				got++
			}
		}
		total += got
		if got == 0 || total >= 200 {
			t.Errorf("scope %d gets %d workers, of 200 there are %d held", scope, got, total)
		}
	}
}

func TestASingleScopeHasAllWorkers(t *testing.T) {
	l := &lanes{workers: 3, single: func() bool { return true }}
	for n := range 3 {
		if !l.enter(groupIn("a", n)) {
			t.Errorf("group %d is parked", n)
		}
	}
}

// Workers that begin at one moment must not all go into one scope because no
// other was entered yet: who is there decides, and not who came first.
func TestWorkersAreSharedFromTheFirstPassOn(t *testing.T) {
	g := newGroups(settings{Settings: placement.Settings{Own: Scope{Account: "1", Region: "near"}}})
	g.put(targetObject("home", "service/a/b"))
	g.put(policyFor("lost", "nobody"))
	if !g.single() {
		t.Error("a reference that leads nowhere makes a second scope")
	}
	far := targetObject("far", "service/a/c")
	far.Annotations = map[string]string{v1alpha1.AnnotationRegion: "far"}
	g.put(far)
	if g.single() {
		t.Error("an object is in another Region, and there is one scope")
	}
	g.remove(refOf(far))
	if !g.single() {
		t.Error("a scope without objects has a share of the workers")
	}
}

// FuzzLanes parks groups and lets passes end in any order. Every group gets its
// turn, and no scope more than its share.
func FuzzLanes(f *testing.F) {
	f.Add(uint8(4), []byte{0, 250})
	f.Add(uint8(4), []byte{0, 1, 2, 3, 4, 5, 250, 251})
	f.Fuzz(func(t *testing.T, workers uint8, events []byte) {
		single := false
		l := &lanes{workers: max(1, int(workers)), single: func() bool { return single }}
		var running []Group
		come, done := map[Group]bool{}, map[Group]bool{}
		enter := func(g Group) {
			if l.enter(g) {
				running = append(running, g)
			}
		}
		leave := func(i int) {
			g := running[i]
			running = append(running[:i], running[i+1:]...)
			done[g] = true
			for _, next := range l.leave(g) {
				enter(next)
			}
		}
		for i, b := range events {
			single = b%17 == 16
			if b >= 200 && len(running) > 0 {
				leave(int(b) % len(running))
				continue
			}
			if len(running) < l.workers { // there is a worker to try
				g := groupIn(fmt.Sprint(b%3), i)
				come[g] = true
				enter(g)
			}
		}
		for len(running) > 0 {
			leave(0)
		}
		if len(come) != len(done) {
			t.Fatalf("%d groups came, and %d had their turn: %v are parked", len(come), len(done), l.parked)
		}
		if len(l.running)+len(l.parked) > 0 {
			t.Fatalf("left behind: %v, %v", l.running, l.parked)
		}
	})
}
