package fieldexport

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// told returns the events since the last call.
func (b *bench) told() (all []string) {
	for len(b.events.Events) > 0 {
		all = append(all, <-b.events.Events)
	}
	return all
}

// TestEventsTellWhatChanges and nothing that lasts.
func TestEventsTellWhatChanges(t *testing.T) {
	target := syncedTarget()
	target.Status.Conditions[0].ObservedGeneration = 1
	settings := &corev1.ConfigMap{ObjectMeta: inA("settings")}
	b := newBench(t, Options{}, exportOf(nil), target)
	const exported = "Normal Exported .status.ackResourceMetadata.arn of ScalableTarget web is in ConfigMap a/settings under a.export"
	const missing = "Warning ExportFailed waiting for ConfigMap a/settings: there is no such object; create it, a FieldExport does not"
	update := func(change func(*v1alpha1.ScalableTarget)) func() error {
		return func() error {
			change(target)
			return b.client.Update(b.Context(), target)
		}
	}
	for _, step := range []struct {
		reason string
		happen func() error
		want   []string
	}{
		{"to wait for the source is normal", func() error { return nil }, nil},
		{"somebody has to create the target", update(func(s *v1alpha1.ScalableTarget) { s.Status.Conditions[0].ObservedGeneration = 2 }), []string{missing}},
		{"and nothing is said again", func() error { return nil }, nil},
		{"the value arrives", func() error { return b.client.Create(b.Context(), settings) }, []string{exported}},
		{"a new value is no news", update(func(s *v1alpha1.ScalableTarget) { arn := "arn:aws:y"; s.Status.ACKResourceMetadata.ARN = &arn }), nil},
		{"the target goes", func() error { return b.client.Delete(b.Context(), settings) }, []string{missing}},
		{"a path that cannot work", func() error {
			export := &services.FieldExport{}
			if err := b.client.Get(b.Context(), client.ObjectKey{Namespace: "a", Name: "export"}, export); err != nil {
				return err
			}
			export.Spec.From.Path = ".status"
			return b.client.Update(b.Context(), export)
		}, []string{"Warning ExportFailed"}},
	} {
		if err := step.happen(); err != nil {
			t.Fatalf("%s: %v", step.reason, err)
		}
		b.look()
		if got := b.told(); !slices.EqualFunc(got, step.want, func(got, want string) bool { return len(got) >= len(want) && got[:len(want)] == want }) {
			t.Errorf("%s: got %q, want %q", step.reason, got, step.want)
		}
	}
}

// TestKindsThatAreNotRead are told on the FieldExport: a look at a cache that
// cannot have them would be an error that nobody sees.
func TestKindsThatAreNotRead(t *testing.T) {
	b := newBench(t, Options{}, exportOf(nil), syncedTarget(), &corev1.ConfigMap{ObjectMeta: inA("settings")})
	b.unread.put("ScalableTarget", "it is not installed")
	got, _, next := b.look()
	if words(got.Status.Conditions) != recoverable(reasonUnread) || next != retryAfter {
		t.Errorf("got %s, next look after %s", words(got.Status.Conditions), next)
	}
	b.unread.put("ScalableTarget", "")
	if got, _, _ = b.look(); words(got.Status.Conditions) != exported {
		t.Errorf("once the kind is read: got %s", words(got.Status.Conditions))
	}
}
