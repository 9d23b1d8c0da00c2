package appautoscaling_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"testing"

	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// TestShapes compares the bodies of answers, in which the IDs are replaced.
func TestShapes(t *testing.T) {
	const (
		identity = `"ServiceNamespace":"ecs","ResourceId":"service/production/web","ScalableDimension":"ecs:service:DesiredCount"`
		role     = "arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
		target   = "arn:aws:application-autoscaling:us-west-2:123456789012:scalable-target/ID"
		child    = ":ID:resource/ecs/service/production/web:"
		policy   = "arn:aws:autoscaling:us-west-2:123456789012:scalingPolicy" + child + "policyName/p"
		action   = "arn:aws:autoscaling:us-west-2:123456789012:scheduledAction" + child + "scheduledActionName/a"
		alarm    = "TargetTracking-service/production/web-AlarmHigh-ID"
		alarms   = `"Alarms":[{"AlarmName":"` + alarm + `","AlarmARN":"arn:aws:cloudwatch:us-west-2:123456789012:alarm:` + alarm + `"}]`
		tracking = `{"TargetValue":50,"PredefinedMetricSpecification":{"PredefinedMetricType":"ECSServiceAverageCPUUtilization"},"DisableScaleIn":true}`
	)
	ids := regexp.MustCompile(uuidForm + `|[0-9a-f]{36}`)
	c := newCloud(t, appautoscaling.Behaviour{})
	for _, step := range []struct{ reason, operation, body, want string }{
		{
			"the ARN is answered", "RegisterScalableTarget", `{` + identity + `,"MinCapacity":0,"MaxCapacity":4}`,
			`{"ScalableTargetARN":"` + target + `"}`,
		},
		{
			"there is always a role and always all three flags; times have milliseconds; nothing is null", "DescribeScalableTargets",
			`{"ServiceNamespace":"ecs"}`,
			`{"ScalableTargets":[{` + identity + `,"MinCapacity":0,"MaxCapacity":4,"RoleARN":"` + role + `","CreationTime":1772445600.123,` +
				`"SuspendedState":{"DynamicScalingInSuspended":false,"DynamicScalingOutSuspended":false,"ScheduledScalingSuspended":false},` +
				`"ScalableTargetARN":"` + target + `"}]}`,
		},
		{
			"a target tracking policy is answered with its alarms", "PutScalingPolicy",
			`{"PolicyName":"p",` + identity + `,"PolicyType":"TargetTrackingScaling","TargetTrackingScalingPolicyConfiguration":` + tracking + `}`,
			`{"PolicyARN":"` + policy + `",` + alarms + `}`,
		},
		{
			"the configuration is echoed", "DescribeScalingPolicies", `{"ServiceNamespace":"ecs"}`,
			`{"ScalingPolicies":[{"PolicyARN":"` + policy + `","PolicyName":"p",` + identity + `,"PolicyType":"TargetTrackingScaling",` +
				`"TargetTrackingScalingPolicyConfiguration":` + tracking + `,` + alarms + `,"CreationTime":1772445600.123}]}`,
		},
		{"the answer is an empty structure", "DeleteScalingPolicy", `{"PolicyName":"p",` + identity + `}`, `{}`},
		{
			"a step policy has no alarms of its own", "PutScalingPolicy",
			`{"PolicyName":"p",` + identity + `,"PolicyType":"StepScaling","StepScalingPolicyConfiguration":` +
				`{"AdjustmentType":"ExactCapacity","StepAdjustments":[{"MetricIntervalUpperBound":0,"ScalingAdjustment":0}]}}`,
			`{"PolicyARN":"` + policy + `"}`,
		},
		{
			"zero is a value", "DescribeScalingPolicies", `{"ServiceNamespace":"ecs"}`,
			`{"ScalingPolicies":[{"PolicyARN":"` + policy + `","PolicyName":"p",` + identity + `,"PolicyType":"StepScaling","StepScalingPolicyConfiguration":` +
				`{"AdjustmentType":"ExactCapacity","StepAdjustments":[{"MetricIntervalUpperBound":0,"ScalingAdjustment":0}]},"CreationTime":1772445600.123}]}`,
		},
		{
			"the answer is an empty structure", "PutScheduledAction",
			`{"ScheduledActionName":"a",` + identity + `,"Schedule":"rate(1 hour)","StartTime":1772449200.5,"ScalableTargetAction":{"MinCapacity":0}}`, `{}`,
		},
		{
			"absent members are not there", "DescribeScheduledActions", `{"ServiceNamespace":"ecs"}`,
			`{"ScheduledActions":[{"ScheduledActionName":"a","ScheduledActionARN":"` + action + `","ServiceNamespace":"ecs","Schedule":"rate(1 hour)",` +
				`"ResourceId":"service/production/web","ScalableDimension":"ecs:service:DesiredCount","StartTime":1772449200.5,` +
				`"ScalableTargetAction":{"MinCapacity":0},"CreationTime":1772445600.123}]}`,
		},
		{"the answer is an empty structure", "DeleteScheduledAction", `{"ScheduledActionName":"a",` + identity + `}`, `{}`},
		{"the answer is an empty structure", "DeregisterScalableTarget", `{` + identity + `}`, `{}`},
	} {
		status, body := c.post(step.operation, step.body)
		if got := ids.ReplaceAllString(body, "ID"); status != 200 || got != step.want {
			t.Errorf("%s answers %d\n%s\nwant\n%s\nthe reason: %s", step.operation, status, got, step.want, step.reason)
		}
	}
}

