package placement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// A Selector is an IAMRoleSelector. What it does not select by fits everything;
// between the parts is an and, within a list an or.
type Selector struct {
	Name            string
	Version         string // resourceVersion
	Role            string // ARN
	Namespaces      []string
	NamespaceLabels map[string]string
	Kinds           []schema.GroupVersionKind // an empty member is any
	Labels          map[string]string
}

// SelectorOf reads an IAMRoleSelector.
func SelectorOf(obj *services.IAMRoleSelector) Selector {
	s := Selector{
		Name: obj.Name, Version: obj.ResourceVersion, Role: obj.Spec.ARN,
		Namespaces:      obj.Spec.NamespaceSelector.Names,
		NamespaceLabels: obj.Spec.NamespaceSelector.LabelSelector.MatchLabels,
		Labels:          obj.Spec.ResourceLabelSelector.MatchLabels,
	}
	for _, k := range obj.Spec.ResourceTypeSelector {
		s.Kinds = append(s.Kinds, schema.GroupVersionKind{Group: k.Group, Version: k.Version, Kind: k.Kind})
	}
	return s
}

// Matches says that the selector selects an object of a namespace.
func (s Selector) Matches(o Object, in Namespace) bool {
	return (len(s.Namespaces) == 0 || slices.Contains(s.Namespaces, o.Namespace)) &&
		hasAll(in.Labels, s.NamespaceLabels) &&
		(len(s.Kinds) == 0 || slices.ContainsFunc(s.Kinds, func(k schema.GroupVersionKind) bool { return names(k, o) })) &&
		hasAll(o.Labels, s.Labels)
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
func names(k schema.GroupVersionKind, o Object) bool {
	own := v1alpha1.GroupVersion.WithKind(string(o.Kind))
	return cmp.Or(k.Group, own.Group) == own.Group && cmp.Or(k.Version, own.Version) == own.Version && cmp.Or(k.Kind, own.Kind) == own.Kind
}

// matching returns the selectors that select an object, by name.
func (s Settings) matching(o Object, in Namespace) []Selector {
	var matched []Selector
	for _, candidate := range s.Selectors {
		if candidate.Matches(o, in) {
			matched = append(matched, candidate)
		}
	}
	slices.SortFunc(matched, func(a, b Selector) int { return strings.Compare(a.Name, b.Name) })
	return matched
}

// enterBySelector returns the account that the one selector says. Several are
// refused: which of them wins would be chance.
func enterBySelector(matched []Selector) entry {
	if len(matched) > 1 {
		var names []string
		for _, s := range matched {
			names = append(names, s.Name)
		}
		return entry{problem: fmt.Sprintf("%d IAMRoleSelectors select the object, and one is allowed: narrow down or delete all but one of %s", len(matched), strings.Join(names, ", "))}
	}
	s := matched[0]
	account := accountOf(s.Role)
	if account == "" {
		return entry{problem: fmt.Sprintf("the IAMRoleSelector %s has the arn %q, which is not the ARN of a role", s.Name, s.Role)}
	}
	return entry{
		account: account, way: way{role: s.Role}, by: "the IAMRoleSelector " + s.Name,
		selected: fmt.Sprintf("roleARN: %s, selectorName: %s, selectorResourceVersion: %s", s.Role, s.Name, s.Version),
	}
}
