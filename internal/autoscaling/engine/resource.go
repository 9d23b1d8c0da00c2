package engine

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Resource is what a target scales.
type Resource interface {
	// Status returns what the resource has at a time.
	Status(now time.Time) Status
	// Scale asks for a capacity. The text of an error is the reason that the
	// activity gives.
	Scale(now time.Time, n int32) error
	// NextChange returns when the status changes next by itself. It returns
	// false if nothing is under way or nobody knows; the target then looks when
	// it does something.
	NextChange(now time.Time) (time.Time, bool)
}

// Status is what a resource has, in the unit of its dimension.
type Status struct {
	Desired    int32  // what was last asked for
	Running    int32  // what is in service
	Settled    bool   // the last change is completed
	Unscalable string // why the resource cannot be scaled now; empty: it can
	// Kept is capacity that scaling did not add and does not remove.
	Kept int32
}

// reach returns what there is after a change to n: of a decrease at least what
// scaling does not remove.
func (s Status) reach(n int32) int32 {
	if n < s.Desired {
		return max(n, min(s.Desired, s.Kept))
	}
	return n
}

// Provisioning says how a [Provisioner] changes its capacity.
type Provisioning struct {
	Capacity int32         // at the beginning
	OutDelay time.Duration // from asking for capacity to having it, in whole seconds
	InDelay  time.Duration // the same for removing
	// Blocks refuses changes while one is under way, as SageMaker does while
	// an endpoint is updating (Amazon SageMaker Developer Guide).
	Blocks bool
	// Quota is how much capacity there can be; 0: no limit.
	Quota int32
}

// Provisioner is a simulated resource whose capacity arrives after a delay. It
// remembers the capacity that it had, from which metrics can be computed. Times
// must not go back.
type Provisioner struct {
	how     Provisioning
	desired int32
	running int32
	pending []arrival // in the order of asking; so is the time, but for a change of direction
	history []since
}

// arrival is capacity that comes, or goes if it is negative.
type arrival struct {
	at    int64
	count int32
}

// since is the capacity in service from a time on.
type since struct {
	at      int64
	running int32
}

var _ Resource = (*Provisioner)(nil)

// NewProvisioner returns a resource with its initial capacity.
func NewProvisioner(how Provisioning) *Provisioner {
	return &Provisioner{
		how: how, desired: how.Capacity, running: how.Capacity,
		history: []since{{math.MinInt64, how.Capacity}},
	}
}

// Status returns what the resource has at a time.
func (p *Provisioner) Status(now time.Time) Status {
	p.arrive(now.Unix())
	s := Status{Desired: p.desired, Running: p.running, Settled: len(p.pending) == 0}
	if p.how.Blocks && !s.Settled {
		s.Unscalable = fmt.Sprintf("The capacity is being changed to %d.", p.desired)
	}
	return s
}

// arrive lets all arrive that is due.
func (p *Provisioner) arrive(now int64) {
	for {
		due := -1
		for i, a := range p.pending {
			if a.at <= now && (due < 0 || a.at < p.pending[due].at) {
				due = i
			}
		}
		if due < 0 {
			return
		}
		a := p.pending[due]
		p.pending = slices.Delete(p.pending, due, due+1)
		p.running += a.count
		p.history = append(p.history, since{a.at, p.running})
	}
}

// Scale asks for a capacity.
func (p *Provisioner) Scale(now time.Time, n int32) error {
	s := p.Status(now)
	switch {
	case s.Unscalable != "":
		return &RefusalError{Reason: s.Unscalable}
	case n < 0:
		return &RefusalError{Reason: fmt.Sprintf("A capacity of %d is not possible.", n)}
	case p.how.Quota > 0 && n > p.how.Quota:
		return &RefusalError{Reason: fmt.Sprintf("The limit is %d, with current utilization of %d and a request delta of %d.", p.how.Quota, p.desired, n-p.desired)}
	}
	delta := n - p.desired
	p.desired = n
	for i := len(p.pending) - 1; i >= 0 && delta != 0; i-- {
		// What is still to come in the other direction need not come.
		if (delta < 0) != (p.pending[i].count > 0) {
			continue
		}
		undone := min(abs(delta), abs(p.pending[i].count))
		if delta < 0 {
			undone = -undone
		}
		p.pending[i].count += undone
		delta -= undone
	}
	p.pending = slices.DeleteFunc(p.pending, func(a arrival) bool { return a.count == 0 })
	if delta != 0 {
		delay := p.how.OutDelay
		if delta < 0 {
			delay = p.how.InDelay
		}
		p.pending = append(p.pending, arrival{now.Unix() + int64(delay/time.Second), delta})
	}
	p.arrive(now.Unix())
	return nil
}

func abs(n int32) int32 { return max(n, -n) }

// NextChange returns when capacity arrives next.
func (p *Provisioner) NextChange(now time.Time) (time.Time, bool) {
	p.arrive(now.Unix())
	if len(p.pending) == 0 {
		return time.Time{}, false
	}
	next := never
	for _, a := range p.pending {
		next = min(next, a.at)
	}
	return instant(next), true
}

// Over calls f for every stretch of constant capacity between two times in Unix
// seconds that are not in the future, oldest first.
func (p *Provisioner) Over(from, to int64, f func(running int32, seconds int64)) {
	i := len(p.history) - 1
	for i > 0 && p.history[i].at > from {
		i--
	}
	for ; i < len(p.history) && from < to; i++ {
		end := to
		if i+1 < len(p.history) {
			end = min(to, p.history[i+1].at)
		}
		if end > from {
			f(p.history[i].running, end-from)
			from = end
		}
	}
}

// RefusalError is an error of a resource that does not take a capacity.
type RefusalError struct{ Reason string }

func (r *RefusalError) Error() string { return r.Reason }
