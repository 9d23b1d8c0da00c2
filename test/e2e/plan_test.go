package e2e

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/lab"
	"github.com/setpoint-io/setpoint/internal/report"
)

// setpoint runs kubectl setpoint in the world, and returns its exit code.
func (w *world) setpoint(args ...string) (code int, out, notes string) {
	w.Helper()
	var stdout, stderr strings.Builder
	cmd, err := kubectlCommand(w.ctx, append([]string{"setpoint"}, args...)...)
	w.must(err)
	cmd.Env = append(cmd.Env, "AWS_ENDPOINT_URL="+theLab.CloudURL, "AWS_ACCESS_KEY_ID="+lab.Account, "AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION="+lab.Region, "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// planned is the plan of the world's namespace, with its exit code.
func (w *world) planned() (report.Plan, int) {
	w.Helper()
	code, out, notes := w.setpoint("plan", "--from-cluster", "-n", w.namespace, "-o", "json")
	var p report.Plan
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		w.Fatalf("exit %d: %v in %s%s", code, err, out, notes)
	}
	return p, code
}

// foretold is what a plan says about each object: "policy: replace".
func foretold(p report.Plan) []string {
	var told []string
	for _, target := range p.Targets {
		for _, o := range target.Objects {
			told = append(told, o.Name+": "+string(o.Action))
		}
	}
	slices.Sort(told)
	return told
}

// consequences are all sentences of a plan.
func consequences(p report.Plan) string {
	var said []string
	for _, target := range p.Targets {
		for _, o := range target.Objects {
			said = append(said, o.Consequences...)
			said = append(said, o.Notes...)
		}
	}
	return strings.Join(said, "\n")
}

// written counts the writes to AWS since the journal had that many.
func written(before map[string]int) map[string]int {
	writes := map[string]int{}
	for _, operation := range []string{
		"RegisterScalableTarget", "DeregisterScalableTarget", "PutScalingPolicy", "DeleteScalingPolicy",
		"PutScheduledAction", "DeleteScheduledAction", "TagResource", "UntagResource",
	} {
		if n := theLab.Cloud.Journal().Count(operation) - before[operation]; n > 0 {
			writes[operation] = n
		}
	}
	return writes
}

// TestTheControllerDoesWhatThePlanSays stops the controller, changes something,
// asks for the plan, and lets the controller do it.
func TestTheControllerDoesWhatThePlanSays(t *testing.T) {
	w := newWorld(t)
	edited := func(template, from, to string) string { return w.manifest(w.edited(template, from, to)) }
	for _, c := range []struct {
		what   string
		change func()
		told   []string
		says   []string
		writes map[string]int
		left   int // objects
	}{
		{"everything is new", func() {
			w.kubectl(edited(targetManifest, "minCapacity: 1", "minCapacity: 2"), "apply", "-f", "-")
			w.apply(policyManifest, actionManifest)
		}, []string{"action: create", "policy: create", "target: create"}, []string{"variant AllTraffic has 1 instance; it would become 2"},
			map[string]int{"RegisterScalableTarget": 1, "PutScalingPolicy": 1, "PutScheduledAction": 1}, 3},
		{"somebody changed AWS", func() {
			_, err := scaling.RegisterScalableTarget(w.ctx, &applicationautoscaling.RegisterScalableTargetInput{
				ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension, MaxCapacity: aws.Int32(9)})
			w.must(err)
			_, err = scaling.DeleteScheduledAction(w.ctx, &applicationautoscaling.DeleteScheduledActionInput{
				ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension, ScheduledActionName: aws.String("morning")})
			w.must(err)
		}, []string{"action: create", "policy: none", "target: update"}, []string{"variant AllTraffic has 2 instances, which is within 2..2 and stays"},
			map[string]int{"RegisterScalableTarget": 1, "PutScheduledAction": 1}, 3},
		{"the objects were edited", func() {
			w.kubectl(edited(policyManifest, "targetValue: 60", "targetValue: 75"), "apply", "-f", "-")
			w.kubectl(edited(actionManifest, "minCapacity: 2", "minCapacity: 3"), "apply", "-f", "-")
		}, []string{"action: update", "policy: update", "target: none"}, []string{"AWS replaces the policy's alarms TargetTracking-"},
			map[string]int{"PutScalingPolicy": 1, "PutScheduledAction": 1}, 3},
		{"an object goes", func() {
			w.kubectl("", "delete", "scalingpolicy", "policy", "--wait=false")
		}, []string{"action: none", "policy: delete", "target: none"}, []string{"AWS deletes the policy's alarms TargetTracking-"},
			map[string]int{"DeleteScalingPolicy": 1}, 2},
		{"the target goes, with what hangs under it", func() {
			w.kubectl("", "delete", "scalabletarget/target", "scheduledaction/action", "--wait=false")
		}, []string{"action: delete", "target: delete"}, []string{"AWS deletes scheduled action morning with the scalable target", "AWS deletes it with the scalable target"},
			map[string]int{"DeregisterScalableTarget": 1}, 0},
	} {
		theController()
		c.change()
		w.eventually("the endpoint has the instances that it shall have", func() error {
			out, err := sage.DescribeEndpoint(w.ctx, &sagemaker.DescribeEndpointInput{EndpointName: &w.endpoint})
			if v := out.ProductionVariants[0]; err == nil && *v.CurrentInstanceCount != *v.DesiredInstanceCount {
				return fmt.Errorf("%d of %d", *v.CurrentInstanceCount, *v.DesiredInstanceCount)
			}
			return err
		})
		p, code := w.planned()
		if got := foretold(p); !slices.Equal(got, c.told) || code != 1 {
			t.Errorf("%s: exit %d, the plan says %q, want %q", c.what, code, got, c.told)
		}
		for _, sentence := range c.says {
			if said := consequences(p); !strings.Contains(said, sentence) {
				t.Errorf("%s: the plan does not say %q:\n%s", c.what, sentence, said)
			}
		}
		before := map[string]int{}
		for operation := range maps.Keys(written(nil)) {
			before[operation] = theLab.Cloud.Journal().Count(operation)
		}
		w.restart()
		w.eventually(c.what+": nothing is left to do", func() error {
			if p, code := w.planned(); code != 0 || len(foretold(p)) != c.left {
				return fmt.Errorf("exit %d: %q", code, foretold(p))
			}
			return nil
		})
		if got := written(before); !maps.Equal(got, c.writes) {
			t.Errorf("%s: the plan said %q, and the controller made %v, want %v", c.what, c.told, got, c.writes)
		}
	}
}

// TestPlanKnowsWhoseItIs is about what was in AWS before the objects were.
func TestPlanKnowsWhoseItIs(t *testing.T) {
	w := newWorld(t)
	_, err := scaling.RegisterScalableTarget(w.ctx, &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
		MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(3), Tags: map[string]string{"managed-by": "terraform"},
	})
	w.must(err)
	theController()
	w.apply(targetManifest)
	if p, code := w.planned(); code != 2 || !slices.Equal(foretold(p), []string{"target: refused"}) || !strings.Contains(consequences(p), "belongs to Terraform") {
		t.Errorf("what the object did not make is left alone, and its tags tell whose it is: exit %d, %q\n%s", code, foretold(p), consequences(p))
	}
	w.restart()
	w.becomes(target, "target", no, "")
	theController()
	w.kubectl("", "annotate", "scalabletarget", "target", v1alpha1.AnnotationAdoptionPolicy+"=adopt-or-create")
	p, code := w.planned()
	if code != 1 || !slices.Equal(foretold(p), []string{"target: adopt"}) {
		t.Errorf("the annotation takes it over: exit %d, %q", code, foretold(p))
	}
	if fields := p.Targets[0].Objects[0].Fields; len(fields) != 1 || fields[0] != (report.FieldChange{Field: "maxCapacity", From: "3", To: "2"}) {
		t.Errorf("with the changes that it makes: %+v", fields)
	}
	w.restart()
	w.ready(target, "target")
	if got := w.target(); *got.MaxCapacity != 2 {
		t.Errorf("AWS has %d", *got.MaxCapacity)
	}
}

