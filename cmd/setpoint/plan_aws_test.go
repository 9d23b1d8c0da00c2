package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
	"github.com/setpoint-io/setpoint/internal/report"
)

// file writes a manifest.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "manifest.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// decoded runs plan for JSON.
func (w world) decoded(t *testing.T, args ...string) (report.Plan, result) {
	t.Helper()
	got := w.plan(t, append([]string{"-o", "json"}, args...)...)
	var p report.Plan
	if err := json.Unmarshal([]byte(got.out), &p); err != nil {
		t.Fatalf("%v in %s%s", err, got.out, got.err)
	}
	return p, got
}

func (w world) deny(operation string) {
	w.cloud.Faults().Inject(localcloud.Fault{Operation: operation, Error: &wire.Error{
		Code: "AccessDeniedException", Status: http.StatusBadRequest, Message: "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: " + operation,
	}})
}

const variant = `apiVersion: applicationautoscaling.services.k8s.aws/v1alpha1
kind: ScalableTarget
metadata: {name: demo}
spec:
  resourceID: endpoint/demo-endpoint/variant/AllTraffic
  scalableDimension: sagemaker:variant:DesiredInstanceCount
  serviceNamespace: sagemaker
  minCapacity: 2
  maxCapacity: 4
`

func TestPlanNamesEveryRightThatIsMissing(t *testing.T) {
	const all = "testdata/plan/all.yaml"
	for _, c := range []struct {
		reason, operation, file string
		right                   report.MissingRight
		code                    int
	}{
		{"the targets", "DescribeScalableTargets", all, report.MissingRight{Action: "application-autoscaling:DescribeScalableTargets", Resource: "*"}, 2},
		{"the policies", "DescribeScalingPolicies", all, report.MissingRight{Action: "application-autoscaling:DescribeScalingPolicies", Resource: "*"}, 2},
		{"the actions", "DescribeScheduledActions", all, report.MissingRight{Action: "application-autoscaling:DescribeScheduledActions", Resource: "*"}, 2},
		{"tags are declared, so they must be read", "ListTagsForResource", all,
			report.MissingRight{Action: "application-autoscaling:ListTagsForResource", Resource: "arn:aws:application-autoscaling:eu-central-1:123456789012:scalable-target/*"}, 2},
		{"AWS lists a step scaling policy with its alarms", "DescribeAlarms", all, report.MissingRight{Action: "cloudwatch:DescribeAlarms", Resource: "*"}, 2},
		{"whose a target is only adds words", "ListTagsForResource", file(t, strings.Replace(readFile(t, all), "  tags: [{key: team, value: shop}]\n", "", 1)),
			report.MissingRight{Action: "application-autoscaling:ListTagsForResource", Resource: "arn:aws:application-autoscaling:eu-central-1:123456789012:scalable-target/*"}, 1},
		{"a capacity only adds words", "DescribeEndpoint", file(t, variant),
			report.MissingRight{Action: "sagemaker:DescribeEndpoint", Resource: "arn:aws:sagemaker:eu-central-1:123456789012:endpoint/demo-endpoint"}, 1},
	} {
		w := newWorld(t)
		w.drift(t)
		w.deny(c.operation)
		p, got := w.decoded(t, "-f", c.file)
		if got.code != c.code || len(p.MissingRights) != 1 || p.MissingRights[0] != c.right {
			t.Errorf("%s: exit %d, want %d; rights %+v, want %+v\n%s%s", c.reason, got.code, c.code, p.MissingRights, c.right, got.out, got.err)
		}
		table := w.plan(t, "-f", c.file).out
		if !strings.Contains(table, `"Action": "`+c.right.Action+`"`) || !strings.Contains(table, `"Resource": "`+c.right.Resource+`"`) {
			t.Errorf("%s: the table has no policy to paste:\n%s", c.reason, table)
		}
	}
}

func TestPlanSaysWhatTheCapacityBecomes(t *testing.T) {
	for _, c := range []struct {
		reason, manifest string
		seed             localcloud.Endpoint
		want             string
		calls            int // of DescribeEndpoint
	}{
		{"a new registration lifts it", variant, localcloud.Endpoint{}, "variant AllTraffic has 1 instance; it would become 2", 1},
		{"or lowers it", variant, localcloud.Endpoint{InstanceCount: 7}, "variant AllTraffic has 7 instances; it would become 4", 1},
		{"or lets it be", variant, localcloud.Endpoint{InstanceCount: 3}, "which is within 2..4 and stays", 1},
		{"an endpoint that is not there is told, because AWS would refuse", variant, localcloud.Endpoint{Name: "other"}, "Could not find endpoint", 1},
		{"an endpoint is read once for all its variants", variant + "---\n" + strings.NewReplacer("name: demo", "name: two", "/AllTraffic", "/Other").Replace(variant), localcloud.Endpoint{},
			"endpoint demo-endpoint has no variant Other", 1},
	} {
		w := newWorld(t)
		c.seed.Account = account
		if err := w.cloud.Seed(t.Context(), c.seed); err != nil {
			t.Fatal(err)
		}
		got := w.plan(t, "-f", file(t, c.manifest))
		if !strings.Contains(got.out, c.want) {
			t.Errorf("%s: want %q in\n%s%s", c.reason, c.want, got.out, got.err)
		}
		calls := 0
		for _, call := range w.cloud.Journal().Entries() {
			if call.Operation == "DescribeEndpoint" {
				calls++
			}
		}
		if calls != c.calls {
			t.Errorf("%s: %d calls of DescribeEndpoint, want %d", c.reason, calls, c.calls)
		}
	}
	w := newWorld(t)
	w.plan(t, "-f", "testdata/plan/all.yaml")
	for _, call := range w.cloud.Journal().Entries() {
		if call.Operation == "DescribeEndpoint" {
			t.Error("SageMaker was asked about an ECS service")
		}
	}
}

