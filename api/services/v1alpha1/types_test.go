package v1alpha1_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/setpoint-io/setpoint/api/services/v1alpha1"
)

func TestAddToScheme(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"FieldExport", "FieldExportList", "IAMRoleSelector", "IAMRoleSelectorList"} {
		if _, err := scheme.New(v1alpha1.GroupVersion.WithKind(kind)); err != nil {
			t.Errorf("the scheme must know the kind: %v", err)
		}
	}
}

// What is not written must not be written back: a definition that an ACK
// controller installed would refuse selectors without their members.
func TestAbsentFieldsStayAbsent(t *testing.T) {
	selector := v1alpha1.IAMRoleSelector{Spec: v1alpha1.IAMRoleSelectorSpec{ARN: "a"}}
	selector.Name = "x"
	written, err := json.Marshal(selector)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"metadata":{"name":"x"},"spec":{"arn":"a"}}`, string(written)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
