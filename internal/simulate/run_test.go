package simulate_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// steps is a setting with one step scaling policy.
func steps() simulate.Setting {
	return simulate.Setting{Name: "steps", Identity: variant, Bounds: scaling.Bounds{Min: 1, Max: 10}, Policies: []autoscaling.Policy{{
		Name: "steps", Type: autoscaling.StepScaling, Step: &autoscaling.Step{
			AdjustmentType: "ChangeInCapacity", Adjustments: []autoscaling.StepAdjustment{{LowerBound: new(0.0), Adjustment: 2}},
		},
	}}}
}

// tracking is a setting with a policy on a metric of an ECS service.
func tracking(metric string, target float64) simulate.Setting {
	return simulate.Setting{Name: metric, Identity: service, Bounds: scaling.Bounds{Min: 1, Max: 20}, Policies: []autoscaling.Policy{{
		Name: "p", Type: autoscaling.TargetTrackingScaling, TargetTracking: &autoscaling.TargetTracking{
			TargetValue: &target, Predefined: &autoscaling.PredefinedMetric{Type: metric},
		},
	}}}
}

// minutes is a trace with a rate for each minute.
func minutes(rates ...float64) *simulate.Trace {
	return &simulate.Trace{Source: "test", Start: monday, Step: time.Minute, Rates: rates}
}

// lasting repeats rates, each for so many minutes.
func lasting(n int, rates ...float64) *simulate.Trace {
	var all []float64
	for _, r := range rates {
		for range n {
			all = append(all, r)
		}
	}
	return minutes(all...)
}

func run(t testing.TB, o simulate.Options) *report.SimulatedRun {
	t.Helper()
	r, err := simulate.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A step of demand that a reader can follow by hand: 100 a minute, then 400,
// then 100, with 100 per instance as target and 200 as what one can serve.
func TestRunAStepOfDemand(t *testing.T) {
	r := run(t, simulate.Options{
		Setting: invocations(100, 1, 10), Trace: lasting(120, 100, 400, 100),
		World: simulate.World{OutDelay: 7 * time.Minute, Price: 2},
	})
	var changes []string
	for _, a := range r.Activities {
		if a.From != a.To {
			changes = append(changes, a.Start.Format("15:04")+" "+a.Description)
		}
	}
	want := []string{"02:04 Setting desired instance count to 4.", "04:16 Setting desired instance count to 1."}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Errorf("three minutes above target scale out, and fifteen below in (-want +got):\n%s", diff)
	}
	s := r.Summary
	if s.MostCapacity != 4 || s.LeastCapacity != 1 {
		t.Errorf("400 requests a minute at a target of 100 need 4 instances: got %d to %d", s.LeastCapacity, s.MostCapacity)
	}
	if *s.OverloadMinutes < 10 || *s.OverloadMinutes > 12 || *s.LongestOverloadMinutes != *s.OverloadMinutes {
		t.Errorf("until three minutes were seen, late by one, and seven more for the instances to come, one instance bears what two can: got %v minutes, longest %v", *s.OverloadMinutes, *s.LongestOverloadMinutes)
	}
	if s.ScaleOuts != 1 || s.ScaleIns != 1 || s.Flapping != 0 {
		t.Errorf("one step up and one down: got %d out, %d in, flapping %d", s.ScaleOuts, s.ScaleIns, s.Flapping)
	}
	if math.Abs(s.Cost-2*s.CapacityHours) > 1e-9 {
		t.Errorf("the cost is price times capacity-hours: got %v for %v", s.Cost, s.CapacityHours)
	}
}

func TestSummaryAddsUp(t *testing.T) {
	fixed := simulate.Setting{Name: "fixed", Identity: service, Bounds: scaling.Bounds{Min: 2, Max: 2},
		Actions: []autoscaling.Action{{Name: "never", Schedule: "at(2030-01-01T00:00:00)", MinCapacity: new(int32(1))}}}
	r := run(t, simulate.Options{Setting: fixed, Trace: minutes(100, 300, 250, 100, 300, math.NaN()), World: simulate.World{PerUnit: 100, Price: 0.5}})
	s := r.Summary
	for _, c := range []struct {
		reason    string
		got, want float64
	}{
		{"two units for six minutes", s.CapacityHours, 0.2},
		{"at half a unit of money", s.Cost, 0.1},
		{"three minutes have more than 200", *s.OverloadMinutes, 3},
		{"two of them follow each other", *s.LongestOverloadMinutes, 2},
		{"250 of 1050 requests are too many", *s.ExcessPercent, 100 * 250.0 / 1050},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", c.reason, c.got, c.want)
		}
	}
	if s.MinutesAboveTarget != nil {
		t.Error("without target nothing is above it")
	}
}

