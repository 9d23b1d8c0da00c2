package controller

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// withCondition is an object of another controller that has a condition.
func withCondition(conditionType, status string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{"status": map[string]any{"conditions": []any{
		"odd", map[string]any{"type": conditionType, "status": status, "message": "no such policy"},
	}}}}
}

// What references lead to decides about a condition that users of the ACK
// controllers wait for.
func TestReferencesAreToldAsInTheACKControllers(t *testing.T) {
	other := &v1alpha1.Reference{From: &v1alpha1.ObjectReference{Name: "scaler", Namespace: "other"}}
	here := &v1alpha1.Reference{From: &v1alpha1.ObjectReference{Name: "scaler"}}
	for _, c := range []struct {
		reason   string
		ref      *v1alpha1.Reference
		confined bool
		role     *unstructured.Unstructured
		status   metav1.ConditionStatus
		says     string // the condition that says more, and its reason
	}{
		{"it may still come", here, false, nil, metav1.ConditionUnknown, "Reconciling ReferenceNotResolved"},
		{"it has no ARN yet", here, false, withCondition(v1alpha1.ConditionTerminal, "False"), metav1.ConditionUnknown, "Reconciling ReferenceNotResolved"},
		{"it is broken", here, false, withCondition(v1alpha1.ConditionTerminal, "True"), metav1.ConditionFalse, "Reconciling ReferenceNotResolved"},
		{"it must not be used", other, true, nil, metav1.ConditionFalse, "Stalled CrossNamespaceOptInRequired"},
	} {
		obj := targetObject("t", "service/a/b")
		obj.Spec.RoleRef = c.ref
		m := &member{ref: refOf(obj), obj: obj, before: obj, known: obj, naming: namingOf(obj)}
		if c.confined {
			m.strays = m.strayReference()
		}
		p := &pass{referents: referents{}}
		if c.role != nil {
			p.referents[*m.naming.role] = c.role
		}
		p.declare(m)
		list := conditions(nil, 1, m.outcome, "", now)
		resolved := findCondition(list, v1alpha1.ConditionReferencesResolved)
		if resolved == nil || resolved.Status != c.status || *resolved.Message != "Reference resolution failed" || *resolved.Reason != m.outcome.message {
			t.Errorf("%s: %q", c.reason, lines(list))
		}
		more, reason, _ := strings.Cut(c.says, " ")
		if told := findCondition(list, more); told == nil || *told.Reason != reason {
			t.Errorf("%s: want %s in %q", c.reason, c.says, lines(list))
		}
	}
}

// TestReferencesStayResolvedInWhatIsRefused for something else that it says.
func TestReferencesStayResolvedInWhatIsRefused(t *testing.T) {
	m := &member{outcome: outcome{refers: true}}
	m.refuse(autoscaling.Finding{Code: "C", Field: "f", Message: "bad"})
	list := conditions(nil, 1, m.outcome, "", now)
	if resolved := findCondition(list, v1alpha1.ConditionReferencesResolved); resolved == nil || resolved.Status != metav1.ConditionTrue {
		t.Errorf("%q", lines(list))
	}
}

// In the ACK controllers the condition of a selected role takes the place of that of
// the references.
func TestSelectedRolesHideNoReferences(t *testing.T) {
	for _, o := range []outcome{{state: synced, refers: true}, {state: waiting, reason: reasonReference, message: "no"}} {
		o.selected = "roleARN: r, selectorName: s"
		list := conditions(nil, 1, o, "", now)
		role, references := findCondition(list, v1alpha1.ConditionIAMRoleSelected), findCondition(list, v1alpha1.ConditionReferencesResolved)
		if role == nil || value(role.Message) != o.selected || references == nil || (references.Status == metav1.ConditionTrue) != o.refers {
			t.Errorf("%q", lines(list))
		}
	}
}

