package localcloud

import (
	"context"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// process is a part of the cloud in which something happens by itself.
type process interface {
	// Next returns when something happens next, which may be now; false if
	// nothing does unless somebody asks for something.
	Next() (time.Time, bool)
	// Happen lets happen what is due. The time is that of the service's clock.
	Happen()
}

// Clock returns the clock of the cloud.
func (c *Cloud) Clock() *Clock { return c.clock }

// beat is how much time passes at once while others may wait for the cloud.
const beat = time.Minute

// Advance lets time pass at once. All that falls due happens in the order of
// time, each thing at its own time.
func (c *Cloud) Advance(d time.Duration) {
	for ; d > 0; d -= beat {
		c.mu.Lock()
		c.clock.skip(min(d, beat))
		c.catchUp()
		c.mu.Unlock()
	}
}

// pulse is how often a running cloud looks at its clock, in real time.
const pulse = 100 * time.Millisecond

// Run keeps the cloud going until the context ends, also while nobody asks it.
// Without it, the first who asks lets everything happen that is due; the
// results are the same.
func (c *Cloud) Run(ctx context.Context) {
	ticker := time.NewTicker(pulse)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			c.mu.Lock()
			c.catchUp()
			c.mu.Unlock()
		}
	}
}

// catchUp lets everything happen that is due by now. The lock is held.
func (c *Cloud) catchUp() {
	now := c.clock.Now()
	for {
		at, ok := c.next()
		if !ok || at.After(now) {
			break
		}
		c.tellArrivals()
		if at.After(c.present) {
			c.present = at
		}
		c.version.Add(1)
		for _, p := range c.services.processes {
			p.Happen()
		}
	}
	c.present = now
	c.clock.wait(now)
}

// change is catchUp before a change from outside.
func (c *Cloud) change() {
	c.catchUp()
	c.version.Add(1)
}

// next returns when something happens next.
func (c *Cloud) next() (earliest time.Time, found bool) {
	for _, p := range c.services.processes {
		if at, ok := p.Next(); ok && (!found || at.Before(earliest)) {
			earliest, found = at, true
		}
	}
	return earliest, found
}

// EachMinute calls f at every full minute of the cloud's clock, after the
// metrics of the past minute were published and before anybody looks at them:
// the moment to say what load there is from now on. It is called with the
// cloud locked, so it must use the [Minute] that it is given.
func (c *Cloud) EachMinute(f func(Minute)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	c.minutes.listen(c.present, f)
}

// Minute is the moment at which a minute begins.
type Minute struct {
	At    time.Time
	cloud *Cloud
}

// SetLoad is [Cloud.SetLoad].
func (m Minute) SetLoad(s wire.Scope, endpoint, variant string, perMinute float64) error {
	return m.cloud.services.sagemaker.SetLoad(s, endpoint, variant, perMinute)
}

// SetLoad lets so many requests a minute arrive steadily at a variant of a
// SageMaker endpoint, from now on.
func (c *Cloud) SetLoad(s wire.Scope, endpoint, variant string, perMinute float64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change()
	err := c.services.sagemaker.SetLoad(s, endpoint, variant, perMinute)
	if err == nil {
		c.tell(s, Change{Load: &ChangeLoad{endpoint, variant, perMinute}})
	}
	return err
}

// minutes calls those who wait for full minutes.
type minutes struct {
	cloud *Cloud
	next  time.Time
	calls []func(Minute)
}

var _ process = (*minutes)(nil)

func (m *minutes) listen(now time.Time, f func(Minute)) {
	if len(m.calls) == 0 {
		m.next = now.Truncate(time.Minute).Add(time.Minute)
	}
	m.calls = append(m.calls, f)
}

func (m *minutes) Next() (time.Time, bool) { return m.next, len(m.calls) > 0 }

func (m *minutes) Happen() {
	if len(m.calls) == 0 || m.cloud.present.Before(m.next) {
		return
	}
	m.next = m.next.Add(time.Minute)
	for _, f := range m.calls {
		f(Minute{At: m.cloud.present, cloud: m.cloud})
	}
}
