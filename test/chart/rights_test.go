package chart

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
)

const (
	group    = "applicationautoscaling.services.k8s.aws"
	services = "services.k8s.aws"
)

// everywhere is what the controller may do in each namespace that it watches. To
// add a right, add it here with what needs it.
var everywhere = map[string]string{
	group + "/scalabletargets":             "get list patch update watch",
	group + "/scalingpolicies":             "get list patch update watch",
	group + "/scheduledactions":            "get list patch update watch",
	group + "/scalabletargets/status":      "get patch update",
	group + "/scalingpolicies/status":      "get patch update",
	group + "/scheduledactions/status":     "get patch update",
	group + "/scalabletargets/finalizers":  "update",
	group + "/scalingpolicies/finalizers":  "update",
	group + "/scheduledactions/finalizers": "update",
	services + "/fieldexports":             "get list patch watch",
	services + "/fieldexports/status":      "patch",
	"/configmaps":                          "get patch", // targets of FieldExport
	"events.k8s.io/events":                 "create patch",
	"iam.services.k8s.aws/roles":           "get list watch", // roleRef
	"sagemaker.services.k8s.aws/endpoints": "get list watch", // sageMakerEndpointRef
}

// ownNamespace is what it may do besides in its own namespace.
var ownNamespace = map[string]string{
	"/configmaps":                "get list watch", // roles of other accounts
	"coordination.k8s.io/leases": "create",
	"coordination.k8s.io/leases/ack-applicationautoscaling.services.k8s.aws": "get update",
	"/events": "create patch", // who leads
}

// rights flattens rules to "group/resource", or "group/resource/name", -> verbs.
func rights(rules []rbacv1.PolicyRule) map[string]string {
	flat := map[string]string{}
	for _, rule := range rules {
		for _, g := range rule.APIGroups {
			for _, resource := range rule.Resources {
				key := strings.Join(append([]string{g, resource}, rule.ResourceNames...), "/")
				flat[key] = strings.Join(slices.Sorted(slices.Values(rule.Verbs)), " ")
			}
		}
	}
	return flat
}

// granted is what roles of the controller allow, by "namespace/name" of the role.
func granted(t *testing.T, objects Objects) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	for _, obj := range append(objects.OfKind("ClusterRole"), objects.OfKind("Role")...) {
		rules, err := As[rbacv1.Role](Objects{obj}, obj.GetKind(), obj.GetName())
		if err != nil {
			t.Fatal(err)
		}
		all[obj.GetNamespace()+"/"+obj.GetName()] = rights(rules.Rules)
	}
	return all
}

func with(m map[string]string, key, value string) map[string]string {
	merged := maps.Clone(m)
	merged[key] = value
	return merged
}

func only(m map[string]string, keys ...string) map[string]string {
	kept := map[string]string{}
	for k, v := range m {
		if slices.ContainsFunc(keys, func(prefix string) bool { return strings.HasPrefix(k, prefix) }) {
			kept[k] = v
		}
	}
	return kept
}

