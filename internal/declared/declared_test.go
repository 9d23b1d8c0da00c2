package declared_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/declared"
)

const identity = "resourceID: service/c/s, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs"

func target(metadata, spec string) v1alpha1.Object {
	return read(&v1alpha1.ScalableTarget{}, metadata, spec)
}

func action(metadata, spec string) v1alpha1.Object {
	return read(&v1alpha1.ScheduledAction{}, metadata, "schedule: rate(1 day), scalableTargetAction: {minCapacity: 1, maxCapacity: 1}, "+spec)
}

// read makes an object; what cannot be read is empty, and fails the test that
// looks at it.
func read(into v1alpha1.Object, metadata, spec string) v1alpha1.Object {
	_ = yaml.Unmarshal([]byte("metadata: {"+metadata+"}\nspec: {"+spec+"}\n"), into)
	return into
}

func TestGather(t *testing.T) {
	const held = ", finalizers: [finalizers.applicationautoscaling.services.k8s.aws/"
	for _, c := range []struct {
		reason  string
		objects []v1alpha1.Object
		want    []string // per group: the target, the members, what is the matter with them
	}{
		{"a reference is followed, also to an object that comes later", []v1alpha1.Object{
			action("name: a", "scheduledActionName: a, resourceRef: {from: {name: t}}"), target("name: t", identity)},
			[]string{"service/c/s: a t"}},
		{"a reference goes to its own namespace", []v1alpha1.Object{
			target("name: t, namespace: x", identity), action("name: a, namespace: y", "scheduledActionName: a, resourceRef: {from: {name: t}}")},
			[]string{"service/c/s: t", ": a(dangling)"}},
		{"unless it names another", []v1alpha1.Object{
			target("name: t, namespace: x", identity), action("name: a, namespace: y", "scheduledActionName: a, resourceRef: {from: {name: t, namespace: x}}")},
			[]string{"service/c/s: t a"}},
		{"what names the same target itself is in the same group", []v1alpha1.Object{
			action("name: a", "scheduledActionName: a, "+identity), action("name: b", "scheduledActionName: b, "+identity)},
			[]string{"service/c/s: a b"}},
		{"of two that declare the same, the first counts", []v1alpha1.Object{
			action("name: a", "scheduledActionName: x, "+identity), action("name: b", "scheduledActionName: x, "+identity)},
			[]string{"service/c/s: a b(rival a)"}},
		{"the older before the younger", []v1alpha1.Object{
			action("name: a, creationTimestamp: '2026-02-01T00:00:00Z'", "scheduledActionName: x, "+identity),
			action("name: b, creationTimestamp: '2026-01-01T00:00:00Z'", "scheduledActionName: x, "+identity)},
			[]string{"service/c/s: a(rival b) b"}},
		{"the one that is held before all", []v1alpha1.Object{
			action("name: a, creationTimestamp: '2026-01-01T00:00:00Z'", "scheduledActionName: x, "+identity),
			action("name: b, creationTimestamp: '2026-02-01T00:00:00Z'"+held+"ScheduledAction]", "scheduledActionName: x, "+identity)},
			[]string{"service/c/s: a(rival b) b"}},
		{"two targets that register the same", []v1alpha1.Object{target("name: t", identity), target("name: u", identity)},
			[]string{"service/c/s: t u(rival t)"}},
		{"another Region is another target", []v1alpha1.Object{
			target("name: t", identity), target("name: u, annotations: {services.k8s.aws/region: us-east-1}", identity)},
			[]string{"service/c/s: t", "service/c/s: u"}},
		{"the Region that is meant anyway is the same", []v1alpha1.Object{
			target("name: t", identity), action("name: a, annotations: {services.k8s.aws/region: eu-west-1}", "scheduledActionName: a, "+identity)},
			[]string{"service/c/s: t a"}},
		{"an identity that is left to an object of another kind is nobody's fault", []v1alpha1.Object{
			target("name: t", "sageMakerEndpointRef: {from: {name: e}}, scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker, minCapacity: 1, maxCapacity: 2"),
			action("name: a", "scheduledActionName: a, resourceRef: {from: {name: t}}")},
			[]string{": t a"}},
		{"an identity that is not there at all is", []v1alpha1.Object{action("name: a", "scheduledActionName: a")},
			[]string{": a(IdentityIncomplete)"}},
		{"what is wrong in the group is on the member that it is about", []v1alpha1.Object{
			target("name: t", identity+", minCapacity: 2, maxCapacity: 5"), read(&v1alpha1.ScheduledAction{}, "name: a", "scheduledActionName: a, schedule: rate(1 day), scalableTargetAction: {minCapacity: 9}, "+identity)},
			[]string{"service/c/s: t a(ActionNeverApplies)"}},
	} {
		var got []string
		for _, g := range declared.Gather(c.objects, declared.Surroundings{Home: home}) {
			words := []string{g.ResourceID + ":"}
			for _, m := range g.Members {
				words = append(words, m.Name+matter(m))
			}
			got = append(got, strings.Join(words, " "))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func matter(m *declared.Member) string {
	switch {
	case m.Dangling:
		return "(dangling)"
	case m.Rival != nil:
		return "(rival " + m.Rival.Name + ")"
	case len(m.Findings) > 0:
		return "(" + string(m.Findings[0].Code) + ")"
	}
	return ""
}

func TestDesired(t *testing.T) {
	const gone = "deletionTimestamp: '2026-01-01T00:00:00Z'"
	const ours = gone + ", finalizers: [finalizers.applicationautoscaling.services.k8s.aws/ScheduledAction]"
	named := func(name string) string { return "scheduledActionName: " + name + ", " + identity }
	groups := declared.Gather([]v1alpha1.Object{
		action("name: stays", named("stays")),
		action("name: goes, "+ours, named("goes")),
		action("name: retained, annotations: {services.k8s.aws/deletion-policy: retain}, "+ours, named("retained")),
		action("name: foreign, "+gone, named("foreign")),
		action("name: looks, annotations: {services.k8s.aws/read-only: 'True'}", named("looks")),
		read(&v1alpha1.ScheduledAction{}, "name: wrong", named("wrong")),
	}, declared.Surroundings{})
	var got []string
	for _, a := range groups[0].Desired().Actions {
		name := a.Name
		if a.Absent {
			name += " absent"
		}
		got = append(got, name)
	}
	want := []string{"stays", "goes absent"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("only what the controller would act on is declared (-want +got):\n%s", diff)
	}
}

// One scalable target may be reached in several ways; it is one all the same.
func TestRivalsByDifferentWays(t *testing.T) {
	surroundings := declared.Surroundings{Home: home, Namespaces: map[string]map[string]string{
		"door": {"services.k8s.aws/endpoint-url": "https://vpce.test"}, "far": {"services.k8s.aws/region": "us-east-1"},
	}}
	in := func(namespace, metadata, spec string) v1alpha1.Object {
		return action("name: a, namespace: "+namespace+metadata, "scheduledActionName: x, "+spec)
	}
	const looks = ", annotations: {services.k8s.aws/read-only: 'true'}"
	for _, c := range []struct {
		reason string
		a, b   v1alpha1.Object
		rivals bool
	}{
		{"another endpoint leads to the same target", in("shop", "", identity), in("door", "", identity), true},
		{"to look is no claim", in("shop", "", identity), in("door", looks, identity), false},
		{"nor is anything taken from who only looks", in("shop", looks, identity), in("door", "", identity), false},
		{"another Region is another target", in("shop", "", identity), in("far", "", identity), false},
		{"what is not known to be the same is not", in("shop", "", ""), in("door", "", ""), false},
	} {
		var members []*declared.Member
		for _, g := range declared.Gather([]v1alpha1.Object{c.a, c.b}, surroundings) {
			members = append(members, g.Members...)
		}
		if len(members) != 2 || members[0].Rival != nil || (members[1].Rival != nil) != c.rivals {
			t.Errorf("%s: got rival %v", c.reason, members[1].Rival)
		}
	}
}
