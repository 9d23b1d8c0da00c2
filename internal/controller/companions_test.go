package controller

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// TestHowLongObjectsWaitForEachOther: by the whole second in which something was
// created or deleted, and never when the clocks of API server and controller differ.
func TestHowLongObjectsWaitForEachOther(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 600e6, time.UTC)
	stamp := func(ago time.Duration) *metav1.Time {
		at := metav1.NewTime(now.Add(-ago).Truncate(time.Second))
		return &at
	}
	type what struct {
		obj              v1alpha1.Object
		created, deleted time.Duration // ago; 0: long ago, and not
		told             bool
	}
	target := func() v1alpha1.Object { return targetObject("t", "service/a/b") }
	policy := func() v1alpha1.Object { return &v1alpha1.ScalingPolicy{} }
	const ms = time.Millisecond
	cases := map[string]struct {
		objects []what
		want    time.Duration
	}{
		"nothing came or went":                    {[]what{{obj: target(), told: true}, {obj: policy(), told: true}}, 0},
		"a target that is new":                    {[]what{{obj: target(), created: 100 * ms}}, 0},
		"a policy before its target":              {[]what{{obj: policy(), created: 100 * ms}}, 1400 * ms},
		"a policy in the last second":             {[]what{{obj: policy(), created: 700 * ms}}, 400 * ms},
		"a policy whose target does not come":     {[]what{{obj: policy(), created: 1700 * ms}}, 0},
		"a policy with an older one":              {[]what{{obj: policy(), created: 1200 * ms}, {obj: policy(), created: 100 * ms}}, 400 * ms},
		"a policy with one that was told":         {[]what{{obj: policy(), told: true}, {obj: policy(), created: 100 * ms}}, 0},
		"a policy of the future":                  {[]what{{obj: policy(), created: -5 * time.Second}}, 0},
		"a policy that is deleted":                {[]what{{obj: policy(), created: 100 * ms, deleted: 100 * ms}}, 0},
		"a target before its policy":              {[]what{{obj: target(), deleted: 100 * ms}, {obj: policy(), told: true}}, 1400 * ms},
		"a target, and a policy created just now": {[]what{{obj: target(), deleted: 1200 * ms}, {obj: policy(), created: 100 * ms}}, 400 * ms},
		"a target whose policy stays":             {[]what{{obj: target(), deleted: 1700 * ms}, {obj: policy(), told: true}}, 0},
		"a target with all that is under it":      {[]what{{obj: target(), deleted: 100 * ms}, {obj: policy(), deleted: 100 * ms}}, 0},
		"a target that is all":                    {[]what{{obj: target(), deleted: 100 * ms}}, 0},
		"a target of the future":                  {[]what{{obj: target(), deleted: -5 * time.Second}, {obj: policy(), told: true}}, 0},
		"a policy without its target":             {[]what{{obj: target(), told: true}, {obj: policy(), deleted: 100 * ms}}, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := &pass{now: now, swept: true, group: Group{Lone: ObjectRef{Kind: "k"}}}
			for _, o := range c.objects {
				o.obj.SetCreationTimestamp(*stamp(time.Hour))
				if o.created != 0 {
					o.obj.SetCreationTimestamp(*stamp(o.created))
				}
				if o.deleted != 0 {
					o.obj.SetDeletionTimestamp(stamp(o.deleted))
				}
				if o.told {
					o.obj.GetStatus().Conditions = []v1alpha1.Condition{{}}
				}
				p.members = append(p.members, &member{ref: refOf(o.obj), obj: o.obj})
			}
			r := &Reconciler{}
			if got := r.companions(p); got != c.want {
				t.Errorf("waits %s, want %s", got, c.want)
			}
			if due := r.checks.take(p.group); due != (c.want > 0) {
				t.Errorf("a check that has to wait is due afterwards: %v", due)
			}
		})
	}
}
