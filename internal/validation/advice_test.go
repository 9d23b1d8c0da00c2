package validation_test

import (
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/report"
)

func TestConsoleAdvice(t *testing.T) {
	const builtIn = "SageMakerEndpointInvocationScalingPolicy"
	policy := func(object, name, metric string) string {
		return "---\n" + head + "ScalingPolicy\nmetadata: {name: " + object + "}\nspec: {policyName: " + name + ", resourceID: endpoint/e/variant/v, scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker, " +
			"targetTrackingScalingPolicyConfiguration: {targetValue: 70, predefinedMetricSpecification: {predefinedMetricType: " + metric + "}}}\n"
	}
	const invocations = "SageMakerVariantInvocationsPerInstance"
	for _, c := range []struct {
		reason, text string
		advised      bool
	}{
		{"the console does not show a policy of another name", policy("a", "mine", invocations), true},
		{"it shows this one", policy("a", builtIn, invocations), false},
		{"one of that name is there already", policy("a", "mine", invocations) + policy("b", builtIn, "SageMakerVariantConcurrentRequestsPerModelHighResolution"), false},
		{"a policy on something else is not what the console makes", policy("a", "mine", "SageMakerVariantConcurrentRequestsPerModelHighResolution"), false},
	} {
		v := validate(t, c.text)
		notes := strings.Join(v.Objects[0].Notes, "; ")
		if strings.Contains(notes, builtIn) != c.advised {
			t.Errorf("%s: notes %q, want advice: %t", c.reason, notes, c.advised)
		}
		if len(v.Findings) > 0 {
			t.Errorf("%s: advice is no finding: %+v", c.reason, v.Findings)
		}
		var table strings.Builder
		if err := v.WriteTable(&table, report.Style{}); err != nil || strings.Contains(table.String(), "note: the SageMaker console") != c.advised {
			t.Errorf("%s: %v in\n%s", c.reason, err, table.String())
		}
	}
}
