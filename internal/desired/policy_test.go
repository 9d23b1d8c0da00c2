package desired_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

func TestPolicy(t *testing.T) {
	cases := map[string]struct {
		reason string
		spec   string
		want   autoscaling.Policy
	}{
		"target tracking, predefined": {
			reason: "the policy of the guide, with every field of the block",
			spec: `
policyType: TargetTrackingScaling
targetTrackingScalingPolicyConfiguration:
  targetValue: 60
  disableScaleIn: true
  scaleInCooldown: 700
  scaleOutCooldown: 300
  predefinedMetricSpecification: {predefinedMetricType: ALBRequestCountPerTarget, resourceLabel: app/a/1/targetgroup/b/2}`,
			want: autoscaling.Policy{Type: autoscaling.TargetTrackingScaling, TargetTracking: &autoscaling.TargetTracking{
				TargetValue: new(60.0), DisableScaleIn: new(true), ScaleInCooldown: new(int32(700)), ScaleOutCooldown: new(int32(300)),
				Predefined: &autoscaling.PredefinedMetric{Type: "ALBRequestCountPerTarget", ResourceLabel: "app/a/1/targetgroup/b/2"},
			}},
		},
		"target tracking, one metric": {
			reason: "a customized metric keeps the order of its dimensions, and the type is inferred",
			spec: `
targetTrackingScalingPolicyConfiguration:
  targetValue: 60.5
  customizedMetricSpecification:
    metricName: CPUUtilization
    namespace: /aws/sagemaker/Endpoints
    statistic: Average
    unit: Percent
    dimensions: [{name: VariantName, value: AllTraffic}, {name: EndpointName, value: demo}]`,
			want: autoscaling.Policy{Type: autoscaling.TargetTrackingScaling, TargetTracking: &autoscaling.TargetTracking{
				TargetValue: new(60.5),
				Customized: &autoscaling.CustomizedMetric{MetricName: "CPUUtilization", Namespace: "/aws/sagemaker/Endpoints", Statistic: "Average", Unit: "Percent",
					Dimensions: []autoscaling.Dimension{{Name: "VariantName", Value: "AllTraffic"}, {Name: "EndpointName", Value: "demo"}}},
			}},
		},
		"target tracking, metric math": {
			reason: "returnData omitted stays omitted, because AWS's default is its own",
			spec: `
targetTrackingScalingPolicyConfiguration:
  targetValue: 100
  customizedMetricSpecification:
    metrics:
    - id: m1
      returnData: false
      metricStat:
        metric: {namespace: AWS/SQS, metricName: ApproximateNumberOfMessagesVisible, dimensions: [{name: QueueName, value: q}]}
        stat: Sum
        unit: Count
    - {id: e1, expression: m1 / 2, label: half}`,
			want: autoscaling.Policy{Type: autoscaling.TargetTrackingScaling, TargetTracking: &autoscaling.TargetTracking{
				TargetValue: new(100.0),
				Customized: &autoscaling.CustomizedMetric{Metrics: []autoscaling.MetricQuery{
					{ID: "m1", ReturnData: new(false), Stat: &autoscaling.MetricStat{Namespace: "AWS/SQS", MetricName: "ApproximateNumberOfMessagesVisible",
						Dimensions: []autoscaling.Dimension{{Name: "QueueName", Value: "q"}}, Stat: "Sum", Unit: "Count"}},
					{ID: "e1", Expression: "m1 / 2", Label: "half"},
				}},
			}},
		},
		"step": {
			reason: "an omitted bound stays infinite and zero stays zero",
			spec: `
stepScalingPolicyConfiguration:
  adjustmentType: PercentChangeInCapacity
  cooldown: 60
  metricAggregationType: Maximum
  minAdjustmentMagnitude: 2
  stepAdjustments:
  - {metricIntervalLowerBound: 0, metricIntervalUpperBound: 15.5, scalingAdjustment: 10}
  - {metricIntervalLowerBound: 15.5, scalingAdjustment: 30}`,
			want: autoscaling.Policy{Type: autoscaling.StepScaling, Step: &autoscaling.Step{
				AdjustmentType: "PercentChangeInCapacity", Cooldown: new(int32(60)), MetricAggregationType: "Maximum", MinAdjustmentMagnitude: new(int32(2)),
				Adjustments: []autoscaling.StepAdjustment{{LowerBound: new(0.0), UpperBound: new(15.5), Adjustment: 10}, {LowerBound: new(15.5), Adjustment: 30}},
			}},
		},
		"predictive, pair": {
			reason: "every scalar of the predictive configuration arrives",
			spec: `
predictiveScalingPolicyConfiguration:
  mode: ForecastAndScale
  schedulingBufferTime: 600
  maxCapacityBreachBehavior: IncreaseMaxCapacity
  maxCapacityBuffer: 10
  metricSpecifications:
  - targetValue: 40
    predefinedMetricPairSpecification: {predefinedMetricType: ECSServiceCPUUtilization}`,
			want: autoscaling.Policy{Type: autoscaling.PredictiveScaling, Predictive: &autoscaling.Predictive{
				Mode: "ForecastAndScale", SchedulingBufferTime: new(int32(600)), MaxCapacityBreachBehavior: "IncreaseMaxCapacity", MaxCapacityBuffer: new(int32(10)),
				Metrics: []autoscaling.PredictiveMetric{{TargetValue: new(40.0), PredefinedPair: &autoscaling.PredefinedMetric{Type: "ECSServiceCPUUtilization"}}},
			}},
		},
		"predictive, load and scaling": {
			reason: "the load, scaling and capacity metrics are not mixed up",
			spec: `
predictiveScalingPolicyConfiguration:
  metricSpecifications:
  - targetValue: 40
    predefinedLoadMetricSpecification: {predefinedMetricType: TotalALBRequestCount, resourceLabel: l}
    predefinedScalingMetricSpecification: {predefinedMetricType: ALBRequestCountPerTarget, resourceLabel: s}
    customizedLoadMetricSpecification: {metricDataQueries: [{id: load, expression: l}]}
    customizedScalingMetricSpecification: {metricDataQueries: [{id: scaling, expression: s}]}
    customizedCapacityMetricSpecification: {metricDataQueries: [{id: capacity, expression: c}]}`,
			want: autoscaling.Policy{Type: autoscaling.PredictiveScaling, Predictive: &autoscaling.Predictive{Metrics: []autoscaling.PredictiveMetric{{
				TargetValue:        new(40.0),
				PredefinedLoad:     &autoscaling.PredefinedMetric{Type: "TotalALBRequestCount", ResourceLabel: "l"},
				PredefinedScaling:  &autoscaling.PredefinedMetric{Type: "ALBRequestCountPerTarget", ResourceLabel: "s"},
				CustomizedLoad:     []autoscaling.MetricQuery{{ID: "load", Expression: "l"}},
				CustomizedScaling:  []autoscaling.MetricQuery{{ID: "scaling", Expression: "s"}},
				CustomizedCapacity: []autoscaling.MetricQuery{{ID: "capacity", Expression: "c"}},
			}}}},
		},
		"no configuration": {
			reason: "there is nothing to infer the type from; validation says so",
			spec:   `{}`,
		},
		"two configurations": {
			reason: "the type is not guessed; validation says so",
			spec: `
stepScalingPolicyConfiguration: {}
predictiveScalingPolicyConfiguration: {}`,
			want: autoscaling.Policy{Step: &autoscaling.Step{}, Predictive: &autoscaling.Predictive{}},
		},
		"type that does not fit": {
			reason: "a type that is written is never overruled",
			spec: `
policyType: StepScaling
targetTrackingScalingPolicyConfiguration: {}`,
			want: autoscaling.Policy{Type: autoscaling.StepScaling, TargetTracking: &autoscaling.TargetTracking{}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := &v1alpha1.ScalingPolicy{}
			if err := yaml.UnmarshalStrict([]byte(c.spec), &o.Spec); err != nil {
				t.Fatal(err)
			}
			o.Spec.PolicyName = "p"
			c.want.Name = "p"
			id, got, found := desired.Policy(o)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if id != (autoscaling.Identity{}) || len(found) > 0 {
				t.Errorf("%s: unexpected identity %v or findings %v", c.reason, id, found)
			}
		})
	}
}

