package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ScalingPolicy says how AWS changes the capacity of a scalable target: by
// holding a metric at a target value, by steps when a CloudWatch alarm fires,
// or ahead of a forecast load.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=scalingpolicies,singular=scalingpolicy,shortName=aassp,categories={aws,ack,autoscaling}
// +kubebuilder:printcolumn:name=TARGET,type=string,JSONPath=`.spec['resourceID','resourceRef.from.name']`,description="Resource that is scaled, or the ScalableTarget object that names it"
// +kubebuilder:printcolumn:name=TYPE,type=string,JSONPath=`.spec.policyType`,description="Kind of policy"
// +kubebuilder:printcolumn:name=METRIC,type=string,JSONPath=`.spec.targetTrackingScalingPolicyConfiguration['predefinedMetricSpecification.predefinedMetricType','customizedMetricSpecification.metricName','customizedMetricSpecification..expression','customizedMetricSpecification..metricName']`,description="Metric that is held at the target value; of metric math the first expression"
// +kubebuilder:printcolumn:name=TARGET-VALUE,type=number,JSONPath=`.spec.targetTrackingScalingPolicyConfiguration.targetValue`,description="Value at which the metric is held"
// +kubebuilder:printcolumn:name=ALARMS,type=integer,JSONPath=`.status.alarmCount`,description="How many CloudWatch alarms start the policy"
// +kubebuilder:printcolumn:name=READY,type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether AWS has what is declared"
// +kubebuilder:printcolumn:name=STATUS,type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,description="What is wrong and what to do"
// +kubebuilder:printcolumn:name=ARN,type=string,priority=1,JSONPath=`.status.ackResourceMetadata.arn`,description="Amazon Resource Name"
// +kubebuilder:printcolumn:name=AGE,type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="has(self.spec) || !has(oldSelf.spec)",message="spec cannot be removed: delete the object instead"
type ScalingPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// The policy that shall exist. It may be absent on an object that adopts an
	// existing policy; the controller then fills it in.
	Spec ScalingPolicySpec `json:"spec,omitzero"`
	// What the controller last saw and did. Only the controller writes it.
	// +structType=atomic
	Status ScalingPolicyStatus `json:"status,omitzero"`
}

// GetStatus returns the shared part of the status.
func (o *ScalingPolicy) GetStatus() *CommonStatus { return &o.Status.CommonStatus }

// ScalingPolicyList is a list of ScalingPolicy objects.
//
// +kubebuilder:object:root=true
type ScalingPolicyList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ScalingPolicy `json:"items"`
}

