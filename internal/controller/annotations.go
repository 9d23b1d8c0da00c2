package controller

import (
	"fmt"
	"strings"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// The values of the annotations that steer the life of an AWS resource.
const (
	deletionDelete = "delete"
	deletionRetain = "retain"

	adoptionAdoptOrCreate = "adopt-or-create"
)

const reasonAnnotation = "AnnotationInvalid"

// deletionPolicy returns what becomes of the AWS counterpart of a deleted
// object: the object's own annotation before that of its namespace before the
// flag. A value that means nothing is an error: a typing error must not decide
// whether AWS resources live.
func deletionPolicy(obj v1alpha1.Object, namespace map[string]string, retain bool) (retained bool, problem string) {
	for _, at := range []struct {
		annotations map[string]string
		key, where  string
	}{
		{obj.GetAnnotations(), v1alpha1.AnnotationDeletionPolicy, "the object"},
		{namespace, v1alpha1.AnnotationNamespaceDeletionPolicy, "the namespace"},
	} {
		switch v, ok := at.annotations[at.key]; {
		case !ok:
		case v == deletionDelete || v == deletionRetain:
			return v == deletionRetain, ""
		default:
			return true, fmt.Sprintf("the annotation %s of %s is %q: write %s or %s", at.key, at.where, v, deletionDelete, deletionRetain)
		}
	}
	return retain, ""
}

// adoptionProblem says what is wrong with the object's adoption policy.
func adoptionProblem(obj v1alpha1.Object) string {
	if v, ok := obj.GetAnnotations()[v1alpha1.AnnotationAdoptionPolicy]; ok && v != adoptionAdoptOrCreate {
		return fmt.Sprintf("the annotation %s is %q: write %s", v1alpha1.AnnotationAdoptionPolicy, v, adoptionAdoptOrCreate)
	}
	return ""
}

// readOnly says that the object only shows what AWS has.
func readOnly(obj v1alpha1.Object) bool {
	return strings.EqualFold(obj.GetAnnotations()[v1alpha1.AnnotationReadOnly], "true")
}

// adopts says that the object may take over what is in AWS already.
func adopts(obj v1alpha1.Object) bool {
	return obj.GetAnnotations()[v1alpha1.AnnotationAdoptionPolicy] == adoptionAdoptOrCreate
}