func TestPolicyIdentity(t *testing.T) {
	o := &v1alpha1.ScalingPolicy{}
	o.Spec.ServiceNamespace, o.Spec.ResourceID, o.Spec.ScalableDimension = new("ecs"), new("service/c/s"), new("ecs:service:DesiredCount")
	id, _, _ := desired.Policy(o)
	if want := (autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/c/s", ScalableDimension: "ecs:service:DesiredCount"}); id != want {
		t.Errorf("the identity that a policy names itself: got %v, want %v", id, want)
	}
}

func TestPolicyFindings(t *testing.T) {
	tooLarge := new(int64(math.MaxInt32 + 1))
	o := &v1alpha1.ScalingPolicy{}
	o.Spec.TargetTrackingScalingPolicyConfiguration = &v1alpha1.TargetTrackingConfiguration{ScaleInCooldown: tooLarge, ScaleOutCooldown: tooLarge}
	o.Spec.StepScalingPolicyConfiguration = &v1alpha1.StepScalingConfiguration{
		Cooldown: tooLarge, MinAdjustmentMagnitude: tooLarge,
		StepAdjustments: []v1alpha1.StepAdjustment{{}, {ScalingAdjustment: tooLarge}},
	}
	o.Spec.PredictiveScalingPolicyConfiguration = &v1alpha1.PredictiveScalingConfiguration{SchedulingBufferTime: tooLarge, MaxCapacityBuffer: tooLarge}
	want := []string{
		"NumberOutOfRange targetTrackingScalingPolicyConfiguration.scaleInCooldown",
		"NumberOutOfRange targetTrackingScalingPolicyConfiguration.scaleOutCooldown",
		"NumberOutOfRange stepScalingPolicyConfiguration.minAdjustmentMagnitude",
		"NumberOutOfRange stepScalingPolicyConfiguration.cooldown",
		"MissingScalingAdjustment stepScalingPolicyConfiguration.stepAdjustments[0].scalingAdjustment",
		"NumberOutOfRange stepScalingPolicyConfiguration.stepAdjustments[1].scalingAdjustment",
		"NumberOutOfRange predictiveScalingPolicyConfiguration.schedulingBufferTime",
		"NumberOutOfRange predictiveScalingPolicyConfiguration.maxCapacityBuffer",
	}
	_, _, found := desired.Policy(o)
	var got []string
	for _, f := range found {
		got = append(got, string(f.Code)+" "+f.Field)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("every number that AWS keeps in 32 bits is checked, and named by its path (-want +got):\n%s", diff)
	}
}
