package autoscaling

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Plan is the way from what AWS has to what is declared.
type Plan struct {
	Changes []Change // in the order in which they must be made

	// TargetMissing says that policies or actions are declared for a target
	// that is not registered and that nobody declares; their changes are not
	// in the plan, because AWS would refuse them.
	TargetMissing bool
	// Bounds explains bounds that differ from the declared ones because a
	// scheduled action set them; nil when there is nothing to explain.
	Bounds *ScheduledBounds
}

// Diff returns the plan for one scalable target. It is the only comparison in
// the program: the controller executes its plan, the command line prints it.
//
// The order is AWS's own dependency: the target before what hangs under it;
// deletions before puts, because two target tracking policies may not name the
// same metric even for a moment; and when the target itself goes, one
// deregistration, which takes everything under it along (AWS API:
// DeregisterScalableTarget). Nothing that is not declared is changed, and nothing
// that is yielded to somebody else: see [Yield]. Now counts where AWS has not said
// when it was observed.
func Diff(id Identity, desired Desired, observed Observed, now time.Time) Plan {
	if t := desired.Target; t != nil && t.Absent {
		return planDeregister(desired, observed)
	}
	if !observed.At.IsZero() {
		now = observed.At
	}
	d := differ{id: id, desired: Yield(desired, observed), observed: observed, now: now}
	d.target()
	d.deletePolicies()
	d.deleteActions()
	if observed.Target == nil && desired.Target == nil {
		d.plan.TargetMissing = slices.ContainsFunc(desired.Policies, func(p DesiredPolicy) bool { return !p.Absent }) ||
			slices.ContainsFunc(desired.Actions, func(a DesiredAction) bool { return !a.Absent })
		return d.plan
	}
	d.putPolicies()
	d.putActions()
	return d.plan
}

func planDeregister(desired Desired, observed Observed) Plan {
	stays := slices.ContainsFunc(desired.Policies, func(p DesiredPolicy) bool { return !p.Absent }) ||
		slices.ContainsFunc(desired.Actions, func(a DesiredAction) bool { return !a.Absent })
	plan := Plan{TargetMissing: stays}
	if observed.Target == nil {
		return plan
	}
	c := Change{Op: OpDeregisterTarget, Verb: Delete, Kind: KindTarget}
	if gone := childNames(observed); len(gone) > 0 {
		c.Consequences = append(c.Consequences, "AWS deletes "+strings.Join(gone, ", ")+" with the scalable target")
	}
	if lost := childNames(undeclared(desired, observed)); len(lost) > 0 {
		c.Consequences = append(c.Consequences, "no object that is reconciled declares "+strings.Join(lost, ", "))
	}
	c.Consequences = append(c.Consequences, "the capacity of the resource stays as it is")
	plan.Changes = []Change{c}
	return plan
}

func childNames(o Observed) []string {
	var parts []string
	for _, p := range o.Policies {
		parts = append(parts, "scaling policy "+p.Name)
	}
	for _, a := range o.Actions {
		parts = append(parts, "scheduled action "+a.Name)
	}
	slices.Sort(parts)
	return parts
}

// undeclared is what AWS has under the target and nobody declares.
func undeclared(desired Desired, observed Observed) Observed {
	var o Observed
	for _, p := range observed.Policies {
		if !slices.ContainsFunc(desired.Policies, func(d DesiredPolicy) bool { return d.Name == p.Name }) {
			o.Policies = append(o.Policies, p)
		}
	}
	for _, a := range observed.Actions {
		if !slices.ContainsFunc(desired.Actions, func(d DesiredAction) bool { return d.Name == a.Name }) {
			o.Actions = append(o.Actions, a)
		}
	}
	return o
}

type differ struct {
	id       Identity
	desired  Desired
	observed Observed
	now      time.Time
	plan     Plan
}

func (d *differ) add(c Change) { d.plan.Changes = append(d.plan.Changes, c) }

func (d *differ) deletePolicies() {
	for _, p := range d.desired.Policies {
		if was := d.observed.Policy(p.Name); p.Absent && was != nil {
			c := Change{Op: OpDeletePolicy, Verb: Delete, Kind: KindPolicy, Name: p.Name}
			c.Consequences = deletedAlarms(was)
			d.add(c)
		}
	}
}

