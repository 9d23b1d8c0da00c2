package appautoscaling

import (
	"fmt"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// A filter by dimension needs one by resource (AWS API, all Describe
// operations). The text is ours.
func dimensionAlone() error {
	return wire.Validation("If you specify a scalable dimension, you must also specify a resource ID")
}

type describeTargetsInput struct {
	ServiceNamespace  *string
	ResourceIDs       []string `json:"ResourceIds"`
	ScalableDimension *string
	pageInput
}

func (in describeTargetsInput) check(c *wire.Constraints) {
	checkNamespace(c, in.ServiceNamespace)
	checkNames(c, "resourceIds", in.ResourceIDs)
	checkDimension(c, in.ScalableDimension)
}

type describeTargetsOutput struct {
	ScalableTargets []targetMember
	NextToken       *string `json:",omitempty"`
}

// targetMember is ScalableTarget.
type targetMember struct {
	ServiceNamespace  string
	ResourceID        string `json:"ResourceId"`
	ScalableDimension string
	MinCapacity       int32
	MaxCapacity       int32
	PredictedCapacity *int32 `json:",omitempty"`
	RoleARN           string
	CreationTime      wire.Time
	SuspendedState    suspendedMember
	ScalableTargetARN string
}

// suspendedMember is SuspendedState as the service answers it: always with all
// three flags.
type suspendedMember struct {
	DynamicScalingInSuspended  bool
	DynamicScalingOutSuspended bool
	ScheduledScalingSuspended  bool
}

func (s *Service) describeScalableTargets(sc wire.Scope, in describeTargetsInput) (any, error) {
	if in.ScalableDimension != nil && len(in.ResourceIDs) == 0 {
		return nil, dimensionAlone()
	}
	f := targetFilter{namespace: *in.ServiceNamespace, resourceIDs: in.ResourceIDs, dimension: in.ScalableDimension}
	targets, err := s.filterTargets(sc, f)
	if err != nil {
		return nil, err
	}
	l := listing[*target]{scope: sc, operation: "DescribeScalableTargets", filter: f.parts(), limit: pageLimit, targets: targets}
	l.of = func(t *target) []item[*target] { return []item[*target]{{s.key(t, t.sequence, ""), t}} }
	found, token, err := page(s, l, in.pageInput)
	if err != nil {
		return nil, err
	}
	out := &describeTargetsOutput{make([]targetMember, len(found)), token}
	for i, t := range found {
		out.ScalableTargets[i] = describeTarget(sc, t)
	}
	return out, nil
}

func describeTarget(sc wire.Scope, t *target) targetMember {
	m := targetMember{
		ServiceNamespace:  t.namespace,
		ResourceID:        t.resourceID,
		ScalableDimension: t.dimension,
		MinCapacity:       t.min,
		MaxCapacity:       t.max,
		RoleARN:           t.roleARN,
		CreationTime:      wire.Time{Time: t.created},
		SuspendedState:    suspendedMember{t.suspended.in, t.suspended.out, t.suspended.scheduled},
		ScalableTargetARN: targetARN(sc, t),
	}
	if predicted, ok := t.engine.PredictedCapacity(); ok {
		m.PredictedCapacity = &predicted
	}
	return m
}

// childFilter are the filters that policies and scheduled actions share.
type childFilter struct {
	ServiceNamespace  *string
	ResourceID        *string `json:"ResourceId"`
	ScalableDimension *string
}

func (f childFilter) check(c *wire.Constraints) {
	checkNamespace(c, f.ServiceNamespace)
	checkText(c, "resourceId", f.ResourceID)
	checkDimension(c, f.ScalableDimension)
}

// target returns the filter of the targets whose children are asked for.
func (f childFilter) target() (targetFilter, error) {
	if f.ScalableDimension != nil && f.ResourceID == nil {
		return targetFilter{}, dimensionAlone()
	}
	out := targetFilter{namespace: *f.ServiceNamespace, dimension: f.ScalableDimension}
	if f.ResourceID != nil {
		out.resourceIDs = []string{*f.ResourceID}
	}
	return out, nil
}

type describePoliciesInput struct {
	PolicyNames []string
	childFilter
	pageInput
}

func (in describePoliciesInput) check(c *wire.Constraints) {
	checkNames(c, "policyNames", in.PolicyNames)
	in.childFilter.check(c)
}

type describePoliciesOutput struct {
	ScalingPolicies []policyMember
	NextToken       *string `json:",omitempty"`
}

// policyMember is ScalingPolicy.
type policyMember struct {
	PolicyARN                                string
	PolicyName                               string
	ServiceNamespace                         string
	ResourceID                               string `json:"ResourceId"`
	ScalableDimension                        string
	PolicyType                               string
	StepScalingPolicyConfiguration           *stepConfig       `json:",omitempty"`
	TargetTrackingScalingPolicyConfiguration *trackingConfig   `json:",omitempty"`
	PredictiveScalingPolicyConfiguration     *predictiveConfig `json:",omitempty"`
	Alarms                                   []alarmMember     `json:",omitempty"`
	CreationTime                             wire.Time
}

func (s *Service) describeScalingPolicies(sc wire.Scope, in describePoliciesInput) (any, error) {
	f, err := in.target()
	if err != nil {
		return nil, err
	}
	targets, err := s.filterTargets(sc, f)
	if err != nil {
		return nil, err
	}
	l := listing[policyOf]{scope: sc, operation: "DescribeScalingPolicies", filter: f.parts(), names: in.PolicyNames, limit: policyPageLimit, targets: targets}
	l.of = func(t *target) (items []item[policyOf]) {
		for _, p := range t.policies {
			if selected(in.PolicyNames, p.name) {
				items = append(items, item[policyOf]{s.key(t, p.sequence, p.name), policyOf{t, p}})
			}
		}
		return items
	}
	found, token, err := page(s, l, in.pageInput)
	if err != nil {
		return nil, err
	}
	out := &describePoliciesOutput{make([]policyMember, len(found)), token}
	for i, it := range found {
		if out.ScalingPolicies[i], err = s.describePolicy(sc, it.target, it.policy); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// describePolicy lists the managed alarms of a target tracking policy, and of
// a step policy the alarms that have it as action.
func (s *Service) describePolicy(sc wire.Scope, t *target, p *policy) (policyMember, error) {
	m := policyMember{
		PolicyARN:                                policyARN(sc, t, p.name),
		PolicyName:                               p.name,
		ServiceNamespace:                         t.namespace,
		ResourceID:                               t.resourceID,
		ScalableDimension:                        t.dimension,
		PolicyType:                               p.config.policyType,
		StepScalingPolicyConfiguration:           p.config.step,
		TargetTrackingScalingPolicyConfiguration: p.config.tracking,
		PredictiveScalingPolicyConfiguration:     p.config.predictive,
		Alarms:                                   p.alarms,
		CreationTime:                             wire.Time{Time: p.created},
	}
	if s.behaviour.ListExistingAlarms && p.config.policyType == targetTracking {
		existing := s.alarms.WithAction(sc, p.action)
		m.Alarms = slices.DeleteFunc(slices.Clone(p.alarms), func(a alarmMember) bool {
			return !slices.ContainsFunc(existing, func(e AlarmRef) bool { return e.Name == a.AlarmName })
		})
	}
	if p.config.policyType == stepScaling {
		if err := s.alarms.Reach(sc, "DescribeAlarms"); err != nil {
			return m, s.behaviour.noAccess(err, "Unable to retrieve alarms for scaling policy "+m.PolicyARN)
		}
		for _, a := range s.alarms.WithAction(sc, m.PolicyARN) {
			m.Alarms = append(m.Alarms, alarmMember{a.Name, a.ARN})
		}
	}
	return m, nil
}

type describeActionsInput struct {
	ScheduledActionNames []string
	childFilter
	pageInput
}

func (in describeActionsInput) check(c *wire.Constraints) {
	checkNames(c, "scheduledActionNames", in.ScheduledActionNames)
	in.childFilter.check(c)
}

type describeActionsOutput struct {
	ScheduledActions []actionMember
	NextToken        *string `json:",omitempty"`
}

// actionMember is ScheduledAction.
type actionMember struct {
	ScheduledActionName  string
	ScheduledActionARN   string
	ServiceNamespace     string
	Schedule             string
	Timezone             *string `json:",omitempty"`
	ResourceID           string  `json:"ResourceId"`
	ScalableDimension    string
	StartTime            *wire.Time    `json:",omitempty"`
	EndTime              *wire.Time    `json:",omitempty"`
	ScalableTargetAction *targetAction `json:",omitempty"`
	CreationTime         wire.Time
}

func (s *Service) describeScheduledActions(sc wire.Scope, in describeActionsInput) (any, error) {
	f, err := in.target()
	if err != nil {
		return nil, err
	}
	targets, err := s.filterTargets(sc, f)
	if err != nil {
		return nil, err
	}
	l := listing[actionMember]{scope: sc, operation: "DescribeScheduledActions", filter: f.parts(), names: in.ScheduledActionNames, limit: pageLimit, targets: targets}
	l.of = func(t *target) (items []item[actionMember]) {
		for _, a := range t.actions {
			if selected(in.ScheduledActionNames, a.name) {
				items = append(items, item[actionMember]{s.key(t, a.sequence, a.name), describeAction(sc, t, a)})
			}
		}
		return items
	}
	out, token, err := page(s, l, in.pageInput)
	if err != nil {
		return nil, err
	}
	return &describeActionsOutput{out, token}, nil
}

func describeAction(sc wire.Scope, t *target, a *action) actionMember {
	return actionMember{
		ScheduledActionName:  a.name,
		ScheduledActionARN:   actionARN(sc, t, a.name),
		ServiceNamespace:     t.namespace,
		Schedule:             a.schedule,
		Timezone:             a.timezone,
		ResourceID:           t.resourceID,
		ScalableDimension:    t.dimension,
		StartTime:            a.start,
		EndTime:              a.end,
		ScalableTargetAction: a.bounds,
		CreationTime:         wire.Time{Time: a.created},
	}
}

// targetFilter selects targets, all by exact values.
type targetFilter struct {
	namespace   string
	resourceIDs []string // empty: all
	dimension   *string
}

// parts lists what the filter asks for, to tell it from others.
func (f targetFilter) parts() []string {
	return append([]string{f.namespace, value(f.dimension)}, f.resourceIDs...)
}

// consistent refuses a dimension of another namespace.
func (f targetFilter) consistent() error {
	if f.dimension != nil && !strings.HasPrefix(*f.dimension, f.namespace+":") {
		return unsupportedIdentity()
	}
	return nil
}

func (f targetFilter) selects(id identity) bool {
	return id.namespace == f.namespace && selected(f.resourceIDs, id.resourceID) && (f.dimension == nil || id.dimension == *f.dimension)
}

// filterTargets returns the targets that a filter selects, by their keys.
func (s *Service) filterTargets(sc wire.Scope, f targetFilter) ([]*target, error) {
	if err := f.consistent(); err != nil {
		return nil, err
	}
	r := s.region(sc)
	candidates := r.of(f.namespace)
	switch {
	case len(f.resourceIDs) > 0:
		candidates = r.named(f.namespace, f.resourceIDs)
	case s.behaviour.RegisterDelay <= 0:
		return candidates, nil // all of a namespace, which a page need not look at
	}
	var out []*target
	for _, t := range candidates {
		if f.selects(t.identity) && s.visible(t) {
			out = append(out, t)
		}
	}
	return out, nil
}

// named returns the targets of some resources, in order.
func (r *region) named(namespace string, resourceIDs []string) []*target {
	var found []*target
	for _, resourceID := range resourceIDs {
		for _, dimension := range dimensionsIn[namespace] {
			if t := r.targets[identity{namespace, resourceID, dimension}]; t != nil {
				found = append(found, t)
			}
		}
	}
	slices.SortFunc(found, func(a, b *target) int { return strings.Compare(a.key, b.key) })
	return slices.Compact(found)
}

// selected reports whether a filter, which may be empty, names a value.
func selected(filter []string, value string) bool {
	return len(filter) == 0 || slices.Contains(filter, value)
}

// key orders lists.
func (s *Service) key(t *target, sequence int, name string) string {
	if s.behaviour.OldestFirst {
		return fmt.Sprintf("%020d", sequence)
	}
	return t.key + name
}
