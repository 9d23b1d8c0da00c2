package console

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// sampleInput is the sample as the console sees it.
func sampleInput() Input {
	s := sampleState()
	q := Query{Range: time.Hour, Width: 900}
	from, to := q.Window(noon, noon)
	return Input{Query: q, State: s, Activities: s.Places[0].Activities, History: sampleHistory(from, to), Objects: sampleObjects()}
}

func TestThePageOfTheSample(t *testing.T) {
	p := Build(sampleInput())
	want := Page{
		Account: "000000000000", Region: "us-west-2",
		Targets: []Row{
			{
				Name: "demo-endpoint / AllTraffic", Kind: "SageMaker endpoint variant", Current: true, Metric: "91 of 70",
				Status: Status{Busy, "Scaling out"}, Gauge: Gauge{Running: 2, Desired: 3, Min: 1, Max: 6, Unit: "instances"},
			},
			{
				Name: "demo-endpoint-hours / AllTraffic", Kind: "SageMaker endpoint variant",
				Status: Status{Quiet, "No policy"}, Gauge: Gauge{Running: 2, Desired: 2, Min: 2, Max: 4, Unit: "instances"},
			},
		},
		Idle: []Row{
			{Name: "demo-endpoint-cpu / AllTraffic", Kind: "SageMaker endpoint variant", Gauge: Gauge{Running: 1, Desired: 1, Unit: "instance"}},
			{Name: "demo-endpoint-steps / AllTraffic", Kind: "SageMaker endpoint variant", Gauge: Gauge{Running: 1, Desired: 1, Unit: "instance"}},
		},
	}
	if diff := cmp.Diff(want, p, cmpopts.IgnoreFields(Page{}, "Clock", "Target", "Objects", "Traffic", "Calls", "Filter"), cmpopts.IgnoreFields(Row{}, "Key", "Href")); diff != "" {
		t.Errorf("the lists (-want +got):\n%s", diff)
	}
	wantQuantities := []Quantity{
		{Name: "In service", Value: "2", Unit: "instances"},
		{Name: "Desired", Value: "3", Unit: "instances", Note: "1 coming", Tone: Busy},
		{Name: "Bounds", Value: "1–6", Note: "room to scale"},
		{Name: "InvocationsPerInstance", Value: "91", Unit: "of 70", Note: "above its target", Tone: Bad},
		{Name: "Traffic", Value: "182", Unit: "/min", Note: "wave"},
	}
	if diff := cmp.Diff(wantQuantities, p.Target.Quantities); diff != "" {
		t.Errorf("the numbers to see first (-want +got):\n%s", diff)
	}
	wantPolicies := []Policy{{
		Name: "demo-policy", Type: "target tracking", Metric: "Holds InvocationsPerInstance at 70", Details: []string{"Cooldown: out 1 min, in 5 min"},
		Level: Level{Known: true, Value: "91", Target: "70", Part: 65, Above: true},
	}}
	if diff := cmp.Diff(wantPolicies, p.Target.Policies); diff != "" {
		t.Errorf("the policies (-want +got):\n%s", diff)
	}
	wantActions := []Action{{
		Name: "business-hours", Schedule: "cron(0 8 ? * MON-FRI *)", Words: "every weekday at 08:00", Zone: "Europe/Berlin", Sets: "min 2, max 8",
		Next: []Firing{
			{Local: "Wed 25 Nov 08:00", At: noon.Add(19 * time.Hour), In: "in 19 h"},
			{Local: "Thu 26 Nov 08:00", At: noon.Add(43 * time.Hour), In: "in 1 d 19 h"},
			{Local: "Fri 27 Nov 08:00", At: noon.Add(67 * time.Hour), In: "in 2 d 19 h"},
		},
	}}
	if diff := cmp.Diff(wantActions, p.Target.Actions); diff != "" {
		t.Errorf("the schedule (-want +got):\n%s", diff)
	}
	wantActivity := Activity{
		ID: "a", Start: noon.Add(-45 * time.Minute), Status: Status{Bad, "Failed"}, Description: "Attempting to scale due to alarm triggered",
		NotScaled: []string{"Not scaled: AlreadyAtMaxCapacity, maximum 1"},
	}
	if diff := cmp.Diff(wantActivity, p.Target.Activities[2], cmpopts.IgnoreFields(Activity{}, "Cause")); diff != "" {
		t.Errorf("the last activity (-want +got):\n%s", diff)
	}
	var names []string
	for _, o := range p.Objects.Rows {
		names = append(names, o.Name)
	}
	if diff := cmp.Diff([]string{"demo-target", "demo-policy", "broken-action"}, names); diff != "" {
		t.Errorf("the objects of the target that is looked at come first (-want +got):\n%s", diff)
	}
}

