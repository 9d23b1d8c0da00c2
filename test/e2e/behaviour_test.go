package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

const (
	target = autoscaling.KindTarget
	policy = autoscaling.KindPolicy
	action = autoscaling.KindAction

	yes = metav1.ConditionTrue
	no  = metav1.ConditionFalse
)

func (w *world) ready(kind autoscaling.Kind, name string) v1alpha1.Object {
	w.Helper()
	return w.becomes(kind, name, yes, "")
}

// writes counts the calls that change something in AWS.
func writes() int {
	return theLab.Cloud.Journal().Count("RegisterScalableTarget", "DeregisterScalableTarget", "PutScalingPolicy", "DeleteScalingPolicy",
		"PutScheduledAction", "DeleteScheduledAction", "TagResource", "UntagResource")
}

func TestPolicyWaitsForItsTarget(t *testing.T) {
	w := newWorld(t)
	before := theLab.Cloud.Journal().Count("PutScalingPolicy")
	w.apply(policyManifest, actionManifest)
	for _, waiting := range []v1alpha1.Object{w.becomes(policy, "policy", no, "TargetNotRegistered"), w.becomes(action, "action", no, "TargetNotRegistered")} {
		if m := text(condition(waiting, v1alpha1.ConditionReady).Message); !strings.Contains(m, "apply a ScalableTarget") {
			t.Errorf("the condition does not say what to do: %s", m)
		}
		if condition(waiting, v1alpha1.ConditionTerminal).Type != "" {
			t.Error("waiting is shown as a failure")
		}
	}
	if n := theLab.Cloud.Journal().Count("PutScalingPolicy") - before; n != 0 {
		t.Errorf("a policy without target was sent to AWS %d times", n)
	}
	start := time.Now()
	w.apply(targetManifest)
	w.ready(policy, "policy")
	w.ready(action, "action")
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the waiting objects were not woken: they took %s", took)
	}
}

func TestTargetDeletedFirst(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest, actionManifest)
	w.ready(policy, "policy")
	w.ready(action, "action")
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	lost := w.becomes(policy, "policy", no, "TargetNotRegistered").(*v1alpha1.ScalingPolicy)
	if lost.Status.ACKResourceMetadata != nil || len(lost.Status.Alarms) > 0 {
		t.Errorf("the status still names what AWS has deleted: %+v", lost.Status)
	}
	if w.target() != nil || len(w.managed()) > 0 {
		t.Error("AWS still has the target or its alarms")
	}
	w.apply(targetManifest)
	w.ready(policy, "policy")
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	w.kubectl("", "delete", "scalingpolicy", "policy", "--timeout=20s")
	w.kubectl("", "delete", "scheduledaction", "action", "--timeout=20s")
}

func TestEverythingDeletedAtOnce(t *testing.T) {
	for _, order := range [][]string{{targetManifest, policyManifest, actionManifest}, {actionManifest, policyManifest, targetManifest}} {
		t.Run(strings.Fields(order[0])[3], func(t *testing.T) {
			w := newWorld(t)
			w.apply(order...)
			w.ready(target, "target")
			w.ready(policy, "policy")
			w.ready(action, "action")
			w.kubectl(w.manifest(strings.Join(order, "---\n")), "delete", "--timeout=20s", "-f", "-")
			if w.target() != nil || len(w.policies())+len(w.actions())+len(w.managed()) > 0 {
				t.Error("something is left in AWS")
			}
		})
	}
}

func TestNamespaceDeletion(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest)
	w.ready(policy, "policy")
	w.kubectl("", "delete", "scalabletargets,scalingpolicies", "--all", "--wait=false")
	w.gone(target, "target")
	w.gone(policy, "policy")
}

func TestTwoObjectsForOnePolicy(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest)
	w.ready(policy, "policy")
	second := w.edited(w.edited(policyManifest, "name: policy", "name: second"), "targetValue: 60", "targetValue: 10")
	w.apply(second)
	told := w.becomes(policy, "second", no, "AlreadyDeclared")
	if m := text(condition(told, v1alpha1.ConditionReady).Message); !strings.Contains(m, w.namespace+"/policy") {
		t.Errorf("the second object is not told who the first is: %s", m)
	}
	if condition(told, v1alpha1.ConditionTerminal).Status != yes {
		t.Error("the second object is not terminal")
	}
	if got := *w.policies()[0].TargetTrackingScalingPolicyConfiguration.TargetValue; got != 60 {
		t.Errorf("the second object changed the policy: target value %v", got)
	}
	w.kubectl("", "delete", "scalingpolicy", "second", "--timeout=20s")
	if len(w.policies()) != 1 {
		t.Error("deleting the second object deleted the policy of the first")
	}
	w.ready(policy, "policy")

	w.apply(second)
	w.becomes(policy, "second", no, "AlreadyDeclared")
	w.kubectl("", "delete", "scalingpolicy", "policy", "--timeout=20s")
	w.ready(policy, "second")
	if got := *w.policies()[0].TargetTrackingScalingPolicyConfiguration.TargetValue; got != 10 {
		t.Errorf("the second object did not take over when the first was gone: target value %v", got)
	}
}

func TestForeignPolicyIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest)
	w.ready(target, "target")
	w.putPolicy(33)
	w.apply(policyManifest)
	told := w.becomes(policy, "policy", no, "AlreadyExists")
	if m := text(condition(told, v1alpha1.ConditionTerminal).Reason); !strings.Contains(m, "adopt-or-create") {
		t.Errorf("the object is not told how to adopt: %s", m)
	}
	if got := *w.policies()[0].TargetTrackingScalingPolicyConfiguration.TargetValue; got != 33 {
		t.Errorf("somebody else's policy was changed: target value %v", got)
	}
	w.kubectl("", "annotate", "scalingpolicy", "policy", v1alpha1.AnnotationAdoptionPolicy+"=adopt-or-create")
	w.ready(policy, "policy")
	if got := *w.policies()[0].TargetTrackingScalingPolicyConfiguration.TargetValue; got != 60 {
		t.Errorf("the policy was not adopted: target value %v", got)
	}
}

// putPolicy puts the world's policy behind the controller's back.
func (w *world) putPolicy(value float64) {
	w.Helper()
	_, err := scaling.PutScalingPolicy(w.ctx, &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String("invocations"), PolicyType: aastypes.PolicyTypeTargetTrackingScaling,
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
		TargetTrackingScalingPolicyConfiguration: &aastypes.TargetTrackingScalingPolicyConfiguration{
			TargetValue: &value,
			PredefinedMetricSpecification: &aastypes.PredefinedMetricSpecification{
				PredefinedMetricType: aastypes.MetricTypeSageMakerVariantInvocationsPerInstance},
		},
	})
	w.must(err)
}

func TestDriftIsPutRight(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest)
	w.ready(policy, "policy")
	w.putPolicy(99)
	w.eventually("the policy is put right", func() error {
		if got := w.policies()[0].TargetTrackingScalingPolicyConfiguration; *got.TargetValue != 60 || *got.ScaleInCooldown != 700 {
			return fmt.Errorf("AWS has %v", *got.TargetValue)
		}
		return nil
	})
	w.hasEvent("DriftCorrected", "targetTrackingScalingPolicyConfiguration.targetValue 99 -> 60")

	_, err := scaling.DeleteScalingPolicy(w.ctx, &applicationautoscaling.DeleteScalingPolicyInput{
		PolicyName: aws.String("invocations"), ServiceNamespace: aastypes.ServiceNamespaceSagemaker,
		ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
	})
	w.must(err)
	w.eventually("the deleted policy is back", func() error {
		if len(w.policies()) == 0 {
			return fmt.Errorf("there is none")
		}
		return nil
	})
	w.ready(policy, "policy")
}

// A policy without its alarms scales nothing, and nothing in Application Auto
// Scaling tells.
func TestAlarmsAreHealed(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest)
	w.ready(policy, "policy")
	names := func() (names []string) {
		for _, a := range w.managed() {
			names = append(names, *a.AlarmName)
		}
		return names
	}
	for what, harm := range map[string]func(name string) error{
		"is missing": func(name string) error {
			_, err := alarms.DeleteAlarms(w.ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{name}})
			return err
		},
		"has its actions disabled": func(name string) error {
			_, err := alarms.DisableAlarmActions(w.ctx, &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{name}})
			return err
		},
	} {
		before := names()
		w.must(harm(before[0]))
		w.eventually("alarms that work are back", func() error {
			if now := names(); len(now) != 2 || slices.Contains(now, before[0]) {
				return fmt.Errorf("the alarm that %s: %q, then %q", what, before, now)
			}
			return nil
		})
		w.hasEvent("AlarmRecreated", before[0]+" "+what)
		w.eventually("the status names the new alarms", func() error {
			if got := w.ready(policy, "policy").(*v1alpha1.ScalingPolicy).Status.Alarms; len(got) != 2 || !slices.Contains(names(), text(got[0].AlarmName)) {
				return fmt.Errorf("it names %v", got)
			}
			return nil
		})
	}
}

