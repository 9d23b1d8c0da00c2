package localcloud

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	smtypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

// host creates the endpoint of the SageMaker guide, or one for inference
// components if the variant has no model, and waits until it is in service.
func (s *story) host(model *string) {
	s.Helper()
	ctx, c := s.Context(), s.clients.models
	role := aws.String("arn:aws:iam::" + account + ":role/demo")
	_, err := c.CreateModel(ctx, &sagemaker.CreateModelInput{
		ModelName: aws.String("demo"), ExecutionRoleArn: role, PrimaryContainer: &smtypes.ContainerDefinition{Image: aws.String("demo:1")},
	})
	s.must(err)
	variant := smtypes.ProductionVariant{
		VariantName: aws.String("AllTraffic"), ModelName: model, InstanceType: "ml.m5.large", InitialInstanceCount: aws.Int32(1),
	}
	config := &sagemaker.CreateEndpointConfigInput{EndpointConfigName: aws.String("demo"), ProductionVariants: []smtypes.ProductionVariant{variant}}
	if model == nil {
		config.ExecutionRoleArn = role
	}
	_, err = c.CreateEndpointConfig(ctx, config)
	s.must(err)
	_, err = c.CreateEndpoint(ctx, &sagemaker.CreateEndpointInput{EndpointName: aws.String("demo-endpoint"), EndpointConfigName: aws.String("demo")})
	s.must(err)
	s.cloud.Advance(5 * time.Minute)
	s.start = s.cloud.Clock().Now()
}

// endpoint tells status, desired and current instances.
func (s *story) endpoint() string {
	s.Helper()
	out, err := s.clients.models.DescribeEndpoint(s.Context(), &sagemaker.DescribeEndpointInput{EndpointName: aws.String("demo-endpoint")})
	s.must(err)
	v := out.ProductionVariants[0]
	return fmt.Sprintf("%s %d/%d", out.EndpointStatus, *v.DesiredInstanceCount, *v.CurrentInstanceCount)
}

func TestVariantTracksInvocations(t *testing.T) {
	s := tell(t, variantKey, Options{EndpointDelay: 5 * time.Minute})
	s.host(aws.String("demo"))
	s.register(1, 2)
	s.track(types.MetricTypeSageMakerVariantInvocationsPerInstance, 70)
	high, low := s.managed("AlarmHigh"), s.managed("AlarmLow")
	s.equal("new alarms know nothing", map[string]string{high: "INSUFFICIENT_DATA", low: "INSUFFICIENT_DATA"}, s.alarms())
	s.load(130)
	s.equal("after three minutes above target, and one until the last is known, the variant scales out; the capacity follows",
		[]string{"4m0s Updating 2/1", "9m0s InService 2/2"}, s.watch(10*time.Minute, s.endpoint))
	s.equal("which was the high alarm's doing", map[string]string{high: "ALARM", low: "OK"}, s.alarms())
	s.cloud.Advance(20 * time.Minute)
	s.equal("two instances are enough", map[string]string{high: "OK", low: "OK"}, s.alarms())
	s.load(0)
	s.equal("after fifteen minutes without traffic it scales in", []string{"46m0s Updating 1/2", "51m0s InService 1/1"}, s.watch(30*time.Minute, s.endpoint))
	s.equal("which was the low alarm's", map[string]string{high: "OK", low: "ALARM"}, s.alarms())
	s.equal("the activities say what happened and why, also why nothing did; alarms act each minute, but not before the cooldown is over, and what repeats is told once", []string{
		"4m0s-9m0s Successful: Setting desired instance count to 2. " + triggered(high, "track"),
		"46m0s-51m0s Successful: Setting desired instance count to 1. " + triggered(low, "track"),
		"56m0s-... Failed: Attempting to scale due to alarm triggered " + triggered(low, "track") + " AlreadyAtMinCapacity",
	}, s.told())
}

