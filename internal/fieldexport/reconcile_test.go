package fieldexport

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// bench is a reconciler before an API server in memory.
type bench struct {
	*testing.T
	*Reconciler
	now    time.Time
	writes []string // what was written since the last look
	fail   error    // of the next write of a ConfigMap or Secret
	events *events.FakeRecorder
}

func newBench(t *testing.T, o Options, objects ...client.Object) *bench {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, v1alpha1.AddToScheme, services.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	b := &bench{T: t, events: events.NewFakeRecorder(10), now: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)}
	server := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithStatusSubresource(&services.FieldExport{}).
		WithInterceptorFuncs(interceptor.Funcs{
			Patch: func(ctx context.Context, c client.WithWatch, obj client.Object, patch client.Patch, opts ...client.PatchOption) error {
				if b.fail != nil {
					return b.fail
				}
				data, err := patch.Data(obj)
				b.writes = append(b.writes, fmt.Sprintf("%T %s", obj, data))
				if err != nil {
					return err
				}
				return c.Patch(ctx, obj, patch, opts...)
			},
			SubResourcePatch: func(ctx context.Context, c client.Client, sub string, obj client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
				b.writes = append(b.writes, fmt.Sprintf("%T %s", obj, sub))
				return c.SubResource(sub).Patch(ctx, obj, patch, opts...)
			},
		}).Build()
	o.Logger = slog.New(slog.DiscardHandler)
	o.Events = b.events
	o.Now = func() time.Time { return b.now }
	o.setDefaults()
	b.Reconciler = &Reconciler{client: server, live: server, cache: server, options: o}
	return b
}

// look takes one look at the FieldExport a/export, and returns it, what was
// written, and when the next look is.
func (b *bench) look() (*services.FieldExport, []string, time.Duration) {
	b.Helper()
	b.writes = nil
	key := client.ObjectKey{Namespace: "a", Name: "export"}
	result, err := b.Reconcile(b.Context(), reconcile.Request{NamespacedName: key})
	if err != nil {
		b.Fatal(err)
	}
	export := &services.FieldExport{}
	if err := b.client.Get(b.Context(), key, export); client.IgnoreNotFound(err) != nil {
		b.Fatal(err)
	}
	return export, b.writes, result.RequeueAfter
}

func inA(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: "a", Name: name} }

func syncedTarget() *v1alpha1.ScalableTarget {
	arn := "arn:aws:x"
	t := &v1alpha1.ScalableTarget{ObjectMeta: inA("web")}
	t.Generation = 2
	t.Status.ACKResourceMetadata = &v1alpha1.ResourceMetadata{ARN: &arn}
	t.Status.Conditions = []v1alpha1.Condition{{Type: v1alpha1.ConditionResourceSynced, Status: metav1.ConditionTrue, ObservedGeneration: 2}}
	return t
}

func exportOf(edit func(*services.FieldExport)) *services.FieldExport {
	e := &services.FieldExport{ObjectMeta: inA("export"), Spec: services.FieldExportSpec{
		From: services.ResourceFieldSelector{
			Path:     ".status.ackResourceMetadata.arn",
			Resource: services.NamespacedResource{Group: v1alpha1.GroupVersion.Group, Kind: "ScalableTarget", Name: "web"},
		},
		To: services.FieldExportTarget{Kind: services.OutputConfigMap, Name: "settings"},
	}}
	if edit != nil {
		edit(e)
	}
	return e
}

func words(conditions []services.Condition) string {
	var all []string
	for _, c := range conditions {
		all = append(all, fmt.Sprintf("%s=%s/%s", c.Type, c.Status, *c.Reason))
	}
	return strings.Join(all, " ")
}

const exported = "ACK.ResourceSynced=True/Exported Ready=True/Exported"

func recoverable(reason string) string {
	return fmt.Sprintf("ACK.Recoverable=True/%[1]s ACK.ResourceSynced=False/%[1]s Ready=False/%[1]s Reconciling=True/%[1]s", reason)
}

func terminal(reason string) string {
	return fmt.Sprintf("ACK.Terminal=True/%[1]s ACK.ResourceSynced=False/%[1]s Ready=False/%[1]s Stalled=True/%[1]s", reason)
}

