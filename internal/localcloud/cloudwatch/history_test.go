package cloudwatch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// live makes history: an alarm is created, goes to ALARM twice, is changed and
// deleted, a second apart each.
func live(t *testing.T, l *lab, name string) {
	t.Helper()
	c := l.client(account, region)
	put(t, c, cpuAlarm(name))
	for _, state := range []types.StateValue{types.StateValueAlarm, types.StateValueAlarm, types.StateValueOk} {
		l.now = l.now.Add(time.Second)
		if _, err := c.SetAlarmState(t.Context(), &sdk.SetAlarmStateInput{
			AlarmName: &name, StateValue: state, StateReason: aws.String("test"), StateReasonData: aws.String(`{"version":"1.0"}`),
		}); err != nil {
			t.Fatal(err)
		}
	}
	l.now = l.now.Add(time.Second)
	if _, err := c.DisableAlarmActions(t.Context(), &sdk.DisableAlarmActionsInput{AlarmNames: []string{name}}); err != nil {
		t.Fatal(err)
	}
	l.now = l.now.Add(time.Second)
	if _, err := c.DeleteAlarms(t.Context(), &sdk.DeleteAlarmsInput{AlarmNames: []string{name}}); err != nil {
		t.Fatal(err)
	}
}

func summaries(items []types.AlarmHistoryItem) []string {
	lines := []string{}
	for _, i := range items {
		lines = append(lines, string(i.HistoryItemType)+": "+*i.HistorySummary)
	}
	return lines
}

func TestDescribeAlarmHistory(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	start := l.now
	live(t, l, "a")
	put(t, l.client(account, region), cpuAlarm("b"))
	all := []string{
		`ConfigurationUpdate: Alarm "a" created`, "StateUpdate: Alarm updated from INSUFFICIENT_DATA to ALARM", "StateUpdate: Alarm updated from ALARM to OK",
		`ConfigurationUpdate: Alarm "a" updated`, `ConfigurationUpdate: Alarm "a" deleted`,
	}
	cases := []struct {
		in     sdk.DescribeAlarmHistoryInput
		want   []string
		reason string
	}{
		{sdk.DescribeAlarmHistoryInput{AlarmName: aws.String("a"), ScanBy: types.ScanByTimestampAscending}, all, "the history outlives the alarm, and the same state again is no update"},
		{sdk.DescribeAlarmHistoryInput{ScanBy: types.ScanByTimestampAscending}, append(all[:5:5], `ConfigurationUpdate: Alarm "b" created`), "without a name all alarms"},
		{sdk.DescribeAlarmHistoryInput{AlarmName: aws.String("a"), HistoryItemType: types.HistoryItemTypeStateUpdate}, []string{all[2], all[1]}, "the newest is first by default"},
		{sdk.DescribeAlarmHistoryInput{StartDate: aws.Time(start.Add(time.Second)), EndDate: aws.Time(start.Add(3 * time.Second))}, []string{all[2], all[1]}, "from one time to another"},
		{sdk.DescribeAlarmHistoryInput{AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm}}, []string{}, "there are no composite alarms"},
	}
	c := l.client(account, region)
	for _, tc := range cases {
		for _, size := range []int32{1, 100} {
			tc.in.MaxRecords = &size
			var got []types.AlarmHistoryItem
			p := sdk.NewDescribeAlarmHistoryPaginator(c, &tc.in)
			for p.HasMorePages() {
				out, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, out.AlarmHistoryItems...)
			}
			if diff := cmp.Diff(tc.want, summaries(got)); diff != "" {
				t.Errorf("%s, in pages of %d (-want +got):\n%s", tc.reason, size, diff)
			}
		}
	}
	l.now = l.now.Add(15 * 24 * time.Hour)
	out, err := c.DescribeAlarmHistory(t.Context(), &sdk.DescribeAlarmHistoryInput{})
	if err != nil || len(out.AlarmHistoryItems) != 0 {
		t.Errorf("history is kept for two weeks: %v, %v", summaries(out.AlarmHistoryItems), err)
	}
	for _, wrong := range []*sdk.DescribeAlarmHistoryInput{{MaxRecords: aws.Int32(101)}, {HistoryItemType: "Odd"}, {ScanBy: "Odd"}} {
		if _, err := c.DescribeAlarmHistory(t.Context(), wrong); code(err) != "ValidationError" {
			t.Errorf("%+v is answered with %v", wrong, err)
		}
	}
}

func TestHistoryData(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	live(t, l, "a")
	out, err := l.client(account, region).DescribeAlarmHistory(t.Context(), &sdk.DescribeAlarmHistoryInput{ScanBy: types.ScanByTimestampAscending})
	if err != nil {
		t.Fatal(err)
	}
	var created struct {
		Type         string
		CreatedAlarm struct{ AlarmName, StateValue, AlarmConfigurationUpdatedTimestamp string }
	}
	if err := json.Unmarshal([]byte(*out.AlarmHistoryItems[0].HistoryData), &created); err != nil {
		t.Fatal(err)
	}
	if created.Type != "Create" || created.CreatedAlarm.AlarmName != "a" || created.CreatedAlarm.AlarmConfigurationUpdatedTimestamp != "2026-03-01T12:00:00.000+0000" {
		t.Errorf("a configuration update has the alarm: %+v", created)
	}
	const want = `{"version":"1.0","oldState":{"stateValue":"INSUFFICIENT_DATA","stateReason":"Unchecked: Initial alarm creation"},` +
		`"newState":{"stateValue":"ALARM","stateReason":"test","stateReasonData":{"version":"1.0"}}}`
	if diff := cmp.Diff(want, *out.AlarmHistoryItems[1].HistoryData); diff != "" {
		t.Errorf("a state update has both states, in the shape that AWS documents (-want +got):\n%s", diff)
	}
}

func TestRecordAction(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := cloudwatch.New(cloudwatch.Options{Now: func() time.Time { return now }})
	scope := wire.Scope{Account: account, Region: region}
	s.RecordAction(scope, "a", "arn:aws:autoscaling:x", nil)
	s.RecordAction(scope, "a", "arn:aws:autoscaling:x", errors.New("no capacity"))
	out, err := s.Handle(t.Context(), wire.NewRequest(scope, "DescribeAlarmHistory", map[string]any{"HistoryItemType": "Action", "ScanBy": "TimestampAscending"}))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	item := func(summary, data string) string {
		return fmt.Sprintf(`{"AlarmName":"a","AlarmType":"MetricAlarm","Timestamp":1772366400,"HistoryItemType":"Action","HistorySummary":%q,"HistoryData":%q}`, summary, data)
	}
	want := `{"AlarmHistoryItems":[` +
		item("Successfully executed action arn:aws:autoscaling:x", `{"actionState":"Succeeded","notificationResource":"arn:aws:autoscaling:x"}`) + "," +
		item("Failed to execute action arn:aws:autoscaling:x", `{"actionState":"Failed","notificationResource":"arn:aws:autoscaling:x","error":"no capacity"}`) + `]}`
	if diff := cmp.Diff(want, string(encoded)); diff != "" {
		t.Errorf("actions are in the history with their outcome (-want +got):\n%s", diff)
	}
}
