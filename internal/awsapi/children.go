package awsapi

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// The page sizes of AWS, default and maximum alike (AWS API:
// DescribeScalingPolicies, DescribeScheduledActions).
const (
	policyPage = 10
	actionPage = 50
)

// child is a policy or a scheduled action with the target it belongs to.
// Equal names under different targets, also under two dimensions of one
// resource, are different children.
type child[T any] struct {
	targetKey
	name  string
	value T
}

type childKey struct {
	targetKey
	name string
}

// filter is what AWS lists children by; empty: the whole namespace.
type filter struct {
	resource string
	names    []string
}

// lister lists one page of children, and says where the next begins.
type lister[T any] func(ctx context.Context, f filter, token *string) (page []child[T], next *string, err error)

// reader reads the children of one kind for one round.
type reader[T any] struct {
	api      *API
	pageSize int
	census   *census
	list     lister[T]

	mu              sync.Mutex
	seen            map[childKey]child[T]
	failedResources map[string]error
	failedNames     map[string]error
}

func newReader[T any](a *API, pageSize int, c *census, list lister[T]) *reader[T] {
	return &reader[T]{api: a, pageSize: pageSize, census: c, list: list, seen: map[childKey]child[T]{}}
}

// errTooMany gives a reading up that takes more calls than another would.
var errTooMany = errors.New("too many pages")

// read reads what is asked for, in the way that is likely to take the fewest
// calls. A way that turns out to be much longer than the next best one is given
// up in favour of that, and the census makes sure that it is not taken again.
func (r *reader[T]) read(ctx context.Context, asks []ask) {
	if len(asks) == 0 {
		return
	}
	var excluded [readings]bool
	excluded[byName] = slices.ContainsFunc(asks, func(a ask) bool { return a.all })
	for {
		r.failedResources, r.failedNames = map[string]error{}, map[string]error{}
		way, limit := choose(r.census.estimate(asks, r.pageSize, time.Now()), excluded)
		done := true
		switch way {
		case byResource:
			r.readResources(ctx, resourcesOf(asks))
		case byScan:
			done = r.scan(ctx, asks, limit)
		default: // byName
			done = r.readNames(ctx, asks, limit)
		}
		if done {
			return
		}
		excluded[way] = true
	}
}

func (r *reader[T]) readResources(ctx context.Context, resources []string) {
	var reads sync.WaitGroup
	for _, resource := range resources {
		reads.Go(func() {
			if _, err := r.pages(ctx, filter{resource: resource}, unlimited()); err != nil {
				r.mu.Lock()
				defer r.mu.Unlock()
				r.failedResources[resource] = err
			}
		})
	}
	reads.Wait()
}

// scan reports whether the scan answers the asks, be it with an error.
func (r *reader[T]) scan(ctx context.Context, asks []ask, limit int) bool {
	names, err := r.pages(ctx, filter{}, atMost(limit))
	switch {
	case err == nil:
		r.census.sawAll(names, time.Now())
		return true
	case errors.Is(err, errTooMany):
		r.census.sawAtLeast(limit*r.pageSize+1, time.Now())
		return false
	case aboutOne(err):
		return false // it may be about a target that nobody asks for
	}
	for _, resource := range resourcesOf(asks) {
		r.failedResources[resource] = err
	}
	return true
}

// readNames reports whether it has answered the asks, be it with errors.
func (r *reader[T]) readNames(ctx context.Context, asks []ask, limit int) bool {
	asked, _ := countNames(asks)
	left := atMost(limit)
	var tooMany atomic.Bool
	var chunks sync.WaitGroup
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(asked)), filterSize) {
		chunks.Go(func() {
			if !r.readNameChunk(ctx, chunk, left) {
				tooMany.Store(true)
			}
		})
	}
	chunks.Wait()
	return !tooMany.Load()
}

