package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// A firing is when a scheduled action of a random history fires, by the clock of
// the world: once, or every two minutes for some time. It sets the minimum that
// its action has, and the maximum if there is one.
type firing struct {
	in      time.Duration
	again   time.Duration // for so long; 0: once
	maximum int64         // 0: none
}

func drawFiring(r *rand.Rand) firing {
	f := firing{in: time.Duration(5+r.IntN(300)) * time.Second}
	if r.IntN(3) == 0 {
		f.again = time.Duration(3+r.IntN(4)) * time.Minute
	}
	if r.IntN(3) == 0 {
		f.maximum = int64(4 + r.IntN(5))
	}
	return f
}

func (f firing) String() string {
	if f.again > 0 {
		return fmt.Sprintf("every 2 minutes for %s, maximum %d", f.again, f.maximum)
	}
	return fmt.Sprintf("in %s, maximum %d", f.in, f.maximum)
}

// at is the schedule of a single firing.
func (f firing) at(w *world) string {
	at := time.Now().Add(f.in).UTC()
	w.firesUntil(at)
	return "at(" + at.Format("2006-01-02T15:04:05") + ")"
}

// schedule lets an action fire from now on.
func (f firing) schedule(w *world, s *v1alpha1.ScheduledActionSpec) {
	s.EndTime = nil
	if f.maximum > 0 {
		s.ScalableTargetAction.MaxCapacity = &f.maximum
	}
	if f.again == 0 {
		s.Schedule = new(f.at(w))
		return
	}
	end := metav1.NewTime(time.Now().Add(f.again).Truncate(time.Second))
	w.firesUntil(end.Time)
	s.Schedule, s.EndTime = new("rate(2 minutes)"), &end
}

// firesUntil notes until when scheduled actions fire.
func (w *world) firesUntil(at time.Time) {
	if w.lastFiring.Before(at) {
		w.lastFiring = at
	}
}

// fires says that scheduled actions changed bounds, of whomever.
func (w *world) fires() bool { return !w.lastFiring.IsZero() }

// fired says that AWS has a bound of a target because a scheduled action set it,
// that the action is there still, and that the object says so.
func (w *world) fired(obj *v1alpha1.ScalableTarget, member string, has thing) bool {
	told := obj.Status.ScheduledBounds
	if told == nil {
		return false
	}
	bound, word := told.Min, "min"
	if member == "MaxCapacity" {
		bound, word = told.Max, "max"
	}
	if bound == nil || float64(bound.Value) != has.body[member] {
		return false
	}
	in := map[string]any{"ServiceNamespace": has.body["ServiceNamespace"], "ResourceId": has.body["ResourceId"], "ScalableDimension": has.body["ScalableDimension"]}
	all, err := describe(w.cloud)
	w.must(err)
	id := "action " + strings.TrimPrefix(has.id, "target ") + " " + bound.Action
	if _, there := all[id]; !there && len(w.claimants(id)) == 0 {
		return false
	}
	out, err := call(w.cloud, has.at, "DescribeScalingActivities", in)
	w.must(err)
	activities, _ := out["ScalingActivities"].([]any)
	return slices.ContainsFunc(activities, func(a any) bool {
		activity := a.(map[string]any)
		return activity["StatusCode"] == "Successful" && activity["Cause"] == fmt.Sprintf("scheduled action name %s was triggered", bound.Action) &&
			strings.Contains(activity["Description"].(string)+" ", fmt.Sprintf("%s capacity to %d ", word, bound.Value))
	})
}

// TestFiringsAreToldFromDrift edits an action right after it fired, before any status
// tells of that, and has the process die at each write: nobody touched AWS, so the
// bounds that the action set stay, and no status tells of drift.
func TestFiringsAreToldFromDrift(t *testing.T) {
	for name, act := range map[string]func(*world){
		"edit":   setActionMin(keyS, 2),
		"zone":   inZone("Europe/Berlin"),
		"delete": drop(keyS),
	} {
		for _, what := range []mishap{killedBefore, killedAfter, answerLost} {
			t.Run(name+", "+string(what), func(t *testing.T) {
				t.Parallel()
				for n, writes := 0, 0; n <= writes; n++ {
					inWorld(t, nil, func(w *world) {
						s := action("s", "s", alpha, 3)
						firing{in: 4*time.Minute + 59*time.Second}.schedule(w, &s.Spec)
						w.create(target("t", alpha, 1, 4), s)
						w.pass(5 * time.Minute)
						before := len(w.written())
						w.process.plan(accident{n, what})
						act(w)
						w.settle()
						if n == 0 {
							writes = len(w.written()) - before
						}
						w.holds()
					})
					if t.Failed() {
						t.Fatalf("write %d", n)
					}
				}
			})
		}
	}
}

func inZone(name string) func(*world) {
	return func(w *world) { edit(w, keyS, func(o *v1alpha1.ScheduledAction) { o.Spec.Timezone = &name }) }
}

// TestReadOnlyTargetsTellNoOldBounds lets a bound that a schedule set be replaced while
// nobody looks into why the bounds are what they are.
func TestReadOnlyTargetsTellNoOldBounds(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := action("s", "s", alpha, 3)
		firing{in: time.Minute}.schedule(w, &s.Spec)
		w.create(target("t", alpha, 1, 4), s)
		w.pass(4 * time.Minute)
		told := func() *v1alpha1.ScheduledBounds {
			return w.kube.get(keyT).(*v1alpha1.ScalableTarget).Status.ScheduledBounds
		}
		if b := told(); b == nil || b.Min == nil || b.Min.Value != 3 {
			t.Fatalf("it does not tell what the schedule set: %+v", b)
		}
		annotate(keyT, v1alpha1.AnnotationReadOnly, "true")(w)
		w.settle()
		if b := told(); b == nil || b.Min == nil || b.Min.Value != 3 {
			t.Errorf("it forgets what is so still: %+v", b)
		}
		register(alpha, 2, 4)(w)
		w.settle()
		if b := told(); b != nil {
			t.Errorf("it tells of bounds that are gone: %+v", b)
		}
		w.holds()
	})
}
