package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ScalableTarget registers one capacity of one AWS resource with Application
// Auto Scaling, such as the instance count of a SageMaker endpoint variant, and
// sets the bounds between which scaling policies and scheduled actions may move
// it. Deleting the object deregisters the target, and AWS then deletes all
// scaling policies and scheduled actions of it.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=scalabletargets,singular=scalabletarget,shortName=aast,categories={aws,ack,autoscaling}
// +kubebuilder:printcolumn:name=RESOURCE,type=string,JSONPath=`.spec['resourceID','sageMakerEndpointRef.from.name']`,description="Resource that is scaled, or the Endpoint object that names it"
// +kubebuilder:printcolumn:name=DIMENSION,type=string,JSONPath=`.spec.scalableDimension`,description="Capacity of the resource that is scaled"
// +kubebuilder:printcolumn:name=MIN,type=integer,JSONPath=`.spec.minCapacity`,description="Lower bound that is declared"
// +kubebuilder:printcolumn:name=CURRENT,type=integer,JSONPath=`.status.currentCapacity`,description="Capacity now, where an Endpoint object tells it"
// +kubebuilder:printcolumn:name=MAX,type=integer,JSONPath=`.spec.maxCapacity`,description="Upper bound that is declared"
// +kubebuilder:printcolumn:name=SUSPENDED,type=string,JSONPath=`.spec.suspendedState`,description="Suspensions that are declared"
// +kubebuilder:printcolumn:name=READY,type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether AWS has what is declared"
// +kubebuilder:printcolumn:name=STATUS,type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,description="What is wrong and what to do"
// +kubebuilder:printcolumn:name=ARN,type=string,priority=1,JSONPath=`.status.ackResourceMetadata.arn`,description="Amazon Resource Name"
// +kubebuilder:printcolumn:name=REGION,type=string,priority=1,JSONPath=`.status.ackResourceMetadata.region`,description="AWS Region"
// +kubebuilder:printcolumn:name=AGE,type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="has(self.spec) || !has(oldSelf.spec)",message="spec cannot be removed: delete the object instead"
type ScalableTarget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// What shall be registered. It may be absent on an object that adopts an
	// existing target; the controller then fills it in.
	Spec ScalableTargetSpec `json:"spec,omitzero"`
	// What the controller last saw and did. Only the controller writes it.
	// +structType=atomic
	Status ScalableTargetStatus `json:"status,omitzero"`
}

// GetStatus returns the shared part of the status.
func (o *ScalableTarget) GetStatus() *CommonStatus { return &o.Status.CommonStatus }

// ScalableTargetList is a list of ScalableTarget objects.
//
// +kubebuilder:object:root=true
type ScalableTargetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ScalableTarget `json:"items"`
}

