package autoscaling

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// Validate checks what is declared for one scalable target as a whole: the
// rules that no part of it can break alone. What each part breaks by itself is
// found by [ValidateTarget], [ValidatePolicy] and [ValidateAction]. Parts that
// shall not exist are left out.
//
// Every finding says by Kind and Name which part it is about.
func Validate(id Identity, d Desired) []Finding {
	var r report
	g := groupOf(id, d)
	for _, check := range groupChecks {
		check(&r, g)
	}
	return r.found
}

// group is what shall exist.
type group struct {
	dimension catalog.Dimension // zero: not known
	target    *Target
	policies  []Policy
	actions   []Action
}

func groupOf(id Identity, d Desired) group {
	var g group
	if dimension, ok := catalog.LookupDimension(id.ScalableDimension); ok {
		g.dimension = dimension
	}
	if d.Target != nil && !d.Target.Absent {
		g.target = &d.Target.Target
	}
	for _, p := range d.Policies {
		if !p.Absent {
			g.policies = append(g.policies, p.Policy)
		}
	}
	for _, a := range d.Actions {
		if !a.Absent {
			g.actions = append(g.actions, a.Action)
		}
	}
	return g
}

var groupChecks = []func(*report, group){
	checkNames,
	checkQuotas,
	checkMetricsDiffer,
	checkActionBounds,
	checkPredictiveRole,
	checkWayOutOfZero,
}

// about reports a finding about one part of the group.
func (r *report) about(kind Kind, name string, code Code, field, format string, args ...any) {
	r.add(code, field, format, args...)
	last := &r.found[len(r.found)-1]
	last.Kind, last.Name = kind, name
}

func checkNames(r *report, g group) {
	seen := map[string]bool{}
	for _, p := range g.policies {
		if seen[p.Name] {
			r.about(KindPolicy, p.Name, NameDuplicate, "policyName", "two policies of the target are called %s: rename one of them", shown(p.Name))
		}
		seen[p.Name] = true
	}
	clear(seen)
	for _, a := range g.actions {
		if seen[a.Name] {
			r.about(KindAction, a.Name, NameDuplicate, "scheduledActionName", "two scheduled actions of the target are called %s: rename one of them", shown(a.Name))
		}
		seen[a.Name] = true
	}
}

// checkQuotas reports those that are too many, the last ones by name.
func checkQuotas(r *report, g group) {
	var policies, actions []string
	for _, p := range g.policies {
		if p.Type != PredictiveScaling {
			policies = append(policies, p.Name)
		}
	}
	for _, a := range g.actions {
		actions = append(actions, a.Name)
	}
	for _, name := range beyond(policies, catalog.MaxPoliciesPerTarget) {
		r.about(KindPolicy, name, PoliciesTooMany, "policyName", "the target has %d target tracking and step policies, and AWS allows %d: remove some", len(policies), catalog.MaxPoliciesPerTarget)
	}
	for _, name := range beyond(actions, catalog.MaxActionsPerTarget) {
		r.about(KindAction, name, ActionsTooMany, "scheduledActionName", "the target has %d scheduled actions, and AWS allows %d: remove some", len(actions), catalog.MaxActionsPerTarget)
	}
}

func beyond(names []string, quota int) []string {
	slices.Sort(names)
	return names[min(quota, len(names)):]
}

// checkMetricsDiffer finds target tracking policies that follow the same
// metric. The later one by name is reported, whatever the order.
func checkMetricsDiffer(r *report, g group) {
	policies := slices.SortedStableFunc(slices.Values(g.policies), func(a, b Policy) int { return strings.Compare(a.Name, b.Name) })
	owner := map[string]string{}
	for _, p := range policies {
		if p.TargetTracking == nil {
			continue
		}
		metric := metricKey(p.TargetTracking)
		if metric == "" {
			continue
		}
		if first, taken := owner[metric]; taken && first != p.Name {
			r.about(KindPolicy, p.Name, MetricDuplicate, inTargetTracking,
				"the policy follows the same metric as the policy %s: remove one of them, or let it follow another metric", shown(first))
			continue
		}
		owner[metric] = p.Name
	}
}

// metricKey is a text that is equal for equal metrics, and empty if there is
// no metric.
func metricKey(c *TargetTracking) string {
	metric := TargetTracking{Predefined: c.Predefined, Customized: c.Customized}
	var l fieldList
	l.targetTracking("", &metric)
	var b strings.Builder
	for _, f := range l.fields {
		fmt.Fprintf(&b, "%q=%q\n", f.path, f.value)
	}
	return b.String()
}

