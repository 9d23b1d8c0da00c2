package appautoscaling

import (
	"math"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/forecast"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Metrics are what predictive scaling learns from.
type Metrics interface {
	// Values computes the one of the metrics that returns data, for each of so
	// many periods from a time on, NaN where there are no data. The metrics have
	// the period.
	Values(s wire.Scope, metrics []MetricQuery, from time.Time, period time.Duration, n int) ([]float64, error)
}

type noMetrics struct{}

func (noMetrics) Values(_ wire.Scope, _ []MetricQuery, _ time.Time, _ time.Duration, n int) ([]float64, error) {
	return slices.Repeat([]float64{math.NaN()}, n), nil
}

// refreshed is how often a forecast is made (Application Auto Scaling User
// Guide: how predictive scaling works).
const refreshed = 6 * time.Hour

// forecasts are what a predictive scaling policy has forecast, also of hours
// that are past by now.
type forecasts struct {
	due     time.Time // when the next is made, or data are looked at again
	updated time.Time // when the last forecast was made; zero: never
	hours   map[int64]forecastHour
}

// forecastHour is what is forecast of one hour.
type forecastHour struct{ load, capacity float64 }

// forecaster is the forecast of the policies of a target.
type forecaster struct{ target *target }

// Capacity returns the capacity that a policy forecasts for the hour that
// begins then.
func (f forecaster) Capacity(policy string, hour time.Time) (float64, bool) {
	p := f.target.policies[policy]
	if p == nil || p.forecasts == nil {
		return 0, false
	}
	found, ok := p.forecasts.hours[hour.Unix()]
	return found.capacity, ok
}

// newForecasts are those of a policy that is created or changed now.
func (s *Service) newForecasts() *forecasts {
	return &forecasts{due: s.now().Truncate(time.Hour), hours: map[int64]forecastHour{}}
}

// foretell makes the forecasts that are due for a target, as often as AWS does:
// when a policy is created or changed and there are data enough, or else in the
// first hour in which there are, and every six hours from then on.
func (s *Service) foretell(t *target) {
	for _, p := range t.policies {
		f := p.forecasts
		for f != nil && !f.due.After(s.now()) {
			if s.foresee(t, p, f.due) {
				f.updated = f.due
			}
			if f.updated.IsZero() {
				f.due = f.due.Add(time.Hour)
			} else {
				f.due = f.due.Add(refreshed)
			}
		}
	}
}

// nextForecast returns when the next forecast for a target is made.
func (t *target) nextForecast() (next time.Time, found bool) {
	for _, p := range t.policies {
		if f := p.forecasts; f != nil && (!found || f.due.Before(next)) {
			next, found = f.due, true
		}
	}
	return next, found
}

// foresee makes a forecast from what was known at an hour. It reports whether
// there are data enough.
func (s *Service) foresee(t *target, p *policy, hour time.Time) bool {
	spec := p.domain().Predictive.Metrics[0]
	load, scaling, ok := s.pair(t, spec)
	if !ok {
		return false
	}
	from := hour.Add(-forecast.MaxHistory * time.Hour)
	history, err := s.metrics.Values(t.scope, queriesWith(load, hourSeconds), from, time.Hour, forecast.MaxHistory)
	if err != nil {
		return false
	}
	made, err := forecast.Load(forecast.Hourly{Start: from, Values: history}, forecast.Horizon)
	if err != nil {
		return false
	}
	units, err := forecast.Capacity(made.Values, s.perUnit(t, spec, history, load, scaling, from))
	if err != nil {
		return false
	}
	for i, n := range units {
		p.forecasts.hours[made.Start.Add(time.Duration(i)*time.Hour).Unix()] = forecastHour{made.Values[i], float64(n)}
	}
	return true
}

// The periods of metrics, in seconds.
const (
	minuteSeconds = int32(time.Minute / time.Second)
	hourSeconds   = int32(time.Hour / time.Second)
)

// perUnit returns the load of an hour that a unit of capacity bears. The load of
// predefined pairs is a sum over minutes and units of what the target value is a
// mean of. That of customized metrics may be a sum or a mean, which their minutes
// tell. They also are what the target value is about.
func (s *Service) perUnit(t *target, spec autoscaling.PredictiveMetric, history []float64, load, scaling []autoscaling.MetricQuery, from time.Time) float64 {
	target := value(spec.TargetValue)
	if len(spec.CustomizedCapacity) > 0 {
		return forecast.PerUnit(history, s.minutes(t, scaling, from), s.minutes(t, spec.CustomizedCapacity, from), target)
	}
	if len(spec.CustomizedLoad) == 0 {
		if s.engine.ForecastLoad == engine.LoadByMinute {
			return target * time.Hour.Minutes()
		}
		return target
	}
	one := slices.Repeat([]float64{1}, len(history))
	return forecast.PerUnit(history, s.minutes(t, load, from), one, target)
}

// minutes returns what a metric was in the minutes of each hour on average, of
// those minutes that have data.
func (s *Service) minutes(t *target, queries []autoscaling.MetricQuery, from time.Time) []float64 {
	const inHour = int(time.Hour / time.Minute)
	values, err := s.metrics.Values(t.scope, queriesWith(queries, minuteSeconds), from, time.Minute, forecast.MaxHistory*inHour)
	if err != nil {
		return nil
	}
	means := make([]float64, forecast.MaxHistory)
	for hour := range means {
		sum, n := 0.0, 0
		for _, x := range values[hour*inHour : (hour+1)*inHour] {
			if !math.IsNaN(x) {
				sum, n = sum+x, n+1
			}
		}
		means[hour] = sum / float64(n) // not a number if there is none
	}
	return means
}

// pair returns the load and the scaling metric of a policy.
func (s *Service) pair(t *target, spec autoscaling.PredictiveMetric) (load, scaling []autoscaling.MetricQuery, ok bool) {
	load, scaling = spec.CustomizedLoad, spec.CustomizedScaling
	predefinedLoad, predefinedScaling := spec.PredefinedLoad, spec.PredefinedScaling
	if spec.PredefinedPair != nil {
		predefinedLoad, predefinedScaling = spec.PredefinedPair, spec.PredefinedPair
	}
	ok = true
	if predefinedLoad != nil {
		load, ok = predictiveQuery(t, *predefinedLoad, true)
	}
	if predefinedScaling != nil && ok {
		scaling, ok = predictiveQuery(t, *predefinedScaling, false)
	}
	return load, scaling, ok
}

// predictiveNames are the CloudWatch metrics behind the predefined metrics of
// predictive scaling, as load and as scaling metric. The types are those of the
// pair, of the load and of the scaling metric (AWS API:
// PredictiveScalingPredefinedMetricPairSpecification and its siblings, which do
// not say what is behind them).
var predictiveNames = map[string]struct{ namespace, load, scaling string }{
	"ECSServiceCPUUtilization":           {"AWS/ECS", "CPUUtilization", "CPUUtilization"},
	"ECSServiceTotalCPUUtilization":      {"AWS/ECS", "CPUUtilization", "CPUUtilization"},
	"ECSServiceAverageCPUUtilization":    {"AWS/ECS", "CPUUtilization", "CPUUtilization"},
	"ECSServiceMemoryUtilization":        {"AWS/ECS", "MemoryUtilization", "MemoryUtilization"},
	"ECSServiceTotalMemoryUtilization":   {"AWS/ECS", "MemoryUtilization", "MemoryUtilization"},
	"ECSServiceAverageMemoryUtilization": {"AWS/ECS", "MemoryUtilization", "MemoryUtilization"},
	"ALBRequestCount":                    {"AWS/ApplicationELB", "RequestCount", "RequestCountPerTarget"},
	"TotalALBRequestCount":               {"AWS/ApplicationELB", "RequestCount", "RequestCountPerTarget"},
	"ALBRequestCountPerTarget":           {"AWS/ApplicationELB", "RequestCount", "RequestCountPerTarget"},
}

// predictiveQuery returns the metric of a predefined type for a target. The
// dimensions are those that the same metric has in target tracking.
func predictiveQuery(t *target, m autoscaling.PredefinedMetric, load bool) ([]autoscaling.MetricQuery, bool) {
	names, ok := predictiveNames[m.Type]
	if !ok {
		return nil, false
	}
	tracking := "ECSServiceAverageCPUUtilization"
	if m.ResourceLabel != "" {
		tracking = "ALBRequestCountPerTarget"
	}
	metric, _ := catalog.LookupMetric(tracking)
	dim, _ := catalog.LookupDimension(t.dimension)
	found, ok := metric.Dimensions(dim, t.resourceID, m.ResourceLabel)
	if !ok {
		return nil, false
	}
	q := autoscaling.MetricStat{Namespace: names.namespace, MetricName: names.scaling, Stat: "Average"}
	if load {
		q.MetricName, q.Stat = names.load, "Sum"
	}
	for _, d := range found {
		q.Dimensions = append(q.Dimensions, autoscaling.Dimension(d))
	}
	return []autoscaling.MetricQuery{{ID: "m", Stat: &q}}, true
}
