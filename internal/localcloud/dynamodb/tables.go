package dynamodb

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type createTableInput struct {
	TableName              *string
	AttributeDefinitions   []attribute
	KeySchema              []key
	BillingMode            *string
	ProvisionedThroughput  *throughputInput
	GlobalSecondaryIndexes []indexInput

	LocalSecondaryIndexes     []localIndexInput
	StreamSpecification       wire.Opaque
	TableClass                *string
	DeletionProtectionEnabled *bool
	OnDemandThroughput        wire.Opaque
	Tags                      []tag
}

type attribute struct {
	AttributeName *string
	AttributeType *string
}

type key struct {
	AttributeName *string
	KeyType       *string
}

type throughputInput struct {
	ReadCapacityUnits  *int64
	WriteCapacityUnits *int64
}

// throughput returns what is asked for, nothing when nothing is.
func (in *throughputInput) throughput() throughput {
	if in == nil {
		return throughput{}
	}
	return throughput{*in.ReadCapacityUnits, *in.WriteCapacityUnits}
}

type indexInput struct {
	IndexName             *string
	KeySchema             []key
	Projection            wire.Opaque
	ProvisionedThroughput *throughputInput
	OnDemandThroughput    wire.Opaque
}

// localIndexInput is a local secondary index, which has no throughput of its
// own: it is only kept.
type localIndexInput struct {
	IndexName  *string
	KeySchema  []key
	Projection wire.Opaque
}

// nameModel is that of tables and indexes (AWS API: CreateTable).
const nameModel = `[a-zA-Z0-9_.-]+`

var namePattern = regexp.MustCompile("^" + nameModel + "$")

const (
	minName = 3
	maxName = 255
	maxARN  = 1024
	maxKeys = 8 // of an index with several attributes in each part of its key
)

func checkName(c *wire.Constraints, member string, name *string) {
	c.Require(member, name != nil)
	if name != nil {
		c.Length(member, *name, minName, maxName)
		c.Pattern(member, *name, nameModel, namePattern)
	}
}

func checkEnum(c *wire.Constraints, member string, value *string, set ...string) {
	if value != nil {
		c.Enum(member, *value, set...)
	}
}

func (in *throughputInput) check(c *wire.Constraints, at string) {
	if in == nil {
		return
	}
	for _, m := range []struct {
		name  string
		units *int64
	}{{at + ".readCapacityUnits", in.ReadCapacityUnits}, {at + ".writeCapacityUnits", in.WriteCapacityUnits}} {
		c.Require(m.name, m.units != nil)
		if m.units != nil {
			c.Range(m.name, *m.units, 1, 1<<62)
		}
	}
}

func checkKeys(c *wire.Constraints, at string, keys []key) {
	c.Require(at, keys != nil)
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = value(k.AttributeName)
		element := fmt.Sprintf("%s.%d.member", at, i+1)
		c.Require(element+".attributeName", k.AttributeName != nil)
		c.Require(element+".keyType", k.KeyType != nil)
		checkEnum(c, element+".keyType", k.KeyType, "HASH", "RANGE")
	}
	if keys != nil {
		c.Size(at, names, 1, maxKeys)
	}
}

func (in createTableInput) check(c *wire.Constraints) {
	checkName(c, "tableName", in.TableName)
	checkKeys(c, "keySchema", in.KeySchema)
	checkEnum(c, "billingMode", in.BillingMode, provisioned, onDemand)
	in.ProvisionedThroughput.check(c, "provisionedThroughput")
	for i, a := range in.AttributeDefinitions {
		at := fmt.Sprintf("attributeDefinitions.%d.member", i+1)
		c.Require(at+".attributeName", a.AttributeName != nil)
		c.Require(at+".attributeType", a.AttributeType != nil)
		checkEnum(c, at+".attributeType", a.AttributeType, "B", "N", "S")
	}
	for i, x := range in.GlobalSecondaryIndexes {
		at := fmt.Sprintf("globalSecondaryIndexes.%d.member", i+1)
		checkName(c, at+".indexName", x.IndexName)
		checkKeys(c, at+".keySchema", x.KeySchema)
		c.Require(at+".projection", x.Projection != nil)
		x.ProvisionedThroughput.check(c, at+".provisionedThroughput")
	}
	for i, x := range in.LocalSecondaryIndexes {
		at := fmt.Sprintf("localSecondaryIndexes.%d.member", i+1)
		checkName(c, at+".indexName", x.IndexName)
		checkKeys(c, at+".keySchema", x.KeySchema)
		c.Require(at+".projection", x.Projection != nil)
	}
	checkTags(c, in.Tags)
}

type tableOutput struct{ TableDescription tableShape }

