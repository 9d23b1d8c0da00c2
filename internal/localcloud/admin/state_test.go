package admin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	cw "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

func (w *world) advance(d string) admin.Clock {
	w.Helper()
	var c admin.Clock
	if status := w.ask("PUT", "clock", `{"advance":"`+d+`"}`, &c); status != 200 {
		w.Fatalf("advance by %s: %d", d, status)
	}
	return c
}

func (w *world) state(query string) admin.State {
	w.Helper()
	var s admin.State
	if status := w.ask("GET", "state"+query, "", &s); status != 200 {
		w.Fatalf("state%s: %d", query, status)
	}
	return s
}

func (w *world) equal(reason string, want, got any) {
	w.Helper()
	round := cmp.Transformer("Round", func(x float64) float64 { return math.Round(x*1e6) / 1e6 })
	if diff := cmp.Diff(want, got, round); diff != "" {
		w.Errorf("%s (-want +got):\n%s", reason, diff)
	}
}

func TestStateTellsWhatHappens(t *testing.T) {
	w := newWorld(t)
	w.track()
	_, err := w.scaling.PutScheduledAction(w.Context(), &applicationautoscaling.PutScheduledActionInput{
		ServiceNamespace: "sagemaker", ResourceId: aws.String(variantID), ScalableDimension: dimension, ScheduledActionName: aws.String("night"),
		Schedule: aws.String("cron(0 20 * * ? *)"), Timezone: aws.String("Europe/Berlin"),
		ScalableTargetAction: &types.ScalableTargetAction{MinCapacity: aws.Int32(2)},
	})
	w.must(err)
	var put admin.Traffic
	w.ask("PUT", "traffic", `{"resourceId":"`+variantID+`","traffic":{"type":"constant","rate":200}}`, &put)
	w.equal("traffic is completed", admin.Key{ServiceNamespace: "sagemaker", ResourceID: variantID, ScalableDimension: dimension}, put.Key)
	clock := w.advance("4m")
	w.equal("time has passed", start.Add(4*time.Minute), clock.Time)

	s := w.state("")
	if len(s.Places) != 1 || s.Places[0].Account != account || s.Places[0].Region != region {
		t.Fatalf("there is one place: %+v", s.Places)
	}
	p := s.Places[0]
	w.equal("the variant is scaling", []admin.Resource{{Key: put.Key, Status: "Updating", Desired: 3, Current: 1, Unit: "instances of a SageMaker endpoint variant"}}, p.Resources)
	if len(p.Targets) != 1 || len(p.Targets[0].Policies) != 1 || len(p.Targets[0].ScheduledActions) != 1 || len(p.Alarms) != 2 || len(p.Activities) != 1 {
		t.Fatalf("there is a target with a policy, an action, two alarms and an activity: %+v", p)
	}
	target, policy, action := p.Targets[0], p.Targets[0].Policies[0], p.Targets[0].ScheduledActions[0]
	w.equal("the target", []int32{1, 4, 3, 1}, []int32{target.MinCapacity, target.MaxCapacity, target.Desired, target.Current})
	w.equal("it is busy", []any{false, true}, []any{target.Settled, target.Unscalable != ""})
	w.equal("the policy", []any{"invocations", "TargetTrackingScaling", "SageMakerVariantInvocationsPerInstance", 70.0},
		[]any{policy.Name, policy.Type, policy.Metric, *policy.TargetValue})
	w.equal("the policy's alarms", []string{p.Alarms[0].Name, p.Alarms[1].Name}, policy.Alarms)
	if !strings.Contains(string(policy.Configuration), `"PredefinedMetricType"`) {
		t.Errorf("the configuration is as AWS has it: %s", policy.Configuration)
	}
	w.equal("the action fires each evening in Berlin", "2026-03-02T19:00:00Z 2026-03-03T19:00:00Z 2026-03-04T19:00:00Z", times(action.Next))

	high := p.Alarms[0]
	w.equal("the alarm is the one that scales out", []any{"ALARM", true, "invocations", "InvocationsPerInstance", 70.0, int32(3), int32(60), start.Add(4 * time.Minute)},
		[]any{high.State, high.Managed, high.Policy, high.Metric, high.Threshold, high.EvaluationPeriods, high.Period, high.Since})
	w.equal("it watches the variant", put.Key, *high.Target)
	w.equal("its last datapoints", []admin.Datapoint{
		{Time: start, Value: 200}, {Time: start.Add(time.Minute), Value: 200}, {Time: start.Add(2 * time.Minute), Value: 200}, {Time: start.Add(3 * time.Minute), Value: 200},
	}, high.Datapoints)
	w.equal("the activity", []string{"InProgress", "Setting desired instance count to 3."}, []string{p.Activities[0].Status, p.Activities[0].Description})
	w.equal("the traffic", 200.0, p.Traffic[0].Rate)
	w.equal("the requests", map[string]int{"RegisterScalableTarget": 1, "PutScalingPolicy": 1, "PutScheduledAction": 1}, s.Requests.Operations)
	w.equal("the last request comes first", "PutScheduledAction", s.Requests.Last[0].Operation)

	w.equal("nothing is selected by another Region", []admin.Place{}, w.state("?region=us-east-1").Places)
	w.equal("nothing is selected by another resource", []admin.Place{}, w.state("?resourceId=service/a/b").Places)
	w.equal("the resource selects its own", 2, len(w.state("?resourceId=" + variantID).Places[0].Alarms))
}

