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

func validate(t *testing.T, text string, given ...validation.Given) *report.Validation {
	t.Helper()
	validator, err := validation.New()
	if err != nil {
		t.Fatal(err)
	}
	return validated(t, validator, text, given...)
}

func validated(t *testing.T, validator *validation.Validator, text string, given ...validation.Given) *report.Validation {
	t.Helper()
	set, err := manifest.Read(manifest.Source{Files: []string{manifest.Stdin}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	return validator.Validate(t.Context(), set, "", time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC), given...)
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

func TestTimes(t *testing.T) {
	for _, c := range []struct{ reason, schedule, want string }{
		{"an ordinary time needs no words", "cron(0 8 ? * MON-FRI *)", ""},
		{"a time that the clocks skip", "at(2027-03-28T02:30:00)", "on 2027-03-28 the clocks go forward"},
		{"a time that comes twice", "at(2027-10-31T02:30:00)", "on 2027-10-31 the clocks go back"},
		{"a time that is past", "at(2020-01-01T00:00:00)", "does not run any more"},
	} {
		v := validate(t, head+"ScheduledAction\nmetadata: {name: x}\nspec: {scheduledActionName: x, "+identity+", schedule: '"+c.schedule+"', timezone: Europe/Berlin, scalableTargetAction: {minCapacity: 1}}\n")
		got := strings.Join(v.Objects[0].Schedule.Notes, "; ")
		if !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %s: got %q, want %q", c.reason, c.schedule, got, c.want)
		}
	}
}

// What a reference leaves to an object of another kind is found beside it, and
// is no mistake where it is not there.
func TestReferencesToOtherKinds(t *testing.T) {
	const (
		target   = "ScalableTarget\nmetadata: {name: x}\nspec: {scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker, minCapacity: 1, maxCapacity: 2, sageMakerEndpointRef: {from: {name: e}, variantName: v}}\n"
		cluster  = "ScalableTarget\nmetadata: {name: t}\nspec: {resourceID: instancegroup/j-2EEZNYKUA1NTV/ig-1791Y4E1L8YI0, scalableDimension: 'elasticmapreduce:instancegroup:InstanceCount', serviceNamespace: elasticmapreduce, minCapacity: 1, maxCapacity: 2, roleRef: {from: {name: r}}}\n"
		endpoint = "---\napiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: Endpoint\nmetadata: {name: e}\nspec: {endpointName: "
	)
	for _, c := range []struct{ reason, text, resource, findings string }{
		{"the endpoint is beside it", target + endpoint + "live}\n", "endpoint/live/variant/v", ""},
		{"it is elsewhere", target, "", ""},
		{"its name cannot be one", target + endpoint + "a_b}\n", "endpoint/a_b/variant/v", "ResourceIDMalformed"},
		{"the role is elsewhere", cluster, "instancegroup/j-2EEZNYKUA1NTV/ig-1791Y4E1L8YI0", ""},
	} {
		v := validate(t, head+c.text)
		var codes []string
		for _, f := range v.Findings {
			codes = append(codes, f.Code)
		}
		resource := ""
		if v.Objects[0].Target != nil {
			resource = v.Objects[0].Target.ResourceID
		}
		if got := strings.Join(codes, " "); got != c.findings || resource != c.resource {
			t.Errorf("%s: got %s with the findings %q, want %s, %q", c.reason, resource, got, c.resource, c.findings)
		}
	}
}

// Whatever is written, everything that is found has a code that is listed, a
// place and a sentence.
func FuzzValidate(f *testing.F) {
	titles := validation.Titles()
	f.Add("ScalableTarget\nmetadata: {name: x}\nspec: {" + identity + ", minCapacity: 3, maxCapacity: 2}\n")
	f.Add("ScalingPolicy\nmetadata: 3\nspec: [{policyName: {}}]\n---\nkind: List\nitems: 1\n")
	f.Add("ScheduledAction\nmetadata: {name: [x], annotations: {services.k8s.aws/deletion-policy: 1}}\nspec: {schedule: cron(0 0 30 2 ? *), timezone: Mars, startTime: x}\n")
	validator, err := validation.New()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := validated(t, validator, head+text)
		for _, found := range v.Findings {
			if titles[found.Code] == "" || found.Line < 1 || found.Message == "" {
				t.Errorf("%q: %+v has no rule, no line or no words", text, found)
			}
		}
	})
}