// What a simulation derives, computed here by hand at a constant demand.
func TestMetricsFollowFromDemand(t *testing.T) {
	four := new(int32(4))
	for _, c := range []struct {
		reason  string
		setting simulate.Setting
		world   simulate.World
		want    float64
	}{
		{"invocations are divided by the instances", invocations(1000, 1, 10), simulate.World{Initial: four}, 150},
		{"utilization is of what the units can serve", tracking("ECSServiceAverageCPUUtilization", 90), simulate.World{Initial: four, PerUnit: 200}, 75},
		{"and never more than all", tracking("ECSServiceAverageCPUUtilization", 200), simulate.World{Initial: four, PerUnit: 20}, 100},
		{"a metric may be given another meaning", tracking("ECSServiceAverageCPUUtilization", 900), simulate.World{Initial: four, Meanings: map[string]simulate.Meaning{"CPUUtilization": {Kind: simulate.Demand}}}, 600},
	} {
		r := run(t, simulate.Options{Setting: c.setting, World: c.world, Trace: lasting(10, 600)})
		if got := r.Timeline.Metrics[0].Values.Values[0]; math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", c.reason, got, c.want)
		}
	}
}

func TestBacklog(t *testing.T) {
	s := tracking("ECSServiceAverageCPUUtilization", 100)
	s.Bounds = scaling.Bounds{Min: 2, Max: 2}
	world := simulate.World{PerUnit: 100, Meanings: map[string]simulate.Meaning{"p": {Kind: simulate.BacklogPerUnit}}}
	r := run(t, simulate.Options{Setting: s, World: world, Trace: minutes(300, 250, 100, 100, 100)})
	want := []float64{50, 75, 25, 0, 0}
	if diff := cmp.Diff(want, r.Timeline.Metrics[0].Values.Values, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("what two units cannot do of it waits (-want +got):\n%s", diff)
	}
}