// ScalingPolicySpec declares a scaling policy (AWS API: PutScalingPolicy).
//
// +kubebuilder:validation:XValidation:rule="has(self.resourceRef) || (has(self.resourceID) && has(self.scalableDimension) && has(self.serviceNamespace))",message="which scalable target is meant? write resourceID, scalableDimension and serviceNamespace, or resourceRef.from.name with the name of a ScalableTarget object"
// +kubebuilder:validation:XValidation:rule="!has(self.resourceRef) || !(has(self.resourceID) || has(self.scalableDimension) || has(self.serviceNamespace))",message="resourceRef already says which scalable target is meant: write resourceRef, or resourceID, scalableDimension and serviceNamespace, not both"
// +kubebuilder:validation:XValidation:rule="has(self.resourceRef) == has(oldSelf.resourceRef)",fieldPath=".resourceRef",message="resourceRef is immutable: create a new object with the new value and delete this one"
// +kubebuilder:validation:XValidation:rule="!has(self.scalableDimension) || !has(self.serviceNamespace) || self.scalableDimension.startsWith(self.serviceNamespace + ':')",fieldPath=".serviceNamespace",message="serviceNamespace must be the part of scalableDimension before its first colon, such as sagemaker for sagemaker:variant:DesiredInstanceCount",messageExpression="'serviceNamespace must be the part of scalableDimension before its first colon: for ' + self.scalableDimension + ' write ' + self.scalableDimension.split(':')[0]"
// +kubebuilder:validation:XValidation:rule="has(self.targetTrackingScalingPolicyConfiguration) ? !has(self.stepScalingPolicyConfiguration) && !has(self.predictiveScalingPolicyConfiguration) : !has(self.stepScalingPolicyConfiguration) || !has(self.predictiveScalingPolicyConfiguration)",message="a policy has one configuration: write only one of targetTrackingScalingPolicyConfiguration, stepScalingPolicyConfiguration and predictiveScalingPolicyConfiguration"
// +kubebuilder:validation:XValidation:rule="!has(self.policyType) || self.policyType != 'TargetTrackingScaling' || has(self.targetTrackingScalingPolicyConfiguration)",fieldPath=".policyType",message="policyType TargetTrackingScaling goes with targetTrackingScalingPolicyConfiguration: write that block, or the policyType of the block you have"
// +kubebuilder:validation:XValidation:rule="!has(self.policyType) || self.policyType != 'StepScaling' || has(self.stepScalingPolicyConfiguration)",fieldPath=".policyType",message="policyType StepScaling goes with stepScalingPolicyConfiguration: write that block, or the policyType of the block you have"
// +kubebuilder:validation:XValidation:rule="!has(self.policyType) || self.policyType != 'PredictiveScaling' || has(self.predictiveScalingPolicyConfiguration)",fieldPath=".policyType",message="policyType PredictiveScaling goes with predictiveScalingPolicyConfiguration: write that block, or the policyType of the block you have"
type ScalingPolicySpec struct {
	// Name of the policy in AWS, unique among the policies of the scalable
	// target. It cannot be changed.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="policyName is immutable: create a new object with the new value and delete this one"
	PolicyName string `json:"policyName"`
	// Scalable target that the policy scales, named by a ScalableTarget object.
	// It stands in place of resourceID, scalableDimension and serviceNamespace
	// and cannot be changed.
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="resourceRef is immutable: create a new object with the new value and delete this one"
	ResourceRef *Reference `json:"resourceRef,omitempty"`
	// Resource of the scalable target that the policy scales, such as
	// endpoint/my-endpoint/variant/AllTraffic. It cannot be changed.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1600
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="resourceID is immutable: create a new object with the new value and delete this one"
	ResourceID *string `json:"resourceID,omitempty"`
	// Dimension of the scalable target that the policy scales, such as
	// sagemaker:variant:DesiredInstanceCount. It cannot be changed.
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="scalableDimension is immutable: create a new object with the new value and delete this one"
	ScalableDimension *string `json:"scalableDimension,omitempty"`
	// AWS service of the scalable target: the part of scalableDimension before
	// its first colon, such as sagemaker. It cannot be changed.
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="serviceNamespace is immutable: create a new object with the new value and delete this one"
	ServiceNamespace *string `json:"serviceNamespace,omitempty"`
	// Kind of policy. It may be omitted: the configuration block that is written
	// says it.
	// +kubebuilder:validation:Enum=TargetTrackingScaling;StepScaling;PredictiveScaling
	PolicyType *string `json:"policyType,omitempty"`
	// Configuration of a policy that holds a metric at a target value. AWS makes
	// and owns the CloudWatch alarms it needs.
	TargetTrackingScalingPolicyConfiguration *TargetTrackingConfiguration `json:"targetTrackingScalingPolicyConfiguration,omitempty"`
	// Configuration of a policy that changes the capacity by steps. The
	// CloudWatch alarm that starts it is made by you; it has the ARN of the
	// policy as alarm action.
	StepScalingPolicyConfiguration *StepScalingConfiguration `json:"stepScalingPolicyConfiguration,omitempty"`
	// Configuration of a policy that adds capacity ahead of a forecast load. AWS
	// offers it for ECS services.
	PredictiveScalingPolicyConfiguration *PredictiveScalingConfiguration `json:"predictiveScalingPolicyConfiguration,omitempty"`
}

// ScalingPolicyStatus is what the controller last saw and did.
type ScalingPolicyStatus struct {
	CommonStatus `json:",inline"`

	// CloudWatch alarms of the policy: those that AWS made for target tracking,
	// or yours that start a step policy.
	// +listType=atomic
	Alarms []Alarm `json:"alarms,omitempty"`
	// How many alarms there are. A step policy with none never scales. Absent
	// until AWS has the policy, and for predictive scaling, which needs none.
	AlarmCount *int64 `json:"alarmCount,omitempty"`
}

// Alarm names a CloudWatch alarm.
type Alarm struct {
	// Amazon Resource Name of the alarm.
	AlarmARN *string `json:"alarmARN,omitempty"`
	// Name of the alarm.
	AlarmName *string `json:"alarmName,omitempty"`
	// How AWS set the alarm up, by names such as threshold, when it was seen
	// first. An alarm that is found to be set otherwise was edited, and AWS is
	// asked to make it anew. Absent for alarms that are yours, and until the
	// first check after AWS made the alarm.
	Configuration map[string]string `json:"configuration,omitempty"`
}
