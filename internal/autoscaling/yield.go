package autoscaling

import (
	"maps"
	"slices"
	"strings"
)

// YieldableFields lists the fields of a kind, named as in the manifest, that an
// object may leave to somebody else once its counterpart is in AWS, in order.
// What says which counterpart is meant, and the type of a policy, is not among
// them.
func YieldableFields(kind Kind) []string {
	switch kind {
	case KindPolicy:
		return slices.Sorted(maps.Keys(yieldPolicy))
	case KindAction:
		return slices.Sorted(maps.Keys(yieldAction))
	default:
		return slices.Sorted(maps.Keys(yieldTarget))
	}
}

// Yield returns what is effectively declared: the fields that are yielded to
// somebody else have the values that AWS has. A put replaces a policy or an
// action as a whole, so they are carried over into it; a target is changed
// member by member, so they are left out. What is not in AWS yet, or has to be
// made anew, is declared as it is written: AWS needs the fields then.
func Yield(desired Desired, observed Observed) Desired {
	if t := desired.Target; t != nil && observed.Target != nil && len(t.Yield) > 0 {
		effective := *t
		for _, field := range t.Yield {
			if leave := yieldTarget[field]; leave != nil {
				leave(&effective.Target)
			}
		}
		desired.Target = &effective
	}
	desired.Policies = slices.Clone(desired.Policies)
	for i, p := range desired.Policies {
		if was := observed.Policy(p.Name); was != nil && was.Type == p.Type && len(p.Yield) > 0 {
			desired.Policies[i].Policy = yieldedPolicy(p, was.Policy)
		}
	}
	desired.Actions = slices.Clone(desired.Actions)
	for i, a := range desired.Actions {
		was := observed.Action(a.Name)
		if was == nil {
			continue
		}
		for _, field := range a.Yield {
			if carry := yieldAction[field]; carry != nil {
				carry(&desired.Actions[i].Action, was.Action)
			}
		}
	}
	return desired
}

// yieldedPolicy carries over into copies: the configurations are the caller's.
func yieldedPolicy(p DesiredPolicy, was Policy) Policy {
	to := policyParts{&TargetTracking{}, &Step{}, &Predictive{}}
	have := policyParts{&TargetTracking{}, &Step{}, &Predictive{}}
	to.read(p.Policy)
	have.read(was)
	for _, field := range p.Yield {
		if carry := yieldPolicy[field]; carry != nil {
			carry(to, have)
		}
	}
	effective := p.Policy
	switch p.Type {
	case TargetTrackingScaling:
		effective.TargetTracking = to.tracking
	case StepScaling:
		effective.Step = to.step
	case PredictiveScaling:
		effective.Predictive = to.predictive
	}
	return effective
}

// policyParts are the configurations of a policy, empty where it has none.
type policyParts struct {
	tracking   *TargetTracking
	step       *Step
	predictive *Predictive
}

func (parts policyParts) read(p Policy) {
	if p.TargetTracking != nil {
		*parts.tracking = *p.TargetTracking
	}
	if p.Step != nil {
		*parts.step = *p.Step
	}
	if p.Predictive != nil {
		*parts.predictive = *p.Predictive
	}
}

// Yields says that a field, as a plan names it, is among fields that are left to
// others, below one of them, or stands for one.
func Yields(yield []string, field string) bool {
	return slices.ContainsFunc(yield, func(y string) bool {
		for _, pair := range yieldPairs {
			if slices.Contains(pair, y) && slices.ContainsFunc(pair, func(other string) bool { return below(field, other) }) {
				return true
			}
		}
		return below(field, y)
	})
}

