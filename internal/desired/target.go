package desired

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// Target returns what the object declares for its scalable target, and which
// target that is. ResourceID is empty when the object leaves it to
// sageMakerEndpointRef, and RoleARN when it leaves it to roleRef.
func Target(o *v1alpha1.ScalableTarget) (autoscaling.Identity, autoscaling.DesiredTarget, []autoscaling.Finding) {
	var found findings
	spec, last := &o.Spec, LastApplied(o)
	target := autoscaling.DesiredTarget{
		Target: autoscaling.Target{
			MinCapacity: found.number("minCapacity", spec.MinCapacity),
			MaxCapacity: found.number("maxCapacity", spec.MaxCapacity),
			RoleARN:     chosenRole(text(spec.RoleARN)),
			Suspended:   suspension(spec.SuspendedState, last.SuspendedState),
			Tags:        found.tags(spec.Tags),
		},
		PinMin:     edited(spec.MinCapacity, last.MinCapacity),
		PinMax:     edited(spec.MaxCapacity, last.MaxCapacity),
		Remembered: remembered(o.Status.ScheduledBounds),
	}
	target.RemovedTags = removedTags(target.Tags, last.Tags)
	return identity(&spec.ServiceNamespace, spec.ResourceID, &spec.ScalableDimension), target, found
}

// LastApplied is what the object asked AWS for before. Controllers before this
// one did not write it down. What they registered is not taken for edited: a
// scheduled action may have set the bounds that AWS has.
func LastApplied(o *v1alpha1.ScalableTarget) *v1alpha1.AppliedTarget {
	switch {
	case o.Status.LastApplied != nil:
		return o.Status.LastApplied
	case o.Status.ACKResourceMetadata != nil:
		return &v1alpha1.AppliedTarget{MinCapacity: o.Spec.MinCapacity, MaxCapacity: o.Spec.MaxCapacity}
	}
	return &v1alpha1.AppliedTarget{}
}

// Promised returns what the object asked AWS for before together with what it is
// about to ask for and would have to take back should the spec not mention it
// any more: switches that it turns on, and the keys of tags. It is nil when the
// status knows all of that. The keys of default tags count for targets that were
// in AWS before: the tags of a new one are those that are default still, unless
// the controller dies and comes back with other flags at just that time.
func Promised(o *v1alpha1.ScalableTarget, defaultTags []string) *v1alpha1.AppliedTarget {
	was := LastApplied(o)
	all := was.DeepCopy()
	for _, tag := range o.Spec.Tags {
		all.Tags = with(all.Tags, tag.Key)
	}
	if o.Status.LastApplied != nil {
		for _, key := range defaultTags {
			all.DefaultTags = with(all.DefaultTags, key)
		}
	}
	if spec := o.Spec.SuspendedState; spec != nil {
		is := &v1alpha1.SuspendedState{}
		if all.SuspendedState != nil {
			is = all.SuspendedState
		}
		promise(&is.DynamicScalingInSuspended, spec.DynamicScalingInSuspended)
		promise(&is.DynamicScalingOutSuspended, spec.DynamicScalingOutSuspended)
		promise(&is.ScheduledScalingSuspended, spec.ScheduledScalingSuspended)
		if *is != (v1alpha1.SuspendedState{}) {
			all.SuspendedState = is
		}
	}
	if equality.Semantic.DeepEqual(was, all) {
		return nil
	}
	return all
}

// with adds a key to a sorted list that has it not.
func with(keys []string, key string) []string {
	if slices.Contains(keys, key) {
		return keys
	}
	keys = append(slices.Clone(keys), key)
	slices.Sort(keys)
	return keys
}

// promise notes that a switch is turned on.
func promise(was **bool, spec *bool) {
	if spec != nil && *spec {
		*was = spec
	}
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
