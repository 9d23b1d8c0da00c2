package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/report"
)

const (
	sagemaker = "../../examples/sagemaker/"
	ecs       = "../../examples/ecs/"
	simulated = "testdata/simulate/"
)

func TestSimulate(t *testing.T) {
	spike := []string{"simulate", "-f", sagemaker + "hosting-autoscaling-predefined.yaml", "--shape", "spike", "--base", "30", "--peak", "150", "--noise", "0", "--start", "2026-03-02", "--price", "2"}
	got := setpoint(t, "", spike...)
	if got.code != exitOK || got.err != "" {
		t.Fatalf("got exit code %d: %s", got.code, got.err)
	}
	golden(t, "simulate/spike.txt", "summary, picture, activities, sensitivity and derivations", got.out)
	rules := setpoint(t, "", append(spike, "--assumptions", "--activities", "0", "--sensitivity", "never")...)
	golden(t, "simulate/assumptions.txt", "the rules of AWS and the assumptions are told apart", rules.out)
	compared := setpoint(t, "", "simulate", "-f", simulated+"web.yaml", "--compare", simulated+"web70.yaml", "--shape", "daily", "--length", "48h",
		"--peak", "6000", "--per-unit", "600", "--start", "2026-03-02", "--sensitivity", "never", "--activities", "2")
	golden(t, "simulate/compare.txt", "two settings side by side", compared.out)
}

func TestSimulateWritesPictures(t *testing.T) {
	dir := t.TempDir()
	svg, page, curve := filepath.Join(dir, "a.svg"), filepath.Join(dir, "a.html"), filepath.Join(dir, "c.svg")
	got := setpoint(t, "", "simulate", "-f", simulated+"web.yaml", "--shape", "daily", "--length", "24h", "--peak", "6000", "--per-unit", "600",
		"--svg", svg, "--html", page, "--curve", curve, "--tune", "--candidates", "20", "--sensitivity", "never", "-o", "json")
	if got.code != exitOK {
		t.Fatalf("got exit code %d: %s", got.code, got.err)
	}
	var simulation report.Simulation
	if err := json.Unmarshal([]byte(got.out), &simulation); err != nil || simulation.Kind != report.KindSimulation {
		t.Errorf("-o json is a %s: got %q, %v", report.KindSimulation, simulation.Kind, err)
	}
	if len(simulation.Runs) != 2 || simulation.Runs[1].Name != "tuned" {
		t.Errorf("what was found is run beside what is declared: got %d runs", len(simulation.Runs))
	}
	for _, file := range []string{svg, curve} {
		text := wellFormed(t, file)
		for _, part := range []string{`role="img"`, "<title", "<desc", "prefers-color-scheme:dark"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: a picture has %s, for those who do not see it or see it in the dark", filepath.Base(file), part)
			}
		}
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, foreign := range []string{"<script", " src=", "<link", "@import", "url("} {
		if strings.Contains(string(text), foreign) {
			t.Errorf("a page that needs no other file has no %q", foreign)
		}
	}
	if n := strings.Count(string(text), "<svg"); n != 4 {
		t.Errorf("the page has both pictures for wide and for narrow windows: got %d", n)
	}
}

// What a setting rests on is told of each, under its name.
func TestSimulateTellsWhatEachRunRestsOn(t *testing.T) {
	page := filepath.Join(t.TempDir(), "a.html")
	for _, c := range []struct {
		reason string
		args   []string
		want   []string
	}{
		{"a tuned setting rests on more than the declared one", []string{"--tune", "--candidates", "20"}, []string{"Sensitivity of web to", "Sensitivity of tuned to"}},
		{"so does each that is compared", []string{"--compare", simulated + "web70.yaml"}, []string{"Sensitivity of web to", "Sensitivity of web70 to"}},
		{"one alone needs no name", nil, []string{"Sensitivity to what"}},
	} {
		got := setpoint(t, "", append([]string{"simulate", "-f", simulated + "web.yaml", "--shape", "daily", "--length", "24h", "--peak", "6000", "--per-unit", "600",
			"--start", "2026-03-02", "--html", page}, c.args...)...)
		html, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if got.code != exitOK || !strings.Contains(got.out, want) || !strings.Contains(string(html), want) {
				t.Errorf("%s: no %q in text or page: exit code %d, %s", c.reason, want, got.code, got.err)
			}
		}
	}
}

