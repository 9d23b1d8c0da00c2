package ecs

import (
	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Resources lists the services of an account in a Region as what can be scaled,
// in no order.
func (s *Service) Resources(sc wire.Scope) []resources.State {
	now := s.now()
	var list []resources.State
	for _, c := range s.region(sc).clusters {
		for name, v := range c.services {
			status := v.status(now)
			if status == inactive {
				continue
			}
			tasks := v.tasks.Status(now)
			list = append(list, resources.State{
				Key:    resources.Key{ServiceNamespace: "ecs", ResourceID: "service/" + c.name + "/" + name, ScalableDimension: "ecs:service:DesiredCount"},
				Status: status, Desired: tasks.Desired, Current: tasks.Running,
			})
		}
	}
	return list
}
