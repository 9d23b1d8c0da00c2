package appautoscaling

import (
	"fmt"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The types of policies (AWS API: PolicyType).
const (
	stepScaling       = "StepScaling"
	targetTracking    = "TargetTrackingScaling"
	predictiveScaling = "PredictiveScaling"
)

// The configurations of policies, in requests, in the state and in answers:
// the service echoes what it was given and adds no defaults.

type stepConfig struct {
	AdjustmentType         *string          `json:",omitempty"`
	StepAdjustments        []stepAdjustment `json:",omitempty"`
	MinAdjustmentMagnitude *int32           `json:",omitempty"`
	Cooldown               *int32           `json:",omitempty"`
	MetricAggregationType  *string          `json:",omitempty"`
}

type stepAdjustment struct {
	MetricIntervalLowerBound *float64 `json:",omitempty"`
	MetricIntervalUpperBound *float64 `json:",omitempty"`
	ScalingAdjustment        *int32   `json:",omitempty"`
}

type trackingConfig struct {
	TargetValue                   *float64          `json:",omitempty"`
	PredefinedMetricSpecification *predefinedMetric `json:",omitempty"`
	CustomizedMetricSpecification *customizedMetric `json:",omitempty"`
	ScaleOutCooldown              *int32            `json:",omitempty"`
	ScaleInCooldown               *int32            `json:",omitempty"`
	DisableScaleIn                *bool             `json:",omitempty"`
}

type predefinedMetric struct {
	PredefinedMetricType *string `json:",omitempty"`
	ResourceLabel        *string `json:",omitempty"`
}

type customizedMetric struct {
	MetricName *string           `json:",omitempty"`
	Namespace  *string           `json:",omitempty"`
	Dimensions []metricDimension `json:",omitempty"`
	Statistic  *string           `json:",omitempty"`
	Unit       *string           `json:",omitempty"`
	Metrics    []metricQuery     `json:",omitempty"`
}

type metricDimension struct {
	Name  *string `json:",omitempty"`
	Value *string `json:",omitempty"`
}

type metricQuery struct {
	Expression *string     `json:",omitempty"`
	ID         *string     `json:"Id,omitempty"`
	Label      *string     `json:",omitempty"`
	MetricStat *metricStat `json:",omitempty"`
	ReturnData *bool       `json:",omitempty"`
}

type metricStat struct {
	Metric *statMetric `json:",omitempty"`
	Stat   *string     `json:",omitempty"`
	Unit   *string     `json:",omitempty"`
}

type statMetric struct {
	Dimensions []metricDimension `json:",omitempty"`
	MetricName *string           `json:",omitempty"`
	Namespace  *string           `json:",omitempty"`
}

type predictiveConfig struct {
	MetricSpecifications      []predictiveMetric `json:",omitempty"`
	Mode                      *string            `json:",omitempty"`
	SchedulingBufferTime      *int32             `json:",omitempty"`
	MaxCapacityBreachBehavior *string            `json:",omitempty"`
	MaxCapacityBuffer         *int32             `json:",omitempty"`
}

type predictiveMetric struct {
	TargetValue                           *float64           `json:",omitempty"`
	PredefinedMetricPairSpecification     *predefinedMetric  `json:",omitempty"`
	PredefinedScalingMetricSpecification  *predefinedMetric  `json:",omitempty"`
	PredefinedLoadMetricSpecification     *predefinedMetric  `json:",omitempty"`
	CustomizedScalingMetricSpecification  *predictiveQueries `json:",omitempty"`
	CustomizedLoadMetricSpecification     *predictiveQueries `json:",omitempty"`
	CustomizedCapacityMetricSpecification *predictiveQueries `json:",omitempty"`
}

type predictiveQueries struct {
	MetricDataQueries []metricQuery `json:",omitempty"`
}

func (s *stepConfig) check(c *wire.Constraints, at string) {
	if s == nil {
		return
	}
	checkEnum(c, at+".adjustmentType", s.AdjustmentType, changeInCapacity, percentChange, exactCapacity)
	checkEnum(c, at+".metricAggregationType", s.MetricAggregationType, "Average", "Minimum", "Maximum")
	for i, step := range s.StepAdjustments {
		c.Require(element(at+".stepAdjustments", i)+".scalingAdjustment", step.ScalingAdjustment != nil)
	}
}

func (t *trackingConfig) check(c *wire.Constraints, at string) {
	if t == nil {
		return
	}
	c.Require(at+".targetValue", t.TargetValue != nil)
	if p := t.PredefinedMetricSpecification; p != nil {
		metricType := at + ".predefinedMetricSpecification.predefinedMetricType"
		c.Require(metricType, p.PredefinedMetricType != nil)
		checkEnum(c, metricType, p.PredefinedMetricType, metricTypes...)
		checkLength(c, at+".predefinedMetricSpecification.resourceLabel", p.ResourceLabel, maxLabel)
	}
	if m := t.CustomizedMetricSpecification; m != nil {
		at += ".customizedMetricSpecification"
		for i, d := range m.Dimensions {
			c.Require(element(at+".dimensions", i)+".name", d.Name != nil)
			c.Require(element(at+".dimensions", i)+".value", d.Value != nil)
		}
		checkEnum(c, at+".statistic", m.Statistic, "Average", "Minimum", "Maximum", "SampleCount", "Sum")
		checkQueries(c, at+".metrics", m.Metrics)
	}
}

func (p *predictiveConfig) check(c *wire.Constraints, at string) {
	if p == nil {
		return
	}
	c.Require(at+".metricSpecifications", p.MetricSpecifications != nil)
	checkEnum(c, at+".mode", p.Mode, "ForecastOnly", "ForecastAndScale")
	checkEnum(c, at+".maxCapacityBreachBehavior", p.MaxCapacityBreachBehavior, honorMax, increaseMax)
	if v := p.SchedulingBufferTime; v != nil {
		c.Range(at+".schedulingBufferTime", int64(*v), 0, 3600)
	}
	if v := p.MaxCapacityBuffer; v != nil {
		c.Range(at+".maxCapacityBuffer", int64(*v), 0, 100)
	}
	for i, m := range p.MetricSpecifications {
		m.check(c, element(at+".metricSpecifications", i))
	}
}

func (m predictiveMetric) check(c *wire.Constraints, at string) {
	c.Require(at+".targetValue", m.TargetValue != nil)
	m.PredefinedMetricPairSpecification.checkPredictive(c, at+".predefinedMetricPairSpecification")
	m.PredefinedScalingMetricSpecification.checkPredictive(c, at+".predefinedScalingMetricSpecification")
	m.PredefinedLoadMetricSpecification.checkPredictive(c, at+".predefinedLoadMetricSpecification")
	m.CustomizedScalingMetricSpecification.check(c, at+".customizedScalingMetricSpecification")
	m.CustomizedLoadMetricSpecification.check(c, at+".customizedLoadMetricSpecification")
	m.CustomizedCapacityMetricSpecification.check(c, at+".customizedCapacityMetricSpecification")
}

// checkPredictive checks a predefined metric of predictive scaling, whose type
// is no enumeration in the API's model.
func (p *predefinedMetric) checkPredictive(c *wire.Constraints, at string) {
	if p == nil {
		return
	}
	c.Require(at+".predefinedMetricType", p.PredefinedMetricType != nil)
	checkLength(c, at+".predefinedMetricType", p.PredefinedMetricType, maxPredictiveType)
	checkLength(c, at+".resourceLabel", p.ResourceLabel, maxLabel)
}

func (q *predictiveQueries) check(c *wire.Constraints, at string) {
	if q != nil {
		c.Require(at+".metricDataQueries", q.MetricDataQueries != nil)
		checkQueries(c, at+".metricDataQueries", q.MetricDataQueries)
	}
}

// Constraints of the API's model.
const (
	maxLabel          = 1023 // ResourceLabel, and units in metric math
	maxPredictiveType = 128
	maxExpression     = 2048
	maxMetricText     = 255
	maxDimensionValue = 1024
)

// checkQueries checks the constraints of metric math.
func checkQueries(c *wire.Constraints, at string, queries []metricQuery) {
	for i, q := range queries {
		at := element(at, i)
		c.Require(at+".id", q.ID != nil)
		checkLength(c, at+".id", q.ID, maxMetricText)
		checkLength(c, at+".expression", q.Expression, maxExpression)
		if q.MetricStat != nil {
			q.MetricStat.check(c, at+".metricStat")
		}
	}
}

func (s *metricStat) check(c *wire.Constraints, at string) {
	c.Require(at+".metric", s.Metric != nil)
	c.Require(at+".stat", s.Stat != nil)
	checkLength(c, at+".unit", s.Unit, maxLabel)
	if s.Metric == nil {
		return
	}
	checkLength(c, at+".metric.metricName", s.Metric.MetricName, maxMetricText)
	checkLength(c, at+".metric.namespace", s.Metric.Namespace, maxMetricText)
	for i, d := range s.Metric.Dimensions {
		at := element(at+".metric.dimensions", i)
		c.Require(at+".name", d.Name != nil)
		c.Require(at+".value", d.Value != nil)
		checkLength(c, at+".name", d.Name, maxMetricText)
		checkLength(c, at+".value", d.Value, maxDimensionValue)
	}
}

// element is how messages name an element of a list.
func element(list string, i int) string { return fmt.Sprintf("%s.%d.member", list, i+1) }

func checkLength(c *wire.Constraints, member string, value *string, maximum int) {
	if value != nil {
		c.Length(member, *value, 1, maximum)
	}
}
