package localcloud

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Change is what somebody asked of a cloud that changed it. A cloud that begins in
// the same way, with the same Options.Seed, and of which the same is asked at the
// same times becomes the same ([Cloud.Replay]). Faults are no part of it: they are
// not AWS's.
type Change struct {
	At      time.Time `json:"at"` // by the cloud's clock
	Account string    `json:"account,omitempty"`
	Region  string    `json:"region,omitempty"`

	// One of these says what was asked; none: nothing but that time passes.
	Call        *ChangeCall            `json:"call,omitempty"`
	Invoked     *ChangeInvoked         `json:"invoked,omitempty"`
	Load        *ChangeLoad            `json:"load,omitempty"`
	Attach      *ChangeTraffic         `json:"attach,omitempty"`
	Detach      *resources.Key         `json:"detach,omitempty"`
	Declare     *resources.Declaration `json:"declare,omitempty"`
	Remove      *resources.Key         `json:"remove,omitempty"`
	MetricDelay *traffic.Duration      `json:"metricDelay,omitempty"`
	Seed        []Endpoint             `json:"seed,omitempty"`
	// Reset: what was before counts no more.
	Reset bool `json:"reset,omitempty"`
}

// ChangeCall is a call of an operation that does not only read.
type ChangeCall struct {
	Service   string `json:"service"`
	Operation string `json:"operation"`
	wire.Input
	// Failed: it was refused after it had taken IDs.
	Failed bool `json:"failed,omitempty"`
}

// ChangeInvoked is how many requests of SageMaker Runtime came to a variant or an
// inference component within ten seconds, at the same capacity.
type ChangeInvoked struct {
	ResourceID string `json:"resourceId"`
	Requests   int    `json:"requests"`
}

// ChangeLoad is what [Cloud.SetLoad] was given.
type ChangeLoad struct {
	Endpoint  string  `json:"endpoint"`
	Variant   string  `json:"variant"`
	PerMinute float64 `json:"perMinute"`
}

// ChangeTraffic is what [Cloud.Attach] was given.
type ChangeTraffic struct {
	resources.Key
	Traffic traffic.Spec `json:"traffic"`
}

// tell tells of a change that was made now. The lock is held.
func (c *Cloud) tell(s wire.Scope, ch Change) {
	if c.options.Changed == nil || c.replaying {
		return
	}
	c.tellArrivals()
	ch.At, ch.Account, ch.Region = c.present, s.Account, s.Region
	c.options.Changed(ch)
}

// tellCall tells of a call that was handled. One that failed changed nothing,
// unless it has taken IDs, of which the next one would get others.
func (c *Cloud) tellCall(b binding, r *wire.Request, tookIDs bool, err error) {
	if c.options.Changed == nil || reads(r.Operation) || err != nil && !tookIDs {
		return
	}
	if in, ok := r.Input(); ok {
		c.tell(r.Scope, Change{Call: &ChangeCall{Service: b.name, Operation: r.Operation, Input: in, Failed: err != nil}})
	}
}

// arrivals are requests to what SageMaker hosts, which are told together.
type arrivals struct {
	at time.Time // of the last
	of map[arrival]int
}

type arrival struct{ account, region, resourceID string }

// together is how long requests are told together: it is how often SageMaker
// publishes metrics.
const together = 10 * time.Second

// arrive counts a request that came now. The lock is held.
func (c *Cloud) arrive(s wire.Scope, resourceID string) {
	if !c.arrived.at.Truncate(together).Equal(c.present.Truncate(together)) {
		c.tellArrivals()
	}
	if c.arrived.of == nil {
		c.arrived.of = map[arrival]int{}
	}
	c.arrived.of[arrival{s.Account, s.Region, resourceID}]++
	c.arrived.at = c.present
}

