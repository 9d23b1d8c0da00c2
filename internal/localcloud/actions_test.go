package localcloud

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// stepping puts a step scaling policy that changes the capacity by so many tasks
// wherever the metric is, and returns its ARN.
func (s *story) stepping(name string, by, cooldown int32) string {
	s.Helper()
	return s.put(name, aas.PutScalingPolicyInput{
		PolicyType: "StepScaling",
		StepScalingPolicyConfiguration: &types.StepScalingPolicyConfiguration{
			AdjustmentType: types.AdjustmentTypeChangeInCapacity, Cooldown: &cooldown,
			StepAdjustments: []types.StepAdjustment{
				{MetricIntervalUpperBound: aws.Float64(0), ScalingAdjustment: &by}, {MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: &by},
			},
		},
	})
}

// actions are the actions in the history of an alarm, oldest first.
func (s *story) actions(alarm string) []string {
	s.Helper()
	out, err := s.clients.alarms.DescribeAlarmHistory(s.Context(), &cloudwatch.DescribeAlarmHistoryInput{AlarmName: &alarm, HistoryItemType: cwtypes.HistoryItemTypeAction})
	s.must(err)
	var lines []string
	for _, i := range out.AlarmHistoryItems {
		lines = append(lines, fmt.Sprint(i.Timestamp.Sub(s.start), " ", *i.HistorySummary))
	}
	slices.Reverse(lines)
	return lines
}

// TestActionsOfEveryState lets an alarm invoke policies in each of its states.
func TestActionsOfEveryState(t *testing.T) {
	s := tell(t, serviceKey, Options{})
	s.register(0, 20)
	out, in := s.stepping("out", 3, 600), s.stepping("in", -1, 180)
	const topic = "arn:aws:sns:eu-west-1:111122223333:operators"
	_, err := s.clients.alarms.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("queue"), Namespace: aws.String("Shop"), MetricName: aws.String("Queue"), Statistic: cwtypes.StatisticAverage,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold, Threshold: aws.Float64(10),
		AlarmActions: []string{out, topic}, OKActions: []string{in, topic}, InsufficientDataActions: []string{out, topic},
	})
	s.must(err)
	s.cloud.Advance(2 * time.Minute)
	s.equal("a new alarm has entered no state", []string(nil), s.actions("queue"))
	put := func(values ...float64) {
		for _, x := range values {
			_, err := s.clients.alarms.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
				Namespace: aws.String("Shop"), MetricData: []cwtypes.MetricDatum{{MetricName: aws.String("Queue"), Value: &x}},
			})
			s.must(err)
			s.cloud.Advance(time.Minute)
		}
	}
	put(50, 50)
	put(5, 5, 5, 5, 5)
	s.cloud.Advance(10 * time.Minute)
	s.equal("policies act in the states that have them, again each minute as their cooldowns let them", []string{
		"4m0s-4m0s Successful: Setting desired count to 3. " + triggered("queue", "out"),
		"6m0s-6m0s Successful: Setting desired count to 2. " + triggered("queue", "in"),
		"9m0s-9m0s Successful: Setting desired count to 1. " + triggered("queue", "in"),
		"12m0s-12m0s Successful: Setting desired count to 0. " + triggered("queue", "in"),
	}, s.told())
	s.equal("the history has the actions of every state; without data a policy cannot decide, and topics are not served here", []string{
		"4m0s Failed to execute action " + topic, "4m0s Successfully executed action " + out,
		"6m0s Failed to execute action " + topic, "6m0s Successfully executed action " + in,
		"13m0s Failed to execute action " + topic, "13m0s Failed to execute action " + out,
	}, s.actions("queue"))
}
