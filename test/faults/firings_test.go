package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
