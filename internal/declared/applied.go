package declared

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// Applied returns an object as the cluster would have it once its manifest was
// applied, from the manifest and from what the cluster has of it now: the spec
// of the one, with the status of the other and what the controller and other
// people wrote beside the spec.
//
// A spec is the manifest's as a whole, because the controller writes none but
// that of an object that has none: that one stays.
func Applied(manifest, live v1alpha1.Object) v1alpha1.Object {
	merged := manifest.DeepCopyObject().(v1alpha1.Object)
	same := true
	switch m := merged.(type) {
	case *v1alpha1.ScalableTarget:
		l := live.(*v1alpha1.ScalableTarget)
		m.Status, same = l.Status, take(m, &m.Spec, &l.Spec)
	case *v1alpha1.ScalingPolicy:
		l := live.(*v1alpha1.ScalingPolicy)
		m.Status, same = l.Status, take(m, &m.Spec, &l.Spec)
	case *v1alpha1.ScheduledAction:
		l := live.(*v1alpha1.ScheduledAction)
		m.Status, same = l.Status, take(m, &m.Spec, &l.Spec)
	}
	merged.SetUID(live.GetUID())
	merged.SetCreationTimestamp(live.GetCreationTimestamp())
	merged.SetDeletionTimestamp(live.GetDeletionTimestamp())
	merged.SetGeneration(live.GetGeneration())
	if !same {
		merged.SetGeneration(live.GetGeneration() + 1)
	}
	for _, f := range live.GetFinalizers() {
		if !slices.Contains(merged.GetFinalizers(), f) {
			merged.SetFinalizers(append(slices.Clone(merged.GetFinalizers()), f))
		}
	}
	merged.SetAnnotations(kept(live.GetAnnotations(), appliedBefore(live), manifest.GetAnnotations()))
	merged.SetLabels(kept(live.GetLabels(), nil, manifest.GetLabels()))
	return merged
}

// take keeps the spec of an object, and takes the other one where it has none. It
// says whether the two are the same.
func take[Spec any](o v1alpha1.Object, own, other *Spec) bool {
	if desired.Empty(o) {
		*own = *other
	}
	return equality.Semantic.DeepEqual(own, other)
}

// kept are the annotations or labels after an apply: those of the manifest, and
// those that the object has and no manifest gave it.
func kept(live map[string]string, before []string, manifest map[string]string) map[string]string {
	all := maps.Clone(live)
	maps.DeleteFunc(all, func(key, _ string) bool { return slices.Contains(before, key) })
	for key, value := range manifest {
		all = with(all, key, value)
	}
	return all
}

// appliedBefore are the keys of the annotations that the last manifest had, as
// kubectl writes it down, or as the API server does for whoever applies there.
func appliedBefore(live v1alpha1.Object) []string {
	var before struct {
		Metadata struct{ Annotations map[string]string }
	}
	// Who writes something else there has not applied anything.
	_ = json.Unmarshal([]byte(live.GetAnnotations()["kubectl.kubernetes.io/last-applied-configuration"]), &before)
	keys := slices.Collect(maps.Keys(before.Metadata.Annotations))
	for _, manager := range live.GetManagedFields() {
		if manager.Operation != metav1.ManagedFieldsOperationApply || manager.FieldsV1 == nil {
			continue
		}
		var owned struct {
			Metadata struct {
				Annotations map[string]any `json:"f:annotations"`
			} `json:"f:metadata"`
		}
		_ = json.Unmarshal(manager.FieldsV1.GetRawBytes(), &owned)
		for key := range owned.Metadata.Annotations {
			if name, ok := strings.CutPrefix(key, "f:"); ok {
				keys = append(keys, name)
			}
		}
	}
	return keys
}
