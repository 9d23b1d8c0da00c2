package e2e

import (
	"strings"
	"testing"
)

// TestColumnMetric shows what a policy follows, whatever it is written as.
func TestColumnMetric(t *testing.T) {
	const predefined = "predefinedMetricSpecification:\n      predefinedMetricType: SageMakerVariantInvocationsPerInstance"
	w := newWorld(t)
	for name, metric := range map[string]struct{ spec, shown string }{
		"predefined": {predefined, "SageMakerVariantInvocationsPerInstance"},
		"customized": {"customizedMetricSpecification: {metricName: Backlog, namespace: App, statistic: Average}", "Backlog"},
		"math": {"customizedMetricSpecification: {metrics: [{id: m, returnData: false, metricStat: {stat: Sum, metric: {metricName: Jobs, namespace: App}}}," +
			" {id: e, expression: m / 4, returnData: true}]}", "m / 4"},
		"search": {"customizedMetricSpecification: {metrics: [{id: m, returnData: true, metricStat: {stat: Sum, metric: {metricName: Jobs, namespace: App}}}]}", "Jobs"},
	} {
		w.apply(w.edited(w.edited(w.edited(policyManifest, "name: policy", "name: "+name), "policyName: invocations", "policyName: "+name), predefined, metric.spec))
		if out := w.kubectl("", "get", "scalingpolicy", name); !strings.Contains(out, "  "+metric.shown+"  ") {
			t.Errorf("the column METRIC of a policy that is %s does not show %s:\n%s", name, metric.shown, out)
		}
	}
}
