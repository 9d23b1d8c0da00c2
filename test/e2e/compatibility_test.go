package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/lab"
	"github.com/setpoint-io/setpoint/internal/operator"
)

// TestStartsBeforeAWSAnswers: a controller that ends when STS does not answer is
// restarted in a loop, and one that says it is ready hides why nothing happens.
func TestStartsBeforeAWSAnswers(t *testing.T) {
	w := newWorld(t)
	var answers atomic.Bool
	sts := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		if !answers.Load() {
			http.Error(out, "down", http.StatusServiceUnavailable)
			return
		}
		theLab.Cloud.ServeHTTP(out, in)
	}))
	t.Cleanup(sts.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	health := listener.Addr().String()
	w.must(listener.Close())
	theController()
	op, err := operator.New(operator.Options{
		Kubernetes: theLab.ControlPlane.RESTConfig(), Logger: logger(), SystemNamespace: lab.SystemNamespace, Resync: resync,
		AWS:         awsapi.Options{Config: lab.SDKConfig(theLab.CloudURL, lab.Account, lab.Region), IdentityEndpoint: sts.URL, Logger: logger()},
		MetricsAddr: "0", HealthAddr: health,
	})
	w.must(err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.ctx))
	ended := make(chan error, 1)
	go func() { ended <- op.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		w.restart()
	})
	theController = func() {}
	says := func(path string, code int) error {
		in, err := http.NewRequestWithContext(w.ctx, http.MethodGet, "http://"+health+path, nil)
		w.must(err)
		out, err := http.DefaultClient.Do(in)
		if err != nil {
			return err
		}
		defer out.Body.Close()
		if out.StatusCode != code {
			return fmt.Errorf("%s says %d", path, out.StatusCode)
		}
		return nil
	}
	w.eventually("it says what it waits for", func() error {
		if why := op.Ready(); why == nil || !strings.Contains(why.Error(), "asking AWS who we are: GetCallerIdentity") {
			return errors.New(fmt.Sprint(why))
		}
		return says("/readyz", http.StatusInternalServerError)
	})
	w.must(says("/healthz", http.StatusOK))
	select {
	case err := <-ended:
		ended <- err
		t.Fatalf("it gave up: %v", err)
	default:
	}
	answers.Store(true)
	w.eventually("it is ready", func() error { return says("/readyz", http.StatusOK) })
	w.apply(targetManifest)
	w.ready(target, "target")
}

// TestOnlyWhatIsWatchedIsWorkedOn, by namespace and by labels.
func TestOnlyWhatIsWatchedIsWorkedOn(t *testing.T) {
	w := newWorld(t)
	elsewhere := w.namespace + "-2"
	w.kubectl("", "create", "namespace", elsewhere)
	selector, err := labels.Parse("team=ml,stage notin (test)")
	w.must(err)
	w.with(func(o *operator.Options) { o.Namespaces, o.Selector = []string{w.namespace}, selector })
	labelled := w.edited(policyManifest, "name: policy", "name: policy\n  labels: {team: ml}")
	w.apply(w.edited(targetManifest, "name: target", "name: target\n  labels: {team: ml}"), w.edited(labelled, "team: ml", "team: ml, stage: test"), actionManifest)
	if out, err := w.inAnyNamespace(w.manifest(w.edited(ecsTarget, "{name: target}", "{name: target, labels: {team: ml}}")), "--namespace", elsewhere, "apply", "-f", "-"); err != nil {
		t.Fatal(err, out)
	}
	w.ready(target, "target")
	time.Sleep(2 * resync)
	v := &world{T: w.T, ctx: w.ctx, namespace: elsewhere, endpoint: w.endpoint}
	for _, obj := range []v1alpha1.Object{w.get(policy, "policy"), w.get(action, "action"), v.get(target, "target")} {
		if len(obj.GetStatus().Conditions) > 0 || len(obj.GetFinalizers()) > 0 {
			t.Errorf("%T %s/%s is worked on: %s", obj, obj.GetNamespace(), obj.GetName(), printed(obj.GetStatus()))
		}
	}
	w.apply(labelled)
	w.ready(policy, "policy")
	w.kubectl("", "label", "--overwrite", "scalingpolicy", "policy", "stage=test")
	v.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
}