// ScalableTargetSpec declares a scalable target (AWS API:
// RegisterScalableTarget).
//
// +kubebuilder:validation:XValidation:rule="has(self.resourceID) || has(self.sageMakerEndpointRef)",message="which resource is meant? write resourceID, such as endpoint/my-endpoint/variant/AllTraffic, or sageMakerEndpointRef"
// +kubebuilder:validation:XValidation:rule="!has(self.resourceID) || !has(self.sageMakerEndpointRef)",message="sageMakerEndpointRef already says which resource is meant: write resourceID or sageMakerEndpointRef, not both"
// +kubebuilder:validation:XValidation:rule="has(self.resourceID) == has(oldSelf.resourceID)",fieldPath=".resourceID",message="resourceID is immutable: create a new object with the new value and delete this one"
// +kubebuilder:validation:XValidation:rule="!has(self.sageMakerEndpointRef) || self.scalableDimension.startsWith('sagemaker:variant:')",fieldPath=".sageMakerEndpointRef",message="sageMakerEndpointRef names an endpoint variant, so scalableDimension must be one of a variant: write sagemaker:variant:DesiredInstanceCount or sagemaker:variant:DesiredProvisionedConcurrency"
// +kubebuilder:validation:XValidation:rule="self.scalableDimension.startsWith(self.serviceNamespace + ':')",fieldPath=".serviceNamespace",message="serviceNamespace must be the part of scalableDimension before its first colon, such as sagemaker for sagemaker:variant:DesiredInstanceCount",messageExpression="'serviceNamespace must be the part of scalableDimension before its first colon: for ' + self.scalableDimension + ' write ' + self.scalableDimension.split(':')[0]"
// +kubebuilder:validation:XValidation:rule="!has(self.minCapacity) || !has(self.maxCapacity) || self.minCapacity <= self.maxCapacity",fieldPath=".minCapacity",message="minCapacity must not be greater than maxCapacity: raise maxCapacity or lower minCapacity"
// +kubebuilder:validation:XValidation:rule="!has(self.roleARN) || !has(self.roleRef) || self.roleARN.contains(':role/aws-service-role/')",fieldPath=".roleRef",message="roleARN and roleRef both name a role: write one of them"
type ScalableTargetSpec struct {
	// Resource that is scaled, in the form that AWS prescribes for the service:
	// endpoint/<endpoint>/variant/<variant> for SageMaker,
	// service/<cluster>/<service> for ECS, table/<table> for DynamoDB. It
	// cannot be changed. Write sageMakerEndpointRef instead to take it from an
	// Endpoint object.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1600
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="resourceID is immutable: create a new object with the new value and delete this one"
	ResourceID *string `json:"resourceID,omitempty"`
	// SageMaker endpoint variant that is scaled, named by an Endpoint object of
	// the group sagemaker.services.k8s.aws. It stands in place of resourceID and
	// cannot be changed.
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="sageMakerEndpointRef is immutable: create a new object with the new value and delete this one"
	SageMakerEndpointRef *SageMakerEndpointReference `json:"sageMakerEndpointRef,omitempty"`
	// Capacity of the resource that is scaled, such as
	// sagemaker:variant:DesiredInstanceCount, ecs:service:DesiredCount or
	// dynamodb:table:ReadCapacityUnits. It cannot be changed.
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="scalableDimension is immutable: create a new object with the new value and delete this one"
	ScalableDimension string `json:"scalableDimension"`
	// AWS service of the resource: the part of scalableDimension before its
	// first colon, such as sagemaker. It cannot be changed.
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="serviceNamespace is immutable: create a new object with the new value and delete this one"
	ServiceNamespace string `json:"serviceNamespace"`
	// Lower bound of the capacity, in units of scalableDimension. AWS requires
	// it when a target is registered for the first time, and moves a capacity
	// that is below it up to it. A scheduled action may change the bound in AWS;
	// the controller puts it back only when it is edited here.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	MinCapacity *int64 `json:"minCapacity,omitempty"`
	// Upper bound of the capacity, in units of scalableDimension. AWS requires
	// it when a target is registered for the first time, and moves a capacity
	// that is above it down to it.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	MaxCapacity *int64 `json:"maxCapacity,omitempty"`
	// IAM role by which AWS changes the capacity. Leave it out for all services
	// that have a service-linked role, which are all but Amazon EMR; the ARN of
	// a service-linked role is accepted and has no effect. The role that AWS
	// really uses is in status.roleARN.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1600
	RoleARN *string `json:"roleARN,omitempty"`
	// IAM role by which AWS changes the capacity, named by a Role object of the
	// group iam.services.k8s.aws. It stands in place of roleARN.
	RoleRef *Reference `json:"roleRef,omitempty"`
	// Kinds of scaling that are switched off. A switch that is not written is
	// left as it is in AWS; a switch that is removed from here after it was true
	// is switched back.
	SuspendedState *SuspendedState `json:"suspendedState,omitempty"`
	// AWS tags of the scalable target. Tags with other keys, set by others, are
	// left alone; a tag that is removed from here is removed from AWS.
	// +kubebuilder:validation:MaxItems=200
	// +listType=map
	// +listMapKey=key
	Tags []Tag `json:"tags,omitempty"`
}

