package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	smtypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/lab"
)

// A world is what one test has to itself.
type world struct {
	*testing.T
	ctx       context.Context
	namespace string // in Kubernetes
	endpoint  string // in SageMaker, with the variant AllTraffic
}

const dimension = "sagemaker:variant:DesiredInstanceCount"

func newWorld(t *testing.T) *world {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-", "#", "-").Replace(t.Name()))
	w := &world{T: t, ctx: t.Context(), namespace: name, endpoint: name}
	if err := kube.Create(w.ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}); err != nil {
		t.Fatal(err)
	}
	w.createEndpoint(name)
	t.Cleanup(func() { w.mustBeEmpty() })
	return w
}

// createEndpoint makes an endpoint by SageMaker's API and waits for it.
func (w *world) createEndpoint(name string) {
	w.Helper()
	_, err := sage.CreateModel(w.ctx, &sagemaker.CreateModelInput{
		ModelName: &name, ExecutionRoleArn: aws.String("arn:aws:iam::" + lab.Account + ":role/test"),
		PrimaryContainer: &smtypes.ContainerDefinition{Image: aws.String("test:latest")},
	})
	w.must(err)
	_, err = sage.CreateEndpointConfig(w.ctx, &sagemaker.CreateEndpointConfigInput{
		EndpointConfigName: &name,
		ProductionVariants: []smtypes.ProductionVariant{{
			VariantName: aws.String("AllTraffic"), ModelName: &name,
			InstanceType: smtypes.ProductionVariantInstanceTypeMlM5Large, InitialInstanceCount: aws.Int32(1),
		}},
	})
	w.must(err)
	_, err = sage.CreateEndpoint(w.ctx, &sagemaker.CreateEndpointInput{EndpointName: &name, EndpointConfigName: &name})
	w.must(err)
	w.eventually("the endpoint is InService", func() error {
		out, err := sage.DescribeEndpoint(w.ctx, &sagemaker.DescribeEndpointInput{EndpointName: &name})
		if err == nil && out.EndpointStatus != smtypes.EndpointStatusInService {
			return fmt.Errorf("it is %s", out.EndpointStatus)
		}
		return err
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// patience is how long a test waits for something that should come at once;
// it is generous because a loaded machine is slow.
const patience = 30 * time.Second

// eventually waits until check has nothing to complain about.
func (w *world) eventually(what string, check func() error) {
	w.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			w.Fatalf("%s: not after %s: %v", what, patience, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (w *world) resource() string { return "endpoint/" + w.endpoint + "/variant/AllTraffic" }

// manifest writes the identity and the world's names into a template: $RESOURCE
// and $IDENTITY (the three identity fields, at the indentation of spec).
func (w *world) manifest(template string) string {
	identity := fmt.Sprintf("resourceID: %s\n  scalableDimension: %s\n  serviceNamespace: sagemaker", w.resource(), dimension)
	return strings.NewReplacer("$IDENTITY", identity, "$RESOURCE", w.resource(), "$API", v1alpha1.GroupVersion.String(), "$ENDPOINT", w.endpoint).Replace(template)
}

const targetManifest = `apiVersion: $API
kind: ScalableTarget
metadata:
  name: target
spec:
  $IDENTITY
  minCapacity: 1
  maxCapacity: 2
`

const policyManifest = `apiVersion: $API
kind: ScalingPolicy
metadata:
  name: policy
spec:
  policyName: invocations
  $IDENTITY
  targetTrackingScalingPolicyConfiguration:
    targetValue: 60
    scaleInCooldown: 700
    scaleOutCooldown: 300
    predefinedMetricSpecification:
      predefinedMetricType: SageMakerVariantInvocationsPerInstance
`

const actionManifest = `apiVersion: $API
kind: ScheduledAction
metadata:
  name: action
spec:
  scheduledActionName: morning
  $IDENTITY
  schedule: cron(0 8 ? * MON-FRI *)
  timezone: Europe/Berlin
  scalableTargetAction:
    minCapacity: 2
    maxCapacity: 4
`

// kubectl runs kubectl with what is in stdin, and returns its output.
func (w *world) kubectl(stdin string, args ...string) string {
	w.Helper()
	out, err := w.tryKubectl(stdin, args...)
	if err != nil {
		w.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (w *world) tryKubectl(stdin string, args ...string) (string, error) {
	w.Helper()
	return w.inAnyNamespace(stdin, append([]string{"--namespace", w.namespace}, args...)...)
}

// inAnyNamespace runs kubectl with manifests that name their namespaces.
func (w *world) inAnyNamespace(stdin string, args ...string) (string, error) {
	w.Helper()
	cmd, err := kubectlCommand(w.ctx, args...)
	w.must(err)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// apply applies manifests, in order and in one call.
func (w *world) apply(templates ...string) {
	w.Helper()
	w.kubectl(w.manifest(strings.Join(templates, "---\n")), "apply", "-f", "-")
}

// edited is a template with something replaced.
func (w *world) edited(template, from, to string) string {
	w.Helper()
	if !strings.Contains(template, from) {
		w.Fatalf("the manifest holds no %q", from)
	}
	return strings.ReplaceAll(template, from, to)
}

// aws runs the AWS CLI if the machine has it.
func (w *world) aws(args ...string) (out string, ok bool) {
	w.Helper()
	path, err := exec.LookPath("aws")
	if err != nil {
		return "", false
	}
	cmd := exec.CommandContext(w.ctx, path, args...)
	cmd.Env = append(os.Environ(), awsEnvironment()...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		w.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, text)
	}
	return string(text), true
}

// awsEnvironment leads the AWS CLI to the lab.
func awsEnvironment() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + theLab.CloudURL, "AWS_ACCESS_KEY_ID=" + lab.Account, "AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION=" + lab.Region, "AWS_DEFAULT_REGION=" + lab.Region, "AWS_PAGER=", "AWS_CONFIG_FILE=" + os.DevNull,
	}
}

// target, policies, actions and managed are what AWS has for the world's
// endpoint.
func (w *world) target() *aastypes.ScalableTarget {
	w.Helper()
	out, err := scaling.DescribeScalableTargets(w.ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceIds: []string{w.resource()},
	})
	w.must(err)
	if len(out.ScalableTargets) == 0 {
		return nil
	}
	return &out.ScalableTargets[0]
}

func (w *world) policies() []aastypes.ScalingPolicy {
	w.Helper()
	out, err := scaling.DescribeScalingPolicies(w.ctx, &applicationautoscaling.DescribeScalingPoliciesInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()),
	})
	w.must(err)
	return out.ScalingPolicies
}

func (w *world) actions() []aastypes.ScheduledAction {
	w.Helper()
	out, err := scaling.DescribeScheduledActions(w.ctx, &applicationautoscaling.DescribeScheduledActionsInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()),
	})
	w.must(err)
	return out.ScheduledActions
}

