package awsapi

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// targetInput leaves out what is not declared, so that AWS keeps it. Tags are
// sent with the first registration only: AWS refuses them for a target that
// exists (AWS API: RegisterScalableTarget).
func targetInput(id autoscaling.Identity, t autoscaling.Target, verb autoscaling.Verb) *applicationautoscaling.RegisterScalableTargetInput {
	in := &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace:  types.ServiceNamespace(id.ServiceNamespace),
		ResourceId:        aws.String(id.ResourceID),
		ScalableDimension: types.ScalableDimension(id.ScalableDimension),
		MinCapacity:       t.MinCapacity,
		MaxCapacity:       t.MaxCapacity,
		RoleARN:           optional(t.RoleARN),
	}
	if t.Suspended != (autoscaling.Suspension{}) {
		in.SuspendedState = &types.SuspendedState{
			DynamicScalingInSuspended:  t.Suspended.DynamicScalingIn,
			DynamicScalingOutSuspended: t.Suspended.DynamicScalingOut,
			ScheduledScalingSuspended:  t.Suspended.ScheduledScaling,
		}
	}
	if verb == autoscaling.Create {
		in.Tags = t.Tags
	}
	return in
}

func targetOf(t types.ScalableTarget) autoscaling.ObservedTarget {
	o := autoscaling.ObservedTarget{
		ARN:               aws.ToString(t.ScalableTargetARN),
		MinCapacity:       aws.ToInt32(t.MinCapacity),
		MaxCapacity:       aws.ToInt32(t.MaxCapacity),
		RoleARN:           aws.ToString(t.RoleARN),
		PredictedCapacity: t.PredictedCapacity,
		CreationTime:      aws.ToTime(t.CreationTime),
	}
	if s := t.SuspendedState; s != nil {
		o.Suspended = autoscaling.ObservedSuspension{
			DynamicScalingIn:  aws.ToBool(s.DynamicScalingInSuspended),
			DynamicScalingOut: aws.ToBool(s.DynamicScalingOutSuspended),
			ScheduledScaling:  aws.ToBool(s.ScheduledScalingSuspended),
		}
	}
	return o
}

func policyInput(id autoscaling.Identity, p autoscaling.Policy) *applicationautoscaling.PutScalingPolicyInput {
	return &applicationautoscaling.PutScalingPolicyInput{
		ServiceNamespace:                         types.ServiceNamespace(id.ServiceNamespace),
		ResourceId:                               aws.String(id.ResourceID),
		ScalableDimension:                        types.ScalableDimension(id.ScalableDimension),
		PolicyName:                               aws.String(p.Name),
		PolicyType:                               types.PolicyType(p.Type),
		TargetTrackingScalingPolicyConfiguration: trackingInput(p.TargetTracking),
		StepScalingPolicyConfiguration:           stepInput(p.Step),
		PredictiveScalingPolicyConfiguration:     predictiveInput(p.Predictive),
	}
}

func policyOf(p types.ScalingPolicy) autoscaling.ObservedPolicy {
	return autoscaling.ObservedPolicy{
		Policy: autoscaling.Policy{
			Name:           aws.ToString(p.PolicyName),
			Type:           autoscaling.PolicyType(p.PolicyType),
			TargetTracking: trackingOf(p.TargetTrackingScalingPolicyConfiguration),
			Step:           stepOf(p.StepScalingPolicyConfiguration),
			Predictive:     predictiveOf(p.PredictiveScalingPolicyConfiguration),
		},
		ARN:          aws.ToString(p.PolicyARN),
		Alarms:       convertAll(p.Alarms, alarmOf),
		CreationTime: aws.ToTime(p.CreationTime),
	}
}

func alarmOf(a types.Alarm) autoscaling.Alarm {
	return autoscaling.Alarm{Name: aws.ToString(a.AlarmName), ARN: aws.ToString(a.AlarmARN)}
}

func trackingInput(t *autoscaling.TargetTracking) *types.TargetTrackingScalingPolicyConfiguration {
	if t == nil {
		return nil
	}
	c := &types.TargetTrackingScalingPolicyConfiguration{
		TargetValue:                   t.TargetValue,
		DisableScaleIn:                t.DisableScaleIn,
		ScaleInCooldown:               t.ScaleInCooldown,
		ScaleOutCooldown:              t.ScaleOutCooldown,
		CustomizedMetricSpecification: customizedInput(t.Customized),
	}
	if m := t.Predefined; m != nil {
		c.PredefinedMetricSpecification = &types.PredefinedMetricSpecification{
			PredefinedMetricType: types.MetricType(m.Type),
			ResourceLabel:        optional(m.ResourceLabel),
		}
	}
	return c
}

