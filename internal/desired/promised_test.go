package desired_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/desired"
)

func TestPromised(t *testing.T) {
	spec := v1alpha1.ScalableTargetSpec{
		MinCapacity: new(int64(1)), Tags: []v1alpha1.Tag{{Key: "b"}, {Key: "a"}},
		SuspendedState: &v1alpha1.SuspendedState{DynamicScalingInSuspended: new(true), ScheduledScalingSuspended: new(false)},
	}
	on := &v1alpha1.SuspendedState{DynamicScalingInSuspended: new(true)}
	cases := map[string]struct {
		reason   string
		spec     v1alpha1.ScalableTargetSpec
		before   *v1alpha1.AppliedTarget
		known    bool // AWS has it already
		defaults []string
		want     *v1alpha1.AppliedTarget
	}{
		"nothing to take back": {
			reason: "bounds are not taken back, so most objects are written no more often than before",
			spec:   v1alpha1.ScalableTargetSpec{MinCapacity: new(int64(1))}, defaults: []string{"d"},
		},
		"new": {
			reason: "what an object is born with is known before AWS has it",
			spec:   spec, defaults: []string{"d"},
			want: &v1alpha1.AppliedTarget{Tags: []string{"a", "b"}, SuspendedState: on},
		},
		"grown": {
			reason: "the union is kept, because what is asked for no more is still in AWS",
			spec:   spec, defaults: []string{"d"},
			before: &v1alpha1.AppliedTarget{
				MinCapacity: new(int64(5)), Tags: []string{"a", "c"}, DefaultTags: []string{"e"},
				SuspendedState: &v1alpha1.SuspendedState{DynamicScalingOutSuspended: new(true), DynamicScalingInSuspended: new(false)},
			},
			want: &v1alpha1.AppliedTarget{
				MinCapacity: new(int64(5)), Tags: []string{"a", "b", "c"}, DefaultTags: []string{"d", "e"},
				SuspendedState: &v1alpha1.SuspendedState{DynamicScalingOutSuspended: new(true), DynamicScalingInSuspended: new(true)},
			},
		},
		"shrunk": {
			reason: "it shrinks when the undoing is done, not before",
			spec:   v1alpha1.ScalableTargetSpec{},
			before: &v1alpha1.AppliedTarget{Tags: []string{"a"}, SuspendedState: on},
		},
		"of an earlier controller": {
			reason: "the bounds that it registered are not taken for edited later",
			spec:   spec, known: true,
			want: &v1alpha1.AppliedTarget{MinCapacity: new(int64(1)), Tags: []string{"a", "b"}, SuspendedState: on},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			obj := &v1alpha1.ScalableTarget{Spec: c.spec}
			obj.Status.LastApplied = c.before
			if c.known {
				obj.Status.ACKResourceMetadata = &v1alpha1.ResourceMetadata{}
			}
			got := desired.Promised(obj, c.defaults)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.reason, diff)
			}
			if obj.Status.LastApplied = got; got != nil && desired.Promised(obj, nil) != nil {
				t.Errorf("%s, but the same promise is made twice", c.reason)
			}
		})
	}
}
