package dynamodb_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/dynamodb"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// TestResource scales a table as an engine does.
func TestResource(t *testing.T) {
	const dimension = "dynamodb:table:WriteCapacityUnits"
	now := birth
	s := dynamodb.New(dynamodb.Options{Now: func() time.Time { return now }, Delay: time.Minute})
	scope := wire.Scope{Account: account, Region: region}
	handle := func(operation, input string) {
		t.Helper()
		if _, err := s.Handle(t.Context(), wire.NewRequest(scope, operation, json.RawMessage(input))); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := s.Resource(scope, "table/abc", dimension); err == nil || r != nil {
		t.Errorf("a table has to exist: %v", r)
	}
	handle("CreateTable", `{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
		"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2}}`)
	r, err := s.Resource(scope, "table/abc", dimension)
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if got := r.Status(now); got != (engine.Status{Desired: 2, Running: 2, Settled: true}) {
		t.Errorf("a table has what it was given: %+v", got)
	}
	if err := r.Scale(now, 5); err != nil {
		t.Fatal(err)
	}
	const busy = "Attempt to change a resource which is still in use: Table is being updated: abc"
	if got := r.Status(now); got != (engine.Status{Desired: 5, Running: 2, Unscalable: busy}) {
		t.Errorf("a table that is updating cannot be scaled: %+v", got)
	}
	if err := r.Scale(now, 6); err == nil || err.Error() != busy {
		t.Errorf("nor does it take a capacity: %v", err)
	}
	if at, ok := r.NextChange(now); !ok || !at.Equal(now.Add(time.Minute)) {
		t.Errorf("it changes after the delay: %s", at)
	}
	now = now.Add(time.Minute)
	handle("UpdateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST"}`)
	now = now.Add(time.Minute)
	if got := r.Status(now); got.Unscalable != "The table abc is on demand and has no provisioned throughput." {
		t.Errorf("nor can one that is on demand: %+v", got)
	}
	handle("DeleteTable", `{"TableName":"abc"}`)
	now = now.Add(time.Minute)
	if got := r.Status(now); got.Unscalable != "DynamoDB table doesn't exist: table/abc" {
		t.Errorf("nor one that is gone: %+v", got)
	}
	if _, ok := r.NextChange(now); ok {
		t.Error("which does not change either")
	}
}
