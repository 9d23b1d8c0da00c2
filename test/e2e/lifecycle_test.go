package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// adopterManifest is an object without spec; $FIELDS are more members of
// adoption-fields.
const adopterManifest = `apiVersion: $API
kind: $KIND
metadata:
  name: $NAME
  annotations:
    services.k8s.aws/adoption-policy: adopt
    services.k8s.aws/adoption-fields: '{"resourceID": "$RESOURCE", "serviceNamespace": "sagemaker", "scalableDimension": "` + dimension + `"$FIELDS}'
`

func adopter(kind autoscaling.Kind, name, fields string) string {
	return strings.NewReplacer("$KIND", string(kind), "$NAME", name, "$FIELDS", fields).Replace(adopterManifest)
}

// registered registers the world's endpoint as somebody else does.
func (w *world) registered(minimum, maximum int32) {
	w.Helper()
	_, err := scaling.RegisterScalableTarget(w.ctx, &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
		MinCapacity: &minimum, MaxCapacity: &maximum,
	})
	w.must(err)
}

func (w *world) deregistered() {
	w.Helper()
	_, err := scaling.DeregisterScalableTarget(w.ctx, &applicationautoscaling.DeregisterScalableTargetInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
	})
	w.must(err)
}

func (w *world) annotate(kind autoscaling.Kind, name, annotation string) {
	w.Helper()
	w.kubectl("", "annotate", "--overwrite", strings.ToLower(string(kind)), name, annotation)
}

// check asks for a check and waits until it is done.
func (w *world) check(kind autoscaling.Kind, name, value string) v1alpha1.Object {
	w.Helper()
	w.annotate(kind, name, v1alpha1.AnnotationReconcileRequestedAt+"="+value)
	var obj v1alpha1.Object
	w.eventually("the check is done", func() error {
		if obj = w.get(kind, name); obj.GetStatus().LastHandledReconcileAt != value {
			return fmt.Errorf("%q", obj.GetStatus().LastHandledReconcileAt)
		}
		return nil
	})
	return obj
}

func (w *world) message(obj v1alpha1.Object) string {
	return text(condition(obj, v1alpha1.ConditionReady).Message)
}

// heard waits for an event about an object of the world.
func (w *world) heard(reason string) {
	w.Helper()
	w.eventually("event "+reason, func() error {
		var list eventsv1.EventList
		if err := kube.List(w.ctx, &list, client.InNamespace(w.namespace)); err != nil {
			return err
		}
		for _, e := range list.Items {
			if e.Reason == reason {
				return nil
			}
		}
		return fmt.Errorf("not among %d events", len(list.Items))
	})
}

// The ACK controller says nothing about an adoption that waits, and makes again
// nothing that was adopted and vanished, without saying so.
func TestAdoption(t *testing.T) {
	w := newWorld(t)
	w.apply(adopter(target, "target", ""))
	if m := w.message(w.becomes(target, "target", no, "NotInAWS")); !strings.Contains(m, "adopt-or-create") {
		t.Errorf("an adoption that waits does not say how to create instead: %s", m)
	}
	w.registered(2, 7)
	before := writes()
	w.check(target, "target", "1")
	got := w.ready(target, "target").(*v1alpha1.ScalableTarget)
	if *got.Spec.MinCapacity != 2 || *got.Spec.MaxCapacity != 7 || *got.Spec.ResourceID != w.resource() || got.Spec.RoleARN != nil || got.Spec.SuspendedState != nil {
		t.Errorf("the spec is not what AWS has: %+v", got.Spec)
	}
	if got.Annotations[v1alpha1.AnnotationAdopted] != "true" || condition(got, v1alpha1.ConditionAdopted).Status != yes || len(got.Finalizers) != 1 {
		t.Errorf("the adoption left no trace: %v %v %s", got.Annotations, got.Finalizers, printed(got.GetStatus()))
	}
	w.heard("Adopted")
	time.Sleep(2 * resync)
	if n := writes() - before; n != 0 {
		t.Errorf("adoption made %d writes to AWS", n)
	}
	w.kubectl("", "patch", "scalabletarget", "target", "--type=merge", "-p", `{"spec":{"maxCapacity":9}}`)
	w.ready(target, "target")
	if *w.target().MaxCapacity != 9 {
		t.Error("an adopted object does not change AWS")
	}

	t.Log("what vanished is not made again until somebody asks for it")
	w.deregistered()
	if m := w.message(w.becomes(target, "target", no, "AdoptedResourceGone")); !strings.Contains(m, v1alpha1.AnnotationAdopted) {
		t.Errorf("the object does not say how to go on: %s", m)
	}
	w.annotate(target, "target", v1alpha1.AnnotationAdopted+"-")
	w.ready(target, "target")
	if w.target() == nil {
		t.Error("AWS has no target")
	}
}

