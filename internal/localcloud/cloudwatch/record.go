package cloudwatch

import (
	"fmt"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/metricmath"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Observation is a sample of a metric at a time. An empty unit is None.
type Observation struct {
	Metric         Metric
	Unit           string
	At             time.Time
	HighResolution bool // kept by the second, not only by the minute
	// Fine is kept by the second alone: the minute has a sample of its own.
	Fine   bool
	Sample metricstore.Sample
}

// Record puts a sample, as PutMetricData does after validation. Services of the
// local cloud put their metrics with it.
func (s *Service) Record(scope wire.Scope, o Observation) {
	if o.Sample.Count <= 0 {
		return // values that never occurred
	}
	unit := o.Unit
	if unit == "" {
		unit = unitNone
	}
	if s.delay.by > 0 {
		s.keepBack(func(now int64) { s.put(scope, o, unit, now) })
		return
	}
	s.put(scope, o, unit, s.options.Now().Unix())
}

func (s *Service) put(scope wire.Scope, o Observation, unit string, now int64) {
	series := s.store(scope).metrics.Series(o.Metric.id())
	if o.Fine {
		series.PutFine(unit, o.At.Unix(), o.Sample, now)
		return
	}
	series.Put(unit, o.At.Unix(), o.HighResolution, o.Sample, now)
}

// Recorder puts samples of one metric, which it looks up only once. Those of
// different metrics may be used at the same time.
type Recorder struct {
	service *Service
	series  *metricstore.Series
	unit    string
}

// Recorder returns the recorder of a metric, which then exists. An empty unit is
// None.
func (s *Service) Recorder(scope wire.Scope, id metricstore.ID, unit string) *Recorder {
	if unit == "" {
		unit = unitNone
	}
	return &Recorder{s, s.store(scope).metrics.Series(id), unit}
}

// Put puts a sample at a time in Unix seconds. Samples of high resolution are
// kept by the second too.
func (r *Recorder) Put(at int64, highResolution bool, sample metricstore.Sample) {
	if r.service.delay.by > 0 {
		r.service.keepBack(func(now int64) { r.series.Put(r.unit, at, highResolution, sample, now) })
		return
	}
	r.series.Put(r.unit, at, highResolution, sample, r.service.options.Now().Unix())
}

// PutEach puts values of high resolution, each so many seconds after the one
// before, all in the minute in which the first is.
func (r *Recorder) PutEach(at, step int64, values []float64) {
	if r.service.delay.by > 0 {
		r.service.keepBack(func(now int64) { r.series.PutEach(r.unit, at, step, values, now) })
		return
	}
	r.series.PutEach(r.unit, at, step, values, r.service.options.Now().Unix())
}

// unitNone is the unit of what is put without one.
const unitNone = "None"

func (m *Metric) id() metricstore.ID {
	return metricstore.ID{Namespace: m.Namespace, Name: m.MetricName, Dimensions: m.Dimensions}
}

// Statistic writes a statistic of consecutive periods into values, the first
// period beginning at from, NaN where there are no data. The periods are those
// of q; values says how many. Without a unit, and with data in several, it is of
// the first in alphabetical order. The error is that there is no such statistic.
func (s *Service) Statistic(scope wire.Scope, q MetricStat, from time.Time, values []float64) error {
	statistic, known := metricstore.ParseStatistic(q.Stat)
	if !known || q.Metric == nil || q.Period == nil {
		return fmt.Errorf("there is no statistic %q of a metric over periods", q.Stat)
	}
	series := s.store(scope).metrics.Find(q.Metric.id())
	if series == nil {
		series = &metricstore.Series{}
	}
	window := metricstore.Window{Start: from.Unix(), Period: int64(*q.Period), Now: s.options.Now().Unix()}
	series.Read(window, q.Unit, statistic, values)
	return nil
}

// Series computes the one of the queries that returns data, for so many periods
// from a time on, NaN where there are no data. It fails where the queries are
// not what PutMetricAlarm takes.
func (s *Service) Series(scope wire.Scope, queries []MetricDataQuery, from time.Time, period time.Duration, n int) ([]float64, error) {
	program, err := compile(queries)
	if err != nil {
		return nil, err
	}
	query := slices.IndexFunc(queries, MetricDataQuery.returnsData)
	if query < 0 || program.Type(query) != metricmath.TimeSeries {
		return nil, wire.Validation("Exactly one element of the metrics list should return data, which must be a single time series.")
	}
	points := make([][]float64, len(queries))
	for _, i := range program.Needs(query) {
		points[i] = make([]float64, n)
		if err := s.Statistic(scope, *queries[i].MetricStat, from, points[i]); err != nil {
			return nil, err
		}
	}
	series, err := program.Evaluate(query, metricmath.Grid{Start: from, Period: period, Len: n}, points)
	if err != nil {
		return nil, err
	}
	return series[0].Values, nil
}

// span is the periods that a request is for.
type span struct {
	start, period int64 // seconds
	n             int
}

// The ages at which periods grow, in seconds.
const (
	minute   = 60
	dayFive  = 15 * day
	dayHours = 63 * day
)

// spanOf returns the periods from a start, rounded down as documented, until
// before an end (AWS API: GetMetricStatistics, StartTime). Periods begin at the
// start, wherever that is in the hour, as AWS's examples show.
func spanOf(start, end time.Time, period int32, now time.Time) span {
	unit := int64(minute)
	switch age := now.Unix() - start.Unix(); {
	case period < minute:
		unit = int64(period)
	case age > dayHours:
		unit = hour
	case age > dayFive:
		unit = 5 * minute
	}
	sp := span{start: start.Unix() - mod(start.Unix(), unit), period: int64(period)}
	length := end.Unix() - sp.start
	if end.Nanosecond() > 0 {
		length++
	}
	sp.n = int(max(0, (length+sp.period-1)/sp.period))
	return sp
}

func mod(a, b int64) int64 { return (a%b + b) % b }

func (sp span) at(i int) time.Time { return time.Unix(sp.start+int64(i)*sp.period, 0).UTC() }

func (sp span) window(now time.Time) metricstore.Window {
	return metricstore.Window{Start: sp.start, Period: sp.period, Now: now.Unix()}
}

func (sp span) end() int64 { return sp.start + int64(sp.n)*sp.period }

// isPeriod tells whether a read may have the period (AWS API:
// GetMetricStatistics, Period).
func isPeriod(period int32) bool {
	switch period {
	case 1, 5, 10, 20, 30:
		return true
	}
	return period > 0 && period%minute == 0
}
