package controller

import (
	"fmt"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// The values of the annotations that steer the life of an AWS resource.
const (
	deletionDelete = "delete"
	deletionRetain = "retain"

	adoptionAdoptOrCreate = "adopt-or-create"
)

const reasonAnnotation = "AnnotationInvalid"

// checkAnnotations refuses values that mean nothing: a typing error in a
// deletion policy must not decide whether AWS resources live.
func checkAnnotations(obj v1alpha1.Object) (problem string) {
	a := obj.GetAnnotations()
	if v, ok := a[v1alpha1.AnnotationDeletionPolicy]; ok && v != deletionDelete && v != deletionRetain {
		return fmt.Sprintf("annotation %s is %q: write %s or %s", v1alpha1.AnnotationDeletionPolicy, v, deletionDelete, deletionRetain)
	}
	if v, ok := a[v1alpha1.AnnotationAdoptionPolicy]; ok && v != adoptionAdoptOrCreate {
		return fmt.Sprintf("annotation %s is %q: write %s", v1alpha1.AnnotationAdoptionPolicy, v, adoptionAdoptOrCreate)
	}
	return ""
}

// retained says that the object's AWS counterpart stays when the object is
// deleted.
func retained(obj v1alpha1.Object) bool {
	return obj.GetAnnotations()[v1alpha1.AnnotationDeletionPolicy] == deletionRetain
}

// adopts says that the object may take over what is in AWS already.
func adopts(obj v1alpha1.Object) bool {
	return obj.GetAnnotations()[v1alpha1.AnnotationAdoptionPolicy] == adoptionAdoptOrCreate
}
