package e2e

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/lab"
	"github.com/setpoint-io/setpoint/internal/operator"
)

const confinedRole = `apiVersion: v1
kind: ServiceAccount
metadata: {name: setpoint}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: setpoint}
rules:
- apiGroups: [applicationautoscaling.services.k8s.aws]
  resources: [scalabletargets, scalingpolicies, scheduledactions]
  verbs: [get, list, watch, update, patch]
- apiGroups: [applicationautoscaling.services.k8s.aws]
  resources: [scalabletargets/status, scalingpolicies/status, scheduledactions/status]
  verbs: [get, update, patch]
- apiGroups: [services.k8s.aws]
  resources: [fieldexports]
  verbs: [get, list, watch, patch]
- apiGroups: ["", events.k8s.io]
  resources: [events]
  verbs: [create, patch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: setpoint}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: setpoint}
subjects: [{kind: ServiceAccount, name: setpoint, namespace: $NAMESPACE}]
`

// lines is a log that can be searched.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *lines) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), what)
}

// confined runs the controller with a Role in the namespace of the world, which asks
// for another Region, and returns its log.
func (w *world) confined(role string) *lines {
	w.kubectl(strings.ReplaceAll(role, "$NAMESPACE", w.namespace), "apply", "-f", "-")
	w.annotateNamespace(v1alpha1.AnnotationDefaultRegion + "=eu-central-1")
	log := &lines{}
	w.with(func(o *operator.Options) {
		o.Kubernetes = rest.CopyConfig(o.Kubernetes)
		o.Kubernetes.Impersonate = rest.ImpersonationConfig{UserName: "system:serviceaccount:" + w.namespace + ":setpoint"}
		o.Namespaces = []string{w.namespace}
		o.Logger = slog.New(slog.NewTextHandler(log, nil))
	})
	return log
}

// TestWorksWithTheRightsOfOneNamespace: an install that is confined to a
// namespace has a Role there and nothing else.
func TestWorksWithTheRightsOfOneNamespace(t *testing.T) {
	w := newWorld(t)
	log := w.confined(confinedRole)
	w.apply(targetManifest, policyManifest, actionManifest)
	w.ready(target, "target")
	w.ready(policy, "policy")
	got := w.ready(action, "action")
	if region := got.GetStatus().ACKResourceMetadata.Region; region != lab.Region {
		t.Errorf("the Region is %s although the namespace cannot be read", region)
	}
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	time.Sleep(resync)
	if log.count("namespaces may not be read") != 1 || log.count("roles of other accounts may not be read") != 1 || log.count("forbidden") > 0 {
		t.Errorf("each missing right is told once, and nothing is tried in vain:\n%s", log.text.String())
	}
	w.kubectl("", "delete", "scalingpolicy,scheduledaction", "--all", "--timeout=20s")
}

// ownNamespace lets a Role's subjects read the namespace of the Role, and no other.
const ownNamespace = `- apiGroups: [""]
  resources: [namespaces]
  resourceNames: [$NAMESPACE]
  verbs: [get]
`

// TestAnnotationsOfItsNamespaceCount in an install that is confined to it: it cannot
// watch the namespace, and must not work in another Region, or delete what shall stay.
func TestAnnotationsOfItsNamespaceCount(t *testing.T) {
	w := newWorld(t)
	log := w.confined(strings.Replace(confinedRole, "- apiGroups: [services", ownNamespace+"- apiGroups: [services", 1))
	w.apply(ecsTarget)
	if region := w.ready(target, "target").GetStatus().ACKResourceMetadata.Region; region != "eu-central-1" {
		t.Errorf("the Region is %s", region)
	}
	w.annotateNamespace(v1alpha1.AnnotationPause + "=true")
	w.eventually("the pause of the namespace is seen", func() error {
		if condition(w.get(target, "target"), v1alpha1.ConditionPaused).Status != metav1.ConditionTrue {
			return errors.New("it is not paused")
		}
		return nil
	})
	w.annotateNamespace(v1alpha1.AnnotationPause + "-")
	w.eventually("the end of the pause is seen", func() error {
		if condition(w.get(target, "target"), v1alpha1.ConditionPaused).Status == metav1.ConditionTrue {
			return errors.New("it is still paused")
		}
		return nil
	})
	if log.count("may not be read") != 1 || log.count("roles of other accounts may not be read") != 1 || log.count("forbidden") > 0 {
		t.Errorf("something is tried in vain:\n%s", log.text.String())
	}
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
}

// TestKindsThatAreLeftAlone by --reconcile-resources.
func TestKindsThatAreLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.with(func(o *operator.Options) { o.Kinds = []autoscaling.Kind{autoscaling.KindTarget} })
	w.apply(policyManifest, targetManifest)
	w.ready(target, "target")
	time.Sleep(resync)
	if got := w.get(policy, "policy").GetStatus(); len(got.Conditions) > 0 || len(w.policies()) > 0 {
		t.Errorf("the policy is worked on: %s", printed(got))
	}
	theController()
	w.restart()
	w.ready(policy, "policy")
}

// TestFeaturesThatAreTurnedOff are refused: to ignore the annotation would
// write where the user wants to look.
func TestFeaturesThatAreTurnedOff(t *testing.T) {
	w := newWorld(t)
	w.with(func(o *operator.Options) { o.NoAdoption, o.NoReadOnly = true, true })
	w.apply(w.edited(targetManifest, "name: target", "name: target\n  annotations: {"+v1alpha1.AnnotationReadOnly+": 'true'}"))
	told := w.becomes(target, "target", no, "AnnotationInvalid")
	w.must(mentions(text(condition(told, v1alpha1.ConditionReady).Message), "ReadOnlyResources=false"))
	w.kubectl("", "annotate", "scalabletarget", "target", v1alpha1.AnnotationReadOnly+"-", v1alpha1.AnnotationAdoptionPolicy+"=adopt-or-create")
	w.eventually("adoption is refused", func() error {
		return mentions(text(condition(w.get(target, "target"), v1alpha1.ConditionReady).Message), "ResourceAdoption=false")
	})
	if w.target() != nil {
		t.Error("the target was registered")
	}
	w.kubectl("", "annotate", "scalabletarget", "target", v1alpha1.AnnotationAdoptionPolicy+"-")
	w.ready(target, "target")
}
