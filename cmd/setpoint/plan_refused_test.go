package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/report"
)

const webTarget = `apiVersion: applicationautoscaling.services.k8s.aws/v1alpha1
kind: ScalableTarget
metadata: {name: web}
spec: {resourceID: service/shop/web, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs, minCapacity: 2, maxCapacity: 20}
`

// What the API server would not take never reaches the controller, so the plan
// says so in the words of validate.
func TestPlanRefusesWhatTheAPIServerWould(t *testing.T) {
	for _, c := range []struct {
		reason, manifest string
		action           report.Action
		codes            []string // of the object's notes
		code             int
	}{
		{"a good object", webTarget, report.ActionNone, nil, 0},
		{"an unknown field", strings.Replace(webTarget, "maxCapacity: 20", "maxCapacity: 20, foo: bar", 1), report.ActionRefused, []string{"UnknownField"}, 2},
		{"a name that is none", strings.Replace(webTarget, "{name: web}", "{name: T_1}", 1), report.ActionRefused, []string{"MetadataInvalid"}, 2},
		{"a number out of bounds, which the domain does not know", strings.Replace(webTarget, "maxCapacity: 20", "maxCapacity: 20, roleARN: ''", 1), report.ActionRefused, []string{"SchemaViolated"}, 2},
		{"what the domain says is not said again", strings.Replace(webTarget, "maxCapacity: 20", "maxCapacity: 1", 1), report.ActionRefused, []string{"TargetMinAboveMax"}, 2},
		{"three parts of an identity that is missing are one question", strings.NewReplacer("kind: ScalableTarget", "kind: ScheduledAction", "{resourceID: service/shop/web, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs, minCapacity: 2, maxCapacity: 20}",
			"{scheduledActionName: a, schedule: rate(1 day), scalableTargetAction: {minCapacity: 1}}").Replace(webTarget), report.ActionRefused, []string{"RuleViolated"}, 2},
	} {
		w := newWorld(t)
		w.register(t, 2, 20, nil)
		name := file(t, c.manifest)
		p, got := w.decoded(t, "-f", name)
		o := p.Targets[0].Objects[0]
		if got.code != c.code || o.Action != c.action || len(o.Notes) != len(c.codes) {
			t.Errorf("%s: exit %d, %s %q, want %d, %s, %q", c.reason, got.code, o.Action, o.Notes, c.code, c.action, c.codes)
			continue
		}
		checked := setpoint(t, "", "validate", "-o", "json", "-f", name)
		var v report.Validation
		if err := json.Unmarshal([]byte(checked.out), &v); err != nil {
			t.Fatal(err)
		}
		for i, code := range c.codes {
			if f := v.Findings[i]; f.Code != code || !strings.HasSuffix(o.Notes[i], f.Message+" ["+code+"]") {
				t.Errorf("%s: the plan says %q, and validate %+v", c.reason, o.Notes[i], f)
			}
		}
	}
}

// What hangs under a target that is refused waits for it.
func TestPlanOfARefusedTarget(t *testing.T) {
	w := newWorld(t)
	p, got := w.decoded(t, "-f", file(t, strings.Replace(readFile(t, "testdata/plan/all.yaml"), "  maxCapacity: 20\n  tags", "  maxCapacity: 20\n  foo: bar\n  tags", 1)))
	if s := p.Summary; got.code != 2 || s.Refused != 1 || s.Wait != 4 || s.Create != 0 {
		t.Errorf("exit %d, %s\n%s", got.code, s, got.out)
	}
}

