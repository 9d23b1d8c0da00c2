package scaling_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

func TestManagedAlarms(t *testing.T) {
	variant := autoscaling.Identity{ServiceNamespace: "sagemaker", ResourceID: "endpoint/demo/variant/AllTraffic", ScalableDimension: "sagemaker:variant:DesiredInstanceCount"}
	service := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/prod/web", ScalableDimension: "ecs:service:DesiredCount"}
	table := autoscaling.Identity{ServiceNamespace: "dynamodb", ResourceID: "table/orders", ScalableDimension: "dynamodb:table:WriteCapacityUnits"}
	type row struct {
		role, name, statistic string
		comparison            alarm.Comparison
		threshold             float64
		period, n             int32
		direction             scaling.Direction
	}
	for _, c := range []struct {
		id          autoscaling.Identity
		metric      string
		target      float64
		provisioned int32
		noScaleIn   bool
		want        []row
		cooldown    int32
		reason      string
	}{
		{service, "ECSServiceAverageCPUUtilization", 50, 1, false, []row{
			{"AlarmHigh", "CPUUtilization", "Average", alarm.GreaterThanThreshold, 50, 60, 3, scaling.Out},
			{"AlarmLow", "CPUUtilization", "Average", alarm.LessThanThreshold, 45, 60, 15, scaling.In},
		}, 300, "as seen of ECS"},
		{variant, "SageMakerVariantInvocationsPerInstance", 30, 1, false, []row{
			{"AlarmHigh", "InvocationsPerInstance", "Sum", alarm.GreaterThanThreshold, 30, 60, 3, scaling.Out},
			{"AlarmLow", "InvocationsPerInstance", "Sum", alarm.LessThanThreshold, 27, 60, 15, scaling.In},
		}, 300, "a count per minute"},
		{variant, "SageMakerVariantInvocationsPerInstance", 30, 1, true, []row{
			{"AlarmHigh", "InvocationsPerInstance", "Sum", alarm.GreaterThanThreshold, 30, 60, 3, scaling.Out},
		}, 300, "a policy that must not scale in has no low alarm"},
		{variant, "SageMakerVariantConcurrentRequestsPerModelHighResolution", 10, 1, false, []row{
			{"AlarmHigh", "ConcurrentRequestsPerModel", "Maximum", alarm.GreaterThanThreshold, 10, 10, 3, scaling.Out},
			{"AlarmLow", "ConcurrentRequestsPerModel", "Maximum", alarm.LessThanThreshold, 9, 10, 90, scaling.In},
		}, 300, "fast out, as slow in"},
		{table, "DynamoDBWriteCapacityUtilization", 70, 1, false, []row{
			{"AlarmHigh", "ConsumedWriteCapacityUnits", "Sum", alarm.GreaterThanThreshold, 42, 60, 2, scaling.Out},
			{"AlarmLow", "ConsumedWriteCapacityUnits", "Sum", alarm.LessThanThreshold, 30, 60, 15, scaling.In},
			{"ProvisionedCapacityHigh", "ProvisionedWriteCapacityUnits", "Average", alarm.GreaterThanThreshold, 1, 300, 3, 0},
			{"ProvisionedCapacityLow", "ProvisionedWriteCapacityUnits", "Average", alarm.LessThanThreshold, 1, 300, 3, 0},
		}, 0, "as seen of DynamoDB: 42 for one unit at 70 %"},
	} {
		p := autoscaling.TargetTracking{TargetValue: &c.target, DisableScaleIn: &c.noScaleIn, Predefined: &autoscaling.PredefinedMetric{Type: c.metric}}
		m, err := scaling.NewManaged(c.id, p, c.provisioned, scaling.DefaultBehaviour())
		if err != nil {
			t.Fatal(err)
		}
		var got []row
		for _, a := range m.Alarms {
			if err := a.Definition.Validate(); err != nil {
				t.Errorf("%s %s: %v", c.metric, a.Role, err)
			}
			d := a.Definition
			got = append(got, row{a.Role, a.Metric.Name, d.Statistic, d.Comparison, d.Threshold, d.Period, d.EvaluationPeriods, a.Direction})
		}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(row{})); diff != "" {
			t.Errorf("%s: %s:\n%s", c.metric, c.reason, diff)
		}
		if m.ScaleInCooldown != c.cooldown || m.ScaleOutCooldown != c.cooldown {
			t.Errorf("%s: cooldowns %d and %d, want the default %d", c.metric, m.ScaleOutCooldown, m.ScaleInCooldown, c.cooldown)
		}
	}
}

