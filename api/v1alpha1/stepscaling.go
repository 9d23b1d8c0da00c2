package v1alpha1

// StepScalingConfiguration changes the capacity by steps that depend on how far
// a metric is beyond the threshold of its alarm (AWS API:
// StepScalingPolicyConfiguration).
//
// +kubebuilder:validation:XValidation:rule="has(self.adjustmentType)",message="adjustmentType is missing: write ChangeInCapacity, PercentChangeInCapacity or ExactCapacity"
// +kubebuilder:validation:XValidation:rule="has(self.stepAdjustments)",message="stepAdjustments is missing: write at least one step"
// +kubebuilder:validation:XValidation:rule="!has(self.adjustmentType) || self.adjustmentType != 'ExactCapacity' || !has(self.stepAdjustments) || self.stepAdjustments.all(s, !has(s.scalingAdjustment) || s.scalingAdjustment >= 0)",fieldPath=".stepAdjustments",message="ExactCapacity sets the capacity itself: write scalingAdjustment 0 or more in every step"
type StepScalingConfiguration struct {
	// What scalingAdjustment means: units that are added (ChangeInCapacity),
	// percent that are added (PercentChangeInCapacity), or the new capacity
	// itself (ExactCapacity).
	// +kubebuilder:validation:Enum=ChangeInCapacity;PercentChangeInCapacity;ExactCapacity
	AdjustmentType *string `json:"adjustmentType,omitempty"`
	// Seconds after a scaling during which the policy scales again only for a
	// greater step. 300 when omitted.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Cooldown *int64 `json:"cooldown,omitempty"`
	// How the recent data points of the metric are made into one. Average when
	// omitted.
	// +kubebuilder:validation:Enum=Average;Minimum;Maximum
	MetricAggregationType *string `json:"metricAggregationType,omitempty"`
	// Units by which PercentChangeInCapacity changes the capacity at least.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	MinAdjustmentMagnitude *int64 `json:"minAdjustmentMagnitude,omitempty"`
	// The steps. Their intervals must neither overlap nor leave gaps.
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:XValidation:rule="self.all(a, self.filter(b, (!has(a.metricIntervalUpperBound) || !has(b.metricIntervalLowerBound) || b.metricIntervalLowerBound < a.metricIntervalUpperBound) && (!has(b.metricIntervalUpperBound) || !has(a.metricIntervalLowerBound) || a.metricIntervalLowerBound < b.metricIntervalUpperBound)).size() <= 1)",message="two steps overlap: begin each step at the metricIntervalUpperBound of the one below it"
	// +kubebuilder:validation:XValidation:rule="self.all(a, !has(a.metricIntervalUpperBound) || self.exists(b, has(b.metricIntervalLowerBound) && b.metricIntervalLowerBound == a.metricIntervalUpperBound) || !self.exists(b, has(b.metricIntervalLowerBound) && b.metricIntervalLowerBound > a.metricIntervalUpperBound))",message="there is a gap between two steps: begin each step at the metricIntervalUpperBound of the one below it"
	// +kubebuilder:validation:XValidation:rule="!self.exists(a, has(a.metricIntervalLowerBound) && a.metricIntervalLowerBound < 0.0) || self.exists(a, !has(a.metricIntervalLowerBound))",message="a step has a negative metricIntervalLowerBound, so the lowest step must have none: omit its metricIntervalLowerBound"
	// +kubebuilder:validation:XValidation:rule="!self.exists(a, has(a.metricIntervalUpperBound) && a.metricIntervalUpperBound > 0.0) || self.exists(a, !has(a.metricIntervalUpperBound))",message="a step has a positive metricIntervalUpperBound, so the highest step must have none: omit its metricIntervalUpperBound"
	// +listType=atomic
	StepAdjustments []StepAdjustment `json:"stepAdjustments,omitempty"`
}

// StepAdjustment is one step. Its bounds are differences from the threshold of
// the alarm.
//
// +kubebuilder:validation:XValidation:rule="has(self.scalingAdjustment)",message="scalingAdjustment is missing: write by how much the step changes the capacity"
// +kubebuilder:validation:XValidation:rule="has(self.metricIntervalLowerBound) || has(self.metricIntervalUpperBound)",message="a step needs a bound: write metricIntervalLowerBound, metricIntervalUpperBound or both"
// +kubebuilder:validation:XValidation:rule="!has(self.metricIntervalLowerBound) || !has(self.metricIntervalUpperBound) || self.metricIntervalLowerBound < self.metricIntervalUpperBound",fieldPath=".metricIntervalUpperBound",message="metricIntervalUpperBound must be greater than metricIntervalLowerBound"
type StepAdjustment struct {
	// Where the step begins, as difference of the metric from the threshold of
	// the alarm. No lower bound when omitted.
	MetricIntervalLowerBound *float64 `json:"metricIntervalLowerBound,omitempty"`
	// Where the step ends, as difference of the metric from the threshold of the
	// alarm. No upper bound when omitted.
	MetricIntervalUpperBound *float64 `json:"metricIntervalUpperBound,omitempty"`
	// Change of the capacity, as adjustmentType says: units or percent to add,
	// negative to remove, or the new capacity.
	// +kubebuilder:validation:Minimum=-2147483648
	// +kubebuilder:validation:Maximum=2147483647
	ScalingAdjustment *int64 `json:"scalingAdjustment,omitempty"`
}
