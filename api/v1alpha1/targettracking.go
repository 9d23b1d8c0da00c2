package v1alpha1

// TargetTrackingConfiguration holds a metric at a target value (AWS API:
// TargetTrackingScalingPolicyConfiguration).
//
// +kubebuilder:validation:XValidation:rule="has(self.targetValue)",message="targetValue is missing: write the value at which the metric shall be held"
// +kubebuilder:validation:XValidation:rule="has(self.predefinedMetricSpecification) != has(self.customizedMetricSpecification)",message="target tracking follows exactly one metric: write either predefinedMetricSpecification or customizedMetricSpecification"
type TargetTrackingConfiguration struct {
	// Value at which the metric is held, in the unit of the metric.
	TargetValue *float64 `json:"targetValue,omitempty"`
	// True: the policy adds capacity and never removes any. False when omitted.
	DisableScaleIn *bool `json:"disableScaleIn,omitempty"`
	// Seconds after a scale in during which the policy does not scale in again.
	// The default depends on the service: 300 for most, SageMaker among them, 0
	// for DynamoDB and Lambda.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	ScaleInCooldown *int64 `json:"scaleInCooldown,omitempty"`
	// Seconds after a scale out during which the policy scales out again only
	// for a greater breach. The default is that of scaleInCooldown.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	ScaleOutCooldown *int64 `json:"scaleOutCooldown,omitempty"`
	// Metric that AWS has defined for the service.
	PredefinedMetricSpecification *PredefinedMetric `json:"predefinedMetricSpecification,omitempty"`
	// CloudWatch metric of your choice. Its value must fall when capacity is
	// added, and rise when capacity is removed.
	CustomizedMetricSpecification *CustomizedMetric `json:"customizedMetricSpecification,omitempty"`
}

// PredefinedMetric names a metric that AWS has defined (AWS API:
// PredefinedMetricSpecification).
//
// +kubebuilder:validation:XValidation:rule="has(self.predefinedMetricType)",message="predefinedMetricType is missing: write the name of a predefined metric, such as SageMakerVariantInvocationsPerInstance"
// +kubebuilder:validation:XValidation:rule="!has(self.predefinedMetricType) || self.predefinedMetricType != 'ALBRequestCountPerTarget' || has(self.resourceLabel)",fieldPath=".resourceLabel",message="ALBRequestCountPerTarget needs a resourceLabel: write app/<load balancer>/<id>/targetgroup/<target group>/<id>"
type PredefinedMetric struct {
	// Name of the metric, such as SageMakerVariantInvocationsPerInstance,
	// ECSServiceAverageCPUUtilization or DynamoDBReadCapacityUtilization.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	PredefinedMetricType *string `json:"predefinedMetricType,omitempty"`
	// Load balancer target group that is meant, in the form
	// app/<load balancer>/<id>/targetgroup/<target group>/<id>: the last part of
	// the ARN of the load balancer, then the last part of the ARN of the target
	// group. Only for metrics that count requests of a load balancer.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1023
	ResourceLabel *string `json:"resourceLabel,omitempty"`
}

// CustomizedMetric is a CloudWatch metric, or an expression over several (AWS
// API: CustomizedMetricSpecification).
//
// +kubebuilder:validation:XValidation:rule="has(self.metrics) || (has(self.metricName) && has(self.namespace) && has(self.statistic))",message="no metric is named: write metricName, namespace and statistic, or metrics for metric math"
// +kubebuilder:validation:XValidation:rule="!has(self.metrics) || !(has(self.metricName) || has(self.namespace) || has(self.statistic) || has(self.dimensions) || has(self.unit))",message="metrics already says which metric is meant: write metrics, or metricName, namespace, statistic, dimensions and unit, not both"
type CustomizedMetric struct {
	// Name of the metric, such as CPUUtilization.
	MetricName *string `json:"metricName,omitempty"`
	// CloudWatch namespace of the metric, such as /aws/sagemaker/Endpoints.
	Namespace *string `json:"namespace,omitempty"`
	// Dimensions of the metric. All dimensions with which the metric is
	// published must be given.
	// +listType=map
	// +listMapKey=name
	Dimensions []Dimension `json:"dimensions,omitempty"`
	// Statistic of the metric over each minute.
	// +kubebuilder:validation:Enum=Average;Minimum;Maximum;SampleCount;Sum
	Statistic *string `json:"statistic,omitempty"`
	// CloudWatch unit of the metric, such as Percent. Data points published with
	// another unit are ignored.
	Unit *string `json:"unit,omitempty"`
	// Metric math: metrics and expressions over them, of which exactly one
	// returns the value that is held at targetValue. It stands in place of the
	// other fields.
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=500
	// +kubebuilder:validation:XValidation:rule="self.filter(m, !has(m.returnData) || m.returnData).size() == 1",message="exactly one of the metrics returns data: write returnData: false on all but the final one"
	// +listType=map
	// +listMapKey=id
	Metrics []MetricQuery `json:"metrics,omitempty"`
}

// MetricQuery is a metric, or an expression over other entries of its list (AWS
// API: TargetTrackingMetricDataQuery, PredictiveScalingMetricDataQuery).
//
// +kubebuilder:validation:XValidation:rule="has(self.expression) != has(self.metricStat)",message="an entry is an expression or a metric: write either expression or metricStat"
type MetricQuery struct {
	// Name by which expressions refer to the entry: a lower case letter, then
	// letters, digits and underscores.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z][a-zA-Z0-9_]*$')",message="id must be a lower case letter, then letters, digits and underscores, such as m1"
	ID string `json:"id"`
	// CloudWatch metric math over other entries, such as m1 / m2. It must return
	// one time series.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=2048
	Expression *string `json:"expression,omitempty"`
	// Metric and the statistic to take of it.
	MetricStat *MetricStat `json:"metricStat,omitempty"`
	// What people shall read instead of id.
	Label *string `json:"label,omitempty"`
	// Whether the entry is the result rather than an intermediate value. True
	// when omitted.
	ReturnData *bool `json:"returnData,omitempty"`
}

// MetricStat is a metric and the statistic to take of it. The period is always
// one minute.
//
// +kubebuilder:validation:XValidation:rule="has(self.metric) && has(self.stat)",message="a metric needs both metric and stat: write which metric is meant, and a statistic such as Average, Sum or p99"
type MetricStat struct {
	// Metric that is meant.
	Metric *Metric `json:"metric,omitempty"`
	// Statistic of the metric over each minute: any that CloudWatch knows, such
	// as Average, Sum or p99.
	Stat *string `json:"stat,omitempty"`
	// CloudWatch unit of the metric, such as Percent. Data points published with
	// another unit are ignored.
	// +kubebuilder:validation:MaxLength=1023
	Unit *string `json:"unit,omitempty"`
}

// Metric names a CloudWatch metric.
type Metric struct {
	// CloudWatch namespace of the metric, such as AWS/SQS.
	// +kubebuilder:validation:MaxLength=255
	Namespace *string `json:"namespace,omitempty"`
	// Name of the metric, such as ApproximateNumberOfMessagesVisible.
	// +kubebuilder:validation:MaxLength=255
	MetricName *string `json:"metricName,omitempty"`
	// Dimensions of the metric. All dimensions with which the metric is
	// published must be given.
	// +listType=map
	// +listMapKey=name
	Dimensions []Dimension `json:"dimensions,omitempty"`
}