// SageMakerEndpointReference names a variant of a SageMaker endpoint.
//
// +kubebuilder:validation:XValidation:rule="has(self.from.name)",message="the reference names no object: write from.name, and from.namespace if the object is in another namespace"
type SageMakerEndpointReference struct {
	// The Endpoint object that is meant.
	From ObjectReference `json:"from"`
	// Variant of the endpoint, such as AllTraffic.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	VariantName string `json:"variantName"`
}

// SuspendedState switches kinds of scaling off.
type SuspendedState struct {
	// True: scaling policies do not remove capacity.
	DynamicScalingInSuspended *bool `json:"dynamicScalingInSuspended,omitempty"`
	// True: scaling policies do not add capacity.
	DynamicScalingOutSuspended *bool `json:"dynamicScalingOutSuspended,omitempty"`
	// True: scheduled actions do not run.
	ScheduledScalingSuspended *bool `json:"scheduledScalingSuspended,omitempty"`
}

// Tag is an AWS tag.
type Tag struct {
	// Key of the tag. Upper and lower case are different, and keys that begin
	// with aws: belong to AWS.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('aws:')",message="keys that begin with aws: belong to AWS: choose another key"
	Key string `json:"key"`
	// Value of the tag; empty when omitted.
	// +kubebuilder:validation:MaxLength=256
	Value string `json:"value,omitempty"`
}

// ScalableTargetStatus is what the controller last saw and did.
type ScalableTargetStatus struct {
	CommonStatus `json:",inline"`

	// IAM role that AWS uses: the service-linked role unless spec names another.
	RoleARN *string `json:"roleARN,omitempty"`
	// Instances that the variant has, as the Endpoint object tells that
	// sageMakerEndpointRef names. Absent without one: Application Auto Scaling
	// does not tell the capacity of what it scales.
	CurrentCapacity *int64 `json:"currentCapacity,omitempty"`
	// Capacity that predictive scaling has forecast, as AWS reports it.
	PredictedCapacity *int64 `json:"predictedCapacity,omitempty"`
	// What this object last asked AWS for. By it a field that was removed is
	// told from one that was never set, and an edit from a change that a
	// scheduled action made in AWS.
	LastApplied *AppliedTarget `json:"lastApplied,omitempty"`
	// Bounds that a scheduled action set in AWS and that therefore differ from
	// the declared ones.
	ScheduledBounds *ScheduledBounds `json:"scheduledBounds,omitempty"`
	// What AWS has under the scalable target and no object declares, as of the
	// last check. It is left alone.
	Undeclared *UndeclaredResources `json:"undeclared,omitempty"`
}

// ScheduledBounds are bounds that scheduled actions set.
type ScheduledBounds struct {
	// Lower bound, if a scheduled action set it.
	Min *ScheduledBound `json:"min,omitempty"`
	// Upper bound, if a scheduled action set it.
	Max *ScheduledBound `json:"max,omitempty"`
}

// ScheduledBound is a bound that a scheduled action set.
type ScheduledBound struct {
	// The bound.
	Value int64 `json:"value"`
	// When the action ran.
	Since metav1.Time `json:"since"`
	// Name of the scheduled action in AWS.
	Action string `json:"action"`
}

// UndeclaredResources are resources of a scalable target that no object
// declares.
type UndeclaredResources struct {
	// Names of scaling policies.
	// +listType=atomic
	Policies []string `json:"policies,omitempty"`
	// Names of scheduled actions.
	// +listType=atomic
	Actions []string `json:"actions,omitempty"`
}

// AppliedTarget is the part of a ScalableTargetSpec that was last sent to AWS.
type AppliedTarget struct {
	// Lower bound that was asked for.
	MinCapacity *int64 `json:"minCapacity,omitempty"`
	// Upper bound that was asked for.
	MaxCapacity *int64 `json:"maxCapacity,omitempty"`
	// Switches that were asked for.
	SuspendedState *SuspendedState `json:"suspendedState,omitempty"`
	// Keys of the tags that were asked for.
	// +listType=atomic
	Tags []string `json:"tags,omitempty"`
	// Keys of the tags that the controller added by itself, because its flag
	// --resource-tags says so.
	// +listType=atomic
	DefaultTags []string `json:"defaultTags,omitempty"`
}
