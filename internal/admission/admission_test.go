package admission_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/internal/admission"
)

func object(t testing.TB, text string) map[string]any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var o map[string]any
	if err := utiljson.Unmarshal(asJSON, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func newServer(t testing.TB) *admission.Server {
	t.Helper()
	s, err := admission.New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	target = "kind: ScalableTarget\napiVersion: applicationautoscaling.services.k8s.aws/v1alpha1\nmetadata: {name: x}\nspec: {resourceID: service/c/s, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs%s}\n"
	policy = "kind: ScalingPolicy\napiVersion: applicationautoscaling.services.k8s.aws/v1alpha1\nmetadata: {name: x}\nspec: {resourceRef: {from: {name: t}}%s}\n"
)

func TestCheck(t *testing.T) {
	server := newServer(t)
	with := func(text, more string) string { return strings.Replace(text, "%s", more, 1) }
	for _, c := range []struct {
		reason, object string
		want           []string // code, field, and a part of the message
	}{
		{"a good object", with(target, ", minCapacity: 1, maxCapacity: 2"), nil},
		{"a namespace that kubectl adds is not missed, and the status is dropped", with(target, "") + "status: {nonsense: 1}\n", nil},
		{"swapped letters", with(target, ", maxCapactiy: 2"), []string{"UnknownField spec.maxCapactiy did you mean maxCapacity?"}},
		{"a name of another kind is too far from any", with(target, ", replicasToKeepAlive: 2"), []string{"UnknownField spec.replicasToKeepAlive write one of maxCapacity"}},
		{"an unknown field in a list", with(policy, ", policyName: p, stepScalingPolicyConfiguration: {adjustmentType: ExactCapacity, stepAdjustments: [{metricIntervalLowerBond: 0, metricIntervalLowerBound: 0, scalingAdjustment: 1}]}"),
			[]string{"UnknownField spec.stepScalingPolicyConfiguration.stepAdjustments[0].metricIntervalLowerBond did you mean metricIntervalLowerBound?"}},
		{"an unknown field of the metadata", strings.Replace(with(target, ""), "{name: x}", "{name: x, lables: {}}", 1), []string{"UnknownField metadata.lables did you mean labels?"}},
		{"a wrong type says the right one", with(target, ", minCapacity: '1'"), []string{"SchemaViolated spec.minCapacity write a whole number, without quotes"}},
		{"a mapping where a list belongs", with(target, ", tags: {a: b}"), []string{"SchemaViolated spec.tags write a list"}},
		{"a value that is not one of those allowed, with the one that was meant", with(policy, ", policyName: p, policyType: StepScalling, stepScalingPolicyConfiguration: {adjustmentType: ExactCapacity, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]}"),
			[]string{"SchemaViolated spec.policyType did you mean StepScaling?"}},
		{"a required field is explained", with(policy, ""), []string{"SchemaViolated spec.policyName Name of the policy in AWS"}},
		{"a rule that takes several fields", with(target, ", minCapacity: 3, maxCapacity: 2"), []string{"RuleViolated spec.minCapacity minCapacity must not be greater than maxCapacity"}},
		{"a name that is none", strings.Replace(with(target, ""), "{name: x}", "{name: X_y}", 1), []string{"MetadataInvalid metadata.name RFC 1123"}},
		{"no metadata", strings.Replace(with(target, ""), "metadata: {name: x}\n", "", 1), []string{"MetadataInvalid metadata write metadata.name"}},
		{"metadata that is a text", strings.Replace(with(target, ""), "{name: x}", "x", 1), []string{"MetadataInvalid metadata cannot be read", "SchemaViolated metadata "}},
		{"another kind is none of its business", "kind: Secret\n", nil},
	} {
		got := server.Check(t.Context(), object(t, c.object))
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v, want %q", c.reason, got, c.want)
			continue
		}
		for i, want := range c.want {
			code, rest, _ := strings.Cut(want, " ")
			field, message, _ := strings.Cut(rest, " ")
			if got[i].Code != code || got[i].Field != field || !strings.Contains(got[i].Message, message) {
				t.Errorf("%s: %+v, want %s", c.reason, got[i], want)
			}
		}
	}
}

// What cannot be changed is only known beside what is there.
func TestCheckUpdate(t *testing.T) {
	server := newServer(t)
	old := object(t, strings.Replace(target, "%s", ", minCapacity: 1", 1))
	for _, c := range []struct{ reason, object, want string }{
		{"the same", strings.Replace(target, "%s", ", minCapacity: 1", 1), ""},
		{"a field that may change", strings.Replace(target, "%s", ", minCapacity: 2", 1), ""},
		{"one that may not", strings.Replace(strings.Replace(target, "%s", "", 1), "service/c/s", "service/c/other", 1), "RuleViolated spec.resourceID"},
		{"what no object may have", strings.Replace(target, "%s", ", foo: bar", 1), "UnknownField spec.foo"},
	} {
		var got []string
		for _, r := range server.CheckUpdate(t.Context(), object(t, c.object), old) {
			got = append(got, r.Code+" "+r.Field)
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestCheckLeavesTheObjectAlone(t *testing.T) {
	o := object(t, strings.Replace(target, "%s", ", unknown: 1", 1)+"status: {a: 1}\n")
	before := object(t, strings.Replace(target, "%s", ", unknown: 1", 1)+"status: {a: 1}\n")
	newServer(t).Check(t.Context(), o)
	if diff := cmp.Diff(before, o); diff != "" {
		t.Errorf("the object is looked at, not changed (-want +got):\n%s", diff)
	}
}

// Whatever an object holds, there is an answer, and every refusal says why.
func FuzzCheck(f *testing.F) {
	server := newServer(f)
	f.Add(strings.Replace(target, "%s", ", minCapacity: 1.5, tags: [{key: 1}, null]", 1))
	f.Add(strings.Replace(policy, "%s", ", policyName: 7, stepScalingPolicyConfiguration: {stepAdjustments: {a: [b]}}", 1))
	f.Fuzz(func(t *testing.T, text string) {
		asJSON, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			return
		}
		var o map[string]any
		if utiljson.Unmarshal(asJSON, &o) != nil || o == nil {
			return
		}
		for _, r := range server.Check(t.Context(), o) {
			if r.Code == "" || r.Message == "" {
				t.Errorf("%q: %+v says nothing", text, r)
			}
		}
	})
}
