package cloudwatch_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

var ignorePrivate = cmpopts.IgnoreUnexported(types.MetricAlarm{}, types.Dimension{}, types.MetricDataQuery{}, types.MetricStat{}, types.Metric{}, types.Tag{})

func TestPutMetricAlarmCreates(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	in := cpuAlarm("TargetTracking-service/a/b-AlarmHigh")
	in.AlarmActions = []string{"arn:aws:autoscaling:eu-west-1:111122223333:scalingPolicy:x"}
	in.AlarmDescription = aws.String("DO NOT EDIT")
	in.Unit = types.StandardUnitPercent
	put(t, c, in)

	want := types.MetricAlarm{
		AlarmName: in.AlarmName, AlarmDescription: in.AlarmDescription,
		AlarmArn:       aws.String("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:TargetTracking-service/a/b-AlarmHigh"),
		ActionsEnabled: aws.Bool(true), AlarmActions: in.AlarmActions, OKActions: []string{}, InsufficientDataActions: []string{},
		Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: in.Dimensions, Statistic: in.Statistic,
		Period: in.Period, EvaluationPeriods: in.EvaluationPeriods, Threshold: in.Threshold, ComparisonOperator: in.ComparisonOperator,
		Unit: in.Unit, AlarmConfigurationUpdatedTimestamp: &l.now,
		StateValue: types.StateValueInsufficientData, StateReason: aws.String("Unchecked: Initial alarm creation"),
		StateUpdatedTimestamp: &l.now, StateTransitionedTimestamp: &l.now,
	}
	if diff := cmp.Diff(want, describe(t, c, *in.AlarmName), ignorePrivate); diff != "" {
		t.Errorf("a new alarm has what was put, no defaults but the actions, and the initial state (-want +got):\n%s", diff)
	}
	out, err := l.client("999988887777", region).DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{})
	if err != nil || len(out.MetricAlarms) != 0 {
		t.Errorf("another account does not see the alarm: %v, %v", out, err)
	}
	out, err = l.client(account, "us-east-1").DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{})
	if err != nil || len(out.MetricAlarms) != 0 {
		t.Errorf("another Region does not have the alarm: %v, %v", out, err)
	}
}

func TestPutMetricAlarmUpdates(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	in := cpuAlarm("a")
	in.AlarmDescription = aws.String("first")
	in.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("red")}}
	put(t, c, in)
	created := l.now
	_, err := c.SetAlarmState(t.Context(), &sdk.SetAlarmStateInput{
		AlarmName: aws.String("a"), StateValue: types.StateValueAlarm, StateReason: aws.String("test"), StateReasonData: aws.String(`{"version":"1.0"}`),
	})
	if err != nil {
		t.Fatal(err)
	}

	l.now = l.now.Add(time.Second)
	second := mathAlarm("a")
	second.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("blue")}}
	second.TreatMissingData = aws.String("breaching")
	second.ActionsEnabled = aws.Bool(false)
	put(t, c, second)
	got := describe(t, c, "a")
	want := types.MetricAlarm{
		AlarmName: aws.String("a"), AlarmArn: got.AlarmArn, ActionsEnabled: aws.Bool(false),
		AlarmActions: []string{}, OKActions: []string{}, InsufficientDataActions: []string{}, Dimensions: []types.Dimension{},
		EvaluationPeriods: second.EvaluationPeriods, DatapointsToAlarm: second.DatapointsToAlarm, Threshold: second.Threshold,
		ComparisonOperator: second.ComparisonOperator, Metrics: second.Metrics, TreatMissingData: second.TreatMissingData,
		AlarmConfigurationUpdatedTimestamp: &l.now,
		StateValue:                         types.StateValueAlarm, StateReason: aws.String("test"), StateReasonData: aws.String(`{"version":"1.0"}`),
		StateUpdatedTimestamp: &created, StateTransitionedTimestamp: &created,
	}
	if diff := cmp.Diff(want, got, ignorePrivate); diff != "" {
		t.Errorf("an update replaces the whole configuration and leaves the state (-want +got):\n%s", diff)
	}
	tags, err := c.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceARN: got.AlarmArn})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in.Tags, tags.Tags, ignorePrivate); diff != "" {
		t.Errorf("tags of an update are ignored (-want +got):\n%s", diff)
	}
}

