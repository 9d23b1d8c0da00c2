package dynamodb_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/dynamodb"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

func TestScaling(t *testing.T) {
	register := func(l *lab, id string, dimension aastypes.ScalableDimension, minimum int32) error {
		_, err := l.scaler.RegisterScalableTarget(t.Context(), &aas.RegisterScalableTargetInput{
			ServiceNamespace: "dynamodb", ResourceId: &id, ScalableDimension: dimension, MinCapacity: &minimum, MaxCapacity: aws.Int32(100),
		})
		return err
	}
	l := newLab(t, appautoscaling.Behaviour{RequireResource: true})
	l.host(orders())
	if err := register(l, "table/orders", "dynamodb:table:WriteCapacityUnits", 50); err != nil {
		t.Fatal(err)
	}
	l.is("bounds are enforced by UpdateTable", "UPDATING 10/5 ACTIVE 20/6")
	if err := register(l, "table/orders/index/by-customer", "dynamodb:index:ReadCapacityUnits", 40); err != nil {
		t.Fatal(err)
	}
	l.cloud.Advance(time.Minute)
	l.is("but not while the table is updating", "ACTIVE 10/50 ACTIVE 20/6")
	if err := register(l, "table/orders/index/by-customer", "dynamodb:index:ReadCapacityUnits", 40); err != nil {
		t.Fatal(err)
	}
	l.cloud.Advance(time.Minute)
	l.is("an index is scaled by itself", "ACTIVE 10/50 ACTIVE 40/6")
	refused(t, register(l, "table/carts", "dynamodb:table:ReadCapacityUnits", 1), "ValidationException", "DynamoDB table doesn't exist: table/carts")
	refused(t, register(l, "table/orders/index/by-date", "dynamodb:index:ReadCapacityUnits", 1), "ValidationException",
		"DynamoDB index doesn't exist: table/orders/index/by-date")
	if err := register(newLab(t, appautoscaling.Behaviour{}), "table/carts", "dynamodb:table:ReadCapacityUnits", 1); err != nil {
		t.Errorf("by default a table need not be in the local cloud: %v", err)
	}
}

func TestMetrics(t *testing.T) {
	now := birth
	var put []string
	s := dynamodb.New(dynamodb.Options{
		Now: func() time.Time { return now },
		Record: func(_ wire.Scope, o cloudwatch.Observation) {
			if o.Sample.Count > 0 { // as CloudWatch takes it
				put = append(put, fmt.Sprintf("%s %s%v %v %s", o.At.Format("15:04"), o.Metric.MetricName, o.Metric.Dimensions, o.Sample.Sum, o.Unit))
			}
		},
	})
	scope := wire.Scope{Account: account, Region: region}
	if _, ok := s.Next(); ok {
		t.Error("nothing happens without a table")
	}
	const input = `{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
		"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2},"GlobalSecondaryIndexes":[{"IndexName":"xyz","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
		"Projection":{},"ProvisionedThroughput":{"ReadCapacityUnits":3,"WriteCapacityUnits":4}}]}`
	if _, err := s.Handle(t.Context(), wire.NewRequest(scope, "CreateTable", json.RawMessage(input))); err != nil {
		t.Fatal(err)
	}
	for _, load := range []struct {
		id, dimension string
		rate          float64
		known         bool
	}{
		{"table/abc", "dynamodb:table:ReadCapacityUnits", 100, true},
		{"table/abc/index/xyz", "dynamodb:index:WriteCapacityUnits", 30, true},
		{"table/abd", "dynamodb:table:ReadCapacityUnits", 1, false},
	} {
		if err := s.SetLoad(scope, load.id, load.dimension, load.rate); (err == nil) != load.known {
			t.Errorf("%s: %v", load.id, err)
		}
	}
	now = birth.Add(time.Minute)
	if at, ok := s.Next(); !ok || !at.Equal(now) {
		t.Errorf("metrics are put at full minutes: %s", at)
	}
	s.Happen()
	const table, index = "[{TableName abc}] ", "[{TableName abc} {GlobalSecondaryIndexName xyz}] "
	want := []string{
		"10:00 ProvisionedReadCapacityUnits" + table + "1 Count",
		"10:00 ConsumedReadCapacityUnits" + table + "60 Count",
		"10:00 ReadThrottleEvents" + table + "40 Count",
		"10:00 ProvisionedWriteCapacityUnits" + table + "2 Count",
		"10:00 ProvisionedReadCapacityUnits" + index + "3 Count",
		"10:00 ProvisionedWriteCapacityUnits" + index + "4 Count",
		"10:00 ConsumedWriteCapacityUnits" + index + "30 Count",
	}
	if d := cmp.Diff(want, put); d != "" {
		t.Errorf("what is provisioned is consumed, the rest throttled; no requests, no metric (-want +got):\n%s", d)
	}
}

// FuzzHandle sends one body to every operation. Whatever it is, the answer is
// an AWS error or can be encoded.
func FuzzHandle(f *testing.F) {
	const setup = `{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],` +
		`"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}`
	for _, seed := range []string{
		setup, `{}`, `null`, `[]`, `{"TableName":1}`, `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST"}`,
		`{"TableName":"abc","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"xyz","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}}]}`,
		`{"TableName":"arn:aws:dynamodb:r:1:table/abc","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":1}}`,
		`{"ExclusiveStartTableName":"aaa","Limit":1,"TableName":"xyz","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],` +
			`"GlobalSecondaryIndexes":[{"IndexName":"xyz","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{}}]}`,
	} {
		f.Add([]byte(seed))
	}
	scope := wire.Scope{Account: account, Region: region}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return // refused before the service sees it
		}
		now := birth
		s := dynamodb.New(dynamodb.Options{Now: func() time.Time { return now }})
		if _, err := s.Handle(t.Context(), wire.NewRequest(scope, "CreateTable", json.RawMessage(setup))); err != nil {
			t.Fatal(err)
		}
		for _, operation := range []string{"CreateTable", "DescribeTable", "UpdateTable", "ListTables", "DeleteTable", "DescribeTable", "Unknown"} {
			out, err := s.Handle(t.Context(), wire.NewRequest(scope, operation, json.RawMessage(body)))
			var known *wire.Error
			if err != nil && !errors.As(err, &known) {
				t.Errorf("%s: %v is no AWS error", operation, err)
			}
			if _, err := json.Marshal(out); err != nil {
				t.Errorf("%s: %v", operation, err)
			}
		}
		now = now.Add(3 * time.Minute)
		s.Happen()
	})
}
