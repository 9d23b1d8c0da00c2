package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// register sets bounds and tags behind the controller's back.
func (w *world) register(minimum, maximum int32, tags map[string]string) {
	w.Helper()
	_, err := scaling.RegisterScalableTarget(w.ctx, &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
		MinCapacity: &minimum, MaxCapacity: &maximum, Tags: tags,
	})
	w.must(err)
}

// putSteps and putNight make children that nobody declares.
func (w *world) putSteps(name string) {
	w.Helper()
	_, err := scaling.PutScalingPolicy(w.ctx, &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: &name, PolicyType: aastypes.PolicyTypeStepScaling,
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
		StepScalingPolicyConfiguration: &aastypes.StepScalingPolicyConfiguration{
			AdjustmentType:  aastypes.AdjustmentTypeChangeInCapacity,
			StepAdjustments: []aastypes.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}},
		},
	})
	w.must(err)
}

func (w *world) putNight(name string) {
	w.Helper()
	_, err := scaling.PutScheduledAction(w.ctx, &applicationautoscaling.PutScheduledActionInput{
		ScheduledActionName: &name, Schedule: aws.String("at(2040-01-01T00:00:00)"),
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
		ScalableTargetAction: &aastypes.ScalableTargetAction{MinCapacity: aws.Int32(0)},
	})
	w.must(err)
}

func (w *world) deletePolicy(name string) {
	w.Helper()
	_, err := scaling.DeleteScalingPolicy(w.ctx, &applicationautoscaling.DeleteScalingPolicyInput{
		PolicyName: &name, ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
	})
	w.must(err)
}

// advised waits until the advice about an object that works holds the text, or
// until there is none.
func (w *world) advised(kind autoscaling.Kind, name, reason, want string) {
	w.Helper()
	w.eventually(fmt.Sprintf("%s %s is advised %s %q", kind, name, reason, want), func() error {
		obj := w.ready(kind, name)
		c := condition(obj, v1alpha1.ConditionAdvisory)
		if want == "" && c.Type == "" || want != "" && text(c.Reason) == reason && strings.Contains(text(c.Message), want) {
			return nil
		}
		return fmt.Errorf("status %s", printed(obj.GetStatus()))
	})
}

func (w *world) drifted(kind autoscaling.Kind, name string, gone bool, want v1alpha1.DriftedField) {
	w.Helper()
	w.eventually(fmt.Sprintf("%s %s remembers its drift", kind, name), func() error {
		drift := w.ready(kind, name).GetStatus().LastDrift
		if drift == nil || drift.Gone != gone || drift.Time.IsZero() || drift.Time.Nanosecond() != 0 || !slices.Contains(drift.Fields, want) {
			return fmt.Errorf("it has %+v", drift)
		}
		return nil
	})
}

func TestDriftStaysInTheStatus(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest, actionManifest)
	for kind, name := range map[autoscaling.Kind]string{target: "target", policy: "policy", action: "action"} {
		if drift := w.ready(kind, name).GetStatus().LastDrift; drift != nil {
			t.Errorf("%s was just made, and its status tells of drift: %+v", name, drift)
		}
	}
	w.apply(w.edited(targetManifest, "maxCapacity: 2", "maxCapacity: 5"))
	if drift := w.ready(target, "target").GetStatus().LastDrift; drift != nil {
		t.Errorf("an edit of the object is no drift: %+v", drift)
	}
	w.register(1, 9, nil)
	w.drifted(target, "target", false, v1alpha1.DriftedField{Field: "maxCapacity", Observed: "9", Declared: "5"})
	w.hasEvent("DriftCorrected", "maxCapacity 9 -> 5")
	w.apply(w.edited(targetManifest, "maxCapacity: 2", "maxCapacity: 6"))
	w.drifted(target, "target", false, v1alpha1.DriftedField{Field: "maxCapacity", Observed: "9", Declared: "5"})

	w.deletePolicy("invocations")
	w.drifted(policy, "policy", true, v1alpha1.DriftedField{Field: "policyType", Declared: "TargetTrackingScaling"})
	w.hasEvent("DriftCorrected", "was gone from AWS and is made anew")
}

