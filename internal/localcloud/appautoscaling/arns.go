package appautoscaling

import "github.com/setpoint-io/setpoint/internal/localcloud/wire"

// The ARNs. A target's own ARN belongs to the service application-autoscaling,
// those of its policies and actions to autoscaling, and the latter name the
// target by its second ID: they say nothing of the dimension.

func targetARN(s wire.Scope, t *target) string {
	return "arn:" + s.Partition() + ":application-autoscaling:" + s.Region + ":" + s.Account + ":scalable-target/" + t.id
}

func policyARN(s wire.Scope, t *target, name string) string {
	return childARN(s, "scalingPolicy", t) + ":policyName/" + name
}

func actionARN(s wire.Scope, t *target, name string) string {
	return childARN(s, "scheduledAction", t) + ":scheduledActionName/" + name
}

func childARN(s wire.Scope, kind string, t *target) string {
	return "arn:" + s.Partition() + ":autoscaling:" + s.Region + ":" + s.Account + ":" + kind + ":" + t.childID +
		":resource/" + t.namespace + "/" + t.resourceID
}

func alarmARN(s wire.Scope, name string) string {
	return "arn:" + s.Partition() + ":cloudwatch:" + s.Region + ":" + s.Account + ":alarm:" + name
}

// alarmAction is the action by which alarms invoke a policy. Of those that the
// service manages it also says what created them.
func alarmAction(s wire.Scope, t *target, p *policy) string {
	arn := policyARN(s, t, p.name)
	if p.config.policyType == targetTracking {
		arn += ":createdBy/" + p.createdBy
	}
	return arn
}
