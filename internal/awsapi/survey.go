package awsapi

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// survey is what two scans of a service namespace found: all policies and all
// scheduled actions, of whomever.
type survey struct {
	began    time.Time
	policies map[targetKey][]child[autoscaling.ObservedPolicy] // nil: not read
	actions  map[targetKey][]child[autoscaling.ObservedAction] // nil: not read
	written  map[targetKey]bool                                // by us, since the survey began
}

// Survey reads all policies and scheduled actions of the targets' service
// namespaces in advance, so that queries with a MaxAge that follow are answered
// from it. AWS lists the children of one target, or those of a whole namespace:
// the check of a thousand targets for children that nobody declared takes a
// thousand calls in the one way and a hundred in the other, and no single
// [API.Observe] sees enough of the thousand to know.
//
// A namespace is left out where a list per target takes fewer calls: when it
// has few of the targets, or mostly children of others. Queries are read one by
// one then. An error says that a part of the survey is missing for another
// reason.
func (a *API) Survey(ctx context.Context, targets []autoscaling.Identity) error {
	resources := map[string]map[string]bool{} // by namespace
	for _, t := range targets {
		if resources[t.ServiceNamespace] == nil {
			resources[t.ServiceNamespace] = map[string]bool{}
		}
		resources[t.ServiceNamespace][t.ResourceID] = true
	}
	var (
		scans sync.WaitGroup
		mu    sync.Mutex
		errs  []error
	)
	for namespace, distinct := range resources {
		scans.Go(func() {
			err := a.surveyNamespace(ctx, namespace, len(distinct))
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	scans.Wait()
	return errors.Join(errs...)
}

// surveyNamespace scans a namespace if that takes at most limit calls.
func (a *API) surveyNamespace(ctx context.Context, namespace string, limit int) error {
	s := &survey{began: time.Now(), written: map[targetKey]bool{}}
	a.mu.Lock()
	delete(a.surveys, namespace)
	if limit > fewResources {
		a.surveys[namespace] = s // before the first call, to learn of every write from then on
	}
	a.mu.Unlock()
	if limit <= fewResources {
		return nil
	}
	r := a.newRound(types.ServiceNamespace(namespace))
	var (
		scans                sync.WaitGroup
		policyErr, actionErr error
		policies, actions    bool
	)
	scans.Go(func() { policies, policyErr = r.policies.scanWithin(ctx, limit) })
	scans.Go(func() { actions, actionErr = r.actions.scanWithin(ctx, limit) })
	scans.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	if policies {
		s.policies = r.policies.byTarget()
	}
	if actions {
		s.actions = r.actions.byTarget()
	}
	return errors.Join(policyErr, actionErr)
}

// scanWithin reads the whole namespace if that takes at most limit calls, and
// reports whether it has.
func (r *reader[T]) scanWithin(ctx context.Context, limit int) (done bool, err error) {
	if r.census.estimate(nil, r.pageSize, time.Now())[byScan] > limit {
		return false, nil
	}
	names, err := r.pages(ctx, filter{}, atMost(limit))
	switch {
	case err == nil:
		r.census.sawAll(names, time.Now())
		return true, nil
	case errors.Is(err, errTooMany):
		r.census.sawAtLeast(limit*r.pageSize+1, time.Now())
		return false, nil
	case aboutOne(err):
		return false, nil // it may be about a target that nobody asks for
	}
	return false, err
}

// wrote notes a write, after which what a survey has of the target is not
// believed any more.
func (a *API) wrote(id autoscaling.Identity) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.surveys[id.ServiceNamespace]; s != nil {
		s.written[targetKey{id.ResourceID, id.ScalableDimension}] = true
	}
}

// surveyed gives the readers of a round what the last survey has for the query,
// if that is young enough, and returns what is left to be read.
func (a *API) surveyed(q Query, r *round) (policies, actions bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.surveys[q.ServiceNamespace]
	if s == nil || q.MaxAge <= 0 || time.Since(s.began) > q.MaxAge || s.written[q.target()] {
		return false, false
	}
	if s.policies != nil {
		r.policies.take(s.policies[q.target()])
	}
	if s.actions != nil {
		r.actions.take(s.actions[q.target()])
	}
	return s.policies != nil, s.actions != nil
}

// take adds children that were read before.
func (r *reader[T]) take(children []child[T]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range children {
		r.seen[childKey{c.targetKey, c.name}] = c
	}
}