// refusal is a change that makes a valid alarm invalid.
type refusal struct {
	reason string
	spoil  func(*sdk.PutMetricAlarmInput)
	code   string
	text   string
}

func testRefusals(t *testing.T, valid func(string) *sdk.PutMetricAlarmInput, cases map[string]refusal) {
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			in := valid("a")
			tc.spoil(in)
			_, err := c.PutMetricAlarm(t.Context(), in)
			if code(err) != tc.code || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("%s: got %v, want %s with %q", tc.reason, err, tc.code, tc.text)
			}
		})
	}
	out, err := c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{})
	if err != nil || len(out.MetricAlarms) != 0 {
		t.Errorf("an alarm that is refused is not stored: %v, %v", out.MetricAlarms, err)
	}
}

func TestPutMetricAlarmRefuses(t *testing.T) {
	type input = sdk.PutMetricAlarmInput
	testRefusals(t, cpuAlarm, map[string]refusal{
		"NoMetric": {"an alarm is on a metric or on metrics, in the words of the real service",
			func(in *input) { in.MetricName = nil }, "ValidationError", "MetricName must not be null"},
		"NoNamespace": {"a metric has a namespace", func(in *input) { in.Namespace = nil }, "ValidationError", "Namespace must not be null"},
		"NoPeriod":    {"a static threshold needs a period", func(in *input) { in.Period = nil }, "ValidationError", "Period must not be null"},
		"NoStatistic": {"one of the two statistics is required", func(in *input) { in.Statistic = "" }, "MissingParameter", "Statistic"},
		"Statistics": {"and only one", func(in *input) { in.ExtendedStatistic = aws.String("p90") },
			"InvalidParameterCombination", "must not be given together"},
		"Percentile": {"an extended statistic has a grammar", func(in *input) { in.Statistic, in.ExtendedStatistic = "", aws.String("q90") },
			"InvalidParameterValue", "q90"},
		"Metrics": {"a list of metrics excludes the single metric, in the words of the real service",
			func(in *input) { in.Metrics = mathAlarm("x").Metrics }, "ValidationError", "MetricName should not be set if list of Metrics is set."},
		"Period": {"periods are 10, 20, 30 or whole minutes", func(in *input) { in.Period = aws.Int32(45) }, "ValidationError", "multiple of 60"},
		"PeriodZero": {"a period is positive, by the model", func(in *input) { in.Period = aws.Int32(0) },
			"ValidationError", "Value '0' at 'period' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		"Day": {"short periods cover a day at most", func(in *input) { in.EvaluationPeriods = aws.Int32(1441) }, "ValidationError", "86400"},
		"Week": {"long periods cover a week at most",
			func(in *input) { in.Period, in.EvaluationPeriods = aws.Int32(3600), aws.Int32(169) }, "ValidationError", "604800"},
		"NoPeriods": {"N is required", func(in *input) { in.EvaluationPeriods = nil }, "ValidationError", "EvaluationPeriods must not be null"},
		"Datapoints": {"M is at most N, in the words of the real service", func(in *input) { in.DatapointsToAlarm = aws.Int32(4) },
			"ValidationError", "DatapointsToAlarm must be less than or equal to EvaluationPeriods"},
		"NoOperator":  {"a comparison is required", func(in *input) { in.ComparisonOperator = "" }, "ValidationError", "ComparisonOperator must not be null"},
		"NoThreshold": {"a threshold is required", func(in *input) { in.Threshold = nil }, "ValidationError", "Threshold must not be null"},
		"NaN":         {"a threshold is a number", func(in *input) { in.Threshold = aws.Float64(math.NaN()) }, "InvalidParameterValue", "Threshold"},
		"Anomaly": {"operators of anomaly detection need a model",
			func(in *input) { in.ComparisonOperator = types.ComparisonOperatorGreaterThanUpperThreshold }, "ValidationError", "anomaly"},
		"Enums": {"all violations of the model come at once",
			func(in *input) { in.Statistic, in.Unit = "Median", "Furlong" },
			"ValidationError", "2 validation errors detected: Value 'Median' at 'statistic'"},
		"Missing": {"missing data has four treatments", func(in *input) { in.TreatMissingData = aws.String("guess") },
			"ValidationError", "[breaching, notBreaching, ignore, missing]"},
		"LongName": {"names are bounded", func(in *input) { in.AlarmName = aws.String(strings.Repeat("n", 256)) },
			"ValidationError", "Member must have length less than or equal to 255"},
		"ControlName": {"names have no control characters", func(in *input) { in.AlarmName = aws.String("a\nb") }, "ValidationError", "control characters"},
		"Actions": {"five actions per state at most",
			func(in *input) { in.OKActions = strings.Split("arn:aws:sns:r:1 b c d e f", " ") }, "ValidationError", "'oKActions'"},
		"ActionARN": {"an action is an ARN, in the words of the real service",
			func(in *input) { in.AlarmActions = []string{"scale-out"} }, "ValidationError", "Invalid arn syntax: scale-out"},
		"Namespace": {"a namespace does not begin with a colon", func(in *input) { in.Namespace = aws.String(":N") }, "ValidationError", "[^:].*"},
		"Dimensions": {"thirty dimensions at most",
			func(in *input) {
				in.Dimensions = make([]types.Dimension, 31)
				for i := range in.Dimensions {
					in.Dimensions[i] = types.Dimension{Name: aws.String("n"), Value: aws.String("v")}
				}
			}, "ValidationError", "'dimensions'"},
		"DimensionValue": {"a dimension has a value", func(in *input) { in.Dimensions[0].Value = aws.String("") }, "ValidationError", "dimensions.1.member.value"},
		"TagKey": {"tags of AWS are not ours to set",
			func(in *input) { in.Tags = []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("")}} }, "InvalidParameterValue", "aws:x"},
		"Payload": {"a request is at most 120 KB", func(in *input) {
			in.Tags = make([]types.Tag, 400)
			for i := range in.Tags {
				in.Tags[i] = types.Tag{Key: aws.String(strings.Repeat("k", 128)), Value: aws.String(strings.Repeat("v", 256))}
			}
		}, "ValidationError", "larger than the maximum"},
		"PromQL": {"what the local cloud does not have it refuses by name", func(in *input) {
			in.EvaluationCriteria = &types.EvaluationCriteriaMemberPromQLCriteria{Value: types.AlarmPromQLCriteria{Query: aws.String("up")}}
		}, "InvalidParameterValue", "does not implement EvaluationCriteria"},
		"AnomalyModel": {"anomaly detection is refused by name", func(in *input) { in.ThresholdMetricId = aws.String("ad1") },
			"InvalidParameterValue", "does not implement ThresholdMetricId"},
	})
}

