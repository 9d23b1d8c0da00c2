package desired_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

func target(edit func(*v1alpha1.ScalableTarget)) *v1alpha1.ScalableTarget {
	o := &v1alpha1.ScalableTarget{Spec: v1alpha1.ScalableTargetSpec{
		ResourceID:        new("endpoint/demo/variant/AllTraffic"),
		ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
		ServiceNamespace:  "sagemaker",
	}}
	edit(o)
	return o
}

func TestTarget(t *testing.T) {
	const linked = "arn:aws:iam::123456789012:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
	cases := map[string]struct {
		reason string
		edit   func(*v1alpha1.ScalableTarget)
		want   autoscaling.DesiredTarget
	}{
		"nothing": {
			reason: "what is not written is not declared, so AWS keeps what it has",
			edit:   func(*v1alpha1.ScalableTarget) {},
		},
		"everything": {
			reason: "every field of the spec arrives, and bounds that were never asked for are an edit",
			edit: func(o *v1alpha1.ScalableTarget) {
				o.Spec.MinCapacity, o.Spec.MaxCapacity = new(int64(1)), new(int64(2))
				o.Spec.RoleARN = new("arn:aws:iam::123456789012:role/emr")
				o.Spec.SuspendedState = &v1alpha1.SuspendedState{DynamicScalingInSuspended: new(true), DynamicScalingOutSuspended: new(false), ScheduledScalingSuspended: new(true)}
				o.Spec.Tags = []v1alpha1.Tag{{Key: "team", Value: "search"}, {Key: "empty"}}
			},
			want: autoscaling.DesiredTarget{
				Target: autoscaling.Target{
					MinCapacity: new(int32(1)), MaxCapacity: new(int32(2)),
					RoleARN:   "arn:aws:iam::123456789012:role/emr",
					Suspended: autoscaling.Suspension{DynamicScalingIn: new(true), DynamicScalingOut: new(false), ScheduledScaling: new(true)},
					Tags:      map[string]string{"team": "search", "empty": ""},
				},
				PinMin: true, PinMax: true,
			},
		},
		"service-linked role": {
			reason: "older controllers wrote AWS's own role into the spec; nobody chose it and sending it needs iam:PassRole",
			edit:   func(o *v1alpha1.ScalableTarget) { o.Spec.RoleARN = new(linked) },
		},
		"bounds as last applied": {
			reason: "bounds that were applied before are no edit, so a scheduled action may have changed them",
			edit: func(o *v1alpha1.ScalableTarget) {
				o.Spec.MinCapacity, o.Spec.MaxCapacity = new(int64(1)), new(int64(2))
				o.Status.LastApplied = &v1alpha1.AppliedTarget{MinCapacity: new(int64(1)), MaxCapacity: new(int64(2))}
			},
			want: autoscaling.DesiredTarget{Target: autoscaling.Target{MinCapacity: new(int32(1)), MaxCapacity: new(int32(2))}},
		},
		"registered by another controller": {
			reason: "who takes over from the ACK controller does not undo what a scheduled action set",
			edit: func(o *v1alpha1.ScalableTarget) {
				o.Spec.MinCapacity, o.Spec.MaxCapacity = new(int64(1)), new(int64(2))
				o.Status.ACKResourceMetadata = &v1alpha1.ResourceMetadata{OwnerAccountID: "123456789012", Region: "us-west-2"}
			},
			want: autoscaling.DesiredTarget{Target: autoscaling.Target{MinCapacity: new(int32(1)), MaxCapacity: new(int32(2))}},
		},
		"one bound edited": {
			reason: "an edit is meant, also when a scheduled action explains the bounds in AWS",
			edit: func(o *v1alpha1.ScalableTarget) {
				o.Spec.MinCapacity, o.Spec.MaxCapacity = new(int64(1)), new(int64(3))
				o.Status.LastApplied = &v1alpha1.AppliedTarget{MinCapacity: new(int64(1)), MaxCapacity: new(int64(2))}
			},
			want: autoscaling.DesiredTarget{Target: autoscaling.Target{MinCapacity: new(int32(1)), MaxCapacity: new(int32(3))}, PinMax: true},
		},
		"one bound added": {
			reason: "a bound that was not asked for before is an edit",
			edit: func(o *v1alpha1.ScalableTarget) {
				o.Spec.MinCapacity, o.Spec.MaxCapacity = new(int64(1)), new(int64(2))
				o.Status.LastApplied = &v1alpha1.AppliedTarget{MinCapacity: new(int64(1))}
			},
			want: autoscaling.DesiredTarget{Target: autoscaling.Target{MinCapacity: new(int32(1)), MaxCapacity: new(int32(2))}, PinMax: true},
		},
		"one bound removed": {
			reason: "the other bound was not edited, and there is nothing to send for the one that is gone",
			edit: func(o *v1alpha1.ScalableTarget) {
				o.Spec.MaxCapacity = new(int64(2))
				o.Status.LastApplied = &v1alpha1.AppliedTarget{MinCapacity: new(int64(1)), MaxCapacity: new(int64(2))}
			},
			want: autoscaling.DesiredTarget{Target: autoscaling.Target{MaxCapacity: new(int32(2))}},
		},
		"suspension removed": {
			reason: "removing the block resumes what this object suspended, and touches no other switch",
			edit: func(o *v1alpha1.ScalableTarget) {
				o.Status.LastApplied = &v1alpha1.AppliedTarget{SuspendedState: &v1alpha1.SuspendedState{DynamicScalingInSuspended: new(true), ScheduledScalingSuspended: new(false)}}
			},
			want: autoscaling.DesiredTarget{Target: autoscaling.Target{Suspended: autoscaling.Suspension{DynamicScalingIn: new(false)}}},
		},
		"one switch removed": {
			reason: "removing a switch resumes it while the others stay as written",
			edit: func(o *v1alpha1.ScalableTarget) {
				o.Spec.SuspendedState = &v1alpha1.SuspendedState{DynamicScalingOutSuspended: new(true)}
				o.Status.LastApplied = &v1alpha1.AppliedTarget{SuspendedState: &v1alpha1.SuspendedState{DynamicScalingOutSuspended: new(true), ScheduledScalingSuspended: new(true)}}
			},
			want: autoscaling.DesiredTarget{Target: autoscaling.Target{Suspended: autoscaling.Suspension{DynamicScalingOut: new(true), ScheduledScaling: new(false)}}},
		},
		"tag removed": {
			reason: "only keys that this object asked for are removed; tags of others are left alone",
			edit: func(o *v1alpha1.ScalableTarget) {
				o.Spec.Tags = []v1alpha1.Tag{{Key: "team", Value: "ads"}}
				o.Status.LastApplied = &v1alpha1.AppliedTarget{Tags: []string{"team", "stage", "owner"}}
			},
			want: autoscaling.DesiredTarget{Target: autoscaling.Target{Tags: map[string]string{"team": "ads"}, RemovedTags: []string{"owner", "stage"}}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := target(c.edit)
			id, got, found := desired.Target(o)
			if want := (autoscaling.Identity{ServiceNamespace: "sagemaker", ResourceID: "endpoint/demo/variant/AllTraffic", ScalableDimension: "sagemaker:variant:DesiredInstanceCount"}); id != want {
				t.Errorf("%s: identity is %v, want %v", c.reason, id, want)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if len(found) > 0 {
				t.Errorf("%s: unexpected findings %v", c.reason, found)
			}
		})
	}
}

func TestTargetFindings(t *testing.T) {
	cases := map[string]struct {
		reason string
		edit   func(*v1alpha1.ScalableTarget)
		want   []autoscaling.Finding
	}{
		"too large": {
			reason: "a number that AWS cannot hold must not be cut to another one",
			edit:   func(o *v1alpha1.ScalableTarget) { o.Spec.MaxCapacity = new(int64(math.MaxInt32 + 1)) },
			want: []autoscaling.Finding{{Code: desired.NumberOutOfRange, Severity: autoscaling.Error, Field: "maxCapacity",
				Message: "2147483648 does not fit into the 32-bit integer that AWS uses: write a number from -2147483648 to 2147483647"}},
		},
		"too small": {
			reason: "the range ends on both sides",
			edit:   func(o *v1alpha1.ScalableTarget) { o.Spec.MinCapacity = new(int64(math.MinInt32 - 1)) },
			want: []autoscaling.Finding{{Code: desired.NumberOutOfRange, Severity: autoscaling.Error, Field: "minCapacity",
				Message: "-2147483649 does not fit into the 32-bit integer that AWS uses: write a number from -2147483648 to 2147483647"}},
		},
		"duplicate tag": {
			reason: "a file that no API server has seen may hold a key twice",
			edit: func(o *v1alpha1.ScalableTarget) {
				o.Spec.Tags = []v1alpha1.Tag{{Key: "team", Value: "a"}, {Key: "team", Value: "b"}}
			},
			want: []autoscaling.Finding{{Code: desired.DuplicateTagKey, Severity: autoscaling.Error, Field: "tags",
				Message: `two tags have the key "team": remove one of them`}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, got, found := desired.Target(target(c.edit))
			if diff := cmp.Diff(c.want, found); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if got.MinCapacity != nil || got.MaxCapacity != nil {
				t.Errorf("%s: the wrong number was converted: %+v", c.reason, got)
			}
		})
	}
}

func TestTargetByReferenceHasNoResourceID(t *testing.T) {
	id, _, found := desired.Target(target(func(o *v1alpha1.ScalableTarget) {
		o.Spec.ResourceID = nil
		o.Spec.SageMakerEndpointRef = &v1alpha1.SageMakerEndpointReference{From: v1alpha1.ObjectReference{Name: "demo"}, VariantName: "AllTraffic"}
	}))
	if id.ResourceID != "" || id.Complete() || len(found) > 0 {
		t.Errorf("the caller follows the reference and fills the resource ID in, but got %v, %v", id, found)
	}
}