func TestComponentTracksInvocations(t *testing.T) {
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
	s.track(types.MetricTypeSageMakerInferenceComponentInvocationsPerCopy, 100)
	s.load(290)
	component := func() string {
		out, err := s.clients.models.DescribeInferenceComponent(t.Context(), &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: name})
		s.must(err)
		return fmt.Sprintf("%s %d/%d", out.InferenceComponentStatus, *out.RuntimeConfig.DesiredCopyCount, *out.RuntimeConfig.CurrentCopyCount)
	}
	s.equal("copies follow invocations in proportion", []string{"4m0s Updating 3/1", "9m0s InService 3/3"}, s.watch(20*time.Minute, component))
	s.load(0)
	s.equal("and go to none, which variants do not", []string{"36m0s Updating 0/3", "41m0s InService 0/0"}, s.watch(30*time.Minute, component))
	s.equal("the activities name the copies", []string{
		"4m0s-9m0s Successful: Setting desired copy count to 3. " + triggered(s.managed("AlarmHigh"), "track"),
		"36m0s-41m0s Successful: Setting desired copy count to 0. " + triggered(s.managed("AlarmLow"), "track"),
		"46m0s-... Successful: Attempting to scale due to alarm triggered " + triggered(s.managed("AlarmLow"), "track") + " AlreadyAtDesiredCapacity",
	}, s.told())
}

// serve creates the service of serviceKey with two tasks.
func (s *story) serve() {
	s.Helper()
	_, err := s.clients.tasks.CreateCluster(s.Context(), &ecs.CreateClusterInput{})
	s.must(err)
	_, err = s.clients.tasks.CreateService(s.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(2),
	})
	s.must(err)
	s.cloud.Advance(time.Minute)
	s.start = s.cloud.Clock().Now()
}

// tasks tells desired and running tasks.
func (s *story) tasks() string {
	s.Helper()
	out, err := s.clients.tasks.DescribeServices(s.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
	s.must(err)
	return fmt.Sprintf("%d/%d", out.Services[0].DesiredCount, out.Services[0].RunningCount)
}

// alarm puts an alarm on the processors of the service, which invokes a policy.
func (s *story) alarm(name string, comparison cwtypes.ComparisonOperator, threshold float64, policy string) {
	s.Helper()
	_, err := s.clients.alarms.PutMetricAlarm(s.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"), Statistic: cwtypes.StatisticAverage,
		Dimensions: []cwtypes.Dimension{
			{Name: aws.String("ClusterName"), Value: aws.String("default")}, {Name: aws.String("ServiceName"), Value: aws.String("web")},
		},
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(2), ComparisonOperator: comparison, Threshold: &threshold, AlarmActions: []string{policy},
	})
	s.must(err)
}

