package faults

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
					"patch ScalableTarget t status=false":  1,
					"patch ScalingPolicy p status=false":   1,
					"patch ScheduledAction s status=false": 1,
				}
				if diff := cmp.Diff(want, released); diff != "" {
					t.Errorf("writes (-want +got):\n%s", diff)
				}
			})
		})
	}
}
