package appautoscaling

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/parallel"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Next returns when something happens next in a scalable target by itself: a
// scheduled action, a forecast, capacity that arrives.
func (s *Service) Next() (time.Time, bool) {
	if len(s.queue) == 0 {
		return time.Time{}, false
	}
	return s.queue[0].next, true
}

// Happen lets happen what is due, target by target in the order of their
// registration.
func (s *Service) Happen() {
	now := s.now()
	for len(s.queue) > 0 && !s.queue[0].next.After(now) {
		t := s.queue[0]
		s.foretell(t)
		t.engine.Advance(now)
		s.acted(t)
	}
}

// acted does what follows from anything that the engine of a target did.
func (s *Service) acted(t *target) {
	if t.rescaled {
		t.rescaled = false
		s.refresh(t)
	}
	if s.behaviour.ForgetRunActions {
		s.forgetRunActions(t)
	}
	next, waits := s.next(t)
	switch {
	case !waits && t.position >= 0:
		heap.Remove(&s.queue, t.position)
	case !waits:
	case t.position < 0:
		t.next = next
		heap.Push(&s.queue, t)
	case !next.Equal(t.next):
		t.next = next
		heap.Fix(&s.queue, t.position)
	}
}

// next returns when something happens next in a target. One that is deregistered
// is looked at as long as an activity is under way, each minute if the resource
// does not know when it changes, as one that was deleted.
func (s *Service) next(t *target) (time.Time, bool) {
	if t.gone && len(t.open) == 0 {
		return time.Time{}, false
	}
	next, waits := t.engine.Next()
	if t.gone && !waits {
		return s.now().Add(time.Minute), true
	}
	if due, ok := t.nextForecast(); ok && (!waits || due.Before(next)) {
		return due, true
	}
	return next, waits
}

// queue is the targets in which something is going to happen, the next first.
type queue []*target

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return cmp.Or(q[i].next.Compare(q[j].next), cmp.Compare(q[i].sequence, q[j].sequence)) < 0
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].position, q[j].position = i, j
}

// Push is for container/heap.
func (q *queue) Push(x any) {
	if t, ok := x.(*target); ok {
		t.position = len(*q)
		*q = append(*q, t)
	}
}

// Pop is for container/heap.
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	last.position = -1
	return last
}

// policyOf is a policy with its target.
type policyOf struct {
	target *target
	policy *policy
}

// Task is what an alarm tells a policy: that it is in the state that has the policy
// for an action, which mostly is ALARM, once when it enters it and then once a
// minute, or that it has left ALARM.
type Task struct {
	Alarm      string
	InAlarm    bool
	Comparison alarm.Comparison
	Threshold  float64
	Datapoints []float64 // oldest first; not to be changed until Decide returns
}

// Invoked is the policy that an action of alarms invokes: the ARN of the policy, of
// a managed alarm with what created it. There is one for each action, also while
// there is no such policy.
type Invoked struct {
	service *Service
	action  string
	policyOf
}

// Policy returns what the action of an alarm invokes.
func (s *Service) Policy(sc wire.Scope, action string) *Invoked {
	r := s.region(sc)
	it := r.invoked[action]
	if it == nil {
		it = &Invoked{service: s, action: action}
		r.invoked[action] = it
	}
	return it
}

// errNoDatapoints is why a policy cannot act on an alarm whose state was set
// without StateReasonData; the text is as was reported.
var errNoDatapoints = errors.New("Metric data points must be provided") //nolint:staticcheck // AWS's words

// Tell takes what an alarm says until [Service.Decide] is called. The error is why
// nothing can come of it.
func (i *Invoked) Tell(k Task) error {
	t, p := i.target, i.policy
	switch {
	case t == nil:
		return fmt.Errorf("there is no scaling policy that is invoked by %s", i.action)
	case k.InAlarm && len(k.Datapoints) == 0:
		return errNoDatapoints
	}
	if !t.touched {
		t.touched = true
		i.service.told = append(i.service.told, t)
	}
	if p.leadsNowhere(k.Alarm) {
		t.rescaled = t.rescaled || k.InAlarm
		return nil
	}
	t.told = append(t.told, engine.Notification{
		Policy: p.name, Alarm: k.Alarm, State: stateOf(k.InAlarm), Comparison: k.Comparison, Threshold: k.Threshold, Datapoints: k.Datapoints,
	})
	return nil
}

// Decide lets the targets decide on what their policies were told at one time. All
// that concerns one target is decided together. Mostly nothing comes of it, which
// many targets find out at the same time; the others act one after the other, in
// the order in which they were told.
func (s *Service) Decide() {
	now := s.now()
	acting := parallel.Map(len(s.told), func(from, to int) []*target {
		var acting []*target
		for _, t := range s.told[from:to] {
			if t.rescaled || !t.engine.Ignore(now, t.told...) {
				acting = append(acting, t)
			} else {
				t.done()
			}
		}
		return acting
	})
	clear(s.told)
	s.told = s.told[:0]
	for _, t := range slices.Concat(acting...) {
		t.engine.Notify(now, t.told...)
		t.done()
		s.acted(t)
	}
}

// done forgets what the policies were told.
func (t *target) done() {
	clear(t.told)
	t.told, t.touched = t.told[:0], false
}

func stateOf(inAlarm bool) alarm.State {
	if inAlarm {
		return alarm.Alarm
	}
	return alarm.OK
}

// witness keeps what the engine of a target tells.
type witness struct {
	service *Service
	target  *target
}

var _ engine.Observer = witness{}

func (w witness) Activity(a scaling.Activity) { w.service.record(w.target, a) }

// Alarm is not called: alarms are CloudWatch's.
func (w witness) Alarm(engine.AlarmChange) {}

func (w witness) Capacity(engine.CapacityChange) { w.target.rescaled = true }

func (w witness) Bounds(c engine.BoundsChange) {
	w.target.min, w.target.max = c.Bounds.Min, c.Bounds.Max
}