func TestVerdicts(t *testing.T) {
	settings := &corev1.ConfigMap{ObjectMeta: inA("settings")}
	elsewhere := func(namespace string) (func(*services.FieldExport), *corev1.ConfigMap) {
		return func(e *services.FieldExport) { e.Spec.To.Namespace = namespace },
			&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "settings"}}
	}
	toOther, other := elsewhere("other")
	toKubeSystem, kubeSystem := elsewhere("kube-system")
	toSystem, system := elsewhere("ack-system")
	const crossing = "ACK.Advisory=True/CrossNamespaceOptInRequired"
	withAdvice := func(words string) string {
		first, rest, _ := strings.Cut(words, " ")
		return first + " " + crossing + " " + rest
	}
	for _, c := range []struct {
		reason  string
		edit    func(*services.FieldExport)
		source  func(*v1alpha1.ScalableTarget)
		options Options
		objects []client.Object
		want    string
		says    string
		next    time.Duration
	}{
		{reason: "the value is written", objects: []client.Object{settings}, want: exported, says: "under a.export", next: 5 * time.Minute},
		{reason: "the kind may be written as Kubernetes does", edit: func(e *services.FieldExport) { e.Spec.To.Kind = "ConfigMap" },
			objects: []client.Object{settings}, want: exported, says: "ConfigMap a/settings", next: 5 * time.Minute},
		{reason: "a target is not made by us", want: recoverable(reasonTarget), says: "create it, a FieldExport does not", next: 30 * time.Second},
		{reason: "the definition of ACK takes any key", edit: func(e *services.FieldExport) { e.Spec.To.Key = "a/b" },
			want: terminal(reasonAddress), says: "write another one in spec.to.key", next: 5 * time.Minute},
		{reason: "an empty name names nothing", edit: func(e *services.FieldExport) { e.Spec.To.Name = "" }, want: terminal(reasonAddress), says: "spec.to.name", next: 5 * time.Minute},
		{reason: "the kind cannot be written", edit: func(e *services.FieldExport) { e.Spec.To.Kind = "pod" }, want: terminal(reasonAddress), says: "write configmap or secret", next: 5 * time.Minute},
		{reason: "the source is not there yet, and its event tells when it is", edit: func(e *services.FieldExport) { e.Spec.From.Resource.Name = "no" },
			want: recoverable(reasonSource), says: "waiting for ScalableTarget a/no", next: 5 * time.Minute},
		{reason: "the source is not in AWS yet", source: func(s *v1alpha1.ScalableTarget) { s.Status.Conditions[0].Status = metav1.ConditionUnknown },
			want: recoverable(reasonSynced), says: "waiting for ScalableTarget a/web", next: 5 * time.Minute},
		{reason: "the source was edited, and the status is about what it was", source: func(s *v1alpha1.ScalableTarget) { s.Generation = 3 },
			want: recoverable(reasonSynced), says: "waiting for ScalableTarget a/web", next: 5 * time.Minute},
		{reason: "a kind that our group does not have", edit: func(e *services.FieldExport) { e.Spec.From.Resource.Kind = "Target" },
			want: terminal(reasonKind), says: "write ScalableTarget, ScalingPolicy or ScheduledAction", next: 5 * time.Minute},
		{reason: "a value that may come later", edit: func(e *services.FieldExport) { e.Spec.From.Path = ".status.nothing" },
			objects: []client.Object{settings}, want: recoverable(reasonNothing), says: "correct the path unless", next: 5 * time.Minute},
		{reason: "a bad path", edit: func(e *services.FieldExport) { e.Spec.From.Path = ".[" }, want: terminal(reasonPath), says: "a path is, for example", next: 5 * time.Minute},
		{reason: "an object is no value", edit: func(e *services.FieldExport) { e.Spec.From.Path = ".status" }, want: terminal(reasonValue), says: "append | tojson", next: 5 * time.Minute},
		{reason: "the kind of the source can be exported, though typed reads leave it out", edit: func(e *services.FieldExport) { e.Spec.From.Path = ".kind" },
			objects: []client.Object{settings}, want: exported, next: 5 * time.Minute},
		{reason: "another namespace is allowed, with advice as in ACK", edit: toOther, objects: []client.Object{other}, want: crossing + " " + exported, next: 5 * time.Minute},
		{reason: "another namespace is forbidden by a flag", edit: toOther, objects: []client.Object{other}, options: Options{SameNamespace: true},
			want: withAdvice(terminal(reasonCrossNamespace)), says: "--enable-cross-namespace=false", next: 5 * time.Minute},
		{reason: "what is in kube-system decides about rights, such as the ConfigMap aws-auth", edit: toKubeSystem, objects: []client.Object{kubeSystem},
			want: withAdvice(terminal(reasonReserved)), says: "export to another namespace", next: 5 * time.Minute},
		{reason: "what is in the controller's namespace decides about rights, such as ack-role-account-map", edit: toSystem, objects: []client.Object{system},
			options: Options{SystemNamespace: "ack-system"}, want: withAdvice(terminal(reasonReserved)), says: "export to another namespace", next: 5 * time.Minute},
		{reason: "the FieldExport's own namespace is its own, whatever its name", objects: []client.Object{settings}, options: Options{SystemNamespace: "a", SameNamespace: true},
			want: exported, next: 5 * time.Minute},
		{reason: "a regular check that is shorter than the pause before a retry", options: Options{Resync: time.Second}, want: recoverable(reasonTarget), next: time.Second},
	} {
		source := syncedTarget()
		if c.source != nil {
			c.source(source)
		}
		objects := []client.Object{exportOf(c.edit), source}
		for _, obj := range c.objects {
			objects = append(objects, obj.DeepCopyObject().(client.Object))
		}
		b := newBench(t, c.options, objects...)
		got, _, next := b.look()
		if diff := cmp.Diff(c.want, words(got.Status.Conditions)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
		for _, condition := range got.Status.Conditions {
			if condition.Type == v1alpha1.ConditionReady && !strings.Contains(*condition.Message, c.says) {
				t.Errorf("%s: %s does not say %q: %s", c.reason, condition.Type, c.says, *condition.Message)
			}
		}
		if next != c.next {
			t.Errorf("%s: the next look is after %s, want %s", c.reason, next, c.next)
		}
		if _, again, _ := b.look(); len(again) > 0 {
			t.Errorf("%s: a second look writes again: %q", c.reason, again)
		}
	}
}

