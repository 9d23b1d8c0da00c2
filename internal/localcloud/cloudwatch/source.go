package cloudwatch

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/metricmath"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
)

// source is the metric of an alarm, read from the store. The time at which it
// is read decides what is too old.
type source interface {
	alarm.Source
	alarm.Changing
	setTime(now int64)
}

// newSource returns what an alarm watches. It fails for what no metric or metric
// math is.
func newSource(st *store, c *Config, size int) (source, error) {
	if len(c.Metrics) > 0 {
		return newMathSource(st, c, size)
	}
	statistic := c.Statistic
	if statistic == "" {
		statistic = c.ExtendedStatistic
	}
	m := MetricStat{
		Metric: &Metric{Namespace: c.Namespace, MetricName: c.MetricName, Dimensions: c.Dimensions},
		Period: c.Period, Stat: statistic, Unit: c.Unit,
	}
	return newStatSource(st, m)
}

// statSource is a statistic of one metric.
type statSource struct {
	store     *metricstore.Store
	id        metricstore.ID
	series    *metricstore.Series // nil until there is such a metric
	statistic metricstore.Statistic
	unit      string
	period    int64
	now       int64

	version uint64
	puts    uint64
	read    int64 // the end of what was read
}

func newStatSource(st *store, m MetricStat) (*statSource, error) {
	statistic, known := metricstore.ParseStatistic(m.Stat)
	if !known || m.Metric == nil || m.Period == nil {
		return nil, fmt.Errorf("there is no statistic %q of a metric over periods", m.Stat)
	}
	return &statSource{
		store: st.metrics, id: m.Metric.id(), statistic: statistic, unit: m.Unit, period: int64(*m.Period), read: math.MinInt64,
	}, nil
}

func (s *statSource) setTime(now int64) { s.now = now }

// Version changes when a sample was put into the time that was read.
func (s *statSource) Version() uint64 {
	if s.series == nil {
		if s.series = s.store.Find(s.id); s.series == nil {
			return s.version
		}
	}
	var changed bool
	if changed, s.puts = s.series.Changed(s.puts, s.read); changed {
		s.version++
	}
	return s.version
}

// Datapoint returns the statistic of the period that begins at start.
func (s *statSource) Datapoint(start int64) (float64, bool) {
	v := s.value(start, s.statistic)
	s.read = max(s.read, start+s.period)
	return v, !math.IsNaN(v)
}

// SampleCount says of how many samples a datapoint is made.
func (s *statSource) SampleCount(start int64) float64 {
	return s.value(start, metricstore.SampleCount)
}

func (s *statSource) value(start int64, statistic metricstore.Statistic) float64 {
	if s.series == nil {
		return math.NaN()
	}
	var out [1]float64
	s.series.Read(metricstore.Window{Start: start, Period: s.period, Now: s.now}, s.unit, statistic, out[:])
	return out[0]
}

// mathSource is the result of metric math. Functions that look at more than one
// period see as many as the alarm fetches, as CloudWatch's do.
type mathSource struct {
	program *metricmath.Program
	query   int
	needs   []int
	metrics []*statSource // of needs
	period  int64
	size    int
	points  [][]float64
}

func newMathSource(st *store, c *Config, size int) (*mathSource, error) {
	program, err := compile(c.Metrics)
	if err != nil {
		return nil, err
	}
	query := slices.IndexFunc(c.Metrics, MetricDataQuery.returnsData)
	if query < 0 {
		return nil, fmt.Errorf("none of the metrics of the alarm %q returns data", c.AlarmName)
	}
	s := &mathSource{
		program: program, query: query, needs: program.Needs(query), period: int64(c.period()),
		size: size, points: make([][]float64, len(c.Metrics)),
	}
	for _, i := range s.needs {
		m, err := newStatSource(st, *c.Metrics[i].MetricStat)
		if err != nil {
			return nil, err
		}
		s.metrics = append(s.metrics, m)
		s.points[i] = make([]float64, size)
	}
	return s, nil
}

// period returns the period of an alarm in seconds, which on metric math is that
// of its metrics.
func (c *Config) period() int32 {
	if c.Period != nil {
		return *c.Period
	}
	for _, q := range c.Metrics {
		if q.MetricStat != nil && q.MetricStat.Period != nil {
			return *q.MetricStat.Period
		}
	}
	for _, q := range c.Metrics {
		if q.returnsData() && q.Period != nil {
			return *q.Period
		}
	}
	return minute
}

func (s *mathSource) setTime(now int64) {
	for _, m := range s.metrics {
		m.setTime(now)
	}
}

// Version changes when that of one of its metrics does.
func (s *mathSource) Version() uint64 {
	sum := uint64(0)
	for _, m := range s.metrics {
		sum += m.Version()
	}
	return sum
}

// Datapoint computes the expression for the period that begins at start and
// those before it.
func (s *mathSource) Datapoint(start int64) (float64, bool) {
	first := start - int64(s.size-1)*s.period
	for k, i := range s.needs {
		for p := range s.points[i] {
			s.points[i][p] = s.metrics[k].value(first+int64(p)*s.period, s.metrics[k].statistic)
		}
		s.metrics[k].read = max(s.metrics[k].read, start+s.period)
	}
	grid := metricmath.Grid{Start: time.Unix(first, 0).UTC(), Period: time.Duration(s.period) * time.Second, Len: s.size}
	series, err := s.program.Evaluate(s.query, grid, s.points)
	if err != nil || len(series) == 0 {
		return 0, false
	}
	v := series[0].Values[s.size-1]
	return v, !math.IsNaN(v)
}
