// Package dynamodb is the local cloud's Amazon DynamoDB: tables and their global
// secondary indexes, as far as Application Auto Scaling and the people who try
// it need them (AWS API version 2012-08-10). There are no items; a table is its
// provisioned throughput, and the load that it is offered.
//
// A table is being created, updated and deleted for Options.Delay. While it is
// updating it has the throughput that it had before, and refuses to be updated.
// Indexes are created with their table; to add or remove them later is not
// implemented.
//
// The load ([Service.SetLoad]) is in capacity units a minute, each from a
// request of its own. What the provisioned throughput allows in a minute is
// consumed, and the rest throttled; capacity that was not used is not saved for
// bursts. As at AWS, a minute without requests has no metric of consumption.
//
// The texts of errors are those that the real service was seen to answer,
// except where they speak of the local cloud.
//
// A Service has no lock. Its owner calls it, and everything it is connected to,
// under one lock. What Handle returns shares nothing with the state that is
// changed later.
package dynamodb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Target is the prefix of the X-Amz-Target header of the service's requests.
const Target = "DynamoDB_20120810"

// API is how the service's answers are written.
var API = wire.API{Shapes: "com.amazonaws.dynamodb.v20120810", Message: "message"}

// Options connects a Service to the rest of the local cloud.
type Options struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Delay is how long a table takes to be created, updated or deleted.
	Delay time.Duration
	// Record takes the metrics; nil means that nobody does.
	Record func(wire.Scope, cloudwatch.Observation)
}

// Service answers the requests of Amazon DynamoDB.
type Service struct {
	now     func() time.Time
	delay   time.Duration
	record  func(wire.Scope, cloudwatch.Observation)
	regions map[place]*region
	minute  time.Time // the next full minute; zero before the first table
}

// New returns a service without tables.
func New(o Options) *Service {
	s := &Service{now: o.Now, delay: o.Delay, record: o.Record, regions: map[place]*region{}}
	if s.now == nil {
		s.now = time.Now
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
		return nil, wire.UnknownOperation("Amazon DynamoDB", r.Operation, operations)
	}
	return op(s, r)
}

var operations = map[string]operation{
	"CreateTable":   op((*Service).createTable),
	"DescribeTable": op((*Service).describeTable),
	"UpdateTable":   op((*Service).updateTable),
	"DeleteTable":   op((*Service).deleteTable),
	"ListTables":    op((*Service).listTables),

	"DescribeTimeToLive":          op((*Service).describeTimeToLive),
	"UpdateTimeToLive":            op((*Service).updateTimeToLive),
	"DescribeContinuousBackups":   op((*Service).describeContinuousBackups),
	"UpdateContinuousBackups":     op((*Service).updateContinuousBackups),
	"DescribeContributorInsights": op((*Service).describeContributorInsights),
	"UpdateContributorInsights":   op((*Service).updateContributorInsights),

	"ListTagsOfResource": op((*Service).listTags),
	"TagResource":        op((*Service).tagResource),
	"UntagResource":      op((*Service).untagResource),
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

// The errors of the API.

func tableNotFound(name string) error {
	return &wire.Error{Code: "ResourceNotFoundException", Message: fmt.Sprintf("Requested resource not found: Table: %s not found", name)}
}

func indexNotFound(table, index string) error {
	return &wire.Error{Code: "ResourceNotFoundException", Message: fmt.Sprintf("Requested resource not found: Index: %s of table: %s not found", index, table)}
}

func inUse(format string, args ...any) *wire.Error {
	return &wire.Error{Code: "ResourceInUseException", Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error {
	return wire.Validation("One or more parameter values were invalid: "+format, args...)
}
