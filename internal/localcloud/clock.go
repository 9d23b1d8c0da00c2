package localcloud

import (
	"fmt"
	"sync"
	"time"
)

// Clock is the time of a cloud, by which everything in it happens. It follows
// the clock of the options at a speed, or stands still. It is safe for
// concurrent use.
type Clock struct {
	source func() time.Time

	mu     sync.Mutex
	speed  float64 // while it runs
	paused bool
	at     time.Time // what the clock showed at since
	since  time.Time // by the source
}

func startClock(source func() time.Time) *Clock {
	now := source()
	return &Clock{source: source, speed: 1, at: now, since: now}
}

// Now returns the time in the cloud.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// now returns the time. The lock is held.
func (c *Clock) now() time.Time {
	if c.paused {
		return c.at
	}
	passed := c.source().Sub(c.since)
	if c.speed != 1 {
		passed = time.Duration(float64(passed) * c.speed)
	}
	return c.at.Add(passed)
}

// Speed returns how many times faster than its source the clock is; 0 while it
// stands still.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused {
		return 0
	}
	return c.speed
}

// Setting returns how many times faster than its source the clock is while it
// runs, and whether it is paused.
func (c *Clock) Setting() (speed float64, paused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed, c.paused
}

// maxSpeed keeps a day of the source within what a time can be.
const maxSpeed = 1e5

// SetSpeed makes the clock run so many times faster than its source from now
// on; 0 lets it stand still until [Cloud.Advance] moves it or it is set again.
func (c *Clock) SetSpeed(speed float64) error {
	if speed == 0 {
		before, _ := c.Setting()
		return c.Set(before, true)
	}
	return c.Set(speed, false)
}

// Set makes the clock run so many times faster than its source from now on, or
// later if it is paused. The error says what to write.
func (c *Clock) Set(speed float64, paused bool) error {
	if !(speed > 0 && speed <= maxSpeed) {
		return fmt.Errorf("a clock cannot run at %v times the speed; write a number greater than 0, up to %.0f", speed, maxSpeed)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(c.now())
	c.speed, c.paused = speed, paused
	return nil
}

// set makes the clock show a time now. The lock is held.
func (c *Clock) set(at time.Time) { c.at, c.since = at, c.source() }

// move makes the clock show a time.
func (c *Clock) move(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(to)
}

// skip moves the clock ahead.
func (c *Clock) skip(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(c.now().Add(d))
}

// tolerated is how far behind its clock what happens in a cloud may be.
const tolerated = time.Minute

// wait sets the clock back to a time until which all has happened, if it ran
// away meanwhile: a machine that cannot follow a fast clock makes it slower.
func (c *Clock) wait(happened time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.paused && c.speed > 1 && c.now().Sub(happened) > tolerated {
		c.set(happened)
	}
}