func times(all []time.Time) string {
	var text []string
	for _, at := range all {
		text = append(text, at.UTC().Format(time.RFC3339))
	}
	return strings.Join(text, " ")
}

func TestHistory(t *testing.T) {
	w := newWorld(t)
	w.track()
	w.ask("PUT", "traffic", `{"resourceId":"`+variantID+`","traffic":{"type":"spike","rate":200,"after":"2m","duration":"10m"}}`, nil)
	w.advance("15m")
	var h admin.History
	w.ask("GET", "history?resourceId="+variantID+"&from=2026-03-02T10:01:00Z", "", &h)
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	w.equal("the capacity, by the minute", []admin.CapacityPoint{
		{Time: at(1), Desired: 1, Current: 1, MinCapacity: 1, MaxCapacity: 4},
		{Time: at(6), Desired: 3, Current: 1, MinCapacity: 1, MaxCapacity: 4},
		{Time: at(11), Desired: 3, Current: 3, MinCapacity: 1, MaxCapacity: 4},
	}, h.Capacity)
	w.equal("one metric of two alarms", []any{1, 2, []float64{70, 63}}, []any{len(h.Metrics), len(h.Metrics[0].Alarms), h.Metrics[0].Thresholds})
	high := slices.IndexFunc(h.Alarms, func(a admin.AlarmHistory) bool { return strings.Contains(a.Name, "AlarmHigh") })
	w.equal("the states of both alarms", 2, len(h.Alarms))
	w.equal("of which one went off", []admin.AlarmState{
		{Time: at(1), State: "INSUFFICIENT_DATA"}, {Time: at(2), State: "OK"}, {Time: at(6), State: "ALARM"}, {Time: at(13), State: "OK"},
	}, h.Alarms[high].States)
	if len(h.Activities) != 1 || h.Activities[0].Start != at(6) || h.Activities[0].Description != "Setting desired instance count to 3." {
		t.Errorf("the activity that began then: %+v", h.Activities)
	}
	var before, elsewhere admin.History
	w.ask("GET", "history?resourceId="+variantID+"&from=2026-03-02T10:00:00Z&to=2026-03-02T10:05:59Z", "", &before)
	w.equal("none had begun until a second before", []admin.Activity{}, before.Activities)
	w.ask("GET", "history?resourceId=endpoint/other/variant/AllTraffic&from=2026-03-02T10:00:00Z", "", &elsewhere)
	w.equal("it is of no other target", []admin.Activity{}, elsewhere.Activities)
	w.equal("the traffic of every minute", 14, len(h.Traffic))
	w.equal("which is none at first", []admin.Datapoint{{Time: at(1), Value: 0}, {Time: at(2), Value: 200}}, h.Traffic[:2])

	var m admin.History
	w.ask("GET", "history?namespace=AWS/SageMaker&metricName=Invocations&statistic=Sum&period=300&dimension=EndpointName=demo-endpoint&dimension=VariantName=AllTraffic", "", &m)
	w.equal("a metric by its name", []admin.Datapoint{{Time: at(0), Value: 600}, {Time: at(5), Value: 1000}, {Time: at(10), Value: 400}}, m.Metrics[0].Datapoints)
}