func trackingOf(c *types.TargetTrackingScalingPolicyConfiguration) *autoscaling.TargetTracking {
	if c == nil {
		return nil
	}
	t := &autoscaling.TargetTracking{
		TargetValue:      c.TargetValue,
		DisableScaleIn:   c.DisableScaleIn,
		ScaleInCooldown:  c.ScaleInCooldown,
		ScaleOutCooldown: c.ScaleOutCooldown,
		Customized:       customizedOf(c.CustomizedMetricSpecification),
	}
	if m := c.PredefinedMetricSpecification; m != nil {
		t.Predefined = &autoscaling.PredefinedMetric{
			Type:          string(m.PredefinedMetricType),
			ResourceLabel: aws.ToString(m.ResourceLabel),
		}
	}
	return t
}

func stepInput(s *autoscaling.Step) *types.StepScalingPolicyConfiguration {
	if s == nil {
		return nil
	}
	return &types.StepScalingPolicyConfiguration{
		AdjustmentType:         types.AdjustmentType(s.AdjustmentType),
		MinAdjustmentMagnitude: s.MinAdjustmentMagnitude,
		Cooldown:               s.Cooldown,
		MetricAggregationType:  types.MetricAggregationType(s.MetricAggregationType),
		StepAdjustments: convertAll(s.Adjustments, func(a autoscaling.StepAdjustment) types.StepAdjustment {
			return types.StepAdjustment{
				MetricIntervalLowerBound: a.LowerBound,
				MetricIntervalUpperBound: a.UpperBound,
				ScalingAdjustment:        aws.Int32(a.Adjustment),
			}
		}),
	}
}

func stepOf(c *types.StepScalingPolicyConfiguration) *autoscaling.Step {
	if c == nil {
		return nil
	}
	return &autoscaling.Step{
		AdjustmentType:         string(c.AdjustmentType),
		MinAdjustmentMagnitude: c.MinAdjustmentMagnitude,
		Cooldown:               c.Cooldown,
		MetricAggregationType:  string(c.MetricAggregationType),
		Adjustments: convertAll(c.StepAdjustments, func(a types.StepAdjustment) autoscaling.StepAdjustment {
			return autoscaling.StepAdjustment{
				LowerBound: a.MetricIntervalLowerBound,
				UpperBound: a.MetricIntervalUpperBound,
				Adjustment: aws.ToInt32(a.ScalingAdjustment),
			}
		}),
	}
}

func actionInput(id autoscaling.Identity, a autoscaling.Action) *applicationautoscaling.PutScheduledActionInput {
	in := &applicationautoscaling.PutScheduledActionInput{
		ServiceNamespace:    types.ServiceNamespace(id.ServiceNamespace),
		ResourceId:          aws.String(id.ResourceID),
		ScalableDimension:   types.ScalableDimension(id.ScalableDimension),
		ScheduledActionName: aws.String(a.Name),
		Schedule:            optional(a.Schedule),
		Timezone:            optional(a.Timezone),
		StartTime:           a.Start,
		EndTime:             a.End,
	}
	if a.MinCapacity != nil || a.MaxCapacity != nil {
		in.ScalableTargetAction = &types.ScalableTargetAction{MinCapacity: a.MinCapacity, MaxCapacity: a.MaxCapacity}
	}
	return in
}

func actionOf(a types.ScheduledAction) autoscaling.ObservedAction {
	o := autoscaling.ObservedAction{
		Action: autoscaling.Action{
			Name:     aws.ToString(a.ScheduledActionName),
			Schedule: aws.ToString(a.Schedule),
			Timezone: aws.ToString(a.Timezone),
			Start:    a.StartTime,
			End:      a.EndTime,
		},
		ARN:          aws.ToString(a.ScheduledActionARN),
		CreationTime: aws.ToTime(a.CreationTime),
	}
	if c := a.ScalableTargetAction; c != nil {
		o.MinCapacity, o.MaxCapacity = c.MinCapacity, c.MaxCapacity
	}
	return o
}

// optional is nil for an empty string: AWS knows no empty members, only
// missing ones.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// convertAll converts a list; an empty one becomes nil.
func convertAll[From, To any](list []From, convert func(From) To) []To {
	if len(list) == 0 {
		return nil
	}
	out := make([]To, len(list))
	for i, v := range list {
		out[i] = convert(v)
	}
	return out
}
