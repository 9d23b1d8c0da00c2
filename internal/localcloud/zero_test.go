package localcloud

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	smtypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"

	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	runtimes "github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
)

// runtime is a client of SageMaker Runtime.
func (s *story) runtime() *sagemakerruntime.Client {
	cfg := config("http://cloud", account)
	cfg.HTTPClient = direct{s.cloud}
	return sagemakerruntime.NewFromConfig(cfg)
}

// hostAsync creates an asynchronous endpoint with one instance, which serves 120
// requests a minute, and waits until it is in service.
func (s *story) hostAsync() {
	s.Helper()
	ctx, c := s.Context(), s.clients.models
	_, err := c.CreateModel(ctx, &sagemaker.CreateModelInput{
		ModelName: aws.String("demo"), ExecutionRoleArn: aws.String("arn:aws:iam::" + account + ":role/demo"), PrimaryContainer: &smtypes.ContainerDefinition{Image: aws.String("demo:1")},
	})
	s.must(err)
	_, err = c.CreateEndpointConfig(ctx, &sagemaker.CreateEndpointConfigInput{
		EndpointConfigName: aws.String("demo"),
		ProductionVariants: []smtypes.ProductionVariant{{
			VariantName: aws.String("AllTraffic"), ModelName: aws.String("demo"), InstanceType: "ml.m5.large", InitialInstanceCount: aws.Int32(1),
		}},
		AsyncInferenceConfig: &smtypes.AsyncInferenceConfig{OutputConfig: &smtypes.AsyncInferenceOutputConfig{S3OutputPath: aws.String("s3://bucket/out")}},
	})
	s.must(err)
	_, err = c.CreateEndpoint(ctx, &sagemaker.CreateEndpointInput{EndpointName: aws.String("demo-endpoint"), EndpointConfigName: aws.String("demo")})
	s.must(err)
	s.cloud.Advance(5 * time.Minute)
	s.start = s.cloud.Clock().Now()
}

// fromZero puts a step policy that adds one, as the SageMaker guide has it.
func (s *story) fromZero(aggregation types.MetricAggregationType, cooldown int32) string {
	s.Helper()
	return s.put("from-zero", aas.PutScalingPolicyInput{
		PolicyType: "StepScaling",
		StepScalingPolicyConfiguration: &types.StepScalingPolicyConfiguration{
			AdjustmentType: types.AdjustmentTypeChangeInCapacity, MetricAggregationType: aggregation, Cooldown: &cooldown,
			StepAdjustments: []types.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}},
		},
	})
}

// toldOf are the activities that an alarm caused.
func (s *story) toldOf(alarm string) []string {
	s.Helper()
	return slices.DeleteFunc(s.told(), func(line string) bool { return !strings.Contains(line, "monitor alarm "+alarm+" ") })
}

// waiting tells the metrics of the backlog in the minute that has passed.
func (s *story) waiting() string {
	s.Helper()
	now := s.cloud.Clock().Now()
	var got []string
	for _, metric := range []string{"ApproximateBacklogSize", "ApproximateBacklogSizePerInstance", "HasBacklogWithoutCapacity"} {
		out, err := s.clients.alarms.GetMetricStatistics(s.Context(), &cloudwatch.GetMetricStatisticsInput{
			Namespace: aws.String("AWS/SageMaker"), MetricName: &metric, Dimensions: []cwtypes.Dimension{{Name: aws.String("EndpointName"), Value: aws.String("demo-endpoint")}},
			StartTime: aws.Time(now.Add(-time.Minute)), EndTime: &now, Period: aws.Int32(60), Statistics: []cwtypes.Statistic{cwtypes.StatisticAverage},
		})
		s.must(err)
		for _, d := range out.Datapoints {
			got = append(got, fmt.Sprint(*d.Average))
		}
	}
	return strings.Join(got, " ")
}

