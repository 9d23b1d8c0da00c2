package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/report"
)

// What a namespace says decides about its objects, so a plan that did not read
// it would foretell something else than the controller does.
func TestPlanFromClusterReadsAnnotationsOfNamespaces(t *testing.T) {
	const (
		roles = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"ack-role-team-map","namespace":"ack-system"},"data":{%q:"arn:aws:iam::111122223333:role/scaling"}}`
		other = "arn:aws:iam::111122223333:role/scaling"
	)
	w := newWorld(t)
	for _, c := range []struct {
		reason, annotation, value string
		roles                     []string
		deleted                   bool
		action                    report.Action
		region                    string
		says                      string
	}{
		{"nothing is said", "services.k8s.aws/any", "x", nil, false, report.ActionCreate, "", ""},
		{"the default Region", "services.k8s.aws/default-region", "us-east-1", nil, false, report.ActionCreate, "us-east-1", ""},
		{"the Region, as the documentation of the ACK controllers has it", "services.k8s.aws/region", "us-east-2", nil, false, report.ActionCreate, "us-east-2", ""},
		{"another endpoint that is none", "services.k8s.aws/endpoint-url", "nowhere", nil, false, report.ActionRefused, "", "write a URL"},
		{"another account", "services.k8s.aws/owner-account-id", "111122223333", nil, false, report.ActionUnknown, "", "is in account 111122223333"},
		{"a team and its role", "services.k8s.aws/team-id", "ml", []string{fmt.Sprintf(roles, "ml")}, false, report.ActionUnknown, "", "by the role " + other},
		{"a team with a role for this service", "services.k8s.aws/team-id", "ml", []string{fmt.Sprintf(roles, "applicationautoscaling.ml")}, false, report.ActionUnknown, "", "by the role " + other},
		{"a team without a role", "services.k8s.aws/team-id", "ml", []string{fmt.Sprintf(roles, "ads")}, false, report.ActionRefused, "", "has no key ml"},
		{"a pause", "applicationautoscaling.services.k8s.aws/pause", "true", nil, false, report.ActionWait, "", "paused with its namespace"},
		{"objects that go take what is in AWS along", "services.k8s.aws/any", "x", nil, true, report.ActionDelete, "", ""},
		{"objects that go leave AWS as it is", "applicationautoscaling.services.k8s.aws/deletion-policy", "retain", nil, true, report.ActionNone, "", "stays"},
	} {
		metadata := ""
		if c.deleted {
			w.register(t, 2, 20, nil)
			metadata = `,"finalizers":["finalizers.applicationautoscaling.services.k8s.aws/ScalableTarget"],"deletionTimestamp":"2026-11-20T00:00:00Z"`
		}
		kubeconfig := apiServer(t, map[string][]string{
			"shop": {fmt.Sprintf(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","annotations":{%q:%q}}}`, c.annotation, c.value)},
			"scalabletargets": {`{"apiVersion":"applicationautoscaling.services.k8s.aws/v1alpha1","kind":"ScalableTarget","metadata":{"namespace":"shop","name":"web"` + metadata + `},
				"spec":{"resourceID":"service/shop/web","scalableDimension":"ecs:service:DesiredCount","serviceNamespace":"ecs","minCapacity":2,"maxCapacity":20}}`},
			"scalingpolicies": {}, "scheduledactions": {}, "configmaps": c.roles,
		})
		got := w.plan(t, "--from-cluster", "--kubeconfig", kubeconfig, "-o", "json")
		var p report.Plan
		if err := json.Unmarshal([]byte(got.out), &p); err != nil || len(p.Targets) != 1 {
			t.Fatalf("%s: %v in %s%s", c.reason, err, got.out, got.err)
		}
		target := p.Targets[0]
		object := target.Objects[0]
		if object.Action != c.action || target.Region != c.region || !strings.Contains(strings.Join(object.Notes, "\n"), c.says) {
			t.Errorf("%s: %s in Region %q, %q, want %s in %q, %q", c.reason, object.Action, target.Region, object.Notes, c.action, c.region, c.says)
		}
	}
}
