package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/lab"
)

const ecsTarget = `apiVersion: $API
kind: ScalableTarget
metadata: {name: target}
spec:
  resourceID: service/cluster/$ENDPOINT
  scalableDimension: ecs:service:DesiredCount
  serviceNamespace: ecs
  minCapacity: 1
  maxCapacity: 2
`

// has says whether a scalable target of the world is registered there.
func (w *world) has(account, region string) error {
	w.Helper()
	client := applicationautoscaling.NewFromConfig(lab.SDKConfig(theLab.CloudURL, account, region))
	out, err := client.DescribeScalableTargets(w.ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: aastypes.ServiceNamespaceEcs, ResourceIds: []string{"service/cluster/" + w.endpoint},
	})
	if err == nil && len(out.ScalableTargets) == 0 {
		return fmt.Errorf("account %s has no target in %s", account, region)
	}
	return err
}

func (w *world) annotateNamespace(annotation string) {
	w.Helper()
	w.kubectl("", "annotate", "--overwrite", "namespace", w.namespace, annotation)
}

func TestRegionByAnnotation(t *testing.T) {
	w := newWorld(t)
	w.annotateNamespace(v1alpha1.AnnotationDefaultRegion + "=eu-central-1")
	w.apply(ecsTarget)
	got := w.ready(target, "target")
	if err := w.has(lab.Account, "eu-central-1"); err != nil || got.GetStatus().ACKResourceMetadata.Region != "eu-central-1" {
		t.Errorf("the namespace's default Region does not count: %v, %+v", err, got.GetStatus().ACKResourceMetadata)
	}

	t.Log("another default is about new objects")
	w.annotateNamespace(v1alpha1.AnnotationDefaultRegion + "=us-west-1")
	w.apply(w.edited(ecsTarget, "maxCapacity: 2", "maxCapacity: 5"))
	w.ready(target, "target")
	if w.has(lab.Account, "us-west-1") == nil {
		t.Error("the target was made again in the new default Region")
	}

	t.Log("what is in AWS cannot move, and the object says so")
	w.kubectl("", "annotate", "scalabletarget", "target", v1alpha1.AnnotationRegion+"=us-east-1")
	told := w.becomes(target, "target", no, "AccountOrRegionUnusable")
	if m := text(condition(told, v1alpha1.ConditionReady).Message); !strings.Contains(m, "is in Region eu-central-1") {
		t.Errorf("the condition does not say where it is: %s", m)
	}
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	if w.has(lab.Account, "eu-central-1") == nil {
		t.Error("the target was left behind in the Region that it is in")
	}
	w.apply(w.edited(ecsTarget, "{name: target}", "{name: target, annotations: {"+v1alpha1.AnnotationRegion+": us-east-1}}"))
	w.ready(target, "target")
	if err := w.has(lab.Account, "us-east-1"); err != nil {
		t.Errorf("the object's own annotation comes before the namespace's: %v", err)
	}
}

func TestAccountByAnnotation(t *testing.T) {
	const other = "111122223333"
	w := newWorld(t)
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "=" + other)
	w.apply(ecsTarget)
	told := w.becomes(target, "target", no, "AccountOrRegionUnusable")
	if m := text(condition(told, v1alpha1.ConditionReady).Message); !strings.Contains(m, "ack-role-account-map") {
		t.Errorf("the condition does not say where the role is missing: %s", m)
	}

	if c := condition(told, v1alpha1.ConditionResourceSynced); text(c.Message) != "IAM Role is not available" {
		t.Errorf("%s is told as %s", c.Type, text(c.Message))
	}

	t.Log("the role's arrival wakes the object")
	w.kubectl("apiVersion: v1\nkind: Namespace\nmetadata: {name: "+lab.SystemNamespace+"}\n", "apply", "-f", "-")
	w.kubectl("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ack-role-account-map, namespace: "+lab.SystemNamespace+"}\ndata: {'"+other+"': 'arn:aws:iam::"+other+":role/setpoint'}\n",
		"apply", "--namespace", lab.SystemNamespace, "-f", "-")
	got := w.becomes(target, "target", metav1.ConditionTrue, "")
	if err := w.has(other, lab.Region); err != nil || got.GetStatus().ACKResourceMetadata.OwnerAccountID != other {
		t.Errorf("the target is not in the other account: %v, %+v", err, got.GetStatus().ACKResourceMetadata)
	}
	if w.has(lab.Account, lab.Region) == nil {
		t.Error("the target is in the controller's own account too")
	}
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	if w.has(other, lab.Region) == nil {
		t.Error("the target was left behind in the other account")
	}
}

// TestNamespacesOfKubernetesChooseNothing: as with ACK, what is annotated on
// kube-system does not count for the objects in it.
func TestNamespacesOfKubernetesChooseNothing(t *testing.T) {
	w := newWorld(t)
	v := &world{T: w.T, ctx: w.ctx, namespace: "kube-system", endpoint: w.endpoint}
	v.annotateNamespace(v1alpha1.AnnotationDefaultRegion + "=eu-central-1")
	v.apply(ecsTarget)
	got := v.ready(target, "target")
	if err := v.has(lab.Account, lab.Region); err != nil || got.GetStatus().ACKResourceMetadata.Region != lab.Region {
		t.Errorf("the target is not in the controller's own Region: %v, %+v", err, got.GetStatus().ACKResourceMetadata)
	}
	v.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	v.annotateNamespace(v1alpha1.AnnotationDefaultRegion + "-")
}

func TestNamespaceDeletionPolicy(t *testing.T) {
	w := newWorld(t)
	w.annotateNamespace(v1alpha1.AnnotationNamespaceDeletionPolicy + "=retain")
	w.apply(targetManifest, policyManifest)
	w.ready(policy, "policy")
	w.kubectl("", "delete", "scalingpolicy", "policy", "--timeout=20s")
	if len(w.policies()) != 1 {
		t.Error("the policy was deleted although the namespace says retain")
	}
	w.annotateNamespace(v1alpha1.AnnotationNamespaceDeletionPolicy + "=delete")
}

func TestReadOnly(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest)
	w.ready(target, "target")
	shown := w.edited(policyManifest, "name: policy", "name: policy\n  annotations: {"+v1alpha1.AnnotationReadOnly+": 'True'}")
	w.apply(shown)
	w.becomes(policy, "policy", no, "NotInAWS")
	w.putPolicy(33)
	got := w.ready(policy, "policy").(*v1alpha1.ScalingPolicy)
	if len(got.Status.Alarms) != 2 || len(got.Finalizers) != 0 {
		t.Errorf("a read-only object shows the alarms and is not held: %v, %v", got.Status.Alarms, got.Finalizers)
	}
	w.kubectl("", "delete", "scalingpolicy", "policy", "--timeout=20s")
	if p := w.policies(); len(p) != 1 || *p[0].TargetTrackingScalingPolicyConfiguration.TargetValue != 33 {
		t.Errorf("a read-only object changed AWS: %+v", p)
	}
}
