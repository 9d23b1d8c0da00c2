package localcloud

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// View is the cloud at one moment, for who shows it to people. It is valid
// during the call of the function that [Cloud.View] is given.
type View struct{ cloud *Cloud }

// View lets f look at the cloud, in which nothing happens meanwhile.
func (c *Cloud) View(f func(View)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	f(View{c})
}

// Version is another number after everything that changed the cloud.
func (c *Cloud) Version() uint64 { return c.version.Load() }

// Now is the time of the view.
func (v View) Now() time.Time { return v.cloud.present }

// Home is the account and Region of requests that name none.
func (v View) Home() wire.Scope { return v.cloud.place(wire.Scope{}) }

// Places lists the accounts and Regions that somebody has asked about, in order.
func (v View) Places() []wire.Scope {
	return slices.SortedFunc(maps.Keys(v.cloud.services.places), func(a, b wire.Scope) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region))
	})
}

// Resources lists what can be scaled, with what is declared, ordered by names.
func (v View) Resources(s wire.Scope) (all []resources.State, declared []resources.Resource) {
	of := v.cloud.services
	all = slices.Concat(of.sagemaker.Resources(s), of.ecs.Resources(s), of.dynamodb.Resources(s))
	declared = of.declared.Resources(s)
	for _, r := range declared {
		// What stands in for a service or a table that exists by now counts no more.
		if !slices.ContainsFunc(all, func(have resources.State) bool { return have.Key == r.Key }) {
			all = append(all, r.State())
		}
	}
	resources.Sort(all)
	return all, declared
}

// Targets lists the scalable targets, ordered by names.
func (v View) Targets(s wire.Scope) []appautoscaling.View {
	return v.cloud.services.appautoscaling.Views(s)
}

// Activities lists the latest scaling activities that are wanted, the latest
// first.
func (v View) Activities(s wire.Scope, limit int, wanted func(autoscaling.Identity) bool) []appautoscaling.ActivityView {
	return v.cloud.services.appautoscaling.ActivityViews(s, limit, wanted)
}

// Began lists the scaling activities of a target that began from one time until
// another, the latest first.
func (v View) Began(s wire.Scope, key resources.Key, from, to time.Time) []appautoscaling.ActivityView {
	return v.cloud.services.appautoscaling.Began(s, autoscaling.Identity(key), from, to)
}

// Alarms lists the alarms of CloudWatch, ordered by name.
func (v View) Alarms(s wire.Scope) []cloudwatch.Alarm { return v.cloud.services.cloudwatch.Alarms(s) }

// Invoked tells which target and policy the action of an alarm invokes.
func (v View) Invoked(s wire.Scope, action string) (target resources.Key, policy string, ok bool) {
	id, policy, ok := v.cloud.services.appautoscaling.Invoked(s, action)
	return resources.Key(id), policy, ok
}

// States returns the states of an alarm.
func (v View) States(s wire.Scope, alarm string, from, to time.Time) []cloudwatch.StateChange {
	return v.cloud.services.cloudwatch.States(s, alarm, from, to)
}

// Watched returns the datapoints of what an alarm watches.
func (v View) Watched(s wire.Scope, a *cloudwatch.Alarm, from, to time.Time) []cloudwatch.Point {
	return v.cloud.services.cloudwatch.Watched(s, a, from, to)
}

// Points returns the datapoints of a metric.
func (v View) Points(s wire.Scope, q cloudwatch.MetricStat, from, to time.Time) []cloudwatch.Point {
	return v.cloud.services.cloudwatch.Points(s, q, from, to)
}

// Attachments lists the traffic, ordered by the names of its resources.
func (v View) Attachments(s wire.Scope) []Attachment { return v.cloud.services.traffic.list(s) }

// Offered returns what traffic says of the minutes from one time until before
// another, also of those to come; nothing before it began, or if there is none.
func (v View) Offered(s wire.Scope, key resources.Key, from, to time.Time) []cloudwatch.Point {
	it := v.cloud.services.traffic.of[s][key]
	if it == nil {
		return nil
	}
	var list []cloudwatch.Point
	for at := from.Truncate(time.Minute); at.Before(to); at = at.Add(time.Minute) {
		if !at.Add(time.Minute).After(it.Begin) {
			continue
		}
		list = append(list, cloudwatch.Point{At: at, Value: it.generator.Rate(at)})
	}
	return list
}

// Capacities returns what a target had from one time until another, if the cloud
// keeps that (Options.KeepCapacities).
func (v View) Capacities(s wire.Scope, key resources.Key, from, to time.Time) []CapacityPoint {
	return v.cloud.services.capacities.between(s, key, from, to)
}
