package faults

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// This file says what the annotations about an object's life ask for, and keeps
// what follows from it: what is whose in AWS, and what must not be asked of AWS.

// drawLife changes what an object, or its namespace, says about its life.
func drawLife(r *rand.Rand) step {
	k := drawKey(r)
	annotation := func(name, value string) step {
		return about(k, fmt.Sprintf("annotate %s: %s=%s", k, name, value), func(w *world) { w.setAnnotation(k, name, value) })
	}
	switch r.IntN(14) {
	case 0, 1:
		s := annotation(v1alpha1.AnnotationDeletionPolicy, pick(r, v1alpha1.DeletionPolicyRetain, v1alpha1.DeletionPolicyRetain, v1alpha1.DeletionPolicyDelete, ""))
		s.memory = true // whose it is then is seen there only
		return s
	case 2, 3:
		s := annotation(v1alpha1.AnnotationReadOnly, pick(r, "true", "", ""))
		s.memory = true
		return s
	case 4, 5, 6:
		return annotation(v1alpha1.AnnotationYield, pick(r, "", drawYield(r, k.kind)))
	case 7, 8:
		return annotation(v1alpha1.AnnotationPause, pick(r, "true", "", ""))
	case 9:
		name, on := pick(r, namespace, partnerNamespace), r.IntN(3) == 0
		return step{what: fmt.Sprintf("namespace %s is paused: %t", name, on), memory: true, do: func(w *world) { w.pauseNamespace(name, on) }}
	case 10, 11:
		return annotation(v1alpha1.AnnotationAdoptionPolicy, pick(r, v1alpha1.AdoptionPolicyAdoptOrCreate, v1alpha1.AdoptionPolicyAdoptOrCreate, ""))
	}
	d := time.Duration(1+r.IntN(100)) * time.Second
	return about(k, fmt.Sprint("pause ", k, " for ", d), func(w *world) {
		w.setAnnotation(k, v1alpha1.AnnotationPause, time.Now().Add(w.lasts(d)).Format(time.RFC3339))
	})
}

// drawYield are fields that objects of a kind can leave to others.
func drawYield(r *rand.Rand, kind autoscaling.Kind) string {
	switch kind {
	case policyKind:
		return pick(r, "targetTrackingScalingPolicyConfiguration.targetValue", "stepScalingPolicyConfiguration.stepAdjustments",
			"targetTrackingScalingPolicyConfiguration.targetValue,stepScalingPolicyConfiguration.stepAdjustments")
	case actionKind:
		return pick(r, "schedule,endTime", "scalableTargetAction.minCapacity") // a rate without its end would fire for ever
	}
	return pick(r, "minCapacity", "maxCapacity", "minCapacity,maxCapacity", "suspendedState.scheduledScalingSuspended")
}

// drawAnnotation asks for a check of an object.
func drawAnnotation(r *rand.Rand) step {
	k, value := drawKey(r), fmt.Sprint(r.Uint64())
	return about(k, fmt.Sprint("ask for a check of ", k), func(w *world) { w.setAnnotation(k, v1alpha1.AnnotationReconcileRequestedAt, value) })
}

// setAnnotation sets one annotation of an object, if there is one; empty: it goes.
func (w *world) setAnnotation(k key, name, value string) {
	_ = w.kube.update(k, func(obj v1alpha1.Object) {
		annotations := map[string]string{}
		maps.Copy(annotations, obj.GetAnnotations())
		if annotations[name] = value; value == "" {
			delete(annotations, name)
		}
		obj.SetAnnotations(annotations)
	})
}

func readOnly(obj v1alpha1.Object) bool {
	return obj.GetAnnotations()[v1alpha1.AnnotationReadOnly] == "true"
}

func retained(obj v1alpha1.Object) bool {
	return obj.GetAnnotations()[v1alpha1.AnnotationDeletionPolicy] == v1alpha1.DeletionPolicyRetain
}

func held(obj v1alpha1.Object) bool { return len(obj.GetFinalizers()) > 0 }

// paused says that an object or its namespace is paused now.
func (w *world) paused(obj v1alpha1.Object) bool {
	v := obj.GetAnnotations()[v1alpha1.AnnotationPause]
	until, err := time.Parse(time.RFC3339, v)
	if v == "true" || err == nil && time.Now().Before(until) {
		return true
	}
	if w.memory == nil {
		return false
	}
	w.memory.mu.Lock()
	defer w.memory.mu.Unlock()
	return w.memory.paused[keyOf(obj).namespace()]
}

// yielded are the fields of an object that are somebody else's, as paths in what
// AWS describes.
func yielded(obj v1alpha1.Object) (paths [][]string) {
	for field := range strings.SplitSeq(obj.GetAnnotations()[v1alpha1.AnnotationYield], ",") {
		if field == "" {
			continue
		}
		path := strings.Split(field, ".")
		for i := range path {
			path[i] = strings.ToUpper(path[i][:1]) + path[i][1:]
		}
		paths = append(paths, path)
	}
	return paths
}

