package localcloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// AnyOperation stands for every operation in faults.
const AnyOperation = "*"

// Fault is what the cloud does to a call besides what it should: it answers an
// error, or nothing, or lets the call wait, or throttles it.
type Fault struct {
	// ID names the fault in [Faults.List]. Empty: it gets a number.
	ID string `json:"id"`
	// Service limits the fault to one service, such as CloudWatch. Empty: all.
	Service string `json:"service,omitempty"`
	// Operation is the name of the operation that fails, or AnyOperation.
	Operation string `json:"operation"`
	// Latency makes calls wait so long before they are handled, and they do not
	// fail. The latency of an operation itself counts before that of AnyOperation.
	Latency time.Duration `json:"latency,omitempty"`
	// Bucket throttles calls that are beyond it, and the others do not fail.
	Bucket *Bucket `json:"bucket,omitempty"`
	// Error is the answer. Nil: no answer at all, the connection is closed.
	Error *wire.Error `json:"error,omitempty"`
	// Hang keeps the connection open without an answer until the client gives
	// up; Error does not count then. With AfterEffect it is a write that took
	// effect and timed out.
	Hang bool `json:"hang,omitempty"`
	// AfterEffect lets the operation do its work first: the caller gets the
	// error although the change was made. Calls that fail by themselves are then
	// answered with their own error and not counted.
	AfterEffect bool `json:"afterEffect,omitempty"`
	// Times is how many calls are hit. 0: all, until Until or until removed.
	Times int `json:"times,omitempty"`
	// Until is when the fault ends, by the wall clock. Zero: never.
	Until time.Time `json:"until,omitzero"`
	// Hits is how many calls were hit.
	Hits int `json:"hits,omitempty"`

	buckets map[string]*rate.Limiter // of Bucket, by account
}

// Bucket is a token bucket that every account has: Rate calls per second, and
// Burst at once. Calls beyond it are answered ThrottlingException.
type Bucket struct {
	Rate  rate.Limit `json:"rate"`
	Burst int        `json:"burst"`
}

// Faults make a cloud slow, failing or throttled. It is safe for concurrent
// use. Waiting and rates are by the wall clock, not by the cloud's, because
// they are there for clients, which wait and retry by that clock.
//
// Faults of CloudWatch, or of one of its operations, also hit what Application
// Auto Scaling asks of it while it handles a request: putting the alarms of a
// policy (PutMetricAlarm), replacing them (DeleteAlarms), and finding those that
// invoke a step scaling policy (DescribeAlarms). The client is then answered
// FailedResourceAccessException, and nothing has changed.
type Faults struct {
	wall func() time.Time

	mu     sync.Mutex
	active []*Fault
	added  int
}

func newFaults(wall func() time.Time) *Faults { return &Faults{wall: wall} }

// errNoAnswer makes the server close the connection. noAnswerCode is what the
// journal has for it.
var errNoAnswer = errors.New("no answer")

// errHang makes it wait for the client to give up first.
var errHang = errors.New("no answer, ever")

const noAnswerCode = "NoAnswer"

// Now is the time by which faults end.
func (f *Faults) Now() time.Time { return f.wall() }

// Clear ends all faults.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active = nil
}

// Delay makes calls of the operation, or of AnyOperation, wait before they are
// handled; 0 ends it.
func (f *Faults) Delay(operation string, d time.Duration) {
	id := "delay of " + operation
	if d <= 0 {
		f.Remove(id)
		return
	}
	f.Inject(Fault{ID: id, Operation: operation, Latency: d})
}

// Throttle gives every account a token bucket for all its calls: limit per
// second, and burst at once. rate.Inf ends it.
func (f *Faults) Throttle(limit rate.Limit, burst int) {
	const id = "throttle"
	if limit == rate.Inf {
		f.Remove(id)
		return
	}
	f.Inject(Fault{ID: id, Operation: AnyOperation, Bucket: &Bucket{Rate: limit, Burst: burst}})
}

// Inject adds a fault, in place of the one that has its ID, and returns what
// removes it. Of several faults for one call the first injected counts.
func (f *Faults) Inject(fault Fault) (remove func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	added := f.add(fault)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.active = slices.DeleteFunc(f.active, func(other *Fault) bool { return other == added })
	}
}

// Put is Inject for those who keep the ID, which it returns.
func (f *Faults) Put(fault Fault) (id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.add(fault).ID
}

// add adds a fault. The lock is held.
func (f *Faults) add(fault Fault) *Fault {
	added := &fault
	if added.ID == "" {
		added.ID = f.newID()
	}
	added.buckets = map[string]*rate.Limiter{}
	if at := slices.IndexFunc(f.active, func(other *Fault) bool { return other.ID == added.ID }); at >= 0 {
		f.active[at] = added
	} else {
		f.active = append(f.active, added)
	}
	return added
}

