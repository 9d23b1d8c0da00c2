package faults

import (
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

var suspendedIn = &v1alpha1.SuspendedState{DynamicScalingInSuspended: new(true)}

// TestWhatNeverSyncedIsUndone lets an edit reach AWS by half and takes it back.
func TestWhatNeverSyncedIsUndone(t *testing.T) {
	both := func(w *world) {
		edit(w, keyT, func(o *v1alpha1.ScalableTarget) {
			o.Spec.SuspendedState, o.Spec.Tags = suspendedIn, []v1alpha1.Tag{tagA}
		})
	}
	neither := func(w *world) {
		edit(w, keyT, func(o *v1alpha1.ScalableTarget) { o.Spec.SuspendedState, o.Spec.Tags = nil, nil })
	}
	for name, c := range map[string]struct {
		reason  string
		prepare func(*world)
		refuse  string
	}{
		"the switch came, the tag did not": {"what a failed pass turned on is remembered", some, "TagResource"},
		"nothing came":                     {"what AWS refused needs no undoing", some, "RegisterScalableTarget"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, c.prepare, func(w *world) {
				w.settle()
				w.cloud.Faults().Inject(localcloud.Fault{Operation: c.refuse, Error: &wire.Error{Code: "AccessDeniedException", Message: "no"}})
				both(w)
				w.pass(10 * time.Second)
				neither(w)
				w.cloud.Faults().Clear()
				w.settle()
				w.holds()
				if t.Failed() {
					t.Log(c.reason)
				}
			})
		})
	}
}

// TestEditsOfTheDeadAreUndone lets a process die at each write that an edit
// takes, and has the edit taken back, or the objects deleted, before the next
// process starts.
func TestEditsOfTheDeadAreUndone(t *testing.T) {
	all := func(w *world) {
		edit(w, keyT, func(o *v1alpha1.ScalableTarget) {
			o.Spec.MinCapacity, o.Spec.SuspendedState, o.Spec.Tags = new(int64(2)), suspendedIn, []v1alpha1.Tag{tagA, tagB}
		})
		atOnce(setValue(keyP, 60), setActionMin(keyS, 3))(w)
	}
	back := func(w *world) {
		edit(w, keyT, func(o *v1alpha1.ScalableTarget) {
			o.Spec.MinCapacity, o.Spec.SuspendedState, o.Spec.Tags = new(int64(1)), nil, nil
		})
		atOnce(setValue(keyP, 50), setActionMin(keyS, 2))(w)
	}
	born := func(w *world) {
		some(w)
		all(w)
	}
	for name, c := range map[string]struct {
		reason         string
		prepare, act   func(*world)
		meanwhile      func(*world)
		withForeigners bool
	}{
		"edit, and back":        {"what was asked for and is asked for no more is undone", some, all, back, true},
		"bring-up, and back":    {"that goes for what is made with it, too", nil, born, back, false},
		"back, and again":       {"what is undone is not forgotten before it is", atOnce(some, all), back, all, true},
		"edit, and delete":      {"the objects go, and AWS has nothing of theirs", some, all, atOnce(goesWithTarget, drop(keyT, keyP, keyS)), true},
		"bring-up, and delete":  {"what is half made is found and goes", nil, some, drop(keyT, keyP, keyS), false},
		"bring-up, and another": {"another object takes over what is half made", nil, some, atOnce(drop(keyP), bring(policy("q", "p", alpha, 70))), false},
		"delete, and edit":      {"an edit of what goes changes nothing", some, drop(keyP), setBounds(2, 5), true},
		"delete, and bring back": {"what comes back is made anew", some, atOnce(goesWithTarget, drop(keyT, keyP, keyS)), func(w *world) {
			for _, obj := range []v1alpha1.Object{target("t", alpha, 2, 6), policy("p", "p", alpha, 70), action("s", "s", alpha, 3)} {
				if err := w.kube.create(obj); err != nil && !apierrors.IsAlreadyExists(err) {
					w.Error(err)
				}
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				died := false
				for _, what := range []mishap{killedBefore, killedAfter} {
					inWorld(t, nil, func(w *world) {
						if c.prepare != nil {
							c.prepare(w)
						}
						w.settle()
						if c.withForeigners {
							foreigners(w)
							w.pass(2 * resync)
						}
						w.process.plan(accident{n, what})
						w.whileDead = func(w *world) {
							died = true
							c.meanwhile(w)
						}
						c.act(w)
						w.settle()
						if !died {
							w.whileDead = nil
							w.process.plan(accident{})
						}
						w.settle()
						w.holds()
					})
					if t.Failed() {
						t.Fatalf("%s; %s write %d", c.reason, what, n)
					}
				}
				if !died {
					return
				}
			}
		})
	}
}

