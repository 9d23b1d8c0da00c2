package appautoscaling_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// fact is one thing that is known of the service.
type fact struct {
	name      string
	reason    string
	behaviour appautoscaling.Behaviour
	check     func(t *testing.T, c *cloud)
}

func checkFacts(t *testing.T, facts []fact) {
	t.Helper()
	for _, f := range facts {
		t.Run(f.name, func(t *testing.T) {
			explain(t, f.reason)
			f.check(t, newCloud(t, f.behaviour))
		})
	}
}

var sdkFields = cmpopts.IgnoreUnexported(
	types.ScalableTarget{}, types.SuspendedState{}, types.ScalingPolicy{}, types.Alarm{}, types.ScheduledAction{}, types.ScalableTargetAction{},
	types.TargetTrackingScalingPolicyConfiguration{}, types.PredefinedMetricSpecification{}, types.CustomizedMetricSpecification{}, types.MetricDimension{},
	types.StepScalingPolicyConfiguration{}, types.StepAdjustment{}, types.PredictiveScalingPolicyConfiguration{},
	types.PredictiveScalingMetricSpecification{}, types.PredictiveScalingPredefinedMetricPairSpecification{})

func diff(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got, sdkFields); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestRegister(t *testing.T) {
	checkFacts(t, []fact{
		{
			name:   "both bounds for a new target",
			reason: "MinCapacity and MaxCapacity are required when registering a new scalable target, not later",
			check: func(t *testing.T, c *cloud) {
				in := ecs.touch()
				_, err := c.call(in)
				wantError(t, err, "ValidationException", "Minimum capacity must be specified")
				in.MinCapacity = aws.Int32(1)
				_, err = c.call(in)
				wantError(t, err, "ValidationException", "Maximum capacity must be specified")
				in.MaxCapacity = aws.Int32(1)
				c.must(in, ecs.touch())
			},
		},
		{
			name:   "what is omitted stays",
			reason: "parameters that an update does not specify are not changed",
			check: func(t *testing.T, c *cloud) {
				first := ecs.register(1, 4)
				first.RoleARN = aws.String("arn:aws:iam::123456789012:role/custom")
				first.SuspendedState = &types.SuspendedState{ScheduledScalingSuspended: aws.Bool(true)}
				second := ecs.touch()
				second.MaxCapacity = aws.Int32(9)
				arn := c.must(first).(*aas.RegisterScalableTargetOutput).ScalableTargetARN
				c.advance(time.Hour)
				again := c.must(second).(*aas.RegisterScalableTargetOutput).ScalableTargetARN
				if *again != *arn {
					t.Errorf("the ARN changed from %s to %s", *arn, *again)
				}
				diff(t, "target", types.ScalableTarget{
					ServiceNamespace: "ecs", ResourceId: &ecs.resource, ScalableDimension: ecs.dimension,
					MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(9),
					RoleARN:      aws.String("arn:aws:iam::123456789012:role/custom"),
					CreationTime: &birth,
					SuspendedState: &types.SuspendedState{
						DynamicScalingInSuspended: aws.Bool(false), DynamicScalingOutSuspended: aws.Bool(false), ScheduledScalingSuspended: aws.Bool(true),
					},
					ScalableTargetARN: arn,
				}, c.target(ecs))
			},
		},
		{
			name:   "bounds are enforced at registration",
			reason: "if the resource is active, its capacity is changed to a value inside the range",
			check: func(t *testing.T, c *cloud) {
				c.resources.known[variant.resource] = inService(1)
				c.must(variant.register(2, 4))
				diff(t, "capacities that were set", []int32{2}, c.resources.set)
			},
		},
		{
			name:   "bounds are enforced at every update",
			reason: "the service reads the current capacity at any update, even one without bounds",
			check: func(t *testing.T, c *cloud) {
				c.resources.known[variant.resource] = inService(3)
				c.must(variant.register(1, 4))
				diff(t, "capacities set inside the bounds", []int32(nil), c.resources.set)
				c.resources.known[variant.resource] = inService(9)
				c.must(variant.touch())
				diff(t, "capacities set from outside", []int32{4}, c.resources.set)
			},
		},
		{
			name:   "an inactive resource is left alone",
			reason: "if the resource is not active in the target service, the operation does not change its capacity",
			check: func(t *testing.T, c *cloud) {
				c.resources.known[variant.resource] = busy(9)
				c.must(variant.register(1, 4))
				diff(t, "capacities that were set", []int32(nil), c.resources.set)
			},
		},
		{
			name:   "a capacity change that fails is no failed registration",
			reason: "the capacity is changed after the answer; a failure is a scaling activity's",
			check: func(t *testing.T, c *cloud) {
				c.resources.known[variant.resource] = inService(9)
				c.resources.setErr = context.DeadlineExceeded
				c.must(variant.register(1, 4))
			},
		},
		{
			name:   "suspension still enforces bounds",
			reason: "the flags name policies and scheduled actions only",
			check: func(t *testing.T, c *cloud) {
				c.resources.known[variant.resource] = inService(9)
				in := variant.register(1, 4)
				in.SuspendedState = &types.SuspendedState{DynamicScalingInSuspended: aws.Bool(true)}
				c.must(in)
				diff(t, "capacities that were set", []int32{4}, c.resources.set)
			},
		},
		{
			name:   "suspension merges by flag",
			reason: "to suspend scale-in, documentation sends just that flag",
			check: func(t *testing.T, c *cloud) {
				in := ecs.register(1, 4)
				in.SuspendedState = &types.SuspendedState{DynamicScalingInSuspended: aws.Bool(true)}
				update := ecs.touch()
				update.SuspendedState = &types.SuspendedState{DynamicScalingOutSuspended: aws.Bool(true)}
				c.must(in, update)
				diff(t, "suspended state", &types.SuspendedState{
					DynamicScalingInSuspended: aws.Bool(true), DynamicScalingOutSuspended: aws.Bool(true), ScheduledScalingSuspended: aws.Bool(false),
				}, c.target(ecs).SuspendedState)
			},
		},
		{
			name:   "tags of an existing target",
			reason: "an existing target is tagged with TagResource only",
			check: func(t *testing.T, c *cloud) {
				in := ecs.register(1, 4)
				in.Tags = map[string]string{"team": "shop"}
				c.must(in)
				_, err := c.call(in)
				wantError(t, err, "ValidationException", "The scalable target that you tried to tag already exists. "+
					"To update tags on an existing scalable target, use the TagResource API.")
			},
		},
		{
			name:   "equal bounds",
			reason: "equal values are accepted and pin the capacity",
			check:  func(_ *testing.T, c *cloud) { c.must(ecs.register(3, 3), ecs.register(0, 0)) },
		},
		{
			name:   "identity is the triple",
			reason: "one resource may be registered under several dimensions",
			check: func(t *testing.T, c *cloud) {
				c.must(tableRead.register(1, 4), tableWrite.register(2, 8))
				if got := *c.target(tableRead).MaxCapacity; got != 4 {
					t.Errorf("the maximum of the read capacity is %d, want 4", got)
				}
			},
		},
		{
			name:   "accounts and Regions are apart",
			reason: "scalable targets are unique within an account and a Region",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4))
				for _, other := range []*aas.Client{c.as("210987654321", region), c.as(account, "eu-west-1")} {
					out, err := send(other, &aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs"})
					if err != nil || len(out.(*aas.DescribeScalableTargetsOutput).ScalableTargets) != 0 {
						t.Errorf("another account or Region sees %v, %v", out, err)
					}
				}
			},
		},
		{
			name:   "a missing resource",
			reason: "the target service is asked, and its answer is the caller's",
			check: func(t *testing.T, c *cloud) {
				c.resources.missing = wire.Validation(`Could not find endpoint "arn".`)
				_, err := c.call(variant.register(1, 4))
				wantError(t, err, "ValidationException", `Could not find endpoint "arn".`)
				out := c.must(&aas.DescribeScalableTargetsInput{ServiceNamespace: "sagemaker"}).(*aas.DescribeScalableTargetsOutput)
				diff(t, "targets after a refused registration", []types.ScalableTarget{}, out.ScalableTargets)
			},
		},
	})
}

