package dynamodb_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/dynamodb"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

const (
	account = "123456789012"
	region  = "eu-west-1"
	prefix  = "arn:aws:dynamodb:eu-west-1:123456789012:table/"
)

// birth is when every cloud of a test begins.
var birth = time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)

// lab is a local cloud behind HTTP, with a clock that its test moves.
type lab struct {
	*sdk.Client
	t      *testing.T
	now    time.Time
	url    string
	scaler *aas.Client
}

func newLab(t *testing.T, b appautoscaling.Behaviour) *lab {
	l := &lab{t: t, now: birth}
	cloud := localcloud.New(localcloud.Options{Now: func() time.Time { return l.now }, EndpointDelay: time.Minute, AppAutoScaling: b})
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	l.url = server.URL
	c := credentials.NewStaticCredentialsProvider(account, "secret", "")
	l.Client = sdk.New(sdk.Options{BaseEndpoint: &l.url, Region: region, Retryer: aws.NopRetryer{}, Credentials: c})
	l.scaler = aas.New(aas.Options{BaseEndpoint: &l.url, Region: region, Retryer: aws.NopRetryer{}, Credentials: c})
	return l
}

func units(read, write int64) *types.ProvisionedThroughput {
	return &types.ProvisionedThroughput{ReadCapacityUnits: &read, WriteCapacityUnits: &write}
}

// orders is the table "orders" with the index "by-customer".
func orders() *sdk.CreateTableInput {
	return &sdk.CreateTableInput{
		TableName: aws.String("orders"),
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("id"), AttributeType: "S"}, {AttributeName: aws.String("customer"), AttributeType: "N"},
		},
		KeySchema:             []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}},
		ProvisionedThroughput: units(10, 5),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("by-customer"), KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("customer"), KeyType: "HASH"}},
			Projection: &types.Projection{ProjectionType: "ALL"}, ProvisionedThroughput: units(20, 6),
		}},
	}
}

// host creates a table and waits for it.
func (l *lab) host(in *sdk.CreateTableInput) {
	l.t.Helper()
	if _, err := l.CreateTable(l.t.Context(), in); err != nil {
		l.t.Fatal(err)
	}
	l.now = l.now.Add(time.Minute)
}

func (l *lab) describe() *types.TableDescription {
	l.t.Helper()
	out, err := l.DescribeTable(l.t.Context(), &sdk.DescribeTableInput{TableName: aws.String("orders")})
	if err != nil {
		l.t.Fatal(err)
	}
	return out.Table
}

// is compares what the table and its index have.
func (l *lab) is(reason, want string) {
	l.t.Helper()
	d := l.describe()
	got := fmt.Sprintf("%s %d/%d", d.TableStatus, *d.ProvisionedThroughput.ReadCapacityUnits, *d.ProvisionedThroughput.WriteCapacityUnits)
	for _, i := range d.GlobalSecondaryIndexes {
		got += fmt.Sprintf(" %s %d/%d", i.IndexStatus, *i.ProvisionedThroughput.ReadCapacityUnits, *i.ProvisionedThroughput.WriteCapacityUnits)
	}
	if got != want {
		l.t.Errorf("%s: got %s, want %s", reason, got, want)
	}
}

func (l *lab) update(change func(*sdk.UpdateTableInput)) error {
	in := &sdk.UpdateTableInput{TableName: aws.String("orders")}
	change(in)
	_, err := l.UpdateTable(l.t.Context(), in)
	return err
}

// refused checks the error of a call.
func refused(t *testing.T, err error, code, message string) {
	t.Helper()
	var got smithy.APIError
	if !errors.As(err, &got) || got.ErrorCode() != code || got.ErrorMessage() != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	}
}

func indexUpdate(index string, p *types.ProvisionedThroughput) []types.GlobalSecondaryIndexUpdate {
	return []types.GlobalSecondaryIndexUpdate{{Update: &types.UpdateGlobalSecondaryIndexAction{IndexName: &index, ProvisionedThroughput: p}}}
}