// An update has rules of its own.
func TestPlanWithClusterKnowsWhatCannotChange(t *testing.T) {
	const live = `{"apiVersion":"applicationautoscaling.services.k8s.aws/v1alpha1","kind":"ScalableTarget","metadata":{"namespace":"shop","name":"web","creationTimestamp":"2026-11-01T00:00:00Z",
"finalizers":["finalizers.applicationautoscaling.services.k8s.aws/ScalableTarget"]%s},"spec":{"resourceID":"service/shop/web","scalableDimension":"ecs:service:DesiredCount","serviceNamespace":"ecs","minCapacity":2,"maxCapacity":20},
"status":{"lastApplied":{"minCapacity":2,"maxCapacity":20},"boundTo":{"resourceID":"service/shop/web","scalableDimension":"ecs:service:DesiredCount","serviceNamespace":"ecs"}}}`
	kubeconfig := apiServer(t, map[string][]string{"scalabletargets": {fmt.Sprintf(live, "")}, "scalingpolicies": {}, "scheduledactions": {}})
	for _, c := range []struct {
		reason, manifest string
		action           report.Action
		note             string
		code             int
	}{
		{"what stays is taken", webTarget, report.ActionNone, "", 0},
		{"so is what may change", strings.Replace(webTarget, "maxCapacity: 20", "maxCapacity: 30", 1), report.ActionUpdate, "", 1},
		{"which resource is meant cannot change", strings.Replace(webTarget, "shop/web", "shop/other", 1), report.ActionRefused, "spec.resourceID: resourceID is immutable", 2},
		{"a manifest without a spec leaves the spec that is there", webTarget[:strings.Index(webTarget, "spec:")], report.ActionNone, "", 0},
		{"an unknown field is refused here too", strings.Replace(webTarget, "maxCapacity: 20", "maxCapacity: 20, foo: bar", 1), report.ActionRefused, "there is no field foo", 2},
	} {
		w := newWorld(t)
		w.register(t, 2, 20, nil)
		p, got := w.decoded(t, "--with-cluster", "--kubeconfig", kubeconfig, "-f", file(t, c.manifest))
		o := p.Targets[0].Objects[0]
		if notes := strings.Join(o.Notes, "; "); got.code != c.code || o.Action != c.action || !strings.Contains(notes, c.note) || (notes == "") != (c.note == "") {
			t.Errorf("%s: exit %d, %s %q, want %d, %s, %q", c.reason, got.code, o.Action, o.Notes, c.code, c.action, c.note)
		}
	}
}

// What stays declared while its target is deleted is gone with it all the same.
func TestPlanOfATargetThatGoes(t *testing.T) {
	const object = `{"apiVersion":"applicationautoscaling.services.k8s.aws/v1alpha1","kind":%[1]q,"metadata":{"namespace":"shop","name":%[2]q,"creationTimestamp":"2026-11-01T00:00:00Z"%[3]s,"finalizers":["finalizers.applicationautoscaling.services.k8s.aws/%[1]s"]},"spec":{"resourceID":"service/shop/web","scalableDimension":"ecs:service:DesiredCount","serviceNamespace":"ecs",%[4]s}}`
	kubeconfig := apiServer(t, map[string][]string{
		"scalabletargets": {fmt.Sprintf(object, "ScalableTarget", "web", `,"deletionTimestamp":"2026-11-20T00:00:00Z"`, `"minCapacity":2,"maxCapacity":20`)},
		"scalingpolicies": {fmt.Sprintf(object, "ScalingPolicy", "cpu", "",
			`"policyName":"cpu","targetTrackingScalingPolicyConfiguration":{"targetValue":70,"predefinedMetricSpecification":{"predefinedMetricType":"ECSServiceAverageCPUUtilization"}}`)},
		"scheduledactions": {fmt.Sprintf(object, "ScheduledAction", "night", "", `"scheduledActionName":"night","schedule":"cron(0 20 * * ? *)","scalableTargetAction":{"minCapacity":1,"maxCapacity":20}`)},
	})
	w := newWorld(t)
	w.register(t, 2, 20, nil)
	w.track(t, "cpu", types.MetricTypeECSServiceAverageCPUUtilization, 50)
	const (
		gone   = "AWS deletes it with the scalable target, which is deregistered; after that the object waits until the target is registered again"
		awaits = "the scalable target is deregistered, and no object here registers it again"
	)
	for format, want := range map[string][]string{
		"table":    {"- delete  ScalingPolicy shop/cpu\n              " + gone, "… wait    ScheduledAction shop/night\n              " + awaits},
		"markdown": {"| **delete** | `ScalingPolicy shop/cpu` |  | " + gone + " |", "| **wait** | `ScheduledAction shop/night` |  | " + awaits + " |"},
		"json":     {`"` + gone + `"`, `"` + awaits + `"`},
	} {
		got := w.plan(t, "--from-cluster", "--kubeconfig", kubeconfig, "-o", format)
		for _, text := range want {
			if !strings.Contains(got.out, text) {
				t.Errorf("%s: want %q in\n%s", format, text, got.out)
			}
		}
		if got.code != 1 || !strings.Contains(got.err, "2 to delete, 1 waiting for the scalable target") {
			t.Errorf("%s: exit %d\n%s", format, got.code, got.err)
		}
	}
}
