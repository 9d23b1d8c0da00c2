package controller

import (
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/placement"
)

// awoken keeps what is put into a queue.
type awoken struct {
	queue  // what it does not implement is not there
	groups []Group
}

func (q *awoken) AddAfter(g Group, _ time.Duration) { q.groups = append(q.groups, g) }

// taken returns the resources of the groups that were put into the queue since
// the last time.
func (q *awoken) taken() []string {
	var resources []string
	for _, g := range q.groups {
		if g.ResourceID != "" && !slices.Contains(resources, g.ResourceID) {
			resources = append(resources, g.ResourceID)
		}
	}
	q.groups = nil
	slices.Sort(resources)
	return resources
}

// TestWhatDecidesAboutObjectsWakesThem: the ACK controllers notice a changed
// annotation of a namespace, or a role that was added, ten hours later.
func TestWhatDecidesAboutObjectsWakesThem(t *testing.T) {
	r := &Reconciler{
		options: Options{SystemNamespace: "ack-system"},
		groups:  newGroups(settings{Settings: placement.Settings{Own: Scope{Account: "000000000000", Region: "r"}}}),
	}
	mine, other := targetObject("mine", "service/a/mine"), targetObject("other", "service/a/other")
	other.Namespace = "elsewhere"
	role := &v1alpha1.Reference{From: &v1alpha1.ObjectReference{Name: "scaler"}}
	other.Spec.RoleRef = role
	r.groups.put(mine)
	r.groups.put(other)
	ctx, q := t.Context(), &awoken{}
	namespace := func(annotations ...string) *metav1.PartialObjectMetadata {
		n := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: "ns", Annotations: map[string]string{}}}
		for i := 0; i < len(annotations); i += 2 {
			n.Annotations[annotations[i]] = annotations[i+1]
		}
		return n
	}
	roles := func(in, name string, data map[string]string) *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: in, Name: name}, Data: data}
	}
	namespaces, maps := r.namespaceHandler(), r.roleMapHandler()
	updated := func(n *metav1.PartialObjectMetadata) {
		namespaces.Update(ctx, event.TypedUpdateEvent[*metav1.PartialObjectMetadata]{ObjectNew: n}, q)
	}
	for _, step := range []struct {
		reason string
		happen func()
		want   []string
	}{
		{"a pause of the namespace", func() { updated(namespace(v1alpha1.AnnotationPause, "true")) }, []string{"service/a/mine"}},
		{"nothing new", func() { updated(namespace(v1alpha1.AnnotationPause, "true")) }, nil},
		{"another account, which the object leaves its target for", func() { updated(namespace(v1alpha1.AnnotationOwnerAccountID, "111122223333")) }, []string{"service/a/mine"}},
		{"its role", func() {
			maps.Create(ctx, event.TypedCreateEvent[*corev1.ConfigMap]{Object: roles("ack-system", placement.AccountRoleMap, map[string]string{"111122223333": otherRole})}, q)
		}, []string{"service/a/mine", "service/a/other"}},
		{"a ConfigMap of the same name in another namespace", func() {
			maps.Update(ctx, event.TypedUpdateEvent[*corev1.ConfigMap]{ObjectNew: roles("ns", placement.AccountRoleMap, nil)}, q)
		}, nil},
		{"the namespace is gone", func() {
			namespaces.Delete(ctx, event.TypedDeleteEvent[*metav1.PartialObjectMetadata]{Object: namespace()}, q)
		}, []string{"service/a/mine"}},
		{"the Role object to which one refers", func() {
			add(q, false, r.groups.putReferent(*reference(kindRole, "elsewhere", role), "")...)
		}, []string{"service/a/other"}},
	} {
		step.happen()
		if got := q.taken(); !slices.Equal(got, step.want) {
			t.Errorf("%s: %q are looked at, want %q", step.reason, got, step.want)
		}
	}
}

// Objects that came together, as at a start, do not come together for ever.
func TestChecksAreSpreadOut(t *testing.T) {
	for _, c := range []struct {
		reason   string
		spread   func(time.Duration) time.Duration
		min, max time.Duration
	}{
		{"what is tried again comes no sooner than is told", jittered, 5 * time.Minute, 6 * time.Minute},
		{"what is checked regularly comes no later than is told", sooner, 4 * time.Minute, 5 * time.Minute},
	} {
		periods := map[time.Duration]bool{}
		for range 100 {
			d := c.spread(5 * time.Minute)
			if d < c.min || d > c.max {
				t.Fatalf("%s: the period is %s", c.reason, d)
			}
			periods[d] = true
		}
		if len(periods) < 50 {
			t.Errorf("%s: of 100 periods %d are different", c.reason, len(periods))
		}
	}
}
