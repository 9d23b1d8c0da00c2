package plan_test

import (
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/plan"
	"github.com/setpoint-io/setpoint/internal/report"
)

// TestAsTheController is about what the controller remembers in the status of a
// policy, and does otherwise for it.
func TestAsTheController(t *testing.T) {
	const (
		target  = "name: t, finalizers: [finalizers.applicationautoscaling.services.k8s.aws/ScalableTarget]"
		held    = "name: p, generation: 2, finalizers: [finalizers.applicationautoscaling.services.k8s.aws/ScalingPolicy]"
		adopted = held + ", annotations: {services.k8s.aws/adopted: 'true'}"
		spec    = "spec: {policyName: p, " + identity + ", targetTrackingScalingPolicyConfiguration: {targetValue: 70, predefinedMetricSpecification: {predefinedMetricType: ECSServiceAverageCPUUtilization}}}\n"
		ready   = "status: {syncedGeneration: 2}\n"
		knows   = "status: {observedGeneration: 2, syncedGeneration: 2, ackResourceMetadata: {arn: 'arn:older', ownerAccountID: '123456789012', region: eu-west-1}}\n"
		drifted = "status: {alarms: [{alarmName: high}], lastDrift: {time: '2026-11-23T11:00:00Z', fields: [{field: alarm high, observed: has no actions, declared: made anew}]}}\n"

		leaving = ", deletionTimestamp: '2026-01-01T00:00:00Z'"
	)
	registered := &autoscaling.ObservedTarget{ARN: "arn:t", MinCapacity: 2, MaxCapacity: 20, Tags: map[string]string{}}
	tracks := func(problem string) observed {
		value := 70.0
		return observed{autoscaling.Observed{Target: registered, Policies: []autoscaling.ObservedPolicy{{
			ARN: "arn:p", Alarms: []autoscaling.Alarm{{Name: "high", Problem: problem}},
			Policy: autoscaling.Policy{Name: "p", Type: autoscaling.TargetTrackingScaling, TargetTracking: &autoscaling.TargetTracking{
				TargetValue: &value, Predefined: &autoscaling.PredefinedMetric{Type: "ECSServiceAverageCPUUtilization"},
			}},
		}}}}
	}
	retaken := tracks("")
	terraformed := *registered
	terraformed.Tags = map[string]string{"managed-by": "terraform"}
	retaken.Target = &terraformed
	bare := observed{autoscaling.Observed{Target: registered}}
	for _, c := range []struct {
		reason                 string
		aws                    observed
		target, metadata, rest string
		want                   report.Action
		note                   string
	}{
		{"what was adopted and was there when the controller looked last was taken away", bare, target, adopted, spec + ready, report.ActionRefused, "was adopted and is not in AWS any more"},
		{"so the controller said before", bare, target, adopted, spec + "status: {conditions: [{type: Stalled, status: 'True', reason: AdoptedResourceGone}]}\n", report.ActionRefused, "was adopted"},
		{"a target that was made anew took the policy along, which is made anew too", bare, target, adopted, spec + "status: {}\n", report.ActionCreate, ""},
		{"what was there of an older spec tells nothing of now", bare, target, adopted, spec + "status: {syncedGeneration: 1}\n", report.ActionCreate, ""},
		{"a policy waits while its target goes, and is not missed", bare, target + leaving, adopted, spec + ready, report.ActionWait, "is deregistered, and no object here registers it again"},
		{"a policy that is there goes with its target, and waits for it then", tracks(""), target + leaving, held, spec + ready, report.ActionDelete, "AWS deletes it with the scalable target, which is deregistered; after that the object waits"},
		{"one that goes with its target does not wait", tracks(""), target + leaving, held + leaving, spec + ready, report.ActionDelete, "AWS deletes it with the scalable target"},
		{"a pause does not keep a policy under a target that goes", tracks(""), target + leaving, held + ", annotations: {applicationautoscaling.services.k8s.aws/pause: 'true'}", strings.Replace(spec, "70", "60", 1) + ready, report.ActionDelete, "AWS deletes it with the scalable target"},
		{"nor does a policy stay that is retained", tracks(""), target + leaving, held + leaving + ", annotations: {services.k8s.aws/deletion-policy: retain}", spec + ready, report.ActionDelete, "AWS deletes it with the scalable target"},
		{"nor one that is only looked at", tracks(""), target + leaving, held + ", annotations: {services.k8s.aws/read-only: 'true'}", spec + ready, report.ActionDelete, "AWS deletes it with the scalable target"},
		{"a paused target takes nothing along", tracks(""), target + leaving + ", annotations: {applicationautoscaling.services.k8s.aws/pause: 'true'}", held, spec + ready, report.ActionNone, ""},
		{"a broken alarm is made anew", tracks("has no actions"), target, held, spec + ready, report.ActionUpdate, ""},
		{"one that a put did not heal is not tried again, which is said", tracks("has no actions"), target, held, spec + drifted, report.ActionNone, "alarm high has no actions, and AWS left it so when the policy was put again"},
		{"another trouble with it is", tracks("is disabled"), target, held, spec + drifted, report.ActionUpdate, ""},
		{"what AWS refused to make is not the object's, though it is held", tracks(""), target, held, spec + "status: {creationRefused: true}\n", report.ActionRefused, "was not made by this object"},
		{"what somebody made anew is brought to the declaration", tracks(""), target, held, strings.Replace(spec, "70", "60", 1) + knows, report.ActionUpdate, ""},
		{"where tags say whose it is now it is left alone", retaken, target, held, spec + knows, report.ActionRefused, "Terraform"},
		{"unless the object asks to adopt it", retaken, target, adopted, strings.Replace(spec, "70", "60", 1) + knows, report.ActionUpdate, ""},
		{"and stays when the object goes", tracks(""), target, held + leaving, spec + "status: {creationRefused: true}\n", report.ActionNone, "stays in AWS"},
	} {
		objects := []v1alpha1.Object{
			read(t, &v1alpha1.ScalableTarget{}, c.target, "spec: {"+identity+", minCapacity: 2, maxCapacity: 20}\n"),
			read(t, &v1alpha1.ScalingPolicy{}, c.metadata, c.rest),
		}
		p := plan.Make(t.Context(), declared.Gather(objects, declared.Surroundings{Home: home}), plan.Options{Open: c.aws.open, Home: home, Now: noon, FromCluster: true})
		o := p.Targets[0].Objects[1]
		if o.Action != c.want || !strings.Contains(strings.Join(o.Notes, "; "), c.note) {
			t.Errorf("%s: %s %q %v, want %s %q", c.reason, o.Action, o.Notes, o.Fields, c.want, c.note)
		}
	}
}
