package awsapi

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// TestRoundTrip sends random policies, actions and targets through the SDK to
// a server that keeps them, and reads them back: nothing may be lost or
// invented on the way, whatever members the domain types have.
func TestRoundTrip(t *testing.T) {
	id := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/c/s", ScalableDimension: "ecs:service:DesiredCount"}
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 1))
		a := newTestAPI(t, newFake())
		policy, action, target := fill[autoscaling.Policy](random), fill[autoscaling.Action](random), fill[autoscaling.Target](random)
		policy.Name, action.Name = "p", "a"
		target.RemovedTags = nil // not for AWS
		for _, c := range []autoscaling.Change{
			{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Create, Target: &target},
			{Op: autoscaling.OpPutPolicy, Verb: autoscaling.Create, Policy: &policy},
			{Op: autoscaling.OpPutAction, Verb: autoscaling.Create, Action: &action},
		} {
			if _, err := a.Apply(t.Context(), id, c); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		o, err := a.Observe(t.Context(), Query{Identity: id, Policies: []string{"p"}, Actions: []string{"a"}, Tags: true})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if o.Target == nil || len(o.Policies) != 1 || len(o.Actions) != 1 {
			t.Fatalf("seed %d: observed %+v, want a target, a policy and an action", seed, o)
		}
		if diff := cmp.Diff(policy, o.Policies[0].Policy); diff != "" {
			t.Errorf("seed %d: policy (-sent +read):\n%s", seed, diff)
		}
		if diff := cmp.Diff(action, o.Actions[0].Action); diff != "" {
			t.Errorf("seed %d: action (-sent +read):\n%s", seed, diff)
		}
		if diff := cmp.Diff(target, declared(*o.Target, target)); diff != "" {
			t.Errorf("seed %d: target (-sent +read):\n%s", seed, diff)
		}
	}
}

// declared turns what AWS has back into what was declared: members that were
// not sent are zero in the one and nil in the other.
func declared(o autoscaling.ObservedTarget, sent autoscaling.Target) autoscaling.Target {
	back := func(sent *bool, got bool) *bool {
		if sent == nil && !got {
			return nil
		}
		return &got
	}
	capacity := func(sent *int32, got int32) *int32 {
		if sent == nil && got == 0 {
			return nil
		}
		return &got
	}
	t := autoscaling.Target{
		MinCapacity: capacity(sent.MinCapacity, o.MinCapacity),
		MaxCapacity: capacity(sent.MaxCapacity, o.MaxCapacity),
		RoleARN:     o.RoleARN,
		Suspended: autoscaling.Suspension{
			DynamicScalingIn:  back(sent.Suspended.DynamicScalingIn, o.Suspended.DynamicScalingIn),
			DynamicScalingOut: back(sent.Suspended.DynamicScalingOut, o.Suspended.DynamicScalingOut),
			ScheduledScaling:  back(sent.Suspended.ScheduledScaling, o.Suspended.ScheduledScaling),
		},
	}
	if len(o.Tags) > 0 {
		t.Tags = o.Tags
	}
	return t
}

// fill returns a value with random members: about a third stay unset. It works
// by reflection, so that a member that is added to the domain is tested too.
func fill[T any](random *rand.Rand) T {
	var v T
	fillValue(random, reflect.ValueOf(&v).Elem(), false)
	return v
}

func fillValue(random *rand.Rand, v reflect.Value, required bool) {
	if !required && random.IntN(3) == 0 {
		return
	}
	switch v.Interface().(type) {
	case *time.Time:
		v.Set(reflect.ValueOf(at(random.Int64N(1 << 32)))) // AWS keeps milliseconds at most
		return
	case map[string]string:
		v.Set(reflect.ValueOf(map[string]string{"k": "v", fmt.Sprint(random.IntN(9)): ""}))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(random, v.Elem(), true)
	case reflect.Struct:
		for i := range v.NumField() {
			fillValue(random, v.Field(i), sdkRequires[v.Type().Name()+"."+v.Type().Field(i).Name])
		}
	case reflect.Slice:
		n := 1 + random.IntN(3)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fillValue(random, v.Index(i), true)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", random.IntN(100)))
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Int32:
		v.SetInt(int64(int32(random.Uint32())))
	case reflect.Float64:
		v.SetFloat(random.NormFloat64() * 1e6)
	default:
		panic("the domain has a new type of member: " + v.Type().String())
	}
}

// sdkRequires lists the members without which the SDK does not send a call.
var sdkRequires = map[string]bool{
	"TargetTracking.TargetValue":   true,
	"PredefinedMetric.Type":        true,
	"Predictive.Metrics":           true,
	"PredictiveMetric.TargetValue": true,
}

func TestTagsAreSentOnCreationOnly(t *testing.T) {
	target := autoscaling.Target{Tags: map[string]string{"team": "a"}}
	id := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "r", ScalableDimension: "d"}
	if in := targetInput(id, target, autoscaling.Update); in.Tags != nil {
		t.Errorf("an update carries the tags %v; AWS refuses it then", in.Tags)
	}
	if in := targetInput(id, target, autoscaling.Create); in.Tags["team"] != "a" {
		t.Errorf("a creation carries the tags %v, want team=a", in.Tags)
	}
}

// AWS tells what it forecasts with the target; a request never has it.
func TestForecastCapacityIsRead(t *testing.T) {
	f := newFake()
	f.targets = []object{{
		"ServiceNamespace": "ecs", "ResourceId": "r", "ScalableDimension": "d", "MinCapacity": 1, "MaxCapacity": 9, "RoleARN": "arn:role", "CreationTime": 1.7e9,
		"PredictedCapacity": 7,
	}}
	o, err := newTestAPI(t, f).Observe(t.Context(), Query{Identity: autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "r", ScalableDimension: "d"}})
	if err != nil || o.Target == nil || o.Target.PredictedCapacity == nil || *o.Target.PredictedCapacity != 7 {
		t.Errorf("%+v, %v", o.Target, err)
	}
}
