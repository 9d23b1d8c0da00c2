package e2e

import (
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/operator"
)

// Just enough of the CRDs of the ACK controllers for SageMaker and IAM.
const foreignCRDs = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: endpoints.sagemaker.services.k8s.aws}
spec:
  group: sagemaker.services.k8s.aws
  names: {kind: Endpoint, listKind: EndpointList, plural: endpoints, singular: endpoint}
  scope: Namespaced
  versions:
  - name: v1alpha1
    served: true
    storage: true
    subresources: {status: {}}
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: roles.iam.services.k8s.aws}
spec:
  group: iam.services.k8s.aws
  names: {kind: Role, listKind: RoleList, plural: roles, singular: role}
  scope: Namespaced
  versions:
  - name: v1alpha1
    served: true
    storage: true
    subresources: {status: {}}
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

const endpointManifest = `apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: Endpoint
metadata: {name: my-endpoint}
spec: {endpointName: $ENDPOINT}
`

const targetByReference = `apiVersion: $API
kind: ScalableTarget
metadata: {name: target}
spec:
  sageMakerEndpointRef: {from: {name: my-endpoint}, variantName: AllTraffic}
  scalableDimension: sagemaker:variant:DesiredInstanceCount
  serviceNamespace: sagemaker
  minCapacity: 1
  maxCapacity: 2
`

const policyByReference = `apiVersion: $API
kind: ScalingPolicy
metadata: {name: policy}
spec:
  policyName: invocations
  resourceRef: {from: {name: target}}
  targetTrackingScalingPolicyConfiguration:
    targetValue: 60
    predefinedMetricSpecification: {predefinedMetricType: SageMakerVariantInvocationsPerInstance}
`

const emrTarget = `apiVersion: $API
kind: ScalableTarget
metadata: {name: emr}
spec:
  roleRef: {from: {name: scaler}}
  resourceID: instancegroup/j-2EEZNYKUA1NTV/ig-1791Y4E1L8YI0
  scalableDimension: elasticmapreduce:instancegroup:InstanceCount
  serviceNamespace: elasticmapreduce
  minCapacity: 1
  maxCapacity: 2
`

func (w *world) setStatus(resource, name, status string) {
	w.Helper()
	w.kubectl("", "patch", resource, name, "--subresource=status", "--type=merge", "-p", `{"status":`+status+`}`)
}

// TestReferences goes down a chain: a policy by its target, the target by an
// Endpoint object of the SageMaker controller, whose kind is not even
// installed at first.
func TestReferences(t *testing.T) {
	w := newWorld(t)
	waits := func(why string) {
		t.Helper()
		got := w.becomes(target, "target", no, "ReferenceNotResolved")
		w.eventually("the target says why it waits", func() error {
			got = w.get(target, "target")
			return mentions(text(condition(got, v1alpha1.ConditionReady).Message), why)
		})
	}
	w.apply(policyByReference, targetByReference)
	waits("not installed")
	w.kubectl(foreignCRDs, "apply", "-f", "-")
	w.kubectl("", "wait", "--for=condition=Established", "crd/endpoints.sagemaker.services.k8s.aws", "crd/roles.iam.services.k8s.aws")
	w.eventually("the new kind is served", func() error { _, err := w.tryKubectl(w.manifest(endpointManifest), "apply", "-f", "-"); return err })
	waits("to be InService")
	w.setStatus("endpoints.sagemaker.services.k8s.aws", "my-endpoint", `{"endpointStatus":"Creating"}`)
	waits("Creating")
	w.setStatus("endpoints.sagemaker.services.k8s.aws", "my-endpoint", `{"endpointStatus":"InService"}`)
	w.ready(target, "target")
	got := w.ready(policy, "policy")
	if len(w.policies()) != 1 {
		t.Error("AWS has no policy")
	}
	if bound := got.GetStatus().BoundTo; bound == nil || bound.ResourceID != w.resource() {
		t.Errorf("the status does not say what the policy is about: %+v", bound)
	}

	t.Log("what references lead to may go first")
	w.kubectl("", "delete", "endpoints.sagemaker.services.k8s.aws", "my-endpoint")
	theController()
	w.restart()
	w.kubectl("", "annotate", "scalabletarget", "target", v1alpha1.AnnotationDeletionPolicy+"=retain")
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	w.kubectl("", "delete", "scalingpolicy", "policy", "--timeout=20s")
	if len(w.policies()) != 0 {
		t.Error("the policy was left behind in AWS")
	}
	w.apply(w.edited(targetManifest, "name: target", "name: again\n  annotations: {"+v1alpha1.AnnotationAdoptionPolicy+": adopt-or-create}"))
	w.ready(target, "again")
}

