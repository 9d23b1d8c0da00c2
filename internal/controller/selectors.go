package controller

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// A selector is an IAMRoleSelector. What it does not select by fits everything;
// between the parts is an and, within a list an or.
type selector struct {
	name, version   string // version is the resourceVersion
	role            string // ARN
	namespaces      []string
	namespaceLabels map[string]string
	kinds           []schema.GroupVersionKind // an empty member is any
	labels          map[string]string
}

func (s selector) matches(w whereabouts, namespace namespaceFacts) bool {
	return (len(s.namespaces) == 0 || slices.Contains(s.namespaces, w.namespace)) &&
		hasAll(namespace.labels, s.namespaceLabels) &&
		(len(s.kinds) == 0 || slices.ContainsFunc(s.kinds, func(k schema.GroupVersionKind) bool { return names(k, w) })) &&
		hasAll(w.labels, s.labels)
}

// hasAll says that all wanted labels are there.
func hasAll(labels, wanted map[string]string) bool {
	for key, value := range wanted {
		if has, ok := labels[key]; !ok || has != value {
			return false
		}
	}
	return true
}

// names says that a resource type of a selector is the kind of the object.
func names(k schema.GroupVersionKind, w whereabouts) bool {
	own := v1alpha1.GroupVersion.WithKind(string(w.kind))
	return cmp.Or(k.Group, own.Group) == own.Group && cmp.Or(k.Version, own.Version) == own.Version && cmp.Or(k.Kind, own.Kind) == own.Kind
}

// matching returns the selectors that select an object, by name.
func (s settings) matching(w whereabouts) []selector {
	var matched []selector
	for _, candidate := range s.selectors {
		if candidate.matches(w, s.namespaces[w.namespace]) {
			matched = append(matched, candidate)
		}
	}
	slices.SortFunc(matched, func(a, b selector) int { return strings.Compare(a.name, b.name) })
	return matched
}

// enterBySelector returns the account that the one selector says. Several are
// refused: which of them wins would be chance.
func enterBySelector(matched []selector) (entry, string) {
	if len(matched) > 1 {
		var names []string
		for _, s := range matched {
			names = append(names, s.name)
		}
		return entry{}, fmt.Sprintf("%d IAMRoleSelectors select the object, and one is allowed: narrow down or delete all but one of %s", len(matched), strings.Join(names, ", "))
	}
	s := matched[0]
	account := accountOf(s.role)
	if account == "" {
		return entry{}, fmt.Sprintf("the IAMRoleSelector %s has the arn %q, which is not the ARN of a role", s.name, s.role)
	}
	return entry{
		account: account, role: s.role, by: "the IAMRoleSelector " + s.name,
		selected: fmt.Sprintf("roleARN: %s, selectorName: %s, selectorResourceVersion: %s", s.role, s.name, s.version),
	}, ""
}

// putSelector records a selector and returns the groups that are touched.
func (g *groups) putSelector(s selector) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	was, known := g.settings.selectors[s.name]
	if known && was.version == s.version {
		return nil
	}
	g.settings.selectors[s.name] = s
	return g.placeAll(func(n naming) bool {
		namespace := g.settings.namespaces[n.where.namespace]
		return known && was.matches(n.where, namespace) || s.matches(n.where, namespace)
	})
}

// removeSelector forgets a selector.
func (g *groups) removeSelector(name string) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.settings.selectors[name]
	delete(g.settings.selectors, name)
	return g.placeAll(func(n naming) bool { return was.matches(n.where, g.settings.namespaces[n.where.namespace]) })
}

func selectorOf(obj *services.IAMRoleSelector) selector {
	s := selector{
		name: obj.Name, version: obj.ResourceVersion, role: obj.Spec.ARN,
		namespaces:      obj.Spec.NamespaceSelector.Names,
		namespaceLabels: obj.Spec.NamespaceSelector.LabelSelector.MatchLabels,
		labels:          obj.Spec.ResourceLabelSelector.MatchLabels,
	}
	for _, k := range obj.Spec.ResourceTypeSelector {
		s.kinds = append(s.kinds, schema.GroupVersionKind{Group: k.Group, Version: k.Version, Kind: k.Kind})
	}
	return s
}

// selectorHandler keeps the selectors of roles.
func (r *Reconciler) selectorHandler() handler.TypedEventHandler[*services.IAMRoleSelector, Group] {
	return handler.TypedFuncs[*services.IAMRoleSelector, Group]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[*services.IAMRoleSelector], q queue) {
			add(q, e.IsInInitialList, r.groups.putSelector(selectorOf(e.Object))...)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[*services.IAMRoleSelector], q queue) {
			add(q, false, r.groups.putSelector(selectorOf(e.ObjectNew))...)
		},
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[*services.IAMRoleSelector], q queue) {
			add(q, false, r.groups.removeSelector(e.Object.Name)...)
		},
	}
}
