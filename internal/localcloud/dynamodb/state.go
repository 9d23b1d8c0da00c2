package dynamodb

import (
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// place is one account in one Region: nothing is shared between two of them.
type place struct{ account, region string }

// region is what one account has in one Region: its tables by name, and those of
// them with a change under way.
type region struct {
	scope    wire.Scope
	tables   map[string]*table
	changing map[*table]struct{}
}

// The statuses of tables that occur here (AWS API: TableStatus).
const (
	creating = "CREATING"
	updating = "UPDATING"
	deleting = "DELETING"
	active   = "ACTIVE"
)

// The billing modes (AWS API: BillingMode).
const (
	provisioned = "PROVISIONED"
	onDemand    = "PAY_PER_REQUEST"
)

type table struct {
	input    createTableInput // what is only kept
	id       string
	created  time.Time
	billing  string
	onDemand time.Time // when it last became on demand
	capacity
	indexes  []*index
	tags     map[string]string
	expires  string // the attribute of its time to live; empty: none
	recovery recovery
	insights insights

	status string // but for its end, see region
	until  time.Time
	billed string // the billing mode after the change
}

// index is a global secondary index.
type index struct {
	input indexInput
	capacity
	insights insights
}

// capacity is the throughput of a table or an index.
type capacity struct {
	current, desired throughput
	changed          bool      // by the update that is under way
	raised, lowered  time.Time // when it last was; zero: never
	decreases        int64     // on the day when it was last lowered
	read, write      traffic.Meter
}

// throughput is in capacity units a second.
type throughput struct {
	ReadCapacityUnits  int64
	WriteCapacityUnits int64
}

// region returns the state of the caller's account and Region, with all
// changes settled whose time has come.
func (s *Service) region(sc wire.Scope) *region {
	key := place{sc.Account, sc.Region}
	r := s.regions[key]
	if r == nil {
		r = &region{
			scope:  wire.Scope{Account: sc.Account, Region: sc.Region},
			tables: map[string]*table{}, changing: map[*table]struct{}{},
		}
		s.regions[key] = r
	}
	s.settle(r)
	return r
}

// settle completes the changes of a region whose time has come.
func (s *Service) settle(r *region) {
	for t := range r.changing {
		if s.now().Before(t.until) {
			continue
		}
		delete(r.changing, t)
		if t.status == deleting {
			delete(r.tables, t.name())
			continue
		}
		if t.billed == onDemand && t.billing != onDemand {
			t.onDemand = t.until
		}
		t.status, t.billing = active, t.billed
		for _, c := range t.capacities() {
			c.settle(t.until)
		}
	}
}

func (c *capacity) settle(at time.Time) {
	lowered := c.desired.ReadCapacityUnits < c.current.ReadCapacityUnits || c.desired.WriteCapacityUnits < c.current.WriteCapacityUnits
	raised := c.desired.ReadCapacityUnits > c.current.ReadCapacityUnits || c.desired.WriteCapacityUnits > c.current.WriteCapacityUnits
	if lowered {
		if !sameDay(c.lowered, at) {
			c.decreases = 0
		}
		c.decreases++
		c.lowered = at
	}
	if raised && c.changed {
		c.raised = at
	}
	c.current, c.changed = c.desired, false
}

func sameDay(a, b time.Time) bool {
	return a.UTC().Truncate(24 * time.Hour).Equal(b.UTC().Truncate(24 * time.Hour))
}

// capacities are those of the table and its indexes.
func (t *table) capacities() []*capacity {
	all := []*capacity{&t.capacity}
	for _, i := range t.indexes {
		all = append(all, &i.capacity)
	}
	return all
}

// begin starts a change of a table.
func (s *Service) begin(sc wire.Scope, t *table, status string) {
	t.status, t.until = status, s.now().Add(s.delay)
	s.region(sc).changing[t] = struct{}{}
}

// find returns a table by its name or ARN.
func (s *Service) find(sc wire.Scope, given string) (*table, error) {
	name := tableName(given)
	t := s.region(sc).tables[name]
	if t == nil {
		return nil, tableNotFound(name)
	}
	return t, nil
}

// ready returns a table that can be changed.
func (s *Service) ready(sc wire.Scope, given string) (*table, error) {
	t, err := s.find(sc, given)
	if err != nil {
		return nil, err
	}
	if busy := t.busy(); busy != nil {
		return nil, busy
	}
	return t, nil
}

// busy is why a table cannot be changed now, nil if it can.
func (t *table) busy() *wire.Error {
	words := map[string]string{creating: "created", updating: "updated", deleting: "deleted"}
	if t.status == active {
		return nil
	}
	return inUse("Attempt to change a resource which is still in use: Table is being %s: %s", words[t.status], t.name())
}

func (t *table) name() string { return *t.input.TableName }

func (t *table) index(name string) *index {
	for _, i := range t.indexes {
		if *i.input.IndexName == name {
			return i
		}
	}
	return nil
}

// tableName takes the name out of an ARN.
func tableName(given string) string {
	if _, name, ok := strings.Cut(given, ":table/"); ok && strings.HasPrefix(given, "arn:") {
		return name
	}
	return given
}

func arn(sc wire.Scope, table string) string {
	return "arn:" + sc.Partition() + ":dynamodb:" + sc.Region + ":" + sc.Account + ":table/" + table
}

// value returns a member or, if it is absent, the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