func TestMetricMath(t *testing.T) {
	s := tracking("", 10)
	s.Policies[0].TargetTracking.Predefined = nil
	s.Policies[0].TargetTracking.Customized = &autoscaling.CustomizedMetric{Metrics: []autoscaling.MetricQuery{
		{ID: "w", Stat: &autoscaling.MetricStat{Namespace: "AWS/SQS", MetricName: "ApproximateNumberOfMessagesVisible", Stat: "Sum"}, ReturnData: new(false)},
		{ID: "n", Stat: &autoscaling.MetricStat{Namespace: "ECS/ContainerInsights", MetricName: "RunningTaskCount", Stat: "Average"}, ReturnData: new(false)},
		{ID: "r", Expression: "w / n"},
	}}
	s.Bounds = scaling.Bounds{Min: 2, Max: 2}
	r := run(t, simulate.Options{Setting: s, World: simulate.World{PerUnit: 100}, Trace: minutes(300, 250, 100, 100)})
	if diff := cmp.Diff([]float64{50, 75, 25, 0}, r.Timeline.Metrics[0].Values.Values, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("the expression divides what waits by the tasks (-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeSimulated(t *testing.T) {
	var (
		missing   *simulate.MissingError
		underived *simulate.UnderivedError
		alarm     *simulate.NoAlarmError
	)
	for _, c := range []struct {
		reason  string
		setting simulate.Setting
		target  any
	}{
		{"utilization needs to know what a unit serves", tracking("ECSServiceAverageCPUUtilization", 50), &missing},
		{"connections do not follow from requests", func() simulate.Setting {
			s := tracking("RDSReaderAverageDatabaseConnections", 50)
			s.Identity = autoscaling.Identity{ServiceNamespace: "rds", ResourceID: "cluster:c", ScalableDimension: "rds:cluster:ReadReplicaCount"}
			return s
		}(), &underived},
		{"a step policy needs its alarm", steps(), &alarm},
	} {
		_, err := simulate.Run(simulate.Options{Setting: c.setting, Trace: lasting(10, 100)})
		if err == nil || !errors.As(err, c.target) {
			t.Errorf("%s: got %v", c.reason, err)
		}
	}
	for _, c := range []struct {
		reason string
		trace  *simulate.Trace
	}{
		{"an empty trace has nothing to run over", minutes()},
		{"a demand cannot be negative", minutes(1, -1)},
		{"nor infinite", minutes(math.Inf(1))},
	} {
		if _, err := simulate.Run(simulate.Options{Setting: invocations(100, 1, 10), Trace: c.trace}); err == nil {
			t.Errorf("%s: got no error", c.reason)
		}
	}
}

func TestAlarmsInvokeStepPolicies(t *testing.T) {
	s := steps()
	alarms, err := simulate.ReadAlarms(strings.NewReader(`{"AlarmName":"busy","Namespace":"AWS/SageMaker","MetricName":"InvocationsPerInstance","Statistic":"Sum",
		"ComparisonOperator":"GreaterThanThreshold","Threshold":100,"Period":60,"EvaluationPeriods":2,
		"AlarmActions":["arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:0000:resource/sagemaker/endpoint/demo/variant/AllTraffic:policyName/steps"]}`), s.Policies)
	if err != nil {
		t.Fatal(err)
	}
	s.Alarms = alarms
	r := run(t, simulate.Options{Setting: s, Trace: lasting(30, 50, 150)})
	if r.Summary.ScaleOuts != 1 || r.Summary.MostCapacity != 3 {
		t.Errorf("an alarm above its threshold adds the two of the step once, which is enough: got %d scale-outs to %d", r.Summary.ScaleOuts, r.Summary.MostCapacity)
	}
	for _, c := range []struct{ reason, text string }{
		{"not JSON", `AlarmName: busy`},
		{"no name", `{"MetricName":"m","Threshold":1}`},
		{"no threshold", `{"AlarmName":"a","MetricName":"m"}`},
		{"another policy's", `{"AlarmName":"a","MetricName":"m","Threshold":1,"AlarmActions":["arn:aws:autoscaling:r:1:scalingPolicy:0:resource/x:policyName/other"]}`},
		{"no period", `{"AlarmName":"a","MetricName":"m","Threshold":1,"ComparisonOperator":"LessThanThreshold","EvaluationPeriods":1}`},
	} {
		if _, err := simulate.ReadAlarms(strings.NewReader(c.text), s.Policies); err == nil {
			t.Errorf("an alarm with this wrong was read: %s", c.reason)
		}
	}
}

// random is a setting and a demand for properties.
func random(r *rand.Rand) simulate.Options {
	lower := 1 + r.Int32N(4)
	s := invocations(50+200*r.Float64(), lower, lower+r.Int32N(30))
	tt := s.Policies[0].TargetTracking
	tt.ScaleOutCooldown, tt.ScaleInCooldown = new(r.Int32N(600)), new(r.Int32N(900))
	if r.IntN(2) == 0 {
		s.Actions = []autoscaling.Action{{Name: "a", Schedule: "rate(3 hours)", MinCapacity: new(s.Bounds.Min), MaxCapacity: new(s.Bounds.Max - r.Int32N(s.Bounds.Max-s.Bounds.Min+1))}}
	}
	rates := make([]float64, 600+r.IntN(600))
	level := 500.0
	for i := range rates {
		level = math.Max(0, level+60*(r.Float64()-0.5))
		rates[i] = level
		if r.IntN(20) == 0 {
			rates[i] = math.NaN()
		}
	}
	return simulate.Options{Setting: s, Trace: minutes(rates...), World: simulate.World{OutDelay: time.Duration(r.IntN(900)) * time.Second, InDelay: time.Duration(r.IntN(100)) * time.Second, Price: r.Float64()}}
}

func TestPropertiesOfRuns(t *testing.T) {
	for seed := range uint64(60) {
		o := random(rand.New(rand.NewPCG(seed, 5)))
		first := run(t, o)
		if diff := cmp.Diff(first, run(t, o), cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("seed %d: the same input gives the same output:\n%s", seed, diff)
		}
		for _, p := range first.Timeline.Capacity {
			if p.Running < o.Setting.Bounds.Min || p.Running > o.Setting.Bounds.Max {
				t.Fatalf("seed %d: the capacity stays within the bounds: got %d at %v", seed, p.Running, p.At)
			}
		}
		dearer := o
		dearer.World.Price++
		if run(t, dearer).Summary.Cost <= first.Summary.Cost {
			t.Fatalf("seed %d: a higher price costs more", seed)
		}
		s := first.Summary
		if s.CapacityHours < s.MeanCapacity*o.Trace.Length().Hours()-1e-6 {
			t.Fatalf("seed %d: what is in service is paid: %v hours for a mean of %v", seed, s.CapacityHours, s.MeanCapacity)
		}
		if *s.LongestOverloadMinutes > *s.OverloadMinutes || *s.OverloadMinutes > o.Trace.Length().Minutes() {
			t.Fatalf("seed %d: the longest overload is part of all overload, and that of the time", seed)
		}
	}
}

// What is still to come changes nothing that has happened.
func TestNoRunKnowsTheFuture(t *testing.T) {
	s := tracking("ECSServiceAverageCPUUtilization", 50)
	s.Policies = append(s.Policies, autoscaling.Policy{Name: "f", Type: autoscaling.PredictiveScaling, Predictive: &autoscaling.Predictive{
		Mode: "ForecastAndScale", Metrics: []autoscaling.PredictiveMetric{{TargetValue: new(50.0), PredefinedPair: &autoscaling.PredefinedMetric{Type: "ECSServiceCPUUtilization"}}},
	}})
	o := simulate.Options{Setting: s, World: simulate.World{PerUnit: 100}, Trace: shaped(t, simulate.Shape{Name: "daily", Peak: 800, Noise: 0.1})}
	whole := run(t, o)
	const part = 55 * 60
	cut := *o.Trace
	cut.Rates = cut.Rates[:part]
	o.Trace = &cut
	forecasts := 0
	for i, a := range run(t, o).Activities {
		if a.End == nil || a.End.Before(cut.End()) {
			if diff := cmp.Diff(whole.Activities[i], a); diff != "" {
				t.Fatalf("activity %d differs when the trace ends earlier:\n%s", i, diff)
			}
		}
		if strings.Contains(a.Cause, "forecast") {
			forecasts++
		}
	}
	if forecasts == 0 {
		t.Error("after a day there is a forecast to scale by")
	}
}

func TestSensitivity(t *testing.T) {
	o := simulate.Options{Setting: invocations(100, 1, 20), Trace: shaped(t, simulate.Shape{Name: "daily", Peak: 1500, Noise: 0.2}), World: simulate.World{OutDelay: 5 * time.Minute}}
	found, tried, err := simulate.Sensitivity(o)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range found {
		names = append(names, s.Name+"="+s.To)
	}
	if tried < 20 || !strings.Contains(strings.Join(names, " "), "lowAlarmPeriods=3") {
		t.Errorf("how long a metric must be low before scale-in decides how much is scaled: of %d tried, got %q", tried, names)
	}
	for _, name := range names {
		if strings.HasPrefix(name, "nonexistentLocalTime") {
			t.Error("without schedules, changes of the clocks change nothing")
		}
	}
}

func TestTune(t *testing.T) {
	o := simulate.Options{Setting: invocations(100, 1, 20), Trace: shaped(t, simulate.Shape{Name: "daily", Base: 100, Peak: 1500, Noise: 0.1, Length: 24 * time.Hour}),
		World: simulate.World{PerUnit: 200, OutDelay: 5 * time.Minute, Price: 1}}
	want := simulate.TuneOptions{Candidates: 120, MaxOverload: 5}
	tuned, err := simulate.Tune(o, want)
	if err != nil {
		t.Fatal(err)
	}
	if !tuned.Found || tuned.Best.OverloadMinutes > 5 || tuned.Best.Cost > tuned.Declared.Cost {
		t.Errorf("what is found keeps the level and is not dearer than what is declared, which keeps it: got %+v for %+v", tuned.Best, tuned.Declared)
	}
	if tuned.Candidates > 120 {
		t.Errorf("no more are tried than asked for: got %d", tuned.Candidates)
	}
	for i := 1; i < len(tuned.Frontier); i++ {
		if a, b := tuned.Frontier[i-1], tuned.Frontier[i]; b.CapacityHours < a.CapacityHours || b.OverloadMinutes >= a.OverloadMinutes {
			t.Errorf("along the frontier more cost buys less overload: %+v then %+v", a, b)
		}
	}
	before := runtime.GOMAXPROCS(1)
	again, err := simulate.Tune(o, want)
	runtime.GOMAXPROCS(before)
	if diff := cmp.Diff(tuned, again); err != nil || diff != "" {
		t.Errorf("the number of processors does not matter (%v):\n%s", err, diff)
	}
	o.Setting = o.Setting.With(tuned.Policy, tuned.Best)
	if got := run(t, o).Summary; *got.OverloadMinutes != tuned.Best.OverloadMinutes || got.CapacityHours != tuned.Best.CapacityHours {
		t.Errorf("the setting that is found does what was said of it: got %v min and %v h, want %+v", *got.OverloadMinutes, got.CapacityHours, tuned.Best)
	}
}

func TestSamplesAreReducedInJSON(t *testing.T) {
	text, err := json.Marshal(report.Samples{Start: monday, Step: time.Minute, Values: make([]float64, 100_000)})
	if err != nil || len(text) > 20_000 {
		t.Errorf("a year in JSON has as many values as a picture shows: got %d bytes, %v", len(text), err)
	}
}

// The threshold of an alarm is for the statistic over the alarm's period, so that
// is what is drawn against it.
func TestAlarmsAreDrawnByTheirPeriod(t *testing.T) {
	s := steps()
	watch := func(name string, period int32, comparison alarm.Comparison, threshold float64) engine.Alarm {
		return engine.Alarm{
			Name: name, Policies: []string{"steps"},
			Metric:     scaling.Metric{Namespace: "AWS/SageMaker", Name: "Invocations", Statistic: "Sum", Period: period},
			Definition: alarm.Definition{Comparison: comparison, Threshold: threshold, Period: period, EvaluationPeriods: 1, Statistic: "Sum"},
		}
	}
	s.Alarms = []engine.Alarm{
		watch("busy", 300, alarm.GreaterThanThreshold, 1000),
		watch("idle", 300, alarm.LessThanOrEqualToThreshold, 200),
		watch("sudden", 60, alarm.GreaterThanThreshold, 500),
	}
	trace := lasting(20, 100, 300)
	trace.Start = trace.Start.Add(2 * time.Minute)
	r := run(t, simulate.Options{Setting: s, Trace: trace, World: simulate.World{PerUnit: 200}})
	if len(r.Timeline.Metrics) != 2 {
		t.Fatalf("two periods are two lines: got %+v", r.Timeline.Metrics)
	}
	slow, fast := r.Timeline.Metrics[0], r.Timeline.Metrics[1]
	if slow.Values.Step != 5*time.Minute || !slow.Values.Start.Equal(monday.Add(5*time.Minute)) {
		t.Errorf("whole periods of five minutes, which begin at multiples of five: got %v from %v", slow.Values.Step, slow.Values.Start)
	}
	if diff := cmp.Diff([]float64{500, 500, 500, 1100, 1500, 1500, 1500}, slow.Values.Values); diff != "" {
		t.Errorf("sums of five minutes (-want +got):\n%s", diff)
	}
	if fast.Values.Step != time.Minute || len(fast.Values.Values) != 40 || fast.Values.Values[0] != 100 {
		t.Errorf("sums of one minute: got %v", fast.Values)
	}
	want := []report.AlarmThreshold{{Alarm: "busy", Value: 1000}, {Alarm: "idle", Value: 200, Low: true}}
	if diff := cmp.Diff(want, slow.Thresholds); diff != "" || slow.Target != nil || slow.Statistic != "Sum" {
		t.Errorf("one line has the thresholds of both alarms, and no target: %+v (-want +got):\n%s", slow, diff)
	}
	for i, low := range []bool{false, true, false} {
		if a := r.Timeline.Alarms[i]; a.Low != low {
			t.Errorf("whether %s watches for too little: got %t", a.Name, a.Low)
		}
	}
	if r.Summary.MinutesAboveTarget != nil {
		t.Error("a threshold is no target")
	}
}
