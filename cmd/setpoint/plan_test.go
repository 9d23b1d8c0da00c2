package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
	"github.com/setpoint-io/setpoint/internal/report"
)

const (
	account = "123456789012"
	region  = "eu-central-1"
)

// world is an AWS for one test, with the AWS settings of the environment
// leading to it.
type world struct {
	cloud *localcloud.Cloud
	url   string
	aws   *applicationautoscaling.Client
}

func newWorld(t *testing.T) world {
	t.Helper()
	// The cloud was filled an hour ago, by the clock of the tests.
	cloud := localcloud.New(localcloud.Options{
		Region: region, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return aMonday.Add(-time.Hour) },
	})
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	nowhere := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "", "AWS_REGION": region, "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	return world{cloud, server.URL, applicationautoscaling.New(applicationautoscaling.Options{
		Region: region, BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider(account, "test", ""),
	})}
}

// plan runs setpoint plan against the world.
func (w world) plan(t *testing.T, args ...string) result {
	t.Helper()
	return setpoint(t, "", append([]string{"plan", "--endpoint-url", w.url}, args...)...)
}

var web = struct {
	resource, dimension string
}{"service/shop/web", "ecs:service:DesiredCount"}

func (w world) register(t *testing.T, lower, upper int32, tags map[string]string) {
	t.Helper()
	if _, err := w.aws.RegisterScalableTarget(t.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ResourceId: &web.resource, ScalableDimension: types.ScalableDimension(web.dimension),
		MinCapacity: &lower, MaxCapacity: &upper, Tags: tags,
	}); err != nil {
		t.Fatal(err)
	}
}

func (w world) track(t *testing.T, name string, metric types.MetricType, value float64) {
	t.Helper()
	w.put(t, &applicationautoscaling.PutScalingPolicyInput{PolicyName: &name, PolicyType: types.PolicyTypeTargetTrackingScaling,
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
			TargetValue: &value, PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: metric}}})
}

func (w world) put(t *testing.T, in *applicationautoscaling.PutScalingPolicyInput) {
	t.Helper()
	in.ServiceNamespace, in.ResourceId, in.ScalableDimension = types.ServiceNamespaceEcs, &web.resource, types.ScalableDimension(web.dimension)
	if _, err := w.aws.PutScalingPolicy(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func (w world) schedule(t *testing.T, name, schedule, zone string, lower, upper int32) {
	t.Helper()
	in := &applicationautoscaling.PutScheduledActionInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ResourceId: &web.resource, ScalableDimension: types.ScalableDimension(web.dimension),
		ScheduledActionName: &name, Schedule: &schedule, ScalableTargetAction: &types.ScalableTargetAction{MinCapacity: &lower, MaxCapacity: &upper},
	}
	if zone != "" {
		in.Timezone = &zone
	}
	if _, err := w.aws.PutScheduledAction(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// drift fills AWS so that testdata/plan/all.yaml has one object of each action.
func (w world) drift(t *testing.T) {
	t.Helper()
	w.register(t, 2, 10, map[string]string{"team": "old", "owner": "somebody"})
	w.track(t, "cpu", types.MetricTypeECSServiceAverageCPUUtilization, 50)
	w.track(t, "busy-in-aws", types.MetricTypeECSServiceAverageMemoryUtilization, 60)
	w.put(t, &applicationautoscaling.PutScalingPolicyInput{PolicyName: aws.String("by-hand"), PolicyType: types.PolicyTypeStepScaling,
		StepScalingPolicyConfiguration: &types.StepScalingPolicyConfiguration{AdjustmentType: types.AdjustmentTypeChangeInCapacity,
			StepAdjustments: []types.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}}}})
	w.schedule(t, "night", "cron(0 20 * * ? *)", "", 1, 20)
	w.schedule(t, "weekend", "cron(0 1 ? * SAT *)", "", 2, 10)
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name, reason string
		prepare      func(*testing.T, world)
		code         int
		err          string
	}{
		{"empty", "an empty account: all is created", func(*testing.T, world) {}, 1, "5 to create"},
		{"drift", "what differs is told field by field, with consequences; what nobody declares is left alone", func(t *testing.T, w world) { w.drift(t) }, 1,
			"1 to create, 2 to update, 1 to replace, 1 as declared, 2 not declared here, left alone"},
		{"same", "what is as declared is no change, though another tag is there", func(t *testing.T, w world) {
			w.register(t, 2, 20, map[string]string{"team": "shop", "owner": "somebody"})
			w.track(t, "cpu", types.MetricTypeECSServiceAverageCPUUtilization, 70)
			w.put(t, &applicationautoscaling.PutScalingPolicyInput{PolicyName: aws.String("busy-in-aws"), PolicyType: types.PolicyTypeStepScaling,
				StepScalingPolicyConfiguration: &types.StepScalingPolicyConfiguration{AdjustmentType: types.AdjustmentTypeChangeInCapacity,
					StepAdjustments: []types.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}}}})
			w.schedule(t, "night", "cron(0 20 * * ? *)", "", 1, 20)
			w.schedule(t, "morning", "cron(0 8 * * ? *)", "Europe/Berlin", 2, 20)
		}, 0, "5 as declared"},
		{"owned", "who manages what is there already is named, also of what is as declared", func(t *testing.T, w world) {
			w.register(t, 2, 20, map[string]string{"team": "shop", "managed-by": "terraform"})
			w.track(t, "cpu", types.MetricTypeECSServiceAverageCPUUtilization, 50)
			w.schedule(t, "night", "cron(0 20 * * ? *)", "", 1, 20)
		}, 1, "2 to create, 1 to update, 2 as declared"},
		{"denied", "the right that is missing is named, and the other objects are not invented", func(t *testing.T, w world) {
			w.drift(t)
			w.cloud.Faults().Inject(localcloud.Fault{Operation: "DescribeScheduledActions", Error: &wire.Error{
				Code: "AccessDeniedException", Status: http.StatusBadRequest, Message: "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: application-autoscaling:DescribeScheduledActions"}})
		}, 2, "5 unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.prepare(t, w)
			for format, extension := range map[string]string{"table": "txt", "json": "json", "markdown": "md"} {
				got := w.plan(t, "-o", format, "-f", "testdata/plan/all.yaml")
				if got.code != c.code || !strings.Contains(got.err, c.err) {
					t.Errorf("%s: exit %d, want %d and %q\n%s%s", c.reason, got.code, c.code, c.err, got.out, got.err)
				}
				golden(t, "plan/"+c.name+".golden."+extension, c.reason, steady(got.out))
			}
		})
	}
}

