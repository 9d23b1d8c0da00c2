package faults

import (
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// anew has somebody delete all of ours in AWS and make it again, with the values
// that the objects declare, so that nothing but the ARNs tells.
func anew(tags map[string]any) func(*world) {
	again := put("RegisterScalableTarget", alpha, map[string]any{"MinCapacity": 1, "MaxCapacity": 3, "Tags": tags})
	return makeAnew(takeAway("DeregisterScalableTarget", alpha, nil), again, putTracking(alpha, "p", 50))
}

// What somebody deleted and made anew is not taken silently, also where every value
// is the declared one.
func TestWhatOthersMadeAnewIsTold(t *testing.T) {
	for reason, c := range map[string]struct {
		drift  bool // and of other values
		fields int  // that are told
	}{
		"with the declared values": {},
		"with other values":        {drift: true, fields: 1},
	} {
		inWorld(t, nil, func(w *world) {
			w.create(target("t", alpha, 1, 3), policy("p", "p", alpha, 50))
			w.settle()
			w.stop() // so that it is not made anew by the controller
			anew(nil)(w)
			if c.drift {
				atOnce(register(alpha, 1, 9), putTracking(alpha, "p", 77))(w)
			}
			w.start()
			w.settle()
			w.holds()
			for _, k := range []key{keyT, keyP} {
				drift := w.kube.get(k).GetStatus().LastDrift
				if drift == nil || !drift.Replaced || drift.Gone || len(drift.Fields) != c.fields || drift.Time.IsZero() {
					t.Errorf("%s: the status of %s tells %+v", reason, k, drift)
				}
			}
			told := slices.DeleteFunc(w.told(), func(e string) bool { return !strings.HasPrefix(e, "ReplacedInAWS: somebody deleted") })
			if len(told) != 2 {
				t.Errorf("%s: the events are %q", reason, w.told())
			}
		})
	}
}

// What tags say to be somebody's by now is left to them, and stays when the object
// goes, unless the object asks for it.
func TestWhatOthersTookBackIsTheirs(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.create(target("t", alpha, 1, 3), policy("p", "p", alpha, 50))
		w.settle()
		w.stop()
		anew(map[string]any{"managed-by": "terraform"})(w)
		w.disown("target "+alpha.String(), "policy "+alpha.String()+" p")
		w.start()
		w.settle()
		for _, k := range []key{keyT, keyP} {
			obj := w.kube.get(k)
			message := text(condition(obj, v1alpha1.ConditionReady).Message)
			if reasonOf(obj) != "AlreadyExists" || !strings.Contains(message, "Terraform") || len(obj.GetFinalizers()) > 0 {
				t.Errorf("%s is %s, held by %q: %s", k, reasonOf(obj), obj.GetFinalizers(), message)
			}
		}
		setBounds(2, 5)(w)
		w.settle()
		w.holds()
		w.delete(keyP)
		w.settle()
		w.holds()
		w.mu.Lock()
		delete(w.owned, "target "+alpha.String())
		w.mu.Unlock()
		annotate(keyT, v1alpha1.AnnotationAdoptionPolicy, v1alpha1.AdoptionPolicyAdoptOrCreate)(w)
		w.settle()
		w.holds()
		if obj := w.kube.get(keyT); !is(obj, v1alpha1.ConditionReady, metav1.ConditionTrue) || obj.GetStatus().OtherOwner == nil {
			t.Errorf("it is adopted on request, and who else manages it is told: %s", w.report())
		}
	})
}

// What the controller makes anew itself is not somebody else's work, whenever the
// process dies on the way, and whatever the next one has heard of it.
func TestWhatWeMadeAnewIsOurs(t *testing.T) {
	for n := range 10 {
		for _, what := range []mishap{killedBefore, killedAfter, answerLost} {
			inWorld(t, func(w *world) { w.watch = watch{lag: time.Second} }, func(w *world) {
				w.create(target("t", alpha, 1, 3), policy("p", "p", alpha, 50))
				w.settle()
				w.process.plan(accident{n, what})
				takeAway("DeregisterScalableTarget", alpha, nil)(w)
				w.settle()
				w.holds()
				for _, k := range []key{keyT, keyP} {
					if drift := w.kube.get(k).GetStatus().LastDrift; drift != nil && drift.Replaced {
						t.Errorf("%s write %d: of %s it is told that others made it anew", what, n, k)
					}
				}
			})
		}
	}
}

// What others change while AWS is in trouble, or while an object is paused, is told
// like what they change at other times.
func TestDriftIsToldAfterTrouble(t *testing.T) {
	trouble := func(code string, operations ...string) func(w *world) func() {
		return func(w *world) func() {
			for _, operation := range operations {
				w.cloud.Faults().Inject(localcloud.Fault{Operation: operation, Error: &wire.Error{Code: code, Message: "no"}})
			}
			return w.cloud.Faults().Clear
		}
	}
	for reason, begin := range map[string]func(w *world) func(){
		"a right was missing":      trouble("AccessDeniedException", localcloud.AnyOperation),
		"AWS was down":             trouble("InternalServiceException", localcloud.AnyOperation),
		"AWS refused what we sent": trouble("ValidationException", "RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction"),
		"the objects were paused": func(w *world) func() {
			pauseAll(w)
			return func() { annotate(keyT, "", "")(w); annotate(keyP, "", "")(w); annotate(keyS, "", "")(w) }
		},
	} {
		inWorld(t, nil, func(w *world) {
			some(w)
			w.settle()
			atOnce(register(alpha, 1, 9), putTracking(alpha, "p", 77), putAction(alpha, "s", 3))(w)
			end := begin(w)
			w.pass(5 * time.Minute)
			for _, k := range []key{keyT, keyP, keyS} {
				if is(w.kube.get(k), v1alpha1.ConditionReady, metav1.ConditionTrue) {
					t.Errorf("%s: %s is ready meanwhile, so the test tests nothing", reason, k)
				}
			}
			end()
			w.settle()
			w.holds()
			for k, want := range map[key]string{keyT: "maxCapacity 9 3", keyP: "targetTrackingScalingPolicyConfiguration.targetValue 77 50", keyS: "scalableTargetAction.minCapacity 3 2"} {
				drift := w.kube.get(k).GetStatus().LastDrift
				if drift == nil || !slices.ContainsFunc(drift.Fields, func(f v1alpha1.DriftedField) bool { return f.Field+" "+f.Observed+" "+f.Declared == want }) {
					t.Errorf("%s: the status of %s tells %+v, want %s", reason, k, drift, want)
				}
			}
			if told := slices.DeleteFunc(w.told(), func(e string) bool { return !strings.HasPrefix(e, "DriftCorrected") }); len(told) != 3 {
				t.Errorf("%s: the events are %q", reason, w.told())
			}
		})
	}
}
