package controller

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// A Scope is where in AWS something is, and how it is reached.
type Scope struct {
	Account  string // 12 digits
	Region   string
	RoleARN  string // role to assume; empty: the controller's own credentials
	Endpoint string // of Application Auto Scaling; empty: AWS's
}

// The ConfigMaps that map account IDs and team IDs to role ARNs, in the
// namespace of the controller. They are those of the ACK controllers.
const (
	accountRoleMap = "ack-role-account-map"
	teamRoleMap    = "ack-role-team-map"
)

// settings are what decides about scopes besides the objects themselves.
type settings struct {
	own        Scope                        // of objects that nothing is said about
	namespaces map[string]namespaceFacts    // by name
	roles      map[string]map[string]string // by the name of the ConfigMap
	keyPrefix  string                       // of the keys in the ConfigMaps
	noRoles    string                       // why the ConfigMaps are not read; empty: they are
	selectors  map[string]selector          // by name; nil: there are none for this controller
}

// namespaceFacts are what decides about the objects of a namespace.
type namespaceFacts struct{ annotations, labels map[string]string }

// whereabouts is what an object says about its scope.
type whereabouts struct {
	namespace string
	kind      autoscaling.Kind
	labels    map[string]string
	region    string // the annotation
	was       Scope  // what its status says: the account and Region that it is in
}

func whereaboutsOf(obj v1alpha1.Object) whereabouts {
	w := whereabouts{
		namespace: obj.GetNamespace(), kind: desired.KindOf(obj), labels: obj.GetLabels(),
		region: obj.GetAnnotations()[v1alpha1.AnnotationRegion],
	}
	if known := obj.GetStatus().ACKResourceMetadata; known != nil {
		w.was = Scope{Account: known.OwnerAccountID, Region: known.Region}
	}
	return w
}

// A placement is where an object belongs.
type placement struct {
	Scope           // empty: nowhere, so nothing can be done for the object
	problem  string // a sentence for the user
	selected string // the role that a selector chose, as the object's condition tells it
}

// An entry is an account with the role by which it is entered, and who says so.
type entry struct{ account, role, by, selected string }

// place returns where an object belongs. What its status says wins: its AWS
// counterpart cannot move.
func (s settings) place(w whereabouts) placement {
	namespace := s.namespaces[w.namespace].annotations
	endpoint := namespace[v1alpha1.AnnotationEndpointURL]
	if problem := endpointProblem(endpoint); problem != "" {
		return placement{problem: problem}
	}
	chosen, problem := s.enter(w)
	if problem != "" {
		return placement{problem: problem}
	}
	wanted := cmp.Or(w.region, namespace[v1alpha1.AnnotationRegion], namespace[v1alpha1.AnnotationDefaultRegion], s.own.Region)
	p := placement{
		Scope:    Scope{Account: chosen.account, Region: cmp.Or(w.was.Region, wanted), RoleARN: chosen.role, Endpoint: endpoint},
		selected: chosen.selected,
	}
	if was := w.was.Account; was != "" && was != chosen.account {
		return s.stay(p, was, chosen)
	}
	if w.was.Region != "" && w.was.Region != wanted {
		p.problem = fmt.Sprintf("what the object declares is in Region %s, and the annotations say %s: undo the change, or delete the object and create it again", w.was.Region, wanted)
	}
	return p
}

// stay is the placement of an object whose account was changed after AWS had
// it. The old account is entered where that is possible, so that the object can
// be deleted; never is anything done for it in the new one.
func (s settings) stay(p placement, was string, chosen entry) placement {
	moved := fmt.Sprintf("what the object declares is in account %s, and %s says %s", was, chosen.by, chosen.account)
	p.Account, p.RoleARN, p.selected = was, s.roles[accountRoleMap][s.keyPrefix+was], ""
	if was == s.own.Account || p.RoleARN != "" {
		p.problem = moved + ": undo the change, or delete the object and create it again"
		return p
	}
	return placement{problem: fmt.Sprintf(
		"%s; no role in account %s is known, so nothing is done in either: undo the change, or let go of what is there by annotating the object with %s=%s, delete the object and create it again",
		moved, was, v1alpha1.AnnotationDeletionPolicy, v1alpha1.DeletionPolicyRetain)}
}

// endpointProblem says what is wrong with the endpoint of a namespace.
func endpointProblem(endpoint string) string {
	if u, err := url.Parse(endpoint); endpoint == "" || err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return ""
	}
	return fmt.Sprintf("the namespace's annotation %s is %q: write a URL such as https://vpce-1234.application-autoscaling.us-west-2.vpce.amazonaws.com",
		v1alpha1.AnnotationEndpointURL, endpoint)
}

