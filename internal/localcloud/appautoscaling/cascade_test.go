package appautoscaling_test

import (
	"slices"
	"testing"

	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

func TestDeletion(t *testing.T) {
	cpu := predefined(types.MetricTypeECSServiceAverageCPUUtilization, 50)
	scope := wire.Scope{Account: account, Region: region}
	checkFacts(t, []fact{
		{
			name:   "deregistering deletes policies and scheduled actions",
			reason: "both belong to the target",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.tracking("p", cpu), ecs.step("q", addOne()), ecs.action("a", "rate(1 hour)", bounds(1, 2)),
					ecs.deregister(), ecs.register(1, 4))
				if p, a := c.policies(ecs), c.actions(ecs); len(p)+len(a) != 0 {
					t.Errorf("there are still the policies %v and the actions %v", p, a)
				}
			},
		},
		{
			name:   "deregistering deletes managed alarms",
			reason: "the service deletes alarms that are no longer needed",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.tracking("p", cpu), ecs.deregister())
				diff(t, "alarms", []string(nil), c.alarms.names())
			},
		},
		{
			name:   "deregistering leaves the capacity",
			reason: "only registration enforces bounds",
			check: func(t *testing.T, c *cloud) {
				c.resources.known[variant.resource] = inService(3)
				c.must(variant.register(1, 4), variant.deregister())
				diff(t, "capacities that were set", []int32(nil), c.resources.set)
			},
		},
		{
			name:   "deleting a target tracking policy deletes its alarms",
			reason: "the service created them; those of other policies stay",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.tracking("p", cpu), ecs.tracking("q", customized(queueLength(), 5)), ecs.deletePolicy("p"))
				if len(c.alarms.managed) != 2 || c.alarms.managed[0].MetricName != "QueueLength" {
					t.Errorf("the alarms are %+v", c.alarms.managed)
				}
			},
		},
		{
			name:   "deleting a step policy keeps the alarm and removes the action",
			reason: "the alarm is the user's, even when it has no action any more",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4))
				arn := *c.must(ecs.step("p", addOne())).(*aas.PutScalingPolicyOutput).PolicyARN
				c.alarms.actions = map[string][]string{"busy": {arn, "arn:aws:sns:us-west-2:123456789012:page"}}
				if got := c.policies(ecs)[0].Alarms; len(got) != 1 || *got[0].AlarmName != "busy" {
					t.Errorf("the alarms of the policy are %v, want the one that has it as action", got)
				}
				c.must(ecs.deletePolicy("p"))
				diff(t, "actions of the alarm", map[string][]string{"busy": {"arn:aws:sns:us-west-2:123456789012:page"}}, c.alarms.actions)
			},
		},
		{
			name:   "deregistering removes the action of step policies too",
			reason: "their ARNs name nothing any more",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4))
				arn := *c.must(ecs.step("p", addOne())).(*aas.PutScalingPolicyOutput).PolicyARN
				c.alarms.actions = map[string][]string{"busy": {arn}}
				c.must(ecs.deregister())
				diff(t, "actions of the alarm", map[string][]string{"busy": {}}, c.alarms.actions)
			},
		},
		{
			name:   "what is deleted is gone",
			reason: "deleting twice is an error",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.step("p", addOne()), ecs.action("a", "rate(1 hour)", bounds(1, 2)),
					ecs.deletePolicy("p"), ecs.deleteAction("a"))
				_, err := c.call(ecs.deletePolicy("p"))
				wantError(t, err, "ObjectNotFoundException", "No scaling policy found for "+ecs.String()+", policy name: p")
				_, err = c.call(ecs.deleteAction("a"))
				wantError(t, err, "ObjectNotFoundException", "No scheduled action found for "+ecs.String()+", scheduled action name: a")
				c.must(ecs.deregister())
				_, err = c.call(ecs.deregister())
				wantError(t, err, "ObjectNotFoundException", "No scalable target found for "+ecs.String())
			},
		},
		{
			name:   "deleting an endpoint deregisters its variants",
			reason: "SageMaker deregisters the variants of the endpoint, and no others",
			check: func(t *testing.T, c *cloud) {
				other := id{"sagemaker", "endpoint/demo-2/variant/AllTraffic", variant.dimension}
				c.must(variant.register(1, 4), other.register(1, 4), variant.tracking("p", predefined(types.MetricTypeSageMakerVariantInvocationsPerInstance, 70)))
				if !c.service.Registered(scope, "sagemaker", variant.resource) || c.service.Registered(scope, "sagemaker", "endpoint/x/variant/y") {
					t.Error("registered variants are not told from others")
				}
				c.service.DeregisterPrefix(scope, "sagemaker", "endpoint/demo/variant/")
				out := c.must(&aas.DescribeScalableTargetsInput{ServiceNamespace: "sagemaker"}).(*aas.DescribeScalableTargetsOutput)
				if len(out.ScalableTargets) != 1 || *out.ScalableTargets[0].ResourceId != other.resource || len(c.alarms.managed) != 0 {
					t.Errorf("there are the targets %v and the alarms %v", out.ScalableTargets, c.alarms.names())
				}
			},
		},
		{
			name:   "an update creates new alarms before it deletes the old",
			reason: "there is no moment without alarms",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.tracking("p", cpu))
				old := c.alarms.names()
				c.must(ecs.tracking("p", cpu))
				now := c.alarms.names()
				want := slices.Concat([]string{"put " + old[0], "put " + old[1], "put " + now[0], "put " + now[1]}, []string{"delete " + old[0], "delete " + old[1]})
				diff(t, "order", want, c.alarms.log)
			},
		},
	})
}
