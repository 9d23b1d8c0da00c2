package operator

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/leaderelection"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/recorder"
)

// How long the Lease lasts after it was renewed, when who cannot renew it stops
// working, and how often it is renewed: the defaults of controller-runtime.
const (
	leaseDuration = 15 * time.Second
	renewDeadline = 10 * time.Second
	renewPeriod   = 2 * time.Second
)

// errLeadLost refuses a write.
var errLeadLost = errors.New("nothing is written: the Lease was not renewed in time, and another replica may lead by now")

// lead is the lock of the leader election, and knows until when it is ours. A
// process that was stopped for longer, by a debugger, a hypervisor or a node
// without processor time, goes on with what it was about to do when it wakes up,
// and the election takes until its deadline to notice that the lead is lost. What
// it would write meanwhile is out of date, so every write asks here before.
// One that was allowed in the very moment before the sleep and is not sent yet
// still goes out: AWS has no condition that would refuse it.
type lead struct {
	resourcelock.Interface
	events *lazyEvents
	until  atomic.Pointer[time.Time] // nil: it was never ours
}

// newLead prepares the lock.
func newLead(kubernetes *rest.Config, namespace string) (*lead, error) {
	l := &lead{events: &lazyEvents{}}
	var err error
	l.Interface, err = leaderelection.NewResourceLock(kubernetes, l.events, leaderelection.Options{
		LeaderElection: true, LeaderElectionID: LeaderElectionID, LeaderElectionNamespace: namespace, RenewDeadline: renewDeadline,
	})
	return l, err
}

// elect has a manager work under the lock.
func (l *lead) elect(o *manager.Options) {
	lasts, deadline, period := leaseDuration, renewDeadline, renewPeriod
	o.LeaderElection, o.LeaderElectionResourceLockInterface, o.LeaderElectionReleaseOnCancel = true, l, true
	o.LeaseDuration, o.RenewDeadline, o.RetryPeriod = &lasts, &deadline, &period
}

// Create implements resourcelock.Interface.
func (l *lead) Create(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	began := time.Now()
	return l.noted(began, r, l.Interface.Create(ctx, r))
}

// Update implements resourcelock.Interface.
func (l *lead) Update(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	began := time.Now()
	return l.noted(began, r, l.Interface.Update(ctx, r))
}

// noted remembers what the API server has accepted. Others count from when they
// see it, which is later than we began.
func (l *lead) noted(began time.Time, r resourcelock.LeaderElectionRecord, err error) error {
	if err != nil {
		return err
	}
	until := began // it is given back
	if r.HolderIdentity == l.Identity() {
		until = began.Add(renewDeadline)
	}
	l.until.Store(&until)
	return nil
}

// held is nil as long as nobody else can have taken over: between the deadline
// and the end of the Lease there is time for a write to arrive. It is nil, too,
// where the lead never was ours, because there only what is free to do so writes.
func (l *lead) held() error {
	if until := l.until.Load(); until != nil && !time.Now().Before(*until) {
		return errLeadLost
	}
	return nil
}

// guard returns a configuration whose clients write only as long as the lead is
// held.
func (l *lead) guard(kubernetes *rest.Config) *rest.Config {
	guarded := rest.CopyConfig(kubernetes)
	guarded.Wrap(func(next http.RoundTripper) http.RoundTripper { return guardedTransport{l, next} })
	return guarded
}

type guardedTransport struct {
	*lead
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (g guardedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		if err := g.held(); err != nil {
			return nil, err
		}
	}
	return g.next.RoundTrip(r)
}

// lazyEvents lets the lock tell who leads by events of the manager, which needs
// the lock before it is there.
type lazyEvents struct {
	recorder.Provider    // what it does not implement is not asked for
	record.EventRecorder // neither
	manager              manager.Manager
}

// GetEventRecorderFor implements recorder.Provider.
func (e *lazyEvents) GetEventRecorderFor(string) record.EventRecorder { return e }

// Eventf implements record.EventRecorder.
func (e *lazyEvents) Eventf(obj runtime.Object, eventType, reason, note string, args ...any) {
	e.manager.GetEventRecorderFor("setpoint").Eventf(obj, eventType, reason, note, args...) //nolint:staticcheck // as the lock does, which may write these events only
}
