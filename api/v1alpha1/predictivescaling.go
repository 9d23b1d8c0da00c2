package v1alpha1

// PredictiveScalingConfiguration adds capacity ahead of a forecast load (AWS
// API: PredictiveScalingPolicyConfiguration).
//
// +kubebuilder:validation:XValidation:rule="has(self.metricSpecifications)",message="metricSpecifications is missing: write one entry"
// +kubebuilder:validation:XValidation:rule="has(self.maxCapacityBuffer) == (has(self.maxCapacityBreachBehavior) && self.maxCapacityBreachBehavior == 'IncreaseMaxCapacity')",fieldPath=".maxCapacityBuffer",message="maxCapacityBuffer goes with maxCapacityBreachBehavior IncreaseMaxCapacity: write both or neither"
type PredictiveScalingConfiguration struct {
	// What is forecast and what capacity is computed from it. AWS takes exactly
	// one entry.
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1
	// +listType=atomic
	MetricSpecifications []PredictiveMetric `json:"metricSpecifications,omitempty"`
	// Whether AWS only forecasts (ForecastOnly) or scales too
	// (ForecastAndScale). ForecastOnly when omitted.
	// +kubebuilder:validation:Enum=ForecastOnly;ForecastAndScale
	Mode *string `json:"mode,omitempty"`
	// Seconds by which capacity is added earlier than the forecast says. 300
	// when omitted.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=3600
	SchedulingBufferTime *int64 `json:"schedulingBufferTime,omitempty"`
	// What happens when the forecast capacity comes near or exceeds the upper
	// bound of the target: it is kept (HonorMaxCapacity) or raised
	// (IncreaseMaxCapacity). AWS does not lower it again. HonorMaxCapacity when
	// omitted.
	// +kubebuilder:validation:Enum=HonorMaxCapacity;IncreaseMaxCapacity
	MaxCapacityBreachBehavior *string `json:"maxCapacityBreachBehavior,omitempty"`
	// Percent of the forecast capacity by which the upper bound is raised above
	// it. Only with IncreaseMaxCapacity, and then required.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	MaxCapacityBuffer *int64 `json:"maxCapacityBuffer,omitempty"`
}

// PredictiveMetric says what load is forecast and what use of the capacity is
// aimed at: a predefined pair of metrics, or a load and a scaling metric (AWS
// API: PredictiveScalingMetricSpecification).
//
// +kubebuilder:validation:XValidation:rule="has(self.targetValue)",message="targetValue is missing: write the value at which the scaling metric shall be held"
// +kubebuilder:validation:XValidation:rule="!has(self.predefinedMetricPairSpecification) || !(has(self.predefinedLoadMetricSpecification) || has(self.customizedLoadMetricSpecification) || has(self.predefinedScalingMetricSpecification) || has(self.customizedScalingMetricSpecification))",message="predefinedMetricPairSpecification names both metrics already: write the pair, or one load and one scaling metric, not both"
// +kubebuilder:validation:XValidation:rule="has(self.predefinedMetricPairSpecification) || has(self.predefinedLoadMetricSpecification) != has(self.customizedLoadMetricSpecification)",message="a forecast needs exactly one load metric: write predefinedLoadMetricSpecification, customizedLoadMetricSpecification or predefinedMetricPairSpecification"
// +kubebuilder:validation:XValidation:rule="has(self.predefinedMetricPairSpecification) || has(self.predefinedScalingMetricSpecification) != has(self.customizedScalingMetricSpecification)",message="a forecast needs exactly one scaling metric: write predefinedScalingMetricSpecification, customizedScalingMetricSpecification or predefinedMetricPairSpecification"
type PredictiveMetric struct {
	// Value at which the scaling metric is held, in the unit of the metric.
	TargetValue *float64 `json:"targetValue,omitempty"`
	// Load and scaling metric together, named by one word.
	PredefinedMetricPairSpecification *PredefinedPredictiveMetric `json:"predefinedMetricPairSpecification,omitempty"`
	// Load that is forecast, as AWS has defined it.
	PredefinedLoadMetricSpecification *PredefinedPredictiveMetric `json:"predefinedLoadMetricSpecification,omitempty"`
	// Load that is forecast, as metric math.
	CustomizedLoadMetricSpecification *CustomizedPredictiveMetric `json:"customizedLoadMetricSpecification,omitempty"`
	// Use of the capacity that is held at targetValue, as AWS has defined it.
	PredefinedScalingMetricSpecification *PredefinedPredictiveMetric `json:"predefinedScalingMetricSpecification,omitempty"`
	// Use of the capacity that is held at targetValue, as metric math.
	CustomizedScalingMetricSpecification *CustomizedPredictiveMetric `json:"customizedScalingMetricSpecification,omitempty"`
	// Capacity that there was, as metric math, for customized metrics that do
	// not tell it.
	CustomizedCapacityMetricSpecification *CustomizedPredictiveMetric `json:"customizedCapacityMetricSpecification,omitempty"`
}

// PredefinedPredictiveMetric names a metric, or a pair of metrics, that AWS has
// defined for predictive scaling.
//
// +kubebuilder:validation:XValidation:rule="has(self.predefinedMetricType)",message="predefinedMetricType is missing: write the name of a predefined metric, such as ECSServiceCPUUtilization"
type PredefinedPredictiveMetric struct {
	// Name of the metric or pair: ECSServiceCPUUtilization,
	// ECSServiceMemoryUtilization or ALBRequestCount for a pair,
	// ECSServiceTotalCPUUtilization, ECSServiceTotalMemoryUtilization or
	// TotalALBRequestCount for a load, ECSServiceAverageCPUUtilization,
	// ECSServiceAverageMemoryUtilization or ALBRequestCountPerTarget for scaling.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	PredefinedMetricType *string `json:"predefinedMetricType,omitempty"`
	// Load balancer target group that is meant, in the form
	// app/<load balancer>/<id>/targetgroup/<target group>/<id>. Only for metrics
	// that count requests of a load balancer.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1023
	ResourceLabel *string `json:"resourceLabel,omitempty"`
}

// CustomizedPredictiveMetric is a metric of predictive scaling given as metric
// math.
//
// +kubebuilder:validation:XValidation:rule="has(self.metricDataQueries)",message="metricDataQueries is missing: write at least one entry"
type CustomizedPredictiveMetric struct {
	// Metrics and expressions over them, of which exactly one returns data.
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=500
	// +kubebuilder:validation:XValidation:rule="self.filter(m, !has(m.returnData) || m.returnData).size() == 1",message="exactly one of the metricDataQueries returns data: write returnData: false on all but the final one"
	// +listType=map
	// +listMapKey=id
	MetricDataQueries []MetricQuery `json:"metricDataQueries,omitempty"`
}
