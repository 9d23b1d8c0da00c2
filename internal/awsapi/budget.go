package awsapi

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// The pace at which a budget learns. AWS throttles with token buckets, so what
// a too low rate leaves unused is saved up in the bucket and used by the too
// high rate that follows: as long as the rate comes back before the bucket is
// full, rising and halving costs no throughput.
const (
	slowDown    = 0.5 // factor of the rate when AWS throttles
	speedUp     = 0.2 // calls per second gained by each call that is not throttled
	slowestRate = 4.0 // calls per second
	looseBurst  = 10  // burst after a pause when no budget is configured
	rateWindow  = time.Second
)

// A Budget limits the calls of all APIs that share it. AWS counts the calls of an
// account in a Region, whoever makes them, so those that enter one by different
// roles should.
type Budget struct{ scaling, alarms *budget }

// NewBudget returns a budget of perSecond calls to Application Auto Scaling on
// average and burst calls at once; perSecond 0 means that only AWS limits them,
// burst 0 means one second's worth. CloudWatch has limits of its own, so it has a
// budget of its own.
func NewBudget(perSecond float64, burst int, logger *slog.Logger) *Budget {
	return &Budget{scaling: newBudget(perSecond, burst, logger), alarms: newBudget(alarmsPerSecond, 0, logger)}
}

// budget limits the calls of one API to what AWS allows. AWS does not document
// how many calls that are, so the budget learns it: it starts at what is
// configured (by default without a limit), halves the rate when AWS throttles
// and raises it again bit by bit. Every attempt counts, retries too.
type budget struct {
	limiter *rate.Limiter
	highest rate.Limit
	logger  *slog.Logger
	// turn is held by the one caller that waits in the limiter. The others
	// queue for it, so that a change of the rate is felt by all but one.
	turn chan struct{}

	mu     sync.Mutex
	sent   []time.Time // of the calls of the last rateWindow
	slowed time.Time   // when the rate was lowered last
}

// newBudget returns a budget of perSecond calls on average and burst calls at
// once; perSecond 0 means no limit, burst 0 means one second's worth.
func newBudget(perSecond float64, burst int, logger *slog.Logger) *budget {
	highest := rate.Limit(perSecond)
	if perSecond <= 0 {
		highest = rate.Inf
	}
	switch {
	case burst > 0:
	case highest == rate.Inf:
		burst = looseBurst
	default:
		burst = max(1, int(math.Ceil(perSecond)))
	}
	return &budget{
		limiter: rate.NewLimiter(highest, burst),
		highest: highest,
		logger:  logger,
		turn:    make(chan struct{}, 1),
	}
}

// acquire waits until one call may be sent, and returns the time at which it
// is.
func (b *budget) acquire(ctx context.Context) (time.Time, error) {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return time.Time{}, budgetErr(ctx.Err())
	}
	if err := b.limiter.Wait(ctx); err != nil {
		return time.Time{}, budgetErr(err)
	}
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(now)
	b.sent = append(b.sent, now)
	return now, nil
}

// answered tells how a call ended that acquire had let pass at the time sent.
func (b *budget) answered(sent time.Time, throttled bool) {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	limit := b.limiter.Limit()
	if !throttled {
		if limit < b.highest {
			b.limiter.SetLimitAt(now, min(limit+speedUp, b.highest))
		}
		return
	}
	if !sent.After(b.slowed) {
		return // it was sent at the old rate, so it says nothing about the new one
	}
	b.forget(now)
	lowered := max(slowestRate, min(limit, rate.Limit(len(b.sent))/rate.Limit(rateWindow.Seconds()))*slowDown)
	b.slowed = now
	b.limiter.SetLimitAt(now, lowered)
	if saved := int(b.limiter.TokensAt(now)); saved > 0 {
		b.limiter.ReserveN(now, saved) // AWS's bucket is empty, so is ours
	}
	b.logger.Info("AWS throttles, calls slow down", "callsPerSecond", float64(lowered))
}

// forget drops what was sent before the last rateWindow.
func (b *budget) forget(now time.Time) {
	old := 0
	for old < len(b.sent) && now.Sub(b.sent[old]) >= rateWindow {
		old++
	}
	b.sent = b.sent[old:]
}

// budgetError says that a call was not sent because its context ended, or
// would have ended, before the budget had room for it.
type budgetError struct{ err error }

func (e *budgetError) Error() string {
	return "the call was not sent, because too many others were waiting: " + e.err.Error()
}

func (e *budgetError) Unwrap() error { return e.err }

// CanceledError tells the SDK not to retry.
func (e *budgetError) CanceledError() bool { return true }

func budgetErr(err error) error {
	if errors.Is(err, context.Canceled) {
		return &aws.RequestCanceledError{Err: err}
	}
	return &budgetError{err: err}
}

// addBudget inserts the budget behind the SDK's retry step, so that it counts
// attempts, and before signing, so that the wait does not age the signature.
func addBudget(b *budget) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("SetpointBudget", func(
			ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
		) (middleware.FinalizeOutput, middleware.Metadata, error) {
			sent, err := b.acquire(ctx)
			if err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, err
			}
			out, metadata, err := next.HandleFinalize(ctx, in)
			switch kind := KindOf(err); kind {
			case Unavailable, Unknown: // no answer that would tell anything about the rate
			default:
				b.answered(sent, kind == Throttled)
			}
			return out, metadata, err
		}), "Retry", middleware.After)
	}
}
