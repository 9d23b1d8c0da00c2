package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/report"
)

// What the controller would not act on is no part of what would have happened, so
// it is refused, with its name, and not left out.
func TestSimulateRefusesWhatWouldNotBeActedUpon(t *testing.T) {
	text, err := os.ReadFile(simulated + "web.yaml")
	if err != nil {
		t.Fatal(err)
	}
	web := string(text)
	policy := func(metadata, reference string) string {
		return web + fmt.Sprintf(`---
apiVersion: applicationautoscaling.services.k8s.aws/v1alpha1
kind: ScalingPolicy
metadata: {name: extra%s}
spec:
  policyName: extra
  resourceRef: {from: {name: %s}}
  targetTrackingScalingPolicyConfiguration:
    targetValue: 50
    predefinedMetricSpecification: {predefinedMetricType: ECSServiceAverageMemoryUtilization}
`, metadata, reference)
	}
	for _, c := range []struct {
		reason string
		args   []string
		want   []string
	}{
		{"two objects declare one target", []string{"-f", simulated + "web.yaml", "-f", simulated + "web70.yaml"}, []string{"web", "declares the same already", "--compare"}},
		{"two policies have one name in AWS", []string{"-f", file(t, strings.Replace(policy("", "web"), "policyName: extra", "policyName: cpu", 1))}, []string{"ScalingPolicy extra", "declares the same already"}},
		{"an annotation means nothing", []string{"-f", file(t, policy(", annotations: {services.k8s.aws/deletion-policy: kepe}", "web"))}, []string{"ScalingPolicy extra", "deletion-policy"}},
		{"an object only looks", []string{"-f", file(t, policy(", annotations: {services.k8s.aws/read-only: 'true'}", "web"))}, []string{"ScalingPolicy extra", "read-only"}},
		{"an object refers to nothing that is here", []string{"-f", file(t, policy("", "wbe"))}, []string{"ScalingPolicy extra", "ScalableTarget wbe"}},
		{"an object is on its way out", []string{"-f", file(t, policy(", deletionTimestamp: '2026-01-01T00:00:00Z'", "web"))}, []string{"ScalingPolicy extra", "being deleted"}},
		{"what is compared is held to the same", []string{"-f", simulated + "web.yaml", "--compare", file(t, policy("", "wbe"))}, []string{"ScalingPolicy extra"}},
	} {
		got := setpoint(t, "", append([]string{"simulate", "--shape", "daily", "--per-unit", "600"}, c.args...)...)
		for _, want := range c.want {
			if got.code != exitTrouble || !strings.Contains(got.err, want) {
				t.Errorf("%s: got exit code %d and %q, want %q in it", c.reason, got.code, got.err, want)
			}
		}
	}
	if got := setpoint(t, "", "simulate", "--shape", "daily", "--per-unit", "600", "-f", file(t, policy("", "web"))); got.code != exitOK {
		t.Errorf("with nothing wrong it is simulated: got exit code %d and %q", got.code, got.err)
	}
}

// Each --compare is a run of its own, also where files have one name.
func TestSimulateComparesSeveral(t *testing.T) {
	other := filepath.Join(t.TempDir(), "web.yaml")
	text, err := os.ReadFile(simulated + "web70.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte(strings.Replace(string(text), "targetValue: 70", "targetValue: 60", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(t.TempDir(), "picture.svg")
	got := setpoint(t, "", "simulate", "-f", simulated+"web.yaml", "--compare", simulated+"web70.yaml", "--compare", other, "--shape", "daily", "--length", "24h",
		"--per-unit", "60", "--sensitivity", "never", "--svg", picture, "-o", "json")
	var s report.Simulation
	if err := json.Unmarshal([]byte(got.out), &s); err != nil || got.code != exitOK || len(s.Runs) != 3 {
		t.Fatalf("three settings are three runs: got exit code %d, %d runs, %v\n%s", got.code, len(s.Runs), err, got.err)
	}
	for i, want := range []struct{ name, policy string }{{"web", "at 50"}, {"web70", "at 70"}, {other, "at 60"}} {
		if r := s.Runs[i]; r.Name != want.name || !strings.Contains(strings.Join(r.Setting.Policies, ""), want.policy) {
			t.Errorf("run %d is %s with its policy %s: got %s with %v", i, want.name, want.policy, r.Name, r.Setting.Policies)
		}
	}
	if svg := wellFormed(t, picture); !strings.Contains(svg, "web70") {
		t.Error("the picture has all of them")
	}
	if s.Runs[0].Summary.CapacityHours <= s.Runs[1].Summary.CapacityHours {
		t.Error("a lower target has more capacity")
	}
}