func (w *world) hasEvent(reason, note string) {
	w.Helper()
	w.eventually("there is an event "+reason, func() error {
		seen := w.events()
		for _, e := range seen {
			if strings.HasPrefix(e, reason+": ") && strings.Contains(e, note) {
				return nil
			}
		}
		return fmt.Errorf("events are %q", seen)
	})
}

// hasNoEvent checks that no event so far holds the text.
func (w *world) hasNoEvent(text string) {
	w.Helper()
	for _, e := range w.events() {
		if strings.Contains(e, text) {
			w.Errorf("there is an event %s", e)
		}
	}
}

// events returns reasons and notes.
func (w *world) events() []string {
	w.Helper()
	var list eventsv1.EventList
	w.must(kube.List(w.ctx, &list, client.InNamespace(w.namespace)))
	var seen []string
	for _, e := range list.Items {
		seen = append(seen, e.Reason+": "+e.Note)
	}
	return seen
}

// TestControllerRestarts stops the controller between two edits, and while
// objects are deleted.
func TestControllerRestarts(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest)
	w.ready(target, "target")
	theController()
	w.apply(policyManifest, w.edited(targetManifest, "maxCapacity: 2", "maxCapacity: 5"))
	before := writes()
	w.restart()
	w.ready(policy, "policy")
	w.ready(target, "target")
	if got := *w.target().MaxCapacity; got != 5 {
		t.Errorf("the edit made while the controller was away is not in AWS: max %d", got)
	}
	if n := writes() - before; n != 2 {
		t.Errorf("%d writes after the restart, want one for the policy and one for the target", n)
	}
	theController()
	w.kubectl("", "delete", "scalingpolicies,scalabletargets", "--all", "--wait=false")
	w.restart()
	w.gone(policy, "policy")
	w.gone(target, "target")
}

func (w *world) restart() {
	w.Helper()
	stop, err := startController(context.WithoutCancel(w.ctx), resync)
	w.must(err)
	theController = stop
}

func TestAWSIsInTrouble(t *testing.T) {
	cases := map[string]struct {
		reason string
		fault  *wire.Error
	}{
		"throttled":  {"throttling slows down and is not told", &wire.Error{Code: "ThrottlingException", Message: "Rate exceeded"}},
		"internal":   {"a failure of AWS is retried", &wire.Error{Code: "InternalServiceException", Message: "internal error", Status: http.StatusInternalServerError}},
		"concurrent": {"a pending update is waited for and never shown", &wire.Error{Code: "ConcurrentUpdateException", Message: "You already have a pending update to an Auto Scaling resource."}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, op := range []string{"RegisterScalableTarget", "PutScalingPolicy", "DescribeScalableTargets"} {
				remove := theLab.Cloud.Faults().Inject(localcloud.Fault{Operation: op, Error: c.fault, Times: 5})
				t.Cleanup(remove)
			}
			w.apply(targetManifest, policyManifest)
			w.ready(target, "target")
			got := w.ready(policy, "policy")
			if condition(got, v1alpha1.ConditionRecoverable).Type != "" {
				t.Errorf("%s, but its condition stays", c.reason)
			}
			if len(w.policies()) != 1 {
				t.Errorf("%s: AWS has %d policies", c.reason, len(w.policies()))
			}
		})
	}
}

func TestResourceThatDoesNotExist(t *testing.T) {
	w := newWorld(t)
	wrong := w.edited(targetManifest, "$IDENTITY", "resourceID: endpoint/no-such-endpoint/variant/AllTraffic\n  scalableDimension: "+dimension+"\n  serviceNamespace: sagemaker")
	w.apply(wrong)
	told := w.becomes(target, "target", no, "RefusedByAWS")
	if m := text(condition(told, v1alpha1.ConditionReady).Message); !strings.Contains(m, "no-such-endpoint") {
		t.Errorf("AWS's own words are not told: %s", m)
	}
}

