package dynamodb_test

import (
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
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
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
	cloud  *localcloud.Cloud
	url    string
	scaler *aas.Client
}

func newLab(t *testing.T, b appautoscaling.Behaviour) *lab {
	t.Helper()
	l := &lab{t: t}
	l.cloud = localcloud.New(localcloud.Options{Now: func() time.Time { return birth }, EndpointDelay: time.Minute, AppAutoScaling: b})
	server := httptest.NewServer(l.cloud)
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
	l.cloud.Advance(time.Minute)
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
	l.cloud.Advance(time.Minute)
	l.is("and active after the delay", "ACTIVE 10/5 ACTIVE 20/6")

	if err := l.update(func(in *sdk.UpdateTableInput) {
		in.ProvisionedThroughput, in.GlobalSecondaryIndexUpdates = units(100, 5), indexUpdate("by-customer", units(7, 6))
	}); err != nil {
		t.Fatal(err)
	}
	l.is("a table that is updating has what it had", "UPDATING 10/5 UPDATING 20/6")
	_, err := l.DeleteTable(t.Context(), &sdk.DeleteTableInput{TableName: aws.String("orders")})
	refused(t, err, "ResourceInUseException", "Attempt to change a resource which is still in use: Table is being updated: orders")
	l.cloud.Advance(time.Minute)
	l.is("and then what was asked for", "ACTIVE 100/5 ACTIVE 7/6")
	d := l.describe()
	if p := d.ProvisionedThroughput; !p.LastIncreaseDateTime.Equal(l.cloud.Clock().Now()) || p.LastDecreaseDateTime != nil || *p.NumberOfDecreasesToday != 0 {
		t.Errorf("an increase is dated: %+v", p)
	}
	if p := d.GlobalSecondaryIndexes[0].ProvisionedThroughput; !p.LastDecreaseDateTime.Equal(l.cloud.Clock().Now()) || *p.NumberOfDecreasesToday != 1 {
		t.Errorf("decreases are counted: %+v", p)
	}

	if err := l.update(func(in *sdk.UpdateTableInput) { in.BillingMode = "PAY_PER_REQUEST" }); err != nil {
		t.Fatal(err)
	}
	l.cloud.Advance(time.Minute)
	l.is("on demand nothing is provisioned", "ACTIVE 0/0 ACTIVE 0/0")
	if b := l.describe().BillingModeSummary; b == nil || b.BillingMode != "PAY_PER_REQUEST" || !b.LastUpdateToPayPerRequestDateTime.Equal(l.cloud.Clock().Now()) {
		t.Errorf("the mode shows: %+v", b)
	}
	refused(t, l.update(func(in *sdk.UpdateTableInput) { in.BillingMode, in.ProvisionedThroughput = "PROVISIONED", units(1, 1) }), "ValidationException",
		"One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED for index: by-customer")
	if err := l.update(func(in *sdk.UpdateTableInput) {
		in.BillingMode, in.ProvisionedThroughput, in.GlobalSecondaryIndexUpdates = "PROVISIONED", units(1, 2), indexUpdate("by-customer", units(3, 4))
	}); err != nil {
		t.Fatal(err)
	}
	l.cloud.Advance(time.Minute)
	l.is("and the way back needs all throughputs", "ACTIVE 1/2 ACTIVE 3/4")

	if out, err := l.DeleteTable(t.Context(), &sdk.DeleteTableInput{TableName: aws.String(prefix + "orders")}); err != nil || out.TableDescription.TableStatus != "DELETING" {
		t.Errorf("a table can be named by ARN, and is being deleted: %+v, %v", out, err)
	}
	l.cloud.Advance(time.Minute)
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
