package controller

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
	"github.com/setpoint-io/setpoint/internal/placement"
)

// This file is the one place that tells the three kinds apart where they
// differ in shape only.

func newObject(kind autoscaling.Kind) v1alpha1.Object {
	switch kind {
	case autoscaling.KindPolicy:
		return &v1alpha1.ScalingPolicy{}
	case autoscaling.KindAction:
		return &v1alpha1.ScheduledAction{}
	default:
		return &v1alpha1.ScalableTarget{}
	}
}

// copyStatus gives an object the status of another of its kind.
func copyStatus(to, from v1alpha1.Object) {
	switch to := to.(type) {
	case *v1alpha1.ScalingPolicy:
		from.(*v1alpha1.ScalingPolicy).Status.DeepCopyInto(&to.Status)
	case *v1alpha1.ScheduledAction:
		from.(*v1alpha1.ScheduledAction).Status.DeepCopyInto(&to.Status)
	case *v1alpha1.ScalableTarget:
		from.(*v1alpha1.ScalableTarget).Status.DeepCopyInto(&to.Status)
	}
}

func refOf(obj v1alpha1.Object) ObjectRef {
	return ObjectRef{Kind: desired.KindOf(obj), NamespacedName: types.NamespacedName{Namespace: obj.GetNamespace(), Name: obj.GetName()}}
}

// awsName is the object's name in AWS below the scalable target.
func awsName(obj v1alpha1.Object) string {
	switch o := obj.(type) {
	case *v1alpha1.ScalingPolicy:
		return o.Spec.PolicyName
	case *v1alpha1.ScheduledAction:
		return o.Spec.ScheduledActionName
	default:
		return ""
	}
}

// namingOf returns how the object says which scalable target it is about.
func namingOf(obj v1alpha1.Object) naming {
	n := naming{bound: boundIdentity(obj.GetStatus().BoundTo), held: desired.Held(obj), where: placement.Of(obj)}
	if desired.Empty(obj) {
		adoption, _ := desired.AdoptionOf(obj) // a pass tells what is wrong with it
		n.own = adoption.Identity
		return n
	}
	switch o := obj.(type) {
	case *v1alpha1.ScalingPolicy:
		n.own = identity(o.Spec.ServiceNamespace, o.Spec.ResourceID, o.Spec.ScalableDimension)
		n.target = reference(autoscaling.KindTarget, o.Namespace, o.Spec.ResourceRef)
	case *v1alpha1.ScheduledAction:
		n.own = identity(o.Spec.ServiceNamespace, o.Spec.ResourceID, o.Spec.ScalableDimension)
		n.target = reference(autoscaling.KindTarget, o.Namespace, o.Spec.ResourceRef)
	case *v1alpha1.ScalableTarget:
		n.own = identity(&o.Spec.ServiceNamespace, o.Spec.ResourceID, &o.Spec.ScalableDimension)
		n.role = reference(kindRole, o.Namespace, o.Spec.RoleRef)
		if e := o.Spec.SageMakerEndpointRef; e != nil {
			n.endpoint = reference(kindEndpoint, o.Namespace, &v1alpha1.Reference{From: &e.From})
			n.variant = e.VariantName
		}
	}
	return n
}

func identity(namespace, resource, dimension *string) autoscaling.Identity {
	return autoscaling.Identity{ServiceNamespace: value(namespace), ResourceID: value(resource), ScalableDimension: value(dimension)}
}

func boundIdentity(b *v1alpha1.ScalableTargetIdentity) autoscaling.Identity {
	if b == nil {
		return autoscaling.Identity{}
	}
	return autoscaling.Identity{ServiceNamespace: b.ServiceNamespace, ResourceID: b.ResourceID, ScalableDimension: b.ScalableDimension}
}

// reference is the object that a reference in this namespace points at.
func reference(kind autoscaling.Kind, namespace string, ref *v1alpha1.Reference) *ObjectRef {
	if ref == nil || ref.From == nil {
		return nil
	}
	if ref.From.Namespace != "" {
		namespace = ref.From.Namespace
	}
	return &ObjectRef{Kind: kind, NamespacedName: types.NamespacedName{Namespace: namespace, Name: ref.From.Name}}
}

// A declaration is what one object declares, as domain values.
type declaration struct {
	target   autoscaling.DesiredTarget
	policy   autoscaling.Policy
	action   autoscaling.Action
	alarms   []autoscaling.Alarm // of the policy, as they were seen first
	written  time.Time           // when the action was, last
	findings []autoscaling.Finding
}

// declare converts and validates an object of the scalable target id.
func declare(obj v1alpha1.Object, id autoscaling.Identity) declaration {
	var d declaration
	switch o := obj.(type) {
	case *v1alpha1.ScalableTarget:
		_, d.target, d.findings = desired.Target(o)
		d.findings = append(d.findings, autoscaling.ValidateTarget(id, d.target.Target)...)
	case *v1alpha1.ScalingPolicy:
		_, d.policy, d.findings = desired.Policy(o)
		d.alarms = desired.KnownAlarms(o)
		d.findings = append(d.findings, autoscaling.ValidatePolicy(id, d.policy)...)
	case *v1alpha1.ScheduledAction:
		_, d.action, d.findings = desired.Action(o)
		d.written = desired.Written(o)
		d.findings = append(d.findings, autoscaling.ValidateAction(id, d.action)...)
	}
	return d
}

func (d declaration) errors() []autoscaling.Finding   { return d.of(autoscaling.Error) }
func (d declaration) warnings() []autoscaling.Finding { return d.of(autoscaling.Warning) }

func (d declaration) of(severity autoscaling.Severity) []autoscaling.Finding {
	var out []autoscaling.Finding
	for _, f := range d.findings {
		if f.Severity == severity {
			out = append(out, f)
		}
	}
	return out
}

// lastApplied records what the target asked AWS for.
func lastApplied(o *v1alpha1.ScalableTarget, defaultTags []string) *v1alpha1.AppliedTarget {
	applied := &v1alpha1.AppliedTarget{
		MinCapacity:    o.Spec.MinCapacity,
		MaxCapacity:    o.Spec.MaxCapacity,
		SuspendedState: o.Spec.SuspendedState.DeepCopy(),
		DefaultTags:    defaultTags,
	}
	for _, tag := range o.Spec.Tags {
		applied.Tags = append(applied.Tags, tag.Key)
	}
	return applied
}

// nextFiring is when a scheduled action runs next, or nil.
func nextFiring(a autoscaling.Action, created *metav1.Time, now time.Time) *metav1.Time {
	anchor := now
	if created != nil {
		anchor = created.Time
	}
	s, err := a.Firings(anchor)
	if err != nil {
		return nil
	}
	next, ok := s.Next(now)
	if !ok {
		return nil
	}
	return seconds(next)
}