// TestPlanFollowsTheCluster is about what other objects decide: the namespace's
// Region, and the Endpoint object that the target refers to.
func TestPlanFollowsTheCluster(t *testing.T) {
	w := newWorld(t)
	w.kubectl(foreignCRDs, "apply", "-f", "-")
	w.kubectl("", "wait", "--for=condition=Established", "crd/endpoints.sagemaker.services.k8s.aws", "crd/roles.iam.services.k8s.aws")
	w.apply(policyByReference, targetByReference)
	told := func(want ...string) report.Plan {
		t.Helper()
		p, _ := w.planned()
		if got := foretold(p); !slices.Equal(got, want) {
			t.Errorf("the plan says %q, want %q:\n%s", got, want, consequences(p))
		}
		return p
	}
	if p := told("policy: wait", "target: wait"); !strings.Contains(consequences(p), "there is no such object") {
		t.Errorf("the plan does not say for what they wait:\n%s", consequences(p))
	}
	w.eventually("the new kind is served", func() error { _, err := w.tryKubectl(w.manifest(endpointManifest), "apply", "-f", "-"); return err })
	w.setStatus("endpoints.sagemaker.services.k8s.aws", "my-endpoint", `{"endpointStatus":"Creating"}`)
	if p := told("policy: wait", "target: wait"); !strings.Contains(consequences(p), "its status is Creating") {
		t.Errorf("the plan does not say for what they wait:\n%s", consequences(p))
	}
	theController()
	w.setStatus("endpoints.sagemaker.services.k8s.aws", "my-endpoint", `{"endpointStatus":"InService"}`)
	w.kubectl("", "annotate", "namespace", w.namespace, v1alpha1.AnnotationDefaultRegion+"=eu-west-1")
	p := told("policy: create", "target: create")
	if target := p.Targets[0]; cmp.Or(target.Region, "none") != "eu-west-1" || target.Target.ResourceID != w.resource() {
		t.Errorf("the target is in the namespace's Region and has the endpoint's name: %+v", target)
	}
	w.kubectl("", "annotate", "namespace", w.namespace, v1alpha1.AnnotationDefaultRegion+"-", v1alpha1.AnnotationOwnerAccountID+"=222222222222")
	if p := told("policy: unknown", "target: unknown"); !strings.Contains(consequences(p), "is in account 222222222222") {
		t.Errorf("the plan does not say in which account they are:\n%s", consequences(p))
	}
	w.kubectl("", "annotate", "namespace", w.namespace, v1alpha1.AnnotationOwnerAccountID+"-")
	w.restart()
	w.ready(policy, "policy")
	told("policy: none", "target: none")
}

