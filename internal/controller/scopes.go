package controller

import (
	"context"
	"maps"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/placement"
)

// A Scope is where in AWS something is, and how it is reached.
type Scope = placement.Scope

// settings are what decides about scopes besides the objects themselves.
type settings struct {
	placement.Settings
	namespaces map[string]placement.Namespace // by name
}

// place returns where an object belongs.
func (s settings) place(o placement.Object) placement.Placement {
	return s.Place(o, s.namespaces[o.Namespace])
}

// putNamespace records a namespace, nil when it is gone, and returns the groups
// that are touched.
func (g *groups) putNamespace(name string, facts *placement.Namespace) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.settings.namespaces[name]
	if facts == nil {
		delete(g.settings.namespaces, name)
		facts = &placement.Namespace{}
	} else {
		g.settings.namespaces[name] = *facts
	}
	if maps.Equal(was.Annotations, facts.Annotations) && maps.Equal(was.Labels, facts.Labels) {
		return nil
	}
	return g.placeAll(func(n naming) bool { return n.where.Namespace == name })
}

// putRoles records one of the two maps of roles.
func (g *groups) putRoles(configMap string, roles map[string]string) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	if maps.Equal(g.settings.Roles[configMap], roles) {
		return nil
	}
	g.settings.Roles[configMap] = roles
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
	return g.settings.namespaces[namespace].Annotations
}

// placement says where an object belongs.
func (g *groups) placement(ref ObjectRef) placement.Placement {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, ok := g.namings[ref]
	if !ok {
		return placement.Placement{}
	}
	return g.settings.place(n.where)
}

// logTeam says which namespaces ask for the role of a team while teams do not
// count. Their objects say it, too; this is for who runs the controller.
func (r *Reconciler) logTeam(namespace string, facts placement.Namespace) {
	team := facts.Annotations[v1alpha1.AnnotationTeamID]
	if team == "" || r.options.TeamRoles || r.options.Selectors || r.groups.annotations(namespace)[v1alpha1.AnnotationTeamID] == team {
		return
	}
	r.log.Warn("annotation ignored", "namespace", namespace, "annotation", v1alpha1.AnnotationTeamID, "value", team,
		"why", "the feature gate TeamLevelCARM is off: turn it on before there are objects in the namespace, or remove the annotation")
}

// roleMapHandler keeps the roles of other accounts.
func (r *Reconciler) roleMapHandler() handler.TypedEventHandler[*corev1.ConfigMap, Group] {
	put := func(m *corev1.ConfigMap, roles map[string]string, background bool, q queue) {
		if m.Namespace == r.options.SystemNamespace && (m.Name == placement.AccountRoleMap || m.Name == placement.TeamRoleMap) {
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
