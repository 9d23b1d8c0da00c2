package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/report"
)

// What was taken out of a manifest is in the status of the object only.
func TestPlanTellsWhatManifestsLeaveOut(t *testing.T) {
	const (
		bare   = "apiVersion: applicationautoscaling.services.k8s.aws/v1alpha1\nkind: ScalableTarget\nmetadata: {name: web}\nspec: {resourceID: service/shop/web, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs, minCapacity: 2, maxCapacity: 20}\n"
		object = `{"apiVersion":"applicationautoscaling.services.k8s.aws/v1alpha1","kind":%q,"metadata":{"namespace":"shop","name":%q,"generation":3,"creationTimestamp":"2026-11-01T00:00:00Z"%s},"spec":{"resourceID":"service/shop/web","scalableDimension":"ecs:service:DesiredCount","serviceNamespace":"ecs"%s},"status":%s}`
		held   = `,"finalizers":["finalizers.applicationautoscaling.services.k8s.aws/ScalableTarget"]`
		bounds = `,"minCapacity":2,"maxCapacity":20`
	)
	live := func(metadata, status string) string {
		return apiServer(t, map[string][]string{
			"scalabletargets": {fmt.Sprintf(object, "ScalableTarget", "web", metadata, bounds, status), strings.Replace(fmt.Sprintf(object, "ScalableTarget", "other", held, bounds, `{}`), "shop/web", "shop/other", 1)},
			"scalingpolicies": {}, "scheduledactions": {},
		})
	}
	asked := `{"lastApplied":{"minCapacity":2,"maxCapacity":20,"suspendedState":{"dynamicScalingInSuspended":true},"tags":["team"]}}`
	for _, c := range []struct {
		reason string
		args   []string
		code   int
		action report.Action
		fields []string
		note   string
	}{
		{"a manifest alone does not tell, and it is said", nil, 0, report.ActionNone, nil,
			"AWS has what the manifest does not mention: dynamicScalingInSuspended, tag owner, tag team; the controller takes back what the object declared before"},
		{"the status tells what the object asked for; others' tags stay", []string{"--with-cluster", "--kubeconfig", live(held, asked)}, 1, report.ActionUpdate,
			[]string{"suspendedState.dynamicScalingInSuspended", "tags[team]"}, ""},
		{"what others suspended stays", []string{"--with-cluster", "--kubeconfig", live(held, `{"lastApplied":{"minCapacity":2,"maxCapacity":20}}`)}, 0, report.ActionNone, nil, ""},
		{"a pause by hand survives an apply", []string{"--with-cluster", "--kubeconfig", live(held+`,"annotations":{"applicationautoscaling.services.k8s.aws/pause":"true"}`, asked)}, 1, report.ActionWait,
			[]string{"suspendedState.dynamicScalingInSuspended", "tags[team]"}, "paused"},
		{"what is not in the cluster yet has nothing in AWS", []string{"--with-cluster", "-n", "shop", "--kubeconfig", apiServer(t, map[string][]string{"scalabletargets": {}, "scalingpolicies": {}, "scheduledactions": {}})}, 2, report.ActionRefused, nil, "was not made by this object"},
	} {
		w := newWorld(t)
		w.register(t, 2, 20, map[string]string{"team": "shop", "owner": "somebody"})
		if _, err := w.aws.RegisterScalableTarget(t.Context(), &applicationautoscaling.RegisterScalableTargetInput{
			ServiceNamespace: types.ServiceNamespaceEcs, ResourceId: &web.resource, ScalableDimension: types.ScalableDimension(web.dimension),
			SuspendedState: &types.SuspendedState{DynamicScalingInSuspended: aws.Bool(true)},
		}); err != nil {
			t.Fatal(err)
		}
		p, got := w.decoded(t, append(c.args, "-f", file(t, bare))...)
		if len(p.Targets) != 1 || len(p.Targets[0].Objects) != 1 {
			t.Fatalf("%s: the one target is planned, and not what else the cluster has: %s%s", c.reason, got.out, got.err)
		}
		o := p.Targets[0].Objects[0]
		var fields []string
		for _, f := range o.Fields {
			fields = append(fields, f.Field)
		}
		if got.code != c.code || o.Action != c.action || !slices.Equal(fields, c.fields) || !strings.Contains(strings.Join(o.Notes, "; "), c.note) {
			t.Errorf("%s: exit %d, %s of %q, %q; want %d, %s of %q, %q\n%s", c.reason, got.code, o.Action, fields, o.Notes, c.code, c.action, c.fields, c.note, got.err)
		}
		if o.Location.Line != 1 {
			t.Errorf("%s: the object is at line %d", c.reason, o.Location.Line)
		}
	}
}

// What the cluster declares about the same target belongs to the plan, and what
// manifests refer to is found there.
func TestPlanWithClusterSeesTheWholeTarget(t *testing.T) {
	const head = `{"apiVersion":"applicationautoscaling.services.k8s.aws/v1alpha1","kind":%[1]q,"metadata":{"namespace":"shop","name":%[2]q,"creationTimestamp":"2026-11-01T00:00:00Z","finalizers":["finalizers.applicationautoscaling.services.k8s.aws/%[1]s"]},"spec":{"resourceID":"service/shop/web","scalableDimension":"ecs:service:DesiredCount","serviceNamespace":"ecs",%[3]s}}`
	kubeconfig := apiServer(t, map[string][]string{
		"scalabletargets":  {fmt.Sprintf(head, "ScalableTarget", "web", `"minCapacity":2,"maxCapacity":20`)},
		"scalingpolicies":  {},
		"scheduledactions": {fmt.Sprintf(head, "ScheduledAction", "night", `"scheduledActionName":"night","schedule":"cron(0 20 * * ? *)","scalableTargetAction":{"minCapacity":1,"maxCapacity":20}`)},
	})
	w := newWorld(t)
	w.register(t, 2, 20, nil)
	policy := file(t, `{apiVersion: applicationautoscaling.services.k8s.aws/v1alpha1, kind: ScalingPolicy, metadata: {name: cpu}, spec: {policyName: cpu, resourceRef: {from: {name: web}},
targetTrackingScalingPolicyConfiguration: {targetValue: 70, predefinedMetricSpecification: {predefinedMetricType: ECSServiceAverageCPUUtilization}}}}`)
	p, got := w.decoded(t, "--with-cluster", "--kubeconfig", kubeconfig, "-f", policy)
	var told []string
	for _, target := range p.Targets {
		for _, o := range target.Objects {
			told = append(told, o.Name+": "+string(o.Action))
		}
	}
	if want := []string{"web: none", "cpu: create", "night: create"}; got.code != 1 || !slices.Equal(told, want) {
		t.Errorf("exit %d: %q, want %q\n%s", got.code, told, want, got.err)
	}
	if unreachable := w.plan(t, "--with-cluster", "--kubeconfig", policy, "-f", policy); unreachable.code != 2 || !strings.Contains(unreachable.err, "kubeconfig") {
		t.Errorf("a cluster that is not there is told: exit %d\n%s", unreachable.code, unreachable.err)
	}
	if both := w.plan(t, "--with-cluster", "--from-cluster"); both.code != 2 {
		t.Errorf("two questions have no one answer: exit %d", both.code)
	}
}
