package dynamodb

import (
	"math"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

var _ appautoscaling.Resources = (*Service)(nil)

// Capacity returns the throughput that is desired of a table or an index, as
// resource of Application Auto Scaling. It is active while its table is, unless
// that is on demand.
func (s *Service) Capacity(sc wire.Scope, _, resourceID, dimension string) (appautoscaling.Capacity, error) {
	t, c, err := s.resource(sc, resourceID)
	if err != nil {
		return appautoscaling.Capacity{}, err
	}
	desired := *c.desired.of(dimension)
	return appautoscaling.Capacity{
		Known: true, Active: t.status == active && t.billing == provisioned, Desired: int32(min(desired, math.MaxInt32)),
	}, nil
}

// SetCapacity changes the throughput of a table or an index, as UpdateTable
// does.
func (s *Service) SetCapacity(sc wire.Scope, _, resourceID, dimension string, n int32) error {
	t, c, err := s.resource(sc, resourceID)
	if err != nil {
		return err
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
	if in.check(&constraints); constraints.Err() != nil {
		return constraints.Err()
	}
	_, err = s.updateTable(sc, in)
	return err
}

// resource finds what a resource ID names: "table/<name>" or
// "table/<name>/index/<name>". AWS documents that the answer is a
// ValidationException where there is none; the text is as that of ECS.
func (s *Service) resource(sc wire.Scope, resourceID string) (*table, *capacity, error) {
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

// Happen puts the metrics of the minutes that are over.
func (s *Service) Happen() {
	for ; !s.minute.IsZero() && !s.now().Before(s.minute); s.minute = s.minute.Add(time.Minute) {
		for _, r := range s.regions {
			s.settle(r)
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