// checkActionBounds finds actions that set only one bound, and set it beyond
// the other, so that the run fails. The bounds that actions set stay in force,
// so the other bound may be the target's or that of any other action.
func checkActionBounds(r *report, g group) {
	if g.target == nil {
		return
	}
	lowers, uppers := []*int32{g.target.MinCapacity}, []*int32{g.target.MaxCapacity}
	for _, a := range g.actions {
		lowers, uppers = append(lowers, a.MinCapacity), append(uppers, a.MaxCapacity)
	}
	lower, upper := distinct(lowers), distinct(uppers)
	for _, a := range g.actions {
		switch {
		case a.MinCapacity != nil && a.MaxCapacity == nil:
			at, _ := slices.BinarySearch(upper, *a.MinCapacity)
			r.oneBound(a.Name, "minCapacity", "maxCapacity", *a.MinCapacity, upper[:at], at < len(upper) || g.target.MaxCapacity == nil)
		case a.MaxCapacity != nil && a.MinCapacity == nil:
			at, found := slices.BinarySearch(lower, *a.MaxCapacity)
			if found {
				at++
			}
			r.oneBound(a.Name, "maxCapacity", "minCapacity", *a.MaxCapacity, lower[at:], at > 0 || g.target.MinCapacity == nil)
		}
	}
}

// distinct returns the values that there are, in order.
func distinct(values []*int32) []int32 {
	var there []int32
	for _, v := range values {
		if v != nil {
			there = append(there, *v)
		}
	}
	slices.Sort(there)
	return slices.Compact(there)
}

// mostValues is how many values a sentence names.
const mostValues = 5

// oneBound reports the only bound that an action sets, if the other one can have
// values that it crosses; possible says that it can also have another one.
func (r *report) oneBound(name, bound, other string, value int32, crossed []int32, possible bool) {
	if len(crossed) == 0 {
		return
	}
	var named []string
	for _, v := range crossed[:min(mostValues, len(crossed))] {
		named = append(named, strconv.Itoa(int(v)))
	}
	field, when := "scalableTargetAction."+bound, strings.Join(named, " or ")
	if more := len(crossed) - len(named); more > 0 {
		when += fmt.Sprintf(" or one of %d more values", more)
	}
	if possible {
		r.about(KindAction, name, ActionMayNotApply, field, "the action sets only %s, to %d, and fails while %s is %s: write %s too", bound, value, other, when, other)
		return
	}
	r.about(KindAction, name, ActionNeverApplies, field, "the action sets only %s, to %d, and %s is %s, so it always fails: write %s too", bound, value, other, when, other)
}

func checkPredictiveRole(r *report, g group) {
	if g.target == nil || g.target.RoleARN == "" || catalog.IsServiceLinkedRole(g.target.RoleARN) {
		return
	}
	for _, p := range g.policies {
		if p.Predictive != nil {
			r.about(KindPolicy, p.Name, PredictiveNeedsServiceLinkedRole, inPredictive, "predictive scaling works with the service-linked role only: remove roleARN from the scalable target")
		}
	}
}

// checkWayOutOfZero finds targets that can go to zero with nothing to bring
// them back. At zero there is no capacity that could report the predefined
// metrics, so it takes a step policy on an alarm, a customized metric, or a
// schedule.
func checkWayOutOfZero(r *report, g group) {
	if g.dimension.Name == "" || g.dimension.MinCapacityFloor != 0 ||
		g.target == nil || g.target.MinCapacity == nil || *g.target.MinCapacity != 0 {
		return
	}
	goesToZero := false
	for _, p := range g.policies {
		c := p.TargetTracking
		if c == nil || c.Customized != nil {
			return
		}
		goesToZero = goesToZero || c.DisableScaleIn == nil || !*c.DisableScaleIn
	}
	raised := slices.ContainsFunc(g.actions, func(a Action) bool { return a.MinCapacity != nil && *a.MinCapacity > 0 })
	if goesToZero && !raised {
		r.about(KindTarget, "", NoWayOutOfZero, "minCapacity", "minCapacity is 0, and at zero there is no metric that target tracking could follow: write 1, or add a step policy with an alarm that notices waiting requests")
	}
}