func (s *Service) createTable(sc wire.Scope, in createTableInput) (any, error) {
	r, name := s.region(sc), *in.TableName
	if err := in.checkKeys(); err != nil {
		return nil, err
	}
	billing := cmp.Or(value(in.BillingMode), provisioned)
	if err := checkBilling(billing, in.ProvisionedThroughput, ""); err != nil {
		return nil, err
	}
	if r.tables[name] != nil {
		return nil, inUse("Table already exists: %s", name)
	}
	t := &table{
		input: in, created: s.now(), billing: billing, billed: billing,
		id:       uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s %d", arn(sc, name), s.now().UnixNano())).String(),
		capacity: newCapacity(in.ProvisionedThroughput),
	}
	if billing == onDemand {
		t.onDemand = t.created
	}
	for _, x := range in.GlobalSecondaryIndexes {
		if t.index(*x.IndexName) != nil {
			return nil, invalid("Duplicate index name: %s", *x.IndexName)
		}
		if err := checkBilling(billing, x.ProvisionedThroughput, *x.IndexName); err != nil {
			return nil, err
		}
		t.indexes = append(t.indexes, &index{input: x, capacity: newCapacity(x.ProvisionedThroughput)})
	}
	if err := t.tag(in.Tags); err != nil {
		return nil, err
	}
	r.tables[name] = t
	s.begin(sc, t, creating)
	s.awake()
	return &tableOutput{t.shape(sc)}, nil
}

func newCapacity(in *throughputInput) capacity {
	asked := in.throughput()
	return capacity{current: asked, desired: asked}
}

// checkKeys checks that the attributes of keys are defined, and no others.
func (in createTableInput) checkKeys() error {
	var keys, defined []string
	for _, a := range in.AttributeDefinitions {
		defined = append(defined, *a.AttributeName)
	}
	for _, schema := range append([]indexInput{{KeySchema: in.KeySchema}}, in.GlobalSecondaryIndexes...) {
		for _, k := range schema.KeySchema {
			keys = append(keys, *k.AttributeName)
		}
	}
	for _, k := range keys {
		if !slices.Contains(defined, k) {
			return invalid("Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]",
				strings.Join(keys, ", "), strings.Join(defined, ", "))
		}
	}
	return nil
}

// checkBilling checks that a table or an index has a throughput exactly when it
// needs one.
func checkBilling(billing string, given *throughputInput, index string) error {
	of := ""
	if index != "" {
		of = " for index: " + index
	}
	switch {
	case billing == onDemand && given != nil:
		return invalid("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST%s", of)
	case billing == provisioned && given == nil:
		return invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED%s", of)
	}
	return nil
}

type tableInput struct{ TableName *string }

func (in tableInput) check(c *wire.Constraints) { checkTable(c, in.TableName) }

// checkTable checks what names a table: a name or an ARN.
func checkTable(c *wire.Constraints, name *string) {
	c.Require("tableName", name != nil)
	if name != nil {
		c.Length("tableName", *name, 1, maxARN)
	}
}

type describeTableOutput struct{ Table tableShape }

func (s *Service) describeTable(sc wire.Scope, in tableInput) (any, error) {
	t, err := s.find(sc, *in.TableName)
	if err != nil {
		return nil, err
	}
	return &describeTableOutput{t.shape(sc)}, nil
}

func (s *Service) deleteTable(sc wire.Scope, in tableInput) (any, error) {
	t, err := s.ready(sc, *in.TableName)
	if err != nil {
		return nil, err
	}
	if value(t.input.DeletionProtectionEnabled) {
		return nil, wire.Validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	s.begin(sc, t, deleting)
	return &tableOutput{t.shape(sc)}, nil
}

// maxListed is a page of ListTables (AWS API).
const maxListed = 100

type listTablesInput struct {
	ExclusiveStartTableName *string
	Limit                   *int32
}

func (in listTablesInput) check(c *wire.Constraints) {
	if in.ExclusiveStartTableName != nil {
		checkName(c, "exclusiveStartTableName", in.ExclusiveStartTableName)
	}
	if in.Limit != nil {
		c.Range("limit", int64(*in.Limit), 1, maxListed)
	}
}

type listTablesOutput struct {
	TableNames             []string
	LastEvaluatedTableName *string `json:",omitempty"`
}

func (s *Service) listTables(sc wire.Scope, in listTablesInput) (any, error) {
	names := slices.Sorted(maps.Keys(s.region(sc).tables))
	names = slices.DeleteFunc(names, func(n string) bool { return n <= value(in.ExclusiveStartTableName) })
	limit := int(cmp.Or(value(in.Limit), maxListed))
	out := &listTablesOutput{TableNames: append([]string{}, names[:min(limit, len(names))]...)}
	if len(names) > limit {
		out.LastEvaluatedTableName = &out.TableNames[limit-1]
	}
	return out, nil
}
