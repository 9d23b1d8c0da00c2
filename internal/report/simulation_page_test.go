package report

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/test/web"
)

// reports are what `setpoint simulate --html` writes, with all that can be in one.
func reports() map[string]*Simulation {
	one, two := simulation("web"), simulation("hosting-autoscaling-predefined-now", "hosting-autoscaling-predefined-tuned")
	ended := monday.Add(8*time.Hour + 2*time.Minute)
	for _, s := range []*Simulation{one, two} {
		for i := range s.Runs {
			r := &s.Runs[i]
			minutes := 12.5
			r.Summary = SimulationSummary{MinutesAboveTarget: &minutes, OverloadMinutes: &minutes, Cost: 12, CapacityHours: 99, LeastCapacity: 1, MostCapacity: 8}
			r.Setting = SimulatedSetting{MinCapacity: 1, MaxCapacity: 8, Policies: []string{"cpu: CPUUtilization at 50"}, Actions: []string{"day: cron(30 7 ? * MON-FRI *) Europe/Berlin, min capacity to 8"}}
			cause := "monitor alarm TargetTracking-service/shop/web-AlarmHigh-0a9fe5db-0f12-4a41-9840-010fbf9a94d5 in state ALARM triggered policy cpu"
			r.Activities = []SimulatedActivity{
				{Start: monday, End: &ended, Description: "Setting desired count to 4.", Cause: cause, StatusCode: "Successful", From: 2, To: 4},
				{Start: monday, Description: "Attempting to scale due to alarm triggered", Cause: cause, StatusCode: "Failed", NotScaledReasons: []string{"AlreadyAtMaxCapacity (MaxCapacity 8)"}},
				{Start: monday, Description: "Setting desired count to 5.", Cause: cause, StatusCode: "Failed", StatusMessage: "There was not enough.", From: 4, To: 5},
			}
		}
		s.Derivations = []Derivation{{"CPUUtilization", "100 × requests per minute ÷ (capacity in service × what one unit serves), at most 100"}}
		s.Rules = []Rule{{"cooldown", "No scale-in before it is over.", "300", true, "Application Auto Scaling User Guide"}, {"metricDelay", "How late a metric is seen.", "1m0s", false, "CloudWatch does not document it"}}
		s.SensitivityTried, s.Sensitivity = 30, []Sensitivity{{Name: "metricDelay", From: "1m0s", To: "2m0s", Summary: s.Runs[0].Summary}}
	}
	candidate := Candidate{TargetValue: 50, CapacityHours: 100, Cost: 23, Keeps: true}
	two.Tuning = &Tuning{
		Policy: "cpu", Level: "at most 30 minutes of overload", MaxOverloadMinutes: 30, Candidates: 3, Best: candidate, Declared: candidate,
		Frontier: []Candidate{candidate}, All: []Candidate{candidate, {TargetValue: 70, Cost: 20, OverloadMinutes: 80}},
		Manifest: "apiVersion: applicationautoscaling.services.k8s.aws/v1alpha1\nkind: ScalingPolicy\n" + strings.Repeat("wide", 60) + "\n",
	}
	return map[string]*Simulation{"one run": one, "two runs": two}
}

func TestHowTheReportLooks(t *testing.T) {
	var report url.URL
	page, ok := web.Open(t, func(address *url.URL) bool { return *address == report })
	if !ok {
		return
	}
	all := reports()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		s.Finish()
		file := filepath.Join(t.TempDir(), "report.html")
		if err := os.WriteFile(file, []byte(picture(t, s.WriteHTML)), 0o600); err != nil {
			t.Fatal(err)
		}
		report = url.URL{Scheme: "file", Path: filepath.ToSlash(file)}
		for _, look := range web.Looks {
			at := fmt.Sprintf("%s, %s", name, look)
			page.Go(report.String(), look)
			web.Value[bool](page, "[...document.querySelectorAll('details')].every((e) => e.open = true)")
			page.Says(at, "h1", "service/shop/web")
			page.Looks(at, look)
			page.Names(at, 5)
			shown := web.Value[[]string](page, "[...document.querySelectorAll('svg')].filter((e) => e.checkVisibility()).map((e) => e.getAttribute('aria-labelledby').split('-title')[0])")
			want := map[bool]string{true: "narrow", false: "wide"}[look.Width == 400]
			if len(shown) == 0 || strings.Contains(strings.Join(shown, " "), map[string]string{"narrow": "wide", "wide": "narrow"}[want]) {
				t.Errorf("%s: the pictures for it are shown, and no others: got %q", at, shown)
			}
			page.Calm()
		}
	}
}