// tellArrivals tells of the requests that came and were not told. It has to be
// called before anything else happens. The lock is held.
func (c *Cloud) tellArrivals() {
	if len(c.arrived.of) == 0 {
		return
	}
	for _, a := range slices.SortedFunc(maps.Keys(c.arrived.of), arrival.compare) {
		c.options.Changed(Change{
			At: c.arrived.at, Account: a.account, Region: a.region, Invoked: &ChangeInvoked{a.resourceID, c.arrived.of[a]},
		})
	}
	clear(c.arrived.of)
}

func (a arrival) compare(b arrival) int {
	return cmp.Or(strings.Compare(a.account, b.account), strings.Compare(a.region, b.region), strings.Compare(a.resourceID, b.resourceID))
}

// Settle tells Options.Changed of everything that has come, and then calls f with
// the present, in which nothing happens meanwhile.
func (c *Cloud) Settle(f func(now time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	c.tellArrivals()
	f(c.present)
}

// maxGap is how much time can pass between two changes: an advance of the admin
// API is not longer, and time that is misspelt would take for ever to pass.
const maxGap = 2 * 366 * 24 * time.Hour

// Replay lets time pass until a change, and makes it as it was made before. It is
// for a cloud whose clock stands still, and Options.Changed is not told. The error
// is that it cannot be made, as when it is not one of this cloud.
func (c *Cloud) Replay(ctx context.Context, ch Change) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch gap := ch.At.Sub(c.present); {
	case gap < 0:
		return fmt.Errorf("%s is before %s, when the cloud is already", ch.At.Format(time.RFC3339Nano), c.present.Format(time.RFC3339Nano))
	case gap > maxGap:
		return fmt.Errorf("%s is years after %s, when the cloud is now", ch.At.Format(time.RFC3339Nano), c.present.Format(time.RFC3339Nano))
	}
	c.replaying = true
	defer func() { c.replaying = false }()
	c.clock.move(ch.At)
	c.change()
	return c.replay(ctx, ch)
}

// replay makes a change, now. The lock is held.
func (c *Cloud) replay(ctx context.Context, ch Change) error {
	at := c.place(wire.Scope{Account: ch.Account, Region: ch.Region})
	var err error
	switch {
	case ch.Call != nil:
		err = c.replayCall(ctx, at, ch.Call)
	case ch.Invoked != nil:
		err = c.services.sagemaker.Receive(at, ch.Invoked.ResourceID, ch.Invoked.Requests)
	case ch.Load != nil:
		err = c.services.sagemaker.SetLoad(at, ch.Load.Endpoint, ch.Load.Variant, ch.Load.PerMinute)
	case ch.Attach != nil:
		_, err = c.attach(at, *ch.Attach)
	case ch.Detach != nil:
		err = c.detach(at, *ch.Detach)
	case ch.Declare != nil:
		_, err = c.services.declared.Declare(at, *ch.Declare)
	case ch.Remove != nil:
		err = c.services.declared.Remove(at, *ch.Remove)
	case ch.MetricDelay != nil:
		c.services.cloudwatch.SetMetricDelay(time.Duration(*ch.MetricDelay))
	case ch.Seed != nil:
		err = c.seed(ctx, ch.Seed)
	case ch.Reset:
		c.services = c.newServices()
	}
	return err
}

func (c *Cloud) replayCall(ctx context.Context, s wire.Scope, call *ChangeCall) error {
	at := slices.IndexFunc(bindings, func(b binding) bool { return b.name == call.Service })
	if at < 0 {
		return fmt.Errorf("there is no service %q", call.Service)
	}
	r, err := call.Request(s, call.Operation)
	if err != nil {
		return err
	}
	_, err = bindings[at].service(c.services).Handle(ctx, r)
	switch {
	case call.Failed && err == nil:
		return fmt.Errorf("%s was refused and is not any more", call.Operation)
	case call.Failed:
		return nil
	case err != nil:
		return fmt.Errorf("%s was possible and is not any more: %w", call.Operation, err)
	}
	return nil
}
