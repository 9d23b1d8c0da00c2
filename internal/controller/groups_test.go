package controller

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/placement"
)

func targetObject(name, resource string) *v1alpha1.ScalableTarget {
	return &v1alpha1.ScalableTarget{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name},
		Spec:       v1alpha1.ScalableTargetSpec{ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount", ResourceID: &resource},
	}
}

func policyObject(name, resource string) *v1alpha1.ScalingPolicy {
	namespace, dimension := "ecs", "ecs:service:DesiredCount"
	return &v1alpha1.ScalingPolicy{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name},
		Spec:       v1alpha1.ScalingPolicySpec{PolicyName: name, ServiceNamespace: &namespace, ScalableDimension: &dimension, ResourceID: &resource},
	}
}

func policyFor(name, target string) *v1alpha1.ScalingPolicy {
	return &v1alpha1.ScalingPolicy{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name},
		Spec:       v1alpha1.ScalingPolicySpec{PolicyName: name, ResourceRef: &v1alpha1.Reference{From: &v1alpha1.ObjectReference{Name: target}}},
	}
}

func TestGroupsFollowReferences(t *testing.T) {
	g := newGroups(settings{Settings: placement.Settings{Own: Scope{Account: "1", Region: "r"}}})
	policy := policyFor("p", "t")
	lone := g.put(policy)
	if len(lone) != 1 || lone[0].Lone != refOf(policy) {
		t.Fatalf("a reference that leads nowhere makes a group of its own, got %v", lone)
	}
	target := targetObject("t", "service/a/b")
	touched := g.put(target)
	joint := Group{Scope: Scope{Account: "1", Region: "r"}, Identity: autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/a/b", ScalableDimension: "ecs:service:DesiredCount"}}
	if !slices.Contains(touched, joint) || len(g.of(joint)) != 2 {
		t.Fatalf("the target's arrival brings its policies into its group; touched %v, members %v", touched, g.of(joint))
	}
	g.remove(refOf(target))
	if members := g.of(joint); len(members) != 1 || members[0] != refOf(policy) {
		t.Fatalf("a policy whose target object is gone still stands for what it declared there, got %v", members)
	}
	if len(g.all()) != 1 {
		t.Fatalf("groups without members are forgotten, got %v", g.all())
	}
}

// Whatever comes and goes, every object is in exactly one group, the one that
// groupOf names, and every touched group is reported.
func TestGroupsStayConsistent(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		g := newGroups(settings{Settings: placement.Settings{Own: Scope{Account: "1", Region: "r"}}})
		for range 60 {
			name := fmt.Sprint("o", r.IntN(4))
			resource := fmt.Sprint("service/a/", r.IntN(3))
			objects := []v1alpha1.Object{targetObject(name, resource), policyObject("p"+name, resource), policyFor("r"+name, name)}
			obj := objects[r.IntN(len(objects))]
			if r.IntN(3) == 0 {
				g.remove(refOf(obj))
			} else if touched := g.put(obj); !slices.Contains(touched, g.groupOf[refOf(obj)]) {
				t.Fatalf("seed %d: putting %s does not report its group", seed, refOf(obj))
			}
			checkGroups(t, seed, g)
		}
	}
}

func checkGroups(t *testing.T, seed uint64, g *groups) {
	t.Helper()
	n := 0
	for _, group := range g.all() {
		for _, ref := range g.of(group) {
			n++
			if g.groupOf[ref] != group {
				t.Fatalf("seed %d: %s is in %v, but groupOf says %v", seed, ref, group, g.groupOf[ref])
			}
		}
	}
	if n != len(g.groupOf) {
		t.Fatalf("seed %d: %d memberships of %d objects", seed, n, len(g.groupOf))
	}
}
