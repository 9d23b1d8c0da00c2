package engine

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// invocation is a policy that an alarm in ALARM invoked.
type invocation struct {
	policy    *policy
	alarm     string
	direction scaling.Direction // of target tracking
	metric    float64           // aggregated as the policy does
	threshold float64
	above     bool
}

// enqueue notes that a policy is to decide. Without datapoints it cannot (AWS
// API: SetAlarmState).
func (t *Target) enqueue(p *policy, name string, d scaling.Direction, c alarm.Comparison, threshold float64, points []float64) {
	i := invocation{policy: p, alarm: name, direction: d, threshold: threshold, above: c.Above()}
	ok := false
	switch {
	case p.tracking != nil:
		i.metric, ok = t.behaviour.Scaling.Aggregate.Of(points)
	case p.step != nil:
		i.metric, ok = p.step.Metric(points)
	}
	if !ok {
		return
	}
	if p.tracking != nil && d == scaling.In {
		p.low = low{at: t.now, metric: i.metric, latest: points[len(points)-1], alarm: name}
	}
	t.due = append(t.due, i)
}

// verdict is what the invoked policies come to.
type verdict struct {
	best    scaling.Proposal // the one that wins
	scales  bool             // there is one
	idle    scaling.Proposal // one that changes nothing
	idles   bool             // there is one
	reached scaling.ReasonCode
}

func (v *verdict) propose(p scaling.Proposal) {
	if !v.scales || p.Better(v.best) {
		v.best, v.scales = p, true
	}
}

// pass notes a policy that was invoked and has nothing to change.
func (v *verdict) pass(p scaling.Proposal, reason scaling.ReasonCode) {
	if !v.idles || p.Better(v.idle) {
		v.idle, v.idles, v.reached = p, true, reason
	}
}

// decide lets the invoked policies decide together: the largest capacity wins.
func (t *Target) decide(now int64) {
	d := t.judge(now)
	t.due = t.due[:0]
	if t.acts(d) {
		t.carryOut(d, now)
	}
}

// decision is what is done, once policies have decided. The zero value is nothing.
type decision struct {
	status   Status
	corrects bool             // brings the capacity into bounds
	proposal scaling.Proposal // what else is followed
	next     int32            // the capacity then
	reason   scaling.ReasonCode
}

// judge returns what the invoked policies decide. It changes nothing.
func (t *Target) judge(now int64) decision {
	if len(t.due) == 0 {
		return decision{}
	}
	d := decision{status: t.resource.Status(instant(now))}
	if n := d.status.Desired; d.status.Unscalable == "" && d.status.reach(t.bounds.Clamp(n)) != n {
		// Somebody else changed the capacity. Policies find it in bounds when
		// they are invoked next.
		d.corrects = true
		return d
	}
	var v verdict
	tracked := false
	for _, i := range t.due {
		switch {
		case i.policy.step != nil:
			t.decideStep(&v, i, d.status.Desired, now)
		case i.direction == scaling.Out:
			t.decideOut(&v, i, d.status.Desired, now)
		case i.direction == scaling.In:
			tracked = true
		}
	}
	if tracked {
		t.decideIn(&v, d.status.Desired, now)
	}
	t.conclude(&d, v)
	return d
}

// decideOut is target tracking above target.
func (t *Target) decideOut(v *verdict, i invocation, n int32, now int64) {
	if t.suspended.DynamicScalingOut {
		return
	}
	b := t.behaviour.Scaling
	next := i.policy.cooldown.ScaleOut(n, now, b.Credit, func(base int32) int32 {
		return i.policy.tracking.Tracking.Capacity(base, i.metric, b)
	})
	proposal := scaling.Proposal{Policy: i.policy.name, Alarm: i.alarm, Capacity: next, Direction: scaling.Out}
	if next > n {
		v.propose(proposal)
	} else if !i.policy.cooldown.ScalesOut(now) {
		v.pass(proposal, scaling.AlreadyAtDesiredCapacity)
	}
}

