package alarmfile_test

import (
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/alarmfile"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

func TestRead(t *testing.T) {
	for _, c := range []struct{ reason, text, names, err string }{
		{"one alarm, as put-metric-alarm takes it", `{"AlarmName":"a","Threshold":1}`, "a", ""},
		{"a list of them", `[{"AlarmName":"a"},{"AlarmName":"b"}]`, "a b", ""},
		{"what describe-alarms answers", `{"MetricAlarms":[{"AlarmName":"a"},{"AlarmName":"b"}],"CompositeAlarms":[]}`, "a b", ""},
		{"an answer without alarms", `{"MetricAlarms":[]}`, "", ""},
		{"no JSON", `AlarmName: a`, "", "put-metric-alarm --cli-input-json"},
		{"a threshold that is no number", `{"AlarmName":"a","Threshold":"1"}`, "", "Threshold"},
	} {
		alarms, err := alarmfile.Read(strings.NewReader(c.text))
		var names []string
		for _, a := range alarms {
			names = append(names, a.AlarmName)
		}
		if got := strings.Join(names, " "); got != c.names || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v; want %q, %q", c.reason, got, err, c.names, c.err)
		}
	}
}

func TestInvokes(t *testing.T) {
	const arn = "arn:aws:autoscaling:us-west-2:123456789012:scalingPolicy:6d8972f3-efc8-437c-92d1-6270f29a66e7:resource/ecs/service/shop/web:policyName/busy"
	web := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/shop/web", ScalableDimension: "ecs:service:DesiredCount"}
	api := web
	api.ResourceID = "service/shop/api"
	for _, c := range []struct {
		reason string
		action string
		id     autoscaling.Identity
		policy string
		want   bool
	}{
		{"by its ARN", arn, web, "busy", true},
		{"the policy of that name of another target is another", arn, api, "busy", false},
		{"where no target is known the name tells", arn, autoscaling.Identity{}, "busy", true},
		{"another policy of the target", arn, web, "idle", false},
		{"a managed one says who made it", arn + ":createdBy/x", web, "busy", true},
		{"by its name alone", "busy", web, "busy", true},
		{"a topic is no policy", "arn:aws:sns:us-west-2:123456789012:busy", web, "busy", false},
	} {
		if got := (alarmfile.Alarm{AlarmActions: []string{c.action}}).Invokes(c.id, c.policy); got != c.want {
			t.Errorf("%s: %t, want %t", c.reason, got, c.want)
		}
	}
}

func TestOf(t *testing.T) {
	a, ok := alarmfile.Of(map[string]any{"name": "busy", "metricName": "CPUUtilization", "threshold": int64(70), "alarmActions": []any{"busy"}, "comparisonOperator": "GreaterThanThreshold"})
	if !ok || a.AlarmName != "busy" || a.MetricName != "CPUUtilization" || *a.Threshold != 70 || a.AlarmActions[0] != "busy" || a.ComparisonOperator != "GreaterThanThreshold" {
		t.Errorf("ACK's names are AWS's but for the case: %+v", a)
	}
	if _, ok := alarmfile.Of(map[string]any{"name": "busy", "metricName": "CPUUtilization"}); ok {
		t.Error("an alarm without a threshold, such as one of a band, has nothing to compare with")
	}
	if _, ok := alarmfile.Of(map[string]any{"threshold": "seventy"}); ok {
		t.Error("what cannot be read is no alarm")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"AlarmName":"a","AlarmActions":["x:policyName/p"]}`)
	f.Add(`[{"MetricAlarms":[{}]}]`)
	f.Fuzz(func(t *testing.T, text string) {
		alarms, err := alarmfile.Read(strings.NewReader(text))
		if err != nil && len(alarms) > 0 {
			t.Errorf("%d alarms of what is wrong: %v", len(alarms), err)
		}
		for _, a := range alarms {
			if len(a.AlarmActions) == 0 && a.Invokes(autoscaling.Identity{}, "p") {
				t.Error("an alarm without actions invokes something")
			}
		}
	})
}
