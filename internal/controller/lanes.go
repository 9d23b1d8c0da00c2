package controller

import (
	"slices"
	"sync"
)

// lanes share the workers between scopes. Passes wait for AWS most of the time,
// and an account that does not answer would hold all workers, however many there
// are. So a scope gets at most half of the workers that no other scope holds,
// and its other groups are parked until one of its passes is through.
type lanes struct {
	workers int
	single  func() bool // objects are in one scope, which may have all workers

	mu      sync.Mutex
	running map[Scope]int
	parked  map[Scope][]Group
}

// enter is false when the group was parked.
func (l *lanes) enter(g Group) bool {
	if g.Scope == (Scope{}) {
		return true // nothing is asked of AWS
	}
	single := l.single()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !single && l.running[g.Scope] >= l.share(g.Scope) {
		if !slices.Contains(l.parked[g.Scope], g) {
			l.park(g)
		}
		return false
	}
	if l.running == nil {
		l.running = map[Scope]int{}
	}
	l.running[g.Scope]++
	return true
}

func (l *lanes) park(g Group) {
	if l.parked == nil {
		l.parked = map[Scope][]Group{}
	}
	l.parked[g.Scope] = append(l.parked[g.Scope], g)
}

// share is how many workers a scope may hold.
func (l *lanes) share(s Scope) int {
	free := l.workers
	for other, n := range l.running {
		if other != s {
			free -= n
		}
	}
	return max(1, free/2)
}

// leaveLane ends a pass, and returns the groups that there is room for then. Those
// that came last go first: what came all at once, as at a start, waits for what
// somebody edits meanwhile.
func (l *lanes) leave(g Group) []Group {
	if g.Scope == (Scope{}) {
		return nil
	}
	single := l.single()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running[g.Scope]--; l.running[g.Scope] == 0 {
		delete(l.running, g.Scope)
	}
	waiting := l.parked[g.Scope]
	if len(waiting) == 0 {
		return nil
	}
	room := len(waiting)
	if !single {
		room = min(room, max(1, l.share(g.Scope)-l.running[g.Scope]))
	}
	stay := len(waiting) - room
	next := slices.Clone(waiting[stay:])
	if l.parked[g.Scope] = waiting[:stay]; stay == 0 {
		delete(l.parked, g.Scope)
	}
	slices.Reverse(next)
	return next
}

// leaveLane ends a pass and enqueues what waited for it.
func (r *Reconciler) leaveLane(g Group) {
	for _, next := range r.lanes.leave(g) {
		r.queue.Add(next)
	}
}
