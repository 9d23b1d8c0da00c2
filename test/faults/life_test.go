package faults

import (
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// changedAWS returns the writes that reached AWS.
func (w *world) changedAWS() []string {
	var operations []string
	for _, what := range w.written() {
		if !strings.HasPrefix(what, "write ") {
			operations = append(operations, what)
		}
	}
	return operations
}

// Adoption changes objects and nothing in AWS, also where it is interrupted.
func TestAdoptionWritesNothingToAWS(t *testing.T) {
	for n := range 8 {
		for _, what := range []mishap{killedBefore, killedAfter, answerLost} {
			inWorld(t, adoptees, func(w *world) {
				w.process.plan(accident{n, what})
				w.create(adopter("t", ""), adopter("p", "p"), adopter("s", "s"))
				w.settle()
				w.holds()
				if changed := w.changedAWS(); len(changed) > 0 {
					t.Errorf("%s write %d: AWS was changed: %q", what, n, changed)
				}
				for _, k := range []key{keyT, keyP, keyS} {
					obj := w.kube.get(k)
					if !is(obj, v1alpha1.ConditionReady, "True") || !is(obj, v1alpha1.ConditionAdopted, "True") || obj.GetAnnotations()[v1alpha1.AnnotationAdopted] != "true" {
						t.Errorf("%s write %d: %s was not adopted: %s", what, n, k, text(condition(obj, v1alpha1.ConditionReady).Message))
					}
				}
			})
		}
	}
}

// What was adopted and vanished stays away until somebody asks for it.
func TestAdoptedResourceIsNotRecreated(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		adopted(w)
		w.settle()
		release(w)
		takeAway("DeleteScalingPolicy", alpha, map[string]any{"PolicyName": "p"})(w)
		w.settle()
		if changed := w.changedAWS(); len(changed) > 0 || reasonOf(w.kube.get(keyP)) != "AdoptedResourceGone" {
			t.Errorf("AWS was changed: %q; %s", changed, w.report())
		}
		w.must(w.kube.update(keyP, func(obj v1alpha1.Object) {
			annotations := obj.GetAnnotations()
			delete(annotations, v1alpha1.AnnotationAdopted)
			obj.SetAnnotations(annotations)
		}))
		w.settle()
		w.holds()
		if changed := w.changedAWS(); len(changed) != 1 {
			t.Errorf("it was not created on request: %q", changed)
		}
	})
}

// Nothing is written for a paused object, whatever happens to it.
func TestPauseWritesNothingToAWS(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		some(w)
		w.settle()
		before := len(w.changedAWS())
		pauseAll(w)
		w.settle()
		atOnce(setBounds(2, 5), setValue(keyP, 60), takeAway("DeleteScheduledAction", alpha, map[string]any{"ScheduledActionName": "s"}))(w)
		w.settle()
		for _, k := range []key{keyT, keyP, keyS} {
			if obj := w.kube.get(k); reasonOf(obj) != "Paused" || !is(obj, v1alpha1.ConditionPaused, "True") {
				t.Errorf("%s hides that AWS differs: %s", k, text(condition(obj, v1alpha1.ConditionReady).Message))
			}
		}
		w.delete(keyT, keyP, keyS)
		w.settle()
		if changed := w.changedAWS()[before:]; len(changed) > 0 {
			t.Errorf("AWS was changed: %q", changed)
		}
		for _, k := range []key{keyT, keyP, keyS} {
			if obj := w.kube.get(k); obj == nil || !strings.Contains(text(condition(obj, v1alpha1.ConditionReady).Message), v1alpha1.AnnotationPause) {
				t.Errorf("the deletion of %s does not wait, or does not say for what", k)
			}
		}
	})
}
