package awsapi

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi/batch"
)

// Query says what to read of one target. Without Policies and AllPolicies (or
// Actions and AllActions), none are read.
type Query struct {
	autoscaling.Identity
	Policies []string // names
	Actions  []string // names
	// AllPolicies reads all policies of the target, also those that Policies
	// does not name.
	AllPolicies bool
	// AllActions reads all scheduled actions of the target, also those that
	// Actions does not name.
	AllActions bool
	Tags       bool // read the target's tags, if it has an ARN
	Alarms     bool // look how the alarms of the policies are, which Policies names

	// MaxAge is how old policies and scheduled actions may be that a
	// [API.Survey] has seen. Nothing is older than this API's own writes. Zero:
	// they are read now.
	MaxAge time.Duration
}

// key is the same for queries that ask for the same.
func (q Query) key() string {
	return fmt.Sprintf("%q %q %q %q %q %t %t %t %t %d", q.ServiceNamespace, q.ResourceID, q.ScalableDimension,
		slices.Sorted(slices.Values(q.Policies)), slices.Sorted(slices.Values(q.Actions)), q.AllPolicies, q.AllActions, q.Tags, q.Alarms, q.MaxAge)
}

// Observe reads a target with the policies and scheduled actions that are
// asked for. What else the read comes across of the target is in the result
// too; children are sorted by name. The result may be shared with other callers
// that asked for the same, so it must not be changed.
//
// A target that is not registered is no error: Observed.Target is nil then. An
// error of kind NotFound means that the target vanished while it was read.
func (a *API) Observe(ctx context.Context, q Query) (autoscaling.Observed, error) {
	const operation = "Observe"
	if !q.Complete() {
		return autoscaling.Observed{}, invalid(operation,
			"a scalable target is named by service namespace, resource ID and scalable dimension; got %s", q.Identity)
	}
	o, err := a.reads.Do(ctx, q)
	return o, wrap(operation, err)
}

// round is one shared read of several targets of one service namespace.
type round struct {
	api       *API
	namespace types.ServiceNamespace
	policies  *reader[autoscaling.ObservedPolicy]
	actions   *reader[autoscaling.ObservedAction]

	mu      sync.Mutex
	targets map[targetKey]autoscaling.ObservedTarget
	at      time.Time        // when the last targets were read, by AWS's clock
	failed  map[string]error // by resource ID
	tags    map[string]tagsResult
}

type tagsResult struct {
	tags map[string]string
	err  error
}

func (a *API) newRound(namespace types.ServiceNamespace) *round {
	name := string(namespace)
	return &round{
		api:       a,
		namespace: namespace,
		policies:  newReader(a, policyPage, a.census(a.policies, name), a.listPolicies(name)),
		actions:   newReader(a, actionPage, a.census(a.actions, name), a.listActions(name)),
		targets:   map[targetKey]autoscaling.ObservedTarget{},
		failed:    map[string]error{},
		tags:      map[string]tagsResult{},
	}
}

// observe answers queries of one service namespace. Targets come first: those
// that are not registered have nothing else to read.
func (a *API) observe(ctx context.Context, queries []Query) []batch.Result[autoscaling.Observed] {
	r := a.newRound(types.ServiceNamespace(queries[0].ServiceNamespace))
	r.readTargets(ctx, queries)

	var asksPolicies, asksActions []ask
	arns := map[string]bool{}
	for _, q := range queries {
		target, ok := r.targets[q.target()]
		if !ok {
			continue
		}
		policiesKnown, actionsKnown := a.surveyed(q, r)
		if !policiesKnown && (len(q.Policies) > 0 || q.AllPolicies) {
			asksPolicies = append(asksPolicies, ask{targetKey: q.target(), names: q.Policies, all: q.AllPolicies})
		}
		if !actionsKnown && (len(q.Actions) > 0 || q.AllActions) {
			asksActions = append(asksActions, ask{targetKey: q.target(), names: q.Actions, all: q.AllActions})
		}
		if q.Tags && target.ARN != "" {
			arns[target.ARN] = true
		}
	}
	var reads sync.WaitGroup
	reads.Go(func() { r.policies.read(ctx, asksPolicies) })
	reads.Go(func() { r.actions.read(ctx, asksActions) })
	for arn := range arns {
		reads.Go(func() { r.readTags(ctx, arn) })
	}
	reads.Wait()

	policies, actions := r.policies.byTarget(), r.actions.byTarget()
	results := make([]batch.Result[autoscaling.Observed], len(queries))
	for i, q := range queries {
		results[i].Value, results[i].Err = r.answer(q, policies[q.target()], actions[q.target()])
	}
	a.lookAtAlarms(ctx, asked(queries, results))
	return results
}

