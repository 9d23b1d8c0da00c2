// Package appautoscaling is the local cloud's Application Auto Scaling: the
// control plane of scalable targets, scaling policies, scheduled actions and
// tags (AWS API version 2016-02-06).
//
// It is evidence about AWS, not a convenience for any client. What AWS
// documents is done as documented; what was seen of the real service (texts of
// errors, names of alarms, the pair of ARN formats) is done as seen; and what
// is neither documented nor seen is one named field of [Behaviour], so that a
// client can be tested against each of the possibilities. The facts about
// namespaces, dimensions and metrics come from the catalog; every decision and
// every text is this package's own, so that it checks a client rather than
// repeats it. What a target does over time, once it is configured, is decided by
// package engine, one engine for each target.
//
// The pieces follow the API. A request is decoded into a struct of its own and
// its constraints are checked as AWS's generated validation checks them. The
// operation then finds the scalable target by its identity within the caller's
// account and Region, decides, changes the state, and tells the engine of the
// target. What happens by itself happens when the owner calls [Service.Happen],
// which [Service.Next] says when to do.
//
// Alarms and resources belong to other services of the local cloud and are
// reached through the interfaces [Alarms] and [Resources]. CloudWatch evaluates
// the alarms, hands what they say to [Invoked.Tell], and then lets the policies
// decide on it, all together, by [Service.Decide].
//
// A Service has no lock. Its owner calls it, and everything it is connected to,
// under one lock. What Handle returns shares nothing with the state that is
// changed later, so it may be encoded outside of that lock.
package appautoscaling

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Target is the prefix of the X-Amz-Target header of the service's requests.
const Target = "AnyScaleFrontendService"

// API is how the service's answers are written: its error shapes, unlike most
// of AWS's, have a Message with a capital letter.
var API = wire.API{Message: "Message"}

// Options connects a Service to the rest of the local cloud.
type Options struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Alarms keeps the CloudWatch alarms; nil means that nobody does, and
	// policies have the names of alarms that do not exist.
	Alarms Alarms
	// Resources are what scalable targets scale; nil means that none is local,
	// and that what stands in for them has a capacity at once.
	Resources Resources
	// Metrics are what predictive scaling learns from; nil means that there are
	// none.
	Metrics Metrics
	// NewID makes the IDs in ARNs, names and activities; nil means random ones.
	NewID func() uuid.UUID
	// Engine is how targets scale where AWS does not document it; nil means
	// engine.DefaultBehaviour.
	Engine *engine.Behaviour
	// Behaviour chooses among what else AWS does not document.
	Behaviour Behaviour
}

// Service answers the requests of Application Auto Scaling.
type Service struct {
	now       func() time.Time
	alarms    Alarms
	resources Resources
	metrics   Metrics
	newID     func() uuid.UUID
	engine    engine.Behaviour
	behaviour Behaviour
	regions   map[place]*region
	latest    struct { // what was last looked up in regions
		place  place
		region *region
	}
	queue queue
	told  []*target // those whose policies were told something, until they decide
}

// New returns a service without scalable targets.
func New(o Options) *Service {
	s := &Service{
		now:       o.Now,
		alarms:    o.Alarms,
		resources: o.Resources,
		metrics:   o.Metrics,
		newID:     o.NewID,
		engine:    engine.DefaultBehaviour(),
		behaviour: o.Behaviour.withDefaults(),
		regions:   map[place]*region{},
	}
	if o.Engine != nil {
		s.engine = *o.Engine
	}
	if s.newID == nil {
		s.newID = uuid.New
	}
	if s.metrics == nil {
		s.metrics = noMetrics{}
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.alarms == nil {
		s.alarms = noAlarms{}
	}
	if s.resources == nil {
		s.resources = noResources{}
	}
	return s
}

// Handle answers one request.
func (s *Service) Handle(_ context.Context, r *wire.Request) (any, error) {
	op, ok := operations[r.Operation]
	if !ok {
		return nil, wire.UnknownOperation("Application Auto Scaling", r.Operation, operations)
	}
	return op(s, r)
}

// operations are those of the API.
var operations = map[string]operation{
	"RegisterScalableTarget":   op((*Service).registerScalableTarget),
	"DeregisterScalableTarget": op((*Service).deregisterScalableTarget),
	"DescribeScalableTargets":  op((*Service).describeScalableTargets),
	"PutScalingPolicy":         op((*Service).putScalingPolicy),
	"DescribeScalingPolicies":  op((*Service).describeScalingPolicies),
	"DeleteScalingPolicy":      op((*Service).deleteScalingPolicy),
	"PutScheduledAction":       op((*Service).putScheduledAction),
	"DescribeScheduledActions": op((*Service).describeScheduledActions),
	"DeleteScheduledAction":    op((*Service).deleteScheduledAction),

	"DescribeScalingActivities":    op((*Service).describeScalingActivities),
	"GetPredictiveScalingForecast": op((*Service).getPredictiveScalingForecast),

	"ListTagsForResource": op((*Service).listTagsForResource),
	"TagResource":         op((*Service).tagResource),
	"UntagResource":       op((*Service).untagResource),
}

// Operations lists the names of the operations.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

type operation func(*Service, *wire.Request) (any, error)

// input is a request structure that knows the constraints of the API's model.
type input interface {
	check(c *wire.Constraints)
}

// op makes an operation of a method: it decodes the input and checks its
// constraints, after which required members are present.
func op[In input](do func(*Service, wire.Scope, In) (any, error)) operation {
	return func(s *Service, r *wire.Request) (any, error) {
		var in In
		if err := r.Decode(&in); err != nil {
			return nil, err
		}
		var c wire.Constraints
		in.check(&c)
		if err := c.Err(); err != nil {
			return nil, err
		}
		return do(s, r.Scope, in)
	}
}
