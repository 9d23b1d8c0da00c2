package awsapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestBudgetWithoutThrottling(t *testing.T) {
	for _, test := range []struct {
		reason    string
		perSecond float64
		burst     int
		calls     int
		want      time.Duration
	}{
		{"without a configured rate only AWS limits", 0, 0, 1000, 0},
		{"a configured rate holds from the first call after the burst", 10, 5, 25, 2 * time.Second},
		{"the burst of a configured rate is one second's worth if none is configured", 10, 0, 30, 2 * time.Second},
		{"a rate below one has a burst of one", 0.5, 0, 3, 4 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBudget(test.perSecond, test.burst, quiet())
			began := time.Now()
			for range test.calls {
				sent, err := b.acquire(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				b.answered(sent, false)
			}
			if got := time.Since(began).Round(time.Millisecond); got != test.want {
				t.Errorf("%d calls took %v, want %v: %s", test.calls, got, test.want, test.reason)
			}
		})
	}
}

func TestBudgetSlowsDownAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(0, 0, quiet())
		var sent []time.Time
		for range 60 {
			at, err := b.acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			sent = append(sent, at)
			time.Sleep(10 * time.Millisecond)
		}
		for _, at := range sent[50:] {
			b.answered(at, true)
		}
		if got := b.limiter.Limit(); got != 30 {
			t.Errorf("rate = %v after 60 calls in a second met throttling, want 30: half of what was sent, "+
				"halved once for all calls that were sent at the old rate", got)
		}
		if got := b.limiter.Tokens(); got > 1 {
			t.Errorf("%.1f calls may be sent at once after throttling, want none: AWS's bucket is empty", got)
		}
		for range 10 {
			at, _ := b.acquire(t.Context())
			b.answered(at, false)
		}
		if got := b.limiter.Limit(); got < 31.99 || got > 32.01 {
			t.Errorf("rate = %v after ten calls that were not throttled, want 32", got)
		}
		for range 20 { // much fewer calls per second than the rate allows
			at, _ := b.acquire(t.Context())
			time.Sleep(time.Second)
			b.answered(at, true)
		}
		if got := b.limiter.Limit(); got != slowestRate {
			t.Errorf("rate = %v after ever more throttling, want the slowest, %v", got, slowestRate)
		}
	})
}

func TestBudgetNeverExceedsWhatIsConfigured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(5, 1, quiet())
		at, _ := b.acquire(t.Context())
		time.Sleep(time.Millisecond)
		b.answered(at, true)
		for range 100 {
			at, err := b.acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.answered(at, false)
		}
		if got := b.limiter.Limit(); got != 5 {
			t.Errorf("rate = %v after recovering, want the configured 5", got)
		}
	})
}

func TestBudgetHonoursTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(0.1, 1, quiet())
		if _, err := b.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		var callers sync.WaitGroup
		for _, test := range []struct {
			reason  string
			context func() (context.Context, context.CancelFunc)
			want    Kind
		}{
			{"a deadline before the budget has room", func() (context.Context, context.CancelFunc) {
				return context.WithTimeout(t.Context(), time.Second)
			}, Throttled},
			{"a caller that gives up", func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				return ctx, cancel
			}, Unavailable},
		} {
			for range 2 { // one waits in the limiter, one for its turn
				callers.Go(func() {
					ctx, cancel := test.context()
					defer cancel()
					began := time.Now()
					_, err := b.acquire(ctx)
					if got := KindOf(err); got != test.want || time.Since(began) > time.Second {
						t.Errorf("kind = %q (%v) after %v, want %q within a second: %s", got, err, time.Since(began), test.want, test.reason)
					}
				})
			}
		}
		callers.Wait()
		began := time.Now()
		if _, err := b.acquire(t.Context()); err != nil || time.Since(began) > 10*time.Second {
			t.Errorf("err = %v after %v: those who gave up must not have used the budget", err, time.Since(began))
		}
	})
}

// bucket is a token bucket on AWS's side.
type bucket struct {
	limiter *rate.Limiter

	mu        sync.Mutex
	throttled int
}

func newBucket(perSecond float64, burst int) *bucket {
	return &bucket{limiter: rate.NewLimiter(rate.Limit(perSecond), burst)}
}

func (b *bucket) refuse(string, object) *refusal {
	if b.limiter.Allow() {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.throttled++
	return &refusal{400, "ThrottlingException", "Rate exceeded"}
}

// TestManyTargetsUnderThrottling brings 200 pairs of a target and a policy to
// an AWS that allows 25 calls per second (burst 40), like a controller after
// its start does: 400 writes can be done in 14.4 s at best.
func TestManyTargetsUnderThrottling(t *testing.T) {
	for _, workers := range []int{20, 50, 200} {
		t.Run(fmt.Sprint(workers, " workers"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				aws := newBucket(25, 40)
				f := newFake()
				f.refuse, f.latency = aws.refuse, 40*time.Millisecond
				a := newTestAPI(t, f)
				began := time.Now()
				jobs := make(chan int)
				var pool sync.WaitGroup
				var failed int
				var mu sync.Mutex
				for range workers {
					pool.Go(func() {
						for i := range jobs {
							for {
								err := pair(t.Context(), a, i)
								if err == nil {
									break
								}
								if KindOf(err) != Throttled {
									t.Errorf("pair %d: %v", i, err)
									return
								}
								mu.Lock()
								failed++
								mu.Unlock()
							}
						}
					})
				}
				for i := range 200 {
					jobs <- i
				}
				close(jobs)
				pool.Wait()
				took := time.Since(began)
				t.Logf("took %v, %d throttled, %d surfaced, calls %v", took, aws.throttled, failed, f.taken())
				if took > 20*time.Second {
					t.Errorf("200 pairs took %v, want at most 20 s: the budget must learn the rate and use all of it", took)
				}
				if aws.throttled > workers+50 {
					t.Errorf("%d calls were throttled: the budget must learn the rate instead of trying", aws.throttled)
				}
				if failed > 10 {
					t.Errorf("throttling surfaced %d times, although a retry at the right rate succeeds", failed)
				}
			})
		})
	}
}