// without is a body as AWS describes it without what is at some paths.
func without(body map[string]any, paths [][]string) map[string]any {
	body = maps.Clone(body)
	for _, path := range paths {
		at := body
		for _, member := range path[:len(path)-1] {
			deeper, ok := at[member].(map[string]any)
			if !ok {
				break
			}
			deeper = maps.Clone(deeper)
			at[member] = deeper
			at = deeper
		}
		delete(at, path[len(path)-1])
	}
	return body
}

// unharmed reads all that AWS has, whatever is wrong with AWS for the controller.
func (w *world) unharmed() map[string]thing {
	faults := w.cloud.Faults()
	suspended := faults.List()
	faults.Clear()
	all, err := describe(w.cloud)
	for _, f := range suspended {
		faults.Put(f)
	}
	if err != nil {
		panic(err) // AWS is ours, and nothing is wrong with it
	}
	return all
}

// follow keeps what a write of the controller means for what is whose.
func (w *world) follow(before, after v1alpha1.Object) {
	switch {
	case !held(before) && held(after):
		w.takes(after)
	case held(before) && !held(after) && after.GetDeletionTimestamp() != nil:
		w.leaves(before)
	}
}

// takes notes that what somebody else made is an object's own from now on, which
// the object has to ask for, or to have known before.
func (w *world) takes(obj v1alpha1.Object) {
	id, ok := w.awsID(obj)
	w.mu.Lock()
	was, foreign := w.owned[id]
	w.mu.Unlock()
	if !ok || !foreign {
		return
	}
	all := w.unharmed()
	has, there := all[id]
	asks := obj.GetAnnotations()[v1alpha1.AnnotationAdoptionPolicy] != ""
	knew := obj.GetStatus().ACKResourceMetadata != nil && text(obj.GetStatus().ACKResourceMetadata.ARN) == was.arn
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !there || has.arn != was.arn:
		if was.under != "" && was.under != all[targetOf(id)].arn {
			delete(w.owned, id) // it went with its target
		}
	case asks || knew:
		delete(w.owned, id)
	default:
		w.untruths = append(w.untruths, fmt.Sprintf("%s %s takes over %s, which it neither made nor asks for", keyOf(obj).kind, obj.GetName(), id))
	}
}

// leaves notes that what an object made is nobody's from now on: the object goes
// and leaves it.
func (w *world) leaves(obj v1alpha1.Object) {
	id, ok := w.awsID(obj)
	if !ok || !retained(obj) && !readOnly(obj) {
		return
	}
	for _, other := range w.claimants(id) {
		if other.GetUID() != obj.GetUID() && held(other) {
			return
		}
	}
	all := w.unharmed()
	has, there := all[id]
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, foreign := w.owned[id]; there && !foreign {
		if target := all[targetOf(id)]; target.id != id {
			has.under = target.arn
		}
		w.owned[id] = has
	}
}

// checkChange notes when AWS is asked to change what is somebody else's, or to
// delete what an object shall leave.
func (w *world) checkChange(operation string, at place, body []byte) {
	id := named(operation, body)
	if strings.HasSuffix(operation, "Resource") {
		id = w.byARN(id)
	} else if kind, rest, ok := strings.Cut(id, " "); ok {
		id = kind + " " + at.String() + rest
	}
	deletes := strings.HasPrefix(operation, "De")
	stays := deletes && slices.ContainsFunc(w.claimants(id), w.stays) && len(w.claimants(id)) == 1
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, foreign := w.owned[id]; foreign {
		w.untruths = append(w.untruths, fmt.Sprintf("AWS is asked for %s of %s, which is somebody else's", operation, id))
	}
	if stays {
		w.untruths = append(w.untruths, fmt.Sprintf("AWS is asked for %s of %s, which its object shall leave", operation, id))
	}
}

// byARN is what somebody else has under an ARN, or nothing.
func (w *world) byARN(arn string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, t := range w.owned {
		if t.arn == arn {
			return id
		}
	}
	return ""
}

// stays says that an object goes and leaves what it made: it said so when it was
// deleted, and says so still.
func (w *world) stays(obj v1alpha1.Object) bool {
	if obj.GetDeletionTimestamp() == nil || !retained(obj) {
		return false
	}
	w.memory.mu.Lock()
	defer w.memory.mu.Unlock()
	for _, ch := range w.memory.history {
		if ch.after != nil && ch.after.GetUID() == obj.GetUID() && ch.after.GetDeletionTimestamp() != nil {
			return retained(ch.after)
		}
	}
	return false
}
