package console

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

func TestNames(t *testing.T) {
	for _, c := range []struct{ reason, id, want string }{
		{"a variant is named by its endpoint and itself", "endpoint/demo-endpoint/variant/AllTraffic", "demo-endpoint / AllTraffic"},
		{"an inference component has one name", "inference-component/llm", "llm"},
		{"a service of ECS is in a cluster", "service/default/web", "default / web"},
		{"a table has one name", "table/orders", "orders"},
		{"an index is one of a table", "table/orders/index/by-date", "orders / by-date"},
		{"a cluster of Aurora has a colon", "cluster:main", "main"},
		{"a function of Lambda has an alias", "function:resize:prod", "resize:prod"},
		{"an ARN is about its last parts", "arn:aws:comprehend:us-west-2:000000000000:document-classifier-endpoint/words", "words"},
		{"a custom resource is an address", "https://example.com/scalableTargetDimensions/1", "https://example.com/scalableTargetDimensions/1"},
		{"nothing has no name", "", ""},
	} {
		if got := nameOf(c.id); got != c.want {
			t.Errorf("%s: %q is called %q, want %q", c.reason, c.id, got, c.want)
		}
	}
}

// Every dimension that there is has a kind and a unit that fit the page.
func TestKindsOfAllDimensions(t *testing.T) {
	for _, d := range catalog.Dimensions() {
		kind, unit := kindOf(d.Name)
		if kind == "" || unit == "" || kind == d.Name || strings.Contains(unit, " of a ") {
			t.Errorf("%s scales %q of %q", d.Name, unit, kind)
		}
	}
	if kind, unit := kindOf("sagemaker:variant:DesiredInstanceCount"); kind != "SageMaker endpoint variant" || unit != "instances" {
		t.Errorf("a variant is %q of %q", unit, kind)
	}
	if kind, _ := kindOf("new:thing:Count"); kind != "new:thing:Count" {
		t.Errorf("an unknown dimension is called %q, not by its name", kind)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		reason string
		v      float64
		want   string
	}{
		{"whole numbers are whole", 70, "70"},
		{"zero is zero", 0, "0"},
		{"thousands stand apart", 1234567.0 / 10, "123,457"},
		{"negative thousands, too", -1234, "-1,234"},
		{"three hundred is not minus", -123, "-123"},
		{"tens have a decimal", 73.26, "73.3"},
		{"hundreds have none", 173.26, "173"},
		{"small ones have three digits", 0.12345, "0.123"},
		{"millions are short", 2_340_000, "2.3M"},
	} {
		if got := number(c.v); got != c.want {
			t.Errorf("%s: %v is written %q, want %q", c.reason, c.v, got, c.want)
		}
	}
}

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		reason string
		d      time.Duration
		want   string
	}{
		{"seconds alone", 42 * time.Second, "42 s"},
		{"nothing is zero seconds", 0, "0 s"},
		{"what is past is nothing", -time.Hour, "0 s"},
		{"two units", 2*time.Hour + 5*time.Minute + 3*time.Second, "2 h 5 min"},
		{"whole units are one", time.Hour, "1 h"},
		{"days", 49 * time.Hour, "2 d 1 h"},
		{"less than a second is none", 300 * time.Millisecond, "0 s"},
	} {
		if got := span(c.d); got != c.want {
			t.Errorf("%s: %s is written %q, want %q", c.reason, c.d, got, c.want)
		}
	}
}

func TestAges(t *testing.T) {
	for _, c := range []struct {
		reason string
		d      time.Duration
		want   string
	}{
		{"days", 49 * time.Hour, "2d"}, {"hours", 119 * time.Minute, "1h"}, {"minutes", 90 * time.Second, "1m"}, {"seconds", 2 * time.Second, "2s"},
		{"clocks that differ", -time.Minute, "0s"},
	} {
		if got := age(c.d); got != c.want {
			t.Errorf("%s: %s is written %q, want %q", c.reason, c.d, got, c.want)
		}
	}
}

