package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/lab"
	"github.com/setpoint-io/setpoint/internal/operator"
	"github.com/setpoint-io/setpoint/test/chart"
)

// install installs what the chart says about rights, and runs the controller
// with them and no others until the test ends, as a pod of the release would.
func (w *world) install(release, namespace, values string, configure func(*operator.Options)) {
	w.Helper()
	objects, err := chart.Render(w.ctx, release, namespace, values+"\ncrds: {install: false}\nfullnameOverride: "+release+"\n")
	w.must(err)
	w.must(client.IgnoreAlreadyExists(kube.Create(w.ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})))
	var account string
	for _, kind := range []string{"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"} {
		for _, obj := range objects.OfKind(kind) {
			w.must(kube.Create(w.ctx, obj))
			w.Cleanup(func() { w.must(kube.Delete(context.WithoutCancel(w.ctx), obj)) })
			if kind == "ServiceAccount" {
				account = obj.GetName()
			}
		}
	}
	theController()
	stop, err := startOperator(context.WithoutCancel(w.ctx), func(o *operator.Options) {
		o.Kubernetes.Impersonate = rest.ImpersonationConfig{
			UserName: "system:serviceaccount:" + namespace + ":" + account,
			Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
		}
		o.SystemNamespace, o.LeaderElection, o.LeaderElectionNamespace, o.Resync = namespace, true, namespace, resync
		configure(o)
	})
	if err != nil {
		w.restart()
		w.Fatal(err)
	}
	theController = stop
	w.Cleanup(func() {
		theController()
		w.restart()
	})
}

// guide applies target and policy, edits them and deletes them. All writes of
// the controller are among them: finalizers, status, events.
func (w *world) guide() {
	w.Helper()
	w.apply(targetManifest, policyManifest, actionManifest)
	for kind, name := range map[autoscaling.Kind]string{target: "target", policy: "policy", action: "action"} {
		if got := w.ready(kind, name); len(got.GetFinalizers()) != 1 {
			w.Errorf("%s %s has the finalizers %v", kind, name, got.GetFinalizers())
		}
	}
	w.apply(w.edited(targetManifest, "maxCapacity: 2", "maxCapacity: 5"), w.edited(policyManifest, "targetValue: 60", "targetValue: 75"))
	w.eventually("AWS has what was edited", func() error {
		if got := *w.target().MaxCapacity; got != 5 {
			return fmt.Errorf("MaxCapacity is %d", got)
		}
		if got := *w.policies()[0].TargetTrackingScalingPolicyConfiguration.TargetValue; got != 75 {
			return fmt.Errorf("TargetValue is %v", got)
		}
		return nil
	})
	w.eventually("there are events", func() error {
		if seen := w.kubectl("", "events"); !strings.Contains(seen, "Created") || !strings.Contains(seen, "Updated") {
			return fmt.Errorf("%s", seen)
		}
		return nil
	})
	w.kubectl("", "delete", "scheduledactions,scalingpolicies,scalabletargets", "--all", "--timeout=20s")
	if t, p, a := w.target(), w.policies(), w.actions(); t != nil || len(p)+len(a) > 0 {
		w.Errorf("left behind in AWS: %v, %d policies, %d actions", t, len(p), len(a))
	}
}

// exports copies a field into a ConfigMap, and into a Secret where that is
// allowed; a finalizer of the ACK controllers comes off.
func (w *world) exports(secrets bool) {
	w.Helper()
	w.apply(ecsTarget, configMapManifest, secretManifest,
		exportManifest("max", ".spec.maxCapacity", "{kind: configmap, name: settings, key: max}"),
		exportManifest("secret", ".spec.maxCapacity", "{kind: secret, name: secrets, key: max}"))
	w.tells("max", v1alpha1.ConditionReady, yes, "Exported")
	w.holds("ConfigMap", map[string]string{"theirs": "x", "max": "2"})
	if secrets {
		w.tells("secret", v1alpha1.ConditionReady, yes, "Exported")
		w.holds("Secret", map[string]string{"theirs": "x", "max": "2"})
	} else if c := w.tells("secret", v1alpha1.ConditionReady, no, "Denied"); !strings.Contains(text(c.Message), "fieldExport.secrets: true") {
		w.Errorf("the FieldExport does not say what allows it: %s", text(c.Message))
	}
	w.eventually("an event tells of it", func() error { return mentions(w.kubectl("", "events", "--for=fieldexport/max"), "Exported") })
	w.kubectl("", "patch", "fieldexport", "max", "--type=merge", "-p", `{"metadata":{"finalizers":["`+services.FinalizerFieldExport+`"]}}`)
	w.kubectl("", "delete", "fieldexports,scalabletargets", "--all", "--timeout=20s")
}