func TestRightsInTheCluster(t *testing.T) {
	got := granted(t, render(t, "rbac: {aggregate: false}"))
	want := map[string]map[string]string{
		"/setpoint":                           with(everywhere, "/namespaces", "get list watch"),
		"ack-system/setpoint-accounts":        only(ownNamespace, "/configmaps"),
		"ack-system/setpoint-leader-election": only(ownNamespace, "coordination", "/events"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRightsInNamespaces(t *testing.T) {
	objects := render(t, "{installScope: namespace, watchNamespace: 'team-a, team-b'}")
	got := granted(t, objects)
	want := map[string]map[string]string{
		"team-a/setpoint":                     with(everywhere, "/namespaces/team-a", "get"),
		"team-b/setpoint":                     with(everywhere, "/namespaces/team-b", "get"),
		"ack-system/setpoint-accounts":        only(ownNamespace, "/configmaps"),
		"ack-system/setpoint-leader-election": only(ownNamespace, "coordination", "/events"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if n := len(objects.OfKind("ClusterRole")) + len(objects.OfKind("ClusterRoleBinding")); n != 0 {
		t.Errorf("%d objects grant something in the whole cluster", n)
	}
	own := granted(t, render(t, "{installScope: namespace, rbac: {readNamespaces: true}}"))
	if own["ack-system/setpoint"] == nil {
		t.Errorf("by default the release's own namespace is watched, got %v", own)
	}
	if diff := cmp.Diff(map[string]string{"/namespaces": "get list watch"}, own["/setpoint-cluster"]); diff != "" {
		t.Errorf("what was asked for in the whole cluster (-want +got):\n%s", diff)
	}
}

// A selector may select by labels of namespaces.
func TestRightsForRoleSelectors(t *testing.T) {
	const values = "featureGates: {IAMRoleSelector: true}\nenableCARM: false\n"
	for values, want := range map[string]map[string]string{
		values:                             {services + "/iamroleselectors": "get list watch"},
		values + "installScope: namespace": {services + "/iamroleselectors": "get list watch", "/namespaces": "get list watch"},
	} {
		if diff := cmp.Diff(want, granted(t, render(t, values))["/setpoint-cluster"]); diff != "" {
			t.Errorf("%s: -want +got:\n%s", values, diff)
		}
	}
}

// Secrets are written only where somebody says so: the right is to all of them.
func TestRightsToSecrets(t *testing.T) {
	for values, want := range map[string]string{
		"": "", "fieldExport: {secrets: true}": "get patch", "fieldExport: {secrets: true, enabled: false}": "",
	} {
		if got := granted(t, render(t, values))["/setpoint"]["/secrets"]; got != want {
			t.Errorf("%q: the right to Secrets is %q, want %q", values, got, want)
		}
	}
}

func TestRightsThatAreLeftOut(t *testing.T) {
	for name, c := range map[string]struct{ reason, values, role, right string }{
		"exports":  {"nobody carries out a FieldExport", "fieldExport: {enabled: false}", "/setpoint", "/configmaps"},
		"accounts": {"there are no other accounts", "enableCARM: false", "ack-system/setpoint-accounts", "/configmaps"},
		"lease":    {"nobody takes the lease", "leaderElection: {enabled: false}", "ack-system/setpoint-leader-election", "coordination.k8s.io/leases"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := granted(t, render(t, c.values))[c.role][c.right]; got != "" {
				t.Errorf("%s, and %s may %s %s", c.reason, c.role, got, c.right)
			}
		})
	}
}

// Whatever the values: no wildcard, and nobody can list what Secrets there are.
func TestNoRightIsBroad(t *testing.T) {
	for _, values := range []string{"", "{featureGates: {IAMRoleSelector: true}, enableCARM: false, fieldExport: {secrets: true}}", ackValues(t)} {
		for role, allowed := range granted(t, render(t, values)) {
			for resource, verbs := range allowed {
				if strings.Contains(resource+verbs, "*") {
					t.Errorf("%s: %s %s is a wildcard", role, verbs, resource)
				}
				if strings.HasPrefix(resource, "/secrets") && (strings.Contains(verbs, "list") || strings.Contains(verbs, "watch")) {
					t.Errorf("%s may %s %s", role, verbs, resource)
				}
			}
		}
	}
}

// Who may view or edit a namespace may view or edit our objects in it.
func TestAggregatedRights(t *testing.T) {
	objects := render(t, "")
	view := as[rbacv1.ClusterRole](t, objects, "ClusterRole", "setpoint-view")
	edit := as[rbacv1.ClusterRole](t, objects, "ClusterRole", "setpoint-edit")
	for to, role := range map[string]rbacv1.ClusterRole{"view": view, "edit": edit, "admin": edit} {
		if role.Labels["rbac.authorization.k8s.io/aggregate-to-"+to] != "true" {
			t.Errorf("%s is not part of %s: %v", role.Name, to, role.Labels)
		}
	}
	if view.Labels["rbac.authorization.k8s.io/aggregate-to-edit"] != "true" || edit.Labels["rbac.authorization.k8s.io/aggregate-to-view"] != "" {
		t.Errorf("labels of view %v, of edit %v", view.Labels, edit.Labels)
	}
	if rights(edit.Rules)[services+"/fieldexports"] != "" {
		t.Error("who edits a namespace could write Secrets of others")
	}
	confined := as[rbacv1.ClusterRole](t, render(t, "enableCrossNamespace: false"), "ClusterRole", "setpoint-edit")
	if rights(confined.Rules)[services+"/fieldexports"] == "" {
		t.Error("a FieldExport that stays in its namespace grants nothing new, and cannot be written")
	}
}