// Each export writes one key and touches nothing else.
func TestOneKeyIsWritten(t *testing.T) {
	settings := &corev1.ConfigMap{ObjectMeta: inA("settings"), Data: map[string]string{"theirs": "x", "a.export": "old"}}
	b := newBench(t, Options{}, exportOf(nil), syncedTarget(), settings)
	_, writes, _ := b.look()
	want := []string{`*v1.ConfigMap {"data":{"a.export":"arn:aws:x"}}`, "*v1alpha1.FieldExport status"}
	if diff := cmp.Diff(want, writes); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	if err := b.client.Get(t.Context(), client.ObjectKeyFromObject(settings), settings); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"theirs": "x", "a.export": "arn:aws:x"}, settings.Data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSecret(t *testing.T) {
	secret := &corev1.Secret{ObjectMeta: inA("s"), Data: map[string][]byte{"theirs": []byte("x")}}
	toSecret := func(e *services.FieldExport) {
		e.Spec.To = services.FieldExportTarget{Kind: "Secret", Name: "s", Key: "arn"}
	}
	b := newBench(t, Options{}, exportOf(toSecret), syncedTarget(), secret)
	got, _, _ := b.look()
	if err := b.client.Get(t.Context(), client.ObjectKeyFromObject(secret), secret); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]byte{"theirs": []byte("x"), "arn": []byte("arn:aws:x")}, secret.Data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, c := range got.Status.Conditions {
		if strings.Contains(*c.Message, "arn:aws:x") {
			t.Errorf("a condition tells what the Secret holds: %s", *c.Message)
		}
	}
	if _, writes, _ := b.look(); len(writes) > 0 {
		t.Errorf("nothing changed, and it was written again: %q", writes)
	}
}

func TestRefusalsOfTheAPIServer(t *testing.T) {
	resource := corev1.Resource("configmaps")
	for _, c := range []struct {
		reason string
		err    error
		want   string
	}{
		{"the ConfigMap was deleted between the look and the write", apierrors.NewNotFound(resource, "settings"), reasonTarget},
		{"the rights of the controller are somebody else's decision", apierrors.NewForbidden(resource, "settings", nil), reasonDenied},
		{"an immutable ConfigMap can be replaced", apierrors.NewInvalid(corev1.SchemeGroupVersion.WithKind("ConfigMap").GroupKind(), "settings", nil), reasonRefused},
		{"there may be room later", apierrors.NewRequestEntityTooLargeError("limit is 3145728"), reasonRefused},
	} {
		b := newBench(t, Options{}, exportOf(nil), syncedTarget(), &corev1.ConfigMap{ObjectMeta: inA("settings")})
		b.fail = c.err
		got, _, next := b.look()
		if diff := cmp.Diff(recoverable(c.want), words(got.Status.Conditions)); diff != "" || next != retryAfter {
			t.Errorf("%s: next look after %s (-want +got):\n%s", c.reason, next, diff)
		}
	}
	b := newBench(t, Options{}, exportOf(nil), syncedTarget(), &corev1.ConfigMap{ObjectMeta: inA("settings")})
	b.fail = apierrors.NewServiceUnavailable("restarting")
	_, err := b.Reconcile(t.Context(), reconcile.Request{NamespacedName: client.ObjectKey{Namespace: "a", Name: "export"}})
	if !apierrors.IsServiceUnavailable(err) || len(b.writes) > 0 {
		t.Errorf("an API server that is not there says nothing about the FieldExport: got %v and writes %q", err, b.writes)
	}
}