func (r *reader[T]) readNameChunk(ctx context.Context, names []string, left *atomic.Int64) bool {
	seen, err := r.pages(ctx, filter{names: names}, left)
	switch {
	case err == nil:
		r.census.sawNames(names, seen, time.Now())
		return true
	case errors.Is(err, errTooMany):
		r.census.sawNames(slices.Collect(maps.Keys(seen)), seen, time.Now()) // at least
		return false
	case len(names) > 1 && aboutOne(err):
		half := len(names) / 2
		first := r.readNameChunk(ctx, names[:half], left)
		return r.readNameChunk(ctx, names[half:], left) && first
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range names {
		r.failedNames[name] = err
	}
	return true
}

// pages reads a list to its end and returns how often each name occurred. It
// takes each call from left and ends with errTooMany when none is left.
func (r *reader[T]) pages(ctx context.Context, f filter, left *atomic.Int64) (map[string]int, error) {
	names := map[string]int{}
	var token *string
	for {
		if left.Add(-1) < 0 {
			return names, errTooMany
		}
		page, err := limited(ctx, r.api.calls, func() (page []child[T], err error) {
			page, token, err = r.list(ctx, f, token)
			return page, err
		})
		if err != nil {
			return names, err
		}
		r.mu.Lock()
		for _, c := range page {
			r.seen[childKey{c.targetKey, c.name}] = c
			names[c.name]++
		}
		r.mu.Unlock()
		if aws.ToString(token) == "" {
			return names, nil
		}
	}
}

// failure returns the error that kept a query from being answered.
func (r *reader[T]) failure(resource string, names []string, all bool) error {
	if len(names) == 0 && !all {
		return nil
	}
	if err := r.failedResources[resource]; err != nil {
		return err
	}
	for _, name := range names {
		if err := r.failedNames[name]; err != nil {
			return err
		}
	}
	return nil
}

// byTarget returns what was seen, sorted by name.
func (r *reader[T]) byTarget() map[targetKey][]child[T] {
	out := map[targetKey][]child[T]{}
	for _, c := range r.seen {
		out[c.targetKey] = append(out[c.targetKey], c)
	}
	for _, children := range out {
		slices.SortFunc(children, func(a, b child[T]) int { return cmp.Compare(a.name, b.name) })
	}
	return out
}

// aboutOne reports whether a read of several things may have failed because of
// one of them only: a malformed name or resource ID, or a policy whose alarms
// Application Auto Scaling may not look at.
func aboutOne(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Kind == Invalid || e.Kind == Denied && e.Code == codeNested)
}

func unlimited() *atomic.Int64 { return atMost(math.MaxInt64) }

func atMost(calls int) *atomic.Int64 {
	left := &atomic.Int64{}
	left.Store(int64(calls))
	return left
}

func (a *API) listPolicies(namespace string) lister[autoscaling.ObservedPolicy] {
	return func(ctx context.Context, f filter, token *string) ([]child[autoscaling.ObservedPolicy], *string, error) {
		out, err := a.scaling.DescribeScalingPolicies(ctx, &applicationautoscaling.DescribeScalingPoliciesInput{
			ServiceNamespace: types.ServiceNamespace(namespace),
			ResourceId:       optional(f.resource),
			PolicyNames:      f.names,
			NextToken:        token,
		})
		if err != nil {
			return nil, nil, wrap("DescribeScalingPolicies", err)
		}
		return convertAll(out.ScalingPolicies, func(p types.ScalingPolicy) child[autoscaling.ObservedPolicy] {
			key := targetKey{aws.ToString(p.ResourceId), string(p.ScalableDimension)}
			return child[autoscaling.ObservedPolicy]{key, aws.ToString(p.PolicyName), policyOf(p)}
		}), out.NextToken, nil
	}
}

func (a *API) listActions(namespace string) lister[autoscaling.ObservedAction] {
	return func(ctx context.Context, f filter, token *string) ([]child[autoscaling.ObservedAction], *string, error) {
		out, err := a.scaling.DescribeScheduledActions(ctx, &applicationautoscaling.DescribeScheduledActionsInput{
			ServiceNamespace:     types.ServiceNamespace(namespace),
			ResourceId:           optional(f.resource),
			ScheduledActionNames: f.names,
			NextToken:            token,
		})
		if err != nil {
			return nil, nil, wrap("DescribeScheduledActions", err)
		}
		return convertAll(out.ScheduledActions, func(s types.ScheduledAction) child[autoscaling.ObservedAction] {
			key := targetKey{aws.ToString(s.ResourceId), string(s.ScalableDimension)}
			return child[autoscaling.ObservedAction]{key, aws.ToString(s.ScheduledActionName), actionOf(s)}
		}), out.NextToken, nil
	}
}
