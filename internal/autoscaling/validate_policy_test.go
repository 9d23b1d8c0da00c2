package autoscaling

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

type policyCase struct {
	dimension string
	policy    Policy
	want      []string
	reason    string
}

func checkPolicies(t *testing.T, cases []policyCase) {
	t.Helper()
	for i, tc := range cases {
		check(t, fmt.Sprintf("case %d, %s", i, tc.dimension), tc.reason, ValidatePolicy(at(t, tc.dimension), tc.policy), tc.want...)
	}
}

func TestValidatePolicyOfAnyType(t *testing.T) {
	named := func(name string) Policy {
		p := predefined(invocations, 70)
		p.Name = name
		return p
	}
	typed := func(typ PolicyType, change func(*Policy)) Policy {
		p := predefined(invocations, 70)
		p.Type = typ
		change(&p)
		return p
	}
	same := func(*Policy) {}
	none := func(p *Policy) { p.TargetTracking = nil }
	checkPolicies(t, []policyCase{
		{instances, named("my policy"), nil, "the usual"},
		{instances, named(""), []string{"PolicyNameInvalid policyName"}, "no name"},
		{instances, named(strings.Repeat("n", 257)), []string{"PolicyNameInvalid policyName"}, "too long"},
		{instances, named("a\tb"), []string{"PolicyNameInvalid policyName"}, "not printable"},
		{instances, typed("", none), []string{"PolicyTypeMissing policyType"}, "no type"},
		{instances, typed("TargetTracking", same), []string{"PolicyTypeUnknown policyType"}, "a slip"},
		{emr, predefined(invocations, 70), []string{"PolicyTypeUnsupported policyType"}, "no target tracking for EMR"},
		{dynamo, steps(func(*Step) {}), []string{"PolicyTypeUnsupported policyType"}, "no step scaling for DynamoDB"},
		{instances, predictive(func(*Predictive) {}), []string{"PolicyTypeUnsupported policyType"}, "predictive scaling is for ECS"},
		{instances, typed(TargetTrackingScaling, none), []string{"PolicyConfigurationMissing " + tt}, "no configuration"},
		{instances, typed(StepScaling, same), []string{"PolicyConfigurationForeign " + tt, "PolicyConfigurationMissing " + step}, "the configuration of another type"},
		{instances, predefined(invocations, 70, func(c *TargetTracking) { c.ScaleInCooldown, c.ScaleOutCooldown = new(int32(-1)), new(int32(-1)) }),
			[]string{"CooldownNegative " + tt + ".scaleInCooldown", "CooldownNegative " + tt + ".scaleOutCooldown"}, "no time is negative"},
		{instances, predefined(invocations, 70, func(c *TargetTracking) { c.ScaleInCooldown = new(int32(0)) }), nil, "no cooldown at all"},
	})
}