func TestServiceScalesBySteps(t *testing.T) {
	s := tell(t, serviceKey, Options{ProvisioningDelay: time.Minute, TaskRate: 100})
	s.serve()
	s.register(2, 10)
	steps := func(name string, by ...types.StepAdjustment) string {
		return s.put(name, aas.PutScalingPolicyInput{
			PolicyType: "StepScaling",
			StepScalingPolicyConfiguration: &types.StepScalingPolicyConfiguration{
				AdjustmentType: types.AdjustmentTypeChangeInCapacity, Cooldown: aws.Int32(240), MetricAggregationType: types.MetricAggregationTypeAverage, StepAdjustments: by,
			},
		})
	}
	s.alarm("busy", cwtypes.ComparisonOperatorGreaterThanThreshold, 60, steps("out",
		types.StepAdjustment{MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(20), ScalingAdjustment: aws.Int32(1)},
		types.StepAdjustment{MetricIntervalLowerBound: aws.Float64(20), ScalingAdjustment: aws.Int32(3)},
	))
	s.alarm("idle", cwtypes.ComparisonOperatorLessThanThreshold, 30, steps("in",
		types.StepAdjustment{MetricIntervalUpperBound: aws.Float64(0), ScalingAdjustment: aws.Int32(-2)},
	))
	s.load(390)
	s.equal("busy tasks get three more by the larger step and, when those are not enough, one more by the smaller",
		[]string{"3m0s 5/2", "4m0s 5/5", "8m0s 6/5", "9m0s 6/6", "13m0s 7/6", "14m0s 7/7"}, s.watch(30*time.Minute, s.tasks))
	s.load(30)
	s.equal("idle ones go by two, each time when the cooldown is over, and not below the minimum",
		[]string{"33m0s 5/7", "34m0s 5/5", "38m0s 3/5", "39m0s 3/3", "43m0s 2/3", "44m0s 2/2"}, s.watch(30*time.Minute, s.tasks))
	s.equal("the causes are the alarms of the user", []string{
		"3m0s-4m0s Successful: Setting desired count to 5. " + triggered("busy", "out"),
		"8m0s-9m0s Successful: Setting desired count to 6. " + triggered("busy", "out"),
		"13m0s-14m0s Successful: Setting desired count to 7. " + triggered("busy", "out"),
		"33m0s-34m0s Successful: Setting desired count to 5. " + triggered("idle", "in"),
		"38m0s-39m0s Successful: Setting desired count to 3. " + triggered("idle", "in"),
		"43m0s-44m0s Successful: Setting desired count to 2. " + triggered("idle", "in"),
		"48m0s-... Failed: Attempting to scale due to alarm triggered " + triggered("idle", "in") + " AlreadyAtMinCapacity",
	}, s.told())
}

// Every predefined metric of ECS moves with the load.
func TestServiceTracksEveryMetric(t *testing.T) {
	for _, c := range []struct {
		metric types.MetricType
		label  *string
		target float64
		want   []string
		reason string
	}{
		{"ECSServiceAverageCPUUtilization", nil, 50, []string{"4m0s 4/2", "5m0s 4/4"}, "busy for three minutes, 90 percent of two tasks are 45 of four"},
		{"ECSServiceAverageMemoryUtilization", nil, 60, []string{"4m0s 3/2", "5m0s 3/3"}, "84 percent of two tasks ask for three; what else is needed waits for the cooldown"},
		{"ALBRequestCountPerTarget", aws.String("app/web/1234/targetgroup/web/5678"), 50, []string{"4m0s 4/2", "5m0s 4/4"}, "180 requests are 90 for each of two"},
		{"ECSServiceAverageCPUUtilizationHighResolution", nil, 50, []string{"2m0s 4/2", "3m0s 4/4"}, "busy for a minute is enough"},
		{"ECSServiceAverageMemoryUtilizationHighResolution", nil, 60, []string{"2m0s 3/2", "3m0s 3/3"}, "also of memory"},
	} {
		s := tell(t, serviceKey, Options{ProvisioningDelay: time.Minute, TaskRate: 100})
		s.serve()
		s.register(2, 4)
		s.put("track", aas.PutScalingPolicyInput{
			PolicyType: "TargetTrackingScaling",
			TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
				TargetValue: &c.target, PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: c.metric, ResourceLabel: c.label},
			},
		})
		s.load(180)
		s.equal(string(c.metric)+": "+c.reason, c.want, s.watch(6*time.Minute, s.tasks))
	}
}

