package appautoscaling_test

import (
	"math"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
)

func TestRefusedTargetTracking(t *testing.T) {
	const cpu = types.MetricTypeECSServiceAverageCPUUtilization
	labelled := func(metric types.MetricType, label string) *types.TargetTrackingScalingPolicyConfiguration {
		c := predefined(metric, 100)
		c.PredefinedMetricSpecification.ResourceLabel = &label
		return c
	}
	both := predefined(cpu, 50)
	both.CustomizedMetricSpecification = queueLength()
	mixed := queueLength()
	mixed.Metrics = []types.TargetTrackingMetricDataQuery{{Id: aws.String("a"), Expression: aws.String("1")}}
	mathOf := func(queries ...types.TargetTrackingMetricDataQuery) *types.TargetTrackingScalingPolicyConfiguration {
		return customized(&types.CustomizedMetricSpecification{Metrics: queries}, 5)
	}
	const invalid = "The customized metric specification is not valid."
	twice := ecs.tracking("p", predefined(cpu, 50))
	twice.StepScalingPolicyConfiguration = addOne()
	negative := predefined(cpu, 50)
	negative.ScaleInCooldown = aws.Int32(-1)
	checkRefusals(t, []refusal{
		{
			name: "type without configuration", reason: "the service was seen to answer so",
			target: ecs, in: ecs.tracking("p", nil), message: "TargetTrackingScaling policy configuration must be specified",
		},
		{
			name: "only the other configuration", reason: "the service was seen to answer so: to the service it is the right one that is missing",
			target: ecs, in: func() any {
				in := ecs.tracking("p", nil)
				in.StepScalingPolicyConfiguration = addOne()
				return in
			}(),
			message: "TargetTrackingScaling policy configuration must be specified",
		},
		{
			name: "two configurations", reason: "the service was seen to answer so", target: ecs, in: twice,
			message: "You must only provide a single scaling policy configuration, which must match the scaling policy type specified.",
		},
		{
			name: "no metric", reason: "the service was seen to answer so", target: ecs, in: ecs.tracking("p", &types.TargetTrackingScalingPolicyConfiguration{TargetValue: at(5)}),
			message: "PredefinedMetricSpecification or CustomizedMetricSpecification must be set for target tracking scaling.",
		},
		{
			name: "two metrics", reason: "the service was seen to answer so", target: ecs, in: ecs.tracking("p", both),
			message: "Only one of PredefinedMetricSpecification or CustomizedMetricSpecification can be set for target tracking scaling.",
		},
		{name: "flat members and metric math", reason: "the service was seen to answer so", target: ecs, in: ecs.tracking("p", customized(mixed, 5)), message: invalid},
		{name: "metric without a name", reason: "there is nothing to track", target: ecs, in: ecs.tracking("p", customized(&types.CustomizedMetricSpecification{}, 5)), message: invalid},
		{
			name: "metric math without a result", reason: "one series must return data", target: ecs,
			in:      ecs.tracking("p", mathOf(types.TargetTrackingMetricDataQuery{Id: aws.String("a"), Expression: aws.String("1"), ReturnData: aws.Bool(false)})),
			message: invalid,
		},
		{
			name: "metric math with two results", reason: "the expression must return one time series", target: ecs,
			in: ecs.tracking("p", mathOf(types.TargetTrackingMetricDataQuery{Id: aws.String("a"), Expression: aws.String("1")},
				types.TargetTrackingMetricDataQuery{Id: aws.String("b"), Expression: aws.String("1")})),
			message: invalid,
		},
		{
			name: "metric math with an ID in capitals", reason: "the first character must be a lower case letter", target: ecs,
			in: ecs.tracking("p", mathOf(types.TargetTrackingMetricDataQuery{Id: aws.String("A"), Expression: aws.String("1")})), message: invalid,
		},
		{
			name: "metric math for Keyspaces", reason: "documented as not supported", target: keyspace,
			in:      keyspace.tracking("p", mathOf(types.TargetTrackingMetricDataQuery{Id: aws.String("a"), Expression: aws.String("1")})),
			message: "Scalable dimension cassandra:table:ReadCapacityUnits does not support metric math in CustomizedMetricSpecification.",
		},
		{
			name: "write metric for read capacity", reason: "metrics are checked by dimension, not by namespace",
			target: tableRead, in: tableRead.tracking("p", predefined(types.MetricTypeDynamoDBWriteCapacityUtilization, 70)),
			message: "Scalable dimension dynamodb:table:ReadCapacityUnits only supports the following predefined metric types: DynamoDBReadCapacityUtilization",
		},
		{
			name: "metric of another namespace", reason: "metrics are checked by dimension", target: variant, in: variant.tracking("p", predefined(cpu, 50)),
			message: "Scalable dimension sagemaker:variant:DesiredInstanceCount only supports the following predefined metric types: " +
				"SageMakerVariantInvocationsPerInstance, SageMakerVariantConcurrentRequestsPerModelHighResolution",
		},
		{
			name: "instance metric for concurrency", reason: "a serverless variant has no instances",
			target: concurrency, in: concurrency.tracking("p", predefined(types.MetricTypeSageMakerVariantInvocationsPerInstance, 50)),
			message: "Scalable dimension sagemaker:variant:DesiredProvisionedConcurrency only supports the following predefined metric types: SageMakerVariantProvisionedConcurrencyUtilization",
		},
		{
			name: "customized metric for DynamoDB", reason: "the service was seen to answer so", target: tableRead, in: tableRead.tracking("p", customized(queueLength(), 70)),
			message: "Scalable dimension dynamodb:table:ReadCapacityUnits does not support CustomizedMetricSpecification.",
		},
		{
			name: "DynamoDB target too low", reason: "10 to 90 was measured", target: tableRead,
			in:      tableRead.tracking("p", predefined(types.MetricTypeDynamoDBReadCapacityUtilization, 9.9)),
			message: "For predefined metric type DynamoDBReadCapacityUtilization, target value must be between '10.0' and '90.0'",
		},
		{
			name: "DynamoDB target too high", reason: "10 to 90 was measured", target: tableRead,
			in:      tableRead.tracking("p", predefined(types.MetricTypeDynamoDBReadCapacityUtilization, 90.5)),
			message: "For predefined metric type DynamoDBReadCapacityUtilization, target value must be between '10.0' and '90.0'",
		},
		{
			name: "load balancer metric without a label", reason: "the service was seen to answer so", target: ecs, in: ecs.tracking("p", predefined(types.MetricTypeALBRequestCountPerTarget, 100)),
			message: "Resource label should be specified for predefined metric type ALBRequestCountPerTarget",
		},
		{
			name: "malformed label", reason: "the service was seen to answer so", target: ecs, in: ecs.tracking("p", labelled(types.MetricTypeALBRequestCountPerTarget, "app/web")),
			message: "Invalid resource label 'app/web' for predefined metric type ALBRequestCountPerTarget",
		},
		{
			name: "label where none belongs", reason: "the service was seen to answer so", target: ecs, in: ecs.tracking("p", labelled(cpu, "app/web")),
			message: "Resource label should not be specified for predefined metric type ECSServiceAverageCPUUtilization",
		},
		{name: "target beyond 2^360", reason: "the documented range", target: ecs, in: ecs.tracking("p", predefined(cpu, math.Ldexp(1, 361))), message: "Target value must be between -2^360 and 2^360"},
		{name: "negative cooldown", reason: "time does not run backwards", target: ecs, in: ecs.tracking("p", negative), message: "Cooldown cannot be less than 0"},
		{
			name: "EMR", reason: "EMR has no target tracking", target: emr, in: emr.tracking("p", customized(queueLength(), 5)),
			message: "Policy type TargetTrackingScaling is not supported for scalable dimension elasticmapreduce:instancegroup:InstanceCount",
		},
	})
}