// TestHeldObjectsFindWhatTheyMade deletes all that a policy refers to, and the
// policy itself, while the process is dead that has just put it into AWS.
func TestHeldObjectsFindWhatTheyMade(t *testing.T) {
	for n := range 4 {
		inWorld(t, nil, func(w *world) {
			w.create(target("t", alpha, 1, 3))
			w.settle()
			w.process.plan(accident{n + 1, killedAfter})
			w.whileDead = func(w *world) {
				w.disown("target " + alpha.String())
				atOnce(strip(keyT), drop(keyT), drop(keyP))(w)
			}
			w.create(byReference(policy("p", "p", alpha, 50), "t"))
			w.settle()
			if w.whileDead != nil { // there was no such write
				w.whileDead(w)
				w.whileDead = nil
			}
			w.settle()
			w.holds()
		})
	}
}

// TestRefusedIsNobodys registers a target by other means after AWS refused it
// to an object: nothing of it is the object's, whenever the process dies.
func TestRefusedIsNobodys(t *testing.T) {
	late := beta
	for _, c := range []struct {
		reason string
		code   string
	}{
		{"AWS found the request invalid", "ValidationException"},
		{"a right was missing", "AccessDeniedException"},
	} {
		t.Run(c.code, func(t *testing.T) {
			t.Parallel()
			for n := range 12 {
				for _, what := range []mishap{killedBefore, killedAfter} {
					inWorld(t, nil, func(w *world) {
						w.cloud.Faults().Inject(localcloud.Fault{Operation: "RegisterScalableTarget", Error: &wire.Error{Code: c.code, Message: "no"}})
						w.process.plan(accident{n, what})
						w.create(target("t", late, 1, 3), policy("p", "p", late, 50))
						w.settle()
						w.process.plan(accident{})
						w.settle()
						w.cloud.Faults().Clear()
						w.stop()
						register(late, 1, 3)(w) // what the object declares, to the letter
						putTracking(late, "p", 50)(w)
						w.disown("target "+late.String(), "policy "+late.String()+" p")
						w.start()
						w.settle()
						for _, k := range []key{keyT, keyP} {
							if reason := reasonOf(w.kube.get(k)); reason != "AlreadyExists" {
								t.Errorf("%s write %d: of %s it is said %q", what, n, k, reason)
							}
						}
						w.holds()
						w.delete(keyT, keyP)
						w.settle()
						w.holds()
					})
				}
			}
			if t.Failed() {
				t.Log(c.reason)
			}
		})
	}
}

// TestOneObjectBlocksNoOther has the API server refuse every write to one
// object: the others go on, and where its status can be written, it says why.
func TestOneObjectBlocksNoOther(t *testing.T) {
	for _, c := range []struct {
		reason  string
		blocked key
		status  bool // is refused, too
		ready   []key
	}{
		{"a policy is as little needed by its target as by its siblings", keyP, false, []key{keyT, keyS}},
		{"a status that cannot be written is no reason either", keyP, true, []key{keyT, keyS}},
		{"what hangs under a target waits for it, and is told why", keyT, false, nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			inWorld(t, nil, func(w *world) {
				w.refuse.Store(new(func(k key, status bool) bool { return k == c.blocked && (!status || c.status) }))
				some(w)
				w.settle()
				for _, k := range c.ready {
					if obj := w.kube.get(k); !is(obj, v1alpha1.ConditionReady, "True") {
						t.Errorf("%s waits for %s: %s", k, c.blocked, w.report())
					}
				}
				if told := reasonOf(w.kube.get(c.blocked)); !c.status && told != "RefusedByKubernetes" {
					t.Errorf("it is said %q of %s", told, c.blocked)
				}
				if c.blocked == keyT {
					if c := condition(w.kube.get(keyP), v1alpha1.ConditionReady); c == nil || !strings.Contains(text(c.Message), "the webhook says no") {
						t.Errorf("the policy is not told: %s", w.report())
					}
				}
				w.refuse.Store(nil)
				w.settle()
				w.settle()
				w.holds()
			})
		})
	}
}
