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
// repeats it.
//
// The pieces follow the API. A request is decoded into a struct of its own and
// its constraints are checked as AWS's generated validation checks them. The
// operation then finds the scalable target by its identity within the caller's
// account and Region, decides, and changes the state. Nothing happens in the
// background: what depends on time compares a moment with Options.Now when
// asked.
//
// Alarms and resources belong to other services of the local cloud and are
// reached through the interfaces [Alarms] and [Resources].
//
// A Service has no lock. Its owner calls it, and everything it is connected to,
// under one lock. What Handle returns shares nothing with the state that is
// changed later, so it may be encoded outside of that lock.
package appautoscaling

import (
	"context"
	"time"

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
	// Resources are what scalable targets scale; nil means that none is
	// local, so no capacity is known.
	Resources Resources
	// Behaviour chooses among what AWS does not document.
	Behaviour Behaviour
}

// Service answers the requests of Application Auto Scaling.
type Service struct {
	now       func() time.Time
	alarms    Alarms
	resources Resources
	behaviour Behaviour
	regions   map[place]*region
}

// New returns a service without scalable targets.
func New(o Options) *Service {
	s := &Service{
		now:       o.Now,
		alarms:    o.Alarms,
		resources: o.Resources,
		behaviour: o.Behaviour.withDefaults(),
		regions:   map[place]*region{},
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
		return nil, wire.UnknownOperation("Application Auto Scaling", r.Operation)
	}
	return op(s, r)
}

// operations are those of the API, without the reading of scaling activities
// and forecasts: nothing is scaled here.
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
	"ListTagsForResource":      op((*Service).listTagsForResource),
	"TagResource":              op((*Service).tagResource),
	"UntagResource":            op((*Service).untagResource),
}

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
