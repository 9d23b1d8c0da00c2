package engine

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// Advance processes all events until a time, which is included. A time that is
// past already changes nothing.
func (t *Target) Advance(to time.Time) {
	end := to.Unix()
	for {
		at := min(t.nextAlarm, t.nextAction, t.nextArrival())
		if at > end {
			break
		}
		t.step(max(at, t.now))
	}
	if end > t.now {
		t.now = end
		t.finish(end, false) // a resource need not know when it changes
	}
}

// nextArrival returns when the resource changes next, as far as it knows, or
// has taken too long.
func (t *Target) nextArrival() int64 {
	if !t.moving {
		return never
	}
	at := t.deadline()
	if next, ok := t.resource.NextChange(t.clock()); ok {
		at = min(at, next.Unix())
	}
	return max(at, t.now+1)
}

// step processes all that happens at one time.
func (t *Target) step(at int64) {
	t.now = at
	t.settle(at)
	if t.nextAction <= at {
		t.fireActions(at)
		t.foresee(at)
		t.planActions()
	}
	if t.changed {
		t.wake(at - 1) // what was to be skipped is not, from now on
	}
	all := false
	if t.nextAlarm <= at {
		all = t.evaluate(at)
		t.decide(at)
	}
	t.finish(at, all)
}

// finish completes what takes no time, and plans the next evaluations: after
// a change as soon as there is one. If all alarms have just been evaluated and
// nothing came of it, the next evaluation is when something else can.
func (t *Target) finish(at int64, all bool) {
	t.settle(at)
	if t.changed {
		t.changed = false
		t.wake(at)
		return
	}
	if !all || !t.steady || at%60 != 0 {
		return
	}
	quiet := t.quietUntil(at)
	if quiet <= t.nextAlarm {
		return
	}
	for _, w := range t.alarms {
		w.next = max(w.next, quiet)
	}
	t.nextAlarm = quiet
}

// quietUntil returns until when evaluations and decisions come out as they just
// did, as long as nothing else happens.
func (t *Target) quietUntil(at int64) int64 {
	quiet := never
	for _, w := range t.alarms {
		quiet = min(quiet, w.evaluator.QuietUntil(t.capacityAt))
		if quiet <= t.nextAlarm {
			return quiet
		}
	}
	for _, p := range t.policies {
		quiet = min(quiet, p.cooldown.NextChange(at))
	}
	// Alarms in ALARM act at full minutes.
	return quiet / 60 * 60
}

// evaluate evaluates the alarms that are due and collects what they invoke. It
// reports whether all were due.
func (t *Target) evaluate(at int64) bool {
	t.nextAlarm = never
	all := true
	for _, w := range t.alarms {
		if w.next <= at {
			w.since = at
			t.evaluateOne(w, at)
			w.next = w.evaluator.NextEvaluation(at)
		} else {
			all = false
		}
		t.nextAlarm = min(t.nextAlarm, w.next)
	}
	return all
}

func (t *Target) evaluateOne(w *watch, at int64) {
	found := w.evaluator.Evaluate(at)
	if found.Changed() {
		t.changed = true
		if w.owner != nil && w.direction == scaling.In && found.State != alarm.Alarm {
			w.owner.low = low{}
		}
		t.observer.Alarm(AlarmChange{At: instant(at), Name: w.name, From: found.Previous, To: found.State, Evaluator: w.evaluator})
	}
	if !found.Invoke || w.owner != nil && w.direction == 0 {
		return
	}
	t.points = w.evaluator.Datapoints(t.points[:0])
	d := w.evaluator.Definition()
	if w.owner != nil {
		t.enqueue(w.owner, w.name, w.direction, d.Comparison, d.Threshold, t.points)
		return
	}
	for _, p := range w.invokes {
		t.enqueue(p, w.name, 0, d.Comparison, d.Threshold, t.points)
	}
}
