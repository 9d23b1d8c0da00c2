package controller

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

const otherRole = "arn:aws:iam::111122223333:role/setpoint"

func TestSelectorMatches(t *testing.T) {
	where := whereabouts{namespace: "shop", kind: autoscaling.KindPolicy, labels: map[string]string{"tier": "web", "team": "a"}}
	namespace := namespaceFacts{labels: map[string]string{"stage": "prod"}}
	group := v1alpha1.GroupVersion.Group
	for name, c := range map[string]struct {
		reason   string
		selector selector
		want     bool
	}{
		"nothing said":     {"what is not selected by fits everything", selector{}, true},
		"name":             {"one of the names is enough", selector{namespaces: []string{"x", "shop"}}, true},
		"other name":       {"no name fits", selector{namespaces: []string{"x"}}, false},
		"namespace label":  {"the namespace has the label", selector{namespaceLabels: map[string]string{"stage": "prod"}}, true},
		"name, not label":  {"name and label of the namespace must both fit", selector{namespaces: []string{"shop"}, namespaceLabels: map[string]string{"stage": "test"}}, false},
		"kind":             {"an empty member is any", selector{kinds: []schema.GroupVersionKind{{Kind: "Bucket"}, {Group: group, Kind: "ScalingPolicy"}}}, true},
		"other kind":       {"another kind of the same group", selector{kinds: []schema.GroupVersionKind{{Group: group, Kind: "ScalableTarget"}}}, false},
		"other version":    {"the version counts", selector{kinds: []schema.GroupVersionKind{{Version: "v1"}}}, false},
		"other group":      {"the same kind of another group is another kind", selector{kinds: []schema.GroupVersionKind{{Group: "s3.services.k8s.aws"}}}, false},
		"labels":           {"all labels must be there", selector{labels: map[string]string{"tier": "web", "team": "a"}}, true},
		"missing label":    {"a label without the value does not fit", selector{labels: map[string]string{"tier": "web", "cost": ""}}, false},
		"kind, not labels": {"between the parts is an and", selector{kinds: []schema.GroupVersionKind{{Kind: "ScalingPolicy"}}, labels: map[string]string{"tier": "db"}}, false},
	} {
		if got := c.selector.matches(where, namespace); got != c.want {
			t.Errorf("%s: %s: got %t", name, c.reason, got)
		}
	}
}

func TestSelectedRole(t *testing.T) {
	const own = "000000000000"
	region := func(account, role string) Scope { return Scope{Account: account, Region: "us-west-2", RoleARN: role} }
	for name, c := range map[string]struct {
		reason    string
		selectors []selector
		where     whereabouts
		want      Scope
		problem   string
	}{
		"one":        {"the role says the account", []selector{{name: "a", role: otherRole}}, whereabouts{namespace: "plain"}, region("111122223333", otherRole), ""},
		"none":       {"what no selector selects is the controller's own", []selector{{name: "a", role: otherRole, namespaces: []string{"x"}}}, whereabouts{namespace: "plain"}, region(own, ""), ""},
		"two":        {"two are refused by name", []selector{{name: "b", role: otherRole}, {name: "a", role: otherRole}}, whereabouts{namespace: "plain"}, Scope{}, "a, b"},
		"no role":    {"what is no role is told", []selector{{name: "a", role: "setpoint"}}, whereabouts{namespace: "plain"}, Scope{}, "IAMRoleSelector a"},
		"annotation": {"a selector comes before the namespace's annotation", []selector{{name: "a", role: otherRole}}, whereabouts{namespace: "account"}, region("111122223333", otherRole), ""},
		"unselected": {"an annotation that cannot be honoured is told", nil, whereabouts{namespace: "account"}, Scope{}, v1alpha1.AnnotationOwnerAccountID},
		"moved":      {"what is in one account is not made in another", []selector{{name: "a", role: otherRole}}, whereabouts{namespace: "plain", was: region("999999999999", "")}, Scope{}, "IAMRoleSelector a says 111122223333"},
	} {
		s := settings{
			own: Scope{Account: own, Region: "us-west-2"}, noRoles: "--enable-carm=false",
			namespaces: annotated(map[string]map[string]string{"account": {v1alpha1.AnnotationOwnerAccountID: "222233334444"}}),
			selectors:  map[string]selector{},
		}
		for _, selected := range c.selectors {
			s.selectors[selected.name] = selected
		}
		got := s.place(c.where)
		if got.Scope != c.want || (got.problem != "") != (c.problem != "") || !strings.Contains(got.problem, c.problem) {
			t.Errorf("%s: %s: got %+v", name, c.reason, got)
		}
	}
}