// An asynchronous endpoint goes to zero when its queue is empty, and comes back
// for the first request (Amazon SageMaker Developer Guide: "Autoscale an
// asynchronous endpoint", with the policies and the alarm that it gives).
func TestAsyncEndpointScalesToAndFromZero(t *testing.T) {
	s := tell(t, variantKey, Options{EndpointDelay: 5 * time.Minute, Workload: runtimes.Workload{Processor: time.Second}})
	s.hostAsync()
	s.register(0, 5)
	s.put("backlog", aas.PutScalingPolicyInput{
		PolicyType: "TargetTrackingScaling",
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
			TargetValue: aws.Float64(5), ScaleInCooldown: aws.Int32(600), ScaleOutCooldown: aws.Int32(300),
			CustomizedMetricSpecification: &types.CustomizedMetricSpecification{
				Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("ApproximateBacklogSizePerInstance"), Statistic: types.MetricStatisticAverage,
				Dimensions: []types.MetricDimension{{Name: aws.String("EndpointName"), Value: aws.String("demo-endpoint")}},
			},
		},
	})
	policy := s.fromZero(types.MetricAggregationTypeAverage, 300)
	_, err := s.clients.alarms.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("has-backlog"), MetricName: aws.String("HasBacklogWithoutCapacity"), Namespace: aws.String("AWS/SageMaker"),
		Statistic: cwtypes.StatisticAverage, EvaluationPeriods: aws.Int32(2), DatapointsToAlarm: aws.Int32(2), Threshold: aws.Float64(1),
		ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanOrEqualToThreshold, TreatMissingData: aws.String("missing"),
		Dimensions: []cwtypes.Dimension{{Name: aws.String("EndpointName"), Value: aws.String("demo-endpoint")}},
		Period:     aws.Int32(60), AlarmActions: []string{policy},
	})
	s.must(err)
	s.equal("without requests the queue is empty, and the last instance goes", []string{"16m0s Updating 0/1", "21m0s InService 0/0"}, s.watch(30*time.Minute, s.endpoint))

	s.start = s.cloud.Clock().Now()
	for i := range 3 {
		_, err := s.runtime().InvokeEndpointAsync(t.Context(), &sagemakerruntime.InvokeEndpointAsyncInput{
			EndpointName: aws.String("demo-endpoint"), InputLocation: aws.String(fmt.Sprint("s3://bucket/in/", i)),
		})
		s.must(err)
	}
	s.equal("fewer requests wait than the target is, so target tracking alone would let them wait; the alarm sees them for two minutes, and one instance comes, which does the work",
		[]string{"3m0s Updating 1/0", "8m0s InService 1/1"}, s.watch(10*time.Minute, s.endpoint))
	s.equal("nothing waits any more", "0 0 0", s.waiting())
	s.equal("which the alarm of the user caused", []string{"3m0s-8m0s Successful: Setting desired instance count to 1. " + triggered("has-backlog", "from-zero")}, s.toldOf("has-backlog"))

	s.load(600)
	s.cloud.Advance(2 * time.Minute)
	s.equal("one instance does 120 a minute, and the rest waits for it", "960 960 0", s.waiting())
}

// An inference component goes to zero with its traffic, and comes back when
// requests fail (Amazon SageMaker Developer Guide: "Scale an endpoint to zero
// instances", with the policy and the alarm that it gives).
func TestComponentScalesToAndFromZero(t *testing.T) {
	key := resources.Key{ServiceNamespace: "sagemaker", ResourceID: "inference-component/llm", ScalableDimension: "sagemaker:inference-component:DesiredCopyCount"}
	s := tell(t, key, Options{EndpointDelay: 5 * time.Minute})
	s.host(nil)
	name := aws.String("llm")
	_, err := s.clients.models.CreateInferenceComponent(t.Context(), &sagemaker.CreateInferenceComponentInput{
		InferenceComponentName: name, EndpointName: aws.String("demo-endpoint"), VariantName: aws.String("AllTraffic"),
		RuntimeConfig: &smtypes.InferenceComponentRuntimeConfig{CopyCount: aws.Int32(1)},
		Specification: &smtypes.InferenceComponentSpecification{
			ModelName:                   aws.String("demo"),
			ComputeResourceRequirements: &smtypes.InferenceComponentComputeResourceRequirements{MinMemoryRequiredInMb: aws.Int32(1024)},
		},
	})
	s.must(err)
	s.cloud.Advance(5 * time.Minute)
	s.start = s.cloud.Clock().Now()
	s.register(0, 4)
	s.track(types.MetricTypeSageMakerInferenceComponentInvocationsPerCopy, 5)
	policy := s.fromZero(types.MetricAggregationTypeMaximum, 60)
	_, err = s.clients.alarms.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("no-capacity"), MetricName: aws.String("NoCapacityInvocationFailures"), Namespace: aws.String("AWS/SageMaker"),
		Statistic: cwtypes.StatisticSum, EvaluationPeriods: aws.Int32(1), DatapointsToAlarm: aws.Int32(1), Threshold: aws.Float64(1),
		ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold, TreatMissingData: aws.String("missing"),
		Dimensions: []cwtypes.Dimension{{Name: aws.String("InferenceComponentName"), Value: name}}, Period: aws.Int32(60), AlarmActions: []string{policy},
	})
	s.must(err)
	component := func() string {
		out, err := s.clients.models.DescribeInferenceComponent(t.Context(), &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: name})
		s.must(err)
		return fmt.Sprintf("%s %d/%d", out.InferenceComponentStatus, *out.RuntimeConfig.DesiredCopyCount, *out.RuntimeConfig.CurrentCopyCount)
	}
	s.equal("without traffic the last copy goes", []string{"15m0s Updating 0/1", "20m0s InService 0/0"}, s.watch(30*time.Minute, component))

	s.start = s.cloud.Clock().Now()
	invoke := func() error {
		_, err := s.runtime().InvokeEndpoint(t.Context(), &sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String("demo-endpoint"), InferenceComponentName: name, Body: []byte("{}")})
		return err
	}
	if invoke() == nil {
		t.Error("without copies a request fails")
	}
	s.cloud.Advance(2 * time.Minute)
	s.equal("one failure is the threshold, and not above it", "InService 0/0", component())
	for range 2 {
		if invoke() == nil {
			t.Error("without copies a request fails")
		}
	}
	s.equal("two in a minute are, and one copy comes", []string{"4m0s Updating 1/0", "9m0s InService 1/1"}, s.watch(8*time.Minute, component))
	s.must(invoke())
	s.equal("which the alarm of the user caused", []string{"4m0s-9m0s Successful: Setting desired copy count to 1. " + triggered("no-capacity", "from-zero")}, s.toldOf("no-capacity"))
}
