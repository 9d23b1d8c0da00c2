package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/lab"
	"github.com/setpoint-io/setpoint/internal/operator"
)

// selectorsOnly is an operator with the feature gate IAMRoleSelector.
func selectorsOnly(o *operator.Options) { o.Selectors, o.SystemNamespace = true, "" }

// selects makes an IAMRoleSelector; spec is YAML in flow style, after the arn.
func (w *world) selects(name, role, spec string) {
	w.Helper()
	w.kubectl("apiVersion: services.k8s.aws/v1alpha1\nkind: IAMRoleSelector\nmetadata: {name: "+name+"}\nspec: {arn: '"+role+"', "+spec+"}\n", "apply", "-f", "-")
	w.Cleanup(func() {
		w.ctx = context.Background() // the test's own context has ended
		w.kubectl("", "delete", "iamroleselector", name, "--ignore-not-found")
	})
}

// slow delays the first lists of some resources.
type slow struct {
	http.RoundTripper
	resources []string
}

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, resource := range s.resources {
		if strings.HasSuffix(r.URL.Path, "/"+resource) {
			time.Sleep(time.Second)
		}
	}
	return s.RoundTripper.RoundTrip(r)
}

// TestSelectorsAreKnownBeforeTheFirstReconcile: otherwise an object is made in
// the controller's own account at the start.
func TestSelectorsAreKnownBeforeTheFirstReconcile(t *testing.T) {
	const other = "777788889999"
	w := newWorld(t)
	theController()
	w.selects(w.namespace, "arn:aws:iam::"+other+":role/setpoint", "namespaceSelector: {labelSelector: {matchLabels: {stage: "+w.namespace+"}}}")
	w.kubectl("", "label", "namespace", w.namespace, "stage="+w.namespace)
	w.apply(ecsTarget)
	w.with(func(o *operator.Options) {
		selectorsOnly(o)
		o.Kubernetes = rest.CopyConfig(o.Kubernetes)
		o.Kubernetes.Wrap(func(next http.RoundTripper) http.RoundTripper {
			return slow{next, []string{"iamroleselectors", "namespaces"}}
		})
	})
	w.ready(target, "target")
	if w.has(lab.Account, lab.Region) == nil {
		t.Error("the target was made in the controller's own account")
	}
	if err := w.has(other, lab.Region); err != nil {
		t.Error(err)
	}
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	if w.has(other, lab.Region) == nil {
		t.Error("the target was left behind in the account of the selector")
	}
}

func (w *world) selected(kind autoscaling.Kind, name, says string) {
	w.Helper()
	w.eventually("the condition says "+says, func() error {
		return mentions(text(condition(w.get(kind, name), v1alpha1.ConditionIAMRoleSelected).Message), says)
	})
}

// TestSelectorsTakeEffectAtOnce: changes of selectors, of labels of objects and
// of labels of namespaces, and what the conditions tell.
func TestSelectorsTakeEffectAtOnce(t *testing.T) {
	const other = "888899990000"
	role := func(name string) string { return "arn:aws:iam::" + other + ":role/" + name }
	w := newWorld(t)
	w.with(func(o *operator.Options) {
		selectorsOnly(o)
		o.Resync = time.Hour // nothing but the change itself wakes the controller
	})
	inNamespace := "namespaceSelector: {names: [" + w.namespace + "]}"
	w.selects(w.namespace+"-red", role("red"), inNamespace+", resourceLabelSelector: {matchLabels: {colour: red}}, resourceTypeSelector: [{kind: ScalableTarget}]")
	w.selects(w.namespace+"-blue", role("blue"), inNamespace+", resourceLabelSelector: {matchLabels: {colour: blue}}")
	w.apply(w.edited(ecsTarget, "{name: target}", "{name: target, labels: {colour: red}}"))
	got := w.ready(target, "target")
	c := condition(got, v1alpha1.ConditionIAMRoleSelected)
	if c.Status != metav1.ConditionTrue || text(c.Reason) != "Selected" ||
		!strings.HasPrefix(text(c.Message), "roleARN: "+role("red")+", selectorName: "+w.namespace+"-red, selectorResourceVersion: ") {
		t.Errorf("the condition says %s %s: %s", c.Status, text(c.Reason), text(c.Message))
	}

	t.Log("labels of the object")
	w.kubectl("", "label", "--overwrite", "scalabletarget", "target", "colour=blue")
	w.selected(target, "target", role("blue"))

	t.Log("a selector comes and goes")
	w.selects(w.namespace+"-any", role("any"), inNamespace)
	told := w.becomes(target, "target", no, "AccountOrRegionUnusable")
	if m := text(condition(told, v1alpha1.ConditionReady).Message); !strings.Contains(m, w.namespace+"-any, "+w.namespace+"-blue") {
		t.Errorf("the condition does not name the selectors: %s", m)
	}
	w.kubectl("", "delete", "iamroleselector", w.namespace+"-blue")
	w.becomes(target, "target", metav1.ConditionTrue, "")
	w.selected(target, "target", role("any"))

	t.Log("labels of the namespace")
	w.kubectl("", "patch", "iamroleselector", w.namespace+"-any", "--type=merge", "-p", `{"spec":{"namespaceSelector":{"labelSelector":{"matchLabels":{"stage":"prod"}}}}}`)
	w.becomes(target, "target", no, "AccountOrRegionUnusable") // it would be the controller's own account
	w.kubectl("", "label", "namespace", w.namespace, "stage=prod")
	w.becomes(target, "target", metav1.ConditionTrue, "")

	t.Log("what refers to other objects has both conditions")
	w.apply(`apiVersion: $API
kind: ScheduledAction
metadata: {name: action}
spec:
  scheduledActionName: morning
  resourceRef: {from: {name: target}}
  schedule: cron(0 8 * * ? *)
  scalableTargetAction: {minCapacity: 1}
`)
	got = w.ready(action, "action")
	if condition(got, v1alpha1.ConditionReferencesResolved).Status != metav1.ConditionTrue || condition(got, v1alpha1.ConditionIAMRoleSelected).Status != metav1.ConditionTrue {
		t.Errorf("one condition took the place of the other: %s", printed(got.GetStatus()))
	}
	w.kubectl("", "delete", "scheduledaction", "action", "--timeout=20s")
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	if w.has(other, lab.Region) == nil {
		t.Error("the target was left behind")
	}
}
