package localcloud

import (
	"errors"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// alarms lets Application Auto Scaling keep its alarms in CloudWatch.
type alarms struct {
	cloudwatch *cloudwatch.Service
	reach      func(s wire.Scope, operation string) error
}

var _ appautoscaling.Alarms = alarms{}

func (a alarms) Check(managed appautoscaling.Alarm) error {
	c := alarmConfig(managed)
	c.AlarmName = "managed"
	if e, ok := errors.AsType[*wire.Error](c.Check()); ok {
		return errors.New(e.Message)
	}
	return nil
}

func (a alarms) Reach(s wire.Scope, operation string) error { return a.reach(s, operation) }

func (a alarms) PutManaged(s wire.Scope, managed appautoscaling.Alarm) {
	c := alarmConfig(managed)
	c.AlarmName, c.AlarmDescription, c.AlarmActions = managed.Name, managed.Description, []string{managed.Action}
	_, _ = a.cloudwatch.Put(s, c) // it passed Check
}

// alarmConfig is a managed alarm without what is of one policy.
func alarmConfig(managed appautoscaling.Alarm) cloudwatch.Config {
	c := cloudwatch.Config{
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
	return c
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

func (p policies) Policy(s wire.Scope, action string) cloudwatch.Policy {
	return invoked{p.services.appautoscaling.Policy(s, action)}
}

func (p policies) Decide() { p.services.appautoscaling.Decide() }

// invoked is a scaling policy that alarms invoke.
type invoked struct{ policy *appautoscaling.Invoked }

func (i invoked) Tell(k cloudwatch.Task) error { return i.policy.Tell(appautoscaling.Task(k)) }