// The ACK controller loses metric math when it adopts a policy, and an
// annotation that is set right has no effect on an object that was refused.
func TestAdoptionOfPolicies(t *testing.T) {
	w := newWorld(t)
	w.registered(1, 4)
	put := func(name string) {
		_, err := scaling.PutScalingPolicy(w.ctx, &applicationautoscaling.PutScalingPolicyInput{
			ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
			PolicyName: &name, PolicyType: aastypes.PolicyTypeTargetTrackingScaling,
			TargetTrackingScalingPolicyConfiguration: &aastypes.TargetTrackingScalingPolicyConfiguration{
				TargetValue: aws.Float64(50),
				CustomizedMetricSpecification: &aastypes.CustomizedMetricSpecification{Metrics: []aastypes.TargetTrackingMetricDataQuery{
					{Id: aws.String("e"), Expression: aws.String("m / 2")},
					{Id: aws.String("m"), ReturnData: aws.Bool(false), MetricStat: &aastypes.TargetTrackingMetricStat{
						Stat: aws.String("Sum"), Metric: &aastypes.TargetTrackingMetric{Namespace: aws.String("N"), MetricName: aws.String(name)}}},
				}},
			},
		})
		w.must(err)
	}
	put("one")
	put("two")
	before := writes()
	w.apply(adopter(policy, "policy", ""))
	if m := w.message(w.becomes(policy, "policy", no, "AnnotationInvalid")); !strings.Contains(m, "one, two") {
		t.Errorf("the policies are not named: %s", m)
	}
	w.apply(adopter(policy, "policy", `, "policyName": "one"`))
	got := w.ready(policy, "policy").(*v1alpha1.ScalingPolicy)
	metrics := got.Spec.TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.Metrics
	if got.Spec.PolicyName != "one" || len(metrics) != 2 || *metrics[0].Expression != "m / 2" || *metrics[1].ReturnData {
		t.Errorf("the metric math is lost: %+v", metrics)
	}
	time.Sleep(2 * resync)
	if n := writes() - before; n != 0 {
		t.Errorf("adoption made %d writes to AWS", n)
	}
	w.apply(adopter(target, "target", ""), adopter(policy, "other", `, "policyName": "two"`))
	w.ready(target, "target")
	w.ready(policy, "other")
}

func TestAdoptionOfAnAction(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest)
	w.ready(target, "target")
	start := time.Date(2040, time.May, 1, 8, 0, 0, 0, time.UTC)
	_, err := scaling.PutScheduledAction(w.ctx, &applicationautoscaling.PutScheduledActionInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
		ScheduledActionName: aws.String("may"), Schedule: aws.String("cron(0 8 ? * MON *)"), Timezone: aws.String("Europe/Berlin"), StartTime: &start,
		ScalableTargetAction: &aastypes.ScalableTargetAction{MaxCapacity: aws.Int32(2)},
	})
	w.must(err)
	before := writes()
	w.apply(adopter(action, "action", ""))
	got := w.ready(action, "action").(*v1alpha1.ScheduledAction)
	if got.Spec.ScheduledActionName != "may" || *got.Spec.Timezone != "Europe/Berlin" || !got.Spec.StartTime.Time.Equal(start) || *got.Spec.ScalableTargetAction.MaxCapacity != 2 {
		t.Errorf("the spec is not what AWS has: %+v", got.Spec)
	}
	if n := writes() - before; n != 0 {
		t.Errorf("adoption made %d writes to AWS", n)
	}
}

