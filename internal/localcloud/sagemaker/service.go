// Package sagemaker is the local cloud's SageMaker: models, endpoint
// configurations and endpoints, as far as Application Auto Scaling and the
// people who try it need them (AWS API version 2017-07-24). Nothing is hosted:
// an endpoint is its variants and their capacity, an inference component its
// copies, and what is invoked ([Runtime]) answers how much it was sent.
//
// A change of an endpoint takes Options.Delay, one of its capacity
// Options.ProvisioningDelay. What was asked for shows at once as desired, what
// runs changes when the time is over. Every call first settles the changes whose
// time has come, and does so as of the moment when they came, so that an answer
// does not depend on who asked when.
//
// A variant in service has traffic: requests that arrive steadily, which
// [Service.SetLoad] says, and requests that arrive by themselves, which
// [Service.Offer] counts. At the end of every minute the metrics of the variant
// follow from them; who generates traffic has its turn right after that, at
// which it says what arrives in the next minute.
//
// The texts of errors are those that the real service was seen to answer.
// SageMaker declares hardly any errors: a name that does not exist, or does
// already, is a ValidationException. What AWS does not document is a field of
// [Behaviour].
//
// The service knows Application Auto Scaling from both sides: it asks whether a
// variant is a scalable target before it changes or deletes it, and it is
// itself the resource that is scaled ([Service.Resource]).
//
// A Service has no lock. Its owner calls it, and everything it is connected to,
// under one lock. What Handle returns shares nothing with the state that is
// changed later.
package sagemaker

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Target is the prefix of the X-Amz-Target header of the service's requests.
const Target = "SageMaker"

// API is how the service's answers are written.
var API = wire.API{Message: "Message"}

// Options connects a Service to the rest of the local cloud.
type Options struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Delay is how long an endpoint takes to be created, updated or deleted.
	// A real one takes minutes. Zero is at once: the next call sees the end.
	Delay time.Duration
	// ProvisioningDelay is how long a change of weights or of a capacity takes.
	ProvisioningDelay time.Duration
	// Metrics keeps the metrics of the variants; nil: nobody does.
	Metrics Metrics
	// Workload is what requests cost.
	Workload Workload
	// Registered reports whether a variant, named by its Application Auto
	// Scaling resource ID ("endpoint/<name>/variant/<name>"), is a scalable
	// target; nil means that none is.
	Registered func(s wire.Scope, resourceID string) bool
	// Deregister deregisters the scalable targets whose resource ID begins
	// with the prefix; nil does nothing.
	Deregister func(s wire.Scope, resourceIDPrefix string)
	// Invoked is told of every request to a variant or an inference component, which
	// is named as Application Auto Scaling does; nil: nobody wants to know.
	Invoked func(s wire.Scope, resourceID string)
	// NewID makes the IDs of requests that the service is asked by another; nil
	// means random ones.
	NewID func() uuid.UUID
	// Behaviour chooses among what AWS does not document.
	Behaviour Behaviour
}

// Service answers the requests of SageMaker.
type Service struct {
	now          func() time.Time
	delay        time.Duration
	provisioning time.Duration
	metrics      Metrics
	workload     Workload
	registered   func(wire.Scope, string) bool
	deregister   func(wire.Scope, string)
	invoked      func(wire.Scope, string)
	newID        func() uuid.UUID
	behaviour    Behaviour
	regions      map[place]*region

	queue     queue      // the changes of endpoints that are under way
	sequence  int        // how many there were, which orders those of the same time
	changing  []changing // components
	flows     []*flow
	published time.Time // the end of the last minute of which there are metrics
}

// New returns a service without endpoints.
func New(o Options) *Service {
	s := &Service{
		now:          o.Now,
		delay:        o.Delay,
		provisioning: o.ProvisioningDelay,
		metrics:      o.Metrics,
		workload:     o.Workload.withDefaults(),
		registered:   o.Registered,
		deregister:   o.Deregister,
		invoked:      o.Invoked,
		newID:        o.NewID,
		behaviour:    o.Behaviour,
		regions:      map[place]*region{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.newID == nil {
		s.newID = uuid.New
	}
	if s.metrics == nil {
		s.metrics = noMetrics{}
	}
	if s.registered == nil {
		s.registered = func(wire.Scope, string) bool { return false }
	}
	if s.deregister == nil {
		s.deregister = func(wire.Scope, string) {}
	}
	return s
}

// Handle answers one request.
func (s *Service) Handle(_ context.Context, r *wire.Request) (any, error) {
	op, ok := operations[r.Operation]
	if !ok {
		return nil, wire.UnknownOperation("SageMaker", r.Operation, operations)
	}
	return op(s, r)
}

var operations = map[string]operation{
	"CreateModel":   op((*Service).createModel),
	"DescribeModel": op((*Service).describeModel),
	"ListModels":    op((*Service).listModels),
	"DeleteModel":   op((*Service).deleteModel),

	"CreateEndpointConfig":   op((*Service).createEndpointConfig),
	"DescribeEndpointConfig": op((*Service).describeEndpointConfig),
	"ListEndpointConfigs":    op((*Service).listEndpointConfigs),
	"DeleteEndpointConfig":   op((*Service).deleteEndpointConfig),

	"CreateEndpoint":                     op((*Service).createEndpoint),
	"DescribeEndpoint":                   op((*Service).describeEndpoint),
	"ListEndpoints":                      op((*Service).listEndpoints),
	"UpdateEndpoint":                     op((*Service).updateEndpoint),
	"UpdateEndpointWeightsAndCapacities": op((*Service).updateWeightsAndCapacities),
	"DeleteEndpoint":                     op((*Service).deleteEndpoint),

	"CreateInferenceComponent":              op((*Service).createInferenceComponent),
	"DescribeInferenceComponent":            op((*Service).describeInferenceComponent),
	"ListInferenceComponents":               op((*Service).listInferenceComponents),
	"UpdateInferenceComponent":              op((*Service).updateInferenceComponent),
	"UpdateInferenceComponentRuntimeConfig": op((*Service).updateInferenceComponentRuntimeConfig),
	"DeleteInferenceComponent":              op((*Service).deleteInferenceComponent),

	"AddTags":    op((*Service).addTags),
	"ListTags":   op((*Service).listTags),
	"DeleteTags": op((*Service).deleteTags),
}

// Operations lists the names of the operations.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

type operation func(*Service, *wire.Request) (any, error)

// input is a request structure that knows the constraints of the API's model.
type input interface {
	check(c *wire.Constraints)
}

// op makes an operation of a method: it decodes the input, checks its
// constraints, after which required members are present, and settles what has
// come to its end.
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
		s.settle(s.now())
		return do(s, r.Scope, in)
	}
}
