package main

import (
	"context"
	"slices"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/manifest"
	"github.com/setpoint-io/setpoint/internal/validation"
)

// apply returns the groups of manifests as the cluster would have them once they
// were applied, and what could not be read about them. What else the cluster
// declares about the same scalable targets belongs to them; what else there is
// of our kinds in the namespaces of the manifests decides only who comes first.
func (c *cluster) apply(ctx context.Context, set *manifest.Set, home declared.Place, validator *validation.Validator) (groups []declared.Group, notes []string, err error) {
	client, namespace, err := c.connect()
	if err != nil {
		return nil, nil, err
	}
	objects, err := set.Objects(namespace)
	if err != nil {
		return nil, nil, err
	}
	manifests := len(objects)
	before := map[int]v1alpha1.Object{}
	var read []string
	for _, o := range objects[:manifests] {
		if slices.Contains(read, o.GetNamespace()) {
			continue
		}
		read = append(read, o.GetNamespace())
		live, err := c.listAll(ctx, client, o.GetNamespace())
		if err != nil {
			return nil, nil, err
		}
		objects = overlay(objects, manifests, live, before)
	}
	if objects, err = withReferences(ctx, client, objects); err != nil {
		return nil, nil, err
	}
	around := surroundings{client: client, setting: declared.Surroundings{Home: home, Complete: true}}
	for _, d := range set.Others {
		around.setting.Learn(d.Content, namespace)
	}
	// What the cluster has of other kinds says more than their manifests, which
	// have no status; a namespace says it by its annotations.
	if err := around.read(ctx, objects); err != nil {
		return nil, nil, err
	}
	for _, d := range set.Others {
		if d.APIVersion() == "v1" && d.Kind() == "Namespace" {
			around.setting.Learn(d.Content, namespace)
		}
	}
	groups = chosen(declared.Gather(objects, around.setting), func(m *declared.Member) bool { return m.Index < manifests })
	return groups, around.notes, validator.Admit(ctx, set.Documents, before, groups)
}

// overlay gives the manifests, with which the objects begin, what the cluster has
// of them, which it notes in before by their index, and adds what it has besides.
func overlay(objects []v1alpha1.Object, manifests int, live []v1alpha1.Object, before map[int]v1alpha1.Object) []v1alpha1.Object {
	for _, l := range live {
		i := slices.IndexFunc(objects[:manifests], func(o v1alpha1.Object) bool {
			return o.GetName() != "" && declared.RefOf(o) == declared.RefOf(l)
		})
		if i < 0 {
			objects = append(objects, l)
			continue
		}
		objects[i], before[i] = declared.Applied(objects[i], l), l
	}
	return objects
}