func TestTimesOfConditions(t *testing.T) {
	b := newBench(t, Options{}, exportOf(nil), syncedTarget())
	start := b.now
	first, _, _ := b.look()
	b.now = b.now.Add(time.Hour)
	if err := b.client.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: inA("settings")}); err != nil {
		t.Fatal(err)
	}
	second, _, _ := b.look()
	since := func(e *services.FieldExport, conditionType string) time.Time {
		for _, c := range e.Status.Conditions {
			if c.Type == conditionType {
				return c.LastTransitionTime.UTC()
			}
		}
		return time.Time{}
	}
	if got := since(first, v1alpha1.ConditionReady); !got.Equal(start) {
		t.Errorf("Ready since %s, want %s", got, start)
	}
	if got := since(second, v1alpha1.ConditionReady); !got.Equal(b.now) {
		t.Errorf("Ready changed at %s, and says %s", b.now, got)
	}
	changed := b.now
	b.now = b.now.Add(time.Hour)
	path := second.DeepCopy()
	path.Spec.To.Key = "other"
	if err := b.client.Update(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	third, writes, _ := b.look()
	if got := since(third, v1alpha1.ConditionReady); !got.Equal(changed) || len(writes) != 2 {
		t.Errorf("the message changed and the status did not: since %s, want %s; writes %q", got, changed, writes)
	}
}

func TestDeletion(t *testing.T) {
	deleted := func(finalizers ...string) func(*services.FieldExport) {
		return func(e *services.FieldExport) {
			e.DeletionTimestamp, e.Finalizers = &metav1.Time{Time: time.Unix(0, 0)}, finalizers
		}
	}
	settings := func() *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: inA("settings"), Data: map[string]string{"a.export": "arn:aws:x"}}
	}
	b := newBench(t, Options{}, exportOf(deleted(services.FinalizerFieldExport)), syncedTarget(), settings())
	if got, _, _ := b.look(); got.Name != "" {
		t.Errorf("it hangs at ACK's finalizer: %v", got.Finalizers)
	}
	kept := settings()
	if err := b.client.Get(t.Context(), client.ObjectKeyFromObject(kept), kept); err != nil || kept.Data["a.export"] == "" {
		t.Errorf("what was exported stays, as in ACK: got %v, %v", kept.Data, err)
	}

	b = newBench(t, Options{}, exportOf(deleted("theirs", services.FinalizerFieldExport)), syncedTarget(), settings())
	if got, _, _ := b.look(); !cmp.Equal(got.Finalizers, []string{"theirs"}) {
		t.Errorf("the finalizers of others stay, ours go: got %v", got.Finalizers)
	}
	if _, writes, _ := b.look(); len(writes) > 0 {
		t.Errorf("nothing is done for what is being deleted, got %q", writes)
	}
}

func TestFieldExportsOfOtherControllers(t *testing.T) {
	theirs := func(e *services.FieldExport) {
		e.Spec.From.Resource.Group = "sagemaker.services.k8s.aws"
		e.DeletionTimestamp, e.Finalizers = &metav1.Time{Time: time.Unix(0, 0)}, []string{services.FinalizerFieldExport}
	}
	b := newBench(t, Options{}, exportOf(theirs), syncedTarget(), &corev1.ConfigMap{ObjectMeta: inA("settings")})
	if _, writes, next := b.look(); len(writes) > 0 || next != 0 {
		t.Errorf("it is left to its controller: got writes %q and another look after %s", writes, next)
	}
	b = newBench(t, Options{Selector: labels.SelectorFromSet(labels.Set{"team": "x"})}, exportOf(nil), syncedTarget(), &corev1.ConfigMap{ObjectMeta: inA("settings")})
	if _, writes, next := b.look(); len(writes) > 0 || next != 0 {
		t.Errorf("it is left to the controller that selects it: got writes %q and another look after %s", writes, next)
	}
	if keys := sourceOf(exportOf(theirs)); len(keys) > 0 {
		t.Errorf("no object of ours is read by it: got %v", keys)
	}
	if keys := sourceOf(exportOf(nil)); !cmp.Equal(keys, []string{"ScalableTarget/web"}) {
		t.Errorf("the index has %v", keys)
	}
}
