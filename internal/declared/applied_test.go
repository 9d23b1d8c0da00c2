package declared

import (
	"maps"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/desired"
)

const (
	kubectlsNote = "kubectl.kubernetes.io/last-applied-configuration"
	pausedNote   = v1alpha1.AnnotationPause
)

func TestAppliedAnnotations(t *testing.T) {
	flux := metav1.ManagedFieldsEntry{Manager: "flux", Operation: metav1.ManagedFieldsOperationApply,
		FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:annotations":{".":{},"f:` + pausedNote + `":{}}}}`)}
	edit := flux
	edit.Operation = metav1.ManagedFieldsOperationUpdate
	for _, c := range []struct {
		reason         string
		live, manifest map[string]string
		managed        []metav1.ManagedFieldsEntry
		want           map[string]string
	}{
		{"what the controller wrote stays", map[string]string{v1alpha1.AnnotationAdopted: "true"}, nil, nil, map[string]string{v1alpha1.AnnotationAdopted: "true"}},
		{"what somebody annotated stays", map[string]string{pausedNote: "true"}, nil, []metav1.ManagedFieldsEntry{edit}, map[string]string{pausedNote: "true"}},
		{"what the last manifest had and this one has not goes", map[string]string{pausedNote: "true", kubectlsNote: `{"metadata":{"annotations":{"` + pausedNote + `":"true"}}}`}, nil, nil,
			map[string]string{kubectlsNote: `{"metadata":{"annotations":{"` + pausedNote + `":"true"}}}`}},
		{"also when it was applied by the API server", map[string]string{pausedNote: "true"}, nil, []metav1.ManagedFieldsEntry{flux}, map[string]string{}},
		{"the manifest wins", map[string]string{pausedNote: "true"}, map[string]string{pausedNote: "false"}, nil, map[string]string{pausedNote: "false"}},
		{"there was nothing", nil, map[string]string{pausedNote: "true"}, nil, map[string]string{pausedNote: "true"}},
		{"a note that is none takes nothing away", map[string]string{kubectlsNote: "{", pausedNote: "true"}, nil, nil, map[string]string{kubectlsNote: "{", pausedNote: "true"}},
	} {
		live, manifest := &v1alpha1.ScalableTarget{}, &v1alpha1.ScalableTarget{}
		live.Annotations, live.ManagedFields, manifest.Annotations = c.live, c.managed, c.manifest
		if got := Applied(manifest, live).GetAnnotations(); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.reason, got, c.want)
		}
	}
}

func TestApplied(t *testing.T) {
	target := func(lower int64) *v1alpha1.ScalableTarget {
		o := &v1alpha1.ScalableTarget{}
		o.Name, o.Spec.ServiceNamespace, o.Spec.MinCapacity = "t", "ecs", &lower
		return o
	}
	live := target(2)
	soon := metav1.Unix(1, 0)
	live.UID, live.Generation, live.Finalizers = "u", 4, []string{v1alpha1.FinalizerScalableTarget}
	live.CreationTimestamp, live.DeletionTimestamp = soon, &soon
	live.Status.LastApplied = &v1alpha1.AppliedTarget{Tags: []string{"owner"}}
	for _, c := range []struct {
		reason     string
		manifest   *v1alpha1.ScalableTarget
		lower      int64
		generation int64
	}{
		{"an apply that changes nothing is no new generation", target(2), 2, 4},
		{"an edit is the next one", target(3), 3, 5},
		{"what was taken from AWS stays", &v1alpha1.ScalableTarget{}, 2, 4},
	} {
		before := c.manifest.DeepCopy()
		got := Applied(c.manifest, live).(*v1alpha1.ScalableTarget)
		if *got.Spec.MinCapacity != c.lower || got.Generation != c.generation {
			t.Errorf("%s: minCapacity %d in generation %d, want %d in %d", c.reason, *got.Spec.MinCapacity, got.Generation, c.lower, c.generation)
		}
		if !desired.Held(got) || got.UID != "u" || got.DeletionTimestamp == nil || !got.CreationTimestamp.Equal(&soon) || got.Status.LastApplied == nil {
			t.Errorf("%s: what the cluster knows of the object is lost: %+v", c.reason, got)
		}
		if desired.Held(c.manifest) || len(before.Annotations) != len(c.manifest.Annotations) {
			t.Errorf("%s: the manifest was changed", c.reason)
		}
	}
}

func FuzzAppliedBefore(f *testing.F) {
	f.Add(`{"metadata":{"annotations":{"a":"b"}}}`, `{"f:metadata":{"f:annotations":{"f:a":{}}}}`)
	f.Add("null", "[]")
	f.Fuzz(func(t *testing.T, note, managed string) {
		o := &v1alpha1.ScalableTarget{}
		o.Annotations = map[string]string{kubectlsNote: note, "own": "x"}
		o.ManagedFields = []metav1.ManagedFieldsEntry{{Operation: metav1.ManagedFieldsOperationApply, FieldsV1: metav1.NewFieldsV1(managed)}, {Operation: metav1.ManagedFieldsOperationApply}}
		for key := range Applied(&v1alpha1.ScalableTarget{}, o).GetAnnotations() {
			if _, was := o.Annotations[key]; !was {
				t.Errorf("the annotation %q comes from nowhere", key)
			}
		}
	})
}