func TestRefusedSteps(t *testing.T) {
	change, exact, percent := types.AdjustmentTypeChangeInCapacity, types.AdjustmentTypeExactCapacity, types.AdjustmentTypePercentChangeInCapacity
	magnitude := addOne()
	magnitude.MinAdjustmentMagnitude = aws.Int32(2)
	many := steps(change)
	for i := range 21 {
		upper := new(float64(i + 1))
		if i == 20 {
			upper = nil
		}
		many.StepAdjustments = append(many.StepAdjustments, step(new(float64(i)), upper, 1))
	}
	refuse := func(name, reason, message string, config *types.StepScalingPolicyConfiguration) refusal {
		return refusal{name: name, reason: reason, target: ecs, in: ecs.step("p", config), message: message}
	}
	tooMany := refuse("too many steps", "20 is the quota", "A step scaling policy can have at most 20 step adjustments.", many)
	tooMany.code = "LimitExceededException"
	checkRefusals(t, []refusal{
		tooMany,
		refuse("no adjustment type", "the service was seen to answer so", "Adjustment type must be specified", steps("", step(at(0), nil, 1))),
		refuse("no steps", "the service was seen to answer so", "There must be at least one step adjustment", steps(change)),
		refuse("both bounds open", "the service was seen to answer so", "Both lower and upper bounds of a step adjustment cannot be left unspecified", steps(change, step(nil, nil, 1))),
		refuse("bounds crossed", "the service was seen to answer so", "Lower bound must be less than upper bound for a step adjustment", steps(change, step(at(5), at(1), 1))),
		refuse("empty interval", "the service was seen to answer so: equal bounds are refused as crossed ones are", "Lower bound must be less than upper bound for a step adjustment", steps(change, step(at(5), at(5), 1))),
		refuse("negative lower bound", "the service was seen to answer so", "There must be a step adjustment with an unspecified lower bound when one step adjustment has a negative lower bound",
			steps(change, step(at(-10), at(0), -1))),
		refuse("positive upper bound", "the service was seen to answer so", "There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive upper bound",
			steps(change, step(at(0), at(10), 1))),
		refuse("two open below", "the service was seen to answer so", "At most one step adjustment may have an unspecified lower bound", steps(change, step(nil, at(0), -1), step(nil, at(-10), -2))),
		refuse("two open above", "the service was seen to answer so", "At most one step adjustment may have an unspecified upper bound", steps(change, step(at(0), nil, 1), step(at(10), nil, 2))),
		refuse("overlap", "the service was seen to answer so; the order of the steps does not matter", "Step adjustment intervals cannot overlap", steps(change, step(at(5), nil, 2), step(at(0), at(6), 1))),
		refuse("gap", "the service was seen to answer so", "Step adjustment intervals cannot have gaps between them", steps(change, step(at(0), at(4), 1), step(at(5), nil, 2))),
		refuse("negative capacity", "the service was seen to answer so", "Scaling adjustment cannot be less than 0 when adjustment type is ExactCapacity", steps(exact, step(at(0), nil, -1))),
		refuse("magnitude without percentage", "the service was seen to answer so", "Minimum adjustment magnitude is only allowed for adjustment type PercentChangeInCapacity", magnitude),
		{
			name: "DynamoDB", reason: "no step scaling for provisioned throughput", target: tableRead, in: tableRead.step("p", addOne()),
			message: "Policy type StepScaling is not supported for scalable dimension dynamodb:table:ReadCapacityUnits",
		},
	})
	t.Run("valid", func(t *testing.T) {
		explain(t, "steps tile the range to both sides, in any order")
		c := newCloud(t, appautoscaling.Behaviour{})
		valid := steps(percent, step(at(10), at(20), 10), step(at(0), at(10), 0), step(at(20), nil, 30), step(nil, at(-10), -10), step(at(-10), at(0), 0))
		valid.MinAdjustmentMagnitude = aws.Int32(2)
		c.must(ecs.register(1, 4), ecs.step("p", valid), ecs.step("q", steps(exact, step(nil, at(0), 0))))
		diff(t, "configuration", valid, c.policies(ecs)[0].StepScalingPolicyConfiguration)
	})
}

