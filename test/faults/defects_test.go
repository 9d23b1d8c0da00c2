package faults

import (
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// Each test in this file is named after a defect of the ACK controller that this
// one must not have. test/regressions_test.go lists them all.

// What is terminal there is never tried again, whatever happens to its cause.
func TestTerminalEndsWithItsCause(t *testing.T) {
	others := inTurn(register(alpha, 1, 8), func(w *world) { w.disown("target " + alpha.String()) })
	bad := func(k key) func(*world) { return annotate(k, v1alpha1.AnnotationDeletionPolicy, "retian") }
	for reason, c := range map[string]struct {
		begin  func(*world)
		of     key
		says   string
		mend   func(*world)
		within time.Duration
	}{
		"it was there before, and the object is told to adopt it": {
			inTurn(others, bring(target("t", alpha, 1, 3))), keyT, "AlreadyExists",
			inTurn(release, annotate(keyT, v1alpha1.AnnotationAdoptionPolicy, v1alpha1.AdoptionPolicyAdoptOrCreate)), 5 * time.Second,
		},
		"it was there before, and is deleted": {
			inTurn(others, bring(target("t", alpha, 1, 3))), keyT, "AlreadyExists",
			inTurn(release, takeAway("DeregisterScalableTarget", alpha, nil)), resync + 5*time.Second,
		},
		"an annotation is set right": {
			inTurn(bring(target("t", alpha, 1, 3)), bad(keyT)), keyT, "AnnotationInvalid",
			annotate(keyT, v1alpha1.AnnotationDeletionPolicy, v1alpha1.DeletionPolicyDelete), 5 * time.Second,
		},
		"the other object that declares the same is deleted": {
			inTurn(bring(target("t", alpha, 1, 3)), bring(policy("a", "p", alpha, 40)), bring(policy("p", "p", alpha, 50))), keyP, "AlreadyDeclared",
			drop(key{policyKind, "a"}), 5 * time.Second,
		},
		"the resource that AWS did not know is made": {
			bring(target("t", variant("later"), 1, 3)), keyT, "RefusedByAWS",
			func(w *world) {
				w.must(w.cloud.Seed(w.Context(), localcloud.Endpoint{Account: account, Region: region, Name: "later"}))
			}, resync + 5*time.Second,
		},
	} {
		t.Run(reason, func(t *testing.T) {
			inWorld(t, nil, func(w *world) {
				c.begin(w)
				w.settle()
				if obj := w.kube.get(c.of); reasonOf(obj) != c.says || !is(obj, v1alpha1.ConditionTerminal, metav1.ConditionTrue) {
					t.Fatalf("it is %s, want %s: %s", reasonOf(obj), c.says, w.report())
				}
				c.mend(w)
				w.pass(c.within)
				if obj := w.kube.get(c.of); !is(obj, v1alpha1.ConditionReady, metav1.ConditionTrue) || condition(obj, v1alpha1.ConditionTerminal) != nil {
					t.Errorf("after %s it is still %s: %s", c.within, reasonOf(obj), w.report())
				}
				w.settle()
				w.holds()
			})
		})
	}
}

// What shall be adopted, was adopted or is only read, and is not in AWS, is tried
// again for ever there, and no status says so.
func TestWhatIsLookedForInVainIsTold(t *testing.T) {
	for reason, c := range map[string]struct {
		begin func(*world)
		says  string
	}{
		"to be adopted": {bring(adopter("t", "")), "NotInAWS"},
		"only read":     {bring(annotated(target("t", alpha, 1, 3), v1alpha1.AnnotationReadOnly, "true")), "NotInAWS"},
		"was adopted":   {inTurn(adopted, release, takeAway("DeregisterScalableTarget", alpha, nil)), "AdoptedResourceGone"},
	} {
		inWorld(t, nil, func(w *world) {
			c.begin(w)
			w.settle()
			obj := w.kube.get(keyT)
			if message := text(condition(obj, v1alpha1.ConditionReady).Message); reasonOf(obj) != c.says || message == "" || obj.GetStatus().ObservedGeneration != obj.GetGeneration() {
				t.Errorf("%s: it is %s: %s", reason, reasonOf(obj), message)
			}
			reads := func() int { return w.cloud.Journal().Count("DescribeScalableTargets") }
			before := reads()
			w.pass(10 * time.Minute)
			if n := reads() - before; n > 50 {
				t.Errorf("%s: AWS is asked %d times in ten minutes", reason, n)
			}
			if changed := w.changedAWS(); len(changed) > 0 {
				t.Errorf("%s: AWS was changed: %q", reason, changed)
			}
		})
	}
}

// An object that is to be in another Region than what it has in AWS is an error there
// that no status tells. (Another account: TestNothingIsMadeTwiceWhenTheControllerMoves.)
func TestMovesToAnotherRegionAreTold(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.create(target("t", alpha, 1, 3))
		w.settle()
		annotate(keyT, v1alpha1.AnnotationRegion, abroad.region)(w)
		w.settle()
		obj := w.kube.get(keyT)
		if message := text(condition(obj, v1alpha1.ConditionReady).Message); reasonOf(obj) != "AccountOrRegionUnusable" || !strings.Contains(message, region) {
			t.Errorf("it is %s: %s", reasonOf(obj), message)
		}
		annotate(keyT, "", "")(w)
		w.settle()
		w.holds()
	})
}