func TestWhatWentWithItsParentIsToldAtTheParent(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest)
	w.ready(policy, "policy")
	w.putNight("by-hand")
	w.advised(target, "target", "UndeclaredResources", "by-hand")
	_, err := scaling.DeregisterScalableTarget(w.ctx, &applicationautoscaling.DeregisterScalableTargetInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
	})
	w.must(err)
	w.hasEvent("RecreatedAfterParentReplaced", `made anew: scaling policy "invocations"`)
	w.hasEvent("RecreatedAfterParentReplaced", `nobody declares it: scheduled action "by-hand"`)
	w.drifted(target, "target", true, v1alpha1.DriftedField{Field: "maxCapacity", Declared: "2"})
	w.drifted(policy, "policy", true, v1alpha1.DriftedField{Field: "policyType", Declared: "TargetTrackingScaling"})
	w.advised(target, "target", "", "")
	if len(w.policies()) != 1 {
		t.Errorf("AWS has %d policies", len(w.policies()))
	}
}

func TestEditedAlarmIsPutRight(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest)
	recorded := func() (alarms []v1alpha1.Alarm) {
		w.eventually("the status has how the alarms are set", func() error {
			alarms = w.ready(policy, "policy").(*v1alpha1.ScalingPolicy).Status.Alarms
			if len(alarms) != 2 || alarms[0].Configuration["threshold"] == "" || alarms[1].Configuration["threshold"] == "" {
				return fmt.Errorf("it has %+v", alarms)
			}
			return nil
		})
		return alarms
	}
	high := text(recorded()[0].AlarmName)
	at := slices.IndexFunc(w.managed(), func(a cwtypes.MetricAlarm) bool { return *a.AlarmName == high })
	a := w.managed()[at]
	_, err := alarms.PutMetricAlarm(w.ctx, &cloudwatch.PutMetricAlarmInput{
		AlarmName: a.AlarmName, AlarmDescription: a.AlarmDescription, ActionsEnabled: a.ActionsEnabled, AlarmActions: a.AlarmActions,
		Namespace: a.Namespace, MetricName: a.MetricName, Dimensions: a.Dimensions, Statistic: a.Statistic, Unit: a.Unit, Period: a.Period,
		EvaluationPeriods: a.EvaluationPeriods, ComparisonOperator: a.ComparisonOperator, Threshold: aws.Float64(90),
	})
	w.must(err)
	w.hasEvent("AlarmRecreated", "alarm "+high+" threshold 90 -> 60")
	w.drifted(policy, "policy", false, v1alpha1.DriftedField{Field: "alarm " + high + " threshold", Observed: "90", Declared: "60"})
	for _, now := range w.managed() {
		if *now.AlarmName == high || *now.Threshold == 90 {
			t.Errorf("AWS still has alarm %s with threshold %v", *now.AlarmName, *now.Threshold)
		}
	}
	if now := recorded(); text(now[0].AlarmName) == high || now[0].Configuration["threshold"] != "60" {
		t.Errorf("the status still has the old alarm: %+v", now)
	}
	puts := theLab.Cloud.Journal().Count("PutScalingPolicy")
	time.Sleep(3 * resync)
	if n := theLab.Cloud.Journal().Count("PutScalingPolicy") - puts; n != 0 {
		t.Errorf("the policy was put %d times more", n)
	}
}

func TestUndeclaredIsReportedAndLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest)
	w.ready(policy, "policy")
	w.putSteps("by-hand")
	w.putNight("night")
	w.advised(target, "target", "UndeclaredResources", `scaling policy "by-hand", scheduled action "night"`)
	w.advised(target, "target", "UndeclaredResources", v1alpha1.AnnotationAdoptionPolicy+"=adopt-or-create")
	w.hasEvent("UndeclaredResources", `scaling policy "by-hand"`)

	t.Log("an edit, whose pass does not look for them, does not make them disappear")
	w.apply(w.edited(targetManifest, "maxCapacity: 2", "maxCapacity: 3"))
	w.advised(target, "target", "UndeclaredResources", `"by-hand"`)
	if len(w.policies()) != 2 || len(w.actions()) != 1 {
		t.Errorf("AWS has %d policies and %d actions: what nobody declares was touched", len(w.policies()), len(w.actions()))
	}

	t.Log("what is adopted is not undeclared any more, nor what is deleted")
	w.apply(w.edited(w.edited(actionManifest, "name: action", "name: action\n  annotations: {"+v1alpha1.AnnotationAdoptionPolicy+": adopt-or-create}"), "morning", "night"))
	w.ready(action, "action")
	w.advised(target, "target", "UndeclaredResources", `AWS has scaling policy "by-hand" under`)
	w.deletePolicy("by-hand")
	w.advised(target, "target", "", "")
	if u := w.get(target, "target").(*v1alpha1.ScalableTarget).Status.Undeclared; u != nil {
		t.Errorf("the status has %+v", u)
	}

	t.Log("what goes with its target is named")
	w.putSteps("last")
	w.advised(target, "target", "UndeclaredResources", `"last"`)
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	w.hasEvent("Deleted", "no object that is reconciled declares scaling policy last")
}