func TestPutPolicy(t *testing.T) {
	ecsCPU := types.MetricTypeECSServiceAverageCPUUtilization
	checkFacts(t, []fact{
		{
			name:   "a new policy needs a type",
			reason: "PolicyType is required when creating a policy",
			check: func(t *testing.T, c *cloud) {
				in := ecs.policy("p")
				in.StepScalingPolicyConfiguration = addOne()
				c.must(ecs.register(1, 4))
				_, err := c.call(in)
				wantError(t, err, "ValidationException", "PolicyType must be specified")
			},
		},
		{
			name:   "an update keeps a configuration that is omitted",
			reason: "configurations are required when creating only",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.step("p", addOne()), ecs.policy("p"))
				diff(t, "configuration", addOne(), c.policies(ecs)[0].StepScalingPolicyConfiguration)
			},
		},
		{
			name:   "an update replaces a configuration",
			reason: "optional members that are omitted revert to their defaults",
			check: func(t *testing.T, c *cloud) {
				first := predefined(ecsCPU, 50)
				first.ScaleInCooldown, first.DisableScaleIn = aws.Int32(60), aws.Bool(true)
				c.must(ecs.register(1, 4), ecs.tracking("p", first), ecs.tracking("p", predefined(ecsCPU, 60)))
				diff(t, "configuration", predefined(ecsCPU, 60), c.policies(ecs)[0].TargetTrackingScalingPolicyConfiguration)
			},
		},
		{
			name:   "an update keeps adjustment type and steps",
			reason: "both are called required for a new configuration only; the cooldown reverts",
			check: func(t *testing.T, c *cloud) {
				first := addOne()
				first.Cooldown = aws.Int32(10)
				second := &types.StepScalingPolicyConfiguration{MetricAggregationType: types.MetricAggregationTypeMaximum}
				want := addOne()
				want.MetricAggregationType = types.MetricAggregationTypeMaximum
				c.must(ecs.register(1, 4), ecs.step("p", first), ecs.step("p", second))
				diff(t, "configuration", want, c.policies(ecs)[0].StepScalingPolicyConfiguration)
			},
		},
		{
			name:   "an update keeps the metric",
			reason: "a target tracking configuration without any metric keeps the one that was",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.tracking("p", predefined(ecsCPU, 50)),
					ecs.tracking("p", &types.TargetTrackingScalingPolicyConfiguration{TargetValue: at(70)}))
				diff(t, "configuration", predefined(ecsCPU, 70), c.policies(ecs)[0].TargetTrackingScalingPolicyConfiguration)
			},
		},
		{
			name:   "the type cannot change",
			reason: "not documented for the API; reported to be refused",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.step("p", addOne()))
				_, err := c.call(ecs.tracking("p", predefined(ecsCPU, 50)))
				wantError(t, err, "ValidationException", "The policy type of an existing scaling policy cannot be changed from StepScaling to TargetTrackingScaling")
			},
		},
		{
			name:   "identity survives an update",
			reason: "ARN, creation time and the createdBy part of the alarm action stay; the alarms are new ones",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.tracking("p", predefined(ecsCPU, 50)))
				before, alarm := c.policies(ecs)[0], c.alarms.managed[0]
				c.advance(time.Hour)
				c.must(ecs.tracking("p", predefined(ecsCPU, 60)))
				after := c.policies(ecs)[0]
				if *before.PolicyARN != *after.PolicyARN || !before.CreationTime.Equal(*after.CreationTime) {
					t.Errorf("the policy was\n%+v\nand is\n%+v", before, after)
				}
				if got := c.alarms.managed[0]; got.Action != alarm.Action || got.Name == alarm.Name {
					t.Errorf("the alarm was %s with action %s and is %s with action %s", alarm.Name, alarm.Action, got.Name, got.Action)
				}
			},
		},
		{
			name:   "the same metric twice",
			reason: "target tracking policies of one target must use different metrics; the policy itself may be put again",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.tracking("p", predefined(ecsCPU, 50)), ecs.tracking("p", predefined(ecsCPU, 60)))
				_, err := c.call(ecs.tracking("q", predefined(ecsCPU, 50)))
				wantError(t, err, "ValidationException", "Only one TargetTrackingScaling policy for a given metric specification is allowed.")
				c.must(ecs.tracking("q", predefined(types.MetricTypeECSServiceAverageMemoryUtilization, 50)),
					ecs.tracking("r", customized(queueLength(), 5)))
				_, err = c.call(ecs.tracking("s", customized(queueLength(), 6)))
				wantError(t, err, "ValidationException", "Only one TargetTrackingScaling policy for a given metric specification is allowed.")
			},
		},
		{
			name:   "defaults are not echoed",
			reason: "a policy without cooldowns is described without them, and DisableScaleIn is shown only when it was given",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.tracking("p", predefined(ecsCPU, 50)))
				_, body := c.post("DescribeScalingPolicies", `{"ServiceNamespace":"ecs"}`)
				for _, member := range []string{"Cooldown", "DisableScaleIn", "null", "StepScaling", "NextToken"} {
					if strings.Contains(body, member) {
						t.Errorf("the answer has %s: %s", member, body)
					}
				}
			},
		},
	})
}

