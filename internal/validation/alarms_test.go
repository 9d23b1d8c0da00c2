package validation_test

import (
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/alarmfile"
	"github.com/setpoint-io/setpoint/internal/validation"
)

const step = head + "ScalingPolicy\nmetadata: {name: x}\nspec: {policyName: busy, " + identity + ", stepScalingPolicyConfiguration: {adjustmentType: ChangeInCapacity, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]}}\n"

func given(t *testing.T, text string) validation.Given {
	t.Helper()
	alarms, err := alarmfile.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return validation.Given{File: "alarm.json", Alarms: alarms}
}

func TestAlarms(t *testing.T) {
	wake := func(metric, operator, threshold string) string {
		return `{"AlarmName":"wake","MetricName":"` + metric + `","ComparisonOperator":"` + operator + `","Threshold":` + threshold + `}`
	}
	object := "---\napiVersion: cloudwatch.services.k8s.aws/v1alpha1\nkind: MetricAlarm\nmetadata: {name: w}\nspec: {name: wake, metricName: HasBacklogWithoutCapacity, comparisonOperator: GreaterThanThreshold, threshold: 1, alarmActions: ['arn:aws:autoscaling:r:1:scalingPolicy:u:resource/ecs/service/c/s:policyName/busy']}\n"
	for _, c := range []struct{ reason, text, alarm, steps, codes, says string }{
		{"without its alarm a step counts from a threshold", step, "", "threshold ≤ metric: +1", "", ""},
		{"an alarm without actions starts the only step policy", step, wake("CPUUtilization", "GreaterThanThreshold", "70"), "70 ≤ CPUUtilization: +1", "", ""},
		{"but not one of two", step + "---\n" + strings.NewReplacer("name: x", "name: z", "busy", "idle").Replace(step), wake("CPUUtilization", "GreaterThanThreshold", "70"), "threshold ≤ metric: +1", "AlarmStartsNothing", "AlarmActions"},
		{"an alarm of another policy", step, `{"AlarmName":"a","MetricName":"m","Threshold":1,"AlarmActions":["other"]}`, "threshold ≤ metric: +1", "AlarmStartsNothing", ""},
		{"a metric that is 1 at most is never above 1", step, wake("HasBacklogWithoutCapacity", "GreaterThanThreshold", "1"), "1 ≤ HasBacklogWithoutCapacity: +1", "AlarmMissesOneRequest", "> 1; at zero capacity the metric is never more than 1, so the alarm never fires: write GreaterThanOrEqualToThreshold"},
		{"it is at 1", step, wake("HasBacklogWithoutCapacity", "GreaterThanOrEqualToThreshold", "1"), "1 ≤ HasBacklogWithoutCapacity: +1", "", ""},
		{"and above 0", step, wake("HasBacklogWithoutCapacity", "GreaterThanThreshold", "0"), "0 ≤ HasBacklogWithoutCapacity: +1", "", ""},
		{"one request is not more than one", step, wake("NoCapacityInvocationFailures", "GreaterThanThreshold", "1"), "1 ≤ NoCapacityInvocationFailures: +1", "AlarmMissesOneRequest", "one request wakes nothing"},
		{"nor is it two", step, wake("NoCapacityInvocationFailures", "GreaterThanOrEqualToThreshold", "2"), "2 ≤ NoCapacityInvocationFailures: +1", "AlarmMissesOneRequest", "≥ 2"},
		{"an alarm for the way down is none for the way up", step, wake("HasBacklogWithoutCapacity", "LessThanThreshold", "1"), "1 ≤ HasBacklogWithoutCapacity: +1", "", ""},
		{"an alarm among the documents is looked at, too", step + object, "", "1 ≤ HasBacklogWithoutCapacity: +1", "AlarmMissesOneRequest", "alarm wake"},
	} {
		var files []validation.Given
		if c.alarm != "" {
			files = append(files, given(t, c.alarm))
		}
		v := validate(t, c.text, files...)
		var codes, messages []string
		for _, f := range v.Findings {
			codes, messages = append(codes, f.Code), append(messages, f.Message)
			if f.File == "" {
				t.Errorf("%s: %+v has no place", c.reason, f)
			}
		}
		if got := strings.Join(v.Objects[0].Steps, "; "); got != c.steps {
			t.Errorf("%s: steps %q, want %q", c.reason, got, c.steps)
		}
		if got, said := strings.Join(codes, " "), strings.Join(messages, "; "); got != c.codes || !strings.Contains(said, c.says) {
			t.Errorf("%s: findings %q %q, want %q %q", c.reason, got, said, c.codes, c.says)
		}
	}
}