func TestValidateTargetTracking(t *testing.T) {
	labelled := func(metric, l string) Policy {
		return predefined(metric, 70, func(c *TargetTracking) { c.Predefined.ResourceLabel = l })
	}
	const metric, value = tt + ".predefinedMetricSpecification.predefinedMetricType", tt + ".targetValue"
	checkPolicies(t, []policyCase{
		{instances, predefined(invocations, 70, func(c *TargetTracking) { c.TargetValue = nil }), []string{"TargetValueMissing " + value}, "no target"},
		{instances, predefined(invocations, 0), []string{"TargetValueInvalid " + value}, "the ratio to zero is not defined"},
		{instances, predefined(invocations, -1), []string{"TargetValueInvalid " + value}, "negative"},
		{instances, predefined(invocations, math.NaN()), []string{"TargetValueInvalid " + value}, "not a number"},
		{instances, predefined(invocations, math.Inf(1)), []string{"TargetValueInvalid " + value}, "not finite"},
		{instances, predefined(invocations, 0.1), nil, "counts can be small"},
		{dynamo, predefined("DynamoDBReadCapacityUtilization", 95), []string{"TargetValueOutOfRange " + value}, "10 to 90 percent"},
		{dynamo, predefined("DynamoDBReadCapacityUtilization", 90), nil, "the ends are included"},
		{function, predefined("LambdaProvisionedConcurrencyUtilization", 70), []string{"TargetValueAboveWhole " + value}, "a fraction"},
		{function, predefined("LambdaProvisionedConcurrencyUtilization", 0.7), nil, "a fraction"},
		{ecs, predefined("ECSServiceAverageCPUUtilization", 120), []string{"TargetValueAboveWhole " + value}, "a percentage"},
		{ecs, predefined("ECSServiceAverageCPUUtilization", 0.7), []string{"TargetValueLooksLikeFraction " + value}, "a percentage"},
		{kafka, predefined("KafkaBrokerStorageUtilization", 60, func(c *TargetTracking) { c.DisableScaleIn = new(false) }), []string{"ScaleInNeverHappens " + tt + ".disableScaleIn"}, "storage only grows"},
		{kafka, predefined("KafkaBrokerStorageUtilization", 60, func(c *TargetTracking) { c.DisableScaleIn = new(true) }), nil, "storage only grows"},

		{instances, predefined(invocations, 70, func(c *TargetTracking) { c.Predefined = nil }), []string{"MetricMissing " + tt}, "no metric"},
		{instances, predefined(invocations, 70, func(c *TargetTracking) {
			c.Customized = &CustomizedMetric{MetricName: "a", Namespace: "b", Statistic: "Sum"}
		}), []string{"MetricAmbiguous " + tt + ".customizedMetricSpecification"}, "two metrics"},
		{instances, predefined("", 70), []string{"MetricTypeUnknown " + metric}, "no name"},
		{instances, predefined("SageMakerVariantInvocationPerInstance", 70), []string{"MetricTypeUnknown " + metric}, "a slip"},
		{instances, predefined("nonsense", 70), []string{"MetricTypeUnknown " + metric}, "nothing like a name"},
		{custom, predefined("nonsense", 70), []string{"MetricTypeUnknown " + metric}, "nothing like a name, and no list"},
		{custom, predefined(invocations, 70), []string{"MetricUnsupported " + metric}, "no predefined metrics at all"},
		{dynamo, predefined("DynamoDBWriteCapacityUtilization", 70), []string{"MetricUnsupported " + metric}, "AWS says so"},
		{instances, predefined("ECSServiceAverageCPUUtilization", 70), []string{"MetricUnsupported " + metric}, "of another service"},
		{instances, predefined("SageMakerInferenceComponentInvocationsPerCopy", 70), []string{"MetricProbablyUnsupported " + metric}, "of the service, but which dimension is not documented"},
		{ecs, labelled("ALBRequestCountPerTarget", label), nil, "the documented form"},
		{ecs, labelled("ALBRequestCountPerTarget", ""), []string{"ResourceLabelMissing " + tt + ".predefinedMetricSpecification.resourceLabel"}, "which target group?"},
		{ecs, labelled("ALBRequestCountPerTarget", "targetgroup/a/b"), []string{"ResourceLabelMalformed " + tt + ".predefinedMetricSpecification.resourceLabel"}, "half of it"},
		{ecs, labelled("ECSServiceAverageCPUUtilization", label), []string{"ResourceLabelUnused " + tt + ".predefinedMetricSpecification.resourceLabel"}, "no load balancer involved"},
	})
}

