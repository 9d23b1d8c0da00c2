package appautoscaling

import (
	"math"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/forecast"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Metrics are what predictive scaling learns from.
type Metrics interface {
	// Hourly computes the one of the metrics that returns data, for each of so
	// many hours from a time on, NaN where there are no data.
	Hourly(s wire.Scope, metrics []MetricQuery, from time.Time, hours int) ([]float64, error)
}

type noMetrics struct{}

func (noMetrics) Hourly(_ wire.Scope, _ []MetricQuery, _ time.Time, hours int) ([]float64, error) {
	return unknown(hours), nil
}

func unknown(hours int) []float64 {
	values := make([]float64, hours)
	for i := range values {
		values[i] = math.NaN()
	}
	return values
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
type forecaster struct {
	service *Service
	target  *target
}

// Capacity returns the capacity that a policy forecasts for the hour that
// begins then.
func (f forecaster) Capacity(policy string, hour time.Time) (float64, bool) {
	p := f.target.policies[policy]
	if p == nil {
		return 0, false
	}
	found, ok := f.service.forecasts(f.target, p).hours[hour.Unix()]
	return found.capacity, ok
}

// forecasts returns those of a policy, made as often as AWS does: when the
// policy is created or changed and there are data enough, or else in the first
// hour in which there are, and every six hours from then on. That somebody asks
// does not matter.
func (s *Service) forecasts(t *target, p *policy) *forecasts {
	f := p.forecasts
	if f == nil {
		f = &forecasts{due: s.now().Truncate(time.Hour), hours: map[int64]forecastHour{}}
		p.forecasts = f
	}
	for !f.due.After(s.now()) {
		if s.foresee(t, p, f.due) {
			f.updated = f.due
		}
		if f.updated.IsZero() {
			f.due = f.due.Add(time.Hour)
		} else {
			f.due = f.due.Add(refreshed)
		}
	}
	return f
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
	history, err := s.metrics.Hourly(t.scope, load, from, forecast.MaxHistory)
	if err != nil {
		return false
	}
	made, err := forecast.Load(forecast.Hourly{Start: from, Values: history}, forecast.Horizon)
	if err != nil {
		return false
	}
	perUnit := s.perUnit(t, spec, history, scaling, from)
	units, err := forecast.Capacity(made.Values, perUnit)
	if err != nil {
		return false
	}
	for i, n := range units {
		p.forecasts.hours[made.Start.Add(time.Duration(i)*time.Hour).Unix()] = forecastHour{made.Values[i], float64(n)}
	}
	return true
}

// perUnit returns the load of an hour that a unit of capacity bears. The load of
// predefined pairs is a sum over minutes and units of what the target value is a
// mean of.
func (s *Service) perUnit(t *target, spec autoscaling.PredictiveMetric, load []float64, scaling []MetricQuery, from time.Time) float64 {
	target := value(spec.TargetValue)
	if len(spec.CustomizedCapacity) == 0 {
		if len(spec.CustomizedLoad) == 0 {
			return target * time.Hour.Minutes()
		}
		return target
	}
	metric, err := s.metrics.Hourly(t.scope, scaling, from, len(load))
	if err != nil {
		return target
	}
	capacity, err := s.metrics.Hourly(t.scope, hourly(spec.CustomizedCapacity), from, len(load))
	if err != nil {
		return target
	}
	return forecast.PerUnit(load, metric, capacity, target)
}

func hourly(queries []autoscaling.MetricQuery) []MetricQuery {
	return queriesWith(queries, int32(time.Hour/time.Second))
}

// pair returns the load and the scaling metric of a policy.
func (s *Service) pair(t *target, spec autoscaling.PredictiveMetric) (load, scaling []MetricQuery, ok bool) {
	load, scaling = hourly(spec.CustomizedLoad), hourly(spec.CustomizedScaling)
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
func predictiveQuery(t *target, m autoscaling.PredefinedMetric, load bool) ([]MetricQuery, bool) {
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
	return hourly([]autoscaling.MetricQuery{{ID: "m", Stat: &q}}), true
}
