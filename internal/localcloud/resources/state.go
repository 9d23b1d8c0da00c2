package resources

import (
	"slices"
	"strings"
)

// State is what a resource of any service has now.
type State struct {
	Key
	Status  string // in the words of its service
	Desired int32  // what was asked for, in the unit of the dimension
	Current int32  // what there is
}

// The statuses of declared resources.
const (
	settled  = "Settled"
	changing = "Changing"
)

// State returns the resource as others show theirs.
func (r Resource) State() State {
	s := State{Key: r.Key, Status: settled, Desired: r.Capacity, Current: r.Running}
	if !r.Settled {
		s.Status = changing
	}
	return s
}

// Sort orders states by the names of their resources.
func Sort(states []State) {
	slices.SortFunc(states, func(a, b State) int { return strings.Compare(a.String(), b.String()) })
}
