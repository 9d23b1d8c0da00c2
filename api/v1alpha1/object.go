package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Object is what the three kinds have in common: metadata, a scheme entry and
// the shared part of the status.
//
// +kubebuilder:object:generate=false
type Object interface {
	metav1.Object
	metav1.ObjectMetaAccessor
	runtime.Object
	// GetStatus returns the shared part of the object's own status, never nil.
	GetStatus() *CommonStatus
}

var (
	_ Object = (*ScalableTarget)(nil)
	_ Object = (*ScalingPolicy)(nil)
	_ Object = (*ScheduledAction)(nil)
)

// CommonStatus is the part of the status that all three kinds have.
type CommonStatus struct {
	// Where the AWS resource lives. Absent until AWS has answered once.
	ACKResourceMetadata *ResourceMetadata `json:"ackResourceMetadata,omitempty"`
	// What is known about the object. Begin with Ready: its message says what
	// is wrong and what to do.
	// +listType=map
	// +listMapKey=type
	Conditions []Condition `json:"conditions,omitempty"`
	// The metadata.generation that was last acted upon, successfully or not. As
	// long as it is smaller than metadata.generation, the rest of the status is
	// about an older spec.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// The metadata.generation of which AWS had everything when it was looked at
	// last. It stays while attempts fail, so that what differs afterwards is known
	// to be the work of others, and is absent on an object that waits for something
	// or cannot work.
	SyncedGeneration int64 `json:"syncedGeneration,omitempty"`
	// True when AWS refused to create the resource and has it not. What appears
	// there under its name from then on is somebody else's, unless the controller
	// creates it at a later try.
	CreationRefused bool `json:"creationRefused,omitempty"`
	// True while the resource, which is gone from AWS, is made anew: what AWS has
	// under another ARN is then the controller's work.
	Remaking bool `json:"remaking,omitempty"`
	// When AWS created the resource.
	CreationTime *metav1.Time `json:"creationTime,omitempty"`
	// When the controller last wrote the resource to AWS: the creation time
	// until the first update.
	LastModifiedTime *metav1.Time `json:"lastModifiedTime,omitempty"`
	// The value of the annotation
	// applicationautoscaling.services.k8s.aws/reconcile-requested-at that was
	// acted upon last: when it is the same, the check that was asked for is done.
	LastHandledReconcileAt string `json:"lastHandledReconcileAt,omitempty"`
	// The scalable target that the object was about when its references were
	// resolved last. Objects without references do not have it.
	BoundTo *ScalableTargetIdentity `json:"boundTo,omitempty"`
	// Fields of the spec that are left to others, as the annotation
	// applicationautoscaling.services.k8s.aws/yield asks. The word spec stands for
	// all of them: the object is read-only.
	// +listType=atomic
	Yielded []string `json:"yielded,omitempty"`
	// The last time that AWS was found to differ from what the object declares
	// although the object had not changed, and was put right. It stays until the
	// next time.
	LastDrift *Drift `json:"lastDrift,omitempty"`
	// Who else manages the AWS resource, as its tags say, since it was taken
	// over from there.
	OtherOwner *string `json:"otherOwner,omitempty"`
}

// Drift is a difference between AWS and a declaration that somebody made behind
// the controller's back.
type Drift struct {
	// When it was put right.
	Time metav1.Time `json:"time"`
	// True when the resource was gone from AWS and was made anew.
	Gone bool `json:"gone,omitempty"`
	// True when AWS had another resource of the same name: somebody had deleted the
	// object's and made it anew.
	Replaced bool `json:"replaced,omitempty"`
	// What differed.
	// +listType=atomic
	Fields []DriftedField `json:"fields,omitempty"`
}

// DriftedField is one field of a Drift.
type DriftedField struct {
	// Name of the field as in spec, or of an alarm of the policy with the
	// setting of it that was edited.
	Field string `json:"field"`
	// What AWS had. Empty: the field was not set there.
	Observed string `json:"observed,omitempty"`
	// What was put in its place. Empty: the field is not declared.
	Declared string `json:"declared,omitempty"`
}

// ScalableTargetIdentity names a scalable target in AWS.
type ScalableTargetIdentity struct {
	// AWS service of the resource.
	ServiceNamespace string `json:"serviceNamespace"`
	// Resource that is scaled.
	ResourceID string `json:"resourceID"`
	// Capacity of the resource that is scaled.
	ScalableDimension string `json:"scalableDimension"`
}

// ResourceMetadata says where an AWS resource lives.
type ResourceMetadata struct {
	// Amazon Resource Name of the resource. Scalable targets that were
	// registered before 2023 may have none.
	ARN *string `json:"arn,omitempty"`
	// AWS account that owns the resource: 12 digits.
	OwnerAccountID string `json:"ownerAccountID"`
	// AWS Region of the resource, such as us-west-2. Once it is known it wins
	// over annotations and flags.
	Region string `json:"region"`
	// AWS partition of the resource, such as aws or aws-cn.
	Partition *string `json:"partition,omitempty"`
}

// Reference points at another Kubernetes object.
// +kubebuilder:validation:XValidation:rule="has(self.from) && has(self.from.name)",message="the reference names no object: write from.name, and from.namespace if the object is in another namespace"
type Reference struct {
	// The object that is meant.
	From *ObjectReference `json:"from,omitempty"`
}

// ObjectReference is the name of a Kubernetes object; its kind is given by the
// field that holds the reference.
type ObjectReference struct {
	// Name of the object.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
	// Namespace of the object. The namespace of the referring object when
	// omitted.
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`
}

// Dimension is one name and value that narrow down a CloudWatch metric.
type Dimension struct {
	// Name of the dimension, such as EndpointName.
	Name string `json:"name"`
	// Value of the dimension, such as demo-endpoint.
	Value *string `json:"value,omitempty"`
}