func TestHowATargetDoes(t *testing.T) {
	policies := []admin.Policy{{Name: "p"}}
	high := func(state string) admin.Alarm {
		return admin.Alarm{ComparisonOperator: "GreaterThanThreshold", State: state}
	}
	low := func(state string) admin.Alarm {
		return admin.Alarm{ComparisonOperator: "LessThanThreshold", State: state}
	}
	settled := admin.Target{Desired: 2, Current: 2, MinCapacity: 1, MaxCapacity: 4, Settled: true, Policies: policies}
	with := func(change func(*admin.Target)) admin.Target {
		t := settled
		change(&t)
		return t
	}
	for _, c := range []struct {
		reason string
		target admin.Target
		alarms []admin.Alarm
		want   Status
	}{
		{"all is well", settled, []admin.Alarm{high("OK"), low("OK")}, Status{Good, "On target"}},
		{"capacity is coming", with(func(t *admin.Target) { t.Desired = 3 }), []admin.Alarm{high("ALARM")}, Status{Busy, "Scaling out"}},
		{"capacity is going", with(func(t *admin.Target) { t.Desired = 1 }), []admin.Alarm{low("ALARM")}, Status{Busy, "Scaling in"}},
		{"the endpoint is busy with something else", with(func(t *admin.Target) { t.Settled = false }), nil, Status{Busy, "Updating"}},
		{"there is too much to do", settled, []admin.Alarm{high("ALARM"), low("OK")}, Status{Bad, "In alarm"}},
		{"there is too much to do and no room", with(func(t *admin.Target) { t.MaxCapacity = 2 }), []admin.Alarm{high("ALARM")}, Status{Bad, "Overloaded"}},
		{"there is little to do", with(func(t *admin.Target) { t.MinCapacity = 2 }), []admin.Alarm{high("OK"), low("ALARM")}, Status{Good, "At rest"}},
		{"nobody has said anything yet", settled, []admin.Alarm{high("INSUFFICIENT_DATA")}, Status{Unknown, "No data"}},
		{"nothing scales it", with(func(t *admin.Target) { t.Policies = nil }), nil, Status{Quiet, "No policy"}},
	} {
		if diff := cmp.Diff(c.want, targetStatus(c.target, c.alarms)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

// manyTargetsState is the sample with so many targets of services of ECS.
func manyTargetsState(n int) admin.State {
	s := sampleState()
	for i := range n {
		s.Places[0].Targets = append(s.Places[0].Targets, admin.Target{
			Key:         admin.Key{ServiceNamespace: "ecs", ResourceID: fmt.Sprintf("service/default/web-%03d", i), ScalableDimension: "ecs:service:DesiredCount"},
			MinCapacity: 1, MaxCapacity: 4, Desired: 1, Current: 1, Settled: true,
		})
	}
	return s
}

// The filter finds what is not registered, too.
func TestTheFilterOfIdleResources(t *testing.T) {
	in := sampleInput()
	in.State.Places[0].Resources = nil
	for i := range maxIdle + 5 {
		in.State.Places[0].Resources = append(in.State.Places[0].Resources, admin.Resource{
			Key: admin.Key{ServiceNamespace: "ecs", ResourceID: fmt.Sprintf("service/default/idle-%03d", i), ScalableDimension: "ecs:service:DesiredCount"},
		})
	}
	if p := Build(in); len(p.Idle) != maxIdle || p.UnlistedIdle != 5 || !p.Filter.Shown {
		t.Errorf("%d are listed and %d not, with a filter: %t", len(p.Idle), p.UnlistedIdle, p.Filter.Shown)
	}
	in.Query.Filter = "idle-034"
	if p := Build(in); len(p.Idle) != 1 || p.UnlistedIdle != 0 {
		t.Errorf("%d are listed and %d not, of the one with the name", len(p.Idle), p.UnlistedIdle)
	}
}

// The filter finds each of many targets by its words.
func TestTheFilter(t *testing.T) {
	for _, c := range []struct {
		reason, filter   string
		listed, unlisted int
		says             string
	}{
		{"without a filter there is room for some", "", maxTargets, 152 - maxTargets, "52 more are not listed; filter to find them."},
		{"a part of a name", "web-14", 10, 0, "10 of </span>"},
		{"the last one", "web-149", 1, 0, `value="web-149"`},
		{"words in any order and case", "POLICY web-149", 1, 0, "web-149"},
		{"a kind and a state", "sagemaker scaling out", 1, 0, "demo-endpoint"},
		{"a resource ID", "service/default/web-007", 1, 0, "web-007"},
		{"what nothing has", "nothing", 0, 0, "None of the 152 has these words."},
	} {
		in := sampleInput()
		in.State, in.Query.Filter = manyTargetsState(150), c.filter
		p := Build(in)
		if len(p.Targets) != c.listed || p.Unlisted != c.unlisted || p.Target == nil {
			t.Errorf("%s: %d are listed and %d not, want %d and %d", c.reason, len(p.Targets), p.Unlisted, c.listed, c.unlisted)
		}
		var page strings.Builder
		if err := p.WriteHTML(&page); err != nil {
			t.Fatal(err)
		}
		says := strings.ReplaceAll(c.says, "10 of </span>", `<span class="count">10 of 152</span>`)
		for _, want := range []string{says, `action="/" method="get"`} {
			if !strings.Contains(page.String(), want) {
				t.Errorf("%s: the page does not say %q", c.reason, want)
			}
		}
	}
	few := Build(sampleInput())
	if few.Filter.Shown {
		t.Error("there is a filter for two targets")
	}
}

// DynamoDB's alarms watch units, of which the target is a part in percent: one is not
// held against the other.
func TestTargetsThatAreNoThresholds(t *testing.T) {
	in := sampleInput()
	for i := range in.State.Places[0].Alarms {
		in.State.Places[0].Alarms[i].Threshold *= 3
		in.History.Metrics[0].Thresholds[i] *= 3
	}
	p := Build(in)
	if l := p.Target.Policies[0].Level; l.Known || p.Targets[0].Metric != "" {
		t.Errorf("units are held against percent: %+v", l)
	}
	if picture := string(p.Target.Chart.SVG); strings.Contains(picture, "target 70") || !strings.Contains(picture, "threshold 210") {
		t.Error("the chart of units has the target, and not the threshold")
	}
}

func TestWhichTargetIsLookedAt(t *testing.T) {
	s := sampleState()
	other := Key{sampleHome, sampleKey("demo-endpoint-hours")}
	for _, c := range []struct {
		reason string
		state  admin.State
		query  Key
		want   string
	}{
		{"the one that is asked for", s, other, "endpoint/demo-endpoint-hours/variant/AllTraffic"},
		{"the first, when nobody asks", s, Key{}, "endpoint/demo-endpoint/variant/AllTraffic"},
		{"the first, when the one that is asked for is gone", s, Key{sampleHome, sampleKey("gone")}, "endpoint/demo-endpoint/variant/AllTraffic"},
		{"none, when there are none", admin.State{}, other, ""},
	} {
		if _, target, _ := Look(c.state, Query{Target: c.query}); target.ResourceID != c.want {
			t.Errorf("%s: %q, want %q", c.reason, target.ResourceID, c.want)
		}
	}
}

// An empty lab says what to do, and a page of it can be written.
func TestEmptyPages(t *testing.T) {
	empty := admin.State{Clock: admin.Clock{Time: noon, Speed: 7}}
	for _, c := range []struct {
		reason string
		in     Input
		want   []string
	}{
		{"nothing at all", Input{State: empty}, []string{"No scalable targets yet", "kubectl apply -f examples/", "No objects of these kinds", "7×"}},
		{"the API server is gone", Input{State: empty, ObjectsProblem: "It is gone."}, []string{"It is gone."}},
		{"a target without anything", Input{State: admin.State{Places: []admin.Place{{Home: sampleHome, Targets: []admin.Target{{Key: sampleKey("x")}}}}}},
			[]string{"No policies: nothing scales this target", "No alarms.", "No scheduled actions", "Nothing has scaled yet", "Nothing is known about this stretch"}},
		{"a history that is not known", Input{HistoryProblem: "It was too long ago.", State: admin.State{Places: []admin.Place{{Targets: []admin.Target{{Key: sampleKey("x")}}}}}},
			[]string{"It was too long ago."}},
	} {
		var b strings.Builder
		if err := Build(c.in).WriteHTML(&b); err != nil {
			t.Errorf("%s: %v", c.reason, err)
		}
		for _, want := range c.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: the page does not say %q", c.reason, want)
			}
		}
	}
}

// What users name cannot become a part of the page.
func TestNamesAreEscaped(t *testing.T) {
	in := sampleInput()
	evil := `<script>alert("x")</script>`
	place := &in.State.Places[0]
	place.Targets[0].ResourceID = "endpoint/" + evil + "/variant/" + evil
	place.Targets[0].Policies[0].Name, place.Targets[0].ScheduledActions[0].Name = evil, evil
	place.Targets[0].Unscalable, place.Resources[1].ResourceID = evil, evil
	place.Alarms[0].Reason, place.Alarms[0].Metric, in.Activities[0].Cause = evil, evil, evil
	in.History.Metrics[0].Metric, in.Activities[0].Description = evil, evil
	in.Objects[0].SetName(evil)
	in.ObjectsProblem = evil
	p := Build(in)
	var page strings.Builder
	if err := p.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<script>alert") {
		t.Error("a name became a script")
	}
}

