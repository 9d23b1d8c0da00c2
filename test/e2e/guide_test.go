package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/lab"
)

// example reads an example and makes it about the world's endpoint.
func (w *world) example(name string) string {
	w.Helper()
	content, err := os.ReadFile(repository(w.T, "examples/sagemaker/"+name))
	w.must(err)
	return seeded.ReplaceAllString(string(content), w.endpoint)
}

// seeded are the endpoints of the examples.
var seeded = regexp.MustCompile(`\b` + lab.SeedEndpoint + `(-[a-z]+)?\b`)

// TestGuide does what the SageMaker guide does, step by step, with kubectl and
// the AWS CLI.
func TestGuide(t *testing.T) {
	w := newWorld(t)

	t.Log("1. the three CRDs are there")
	crds := w.kubectl("", "get", "crd")
	for _, plural := range []string{"scalabletargets", "scalingpolicies", "scheduledactions"} {
		if !strings.Contains(crds, plural+".applicationautoscaling.services.k8s.aws") {
			t.Errorf("kubectl get crd does not show %s:\n%s", plural, crds)
		}
	}

	t.Log("3. one file registers the variant and puts the policy")
	predefined := w.example("hosting-autoscaling-predefined.yaml")
	w.kubectl(predefined, "apply", "-f", "-")
	w.kubectl(predefined, "wait", "--for=condition=Ready", "--timeout=30s", "-f", "-")
	targetName, policyName := w.only("scalabletargets"), w.only("scalingpolicies")

	t.Log("4. Kubernetes and AWS tell the same")
	policy := w.becomes(autoscaling.KindPolicy, policyName, metav1.ConditionTrue, "").(*v1alpha1.ScalingPolicy)
	arn := text(policy.Status.ACKResourceMetadata.ARN)
	if prefix := "arn:aws:autoscaling:" + lab.Region + ":" + lab.Account + ":scalingPolicy:"; !strings.HasPrefix(arn, prefix) ||
		!strings.HasSuffix(arn, ":resource/sagemaker/"+w.resource()+":policyName/"+policy.Spec.PolicyName) {
		t.Errorf("the policy's ARN is %s", arn)
	}
	described := w.kubectl("", "describe", "scalingpolicy", policyName)
	for _, expected := range []string{arn, "Owner Account ID:  " + lab.Account, "-AlarmHigh-", "-AlarmLow-", "Alarm ARN:", "Alarm Name:", "ACK.ResourceSynced"} {
		if !strings.Contains(described, expected) {
			t.Errorf("kubectl describe does not show %q:\n%s", expected, described)
		}
	}
	if got := w.policies(); len(got) != 1 || *got[0].PolicyARN != arn {
		t.Errorf("AWS has other policies than %s: %+v", arn, got)
	}
	w.checkAlarms(policy)
	w.checkByCLI(arn)
	for _, column := range []string{"RESOURCE", "MIN", "MAX", "READY"} {
		if out := w.kubectl("", "get", "scalabletargets"); !strings.Contains(out, column) {
			t.Errorf("kubectl get has no column %s:\n%s", column, out)
		}
	}

	t.Log("5. an edited file is applied in place")
	before := policy.Status.LastModifiedTime.Time
	edited := w.edited(w.edited(w.edited(predefined, "targetValue: 60", "targetValue: 75"), "scaleInCooldown: 700", "scaleInCooldown: 600"), "maxCapacity: 2", "maxCapacity: 3")
	w.kubectl(edited, "apply", "-f", "-")
	after := w.becomes(autoscaling.KindPolicy, policyName, metav1.ConditionTrue, "").(*v1alpha1.ScalingPolicy)
	w.eventually("the target follows the file", func() error {
		if got := *w.target().MaxCapacity; got != 3 {
			return fmt.Errorf("MaxCapacity is %d", got)
		}
		return nil
	})
	if got := w.policies()[0].TargetTrackingScalingPolicyConfiguration; *got.TargetValue != 75 || *got.ScaleInCooldown != 600 || *got.ScaleOutCooldown != 300 {
		t.Errorf("AWS has %+v", got)
	}
	if text(after.Status.ACKResourceMetadata.ARN) != arn {
		t.Error("the update made another policy")
	}
	if !after.Status.LastModifiedTime.After(before) {
		t.Errorf("lastModifiedTime did not grow: %s, then %s", before, after.Status.LastModifiedTime)
	}
	w.checkAlarms(after)
	w.becomes(autoscaling.KindTarget, targetName, metav1.ConditionTrue, "")

	t.Log("7. deleting the file leaves nothing in AWS")
	w.kubectl(predefined, "delete", "--timeout=30s", "-f", "-")
	if w.target() != nil || len(w.policies())+len(w.managed()) > 0 {
		t.Errorf("AWS still has %v, %v, %v", w.target(), w.policies(), w.managed())
	}

	t.Log("6. a metric of one's own, with scale-in suspended")
	custom := w.example("hosting-autoscaling-custom-metric.yaml")
	w.kubectl(custom, "apply", "-f", "-")
	w.kubectl(custom, "wait", "--for=condition=Ready", "--timeout=30s", "-f", "-")
	if s := w.target().SuspendedState; !*s.DynamicScalingInSuspended || *s.DynamicScalingOutSuspended || *s.ScheduledScalingSuspended {
		t.Errorf("AWS has the suspended state %+v", s)
	}
	if m := w.policies()[0].TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification; *m.MetricName != "CPUUtilization" || len(m.Dimensions) != 2 {
		t.Errorf("AWS has the metric %+v", m)
	}
	w.kubectl(custom, "delete", "--timeout=30s", "-f", "-")

	t.Log("6. business hours in a time zone")
	scheduled := w.example("hosting-autoscaling-scheduled.yaml")
	w.kubectl(scheduled, "apply", "-f", "-")
	w.kubectl(scheduled, "wait", "--for=condition=Ready", "--timeout=30s", "-f", "-")
	if got := w.actions(); len(got) == 0 || text(got[0].Timezone) == "" {
		t.Errorf("AWS has the scheduled actions %+v", got)
	}
	w.kubectl(scheduled, "delete", "--timeout=30s", "-f", "-")
}

