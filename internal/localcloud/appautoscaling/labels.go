package appautoscaling

import (
	"maps"
	"slices"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Labels lists the resource labels that the policies of a resource name, in order:
// of the load balancers and target groups by which requests come to it.
func (s *Service) Labels(sc wire.Scope, namespace, resourceID string) []string {
	found := map[string]bool{}
	for _, t := range s.region(sc).targets {
		if t.namespace != namespace || t.resourceID != resourceID {
			continue
		}
		for _, p := range t.policies {
			domain := p.domain()
			if tracking := domain.TargetTracking; tracking != nil && tracking.Predefined != nil {
				found[tracking.Predefined.ResourceLabel] = true
			}
			if domain.Predictive == nil {
				continue
			}
			for _, m := range domain.Predictive.Metrics {
				for _, predefined := range []*autoscaling.PredefinedMetric{m.PredefinedPair, m.PredefinedLoad, m.PredefinedScaling} {
					if predefined != nil {
						found[predefined.ResourceLabel] = true
					}
				}
			}
		}
	}
	delete(found, "")
	return slices.Sorted(maps.Keys(found))
}
