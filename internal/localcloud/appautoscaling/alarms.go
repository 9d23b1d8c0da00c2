package appautoscaling

import (
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// managed is an alarm that the service keeps for a target tracking policy.
type managed struct {
	name string
	// refreshes says that the alarm is on provisioned capacity, and only makes
	// the service compute the thresholds of the others anew.
	refreshes bool
}

// managedAlarms builds the alarms of a target tracking policy, in the order in
// which the API lists them. Every call gives them new names.
func (s *Service) managedAlarms(t *target, p *policy) ([]Alarm, error) {
	p.provisioned = t.engine.Status().Desired
	m, err := scaling.NewManaged(t.identity.domain(), *p.config.tracking.domain(), p.provisioned, s.engine.Scaling)
	if err != nil {
		return nil, wire.Validation("%s", err)
	}
	alarms := make([]Alarm, len(m.Alarms))
	p.managed = make([]managed, len(m.Alarms))
	for i, a := range m.Alarms {
		alarms[i] = Alarm{
			Name:        scaling.AlarmName(t.resourceID, a.Role, s.newID().String()),
			Description: "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + p.action + ".",
			Action:      p.action,
			Namespace:   a.Metric.Namespace, MetricName: a.Metric.Name, Dimensions: a.Metric.Dimensions,
			Statistic: a.Metric.Statistic, Unit: a.Metric.Unit,
			Metrics:            stats(a.Metric),
			EvaluationPeriods:  a.Definition.EvaluationPeriods,
			ComparisonOperator: string(a.Definition.Comparison),
			Threshold:          a.Definition.Threshold,
		}
		if len(alarms[i].Metrics) == 0 {
			alarms[i].Period = a.Metric.Period
		}
		p.managed[i] = managed{name: alarms[i].Name, refreshes: a.Direction == 0}
	}
	return alarms, nil
}

// stats returns the metric math of an alarm as CloudWatch wants it: each metric
// with its period.
func stats(m scaling.Metric) []MetricQuery { return queriesWith(m.Queries, m.Period) }

func queriesWith(queries []autoscaling.MetricQuery, period int32) []MetricQuery {
	var out []MetricQuery
	for _, q := range queries {
		query := MetricQuery{ID: q.ID, Label: q.Label, ReturnData: q.ReturnData == nil || *q.ReturnData, Expression: q.Expression}
		if q.Stat != nil {
			query.Namespace, query.MetricName, query.Dimensions = q.Stat.Namespace, q.Stat.MetricName, q.Stat.Dimensions
			query.Stat, query.Unit, query.Period = q.Stat.Stat, q.Stat.Unit, period
		}
		out = append(out, query)
	}
	return out
}

// replaceAlarms gives a target tracking policy new managed alarms and then
// deletes those that it had.
func (s *Service) replaceAlarms(sc wire.Scope, t *target, p *policy) error {
	old := p.alarms
	var made []Alarm
	if p.config.policyType == targetTracking {
		var err error
		if made, err = s.managedAlarms(t, p); err != nil {
			return err
		}
	}
	p.alarms = nil
	for _, a := range made {
		s.alarms.PutManaged(sc, a)
		p.alarms = append(p.alarms, alarmMember{a.Name, alarmARN(sc, a.Name)})
	}
	s.deleteAlarms(sc, old)
	return nil
}

func (s *Service) deleteAlarms(sc wire.Scope, alarms []alarmMember) {
	if len(alarms) == 0 {
		return
	}
	names := make([]string, len(alarms))
	for i, a := range alarms {
		names[i] = a.AlarmName
	}
	s.alarms.Delete(sc, names)
}

// refresh replaces the alarms whose thresholds follow from the provisioned
// capacity, if that is another one than they were made for (Amazon DynamoDB
// Developer Guide: "Managing throughput capacity automatically").
func (s *Service) refresh(t *target) {
	for _, p := range t.inOrder() {
		if p.followsCapacity() && p.provisioned != t.engine.Status().Desired {
			// It was made of the same configuration before.
			_ = s.replaceAlarms(t.scope, t, p)
		}
	}
}

// followsCapacity reports whether one of the alarms is on provisioned capacity.
func (p *policy) followsCapacity() bool {
	for _, m := range p.managed {
		if m.refreshes {
			return true
		}
	}
	return false
}

// leadsNowhere reports whether an alarm is one of those that only refresh.
func (p *policy) leadsNowhere(alarm string) bool {
	for _, m := range p.managed {
		if m.name == alarm {
			return m.refreshes
		}
	}
	return false
}

// releaseAlarms parts a policy that goes from its alarms: managed alarms are
// deleted, unless they are to be kept; alarms of users lose the action.
func (s *Service) releaseAlarms(sc wire.Scope, t *target, p *policy, keep bool) {
	delete(s.region(sc).invoked, p.action)
	if p.config.policyType == stepScaling {
		s.alarms.RemoveAction(sc, policyARN(sc, t, p.name))
	}
	if !keep {
		s.deleteAlarms(sc, p.alarms)
	}
}

// Dimension is a dimension of a CloudWatch metric.
type Dimension = autoscaling.Dimension