// references has a target that is about an Endpoint object, and one whose role
// is a Role object.
func (w *world) references() {
	w.Helper()
	w.kubectl(foreignCRDs, "apply", "-f", "-")
	w.kubectl("", "wait", "--for=condition=Established", "crd/endpoints.sagemaker.services.k8s.aws", "crd/roles.iam.services.k8s.aws")
	w.eventually("the new kinds are served", func() error {
		_, err := w.tryKubectl(w.manifest(endpointManifest+"---\napiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata: {name: scaler}\n"), "apply", "-f", "-")
		return err
	})
	w.setStatus("endpoints.sagemaker.services.k8s.aws", "my-endpoint", `{"endpointStatus":"InService"}`)
	w.setStatus("roles.iam.services.k8s.aws", "scaler", `{"ackResourceMetadata":{"arn":"arn:aws:iam::000000000000:role/scaler"}}`)
	w.apply(targetByReference, emrTarget)
	w.ready(target, "target")
	w.ready(target, "emr")
	w.kubectl("", "delete", "scalabletargets", "--all", "--timeout=20s")
}

// otherAccount lets the namespace's annotation choose another account, whose
// role is in the ConfigMap of the release's namespace.
func (w *world) otherAccount(namespace, account string) {
	w.Helper()
	w.kubectl("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ack-role-account-map, namespace: "+namespace+"}\ndata: {'"+account+"': 'arn:aws:iam::"+account+":role/setpoint'}\n",
		"apply", "--namespace", namespace, "-f", "-")
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "=" + account)
	w.apply(ecsTarget)
	w.eventually("the target is in the other account", func() error { return w.has(account, lab.Region) })
	w.ready(target, "target")
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	if w.has(account, lab.Region) == nil {
		w.Error("the target was left behind in the other account")
	}
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "-")
}

// mayNot checks that the rights which suffice are no larger than they look.
func (w *world) mayNot(namespace, account string, questions ...string) {
	w.Helper()
	for _, question := range questions {
		args := append([]string{"auth", "can-i", "--as=system:serviceaccount:" + namespace + ":" + account}, strings.Fields(question)...)
		// The exit code says it too: 1 is no.
		if out, err := w.tryKubectl("", args...); err == nil || !strings.HasSuffix(strings.TrimSpace(out), "no") {
			w.Errorf("may the controller %s? %s", question, out)
		}
	}
}

// TestChartRightsInTheCluster does the guide, references, FieldExports and
// accounts by annotation, with nothing but the rights of the chart.
func TestChartRightsInTheCluster(t *testing.T) {
	const release = "chart-cluster"
	w := newWorld(t)
	w.install(release, release, "serviceAccount: {name: controller}\nfieldExport: {secrets: true}", func(*operator.Options) {})
	w.guide()
	w.references()
	w.exports(true)
	w.otherAccount(release, "222233334444")
	w.mayNot(release, "controller", "list secrets", "watch secrets", "list configmaps", "create configmaps", "delete scalabletargets", "create scalabletargets", "create namespaces")
}

// TestChartRightsInOneNamespace does the same with the Roles of installScope
// namespace, which grant nothing elsewhere, and by default no Secret.
func TestChartRightsInOneNamespace(t *testing.T) {
	const release = "chart-namespace"
	w := newWorld(t)
	w.install(release, release, "serviceAccount: {name: controller}\ninstallScope: namespace\nrbac: {readNamespaces: true}\nwatchNamespace: "+w.namespace,
		func(o *operator.Options) { o.Namespaces = []string{w.namespace} })
	w.guide()
	w.references()
	w.exports(false)
	w.otherAccount(release, "333344445555")
	w.mayNot(release, "controller", "list secrets", "get secrets --namespace="+w.namespace, "get scalabletargets --namespace=default", "get secrets --namespace=default", "list configmaps --namespace=default")
}

// TestChartRightsForRoleSelectors lets an IAMRoleSelector, which belongs to the
// cluster, choose by a label of the namespace.
func TestChartRightsForRoleSelectors(t *testing.T) {
	const other = "999900001111"
	for scope, values := range map[string]string{"cluster": "", "namespace": "\ninstallScope: namespace\nwatchNamespace: $NAMESPACE"} {
		t.Run(scope, func(t *testing.T) {
			w := newWorld(t)
			release := "chart-selectors-" + scope
			w.selects(w.namespace, "arn:aws:iam::"+other+":role/setpoint", "namespaceSelector: {labelSelector: {matchLabels: {stage: "+w.namespace+"}}}")
			w.kubectl("", "label", "namespace", w.namespace, "stage="+w.namespace)
			w.install(release, release, "serviceAccount: {name: controller}\nenableCARM: false\nfeatureGates: {IAMRoleSelector: true}"+strings.ReplaceAll(values, "$NAMESPACE", w.namespace),
				func(o *operator.Options) {
					selectorsOnly(o)
					if scope == "namespace" {
						o.Namespaces = []string{w.namespace}
					}
				})
			w.apply(ecsTarget)
			w.ready(target, "target")
			if err := w.has(other, lab.Region); err != nil {
				t.Error(err)
			}
			w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
			w.mayNot(release, "controller", "create iamroleselectors", "list secrets")
		})
	}
}