func TestPutMetricAlarmRefusesMetrics(t *testing.T) {
	type input = sdk.PutMetricAlarmInput
	testRefusals(t, mathAlarm, map[string]refusal{
		"Statistic": {"the words of the real service", func(in *input) { in.Statistic = types.StatisticSum },
			"ValidationError", "Statistic should not be set if list of Metrics is set."},
		"NoneReturned": {"the alarm watches one series, in the words of the real service",
			func(in *input) { in.Metrics[2].ReturnData = aws.Bool(false) }, "ValidationError", "Exactly one element of the metrics list should return data."},
		"TwoReturned": {"absent means that data are returned", func(in *input) { in.Metrics[0].ReturnData = nil },
			"ValidationError", "Exactly one element of the metrics list should return data."},
		"DuplicateID": {"an Id names one element", func(in *input) { in.Metrics[1].Id = aws.String("m1") }, "ValidationError", "m1 is used by more"},
		"ID":          {"an Id is a variable of the expression", func(in *input) { in.Metrics[2].Id = aws.String("E1") }, "ValidationError", "lowercase letter"},
		"Both": {"an element is a metric or an expression", func(in *input) { in.Metrics[2].MetricStat = in.Metrics[0].MetricStat },
			"ValidationError", "exactly one of MetricStat and Expression"},
		"Neither": {"and not nothing", func(in *input) { in.Metrics[2].Expression = nil }, "ValidationError", "exactly one of MetricStat and Expression"},
		"Periods": {"all metrics of an alarm have one period", func(in *input) { in.Metrics[1].MetricStat.Period = aws.Int32(120) },
			"ValidationError", "same Period"},
		"Period": {"which follows the rule of all periods",
			func(in *input) {
				in.Metrics[0].MetricStat.Period, in.Metrics[1].MetricStat.Period = aws.Int32(7), aws.Int32(7)
			},
			"ValidationError", "multiple of 60"},
		"Model": {"constraints of the model name the path", func(in *input) { in.Metrics[0].MetricStat.Unit = "Furlong" },
			"ValidationError", "'metrics.1.member.metricStat.unit'"},
		"Expression": {"expressions are compiled", func(in *input) { in.Metrics[2].Expression = aws.String("m1/m3") },
			"ValidationError", "Error in expression 'e1': position 4: m3 is the Id of no query"},
		"Array": {"an alarm watches one series", func(in *input) { in.Metrics[2].Expression = aws.String("METRICS()") },
			"ValidationError", "must return a single time series"},
		"Expressions": {"ten expressions at most", func(in *input) {
			for id := range strings.SplitSeq("f g h i j k l m n o", " ") {
				in.Metrics = append(in.Metrics, types.MetricDataQuery{Id: &id, Expression: aws.String("m1"), ReturnData: aws.Bool(false)})
			}
		}, "ValidationError", "11 expressions"},
		"Stats": {"ten metrics at most", func(in *input) {
			for id := range strings.SplitSeq("f g h i j k l m n", " ") {
				in.Metrics = append(in.Metrics, types.MetricDataQuery{Id: &id, MetricStat: in.Metrics[0].MetricStat, ReturnData: aws.Bool(false)})
			}
		}, "ValidationError", "11 metrics"},
	})
}

