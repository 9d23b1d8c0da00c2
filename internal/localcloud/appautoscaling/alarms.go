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

// plan returns the alarms that a target tracking policy is going to have, in the
// order in which the API lists them; of other policies none.
func (s *Service) plan(t *target, config policyConfig) ([]scaling.ManagedAlarm, error) {
	if config.policyType != targetTracking {
		return nil, nil
	}
	m, err := scaling.NewManaged(t.identity.domain(), *config.tracking.domain(), t.engine.Status().Desired, s.engine.Scaling)
	return m.Alarms, err
}

// checkAlarms refuses a policy whose alarms CloudWatch would not take, or cannot
// be asked to: nothing has changed by then.
func (s *Service) checkAlarms(sc wire.Scope, t *target, name string, config policyConfig) error {
	planned, err := s.plan(t, config)
	if err != nil {
		return wire.Validation("%s", err)
	}
	for _, a := range planned {
		if err := s.alarms.Check(alarmOf(a)); err != nil {
			return wire.Validation("%s", err)
		}
	}
	for range planned {
		if err := s.alarms.Reach(sc, "PutMetricAlarm"); err != nil {
			return s.behaviour.noAccess(err, "Unable to create alarms for scaling policy "+name)
		}
	}
	if old := t.policies[name]; old != nil && len(old.alarms) > 0 {
		if err := s.alarms.Reach(sc, "DeleteAlarms"); err != nil {
			return s.behaviour.noAccess(err, "Unable to delete alarms for scaling policy "+name)
		}
	}
	return nil
}

// alarmOf returns a managed alarm as it is put, without what is of one policy.
func alarmOf(a scaling.ManagedAlarm) Alarm {
	made := Alarm{
		Namespace: a.Metric.Namespace, MetricName: a.Metric.Name, Dimensions: a.Metric.Dimensions,
		Statistic: a.Metric.Statistic, Unit: a.Metric.Unit,
		Metrics:            stats(a.Metric),
		EvaluationPeriods:  a.Definition.EvaluationPeriods,
		ComparisonOperator: string(a.Definition.Comparison),
		Threshold:          a.Definition.Threshold,
	}
	if len(made.Metrics) == 0 {
		made.Period = a.Metric.Period
	}
	return made
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

// replaceAlarms gives a target tracking policy new managed alarms, with new names,
// and then deletes those that it had.
func (s *Service) replaceAlarms(sc wire.Scope, t *target, p *policy) {
	old := p.alarms
	planned, err := s.plan(t, p.config)
	if err != nil {
		return // checkAlarms has found none
	}
	p.alarms, p.managed, p.provisioned = nil, nil, t.engine.Status().Desired
	for _, it := range planned {
		a := alarmOf(it)
		a.Name = scaling.AlarmName(t.resourceID, it.Role, s.newID().String())
		a.Description = "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + p.action + "."
		a.Action = p.action
		s.alarms.PutManaged(sc, a)
		p.alarms = append(p.alarms, alarmMember{a.Name, alarmARN(sc, a.Name)})
		p.managed = append(p.managed, managed{name: a.Name, refreshes: it.Direction == 0})
	}
	s.deleteAlarms(sc, old)
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
			s.replaceAlarms(t.scope, t, p)
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
	s.Policy(sc, p.action).policyOf = policyOf{}
	if p.config.policyType == stepScaling {
		s.alarms.RemoveAction(sc, policyARN(sc, t, p.name))
	}
	if !keep {
		s.deleteAlarms(sc, p.alarms)
	}
}

// Dimension is a dimension of a CloudWatch metric.
type Dimension = autoscaling.Dimension
