package e2e

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/crds"
	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/operator"
)

// exportManifest returns a FieldExport that reads the world's target.
func exportManifest(name, path, to string) string {
	return fmt.Sprintf(`apiVersion: services.k8s.aws/v1alpha1
kind: FieldExport
metadata: {name: %s}
spec:
  from:
    path: %q
    resource: {group: applicationautoscaling.services.k8s.aws, kind: ScalableTarget, name: target}
  to: %s
`, name, path, to)
}

const (
	configMapManifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {theirs: x}\n"
	secretManifest    = "apiVersion: v1\nkind: Secret\nmetadata: {name: secrets}\nstringData: {theirs: x}\n"
	arnPath           = ".status.ackResourceMetadata.arn"
)

// tells waits until a FieldExport has a condition of that status and reason.
func (w *world) tells(name, conditionType string, status metav1.ConditionStatus, reason string) services.Condition {
	w.Helper()
	var found services.Condition
	w.eventually(fmt.Sprintf("FieldExport %s tells %s=%s %s", name, conditionType, status, reason), func() error {
		export := &services.FieldExport{}
		if err := kube.Get(w.ctx, client.ObjectKey{Namespace: w.namespace, Name: name}, export); err != nil {
			return err
		}
		var all string
		for _, c := range export.Status.Conditions {
			if c.Type == conditionType && c.Status == status && text(c.Reason) == reason {
				found = c
				return nil
			}
			all += fmt.Sprintf("\n  %s=%s %s: %s", c.Type, c.Status, text(c.Reason), text(c.Message))
		}
		return fmt.Errorf("its conditions are%s", all)
	})
	return found
}

// holds waits until a ConfigMap or Secret of the world has this, and no more.
func (w *world) holds(kind string, want map[string]string) {
	w.Helper()
	w.eventually("the "+kind+" holds what is exported", func() error {
		configMap, secret := &corev1.ConfigMap{}, &corev1.Secret{}
		got := map[string]string{}
		if kind == "Secret" {
			w.must(kube.Get(w.ctx, client.ObjectKey{Namespace: w.namespace, Name: "secrets"}, secret))
			for key, value := range secret.Data {
				got[key] = string(value)
			}
		} else {
			w.must(kube.Get(w.ctx, client.ObjectKey{Namespace: w.namespace, Name: "settings"}, configMap))
			got = configMap.Data
		}
		if diff := cmp.Diff(want, got); diff != "" {
			return fmt.Errorf("(-want +got):\n%s", diff)
		}
		return nil
	})
}

func TestFieldExport(t *testing.T) {
	w := newWorld(t)
	byDefault := w.namespace + ".arn"
	w.apply(configMapManifest, secretManifest,
		exportManifest("arn", arnPath, "{kind: configmap, name: settings}"),
		exportManifest("max", ".spec.maxCapacity", "{kind: ConfigMap, name: settings, key: MAX}"),
		exportManifest("secret", ".spec.maxCapacity", "{kind: secret, name: secrets, key: max}"))
	w.tells("arn", v1alpha1.ConditionRecoverable, yes, "SourceNotFound")

	t.Log("the values arrive when the source is in AWS, each under its key, and nothing else is touched")
	w.apply(targetManifest)
	arn := *w.ready(target, "target").GetStatus().ACKResourceMetadata.ARN
	w.tells("arn", v1alpha1.ConditionReady, yes, "Exported")
	w.holds("ConfigMap", map[string]string{"theirs": "x", byDefault: arn, "MAX": "2"})
	w.holds("Secret", map[string]string{"theirs": "x", "max": "2"})

	t.Log("they follow the source")
	w.apply(w.edited(targetManifest, "maxCapacity: 2", "maxCapacity: 5"))
	w.holds("ConfigMap", map[string]string{"theirs": "x", byDefault: arn, "MAX": "5"})
	w.holds("Secret", map[string]string{"theirs": "x", "max": "5"})

	t.Log("what was taken out of the target is put back, and deletion leaves what was exported")
	w.kubectl("", "patch", "configmap", "settings", "--type=merge", "-p", `{"data":{"MAX":null}}`)
	w.holds("ConfigMap", map[string]string{"theirs": "x", byDefault: arn, "MAX": "5"})
	w.kubectl("", "patch", "fieldexport", "max", "--type=merge", "-p", `{"metadata":{"finalizers":["`+services.FinalizerFieldExport+`"]}}`)
	w.kubectl("", "delete", "fieldexports", "--all", "--timeout=20s")
	w.holds("ConfigMap", map[string]string{"theirs": "x", byDefault: arn, "MAX": "5"})
}

