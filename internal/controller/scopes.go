package controller

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
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
	namespaces map[string]map[string]string // annotations
	roles      map[string]map[string]string // by the name of the ConfigMap
}

// whereabouts is what an object says about its scope.
type whereabouts struct {
	namespace string
	region    string // the annotation
	was       Scope  // what its status says: the account and Region that it is in
}

func whereaboutsOf(obj v1alpha1.Object) whereabouts {
	w := whereabouts{namespace: obj.GetNamespace(), region: obj.GetAnnotations()[v1alpha1.AnnotationRegion]}
	if known := obj.GetStatus().ACKResourceMetadata; known != nil {
		w.was = Scope{Account: known.OwnerAccountID, Region: known.Region}
	}
	return w
}

// scope returns where an object belongs. What its status says wins: its AWS
// counterpart cannot move. A problem is a sentence for the user; where it leaves
// the scope empty, nothing can be done for the object.
func (s settings) scope(w whereabouts) (scope Scope, problem string) {
	namespace := s.namespaces[w.namespace]
	scope.Endpoint = namespace[v1alpha1.AnnotationEndpointURL]
	wanted := cmp.Or(w.region, namespace[v1alpha1.AnnotationRegion], namespace[v1alpha1.AnnotationDefaultRegion], s.own.Region)
	scope.Region = cmp.Or(w.was.Region, wanted)
	account, role, problem := s.account(namespace)
	if problem != "" {
		return Scope{}, problem
	}
	scope.Account, scope.RoleARN = account, role
	if was := w.was.Account; was != "" && was != account {
		problem = fmt.Sprintf("what the object declares is in account %s, and its namespace says %s: undo the change, or delete the object and create it again", was, account)
		scope.Account, scope.RoleARN = was, s.roles[accountRoleMap][was]
		if was != s.own.Account && scope.RoleARN == "" {
			return Scope{}, problem
		}
		return scope, problem
	}
	if w.was.Region != "" && w.was.Region != wanted {
		problem = fmt.Sprintf("what the object declares is in Region %s, and the annotations say %s: undo the change, or delete the object and create it again", w.was.Region, wanted)
	}
	return scope, problem
}

// account returns the account that a namespace's annotations choose, and the
// role by which it is entered.
func (s settings) account(namespace map[string]string) (account, role, problem string) {
	if team := namespace[v1alpha1.AnnotationTeamID]; team != "" {
		role = s.roles[teamRoleMap][team]
		account = accountOf(role)
		if account == "" {
			return "", "", missingRole(teamRoleMap, team, role)
		}
		return account, role, ""
	}
	account = cmp.Or(namespace[v1alpha1.AnnotationOwnerAccountID], s.own.Account)
	if account == s.own.Account {
		return account, "", ""
	}
	role = s.roles[accountRoleMap][account]
	if accountOf(role) == "" {
		return "", "", missingRole(accountRoleMap, account, role)
	}
	return account, role, ""
}

func missingRole(configMap, key, value string) string {
	if value == "" {
		return fmt.Sprintf("the ConfigMap %s in the controller's namespace has no key %s: add it, with the ARN of the role to assume", configMap, key)
	}
	return fmt.Sprintf("the ConfigMap %s in the controller's namespace has %q under %s, which is not the ARN of a role", configMap, value, key)
}

// accountOf returns the account in the ARN of a role.
func accountOf(roleARN string) string {
	parts := strings.SplitN(roleARN, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") {
		return ""
	}
	return parts[4]
}

// in returns AWS in a scope.
func (r *Reconciler) in(scope Scope) AWS {
	r.mu.Lock()
	defer r.mu.Unlock()
	aws := r.scopes[scope]
	if aws == nil {
		aws = r.options.Open(scope)
		r.scopes[scope] = aws
	}
	return aws
}

// putNamespace records the annotations of a namespace, nil when it is gone, and
// returns the groups that are touched.
func (g *groups) putNamespace(name string, annotations map[string]string) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	if maps.Equal(g.settings.namespaces[name], annotations) {
		return nil
	}
	g.settings.namespaces[name] = annotations
	if annotations == nil {
		delete(g.settings.namespaces, name)
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
	return g.settings.namespaces[namespace]
}

// problem says what is wrong with where an object wants to be.
func (g *groups) problem(ref ObjectRef) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, ok := g.namings[ref]
	if !ok {
		return ""
	}
	_, problem := g.settings.scope(n.where)
	return problem
}

// namespaceHandler keeps the annotations of namespaces, which decide about the
// scope and the end of the objects in them.
func (r *Reconciler) namespaceHandler() handler.TypedEventHandler[*metav1.PartialObjectMetadata, Group] {
	put := func(obj *metav1.PartialObjectMetadata, annotations map[string]string, background bool, q queue) {
		add(q, background, r.groups.putNamespace(obj.Name, annotations)...)
	}
	return handler.TypedFuncs[*metav1.PartialObjectMetadata, Group]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[*metav1.PartialObjectMetadata], q queue) {
			put(e.Object, e.Object.Annotations, e.IsInInitialList, q)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[*metav1.PartialObjectMetadata], q queue) {
			put(e.ObjectNew, e.ObjectNew.Annotations, false, q)
		},
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[*metav1.PartialObjectMetadata], q queue) {
			put(e.Object, nil, false, q)
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
