package appautoscaling_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
)

type dims = []appautoscaling.Dimension

// TestManagedAlarms compares the alarms of policies, without names,
// descriptions and actions.
func TestManagedAlarms(t *testing.T) {
	ecsDims := dims{{Name: "ClusterName", Value: "production"}, {Name: "ServiceName", Value: "web"}}
	variantDims := dims{{Name: "EndpointName", Value: "demo"}, {Name: "VariantName", Value: "AllTraffic"}}
	withoutScaleIn := func(c *types.TargetTrackingScalingPolicyConfiguration) *types.TargetTrackingScalingPolicyConfiguration {
		c.DisableScaleIn = aws.Bool(true)
		return c
	}
	high := func(a appautoscaling.Alarm, periods int32, threshold float64) appautoscaling.Alarm {
		a.ComparisonOperator, a.EvaluationPeriods, a.Threshold = "GreaterThanThreshold", periods, threshold
		return a
	}
	low := func(a appautoscaling.Alarm, periods int32, threshold float64) appautoscaling.Alarm {
		a.ComparisonOperator, a.EvaluationPeriods, a.Threshold = "LessThanThreshold", periods, threshold
		return a
	}
	cpu := appautoscaling.Alarm{Namespace: "AWS/ECS", MetricName: "CPUUtilization", Statistic: "Average", Unit: "Percent", Period: 60, Dimensions: ecsDims}
	invocations := appautoscaling.Alarm{Namespace: "AWS/SageMaker", MetricName: "InvocationsPerInstance", Statistic: "Sum", Unit: "None", Period: 60, Dimensions: variantDims}
	concurrent := appautoscaling.Alarm{Namespace: "AWS/SageMaker", MetricName: "ConcurrentRequestsPerModel", Statistic: "Maximum", Period: 10, Dimensions: variantDims}
	queue := appautoscaling.Alarm{Namespace: "Shop", MetricName: "QueueLength", Statistic: "Average", Period: 60, Dimensions: dims{{Name: "Queue", Value: "orders"}}}
	orders := dims{{Name: "TableName", Value: "orders"}}
	consumed := appautoscaling.Alarm{Namespace: "AWS/DynamoDB", MetricName: "ConsumedReadCapacityUnits", Statistic: "Sum", Unit: "Count", Period: 60, Dimensions: orders}
	provisioned := appautoscaling.Alarm{Namespace: "AWS/DynamoDB", MetricName: "ProvisionedReadCapacityUnits", Statistic: "Average", Unit: "Count", Period: 300, Dimensions: orders}

	for _, tt := range []struct {
		name   string
		reason string
		target id
		config *types.TargetTrackingScalingPolicyConfiguration
		roles  string
		want   []appautoscaling.Alarm
	}{
		{
			name: "ECS", reason: "the service was seen to answer so for ECS services: 50 above, 45 below",
			target: ecs, config: predefined(types.MetricTypeECSServiceAverageCPUUtilization, 50),
			roles: "AlarmHigh AlarmLow", want: []appautoscaling.Alarm{high(cpu, 3, 50), low(cpu, 15, 45)},
		},
		{
			name: "SageMaker", reason: "Sum is the only valid statistic of invocations per instance",
			target: variant, config: predefined(types.MetricTypeSageMakerVariantInvocationsPerInstance, 70),
			roles: "AlarmHigh AlarmLow", want: []appautoscaling.Alarm{high(invocations, 3, 70), low(invocations, 15, 63)},
		},
		{
			name: "high resolution", reason: "10 second metrics scale out within half a minute and in after 15 minutes as others do",
			target: variant, config: predefined(types.MetricTypeSageMakerVariantConcurrentRequestsPerModelHighResolution, 5),
			roles: "AlarmHigh AlarmLow", want: []appautoscaling.Alarm{high(concurrent, 3, 5), low(concurrent, 90, 4.5)},
		},
		{
			name: "customized metric", reason: "the metric is as given, the alarms as for predefined ones",
			target: own, config: customized(queueLength(), 10),
			roles: "AlarmHigh AlarmLow", want: []appautoscaling.Alarm{high(queue, 3, 10), low(queue, 15, 9)},
		},
		{
			name: "no scale-in", reason: "without scale-in nothing asks for less",
			target: ecs, config: withoutScaleIn(predefined(types.MetricTypeECSServiceAverageCPUUtilization, 50)),
			roles: "AlarmHigh", want: []appautoscaling.Alarm{high(cpu, 3, 50)},
		},
		{
			name: "broker storage", reason: "scale-in is always disabled for MSK",
			target: broker, config: predefined(types.MetricTypeKafkaBrokerStorageUtilization, 60),
			roles: "AlarmHigh", want: []appautoscaling.Alarm{high(appautoscaling.Alarm{
				Namespace: "AWS/Kafka", MetricName: "KafkaDataLogsDiskUsed", Statistic: "Average", Unit: "Percent", Period: 60,
				Dimensions: dims{{Name: "Cluster Name", Value: "demo"}},
			}, 3, 60)},
		},
		{
			name: "DynamoDB", reason: "four alarms: consumption in a minute against provisioned units, 42 and 30 for one unit at 70 percent",
			target: tableRead, config: predefined(types.MetricTypeDynamoDBReadCapacityUtilization, 70),
			roles: "AlarmHigh AlarmLow ProvisionedCapacityHigh ProvisionedCapacityLow",
			want:  []appautoscaling.Alarm{high(consumed, 2, 42), low(consumed, 15, 30), high(provisioned, 3, 1), low(provisioned, 3, 1)},
		},
		{
			name: "DynamoDB without scale-in", reason: "the two alarms on provisioned capacity only notice changes",
			target: tableRead, config: withoutScaleIn(predefined(types.MetricTypeDynamoDBReadCapacityUtilization, 70)),
			roles: "AlarmHigh ProvisionedCapacityHigh ProvisionedCapacityLow",
			want:  []appautoscaling.Alarm{high(consumed, 2, 42), high(provisioned, 3, 1), low(provisioned, 3, 1)},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			explain(t, tt.reason)
			c := newCloud(t, appautoscaling.Behaviour{})
			c.must(tt.target.register(1, 4))
			out := c.must(tt.target.tracking("my-policy", tt.config)).(*aas.PutScalingPolicyOutput)
			var got []appautoscaling.Alarm
			for i, a := range c.alarms.managed {
				role := strings.Fields(tt.roles)[min(i, strings.Count(tt.roles, " "))]
				checkManaged(t, a, tt.target, role, *out.PolicyARN)
				a.Name, a.Description, a.Action = "", "", ""
				got = append(got, a)
			}
			diff(t, "alarms", tt.want, got)
			if len(out.Alarms) != len(tt.want) {
				t.Errorf("the answer lists %d alarms, want %d", len(out.Alarms), len(tt.want))
			}
			diff(t, "alarms of the described policy", out.Alarms, c.policies(tt.target)[0].Alarms)
		})
	}
}

