package localcloud

import (
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// alarms lets Application Auto Scaling keep its alarms in CloudWatch.
type alarms struct{ cloudwatch *cloudwatch.Service }

var _ appautoscaling.Alarms = alarms{}

func (a alarms) PutManaged(s wire.Scope, managed appautoscaling.Alarm) {
	c := cloudwatch.Config{
		AlarmName:          managed.Name,
		AlarmDescription:   managed.Description,
		AlarmActions:       []string{managed.Action},
		EvaluationPeriods:  &managed.EvaluationPeriods,
		ComparisonOperator: managed.ComparisonOperator,
		Threshold:          &managed.Threshold,
	}
	if len(managed.Metrics) > 0 {
		c.Metrics = queries(managed.Metrics)
	} else {
		c.Namespace, c.MetricName, c.Dimensions = managed.Namespace, managed.MetricName, dimensions(managed.Dimensions)
		c.Statistic, c.Unit, c.Period = managed.Statistic, managed.Unit, &managed.Period
	}
	a.cloudwatch.Put(s, c)
}

func (a alarms) Delete(s wire.Scope, names []string) { a.cloudwatch.Delete(s, names...) }

func (a alarms) WithAction(s wire.Scope, actionARN string) []appautoscaling.AlarmRef {
	var refs []appautoscaling.AlarmRef
	for _, alarm := range a.cloudwatch.AlarmsByAction(s, actionARN) {
		refs = append(refs, appautoscaling.AlarmRef{Name: alarm.AlarmName, ARN: alarm.AlarmArn})
	}
	return refs
}

func (a alarms) RemoveAction(s wire.Scope, actionARN string) { a.cloudwatch.RemoveAction(s, actionARN) }

func queries(metrics []appautoscaling.MetricQuery) []cloudwatch.MetricDataQuery {
	queries := make([]cloudwatch.MetricDataQuery, len(metrics))
	for i, m := range metrics {
		queries[i] = cloudwatch.MetricDataQuery{ID: m.ID, Label: m.Label, ReturnData: &m.ReturnData, Expression: m.Expression}
		if m.Expression == "" {
			queries[i].MetricStat = &cloudwatch.MetricStat{
				Metric: &cloudwatch.Metric{Namespace: m.Namespace, MetricName: m.MetricName, Dimensions: dimensions(m.Dimensions)},
				Period: &m.Period, Stat: m.Stat, Unit: m.Unit,
			}
		}
	}
	return queries
}

func dimensions(given []appautoscaling.Dimension) []cloudwatch.Dimension {
	converted := make([]cloudwatch.Dimension, len(given))
	for i, d := range given {
		converted[i] = cloudwatch.Dimension(d)
	}
	return converted
}

// policies lets the alarms of CloudWatch invoke scaling policies.
type policies struct{ services *services }

var _ cloudwatch.Policies = policies{}

func (p policies) Perform(tasks []cloudwatch.Task) []error {
	return p.services.appautoscaling.Perform(len(tasks), func(i int) appautoscaling.Task {
		k := &tasks[i]
		return appautoscaling.Task{
			Scope: k.Scope, Alarm: k.Alarm, Action: k.Action, InAlarm: k.InAlarm,
			Comparison: k.Comparison, Threshold: k.Threshold, Datapoints: k.Datapoints,
		}
	})
}