func TestValidateCustomizedMetric(t *testing.T) {
	const in = tt + ".customizedMetricSpecification"
	big := make([]MetricQuery, 30)
	for i := range big {
		big[i] = MetricQuery{ID: fmt.Sprint("m", i), Expression: "1 + " + strings.Repeat("1", 2000), ReturnData: new(i == 0)}
	}
	checkPolicies(t, []policyCase{
		{instances, customized(func(*CustomizedMetric) {}), nil, "the usual"},
		{dynamo, customized(func(*CustomizedMetric) {}), []string{"CustomMetricUnsupported " + in}, "DynamoDB refuses them"},
		{instances, customized(func(m *CustomizedMetric) { *m = CustomizedMetric{} }),
			[]string{"CustomMetricIncomplete " + in + ".metricName", "CustomMetricIncomplete " + in + ".namespace", "CustomMetricIncomplete " + in + ".statistic"}, "nothing is named"},
		{instances, customized(func(m *CustomizedMetric) { m.Statistic = "p99" }), []string{"StatisticUnknown " + in + ".statistic"}, "only five statistics"},
		{instances, customized(func(m *CustomizedMetric) { m.Dimensions = []Dimension{{"a", "b"}, {"", ""}} }),
			[]string{"DimensionIncomplete " + in + ".dimensions[1].name", "DimensionIncomplete " + in + ".dimensions[1].value"}, "half a dimension"},
		{instances, customized(func(m *CustomizedMetric) { m.Metrics = []MetricQuery{{ID: "e1", Expression: "1"}} }),
			[]string{"CustomMetricAmbiguous " + in + ".metrics"}, "two ways at once"},

		{instances, math1(func([]MetricQuery) {}), nil, "metric math"},
		{keyspaces, math1(func([]MetricQuery) {}), []string{"MetricMathUnsupported " + in + ".metrics"}, "an old guide says so"},
		{instances, math1(func(q []MetricQuery) { q[0].ID = "M1" }),
			[]string{"QueryIDInvalid " + in + ".metrics[0].id", "QueryReferenceUnknown " + in + ".metrics[1].expression"}, "ids begin in lower case"},
		{instances, math1(func(q []MetricQuery) { q[1].ID = "m1" }),
			[]string{"QueryIDDuplicate " + in + ".metrics[1].id", "QueryReferenceUnknown " + in + ".metrics[1].expression"}, "twice the same id, which then refers to itself"},
		{instances, math1(func(q []MetricQuery) { q[0].ReturnData = nil }), []string{"QueryReturnsNotOne " + in + ".metrics"}, "the default is to return data"},
		{instances, math1(func(q []MetricQuery) { q[1].ReturnData = new(false) }), []string{"QueryReturnsNotOne " + in + ".metrics"}, "none returns data"},
		{instances, math1(func(q []MetricQuery) { q[0].Expression = "1" }), []string{"QueryAmbiguous " + in + ".metrics[0]"}, "both"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat = nil }), []string{"QueryAmbiguous " + in + ".metrics[0]"}, "neither"},
		{instances, math1(func(q []MetricQuery) { q[1].Expression = strings.Repeat("1", 2049) }), []string{"QueryExpressionTooLong " + in + ".metrics[1].expression"}, "2048 characters"},
		{instances, math1(func(q []MetricQuery) { q[1].Expression = "m1 / m2" }), []string{"QueryReferenceUnknown " + in + ".metrics[1].expression"}, "no m2"},
		{instances, math1(func(q []MetricQuery) {
			q[1].Expression = `IF(m1 > 1e3 and avg (m1) < 2, FILL(m1, REPEAT), SEARCH('{foo} bar', "Sum"))`
		}), nil, "functions, numbers, words and quoted texts are no ids"},
		{instances, math1(func(q []MetricQuery) { q[1].Expression = "SELECT AVG(cpu) FROM things" }), nil, "queries have no ids"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat = &MetricStat{} }),
			[]string{"QueryMetricIncomplete " + in + ".metrics[0].metricStat.metric.metricName", "QueryMetricIncomplete " + in + ".metrics[0].metricStat.metric.namespace", "QueryMetricIncomplete " + in + ".metrics[0].metricStat.stat"}, "nothing is named"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat.Stat = "avg" }), []string{"StatisticUnknown " + in + ".metrics[0].metricStat.stat"}, "a slip"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat.Stat = "p99.9" }), nil, "percentiles"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat.Stat = "PR(0:100)" }), nil, "ranges"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat.Stat = "TM(x)" }), []string{"StatisticBoundsInvalid " + in + ".metrics[0].metricStat.stat"}, "no boundaries"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat.Stat = "tm101" }), []string{"StatisticBoundsInvalid " + in + ".metrics[0].metricStat.stat"}, "more than all"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat.Stat = "TM(90%:10%)" }), []string{"StatisticBoundsInvalid " + in + ".metrics[0].metricStat.stat"}, "the boundaries are swapped"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat.Stat = "WM(:)" }), []string{"StatisticBoundsInvalid " + in + ".metrics[0].metricStat.stat"}, "one boundary may be left out, not both"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat.Stat = "P99" }), []string{"StatisticBoundsInvalid " + in + ".metrics[0].metricStat.stat"}, "case matters"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat.Stat = "WM(10%:500)" }), nil, "a percentage and a value have no order"},
		{instances, math1(func(q []MetricQuery) { q[0].Stat.Dimensions = []Dimension{{"a", ""}} }),
			[]string{"DimensionIncomplete " + in + ".metrics[0].metricStat.metric.dimensions[0].value"}, "half a dimension"},
		{instances, customized(func(m *CustomizedMetric) { *m = CustomizedMetric{Metrics: big} }), []string{"MetricMathTooLarge " + in + ".metrics"}, "50 KB"},
	})
}

