package simulate

import (
	"math"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/forecast"
)

// A forecast of 48 hours is made anew every 6 hours (Application Auto Scaling
// User Guide: how predictive scaling works).
const (
	hour         = 3600
	refreshHours = 6
)

// oracle is the forecast of predictive scaling policies, made of the part of
// the trace that is past.
type oracle struct {
	demand series
	rates  map[string]float64 // by policy: requests per minute of a unit at target
	base   int64              // when the forecast that is known was made
	loads  []float64
}

var _ engine.Forecast = (*oracle)(nil)

// newOracle returns nil if no policy forecasts.
func newOracle(o *Options, w *world) (engine.Forecast, error) {
	made := &oracle{demand: w.demand, rates: map[string]float64{}, base: math.MinInt64}
	for _, p := range o.Setting.Policies {
		if p.Predictive == nil {
			continue
		}
		rate, err := w.rateAtTarget(p)
		if err != nil {
			return nil, err
		}
		made.rates[p.Name] = rate
	}
	if len(made.rates) == 0 {
		return nil, nil
	}
	return made, nil
}

// rateAtTarget is the demand of one unit at which the scaling metric of a
// predictive scaling policy is at its target, in requests per minute.
func (w *world) rateAtTarget(p autoscaling.Policy) (float64, error) {
	if len(p.Predictive.Metrics) != 1 || p.Predictive.Metrics[0].TargetValue == nil {
		return 0, &UnderivedError{Metric: "the forecast", Names: []string{p.Name}, Why: "it needs one metric specification with a target value"}
	}
	m := p.Predictive.Metrics[0]
	target := *m.TargetValue
	kind, name := w.meanings[p.Name].Kind, ""
	for _, of := range []*autoscaling.PredefinedMetric{m.PredefinedPair, m.PredefinedScaling} {
		if of != nil {
			name = of.Type
		}
	}
	switch {
	case kind != "":
	case strings.Contains(name, "RequestCount"):
		kind = DemandPerUnit
	case strings.Contains(name, "Utilization"):
		kind = Utilization
	}
	if err := w.possible(Meaning{Kind: kind}, p.Name); err != nil {
		return 0, err
	}
	switch kind {
	case DemandPerUnit:
		return target, nil
	case Utilization:
		return target / 100 * w.perUnit, nil
	default:
		return 0, &UnderivedError{Metric: "the forecast of a customized metric", Names: []string{p.Name}, Why: "it does not say how it follows from demand"}
	}
}

// Capacity returns what the policy forecasts for an hour.
func (o *oracle) Capacity(policy string, at time.Time) (float64, bool) {
	unix := at.Unix()
	base := floorTo(unix-hour, refreshHours*hour)
	if base != o.base {
		o.base, o.loads = base, nil
		if found, err := forecast.Load(o.history(base), forecast.Horizon); err == nil {
			o.loads = found.Values
		}
	}
	i := (unix - base) / hour
	if i < 0 || i >= int64(len(o.loads)) {
		return 0, false
	}
	return o.loads[i] / o.rates[policy], true
}

// history is the demand of the hours before a time.
func (o *oracle) history(until int64) forecast.Hourly {
	first := max(until-forecast.MaxHistory*hour, floorTo(o.demand.first+hour-1, hour))
	h := forecast.Hourly{Start: time.Unix(first, 0).UTC()}
	for at := first; at < until; at += hour {
		v, ok := o.demand.mean(at, hour)
		if !ok {
			v = math.NaN()
		}
		h.Values = append(h.Values, v)
	}
	return h
}
