package e2e

import (
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// withoutReference is what the page tells to write in the place of references.
const withoutReference = `metadata:
  name: chat-invocations
  annotations: {services.k8s.aws/adoption-policy: adopt-or-create}
spec:
  resourceID: endpoint/demo-endpoint/variant/AllTraffic
  scalableDimension: sagemaker:variant:DesiredInstanceCount
  serviceNamespace: sagemaker
`

// TestMigrateFromACKPage goes back to ACK as the page says, as far as Setpoint
// has a part in it: nothing in AWS is made anew.
func TestMigrateFromACKPage(t *testing.T) {
	h := newWorld(t).howTo("docs/how-to/migrate-from-ack.md")
	h.kubectl(foreignCRDs, "apply", "-f", "-")
	h.eventually("the kind is served", func() error { _, err := h.tryKubectl(h.manifest(endpointManifest), "apply", "-f", "-"); return err })
	h.setStatus("endpoints.sagemaker.services.k8s.aws", "my-endpoint", `{"endpointStatus":"InService"}`)
	byReference := h.edited(targetByReference, "{name: target}", "{name: chat}")
	policyByReference := strings.NewReplacer("{name: policy}", "{name: chat-invocations}", "{name: target}", "{name: chat}").Replace(policyByReference)
	h.apply(byReference, policyByReference, actionManifest,
		exportManifest("max", ".spec.maxCapacity", "{kind: secret, name: secrets, key: max}"))
	h.ready(target, "chat")
	h.ready(policy, "chat-invocations")
	h.ready(action, "action")

	if out := h.types("kubectl get fieldexports"); !strings.Contains(out, h.namespace+"/max -> secrets") {
		t.Errorf("a FieldExport that writes a Secret is not named: %s", out)
	}
	registered, put := h.target().CreationTime, *h.policies()[0].PolicyARN
	bound := "endpoint/" + h.endpoint + "/variant/AllTraffic"
	for word, name := range map[string]string{"resourceRef": "ScalingPolicy " + h.namespace + "/chat-invocations", "sageMakerEndpointRef": "ScalableTarget " + h.namespace + "/chat "} {
		out := h.types("kubectl get autoscaling --all-namespaces -o jsonpath='{range .items[?(@.spec." + word)
		if !strings.Contains(out, name) || !strings.Contains(out, bound) {
			t.Errorf("what has a %s is not named with what it is about: %s", word, out)
		}
	}

	t.Log("the fields cannot be written into the object")
	if !strings.Contains(h.page, withoutReference) {
		t.Fatalf("the page does not show these lines:\n%s", withoutReference)
	}
	policyByFields := h.withFields(policyByReference, "  resourceRef: {from: {name: chat}}\n", "chat-invocations")
	if out, err := h.tryKubectl(policyByFields, "apply", "-f", "-"); err == nil || !strings.Contains(out+err.Error(), "immutable") {
		t.Errorf("the page says that the edit is refused: %v %s", err, out)
	}

	h.types("kubectl annotate --overwrite scalingpolicy chat-invocations")
	h.types("kubectl delete scalingpolicy chat-invocations")
	h.kubectl("", "annotate", "scalabletarget", "chat", v1alpha1.AnnotationDeletionPolicy+"=retain")
	h.kubectl("", "delete", "scalabletarget", "chat", "--timeout=20s")
	h.types("kubectl annotate --overwrite scheduledactions --all")
	h.types("kubectl delete scheduledactions --all")
	h.kubectl(h.withFields(byReference, "  sageMakerEndpointRef: {from: {name: my-endpoint}, variantName: AllTraffic}\n", "chat"), "apply", "-f", "-")
	h.kubectl(policyByFields, "apply", "-f", "-")
	h.ready(target, "chat")
	h.ready(policy, "chat-invocations")
	if got := h.target().CreationTime; !got.Equal(*registered) {
		t.Errorf("the target was registered anew at %s, it was there since %s", got, registered)
	}
	if got := h.policies(); len(got) != 1 || *got[0].PolicyARN != put {
		t.Errorf("the policy was made anew: %+v", got)
	}
	if got := h.actions(); len(got) != 1 {
		t.Errorf("AWS keeps the scheduled action: %+v", got)
	}
}

// withFields is a manifest as the page tells to write it: the fields of the page
// in the place of the reference.
func (h howTo) withFields(manifest, reference, name string) string {
	h.Helper()
	_, fields, _ := strings.Cut(strings.ReplaceAll(withoutReference, "demo-endpoint", h.endpoint), "spec:\n")
	edited := h.edited(manifest, reference, "")
	for _, field := range []string{"  scalableDimension: sagemaker:variant:DesiredInstanceCount\n", "  serviceNamespace: sagemaker\n"} {
		edited = strings.Replace(edited, field, "", 1)
	}
	edited = strings.Replace(edited, "spec:\n", "spec:\n"+fields, 1)
	return h.manifest(strings.Replace(edited, "{name: "+name+"}", "{name: "+name+", annotations: {"+v1alpha1.AnnotationAdoptionPolicy+": adopt-or-create}}", 1))
}