func TestAdoptionReplacesASpec(t *testing.T) {
	w := newWorld(t)
	w.registered(3, 8)
	w.apply(w.edited(targetManifest, "name: target", "name: target\n  annotations: {services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{\"resourceID\": \"endpoint/x/variant/y\", \"serviceNamespace\": \"sagemaker\", \"scalableDimension\": \""+dimension+"\"}'}"))
	w.becomes(target, "target", no, "AnnotationInvalid")
	w.annotate(target, "target", v1alpha1.AnnotationAdoptionFields+"-")
	got := w.ready(target, "target").(*v1alpha1.ScalableTarget)
	if *got.Spec.MinCapacity != 3 || *got.Spec.MaxCapacity != 8 {
		t.Errorf("the spec is not what AWS has: %+v", got.Spec)
	}
}

// An object that was refused looks at its annotations again at once.
func TestAdoptOrCreate(t *testing.T) {
	w := newWorld(t)
	w.registered(1, 9)
	w.apply(targetManifest, policyManifest)
	w.becomes(target, "target", no, "AlreadyExists")
	w.annotate(target, "target", v1alpha1.AnnotationAdoptionPolicy+"="+v1alpha1.AdoptionPolicyAdoptOrCreate)
	got := w.ready(target, "target")
	if got.GetAnnotations()[v1alpha1.AnnotationAdopted] != "true" || *w.target().MaxCapacity != 2 {
		t.Errorf("the target was not taken over as declared: %v", got.GetAnnotations())
	}
	if w.ready(policy, "policy").GetAnnotations()[v1alpha1.AnnotationAdopted] != "" {
		t.Error("a policy that was created is said to be adopted")
	}
	w.deregistered()
	w.eventually("the target is made again", func() error {
		if w.target() == nil {
			return fmt.Errorf("AWS has none")
		}
		return nil
	})
	w.ready(target, "target")
}

func TestPause(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest)
	w.ready(target, "target")
	w.ready(policy, "policy")
	w.annotate(target, "target", v1alpha1.AnnotationPauseReason+"=release")
	w.annotate(target, "target", v1alpha1.AnnotationPause+"=true")
	w.heard("ReconciliationPaused")
	w.eventually("the pause is told", func() error {
		paused := w.ready(target, "target")
		if c := condition(paused, v1alpha1.ConditionPaused); c.Status != yes || !strings.Contains(text(c.Message), "release") {
			return fmt.Errorf("%s", printed(paused.GetStatus()))
		}
		return nil
	})
	before := writes()
	w.registered(1, 5)
	if m := w.message(w.becomes(target, "target", no, "Paused")); !strings.Contains(m, "maxCapacity 5 -> 2") {
		t.Errorf("the difference is not told: %s", m)
	}
	w.apply(w.edited(policyManifest, "targetValue: 60", "targetValue: 61"))
	w.ready(policy, "policy")
	if n := writes() - before; n != 2 {
		t.Errorf("%d writes, want ours and that of the policy, which is not paused", n)
	}

	t.Log("the object's own word comes before that of its namespace")
	w.annotateNamespace(v1alpha1.AnnotationPause + "=true")
	w.annotate(target, "target", v1alpha1.AnnotationPause+"=false")
	w.ready(target, "target")
	w.apply(policyManifest)
	w.becomes(policy, "policy", no, "Paused")
	w.annotate(policy, "policy", v1alpha1.AnnotationPause+"=soon")
	w.becomes(policy, "policy", no, "AnnotationInvalid")
	w.annotate(policy, "policy", v1alpha1.AnnotationPause+"-")

	t.Log("a deletion waits for the end of the pause, which comes by itself")
	w.kubectl("", "delete", "scalingpolicy", "policy", "--wait=false")
	w.eventually("the deletion says why it waits", func() error {
		if m := w.message(w.get(policy, "policy")); !strings.Contains(m, v1alpha1.AnnotationPause) {
			return fmt.Errorf("%s", m)
		}
		return nil
	})
	if len(w.policies()) != 1 {
		t.Error("the policy of a paused object was deleted")
	}
	w.annotateNamespace(v1alpha1.AnnotationPause + "=" + time.Now().Add(2*time.Second).UTC().Format(time.RFC3339))
	w.gone(policy, "policy")
	w.heard("ReconciliationResumed")
}