func TestPutAction(t *testing.T) {
	start, end := birth.Add(time.Hour), birth.Add(2*time.Hour)
	checkFacts(t, []fact{
		{
			name:   "an update clears the two times",
			reason: "if start and end time are not specified, the old values are deleted; schedule, zone and bounds are kept",
			check: func(t *testing.T, c *cloud) {
				in := ecs.action("a", "rate(1 hour)", bounds(1, 2))
				in.Timezone, in.StartTime, in.EndTime = aws.String("Europe/Berlin"), &start, &end
				c.must(ecs.register(1, 4), in)
				got := c.actions(ecs)[0]
				if !got.StartTime.Equal(start) || !got.EndTime.Equal(end) {
					t.Errorf("the action runs from %v to %v", got.StartTime, got.EndTime)
				}
				c.advance(time.Hour)
				c.must(ecs.action("a", "", nil))
				arn := "arn:aws:autoscaling:us-west-2:123456789012:scheduledAction:" + childID(t, *c.actions(ecs)[0].ScheduledActionARN) +
					":resource/ecs/service/production/web:scheduledActionName/a"
				diff(t, "action", types.ScheduledAction{
					ScheduledActionName: aws.String("a"), ScheduledActionARN: &arn,
					ServiceNamespace: "ecs", ResourceId: &ecs.resource, ScalableDimension: ecs.dimension,
					Schedule: aws.String("rate(1 hour)"), Timezone: aws.String("Europe/Berlin"),
					ScalableTargetAction: bounds(1, 2), CreationTime: &birth,
				}, c.actions(ecs)[0])
			},
		},
		{
			name:   "an update replaces the pair of bounds",
			reason: "ScalableTargetAction is one parameter",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.action("a", "rate(1 hour)", bounds(1, 2)),
					ecs.action("a", "", &types.ScalableTargetAction{MaxCapacity: aws.Int32(9)}))
				diff(t, "bounds", &types.ScalableTargetAction{MaxCapacity: aws.Int32(9)}, c.actions(ecs)[0].ScalableTargetAction)
			},
		},
		{
			name:   "a new action needs bounds",
			reason: "the service refuses one without, although the reference calls them optional",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4))
				_, err := c.call(ecs.action("a", "rate(1 hour)", nil))
				wantError(t, err, "ValidationException", "ScalableTargetAction must be set")
			},
		},
		{
			name:   "names belong to the target",
			reason: "a name must be unique among the actions of one scalable target",
			check: func(t *testing.T, c *cloud) {
				c.must(tableRead.register(1, 4), tableWrite.register(1, 4),
					tableRead.action("a", "rate(1 hour)", bounds(1, 2)), tableWrite.action("a", "rate(2 hours)", bounds(1, 2)))
				if got := *c.actions(tableRead)[0].Schedule; got != "rate(1 hour)" {
					t.Errorf("the schedule is %s", got)
				}
			},
		},
	})
}
