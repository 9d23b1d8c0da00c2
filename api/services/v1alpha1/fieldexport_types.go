package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// FinalizerFieldExport is what the ACK controllers put on every FieldExport.
// There is nothing to clean up, so Setpoint puts none, and takes this one off
// objects that are being deleted.
const FinalizerFieldExport = "finalizers.services.k8s.aws/FieldExport"

// FieldExport copies one field of an object into a ConfigMap or a Secret, where
// Pods can read it, and keeps the copy up to date.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=fieldexports,singular=fieldexport,categories={aws,ack}
// +kubebuilder:printcolumn:name=KIND,type=string,JSONPath=`.spec.from.resource.kind`,description="Kind of the object that is read"
// +kubebuilder:printcolumn:name=FROM,type=string,JSONPath=`.spec.from.resource.name`,description="Object that is read"
// +kubebuilder:printcolumn:name=TO,type=string,JSONPath=`.spec.to.name`,description="ConfigMap or Secret that is written"
// +kubebuilder:printcolumn:name=READY,type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether the value is there"
// +kubebuilder:printcolumn:name=PATH,type=string,priority=1,JSONPath=`.spec.from.path`,description="Field that is read"
// +kubebuilder:printcolumn:name=STATUS,type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,description="What is wrong and what to do"
// +kubebuilder:printcolumn:name=AGE,type=date,JSONPath=`.metadata.creationTimestamp`
type FieldExport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// What is copied, and where to.
	Spec FieldExportSpec `json:"spec,omitzero"`
	// What became of it. Only the controller writes it.
	Status FieldExportStatus `json:"status,omitzero"`
}

// FieldExportList is a list of FieldExport objects.
//
// +kubebuilder:object:root=true
type FieldExportList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []FieldExport `json:"items"`
}

// FieldExportSpec declares what is copied, and where to.
type FieldExportSpec struct {
	// The field that is read.
	From ResourceFieldSelector `json:"from"`
	// The ConfigMap or Secret that is written.
	To FieldExportTarget `json:"to"`
}

// ResourceFieldSelector names a field of an object.
type ResourceFieldSelector struct {
	// Path of the field in the language of jq, such as
	// .status.ackResourceMetadata.arn. It must lead to a string, a number or a
	// boolean. Of several results the first is taken.
	Path string `json:"path"`
	// The object that is read.
	Resource NamespacedResource `json:"resource"`
}

// NamespacedResource names an object in the namespace of the FieldExport.
type NamespacedResource struct {
	// API group of the object, such as applicationautoscaling.services.k8s.aws.
	Group string `json:"group"`
	// Kind of the object, such as ScalableTarget.
	Kind string `json:"kind"`
	// Name of the object.
	Name string `json:"name"`
}

// FieldExportOutputType is the kind of object that is written: configmap or
// secret, in any case.
//
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:XValidation:rule="self.lowerAscii() in ['configmap', 'secret']",message="a field can be exported to a ConfigMap or a Secret: write configmap or secret"
type FieldExportOutputType string

// The kinds of object that can be written.
const (
	OutputConfigMap FieldExportOutputType = "configmap"
	OutputSecret    FieldExportOutputType = "secret"
)

// FieldExportTarget names a key of a ConfigMap or Secret, which must exist.
type FieldExportTarget struct {
	// Kind of the object that is written: configmap or secret.
	Kind FieldExportOutputType `json:"kind"`
	// Name of the object that is written.
	Name string `json:"name"`
	// Namespace of the object that is written. The namespace of the FieldExport
	// when omitted.
	Namespace string `json:"namespace,omitempty"`
	// Key that the value is written under. The namespace and the name of the
	// FieldExport, joined by a dot, when omitted.
	Key string `json:"key,omitempty"`
}

// FieldExportStatus is what became of a FieldExport.
type FieldExportStatus struct {
	// What is known about the export. Begin with Ready: its message says what
	// is wrong and what to do.
	Conditions []Condition `json:"conditions,omitempty"`
}

// Condition is one statement about an object, with the fields that ACK's
// conditions have and no others: a definition that an ACK controller installed
// would drop them.
type Condition struct {
	// Name of the condition, such as Ready or ACK.ResourceSynced.
	Type string `json:"type"`
	// True, False or Unknown.
	Status metav1.ConditionStatus `json:"status"`
	// When the status of the condition last changed. A repeated observation of
	// the same status does not move it.
	LastTransitionTime *metav1.Time `json:"lastTransitionTime,omitempty"`
	// One CamelCase word that says why the status is what it is.
	Reason *string `json:"reason,omitempty"`
	// A sentence for people, with the next step when something is to be done.
	Message *string `json:"message,omitempty"`
}
