package desired

import (
	"slices"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// KindOf returns the part of the aggregate that the object declares.
func KindOf(o v1alpha1.Object) autoscaling.Kind {
	switch o.(type) {
	case *v1alpha1.ScalingPolicy:
		return autoscaling.KindPolicy
	case *v1alpha1.ScheduledAction:
		return autoscaling.KindAction
	default:
		return autoscaling.KindTarget
	}
}

// Finalizer is the one that we put on objects of that kind.
func Finalizer(kind autoscaling.Kind) string {
	switch kind {
	case autoscaling.KindPolicy:
		return v1alpha1.FinalizerScalingPolicy
	case autoscaling.KindAction:
		return v1alpha1.FinalizerScheduledAction
	default:
		return v1alpha1.FinalizerScalableTarget
	}
}

// Held says that the object carries our finalizer: everything in AWS under its
// name was made for it, or handed to it.
func Held(o v1alpha1.Object) bool { return slices.Contains(o.GetFinalizers(), Finalizer(KindOf(o))) }