func TestScheduledBoundsStayExplained(t *testing.T) {
	w := newWorld(t)
	fires := time.Now().Add(8 * time.Second).Truncate(time.Second)
	once := w.edited(w.edited(actionManifest, "cron(0 8 ? * MON-FRI *)", fires.UTC().Format("at(2006-01-02T15:04:05)")), "  timezone: Europe/Berlin\n", "")
	w.apply(targetManifest, once)
	w.ready(target, "target")
	w.ready(action, "action")
	time.Sleep(time.Until(fires.Add(500 * time.Millisecond)))
	w.register(2, 4, nil) // what AWS does when the action fires
	want := fmt.Sprintf("min 2 since %s, set by morning; base 1; max 4 since %[1]s, set by morning; base 2", fires.UTC().Format("15:04"))
	explained := func() {
		w.Helper()
		w.eventually("the bounds are explained", func() error {
			obj := w.ready(target, "target").(*v1alpha1.ScalableTarget)
			b := obj.Status.ScheduledBounds
			if m := text(condition(obj, v1alpha1.ConditionReady).Message); !strings.Contains(m, want) {
				return fmt.Errorf("Ready says %s", m)
			}
			if b == nil || b.Min == nil || b.Min.Value != 2 || b.Min.Action != "morning" || !b.Min.Since.Equal(&metav1.Time{Time: fires}) {
				return fmt.Errorf("the status has %+v", b)
			}
			return nil
		})
	}
	explained()

	t.Log("an edit of the schedule does not take its bounds back")
	w.apply(w.edited(once, fires.UTC().Format("2006-01-02"), "2040-01-01"))
	w.ready(action, "action")
	time.Sleep(2 * resync)
	explained()
	if got := *w.target().MinCapacity; got != 2 {
		t.Errorf("AWS has min %d", got)
	}

	t.Log("the deletion of the action does")
	w.kubectl("", "delete", "scheduledaction", "action", "--timeout=20s")
	w.eventually("the bounds are the declared ones", func() error {
		if got := *w.target().MinCapacity; got != 1 {
			return fmt.Errorf("AWS has min %d", got)
		}
		return nil
	})
	w.hasEvent("Updated", "minCapacity 2 -> 1, maxCapacity 4 -> 2 (scheduled action morning, which set it, is gone)")
	obj := w.ready(target, "target").(*v1alpha1.ScalableTarget)
	if obj.Status.ScheduledBounds != nil || obj.Status.LastDrift != nil {
		t.Errorf("the status has %+v and %+v", obj.Status.ScheduledBounds, obj.Status.LastDrift)
	}
}

