package faults

import (
	"fmt"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// TestAHangingRegionHangsAlone fills a Region whose AWS does not answer with more
// targets than there are workers.
func TestAHangingRegionHangsAlone(t *testing.T) {
	far := place{region: "eu-west-1"}
	inWorld(t, func(w *world) {
		w.concurrency = 4
		w.strike(hangs, func(at place, _ string) bool { return at == far })
	}, func(w *world) {
		some(w)
		w.pass(10 * time.Second)
		for i := range 20 {
			obj := target(fmt.Sprint("far-", i), variant(fmt.Sprint("far-", i)), 1, 3)
			w.create(annotated(obj, v1alpha1.AnnotationRegion, far.region))
		}
		w.pass(time.Minute)
		setBounds(2, 5)(w)
		setValue(keyP, 60)(w)
		w.pass(5 * time.Second)
		for _, k := range []key{keyT, keyP} {
			if obj := w.kube.get(k); !is(obj, v1alpha1.ConditionReady, "True") || obj.GetStatus().ObservedGeneration != obj.GetGeneration() {
				t.Errorf("an edit of %s waits for another Region: %s", k, w.report())
			}
		}
		// What others change is found as soon as ever.
		register(alpha, 1, 9)(w)
		w.pass(resync + 5*time.Second)
		if w.kube.get(keyT).GetStatus().LastDrift == nil {
			t.Errorf("the check of a target waits for another Region: %s", w.report())
		}
	})
}
