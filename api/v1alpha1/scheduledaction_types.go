package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ScheduledAction changes the bounds of a scalable target at times that are
// known in advance, once or again and again. AWS runs it; when it runs, a
// capacity that is outside the new bounds is moved into them, and the bounds
// stay until another action or an edit of the ScalableTarget changes them.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=scheduledactions,singular=scheduledaction,shortName=aasa,categories={aws,ack,autoscaling}
// +kubebuilder:printcolumn:name=TARGET,type=string,JSONPath=`.spec['resourceID','resourceRef.from.name']`,description="Resource that is scaled, or the ScalableTarget object that names it"
// +kubebuilder:printcolumn:name=SCHEDULE,type=string,JSONPath=`.spec.schedule`,description="When the action runs"
// +kubebuilder:printcolumn:name=TZ,type=string,JSONPath=`.spec.timezone`,description="Time zone of the schedule, UTC when empty"
// +kubebuilder:printcolumn:name=NEXT,type=string,JSONPath=`.status.nextScheduledTime`,description="When the action runs next"
// +kubebuilder:printcolumn:name=MIN,type=integer,JSONPath=`.spec.scalableTargetAction.minCapacity`,description="Lower bound that the action sets"
// +kubebuilder:printcolumn:name=MAX,type=integer,JSONPath=`.spec.scalableTargetAction.maxCapacity`,description="Upper bound that the action sets"
// +kubebuilder:printcolumn:name=READY,type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether AWS has what is declared"
// +kubebuilder:printcolumn:name=STATUS,type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,description="What is wrong and what to do"
// +kubebuilder:printcolumn:name=ARN,type=string,priority=1,JSONPath=`.status.ackResourceMetadata.arn`,description="Amazon Resource Name"
// +kubebuilder:printcolumn:name=AGE,type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="has(self.spec) || !has(oldSelf.spec)",message="spec cannot be removed: delete the object instead"
type ScheduledAction struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// What shall run and when. It may be absent on an object that adopts an
	// existing action; the controller then fills it in.
	Spec ScheduledActionSpec `json:"spec,omitzero"`
	// What the controller last saw and did. Only the controller writes it.
	// +structType=atomic
	Status ScheduledActionStatus `json:"status,omitzero"`
}

// GetStatus returns the shared part of the status.
func (o *ScheduledAction) GetStatus() *CommonStatus { return &o.Status.CommonStatus }

// ScheduledActionList is a list of ScheduledAction objects.
//
// +kubebuilder:object:root=true
type ScheduledActionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ScheduledAction `json:"items"`
}