func TestReferencesToOtherNamespacesAreAdvisedAbout(t *testing.T) {
	for _, c := range []struct {
		reason, namespace string
		want              int
	}{
		{"it crosses, which is allowed and told", "other", 1},
		{"its own namespace needs no leave", "ns", 0},
		{"so does the one that is not written", "", 0},
	} {
		policy := policyFor("p", "t")
		policy.Spec.ResourceRef.From.Namespace = c.namespace
		m := &member{ref: refOf(policy), naming: namingOf(policy)}
		advice := m.crossings()
		if len(advice) != c.want || c.want == 1 && (advice[0].Code != "CrossNamespaceOptInRequired" || !strings.Contains(advice[0].Message, "ScalableTarget other/t")) {
			t.Errorf("%s: %v", c.reason, advice)
		}
	}
}

// Scripts wait for what the ACK controllers say about the role.
func TestRoleThatIsKnownIsToldAsInTheACKControllers(t *testing.T) {
	for _, o := range []outcome{{state: synced}, {state: waiting, reason: reasonReference}, after(outcome{}, awsError("Denied", "no"))} {
		o.roleKnown = true
		if got := lines(conditions(nil, 1, o, "", now)); got[0] != "ACK.LateInitialized=True (now) Late initialization successful|Late initialization successful" {
			t.Errorf("%q", got)
		}
		o.roleKnown = false
		if got := lines(conditions(nil, 1, o, "", now)); slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, "ACK.LateInitialized") }) {
			t.Errorf("%q", got)
		}
	}
}

// apiServer is a reader that has one Role in every namespace, but for the one
// that it lets nobody read.
type apiServer struct{ client.Reader }

func (apiServer) Get(_ context.Context, name client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	if name.Namespace == "secret" {
		return apierrors.NewForbidden(schema.GroupResource{Resource: "roles"}, name.Name, errors.New("not yours"))
	}
	if name.Name != "scaler" {
		return apierrors.NewNotFound(schema.GroupResource{}, name.Name)
	}
	return unstructured.SetNestedField(obj.(*unstructured.Unstructured).Object, "arn:aws:iam::1:role/r", "status", "ackResourceMetadata", "arn")
}

// A cache that is asked for a namespace that it does not watch fails. What is
// there is read from the API server, or told; and it concerns one object.
func TestReferencesIntoNamespacesThatAreNotWatched(t *testing.T) {
	to := func(namespace, name string) *v1alpha1.Reference {
		return &v1alpha1.Reference{From: &v1alpha1.ObjectReference{Name: name, Namespace: namespace}}
	}
	role := func(namespace, name string) v1alpha1.Object {
		obj := targetObject("t", "service/a/b")
		obj.Spec.RoleRef = to(namespace, name)
		return obj
	}
	endpoint := targetObject("t", "")
	endpoint.Spec.ResourceID, endpoint.Spec.SageMakerEndpointRef = nil, &v1alpha1.SageMakerEndpointReference{From: *to("other", "e").From, VariantName: "v"}
	target := policyFor("p", "t")
	target.Spec.ResourceRef = to("other", "t")
	for _, c := range []struct {
		reason string
		obj    v1alpha1.Object
		want   string // empty: nothing is missing
	}{
		{"a role is read where it is", role("other", "scaler"), ""},
		{"and may not be there", role("other", "nobody"), "there is no such object"},
		{"or not be the controller's to read", role("secret", "scaler"), "not yours; grant it get of that kind, or have the controller watch it by --watch-namespace"},
		{"an endpoint has to be watched", endpoint, "does not watch namespace other: have the controller watch it by --watch-namespace"},
		{"so has a target", target, "does not watch namespace other: have the controller watch it by --watch-namespace"},
	} {
		r := &Reconciler{live: apiServer{}, objects: newObjects(nil), options: Options{Namespaces: []string{"ns"}}}
		m := &member{ref: refOf(c.obj), obj: c.obj, naming: namingOf(c.obj)}
		p := &pass{members: []*member{m}, referents: referents{}, unread: map[ObjectRef]string{}}
		if err := r.readReferents(t.Context(), p); err != nil {
			t.Errorf("%s: the others of the group suffer: %v", c.reason, err)
		}
		if got := p.resolve(m); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: it waits for %q, want %q", c.reason, got, c.want)
		}
	}
}