// checkManaged checks what all alarms of a policy have in common.
func checkManaged(t *testing.T, a appautoscaling.Alarm, target id, role, policyARN string) {
	t.Helper()
	matches(t, "name", a.Name, "TargetTracking-"+regexp.QuoteMeta(target.resource)+"-"+role+"-"+uuidForm)
	matches(t, "action", a.Action, regexp.QuoteMeta(policyARN)+":createdBy/"+uuidForm)
	if want := "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + a.Action + "."; a.Description != want {
		t.Errorf("the description is\n%s\nwant\n%s", a.Description, want)
	}
}

func TestManagedAlarmsMetricMath(t *testing.T) {
	b := engine.DefaultBehaviour()
	b.Scaling.LowAlarmPeriods = 9
	c := newCloudWith(t, appautoscaling.Options{Engine: &b})
	c.must(own.register(1, 4), own.tracking("p", customized(&types.CustomizedMetricSpecification{Metrics: []types.TargetTrackingMetricDataQuery{
		{Id: aws.String("load"), ReturnData: aws.Bool(false), MetricStat: &types.TargetTrackingMetricStat{
			Stat: aws.String("Sum"), Unit: aws.String("Count"),
			Metric: &types.TargetTrackingMetric{
				Namespace: aws.String("Shop"), MetricName: aws.String("Orders"),
				Dimensions: []types.TargetTrackingMetricDimension{{Name: aws.String("Shop"), Value: aws.String("1")}},
			},
		}},
		{Id: aws.String("each"), Expression: aws.String("load / 3"), Label: aws.String("per worker")},
	}}, 10)))
	queries := []appautoscaling.MetricQuery{
		{ID: "load", Namespace: "Shop", MetricName: "Orders", Dimensions: dims{{Name: "Shop", Value: "1"}}, Stat: "Sum", Unit: "Count", Period: 60},
		{ID: "each", Expression: "load / 3", Label: "per worker", ReturnData: true},
	}
	for _, a := range c.alarms.managed {
		a.Name, a.Description, a.Action = "", "", ""
		want := appautoscaling.Alarm{Metrics: queries, EvaluationPeriods: 3, ComparisonOperator: "GreaterThanThreshold", Threshold: 10}
		if a.Threshold != 10 {
			want.EvaluationPeriods, want.ComparisonOperator, want.Threshold = 9, "LessThanThreshold", 9
		}
		diff(t, "alarm: the metrics carry the period, and ReturnData is true when not given", want, a)
	}
	if len(c.alarms.managed) != 2 {
		t.Errorf("there are %d alarms, want 2", len(c.alarms.managed))
	}
}

func TestProvisionedCapacityIsTheResources(t *testing.T) {
	c := newCloud(t, appautoscaling.Behaviour{})
	c.resources.known[tableRead.resource] = inService(10)
	c.must(tableRead.register(1, 40), tableRead.tracking("p", predefined(types.MetricTypeDynamoDBReadCapacityUtilization, 70)))
	if got := c.alarms.managed[0].Threshold; got != 420 {
		t.Errorf("the threshold for 10 provisioned units is %v, want 420", got)
	}
}