// Who removes suspendedState, or a member of it, stays suspended for ever there.
func TestRemovedSuspensionsResume(t *testing.T) {
	for reason, left := range map[string]*v1alpha1.SuspendedState{
		"all of it":   nil,
		"one member":  {DynamicScalingInSuspended: new(true)},
		"all members": {},
	} {
		inWorld(t, nil, func(w *world) {
			suspended := target("t", alpha, 1, 3)
			suspended.Spec.SuspendedState = &v1alpha1.SuspendedState{DynamicScalingInSuspended: new(true), DynamicScalingOutSuspended: new(true), ScheduledScalingSuspended: new(true)}
			w.create(suspended)
			w.settle()
			edit(w, keyT, func(o *v1alpha1.ScalableTarget) { o.Spec.SuspendedState = left })
			w.settle()
			w.holds()
			all, err := describe(w.cloud)
			w.must(err)
			is := all["target "+alpha.String()].body["SuspendedState"].(map[string]any)
			if is["DynamicScalingOutSuspended"] != false || is["ScheduledScalingSuspended"] != false || is["DynamicScalingInSuspended"] != (left != nil && left.DynamicScalingInSuspended != nil) {
				t.Errorf("%s is removed, and AWS has %v", reason, is)
			}
		})
	}
}

// A mistyped deletion policy leaves everything in AWS there, without a word.
func TestMistypedDeletionPoliciesRetainNothing(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.create(target("t", alpha, 1, 3))
		w.settle()
		annotate(keyT, v1alpha1.AnnotationDeletionPolicy, "retian")(w)
		w.settle()
		w.delete(keyT)
		w.settle()
		obj := w.kube.get(keyT)
		if obj == nil {
			t.Fatal("the object went, and what it has in AWS stays or not by chance")
		}
		if message := text(condition(obj, v1alpha1.ConditionReady).Message); reasonOf(obj) != "AnnotationInvalid" || !strings.Contains(message, "retian") {
			t.Errorf("it is %s: %s", reasonOf(obj), message)
		}
		annotate(keyT, v1alpha1.AnnotationDeletionPolicy, v1alpha1.DeletionPolicyDelete)(w)
		w.settle()
		w.holds()
		if w.kube.get(keyT) != nil {
			t.Errorf("the annotation is right, and the object stays: %s", w.report())
		}
	})
}

// Of two dimensions of a DynamoDB table the first that AWS lists is adopted there.
func TestAdoptionTakesNoneOfTwoDimensions(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		fields := `{"resourceID": "table/orders", "serviceNamespace": "dynamodb"}`
		obj := newObject(targetKind)
		obj.SetName("t")
		obj.SetAnnotations(map[string]string{v1alpha1.AnnotationAdoptionPolicy: v1alpha1.AdoptionPolicyAdopt, v1alpha1.AnnotationAdoptionFields: fields})
		w.create(obj)
		w.settle()
		got := w.kube.get(keyT)
		message := text(condition(got, v1alpha1.ConditionReady).Message)
		if reasonOf(got) != "AnnotationInvalid" || !strings.Contains(message, "dynamodb:table:ReadCapacityUnits") || !strings.Contains(message, "dynamodb:table:WriteCapacityUnits") {
			t.Errorf("it is %s: %s", reasonOf(got), message)
		}
		if got.GetGeneration() != 1 {
			t.Error("its spec was written")
		}
	})
}

// Metric math, predictive scaling, scheduled actions and tags are left out there.
func TestWhatTheACKControllerLeavesOutReachesAWS(t *testing.T) {
	for _, base := range []string{"math", "pair", "predictiveMath", "action"} {
		inWorld(t, nil, func(w *world) {
			w.bring(base) // and sees it there
		})
	}
	inWorld(t, nil, func(w *world) {
		w.create(target("t", alpha, 1, 3))
		w.settle()
		setTags(tagA)(w)
		w.settle()
		w.holds()
		all, err := describe(w.cloud)
		w.must(err)
		if tags := all["target "+alpha.String()].tags; tags[tagA.Key] != tagA.Value {
			t.Errorf("AWS has the tags %v", tags)
		}
	})
}

// Every reconcile moves lastTransitionTime there, and empties the list of conditions
// for a moment.
func TestTransitionTimesMoveWithTheStatusAlone(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.create(target("t", alpha, 1, 3))
		w.settle()
		since := func() time.Time {
			return condition(w.kube.get(keyT), v1alpha1.ConditionReady).LastTransitionTime.Time
		}
		was := since()
		for _, act := range []func(*world){setBounds(2, 5), register(alpha, 1, 9), func(w *world) { w.pass(2 * resync) }} {
			act(w)
			w.settle()
			if now := since(); !now.Equal(was) {
				t.Errorf("it has been ready since %s, and says since %s", was, now)
			}
		}
		annotate(keyT, v1alpha1.AnnotationDeletionPolicy, "retian")(w)
		w.settle()
		if now := since(); !now.After(was) {
			t.Errorf("it is not ready any more, and says so since %s", now)
		}
		w.memory.mu.Lock()
		defer w.memory.mu.Unlock()
		told := false
		for _, change := range w.memory.history {
			conditions := change.after.GetStatus().Conditions
			if told && len(conditions) == 0 {
				t.Error("the list of conditions was emptied")
			}
			told = told || slices.ContainsFunc(conditions, func(c v1alpha1.Condition) bool { return c.Type == v1alpha1.ConditionReady })
		}
	})
}