func TestPutMetricAlarmAccepts(t *testing.T) {
	type input = sdk.PutMetricAlarmInput
	cases := map[string]struct {
		reason string
		change func(*input)
	}{
		"HighResolution": {"high resolution alarms have short periods", func(in *input) { in.Period = aws.Int32(20) }},
		"WholeDay":       {"a whole day is not more than a day", func(in *input) { in.EvaluationPeriods = aws.Int32(1440) }},
		"WholeWeek":      {"a whole week is not more than a week", func(in *input) { in.Period, in.EvaluationPeriods = aws.Int32(86400), aws.Int32(7) }},
		"Percentile":     {"percentiles have decimals", func(in *input) { in.Statistic, in.ExtendedStatistic = "", aws.String("p99.9") }},
		"Range":          {"ranges of values are statistics", func(in *input) { in.Statistic, in.ExtendedStatistic = "", aws.String("PR(:300)") }},
		"ZeroThreshold":  {"zero is a threshold", func(in *input) { in.Threshold = aws.Float64(0) }},
		"Unicode":        {"names are counted in characters", func(in *input) { in.AlarmName = aws.String(strings.Repeat("é", 255)) }},
	}
	l := newLab(t, localcloud.Options{})
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			in := cpuAlarm("a")
			tc.change(in)
			if _, err := l.client(account, region).PutMetricAlarm(t.Context(), in); err != nil {
				t.Errorf("%s: %v", tc.reason, err)
			}
		})
	}
}
