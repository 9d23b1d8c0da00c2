package controller

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/placement"
)

// putSelector records a selector and returns the groups that are touched.
func (g *groups) putSelector(s placement.Selector) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	was, known := g.settings.Selectors[s.Name]
	if known && was.Version == s.Version {
		return nil
	}
	g.settings.Selectors[s.Name] = s
	return g.placeAll(func(n naming) bool {
		namespace := g.settings.namespaces[n.where.Namespace]
		return known && was.Matches(n.where, namespace) || s.Matches(n.where, namespace)
	})
}

// removeSelector forgets a selector.
func (g *groups) removeSelector(name string) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.settings.Selectors[name]
	delete(g.settings.Selectors, name)
	return g.placeAll(func(n naming) bool { return was.Matches(n.where, g.settings.namespaces[n.where.Namespace]) })
}

// selectorHandler keeps the selectors of roles.
func (r *Reconciler) selectorHandler() handler.TypedEventHandler[*services.IAMRoleSelector, Group] {
	return handler.TypedFuncs[*services.IAMRoleSelector, Group]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[*services.IAMRoleSelector], q queue) {
			add(q, e.IsInInitialList, r.groups.putSelector(placement.SelectorOf(e.Object))...)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[*services.IAMRoleSelector], q queue) {
			add(q, false, r.groups.putSelector(placement.SelectorOf(e.ObjectNew))...)
		},
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[*services.IAMRoleSelector], q queue) {
			add(q, false, r.groups.removeSelector(e.Object.Name)...)
		},
	}
}
