package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/report"
)

// object says what becomes of one member.
func (t *targetPlan) object(m *declared.Member) report.ObjectPlan {
	o := t.byItself(m)
	t.withTarget(m, &o)
	return o
}

// byItself says what becomes of one member, but for what its target takes along.
func (t *targetPlan) byItself(m *declared.Member) report.ObjectPlan {
	o := t.named(m)
	if t.refuse(m, &o) || t.wait(m, &o) {
		return o
	}
	o.Action = report.ActionNone
	switch {
	case m.Life.ReadOnly:
		o.Notes = []string{"is read-only: what AWS has is looked at and never written"}
		return o
	case m.Life.Adoption.FromAWS && !m.Deleting():
		t.adoption(m, &o)
		return o
	case slices.Contains(t.vanished, m):
		o.Action = report.ActionRefused
		o.Notes = []string{"was adopted and is not in AWS any more, so it is not created again; to have it created, remove the annotation " + v1alpha1.AnnotationAdopted}
		return o
	case slices.Contains(t.foreign, m):
		o.Action = report.ActionRefused
		o.Notes = []string{"is in AWS already and was not made by this object, so it is left alone; to take it over, annotate the object with " + adoption}
		o.Notes = append(o.Notes, t.owner()...)
		return o
	case !slices.Contains(t.members, m):
		o.Notes = []string{"the object goes, and what it declares stays in AWS"}
		return o
	}
	_, there := t.counterpart(m)
	if m.Kind != autoscaling.KindTarget && !m.Deleting() && t.plan.TargetMissing {
		o.Action = report.ActionWait
		o.Notes = []string{"the scalable target is not registered, and no object here registers it"}
		if t.deregisters() {
			o.Notes = []string{"the scalable target is deregistered, and no object here registers it again"}
		}
		return o
	}
	t.changes(m, &o)
	t.ownership(m, there, &o)
	if m.RoleFrom != nil && !m.Deleting() {
		o.Notes = append(o.Notes, fmt.Sprintf("roleARN was not compared: %s, to which roleRef refers, is not among the documents", m.RoleFrom))
	}
	t.bounds(m, &o)
	t.alarms(m, &o)
	t.unmentioned(m, &o)
	t.yield(m, &o)
	t.pause(m, &o)
	if m.Kind == autoscaling.KindTarget {
		o.Notes = append(o.Notes, t.unread...)
	}
	return o
}

// changes takes over the changes of the plan that are about the member.
func (t *targetPlan) changes(m *declared.Member, o *report.ObjectPlan) {
	var verbs []autoscaling.Verb
	for _, c := range t.plan.Changes {
		if c.Kind != m.Kind || c.Name != m.AWS {
			continue
		}
		verbs = append(verbs, c.Verb)
		if c.Because != "" {
			o.Notes = append(o.Notes, c.Because)
		}
		for _, f := range c.Fields {
			o.Fields = append(o.Fields, report.FieldChange(f))
		}
		for _, text := range c.Consequences {
			if !slices.Contains(o.Consequences, text) {
				o.Consequences = append(o.Consequences, text)
			}
		}
	}
	switch {
	case len(verbs) == 0: // AWS has what is declared
	case slices.Contains(verbs, autoscaling.Delete) && slices.Contains(verbs, autoscaling.Create):
		o.Action = report.ActionReplace
	case slices.Contains(verbs, autoscaling.Delete):
		o.Action = report.ActionDelete
	case slices.Contains(verbs, autoscaling.Create):
		o.Action = report.ActionCreate
	default:
		o.Action = report.ActionUpdate
	}
}

// deregisters says that the plan deregisters the target.
func (t *targetPlan) deregisters() bool {
	return slices.ContainsFunc(t.plan.Changes, func(c autoscaling.Change) bool { return c.Op == autoscaling.OpDeregisterTarget })
}

// withTarget says that the deregistration of the target takes along what a
// member has in AWS, whatever the member itself asks for.
func (t *targetPlan) withTarget(m *declared.Member, o *report.ObjectPlan) {
	if m.Kind == autoscaling.KindTarget || !t.deregisters() || !t.has(m.Kind, o.AWSName) {
		return
	}
	goes := "AWS deletes it with the scalable target"
	if o.Action == report.ActionRefused {
		o.Consequences = append(o.Consequences, goes)
		return
	}
	if !m.Deleting() {
		goes += ", which is deregistered; after that the object waits until the target is registered again"
	}
	o.Action, o.Fields, o.Consequences, o.Notes = report.ActionDelete, nil, nil, []string{goes}
}

// bounds explains bounds that a scheduled action set.
func (t *targetPlan) bounds(m *declared.Member, o *report.ObjectPlan) {
	if m.Kind != autoscaling.KindTarget || t.plan.Bounds == nil {
		return
	}
	for _, b := range []struct {
		name  string
		bound *autoscaling.ScheduledBound
	}{{"minCapacity", t.plan.Bounds.Min}, {"maxCapacity", t.plan.Bounds.Max}} {
		if b.bound != nil {
			o.Notes = append(o.Notes, fmt.Sprintf("%s is %d since %s, set by scheduled action %s (declared: %d); it stays until it is edited",
				b.name, b.bound.Value, b.bound.Since.UTC().Format(time.RFC3339), b.bound.Action, b.bound.Base))
		}
	}
}
