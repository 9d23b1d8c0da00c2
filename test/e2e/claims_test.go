package e2e

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// TestOneTargetByTwoEndpoints: two namespaces reach one account and Region in
// different ways, and declare one scalable target. One of them does, and when it
// goes, the other one.
func TestOneTargetByTwoEndpoints(t *testing.T) {
	w := newWorld(t)
	v := &world{T: w.T, ctx: w.ctx, namespace: w.namespace + "-2", endpoint: w.endpoint}
	w.kubectl("", "create", "namespace", v.namespace)
	front := w.front("")
	v.annotateNamespace(v1alpha1.AnnotationEndpointURL + "=" + front.url)

	w.apply(ecsTarget)
	w.ready(target, "target")
	v.apply(v.edited(ecsTarget, "maxCapacity: 2", "maxCapacity: 5"))
	told := v.becomes(target, "target", no, "AlreadyDeclared")
	w.must(mentions(text(condition(told, v1alpha1.ConditionReady).Message), "ScalableTarget "+w.namespace+"/target declares this scalable target already"))

	t.Log("the object that does nothing goes, and nothing happens in AWS")
	v.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	w.ready(target, "target")

	t.Log("the one that did something goes, and the other takes over")
	v.apply(v.edited(ecsTarget, "maxCapacity: 2", "maxCapacity: 5"))
	v.becomes(target, "target", no, "AlreadyDeclared")
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	v.ready(target, "target")
	if !front.asked("RegisterScalableTarget") {
		t.Error("the endpoint of the namespace was not asked")
	}
	v.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")

	t.Log("both come at once, and none undoes what the other did")
	in := func(namespace, template string) string {
		return w.edited(template, "{name: target}", "{name: target, namespace: "+namespace+"}")
	}
	both := in(w.namespace, ecsTarget) + "---\n" + in(v.namespace, w.edited(ecsTarget, "maxCapacity: 2", "maxCapacity: 5"))
	if out, err := w.inAnyNamespace(w.manifest(both), "create", "-f", "-"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	w.oneWins(target, []client.ObjectKey{{Namespace: w.namespace, Name: "target"}, {Namespace: v.namespace, Name: "target"}})
	for _, in := range []*world{w, v} {
		in.hasNoEvent("Updated")
		in.hasNoEvent("DriftCorrected")
		in.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	}
}