func deletedAlarms(p *ObservedPolicy) []string {
	if p.Type != TargetTrackingScaling || len(p.Alarms) == 0 {
		return nil
	}
	return []string{"AWS deletes the policy's alarms " + alarmNames(p.Alarms)}
}

func alarmNames(alarms []Alarm) string {
	names := make([]string, len(alarms))
	for i, a := range alarms {
		names[i] = a.Name
	}
	return strings.Join(names, ", ")
}

func (d *differ) deleteActions() {
	for _, a := range d.desired.Actions {
		if a.Absent && d.observed.Action(a.Name) != nil {
			d.add(Change{Op: OpDeleteAction, Verb: Delete, Kind: KindAction, Name: a.Name})
		}
	}
}

func (d *differ) putPolicies() {
	var puts []Change
	for _, p := range d.desired.Policies {
		if p.Absent {
			continue
		}
		puts = append(puts, d.putPolicy(p.Policy, p.Alarms, p.Unhealed)...)
	}
	// A policy that is deleted to change its type goes before any put, for
	// the same reason as other deletions.
	slices.SortStableFunc(puts, func(a, b Change) int { return cmp.Compare(putOrder(a), putOrder(b)) })
	d.plan.Changes = append(d.plan.Changes, puts...)
}

func putOrder(c Change) int {
	switch {
	case c.Op == OpDeletePolicy:
		return 0
	case c.Verb == Update:
		return 1 // may free a metric that a new policy takes
	}
	return 2
}

func (d *differ) putPolicy(p Policy, alarms, unhealed []Alarm) []Change {
	put := Change{Op: OpPutPolicy, Verb: Create, Kind: KindPolicy, Name: p.Name, Policy: &p}
	want := policyFields(d.id.ServiceNamespace, p)
	was := d.observed.Policy(p.Name)
	if was == nil {
		put.Fields = compareFields(nil, madeAnew(want))
		return []Change{put}
	}
	if p.Type != was.Type {
		want = madeAnew(want)
	}
	put.Fields = append(compareFields(policyFields(d.id.ServiceNamespace, was.Policy), want), alarmChanges(d.id.ServiceNamespace, p, alarms, unhealed, was)...)
	if len(put.Fields) == 0 {
		return nil
	}
	if p.Type != was.Type {
		// AWS does not document a change of the type in place.
		gone := Change{Op: OpDeletePolicy, Verb: Delete, Kind: KindPolicy, Name: p.Name,
			Consequences: append([]string{fmt.Sprintf("the policy is replaced because its type changes from %s to %s", was.Type, p.Type)}, deletedAlarms(was)...)}
		return []Change{gone, put}
	}
	put.Verb = Update
	if p.Type == TargetTrackingScaling && len(was.Alarms) > 0 {
		put.Consequences = []string{"AWS replaces the policy's alarms " + alarmNames(was.Alarms)}
	}
	return []Change{put}
}

func (d *differ) putActions() {
	for _, a := range d.desired.Actions {
		if a.Absent {
			continue
		}
		action := a.Action
		put := Change{Op: OpPutAction, Verb: Create, Kind: KindAction, Name: a.Name, Action: &action}
		if was := d.observed.Action(a.Name); was != nil {
			put.Verb = Update
			put.Fields = compareFields(actionFields(was.Action), actionFields(action))
			if len(put.Fields) == 0 {
				continue
			}
			if action.Timezone == "" && was.Timezone != "" {
				// AWS keeps a time zone that is left out.
				action.Timezone = defaultTimezone
			}
		} else {
			put.Fields = compareFields(nil, madeAnew(actionFields(action)))
		}
		d.add(put)
	}
}

// tagChanges returns the tags to set and the keys to take away. Tags that are
// not declared, and never were, belong to somebody else.
func tagChanges(want Target, have map[string]string) (set map[string]string, remove []string, fields []FieldChange) {
	for _, key := range slices.Sorted(maps.Keys(want.Tags)) {
		if was, ok := have[key]; !ok || was != want.Tags[key] {
			if set == nil {
				set = map[string]string{}
			}
			set[key] = want.Tags[key]
			fields = append(fields, FieldChange{Field: "tags[" + key + "]", From: was, To: want.Tags[key]})
		}
	}
	for _, key := range slices.Sorted(slices.Values(want.RemovedTags)) {
		if was, ok := have[key]; ok {
			remove = append(remove, key)
			fields = append(fields, FieldChange{Field: "tags[" + key + "]", From: was})
		}
	}
	return set, remove, fields
}