func TestManagedAlarmsFollowTheBehaviour(t *testing.T) {
	index := autoscaling.Identity{ServiceNamespace: "dynamodb", ResourceID: "table/orders", ScalableDimension: "dynamodb:table:ReadCapacityUnits"}
	variant := autoscaling.Identity{ServiceNamespace: "sagemaker", ResourceID: "endpoint/demo/variant/AllTraffic", ScalableDimension: "sagemaker:variant:DesiredInstanceCount"}
	service := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/prod/web", ScalableDimension: "ecs:service:DesiredCount"}
	const (
		invocations = "SageMakerVariantInvocationsPerInstance"
		concurrency = "SageMakerVariantConcurrentRequestsPerModelHighResolution"
		fine        = "ECSServiceAverageCPUUtilizationHighResolution"
		throughput  = "DynamoDBReadCapacityUtilization"
	)
	for _, c := range []struct {
		reason string
		id     autoscaling.Identity
		metric string
		change func(*scaling.Behaviour)
		want   string // of each alarm: periods, threshold, statistic
	}{
		{"as assumed", variant, invocations, func(*scaling.Behaviour) {}, "3 50 Sum, 15 45 Sum"},
		{"scales out sooner", variant, invocations, func(b *scaling.Behaviour) { b.HighAlarmPeriods = 1 }, "1 50 Sum, 15 45 Sum"},
		{"scales in sooner", variant, invocations, func(b *scaling.Behaviour) { b.LowAlarmPeriods = 9 }, "3 50 Sum, 9 45 Sum"},
		{"concurrency is not of a minute", variant, concurrency, func(b *scaling.Behaviour) { b.HighAlarmPeriods, b.LowAlarmPeriods = 1, 1 }, "3 50 Maximum, 90 45 Maximum"},
		{"concurrency has options of its own", variant, concurrency, func(b *scaling.Behaviour) {
			b.FineHighAlarmPeriods, b.ConcurrencyLowAlarmPeriods, b.ConcurrencyStatistic = 6, 30, scaling.MinimumStatistic
		}, "6 50 Minimum, 30 45 Minimum"},
		{"so has the high resolution of ECS", service, fine, func(b *scaling.Behaviour) { b.FineHighAlarmPeriods, b.FineLowAlarmPeriods = 2, 45 }, "2 50 Average, 45 45 Average"},
		{"two minutes are documented for throughput", index, throughput, func(b *scaling.Behaviour) { b.HighAlarmPeriods, b.ThroughputMargin = 5, 10 },
			"2 300 Sum, 15 240 Sum, 3 10 Average, 3 10 Average"},
		{"nothing is less than nothing", index, throughput, func(b *scaling.Behaviour) { b.ThroughputMargin, b.ProvisionedAlarmPeriods = 90, 2 },
			"2 300 Sum, 15 0 Sum, 2 10 Average, 2 10 Average"},
		{"no alarm looks at nothing", variant, invocations, func(b *scaling.Behaviour) { b.HighAlarmPeriods, b.LowAlarmPeriods = 0, 0 }, "1 50 Sum, 1 45 Sum"},
	} {
		b := scaling.DefaultBehaviour()
		c.change(&b)
		m, err := scaling.NewManaged(c.id, autoscaling.TargetTracking{TargetValue: new(50.0), Predefined: &autoscaling.PredefinedMetric{Type: c.metric}}, 10, b)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range m.Alarms {
			got = append(got, fmt.Sprint(a.Definition.EvaluationPeriods, " ", a.Definition.Threshold, " ", a.Metric.Statistic))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestManagedErrorsSayWhatToWrite(t *testing.T) {
	id := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/prod/web", ScalableDimension: "ecs:service:DesiredCount"}
	fifty := new(50.0)
	for _, c := range []struct {
		id   autoscaling.Identity
		p    autoscaling.TargetTracking
		want string
	}{
		{id, autoscaling.TargetTracking{}, "TargetValue"},
		{id, autoscaling.TargetTracking{TargetValue: fifty}, "metric is missing"},
		{id, autoscaling.TargetTracking{TargetValue: fifty, Predefined: &autoscaling.PredefinedMetric{Type: "CPU"}}, "PredefinedMetricType"},
		{id, autoscaling.TargetTracking{TargetValue: fifty, Predefined: &autoscaling.PredefinedMetric{Type: "ALBRequestCountPerTarget"}}, "ResourceLabel"},
		{autoscaling.Identity{ScalableDimension: "x"}, autoscaling.TargetTracking{TargetValue: fifty}, "scalable dimension"},
	} {
		_, err := scaling.NewManaged(c.id, c.p, 1, scaling.DefaultBehaviour())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want an error about %s", err, c.want)
		}
	}
}

// The texts of AWS's examples.
func TestWording(t *testing.T) {
	w := scaling.Wording{Noun: "write capacity units", Namespace: "dynamodb"}
	for got, want := range map[string]string{
		w.Setting(15):                                      "Setting write capacity units to 15.",
		w.Accepted(15):                                     "Successfully set write capacity units to 15. Waiting for change to be fulfilled by dynamodb.",
		w.Fulfilled(15):                                    "Successfully set write capacity units to 15. Change successfully fulfilled by dynamodb.",
		w.Refused(3, "Too many."):                          "Failed to set write capacity units to 3. Reason: Too many.",
		scaling.Triggered("a", "p"):                        "monitor alarm a in state ALARM triggered policy p",
		scaling.MinimumSet(15):                             "minimum capacity was set to 15",
		scaling.MaximumSet(10):                             "maximum capacity was set to 10",
		scaling.ActionTriggered("peak"):                    "scheduled action name peak was triggered",
		scaling.NotScalable("cluster:a", "x"):              "Resource Id [cluster:a] is not scalable. Reason: x",
		scaling.BoundsText(new(int32(15)), new(int32(20))): "min capacity to 15 and max capacity to 20",
		scaling.AlarmName("endpoint/e/variant/v", "AlarmHigh", "609224a3"): "TargetTracking-endpoint/e/variant/v-AlarmHigh-609224a3",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
