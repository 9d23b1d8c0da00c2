package appautoscaling

import (
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type putPolicyOutput struct {
	PolicyARN string
	Alarms    []alarmMember `json:",omitempty"`
}

// alarmMember is Alarm of the API: an alarm of a policy, by name and ARN.
type alarmMember struct{ AlarmName, AlarmARN string }

// putScalingPolicy creates or updates a policy. An update keeps the policy's
// ARN, creation time and alarm action, but gets new managed alarms.
func (s *Service) putScalingPolicy(sc wire.Scope, in putPolicyInput) (any, error) {
	id := in.identity()
	dim, err := resolve(id)
	if err != nil {
		return nil, err
	}
	t := s.find(sc, id)
	if t == nil {
		return nil, notRegistered(id)
	}
	if err := s.idle(t); err != nil {
		return nil, err
	}
	p := t.policies[*in.PolicyName]
	var old policyConfig
	if p != nil {
		old = p.config
	}
	config, err := s.policyConfig(old, in)
	if err != nil {
		return nil, err
	}
	if err := s.checkPolicy(sc, dim, t, *in.PolicyName, config); err != nil {
		return nil, err
	}
	if p == nil {
		if err := s.checkPolicyQuota(t, config); err != nil {
			return nil, err
		}
	}
	t.engine.Advance(s.now())
	if err := s.checkAlarms(sc, t, *in.PolicyName, config); err != nil {
		return nil, err
	}
	if p == nil {
		p = &policy{
			sequence:  s.region(sc).next(),
			name:      *in.PolicyName,
			createdBy: s.newID().String(),
			created:   s.now(),
		}
	}
	if err := s.putPolicy(sc, t, p, config); err != nil {
		return nil, err
	}
	s.changed(t)
	s.acted(t)
	return &putPolicyOutput{policyARN(sc, t, p.name), p.alarms}, nil
}

// putPolicy gives a policy its configuration, its alarms, and its place in the
// engine of the target.
func (s *Service) putPolicy(sc wire.Scope, t *target, p *policy, config policyConfig) error {
	next := *p
	next.config, next.forecasts = config, nil
	if config.policyType == predictiveScaling {
		next.forecasts = s.newForecasts()
	}
	next.action = alarmAction(sc, t, &next)
	if err := t.engine.PutPolicy(next.domain()); err != nil {
		return wire.Validation("%s", err)
	}
	s.replaceAlarms(sc, t, &next)
	if p.action != "" {
		s.Policy(sc, p.action).policyOf = policyOf{}
	}
	*p = next
	t.policies[p.name] = p
	s.Policy(sc, p.action).policyOf = policyOf{t, p}
	s.foretell(t)
	return nil
}

// policyConfig returns what a request makes of a policy's configuration. Old
// is empty for a new policy.
func (s *Service) policyConfig(old policyConfig, in putPolicyInput) (policyConfig, error) {
	next := policyConfig{policyType: old.policyType}
	set(&next.policyType, in.PolicyType)
	switch {
	case next.policyType == "":
		return next, wire.Validation("PolicyType must be specified")
	case old.policyType != "" && next.policyType != old.policyType:
		if !s.behaviour.AllowPolicyTypeChange {
			return next, wire.Validation("The policy type of an existing scaling policy cannot be changed from %s to %s", old.policyType, next.policyType)
		}
		old = policyConfig{}
	}
	if s.behaviour.StrictPolicyUpdate {
		old = policyConfig{}
	}
	next.step = mergeStep(old.step, in.StepScalingPolicyConfiguration)
	next.tracking = mergeTracking(old.tracking, in.TargetTrackingScalingPolicyConfiguration)
	next.predictive = either(in.PredictiveScalingPolicyConfiguration, old.predictive)
	switch {
	case !next.own():
		return next, wire.Validation("%s policy configuration must be specified", next.policyType)
	case next.count() > 1:
		return next, wire.Validation("You must only provide a single scaling policy configuration, which must match the scaling policy type specified.")
	}
	return next, nil
}

// own reports whether the configuration that belongs to the type is there.
func (c policyConfig) own() bool {
	switch c.policyType {
	case stepScaling:
		return c.step != nil
	case targetTracking:
		return c.tracking != nil
	default:
		return c.predictive != nil
	}
}

// count returns how many configurations there are.
func (c policyConfig) count() int {
	return countOf(c.step != nil, c.tracking != nil, c.predictive != nil)
}

// mergeStep replaces a step configuration, except for the two members that a
// new one must have and an update may omit.
func mergeStep(old, given *stepConfig) *stepConfig {
	if given == nil || old == nil {
		return either(given, old)
	}
	merged := *given
	merged.AdjustmentType = either(merged.AdjustmentType, old.AdjustmentType)
	if merged.StepAdjustments == nil {
		merged.StepAdjustments = old.StepAdjustments
	}
	return &merged
}

// mergeTracking replaces a target tracking configuration, except for the
// metric, which an update may omit.
func mergeTracking(old, given *trackingConfig) *trackingConfig {
	if given == nil || old == nil {
		return either(given, old)
	}
	merged := *given
	if merged.PredefinedMetricSpecification == nil && merged.CustomizedMetricSpecification == nil {
		merged.PredefinedMetricSpecification = old.PredefinedMetricSpecification
		merged.CustomizedMetricSpecification = old.CustomizedMetricSpecification
	}
	return &merged
}

func either[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// checkPolicyQuota counts step and target tracking policies, which share a
// quota.
func (s *Service) checkPolicyQuota(t *target, config policyConfig) error {
	if config.policyType == predictiveScaling {
		return nil
	}
	n := 0
	for _, p := range t.policies {
		if p.config.policyType != predictiveScaling {
			n++
		}
	}
	if limit := s.behaviour.Quotas.Policies; n >= limit {
		return limitExceeded("You have reached the limit of %d scaling policies for the scalable target.", limit)
	}
	return nil
}

// deleteScalingPolicy deletes a policy.
func (s *Service) deleteScalingPolicy(sc wire.Scope, in deletePolicyInput) (any, error) {
	id := in.identity()
	if _, err := resolve(id); err != nil {
		return nil, err
	}
	t := s.find(sc, id)
	if t == nil || t.policies[*in.PolicyName] == nil {
		return nil, objectNotFound("No scaling policy found for %s, policy name: %s", id, *in.PolicyName)
	}
	if err := s.idle(t); err != nil {
		return nil, err
	}
	s.releaseAlarms(sc, t, t.policies[*in.PolicyName], false)
	delete(t.policies, *in.PolicyName)
	t.engine.Advance(s.now())
	t.engine.RemovePolicy(*in.PolicyName)
	s.changed(t)
	s.acted(t)
	return nil, nil
}
