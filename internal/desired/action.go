package desired

import (
	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// Action returns what the object declares, and the scalable target it belongs
// to: empty when the object leaves that to resourceRef. Start and End are in
// UTC.
func Action(o *v1alpha1.ScheduledAction) (autoscaling.Identity, autoscaling.Action, []autoscaling.Finding) {
	var found findings
	spec := &o.Spec
	action := autoscaling.Action{
		Name:     spec.ScheduledActionName,
		Schedule: text(spec.Schedule),
		Timezone: text(spec.Timezone),
		Start:    instant(spec.StartTime),
		End:      instant(spec.EndTime),
	}
	if a := spec.ScalableTargetAction; a != nil {
		action.MinCapacity = found.number("scalableTargetAction.minCapacity", a.MinCapacity)
		action.MaxCapacity = found.number("scalableTargetAction.maxCapacity", a.MaxCapacity)
	}
	return identity(spec.ServiceNamespace, spec.ResourceID, spec.ScalableDimension), action, found
}
