package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// IAMRoleSelector chooses the IAM role that a controller assumes for the
// objects that it selects. An object is selected when all of the selectors that
// are written select it; of the members of a list one is enough.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=iamroleselectors,singular=iamroleselector,scope=Cluster,categories={aws,ack}
// +kubebuilder:printcolumn:name=ROLE,type=string,JSONPath=`.spec.arn`,description="IAM role that is assumed"
// +kubebuilder:printcolumn:name=NAMESPACES,type=string,JSONPath=`.spec.namespaceSelector.names`,description="Namespaces that are selected by name"
// +kubebuilder:printcolumn:name=AGE,type=date,JSONPath=`.metadata.creationTimestamp`
type IAMRoleSelector struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Which role is assumed for which objects.
	Spec IAMRoleSelectorSpec `json:"spec,omitzero"`
	// Nothing so far, as in the ACK controllers.
	Status IAMRoleSelectorStatus `json:"status,omitzero"`
}

// IAMRoleSelectorList is a list of IAMRoleSelector objects.
//
// +kubebuilder:object:root=true
type IAMRoleSelectorList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []IAMRoleSelector `json:"items"`
}

// IAMRoleSelectorSpec declares which role is assumed for which objects.
type IAMRoleSelectorSpec struct {
	// Amazon Resource Name of the IAM role that is assumed.
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="arn is immutable: create a new IAMRoleSelector with the new value and delete this one"
	ARN string `json:"arn"`
	// Namespaces whose objects are selected; all when omitted.
	NamespaceSelector NamespaceSelector `json:"namespaceSelector,omitzero"`
	// Kinds of object that are selected; all when omitted.
	ResourceTypeSelector []GroupVersionKind `json:"resourceTypeSelector,omitempty"`
	// Labels of the objects that are selected; any when omitted.
	ResourceLabelSelector LabelSelector `json:"resourceLabelSelector,omitzero"`
}

// NamespaceSelector selects namespaces that are named, if any are, and have the
// labels, if any are written.
type NamespaceSelector struct {
	// Names of namespaces; any when omitted.
	Names []string `json:"names,omitempty"`
	// Labels of namespaces; any when omitted.
	LabelSelector LabelSelector `json:"labelSelector,omitzero"`
}

// LabelSelector selects by labels.
type LabelSelector struct {
	// Labels that must all be there with these values.
	MatchLabels map[string]string `json:"matchLabels,omitempty"`
}

// GroupVersionKind selects kinds of object by the members that are written.
type GroupVersionKind struct {
	// API group, such as applicationautoscaling.services.k8s.aws; any when
	// omitted.
	Group string `json:"group,omitempty"`
	// Version, such as v1alpha1; any when omitted.
	Version string `json:"version,omitempty"`
	// Kind, such as ScalableTarget; any when omitted.
	Kind string `json:"kind,omitempty"`
}

// IAMRoleSelectorStatus has no members.
type IAMRoleSelectorStatus struct{}
