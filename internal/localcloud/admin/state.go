package admin

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// How much there is of what grows.
const (
	defaultActivities = 50
	defaultDatapoints = 5
	lastRequests      = 50
)

// State tells what the query selects.
func (a *Admin) State(q StateQuery) State {
	q.Activities, q.Datapoints = cmp.Or(q.Activities, defaultActivities), cmp.Or(q.Datapoints, defaultDatapoints)
	state := State{Version: a.version(), Places: []Place{}, Clock: a.Clock(), Faults: a.Faults(), Requests: a.requests()}
	a.cloud.View(func(v localcloud.View) {
		state.Clock.Time = v.Now()
		for _, s := range v.Places() {
			if !q.Home.selects(s) {
				continue
			}
			if p := (viewer{v, s, q}).place(); !p.empty() {
				state.Places = append(state.Places, p)
			}
		}
	})
	return state
}

func (p *Place) empty() bool {
	return len(p.Resources)+len(p.Targets)+len(p.Alarms)+len(p.Activities)+len(p.Traffic) == 0
}

func (a *Admin) requests() Requests {
	journal := a.cloud.Journal()
	r := Requests{Total: journal.Count(), Last: []Request{}}
	r.Operations, r.Errors = journal.Counts()
	for _, e := range journal.Last(lastRequests) {
		r.Last = append(r.Last, Request{
			Home: Home{e.Account, e.Region}, Time: e.Time, Service: e.Service, Operation: e.Operation, Code: e.Code, Duration: Duration(e.Duration),
		})
	}
	return r
}

// viewer looks at one place.
type viewer struct {
	localcloud.View
	scope wire.Scope
	query StateQuery
}

func (v viewer) place() Place {
	p := Place{Home: homeOf(v.scope), Resources: v.resources(), Targets: []Target{}, Alarms: []Alarm{}, Activities: []Activity{}, Traffic: []Traffic{}}
	invokers := map[string][]string{} // the alarms by what they invoke
	for _, alarm := range v.Alarms(v.scope) {
		a, selected := v.alarm(&alarm)
		if a.Target != nil {
			invoked := invokes(*a.Target, a.Policy)
			invokers[invoked] = append(invokers[invoked], a.Name)
		}
		if selected {
			p.Alarms = append(p.Alarms, a)
		}
	}
	for _, t := range v.Targets(v.scope) {
		if selects(v.query.Key, Key(t.Identity)) {
			p.Targets = append(p.Targets, target(t, invokers))
		}
	}
	wanted := func(id autoscaling.Identity) bool { return selects(v.query.Key, Key(id)) }
	for _, activity := range v.Activities(v.scope, v.query.Activities, wanted) {
		p.Activities = append(p.Activities, activityOf(activity))
	}
	for _, it := range v.Attachments(v.scope) {
		if selects(v.query.Key, it.Key) {
			p.Traffic = append(p.Traffic, trafficOf(v.scope, it, withoutRecordings))
		}
	}
	return p
}

func invokes(target Key, policy string) string { return target.String() + "\x00" + policy }

func (v viewer) resources() []Resource {
	list := []Resource{}
	all, declared := v.Resources(v.scope)
	quotas := map[Key]*resources.Resource{}
	for i := range declared {
		quotas[declared[i].Key] = &declared[i]
	}
	for _, s := range all {
		if !selects(v.query.Key, s.Key) {
			continue
		}
		dimension, _ := catalog.LookupDimension(s.ScalableDimension)
		r := Resource{Key: s.Key, Status: s.Status, Desired: s.Desired, Current: s.Current, Unit: dimension.Capacity}
		if d := quotas[s.Key]; d != nil {
			r.Declared, r.Quota = true, d.Quota
		}
		list = append(list, r)
	}
	return list
}