// pair does what the controller does for a new target with a policy.
func pair(ctx context.Context, a *API, i int) error {
	id := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: fmt.Sprint("service/c/s", i), ScalableDimension: "ecs:service:DesiredCount"}
	o, err := a.Observe(ctx, Query{Identity: id, Policies: []string{"cpu"}})
	if err != nil {
		return err
	}
	one, target := int32(1), 50.0
	if o.Target == nil {
		if _, err := a.Apply(ctx, id, autoscaling.Change{
			Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Create,
			Target: &autoscaling.Target{MinCapacity: &one, MaxCapacity: &one},
		}); err != nil {
			return err
		}
	}
	_, err = a.Apply(ctx, id, autoscaling.Change{
		Op: autoscaling.OpPutPolicy, Verb: autoscaling.Create,
		Policy: &autoscaling.Policy{Name: "cpu", Type: autoscaling.TargetTrackingScaling,
			TargetTracking: &autoscaling.TargetTracking{TargetValue: &target,
				Predefined: &autoscaling.PredefinedMetric{Type: "ECSServiceAverageCPUUtilization"}}},
	})
	return err
}

func TestRetriesCountAgainstTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.refuse = func(string, object) *refusal { return &refusal{500, "InternalServiceException", "oops"} }
		a := newTestAPI(t, f, func(o *Options) { o.RatePerSecond, o.Burst = 0.1, 1 })
		began := time.Now()
		err := pair(t.Context(), a, 0)
		if KindOf(err) != Unavailable || f.taken()["DescribeScalableTargets"] != 3 {
			t.Errorf("err = %v, want Unavailable after three attempts", err)
		}
		if took := time.Since(began); took < 20*time.Second {
			t.Errorf("three attempts took %v, want 20 s at 0.1 calls per second: retries must wait for the budget", took)
		}
	})
}

func TestABudgetIsSharedByAllThatHaveIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, shared := newFake(), NewBudget(0.1, 1, quiet())
		began := time.Now()
		for range 3 {
			if err := pair(t.Context(), newTestAPI(t, f, func(o *Options) { o.Budget = shared }), 0); err != nil {
				t.Fatal(err)
			}
		}
		if took, calls := time.Since(began), len(f.taken()); took < 20*time.Second || calls == 0 {
			t.Errorf("a call by each of three APIs took %v, want 20 s at 0.1 calls per second of all of them", took)
		}
	})
}

func TestWaitErrorIsNotDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		a := newTestAPI(t, f, func(o *Options) { o.RatePerSecond, o.Burst = 0.1, 1 })
		if err := pair(t.Context(), a, 0); err != nil {
			t.Fatal(err)
		}
		f.taken()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := a.Apply(ctx, autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "r", ScalableDimension: "d"},
			autoscaling.Change{Op: autoscaling.OpDeletePolicy, Verb: autoscaling.Delete, Name: "cpu"})
		var waited *budgetError
		if KindOf(err) != Throttled || !errors.As(err, &waited) || len(f.taken()) != 0 {
			t.Errorf("err = %v, want Throttled and no call: a call that may not wait long enough must not be sent", err)
		}
	})
}

// CloudWatch's throttling reaches us inside an error of Application Auto
// Scaling.
func TestNestedThrottlingSlowsDown(t *testing.T) {
	for message, want := range map[string]bool{
		"Unable to put alarms: Rate exceeded (Service: AmazonCloudWatch)": true,
		"User: x is not authorized to perform: cloudwatch:PutMetricAlarm": false,
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			left := 1
			f.refuse = func(operation string, _ object) *refusal {
				if operation != "PutScalingPolicy" || left == 0 {
					return nil
				}
				left--
				return &refusal{400, codeNested, message}
			}
			var said strings.Builder
			a := newTestAPI(t, f, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&said, nil)) })
			policy := wholePolicies[0]
			_, err := a.Apply(t.Context(), anID, autoscaling.Change{Op: autoscaling.OpPutPolicy, Policy: &policy})
			if slowed := strings.Contains(said.String(), "calls slow down"); slowed != want || (err == nil) != want {
				t.Errorf("%q: slowed down: %t, error: %v; want %t, and a retry only then", message, slowed, err, want)
			}
		})
	}
}
