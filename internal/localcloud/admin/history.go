package admin

import (
	"cmp"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The bounds of a history.
const (
	defaultHistory = 3 * time.Hour
	maxHistory     = 100_000 // periods of a metric
)

// History tells what a target had and what its alarms saw, or the values of one
// metric. Errors say what to write.
func (a *Admin) History(q HistoryQuery) (History, error) {
	if q.Metric.MetricName == "" {
		key, err := complete(q.Key)
		if err != nil {
			return History{}, err
		}
		q.Key = key
	} else if !cloudwatch.IsStatistic(cmp.Or(q.Metric.Statistic, "Average")) {
		return History{}, wrong("statistic: there is no %q; write Average, Sum, Minimum, Maximum, SampleCount, a percentile such as p90, or a statistic of a part of the values such as tm90", q.Metric.Statistic)
	}
	if q.Metric.Period < 0 || q.Metric.Period > 86400 {
		return History{}, wrong("period: %d is not possible; write a number of seconds up to 86400, such as 60", q.Metric.Period)
	}
	var h History
	var err error
	a.cloud.View(func(v localcloud.View) { h, err = historian{v, q.home(v)}.history(q) })
	return h, err
}

// historian looks at the past of one place.
type historian struct {
	localcloud.View
	scope wire.Scope
}

func (v historian) history(q HistoryQuery) (History, error) {
	h := History{From: q.From, To: q.To, Capacity: []CapacityPoint{}, Metrics: []MetricHistory{}, Alarms: []AlarmHistory{}, Activities: []Activity{}, Traffic: []Datapoint{}}
	if h.To.IsZero() {
		h.To = v.Now()
	}
	if h.From.IsZero() {
		h.From = h.To.Add(-defaultHistory)
	}
	if !h.From.Before(h.To) {
		return h, wrong("from: %s is not before %s; write an earlier time, or a later one in to", h.From.Format(time.RFC3339), h.To.Format(time.RFC3339))
	}
	period := time.Duration(cmp.Or(q.Metric.Period, 60)) * time.Second
	if h.To.Sub(h.From)/period > maxHistory {
		return h, wrong("from: there are more than %d periods of %s until %s; write a later time, or a longer period", maxHistory, period, h.To.Format(time.RFC3339))
	}
	if q.Metric.MetricName != "" {
		h.Metrics = append(h.Metrics, v.metric(q.Metric, h.From, h.To))
		return h, nil
	}
	for _, p := range v.Capacities(v.scope, q.Key, h.From, h.To) {
		h.Capacity = append(h.Capacity, CapacityPoint{p.At, p.Desired, p.Current, p.Bounds.Min, p.Bounds.Max})
	}
	for _, a := range v.Began(v.scope, q.Key, h.From, h.To) {
		h.Activities = append(h.Activities, activityOf(a))
	}
	h.Traffic = append(h.Traffic, datapoints(v.Offered(v.scope, q.Key, h.From, h.To))...)
	v.watched(&h, q.Key)
	return h, nil
}

func datapoints(points []cloudwatch.Point) []Datapoint {
	list := make([]Datapoint, len(points))
	for i, p := range points {
		list[i] = Datapoint{p.At, p.Value}
	}
	return list
}

func (v historian) metric(q MetricQuery, from, to time.Time) MetricHistory {
	metric := cloudwatch.Metric{Namespace: q.Namespace, MetricName: q.MetricName}
	for _, name := range names(q.Dimensions) {
		metric.Dimensions = append(metric.Dimensions, cloudwatch.Dimension{Name: name, Value: q.Dimensions[name]})
	}
	period := cmp.Or(q.Period, 60)
	stat := cloudwatch.MetricStat{Metric: &metric, Period: &period, Stat: cmp.Or(q.Statistic, "Average"), Unit: q.Unit}
	return MetricHistory{Metric: q.MetricName, Period: period, Datapoints: datapoints(v.Points(v.scope, stat, from, to))}
}

// watched adds the states of the alarms of a target, and what they watch, each metric
// once.
func (v historian) watched(h *History, key Key) {
	at := map[string]int{}
	for _, a := range v.Alarms(v.scope) {
		alarm, selected := viewer{v.View, v.scope, StateQuery{Key: key}}.alarm(&a)
		if !selected {
			continue
		}
		states := AlarmHistory{Name: alarm.Name, States: []AlarmState{}}
		for _, c := range v.States(v.scope, alarm.Name, h.From, h.To) {
			states.States = append(states.States, AlarmState{c.At, string(c.State)})
		}
		h.Alarms = append(h.Alarms, states)
		i, known := at[a.Watches()]
		if !known {
			i = len(h.Metrics)
			at[a.Watches()] = i
			h.Metrics = append(h.Metrics, MetricHistory{
				Metric: alarm.Metric, Period: alarm.Period, Datapoints: datapoints(v.Watched(v.scope, &a, h.From, h.To)),
			})
		}
		h.Metrics[i].Alarms = append(h.Metrics[i].Alarms, alarm.Name)
		h.Metrics[i].Thresholds = append(h.Metrics[i].Thresholds, alarm.Threshold)
	}
}