func TestTable(t *testing.T) {
	l := newLab(t, appautoscaling.Behaviour{})
	if out, err := l.CreateTable(t.Context(), orders()); err != nil || out.TableDescription.TableStatus != "CREATING" {
		t.Fatalf("a table is being created: %+v, %v", out, err)
	}
	refused(t, l.update(func(in *sdk.UpdateTableInput) { in.ProvisionedThroughput = units(1, 1) }), "ResourceInUseException",
		"Attempt to change a resource which is still in use: Table is being created: orders")
	l.now = l.now.Add(time.Minute)
	l.is("and active after the delay", "ACTIVE 10/5 ACTIVE 20/6")

	if err := l.update(func(in *sdk.UpdateTableInput) {
		in.ProvisionedThroughput, in.GlobalSecondaryIndexUpdates = units(100, 5), indexUpdate("by-customer", units(7, 6))
	}); err != nil {
		t.Fatal(err)
	}
	l.is("a table that is updating has what it had", "UPDATING 10/5 UPDATING 20/6")
	_, err := l.DeleteTable(t.Context(), &sdk.DeleteTableInput{TableName: aws.String("orders")})
	refused(t, err, "ResourceInUseException", "Attempt to change a resource which is still in use: Table is being updated: orders")
	l.now = l.now.Add(time.Minute)
	l.is("and then what was asked for", "ACTIVE 100/5 ACTIVE 7/6")
	d := l.describe()
	if p := d.ProvisionedThroughput; !p.LastIncreaseDateTime.Equal(l.now) || p.LastDecreaseDateTime != nil || *p.NumberOfDecreasesToday != 0 {
		t.Errorf("an increase is dated: %+v", p)
	}
	if p := d.GlobalSecondaryIndexes[0].ProvisionedThroughput; !p.LastDecreaseDateTime.Equal(l.now) || *p.NumberOfDecreasesToday != 1 {
		t.Errorf("decreases are counted: %+v", p)
	}

	if err := l.update(func(in *sdk.UpdateTableInput) { in.BillingMode = "PAY_PER_REQUEST" }); err != nil {
		t.Fatal(err)
	}
	l.now = l.now.Add(time.Minute)
	l.is("on demand nothing is provisioned", "ACTIVE 0/0 ACTIVE 0/0")
	if b := l.describe().BillingModeSummary; b == nil || b.BillingMode != "PAY_PER_REQUEST" || !b.LastUpdateToPayPerRequestDateTime.Equal(l.now) {
		t.Errorf("the mode shows: %+v", b)
	}
	refused(t, l.update(func(in *sdk.UpdateTableInput) { in.BillingMode, in.ProvisionedThroughput = "PROVISIONED", units(1, 1) }), "ValidationException",
		"One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED for index: by-customer")
	if err := l.update(func(in *sdk.UpdateTableInput) {
		in.BillingMode, in.ProvisionedThroughput, in.GlobalSecondaryIndexUpdates = "PROVISIONED", units(1, 2), indexUpdate("by-customer", units(3, 4))
	}); err != nil {
		t.Fatal(err)
	}
	l.now = l.now.Add(time.Minute)
	l.is("and the way back needs all throughputs", "ACTIVE 1/2 ACTIVE 3/4")

	if out, err := l.DeleteTable(t.Context(), &sdk.DeleteTableInput{TableName: aws.String(prefix + "orders")}); err != nil || out.TableDescription.TableStatus != "DELETING" {
		t.Errorf("a table can be named by ARN, and is being deleted: %+v, %v", out, err)
	}
	l.now = l.now.Add(time.Minute)
	_, err = l.DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: aws.String("orders")})
	refused(t, err, "ResourceNotFoundException", "Requested resource not found: Table: orders not found")
}