// TestReferenceToARefusedTarget has a policy refer to a target that is in terminal
// condition, and that is repaired.
func TestReferenceToARefusedTarget(t *testing.T) {
	w := newWorld(t)
	w.apply(w.edited(targetManifest, "name: target", "name: target\n  annotations: {"+v1alpha1.AnnotationDeletionPolicy+": keep}"), policyByReference)
	w.becomes(target, "target", no, "AnnotationInvalid")
	told := w.becomes(policy, "policy", no, "TargetNotRegistered")
	if c := condition(told, v1alpha1.ConditionReferencesResolved); c.Status != no || !strings.Contains(text(c.Reason), "ScalableTarget") {
		t.Errorf("ACK.ReferencesResolved does not say what is broken: %s %s", c.Status, text(c.Reason))
	}
	w.kubectl("", "annotate", "scalabletarget", "target", v1alpha1.AnnotationDeletionPolicy+"-")
	w.ready(policy, "policy")
	if c := condition(w.get(policy, "policy"), v1alpha1.ConditionReferencesResolved); c.Status != yes {
		t.Errorf("ACK.ReferencesResolved is %s once the target is repaired", c.Status)
	}
}

func TestRoleReference(t *testing.T) {
	w := newWorld(t)
	w.kubectl(foreignCRDs, "apply", "-f", "-")
	w.apply(targetManifest + "  roleRef: {from: {name: scaler}}\n")
	w.becomes(target, "target", no, "ReferenceNotResolved")
	w.eventually("the kind is served", func() error {
		_, err := w.tryKubectl("apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata: {name: scaler}\n", "apply", "-f", "-")
		return err
	})
	w.setStatus("roles.iam.services.k8s.aws", "scaler", `{"conditions":[{"type":"ACK.Terminal","status":"True","message":"no such policy"}]}`)
	w.eventually("the target says that its role is broken", func() error {
		return mentions(text(condition(w.get(target, "target"), v1alpha1.ConditionReady).Message), "no such policy")
	})
	w.setStatus("roles.iam.services.k8s.aws", "scaler", `{"conditions":[],"ackResourceMetadata":{"arn":"arn:aws:iam::000000000000:role/scaler"}}`)
	w.ready(target, "target")
	if got := *w.target().RoleARN; !strings.HasSuffix(got, ":role/scaler") {
		t.Errorf("AWS was given the role %s", got)
	}

	t.Log("where AWS needs a role, the reference is enough")
	w.apply(emrTarget)
	w.ready(target, "emr")
}

func mentions(message, what string) error {
	if strings.Contains(message, what) {
		return nil
	}
	return &missing{message, what}
}

type missing struct{ message, what string }

func (m *missing) Error() string { return "no " + m.what + " in: " + m.message }

// TestReferencesOutOfWhatIsWatched: a role is read wherever it is; of what
// cannot be seen in time the object says which flag to change. What else is in
// the group goes on.
func TestReferencesOutOfWhatIsWatched(t *testing.T) {
	w := newWorld(t)
	elsewhere := w.namespace + "-2"
	w.kubectl("", "create", "namespace", elsewhere)
	w.kubectl(foreignCRDs, "apply", "-f", "-")
	w.kubectl("", "wait", "--for=condition=Established", "crd/endpoints.sagemaker.services.k8s.aws", "crd/roles.iam.services.k8s.aws")
	v := &world{T: w.T, ctx: w.ctx, namespace: elsewhere, endpoint: w.endpoint}
	v.eventually("the kind is served", func() error {
		_, err := v.tryKubectl("apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata: {name: scaler}\n", "apply", "-f", "-")
		return err
	})
	v.setStatus("roles.iam.services.k8s.aws", "scaler", `{"ackResourceMetadata":{"arn":"arn:aws:iam::000000000000:role/scaler"}}`)
	w.with(func(o *operator.Options) { o.Namespaces = []string{w.namespace} })
	w.apply(w.edited(emrTarget, "{name: scaler}", "{name: scaler, namespace: "+elsewhere+"}"),
		w.edited(targetByReference, "{name: my-endpoint}", "{name: my-endpoint, namespace: "+elsewhere+"}"),
		w.edited(policyByReference, "{name: target}", "{name: target, namespace: "+elsewhere+"}"),
		`apiVersion: $API
kind: ScheduledAction
metadata: {name: action}
spec:
  scheduledActionName: morning
  resourceRef: {from: {name: emr}}
  schedule: cron(0 8 * * ? *)
  scalableTargetAction: {minCapacity: 1}
`)
	w.ready(target, "emr")
	w.ready(action, "action")
	for kind, name := range map[autoscaling.Kind]string{target: "target", policy: "policy"} {
		told := w.becomes(kind, name, no, "ReferenceNotResolved")
		w.must(mentions(text(condition(told, v1alpha1.ConditionReady).Message), "does not watch namespace "+elsewhere+": have the controller watch it by --watch-namespace"))
	}
	w.kubectl("", "delete", "scalabletarget,scalingpolicy,scheduledaction", "--all", "--timeout=20s")
}