// TestPlanWithTheCluster takes something out of a manifest, which only the
// status of the object remembers.
func TestPlanWithTheCluster(t *testing.T) {
	w := newWorld(t)
	manifest := func(template string) string {
		file := filepath.Join(t.TempDir(), "target.yaml")
		w.must(os.WriteFile(file, []byte(w.manifest(template)), 0o600))
		return file
	}
	suspended := manifest(targetManifest + "  suspendedState: {dynamicScalingInSuspended: true}\n  tags: [{key: team, value: ml}]\n")
	plain := manifest(targetManifest)
	w.kubectl("", "apply", "-f", suspended)
	w.ready(target, "target")
	if code, out, notes := w.setpoint("plan", "--with-cluster", "-n", w.namespace, "-f", suspended); code != 0 {
		t.Errorf("what is applied already changes nothing: exit %d\n%s%s", code, out, notes)
	}
	if code, out, notes := w.setpoint("plan", "-n", w.namespace, "-f", plain); code != 0 || !strings.Contains(out, "AWS has what the manifest does not mention: dynamicScalingInSuspended, tag team") {
		t.Errorf("a manifest alone does not tell what it had before: exit %d\n%s%s", code, out, notes)
	}
	theController()
	code, out, notes := w.setpoint("plan", "--with-cluster", "-n", w.namespace, "-f", plain)
	if code != 1 || !strings.Contains(out, "dynamicScalingInSuspended: true → false") || !strings.Contains(out, "tags[team]: ml → (not set)") {
		t.Errorf("with the object it is known: exit %d\n%s%s", code, out, notes)
	}
	before := map[string]int{}
	for operation := range maps.Keys(written(nil)) {
		before[operation] = theLab.Cloud.Journal().Count(operation)
	}
	w.kubectl("", "apply", "-f", plain)
	w.restart()
	w.eventually("scaling is resumed", func() error {
		if got := w.target(); *got.SuspendedState.DynamicScalingInSuspended {
			return errors.New("it is suspended")
		}
		return nil
	})
	w.eventually("nothing is left to do", func() error {
		if code, out, _ := w.setpoint("plan", "--with-cluster", "-n", w.namespace, "-f", plain); code != 0 {
			return errors.New(out)
		}
		return nil
	})
	if got, want := written(before), map[string]int{"RegisterScalableTarget": 1, "UntagResource": 1}; !maps.Equal(got, want) {
		t.Errorf("the controller made %v, want what the plan said: %v", got, want)
	}
}
