package awsapi

import (
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
)

// anAlarm is as AWS makes it, and new every time.
func anAlarm() *types.MetricAlarm {
	return &types.MetricAlarm{
		AlarmName: aws.String("TargetTracking-x-AlarmHigh-1"), AlarmDescription: aws.String("DO NOT EDIT OR DELETE."),
		ActionsEnabled: aws.Bool(true), AlarmActions: []string{"arn:policy:createdBy/1"},
		Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"), Statistic: types.StatisticAverage, Unit: types.StandardUnitPercent,
		Dimensions: []types.Dimension{{Name: aws.String("ClusterName"), Value: aws.String("c")}, {Name: aws.String("ServiceName"), Value: aws.String("s")}},
		Period:     aws.Int32(60), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(60), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		StateValue: types.StateValueOk,
	}
}

func TestAlarmSettings(t *testing.T) {
	want := map[string]string{
		"actionsEnabled": "true", "alarmActions": "arn:policy:createdBy/1", "comparisonOperator": "GreaterThanThreshold",
		"dimensions[ClusterName]": "c", "dimensions[ServiceName]": "s", "evaluationPeriods": "3", "metricName": "CPUUtilization", "namespace": "AWS/ECS",
		"period": "60", "statistic": "Average", "threshold": "60", "treatMissingData": "missing", "unit": "Percent",
	}
	if diff := cmp.Diff(want, alarmSettings(anAlarm())); diff != "" {
		t.Errorf("an alarm as AWS makes it (-want +got)\n%s", diff)
	}
	if got := alarmSettings(nil); got != nil {
		t.Errorf("no alarm has settings: %v", got)
	}
	math := alarmSettings(&types.MetricAlarm{Metrics: []types.MetricDataQuery{
		{Id: aws.String("e"), Expression: aws.String("m/2")},
		{Id: aws.String("m"), ReturnData: aws.Bool(false), MetricStat: &types.MetricStat{
			Period: aws.Int32(60), Stat: aws.String("Sum"), Metric: &types.Metric{Namespace: aws.String("App"), MetricName: aws.String("Backlog")}}},
	}})
	for name, value := range map[string]string{
		"metrics[e].expression": "m/2", "metrics[e].returnData": "true", "metrics[m].returnData": "false",
		"metrics[m].stat": "Sum", "metrics[m].metricName": "Backlog", "metrics[m].period": "60",
	} {
		if math[name] != value {
			t.Errorf("metric math: %s is %q, want %q", name, math[name], value)
		}
	}
}

func TestWhatIsAnEditOfAnAlarm(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		edit   func(*types.MetricAlarm)
		differ bool
	}{
		"threshold":     {"it scales at another load", func(a *types.MetricAlarm) { a.Threshold = aws.Float64(90) }, true},
		"comparison":    {"it scales at another load", func(a *types.MetricAlarm) { a.ComparisonOperator = types.ComparisonOperatorLessThanThreshold }, true},
		"periods":       {"it scales at another time", func(a *types.MetricAlarm) { a.EvaluationPeriods = aws.Int32(1) }, true},
		"datapoints":    {"it scales at another time", func(a *types.MetricAlarm) { a.DatapointsToAlarm = aws.Int32(1) }, true},
		"missing data":  {"it scales without data", func(a *types.MetricAlarm) { a.TreatMissingData = aws.String("breaching") }, true},
		"the default":   {"a default that is written down is the default", func(a *types.MetricAlarm) { a.TreatMissingData = aws.String("missing") }, false},
		"metric":        {"it watches something else", func(a *types.MetricAlarm) { a.MetricName = aws.String("MemoryUtilization") }, true},
		"dimension":     {"it watches something else", func(a *types.MetricAlarm) { a.Dimensions[1].Value = aws.String("other") }, true},
		"statistic":     {"it watches something else", func(a *types.MetricAlarm) { a.Statistic = types.StatisticMaximum }, true},
		"more actions":  {"it does more", func(a *types.MetricAlarm) { a.AlarmActions = append(a.AlarmActions, "arn:topic") }, true},
		"other actions": {"it does more", func(a *types.MetricAlarm) { a.OKActions = []string{"arn:topic"} }, true},
		"actions off":   {"it does nothing", func(a *types.MetricAlarm) { a.ActionsEnabled = aws.Bool(false) }, true},
		"order":         {"dimensions have no order", func(a *types.MetricAlarm) { a.Dimensions[0], a.Dimensions[1] = a.Dimensions[1], a.Dimensions[0] }, false},
		"description":   {"words change nothing", func(a *types.MetricAlarm) { a.AlarmDescription = aws.String("mine") }, false},
		"state":         {"an alarm that goes off was not edited", func(a *types.MetricAlarm) { a.StateValue = types.StateValueAlarm }, false},
	} {
		edited := anAlarm()
		c.edit(edited)
		if got := !maps.Equal(alarmSettings(anAlarm()), alarmSettings(edited)); got != c.differ {
			t.Errorf("%s: differs: %t, want %t: %s", name, got, c.differ, c.reason)
		}
	}
}
