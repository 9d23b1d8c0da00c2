package sagemaker

import (
	"cmp"
	"container/heap"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// due is the end of a change of an endpoint.
type due struct {
	at       time.Time
	sequence int
	scope    wire.Scope
	endpoint *endpoint
	change   *change // has been replaced if the endpoint has another
}

// queue is the ends to come, the earliest first.
type queue []due

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	return cmp.Or(q[i].at.Compare(q[j].at), cmp.Compare(q[i].sequence, q[j].sequence)) < 0
}

// Push is for container/heap.
func (q *queue) Push(x any) {
	if d, ok := x.(due); ok {
		*q = append(*q, d)
	}
}

// Pop is for container/heap.
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// Next returns when something happens next by itself: a change of an endpoint
// or an inference component comes to its end, or metrics are published.
func (s *Service) Next() (time.Time, bool) {
	next, found := s.published.Add(time.Minute), len(s.flows) > 0
	if len(s.queue) > 0 && (!found || s.queue[0].at.Before(next)) {
		next, found = s.queue[0].at, true
	}
	if at, ok := s.nextComponent(); ok && (!found || at.Before(next)) {
		next, found = at, true
	}
	return next, found
}

// Happen completes the changes whose time has come and then publishes the
// metrics of the minute that has passed, if one has.
func (s *Service) Happen() {
	now := s.now()
	s.settle(now)
	if len(s.flows) > 0 && !now.Before(s.published.Add(time.Minute)) {
		s.publish(s.published.Add(time.Minute))
	}
}

// settle completes the changes whose time has come, as of the moment when it
// came, so that the outcome does not depend on who asked when.
func (s *Service) settle(now time.Time) {
	for len(s.queue) > 0 && !now.Before(s.queue[0].at) {
		d := s.queue[0]
		heap.Pop(&s.queue)
		if d.endpoint.change != d.change {
			continue
		}
		if d.change.status == deleting {
			s.drop(d.scope, d.endpoint)
			continue
		}
		d.endpoint.settle()
		s.serve(d.scope, d.endpoint, d.at)
	}
	s.settleComponents(now)
}

// drop forgets an endpoint that is deleted.
func (s *Service) drop(sc wire.Scope, e *endpoint) {
	r := s.region(sc)
	delete(r.endpoints, e.name)
	e.gone = true
	delete(r.tags, s.arn(sc, endpointKind.arn, e.name))
	e.close()
}

// begin starts a change of an endpoint that takes so long.
func (s *Service) begin(sc wire.Scope, e *endpoint, c change, takes time.Duration) {
	c.started = s.now()
	c.until = c.started.Add(takes)
	e.change = &c
	e.modified = c.started
	s.sequence++
	heap.Push(&s.queue, due{at: c.until, sequence: s.sequence, scope: sc, endpoint: e, change: e.change})
}