func TestRefusedPredictive(t *testing.T) {
	pair := func(metric string) types.PredictiveScalingMetricSpecification {
		return types.PredictiveScalingMetricSpecification{
			TargetValue:                       at(50),
			PredefinedMetricPairSpecification: &types.PredictiveScalingPredefinedMetricPairSpecification{PredefinedMetricType: &metric},
		}
	}
	config := func(all ...types.PredictiveScalingMetricSpecification) *types.PredictiveScalingPolicyConfiguration {
		return &types.PredictiveScalingPolicyConfiguration{MetricSpecifications: all}
	}
	cpu := pair("ECSServiceCPUUtilization")
	buffer := config(cpu)
	buffer.MaxCapacityBuffer = aws.Int32(10)
	increase := config(cpu)
	increase.MaxCapacityBreachBehavior = types.PredictiveScalingMaxCapacityBreachBehaviorIncreaseMaxCapacity
	loadOnly := types.PredictiveScalingMetricSpecification{
		TargetValue:                       at(50),
		PredefinedLoadMetricSpecification: &types.PredictiveScalingPredefinedLoadMetricSpecification{PredefinedMetricType: aws.String("ECSServiceTotalCPUUtilization")},
	}
	both := func(load, scaling string) *types.PredictiveScalingPolicyConfiguration {
		return config(types.PredictiveScalingMetricSpecification{
			TargetValue:                          at(50),
			PredefinedLoadMetricSpecification:    &types.PredictiveScalingPredefinedLoadMetricSpecification{PredefinedMetricType: &load},
			PredefinedScalingMetricSpecification: &types.PredictiveScalingPredefinedScalingMetricSpecification{PredefinedMetricType: &scaling},
		})
	}
	labelled := pair("ECSServiceCPUUtilization")
	labelled.PredefinedMetricPairSpecification.ResourceLabel = aws.String("app/a/1/targetgroup/b/2")
	const (
		loads    = "The supported values are: ECSServiceTotalMemoryUtilization, TotalALBRequestCount and ECSServiceTotalCPUUtilization."
		scalings = "The supported values are: ECSServiceAverageMemoryUtilization, ALBRequestCountPerTarget and ECSServiceAverageCPUUtilization."
	)
	refuse := func(name, reason, message string, c *types.PredictiveScalingPolicyConfiguration) refusal {
		return refusal{name: name, reason: reason, target: ecs, in: ecs.predictive("p", c), message: message}
	}
	checkRefusals(t, []refusal{
		refuse("no specification", "the service was seen to answer so", "You must specify one metric specification.", config([]types.PredictiveScalingMetricSpecification{}...)),
		refuse("two specifications", "the service was seen to answer so", "You must specify one metric specification.", config(cpu, cpu)),
		refuse("load alone", "the service was seen to answer so", "The metric specification is invalid. A policy must have either one scaling metric and one load metric or one metric pair.", config(loadOnly)),
		refuse("type of a pair", "the service was seen to answer so", "The predefined metric pair type for scalable dimension ecs:service:DesiredCount isn't valid. "+
			"The supported values are: ECSServiceMemoryUtilization, ALBRequestCount and ECSServiceCPUUtilization.", config(pair("TotalALBRequestCount"))),
		refuse("unknown load", "such a policy would never forecast", "The predefined load metric type for scalable dimension ecs:service:DesiredCount isn't valid. "+loads,
			both("Nonsense", "ECSServiceAverageCPUUtilization")),
		refuse("unknown scaling metric", "such a policy would never forecast", "The predefined scaling metric type for scalable dimension ecs:service:DesiredCount isn't valid. "+scalings,
			both("ECSServiceTotalCPUUtilization", "Nonsense")),
		refuse("scaling metric as load", "an average is no load", "The predefined load metric type for scalable dimension ecs:service:DesiredCount isn't valid. "+loads,
			both("ECSServiceAverageCPUUtilization", "ECSServiceAverageCPUUtilization")),
		refuse("no label of a pair", "requests are of a target group", "Resource label should be specified for predefined metric type ALBRequestCount", config(pair("ALBRequestCount"))),
		refuse("no label of a load", "requests are of a target group", "Resource label should be specified for predefined metric type TotalALBRequestCount", both("TotalALBRequestCount", "ECSServiceAverageCPUUtilization")),
		refuse("needless label", "processors have no load balancer", "Resource label should not be specified for predefined metric type ECSServiceCPUUtilization", config(labelled)),
		refuse("buffer without increase", "the service was seen to answer so", "You cannot specify MaxCapacityBuffer when using HonorMaxCapacity.", buffer),
		refuse("increase without buffer", "the service was seen to answer so", "You must specify MaxCapacityBuffer when using IncreaseMaxCapacity.", increase),
		{
			name: "SageMaker", reason: "predictive scaling is for ECS only", target: variant, in: variant.predictive("p", config(cpu)),
			message: "Policy type PredictiveScaling is not supported for scalable dimension sagemaker:variant:DesiredInstanceCount",
		},
	})
	t.Run("valid", func(t *testing.T) {
		explain(t, "a pair alone, with the service-linked role; another role is refused")
		c := newCloud(t, appautoscaling.Behaviour{})
		c.must(ecs.register(1, 4), ecs.predictive("p", config(cpu)))
		diff(t, "configuration", config(cpu), c.policies(ecs)[0].PredictiveScalingPolicyConfiguration)
		in := ecs.touch()
		in.RoleARN = aws.String("arn:aws:iam::123456789012:role/custom")
		c.must(in)
		_, err := c.call(ecs.predictive("p", config(cpu)))
		wantError(t, err, "ValidationException", "Predictive scaling works only with the service-linked role. Register the scalable target without a role ARN.")
	})
}