func TestClock(t *testing.T) {
	w := newWorld(t)
	for _, step := range []struct {
		reason, body string
		want         admin.Clock
	}{
		{"it is paused, at the speed of real time", `{}`, admin.Clock{Time: start, Speed: 1, Paused: true}},
		{"its speed can be chosen while it is paused", `{"speed":60}`, admin.Clock{Time: start, Speed: 60, Paused: true}},
		{"it can be moved while it is paused", `{"advance":"15m"}`, admin.Clock{Time: start.Add(15 * time.Minute), Speed: 60, Paused: true}},
	} {
		var got admin.Clock
		w.ask("PUT", "clock", step.body, &got)
		w.equal(step.reason, step.want, got)
	}
	var running admin.Clock
	w.ask("PUT", "clock", `{"paused":false}`, &running)
	if running.Paused || running.Speed != 60 {
		t.Errorf("it runs as fast as was chosen: %+v", running)
	}
}

func TestFaults(t *testing.T) {
	w := newWorld(t)
	describe := func() error {
		_, err := w.metrics.DescribeAlarms(w.Context(), &cw.DescribeAlarmsInput{})
		return err
	}
	for name, c := range map[string]struct {
		reason, body string
		want         admin.Fault
		error        string
	}{
		"Error": {"an error is AWS's general one unless it says otherwise", `{"type":"error","id":"x","times":1}`,
			admin.Fault{ID: "x", Type: admin.Failure, Code: "InternalFailure", Status: 500, Times: 1,
				Message: "The request processing has failed because of an unknown error, exception or failure."}, "InternalFailure"},
		"Unavailable": {"a common error has its own status", `{"type":"error","id":"x","code":"ServiceUnavailable"}`,
			admin.Fault{ID: "x", Type: admin.Failure, Code: "ServiceUnavailable", Status: 503, Message: "ServiceUnavailable"}, "ServiceUnavailable"},
		"Mistake": {"another is the caller's mistake", `{"type":"error","id":"x","code":"ValidationException"}`,
			admin.Fault{ID: "x", Type: admin.Failure, Code: "ValidationException", Status: 400, Message: "ValidationException"}, "ValidationException"},
		"Throttle": {"a throttle is of an operation", `{"type":"throttle","id":"x","operation":"DescribeAlarms","rate":0.001,"burst":0}`,
			admin.Fault{ID: "x", Type: admin.Throttle, Operation: "DescribeAlarms", Rate: aws.Float64(0.001), Burst: aws.Int(0)}, "Throttling"},
		"Drop": {"a connection can be dropped", `{"type":"drop","id":"x","service":"CloudWatch","times":5}`,
			admin.Fault{ID: "x", Type: admin.Drop, Service: "CloudWatch", Times: 5}, "EOF"},
		"Other": {"a fault of another operation does not hit", `{"type":"timeout","id":"x","operation":"PutScalingPolicy","afterEffect":true}`,
			admin.Fault{ID: "x", Type: admin.Timeout, Operation: "PutScalingPolicy", AfterEffect: true}, ""},
		"Latency": {"a latency lets calls wait", `{"type":"latency","id":"x","delay":"1ms"}`,
			admin.Fault{ID: "x", Type: admin.Latency, Delay: admin.Duration(time.Millisecond)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got admin.Fault
			w.ask("PUT", "faults", c.body, &got)
			w.equal(c.reason, c.want, got)
			w.equal(c.reason+": it is listed", []admin.Fault{c.want}, w.admin.Faults())
			err := describe()
			if c.error == "" && err != nil || c.error != "" && (err == nil || !strings.Contains(err.Error(), c.error)) {
				t.Errorf("%s: the call says %v", c.reason, err)
			}
			w.ask("DELETE", "faults", "", nil)
			w.must(describe())
		})
	}
	var named admin.Fault
	w.ask("PUT", "faults", `{"type":"drop","operation":"InvokeEndpoint"}`, &named)
	w.ask("PUT", "faults", `{"type":"metricDelay","delay":"2m"}`, nil)
	if named.ID == "" || len(w.admin.Faults()) != 2 {
		t.Errorf("a fault without an ID gets one: %+v", w.admin.Faults())
	}
	w.ask("DELETE", "faults?id=metricDelay", "", nil)
	w.ask("DELETE", "faults?id="+named.ID, "", nil)
	w.equal("each can be ended by its ID", []admin.Fault{}, w.admin.Faults())
}

func TestMetricDelayDelaysScaling(t *testing.T) {
	w := newWorld(t)
	w.track()
	w.ask("PUT", "faults", `{"type":"metricDelay","delay":"3m"}`, nil)
	w.ask("PUT", "traffic", `{"resourceId":"`+variantID+`","traffic":{"type":"ramp","from":65,"to":300,"after":"10m","duration":"1s"}}`, nil)
	desired := func() int32 { return w.state("").Places[0].Targets[0].Desired }
	w.advance("14m")
	w.equal("what three datapoints would say in time is not known yet", int32(1), desired())
	w.advance("3m")
	w.equal("it is three minutes later", int32(4), desired())
}