// below says that a path is another one, or leads on from it.
func below(path, other string) bool {
	rest, ok := strings.CutPrefix(path, other)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// yieldPairs are fields that stand for each other: a policy has one metric
// specification of the two kinds, and the two members about a forecast that
// exceeds the upper bound go together.
var yieldPairs = [][]string{
	{"targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification", "targetTrackingScalingPolicyConfiguration.customizedMetricSpecification"},
	{"predictiveScalingPolicyConfiguration.maxCapacityBreachBehavior", "predictiveScalingPolicyConfiguration.maxCapacityBuffer"},
}

var yieldTarget = map[string]func(*Target){
	"minCapacity":    func(t *Target) { t.MinCapacity = nil },
	"maxCapacity":    func(t *Target) { t.MaxCapacity = nil },
	"roleARN":        func(t *Target) { t.RoleARN = "" },
	"suspendedState": func(t *Target) { t.Suspended = Suspension{} },
	"suspendedState.dynamicScalingInSuspended":  func(t *Target) { t.Suspended.DynamicScalingIn = nil },
	"suspendedState.dynamicScalingOutSuspended": func(t *Target) { t.Suspended.DynamicScalingOut = nil },
	"suspendedState.scheduledScalingSuspended":  func(t *Target) { t.Suspended.ScheduledScaling = nil },
	"tags": func(t *Target) { t.Tags, t.RemovedTags = nil, nil },
}

var yieldAction = map[string]func(to *Action, have Action){
	"schedule":                         func(to *Action, have Action) { to.Schedule = have.Schedule },
	"timezone":                         func(to *Action, have Action) { to.Timezone = have.Timezone },
	"startTime":                        func(to *Action, have Action) { to.Start = have.Start },
	"endTime":                          func(to *Action, have Action) { to.End = have.End },
	"scalableTargetAction":             func(to *Action, have Action) { to.MinCapacity, to.MaxCapacity = have.MinCapacity, have.MaxCapacity },
	"scalableTargetAction.minCapacity": func(to *Action, have Action) { to.MinCapacity = have.MinCapacity },
	"scalableTargetAction.maxCapacity": func(to *Action, have Action) { to.MaxCapacity = have.MaxCapacity },
}

var yieldPolicy = map[string]func(to, have policyParts){
	"targetTrackingScalingPolicyConfiguration":                  func(to, have policyParts) { *to.tracking = *have.tracking },
	"targetTrackingScalingPolicyConfiguration.targetValue":      func(to, have policyParts) { to.tracking.TargetValue = have.tracking.TargetValue },
	"targetTrackingScalingPolicyConfiguration.disableScaleIn":   func(to, have policyParts) { to.tracking.DisableScaleIn = have.tracking.DisableScaleIn },
	"targetTrackingScalingPolicyConfiguration.scaleInCooldown":  func(to, have policyParts) { to.tracking.ScaleInCooldown = have.tracking.ScaleInCooldown },
	"targetTrackingScalingPolicyConfiguration.scaleOutCooldown": func(to, have policyParts) { to.tracking.ScaleOutCooldown = have.tracking.ScaleOutCooldown },

	"targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification": carryMetric,
	"targetTrackingScalingPolicyConfiguration.customizedMetricSpecification": carryMetric,

	"stepScalingPolicyConfiguration":                        func(to, have policyParts) { *to.step = *have.step },
	"stepScalingPolicyConfiguration.adjustmentType":         func(to, have policyParts) { to.step.AdjustmentType = have.step.AdjustmentType },
	"stepScalingPolicyConfiguration.cooldown":               func(to, have policyParts) { to.step.Cooldown = have.step.Cooldown },
	"stepScalingPolicyConfiguration.metricAggregationType":  func(to, have policyParts) { to.step.MetricAggregationType = have.step.MetricAggregationType },
	"stepScalingPolicyConfiguration.minAdjustmentMagnitude": func(to, have policyParts) { to.step.MinAdjustmentMagnitude = have.step.MinAdjustmentMagnitude },
	"stepScalingPolicyConfiguration.stepAdjustments":        func(to, have policyParts) { to.step.Adjustments = have.step.Adjustments },

	"predictiveScalingPolicyConfiguration":                           func(to, have policyParts) { *to.predictive = *have.predictive },
	"predictiveScalingPolicyConfiguration.mode":                      func(to, have policyParts) { to.predictive.Mode = have.predictive.Mode },
	"predictiveScalingPolicyConfiguration.schedulingBufferTime":      func(to, have policyParts) { to.predictive.SchedulingBufferTime = have.predictive.SchedulingBufferTime },
	"predictiveScalingPolicyConfiguration.metricSpecifications":      func(to, have policyParts) { to.predictive.Metrics = have.predictive.Metrics },
	"predictiveScalingPolicyConfiguration.maxCapacityBreachBehavior": carryBreach,
	"predictiveScalingPolicyConfiguration.maxCapacityBuffer":         carryBreach,
}

func carryMetric(to, have policyParts) {
	to.tracking.Predefined, to.tracking.Customized = have.tracking.Predefined, have.tracking.Customized
}

func carryBreach(to, have policyParts) {
	to.predictive.MaxCapacityBreachBehavior, to.predictive.MaxCapacityBuffer = have.predictive.MaxCapacityBreachBehavior, have.predictive.MaxCapacityBuffer
}