func TestShape(t *testing.T) {
	l := newLab(t, appautoscaling.Behaviour{})
	in := orders()
	in.TableClass, in.DeletionProtectionEnabled = "STANDARD_INFREQUENT_ACCESS", aws.Bool(true)
	l.host(in)
	got := l.describe()
	want := &types.TableDescription{
		AttributeDefinitions: in.AttributeDefinitions, KeySchema: in.KeySchema, TableName: in.TableName, TableStatus: "ACTIVE", CreationDateTime: &birth,
		ProvisionedThroughput: &types.ProvisionedThroughputDescription{ReadCapacityUnits: aws.Int64(10), WriteCapacityUnits: aws.Int64(5), NumberOfDecreasesToday: aws.Int64(0)},
		TableSizeBytes:        aws.Int64(0), ItemCount: aws.Int64(0), TableArn: aws.String(prefix + "orders"), TableId: got.TableId,
		TableClassSummary: &types.TableClassSummary{TableClass: "STANDARD_INFREQUENT_ACCESS"}, DeletionProtectionEnabled: aws.Bool(true),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndexDescription{{
			IndexName: aws.String("by-customer"), KeySchema: in.GlobalSecondaryIndexes[0].KeySchema, Projection: &types.Projection{ProjectionType: "ALL"},
			IndexStatus: "ACTIVE", IndexArn: aws.String(prefix + "orders/index/by-customer"), IndexSizeBytes: aws.Int64(0), ItemCount: aws.Int64(0),
			ProvisionedThroughput: &types.ProvisionedThroughputDescription{ReadCapacityUnits: aws.Int64(20), WriteCapacityUnits: aws.Int64(6), NumberOfDecreasesToday: aws.Int64(0)},
		}},
	}
	ignore := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore())
	if d := cmp.Diff(want, got, ignore); d != "" {
		t.Errorf("a table; one that was provisioned from the beginning has no billing summary (-want +got):\n%s", d)
	}
	if id := aws.ToString(got.TableId); len(id) != 36 {
		t.Errorf("a table has an ID: %q", id)
	}
	_, err := l.DeleteTable(t.Context(), &sdk.DeleteTableInput{TableName: aws.String("orders")})
	refused(t, err, "ValidationException", "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	if err := l.update(func(in *sdk.UpdateTableInput) { in.DeletionProtectionEnabled = aws.Bool(false) }); err != nil {
		t.Error(err)
	}
}

func TestListTables(t *testing.T) {
	l := newLab(t, appautoscaling.Behaviour{})
	for _, name := range []string{"orders", "carts", "users"} {
		in := orders()
		in.TableName = &name
		l.host(in)
	}
	var pages [][]string
	for p := sdk.NewListTablesPaginator(l, &sdk.ListTablesInput{Limit: aws.Int32(2)}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, out.TableNames)
	}
	if d := cmp.Diff([][]string{{"carts", "orders"}, {"users"}}, pages); d != "" {
		t.Errorf("pages are in the order of names (-want +got):\n%s", d)
	}
}