func TestPlanReadsEveryRegion(t *testing.T) {
	w := newWorld(t)
	w.register(t, 2, 20, map[string]string{"team": "shop"})
	w.track(t, "cpu", types.MetricTypeECSServiceAverageCPUUtilization, 70)
	here := readFile(t, "testdata/plan/all.yaml")
	there := strings.ReplaceAll(here, "metadata:\n  name:", "metadata:\n  namespace: far\n  name:")
	namespace := "apiVersion: v1\nkind: Namespace\nmetadata: {name: far, annotations: {services.k8s.aws/default-region: us-west-2}}\n"
	p, got := w.decoded(t, "-f", file(t, here+"---\n"+there+"---\n"+namespace))
	if len(p.Targets) != 2 || p.Targets[0].Region != "" || p.Targets[1].Region != "us-west-2" {
		t.Fatalf("two Regions are two targets, and the second says its Region: %s%s", got.out, got.err)
	}
	if p.Targets[0].Objects[0].Action != report.ActionNone || p.Targets[1].Objects[0].Action != report.ActionCreate {
		t.Errorf("it is registered in one Region and not in the other: %+v", p.Targets)
	}
	if !slices.Contains(p.Notes, "1 document of other kinds ignored") {
		t.Errorf("other kinds are told: %q", p.Notes)
	}
}

func TestPlanSaysInWhichAccount(t *testing.T) {
	w := newWorld(t)
	text := strings.Replace(variant, "{name: demo}", "{name: demo, namespace: far}", 1) +
		"---\napiVersion: v1\nkind: Namespace\nmetadata: {name: far, annotations: {services.k8s.aws/owner-account-id: '222222222222'}}\n" +
		"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ack-role-account-map, namespace: ack-system}\ndata: {'222222222222': 'arn:aws:iam::222222222222:role/setpoint'}\n"
	got := w.plan(t, "-f", file(t, text))
	for _, want := range []string{"is in account 222222222222", "arn:aws:iam::222222222222:role/setpoint", "--profile"} {
		if got.code != 2 || !strings.Contains(got.out, want) {
			t.Errorf("an object of another account is not planned, and it is said how to: exit %d, want %q in\n%s%s", got.code, want, got.out, got.err)
		}
	}
}

// Whose a target is takes one call for each that is there, and none for one that
// is not.
func TestPlanReadsTagsOfWhatIsThere(t *testing.T) {
	w := newWorld(t)
	w.register(t, 2, 10, nil)
	untagged := strings.Replace(readFile(t, "testdata/plan/all.yaml"), "  tags: [{key: team, value: shop}]\n", "", 1)
	w.plan(t, "-f", file(t, untagged+"---\n"+variant))
	if calls := w.cloud.Journal().Count("ListTagsForResource"); calls != 1 {
		t.Errorf("%d calls of ListTagsForResource for one target with five objects, and one that is not registered", calls)
	}
}

// Hundreds of targets are read with a handful of calls.
func TestPlanReadsInBatches(t *testing.T) {
	const services = 120
	w := newWorld(t)
	var text strings.Builder
	all := readFile(t, "testdata/plan/all.yaml")
	for i := range services {
		text.WriteString(strings.NewReplacer("service/shop/web", fmt.Sprintf("service/shop/s%d", i), "name: web", fmt.Sprintf("name: web%d", i),
			"name: cpu", fmt.Sprintf("name: cpu%d", i), "name: busy", fmt.Sprintf("name: busy%d", i), "name: night", fmt.Sprintf("name: night%d", i),
			"name: morning", fmt.Sprintf("name: morning%d", i)).Replace(all) + "---\n")
		if _, err := w.aws.RegisterScalableTarget(t.Context(), &applicationautoscaling.RegisterScalableTargetInput{
			ServiceNamespace: types.ServiceNamespaceEcs, ResourceId: aws.String(fmt.Sprintf("service/shop/s%d", i)), ScalableDimension: types.ScalableDimension(web.dimension),
			MinCapacity: aws.Int32(2), MaxCapacity: aws.Int32(20),
		}); err != nil {
			t.Fatal(err)
		}
	}
	got := w.plan(t, "-f", file(t, text.String()))
	if got.code != 1 || !strings.Contains(got.err, fmt.Sprintf("%d to create, %d to update", 4*services, services)) {
		t.Fatalf("exit %d: %s", got.code, got.err)
	}
	journal := w.cloud.Journal()
	targets, children := journal.Count("DescribeScalableTargets"), journal.Count("DescribeScalingPolicies", "DescribeScheduledActions")
	if targets > 10 || children > 10 {
		t.Errorf("%d targets took %d calls of DescribeScalableTargets and %d for what hangs under them", services, targets, children)
	}
}
