package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		reason string
		args   []string
		stdin  string // name of a file
		code   int
	}{
		{name: "broken", reason: "every finding has its line, its code and what to write instead", args: []string{"-f", "testdata/validate/broken.yaml"}, code: 1},
		{name: "good", reason: "steps are told in absolute numbers where the alarm is known, schedules with their next firings", args: []string{"-f", "testdata/validate/good.yaml"}},
		{name: "warnings", reason: "warnings do not fail", args: []string{"-f", "testdata/validate/warnings.yaml"}},
		{name: "strict", reason: "unless they are asked to", args: []string{"-f", "testdata/validate/warnings.yaml", "--strict"}, code: 1},
		{name: "stdin", reason: "standard input is a file called stdin", args: []string{"-f", "-"}, stdin: "testdata/validate/warnings.yaml"},
		{name: "directory", reason: "a directory is read without those below it", args: []string{"-f", "testdata/validate/tree"}},
		{name: "recursive", reason: "with -R those below it are read, JSON and lists too, and references go across files", args: []string{"-R", "-f", "testdata/validate/tree"}},
		{name: "kustomize", reason: "a kustomization is built first, and the lines are those of the result", args: []string{"-k", "testdata/validate/overlay"}, code: 1},
		{name: "duplicate", reason: "the same object twice is told once", args: []string{"-f", "testdata/validate/warnings.yaml", "-f", "testdata/validate/tree/top.yml"}, code: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdin := ""
			if c.stdin != "" {
				text, err := os.ReadFile(c.stdin)
				if err != nil {
					t.Fatal(err)
				}
				stdin = string(text)
			}
			for format, extension := range map[string]string{"table": "txt", "json": "json", "sarif": "sarif", "junit": "xml"} {
				got := setpoint(t, stdin, append([]string{"validate", "-o", format}, c.args...)...)
				if got.code != c.code {
					t.Errorf("%s: exit %d, want %d\n%s%s", c.reason, got.code, c.code, got.out, got.err)
				}
				golden(t, "validate/"+c.name+".golden."+extension, c.reason, got.out)
			}
		})
	}
}

// People copy the examples, one or all of them.
func TestExamplesHaveNoFindings(t *testing.T) {
	for _, args := range [][]string{{"-R", "-f", "../../examples"}, {"-f", "../../examples/sagemaker"}, {"-f", "../../examples/sagemaker/step-scaling.yaml"}} {
		got := setpoint(t, "", append([]string{"validate", "--strict"}, args...)...)
		if got.code != 0 || !strings.Contains(got.err, " 0 errors, 0 warnings") {
			t.Errorf("%v: exit %d\n%s%s", args, got.code, got.out, got.err)
		}
	}
}

// An object whose namespace is written and one whose namespace is not are the same
// when -n says so.
func TestValidateTakesANamespace(t *testing.T) {
	const object = "apiVersion: applicationautoscaling.services.k8s.aws/v1alpha1\nkind: ScalableTarget\nmetadata: {name: web%s}\n" +
		"spec: {resourceID: service/shop/web, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs, minCapacity: 1, maxCapacity: 2}\n"
	both := fmt.Sprintf(object, "") + "---\n" + fmt.Sprintf(object, ", namespace: prod")
	for namespace, want := range map[string]string{"prod": "ObjectDuplicate", "other": "AlreadyDeclared"} {
		got := setpoint(t, both, "validate", "-f", "-", "-n", namespace)
		if got.code != 1 || !strings.Contains(got.out, "["+want+"]") {
			t.Errorf("-n %s: exit %d, want %s\n%s%s", namespace, got.code, want, got.out, got.err)
		}
	}
}

func TestSARIFIsComplete(t *testing.T) {
	got := setpoint(t, "", "validate", "-o", "sarif", "-f", "testdata/validate/broken.yaml")
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID               string
						ShortDescription struct{ Text string }
					}
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(got.out), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || log.Schema == "" || len(log.Runs) != 1 || log.Runs[0].Tool.Driver.Name != "setpoint" || len(log.Runs[0].Results) == 0 {
		t.Fatalf("not a SARIF 2.1.0 log with one run and results: %s", got.out)
	}
	rules := log.Runs[0].Tool.Driver.Rules
	for _, r := range rules {
		if r.ShortDescription.Text == "" {
			t.Errorf("rule %s has no description: every code is in the list of rules", r.ID)
		}
	}
	for _, r := range log.Runs[0].Results {
		if r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("%s: index %d is another rule", r.RuleID, r.RuleIndex)
		}
		if r.Level != "error" && r.Level != "warning" || r.Message.Text == "" || len(r.Locations) != 1 {
			t.Errorf("%+v lacks a level, a message or a location", r)
			continue
		}
		at := r.Locations[0].PhysicalLocation
		if at.ArtifactLocation.URI != "testdata/validate/broken.yaml" || at.Region.StartLine < 1 {
			t.Errorf("%s is at %+v, not at a line of the file", r.RuleID, at)
		}
	}
}

func TestJUnitIsWellFormed(t *testing.T) {
	got := setpoint(t, "", "validate", "-o", "junit", "-f", "testdata/validate/broken.yaml")
	decoder := xml.NewDecoder(strings.NewReader(got.out))
	cases, failures := 0, 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			switch start.Name.Local {
			case "testcase":
				cases++
			case "failure":
				failures++
			}
		}
	}
	if cases == 0 || failures == 0 || failures > cases {
		t.Errorf("%d test cases, %d failures in\n%s", cases, failures, got.out)
	}
}

func TestNotesGoToStandardError(t *testing.T) {
	got := setpoint(t, "", "validate", "-f", "testdata/validate/broken.yaml")
	if !strings.Contains(got.err, "errors") || strings.Contains(got.out, "objects checked") {
		t.Errorf("the summary is a note: stdout %q, stderr %q", got.out, got.err)
	}
	if strings.Contains(got.out, "\x1b") {
		t.Error("colours are for terminals only")
	}
}

// The alarms of step policies are in files of the AWS CLI, as simulate takes
// them.
func TestValidateTakesAlarms(t *testing.T) {
	const policy = `{apiVersion: applicationautoscaling.services.k8s.aws/v1alpha1, kind: ScalingPolicy, metadata: {name: busy}, spec: {policyName: busy, resourceID: endpoint/demo/variant/AllTraffic,
scalableDimension: "sagemaker:variant:DesiredInstanceCount", serviceNamespace: sagemaker, stepScalingPolicyConfiguration: {adjustmentType: ChangeInCapacity, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 2}]}}}`
	for _, c := range []struct {
		reason, alarm string
		code          int
		says          string
	}{
		{"the steps are told in absolute numbers", "testdata/simulate/alarm.json", 0, "60 ≤ InvocationsPerInstance: +2"},
		{"a file that is not there", "testdata/simulate/none.json", 2, "none.json"},
		{"a file that has no alarm", file(t, "x"), 2, "put-metric-alarm --cli-input-json"},
		{"an alarm of something else is worth a warning", file(t, `{"AlarmName":"a","Threshold":1,"AlarmActions":["other"]}`), 0, "AlarmStartsNothing"},
	} {
		got := setpoint(t, policy, "validate", "-f", "-", "--alarm", c.alarm)
		if got.code != c.code || !strings.Contains(got.out+got.err, c.says) {
			t.Errorf("%s: exit %d, want %d and %q\n%s%s", c.reason, got.code, c.code, c.says, got.out, got.err)
		}
	}
}