func TestOwnerOfForeignResourcesIsNamed(t *testing.T) {
	w := newWorld(t)
	w.register(1, 8, map[string]string{"managed-by": "Terraform"})
	w.putPolicy(33)
	w.apply(targetManifest, policyManifest)
	for kind, name := range map[autoscaling.Kind]string{target: "target", policy: "policy"} {
		told := w.becomes(kind, name, no, "AlreadyExists")
		if m := text(condition(told, v1alpha1.ConditionReady).Message); !strings.Contains(m, "It probably belongs to Terraform") || !strings.Contains(m, "adopt-or-create") {
			t.Errorf("%s is told %s", name, m)
		}
		if c := condition(told, v1alpha1.ConditionTerminal); text(c.Message) != "Resource already exists" {
			t.Errorf("%s is not told as the ACK controllers do: %s", name, text(c.Message))
		}
	}
	if *w.target().MaxCapacity != 8 {
		t.Error("somebody else's target was changed")
	}

	t.Log("who asks for it gets it, and advice")
	w.kubectl("", "annotate", "scalabletarget/target", "scalingpolicy/policy", v1alpha1.AnnotationAdoptionPolicy+"=adopt-or-create")
	w.advised(target, "target", "OtherOwner", "Terraform manages it too")
	w.advised(policy, "policy", "OtherOwner", "Terraform manages it too")
	w.hasEvent("OtherOwner", "each of the two undoes what the other does")
	if *w.target().MaxCapacity != 2 {
		t.Error("the target was not adopted")
	}
	_, err := scaling.UntagResource(w.ctx, &applicationautoscaling.UntagResourceInput{ResourceARN: w.target().ScalableTargetARN, TagKeys: []string{"managed-by"}})
	w.must(err)
	w.advised(target, "target", "", "")
	w.advised(policy, "policy", "", "")
}

func TestForeignResourceWithoutOwner(t *testing.T) {
	w := newWorld(t)
	w.register(1, 8, map[string]string{"team": "ml"})
	w.apply(targetManifest)
	told := w.becomes(target, "target", no, "AlreadyExists")
	if m := text(condition(told, v1alpha1.ConditionReady).Message); !strings.Contains(m, "It was simply there before") {
		t.Errorf("the object is told %s", m)
	}
	_, err := scaling.DeregisterScalableTarget(w.ctx, &applicationautoscaling.DeregisterScalableTargetInput{
		ServiceNamespace: aastypes.ServiceNamespaceSagemaker, ResourceId: aws.String(w.resource()), ScalableDimension: dimension,
	})
	w.must(err)
	w.ready(target, "target")
}

// TestTwoObjectsAtOnce applies two objects for each AWS object in one go, also
// in two namespaces: one of each works, the other is told of it, and when the
// one goes the other takes over.
func TestTwoObjectsAtOnce(t *testing.T) {
	w := newWorld(t)
	elsewhere := w.namespace + "-2"
	w.must(kube.Create(w.ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: elsewhere}}))
	t.Cleanup(func() {
		w.ctx = context.WithoutCancel(w.ctx) // the test's own has ended
		w.kubectl("", "-n", elsewhere, "delete", "scheduledactions,scalingpolicies,scalabletargets", "--all", "--timeout=20s")
	})
	var templates []string
	for _, m := range []string{targetManifest, policyManifest, actionManifest} {
		here := strings.Replace(m, "metadata:\n", "metadata:\n  namespace: "+w.namespace+"\n", 1)
		templates = append(templates, here,
			strings.Replace(here, "  name: ", "  name: twin-", 1),
			strings.Replace(m, "metadata:\n", "metadata:\n  namespace: "+elsewhere+"\n", 1))
	}
	if out, err := w.inAnyNamespace(w.manifest(strings.Join(templates, "---\n")), "create", "-f", "-"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	claims := map[autoscaling.Kind][]client.ObjectKey{}
	for kind, name := range map[autoscaling.Kind]string{target: "target", policy: "policy", action: "action"} {
		claims[kind] = []client.ObjectKey{{Namespace: w.namespace, Name: name}, {Namespace: w.namespace, Name: "twin-" + name}, {Namespace: elsewhere, Name: name}}
	}
	for len(claims[action]) > 1 {
		for _, kind := range []autoscaling.Kind{action, policy, target} {
			winner := w.oneWins(kind, claims[kind])
			claims[kind] = slices.DeleteFunc(claims[kind], func(k client.ObjectKey) bool { return k == winner })
			w.kubectl("", "-n", winner.Namespace, "delete", string(kind), winner.Name, "--timeout=20s")
		}
	}
}