// newID returns an ID that no fault has. The lock is held.
func (f *Faults) newID() string {
	for {
		f.added++
		id := fmt.Sprintf("fault-%d", f.added)
		if !slices.ContainsFunc(f.active, func(other *Fault) bool { return other.ID == id }) {
			return id
		}
	}
}

// Remove ends the fault that has an ID, and tells whether there was one.
func (f *Faults) Remove(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.active)
	f.active = slices.DeleteFunc(f.active, func(fault *Fault) bool { return fault.ID == id })
	return len(f.active) < before
}

// List returns the faults that still hit calls, in the order in which they were
// injected. Times is how many calls they still hit.
func (f *Faults) List() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expire()
	list := make([]Fault, len(f.active))
	for i, fault := range f.active {
		list[i] = *fault
		list[i].buckets = nil
	}
	return list
}

// before waits and fails as injected, in the order of AWS's front: latency,
// throttling, errors.
func (f *Faults) before(ctx context.Context, service string, r *wire.Request) error {
	if err := wait(ctx, f.delay(service, r.Operation)); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.allow(service, r.Operation, r.Account, all) {
		return wire.Throttling()
	}
	return f.take(service, r.Operation, false, all)
}

// within fails a call that one service makes of another while it handles a
// request, as injected. Only faults that name the service or the operation are
// meant for it: those of any operation of any service are for the calls of
// clients. It does not wait, and takes effect before the call only.
func (f *Faults) within(service, operation, account string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	meant := func(fault *Fault) bool { return fault.Service == service || fault.Operation == operation }
	if !f.allow(service, operation, account, meant) {
		return wire.Throttling()
	}
	return f.take(service, operation, false, meant)
}

// all is every fault, for the calls of clients.
func all(*Fault) bool { return true }

func (f *Faults) after(service string, r *wire.Request) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.take(service, r.Operation, true, all)
}

// delay returns how long a call has to wait.
func (f *Faults) delay(service, operation string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expire()
	var found *Fault
	for _, fault := range f.active {
		if fault.Latency > 0 && fault.hits(service, operation) && (found == nil || found.Operation != operation && fault.Operation == operation) {
			found = fault
		}
	}
	if found == nil {
		return 0
	}
	f.hit(found)
	return found.Latency
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

// allow takes a token out of each bucket for the call. The lock is held.
func (f *Faults) allow(service, operation, account string, meant func(*Fault) bool) bool {
	f.expire()
	for _, fault := range f.active {
		if fault.Bucket == nil || !fault.hits(service, operation) || !meant(fault) {
			continue
		}
		bucket := fault.buckets[account]
		if bucket == nil {
			bucket = rate.NewLimiter(fault.Bucket.Rate, fault.Bucket.Burst)
			fault.buckets[account] = bucket
		}
		if !bucket.AllowN(f.wall(), 1) {
			f.hit(fault)
			return false
		}
	}
	return true
}

// take returns the error of the first fault for the call and uses it up. The
// lock is held.
func (f *Faults) take(service, operation string, afterEffect bool, meant func(*Fault) bool) error {
	f.expire()
	at := slices.IndexFunc(f.active, func(fault *Fault) bool {
		return fault.fails() && fault.AfterEffect == afterEffect && fault.hits(service, operation) && meant(fault)
	})
	if at < 0 {
		return nil
	}
	fault := f.active[at]
	f.hit(fault)
	switch {
	case fault.Hang:
		return errHang
	case fault.Error == nil:
		return errNoAnswer
	}
	return fault.Error
}

// expire ends the faults whose time is over. The lock is held.
func (f *Faults) expire() {
	if len(f.active) == 0 {
		return
	}
	now := f.wall()
	f.active = slices.DeleteFunc(f.active, func(fault *Fault) bool {
		return !fault.Until.IsZero() && !now.Before(fault.Until)
	})
}

// hit counts a call that a fault hits. The lock is held.
func (f *Faults) hit(fault *Fault) {
	fault.Hits++
	if fault.Times == 1 {
		f.active = slices.DeleteFunc(f.active, func(other *Fault) bool { return other == fault })
	} else if fault.Times > 1 {
		fault.Times--
	}
}

// fails tells whether the fault lets calls fail.
func (f *Fault) fails() bool { return f.Latency == 0 && f.Bucket == nil }

func (f *Fault) hits(service, operation string) bool {
	return (f.Service == "" || f.Service == service) && (f.Operation == AnyOperation || f.Operation == operation)
}