func TestTableTracksUtilization(t *testing.T) {
	s := tell(t, tableKey, Options{ProvisioningDelay: time.Minute})
	_, err := s.clients.tables.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("orders"), AttributeDefinitions: []ddbtypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}},
		KeySchema:             []ddbtypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}},
		ProvisionedThroughput: &ddbtypes.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(1), WriteCapacityUnits: aws.Int64(10)},
	})
	s.must(err)
	s.cloud.Advance(2 * time.Minute)
	s.start = s.cloud.Clock().Now()
	s.register(5, 100)
	s.track(types.MetricTypeDynamoDBWriteCapacityUtilization, 70)
	table := func() string {
		out, err := s.clients.tables.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("orders")})
		s.must(err)
		return fmt.Sprintf("%s %d", out.Table.TableStatus, *out.Table.ProvisionedThroughput.WriteCapacityUnits)
	}
	s.load(840)
	s.equal("consumption is bounded by what is provisioned, so the table grows until that is enough",
		[]string{"3m0s UPDATING 10", "4m0s ACTIVE 15", "6m0s UPDATING 15", "7m0s ACTIVE 20"}, s.watch(30*time.Minute, table))
	s.load(60)
	s.equal("and shrinks to the minimum", []string{"46m0s UPDATING 20", "47m0s ACTIVE 5"}, s.watch(40*time.Minute, table))
	high, low := s.managed("AlarmHigh"), s.managed("AlarmLow")
	s.equal("two alarms are on what is consumed, and two on what is provisioned", map[string]string{
		high: "OK", low: "ALARM", s.managed("ProvisionedCapacityHigh"): "OK", s.managed("ProvisionedCapacityLow"): "OK",
	}, s.alarms())
	s.equal("the activities name the units", []string{
		"3m0s-4m0s Successful: Setting write capacity units to 15. " + triggered(high, "track"),
		"6m0s-7m0s Successful: Setting write capacity units to 20. " + triggered(high, "track"),
		"46m0s-47m0s Successful: Setting write capacity units to 5. " + triggered(low, "track"),
		"52m0s-... Failed: Attempting to scale due to alarm triggered " + triggered(low, "track") + " AlreadyAtMinCapacity",
	}, s.told())
}

func TestDeclaredResourceTracksUtilization(t *testing.T) {
	key := resources.Key{ServiceNamespace: "lambda", ResourceID: "function:checkout:prod", ScalableDimension: "lambda:function:ProvisionedConcurrency"}
	s := tell(t, key, Options{ProvisioningDelay: 2 * time.Minute})
	if _, err := s.cloud.Declare(here, resources.Declaration{Key: key, Capacity: 10}); err != nil {
		t.Fatal(err)
	}
	s.register(5, 50)
	s.track(types.MetricTypeLambdaProvisionedConcurrencyUtilization, 0.7)
	function := func() string {
		r := s.cloud.Resources(here)[0]
		return fmt.Sprintf("%d/%d", r.Capacity, r.Running)
	}
	// use publishes the utilization of a function that so many requests use at
	// once, before it tells its capacity.
	use := func(requests float64) func() string {
		return func() string {
			now := s.cloud.Clock().Now()
			_, err := s.clients.alarms.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
				Namespace: aws.String("AWS/Lambda"),
				MetricData: []cwtypes.MetricDatum{{
					MetricName: aws.String("ProvisionedConcurrencyUtilization"), Timestamp: &now,
					Value: aws.Float64(requests / float64(s.cloud.Resources(here)[0].Running)),
					Dimensions: []cwtypes.Dimension{
						{Name: aws.String("FunctionName"), Value: aws.String("checkout")}, {Name: aws.String("Resource"), Value: aws.String("checkout:prod")},
					},
				}},
			})
			s.must(err)
			return function()
		}
	}
	s.equal("what is declared scales by metrics that somebody puts", []string{"4m0s 26/10", "6m0s 26/26"}, s.watch(20*time.Minute, use(18)))
	s.equal("in both directions", []string{"36m0s 5/26", "38m0s 5/5"}, s.watch(30*time.Minute, use(3)))
	s.equal("the causes are as those of resources in a service", []string{
		"4m0s-6m0s Successful: Setting provisioned concurrency to 26. " + triggered(s.managed("AlarmHigh"), "track"),
		"36m0s-38m0s Successful: Setting provisioned concurrency to 5. " + triggered(s.managed("AlarmLow"), "track"),
		"43m0s-... Failed: Attempting to scale due to alarm triggered " + triggered(s.managed("AlarmLow"), "track") + " AutoScalingAnticipatedFlapping",
	}, s.told())
}