// TestServiceLevelKeys: with the gate, keys of the ConfigMaps name the service.
func TestServiceLevelKeys(t *testing.T) {
	s := settings{
		own: Scope{Account: "000000000000", Region: "us-west-2"}, keyPrefix: servicePrefix,
		namespaces: annotated(map[string]map[string]string{
			"account": {v1alpha1.AnnotationOwnerAccountID: "111122223333"}, "team": {v1alpha1.AnnotationTeamID: "ml"}, "plain": {v1alpha1.AnnotationTeamID: "plain"},
		}),
		roles: map[string]map[string]string{
			accountRoleMap: {"applicationautoscaling.111122223333": otherRole},
			teamRoleMap:    {"applicationautoscaling.ml": otherRole, "plain": otherRole},
		},
	}
	for _, namespace := range []string{"account", "team"} {
		if got := s.place(whereabouts{namespace: namespace}); got.RoleARN != otherRole || got.problem != "" {
			t.Errorf("%s: got %+v", namespace, got)
		}
	}
	if got := s.place(whereabouts{namespace: "plain"}); !strings.Contains(got.problem, "no key applicationautoscaling.plain") {
		t.Errorf("a key without the service does not count, and the missing one is named: %+v", got)
	}
}

// TestSelectorsWakeWhatTheySelect: a change of a selector touches what it
// selected before and what it selects now, and nothing else.
func TestSelectorsWakeWhatTheySelect(t *testing.T) {
	g := newGroups(settings{own: Scope{Account: "000000000000", Region: "r"}, selectors: map[string]selector{}})
	red, blue := targetObject("red", "service/a/red"), targetObject("blue", "service/a/blue")
	red.Labels, blue.Labels = map[string]string{"tier": "red"}, map[string]string{"tier": "blue"}
	g.put(red)
	g.put(blue)
	about := func(groups []Group, name string) bool {
		return slices.ContainsFunc(groups, func(g Group) bool { return strings.HasSuffix(g.ResourceID, name) })
	}
	for _, step := range []struct {
		reason  string
		touched []Group
		red     bool
		blue    bool
	}{
		{"a new selector", g.putSelector(selector{name: "s", version: "1", role: otherRole, labels: map[string]string{"tier": "red"}}), true, false},
		{"the same again", g.putSelector(selector{name: "s", version: "1", role: otherRole, labels: map[string]string{"tier": "red"}}), false, false},
		{"it selects another", g.putSelector(selector{name: "s", version: "2", role: otherRole, labels: map[string]string{"tier": "blue"}}), true, true},
		{"it is gone", g.removeSelector("s"), false, true},
	} {
		if about(step.touched, "red") != step.red || about(step.touched, "blue") != step.blue {
			t.Errorf("%s: touched %v", step.reason, step.touched)
		}
	}
}

func FuzzSelectorMatches(f *testing.F) {
	f.Add("shop", "ScalingPolicy", "tier", "web", "shop", "", "tier", "web")
	f.Fuzz(func(t *testing.T, namespace, kind, key, value, wantNamespace, wantKind, wantKey, wantValue string) {
		s := selector{namespaces: []string{wantNamespace}, kinds: []schema.GroupVersionKind{{Kind: wantKind}}, labels: map[string]string{wantKey: wantValue}}
		got := s.matches(whereabouts{namespace: namespace, kind: autoscaling.Kind(kind), labels: map[string]string{key: value}}, namespaceFacts{})
		if want := namespace == wantNamespace && (wantKind == "" || kind == wantKind) && key == wantKey && value == wantValue; got != want {
			t.Errorf("got %t", got)
		}
	})
}
