package report

import (
	"bytes"
	"encoding/json"
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

func TestTree(t *testing.T) {
	for _, c := range []struct {
		reason string
		fields []FieldChange
		want   string
	}{
		{"a single field is one line, however deep", []FieldChange{{"a.b.c", "1", "2"}}, "a.b.c: 1 → 2"},
		{"fields of one mapping are below it", []FieldChange{{"x", "1", "2"}, {"a.b", "1", "2"}, {"a.c.d", "3", "4"}}, "x: 1 → 2\na:\n  b: 1 → 2\n  c.d: 3 → 4"},
		{"a dot in brackets is part of a name", []FieldChange{{"tags[a.b]", "1", ""}, {"tags[c]", "", "2"}}, "tags[a.b]: 1 → (not set)\ntags[c]: (not set) → 2"},
		{"steps go down to minus infinity", []FieldChange{{"s.steps[-∞..0.5]", "", "+1"}}, "s.steps[-∞..0.5]: (not set) → +1"},
		{"the names of alarms have dots of their own", []FieldChange{{"alarm x.y", "is missing", "made anew"}}, "alarm x.y: is missing → made anew"},
		{"a field twice is told twice", []FieldChange{{"a", "1", "2"}, {"a", "2", "3"}}, "a: 1 → 2\na: 2 → 3"},
	} {
		got := strings.Join(ObjectPlan{Action: ActionUpdate, Fields: c.fields}.tree(), "\n")
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestPolicyGrantsNoMoreThanIsMissing(t *testing.T) {
	p := &Plan{}
	for _, r := range []MissingRight{{"a:One", "*"}, {"a:Two", "*"}, {"s:Describe", "arn:x"}, {"s:Describe", "arn:y"}, {"a:One", "*"}, {"t:List", "arn:y"}} {
		p.Missing(r)
	}
	p.Finish()
	const want = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a:One","a:Two"],"Resource":"*"},` +
		`{"Effect":"Allow","Action":"s:Describe","Resource":["arn:x","arn:y"]},{"Effect":"Allow","Action":"t:List","Resource":"arn:y"}]}`
	var got bytes.Buffer
	if err := json.Compact(&got, []byte(p.policy())); err != nil || got.String() != want {
		t.Errorf("a policy to paste holds each right once, and no action for a resource for which it was not denied: %v\n%s\nwant %s", err, &got, want)
	}
}

func FuzzTree(f *testing.F) {
	f.Add("a.b[c.d", "a.b]")
	f.Fuzz(func(t *testing.T, first, second string) {
		o := ObjectPlan{Fields: []FieldChange{{first, "", "1"}, {second, "", "2"}}}
		if lines := o.tree(); len(lines) < 2 {
			t.Errorf("%q and %q are two changes and %d lines: %q", first, second, len(lines), lines)
		}
	})
}