// Of the replicas of Aurora and Neptune, scaling removes only what it added (Amazon
// Aurora User Guide: "Amazon Aurora Auto Scaling with Aurora Replicas").
func TestReplicasOfOthersStay(t *testing.T) {
	for _, c := range []struct {
		key    resources.Key
		metric types.MetricType
	}{
		{resources.Key{ServiceNamespace: "rds", ResourceID: "cluster:orders", ScalableDimension: "rds:cluster:ReadReplicaCount"}, types.MetricTypeRDSReaderAverageCPUUtilization},
		{resources.Key{ServiceNamespace: "neptune", ResourceID: "cluster:orders", ScalableDimension: "neptune:cluster:ReadReplicaCount"}, types.MetricTypeNeptuneReaderAverageCPUUtilization},
	} {
		s := tell(t, c.key, Options{ProvisioningDelay: time.Minute})
		if _, err := s.cloud.Declare(here, resources.Declaration{Key: c.key, Capacity: 5}); err != nil {
			t.Fatal(err)
		}
		s.register(1, 8)
		s.track(c.metric, 50)
		replicas := func() string {
			r := s.cloud.Resources(here)[0]
			return fmt.Sprintf("%d/%d", r.Capacity, r.Running)
		}
		busy := func(percent float64) func() string {
			return func() string {
				now := s.cloud.Clock().Now()
				_, err := s.clients.alarms.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
					Namespace: aws.String("AWS/" + map[string]string{"rds": "RDS", "neptune": "Neptune"}[c.key.ServiceNamespace]),
					MetricData: []cwtypes.MetricDatum{{
						MetricName: aws.String("CPUUtilization"), Timestamp: &now, Value: &percent, Unit: cwtypes.StandardUnitPercent,
						Dimensions: []cwtypes.Dimension{
							{Name: aws.String("DBClusterIdentifier"), Value: aws.String("orders")}, {Name: aws.String("Role"), Value: aws.String("READER")},
						},
					}},
				})
				s.must(err)
				return replicas()
			}
		}
		s.equal("five that were declared get two more", []string{"4m0s 7/5", "5m0s 7/7"}, s.watch(6*time.Minute, busy(65)))
		s.equal("which go again, down to the five", []string{"22m0s 5/7", "23m0s 5/5"}, s.watch(40*time.Minute, busy(4)))
		s.register(1, 3)
		s.equal("also when no more than three may be", "5/5", replicas())
		told := s.told()
		s.equal("when nothing can go, that is told once", "28m0s-... Successful: Attempting to scale due to alarm triggered "+triggered(s.managed("AlarmLow"), "track")+" AlreadyAtDesiredCapacity", told[len(told)-1])
		if _, err := s.cloud.Declare(here, resources.Declaration{Key: c.key, Capacity: 2}); err != nil {
			t.Fatal(err)
		}
		s.equal("who declares them can take them away", []string{"47m0s 2/2"}, s.watch(2*time.Minute, replicas))
	}
}

