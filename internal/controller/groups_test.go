package controller

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
	lone, _ := g.put(policy)
	if len(lone) != 1 || lone[0].Lone != refOf(policy) {
		t.Fatalf("a reference that leads nowhere makes a group of its own, got %v", lone)
	}
	target := targetObject("t", "service/a/b")
	touched, _ := g.put(target)
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
		g.putNamespace("by", &placement.Namespace{Annotations: map[string]string{v1alpha1.AnnotationEndpointURL: "https://vpce.test"}})
		for range 60 {
			name := fmt.Sprint("o", r.IntN(4))
			resource := fmt.Sprint("service/a/", r.IntN(3))
			objects := []v1alpha1.Object{targetObject(name, resource), policyObject("p"+name, resource), policyFor("r"+name, name)}
			obj := objects[r.IntN(len(objects))]
			if r.IntN(2) == 0 {
				obj.SetNamespace("by")
			}
			if r.IntN(3) == 0 {
				g.remove(refOf(obj))
			} else if touched, _ := g.put(obj); !slices.Contains(touched, g.groupOf[refOf(obj)]) {
				t.Fatalf("seed %d: putting %s does not report its group", seed, refOf(obj))
			}
			checkGroups(t, seed, g)
		}
	}
}

func checkGroups(t *testing.T, seed uint64, g *groups) {
	t.Helper()
	n, shared := 0, 0
	for _, group := range g.all() {
		if _, there := g.spots[group.spot()][group]; there != group.Complete() {
			t.Fatalf("seed %d: the groups at %v are %v", seed, group.spot(), g.spots[group.spot()])
		}
		for _, ref := range g.of(group) {
			n++
			if g.groupOf[ref] != group {
				t.Fatalf("seed %d: %s is in %v, but groupOf says %v", seed, ref, group, g.groupOf[ref])
			}
		}
	}
	for _, groups := range g.spots {
		shared += len(groups)
	}
	if shared > len(g.all()) {
		t.Fatalf("seed %d: groups without objects are kept: %v", seed, g.spots)
	}
	if n != len(g.groupOf) {
		t.Fatalf("seed %d: %d memberships of %d objects", seed, n, len(g.groupOf))
	}
}

// What has something in AWS stays with it, whatever becomes of what it refers
// to; what has nothing there follows.
func TestTiedObjectsDoNotFollowTheirReferences(t *testing.T) {
	at := func(resource string) autoscaling.Identity {
		return autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: resource, ScalableDimension: "ecs:service:DesiredCount"}
	}
	was, is := at("service/a/was"), at("service/a/is")
	for _, c := range []struct {
		reason  string
		held    bool
		bound   autoscaling.Identity
		becomes string // of the target that it refers to; empty: it goes
		want    autoscaling.Identity
		leads   autoscaling.Identity
	}{
		{"it may have something there, and the reference says something else", true, was, is.ResourceID, was, is},
		{"the reference says what it always did", true, was, was.ResourceID, was, autoscaling.Identity{}},
		{"the reference leads nowhere any more", true, was, "", was, autoscaling.Identity{}},
		{"nothing was made for it", false, was, is.ResourceID, is, autoscaling.Identity{}},
		{"it was never bound", true, autoscaling.Identity{}, is.ResourceID, is, autoscaling.Identity{}},
	} {
		g := newGroups(settings{Settings: placement.Settings{Own: Scope{Account: "1", Region: "r"}}})
		policy := policyFor("p", "t")
		g.put(targetObject("t", was.ResourceID))
		if c.bound.Complete() {
			bindTo(policy.GetStatus(), c.bound)
		}
		if c.held {
			claim(policy)
		}
		g.put(policy)
		g.remove(refOf(targetObject("t", "")))
		if c.becomes != "" {
			g.put(targetObject("t", c.becomes))
		}
		if got := g.groupOf[refOf(policy)].Identity; got != c.want || g.leadsTo(refOf(policy)) != c.leads {
			t.Errorf("%s: it is with %v, and led to %v", c.reason, got, g.leadsTo(refOf(policy)))
		}
	}
}

func TestAnEndpointOfAnotherNameDoesNotTakeItsTargetAlong(t *testing.T) {
	g := newGroups(settings{Settings: placement.Settings{Own: Scope{Account: "1", Region: "r"}}})
	target := targetObject("t", "")
	target.Spec.ResourceID = nil
	target.Spec.ServiceNamespace, target.Spec.ScalableDimension = "sagemaker", instanceCount
	target.Spec.SageMakerEndpointRef = &v1alpha1.SageMakerEndpointReference{From: v1alpha1.ObjectReference{Name: "e"}, VariantName: "v"}
	endpoint := *namingOf(target).endpoint
	policy := policyFor("p", "t")
	g.put(target)
	g.put(policy)
	g.putReferent(endpoint, "blue")
	bindTo(target.GetStatus(), g.groupOf[refOf(target)].Identity)
	claim(target)
	if _, moved := g.put(target); moved {
		t.Error("to be bound to what it is about moves no object")
	}
	blue := g.groupOf[refOf(target)]
	if touched := g.putReferent(endpoint, "green"); !slices.Contains(touched, blue) {
		t.Errorf("nobody looks at the target that has to tell it; touched %v", touched)
	}
	if g.groupOf[refOf(target)] != blue || g.groupOf[refOf(policy)] != blue || !strings.Contains(g.leadsTo(refOf(target)).ResourceID, "/green/") || g.leadsTo(refOf(policy)).Complete() {
		t.Errorf("the target and the policy that refers to it stay where they are: %v, %v", g.groupOf[refOf(target)], g.groupOf[refOf(policy)])
	}
	target.Finalizers = nil
	if _, moved := g.put(target); !moved || !strings.Contains(g.groupOf[refOf(policy)].ResourceID, "/green/") {
		t.Errorf("what has nothing in AWS any more follows, and so does what refers to it: %v", g.groupOf[refOf(policy)])
	}
}