func TestFieldExportsThatWait(t *testing.T) {
	w := newWorld(t)
	w.apply(targetManifest,
		exportManifest("early", arnPath, "{kind: configmap, name: settings, key: arn}"),
		exportManifest("broken", ".status[", "{kind: configmap, name: settings, key: broken}"),
		exportManifest("large", ".spec", "{kind: configmap, name: settings, key: large}"))
	w.ready(target, "target")
	w.tells("early", v1alpha1.ConditionRecoverable, yes, "TargetNotFound")
	w.tells("broken", v1alpha1.ConditionTerminal, yes, "PathInvalid")
	w.tells("large", v1alpha1.ConditionTerminal, yes, "ValueNotScalar")

	t.Log("a target that comes later, and paths that are corrected")
	w.apply(configMapManifest,
		exportManifest("broken", ".spec.minCapacity", "{kind: configmap, name: settings, key: broken}"),
		exportManifest("large", ".spec | tojson | length | . > 10", "{kind: configmap, name: settings, key: large}"))
	for _, name := range []string{"early", "broken", "large"} {
		w.tells(name, v1alpha1.ConditionReady, yes, "Exported")
	}
	w.holds("ConfigMap", map[string]string{"theirs": "x", "arn": *w.get(target, "target").GetStatus().ACKResourceMetadata.ARN, "broken": "1", "large": "true"})
}

// definition returns a CRD of ours, and installs it again when the test ends.
func (w *world) definition(file string) string {
	w.Helper()
	files, err := crds.All()
	w.must(err)
	i := slices.IndexFunc(files, func(f crds.File) bool { return f.Name == file })
	definition := string(files[i].YAML)
	w.Cleanup(func() { // the other tests need it
		w.ctx = context.WithoutCancel(w.ctx)
		w.kubectl(definition, "apply", "-f", "-")
	})
	return definition
}

// TestFieldExportInstalledLater starts the controller where the kind is not
// installed, as in clusters that never had an ACK controller.
func TestFieldExportInstalledLater(t *testing.T) {
	w := newWorld(t)
	definition := w.definition("services.k8s.aws_fieldexports.yaml")
	theController()
	w.kubectl("", "delete", "crd", "fieldexports.services.k8s.aws", "--timeout=20s")
	w.restart()
	w.apply(targetManifest, configMapManifest)
	w.ready(target, "target")
	w.kubectl(definition, "apply", "-f", "-")
	w.eventually("the new kind is served", func() error {
		_, err := w.tryKubectl(exportManifest("name", ".spec.serviceNamespace", "{kind: configmap, name: settings, key: service}"), "apply", "-f", "-")
		return err
	})
	w.tells("name", v1alpha1.ConditionReady, yes, "Exported")
	w.holds("ConfigMap", map[string]string{"theirs": "x", "service": "sagemaker"})
}

// TestFieldExportWithTheTwoKindsOfACK: its chart installs no ScheduledAction,
// and its values name two kinds.
func TestFieldExportWithTheTwoKindsOfACK(t *testing.T) {
	w := newWorld(t)
	theController()
	w.kubectl("", "delete", "crd", "scheduledactions.applicationautoscaling.services.k8s.aws", "--timeout=20s")
	ofAction := strings.Replace(exportManifest("action", ".spec.schedule", "{kind: configmap, name: settings, key: schedule}"), "kind: ScalableTarget, name: target", "kind: ScheduledAction, name: action", 1)
	w.apply(targetManifest, configMapManifest, ofAction, exportManifest("max", ".spec.maxCapacity", "{kind: configmap, name: settings, key: max}"))
	w.with(func(o *operator.Options) {
		o.Kinds = []autoscaling.Kind{autoscaling.KindTarget, autoscaling.KindPolicy}
	})
	definition := w.definition("applicationautoscaling.services.k8s.aws_scheduledactions.yaml")
	w.tells("max", v1alpha1.ConditionReady, yes, "Exported")
	if c := w.tells("action", v1alpha1.ConditionReady, no, "KindNotRead"); !strings.Contains(text(c.Message), "--reconcile-resources") {
		t.Errorf("the condition does not say why the kind is not read: %s", text(c.Message))
	}

	t.Log("all kinds are worked on, and one is not installed: the others are read, and it is when it comes")
	theController()
	var log lines
	started := make(chan error)
	go func() {
		stop, err := startOperator(context.WithoutCancel(w.ctx), func(o *operator.Options) {
			o.Resync, o.Logger = resync, slog.New(slog.NewTextHandler(&log, nil))
		})
		theController = stop
		started <- err
	}()
	w.kubectl("", "patch", "configmap", "settings", "--type=merge", "-p", `{"data":{"max":null}}`)
	w.holds("ConfigMap", map[string]string{"theirs": "x", "max": "2"})
	w.eventually("the condition says the new reason why the kind is not read", func() error {
		if c := w.tells("action", v1alpha1.ConditionReady, no, "KindNotRead"); !strings.Contains(text(c.Message), "install its CRD") {
			return errors.New(text(c.Message)) // of the controller before, for a moment
		}
		return nil
	})
	w.kubectl(definition, "apply", "-f", "-")
	w.must(<-started)
	w.apply(actionManifest)
	w.tells("action", v1alpha1.ConditionReady, yes, "Exported")
	if n := log.count("FieldExports wait for a kind"); n != 1 {
		t.Errorf("that a kind is missing is logged %d times, want once", n)
	}
}
