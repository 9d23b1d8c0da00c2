package faults

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// probe does to a world at rest what others may do: it changes the fields that
// are yielded, everything of what is paused or read-only, and by a scheduled
// action the bounds of targets. It says what the controller did to it.
func (w *world) probe() (problems []string) {
	w.meddled.Store(true)
	want := map[string]map[string]any{}
	all, err := describe(w.cloud)
	w.must(err)
	for _, obj := range w.kube.list() {
		id, ok := w.awsID(obj)
		has, there := all[id]
		if settled := is(obj, v1alpha1.ConditionReady, metav1.ConditionTrue) || reasonOf(obj) == "Paused"; !ok || !there || !settled {
			continue
		}
		if theirs := w.theirs(obj, has); len(theirs) > 0 {
			want[id] = w.nudge(has, theirs)
		}
		if bounds := w.willFire(obj, has); bounds != nil {
			want[id] = bounds
		}
	}
	before := len(w.changedAWS())
	w.pass(4 * resync)
	all, err = describe(w.cloud)
	w.must(err)
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if has := all[id].body; !cmp.Equal(want[id], has) {
			problems = append(problems, fmt.Sprintf("%s was others' to change, and is not as they left it (-theirs +AWS)\n%s", id, cmp.Diff(want[id], has)))
		}
	}
	if changed := w.changedAWS()[before:]; len(changed) > 0 {
		problems = append(problems, fmt.Sprintf("AWS is written for what others may change: %q", changed))
	}
	return problems
}

// theirs are the paths of what others may change of the counterpart of an
// object.
func (w *world) theirs(obj v1alpha1.Object, has thing) [][]string {
	if !readOnly(obj) && !w.paused(obj) {
		return yielded(obj)
	}
	switch {
	case kindOf(has.id) == "target":
		return [][]string{{"MaxCapacity"}}
	case kindOf(has.id) == "action":
		return [][]string{{"ScalableTargetAction", "MinCapacity"}}
	}
	return [][]string{{"TargetTrackingScalingPolicyConfiguration", "TargetValue"}, {"StepScalingPolicyConfiguration", "StepAdjustments"}}
}

// nudge changes what is at some paths of a thing, as far as there is something,
// and returns how the thing is then.
func (w *world) nudge(has thing, paths [][]string) map[string]any {
	body := map[string]any{}
	raw, err := json.Marshal(has.body)
	w.must(err)
	w.must(json.Unmarshal(raw, &body))
	for _, path := range paths {
		at := body
		for _, member := range path[:len(path)-1] {
			deeper, _ := at[member].(map[string]any)
			at = deeper
		}
		switch member := path[len(path)-1]; v := at[member].(type) {
		case float64:
			switch {
			case member == "EndTime": // of the schedule that is replaced
				delete(at, member)
			case kindOf(has.id) == "action": // never what a target gets, which would look like a firing
				at[member] = 0.0
			case member == "MinCapacity":
				at[member] = min(v+1, body["MaxCapacity"].(float64))
			default:
				at[member] = v + 1
			}
		case string: // a schedule
			at[member] = "at(2041-01-01T00:00:00)"
		case []any: // steps
			step := v[0].(map[string]any)
			step["ScalingAdjustment"] = step["ScalingAdjustment"].(float64) + 1
		}
	}
	in := maps.Clone(body)
	delete(in, "RoleARN") // it is AWS's own
	w.aws(has.at, map[string]string{"target": "RegisterScalableTarget", "policy": "PutScalingPolicy", "action": "PutScheduledAction"}[kindOf(has.id)], in)
	return body
}

// willFire lets an action of somebody else set the minimum of a target, and
// returns how the target is then.
func (w *world) willFire(obj v1alpha1.Object, has thing) map[string]any {
	suspended, _ := has.body["SuspendedState"].(map[string]any)
	if kindOf(has.id) != "target" || readOnly(obj) || w.paused(obj) || len(yielded(obj)) > 0 || suspended["ScheduledScalingSuspended"] == true {
		return nil
	}
	minimum := 3.0
	if has.body["MinCapacity"] == minimum {
		minimum = 2
	}
	in := map[string]any{"ScheduledActionName": "probe", "ScalableTargetAction": map[string]any{"MinCapacity": minimum}}
	for _, member := range []string{"ServiceNamespace", "ResourceId", "ScalableDimension"} {
		in[member] = has.body[member]
	}
	at := time.Now().Add(20 * time.Second).UTC()
	in["Schedule"] = "at(" + strings.TrimSuffix(at.Format(time.RFC3339), "Z") + ")"
	w.aws(has.at, "PutScheduledAction", in)
	w.disown("action " + strings.TrimPrefix(has.id, "target ") + " probe")
	w.firesUntil(at)
	body := maps.Clone(has.body)
	body["MinCapacity"] = minimum
	return body
}

// takeBack ends all pauses, and leaves nothing to others any more.
func (w *world) takeBack() {
	for _, obj := range w.kube.list() {
		for _, name := range []string{v1alpha1.AnnotationPause, v1alpha1.AnnotationYield, v1alpha1.AnnotationReadOnly} {
			w.setAnnotation(keyOf(obj), name, "")
		}
	}
	for _, name := range []string{namespace, partnerNamespace} {
		w.pauseNamespace(name, false)
	}
}
