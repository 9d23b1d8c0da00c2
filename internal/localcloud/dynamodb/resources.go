package dynamodb

import (
	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Resources lists what can be scaled in an account and Region: reading and
// writing of provisioned tables and their indexes. It is in no order.
func (s *Service) Resources(sc wire.Scope) []resources.State {
	var list []resources.State
	for _, t := range s.region(sc).tables {
		if t.billing == onDemand {
			continue
		}
		table := "table/" + t.name()
		list = append(list, t.capacity.states(table, "table", t.status)...)
		for _, i := range t.indexes {
			list = append(list, i.capacity.states(table+"/index/"+*i.input.IndexName, "index", t.status)...)
		}
	}
	return list
}

// states are a capacity in its two dimensions.
func (c *capacity) states(id, kind, status string) []resources.State {
	var states []resources.State
	for _, direction := range []string{"Read", "Write"} {
		dimension := "dynamodb:" + kind + ":" + direction + "CapacityUnits"
		desired, current := c.desired, c.current
		states = append(states, resources.State{
			Key:    resources.Key{ServiceNamespace: "dynamodb", ResourceID: id, ScalableDimension: dimension},
			Status: status, Desired: bounded(*desired.of(dimension)), Current: bounded(*current.of(dimension)),
		})
	}
	return states
}
