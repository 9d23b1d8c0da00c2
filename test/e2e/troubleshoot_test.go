package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const chatManifest = `apiVersion: $API
kind: ScalableTarget
metadata:
  name: chat
spec:
  $IDENTITY
  minCapacity: 1
  maxCapacity: 2
`

const chatPolicyManifest = `apiVersion: $API
kind: ScalingPolicy
metadata:
  name: chat-invocations
spec:
  policyName: invocations
  $IDENTITY
  targetTrackingScalingPolicyConfiguration:
    targetValue: 60
    predefinedMetricSpecification:
      predefinedMetricType: SageMakerVariantInvocationsPerInstance
`

// A howTo is a page whose commands are typed and whose outputs are compared, in
// the world of a test.
type howTo struct {
	*world
	page string
	path string // of the directory with kubectl
}

func (w *world) howTo(page string) howTo {
	w.Helper()
	text, err := os.ReadFile(repository(w.T, page))
	w.must(err)
	bin, err := programs()
	w.must(err)
	dir := w.TempDir()
	w.must(os.WriteFile(filepath.Join(dir, "kubectl"), []byte("#!/bin/sh\nexec '"+filepath.Join(bin, "setpoint-lab")+"' kubectl --namespace "+w.namespace+" \"$@\"\n"), 0o700))
	return howTo{w, string(text), dir}
}

// types runs the command of the page that begins with these words, and returns
// what it prints.
func (h howTo) types(words string) string {
	h.Helper()
	_, command, found := strings.Cut(h.page, "\n"+words)
	if !found {
		h.Fatalf("the page has no command that begins with %s", words)
	}
	command, _, _ = strings.Cut(words+strings.ReplaceAll(command, "\\\n", " "), "\n")
	command = strings.ReplaceAll(command, "demo-endpoint", h.endpoint)
	cmd := exec.CommandContext(h.ctx, "sh", "-c", command)
	cmd.Env = append(append(os.Environ(), awsEnvironment()...), "PATH="+h.path+string(os.PathListSeparator)+os.Getenv("PATH"), "KUBECONFIG="+theLab.Kubeconfig)
	out, err := cmd.CombinedOutput()
	if err != nil {
		h.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

// shows waits until a line of the output has these words, and looks for it on
// the page, where its first columns may be missing. What the test calls by its
// own name is called as in the lab there.
func (h howTo) shows(words string, output func() string) {
	h.Helper()
	blanks := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	var line string
	h.eventually(fmt.Sprintf("there is a line with %q", words), func() error {
		all := output()
		for candidate := range strings.Lines(all) {
			if line = blanks(candidate); strings.Contains(line, words) {
				return nil
			}
		}
		return fmt.Errorf("got %s", all)
	})
	line = strings.NewReplacer(h.namespace+"/chat", "default/chat", h.endpoint, "demo-endpoint").Replace(line)
	for shown := range strings.Lines(h.page) {
		if shown = blanks(shown); strings.Contains(shown, words) && strings.HasSuffix(line, shown) {
			return
		}
	}
	h.Errorf("the page does not show this line: %s", line)
}

// TestTroubleshootPage lives through the troubles of the page.
func TestTroubleshootPage(t *testing.T) {
	h := newWorld(t).howTo("docs/how-to/troubleshoot.md")
	ready := func() string { return h.types("kubectl get autoscaling --all-namespaces -o custom-columns") }
	message := func() string { return h.types("kubectl get scalabletarget chat -o jsonpath='{.status.conditions") }

	h.apply(chatPolicyManifest)
	h.shows("waiting for the scalable target sagemaker endpoint/", ready)

	h.kubectl(strings.ReplaceAll(h.manifest(chatManifest), "endpoint/"+h.endpoint, "endpoint/"+h.endpoint+"-gone"), "apply", "-f", "-")
	h.shows("ValidationException: Could not find endpoint", message)
	h.kubectl("", "delete", "scalabletarget", "chat")

	h.register(1, 4, map[string]string{"terraform": "true"})
	h.apply(chatManifest)
	h.shows("Resource already exists", message)
	h.types("kubectl annotate scalabletarget chat services.k8s.aws/adoption-policy")
	h.becomes(target, "chat", metav1.ConditionTrue, "")
	h.becomes(policy, "chat-invocations", metav1.ConditionTrue, "")
	if out := h.types("kubectl describe scalingpolicy chat-invocations"); !strings.Contains(out, "-AlarmHigh-") {
		t.Errorf("the policy has no alarms:\n%s", out)
	}
	if out := h.types("kubectl get scalabletargets,scalingpolicies,scheduledactions"); !strings.Contains(out, "SUSPENDED") || !strings.Contains(out, "TARGET-VALUE") {
		t.Errorf("a column that the page names is not there:\n%s", out)
	}
	if _, err := exec.LookPath("aws"); err != nil {
		t.Log("there is no AWS CLI on this machine: its commands are not typed")
	} else {
		h.types("aws application-autoscaling describe-scaling-activities")
		if out := h.types("aws cloudwatch describe-alarms"); strings.Count(out, "INSUFFICIENT_DATA") != 2 {
			t.Errorf("two alarms without data are expected:\n%s", out)
		}
	}
	h.types("kubectl annotate --overwrite scalabletarget chat applicationautoscaling.services.k8s.aws/reconcile-requested-at")

	h.register(1, 7, nil)
	h.shows("ScalableTarget/chat maxCapacity 7 -> 2", func() string { return h.types("kubectl events --all-namespaces --types Warning") })
	h.eventually("the drift stays in the status", func() error {
		if out := h.types("kubectl get scalabletarget chat -o jsonpath='{.status.lastDrift}'"); !strings.Contains(out, `"observed":"7"`) {
			return fmt.Errorf("got %s", out)
		}
		return nil
	})

	h.kubectl("", "annotate", "scalabletarget", "chat", "applicationautoscaling.services.k8s.aws/pause=true", "applicationautoscaling.services.k8s.aws/pause-reason=load test")
	h.kubectl("", "delete", "scalabletarget", "chat", "--wait=false")
	h.shows("paused (load test); the object is deleted", func() string {
		return h.types("kubectl get autoscaling --all-namespaces -o jsonpath='{range .items[?(@.metadata.deletionTimestamp)]}")
	})
	h.types("kubectl annotate --overwrite scalabletarget chat services.k8s.aws/deletion-policy=retain")
	h.kubectl("", "annotate", "scalabletarget", "chat", "applicationautoscaling.services.k8s.aws/pause-")
	h.gone(target, "chat")
	if h.target() == nil {
		t.Error("the target was let go, and is not in AWS any more")
	}
	h.apply(chatManifest)
	h.becomes(target, "chat", metav1.ConditionFalse, "AlreadyExists")
	h.kubectl("", "annotate", "scalabletarget", "chat", "services.k8s.aws/adoption-policy=adopt-or-create")
	h.becomes(target, "chat", metav1.ConditionTrue, "")
}
