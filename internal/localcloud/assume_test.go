package localcloud

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
)

func TestAssume(t *testing.T) {
	slow := engine.DefaultBehaviour()
	slow.Alarm.MetricDelay, slow.Scaling.HighAlarmPeriods = 2*time.Minute, 5
	var want, got Options
	want.Scaling = &slow
	want.AppAutoScaling = appautoscaling.Behaviour{RegisterDelay: 3 * time.Second, RejectPastAt: true, VariantFloor: 1, DynamoDBTargetMin: 20.5, Quotas: appautoscaling.Quotas{Tags: 7}}
	want.CloudWatch.DeleteIgnoresMissing = true
	want.SageMaker.InstanceQuota = 4
	for _, text := range []string{
		"metricDelay=2m", "highAlarmPeriods=5", "appautoscaling.registerDelay=3s", "appautoscaling.rejectPastAt=true", "appautoscaling.variantFloor=1",
		"appautoscaling.dynamoDBTargetMin=20.5", "appautoscaling.quotas.tags=7", "cloudwatch.deleteIgnoresMissing=true", "sagemaker.instanceQuota=4",
	} {
		if err := got.Assume(text); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for text, want := range map[string]string{
		"metricDelay":                          "NAME=VALUE",
		"metricDelay=soon":                     "write a duration",
		"metricdelay=1s":                       "metricDelay",
		"stableIDs=true":                       "or one of a service, such as appautoscaling.registerDelay",
		"sagemaker.instanceQuotas=1":           "sagemaker.instanceQuota",
		"sagemaker.instanceQuota=-1":           "a whole number from 0 on",
		"sagemaker.instanceQuota=99999999999":  "a whole number from 0 on",
		"sagemaker.denyDeregister=yes":         "write true or false",
		"appautoscaling.registerDelay=-1s":     "write a duration",
		"appautoscaling.dynamoDBTargetMin=NaN": "write a number",
	} {
		var o Options
		if err := o.Assume(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error that says %q", text, err, want)
		}
	}
}

func FuzzAssume(f *testing.F) {
	f.Add("metricDelay=2m")
	f.Add("appautoscaling.quotas.tags=7")
	f.Fuzz(func(t *testing.T, text string) {
		var o, again Options
		err := o.Assume(text)
		if err != nil && !strings.Contains(err.Error(), "write") {
			t.Errorf("%v does not say what to write", err)
		}
		if err == nil && (again.Assume(text) != nil || !cmp.Equal(o, again)) {
			t.Errorf("%s is not the same twice", text)
		}
	})
}

// SetAlarmState with data that carry a date: policies act on them whatever it is,
// or not on old ones.
func TestOldDataOfAnAlarm(t *testing.T) {
	for _, c := range []struct {
		assume string
		age    time.Duration
		date   bool
		acts   bool
		reason string
	}{
		{"cloudwatch.maxQueryAge=0s", time.Hour, true, true, "nothing is documented of the age"},
		{"cloudwatch.maxQueryAge=0s", 0, false, true, "nor of a date"},
		{"cloudwatch.maxQueryAge=16s", 16 * time.Second, true, true, "as old as may be"},
		{"cloudwatch.maxQueryAge=16s", 17 * time.Second, true, false, "older"},
		{"cloudwatch.maxQueryAge=16s", 0, false, false, "of unknown age"},
	} {
		var o Options
		if err := o.Assume(c.assume); err != nil {
			t.Fatal(err)
		}
		s := tell(t, variantKey, o)
		s.must(s.cloud.Seed(t.Context(), Endpoint{Name: "demo-endpoint", Account: here.Account, Region: here.Region}))
		s.register(1, 4)
		s.track("SageMakerVariantInvocationsPerInstance", 50)
		all, err := s.clients.alarms.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
		s.must(err)
		data := `{"recentDatapoints":[90,100],"threshold":50}`
		if c.date {
			date := s.cloud.Clock().Now().Add(-c.age).Format("2006-01-02T15:04:05.000-0700")
			data = fmt.Sprintf(`{"queryDate":%q,"recentDatapoints":[90,100],"threshold":50}`, date)
		}
		for _, a := range all.MetricAlarms {
			if strings.Contains(*a.AlarmName, "AlarmHigh") {
				_, err := s.clients.alarms.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: a.AlarmName, StateValue: cwtypes.StateValueAlarm, StateReason: new("by hand"), StateReasonData: &data})
				s.must(err)
			}
		}
		if acted := len(s.activities()) > 0; acted != c.acts {
			t.Errorf("%s: the policy acts: %v, want %v", c.reason, acted, c.acts)
		}
		history, err := s.clients.alarms.DescribeAlarmHistory(t.Context(), &cloudwatch.DescribeAlarmHistoryInput{HistoryItemType: cwtypes.HistoryItemTypeAction})
		s.must(err)
		if n := len(history.AlarmHistoryItems); n != 1 {
			t.Errorf("%s: %d actions are in the history", c.reason, n)
		} else if failed := strings.Contains(*history.AlarmHistoryItems[0].HistoryData, "the alarm query timestamp is outdated"); failed == c.acts {
			t.Errorf("%s: the history says %s", c.reason, *history.AlarmHistoryItems[0].HistoryData)
		}
	}
}
