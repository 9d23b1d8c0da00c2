package ecs

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

// Capacity returns how many tasks are desired of a service, as resource of
// Application Auto Scaling.
func (s *Service) Capacity(sc wire.Scope, _, resourceID, _ string) (appautoscaling.Capacity, error) {
	v, err := s.resource(sc, resourceID)
	if err != nil {
		return appautoscaling.Capacity{}, err
	}
	return appautoscaling.Capacity{Known: true, Active: true, Desired: v.tasks.Status(s.now()).Desired}, nil
}

// SetCapacity changes the desired count of a service, as UpdateService does.
func (s *Service) SetCapacity(sc wire.Scope, _, resourceID, _ string, n int32) error {
	v, err := s.resource(sc, resourceID)
	if err != nil {
		return err
	}
	v.updated = s.now()
	return v.scale(v.updated, n)
}

// resource finds the service that a resource ID names. The text is what
// Application Auto Scaling was seen to answer.
func (s *Service) resource(sc wire.Scope, resourceID string) (*service, error) {
	cluster, name, _ := strings.Cut(strings.TrimPrefix(resourceID, "service/"), "/")
	_, v, err := s.service(sc, &cluster, &name)
	if err != nil || v.deleted {
		return nil, wire.Validation("ECS service doesn't exist: %s", resourceID)
	}
	return v, nil
}

// SetLoad lets so many requests a minute arrive at a service, from now on. It is
// named as Application Auto Scaling does.
func (s *Service) SetLoad(sc wire.Scope, resourceID string, perMinute float64) error {
	v, err := s.resource(sc, resourceID)
	if err != nil {
		return err
	}
	v.load.Set(s.now(), perMinute)
	return nil
}

// awake begins to count the minutes.
func (s *Service) awake() {
	if s.minute.IsZero() {
		s.minute = s.now().Truncate(time.Minute).Add(time.Minute)
	}
}

// Next returns when metrics are put next: at the next full minute. It returns
// false while there never was a service.
func (s *Service) Next() (time.Time, bool) { return s.minute, !s.minute.IsZero() }

// Happen puts the metrics of the minutes that are over.
func (s *Service) Happen() {
	for ; !s.minute.IsZero() && !s.now().Before(s.minute); s.minute = s.minute.Add(time.Minute) {
		for _, r := range s.regions {
			for _, c := range r.clusters {
				for name, v := range c.services {
					s.publish(r.scope, c.name, name, v)
				}
			}
		}
	}
}

// publish puts the metric of the minute that ends at s.minute.
func (s *Service) publish(sc wire.Scope, cluster, name string, v *service) {
	requests := v.load.Take(s.minute)
	end := s.minute.Unix()
	var busy, observed float64
	v.tasks.Status(s.now())
	v.tasks.Over(end-60, end, func(running int32, seconds int64) {
		if running > 0 {
			busy += math.Min(100, 100*requests/(float64(running)*s.taskRate)) * float64(seconds)
			observed += float64(seconds)
		}
	})
	if observed == 0 {
		return
	}
	s.record(sc, cloudwatch.Observation{
		Metric: cloudwatch.Metric{Namespace: "AWS/ECS", MetricName: "CPUUtilization", Dimensions: []cloudwatch.Dimension{
			{Name: "ClusterName", Value: cluster}, {Name: "ServiceName", Value: name},
		}},
		Unit: "Percent", At: s.minute.Add(-time.Minute), Sample: metricstore.Value(busy / observed),
	})
}
