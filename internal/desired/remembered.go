package desired

import (
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// remembered returns the bounds that scheduled actions were found to have set.
func remembered(b *v1alpha1.ScheduledBounds) autoscaling.ScheduledBounds {
	if b == nil {
		return autoscaling.ScheduledBounds{}
	}
	return autoscaling.ScheduledBounds{Min: rememberedBound(b.Min), Max: rememberedBound(b.Max)}
}

func rememberedBound(b *v1alpha1.ScheduledBound) *autoscaling.ScheduledBound {
	if b == nil {
		return nil
	}
	return &autoscaling.ScheduledBound{Value: int32(b.Value), Action: b.Action, Since: b.Since.Time} //nolint:gosec // it came from AWS, which has 32 bits
}

// KnownAlarms returns the alarms that AWS made for the policy, with the
// settings that they were seen with first.
func KnownAlarms(o *v1alpha1.ScalingPolicy) []autoscaling.Alarm {
	var known []autoscaling.Alarm
	for _, a := range o.Status.Alarms {
		known = append(known, autoscaling.Alarm{Name: text(a.AlarmName), ARN: text(a.AlarmARN), Settings: a.Configuration})
	}
	return known
}

// Written returns when the action was last written to AWS; zero when that is
// not known.
func Written(o *v1alpha1.ScheduledAction) time.Time {
	if o.Status.LastModifiedTime == nil {
		return time.Time{}
	}
	return o.Status.LastModifiedTime.Time
}
