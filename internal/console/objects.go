package console

import (
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// objects lists the Kubernetes objects, those of the target that is looked at first.
func (v view) objects(key Key) Objects {
	out := Objects{Problem: v.in.ObjectsProblem}
	for _, o := range v.in.Objects {
		row := object(o, v.in.Wall)
		row.Mine = belongs(o, key)
		out.Rows = append(out.Rows, row)
	}
	slices.SortFunc(out.Rows, func(a, b Object) int {
		if a.Mine != b.Mine {
			return -compareBool(a.Mine, b.Mine)
		}
		return strings.Compare(a.ID, b.ID)
	})
	out.Rows, out.Unlisted = first(out.Rows, maxObjects)
	return out
}

// belongs says whether an object declares a scalable target or something under it.
func belongs(o v1alpha1.Object, key Key) bool {
	var id autoscaling.Identity
	switch o := o.(type) {
	case *v1alpha1.ScalableTarget:
		id, _, _ = desired.Target(o)
	case *v1alpha1.ScalingPolicy:
		id, _, _ = desired.Policy(o)
	case *v1alpha1.ScheduledAction:
		id, _, _ = desired.Action(o)
	}
	if bound := o.GetStatus().BoundTo; bound != nil {
		id = autoscaling.Identity{ServiceNamespace: bound.ServiceNamespace, ResourceID: bound.ResourceID, ScalableDimension: bound.ScalableDimension}
	}
	if at := o.GetStatus().ACKResourceMetadata; at != nil && (at.OwnerAccountID != key.Account || at.Region != key.Region) {
		return false
	}
	return id.ResourceID == key.ResourceID && id.ScalableDimension == key.ScalableDimension
}

func object(o v1alpha1.Object, wall time.Time) Object {
	kind := string(desired.KindOf(o))
	out := Object{
		ID: kind + "/" + o.GetNamespace() + "/" + o.GetName(), Kind: kind, Namespace: o.GetNamespace(), Name: o.GetName(),
		Created: o.GetCreationTimestamp().UTC(), Age: age(wall.Sub(o.GetCreationTimestamp().Time)),
	}
	conditions := o.GetStatus().Conditions
	out.Status, out.Message = readiness(o, conditions)
	for _, c := range conditions {
		out.Conditions = append(out.Conditions, conditionOf(c))
	}
	return out
}

// readiness is what an object's conditions come to, and the message that matters.
func readiness(o v1alpha1.Object, conditions []v1alpha1.Condition) (Status, string) {
	is := func(name string) (v1alpha1.Condition, bool) {
		i := slices.IndexFunc(conditions, func(c v1alpha1.Condition) bool { return c.Type == name })
		if i < 0 {
			return v1alpha1.Condition{}, false
		}
		return conditions[i], conditions[i].Status == metav1.ConditionTrue
	}
	ready, isReady := is(v1alpha1.ConditionReady)
	message := text(ready.Message)
	if c, ok := is(v1alpha1.ConditionPaused); ok {
		return Status{Warn, "Paused"}, text(c.Message)
	}
	_, stalled := is(v1alpha1.ConditionStalled)
	_, reconciling := is(v1alpha1.ConditionReconciling)
	switch {
	case o.GetDeletionTimestamp() != nil:
		return Status{Busy, "Deleting"}, message
	case len(conditions) == 0:
		return Status{Unknown, "Waiting"}, "The controller has not looked at it yet."
	case isReady:
		if c, ok := is(v1alpha1.ConditionAdvisory); ok {
			message = text(c.Message)
		}
		return Status{Good, "Ready"}, message
	case stalled:
		return Status{Bad, "Stalled"}, message
	case reconciling:
		return Status{Busy, "Reconciling"}, message
	default:
		return Status{Bad, "Not ready"}, message
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// harmful are the conditions that are bad when they are True.
var harmful = map[string]Tone{
	v1alpha1.ConditionTerminal: Bad, v1alpha1.ConditionStalled: Bad, v1alpha1.ConditionRecoverable: Warn,
	v1alpha1.ConditionReconciling: Busy, v1alpha1.ConditionPaused: Warn, v1alpha1.ConditionAdvisory: Warn,
}

func conditionOf(c v1alpha1.Condition) Condition {
	out := Condition{Type: c.Type, Reason: text(c.Reason), Message: text(c.Message), Status: Status{Unknown, string(c.Status)}}
	tone, bad := harmful[c.Type]
	switch {
	case c.Status == metav1.ConditionTrue && bad:
		out.Status.Tone = tone
	case c.Status == metav1.ConditionTrue:
		out.Status.Tone = Good
	case c.Status == metav1.ConditionFalse && bad:
		out.Status.Tone = Quiet
	case c.Status == metav1.ConditionFalse:
		out.Status.Tone = Bad
	}
	if c.LastTransitionTime != nil {
		out.Since = c.LastTransitionTime.UTC().Format(time.DateTime)
	}
	return out
}
