package controller

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
)

// AWS is what the controller needs of an AWS account.
type AWS interface {
	// Observe reads one scalable target with the children that the query
	// names. Calls that run at the same time share their AWS requests.
	Observe(ctx context.Context, q awsapi.Query) (autoscaling.Observed, error)
	// Apply makes one change, with one AWS request. Every change of a plan
	// may be repeated; a deletion of what is not there is a NotFound error.
	Apply(ctx context.Context, id autoscaling.Identity, c autoscaling.Change) (autoscaling.Result, error)
	// Survey reads in advance what queries with a MaxAge will ask for.
	Survey(ctx context.Context, targets []autoscaling.Identity) error
}

// Reconciler converges scalable targets.
type Reconciler struct {
	client     client.Client
	live       client.Reader // of what no cache has
	objects    *objects
	groups     *groups
	metrics    *metrics
	checks     checks
	events     events.EventRecorder
	eventLimit *rate.Limiter // of the events that are not warnings
	log        *slog.Logger
	now        func() time.Time
	options    Options
	scopes     *pool
	turns      turns
	tagged     tagMemory
	queue      queue // set before the first pass
	attempts   attempts
	lanes      lanes

	mu        sync.Mutex
	referents []autoscaling.Kind // the foreign kinds that are watched
}

// Reconcile makes one pass over one scalable target:
//
//  1. gather the Kubernetes objects that name the target
//  2. settle which object declares what, and whether it makes sense
//  3. observe what AWS has
//  4. adopt what shall be, and keep hands off what else is in AWS already but
//     not ours
//  5. diff
//  6. apply the plan in its order, and hold each object by a finalizer before
//     anything is made for it
//  7. write each object's status and release what is gone, once, if it changed
//
// It returns when to come back: see [pass.next].
func (r *Reconciler) Reconcile(ctx context.Context, group Group) (reconcile.Result, error) {
	if !r.lanes.enter(group) {
		return reconcile.Result{}, nil
	}
	defer r.leaveLane(group)
	endTurn, err := r.turns.take(ctx, group)
	if err != nil {
		return reconcile.Result{}, err
	}
	defer endTurn()
	p, err := r.gather(ctx, group)
	if err != nil || len(p.members) == 0 {
		return reconcile.Result{}, err
	}
	if wait := r.companions(p); wait > 0 {
		return reconcile.Result{RequeueAfter: wait}, nil
	}
	p.settle()
	if p.needsAWS() {
		r.converge(ctx, p)
	}
	if err := r.report(ctx, p); err != nil {
		return reconcile.Result{}, err
	}
	return p.next(r.options.Resync)
}

// converge brings AWS to what the pass declares. What AWS and Kubernetes say to
// it is recorded on the outcomes of the members.
func (r *Reconciler) converge(ctx context.Context, p *pass) {
	aws := r.scopes.in(p.group.Scope)
	if err := r.observe(ctx, aws, p); err != nil {
		p.failAll(err)
		return
	}
	r.keepBound(ctx, p)
	r.adopt(ctx, p)
	r.respectForeign(ctx, p)
	r.respectReplaced(ctx, aws, p)
	p.findOwners(ctx, aws)
	p.respectVanished()
	p.adviseNoTagging()
	plan := autoscaling.Diff(p.group.Identity, p.desired(working), p.observed, r.now())
	p.bounds = plan.Bounds
	p.withhold(plan)
	r.hold(ctx, p)
	r.apply(ctx, aws, p, plan)
	r.lookAgain(ctx, aws, p)
	p.finish()
}

// apply makes the changes of the plan. A change that fails because of what it
// says concerns its object alone; any other failure ends the pass, because the
// next request would fail as well.
func (r *Reconciler) apply(ctx context.Context, aws AWS, p *pass, plan autoscaling.Plan) {
	for i, planned := range plan.Changes {
		parent := planned.Registers()
		if !r.prepare(ctx, p, p.memberOf(planned.Kind, planned.Name), planned.Verb) {
			if parent {
				p.waitForTarget()
				return
			}
			continue
		}
		c, result, err := p.change(ctx, aws, planned)
		if c == nil {
			continue
		}
		if c.Verb == autoscaling.Delete && awsapi.KindOf(err) == awsapi.NotFound {
			err = nil // gone already, which is what we want
		}
		p.record(*c, result, err, r.now())
		r.attempts.tried(p, *c, err)
		if err == nil {
			r.log.Info("changed AWS", p.logged(*c, "verb", c.Verb, "requestID", result.RequestID)...)
			continue
		}
		r.log.Info("AWS refused a change", p.logged(*c, "error", err)...)
		if !aboutRequest(err) || parent {
			p.postpone(plan.Changes[i+1:], err)
			return
		}
	}
}
