package localcloud

import (
	"slices"
	"testing"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
)

// FuzzStatistic asks the rules for manifests and CloudWatch about a statistic of
// metric math. Neither knows the other's reading of AWS's documentation, and
// what one takes the other must take.
func FuzzStatistic(f *testing.F) {
	for _, name := range []string{
		"Average", "SampleCount", "IQM", "iqm", "p99", "p99.9", "p100", "p100.0", "p100.1", "p101", "P99", "p", "p007", "p1.", "tm90", "tm100", "tm100.0", "tm101", "TM90",
		"TM(x)", "TM()", "TM(:)", "TM(10%:90%)", "TM(90%:10%)", "TM(5%:5%)", "WM(:95%)", "TC(0.5:)", "TS(-1:1)", "TS(1:-1)", "PR(0:300)", "PR(:101%)", "PR(10%:5)", "tm(1:2)",
		"TM(1:2:3)", "TM(1:2) ", "TM(1e2:1e3)", "TM((1:2))", "avg",
	} {
		f.Add(name)
	}
	id := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/a/b", ScalableDimension: "ecs:service:DesiredCount"}
	f.Fuzz(func(t *testing.T, name string) {
		if name == "" {
			return // the rules have another code for what is missing
		}
		policy := autoscaling.Policy{Name: "p", Type: autoscaling.TargetTrackingScaling, TargetTracking: &autoscaling.TargetTracking{
			TargetValue: new(1.0), Customized: &autoscaling.CustomizedMetric{Metrics: []autoscaling.MetricQuery{
				{ID: "m1", Stat: &autoscaling.MetricStat{Namespace: "N", MetricName: "M", Stat: name}},
			}},
		}}
		refused := slices.ContainsFunc(autoscaling.ValidatePolicy(id, policy), func(found autoscaling.Finding) bool {
			return found.Code == autoscaling.StatisticUnknown || found.Code == autoscaling.StatisticBoundsInvalid
		})
		if taken := cloudwatch.IsStatistic(name); taken == refused {
			t.Errorf("%q: CloudWatch takes it: %t, the rules refuse it: %t", name, taken, refused)
		}
	})
}