// decideIn is target tracking below target: all policies of this kind that may
// scale in must be ready to, and the largest capacity that one of them asks for
// is taken (Application Auto Scaling User Guide: "Multiple scaling policies").
func (t *Target) decideIn(v *verdict, n int32, now int64) {
	if t.suspended.DynamicScalingIn {
		return
	}
	b := t.behaviour.Scaling
	ready := max(1, int64(t.behaviour.ScaleInReadyFor/time.Second))
	var largest scaling.Proposal
	first, flaps := true, false
	for _, p := range t.policies {
		if p.tracking == nil || p.tracking.ScaleInDisabled {
			continue
		}
		if p.low.at == 0 || now-p.low.at >= ready || t.holdsScaleIn(p, now) {
			return
		}
		proposal := scaling.Proposal{
			Policy: p.name, Alarm: p.low.alarm, Direction: scaling.In,
			Capacity: min(n, p.tracking.Tracking.Capacity(n, p.low.metric, b)),
		}
		if least := min(n, p.tracking.Tracking.Capacity(n, p.low.latest, b)); b.ScaleInGuard && least > proposal.Capacity {
			proposal.Capacity, flaps = least, flaps || least == n
		}
		if first || proposal.Better(largest) {
			largest, first = proposal, false
		}
	}
	switch {
	case first:
	case largest.Capacity < n:
		v.propose(largest)
	case flaps:
		v.pass(largest, scaling.AnticipatedFlapping)
	default:
		v.pass(largest, b.UnneededScaleIn)
	}
}

func (t *Target) holdsScaleIn(p *policy, now int64) bool {
	return p.cooldown.ScalesIn(now) || t.behaviour.Scaling.CooldownBlocksScaleIn && p.cooldown.ScalesOut(now)
}

// decideStep is step scaling in either direction.
func (t *Target) decideStep(v *verdict, i invocation, n int32, now int64) {
	b := t.behaviour.Scaling
	adjustment, ok := i.policy.step.Adjustment(i.metric-i.threshold, i.above, b)
	if !ok {
		return
	}
	next := i.policy.step.Capacity(n, adjustment, b)
	proposal := scaling.Proposal{Policy: i.policy.name, Alarm: i.alarm, Capacity: next, Direction: scaling.Out}
	switch {
	case next > n && !t.suspended.DynamicScalingOut:
		proposal.Capacity = i.policy.cooldown.ScaleOut(n, now, b.Credit, func(base int32) int32 {
			return i.policy.step.Capacity(base, adjustment, b)
		})
		if proposal.Capacity > n {
			v.propose(proposal)
		}
	case next < n && !t.suspended.DynamicScalingIn && !t.holdsScaleIn(i.policy, now):
		proposal.Direction = scaling.In
		v.propose(proposal)
	case next == n:
		v.pass(proposal, scaling.AlreadyAtDesiredCapacity)
	}
}

// conclude makes a decision of what the policies come to: to scale, within the
// bounds and not below what is forecast, or the reason why not.
func (t *Target) conclude(d *decision, v verdict) {
	n := d.status.Desired
	if !v.scales {
		d.proposal, d.next, d.reason = v.idle, n, v.reached
		return
	}
	next := t.bounds.Clamp(v.best.Capacity)
	reason := scaling.AlreadyAtMaxCapacity
	if v.best.Direction == scaling.In {
		reason = scaling.AlreadyAtMinCapacity
		if floor := t.forecastFloor(); next < floor {
			next, reason = min(n, floor), scaling.AlreadyAtDesiredCapacity
		}
		if kept := d.status.reach(next); kept > next {
			next, reason = kept, scaling.AlreadyAtDesiredCapacity
		}
	}
	switch {
	case next == n:
	case d.status.Unscalable != "":
		next, reason = n, scaling.TargetServiceUnscalable
	default:
		reason = ""
	}
	d.proposal, d.next, d.reason = v.best, next, reason
}

// acts reports whether there is anything to do. Why the target is not scaled is not
// recorded if that repeats the latest activity, unless the behaviour says so.
func (t *Target) acts(d decision) bool {
	if d.corrects || d.next != d.status.Desired {
		return true
	}
	return d.reason != "" && (d.reason != t.lastNotScaled || t.behaviour.RepeatNotScaled)
}

// carryOut does what was decided, or records why not.
func (t *Target) carryOut(d decision, now int64) {
	switch p := d.proposal; {
	case d.corrects:
		t.correct(now, d.status)
	case d.reason != "":
		t.notScaled(now, p, d.reason, d.next)
	default:
		t.scale(now, d.status.Desired, d.next, scaling.Triggered(p.Alarm, p.Policy), t.policy(p.Policy))
	}
}

// change is an activity under way.
type change struct {
	activity  scaling.Activity
	policy    *policy
	direction scaling.Direction
}

func directionOf(from, to int32) scaling.Direction {
	if to > from {
		return scaling.Out
	}
	return scaling.In
}

