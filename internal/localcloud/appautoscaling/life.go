package appautoscaling

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
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
	Scope      wire.Scope
	Alarm      string
	Action     string // the alarm action: the ARN of the policy, of a managed alarm with what created it
	InAlarm    bool
	Comparison alarm.Comparison
	Threshold  float64
	Datapoints []float64 // oldest first
}

// errNoDatapoints is why a policy cannot act on an alarm whose state was set
// without StateReasonData; the text is as was reported.
var errNoDatapoints = errors.New("Metric data points must be provided") //nolint:staticcheck // AWS's words

// Perform carries out what alarms ask for at one time. All that concerns one
// target is decided together. For each task it returns why it could not be
// carried out; it returns nil if all could.
func (s *Service) Perform(n int, task func(i int) Task) []error {
	var failures []error
	touched := s.touched[:0]
	for i := range n {
		k := task(i)
		to, ok := s.region(k.Scope).invoked[k.Action]
		var err error
		switch {
		case !ok:
			err = fmt.Errorf("there is no scaling policy that is invoked by %s", k.Action)
		case k.InAlarm && len(k.Datapoints) == 0:
			err = errNoDatapoints
		}
		if err != nil {
			if failures == nil {
				failures = make([]error, n)
			}
			failures[i] = err
			continue
		}
		if to.policy.leadsNowhere(k.Alarm) {
			to.target.rescaled = to.target.rescaled || k.InAlarm
		} else {
			to.target.told = append(to.target.told, engine.Notification{
				Policy: to.policy.name, Alarm: k.Alarm, State: stateOf(k.InAlarm), Comparison: k.Comparison, Threshold: k.Threshold, Datapoints: k.Datapoints,
			})
		}
		if !to.target.touched {
			to.target.touched = true
			touched = append(touched, to.target)
		}
	}
	s.touched = touched
	for _, t := range touched {
		t.touched = false
		t.engine.Notify(s.now(), t.told...)
		clear(t.told)
		t.told = t.told[:0]
		s.acted(t)
	}
	return failures
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