func TestReadinessOfObjects(t *testing.T) {
	status := func(of ...string) []v1alpha1.Condition {
		var out []v1alpha1.Condition
		for _, c := range of {
			name, value, _ := strings.Cut(c, "=")
			out = append(out, v1alpha1.Condition{Type: name, Status: metav1.ConditionStatus(value), Message: &c})
		}
		return out
	}
	deleted := &v1alpha1.ScalableTarget{}
	deleted.DeletionTimestamp = new(metav1.NewTime(noon))
	for _, c := range []struct {
		reason     string
		object     v1alpha1.Object
		conditions []v1alpha1.Condition
		want       Status
		message    string
	}{
		{"ready", &v1alpha1.ScalableTarget{}, status("Ready=True"), Status{Good, "Ready"}, "Ready=True"},
		{"ready, with advice", &v1alpha1.ScalableTarget{}, status("Ready=True", "ACK.Advisory=True"), Status{Good, "Ready"}, "ACK.Advisory=True"},
		{"nobody has looked", &v1alpha1.ScalableTarget{}, nil, Status{Unknown, "Waiting"}, "The controller has not looked at it yet."},
		{"trying again", &v1alpha1.ScalableTarget{}, status("Ready=False", "Reconciling=True"), Status{Busy, "Reconciling"}, "Ready=False"},
		{"given up", &v1alpha1.ScalableTarget{}, status("Ready=False", "Stalled=True"), Status{Bad, "Stalled"}, "Ready=False"},
		{"paused counts more than ready", &v1alpha1.ScalableTarget{}, status("Ready=True", "Paused=True"), Status{Warn, "Paused"}, "Paused=True"},
		{"on its way out", deleted, status("Ready=True"), Status{Busy, "Deleting"}, "Ready=True"},
		{"not ready and nothing more", &v1alpha1.ScalableTarget{}, status("Ready=Unknown"), Status{Bad, "Not ready"}, "Ready=Unknown"},
	} {
		got, message := readiness(c.object, c.conditions)
		if diff := cmp.Diff(c.want, got); diff != "" || message != c.message {
			t.Errorf("%s: message %q (-want +got):\n%s", c.reason, message, diff)
		}
	}
}

