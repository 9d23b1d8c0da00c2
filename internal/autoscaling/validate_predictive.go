package autoscaling

import (
	"fmt"
	"slices"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// The enumerations and limits of PredictiveScalingPolicyConfiguration.
var (
	predictiveModes = []string{"ForecastOnly", "ForecastAndScale"}
	breachBehaviors = []string{"HonorMaxCapacity", "IncreaseMaxCapacity"}
)

const (
	maxSchedulingBuffer  = 3600 // seconds
	maxMaxCapacityBuffer = 100  // percent
)

func checkPredictive(r *report, _ subject, p Policy) {
	c := p.Predictive
	if c == nil {
		return
	}
	r.in(inPredictive, func() {
		switch {
		case c.Mode == "":
			r.add(PredictiveOnlyForecasts, "mode", "without mode the policy forecasts and does not scale: write ForecastAndScale to scale, or ForecastOnly to say so")
		case !slices.Contains(predictiveModes, c.Mode):
			r.add(PredictiveModeUnknown, "mode", "there is no mode %s: write %s", shown(c.Mode), anyOf(predictiveModes))
		}
		if t := c.SchedulingBufferTime; t != nil && (*t < 0 || *t > maxSchedulingBuffer) {
			r.add(SchedulingBufferOutOfRange, "schedulingBufferTime", "schedulingBufferTime is %d seconds: write 0 to %d", *t, maxSchedulingBuffer)
		}
		r.maxCapacityBreach(c)
		if n := len(c.Metrics); n != 1 {
			r.add(PredictiveMetricCount, "metricSpecifications", "there are %d metric specifications, and a policy has exactly one", n)
		}
		for i, m := range c.Metrics {
			r.in(fmt.Sprintf("metricSpecifications[%d]", i), func() { r.predictiveMetric(m) })
		}
	})
}

func (r *report) maxCapacityBreach(c *Predictive) {
	const field = "maxCapacityBuffer"
	increase := c.MaxCapacityBreachBehavior == "IncreaseMaxCapacity"
	if b := c.MaxCapacityBreachBehavior; b != "" && !slices.Contains(breachBehaviors, b) {
		r.add(BreachBehaviorUnknown, "maxCapacityBreachBehavior", "there is no behavior %s: write %s", shown(b), anyOf(breachBehaviors))
		return
	}
	switch b := c.MaxCapacityBuffer; {
	case b == nil && increase:
		r.add(MaxCapacityBufferMissing, field, "IncreaseMaxCapacity needs maxCapacityBuffer: write 0 to %d percent", maxMaxCapacityBuffer)
	case b != nil && !increase:
		r.add(MaxCapacityBufferUnused, field, "maxCapacityBuffer goes with maxCapacityBreachBehavior IncreaseMaxCapacity only: remove it")
	case b != nil && (*b < 0 || *b > maxMaxCapacityBuffer):
		r.add(MaxCapacityBufferOutOfRange, field, "maxCapacityBuffer is %d percent: write 0 to %d", *b, maxMaxCapacityBuffer)
	}
}

// predictiveMetric checks a metric specification: a pair, or a load and a
// scaling metric, each of which is predefined or customized.
func (r *report) predictiveMetric(m PredictiveMetric) {
	r.targetValue(m.TargetValue)
	pair := m.PredefinedPair != nil
	for _, half := range []struct {
		name       string
		use        catalog.PredictiveUse
		predefined *PredefinedMetric
		customized []MetricQuery
	}{
		{"Load", catalog.PredictiveLoad, m.PredefinedLoad, m.CustomizedLoad},
		{"Scaling", catalog.PredictiveScaling, m.PredefinedScaling, m.CustomizedScaling},
	} {
		predefined, customized := "predefined"+half.name+"MetricSpecification", "customized"+half.name+"MetricSpecification"
		given := half.predefined != nil || len(half.customized) > 0
		switch {
		case pair && given:
			r.add(PredictiveMetricAmbiguous, "predefinedMetricPairSpecification", "the pair already says which metrics are meant: remove it, or %s and %s", predefined, customized)
		case half.predefined != nil && len(half.customized) > 0:
			r.add(PredictiveMetricAmbiguous, customized, "write %s or %s, not both", predefined, customized)
		case !pair && !given:
			r.add(PredictiveMetricMissing, "", "a forecast needs a load and a scaling metric: write predefinedMetricPairSpecification, or %s, or %s", predefined, customized)
		}
		r.predictivePredefined(predefined, half.use, half.predefined)
		r.predictiveQueries(customized, half.customized)
	}
	r.predictivePredefined("predefinedMetricPairSpecification", catalog.PredictivePair, m.PredefinedPair)
	r.predictiveQueries("customizedCapacityMetricSpecification", m.CustomizedCapacity)
}

func (r *report) predictiveQueries(field string, queries []MetricQuery) {
	if len(queries) > 0 {
		r.queries(field+".metricDataQueries", queries)
	}
}

// predictivePredefined checks a predefined metric. AWS documents one list of
// types for all uses, and answers to a wrong pair with the types of pairs; of the
// others it is therefore only a guess that a type is wrong.
func (r *report) predictivePredefined(in string, use catalog.PredictiveUse, m *PredefinedMetric) {
	if m == nil {
		return
	}
	const field = "predefinedMetricType"
	allowed := catalog.PredictiveMetricsFor(use)
	r.in(in, func() {
		switch {
		case !slices.Contains(catalog.PredictiveMetrics(), m.Type):
			r.add(MetricTypeUnknown, field, "there is no predefined metric %s for predictive scaling: write %s", shown(m.Type), anyOf(allowed))
			return
		case slices.Contains(allowed, m.Type):
		case use == catalog.PredictivePair:
			r.add(PredictiveMetricForeign, field, "%s is not a %s: write %s", m.Type, use, anyOf(allowed))
		default:
			r.add(PredictiveMetricProbablyForeign, field, "%s is probably not a %s: write %s", m.Type, use, anyOf(allowed))
		}
		// All that count requests of a load balancer are told which.
		r.resourceLabel(*m, slices.Contains([]string{"ALBRequestCount", "ALBRequestCountPerTarget", "TotalALBRequestCount"}, m.Type))
	})
}
