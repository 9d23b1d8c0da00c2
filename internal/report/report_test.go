package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

func step(lower, upper float64, n int32) autoscaling.StepAdjustment {
	s := autoscaling.StepAdjustment{Adjustment: n}
	if lower > -1000 {
		s.LowerBound = &lower
	}
	if upper < 1000 {
		s.UpperBound = &upper
	}
	return s
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		reason    string
		step      autoscaling.Step
		threshold Threshold
		want      []string
	}{
		{"relative to a threshold that is not known, the lowest first", autoscaling.Step{AdjustmentType: "ChangeInCapacity", Adjustments: []autoscaling.StepAdjustment{step(10, 1000, 2), step(0, 10, 1)}},
			Threshold{}, []string{"threshold ≤ metric < threshold + 10: +1", "threshold + 10 ≤ metric: +2"}},
		{"in absolute numbers where it is known", autoscaling.Step{AdjustmentType: "PercentChangeInCapacity", Adjustments: []autoscaling.StepAdjustment{step(0, 15, 10), step(15, 1000, 30)}},
			Threshold{Known: true, Value: 70, Metric: "CPUUtilization"}, []string{"70 ≤ CPUUtilization < 85: +10 %", "85 ≤ CPUUtilization: +30 %"}},
		{"below the threshold the upper bound belongs to the step", autoscaling.Step{AdjustmentType: "ChangeInCapacity", Adjustments: []autoscaling.StepAdjustment{step(-20, 0, -1), step(-1000, -20, -2)}},
			Threshold{}, []string{"metric ≤ threshold - 20: -2", "threshold - 20 < metric ≤ threshold: -1"}},
		{"a threshold of zero is known too", autoscaling.Step{AdjustmentType: "ExactCapacity", Adjustments: []autoscaling.StepAdjustment{step(0, 1000, 5)}},
			Threshold{Known: true}, []string{"0 ≤ metric: set the capacity to 5"}},
		{"sums are not shown with the noise of their binary form", autoscaling.Step{Adjustments: []autoscaling.StepAdjustment{step(0.2, 1000, 1)}},
			Threshold{Known: true, Value: 0.1}, []string{"0.3 ≤ metric: +1"}},
		{"no steps, nothing to say", autoscaling.Step{}, Threshold{}, []string{}},
	} {
		if diff := cmp.Diff(c.want, Steps(&c.step, c.threshold)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestColours(t *testing.T) {
	p := Plan{Targets: []TargetPlan{{Objects: []ObjectPlan{{Object: Object{Kind: "ScalingPolicy", Name: "p"}, Action: ActionDelete}}}}}
	p.Finish()
	for _, c := range []struct {
		style  Style
		escape bool
		reason string
	}{{Style{}, false, "plain text stays plain"}, {Style{Color: true}, true, "a terminal gets colours"}} {
		var b strings.Builder
		if err := p.WriteTable(&b, c.style); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "\x1b["); got != c.escape {
			t.Errorf("%s: %q", c.reason, b.String())
		}
	}
}

// What AWS and manifests say must not become markup of a pull request.
func TestMarkdownIsEscaped(t *testing.T) {
	p := Plan{Targets: []TargetPlan{{Objects: []ObjectPlan{{
		Object: Object{Kind: "ScheduledAction", Name: "a|b"}, Action: ActionUpdate,
		Fields: []FieldChange{{"schedule", "<script>", "cron(0 * * * ? *)"}}, Notes: []string{"`x` | y"},
	}}}}}
	p.Finish()
	var b strings.Builder
	if err := p.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	const want = "| **update** | `ScheduledAction a\\|b` | `schedule`: &lt;script> → cron(0 \\* \\* \\* ? \\*) | \\`x\\` \\| y |"
	if !strings.Contains(b.String(), want) {
		t.Errorf("got\n%s\nwant the line\n%s", b.String(), want)
	}
}

func TestEmptyListsInJSON(t *testing.T) {
	var v Validation
	v.Finish()
	var b strings.Builder
	if err := v.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") {
		t.Errorf("a list that is empty is [], or scripts stumble:\n%s", b.String())
	}
}
