package localcloud

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// AnyOperation stands for every operation in faults.
const AnyOperation = "*"

// Fault is an error that the cloud answers instead of what it should.
type Fault struct {
	// Service limits the fault to one service, such as CloudWatch. Empty: all.
	Service string
	// Operation is the name of the operation that fails, or AnyOperation.
	Operation string
	// Error is the answer. Nil: no answer at all, the connection is closed.
	Error *wire.Error
	// Hang keeps the connection open without an answer until the client gives
	// up; Error does not count then. With AfterEffect it is a write that took
	// effect and timed out.
	Hang bool
	// AfterEffect lets the operation do its work first: the caller gets the
	// error although the change was made. Calls that fail by themselves are then
	// answered with their own error and not counted.
	AfterEffect bool
	// Times is how many calls fail. 0: all, until Until or until removed.
	Times int
	// Until is when the fault ends, by the wall clock. Zero: never.
	Until time.Time
}

// Faults make a cloud slow, failing or throttled. It is safe for concurrent
// use. Waiting and rates are by the wall clock, not by the cloud's, because
// they are there for clients, which wait and retry by that clock.
type Faults struct {
	wall func() time.Time

	mu      sync.Mutex
	latency map[string]time.Duration // by operation, or AnyOperation
	active  []*Fault
	limit   rate.Limit
	burst   int
	buckets map[string]*rate.Limiter // by account
}

func newFaults(wall func() time.Time) *Faults {
	f := &Faults{wall: wall}
	f.Clear()
	return f
}

// errNoAnswer makes the server close the connection. noAnswerCode is what the
// journal has for it.
var errNoAnswer = errors.New("no answer")

// errHang makes it wait for the client to give up first.
var errHang = errors.New("no answer, ever")

const noAnswerCode = "NoAnswer"

// Clear ends all faults.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.latency, f.active = map[string]time.Duration{}, nil
	f.limit, f.burst, f.buckets = rate.Inf, 0, nil
}

// Delay makes calls of the operation, or of AnyOperation, wait before they are
// handled; 0 ends it. The delay of the operation itself counts before that of
// AnyOperation.
func (f *Faults) Delay(operation string, d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if d <= 0 {
		delete(f.latency, operation)
		return
	}
	f.latency[operation] = d
}

// Throttle gives every account a token bucket for all its calls: limit per
// second, and burst at once. Calls beyond it are answered ThrottlingException.
// rate.Inf ends it.
func (f *Faults) Throttle(limit rate.Limit, burst int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.limit, f.burst, f.buckets = limit, burst, map[string]*rate.Limiter{}
}

// Inject adds a fault and returns what removes it. Of several faults for one
// call the first injected counts.
func (f *Faults) Inject(fault Fault) (remove func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	added := &fault
	f.active = append(f.active, added)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.active = slices.DeleteFunc(f.active, func(other *Fault) bool { return other == added })
	}
}

// before waits and fails as injected, in the order of AWS's front: latency,
// throttling, errors.
func (f *Faults) before(ctx context.Context, service string, r *wire.Request) error {
	if err := wait(ctx, f.delay(r.Operation)); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.allow(r.Account) {
		return wire.Throttling()
	}
	return f.take(service, r.Operation, false)
}

func (f *Faults) after(service string, r *wire.Request) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.take(service, r.Operation, true)
}

func (f *Faults) delay(operation string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if d, ok := f.latency[operation]; ok {
		return d
	}
	return f.latency[AnyOperation]
}

// wait returns early when the client goes away, and then the operation must
// not be performed.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return errNoAnswer
	case <-timer.C:
		return nil
	}
}

// allow takes a token of the account. The lock is held.
func (f *Faults) allow(account string) bool {
	if f.limit == rate.Inf {
		return true
	}
	bucket := f.buckets[account]
	if bucket == nil {
		bucket = rate.NewLimiter(f.limit, f.burst)
		f.buckets[account] = bucket
	}
	return bucket.AllowN(f.wall(), 1)
}

// take returns the error of the first fault for the call and uses it up. The
// lock is held.
func (f *Faults) take(service, operation string, afterEffect bool) error {
	if len(f.active) == 0 {
		return nil
	}
	now := f.wall()
	f.active = slices.DeleteFunc(f.active, func(fault *Fault) bool {
		return !fault.Until.IsZero() && !now.Before(fault.Until)
	})
	at := slices.IndexFunc(f.active, func(fault *Fault) bool {
		return fault.AfterEffect == afterEffect && fault.hits(service, operation)
	})
	if at < 0 {
		return nil
	}
	fault := f.active[at]
	if fault.Times == 1 {
		f.active = slices.Delete(f.active, at, at+1)
	} else if fault.Times > 1 {
		fault.Times--
	}
	switch {
	case fault.Hang:
		return errHang
	case fault.Error == nil:
		return errNoAnswer
	}
	return fault.Error
}

func (f *Fault) hits(service, operation string) bool {
	return (f.Service == "" || f.Service == service) && (f.Operation == AnyOperation || f.Operation == operation)
}
