package cloudwatch

import (
	"fmt"
	"math"
	"slices"

	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type statisticsInput struct {
	Namespace          string
	MetricName         string
	Dimensions         []Dimension
	StartTime          *wire.Time
	EndTime            *wire.Time
	Period             *int32
	Statistics         []string
	ExtendedStatistics []string
	Unit               string
}

type statisticsOutput struct {
	Label      string
	Datapoints []datapoint
}

type datapoint struct {
	Timestamp          wire.Time
	SampleCount        *float64           `json:",omitempty"`
	Average            *float64           `json:",omitempty"`
	Sum                *float64           `json:",omitempty"`
	Minimum            *float64           `json:",omitempty"`
	Maximum            *float64           `json:",omitempty"`
	Unit               string             `json:",omitempty"`
	ExtendedStatistics map[string]float64 `json:",omitempty"`
}

// The limits of GetMetricStatistics (AWS API: GetMetricStatistics).
const (
	maxDatapoints         = 1440
	maxStatistics         = 5
	maxExtendedStatistics = 10
)

// getMetricStatistics returns the points of a metric, apart for each unit. AWS
// promises no order; here they are in that of units and time.
func (s *Service) getMetricStatistics(r *wire.Request) (any, error) {
	var in statisticsInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	now := s.options.Now()
	sp := spanOf(in.StartTime.Time, in.EndTime.Time, *in.Period, now)
	if sp.n > maxDatapoints {
		return nil, invalidCombination(fmt.Sprintf(
			"You have requested up to %d datapoints, which exceeds the limit of %d. You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
			sp.n, maxDatapoints))
	}
	out := statisticsOutput{Label: in.MetricName, Datapoints: []datapoint{}}
	series := s.store(r.Scope).metrics.Find(metricstore.ID{Namespace: in.Namespace, Name: in.MetricName, Dimensions: in.Dimensions})
	if series == nil {
		return out, nil
	}
	for _, unit := range series.Units(sp.start, sp.end()) {
		if in.Unit == "" || in.Unit == unit {
			out.Datapoints = append(out.Datapoints, in.datapoints(series, sp, sp.window(now), unit)...)
		}
	}
	return out, nil
}

// datapoints reads all statistics of a unit; a period has a point when one of
// them has a value.
func (in *statisticsInput) datapoints(series *metricstore.Series, sp span, w metricstore.Window, unit string) []datapoint {
	names := slices.Concat(in.Statistics, in.ExtendedStatistics)
	columns := make([][]float64, len(names))
	for i, name := range names {
		columns[i] = make([]float64, sp.n)
		statistic, _ := metricstore.ParseStatistic(name) // checked
		series.Read(w, unit, statistic, columns[i])
	}
	var points []datapoint
	for i := range sp.n {
		d, found := datapoint{Timestamp: wire.Time{Time: sp.at(i)}, Unit: unit}, false
		for k, name := range names {
			if x := columns[k][i]; !math.IsNaN(x) {
				d.set(name, x)
				found = true
			}
		}
		if found {
			points = append(points, d)
		}
	}
	return points
}

func (d *datapoint) set(statistic string, x float64) {
	switch statistic {
	case "SampleCount":
		d.SampleCount = &x
	case "Average":
		d.Average = &x
	case "Sum":
		d.Sum = &x
	case "Minimum":
		d.Minimum = &x
	case "Maximum":
		d.Maximum = &x
	default:
		if d.ExtendedStatistics == nil {
			d.ExtendedStatistics = map[string]float64{}
		}
		d.ExtendedStatistics[statistic] = x
	}
}

func (in *statisticsInput) check() error {
	var e parameterErrors
	e.text("Namespace", in.Namespace, 255)
	e.text("MetricName", in.MetricName, 255)
	e.require("StartTime", in.StartTime != nil)
	e.require("EndTime", in.EndTime != nil)
	e.require("Period", in.Period != nil)
	e.size("Dimensions", len(in.Dimensions), maxDimensions)
	e.size("Statistics", len(in.Statistics), maxStatistics)
	e.size("ExtendedStatistics", len(in.ExtendedStatistics), maxExtendedStatistics)
	switch given := len(in.Statistics) > 0; {
	case given && len(in.ExtendedStatistics) > 0:
		e.combine("The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both.")
	case !given && len(in.ExtendedStatistics) == 0:
		e.combine("At least one of the parameters Statistics and ExtendedStatistics must be specified.")
	}
	for i, name := range in.Statistics {
		if !slices.Contains(statistics, name) {
			e.invalid(fmt.Sprintf("Statistics.member.%d", i+1), name)
		}
	}
	for i, name := range in.ExtendedStatistics {
		if !metricstore.IsExtended(name) {
			e.invalid(fmt.Sprintf("ExtendedStatistics.member.%d", i+1), name)
		}
	}
	if in.Unit != "" && !slices.Contains(units, in.Unit) {
		e.invalid("Unit", in.Unit)
	}
	if in.Period != nil && !isPeriod(*in.Period) {
		e.wrong("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
	}
	if in.StartTime != nil && in.EndTime != nil && !in.StartTime.Before(in.EndTime.Time) {
		e.wrong("The parameter StartTime must be less than the parameter EndTime.")
	}
	return e.err()
}
