package validation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/manifest"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/validation"
)

const (
	head     = "apiVersion: applicationautoscaling.services.k8s.aws/v1alpha1\nkind: "
	identity = "resourceID: service/c/s, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs"
)

func validate(t *testing.T, text string) *report.Validation {
	t.Helper()
	set, err := manifest.Read(manifest.Source{Files: []string{manifest.Stdin}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	v, err := validation.Validate(t.Context(), set, time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The API server and the domain find many of the same things.
func TestEveryThingIsSaidOnce(t *testing.T) {
	for _, c := range []struct{ reason, text, want string }{
		{"the domain's sentence about a field stands for the API server's",
			"ScalableTarget\nmetadata: {name: x}\nspec: {" + identity + ", minCapacity: 3, maxCapacity: 2}\n", "TargetMinAboveMax"},
		{"also where it is about a field below",
			"ScalingPolicy\nmetadata: {name: x}\nspec: {policyName: p, " + identity + ", stepScalingPolicyConfiguration: {adjustmentType: ExactCapacity, stepAdjustments: [{metricIntervalLowerBound: 0, metricIntervalUpperBound: 1, scalingAdjustment: 1}]}}\n",
			"StepsHighestMissing"},
		{"three parts of an identity that is missing are one question",
			"ScheduledAction\nmetadata: {name: x}\nspec: {scheduledActionName: a, schedule: rate(1 day), scalableTargetAction: {minCapacity: 1}}\n", "RuleViolated"},
		{"a wrong type leaves nothing for the domain", "ScalableTarget\nmetadata: {name: x}\nspec: {" + identity + ", minCapacity: x}\n", "SchemaViolated"},
		{"an annotation that decides about life and death", "ScalableTarget\nmetadata: {name: x, annotations: {services.k8s.aws/deletion-policy: keep}}\nspec: {" + identity + "}\n", "AnnotationInvalid"},
		{"an object twice is not also two that declare the same", "ScalableTarget\nmetadata: {name: x}\nspec: {" + identity + "}\n---\n" + head + "ScalableTarget\nmetadata: {name: x}\nspec: {" + identity + "}\n", "ObjectDuplicate"},
	} {
		var got []string
		for _, f := range validate(t, head+c.text).Findings {
			got = append(got, f.Code)
			if f.Line < 1 || f.File == "" || f.Message == "" {
				t.Errorf("%s: %+v has no place or says nothing", c.reason, f)
			}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestRulesAreListedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range validation.Rules() {
		if seen[string(r.Code)] || r.Title == "" || r.Severity == "" || r.Source == "" {
			t.Errorf("%+v is there twice or lacks something", r)
		}
		seen[string(r.Code)] = true
	}
}