// only is the name of the one object of a resource.
func (w *world) only(resource string) string {
	w.Helper()
	names := strings.Fields(w.kubectl("", "get", resource, "-o", "jsonpath={.items[*].metadata.name}"))
	if len(names) != 1 {
		w.Fatalf("there are the %s %q", resource, names)
	}
	return names[0]
}

// checkAlarms compares the alarms in the status with those in CloudWatch.
func (w *world) checkAlarms(policy *v1alpha1.ScalingPolicy) {
	w.Helper()
	var told, made []string
	for _, a := range policy.Status.Alarms {
		told = append(told, text(a.AlarmARN)+" "+text(a.AlarmName))
	}
	for _, a := range w.managed() {
		made = append(made, *a.AlarmArn+" "+*a.AlarmName)
	}
	if len(told) != 2 || !strings.Contains(told[0], "-AlarmHigh-") || !strings.Contains(told[1], "-AlarmLow-") {
		w.Errorf("the status holds the alarms %q", told)
	}
	slices.Sort(told)
	slices.Sort(made)
	if !slices.Equal(told, made) {
		w.Errorf("the status holds the alarms %q, CloudWatch has %q", told, made)
	}
}

// checkByCLI asks the AWS CLI for the same things, where it is installed.
func (w *world) checkByCLI(arn string) {
	w.Helper()
	out, ok := w.aws("application-autoscaling", "describe-scaling-policies", "--service-namespace", "sagemaker", "--resource-id", w.resource())
	if !ok {
		return
	}
	var policies struct {
		ScalingPolicies []struct{ PolicyARN string }
	}
	w.must(json.Unmarshal([]byte(out), &policies))
	if len(policies.ScalingPolicies) != 1 || policies.ScalingPolicies[0].PolicyARN != arn {
		w.Errorf("the AWS CLI shows %s", out)
	}
	out, _ = w.aws("cloudwatch", "describe-alarms", "--alarm-name-prefix", "TargetTracking-"+w.resource())
	var alarms struct {
		MetricAlarms []struct{ AlarmName string }
	}
	w.must(json.Unmarshal([]byte(out), &alarms))
	if len(alarms.MetricAlarms) != 2 {
		w.Errorf("the AWS CLI shows the alarms %s", out)
	}
	out, _ = w.aws("sts", "get-caller-identity", "--query", "Account", "--output", "text")
	if strings.TrimSpace(out) != lab.Account {
		w.Errorf("the AWS CLI says that we are account %s", out)
	}
}

// TestEndpointByCLI makes the endpoint by the guide's AWS CLI commands.
func TestEndpointByCLI(t *testing.T) {
	w := newWorld(t)
	name := w.endpoint + "-cli"
	if _, ok := w.aws("sagemaker", "create-model", "--model-name", name, "--execution-role-arn", "arn:aws:iam::"+lab.Account+":role/r", "--primary-container", "Image=x:latest"); !ok {
		t.Log("there is no AWS CLI on this machine: by the SDK instead")
		w.createEndpoint(name)
		return
	}
	w.aws("sagemaker", "create-endpoint-config", "--endpoint-config-name", name, "--production-variants",
		fmt.Sprintf(`[{"VariantName":"AllTraffic","ModelName":%q,"InstanceType":"ml.m5.large","InitialInstanceCount":1}]`, name))
	w.aws("sagemaker", "create-endpoint", "--endpoint-name", name, "--endpoint-config-name", name)
	w.eventually("the endpoint is InService", func() error {
		out, _ := w.aws("sagemaker", "describe-endpoint", "--endpoint-name", name, "--query", "EndpointStatus", "--output", "text")
		if status := strings.TrimSpace(out); status != "InService" {
			time.Sleep(100 * time.Millisecond)
			return fmt.Errorf("it is %s", status)
		}
		return nil
	})
}