// ids are what AWS puts into the names of alarms, new in every run.
var ids = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func steady(text string) string { return ids.ReplaceAllString(text, "ID") }

func TestPlanSeesAlarmsThatAreGone(t *testing.T) {
	w := newWorld(t)
	w.register(t, 2, 20, map[string]string{"team": "shop"})
	w.track(t, "cpu", types.MetricTypeECSServiceAverageCPUUtilization, 70)
	alarms := cloudwatch.New(cloudwatch.Options{
		Region: region, BaseEndpoint: &w.url, Credentials: credentials.NewStaticCredentialsProvider(account, "test", ""),
	})
	found, err := alarms.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	if err != nil || len(found.MetricAlarms) == 0 {
		t.Fatalf("alarms %v, %v", found, err)
	}
	if _, err := alarms.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{*found.MetricAlarms[0].AlarmName}}); err != nil {
		t.Fatal(err)
	}
	got := w.plan(t, "-f", "testdata/plan/all.yaml")
	if got.code != 1 || !strings.Contains(got.out, *found.MetricAlarms[0].AlarmName+": is missing → made anew") {
		t.Errorf("the controller would heal the alarm, so the plan says so: exit %d\n%s%s", got.code, got.out, got.err)
	}
}

func TestPlanReadsOnly(t *testing.T) {
	w := newWorld(t)
	w.drift(t)
	before := len(w.cloud.Journal().Entries())
	w.plan(t, "-f", "testdata/plan/all.yaml")
	for _, call := range w.cloud.Journal().Entries()[before:] {
		if !strings.HasPrefix(call.Operation, "Describe") && call.Operation != "ListTagsForResource" && call.Operation != "GetCallerIdentity" {
			t.Errorf("plan called %s: it needs rights to read only", call.Operation)
		}
	}
}