func TestYield(t *testing.T) {
	w := newWorld(t)
	yielding := func(manifest, fields string) string {
		return w.edited(manifest, "metadata:\n", "metadata:\n  annotations: {"+v1alpha1.AnnotationYield+": '"+fields+"'}\n")
	}
	const value = "targetTrackingScalingPolicyConfiguration.targetValue"
	w.apply(yielding(targetManifest, "maxCapacity"), yielding(policyManifest, value))
	w.ready(target, "target")
	w.ready(policy, "policy")
	if *w.target().MaxCapacity != 2 {
		t.Error("a yielded field was not sent with the creation")
	}
	w.registered(1, 20)
	_, err := scaling.PutScalingPolicy(w.ctx, &applicationautoscaling.PutScalingPolicyInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
		PolicyName: aws.String("invocations"), PolicyType: aastypes.PolicyTypeTargetTrackingScaling,
		TargetTrackingScalingPolicyConfiguration: &aastypes.TargetTrackingScalingPolicyConfiguration{
			TargetValue: aws.Float64(75), ScaleInCooldown: aws.Int32(1), ScaleOutCooldown: aws.Int32(300),
			PredefinedMetricSpecification: &aastypes.PredefinedMetricSpecification{PredefinedMetricType: aastypes.MetricTypeSageMakerVariantInvocationsPerInstance},
		},
	})
	w.must(err)
	w.eventually("what is not yielded is put right, and the value of the other manager stays", func() error {
		c := w.policies()[0].TargetTrackingScalingPolicyConfiguration
		if *c.ScaleInCooldown != 700 || *c.TargetValue != 75 {
			return fmt.Errorf("scaleInCooldown %d, targetValue %v", *c.ScaleInCooldown, *c.TargetValue)
		}
		return nil
	})
	if *w.target().MaxCapacity != 20 {
		t.Error("a yielded bound was put back")
	}
	if m := w.message(w.check(policy, "policy", "1")); !strings.Contains(m, value) {
		t.Errorf("the status does not say what is left to others: %s", m)
	}
	w.annotate(policy, "policy", v1alpha1.AnnotationYield+"=targetValue")
	if m := w.message(w.becomes(policy, "policy", no, "AnnotationInvalid")); !strings.Contains(m, value) {
		t.Errorf("the fields are not named: %s", m)
	}
}

// A request that AWS finds invalid is not repeated for ever, but is as soon as
// somebody asks.
func TestCheckOnRequest(t *testing.T) {
	w := newWorld(t)
	remove := theLab.Cloud.Faults().Inject(localcloud.Fault{
		Operation: "RegisterScalableTarget", Error: &wire.Error{Code: "ValidationException", Message: "not today"}, Times: 1000,
	})
	t.Cleanup(remove)
	theController()
	stop, err := startController(w.ctx, time.Hour)
	w.must(err)
	theController = stop
	defer func() {
		theController()
		w.restart()
	}()
	w.apply(targetManifest)
	w.becomes(target, "target", no, "RefusedByAWS")
	tries := theLab.Cloud.Journal().Count("RegisterScalableTarget")
	time.Sleep(2 * time.Second)
	if n := theLab.Cloud.Journal().Count("RegisterScalableTarget") - tries; n > 0 {
		t.Errorf("an invalid request was repeated %d times", n)
	}
	remove()
	w.check(target, "target", "2026-11-23T12:00:00Z")
	w.ready(target, "target")
}

// The finalizer of a foreground deletion is on the object too, and must not be
// in the way of ours.
func TestForegroundDeletion(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest)
	w.ready(policy, "policy")
	w.kubectl("", "delete", "scalingpolicies,scalabletargets", "--all", "--cascade=foreground", "--timeout=20s")
	w.gone(policy, "policy")
	w.gone(target, "target")
	if w.target() != nil || len(w.policies()) > 0 {
		t.Error("something is left in AWS")
	}
}

// An answer that was lost on the way does not make an object take its own
// target for somebody else's.
func TestLostAnswerIsNotAForeignTarget(t *testing.T) {
	w := newWorld(t)
	remove := theLab.Cloud.Faults().Inject(localcloud.Fault{
		Operation: "RegisterScalableTarget", Error: &wire.Error{Code: "AccessDeniedException", Message: "not authorized"}, Times: 1, AfterEffect: true,
	})
	t.Cleanup(remove)
	w.apply(targetManifest)
	w.eventually("the failure is told", func() error {
		if got := w.get(target, "target"); len(got.GetFinalizers()) != 1 || len(got.GetStatus().Conditions) == 0 {
			return fmt.Errorf("finalizers %v, %s", got.GetFinalizers(), printed(got.GetStatus()))
		}
		return nil
	})
	w.check(target, "target", "1")
	w.ready(target, "target")
}