func (w *world) managed() []cwtypes.MetricAlarm {
	w.Helper()
	out, err := alarms.DescribeAlarms(w.ctx, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("TargetTracking-" + w.resource())})
	w.must(err)
	return out.MetricAlarms
}

// get reads an object of the world.
func (w *world) get(kind autoscaling.Kind, name string) v1alpha1.Object {
	w.Helper()
	obj := newObject(kind)
	w.must(kube.Get(w.ctx, client.ObjectKey{Namespace: w.namespace, Name: name}, obj.(client.Object)))
	return obj
}

func newObject(kind autoscaling.Kind) v1alpha1.Object {
	switch kind {
	case autoscaling.KindPolicy:
		return &v1alpha1.ScalingPolicy{}
	case autoscaling.KindAction:
		return &v1alpha1.ScheduledAction{}
	}
	return &v1alpha1.ScalableTarget{}
}

func condition(obj v1alpha1.Object, conditionType string) v1alpha1.Condition {
	for _, c := range obj.GetStatus().Conditions {
		if c.Type == conditionType {
			return c
		}
	}
	return v1alpha1.Condition{}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// becomes waits until the object's Ready condition has that status and reason
// for its current generation, checks its status by the rules that hold for
// every object, and returns it. An empty reason is any.
func (w *world) becomes(kind autoscaling.Kind, name string, status metav1.ConditionStatus, reason string) v1alpha1.Object {
	w.Helper()
	var obj v1alpha1.Object
	w.eventually(fmt.Sprintf("%s %s becomes Ready=%s %s", kind, name, status, reason), func() error {
		obj = w.get(kind, name)
		ready := condition(obj, v1alpha1.ConditionReady)
		if obj.GetStatus().ObservedGeneration != obj.GetGeneration() || ready.Status != status || reason != "" && text(condition(obj, reasonHolder(obj)).Reason) != reason {
			return fmt.Errorf("generation %d, status %+v", obj.GetGeneration(), printed(obj.GetStatus()))
		}
		return nil
	})
	checkStatus(w.T, obj)
	return obj
}

// reasonHolder is the condition whose reason says why an object is not ready.
func reasonHolder(obj v1alpha1.Object) string {
	for _, t := range []string{v1alpha1.ConditionStalled, v1alpha1.ConditionReconciling} {
		if condition(obj, t).Type != "" {
			return t
		}
	}
	return v1alpha1.ConditionReady
}

func printed(s *v1alpha1.CommonStatus) string {
	var b strings.Builder
	fmt.Fprintf(&b, "observedGeneration %d", s.ObservedGeneration)
	for _, c := range s.Conditions {
		fmt.Fprintf(&b, "\n  %s=%s %s: %s", c.Type, c.Status, text(c.Reason), text(c.Message))
	}
	return b.String()
}

// gone waits until an object is no more.
func (w *world) gone(kind autoscaling.Kind, name string) {
	w.Helper()
	w.eventually(fmt.Sprintf("%s %s is gone", kind, name), func() error {
		obj := newObject(kind)
		err := kube.Get(w.ctx, client.ObjectKey{Namespace: w.namespace, Name: name}, obj.(client.Object))
		if client.IgnoreNotFound(err) == nil && err != nil {
			return nil
		}
		return fmt.Errorf("it is there: %s", printed(obj.GetStatus()))
	})
}

// mustBeEmpty deletes what a test left and checks that nothing stays in AWS.
func (w *world) mustBeEmpty() {
	w.Helper()
	w.ctx = context.Background() // the test's own context has ended
	if w.Failed() {
		return
	}
	w.kubectl("", "delete", "scheduledactions,scalingpolicies,scalabletargets", "--all", "--timeout=20s")
	if t, p, a, m := w.target(), w.policies(), w.actions(), w.managed(); t != nil || len(p)+len(a)+len(m) > 0 {
		w.Errorf("left behind in AWS: target %v, %d policies, %d actions, %d alarms", t, len(p), len(a), len(m))
	}
}

func repository(t *testing.T, path string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, path)
}
