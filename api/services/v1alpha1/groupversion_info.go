// Package v1alpha1 holds the two kinds of the group services.k8s.aws that the
// ACK controllers share: FieldExport and IAMRoleSelector.
//
// Their CustomResourceDefinitions are not Setpoint's alone. Every ACK controller
// of a cluster installs them and reads the objects that concern it, so the
// schemas are those of ACK, made wider in places and never narrower, and the
// controller works as well with the definitions that ACK installs.
//
// +kubebuilder:object:generate=true
// +groupName=services.k8s.aws
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

//go:generate go tool -modfile=../../../go.tool.mod controller-gen object paths=.

// GroupVersion is the API group and version of the kinds that the ACK
// controllers share.
var GroupVersion = schema.GroupVersion{Group: "services.k8s.aws", Version: "v1alpha1"}

// AddToScheme registers the two kinds and their lists.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&FieldExport{}, &FieldExportList{},
		&IAMRoleSelector{}, &IAMRoleSelectorList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