// oneWins waits until one of the objects works and the others are told which.
func (w *world) oneWins(kind autoscaling.Kind, keys []client.ObjectKey) (winner client.ObjectKey) {
	w.Helper()
	w.eventually("one of the "+string(kind)+"s works and the others know", func() error {
		var told []string
		winners := 0
		for _, k := range keys {
			obj := newObject(kind)
			w.must(kube.Get(w.ctx, k, obj.(client.Object)))
			ready := condition(obj, v1alpha1.ConditionReady)
			if ready.Status == yes {
				winner = k
				winners++
				continue
			}
			if text(condition(obj, v1alpha1.ConditionStalled).Reason) != "AlreadyDeclared" {
				return fmt.Errorf("%s: %s", k, printed(obj.GetStatus()))
			}
			told = append(told, text(ready.Message))
		}
		if winners != 1 {
			return fmt.Errorf("%d of %d work", winners, len(keys))
		}
		for _, m := range told {
			if !strings.Contains(m, fmt.Sprintf("%s %s declares", kind, winner)) {
				return fmt.Errorf("%s works, and another is told: %s", winner, m)
			}
		}
		return nil
	})
	return winner
}

func TestPassingTroubleNeverShows(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		fault  wire.Error
	}{
		"concurrent update": {"a pending update is waited for", wire.Error{Code: "ConcurrentUpdateException", Message: "You already have a pending update to an Auto Scaling resource."}},
		"nested throttling": {"CloudWatch's throttling hides in another error", wire.Error{Code: "FailedResourceAccessException", Message: "Unable to put alarms: Rate exceeded (Service: AmazonCloudWatch)"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.apply(targetManifest, policyManifest)
			w.ready(target, "target")
			w.ready(policy, "policy")
			remove := theLab.Cloud.Faults().Inject(localcloud.Fault{Operation: "PutScalingPolicy", Error: &c.fault, Times: 5})
			t.Cleanup(remove)
			w.apply(w.edited(policyManifest, "targetValue: 60", "targetValue: 61"))
			w.eventually("the edit is in AWS", func() error {
				for _, shown := range w.get(policy, "policy").GetStatus().Conditions {
					trouble := slices.Contains([]string{v1alpha1.ConditionTerminal, v1alpha1.ConditionStalled, v1alpha1.ConditionRecoverable}, shown.Type)
					named := slices.ContainsFunc([]string{c.fault.Code, "another update", "Rate exceeded", "Throttled"}, func(word string) bool {
						return strings.Contains(text(shown.Message)+text(shown.Reason), word)
					})
					if trouble || named {
						t.Errorf("%s, but %s says %s: %s", c.reason, shown.Type, text(shown.Reason), text(shown.Message))
					}
				}
				if got := *w.policies()[0].TargetTrackingScalingPolicyConfiguration.TargetValue; got != 61 {
					return fmt.Errorf("AWS has %v", got)
				}
				return nil
			})
			since := condition(w.ready(policy, "policy"), v1alpha1.ConditionReady).LastTransitionTime
			t.Cleanup(theLab.Cloud.Faults().Inject(localcloud.Fault{Operation: "PutScalingPolicy", Error: &c.fault, Times: 5}))
			w.deletePolicy("invocations")
			w.hasEvent("DriftCorrected", "was gone")
			if is := condition(w.ready(policy, "policy"), v1alpha1.ConditionReady).LastTransitionTime; !since.Equal(is) {
				t.Errorf("%s, but an object that was ready was not for a while: since %s, then since %s", c.reason, since, is)
			}
			w.hasNoEvent(c.fault.Code)
		})
	}
}

// TestLostAnswers lets writes take effect whose answers do not arrive. (That
// they time out is tested where time is not real.)
func TestLostAnswers(t *testing.T) {
	w := newWorld(t)
	for _, operation := range []string{"RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction", "DeregisterScalableTarget", "DeleteScalingPolicy", "DeleteScheduledAction"} {
		t.Cleanup(theLab.Cloud.Faults().Inject(localcloud.Fault{Operation: operation, AfterEffect: true, Times: 4}))
	}
	w.apply(targetManifest, policyManifest, actionManifest)
	w.ready(target, "target")
	w.ready(policy, "policy")
	w.ready(action, "action")
	if p, a, m := w.policies(), w.actions(), w.managed(); len(p) != 1 || len(a) != 1 || len(m) != 2 {
		t.Errorf("AWS has %d policies, %d actions and %d alarms", len(p), len(a), len(m))
	}
	w.hasNoEvent("AlreadyExists")
	w.hasNoEvent("DriftCorrected")
	w.kubectl("", "delete", "scheduledaction", "action", "--timeout=30s")
	w.kubectl("", "delete", "scalingpolicy", "policy", "--timeout=30s")
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=30s")
}