func TestUnknownOperations(t *testing.T) {
	c := newCloud(t, appautoscaling.Behaviour{})
	if status, body := c.post("SomethingNew", "{}"); status != 400 || !strings.Contains(body, "UnknownOperationException") {
		t.Errorf("%d %s, want an error that says that it is not implemented", status, body)
	}
}

// TestServiceLinkedRoles registers a target of every dimension.
func TestServiceLinkedRoles(t *testing.T) {
	c := newCloud(t, appautoscaling.Behaviour{})
	for _, d := range catalog.Dimensions() {
		i := id{types.ServiceNamespace(d.Namespace), d.ResourceID.Example, types.ScalableDimension(d.Name)}
		if i.namespace == emr.namespace {
			continue // needs a role and has none of its own
		}
		n, _ := catalog.LookupNamespace(d.Namespace)
		want := "arn:aws:iam::123456789012:role/aws-service-role/" + d.Namespace +
			".application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_" + n.RoleSuffix
		c.must(i.register(1, 4))
		if got := *c.target(i).RoleARN; got != want {
			t.Errorf("%s has the role %s, want %s", d.Name, got, want)
		}
	}
}

// TestPredefinedMetrics puts a policy with every metric that a dimension takes
// and looks whether its alarms know what to watch.
func TestPredefinedMetrics(t *testing.T) {
	c := newCloud(t, appautoscaling.Behaviour{})
	for _, d := range catalog.Dimensions() {
		i := id{types.ServiceNamespace(d.Namespace), d.ResourceID.Example, types.ScalableDimension(d.Name)}
		for _, metric := range d.PredefinedMetrics {
			config := predefined(types.MetricType(metric), 50)
			if metric == "ALBRequestCountPerTarget" {
				label := "app/web/1/targetgroup/web/2"
				config.PredefinedMetricSpecification.ResourceLabel = &label
			}
			c.alarms.managed = nil
			c.must(i.register(1, 4), i.tracking(metric, config))
			for _, a := range c.alarms.managed {
				if a.Namespace == "" || a.MetricName == "" || a.Statistic == "" || len(a.Dimensions) == 0 || a.Period == 0 || a.EvaluationPeriods == 0 {
					t.Errorf("%s with %s has the alarm %+v", d.Name, metric, a)
				}
			}
			if len(c.alarms.managed) == 0 {
				t.Errorf("%s with %s has no alarms", d.Name, metric)
			}
		}
	}
}

// TestAlone uses a service that is connected to nothing.
func TestAlone(t *testing.T) {
	s := appautoscaling.New(appautoscaling.Options{})
	scope := wire.Scope{Account: account, Region: region}
	for _, in := range []struct{ operation, body string }{
		{"RegisterScalableTarget", seeds[4]}, {"PutScalingPolicy", seeds[5]}, {"PutScalingPolicy", seeds[7]},
		{"DescribeScalingPolicies", `{"ServiceNamespace":"ecs"}`}, {"DeregisterScalableTarget", seeds[4]},
	} {
		if _, err := s.Handle(t.Context(), wire.NewRequest(scope, in.operation, json.RawMessage(in.body))); err != nil {
			t.Errorf("%s: %v", in.operation, err)
		}
	}
}

// TestConcurrentCallers lets answers be encoded while the state is changed, as
// the local cloud does; it is for the race detector.
func TestConcurrentCallers(t *testing.T) {
	c := newCloud(t, appautoscaling.Behaviour{})
	arn := c.must(ecs.register(1, 4)).(*aas.RegisterScalableTargetOutput).ScalableTargetARN
	c.must(&aas.TagResourceInput{ResourceARN: arn, Tags: map[string]string{"a": "b"}})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 10 {
				for _, in := range []any{
					ecs.register(1, 4), ecs.step("p", addOne()), ecs.tracking("q", customized(queueLength(), 5)), ecs.action("a", "rate(1 hour)", bounds(1, 2)),
					&aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs"}, &aas.DescribeScalingPoliciesInput{ServiceNamespace: "ecs"},
					&aas.DescribeScheduledActionsInput{ServiceNamespace: "ecs"}, &aas.ListTagsForResourceInput{ResourceARN: arn},
					&aas.TagResourceInput{ResourceARN: arn, Tags: map[string]string{"c": "d"}}, &aas.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"c"}},
				} {
					if _, err := c.call(in); err != nil {
						t.Errorf("%T: %v", in, err)
					}
				}
			}
		})
	}
	group.Wait()
}
