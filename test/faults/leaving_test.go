package faults

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// TestWhatLeavesIsLetGoOnce deletes a target with what is under it. Each object is
// let go by one write, however late the controller hears that it is gone.
func TestWhatLeavesIsLetGoOnce(t *testing.T) {
	for name, w := range map[string]watch{
		"heard of at once":      {},
		"heard of late":         {lag: 400 * time.Millisecond},
		"seen before heard of":  {gap: 400 * time.Millisecond},
		"heard of out of order": {behind: 2},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(world *world) { world.watch = w }, func(w *world) {
				some(w)
				w.settle()
				before := len(w.written())
				w.delete(keyT, keyP, keyS)
				w.settle()
				released := map[string]int{}
				for _, what := range w.written()[before:] {
					if strings.HasSuffix(what, "status=false") {
						released[what]++
					}
				}
				want := map[string]int{
					"write ScalableTarget t status=false":  1,
					"write ScalingPolicy p status=false":   1,
					"write ScheduledAction s status=false": 1,
				}
				if diff := cmp.Diff(want, released); diff != "" {
					t.Errorf("writes (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestWhatComesOrGoesWithOthersWaitsForThem creates the objects of a target one by
// one, the target last, and deletes them, the target first, as kubectl and GitOps
// tools do: nothing is told of a state in between, and AWS deletes with the target
// what is under it.
func TestWhatComesOrGoesWithOthersWaitsForThem(t *testing.T) {
	const between = 450 * time.Millisecond
	inWorld(t, nil, func(w *world) {
		id := variant("alpha")
		for _, obj := range []v1alpha1.Object{policy("p", "p", id, 50), action("s", "s", id, 2), target("t", id, 1, 4)} {
			w.create(obj)
			time.Sleep(between)
		}
		w.pass(5 * time.Second)
		w.expect(0, map[string]int{
			"RegisterScalableTarget": 1, "PutScalingPolicy": 1, "PutScheduledAction": 1,
			"write ScalableTarget t status=false": 1, "write ScalableTarget t status=true": 1,
			"write ScalingPolicy p status=false": 1, "write ScalingPolicy p status=true": 1,
			"write ScheduledAction s status=false": 1, "write ScheduledAction s status=true": 1,
		})
		w.settle() // the check notes how the alarms are set up
		before := len(w.written())
		for _, k := range []key{keyT, keyP, keyS} {
			w.delete(k)
			time.Sleep(between)
		}
		w.settle()
		w.expect(before, map[string]int{
			"DeregisterScalableTarget":             1,
			"write ScalableTarget t status=false":  1,
			"write ScalingPolicy p status=false":   1,
			"write ScheduledAction s status=false": 1,
		})
	})
}

// TestWhatStaysIsNotWaitedForLong deletes a target whose policy stays, and creates a
// policy without a target.
func TestWhatStaysIsNotWaitedForLong(t *testing.T) {
	inWorld(t, some, func(w *world) {
		w.settle()
		w.delete(keyT)
		w.create(policy("alone", "alone", variant("beta"), 50))
		time.Sleep(4 * time.Second)
		if w.kube.get(keyT) != nil {
			t.Error("the target is still there 4 s after its deletion")
		}
		for _, k := range []key{keyP, keyS, {kind: policyKind, name: "alone"}} {
			if ready := condition(w.kube.get(k), v1alpha1.ConditionReady); ready == nil || text(ready.Reason) != "TargetNotRegistered" {
				t.Errorf("%s was told %+v, not that there is no target", k, ready)
			}
		}
	})
}

// TestWhatWentWithItsTargetIsNotAskedFor hears late that the policy and the action of
// a deleted target are deleted too. What AWS has of them is known; a target that is
// there again is asked about.
func TestWhatWentWithItsTargetIsNotAskedFor(t *testing.T) {
	inWorld(t, some, func(w *world) {
		w.settle()
		w.delete(keyT)
		time.Sleep(4 * time.Second)
		asked := w.cloud.Journal().Count()
		w.delete(keyP, keyS)
		time.Sleep(3 * time.Second)
		if n := w.cloud.Journal().Count() - asked; n > 0 {
			t.Errorf("AWS was asked %d times", n)
		}
		if w.kube.get(keyP) != nil || w.kube.get(keyS) != nil {
			t.Error("the policy and the action are still there")
		}
		some(w)
		w.settle()
	})
}

// expect compares the writes from one on with those that there should be.
func (w *world) expect(from int, want map[string]int) {
	w.Helper()
	got := map[string]int{}
	for _, what := range w.written()[from:] {
		got[what]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("writes (-want +got):\n%s", diff)
	}
}

// TestWhatStaysWithItsTarget lets AWS refuse to deregister a target that is deleted.
// What would go with it is in AWS still, and nothing new comes.
func TestWhatStaysWithItsTarget(t *testing.T) {
	for name, fault := range errorsOfAWS {
		t.Run(name, func(t *testing.T) {
			inWorld(t, some, func(w *world) {
				w.settle()
				w.cloud.Faults().Inject(localcloud.Fault{Operation: "DeregisterScalableTarget", Error: fault})
				w.delete(keyT, keyP)
				w.create(policy("q", "q", alpha, 50))
				setActionMin(keyS, 3)(w)
				w.pass(time.Minute)
				if p := w.kube.get(keyP); p == nil || !held(p) {
					t.Error("a policy that is in AWS is released")
				}
				for _, k := range []key{keyS, {policyKind, "q"}} {
					if is(w.kube.get(k), v1alpha1.ConditionReady, metav1.ConditionTrue) {
						t.Errorf("%s is ready, and AWS has not what it declares", k)
					}
				}
				w.cloud.Faults().Clear()
				w.settle()
				w.holds()
			})
		})
	}
}
