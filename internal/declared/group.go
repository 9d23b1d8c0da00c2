package declared

import (
	"slices"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// Group is a scalable target with all objects that declare something about it.
type Group struct {
	// Identity is incomplete when no object of the group says which scalable
	// target is meant.
	autoscaling.Identity
	Place   Place
	Members []*Member // in the order of the objects
}

// Gather groups objects and validates them. The groups are in the order in
// which their first object occurs. What they leave open, the setting decides.
func Gather(objects []v1alpha1.Object, s Surroundings) []Group {
	g := gathering{groups: map[key]*Group{}, targets: map[Ref]key{}}
	members := make([]*Member, len(objects))
	own := make([]autoscaling.Identity, len(objects))
	for i, o := range objects {
		members[i], own[i] = s.declare(o)
		members[i].Index = i
		if m := members[i]; m.Kind == autoscaling.KindTarget {
			if _, twice := g.targets[m.Ref]; !twice {
				g.targets[m.Ref] = keyOf(own[i], m.Place, m.Ref)
			}
		}
	}
	for i, m := range members {
		g.add(m, keyOf(own[i], m.Place, m.Ref), own[i])
	}
	g.settleRivals()
	groups := make([]Group, 0, len(g.order))
	for _, k := range g.order {
		group := g.groups[k]
		group.validate()
		groups = append(groups, *group)
	}
	return groups
}

// key tells groups apart: by the identity, or, where it is not known, by the
// ScalableTarget that stands for it or by the object alone.
type key struct {
	autoscaling.Identity
	place Place
	alone Ref
}

func keyOf(id autoscaling.Identity, at Place, alone Ref) key {
	if id.Complete() {
		return key{Identity: id, place: at}
	}
	return key{alone: alone}
}

type gathering struct {
	groups  map[key]*Group
	order   []key
	targets map[Ref]key
}

func (g *gathering) add(m *Member, k key, id autoscaling.Identity) {
	if m.Refers != nil {
		found, ok := g.targets[*m.Refers]
		switch {
		case m.tied():
			m.stays(found.Identity)
			k = keyOf(m.bound, m.Place, m.Ref)
		case found.Complete():
			k = keyOf(found.Identity, m.Place, m.Ref)
		case m.bound.Complete():
			k = keyOf(m.bound, m.Place, m.Ref)
		case ok:
			k = found
		default:
			m.Dangling, k = true, key{alone: *m.Refers}
		}
		id = k.Identity
	}
	if g.groups[k] == nil {
		g.groups[k] = &Group{Identity: k.Identity, Place: k.place}
		g.order = append(g.order, k)
	}
	m.validate(id)
	g.groups[k].Members = append(g.groups[k].Members, m)
}

// settleRivals decides between members that declare the same thing. They may
// come from groups that reach it by different roles or endpoints; then one that
// only looks has no rival and is none.
func (g *gathering) settleRivals() {
	type slot struct {
		key  // without the way
		kind autoscaling.Kind
		name string
	}
	type claim struct {
		*Member
		slot slot
		way  key
	}
	var claims []claim
	for _, way := range g.order {
		at := way
		at.place.Role, at.place.Endpoint = "", ""
		for _, m := range g.groups[way].Members {
			if m.Kind == autoscaling.KindTarget || m.AWS != "" { // else it has no name, which has been found
				claims = append(claims, claim{m, slot{at, m.Kind, m.AWS}, way})
			}
		}
	}
	slices.SortStableFunc(claims, func(a, b claim) int { return compareClaims(a.Member, b.Member) })
	holders := map[slot][]claim{}
	for _, c := range claims {
		first := slices.IndexFunc(holders[c.slot], func(h claim) bool {
			return h.way == c.way || !h.Life.ReadOnly && !c.Life.ReadOnly
		})
		if first >= 0 {
			c.Rival = holders[c.slot][first].Member
			continue
		}
		holders[c.slot] = append(holders[c.slot], c)
	}
}

// validate checks what the group declares as a whole. Members that are refused
// for themselves have no part in that.
func (g *Group) validate() {
	for _, f := range autoscaling.Validate(g.Identity, g.Desired()) {
		for _, m := range g.Members {
			if m.Kind == f.Kind && m.AWS == f.Name && m.Rival == nil {
				m.Findings = append(m.Findings, f)
				break
			}
		}
	}
}

// Active returns the members that the controller would act on.
func (g *Group) Active() []*Member {
	var active []*Member
	for _, m := range g.Members {
		if m.Deleting() {
			if m.Held() && !m.Life.Retained && !m.Life.ReadOnly && !desired.Empty(m.Object) {
				active = append(active, m)
			}
			continue
		}
		if !m.Refused() && m.Waits == "" {
			active = append(active, m)
		}
	}
	return active
}

// Desired is what the active members declare.
func (g *Group) Desired() autoscaling.Desired { return Declaration(g.Active()) }

// Declaration is what members of one group declare; those that only look, or
// take what they declare from AWS, declare nothing.
func Declaration(members []*Member) autoscaling.Desired {
	var d autoscaling.Desired
	for _, m := range members {
		if m.Life.ReadOnly || m.Life.Adoption.FromAWS && !m.Deleting() {
			continue
		}
		absent := m.Deleting()
		switch m.Kind {
		case autoscaling.KindTarget:
			t := m.Target
			t.Absent, t.Yield = absent, m.Life.Yield
			d.Target = &t
		case autoscaling.KindPolicy:
			d.Policies = append(d.Policies, autoscaling.DesiredPolicy{Policy: m.Policy, Absent: absent, Yield: m.Life.Yield, Alarms: m.alarms(), Unhealed: m.Unhealed()})
		case autoscaling.KindAction:
			d.Actions = append(d.Actions, autoscaling.DesiredAction{Action: m.Action, Absent: absent, Yield: m.Life.Yield, Written: m.written()})
		}
	}
	return d
}