// Alarms of one target are told apart by what differs: nothing more than the side of
// a single policy, the metric of those of DynamoDB, and the policy if there are
// several.
func TestNamesOfAlarms(t *testing.T) {
	alarm := func(policy, metric, operator string, threshold float64) admin.Alarm {
		return admin.Alarm{Name: "n", Policy: policy, Metric: metric, ComparisonOperator: operator, Threshold: threshold, Managed: true}
	}
	const above, below = "GreaterThanThreshold", "LessThanThreshold"
	tracking := func(policy string) []admin.Alarm {
		return []admin.Alarm{alarm(policy, "InvocationsPerInstance", above, 70), alarm(policy, "InvocationsPerInstance", below, 63)}
	}
	foreign := alarm("", "Latency", above, 3)
	foreign.Managed = false
	for _, c := range []struct {
		reason      string
		alarms      []admin.Alarm
		rows, roles []string
	}{
		{"one policy", tracking("p"), []string{"above 70", "below 63"}, []string{"High alarm", "Low alarm"}},
		{
			"the four of DynamoDB", []admin.Alarm{
				alarm("p", "ConsumedReadCapacityUnits", above, 4200), alarm("p", "ConsumedReadCapacityUnits", below, 3000),
				alarm("p", "ProvisionedReadCapacityUnits", above, 100), alarm("p", "ProvisionedReadCapacityUnits", below, 100),
			},
			[]string{"ConsumedReadCapacityUnits above 4,200", "ConsumedReadCapacityUnits below 3,000", "ProvisionedReadCapacityUnits above 100", "ProvisionedReadCapacityUnits below 100"},
			[]string{"High alarm on ConsumedReadCapacityUnits", "Low alarm on ConsumedReadCapacityUnits", "High alarm on ProvisionedReadCapacityUnits", "Low alarm on ProvisionedReadCapacityUnits"},
		},
		{
			"two policies", append(tracking("fast"), tracking("slow")...),
			[]string{"fast: above 70", "fast: below 63", "slow: above 70", "slow: below 63"},
			[]string{"High alarm of fast", "Low alarm of fast", "High alarm of slow", "Low alarm of slow"},
		},
		{"one that somebody else made", append(tracking("p"), foreign), []string{"p: above 70", "p: below 63", "n: above 3"}, []string{"High alarm of p", "Low alarm of p", "High alarm, not managed of n"}},
	} {
		var rows, roles []string
		for _, a := range c.alarms {
			rows, roles = append(rows, rowName(a, c.alarms)), append(roles, role(a, c.alarms))
		}
		if diff := cmp.Diff(c.rows, rows); diff != "" {
			t.Errorf("%s: the rows (-want +got):\n%s", c.reason, diff)
		}
		if diff := cmp.Diff(c.roles, roles); diff != "" {
			t.Errorf("%s: the roles (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestConditionsOfAlarms(t *testing.T) {
	alarm := admin.Alarm{Metric: "M", ComparisonOperator: "GreaterThanThreshold", Threshold: 70, Period: 60, EvaluationPeriods: 3, DatapointsToAlarm: 3}
	for _, c := range []struct {
		reason string
		change func(*admin.Alarm)
		want   string
	}{
		{"all of several", func(*admin.Alarm) {}, "M > 70 for 3 datapoints within 3 min"},
		{"some of several", func(a *admin.Alarm) { a.DatapointsToAlarm = 2 }, "M > 70 for 2 of 3 datapoints within 3 min"},
		{"one", func(a *admin.Alarm) { a.DatapointsToAlarm, a.EvaluationPeriods = 1, 1 }, "M > 70 for 1 datapoint within 1 min"},
		{"too little", func(a *admin.Alarm) { a.ComparisonOperator = "LessThanOrEqualToThreshold" }, "M ≤ 70 for 3 datapoints within 3 min"},
	} {
		a := alarm
		c.change(&a)
		if got := condition(a); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestFaultsInWords(t *testing.T) {
	for _, c := range []struct {
		reason string
		fault  admin.Fault
		want   string
	}{
		{"a throttle", admin.Fault{Type: admin.Throttle, Rate: new(2.0), Hits: 1234}, "Every call beyond 2 a second is throttled (1,234 so far)"},
		{"a latency of one operation", admin.Fault{Type: admin.Latency, Operation: "PutScalingPolicy", Delay: admin.Duration(500 * time.Millisecond)}, "PutScalingPolicy takes 500ms longer"},
		{"an error without a code", admin.Fault{Type: admin.Failure, Times: 3}, "Every call fails with InternalFailure, 3 more times"},
		{"an error after the effect", admin.Fault{Type: admin.Failure, Code: "X", Service: "CloudWatch", AfterEffect: true}, "CloudWatch fails with X, after it took effect"},
		{"a timeout that ends", admin.Fault{Type: admin.Timeout, For: admin.Duration(time.Minute)}, "Every call is never answered, for 1 min"},
		{"a connection that is cut off", admin.Fault{Type: admin.Drop}, "Every call is cut off"},
		{"late metrics", admin.Fault{Type: admin.MetricDelay, Delay: admin.Duration(2 * time.Minute)}, "Metrics come 2m0s late"},
		{"an unknown fault is named", admin.Fault{Type: "gremlins"}, "Gremlins"},
	} {
		if got := faultWords(c.fault); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestTrafficInWords(t *testing.T) {
	minutes := func(n int) traffic.Duration { return traffic.Duration(time.Duration(n) * time.Minute) }
	wave := traffic.Spec{Type: traffic.Wave, Low: new(10.0), High: new(200.0)}
	for _, c := range []struct {
		reason string
		spec   traffic.Spec
		want   string
	}{
		{"a constant", traffic.Spec{Type: traffic.Constant, Rate: new(600.0)}, "a constant 600"},
		{"a wave is of a day unless it says otherwise", wave, "a wave between 10 and 200 every 1 d"},
		{"a ramp", traffic.Spec{Type: traffic.Ramp, From: new(1.0), To: new(5.0), Duration: minutes(45)}, "a ramp from 1 to 5 in 45 min"},
		{"a spike", traffic.Spec{Type: traffic.Spike, Rate: new(900.0), Duration: minutes(5)}, "a spike of 900 for 5 min"},
		{"a spike that comes again", traffic.Spec{Type: traffic.Spike, Rate: new(900.0), Duration: minutes(5), Every: minutes(60)}, "a spike of 900 for 5 min every 1 h"},
		{"noise", traffic.Spec{Type: traffic.Noise, Deviation: new(0.07), Of: []traffic.Spec{wave}}, "a wave between 10 and 200 every 1 d, with 7 % noise"},
		{"a sum", traffic.Spec{Type: traffic.Sum, Of: []traffic.Spec{{Type: traffic.Constant, Rate: new(1.0)}, {Type: traffic.Replayed}}}, "a constant 1 and a recording"},
	} {
		if got := trafficWords(c.spec); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("endpoint/demo-endpoint/variant/AllTraffic")
	f.Add("cluster:main")
	f.Add("https://example.com/x")
	f.Add("///")
	f.Fuzz(func(t *testing.T, id string) {
		if got := nameOf(id); utf8.ValidString(id) && !utf8.ValidString(got) {
			t.Errorf("the name of %q is no text: %q", id, got)
		}
	})
}
