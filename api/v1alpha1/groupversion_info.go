// Package v1alpha1 is the Kubernetes API of Setpoint: ScalableTarget,
// ScalingPolicy and ScheduledAction, the three things that AWS Application Auto
// Scaling keeps, as Kubernetes objects.
//
// The API is a superset of that of the ACK controller for Application Auto
// Scaling: same group, version, kinds and JSON names, so manifests written for
// that controller apply unchanged. It adds what AWS has learned since (metric
// math, predictive scaling, tags), the kind ScheduledAction, and references, by
// which an object names the ScalableTarget it belongs to instead of repeating
// its identity.
//
// The package imports nothing but apimachinery, so that programs that only need
// the types stay small. The rules that the API server enforces are written next
// to the fields as CEL; the CustomResourceDefinitions generated from them are
// in package crds.
//
// +kubebuilder:object:generate=true
// +groupName=applicationautoscaling.services.k8s.aws
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

//go:generate go tool -modfile=../../go.tool.mod controller-gen object paths=.

// GroupVersion is the API group and version of the three kinds. The group is
// ACK's, which is what makes existing manifests work.
var GroupVersion = schema.GroupVersion{Group: "applicationautoscaling.services.k8s.aws", Version: "v1alpha1"}

// AddToScheme registers the three kinds and their lists.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&ScalableTarget{}, &ScalableTargetList{},
		&ScalingPolicy{}, &ScalingPolicyList{},
		&ScheduledAction{}, &ScheduledActionList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
