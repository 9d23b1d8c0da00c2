package ecs

import (
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Resource returns the number of tasks of a service, as what Application Auto
// Scaling scales. The error is that there is no such service.
func (s *Service) Resource(sc wire.Scope, resourceID string) (engine.Resource, error) {
	if _, err := s.resource(sc, resourceID); err != nil {
		return nil, err
	}
	return tasks{s, sc, resourceID}, nil
}

// tasks is the number of tasks of the service that has a resource ID, which may
// be another one after a while.
type tasks struct {
	service    *Service
	scope      wire.Scope
	resourceID string
}

func (t tasks) Status(now time.Time) engine.Status {
	v, err := t.service.resource(t.scope, t.resourceID)
	if err != nil {
		return engine.Status{Settled: true, Unscalable: err.Message}
	}
	return v.tasks.Status(now)
}

// Scale changes the desired count, as UpdateService does.
func (t tasks) Scale(now time.Time, n int32) error {
	v, err := t.service.resource(t.scope, t.resourceID)
	if err != nil {
		return &engine.RefusalError{Reason: err.Message}
	}
	v.updated = now
	return v.tasks.Scale(now, n)
}

func (t tasks) NextChange(now time.Time) (time.Time, bool) {
	v, err := t.service.resource(t.scope, t.resourceID)
	if err != nil {
		return time.Time{}, false
	}
	return v.tasks.NextChange(now)
}

// resource finds the service that a resource ID names. The text is what
// Application Auto Scaling was seen to answer.
func (s *Service) resource(sc wire.Scope, resourceID string) (*service, *wire.Error) {
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
