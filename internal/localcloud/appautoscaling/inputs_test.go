package appautoscaling_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
)

// id is the identity of a scalable target.
type id struct {
	namespace types.ServiceNamespace
	resource  string
	dimension types.ScalableDimension
}

var (
	ecs         = id{"ecs", "service/production/web", "ecs:service:DesiredCount"}
	variant     = id{"sagemaker", "endpoint/demo/variant/AllTraffic", "sagemaker:variant:DesiredInstanceCount"}
	concurrency = id{"sagemaker", "endpoint/demo/variant/AllTraffic", "sagemaker:variant:DesiredProvisionedConcurrency"}
	tableRead   = id{"dynamodb", "table/orders", "dynamodb:table:ReadCapacityUnits"}
	tableWrite  = id{"dynamodb", "table/orders", "dynamodb:table:WriteCapacityUnits"}
	emr         = id{"elasticmapreduce", "instancegroup/j-2EEZNYKUA1NTV/ig-1791Y4E1L8YI0", "elasticmapreduce:instancegroup:InstanceCount"}
	replicas    = id{"elasticache", "replication-group/sessions", "elasticache:replication-group:Replicas"}
	broker      = id{"kafka", "arn:aws:kafka:us-west-2:123456789012:cluster/demo/6357e0b2-0e6a-4b86-a0b4-70df934c2e31-5", "kafka:broker-storage:VolumeSize"}
	own         = id{"custom-resource", "https://example.execute-api.us-west-2.amazonaws.com/prod/scalableTargetDimensions/1", "custom-resource:ResourceType:Property"}
	keyspace    = id{"cassandra", "keyspace/shop/table/orders", "cassandra:table:ReadCapacityUnits"}
)

func (i id) register(minimum, maximum int32) *aas.RegisterScalableTargetInput {
	in := i.touch()
	in.MinCapacity, in.MaxCapacity = &minimum, &maximum
	return in
}

// touch registers without saying anything of the target.
func (i id) touch() *aas.RegisterScalableTargetInput {
	return &aas.RegisterScalableTargetInput{ServiceNamespace: i.namespace, ResourceId: &i.resource, ScalableDimension: i.dimension}
}

func (i id) deregister() *aas.DeregisterScalableTargetInput {
	return &aas.DeregisterScalableTargetInput{ServiceNamespace: i.namespace, ResourceId: &i.resource, ScalableDimension: i.dimension}
}

func (i id) policy(name string) *aas.PutScalingPolicyInput {
	return &aas.PutScalingPolicyInput{ServiceNamespace: i.namespace, ResourceId: &i.resource, ScalableDimension: i.dimension, PolicyName: &name}
}

func (i id) tracking(name string, c *types.TargetTrackingScalingPolicyConfiguration) *aas.PutScalingPolicyInput {
	in := i.policy(name)
	in.PolicyType = types.PolicyTypeTargetTrackingScaling
	in.TargetTrackingScalingPolicyConfiguration = c
	return in
}

func (i id) step(name string, c *types.StepScalingPolicyConfiguration) *aas.PutScalingPolicyInput {
	in := i.policy(name)
	in.PolicyType = types.PolicyTypeStepScaling
	in.StepScalingPolicyConfiguration = c
	return in
}

func (i id) predictive(name string, c *types.PredictiveScalingPolicyConfiguration) *aas.PutScalingPolicyInput {
	in := i.policy(name)
	in.PolicyType = types.PolicyTypePredictiveScaling
	in.PredictiveScalingPolicyConfiguration = c
	return in
}

func (i id) deletePolicy(name string) *aas.DeleteScalingPolicyInput {
	return &aas.DeleteScalingPolicyInput{ServiceNamespace: i.namespace, ResourceId: &i.resource, ScalableDimension: i.dimension, PolicyName: &name}
}

func (i id) action(name, schedule string, bounds *types.ScalableTargetAction) *aas.PutScheduledActionInput {
	in := &aas.PutScheduledActionInput{
		ServiceNamespace: i.namespace, ResourceId: &i.resource, ScalableDimension: i.dimension,
		ScheduledActionName: &name, ScalableTargetAction: bounds,
	}
	if schedule != "" {
		in.Schedule = &schedule
	}
	return in
}

func (i id) deleteAction(name string) *aas.DeleteScheduledActionInput {
	return &aas.DeleteScheduledActionInput{ServiceNamespace: i.namespace, ResourceId: &i.resource, ScalableDimension: i.dimension, ScheduledActionName: &name}
}

// String is how messages name the target.
func (i id) String() string {
	return fmt.Sprintf("service namespace: %s, resource ID: %s, scalable dimension: %s", i.namespace, i.resource, i.dimension)
}

// predefined tracks a predefined metric.
func predefined(metric types.MetricType, target float64) *types.TargetTrackingScalingPolicyConfiguration {
	return &types.TargetTrackingScalingPolicyConfiguration{
		TargetValue:                   &target,
		PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: metric},
	}
}

// customized tracks a customized metric.
func customized(m *types.CustomizedMetricSpecification, target float64) *types.TargetTrackingScalingPolicyConfiguration {
	return &types.TargetTrackingScalingPolicyConfiguration{TargetValue: &target, CustomizedMetricSpecification: m}
}

func queueLength() *types.CustomizedMetricSpecification {
	return &types.CustomizedMetricSpecification{
		Namespace: aws.String("Shop"), MetricName: aws.String("QueueLength"), Statistic: types.MetricStatisticAverage,
		Dimensions: []types.MetricDimension{{Name: aws.String("Queue"), Value: aws.String("orders")}},
	}
}

// steps is a step configuration with one step for each triple of lower bound,
// upper bound (nil: unspecified) and adjustment.
func steps(adjustment types.AdjustmentType, all ...types.StepAdjustment) *types.StepScalingPolicyConfiguration {
	return &types.StepScalingPolicyConfiguration{AdjustmentType: adjustment, StepAdjustments: all}
}

func step(lower, upper *float64, adjustment int32) types.StepAdjustment {
	return types.StepAdjustment{MetricIntervalLowerBound: lower, MetricIntervalUpperBound: upper, ScalingAdjustment: &adjustment}
}

func at(bound float64) *float64 { return new(bound) }

// addOne is a step configuration that is valid.
func addOne() *types.StepScalingPolicyConfiguration {
	return steps(types.AdjustmentTypeChangeInCapacity, step(at(0), nil, 1))
}

func bounds(minimum, maximum int32) *types.ScalableTargetAction {
	return &types.ScalableTargetAction{MinCapacity: &minimum, MaxCapacity: &maximum}
}
