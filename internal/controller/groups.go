package controller

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// ObjectRef names one of our Kubernetes objects.
type ObjectRef struct {
	Kind autoscaling.Kind
	types.NamespacedName
}

// String prints the reference for people: "ScalingPolicy default/cpu".
func (r ObjectRef) String() string { return string(r.Kind) + " " + r.NamespacedName.String() }

// Group is the work-queue key: a scalable target with all objects that name
// it. An object whose target cannot be known, because its reference leads
// nowhere, is a group of its own and has only Lone set.
type Group struct {
	autoscaling.Key
	Lone ObjectRef
}

// groups is the index from objects to groups and back. Event handlers write
// it, passes read it.
type groups struct {
	account, region string

	mu         sync.Mutex
	groupOf    map[ObjectRef]Group
	members    map[Group]map[ObjectRef]struct{}
	identities map[ObjectRef]autoscaling.Identity   // of ScalableTargets
	dependents map[ObjectRef]map[ObjectRef]struct{} // ScalableTarget -> objects that take their identity from it
	dependsOn  map[ObjectRef]ObjectRef
}

func newGroups(account, region string) *groups {
	return &groups{
		account: account, region: region,
		groupOf:    map[ObjectRef]Group{},
		members:    map[Group]map[ObjectRef]struct{}{},
		identities: map[ObjectRef]autoscaling.Identity{},
		dependents: map[ObjectRef]map[ObjectRef]struct{}{},
		dependsOn:  map[ObjectRef]ObjectRef{},
	}
}

// put records an object and returns the groups that are touched by it: its
// group, the group that it left, and those of objects that refer to it.
func (g *groups) put(obj v1alpha1.Object) []Group {
	ref := refOf(obj)
	g.mu.Lock()
	defer g.mu.Unlock()

	identity, target := identityOf(obj)
	if ref.Kind == autoscaling.KindTarget {
		g.identities[ref] = identity
	}
	if target != nil {
		g.depend(ref, *target)
		if found, ok := g.identities[*target]; ok {
			identity = found
		}
	}
	touched := g.move(ref, identity)
	for dependent := range g.dependents[ref] {
		touched = append(touched, g.move(dependent, identity)...)
	}
	return touched
}

func (g *groups) depend(ref, target ObjectRef) {
	g.dependsOn[ref] = target
	if g.dependents[target] == nil {
		g.dependents[target] = map[ObjectRef]struct{}{}
	}
	g.dependents[target][ref] = struct{}{}
}

// move puts an object into the group of that identity.
func (g *groups) move(ref ObjectRef, identity autoscaling.Identity) []Group {
	group := Group{Lone: ref}
	if identity.Complete() {
		group = Group{Key: autoscaling.Key{Account: g.account, Region: g.region, Identity: identity}}
	}
	touched := []Group{group}
	if old, ok := g.groupOf[ref]; ok && old != group {
		g.leave(ref, old)
		touched = append(touched, old)
	}
	g.groupOf[ref] = group
	if g.members[group] == nil {
		g.members[group] = map[ObjectRef]struct{}{}
	}
	g.members[group][ref] = struct{}{}
	return touched
}

func (g *groups) leave(ref ObjectRef, group Group) {
	delete(g.members[group], ref)
	if len(g.members[group]) == 0 {
		delete(g.members, group)
	}
}

// remove forgets an object that is gone. Objects that took their identity from
// it keep the group that they were in: what they declared in AWS is still
// there.
func (g *groups) remove(ref ObjectRef) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.identities, ref)
	if target, ok := g.dependsOn[ref]; ok {
		delete(g.dependents[target], ref)
		if len(g.dependents[target]) == 0 {
			delete(g.dependents, target)
		}
		delete(g.dependsOn, ref)
	}
	group, ok := g.groupOf[ref]
	if !ok {
		return nil
	}
	g.leave(ref, group)
	delete(g.groupOf, ref)
	return []Group{group}
}

// of returns the objects of a group.
func (g *groups) of(group Group) []ObjectRef {
	g.mu.Lock()
	defer g.mu.Unlock()
	refs := make([]ObjectRef, 0, len(g.members[group]))
	for ref := range g.members[group] {
		refs = append(refs, ref)
	}
	return refs
}

// all returns every group that has objects.
func (g *groups) all() []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	groups := make([]Group, 0, len(g.members))
	for group := range g.members {
		groups = append(groups, group)
	}
	return groups
}