// ScheduledActionSpec declares a scheduled action (AWS API:
// PutScheduledAction).
//
// +kubebuilder:validation:XValidation:rule="has(self.resourceRef) || (has(self.resourceID) && has(self.scalableDimension) && has(self.serviceNamespace))",message="which scalable target is meant? write resourceID, scalableDimension and serviceNamespace, or resourceRef.from.name with the name of a ScalableTarget object"
// +kubebuilder:validation:XValidation:rule="!has(self.resourceRef) || !(has(self.resourceID) || has(self.scalableDimension) || has(self.serviceNamespace))",message="resourceRef already says which scalable target is meant: write resourceRef, or resourceID, scalableDimension and serviceNamespace, not both"
// +kubebuilder:validation:XValidation:rule="has(self.resourceRef) == has(oldSelf.resourceRef)",fieldPath=".resourceRef",message="resourceRef is immutable: create a new object with the new value and delete this one"
// +kubebuilder:validation:XValidation:rule="!has(self.scalableDimension) || !has(self.serviceNamespace) || self.scalableDimension.startsWith(self.serviceNamespace + ':')",fieldPath=".serviceNamespace",message="serviceNamespace must be the part of scalableDimension before its first colon, such as sagemaker for sagemaker:variant:DesiredInstanceCount",messageExpression="'serviceNamespace must be the part of scalableDimension before its first colon: for ' + self.scalableDimension + ' write ' + self.scalableDimension.split(':')[0]"
// +kubebuilder:validation:XValidation:rule="!has(self.startTime) || !has(self.endTime) || self.startTime < self.endTime",fieldPath=".endTime",message="endTime must be after startTime"
type ScheduledActionSpec struct {
	// Name of the scheduled action in AWS, unique among the actions of the
	// scalable target. It cannot be changed.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="scheduledActionName is immutable: create a new object with the new value and delete this one"
	// +kubebuilder:validation:XValidation:rule="!self.startsWith(' ') && !self.endsWith(' ') && !self.contains(':') && !self.contains('/') && !self.contains('|')",message="scheduledActionName must not begin or end with a space nor contain any of : / |"
	ScheduledActionName string `json:"scheduledActionName"`
	// Scalable target that the action changes, named by a ScalableTarget object.
	// It stands in place of resourceID, scalableDimension and serviceNamespace
	// and cannot be changed.
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="resourceRef is immutable: create a new object with the new value and delete this one"
	ResourceRef *Reference `json:"resourceRef,omitempty"`
	// Resource of the scalable target that the action changes, such as
	// endpoint/my-endpoint/variant/AllTraffic. It cannot be changed.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1600
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="resourceID is immutable: create a new object with the new value and delete this one"
	ResourceID *string `json:"resourceID,omitempty"`
	// Dimension of the scalable target that the action changes, such as
	// sagemaker:variant:DesiredInstanceCount. It cannot be changed.
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="scalableDimension is immutable: create a new object with the new value and delete this one"
	ScalableDimension *string `json:"scalableDimension,omitempty"`
	// AWS service of the scalable target: the part of scalableDimension before
	// its first colon, such as sagemaker. It cannot be changed.
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="serviceNamespace is immutable: create a new object with the new value and delete this one"
	ServiceNamespace *string `json:"serviceNamespace,omitempty"`
	// When the action runs: once, as at(2026-11-27T08:00:00); at a fixed rate,
	// as rate(12 hours); or as cron(minutes hours day-of-month month day-of-week
	// year), such as cron(0 8 ? * MON-FRI *) for eight o'clock on weekdays. One
	// of the two day fields must be a question mark. The resolution is one
	// minute.
	// +kubebuilder:validation:MaxLength=1600
	// +kubebuilder:validation:XValidation:rule="(self.startsWith('at(') || self.startsWith('rate(') || self.startsWith('cron(')) && self.endsWith(')')",message="schedule must be at(yyyy-MM-ddTHH:mm:ss), rate(number unit) or cron(minutes hours day-of-month month day-of-week year), such as cron(0 8 ? * MON-FRI *)"
	Schedule *string `json:"schedule,omitempty"`
	// Time zone of the times in schedule, as the IANA names it, such as
	// Europe/Berlin. UTC when omitted. It has no effect on rate(…), nor on
	// startTime and endTime.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1600
	Timezone *string `json:"timezone,omitempty"`
	// When a recurring action begins. AWS runs it at this time and then by its
	// schedule.
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// When a recurring action stops recurring. The bounds that it set stay.
	EndTime *metav1.Time `json:"endTime,omitempty"`
	// Bounds that the action sets.
	ScalableTargetAction *ScalableTargetAction `json:"scalableTargetAction,omitempty"`
}

// ScalableTargetAction is the change that a scheduled action makes.
//
// +kubebuilder:validation:XValidation:rule="has(self.minCapacity) || has(self.maxCapacity)",message="the action changes nothing: write minCapacity, maxCapacity or both"
// +kubebuilder:validation:XValidation:rule="!has(self.minCapacity) || !has(self.maxCapacity) || self.minCapacity <= self.maxCapacity",fieldPath=".minCapacity",message="minCapacity must not be greater than maxCapacity: raise maxCapacity or lower minCapacity"
type ScalableTargetAction struct {
	// New lower bound of the target. A capacity that is below it is raised to
	// it. The lower bound stays as it is when omitted.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	MinCapacity *int64 `json:"minCapacity,omitempty"`
	// New upper bound of the target. A capacity that is above it is lowered to
	// it. The upper bound stays as it is when omitted.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	MaxCapacity *int64 `json:"maxCapacity,omitempty"`
}

// ScheduledActionStatus is what the controller last saw and did.
type ScheduledActionStatus struct {
	CommonStatus `json:",inline"`

	// When the action runs next. Absent when it will not run again.
	NextScheduledTime *metav1.Time `json:"nextScheduledTime,omitempty"`
}
