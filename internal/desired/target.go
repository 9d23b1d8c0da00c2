package desired

import (
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// Target returns what the object declares for its scalable target, and which
// target that is. ResourceID is empty when the object leaves it to
// sageMakerEndpointRef, and RoleARN when it leaves it to roleRef.
func Target(o *v1alpha1.ScalableTarget) (autoscaling.Identity, autoscaling.DesiredTarget, []autoscaling.Finding) {
	var found findings
	spec, last := &o.Spec, lastApplied(o)
	target := autoscaling.DesiredTarget{
		Target: autoscaling.Target{
			MinCapacity: found.number("minCapacity", spec.MinCapacity),
			MaxCapacity: found.number("maxCapacity", spec.MaxCapacity),
			RoleARN:     chosenRole(text(spec.RoleARN)),
			Suspended:   suspension(spec.SuspendedState, last.SuspendedState),
			Tags:        found.tags(spec.Tags),
		},
		PinBounds:  edited(spec.MinCapacity, last.MinCapacity) || edited(spec.MaxCapacity, last.MaxCapacity),
		Remembered: remembered(o.Status.ScheduledBounds),
	}
	target.RemovedTags = removedTags(target.Tags, last.Tags)
	return identity(&spec.ServiceNamespace, spec.ResourceID, &spec.ScalableDimension), target, found
}

// lastApplied is what the object asked AWS for before. Controllers before this
// one did not write it down. What they registered is not taken for edited: a
// scheduled action may have set the bounds that AWS has.
func lastApplied(o *v1alpha1.ScalableTarget) *v1alpha1.AppliedTarget {
	switch {
	case o.Status.LastApplied != nil:
		return o.Status.LastApplied
	case o.Status.ACKResourceMetadata != nil:
		return &v1alpha1.AppliedTarget{MinCapacity: o.Spec.MinCapacity, MaxCapacity: o.Spec.MaxCapacity}
	}
	return &v1alpha1.AppliedTarget{}
}

// chosenRole tells a role that somebody chose from the ARN of a service-linked
// role. Controllers before this one wrote the latter into the spec. AWS uses it
// in any case, and naming it would need the right to pass it.
func chosenRole(arn string) string {
	if strings.Contains(arn, ":role/aws-service-role/") {
		return ""
	}
	return arn
}

// edited says that a bound is declared and was not asked for before.
func edited(bound, applied *int64) bool {
	return bound != nil && (applied == nil || *applied != *bound)
}

// suspension reads the three switches.
func suspension(spec, applied *v1alpha1.SuspendedState) autoscaling.Suspension {
	if spec == nil {
		spec = &v1alpha1.SuspendedState{}
	}
	if applied == nil {
		applied = &v1alpha1.SuspendedState{}
	}
	return autoscaling.Suspension{
		DynamicScalingIn:  switched(spec.DynamicScalingInSuspended, applied.DynamicScalingInSuspended),
		DynamicScalingOut: switched(spec.DynamicScalingOutSuspended, applied.DynamicScalingOutSuspended),
		ScheduledScaling:  switched(spec.ScheduledScalingSuspended, applied.ScheduledScalingSuspended),
	}
}

// switched returns false for a switch that this object turned on and that has
// been removed since. To leave it alone would keep scaling suspended for ever,
// with nothing in the object to show it.
func switched(spec, applied *bool) *bool {
	if spec == nil && applied != nil && *applied {
		return new(bool)
	}
	return spec
}

// tags makes a map of the list. Of two tags with the same key the first counts.
func (f *findings) tags(list []v1alpha1.Tag) map[string]string {
	if len(list) == 0 {
		return nil
	}
	tags := make(map[string]string, len(list))
	for _, tag := range list {
		if _, ok := tags[tag.Key]; ok {
			f.add(DuplicateTagKey, "tags", "two tags have the key %q: remove one of them", tag.Key)
			continue
		}
		tags[tag.Key] = tag.Value
	}
	return tags
}

// removedTags returns the keys that were asked for and are no more, in order.
func removedTags(tags map[string]string, applied []string) []string {
	var removed []string
	for _, key := range applied {
		if _, ok := tags[key]; !ok {
			removed = append(removed, key)
		}
	}
	slices.Sort(removed)
	return slices.Compact(removed)
}
