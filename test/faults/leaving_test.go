package faults

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// TestWhatLeavesIsWrittenOnce deletes a target and, a moment later, what is under
// it. Each object is let go by one write and nothing else is said of it, however
// late the controller hears that it is gone.
func TestWhatLeavesIsWrittenOnce(t *testing.T) {
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
				w.delete(keyT)
				time.Sleep(time.Second)
				w.delete(keyP, keyS)
				w.settle()
				got := w.written()[before:]
				slices.Sort(got)
				want := []string{
					"DeregisterScalableTarget",
					"patch ScalableTarget t status=false",
					"patch ScalingPolicy p status=false",
					"patch ScheduledAction s status=false",
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("writes (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestWhatItsTargetLeavesBehindIsTold deletes a target alone: what AWS took along
// is told, only not at once.
func TestWhatItsTargetLeavesBehindIsTold(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		some(w)
		w.settle()
		w.delete(keyT)
		time.Sleep(4 * time.Second)
		for _, k := range []key{keyP, keyS} {
			if got := text(condition(w.kube.get(k), v1alpha1.ConditionReady).Reason); got != "TargetNotRegistered" {
				t.Errorf("%s is ready for the reason %q", k.name, got)
			}
		}
	})
}