func wellFormed(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(strings.NewReader(string(text)))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return string(text)
		} else if err != nil {
			t.Fatalf("%s is no XML: %v", filepath.Base(file), err)
		}
	}
}

// What is found can be applied as it is printed, and simulates as was said.
func TestTunedManifest(t *testing.T) {
	trace := []string{"--shape", "daily", "--length", "24h", "--peak", "6000", "--per-unit", "600", "--start", "2026-03-02", "--sensitivity", "never", "-o", "json"}
	simulation := func(args ...string) report.Simulation {
		t.Helper()
		got := setpoint(t, "", append(append([]string{"simulate"}, args...), trace...)...)
		var s report.Simulation
		if err := json.Unmarshal([]byte(got.out), &s); err != nil || got.code != exitOK {
			t.Fatalf("exit code %d: %s, %v", got.code, got.err, err)
		}
		return s
	}
	tuned := simulation("-f", ecs+"target-tracking.yaml", "--tune", "--max-overload-minutes", "5", "--candidates", "60")
	file := filepath.Join(t.TempDir(), "tuned.yaml")
	if err := os.WriteFile(file, []byte(tuned.Tuning.Manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := setpoint(t, "", "validate", "-f", file); got.code != exitOK {
		t.Errorf("the manifest is valid: %s%s", got.out, got.err)
	}
	again := simulation("-f", file)
	if got, want := again.Runs[0].Summary.CapacityHours, tuned.Tuning.Best.CapacityHours; got != want {
		t.Errorf("the manifest does what was said of it: got %v capacity-hours, want %v", got, want)
	}
	if tuned.Tuning.Best.OverloadMinutes > 5 || !tuned.Tuning.Found {
		t.Errorf("the level is kept: got %+v", tuned.Tuning.Best)
	}
}

func TestSimulateErrorsSayWhatHelps(t *testing.T) {
	daily := []string{"--shape", "daily"}
	for _, c := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"without demand there is nothing to simulate", []string{"-f", ecs + "target-tracking.yaml"}, "--trace"},
		{"utilization needs to know what a unit serves", append(daily, "-f", ecs+"target-tracking.yaml"), "--per-unit"},
		{"a step policy needs its alarm", append(daily, "-f", sagemaker+"step-scaling.yaml"), "--alarm"},
		{"alarms invoke step policies", append(daily, "-f", sagemaker+"hosting-autoscaling-predefined.yaml", "--alarm", simulated+"alarm.json"), "step scaling policies"},
		{"alarms of none of those compared are of no use", append(daily, "-f", sagemaker+"hosting-autoscaling-predefined.yaml", "--compare", sagemaker+"hosting-autoscaling-scheduled.yaml", "--alarm", simulated+"alarm.json"), "--alarm"},
		{"metrics of metric math follow from what is known", append(daily, "-f", ecs+"metric-math.yaml"), "--per-unit"},
		{"without target there are no bounds", append(daily, "-f", ecs+"predictive-scaling.yaml"), "add the ScalableTarget"},
		{"of several targets one is meant", append(daily, "-f", ecs+"target-tracking.yaml", "-f", ecs+"metric-math.yaml"), "--resource"},
		{"a shape is one of those that there are", []string{"-f", ecs + "target-tracking.yaml", "--shape", "square"}, "constant, daily"},
		{"an assumption is one of those that there are", append(daily, "-f", sagemaker+"hosting-autoscaling-predefined.yaml", "--assume", "x=y"), "metricDelay"},
		{"a meaning is one of those that there are", append(daily, "-f", sagemaker+"hosting-autoscaling-predefined.yaml", "--metric", "a=b"), "demand-per-unit"},
		{"a trace is read or refused", []string{"-f", sagemaker + "hosting-autoscaling-predefined.yaml", "--trace", sagemaker + "step-scaling.yaml"}, "--time-column"},
		{"different dimensions do not compare", append(daily, "-f", sagemaker+"hosting-autoscaling-predefined.yaml", "--compare", ecs+"target-tracking.yaml"), "do not compare"},
		{"a demand cannot shrink to nothing", append(daily, "-f", sagemaker+"hosting-autoscaling-predefined.yaml", "--scale", "0"), "--scale"},
		{"there is no curve without a search", append(daily, "-f", sagemaker+"hosting-autoscaling-predefined.yaml", "--curve", "x.svg"), "--tune"},
		{"what is wrong in a manifest is told", append(daily, "-f", "testdata/validate"), "setpoint validate"},
	} {
		got := setpoint(t, "", append([]string{"simulate"}, c.args...)...)
		if got.code != exitTrouble || !strings.Contains(got.err, c.want) {
			t.Errorf("%s: got exit code %d and %q, want %q in it", c.reason, got.code, got.err, c.want)
		}
	}
}