func TestTrafficAndResourcesComeAndGo(t *testing.T) {
	w := newWorld(t)
	w.ask("PUT", "traffic", `{"account":"999988887777","region":"us-west-2","resourceId":"service/a/b","traffic":{"type":"replay","csv":"2026-03-02T10:00:00Z,600"}}`, nil)
	var all []admin.Traffic
	w.ask("GET", "traffic", "", &all)
	if len(all) != 1 || all[0].Traffic.CSV == "" || all[0].Problem == "" || all[0].Account != "999988887777" {
		t.Errorf("traffic is listed as it was put, and why it does not arrive: %+v", all)
	}
	if s := w.state("?account=999988887777"); len(s.Places) != 1 || s.Places[0].Traffic[0].Traffic.CSV != "" {
		t.Errorf("the state leaves recordings out: %+v", s.Places)
	}
	w.ask("DELETE", "traffic?account=999988887777", "", &all)
	if left := w.admin.Traffic(admin.Home{}, admin.Key{}); len(all) != 1 || len(left) != 0 {
		t.Errorf("all that is selected ends: %+v, %+v is left", all, left)
	}

	var declared admin.Declared
	w.ask("PUT", "resources", `{"serviceNamespace":"rds","resourceId":"cluster:aurora","capacity":2}`, &declared)
	w.equal("a resource is completed", []any{account, "rds", int32(2), true}, []any{declared.Account, declared.ServiceNamespace, declared.Running, declared.Settled})
	w.ask("PUT", "resources", `{"serviceNamespace":"rds","resourceId":"cluster:aurora","capacity":3,"quota":5}`, nil)
	var list []admin.Declared
	w.ask("GET", "resources", "", &list)
	w.equal("a change takes its time", []any{int32(3), int32(2), int32(5)}, []any{list[0].Capacity, list[0].Running, list[0].Quota})
	s := w.state("?serviceNamespace=rds")
	w.equal("the state has it", []any{"Changing", true, int32(5), "Aurora Replicas of an Aurora DB cluster"},
		[]any{s.Places[0].Resources[0].Status, s.Places[0].Resources[0].Declared, s.Places[0].Resources[0].Quota, s.Places[0].Resources[0].Unit})
	w.ask("DELETE", "resources?resourceId=cluster:aurora&serviceNamespace=rds", "", &declared)
	w.equal("it can be removed", []admin.Declared{}, w.admin.Resources(admin.Home{}, admin.Key{}))
}

func TestReset(t *testing.T) {
	w := newWorld(t)
	w.track()
	w.ask("PUT", "traffic", `{"resourceId":"`+variantID+`","traffic":{"type":"constant","rate":200}}`, nil)
	w.ask("PUT", "faults", `{"type":"drop","operation":"InvokeEndpoint"}`, nil)
	w.ask("PUT", "faults", `{"type":"metricDelay","delay":"2m"}`, nil)
	w.advance("1m")
	before := w.state("").Version
	w.ask("POST", "reset", "", nil)
	after := w.state("")
	if after.Version == before {
		t.Error("a reset changes the state")
	}
	after.Version = 0
	w.equal("nothing is left but the time", admin.State{
		Clock: admin.Clock{Time: start.Add(time.Minute), Speed: 1, Paused: true}, Places: []admin.Place{}, Faults: []admin.Fault{},
		Requests: admin.Requests{Operations: map[string]int{}, Errors: map[string]int{}, Last: []admin.Request{}},
	}, after)
}

func TestEvents(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/_setpoint/events", nil)
	w.must(err)
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	defer func() { _ = response.Body.Close() }()
	events := make(chan admin.Event)
	go func() {
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			var e admin.Event
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && json.Unmarshal([]byte(data), &e) == nil {
				events <- e
			}
		}
		close(events)
	}()
	first := <-events
	w.equal("the first comes at once", start, first.Clock.Time)
	w.advance("1m")
	second := <-events
	if second.Version == first.Version || !second.Clock.Time.Equal(start.Add(time.Minute)) {
		t.Errorf("another comes when something has changed: %+v, %+v", first, second)
	}
	cancel()
	for range events { // it ends when the stream does
	}
}
