package dynamodb

import (
	"cmp"
	"fmt"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type updateTableInput struct {
	TableName                   *string
	BillingMode                 *string
	ProvisionedThroughput       *throughputInput
	GlobalSecondaryIndexUpdates []indexUpdate
	StreamSpecification         wire.Opaque
	TableClass                  *string
	DeletionProtectionEnabled   *bool
	OnDemandThroughput          wire.Opaque
}

type indexUpdate struct {
	Update *updateIndex
	Create wire.Opaque
	Delete wire.Opaque
}

type updateIndex struct {
	IndexName             *string
	ProvisionedThroughput *throughputInput
	OnDemandThroughput    wire.Opaque
}

func (in updateTableInput) check(c *wire.Constraints) {
	checkTable(c, in.TableName)
	checkEnum(c, "billingMode", in.BillingMode, provisioned, onDemand)
	in.ProvisionedThroughput.check(c, "provisionedThroughput")
	for i, u := range in.GlobalSecondaryIndexUpdates {
		if u.Update != nil {
			at := fmt.Sprintf("globalSecondaryIndexUpdates.%d.member.update", i+1)
			checkName(c, at+".indexName", u.Update.IndexName)
			u.Update.ProvisionedThroughput.check(c, at+".provisionedThroughput")
		}
	}
}

// updateTable changes a table as far as all of the request is possible.
func (s *Service) updateTable(sc wire.Scope, in updateTableInput) (any, error) {
	t, err := s.ready(sc, *in.TableName)
	if err != nil {
		return nil, err
	}
	billing := cmp.Or(value(in.BillingMode), t.billing)
	wanted := map[*capacity]throughput{}
	if err := t.want(wanted, billing, in); err != nil {
		return nil, err
	}
	kept := in.DeletionProtectionEnabled != nil || in.StreamSpecification != nil || in.TableClass != nil || in.OnDemandThroughput != nil
	if len(wanted) == 0 && billing == t.billing && !kept {
		return nil, wire.Validation("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required")
	}
	for c, w := range wanted {
		c.desired, c.changed = w, true
	}
	t.keep(in)
	t.billed = billing
	s.begin(sc, t, updating)
	return &tableOutput{t.shape(sc)}, nil
}

// want finds what throughput is asked for, by what it is of.
func (t *table) want(wanted map[*capacity]throughput, billing string, in updateTableInput) error {
	becomes := billing == provisioned && t.billing != provisioned
	if in.ProvisionedThroughput != nil || becomes {
		if err := checkBilling(billing, in.ProvisionedThroughput, ""); err != nil {
			return err
		}
		asked := in.ProvisionedThroughput.throughput()
		if asked == t.current && billing == t.billing {
			return unchanged("table", t.current)
		}
		wanted[&t.capacity] = asked
	}
	for _, u := range in.GlobalSecondaryIndexUpdates {
		if err := t.wantIndex(wanted, billing, u.Update); err != nil {
			return err
		}
	}
	if billing == onDemand && t.billing != onDemand {
		for _, c := range t.capacities() {
			wanted[c] = throughput{}
		}
	}
	if becomes {
		for _, i := range t.indexes {
			if _, given := wanted[&i.capacity]; !given {
				return checkBilling(billing, nil, *i.input.IndexName)
			}
		}
	}
	return nil
}

// wantIndex finds what throughput is asked for an index; without an update, the
// index shall be added or removed.
func (t *table) wantIndex(wanted map[*capacity]throughput, billing string, update *updateIndex) error {
	if update == nil {
		return wire.Validation("The local cloud does not add indexes to a table or remove them: create the table with its indexes.")
	}
	name := *update.IndexName
	i := t.index(name)
	if i == nil {
		return indexNotFound(t.name(), name)
	}
	if err := checkBilling(billing, update.ProvisionedThroughput, name); err != nil {
		return err
	}
	asked := update.ProvisionedThroughput.throughput()
	if asked == i.current && billing == t.billing {
		return unchanged("index", i.current)
	}
	wanted[&i.capacity] = asked
	return nil
}

func unchanged(of string, current throughput) error {
	return wire.Validation("The provisioned throughput for the %s will not change. The requested value equals the current value. "+
		"Current ReadCapacityUnits provisioned for the %[1]s: %[2]d. Requested ReadCapacityUnits: %[2]d. "+
		"Current WriteCapacityUnits provisioned for the %[1]s: %[3]d. Requested WriteCapacityUnits: %[3]d. "+
		"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
		of, current.ReadCapacityUnits, current.WriteCapacityUnits)
}

// keep takes what is only kept.
func (t *table) keep(in updateTableInput) {
	if in.DeletionProtectionEnabled != nil {
		t.input.DeletionProtectionEnabled = in.DeletionProtectionEnabled
	}
	if in.TableClass != nil {
		t.input.TableClass = in.TableClass
	}
	if in.StreamSpecification != nil {
		t.input.StreamSpecification = in.StreamSpecification
	}
	if in.OnDemandThroughput != nil {
		t.input.OnDemandThroughput = in.OnDemandThroughput
	}
}