func TestScheduledActionScales(t *testing.T) {
	s := tell(t, serviceKey, Options{ProvisioningDelay: time.Minute})
	s.serve()
	s.register(2, 10)
	for name, bounds := range map[string][2]int32{"cron(1 13 * * ? *)": {5, 20}, "cron(1 14 * * ? *)": {1, 3}} {
		_, err := s.clients.scaling.PutScheduledAction(t.Context(), &aas.PutScheduledActionInput{
			ScheduledActionName: aws.String(fmt.Sprint("at-least-", bounds[0])), Schedule: &name,
			ServiceNamespace: "ecs", ResourceId: &s.key.ResourceID, ScalableDimension: "ecs:service:DesiredCount",
			ScalableTargetAction: &types.ScalableTargetAction{MinCapacity: &bounds[0], MaxCapacity: &bounds[1]},
		})
		s.must(err)
	}
	s.equal("actions set bounds, which the service follows", []string{"1h0m0s 5/2", "1h1m0s 5/5", "2h0m0s 3/5", "2h1m0s 3/3"}, s.watch(3*time.Hour, s.tasks))
	s.equal("each is told twice: the bounds, and what they did", []string{
		"1h0m0s-... Successful: Setting min capacity to 5 and max capacity to 20 (scheduled action name at-least-5 was triggered)",
		"1h0m0s-1h1m0s Successful: Setting desired count to 5. (minimum capacity was set to 5)",
		"2h0m0s-... Successful: Setting min capacity to 1 and max capacity to 3 (scheduled action name at-least-1 was triggered)",
		"2h0m0s-2h1m0s Successful: Setting desired count to 3. (maximum capacity was set to 3)",
	}, s.told())
}

func TestForecastScales(t *testing.T) {
	s := tell(t, serviceKey, Options{ProvisioningDelay: time.Minute, TaskRate: 100})
	s.serve()
	s.register(2, 10)
	_, err := s.cloud.Attach(here, s.key, traffic.Spec{Type: traffic.Wave, Low: aws.Float64(20), High: aws.Float64(180), Peak: "18:00"})
	s.must(err)
	s.cloud.Advance(72*time.Hour - time.Minute)
	now := s.cloud.Clock().Now()
	s.start = now
	s.put("daily", aas.PutScalingPolicyInput{
		PolicyType: "PredictiveScaling",
		PredictiveScalingPolicyConfiguration: &types.PredictiveScalingPolicyConfiguration{
			Mode: types.PredictiveScalingModeForecastAndScale,
			MetricSpecifications: []types.PredictiveScalingMetricSpecification{{
				TargetValue: aws.Float64(40),
				PredefinedMetricPairSpecification: &types.PredictiveScalingPredefinedMetricPairSpecification{
					PredefinedMetricType: aws.String("ECSServiceCPUUtilization"),
				},
			}},
		},
	})
	out, err := s.clients.scaling.GetPredictiveScalingForecast(t.Context(), &aas.GetPredictiveScalingForecastInput{
		PolicyName: aws.String("daily"), ServiceNamespace: "ecs", ResourceId: &s.key.ResourceID, ScalableDimension: "ecs:service:DesiredCount",
		StartTime: &now, EndTime: aws.Time(now.Add(24 * time.Hour)),
	})
	s.must(err)
	s.equal("there is a forecast for each hour, which rises until the peak of every day and falls again",
		[]float64{3, 4, 4, 5, 5, 5, 5, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 2, 2, 3}, out.CapacityForecast.Values)
	peak := out.LoadForecast[0].Values[6]
	s.equal("the load at the peak is that of all tasks, in percent and minutes", true, 10500 < peak && peak < 10900)
	s.equal("capacity is there five minutes before the hour that needs it, and stays",
		[]string{"1m0s 3/3", "55m0s 4/3", "56m0s 4/4", "2h55m0s 5/4", "2h56m0s 5/5"}, s.watch(24*time.Hour, s.tasks))
	const forecast = "(predictive scaling forecast triggered policy daily)"
	s.equal("the activities name the policy", []string{
		"0s-1m0s Successful: Setting desired count to 3. " + forecast,
		"55m0s-56m0s Successful: Setting desired count to 4. " + forecast,
		"2h55m0s-2h56m0s Successful: Setting desired count to 5. " + forecast,
	}, s.told())
	targets, err := s.clients.scaling.DescribeScalableTargets(t.Context(), &aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs"})
	s.must(err)
	s.equal("the target tells what is predicted now", aws.Int32(3), targets.ScalableTargets[0].PredictedCapacity)
}
