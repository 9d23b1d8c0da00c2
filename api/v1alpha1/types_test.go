package v1alpha1_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

func TestAddToScheme(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"ScalableTarget", "ScalingPolicy", "ScheduledAction"} {
		object, err := scheme.New(v1alpha1.GroupVersion.WithKind(kind))
		if err != nil {
			t.Errorf("the scheme must know the kind: %v", err)
			continue
		}
		if _, ok := object.(v1alpha1.Object); !ok {
			t.Errorf("%T does not have what all kinds have in common", object)
		}
		if _, err := scheme.New(v1alpha1.GroupVersion.WithKind(kind + "List")); err != nil {
			t.Errorf("the scheme must know the list: %v", err)
		}
	}
}

// A client that reads an object without spec and writes it back must not invent
// one: the API server would refuse it.
func TestAbsentSpecStaysAbsent(t *testing.T) {
	for _, object := range []v1alpha1.Object{&v1alpha1.ScalableTarget{}, &v1alpha1.ScalingPolicy{}, &v1alpha1.ScheduledAction{}} {
		object.SetName("x")
		written, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(`{"metadata":{"name":"x"}}`, string(written)); diff != "" {
			t.Errorf("%T (-want +got):\n%s", object, diff)
		}
		converted, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok, _ := unstructured.NestedMap(converted, "spec"); ok {
			t.Errorf("%T: the unstructured form has a spec: %v", object, converted)
		}
	}
}

// Clients of ACK read the shared part of the status at its top level.
func TestCommonStatusIsInline(t *testing.T) {
	for _, object := range []v1alpha1.Object{&v1alpha1.ScalableTarget{}, &v1alpha1.ScalingPolicy{}, &v1alpha1.ScheduledAction{}} {
		*object.GetStatus() = v1alpha1.CommonStatus{
			ACKResourceMetadata: &v1alpha1.ResourceMetadata{ARN: new("arn:x"), OwnerAccountID: "1", Region: "us-west-2"},
			Conditions:          []v1alpha1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue}},
			ObservedGeneration:  2,
		}
		written, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		want := `{"metadata":{},"status":{"ackResourceMetadata":{"arn":"arn:x","ownerAccountID":"1","region":"us-west-2"},` +
			`"conditions":[{"type":"Ready","status":"True"}],"observedGeneration":2}}`
		if diff := cmp.Diff(want, string(written)); diff != "" {
			t.Errorf("%T (-want +got):\n%s", object, diff)
		}
	}
}