// enter returns the account of an object. A selector comes before the
// annotations of the namespace, as in the ACK controllers.
func (s settings) enter(w whereabouts) (entry, string) {
	if selected := s.matching(w); len(selected) > 0 {
		return enterBySelector(selected)
	}
	namespace := s.namespaces[w.namespace].annotations
	if team := namespace[v1alpha1.AnnotationTeamID]; team != "" {
		role, problem := s.role(teamRoleMap, v1alpha1.AnnotationTeamID, team)
		return entry{account: accountOf(role), role: role, by: "the team of its namespace"}, problem
	}
	switch account := namespace[v1alpha1.AnnotationOwnerAccountID]; account {
	case "":
		return entry{account: s.own.Account, by: "the controller's own identity"}, ""
	case s.own.Account:
		return entry{account: account, by: "its namespace"}, ""
	default:
		role, problem := s.role(accountRoleMap, v1alpha1.AnnotationOwnerAccountID, account)
		return entry{account: account, role: role, by: "its namespace"}, problem
	}
}

// role looks a role up that an annotation of a namespace asks for.
func (s settings) role(configMap, annotation, id string) (role, problem string) {
	if s.noRoles != "" {
		return "", fmt.Sprintf("the namespace's annotation %s says %s, but %s", annotation, id, s.noRoles)
	}
	key := s.keyPrefix + id
	role = s.roles[configMap][key]
	switch {
	case role == "":
		return "", fmt.Sprintf("the ConfigMap %s in the controller's namespace has no key %s: add it, with the ARN of the role to assume", configMap, key)
	case accountOf(role) == "":
		return "", fmt.Sprintf("the ConfigMap %s in the controller's namespace has %q under %s, which is not the ARN of a role", configMap, role, key)
	default:
		return role, ""
	}
}

// accountOf returns the account in the ARN of a role.
func accountOf(roleARN string) string {
	parts := strings.SplitN(roleARN, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") {
		return ""
	}
	return parts[4]
}

// putNamespace records a namespace, nil when it is gone, and returns the groups
// that are touched.
func (g *groups) putNamespace(name string, facts *namespaceFacts) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.settings.namespaces[name]
	if facts == nil {
		delete(g.settings.namespaces, name)
		facts = &namespaceFacts{}
	} else {
		g.settings.namespaces[name] = *facts
	}
	if maps.Equal(was.annotations, facts.annotations) && maps.Equal(was.labels, facts.labels) {
		return nil
	}
	return g.placeAll(func(n naming) bool { return n.where.namespace == name })
}

// putRoles records one of the two maps of roles.
func (g *groups) putRoles(configMap string, roles map[string]string) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	if maps.Equal(g.settings.roles[configMap], roles) {
		return nil
	}
	g.settings.roles[configMap] = roles
	return g.placeAll(func(naming) bool { return true })
}

func (g *groups) placeAll(which func(naming) bool) []Group {
	var touched []Group
	for ref, n := range g.namings {
		if which(n) {
			touched = append(touched, g.place(ref)...)
		}
	}
	return touched
}

// annotations returns those of a namespace.
func (g *groups) annotations(namespace string) map[string]string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.settings.namespaces[namespace].annotations
}

// placement says where an object belongs.
func (g *groups) placement(ref ObjectRef) placement {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, ok := g.namings[ref]
	if !ok {
		return placement{}
	}
	return g.settings.place(n.where)
}

// namespaceHandler keeps what namespaces say about the scope and the end of the
// objects in them. Their labels matter to selectors only.
func (r *Reconciler) namespaceHandler() handler.TypedEventHandler[*metav1.PartialObjectMetadata, Group] {
	put := func(obj *metav1.PartialObjectMetadata, background bool, q queue) {
		facts := namespaceFacts{annotations: obj.Annotations}
		if r.options.Selectors {
			facts.labels = obj.Labels
		}
		add(q, background, r.groups.putNamespace(obj.Name, &facts)...)
	}
	return handler.TypedFuncs[*metav1.PartialObjectMetadata, Group]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[*metav1.PartialObjectMetadata], q queue) {
			put(e.Object, e.IsInInitialList, q)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[*metav1.PartialObjectMetadata], q queue) {
			put(e.ObjectNew, false, q)
		},
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[*metav1.PartialObjectMetadata], q queue) {
			add(q, false, r.groups.putNamespace(e.Object.Name, nil)...)
		},
	}
}

// roleMapHandler keeps the roles of other accounts.
func (r *Reconciler) roleMapHandler() handler.TypedEventHandler[*corev1.ConfigMap, Group] {
	put := func(m *corev1.ConfigMap, roles map[string]string, background bool, q queue) {
		if m.Namespace == r.options.SystemNamespace && (m.Name == accountRoleMap || m.Name == teamRoleMap) {
			add(q, background, r.groups.putRoles(m.Name, roles)...)
		}
	}
	return handler.TypedFuncs[*corev1.ConfigMap, Group]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[*corev1.ConfigMap], q queue) {
			put(e.Object, e.Object.Data, e.IsInInitialList, q)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[*corev1.ConfigMap], q queue) {
			put(e.ObjectNew, e.ObjectNew.Data, false, q)
		},
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[*corev1.ConfigMap], q queue) {
			put(e.Object, nil, false, q)
		},
	}
}
