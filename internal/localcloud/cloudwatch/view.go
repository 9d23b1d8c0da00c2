package cloudwatch

import (
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Alarms lists the alarms of an account in a Region, ordered by name. They are
// copies.
func (s *Service) Alarms(scope wire.Scope) []Alarm {
	var list []Alarm
	for a := range s.store(scope).all() {
		list = append(list, a.told())
	}
	return list
}

// Point is the value of a metric in the period that begins at a time.
type Point struct {
	At    time.Time
	Value float64
}

// PeriodSeconds returns the length of the periods of what the alarm watches, in
// seconds.
func (a *Alarm) PeriodSeconds() int32 { return a.period() }

// Watched returns what an alarm watches, from one time until before another, in
// whole periods, without those that have no data.
func (s *Service) Watched(scope wire.Scope, a *Alarm, from, to time.Time) []Point {
	period := time.Duration(a.period()) * time.Second
	if period <= 0 {
		return nil
	}
	from = from.Truncate(period)
	n := int(max(0, (to.Sub(from)+period-1)/period))
	if len(a.Metrics) > 0 {
		values, err := s.Series(scope, a.Metrics, from, period, n)
		if err != nil {
			return nil
		}
		return points(values, from, period)
	}
	statistic := a.Statistic
	if statistic == "" {
		statistic = a.ExtendedStatistic
	}
	return s.Points(scope, MetricStat{
		Metric: &Metric{Namespace: a.Namespace, MetricName: a.MetricName, Dimensions: a.Dimensions},
		Period: a.Period, Stat: statistic, Unit: a.Unit,
	}, from, to)
}

// Points is [Service.Watched] for a metric.
func (s *Service) Points(scope wire.Scope, q MetricStat, from, to time.Time) []Point {
	if q.Period == nil || *q.Period <= 0 {
		return nil
	}
	period := time.Duration(*q.Period) * time.Second
	from = from.Truncate(period)
	values := make([]float64, int(max(0, (to.Sub(from)+period-1)/period)))
	if err := s.Statistic(scope, q, from, values); err != nil {
		return nil
	}
	return points(values, from, period)
}

func points(values []float64, from time.Time, period time.Duration) []Point {
	var list []Point
	for i, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			list = append(list, Point{from.Add(time.Duration(i) * period), v})
		}
	}
	return list
}

// StateChange is what an alarm is from a time on.
type StateChange struct {
	At    time.Time
	State State
}

// States returns the states of an alarm from one time until another, oldest first.
// The first is what it was at the beginning, if it was there and its history reaches
// that far back.
func (s *Service) States(scope wire.Scope, name string, from, to time.Time) []StateChange {
	var list []StateChange
	for _, i := range s.store(scope).history.items.Of(name).From(0) {
		switch at := i.Timestamp.Time; {
		case i.state == "" || at.After(to):
		case at.After(from):
			list = append(list, StateChange{at, i.state})
		default:
			list = append(list[:0], StateChange{from, i.state})
		}
	}
	return list
}

// Expression is the one of several queries that returns data, for people.
func (c *Config) Expression() string {
	i := slices.IndexFunc(c.Metrics, MetricDataQuery.returnsData)
	if i < 0 {
		return ""
	}
	q := c.Metrics[i]
	if q.MetricStat != nil && q.MetricStat.Metric != nil {
		return q.MetricStat.Metric.MetricName
	}
	return q.Expression
}

// Watches is a text that is the same for alarms that watch the same.
func (c *Config) Watches() string {
	type watched struct {
		MetricName, Namespace, Statistic, ExtendedStatistic, Unit string

		Dimensions []Dimension
		Period     *int32
		Metrics    []MetricDataQuery
	}
	text, _ := json.Marshal(watched{c.MetricName, c.Namespace, c.Statistic, c.ExtendedStatistic, c.Unit, c.Dimensions, c.Period, c.Metrics})
	return string(text)
}

// IsStatistic tells whether there is a statistic of that name.
func IsStatistic(name string) bool {
	_, ok := metricstore.ParseStatistic(name)
	return ok
}
