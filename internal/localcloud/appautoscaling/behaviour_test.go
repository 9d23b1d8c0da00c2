package appautoscaling_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
)

// TestBehaviour checks the choices that are not the default. Those of paging,
// tags, alarms and ARNs are checked with these.
func TestBehaviour(t *testing.T) {
	const cpu = types.MetricTypeECSServiceAverageCPUUtilization
	start := birth.Add(time.Hour)
	type B = appautoscaling.Behaviour
	checkFacts(t, []fact{
		{
			name: "RegisterDelay", behaviour: B{RegisterDelay: time.Second},
			reason: "until consistency is reached, sequential operations get unexpected errors; an update is no new target",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.touch())
				_, err := c.call(ecs.step("p", addOne()))
				wantError(t, err, "ObjectNotFoundException", "No scalable target registered for "+ecs.String())
				out := c.must(&aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs"}).(*aas.DescribeScalableTargetsOutput)
				diff(t, "targets seen", []types.ScalableTarget{}, out.ScalableTargets)
				c.advance(time.Second)
				c.must(ecs.step("p", addOne()))
				c.target(ecs)
			},
		},
		{
			name: "UpdateDuration", behaviour: B{UpdateDuration: time.Second},
			reason: "a resource with a pending update takes no other; reading, tags and other targets are free",
			check: func(t *testing.T, c *cloud) {
				put := ecs.step("p", addOne())
				arn := c.must(ecs.register(1, 4)).(*aas.RegisterScalableTargetOutput).ScalableTargetARN
				for _, in := range []any{put, ecs.touch(), ecs.action("a", "rate(1 hour)", bounds(1, 2)), ecs.deregister()} {
					_, err := c.call(in)
					wantError(t, err, "ConcurrentUpdateException", "You already have a pending update to an Auto Scaling resource.")
				}
				c.must(variant.register(1, 4), &aas.TagResourceInput{ResourceARN: arn, Tags: map[string]string{"a": "b"}})
				c.policies(ecs)
				c.advance(time.Second)
				c.must(put)
				_, err := c.call(ecs.deletePolicy("p"))
				wantError(t, err, "ConcurrentUpdateException", "You already have a pending update to an Auto Scaling resource.")
				c.advance(time.Second)
				c.must(ecs.deletePolicy("p"))
			},
		},
		{
			name: "RequireResource", behaviour: B{RequireResource: true},
			reason: "AWS would look into the target service",
			check: func(t *testing.T, c *cloud) {
				_, err := c.call(ecs.register(1, 4))
				wantError(t, err, "ValidationException", "The resource service/production/web does not exist in the service ecs.")
				c.resources.known[ecs.resource] = busy(2)
				c.must(ecs.register(1, 4))
			},
		},
		{
			name: "ReplaceSuspendedState", behaviour: B{ReplaceSuspendedState: true},
			reason: "the other reading: what is omitted in the object is false",
			check: func(t *testing.T, c *cloud) {
				in := ecs.register(1, 4)
				in.SuspendedState = &types.SuspendedState{DynamicScalingInSuspended: aws.Bool(true)}
				update := ecs.touch()
				update.SuspendedState = &types.SuspendedState{ScheduledScalingSuspended: aws.Bool(true)}
				c.must(in, update, ecs.touch())
				diff(t, "suspended state", &types.SuspendedState{
					DynamicScalingInSuspended: aws.Bool(false), DynamicScalingOutSuspended: aws.Bool(false), ScheduledScalingSuspended: aws.Bool(true),
				}, c.target(ecs).SuspendedState)
			},
		},
		{
			name: "IgnoreCustomRole", behaviour: B{IgnoreCustomRole: true},
			reason: "the other reading: where there is a service-linked role, it is used; EMR has none",
			check: func(t *testing.T, c *cloud) {
				for _, i := range []id{ecs, emr} {
					in := i.register(1, 4)
					in.RoleARN = aws.String("arn:aws:iam::123456789012:role/custom")
					c.must(in)
				}
				diff(t, "role of ECS", "arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
					*c.target(ecs).RoleARN)
				diff(t, "role of EMR", "arn:aws:iam::123456789012:role/custom", *c.target(emr).RoleARN)
			},
		},
		{
			name: "IgnoreInferred", behaviour: B{IgnoreInferred: true},
			reason: "lists by dimension were measured for DynamoDB tables only, the floor of WorkSpaces for nobody",
			check: func(t *testing.T, c *cloud) {
				c.must(concurrency.register(1, 4), concurrency.tracking("p", predefined(types.MetricTypeSageMakerVariantInvocationsPerInstance, 5)),
					id{"workspaces", "workspacespool/wspool-1", "workspaces:workspacespool:DesiredUserSessions"}.register(0, 4))
				_, err := c.call(concurrency.tracking("q", predefined(cpu, 5)))
				wantError(t, err, "ValidationException", "Scalable dimension sagemaker:variant:DesiredProvisionedConcurrency only supports the following predefined metric types: "+
					"SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution, SageMakerInferenceComponentInvocationsPerCopy, "+
					"SageMakerVariantConcurrentRequestsPerModelHighResolution, SageMakerVariantInvocationsPerInstance, SageMakerVariantProvisionedConcurrencyUtilization")
				c.must(tableRead.register(1, 4))
				_, err = c.call(tableRead.tracking("p", predefined(types.MetricTypeDynamoDBWriteCapacityUtilization, 50)))
				wantError(t, err, "ValidationException",
					"Scalable dimension dynamodb:table:ReadCapacityUnits only supports the following predefined metric types: DynamoDBReadCapacityUtilization")
				pair := "ECSServiceCPUUtilization"
				c.must(ecs.register(1, 4), ecs.predictive("p", &types.PredictiveScalingPolicyConfiguration{MetricSpecifications: []types.PredictiveScalingMetricSpecification{{
					TargetValue:                          at(5),
					PredefinedLoadMetricSpecification:    &types.PredictiveScalingPredefinedLoadMetricSpecification{PredefinedMetricType: &pair},
					PredefinedScalingMetricSpecification: &types.PredictiveScalingPredefinedScalingMetricSpecification{PredefinedMetricType: &pair},
				}}}))
			},
		},
		{
			name: "VariantFloor", behaviour: B{VariantFloor: 1},
			reason: "the SageMaker guide wants one instance; by default 0 is accepted as the API reference says",
			check: func(t *testing.T, c *cloud) {
				_, err := c.call(variant.register(0, 4))
				wantError(t, err, "ValidationException", "Minimum capacity cannot be less than 1")
				newCloud(t, B{}).must(variant.register(0, 4))
			},
		},
		{
			name: "StrictPolicyUpdate", behaviour: B{StrictPolicyUpdate: true},
			reason: "the other reading: an update carries what a new policy needs",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.step("p", addOne()), ecs.tracking("q", predefined(cpu, 50)))
				_, err := c.call(ecs.policy("p"))
				wantError(t, err, "ValidationException", "StepScaling policy configuration must be specified")
				_, err = c.call(ecs.step("p", &types.StepScalingPolicyConfiguration{Cooldown: aws.Int32(10)}))
				wantError(t, err, "ValidationException", "Adjustment type must be specified")
				_, err = c.call(ecs.tracking("q", &types.TargetTrackingScalingPolicyConfiguration{TargetValue: at(5)}))
				wantError(t, err, "ValidationException", "PredefinedMetricSpecification or CustomizedMetricSpecification must be set for target tracking scaling.")
			},
		},
		{
			name: "AllowPolicyTypeChange", behaviour: B{AllowPolicyTypeChange: true},
			reason: "CloudFormation documents the change without replacement; the old type's alarms go",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.tracking("p", predefined(cpu, 50)), ecs.step("p", addOne()))
				got := c.policies(ecs)[0]
				if got.PolicyType != types.PolicyTypeStepScaling || got.TargetTrackingScalingPolicyConfiguration != nil || len(c.alarms.managed) != 0 {
					t.Errorf("the policy is %+v and the alarms are %v", got, c.alarms.names())
				}
				in := ecs.policy("p")
				in.PolicyType = types.PolicyTypeTargetTrackingScaling
				_, err := c.call(in)
				wantError(t, err, "ValidationException", "TargetTrackingScaling policy configuration must be specified")
			},
		},
		{
			name: "DynamoDBTargetMin", behaviour: B{DynamoDBTargetMin: 20},
			reason: "the DynamoDB guide says 20 to 90",
			check: func(t *testing.T, c *cloud) {
				c.must(tableRead.register(1, 4))
				_, err := c.call(tableRead.tracking("p", predefined(types.MetricTypeDynamoDBReadCapacityUtilization, 15)))
				wantError(t, err, "ValidationException", "For predefined metric type DynamoDBReadCapacityUtilization, target value must be between '20.0' and '90.0'")
			},
		},
		{
			name: "DeregisterKeepsAlarms", behaviour: B{DeregisterKeepsAlarms: true},
			reason: "when alarms that are no longer needed are deleted is not documented; with their policy they always are",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.tracking("p", predefined(cpu, 50)), ecs.deregister())
				if len(c.alarms.managed) != 2 {
					t.Errorf("the alarms are %v", c.alarms.names())
				}
				c.must(variant.register(1, 4), variant.tracking("p", customized(queueLength(), 5)), variant.deletePolicy("p"))
				if len(c.alarms.managed) != 2 {
					t.Errorf("the alarms after the deletion of a policy are %v", c.alarms.names())
				}
			},
		},
		{
			name: "StrictActionUpdate", behaviour: B{StrictActionUpdate: true},
			reason: "the other reading: an update carries what a new action needs",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.action("a", "rate(1 hour)", bounds(1, 2)))
				_, err := c.call(ecs.action("a", "", bounds(1, 2)))
				wantError(t, err, "ValidationException", "Schedule must be set")
				_, err = c.call(ecs.action("a", "rate(1 hour)", nil))
				wantError(t, err, "ValidationException", "ScalableTargetAction must be set")
			},
		},
		{
			name: "MergeTargetAction", behaviour: B{MergeTargetAction: true},
			reason: "the other reading: each bound is a parameter",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.action("a", "rate(1 hour)", bounds(1, 2)),
					ecs.action("a", "", &types.ScalableTargetAction{MaxCapacity: aws.Int32(9)}))
				diff(t, "bounds", bounds(1, 9), c.actions(ecs)[0].ScalableTargetAction)
			},
		},
		{
			name: "AllowEmptyPeriod", behaviour: B{AllowEmptyPeriod: true},
			reason: "equality was never measured",
			check: func(_ *testing.T, c *cloud) {
				in := ecs.action("a", "rate(1 hour)", bounds(1, 2))
				in.StartTime, in.EndTime = &start, &start
				c.must(ecs.register(1, 4), in)
			},
		},
		{
			name: "RejectPastAt", behaviour: B{RejectPastAt: true},
			reason: "what becomes of a time in the past is not documented; the zone decides what is past",
			check: func(t *testing.T, c *cloud) {
				in := ecs.action("a", "at(2026-03-02T11:30:00)", bounds(1, 2)) // it is 10:00 in UTC
				c.must(ecs.register(1, 4), in)
				in.Timezone = aws.String("Europe/Helsinki")
				_, err := c.call(in)
				wantError(t, err, "ValidationException", "The schedule at(2026-03-02T11:30:00) is in the past")
			},
		},
		{
			name: "ForgetRunActions", behaviour: B{ForgetRunActions: true},
			reason: "whether a one-time action stays listed after it ran is not documented; what recurs, is to come or was put too late does",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.action("once", "at(2026-03-02T11:00:00)", bounds(1, 2)), ecs.action("again", "rate(1 hour)", bounds(1, 2)),
					ecs.action("later", "at(2026-03-02T13:00:00)", bounds(1, 2)), ecs.action("late", "at(2026-03-02T09:00:00)", bounds(1, 2)))
				c.advance(time.Hour)
				c.must(ecs.action("again", "at(2026-03-02T10:30:00)", bounds(1, 2)))
				var names []string
				for _, a := range c.actions(ecs) {
					names = append(names, *a.ScheduledActionName)
				}
				diff(t, "actions", []string{"again", "late", "later"}, names)
			},
		},
		{
			name: "Quotas", behaviour: B{Quotas: appautoscaling.Quotas{Targets: 1, Policies: 1, Actions: 1, Steps: 1, Tags: 1}},
			reason: "limits of the account; updates need no room, another namespace has its own, predictive policies do not count",
			check: func(t *testing.T, c *cloud) {
				other := ecs
				other.resource += "-2"
				c.must(ecs.register(1, 4), ecs.register(1, 5), variant.register(1, 4), ecs.step("p", addOne()), ecs.step("p", addOne()),
					ecs.action("a", "rate(1 hour)", bounds(1, 2)), ecs.action("a", "rate(2 hours)", bounds(1, 2)),
					ecs.predictive("forecast", &types.PredictiveScalingPolicyConfiguration{MetricSpecifications: []types.PredictiveScalingMetricSpecification{{
						TargetValue: at(50),
						PredefinedMetricPairSpecification: &types.PredictiveScalingPredefinedMetricPairSpecification{
							PredefinedMetricType: aws.String("ECSServiceCPUUtilization"),
						},
					}}}))
				_, err := c.call(other.register(1, 4))
				wantError(t, err, "LimitExceededException", "You have reached the limit of 1 scalable targets for the service namespace ecs.")
				_, err = c.call(ecs.step("q", addOne()))
				wantError(t, err, "LimitExceededException", "You have reached the limit of 1 scaling policies for the scalable target.")
				_, err = c.call(ecs.action("b", "rate(1 hour)", bounds(1, 2)))
				wantError(t, err, "LimitExceededException", "You have reached the limit of 1 scheduled actions for the scalable target.")
			},
		},
	})
}