// scale asks the resource for a capacity and records it. Without policy there
// are no cooldowns.
func (t *Target) scale(now int64, from, to int32, cause string, p *policy) {
	c := &change{policy: p, direction: directionOf(from, to)}
	c.activity = t.newActivity(now, t.wording.Setting(to), cause)
	c.activity.From, c.activity.To = from, to
	if p != nil {
		c.activity.Policy = p.name
	}
	if err := t.resource.Scale(instant(now), to); err != nil {
		c.activity.StatusCode, c.activity.StatusMessage = scaling.Failed, t.wording.Refused(to, err.Error())
		c.activity.End = instant(now)
		t.record(c.activity)
		return
	}
	if old := t.current; old != nil {
		if old.policy != nil && (old.policy != p || old.direction != c.direction) {
			old.policy.cooldown.Abandoned(old.direction)
		}
		t.end(old, now, scaling.Overridden, t.wording.ChangedLater(old.activity.To, to))
	}
	t.current, t.moving, t.capacityAt = c, true, now
	c.activity.StatusCode, c.activity.StatusMessage = scaling.InProgress, t.wording.Accepted(to)
	t.record(c.activity)
	t.observer.Capacity(CapacityChange{At: instant(now), Desired: to, Running: t.running})
	if p != nil {
		p.cooldown.Started(c.direction, from, now)
		if c.direction == scaling.Out {
			for _, other := range t.policies {
				other.cooldown.CancelScaleIn()
			}
		}
	}
	t.replaceThroughputAlarms(to)
	t.settle(now)
}

// settle finds out how far the resource has come.
func (t *Target) settle(now int64) {
	if !t.moving {
		return
	}
	status := t.resource.Status(instant(now))
	t.moving = !status.Settled || t.owed && status.Unscalable != ""
	if status.Running != t.running {
		t.running = status.Running
		t.changed, t.capacityAt = true, now
		t.observer.Capacity(CapacityChange{At: instant(now), Desired: status.Desired, Running: status.Running})
	}
	t.follow(status, now)
	if t.owed && status.Unscalable == "" {
		t.owed = false
		t.enforce(now)
	}
}

// follow brings the activity under way to its end, if it has come to it.
func (t *Target) follow(status Status, now int64) {
	c := t.current
	switch {
	case c == nil:
	case status.Desired != c.activity.To:
		t.abandon(c, now, scaling.Overridden, t.wording.ChangedLater(c.activity.To, status.Desired))
	case status.Settled:
		t.current = nil
		if c.policy != nil {
			c.policy.cooldown.Completed(c.direction, now, c.policy.cooldownOf(c.direction))
		}
		t.end(c, now, scaling.Successful, t.wording.Fulfilled(c.activity.To))
	case now >= t.deadline():
		t.abandon(c, now, scaling.Unfulfilled, t.wording.NotFulfilled(c.activity.To))
	}
}

// deadline is when the activity under way takes too long.
func (t *Target) deadline() int64 {
	limit := int64(t.behaviour.UnfulfilledAfter / time.Second)
	if t.current == nil || limit <= 0 {
		return never
	}
	return t.current.activity.Start.Unix() + limit
}

func (t *Target) abandon(c *change, now int64, code scaling.StatusCode, message string) {
	t.current = nil
	if c.policy != nil {
		c.policy.cooldown.Abandoned(c.direction)
	}
	t.end(c, now, code, message)
}

func (t *Target) end(c *change, now int64, code scaling.StatusCode, message string) {
	c.activity.StatusCode, c.activity.StatusMessage, c.activity.End = code, message, instant(now)
	t.record(c.activity)
}

func (t *Target) newActivity(now int64, description, cause string) scaling.Activity {
	t.activities++
	return scaling.Activity{ID: t.activities, Description: description, Cause: cause, Start: instant(now)}
}

func (t *Target) record(a scaling.Activity) {
	t.changed = true
	t.lastNotScaled = ""
	t.observer.Activity(a)
}

// notScaled records why the target was not scaled.
func (t *Target) notScaled(now int64, p scaling.Proposal, reason scaling.ReasonCode, n int32) {
	a := t.newActivity(now, scaling.Attempt(), scaling.Triggered(p.Alarm, p.Policy))
	a.StatusCode = scaling.Failed
	if reason == scaling.AlreadyAtDesiredCapacity {
		a.StatusCode = scaling.Successful // as was reported
	}
	a.NotScaled = []scaling.NotScaledReason{scaling.NotScaled(reason, t.bounds, n)}
	a.From, a.To, a.Policy = n, n, p.Policy
	t.record(a)
	t.lastNotScaled = reason
}