func TestSteadyStateIsSilent(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest, actionManifest)
	versions := func() string {
		return w.ready(target, "target").GetResourceVersion() + w.ready(policy, "policy").GetResourceVersion() + w.ready(action, "action").GetResourceVersion()
	}
	w.eventually("the first check has written down how the alarms are set", func() error {
		if a := w.get(policy, "policy").(*v1alpha1.ScalingPolicy).Status.Alarms; len(a) == 0 || a[0].Configuration == nil {
			return fmt.Errorf("they are %+v", a)
		}
		return nil
	})
	before, sent := versions(), writes()
	time.Sleep(3 * resync)
	if after := versions(); after != before {
		t.Errorf("objects were written while nothing changed: %s, then %s", before, after)
	}
	if n := writes() - sent; n != 0 {
		t.Errorf("%d writes to AWS while nothing changed", n)
	}
}

func TestFieldsFollowTheManifest(t *testing.T) {
	w := newWorld(t)
	tagged := targetManifest + "  suspendedState:\n    dynamicScalingInSuspended: true\n  tags:\n  - key: team\n    value: ml\n"
	w.apply(tagged)
	w.ready(target, "target")
	arn := *w.target().ScalableTargetARN
	tags := func() map[string]string {
		out, err := scaling.ListTagsForResource(w.ctx, &applicationautoscaling.ListTagsForResourceInput{ResourceARN: &arn})
		w.must(err)
		return out.Tags
	}
	if !*w.target().SuspendedState.DynamicScalingInSuspended || tags()["team"] != "ml" {
		t.Errorf("AWS has %+v with the tags %v", w.target(), tags())
	}
	_, err := scaling.TagResource(w.ctx, &applicationautoscaling.TagResourceInput{ResourceARN: &arn, Tags: map[string]string{"foreign": "yes"}})
	w.must(err)

	w.apply(targetManifest)
	w.ready(target, "target")
	w.eventually("what was removed from the manifest is removed from AWS", func() error {
		if *w.target().SuspendedState.DynamicScalingInSuspended {
			return fmt.Errorf("scale-in is still suspended")
		}
		if _, ok := tags()["team"]; ok {
			return fmt.Errorf("the tag is still there")
		}
		return nil
	})
	if tags()["foreign"] != "yes" {
		t.Error("a tag of somebody else was removed")
	}
}

func TestPolicyByReference(t *testing.T) {
	w := newWorld(t)
	byRef := w.edited(policyManifest, "$IDENTITY", "resourceRef:\n    from:\n      name: target")
	w.apply(byRef)
	w.becomes(policy, "policy", no, "ReferenceNotResolved")
	w.apply(targetManifest)
	w.ready(policy, "policy")
	if len(w.policies()) != 1 {
		t.Error("AWS has no policy")
	}
}

func TestDeletionPolicyRetains(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest)
	w.ready(policy, "policy")
	w.kubectl("", "annotate", "scalingpolicy", "policy", v1alpha1.AnnotationDeletionPolicy+"=retian")
	w.becomes(policy, "policy", no, "AnnotationInvalid")
	w.kubectl("", "annotate", "--overwrite", "scalingpolicy", "policy", v1alpha1.AnnotationDeletionPolicy+"=retain")
	w.ready(policy, "policy")
	w.kubectl("", "delete", "scalingpolicy", "policy", "--timeout=20s")
	if len(w.policies()) != 1 {
		t.Error("the policy was deleted although it should stay")
	}
}

func TestBadManifestsAreRefused(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct{ manifest, want string }{
		"min above max":   {w.edited(targetManifest, "minCapacity: 1", "minCapacity: 3"), "minCapacity must not be greater than maxCapacity"},
		"two blocks":      {policyManifest + "  stepScalingPolicyConfiguration:\n    adjustmentType: ChangeInCapacity\n", "only one of"},
		"wrong namespace": {w.edited(targetManifest, "$IDENTITY", "resourceID: $RESOURCE\n  scalableDimension: "+dimension+"\n  serviceNamespace: ecs"), "write sagemaker"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := w.tryKubectl(w.manifest(c.manifest), "apply", "-f", "-")
			if err == nil || !strings.Contains(out, c.want) {
				t.Errorf("want a refusal with %q, got %v: %s", c.want, err, out)
			}
		})
	}
	t.Run("what only the controller can tell", func(t *testing.T) {
		w.apply(w.edited(policyManifest, "SageMakerVariantInvocationsPerInstance", "ECSServiceAverageCPUUtilization"))
		told := w.becomes(policy, "policy", no, "")
		if condition(told, v1alpha1.ConditionStalled).Status != yes || !strings.Contains(text(condition(told, v1alpha1.ConditionReady).Message), "SageMakerVariantInvocationsPerInstance") {
			t.Errorf("the condition does not name the metrics that fit: %s", printed(told.GetStatus()))
		}
	})
}
