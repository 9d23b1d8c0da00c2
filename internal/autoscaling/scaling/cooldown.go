package scaling

import "math"

// Cooldown keeps the cooldowns of one policy. Times are Unix seconds. The zero
// value is no cooldown.
//
// A cooldown begins when its activity is completed (Application Auto Scaling
// User Guide: "Define cooldown periods"). From the start of the activity until
// then it holds as well: capacity that is on its way was added, and a removal
// that is not completed is no reason for another.
type Cooldown struct {
	outUntil, inUntil   int64 // no cooldown at and after this time
	outFlight, inFlight bool  // an activity of this policy is under way
	base                int32 // capacity before the first scale-out of the cooldown
}

// endless is the end of a cooldown whose activity is under way.
const endless = math.MaxInt64

func (c *Cooldown) out(now int64) bool { return c.outFlight || now < c.outUntil }

// ScalesOut reports whether a scale-out cooldown holds.
func (c *Cooldown) ScalesOut(now int64) bool { return c.out(now) }

// ScalesIn reports whether a scale-in cooldown holds.
func (c *Cooldown) ScalesIn(now int64) bool { return c.inFlight || now < c.inUntil }

// Base returns the capacity on which a policy computes a scale-out: that
// without what was added already in the scale-out cooldown.
func (c *Cooldown) Base(n int32, now int64) int32 {
	if !c.out(now) {
		return n
	}
	return min(c.base, n)
}

// ScaleOut returns the capacity of a scale-out: decide says what the policy asks
// for from a given capacity. It is n if what was added in the cooldown is
// enough.
func (c *Cooldown) ScaleOut(n int32, now int64, credit Credit, decide func(int32) int32) int32 {
	base := c.Base(n, now)
	if base == n {
		return max(n, decide(n))
	}
	if credit == CreditFromChange {
		return max(n, saturate(float64(decide(n))-float64(n-base)))
	}
	return max(n, decide(base))
}

// Started says that an activity of the policy began, at a capacity. A scale-out
// cancels the scale-in cooldown.
func (c *Cooldown) Started(d Direction, n int32, now int64) {
	if d == In {
		c.inFlight = true
		return
	}
	if !c.out(now) {
		c.base = n
	}
	c.base = min(c.base, n)
	c.outFlight = true
	c.CancelScaleIn()
}

// Completed says that the activity succeeded, and starts the cooldown of so
// many seconds.
func (c *Cooldown) Completed(d Direction, now int64, seconds int32) {
	until := now + int64(max(0, seconds))
	if d == In && c.inFlight {
		c.inFlight, c.inUntil = false, until
	}
	if d == Out && c.outFlight {
		c.outFlight, c.outUntil = false, until
	}
}

// Abandoned says that the activity failed or did not come to its end: there is
// nothing to cool down from.
func (c *Cooldown) Abandoned(d Direction) {
	if d == In {
		c.inFlight = false
	} else {
		c.outFlight = false
	}
}

// CancelScaleIn ends the scale-in cooldown, which any scale-out of the target
// does.
func (c *Cooldown) CancelScaleIn() { c.inFlight, c.inUntil = false, 0 }

// NextChange returns the first time after now at which a cooldown ends, and
// the greatest of all times if none does by itself.
func (c *Cooldown) NextChange(now int64) int64 {
	next := int64(endless)
	for _, until := range [2]int64{c.outUntil, c.inUntil} {
		if until > now {
			next = min(next, until)
		}
	}
	return next
}
