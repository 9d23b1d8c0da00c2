package cloudwatch

import (
	"cmp"
	"slices"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type forMetricInput struct {
	MetricName        string
	Namespace         string
	Statistic         string
	ExtendedStatistic string
	Dimensions        []Dimension
	Period            *int32
	Unit              string
}

type forMetricOutput struct {
	MetricAlarms []Alarm
}

// describeAlarmsForMetric lists the alarms on one metric, not those on metric
// math. The dimensions must be exactly the metric's (AWS API:
// DescribeAlarmsForMetric).
func (s *Service) describeAlarmsForMetric(r *wire.Request) (any, error) {
	var in forMetricInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	var m model
	m.Require("metricName", in.MetricName != "")
	m.Require("namespace", in.Namespace != "")
	m.metric("", in.MetricName, in.Namespace, in.Dimensions)
	m.enum("statistic", in.Statistic, statistics)
	m.enum("unit", in.Unit, units)
	m.positive("period", in.Period)
	if err := m.Err(); err != nil {
		return nil, err
	}
	out := forMetricOutput{MetricAlarms: []Alarm{}}
	for a := range s.store(r.Scope).all() {
		if in.matches(a) {
			out.MetricAlarms = append(out.MetricAlarms, a.told())
		}
	}
	return out, nil
}

func (in *forMetricInput) matches(a *Alarm) bool {
	return a.MetricName == in.MetricName && a.Namespace == in.Namespace &&
		(in.Statistic == "" || a.Statistic == in.Statistic) &&
		(in.ExtendedStatistic == "" || a.ExtendedStatistic == in.ExtendedStatistic) &&
		(in.Unit == "" || a.Unit == in.Unit) &&
		(in.Period == nil || a.Period != nil && *a.Period == *in.Period) &&
		sameDimensions(a.Dimensions, in.Dimensions)
}

// sameDimensions compares dimensions as sets: their order has no meaning.
func sameDimensions(a, b []Dimension) bool {
	byName := func(x, y Dimension) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Value, y.Value))
	}
	return slices.Equal(slices.SortedFunc(slices.Values(a), byName), slices.SortedFunc(slices.Values(b), byName))
}