// asked returns the policies whose alarms a query wants to be looked at.
func asked(queries []Query, results []batch.Result[autoscaling.Observed]) []*autoscaling.ObservedPolicy {
	var policies []*autoscaling.ObservedPolicy
	for i, q := range queries {
		for j := range results[i].Value.Policies {
			if p := &results[i].Value.Policies[j]; q.Alarms && slices.Contains(q.Policies, p.Name) {
				p.Alarms = slices.Clone(p.Alarms) // may be shared with another query
				policies = append(policies, p)
			}
		}
	}
	return policies
}

func (q Query) target() targetKey { return targetKey{q.ResourceID, q.ScalableDimension} }

// answer puts together what one query asked for.
func (r *round) answer(
	q Query, policies []child[autoscaling.ObservedPolicy], actions []child[autoscaling.ObservedAction],
) (autoscaling.Observed, error) {
	if err := r.failed[q.ResourceID]; err != nil {
		return autoscaling.Observed{}, err
	}
	target, ok := r.targets[q.target()]
	if !ok {
		return autoscaling.Observed{}, nil
	}
	if err := cmp.Or(r.policies.failure(q.ResourceID, q.Policies, q.AllPolicies), r.actions.failure(q.ResourceID, q.Actions, q.AllActions)); err != nil {
		return autoscaling.Observed{}, err
	}
	if q.Tags && target.ARN != "" {
		tags := r.tags[target.ARN]
		if tags.err != nil {
			return autoscaling.Observed{}, tags.err
		}
		target.Tags = tags.tags
	}
	o := autoscaling.Observed{Target: &target, At: r.at}
	for _, p := range policies {
		o.Policies = append(o.Policies, p.value)
	}
	for _, a := range actions {
		o.Actions = append(o.Actions, a.value)
	}
	return o, nil
}

// readTargets reads the targets of all queries, as many resources per call as
// AWS takes.
func (r *round) readTargets(ctx context.Context, queries []Query) {
	distinct := map[string]bool{}
	for _, q := range queries {
		distinct[q.ResourceID] = true
	}
	var chunks sync.WaitGroup
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(distinct)), filterSize) {
		chunks.Go(func() { r.readTargetChunk(ctx, chunk) })
	}
	chunks.Wait()
}

func (r *round) readTargetChunk(ctx context.Context, resources []string) {
	err := r.listTargets(ctx, resources)
	if err == nil {
		return
	}
	if len(resources) > 1 && aboutOne(err) {
		half := len(resources) / 2
		r.readTargetChunk(ctx, resources[:half])
		r.readTargetChunk(ctx, resources[half:])
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range resources {
		r.failed[resource] = err
	}
}

func (r *round) listTargets(ctx context.Context, resources []string) error {
	in := &applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: r.namespace, ResourceIds: resources}
	for {
		out, err := limited(ctx, r.api.calls, func() (*applicationautoscaling.DescribeScalableTargetsOutput, error) {
			return r.api.scaling.DescribeScalableTargets(ctx, in)
		})
		if err != nil {
			return wrap("DescribeScalableTargets", err)
		}
		r.mu.Lock()
		if at, ok := middleware.GetServerTime(out.ResultMetadata); ok {
			r.at = at
		}
		for _, t := range out.ScalableTargets {
			r.targets[targetKey{aws.ToString(t.ResourceId), string(t.ScalableDimension)}] = targetOf(t)
		}
		r.mu.Unlock()
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		in.NextToken = out.NextToken
	}
}

func (r *round) readTags(ctx context.Context, arn string) {
	out, err := limited(ctx, r.api.calls, func() (*applicationautoscaling.ListTagsForResourceOutput, error) {
		return r.api.scaling.ListTagsForResource(ctx, &applicationautoscaling.ListTagsForResourceInput{ResourceARN: aws.String(arn)})
	})
	result := tagsResult{err: wrap("ListTagsForResource", err)}
	if err == nil {
		result.tags = map[string]string{} // read, though there may be none
		maps.Copy(result.tags, out.Tags)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tags[arn] = result
}

// limited makes a call when one of the slots is free.
func limited[Out any](ctx context.Context, slots chan struct{}, call func() (Out, error)) (Out, error) {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
		return call()
	case <-ctx.Done():
		var none Out
		return none, ctx.Err()
	}
}

// census returns what is known about a namespace.
func (a *API) census(of map[string]*census, namespace string) *census {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := of[namespace]
	if c == nil {
		c = &census{}
		of[namespace] = c
	}
	return c
}