// What somebody wants to know who leaves step scaling: each has its own alarms.
func TestSimulateComparesStepScalingWithTargetTracking(t *testing.T) {
	steps, tracking := sagemaker+"step-scaling.yaml", sagemaker+"hosting-autoscaling-predefined.yaml"
	for _, c := range [][]string{{"-f", steps, "--compare", tracking}, {"-f", tracking, "--compare", steps}} {
		got := setpoint(t, "", append(append([]string{"simulate"}, c...), "--alarm", simulated+"alarm.json", "--shape", "daily", "--length", "24h", "--peak", "500", "--per-unit", "120", "-o", "json")...)
		var s report.Simulation
		if err := json.Unmarshal([]byte(got.out), &s); err != nil || got.code != exitOK {
			t.Fatalf("exit code %d: %s, %v", got.code, got.err, err)
		}
		for _, run := range s.Runs {
			if run.Summary.ScaleOuts == 0 {
				t.Errorf("%v: %s does not scale out", c, run.Name)
			}
		}
	}
}

// Every example can be simulated, with what it needs beside it.
func TestSimulateExamples(t *testing.T) {
	for file, args := range map[string][]string{
		ecs + "target-tracking.yaml":                         {"--per-unit", "100"},
		ecs + "metric-math.yaml":                             {"--per-unit", "100"},
		sagemaker + "hosting-autoscaling-predefined.yaml":    nil,
		sagemaker + "hosting-autoscaling-custom-metric.yaml": {"--per-unit", "100"},
		sagemaker + "hosting-autoscaling-scheduled.yaml":     nil,
		sagemaker + "step-scaling.yaml":                      {"--alarm", simulated + "alarm.json"},
		"../../examples/dynamodb/table.yaml":                 nil,
		"../../examples/lambda/provisioned-concurrency.yaml": {"--latency", "300ms"},
	} {
		got := setpoint(t, "", append([]string{"simulate", "-f", file, "--shape", "daily", "--length", "24h", "--peak", "500"}, args...)...)
		if got.code != exitOK {
			t.Errorf("%s: got exit code %d: %s", file, got.code, got.err)
		}
	}
	csv := "timestamp,value\n"
	for h := range 24 {
		csv += aMonday.Add(time.Duration(h)*time.Hour).Format(time.DateTime) + ",6000\n"
	}
	if got := setpoint(t, csv, "simulate", "-f", sagemaker+"hosting-autoscaling-predefined.yaml", "--trace", "-"); got.code != exitOK || !strings.Contains(got.out, "mean 100 and peak 100") {
		t.Errorf("a trace comes from standard input too, and 6000 in an hour are 100 a minute: %s%s", got.out, got.err)
	}
}