func TestRefusals(t *testing.T) {
	l := newLab(t, appautoscaling.Behaviour{})
	l.host(orders())
	create := func(change func(*sdk.CreateTableInput)) error {
		in := orders()
		in.TableName = aws.String("carts")
		change(in)
		_, err := l.CreateTable(t.Context(), in)
		return err
	}
	const invalid, bad = "ValidationException", "One or more parameter values were invalid: "
	for _, c := range []struct {
		reason, code, message string
		err                   error
	}{
		{"a name is taken once", "ResourceInUseException", "Table already exists: orders", create(func(in *sdk.CreateTableInput) { in.TableName = aws.String("orders") })},
		{"a table has a throughput or is on demand", invalid, bad + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
			create(func(in *sdk.CreateTableInput) { in.ProvisionedThroughput = nil })},
		{"but not both", invalid, bad + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
			create(func(in *sdk.CreateTableInput) { in.BillingMode = "PAY_PER_REQUEST" })},
		{"nor does an index", invalid, bad + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST for index: by-customer",
			create(func(in *sdk.CreateTableInput) { in.BillingMode, in.ProvisionedThroughput = "PAY_PER_REQUEST", nil })},
		{"keys are defined", invalid, bad + "Some index key attributes are not defined in AttributeDefinitions. Keys: [id, customer], AttributeDefinitions: [id]",
			create(func(in *sdk.CreateTableInput) { in.AttributeDefinitions = in.AttributeDefinitions[:1] })},
		{"index names are unique", invalid, bad + "Duplicate index name: by-customer",
			create(func(in *sdk.CreateTableInput) {
				in.GlobalSecondaryIndexes = slices.Repeat(in.GlobalSecondaryIndexes, 2)
			})},
		{"constraints are those of the model", invalid, "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
			create(func(in *sdk.CreateTableInput) { in.TableName = aws.String("ab") })},
		{"also those of numbers", invalid, "1 validation error detected: Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1",
			create(func(in *sdk.CreateTableInput) { in.ProvisionedThroughput = units(0, 1) })},
		{"an update changes something", invalid, "The provisioned throughput for the table will not change. The requested value equals the current value. " +
			"Current ReadCapacityUnits provisioned for the table: 10. Requested ReadCapacityUnits: 10. " +
			"Current WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. " +
			"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
			l.update(func(in *sdk.UpdateTableInput) { in.ProvisionedThroughput = units(10, 5) })},
		{"or is none", invalid, "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
			l.update(func(*sdk.UpdateTableInput) {})},
		{"an index has to exist", "ResourceNotFoundException", "Requested resource not found: Index: by-date of table: orders not found",
			l.update(func(in *sdk.UpdateTableInput) { in.GlobalSecondaryIndexUpdates = indexUpdate("by-date", units(1, 1)) })},
		{"what is not implemented is said", invalid, "The local cloud does not add indexes to a table or remove them: create the table with its indexes.",
			l.update(func(in *sdk.UpdateTableInput) {
				in.GlobalSecondaryIndexUpdates = []types.GlobalSecondaryIndexUpdate{{Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: aws.String("by-customer")}}}
			})},
		{"a table has to exist", "ResourceNotFoundException", "Requested resource not found: Table: carts not found",
			l.update(func(in *sdk.UpdateTableInput) {
				in.TableName, in.ProvisionedThroughput = aws.String("carts"), units(1, 1)
			})},
	} {
		t.Run(c.reason, func(t *testing.T) { refused(t, c.err, c.code, c.message) })
	}
}

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
	l.now = l.now.Add(time.Minute)
	l.is("but not while the table is updating", "ACTIVE 10/50 ACTIVE 20/6")
	if err := register(l, "table/orders/index/by-customer", "dynamodb:index:ReadCapacityUnits", 40); err != nil {
		t.Fatal(err)
	}
	l.now = l.now.Add(time.Minute)
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

// TestCommandLine drives the aws command when there is one, and the SDK, which
// speaks the same protocol, when not.
func TestCommandLine(t *testing.T) {
	l := newLab(t, appautoscaling.Behaviour{})
	l.host(orders())
	command, err := exec.LookPath("aws")
	if err != nil {
		l.is("the SDK sees the table", "ACTIVE 10/5 ACTIVE 20/6")
		return
	}
	run := func(arguments ...string) string {
		cmd := exec.CommandContext(t.Context(), command, append(arguments, "--endpoint-url", l.url, "--region", region, "--output", "text")...)
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=s", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v: %v", arguments, err)
		}
		return strings.TrimSpace(string(out))
	}
	if got := run("dynamodb", "update-table", "--table-name", "orders", "--provisioned-throughput", "ReadCapacityUnits=11,WriteCapacityUnits=5", "--query", "TableDescription.TableStatus"); got != "UPDATING" {
		t.Errorf("the command updates a table: %s", got)
	}
	if got := run("dynamodb", "describe-table", "--table-name", "orders", "--query", "Table.[TableName,ItemCount]"); got != "orders\t0" {
		t.Errorf("the command describes it: %s", got)
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
