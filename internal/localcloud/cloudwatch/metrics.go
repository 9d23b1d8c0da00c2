package cloudwatch

import (
	"errors"
	"regexp"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/metricmath"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

var metricID = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)

// Limits of an alarm on metric math (AWS API: PutMetricAlarm).
const (
	maxMetricStats = 10
	maxExpressions = 10
)

// checkMetrics checks an alarm on a list of metrics.
func checkMetrics(in *putInput) error {
	for _, member := range []struct {
		name    string
		present bool
	}{
		{"MetricName", in.MetricName != ""},
		{"Namespace", in.Namespace != ""},
		{"Dimensions", len(in.Dimensions) > 0},
		{"Period", in.Period != nil},
		{"Unit", in.Unit != ""},
		{"Statistic", in.Statistic != ""},
		{"ExtendedStatistic", in.ExtendedStatistic != ""},
	} {
		if member.present {
			return wire.Validation("%s should not be set if list of Metrics is set.", member.name)
		}
	}
	var stats, expressions, returned int
	ids := map[string]bool{}
	for _, q := range in.Metrics {
		if !metricID.MatchString(q.ID) {
			return wire.Validation("The Id %q of a metric must begin with a lowercase letter and have only letters, digits and underscores", q.ID)
		}
		if ids[q.ID] {
			return wire.Validation("The Id %s is used by more than one element of the metrics list", q.ID)
		}
		ids[q.ID] = true
		if (q.MetricStat == nil) == (q.Expression == "") {
			return wire.Validation("The element %s of the metrics list must have exactly one of MetricStat and Expression", q.ID)
		}
		if err := q.checkStat(); err != nil {
			return err
		}
		if q.returnsData() {
			returned++
		}
		if q.MetricStat != nil {
			stats++
		} else {
			expressions++
		}
	}
	switch {
	case returned != 1:
		return wire.Validation("Exactly one element of the metrics list should return data.")
	case stats > maxMetricStats:
		return wire.Validation("The metrics list has %d metrics, more than the maximum of %d", stats, maxMetricStats)
	case expressions > maxExpressions:
		return wire.Validation("The metrics list has %d expressions, more than the maximum of %d", expressions, maxExpressions)
	}
	if err := checkSamePeriod(in.Metrics); err != nil {
		return err
	}
	return checkExpressions(in.Metrics)
}

// checkStat checks the metric of an entry, if it is one.
func (q MetricDataQuery) checkStat() error {
	m := q.MetricStat
	switch {
	case m == nil:
	case m.Metric.Namespace == "" || m.Metric.MetricName == "":
		return wire.Validation("The element %s of the metrics list must have the Namespace and the MetricName of its metric", q.ID)
	case !IsStatistic(m.Stat):
		return invalidValue("The value " + m.Stat + " for parameter Stat of the element " + q.ID + " of the metrics list is not supported.")
	}
	return nil
}

// checkExpressions: an alarm watches one time series (AWS API: PutMetricAlarm).
func checkExpressions(metrics []MetricDataQuery) error {
	program, err := compile(metrics)
	if err != nil {
		return err
	}
	for i, q := range metrics {
		if q.returnsData() && program.Type(i) != metricmath.TimeSeries {
			return wire.Validation("The expression %s must return a single time series", q.ID)
		}
	}
	return nil
}

// compile compiles the expressions of queries whose members were checked.
func compile(metrics []MetricDataQuery) (*metricmath.Program, error) {
	queries := make([]metricmath.Query, len(metrics))
	for i, q := range metrics {
		queries[i] = metricmath.Query{ID: q.ID, Expression: q.Expression}
		if q.MetricStat != nil {
			queries[i].Period = time.Duration(*q.MetricStat.Period) * time.Second
		}
	}
	program, err := metricmath.Compile(queries)
	if e, ok := errors.AsType[*metricmath.Error](err); ok {
		return nil, wire.Validation("Error in expression '%s': position %d: %s", e.ID, e.Offset+1, e.Text)
	}
	return program, err
}

// checkSamePeriod: all metrics of an alarm must have one period (Amazon
// CloudWatch User Guide: using metric math).
func checkSamePeriod(metrics []MetricDataQuery) error {
	var first *int32
	for _, q := range metrics {
		if q.MetricStat == nil {
			continue
		}
		switch period := q.MetricStat.Period; {
		case first == nil:
			first = period
		case *period != *first:
			return wire.Validation("All metrics of the metrics list must have the same Period")
		}
	}
	return nil
}