func target(t appautoscaling.View, invokers map[string][]string) Target {
	out := Target{
		Key: Key(t.Identity), ARN: t.ARN, MinCapacity: t.MinCapacity, MaxCapacity: t.MaxCapacity,
		Desired: t.Status.Desired, Current: t.Status.Running, Settled: t.Status.Settled, Unscalable: t.Status.Unscalable,
		Suspended: Suspended(t.Suspended), CreationTime: t.CreationTime, Policies: []Policy{}, ScheduledActions: []ScheduledAction{},
	}
	for _, p := range t.Policies {
		policy := policyOf(p)
		if names := invokers[invokes(out.Key, p.Name)]; names != nil {
			policy.Alarms = names
		}
		out.Policies = append(out.Policies, policy)
	}
	for _, a := range t.Actions {
		out.ScheduledActions = append(out.ScheduledActions, ScheduledAction{
			Name: a.Name, ARN: a.ARN, Schedule: a.Schedule, Timezone: a.Timezone, Start: a.Start, End: a.End,
			MinCapacity: a.MinCapacity, MaxCapacity: a.MaxCapacity, Next: append([]time.Time{}, a.Next...),
		})
	}
	return out
}

func policyOf(p appautoscaling.PolicyView) Policy {
	// It was read from JSON, or from what has the same form.
	configuration, _ := json.Marshal(p.Configuration)
	out := Policy{
		Name: p.Name, ARN: p.ARN, Type: string(p.Type), CreationTime: p.CreationTime, Configuration: configuration, Alarms: []string{},
	}
	if t := p.TargetTracking; t != nil {
		out.TargetValue = t.TargetValue
		switch m := t.Customized; {
		case t.Predefined != nil:
			out.Metric = t.Predefined.Type
		case m == nil:
		case m.MetricName != "":
			out.Metric = m.Namespace + " " + m.MetricName
		default:
			out.Metric = expression(m.Metrics)
		}
	}
	return out
}

// expression is the one of several queries that returns data, for people.
func expression(queries []autoscaling.MetricQuery) string {
	for _, q := range queries {
		switch {
		case q.ReturnData != nil && !*q.ReturnData:
		case q.Stat != nil:
			return q.Stat.Namespace + " " + q.Stat.MetricName
		default:
			return q.Expression
		}
	}
	return ""
}

// alarm tells of an alarm, and whether it was asked for.
func (v viewer) alarm(a *cloudwatch.Alarm) (out Alarm, selected bool) {
	period := a.PeriodSeconds()
	out = Alarm{
		Name: a.AlarmName, ARN: a.AlarmArn, State: string(a.StateValue), Since: a.StateTransitionedTimestamp.Time, Reason: a.StateReason,
		Metric: metricOf(a), Namespace: a.Namespace, Dimensions: dimensions(a.Dimensions), Statistic: cmp.Or(a.Statistic, a.ExtendedStatistic),
		Period: period, EvaluationPeriods: value(a.EvaluationPeriods), ComparisonOperator: a.ComparisonOperator, Threshold: value(a.Threshold),
		Datapoints: []Datapoint{},
	}
	out.DatapointsToAlarm = cmp.Or(value(a.DatapointsToAlarm), out.EvaluationPeriods)
	for _, action := range a.AlarmActions {
		if key, policy, ok := v.Invoked(v.scope, action); ok {
			out.Target, out.Policy, out.Managed = &key, policy, strings.Contains(action, ":createdBy/")
			break
		}
	}
	if v.query.Key != (Key{}) && (out.Target == nil || !selects(v.query.Key, *out.Target)) {
		return out, false
	}
	length := time.Duration(period) * time.Second
	for _, p := range v.Watched(v.scope, a, v.Now().Add(-time.Duration(v.query.Datapoints)*length), v.Now()) {
		out.Datapoints = append(out.Datapoints, Datapoint{p.At, p.Value})
	}
	return out, true
}

func metricOf(a *cloudwatch.Alarm) string {
	if a.MetricName != "" {
		return a.MetricName
	}
	return a.Expression()
}

func dimensions(given []cloudwatch.Dimension) map[string]string {
	if len(given) == 0 {
		return nil
	}
	out := map[string]string{}
	for _, d := range given {
		out[d.Name] = d.Value
	}
	return out
}

func activityOf(a appautoscaling.ActivityView) Activity {
	out := Activity{
		Key: Key(a.Identity), ID: a.ID, Start: a.Start, Status: string(a.StatusCode), Message: a.StatusMessage,
		Description: a.Description, Cause: a.Cause,
	}
	if !a.End.IsZero() {
		out.End = &a.End
	}
	for _, r := range a.NotScaled {
		out.NotScaled = append(out.NotScaled, NotScaled{string(r.Code), r.MinCapacity, r.MaxCapacity, r.CurrentCapacity})
	}
	return out
}

// value returns a member or, if it is absent, the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// names are the keys of a map in order.
func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
