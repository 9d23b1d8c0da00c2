package dynamodb

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// tableShape is TableDescription.
type tableShape struct {
	AttributeDefinitions      []attribute
	TableName                 string
	KeySchema                 []key
	TableStatus               string
	CreationDateTime          wire.Time
	ProvisionedThroughput     throughputShape
	TableSizeBytes            int64
	ItemCount                 int64
	TableArn                  string
	TableID                   string             `json:"TableId"`
	BillingModeSummary        *billingSummary    `json:",omitempty"`
	GlobalSecondaryIndexes    []indexShape       `json:",omitempty"`
	LocalSecondaryIndexes     []localIndexShape  `json:",omitempty"`
	StreamSpecification       wire.Opaque        `json:",omitempty"`
	TableClassSummary         *tableClassSummary `json:",omitempty"`
	OnDemandThroughput        wire.Opaque        `json:",omitempty"`
	DeletionProtectionEnabled bool
}

type billingSummary struct {
	BillingMode                       string
	LastUpdateToPayPerRequestDateTime *wire.Time `json:",omitempty"`
}

type tableClassSummary struct{ TableClass string }

// throughputShape is ProvisionedThroughputDescription.
type throughputShape struct {
	LastIncreaseDateTime   *wire.Time `json:",omitempty"`
	LastDecreaseDateTime   *wire.Time `json:",omitempty"`
	NumberOfDecreasesToday int64
	throughput
}

// indexShape is GlobalSecondaryIndexDescription.
type indexShape struct {
	IndexName             string
	KeySchema             []key
	Projection            wire.Opaque
	IndexStatus           string
	ProvisionedThroughput throughputShape
	IndexSizeBytes        int64
	ItemCount             int64
	IndexArn              string
	OnDemandThroughput    wire.Opaque `json:",omitempty"`
}

// localIndexShape is LocalSecondaryIndexDescription.
type localIndexShape struct {
	IndexName      string
	KeySchema      []key
	Projection     wire.Opaque
	IndexSizeBytes int64
	ItemCount      int64
	IndexArn       string
}

func (t *table) shape(sc wire.Scope) tableShape {
	out := tableShape{
		AttributeDefinitions:      t.input.AttributeDefinitions,
		TableName:                 t.name(),
		KeySchema:                 t.input.KeySchema,
		TableStatus:               t.status,
		CreationDateTime:          wire.Time{Time: t.created},
		ProvisionedThroughput:     t.capacity.shape(),
		TableArn:                  arn(sc, t.name()),
		TableID:                   t.id,
		StreamSpecification:       t.input.StreamSpecification,
		OnDemandThroughput:        t.input.OnDemandThroughput,
		DeletionProtectionEnabled: value(t.input.DeletionProtectionEnabled),
	}
	// A table that was provisioned from the beginning has no summary (AWS API:
	// BillingModeSummary).
	if !t.onDemand.IsZero() {
		out.BillingModeSummary = &billingSummary{t.billing, wire.At(t.onDemand)}
	}
	if t.input.TableClass != nil {
		out.TableClassSummary = &tableClassSummary{*t.input.TableClass}
	}
	for _, i := range t.indexes {
		status := active
		if t.status == creating || t.status == deleting || i.changed {
			status = t.status
		}
		out.GlobalSecondaryIndexes = append(out.GlobalSecondaryIndexes, indexShape{
			IndexName: *i.input.IndexName, KeySchema: i.input.KeySchema, Projection: i.input.Projection, IndexStatus: status,
			ProvisionedThroughput: i.capacity.shape(), IndexArn: arn(sc, t.name()) + "/index/" + *i.input.IndexName,
			OnDemandThroughput: i.input.OnDemandThroughput,
		})
	}
	for _, i := range t.input.LocalSecondaryIndexes {
		out.LocalSecondaryIndexes = append(out.LocalSecondaryIndexes, localIndexShape{
			IndexName: *i.IndexName, KeySchema: i.KeySchema, Projection: i.Projection, IndexArn: arn(sc, t.name()) + "/index/" + *i.IndexName,
		})
	}
	return out
}

func (c *capacity) shape() throughputShape {
	out := throughputShape{NumberOfDecreasesToday: c.decreases, throughput: c.current}
	for _, at := range []struct {
		from time.Time
		to   **wire.Time
	}{{c.raised, &out.LastIncreaseDateTime}, {c.lowered, &out.LastDecreaseDateTime}} {
		if !at.from.IsZero() {
			*at.to = wire.At(at.from)
		}
	}
	return out
}
