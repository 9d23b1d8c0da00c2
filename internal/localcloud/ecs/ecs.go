// Package ecs is the local cloud's Amazon ECS: clusters and services, as far as
// Application Auto Scaling and the people who try it need them (AWS API version
// 2014-11-13). No container runs. A service is a number of tasks that follows
// what is desired of it after Options.Delay, and the load that it is offered.
//
// A service takes any task definition by its name, also one that is not
// registered; a revision that is not given is the latest that is, or the first.
// Only services of the strategy REPLICA exist, because others cannot be
// scaled.
//
// The load of a service ([Service.SetLoad]) becomes the metrics CPUUtilization and
// MemoryUtilization: a task is busy by the part that its requests are of
// Options.TaskRate, and at 100 percent with more; its memory fills with that, from
// 30 percent to 90. The metrics are averages over the tasks and the minute, and
// over 20 seconds for alarms of high resolution; a service without running tasks
// has none (Amazon ECS Developer Guide: service utilization). There are no load
// balancers, but those that policies of the service name count its requests.
//
// The texts of errors are those that the real service was seen to answer,
// except where they speak of the local cloud.
//
// A Service has no lock. Its owner calls it, and everything it is connected to,
// under one lock. What Handle returns shares nothing with the state that is
// changed later.
package ecs

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Target is the prefix of the X-Amz-Target header of the service's requests.
const Target = "AmazonEC2ContainerServiceV20141113"

// API is how the service's answers are written.
var API = wire.API{Message: "message"}

// DefaultTaskRate is how many requests a minute keep a task wholly busy.
const DefaultTaskRate = 600

// Options connects a Service to the rest of the local cloud.
type Options struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Delay is how long a task takes to run, or to stop, after it was asked for.
	Delay time.Duration
	// TaskRate is how many requests a minute keep a task wholly busy; 0 means
	// DefaultTaskRate.
	TaskRate float64
	// Labels lists the load balancers and target groups by which requests come to
	// a service, as resource labels of Application Auto Scaling; nil means none.
	Labels func(sc wire.Scope, resourceID string) []string
	// Record takes the metrics; nil means that nobody does.
	Record func(wire.Scope, cloudwatch.Observation)
}

// Service answers the requests of Amazon ECS.
type Service struct {
	now      func() time.Time
	delay    time.Duration
	taskRate float64
	record   func(wire.Scope, cloudwatch.Observation)
	labels   func(wire.Scope, string) []string
	regions  map[place]*region
	minute   time.Time // the next full minute; zero before the first service
}

// New returns a service without clusters.
func New(o Options) *Service {
	s := &Service{
		now: o.Now, delay: o.Delay, taskRate: cmp.Or(o.TaskRate, DefaultTaskRate), record: o.Record, labels: o.Labels,
		regions: map[place]*region{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.labels == nil {
		s.labels = func(wire.Scope, string) []string { return nil }
	}
	if s.record == nil {
		s.record = func(wire.Scope, cloudwatch.Observation) {}
	}
	return s
}

// Handle answers one request.
func (s *Service) Handle(_ context.Context, r *wire.Request) (any, error) {
	op, ok := operations[r.Operation]
	if !ok {
		return nil, wire.UnknownOperation("Amazon ECS", r.Operation, operations)
	}
	return op(s, r)
}

var operations = map[string]operation{
	"CreateCluster":    op((*Service).createCluster),
	"DescribeClusters": op((*Service).describeClusters),
	"ListClusters":     op((*Service).listClusters),
	"UpdateCluster":    op((*Service).updateCluster),
	"DeleteCluster":    op((*Service).deleteCluster),

	"PutClusterCapacityProviders": op((*Service).putClusterCapacityProviders),

	"RegisterTaskDefinition":   op((*Service).registerTaskDefinition),
	"DescribeTaskDefinition":   op((*Service).describeTaskDefinition),
	"DeregisterTaskDefinition": op((*Service).deregisterTaskDefinition),

	"CreateService":    op((*Service).createService),
	"DescribeServices": op((*Service).describeServices),
	"UpdateService":    op((*Service).updateService),
	"DeleteService":    op((*Service).deleteService),
	"ListServices":     op((*Service).listServices),

	"ListTagsForResource": op((*Service).listTags),
	"TagResource":         op((*Service).tagResource),
	"UntagResource":       op((*Service).untagResource),
}

// Operations lists the names of the operations.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

type operation func(*Service, *wire.Request) (any, error)

// op makes an operation of a method.
func op[In any](do func(*Service, wire.Scope, In) (any, error)) operation {
	return func(s *Service, r *wire.Request) (any, error) {
		var in In
		if err := r.Decode(&in); err != nil {
			return nil, err
		}
		return do(s, r.Scope, in)
	}
}

// The errors of the API (AWS API: CreateService, DescribeServices and others).

func clusterNotFound() error {
	return &wire.Error{Code: "ClusterNotFoundException", Message: "Cluster not found."}
}

func serviceNotFound() error {
	return &wire.Error{Code: "ServiceNotFoundException", Message: "Service not found."}
}

func serviceNotActive() error {
	return &wire.Error{Code: "ServiceNotActiveException", Message: "Service was not ACTIVE."}
}

func invalidParameter(text string) error {
	return &wire.Error{Code: "InvalidParameterException", Message: text}
}
