package placement

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

func TestSelectorMatches(t *testing.T) {
	object := Object{Namespace: "shop", Kind: autoscaling.KindPolicy, Labels: map[string]string{"tier": "web", "team": "a"}}
	namespace := Namespace{Labels: map[string]string{"stage": "prod"}}
	group := v1alpha1.GroupVersion.Group
	for name, c := range map[string]struct {
		reason   string
		selector Selector
		want     bool
	}{
		"nothing said":     {"what is not selected by fits everything", Selector{}, true},
		"name":             {"one of the names is enough", Selector{Namespaces: []string{"x", "shop"}}, true},
		"other name":       {"no name fits", Selector{Namespaces: []string{"x"}}, false},
		"namespace label":  {"the namespace has the label", Selector{NamespaceLabels: map[string]string{"stage": "prod"}}, true},
		"name, not label":  {"name and label of the namespace must both fit", Selector{Namespaces: []string{"shop"}, NamespaceLabels: map[string]string{"stage": "test"}}, false},
		"kind":             {"an empty member is any", Selector{Kinds: []schema.GroupVersionKind{{Kind: "Bucket"}, {Group: group, Kind: "ScalingPolicy"}}}, true},
		"other kind":       {"another kind of the same group", Selector{Kinds: []schema.GroupVersionKind{{Group: group, Kind: "ScalableTarget"}}}, false},
		"other version":    {"the version counts", Selector{Kinds: []schema.GroupVersionKind{{Version: "v1"}}}, false},
		"other group":      {"the same kind of another group is another kind", Selector{Kinds: []schema.GroupVersionKind{{Group: "s3.services.k8s.aws"}}}, false},
		"labels":           {"all labels must be there", Selector{Labels: map[string]string{"tier": "web", "team": "a"}}, true},
		"missing label":    {"a label without the value does not fit", Selector{Labels: map[string]string{"tier": "web", "cost": ""}}, false},
		"kind, not labels": {"between the parts is an and", Selector{Kinds: []schema.GroupVersionKind{{Kind: "ScalingPolicy"}}, Labels: map[string]string{"tier": "db"}}, false},
	} {
		if got := c.selector.Matches(object, namespace); got != c.want {
			t.Errorf("%s: %s: got %t", name, c.reason, got)
		}
	}
}

func TestSelectedRole(t *testing.T) {
	in := func(account, role string) Scope { return Scope{Account: account, Region: "us-west-2", RoleARN: role} }
	plain, annotated := Namespace{}, Namespace{Annotations: map[string]string{v1alpha1.AnnotationOwnerAccountID: "222233334444"}}
	for name, c := range map[string]struct {
		reason    string
		selectors []Selector
		object    Object
		namespace Namespace
		want      Scope
		problem   string
	}{
		"one":        {"the role says the account", []Selector{{Name: "a", Role: otherRole}}, where("", Scope{}), plain, in(other, otherRole), ""},
		"none":       {"what no selector selects is the controller's own", []Selector{{Name: "a", Role: otherRole, Namespaces: []string{"x"}}}, where("", Scope{}), plain, in(own, ""), ""},
		"two":        {"two are refused by name", []Selector{{Name: "b", Role: otherRole}, {Name: "a", Role: otherRole}}, where("", Scope{}), plain, in("", ""), "a, b"},
		"no role":    {"what is no role is told", []Selector{{Name: "a", Role: "setpoint"}}, where("", Scope{}), plain, in("", ""), "IAMRoleSelector a"},
		"annotation": {"a selector comes before the namespace's annotation", []Selector{{Name: "a", Role: otherRole}}, where("", Scope{}), annotated, in(other, otherRole), ""},
		"unselected": {"an annotation that cannot be honoured is told", nil, where("", Scope{}), annotated, in("222233334444", ""), v1alpha1.AnnotationOwnerAccountID},
		"moved":      {"what is in one account is not made in another", []Selector{{Name: "a", Role: otherRole}}, where("", in("999999999999", "")), plain, in("999999999999", ""), "IAMRoleSelector a says 111122223333"},
	} {
		s := Settings{Own: in(own, ""), NoRoles: "--enable-carm=false", Selectors: map[string]Selector{}}
		for _, selected := range c.selectors {
			s.Selectors[selected.Name] = selected
		}
		got := s.Place(c.object, c.namespace)
		if got.Scope != c.want || got.Closed != (c.problem != "") || (got.Problem != "") != (c.problem != "") || !strings.Contains(got.Problem, c.problem) {
			t.Errorf("%s: %s: got %+v", name, c.reason, got)
		}
	}
}

// TestServiceLevelKeys: with the gate, keys of the ConfigMaps name the service.
func TestServiceLevelKeys(t *testing.T) {
	s := Settings{
		Own: Scope{Account: own, Region: "us-west-2"}, ServiceRoles: true, TeamRoles: true,
		Roles: map[string]map[string]string{
			AccountRoleMap: {"applicationautoscaling.111122223333": otherRole},
			TeamRoleMap:    {"applicationautoscaling.ml": otherRole, "plain": otherRole},
		},
	}
	in := func(annotation, value string) Namespace {
		return Namespace{Annotations: map[string]string{annotation: value}}
	}
	for _, namespace := range []Namespace{in(v1alpha1.AnnotationOwnerAccountID, other), in(v1alpha1.AnnotationTeamID, "ml")} {
		if got := s.Place(where("", Scope{}), namespace); got.RoleARN != otherRole || got.Problem != "" {
			t.Errorf("%v: got %+v", namespace, got)
		}
	}
	if got := s.Place(where("", Scope{}), in(v1alpha1.AnnotationTeamID, "plain")); !strings.Contains(got.Problem, "no key applicationautoscaling.plain") {
		t.Errorf("a key without the service does not count, and the missing one is named: %+v", got)
	}
}

func FuzzSelectorMatches(f *testing.F) {
	f.Add("shop", "ScalingPolicy", "tier", "web", "shop", "", "tier", "web")
	f.Fuzz(func(t *testing.T, namespace, kind, key, value, wantNamespace, wantKind, wantKey, wantValue string) {
		s := Selector{Namespaces: []string{wantNamespace}, Kinds: []schema.GroupVersionKind{{Kind: wantKind}}, Labels: map[string]string{wantKey: wantValue}}
		got := s.Matches(Object{Namespace: namespace, Kind: autoscaling.Kind(kind), Labels: map[string]string{key: value}}, Namespace{})
		if want := namespace == wantNamespace && (wantKind == "" || kind == wantKind) && key == wantKey && value == wantValue; got != want {
			t.Errorf("got %t", got)
		}
	})
}