// TestAccountsAreKnownBeforeTheFirstReconcile: otherwise an object is made in
// the controller's own account at the start.
func TestAccountsAreKnownBeforeTheFirstReconcile(t *testing.T) {
	const other = "123400001234"
	w := newWorld(t)
	w.mapRole(other, "arn:aws:iam::"+other+":role/setpoint")
	theController()
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "=" + other)
	w.apply(ecsTarget)
	w.with(func(o *operator.Options) {
		o.Kubernetes = rest.CopyConfig(o.Kubernetes)
		o.Kubernetes.Wrap(func(next http.RoundTripper) http.RoundTripper {
			return slow{next, []string{"configmaps", "namespaces"}}
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
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "-")
}

// TestChangesAroundAnObjectTakeEffectAtOnce, without the check for drift: those
// of its namespace, of the roles of accounts, of an object to which it refers,
// and of what a FieldExport reads.
func TestChangesAroundAnObjectTakeEffectAtOnce(t *testing.T) {
	const other = "432100004321"
	w := newWorld(t)
	w.kubectl(foreignCRDs, "apply", "-f", "-")
	w.kubectl("", "wait", "--for=condition=Established", "crd/roles.iam.services.k8s.aws")
	w.with(func(o *operator.Options) { o.Resync = time.Hour })

	t.Log("the namespace")
	w.annotateNamespace(v1alpha1.AnnotationPause + "=true")
	w.apply(targetManifest)
	w.becomes(target, "target", no, "Paused")
	w.annotateNamespace(v1alpha1.AnnotationPause + "-")
	arn := *w.ready(target, "target").GetStatus().ACKResourceMetadata.ARN

	t.Log("what a FieldExport reads")
	w.apply(configMapManifest, exportManifest("arn", arnPath, "{kind: configmap, name: settings, key: arn}"), exportManifest("max", ".spec.maxCapacity", "{kind: configmap, name: settings, key: max}"))
	w.holds("ConfigMap", map[string]string{"theirs": "x", "arn": arn, "max": "2"})
	w.apply(w.edited(targetManifest, "maxCapacity: 2", "maxCapacity: 5"))
	w.holds("ConfigMap", map[string]string{"theirs": "x", "arn": arn, "max": "5"})

	t.Log("an object to which it refers")
	w.apply(w.edited(emrTarget, "name: emr", "name: referring"))
	w.becomes(target, "referring", no, "ReferenceNotResolved")
	w.eventually("the kind is served", func() error {
		_, err := w.tryKubectl("apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata: {name: scaler}\n", "apply", "-f", "-")
		return err
	})
	w.setStatus("roles.iam.services.k8s.aws", "scaler", `{"ackResourceMetadata":{"arn":"arn:aws:iam::000000000000:role/scaler"}}`)
	w.ready(target, "referring")

	t.Log("the roles of accounts")
	w.kubectl("", "delete", "scalabletargets,fieldexports", "--all", "--timeout=20s")
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "=" + other)
	w.apply(ecsTarget)
	w.becomes(target, "target", no, "AccountOrRegionUnusable")
	w.mapRole(other, "arn:aws:iam::"+other+":role/setpoint")
	w.ready(target, "target")
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "-")
}

// TestNothingIsExportedIntoTheControllersNamespace, also when no roles are
// looked for in it: what is in there decides about rights.
func TestNothingIsExportedIntoTheControllersNamespace(t *testing.T) {
	w := newWorld(t)
	w.with(func(o *operator.Options) { o.SystemNamespace, o.OwnNamespace = "", lab.SystemNamespace })
	w.apply(targetManifest,
		exportManifest("own", arnPath, "{kind: configmap, name: ack-role-account-map, namespace: "+lab.SystemNamespace+", key: x}"),
		exportManifest("system", arnPath, "{kind: configmap, name: extension-apiserver-authentication, namespace: kube-system, key: x}"))
	for _, name := range []string{"own", "system"} {
		w.tells(name, v1alpha1.ConditionTerminal, yes, "NamespaceReserved")
	}
	w.kubectl("", "delete", "fieldexports", "--all", "--timeout=20s")
}
