package sagemaker

import (
	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Resources lists what an account has in a Region that can be scaled: the
// instances of variants, the provisioned concurrency of serverless ones, and the
// copies of inference components. It is in no order.
func (s *Service) Resources(sc wire.Scope) []resources.State {
	s.settle(s.now())
	r := s.region(sc)
	var list []resources.State
	for _, e := range r.endpoints {
		for _, v := range e.all() {
			state := resources.State{
				Key:    resources.Key{ServiceNamespace: "sagemaker", ResourceID: variantID(e.name, v.name()), ScalableDimension: instanceCount},
				Status: e.status(), Desired: v.desired.instances, Current: v.current.instances,
			}
			if wanted := v.desired.serverless; wanted != nil {
				state.ScalableDimension, state.Current = provisionedConcurrency, 0
				state.Desired = value(wanted.ProvisionedConcurrency)
				if has := v.current.serverless; has != nil {
					state.Current = value(has.ProvisionedConcurrency)
				}
			}
			list = append(list, state)
		}
	}
	for _, c := range r.components {
		list = append(list, resources.State{
			Key:    resources.Key{ServiceNamespace: "sagemaker", ResourceID: componentID + c.name, ScalableDimension: copyCount},
			Status: c.status(), Desired: c.desired, Current: c.current,
		})
	}
	return list
}