func TestValidateStep(t *testing.T) {
	adjust := func(typ string, adjustment int32) Policy {
		return steps(func(c *Step) { c.AdjustmentType = typ; c.Adjustments[0].Adjustment = adjustment })
	}
	many := make([][2]float64, 21)
	for i := range many {
		many[i] = [2]float64{float64(i), float64(i + 1)}
	}
	many[20][1] = open
	const at = step + ".stepAdjustments"
	checkPolicies(t, []policyCase{
		{instances, steps(func(*Step) {}), nil, "scale out above the threshold"},
		{instances, bounded([2]float64{-10, 0}, [2]float64{open, -10}), nil, "scale in below the threshold, in any order"},
		{instances, bounded([2]float64{open, -10}, [2]float64{-10, 10}, [2]float64{10, open}), nil, "both"},
		{instances, bounded([2]float64{open, 0}), nil, "one step"},
		{instances, adjust("", 1), []string{"AdjustmentTypeInvalid " + step + ".adjustmentType"}, "no type"},
		{instances, adjust("Change", 1), []string{"AdjustmentTypeInvalid " + step + ".adjustmentType"}, "a slip"},
		{instances, adjust("ExactCapacity", -1), []string{"StepExactCapacityNegative " + at + "[0].scalingAdjustment"}, "no capacity is negative"},
		{instances, adjust("ChangeInCapacity", -1), nil, "a change can be negative"},
		{instances, steps(func(c *Step) { c.Cooldown = new(int32(-1)) }), []string{"CooldownNegative " + step + ".cooldown"}, "no time is negative"},
		{instances, steps(func(c *Step) { c.MetricAggregationType = "Sum" }), []string{"MetricAggregationUnknown " + step + ".metricAggregationType"}, "only three"},
		{instances, steps(func(c *Step) { c.MinAdjustmentMagnitude = new(int32(1)) }), []string{"MinAdjustmentMagnitudeUnused " + step + ".minAdjustmentMagnitude"}, "percentages only"},
		{instances, steps(func(c *Step) {
			c.AdjustmentType, c.MinAdjustmentMagnitude = "PercentChangeInCapacity", new(int32(0))
		}), []string{"MinAdjustmentMagnitudeInvalid " + step + ".minAdjustmentMagnitude"}, "nothing is no magnitude"},
		{instances, bounded(), []string{"StepsMissing " + at}, "no step"},
		{instances, bounded(many...), []string{"StepsTooMany " + at}, "the quota can be raised, so it is a warning"},
		{instances, bounded([2]float64{open, open}), []string{"StepUnbounded " + at + "[0]"}, "no bound"},
		{instances, bounded([2]float64{0, math.Inf(1)}), []string{"StepBoundInvalid " + at + "[0].metricIntervalUpperBound"}, "not finite"},
		{instances, bounded([2]float64{5, 5}), []string{"StepBoundsReversed " + at + "[0].metricIntervalUpperBound"}, "empty"},
		{instances, bounded([2]float64{0, 10}, [2]float64{5, open}), []string{"StepsOverlap " + at + "[1]"}, "5 to 10 is in both"},
		{instances, bounded([2]float64{0, open}, [2]float64{5, open}), []string{"StepsOverlap " + at + "[1]"}, "two open ends"},
		{instances, bounded([2]float64{open, 0}, [2]float64{open, -5}), []string{"StepsOverlap " + at + "[0]"}, "two open ends"},
		{instances, bounded([2]float64{10, open}, [2]float64{0, 5}), []string{"StepsGap " + at + "[0]"}, "5 to 10 is in none"},
		{instances, bounded([2]float64{-10, 0}), []string{"StepsLowestMissing " + at + "[0].metricIntervalLowerBound"}, "below -10 is nothing"},
		{instances, bounded([2]float64{0, 10}), []string{"StepsHighestMissing " + at + "[0].metricIntervalUpperBound"}, "above 10 is nothing"},
		{instances, bounded([2]float64{-10, 10}), []string{"StepsLowestMissing " + at + "[0].metricIntervalLowerBound", "StepsHighestMissing " + at + "[0].metricIntervalUpperBound"}, "both ends"},
	})
}

