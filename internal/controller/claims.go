package controller

import (
	"context"
	"sync"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// This file is about scalable targets that several groups have: their objects
// reach one account and Region by different roles or endpoints, so they are
// worked on apart. What they declare is in one place all the same, and of two
// objects that declare the same one does nothing.

// A spot is a scalable target in AWS, whichever way leads there.
type spot struct {
	account, region string
	autoscaling.Identity
}

func (g Group) spot() spot { return spot{g.Account, g.Region, g.Identity} }

// join puts an object into a group.
func (g *groups) join(ref ObjectRef, group Group) {
	g.groupOf[ref] = group
	if g.members[group] == nil {
		g.members[group] = map[ObjectRef]struct{}{}
		if group.Scope != (Scope{}) { // of others it is not known
			g.inScope[group.Scope]++
		}
	}
	g.members[group][ref] = struct{}{}
	if group.Complete() {
		if g.spots[group.spot()] == nil {
			g.spots[group.spot()] = map[Group]struct{}{}
		}
		g.spots[group.spot()][group] = struct{}{}
	}
}

// leave takes an object out of a group.
func (g *groups) leave(ref ObjectRef, group Group) {
	delete(g.members[group], ref)
	if len(g.members[group]) > 0 {
		return
	}
	delete(g.members, group)
	if g.inScope[group.Scope]--; g.inScope[group.Scope] <= 0 {
		delete(g.inScope, group.Scope)
	}
	delete(g.spots[group.spot()], group)
	if len(g.spots[group.spot()]) == 0 {
		delete(g.spots, group.spot())
	}
}

// sharing returns a group and those that have the same scalable target.
func (g *groups) sharing(group Group) []Group {
	groups := []Group{group}
	for other := range g.spots[group.spot()] {
		if other != group {
			groups = append(groups, other)
		}
	}
	return groups
}

// rivals returns the objects of the other groups that have the same scalable
// target.
func (g *groups) rivals(group Group) (refs []ObjectRef) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, other := range g.sharing(group)[1:] {
		for ref := range g.members[other] {
			refs = append(refs, ref)
		}
	}
	return refs
}

// gatherRivals reads the objects of other groups that may declare what members
// do. Those that only look take nothing from anybody.
func (r *Reconciler) gatherRivals(ctx context.Context, p *pass) error {
	for _, ref := range r.groups.rivals(p.group) {
		m, err := r.member(ctx, p, ref)
		if err != nil {
			return err
		}
		if m != nil && !m.elsewhere(p.group) && !m.life.ReadOnly {
			m.rival = true
			p.rivals = append(p.rivals, m)
		}
	}
	return nil
}

// turns lets one pass at a time work on a scalable target: the work queue sees
// to that within a group, and this among those that share one.
type turns struct {
	mu    sync.Mutex
	taken map[spot]chan struct{} // closed when it is free again
}

// take waits for the turn of a group, and returns what ends it.
func (t *turns) take(ctx context.Context, group Group) (leave func(), err error) {
	if !group.Complete() {
		return func() {}, nil
	}
	for s := group.spot(); ; {
		t.mu.Lock()
		other := t.taken[s]
		if other == nil {
			if t.taken == nil {
				t.taken = map[spot]chan struct{}{}
			}
			mine := make(chan struct{})
			t.taken[s] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				defer t.mu.Unlock()
				delete(t.taken, s)
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
