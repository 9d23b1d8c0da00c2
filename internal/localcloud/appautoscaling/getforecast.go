package appautoscaling

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type forecastInput struct {
	identityMembers
	PolicyName *string
	StartTime  *wire.Time
	EndTime    *wire.Time
}

func (in forecastInput) check(c *wire.Constraints) {
	in.identityMembers.check(c)
	c.Require("policyName", in.PolicyName != nil)
	if in.PolicyName != nil {
		c.Length("policyName", *in.PolicyName, 1, maxPolicyName)
		c.Pattern("policyName", *in.PolicyName, `\p{Print}+`, policyNamePattern)
	}
	c.Require("startTime", in.StartTime != nil)
	c.Require("endTime", in.EndTime != nil)
}

type forecastOutput struct {
	LoadForecast     []loadForecast
	CapacityForecast capacityForecast
	UpdateTime       wire.Time
}

type loadForecast struct {
	Timestamps          []wire.Time
	Values              []float64
	MetricSpecification predictiveMetric
}

type capacityForecast struct {
	Timestamps []wire.Time
	Values     []float64
}

// The time that a forecast may be asked of (AWS API:
// GetPredictiveScalingForecast). The texts of the refusals are ours.
const (
	maxForecastSpan = 30 * 24 * time.Hour
	maxForecastAge  = 365 * 24 * time.Hour
)

// getPredictiveScalingForecast returns what a policy forecasts for the hours
// from a time until before another, and what it forecast of those that are past.
// Without data enough there is nothing to return, and the forecast is as old as
// the policy.
func (s *Service) getPredictiveScalingForecast(sc wire.Scope, in forecastInput) (any, error) {
	id := in.identity()
	if _, err := resolve(id); err != nil {
		return nil, err
	}
	t := s.find(sc, id)
	if t == nil || t.policies[*in.PolicyName] == nil || t.policies[*in.PolicyName].config.policyType != predictiveScaling {
		return nil, wire.Validation("No predictive scaling policy found for %s, policy name: %s", id, *in.PolicyName)
	}
	switch {
	case !in.StartTime.Before(in.EndTime.Time):
		return nil, wire.Validation("StartTime must be before EndTime")
	case in.EndTime.Sub(in.StartTime.Time) > maxForecastSpan:
		return nil, wire.Validation("The time range between StartTime and EndTime cannot be longer than 30 days")
	case s.now().Sub(in.StartTime.Time) > maxForecastAge:
		return nil, wire.Validation("StartTime cannot be more than one year in the past")
	}
	p := t.policies[*in.PolicyName]
	f := p.forecasts
	load := loadForecast{Timestamps: []wire.Time{}, Values: []float64{}, MetricSpecification: p.config.predictive.MetricSpecifications[0]}
	capacity := capacityForecast{Timestamps: []wire.Time{}, Values: []float64{}}
	first := in.StartTime.Add(time.Hour - time.Nanosecond).Truncate(time.Hour)
	for hour := first; hour.Before(in.EndTime.Time); hour = hour.Add(time.Hour) {
		if found, ok := f.hours[hour.Unix()]; ok {
			load.Timestamps, load.Values = append(load.Timestamps, wire.Time{Time: hour}), append(load.Values, found.load)
			capacity.Timestamps, capacity.Values = append(capacity.Timestamps, wire.Time{Time: hour}), append(capacity.Values, found.capacity)
		}
	}
	out := &forecastOutput{LoadForecast: []loadForecast{load}, CapacityForecast: capacity, UpdateTime: wire.Time{Time: f.updated}}
	if f.updated.IsZero() {
		out.UpdateTime = wire.Time{Time: p.created}
	}
	return out, nil
}
