package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// Each test in this file is named after a defect of the ACK controller that takes a
// real API server to see. test/regressions_test.go lists them all.

// Who edits what an object is about makes a second thing in AWS there, and leaves the
// first one behind.
func TestIdentitiesCannotBeEdited(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest, actionManifest)
	w.ready(target, "target")
	w.ready(policy, "policy")
	w.ready(action, "action")
	before := writes()
	for kind, fields := range map[string][]string{
		"scalabletarget/target":  {"resourceID", "scalableDimension", "serviceNamespace"},
		"scalingpolicy/policy":   {"resourceID", "scalableDimension", "serviceNamespace", "policyName"},
		"scheduledaction/action": {"resourceID", "scalableDimension", "serviceNamespace", "scheduledActionName"},
	} {
		for _, field := range fields {
			out, err := w.tryKubectl("", "patch", kind, "--type=merge", "-p", fmt.Sprintf(`{"spec":{%q:"other"}}`, field))
			if err == nil || !strings.Contains(out, "create a new object with the new value and delete this one") {
				t.Errorf("%s %s: want a refusal that names the way out, got %v: %s", kind, field, err, out)
			}
		}
	}
	if n := writes() - before; n > 0 {
		t.Errorf("AWS was written %d times", n)
	}
}

// There are no columns, no events and no observedGeneration there.
func TestObjectsTellHowTheyAre(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, policyManifest, actionManifest)
	for kind, columns := range map[string]string{
		"scalabletarget":  "RESOURCE DIMENSION MIN CURRENT MAX SUSPENDED READY",
		"scalingpolicy":   "TARGET TYPE METRIC TARGET-VALUE ALARMS READY",
		"scheduledaction": "TARGET SCHEDULE TZ NEXT MIN MAX READY",
	} {
		out := w.kubectl("", "get", kind)
		head, _, _ := strings.Cut(out, "\n")
		for column := range strings.FieldsSeq(columns) {
			if !strings.Contains(" "+head+" ", " "+column+" ") {
				t.Errorf("kubectl get %s has no column %s: %s", kind, column, head)
			}
		}
	}
	for _, obj := range []v1alpha1.Object{w.ready(target, "target"), w.ready(policy, "policy"), w.ready(action, "action")} {
		if s := obj.GetStatus(); s.ObservedGeneration != obj.GetGeneration() {
			t.Errorf("%s: observedGeneration is %d of %d", obj.GetName(), s.ObservedGeneration, obj.GetGeneration())
		}
	}
	w.heard("Created")
	w.apply(w.edited(targetManifest, "maxCapacity: 2", "maxCapacity: 3"))
	w.heard("Updated")
	w.kubectl("", "delete", "scalingpolicy", "policy", "--timeout=20s")
	w.heard("Deleted")
}

// The kind ScheduledAction is missing there; its schema before the first release is
// a manifest that works, with the times that it did not have.
func TestScheduledActionsOfTheOldSchema(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest, w.edited(actionManifest, "  timezone: Europe/Berlin\n", `  timezone: Europe/Berlin
  startTime: "2030-01-01T00:00:00Z"
  endTime: "2031-01-01T00:00:00Z"
`))
	w.ready(target, "target")
	got := w.ready(action, "action").GetStatus()
	if got.CreationTime == nil || got.LastModifiedTime == nil {
		t.Errorf("creationTime %v, lastModifiedTime %v", got.CreationTime, got.LastModifiedTime)
	}
	if all := w.actions(); len(all) != 1 || *all[0].Timezone != "Europe/Berlin" || all[0].StartTime == nil || all[0].EndTime == nil || *all[0].ScalableTargetAction.MinCapacity != 2 {
		t.Errorf("AWS has %+v", all)
	}
}
