package e2e

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// checkStatus checks what every status must keep, whatever it says: kstatus,
// Argo CD, Flux and users of the ACK controller rely on it.
func checkStatus(t *testing.T, obj v1alpha1.Object) {
	t.Helper()
	s := obj.GetStatus()
	at := map[string]int{}
	for i, c := range s.Conditions {
		if _, twice := at[c.Type]; twice {
			t.Errorf("condition %s occurs twice", c.Type)
		}
		at[c.Type] = i
		if c.LastTransitionTime == nil || c.LastTransitionTime.IsZero() {
			t.Errorf("condition %s has no lastTransitionTime", c.Type)
		}
	}
	is := func(conditionType string, status metav1.ConditionStatus) bool {
		i, ok := at[conditionType]
		return ok && s.Conditions[i].Status == status
	}
	if _, ok := at[v1alpha1.ConditionReady]; !ok {
		t.Error("there is no Ready condition")
	}
	if is(v1alpha1.ConditionReady, metav1.ConditionTrue) != is(v1alpha1.ConditionResourceSynced, metav1.ConditionTrue) {
		t.Error("Ready does not mirror ACK.ResourceSynced")
	}
	if terminal, ok := at[v1alpha1.ConditionTerminal]; ok && terminal > at[v1alpha1.ConditionReady] {
		t.Error("ACK.Terminal comes after Ready, so Argo CD shows endless progress")
	}
	if is(v1alpha1.ConditionTerminal, metav1.ConditionTrue) != is(v1alpha1.ConditionStalled, metav1.ConditionTrue) {
		t.Error("Stalled does not mirror ACK.Terminal")
	}
	if is(v1alpha1.ConditionReady, metav1.ConditionTrue) {
		for _, bad := range []string{v1alpha1.ConditionStalled, v1alpha1.ConditionReconciling, v1alpha1.ConditionRecoverable} {
			if _, ok := at[bad]; ok {
				t.Errorf("a ready object has the condition %s", bad)
			}
		}
		if s.ACKResourceMetadata == nil || text(s.ACKResourceMetadata.ARN) == "" {
			t.Error("a ready object has no ARN")
		}
		if s.CreationTime == nil || s.LastModifiedTime == nil || s.LastModifiedTime.Before(s.CreationTime) {
			t.Errorf("creationTime %v, lastModifiedTime %v", s.CreationTime, s.LastModifiedTime)
		}
	}
	if s.ObservedGeneration > obj.GetGeneration() {
		t.Errorf("observedGeneration %d is beyond generation %d", s.ObservedGeneration, obj.GetGeneration())
	}
}
