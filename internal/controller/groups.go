package controller

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/placement"
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
	Scope
	autoscaling.Identity
	Lone ObjectRef
}

// String prints the group for logs.
func (g Group) String() string {
	if g.Lone != (ObjectRef{}) {
		return g.Lone.String()
	}
	return g.Account + "/" + g.Region + " " + g.Identity.String()
}

// A naming is how an object says which scalable target it is about: by itself,
// or by other objects.
type naming struct {
	own      autoscaling.Identity // what the object spells out
	target   *ObjectRef           // takes the whole identity from this ScalableTarget
	endpoint *ObjectRef           // takes the resource ID from this SageMaker Endpoint
	variant  string               // of the endpoint
	role     *ObjectRef           // needs the ARN of this IAM Role; says nothing about the target
	bound    autoscaling.Identity // what it was about when its references led somewhere last
	held     bool                 // by our finalizer: what it is bound to may be in AWS
	where    placement.Object
}

// tied says that the object may have something in AWS under what it is bound
// to, so that it stays there, wherever its references lead meanwhile.
func (n naming) tied() bool { return n.held && n.bound.Complete() }

// settled is the scalable target that the object is about whatever other objects
// say; it is incomplete when that depends on them.
func (n naming) settled() autoscaling.Identity {
	switch {
	case n.tied():
		return n.bound
	case n.target == nil && n.endpoint == nil:
		return n.own
	}
	return autoscaling.Identity{}
}

// refs are the objects that a naming refers to.
func (n naming) refs() []ObjectRef {
	var refs []ObjectRef
	for _, ref := range []*ObjectRef{n.target, n.endpoint, n.role} {
		if ref != nil {
			refs = append(refs, *ref)
		}
	}
	return refs
}

// groups is the index from objects to groups and back. Event handlers write
// it, passes read it.
type groups struct {
	mu         sync.Mutex
	settings   settings
	groupOf    map[ObjectRef]Group
	members    map[Group]map[ObjectRef]struct{}
	spots      map[spot]map[Group]struct{} // groups that have one scalable target
	inScope    map[Scope]int               // how many groups there are
	namings    map[ObjectRef]naming
	endpoints  map[ObjectRef]string                 // names in AWS of the Endpoint objects
	dependents map[ObjectRef]map[ObjectRef]struct{} // object -> objects that refer to it
}

func newGroups(s settings) *groups {
	s.namespaces, s.Roles = map[string]placement.Namespace{}, map[string]map[string]string{}
	return &groups{
		settings:   s,
		groupOf:    map[ObjectRef]Group{},
		members:    map[Group]map[ObjectRef]struct{}{},
		spots:      map[spot]map[Group]struct{}{},
		inScope:    map[Scope]int{},
		namings:    map[ObjectRef]naming{},
		endpoints:  map[ObjectRef]string{},
		dependents: map[ObjectRef]map[ObjectRef]struct{}{},
	}
}

// put records an object and returns the groups that are touched by it: its
// group, the group that it left, and those of objects that refer to it. Moved
// says that it left one.
func (g *groups) put(obj v1alpha1.Object) (touched []Group, moved bool) {
	ref := refOf(obj)
	g.mu.Lock()
	defer g.mu.Unlock()
	old, had := g.groupOf[ref]
	g.forgetNaming(ref)
	n := namingOf(obj)
	g.namings[ref] = n
	for _, to := range n.refs() {
		if g.dependents[to] == nil {
			g.dependents[to] = map[ObjectRef]struct{}{}
		}
		g.dependents[to][ref] = struct{}{}
	}
	touched = g.place(ref)
	return touched, had && old != g.groupOf[ref]
}

// putReferent records an object of another controller that ours refer to;
// endpoint is its name in AWS if it is a SageMaker Endpoint.
func (g *groups) putReferent(ref ObjectRef, endpoint string) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	if endpoint == "" {
		delete(g.endpoints, ref)
	} else {
		g.endpoints[ref] = endpoint
	}
	return g.placeDependents(ref)
}

// place puts an object into its group, and those that refer to it into theirs.
func (g *groups) place(ref ObjectRef) []Group {
	group := Group{Lone: ref}
	old, had := g.groupOf[ref]
	at := g.settings.place(g.namings[ref].where)
	if identity := g.identity(ref); identity.Complete() && !at.Closed {
		group = Group{Scope: at.Scope, Identity: identity}
	} else if had {
		group = old // what it declared there is still there
	}
	var touched []Group
	if had && old != group {
		g.leave(ref, old)
		touched = g.sharing(old)
	}
	g.join(ref, group)
	return append(append(g.sharing(group), touched...), g.placeDependents(ref)...)
}

func (g *groups) placeDependents(ref ObjectRef) []Group {
	var touched []Group
	for dependent := range g.dependents[ref] {
		touched = append(touched, g.place(dependent)...)
	}
	return touched
}

// identity returns the scalable target that an object is about; it is
// incomplete when a reference leads nowhere and never did otherwise.
func (g *groups) identity(ref ObjectRef) autoscaling.Identity {
	n := g.namings[ref]
	if n.tied() {
		return n.bound
	}
	if id := g.named(n); id.Complete() {
		return id
	}
	return n.bound
}

// named returns the scalable target that an object names now, by itself or by
// its references; it is incomplete when a reference leads nowhere.
func (g *groups) named(n naming) autoscaling.Identity {
	id := n.own
	switch {
	case n.target != nil:
		return g.identity(*n.target)
	case n.endpoint != nil:
		id.ResourceID = ""
		if name := g.endpoints[*n.endpoint]; name != "" {
			id.ResourceID = "endpoint/" + name + "/variant/" + n.variant
		}
	}
	return id
}

// leadsTo returns the scalable target to which the references of an object lead
// while it is tied to another one; it is incomplete where they do not.
func (g *groups) leadsTo(ref ObjectRef) autoscaling.Identity {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.namings[ref]
	if id := g.named(n); n.tied() && id.Complete() && id != n.bound {
		return id
	}
	return autoscaling.Identity{}
}

func (g *groups) forgetNaming(ref ObjectRef) {
	for _, to := range g.namings[ref].refs() {
		delete(g.dependents[to], ref)
		if len(g.dependents[to]) == 0 {
			delete(g.dependents, to)
		}
	}
	delete(g.namings, ref)
}

// remove forgets an object that is gone. Objects that took their identity from
// it keep the group that they were in: what they declared in AWS is still
// there.
func (g *groups) remove(ref ObjectRef) []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forgetNaming(ref)
	group, ok := g.groupOf[ref]
	if !ok {
		return nil
	}
	g.leave(ref, group)
	delete(g.groupOf, ref)
	return g.sharing(group)
}

// refersTo says whether any object refers to one of that kind.
func (g *groups) refersTo(kind autoscaling.Kind) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for ref := range g.dependents {
		if ref.Kind == kind {
			return true
		}
	}
	return false
}

// scopes returns the scopes that objects are in.
func (g *groups) scopes() map[Scope]bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	used := map[Scope]bool{}
	for scope := range g.inScope {
		used[scope] = true
	}
	return used
}

// single says that no two objects are in different scopes.
func (g *groups) single() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.inScope) <= 1
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