func TestPlanRefusesWhatTheControllerWould(t *testing.T) {
	w := newWorld(t)
	got := w.plan(t, "-o", "json", "-f", "testdata/validate/broken.yaml")
	if got.code != 2 || !strings.Contains(got.err, "testdata/validate/broken.yaml:") {
		t.Errorf("a document that cannot be read is told with its line: exit %d\n%s%s", got.code, got.out, got.err)
	}
	file := filepath.Join(t.TempDir(), "bad.yaml")
	manifest := strings.Replace(readFile(t, "testdata/plan/all.yaml"), "maxCapacity: 20\n  tags", "maxCapacity: 1\n  tags", 1)
	if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	got = w.plan(t, "-f", file)
	if got.code != 2 || !strings.Contains(got.out, "TargetMinAboveMax") || !strings.Contains(got.err, "1 refused") {
		t.Errorf("an object with an error is refused, and the plan is not complete: exit %d\n%s%s", got.code, got.out, got.err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// apiServer answers lists of kinds by their plurals, and gets of namespaces by
// their names, from JSON texts.
func apiServer(t *testing.T, objects map[string][]string) (kubeconfig string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		plural := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		items, ok := objects[plural]
		w.Header().Set("Content-Type", "application/json")
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/namespaces/"+plural) {
			fmt.Fprint(w, items[0])
			return
		}
		fmt.Fprintf(w, `{"apiVersion":"applicationautoscaling.services.k8s.aws/v1alpha1","kind":"List","metadata":{},"items":[%s]}`, strings.Join(items, ","))
	}))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{apiVersion: v1, kind: Config, current-context: c, clusters: [{name: c, cluster: {server: %q}}],
contexts: [{name: c, context: {cluster: c, user: u, namespace: shop}}], users: [{name: u, user: {}}]}`, server.URL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestPlanFromCluster(t *testing.T) {
	const (
		head = `{"apiVersion":"applicationautoscaling.services.k8s.aws/v1alpha1","kind":%q,"metadata":{"namespace":"shop","name":%q,"creationTimestamp":"2026-11-01T00:00:00Z"%s},"spec":%s}`
		held = `,"finalizers":["finalizers.applicationautoscaling.services.k8s.aws/%s"]`
		id   = `"resourceID":"service/shop/web","scalableDimension":"ecs:service:DesiredCount","serviceNamespace":"ecs"`
	)
	object := func(kind, name, metadata, spec string) string {
		return fmt.Sprintf(head, kind, name, metadata, spec)
	}
	policy := func(name string, value int) string {
		return fmt.Sprintf(`{%s,"policyName":%q,"targetTrackingScalingPolicyConfiguration":{"targetValue":%d,"predefinedMetricSpecification":{"predefinedMetricType":"ECSServiceAverageCPUUtilization"}}}`, id, name, value)
	}
	action := func(name string) string {
		return fmt.Sprintf(`{%s,"scheduledActionName":%q,"schedule":"cron(0 20 * * ? *)","scalableTargetAction":{"minCapacity":1,"maxCapacity":20}}`, id, name)
	}
	kubeconfig := apiServer(t, map[string][]string{
		"scalabletargets": {object("ScalableTarget", "web", fmt.Sprintf(held, "ScalableTarget")+`,"labels":{"app":"web"}`, `{`+id+`,"minCapacity":2,"maxCapacity":20}`)},
		"scalingpolicies": {object("ScalingPolicy", "cpu", fmt.Sprintf(held, "ScalingPolicy"), policy("cpu", 70))},
		"scheduledactions": {
			object("ScheduledAction", "night", "", action("night")),
			object("ScheduledAction", "adopted", `,"annotations":{"services.k8s.aws/adoption-policy":"adopt-or-create"}`, action("adopted")),
			object("ScheduledAction", "gone", fmt.Sprintf(held, "ScheduledAction")+`,"deletionTimestamp":"2026-11-20T00:00:00Z"`, action("gone")),
			object("ScheduledAction", "lost", "", `{"scheduledActionName":"lost","resourceRef":{"from":{"name":"nowhere"}},"schedule":"rate(1 hour)","scalableTargetAction":{"minCapacity":1}}`),
		},
	})
	w := newWorld(t)
	w.register(t, 2, 20, nil)
	w.track(t, "cpu", types.MetricTypeECSServiceAverageCPUUtilization, 50)
	for _, name := range []string{"night", "adopted", "gone"} {
		w.schedule(t, name, "cron(0 20 * * ? *)", "", 1, 20)
	}
	got := w.plan(t, "--from-cluster", "--kubeconfig", kubeconfig, "-o", "json")
	var p report.Plan
	if err := json.Unmarshal([]byte(got.out), &p); err != nil {
		t.Fatalf("%v in %s%s", err, got.out, got.err)
	}
	actions := map[string]report.Action{}
	for _, target := range p.Targets {
		for _, o := range target.Objects {
			actions[o.Name] = o.Action
		}
	}
	for name, want := range map[string]struct {
		action report.Action
		reason string
	}{
		"web":     {report.ActionNone, "it is as declared"},
		"cpu":     {report.ActionUpdate, "its finalizer says that it is ours"},
		"night":   {report.ActionRefused, "no finalizer: what AWS has is somebody else's"},
		"adopted": {report.ActionAdopt, "the annotation asks for it"},
		"gone":    {report.ActionDelete, "it is being deleted and ours"},
		"lost":    {report.ActionWait, "its reference leads nowhere yet"},
	} {
		if actions[name] != want.action {
			t.Errorf("%s: %s, want %s: %s", name, actions[name], want.action, want.reason)
		}
	}
	if got.code != 2 || p.Account != account || p.Region != region {
		t.Errorf("exit %d (an object is refused), account %s, Region %s\n%s", got.code, p.Account, p.Region, got.err)
	}
	selected := w.plan(t, "--from-cluster", "--kubeconfig", kubeconfig, "-l", "app=other")
	if selected.code != 0 || selected.out != "" {
		t.Errorf("a selector that matches nothing plans nothing: exit %d\n%s%s", selected.code, selected.out, selected.err)
	}
	absent := w.plan(t, "--from-cluster", "--kubeconfig", apiServer(t, nil))
	if absent.code != 2 || !strings.Contains(absent.err, "CustomResourceDefinitions") {
		t.Errorf("a cluster without our kinds is told: exit %d\n%s", absent.code, absent.err)
	}
}