func TestValidatePredictive(t *testing.T) {
	metric := func(change func(*PredictiveMetric)) Policy {
		return predictive(func(c *Predictive) { change(&c.Metrics[0]) })
	}
	query := []MetricQuery{{ID: "m1", Stat: &MetricStat{Namespace: "a", MetricName: "b", Stat: "Sum"}}}
	const at = pred + ".metricSpecifications[0]"
	checkPolicies(t, []policyCase{
		{ecs, predictive(func(*Predictive) {}), nil, "the usual"},
		{ecs, predictive(func(c *Predictive) { c.Metrics = nil }), []string{"PredictiveMetricCount " + pred + ".metricSpecifications"}, "none"},
		{ecs, predictive(func(c *Predictive) { c.Metrics = append(c.Metrics, c.Metrics[0]) }), []string{"PredictiveMetricCount " + pred + ".metricSpecifications"}, "two"},
		{ecs, predictive(func(c *Predictive) { c.Mode = "" }), []string{"PredictiveOnlyForecasts " + pred + ".mode"}, "the default does not scale"},
		{ecs, predictive(func(c *Predictive) { c.Mode = "Scale" }), []string{"PredictiveModeUnknown " + pred + ".mode"}, "a slip"},
		{ecs, predictive(func(c *Predictive) { c.SchedulingBufferTime = new(int32(3601)) }), []string{"SchedulingBufferOutOfRange " + pred + ".schedulingBufferTime"}, "one hour"},
		{ecs, predictive(func(c *Predictive) { c.MaxCapacityBreachBehavior = "Increase" }), []string{"BreachBehaviorUnknown " + pred + ".maxCapacityBreachBehavior"}, "a slip"},
		{ecs, predictive(func(c *Predictive) { c.MaxCapacityBreachBehavior = "IncreaseMaxCapacity" }), []string{"MaxCapacityBufferMissing " + pred + ".maxCapacityBuffer"}, "by how much?"},
		{ecs, predictive(func(c *Predictive) { c.MaxCapacityBuffer = new(int32(10)) }), []string{"MaxCapacityBufferUnused " + pred + ".maxCapacityBuffer"}, "the default honors the maximum"},
		{ecs, predictive(func(c *Predictive) {
			c.MaxCapacityBreachBehavior, c.MaxCapacityBuffer = "IncreaseMaxCapacity", new(int32(101))
		}), []string{"MaxCapacityBufferOutOfRange " + pred + ".maxCapacityBuffer"}, "percent"},
		{ecs, metric(func(m *PredictiveMetric) { m.TargetValue = nil }), []string{"TargetValueMissing " + at + ".targetValue"}, "no target"},
		{ecs, metric(func(m *PredictiveMetric) { m.PredefinedPair.Type = "CPU" }), []string{"MetricTypeUnknown " + at + ".predefinedMetricPairSpecification.predefinedMetricType"}, "no such metric"},
		{ecs, metric(func(m *PredictiveMetric) { m.PredefinedPair.Type = "ALBRequestCount" }), []string{"ResourceLabelMissing " + at + ".predefinedMetricPairSpecification.resourceLabel"}, "which load balancer?"},
		{ecs, metric(func(m *PredictiveMetric) { m.PredefinedPair.Type = "ECSServiceAverageCPUUtilization" }),
			[]string{"PredictiveMetricForeign " + at + ".predefinedMetricPairSpecification.predefinedMetricType"}, "AWS says so"},
		{ecs, metric(func(m *PredictiveMetric) {
			m.PredefinedPair, m.PredefinedLoad, m.PredefinedScaling = nil, &PredefinedMetric{Type: "ECSServiceAverageCPUUtilization"}, &PredefinedMetric{Type: "ECSServiceTotalCPUUtilization"}
		}), []string{"PredictiveMetricProbablyForeign " + at + ".predefinedLoadMetricSpecification.predefinedMetricType",
			"PredictiveMetricProbablyForeign " + at + ".predefinedScalingMetricSpecification.predefinedMetricType"}, "the other way round, and which is which is not documented"},
		{ecs, metric(func(m *PredictiveMetric) {
			m.PredefinedPair, m.PredefinedLoad, m.PredefinedScaling = nil, &PredefinedMetric{Type: "ECSServiceTotalCPUUtilization"}, &PredefinedMetric{Type: "ECSServiceAverageCPUUtilization"}
		}), nil, "load and scaling"},
		{ecs, metric(func(m *PredictiveMetric) { m.PredefinedPair = nil }), []string{"PredictiveMetricMissing " + at, "PredictiveMetricMissing " + at}, "neither load nor scaling"},
		{ecs, metric(func(m *PredictiveMetric) { m.PredefinedPair, m.CustomizedLoad = nil, query }), []string{"PredictiveMetricMissing " + at}, "no scaling metric"},
		{ecs, metric(func(m *PredictiveMetric) {
			m.PredefinedPair, m.CustomizedLoad, m.CustomizedScaling, m.CustomizedCapacity = nil, query, query, query
		}), nil, "all customized"},
		{ecs, metric(func(m *PredictiveMetric) { m.CustomizedLoad = query }), []string{"PredictiveMetricAmbiguous " + at + ".predefinedMetricPairSpecification"}, "the pair and more"},
		{ecs, metric(func(m *PredictiveMetric) {
			m.PredefinedPair, m.CustomizedScaling = nil, query
			m.CustomizedLoad, m.PredefinedLoad = query, &PredefinedMetric{Type: "ECSServiceTotalCPUUtilization"}
		}), []string{"PredictiveMetricAmbiguous " + at + ".customizedLoadMetricSpecification"}, "two load metrics"},
		{ecs, metric(func(m *PredictiveMetric) { m.CustomizedCapacity = []MetricQuery{{ID: "m1"}} }),
			[]string{"QueryAmbiguous " + at + ".customizedCapacityMetricSpecification.metricDataQueries[0]"}, "queries are checked"},
	})
}
