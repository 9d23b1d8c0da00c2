package appautoscaling_test

import (
	"regexp"
	"testing"

	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
)

const uuidForm = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

var childForm = regexp.MustCompile(`:(?:scalingPolicy|scheduledAction):(` + uuidForm + `):resource/`)

// childID returns the part of a policy's or action's ARN that belongs to the
// scalable target.
func childID(t *testing.T, arn string) string {
	t.Helper()
	m := childForm.FindStringSubmatch(arn)
	if m == nil {
		t.Fatalf("%s is no ARN of a policy or scheduled action", arn)
	}
	return m[1]
}

func matches(t *testing.T, what, got, form string) {
	t.Helper()
	if !regexp.MustCompile("^" + form + "$").MatchString(got) {
		t.Errorf("%s is %s, which does not match %s", what, got, form)
	}
}

func TestARNs(t *testing.T) {
	checkFacts(t, []fact{
		{
			name:   "scalable target",
			reason: "the service part is application-autoscaling and the ID has 36 letters and digits",
			check: func(t *testing.T, c *cloud) {
				arn := *c.must(ecs.register(1, 4)).(*aas.RegisterScalableTargetOutput).ScalableTargetARN
				matches(t, "ARN", arn, `arn:aws:application-autoscaling:us-west-2:123456789012:scalable-target/[a-z0-9]{36}`)
				if got := *c.target(ecs).ScalableTargetARN; got != arn {
					t.Errorf("the target is described with the ARN %s, registered with %s", got, arn)
				}
			},
		},
		{
			name:   "policy",
			reason: "the service part is autoscaling, and the resource is named without its dimension",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4))
				arn := *c.must(ecs.step("my policy", addOne())).(*aas.PutScalingPolicyOutput).PolicyARN
				matches(t, "ARN", arn, `arn:aws:autoscaling:us-west-2:123456789012:scalingPolicy:`+uuidForm+`:resource/ecs/service/production/web:policyName/my policy`)
				if got := *c.policies(ecs)[0].PolicyARN; got != arn {
					t.Errorf("the policy is described with the ARN %s, put with %s", got, arn)
				}
			},
		},
		{
			name:   "scheduled action",
			reason: "the service part is autoscaling here too",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.action("night", "rate(1 hour)", bounds(1, 2)))
				matches(t, "ARN", *c.actions(ecs)[0].ScheduledActionARN,
					`arn:aws:autoscaling:us-west-2:123456789012:scheduledAction:`+uuidForm+`:resource/ecs/service/production/web:scheduledActionName/night`)
			},
		},
		{
			name:   "the UUID belongs to the target",
			reason: "policies and actions of one target share it, those of another target have another",
			check: func(t *testing.T, c *cloud) {
				c.must(tableRead.register(1, 4), tableWrite.register(1, 4),
					tableRead.tracking("p", predefined(types.MetricTypeDynamoDBReadCapacityUtilization, 70)),
					tableRead.action("a", "rate(1 hour)", bounds(1, 2)),
					tableRead.action("b", "rate(1 hour)", bounds(1, 2)),
					tableWrite.tracking("p", predefined(types.MetricTypeDynamoDBWriteCapacityUtilization, 70)))
				policy := childID(t, *c.policies(tableRead)[0].PolicyARN)
				for _, a := range c.actions(tableRead) {
					if got := childID(t, *a.ScheduledActionARN); got != policy {
						t.Errorf("the UUID of the action is %s, that of the policy %s", got, policy)
					}
				}
				if other := childID(t, *c.policies(tableWrite)[0].PolicyARN); other == policy {
					t.Error("the policies of two dimensions have the same ARN")
				}
			},
		},
		{
			name:   "registered again",
			reason: "a target that was deregistered comes back as another one",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.step("p", addOne()))
				target, policy := *c.target(ecs).ScalableTargetARN, *c.policies(ecs)[0].PolicyARN
				c.must(ecs.deregister(), ecs.register(1, 4), ecs.step("p", addOne()))
				if *c.target(ecs).ScalableTargetARN == target || *c.policies(ecs)[0].PolicyARN == policy {
					t.Error("target or policy have the ARN they had before")
				}
			},
		},
		{
			name:      "stable IDs",
			reason:    "IDs can be made from the identity, for those who need to know them beforehand",
			behaviour: appautoscaling.Behaviour{StableIDs: true},
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.step("p", addOne()))
				target, policy := *c.target(ecs).ScalableTargetARN, *c.policies(ecs)[0].PolicyARN
				matches(t, "ARN", target, `arn:aws:application-autoscaling:us-west-2:123456789012:scalable-target/[a-z0-9]{36}`)
				c.must(ecs.deregister(), ecs.register(1, 4), ecs.step("p", addOne()))
				if *c.target(ecs).ScalableTargetARN != target || *c.policies(ecs)[0].PolicyARN != policy {
					t.Error("target or policy have another ARN than before")
				}
			},
		},
		{
			name:   "partition",
			reason: "China's Regions have a partition of their own",
			check: func(t *testing.T, c *cloud) {
				out, err := send(c.as(account, "cn-north-1"), ecs.register(1, 4))
				if err != nil {
					t.Fatal(err)
				}
				matches(t, "ARN", *out.(*aas.RegisterScalableTargetOutput).ScalableTargetARN,
					`arn:aws-cn:application-autoscaling:cn-north-1:123456789012:scalable-target/[a-z0-9]{36}`)
			},
		},
		{
			name:   "managed alarm",
			reason: "the alarm's ARN has its name verbatim, slashes included",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4))
				out := c.must(ecs.tracking("p", predefined(types.MetricTypeECSServiceAverageCPUUtilization, 50))).(*aas.PutScalingPolicyOutput)
				for i, alarm := range out.Alarms {
					if want := "arn:aws:cloudwatch:us-west-2:123456789012:alarm:" + c.alarms.managed[i].Name; *alarm.AlarmARN != want {
						t.Errorf("the ARN of the alarm is %s, want %s", *alarm.AlarmARN, want)
					}
				}
			},
		},
	})
}
