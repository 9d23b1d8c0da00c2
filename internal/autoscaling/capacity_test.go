package autoscaling

import (
	"strings"
	"testing"
	"time"
)

func TestEnforcement(t *testing.T) {
	variant := func(current, desired int32) *Capacity {
		return &Capacity{Holder: "variant AllTraffic", Unit: "instance", Units: "instances", Current: current, Desired: desired}
	}
	have := func(lower, upper int32) Observed {
		return Observed{Target: &ObservedTarget{MinCapacity: lower, MaxCapacity: upper}}
	}
	for _, c := range []struct {
		reason       string
		observed     Observed
		capacity     *Capacity
		lower, upper int32
		want         string
	}{
		{"a new target lifts what is below its bounds", Observed{}, variant(1, 1), 2, 4, "variant AllTraffic has 1 instance; it would become 2"},
		{"a new target lowers what is above", Observed{}, variant(9, 9), 2, 4, "variant AllTraffic has 9 instances; it would become 4"},
		{"what is within stays", Observed{}, variant(3, 3), 2, 4, "variant AllTraffic has 3 instances, which is within 2..4 and stays"},
		{"what counts is where the resource is on the way to", Observed{}, variant(1, 3), 2, 4, "variant AllTraffic has 1 instance, on the way to 3, which is within 2..4 and stays"},
		{"an update enforces the bound that it does not change too", have(3, 8), variant(1, 1), 3, 4, "variant AllTraffic has 1 instance; it would become 3"},
		{"a capacity that nobody read is told in general", Observed{}, nil, 2, 4, "if the capacity of the resource is outside the bounds, AWS moves it to the nearest one"},
		{"of an update too", have(1, 8), nil, 2, 8, "AWS checks the capacity of the resource against the bounds again and moves it if it is outside 2..8"},
	} {
		c.observed.Capacity = c.capacity
		plan := Diff(Identity{"sagemaker", "endpoint/e/variant/AllTraffic", "sagemaker:variant:DesiredInstanceCount"},
			Desired{Target: &DesiredTarget{Target: Target{MinCapacity: &c.lower, MaxCapacity: &c.upper}}}, c.observed, time.Time{})
		if len(plan.Changes) != 1 || strings.Join(plan.Changes[0].Consequences, "; ") != c.want {
			t.Errorf("%s: got %+v, want the consequence %q", c.reason, plan.Changes, c.want)
		}
	}
}

func FuzzEnforced(f *testing.F) {
	f.Add(int32(1), int32(2), int32(4))
	f.Fuzz(func(t *testing.T, capacity, lower, upper int32) {
		if lower > upper {
			return // AWS refuses such bounds
		}
		after := Enforced(capacity, lower, upper)
		if after < lower || after > upper || capacity >= lower && capacity <= upper && after != capacity {
			t.Errorf("a capacity of %d becomes %d within %d..%d", capacity, after, lower, upper)
		}
	})
}
