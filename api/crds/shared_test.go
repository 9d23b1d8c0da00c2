package crds_test

import (
	"slices"
	"testing"
)

// isShared says that a kind is of the group services.k8s.aws, which all ACK
// controllers of a cluster share.
func isShared(kind string) bool {
	return slices.Contains([]string{"FieldExport", "IAMRoleSelector"}, kind)
}

// export is the spec of a FieldExport up to the members of to.
const export = "{from: {path: .status.ackResourceMetadata.arn, resource: {group: applicationautoscaling.services.k8s.aws, kind: ScalableTarget, name: t}}, to: "

var refusedShared = []refusal{
	{"a field cannot go into just anything", "FieldExport", "", export + "{kind: deployment, name: d}}",
		"spec.to.kind: Invalid value: \"deployment\": a field can be exported to a ConfigMap or a Secret: write configmap or secret"},
	{"ACK requires it", "FieldExport", "", export + "{kind: secret}}", "spec.to.name: Required value"},
	{"the role is the identity of a selector", "IAMRoleSelector", "{arn: 'arn:aws:iam::111122223333:role/a'}", "{arn: 'arn:aws:iam::111122223333:role/b'}",
		"arn is immutable: create a new IAMRoleSelector"},
	{"ACK requires it", "IAMRoleSelector", "", "{namespaceSelector: {names: [a]}}", "spec.arn: Required value"},
}

func TestGoodManifestsOfSharedKinds(t *testing.T) {
	server := newAPIServer(t)
	for _, c := range []struct{ reason, kind, spec string }{
		{"ACK writes the kind in lower case", "FieldExport", export + "{kind: configmap, name: c}}"},
		{"all fields of ACK", "FieldExport", export + "{kind: secret, name: s, namespace: other, key: arn}}"},
		{"people write kinds as Kubernetes does", "FieldExport", export + "{kind: ConfigMap, name: c}}"},
		{"all fields of ACK", "IAMRoleSelector", `
arn: arn:aws:iam::111122223333:role/a
namespaceSelector: {names: [a, b], labelSelector: {matchLabels: {team: x}}}
resourceTypeSelector: [{group: applicationautoscaling.services.k8s.aws, version: v1alpha1, kind: ScalableTarget}]
resourceLabelSelector: {matchLabels: {tier: gold}}`},
		{"a selector that is not written selects all, and so does a member of one", "IAMRoleSelector",
			"{arn: 'arn:aws:iam::111122223333:role/a', namespaceSelector: {labelSelector: {matchLabels: {team: x}}}, resourceTypeSelector: [{kind: ScalableTarget}]}"},
	} {
		if refused := server.create(t, manifest(c.kind, c.spec)); refused != "" {
			t.Errorf("%s: the API server refuses it:\n%s\nfor %s", c.reason, refused, c.spec)
		}
	}
}

// The conditions of a FieldExport are a list as in ACK, and no map: another ACK
// controller may write one type several times.
func TestConditionsOfFieldExportAreAList(t *testing.T) {
	schema := nodes(definitions(t)["FieldExport"].Spec.Versions[0].Schema.OpenAPIV3Schema)
	if kind := schema["status.conditions"].XListType; kind != nil && *kind != "atomic" {
		t.Errorf("status.conditions is a list of type %s", *kind)
	}
}

func TestScopesOfSharedKinds(t *testing.T) {
	for kind, want := range map[string]string{"FieldExport": "Namespaced", "IAMRoleSelector": "Cluster"} {
		if got := string(definitions(t)[kind].Spec.Scope); got != want {
			t.Errorf("%s is %s, in ACK it is %s", kind, got, want)
		}
	}
}