func TestNews(t *testing.T) {
	before := Build(sampleInput())
	for _, c := range []struct {
		reason string
		change func(*Input)
		want   string
	}{
		{"nothing has changed", func(*Input) {}, ""},
		{"time alone is no news", func(in *Input) { in.State.Clock.Time = noon.Add(time.Minute) }, ""},
		{"an alarm", func(in *Input) { in.State.Places[0].Alarms[0].State = "OK" }, "High alarm: OK. 2 of 3 in service."},
		{"capacity has come", func(in *Input) { in.State.Places[0].Targets[0].Current = 3 }, "3 of 3 in service."},
		{"an activity is over", func(in *Input) { in.Activities[0].Status = "Successful" }, "Setting desired instance count to 3: Successful. 2 of 3 in service."},
		{"more than anybody listens to", func(in *Input) {
			for _, id := range []string{"d", "e", "f", "g"} {
				in.Activities = append([]admin.Activity{{ID: id, Status: "Successful", Description: "Setting desired instance count to 4."}}, in.Activities...)
			}
		}, "4 changes. 2 of 3 in service."},
		{"a fault", func(in *Input) { in.State.Faults = []admin.Fault{{Type: admin.Drop}} }, "Faults: 1."},
		{"another target is no news about this one", func(in *Input) { in.Query.Target = Key{sampleHome, sampleKey("demo-endpoint-hours")} }, ""},
	} {
		in := sampleInput()
		c.change(&in)
		if got := News(before, Build(in)); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

// The history in words is for who does not see the chart, and gaps in it are gaps.
func TestHistory(t *testing.T) {
	p := Build(sampleInput())
	picture := string(p.Target.Chart.SVG)
	for _, want := range []string{"Between 1 and 2 were in service, now 2.", "InvocationsPerInstance was between", "target 70", "above 70", "below 63", "Setting desired instance count to 3."} {
		if !strings.Contains(picture, want) {
			t.Errorf("the picture does not say %q", want)
		}
	}
	if strings.Contains(picture, "<style") || strings.Contains(picture, "style=") {
		t.Error("the page's policy refuses styles inside of it")
	}
	points := datapoints([]admin.Datapoint{{Time: noon, Value: 1}, {Time: noon.Add(3 * time.Minute), Value: 2}, {Time: noon.Add(time.Hour), Value: 3}}, 60, noon.Add(10*time.Minute))
	var got []string
	for _, p := range points {
		got = append(got, p.At.Format("15:04:05")+" "+number(p.Value))
	}
	if diff := cmp.Diff([]string{"12:01:00 1", "12:01:01 NaN", "12:04:00 2"}, got); diff != "" {
		t.Errorf("a period without data is a gap, and what is to come is not shown (-want +got):\n%s", diff)
	}
}

func TestGauges(t *testing.T) {
	for _, c := range []struct {
		reason string
		gauge  Gauge
		want   drawnGauge
	}{
		{"between the bounds", Gauge{Running: 1, Desired: 2, Min: 1, Max: 4}, drawnGauge{Min: 50, Span: 150, Running: 50, Desired: 99}},
		{"out of the bounds", Gauge{Running: 8, Desired: 8, Min: 1, Max: 4}, drawnGauge{Min: 25, Span: 75, Running: 200, Desired: 197}},
		{"nothing", Gauge{}, drawnGauge{}},
		{"as much as there can be", Gauge{Running: 1 << 30, Desired: 1 << 30, Max: 1 << 30}, drawnGauge{Span: 200, Running: 200, Desired: 197}},
	} {
		if diff := cmp.Diff(c.want, drawGauge(c.gauge)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}
