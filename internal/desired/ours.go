package desired

import (
	"slices"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// This file says what in AWS is an object's own, as far as the object remembers.
// The controller acts on it, and the command line foretells it.

// ReasonVanished is the reason of conditions of an object that took something
// over which is not in AWS any more.
const ReasonVanished = "AdoptedResourceGone"

// Foreign says that what AWS has under the name of an object, with this ARN, was
// there before the object was: it is somebody else's, unless the object asks to
// adopt it, or knew it before it lost our finalizer. Old scalable targets have no
// ARN. Made says that the object may have made it.
func Foreign(o v1alpha1.Object, l Life, arn string, made bool) bool {
	if made || l.ReadOnly || l.Adopts() && o.GetDeletionTimestamp().IsZero() {
		return false
	}
	return arn == "" || arn != KnownARN(o)
}

// KnownARN is the ARN in the object's status.
func KnownARN(o v1alpha1.Object) string {
	if known := o.GetStatus().ACKResourceMetadata; known != nil {
		return text(known.ARN)
	}
	return ""
}

// Replaced says that AWS has another resource under the name of an object that we
// hold than the one that its status knows, by its ARN: somebody deleted that one and
// made it anew, and not the controller. Statuses of other controllers tell nothing
// about that.
func Replaced(o v1alpha1.Object, l Life, arn string) bool {
	known := KnownARN(o)
	return Held(o) && !l.ReadOnly && o.GetStatus().ObservedGeneration != 0 && !o.GetStatus().Remaking && known != "" && arn != "" && arn != known
}

// CedesReplaced says that what was replaced is its owner's, where it has one: the
// object does not ask to take over what others have made.
func CedesReplaced(o v1alpha1.Object, l Life) bool {
	return !l.Adopts() || !o.GetDeletionTimestamp().IsZero()
}

// Vanished says of an object that has nothing in AWS that it took over what was
// there and that has vanished since, so that it is not made again: who made it
// may have had a reason to delete it. What the controller took away itself, to
// make it anew or with its target, has not vanished.
func Vanished(o v1alpha1.Object, l Life) bool {
	if !o.GetDeletionTimestamp().IsZero() || l.ReadOnly || l.Adoption.FromAWS || l.Recreates() {
		return false
	}
	return hadIt(o)
}

// hadIt says that AWS had the object's counterpart when the controller looked
// last.
func hadIt(o v1alpha1.Object) bool {
	if KindOf(o) == autoscaling.KindTarget {
		return true
	}
	return synced(o) || slices.ContainsFunc(o.GetStatus().Conditions, func(c v1alpha1.Condition) bool {
		return c.Type == v1alpha1.ConditionStalled && text(c.Reason) == ReasonVanished
	})
}

// synced says that AWS had all that this generation of the object declares, and
// that nothing but trouble came in between.
func synced(o v1alpha1.Object) bool {
	return o.GetGeneration() != 0 && o.GetStatus().SyncedGeneration == o.GetGeneration()
}

// Corrected is what the last drift was and was put right to.
func Corrected(o v1alpha1.Object) []autoscaling.FieldChange {
	drift := o.GetStatus().LastDrift
	if drift == nil {
		return nil
	}
	fields := make([]autoscaling.FieldChange, len(drift.Fields))
	for i, f := range drift.Fields {
		fields[i] = autoscaling.FieldChange{Field: f.Field, From: f.Observed, To: f.Declared}
	}
	return fields
}
