package desired

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

func TestForeign(t *testing.T) {
	knows := func(arn string) v1alpha1.Object {
		o := &v1alpha1.ScalingPolicy{}
		if arn != "" {
			o.Status.ACKResourceMetadata = &v1alpha1.ResourceMetadata{ARN: &arn}
		}
		return o
	}
	soon := metav1.Unix(1, 0)
	goes := knows("")
	goes.SetDeletionTimestamp(&soon)
	adopts := Life{Adoption: Adoption{Policy: v1alpha1.AdoptionPolicyAdoptOrCreate}}
	for _, c := range []struct {
		reason string
		object v1alpha1.Object
		life   Life
		arn    string
		made   bool
		want   bool
	}{
		{"it was there before the object", knows(""), Life{}, "arn:a", false, true},
		{"the object made it", knows(""), Life{}, "arn:a", true, false},
		{"the object knew it before it lost its finalizer", knows("arn:a"), Life{}, "arn:a", false, false},
		{"the object knew another one of the same name", knows("arn:b"), Life{}, "arn:a", false, true},
		{"an old target without an ARN tells nothing", knows(""), Life{}, "", false, true},
		{"the object takes over what is there", knows(""), adopts, "arn:a", false, false},
		{"it does not any more when it goes", goes, adopts, "arn:a", false, true},
		{"what is only looked at may be anybody's", knows(""), Life{ReadOnly: true}, "arn:a", false, false},
	} {
		if got := Foreign(c.object, c.life, c.arn, c.made); got != c.want {
			t.Errorf("%s: %t, want %t", c.reason, got, c.want)
		}
	}
}

func TestReplaced(t *testing.T) {
	knows := func(change func(*v1alpha1.ScalingPolicy)) v1alpha1.Object {
		o := &v1alpha1.ScalingPolicy{}
		o.Finalizers = []string{v1alpha1.FinalizerScalingPolicy}
		o.Status.ObservedGeneration, o.Status.ACKResourceMetadata = 1, &v1alpha1.ResourceMetadata{ARN: new("arn:a")}
		if change != nil {
			change(o)
		}
		return o
	}
	for _, c := range []struct {
		reason string
		object v1alpha1.Object
		life   Life
		arn    string
		want   bool
	}{
		{"it is another one", knows(nil), Life{}, "arn:b", true},
		{"it is the same", knows(nil), Life{}, "arn:a", false},
		{"an old target without an ARN tells nothing", knows(nil), Life{}, "", false},
		{"the object knew none, so it may have made this one", knows(func(o *v1alpha1.ScalingPolicy) { o.Status.ACKResourceMetadata = nil }), Life{}, "arn:b", false},
		{"the controller is making it anew", knows(func(o *v1alpha1.ScalingPolicy) { o.Status.Remaking = true }), Life{}, "arn:b", false},
		{"the status is of another controller", knows(func(o *v1alpha1.ScalingPolicy) { o.Status.ObservedGeneration = 0 }), Life{}, "arn:b", false},
		{"what the object does not hold is not its own", knows(func(o *v1alpha1.ScalingPolicy) { o.Finalizers = nil }), Life{}, "arn:b", false},
		{"what is only looked at may be anybody's", knows(nil), Life{ReadOnly: true}, "arn:b", false},
	} {
		if got := Replaced(c.object, c.life, c.arn); got != c.want {
			t.Errorf("%s: %t, want %t", c.reason, got, c.want)
		}
	}
}

func TestVanished(t *testing.T) {
	reason := ReasonVanished
	stalled := v1alpha1.Condition{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue, Reason: &reason}
	policy := func(synced int64, conditions ...v1alpha1.Condition) v1alpha1.Object {
		o := &v1alpha1.ScalingPolicy{}
		o.Generation, o.Status.SyncedGeneration, o.Status.Conditions = 2, synced, conditions
		return o
	}
	edited := policy(2)
	edited.SetGeneration(3)
	soon := metav1.Unix(1, 0)
	goes := policy(2)
	goes.SetDeletionTimestamp(&soon)
	adopted := Life{Adopted: true}
	for _, c := range []struct {
		reason string
		object v1alpha1.Object
		life   Life
		want   bool
	}{
		{"it was there when the controller looked last", policy(2), adopted, true},
		{"the controller has said so", policy(0, stalled), adopted, true},
		{"the controller took it away itself, and has not made it since", policy(0), adopted, false},
		{"it was there with an older spec", edited, adopted, false},
		{"nothing but others takes a target away", &v1alpha1.ScalableTarget{}, adopted, true},
		{"what was not taken over is made again", policy(2), Life{}, false},
		{"so is what may be", policy(2), Life{Adopted: true, Adoption: Adoption{Policy: v1alpha1.AdoptionPolicyAdoptOrCreate}}, false},
		{"what goes need not be there", goes, adopted, false},
		{"what is only looked at is not made", policy(2), Life{Adopted: true, ReadOnly: true}, false},
	} {
		if got := Vanished(c.object, c.life); got != c.want {
			t.Errorf("%s: %t, want %t", c.reason, got, c.want)
		}
	}
}
