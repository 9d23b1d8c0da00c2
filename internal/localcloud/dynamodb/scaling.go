package dynamodb

import (
	"errors"
	"math"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Resource returns the throughput of a table or an index, as what Application
// Auto Scaling scales: the dimension says whether that of reading or of writing.
// The error is that there is none.
func (s *Service) Resource(sc wire.Scope, resourceID, dimension string) (engine.Resource, error) {
	if _, _, err := s.resource(sc, resourceID); err != nil {
		return nil, err
	}
	return units{s, sc, resourceID, dimension}, nil
}

// units are the capacity units of the table or index that has a resource ID,
// which may be another one after a while.
type units struct {
	service               *Service
	scope                 wire.Scope
	resourceID, dimension string
}

// Status tells that a table cannot be scaled while it is updating, nor while it
// is on demand.
func (u units) Status(time.Time) engine.Status {
	t, c, err := u.service.resource(u.scope, u.resourceID)
	if err != nil {
		return engine.Status{Settled: true, Unscalable: err.Message}
	}
	current, desired := c.current, c.desired
	out := engine.Status{Desired: bounded(*desired.of(u.dimension)), Running: bounded(*current.of(u.dimension)), Settled: t.status == active}
	if busy := t.busy(); busy != nil {
		out.Unscalable = busy.Message
	} else if t.billing == onDemand {
		out.Unscalable = "The table " + t.name() + " is on demand and has no provisioned throughput."
	}
	return out
}

func bounded(n int64) int32 { return int32(min(n, math.MaxInt32)) }

// Scale changes the throughput, as UpdateTable does.
func (u units) Scale(_ time.Time, n int32) error {
	err := u.service.scale(u.scope, u.resourceID, u.dimension, n)
	var refused *wire.Error
	if errors.As(err, &refused) {
		return &engine.RefusalError{Reason: refused.Message}
	}
	return err
}

func (u units) NextChange(time.Time) (time.Time, bool) {
	t, _, err := u.service.resource(u.scope, u.resourceID)
	if err != nil || t.status == active {
		return time.Time{}, false
	}
	return t.until, true
}

// scale updates the table with another throughput of a dimension.
func (s *Service) scale(sc wire.Scope, resourceID, dimension string, n int32) error {
	t, c, missing := s.resource(sc, resourceID)
	if missing != nil {
		return missing
	}
	wanted := c.desired
	*wanted.of(dimension) = int64(n)
	name, given := t.name(), &throughputInput{&wanted.ReadCapacityUnits, &wanted.WriteCapacityUnits}
	in := updateTableInput{TableName: &name}
	if _, index, ok := strings.Cut(resourceID, "/index/"); ok {
		in.GlobalSecondaryIndexUpdates = []indexUpdate{{Update: &updateIndex{IndexName: &index, ProvisionedThroughput: given}}}
	} else {
		in.ProvisionedThroughput = given
	}
	var constraints wire.Constraints
	in.check(&constraints)
	if err := constraints.Err(); err != nil {
		return err
	}
	_, err := s.updateTable(sc, in)
	return err
}

// resource finds what a resource ID names: "table/<name>" or
// "table/<name>/index/<name>". AWS documents that the answer is a
// ValidationException where there is none; the text is as that of ECS.
func (s *Service) resource(sc wire.Scope, resourceID string) (*table, *capacity, *wire.Error) {
	name, indexName, ofIndex := strings.Cut(strings.TrimPrefix(resourceID, "table/"), "/index/")
	t, err := s.find(sc, name)
	if err != nil {
		return nil, nil, wire.Validation("DynamoDB table doesn't exist: %s", resourceID)
	}
	if !ofIndex {
		return t, &t.capacity, nil
	}
	i := t.index(indexName)
	if i == nil {
		return nil, nil, wire.Validation("DynamoDB index doesn't exist: %s", resourceID)
	}
	return t, &i.capacity, nil
}

// of returns the part of the throughput that a scalable dimension is of.
func (t *throughput) of(dimension string) *int64 {
	if strings.HasSuffix(dimension, ":WriteCapacityUnits") {
		return &t.WriteCapacityUnits
	}
	return &t.ReadCapacityUnits
}

// SetLoad lets requests arrive at a table or an index that would consume so many
// capacity units a minute, from now on. Resource and dimension, which says
// whether they read or write, are named as Application Auto Scaling does.
func (s *Service) SetLoad(sc wire.Scope, resourceID, dimension string, perMinute float64) error {
	_, c, err := s.resource(sc, resourceID)
	if err != nil {
		return err
	}
	load := &c.read
	if strings.HasSuffix(dimension, ":WriteCapacityUnits") {
		load = &c.write
	}
	load.Set(s.now(), perMinute)
	return nil
}

// awake begins to count the minutes.
func (s *Service) awake() {
	if s.minute.IsZero() {
		s.minute = s.now().Truncate(time.Minute).Add(time.Minute)
	}
}

// Next returns when metrics are put next: at the next full minute. It returns
// false while there never was a table.
func (s *Service) Next() (time.Time, bool) { return s.minute, !s.minute.IsZero() }

// Happen completes the changes whose time has come, and puts the metrics of the
// minutes that are over.
func (s *Service) Happen() {
	for _, r := range s.regions {
		s.settle(r)
	}
	for ; !s.minute.IsZero() && !s.now().Before(s.minute); s.minute = s.minute.Add(time.Minute) {
		for _, r := range s.regions {
			for name, t := range r.tables {
				table := []cloudwatch.Dimension{{Name: "TableName", Value: name}}
				s.publish(r.scope, t, &t.capacity, table)
				for _, i := range t.indexes {
					s.publish(r.scope, t, &i.capacity, append(table[:1:1], cloudwatch.Dimension{Name: "GlobalSecondaryIndexName", Value: *i.input.IndexName}))
				}
			}
		}
	}
}

// publish puts the metrics of the minute that ends at s.minute.
func (s *Service) publish(sc wire.Scope, t *table, c *capacity, of []cloudwatch.Dimension) {
	put := func(name, unit string, sample metricstore.Sample) {
		s.record(sc, cloudwatch.Observation{
			Metric: cloudwatch.Metric{Namespace: "AWS/DynamoDB", MetricName: name, Dimensions: of},
			Unit:   unit, At: s.minute.Add(-time.Minute), Sample: sample,
		})
	}
	for _, d := range []struct {
		direction string
		offered   float64
		units     int64 // a second
	}{
		{"Read", c.read.Take(s.minute), c.current.ReadCapacityUnits},
		{"Write", c.write.Take(s.minute), c.current.WriteCapacityUnits},
	} {
		offered := math.Round(d.offered)
		consumed := offered
		if t.billing == provisioned {
			consumed = min(offered, float64(d.units)*60)
			put("Provisioned"+d.direction+"CapacityUnits", "Count", metricstore.Value(float64(d.units)))
		}
		put("Consumed"+d.direction+"CapacityUnits", "Count", ones(consumed))
		put(d.direction+"ThrottleEvents", "Count", ones(offered-consumed))
	}
}

// ones is the sample of so many values of 1.
func ones(n float64) metricstore.Sample {
	return metricstore.Sample{Count: n, Sum: n, Min: 1, Max: 1}
}
