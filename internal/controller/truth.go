package controller

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// This file says what AWS is beside what is declared: what was changed behind
// the controller's back, what nobody declares, and what schedules set.

// The reasons of advice about AWS.
const (
	codeUndeclared  autoscaling.Code = "UndeclaredResources"
	codeAlarmEdited autoscaling.Code = "AlarmStaysEdited"
	codeAlarmBroken autoscaling.Code = "AlarmStaysBroken"
	codeNoAlarms    autoscaling.Code = "NoAlarms"
)

// tellTruth writes what the pass found out about AWS into the status of an
// object that works, and advises about it.
func (p *pass) tellTruth(m *member) {
	p.writeDrift(m)
	if m.outcome.state != synced {
		return
	}
	m.writeOwner()
	switch obj := m.obj.(type) {
	case *v1alpha1.ScalableTarget:
		p.writeUndeclared(m, obj)
		obj.Status.ScheduledBounds = scheduledBounds(p.bounds)
		if m.life.ReadOnly {
			obj.Status.ScheduledBounds = stillThere(m.known.(*v1alpha1.ScalableTarget).Status.ScheduledBounds, p.observed.Target)
		}
	case *v1alpha1.ScalingPolicy:
		p.adviseAboutAlarms(m, obj)
	}
}

// drift returns the changes that put right what others did. A difference that
// turned up while the declaration stayed the same is theirs, unless something
// that the declaration depends on is the reason, or it was left to others until
// now.
func (m *member) drift() []autoscaling.Change {
	if m.deleting() || !m.wasSynced() {
		return nil
	}
	var drift []autoscaling.Change
	for _, c := range m.outcome.changes {
		if c.Verb == autoscaling.Delete || c.Because != "" || m.roleMoved(c) {
			continue
		}
		theirs := slices.DeleteFunc(slices.Clone(c.Fields), m.takenBack)
		if len(theirs) > 0 || len(c.Fields) == 0 {
			c.Fields = theirs
			drift = append(drift, c)
		}
	}
	return drift
}

// wasSynced says that AWS had what the object declares now.
func (m *member) wasSynced() bool {
	return m.obj.GetGeneration() != 0 && m.known.GetStatus().SyncedGeneration == m.obj.GetGeneration()
}

// takenBack says that a field was left to others until somebody changed the
// annotation.
func (m *member) takenBack(f autoscaling.FieldChange) bool {
	was := m.known.GetStatus().Yielded
	return (slices.Contains(was, wholeSpec) || autoscaling.Yields(was, f.Field)) && !autoscaling.Yields(m.life.Yield, f.Field)
}

// wholeSpec among the yielded fields stands for all of them.
const wholeSpec = "spec"

// yielded are the fields that are left to others.
func (m *member) yielded() []string {
	if m.life.ReadOnly {
		return []string{wholeSpec}
	}
	return m.life.Yield
}

// roleMoved says that a change is about nothing but the role that roleRef
// names: AWS has the one that it had.
func (m *member) roleMoved(c autoscaling.Change) bool {
	target, ok := m.known.(*v1alpha1.ScalableTarget)
	return ok && target.Spec.RoleRef != nil && len(c.Fields) == 1 && c.Fields[0].Field == "roleARN" && c.Fields[0].From == value(target.Status.RoleARN)
}

// lost says that a change makes something anew that is gone from AWS, and that
// was not deleted by this pass to replace it.
func (m *member) lost(c autoscaling.Change) bool {
	return c.Verb == autoscaling.Create &&
		!slices.ContainsFunc(m.outcome.changes, func(c autoscaling.Change) bool { return c.Verb == autoscaling.Delete })
}

func (p *pass) writeDrift(m *member) {
	changes := m.drift()
	if len(changes) == 0 && !m.kept() {
		return
	}
	found := &v1alpha1.Drift{Time: m.outcome.changedAt, Replaced: m.kept()}
	if found.Time.IsZero() {
		found.Time = metav1.NewTime(p.now.Truncate(time.Second))
	}
	for _, c := range changes {
		found.Gone = found.Gone || m.lost(c)
		for _, f := range c.Fields {
			found.Fields = append(found.Fields, v1alpha1.DriftedField{Field: f.Field, Observed: f.From, Declared: f.To})
		}
	}
	m.obj.GetStatus().LastDrift = found
}

// driftInWords is the note of the event about a change that put drift right.
func (m *member) driftInWords(c autoscaling.Change) string {
	if m.lost(c) {
		return "was gone from AWS and is made anew: " + inWords(c)
	}
	return inWords(c)
}

// announceParent tells that a target was gone with all that was under it. AWS
// deregisters a target when its resource is deleted.
func (r *Reconciler) announceParent(p *pass, m *member) {
	if m.ref.Kind != autoscaling.KindTarget || !slices.ContainsFunc(m.drift(), m.lost) {
		return
	}
	var again []string
	for _, other := range p.members {
		if other != m && slices.ContainsFunc(other.drift(), other.lost) {
			again = append(again, other.inWords())
		}
	}
	note := "the scalable target was gone from AWS, perhaps because its resource was replaced, and everything under it went too"
	if len(again) > 0 {
		note += "; made anew: " + strings.Join(again, ", ")
	}
	if lost := namesInWords(p.undeclaredBefore()); lost != "" {
		note += "; lost, because nobody declares it: " + lost
	}
	if strings.Contains(note, ";") {
		r.event(m, corev1.EventTypeWarning, eventRecreated, "Update", note)
	}
}

// undeclaredBefore is what the last check saw under the target and what still
// no object declares.
func (p *pass) undeclaredBefore() v1alpha1.UndeclaredResources {
	for _, m := range p.members {
		if t, ok := m.before.(*v1alpha1.ScalableTarget); ok && t.Status.Undeclared != nil && m.mine() {
			return p.withoutDeclared(*t.Status.Undeclared)
		}
	}
	return v1alpha1.UndeclaredResources{}
}

// withoutDeclared leaves out what an object names, whatever becomes of the
// object in this pass.
func (p *pass) withoutDeclared(u v1alpha1.UndeclaredResources) v1alpha1.UndeclaredResources {
	named := func(kind autoscaling.Kind) func(string) bool {
		return func(name string) bool {
			return slices.ContainsFunc(slices.Concat(p.members, p.rivals), func(m *member) bool { return m.ref.Kind == kind && m.name == name })
		}
	}
	return v1alpha1.UndeclaredResources{
		Policies: slices.DeleteFunc(slices.Clone(u.Policies), named(autoscaling.KindPolicy)),
		Actions:  slices.DeleteFunc(slices.Clone(u.Actions), named(autoscaling.KindAction)),
	}
}

// writeUndeclared reports what AWS has under the target and nobody declares.
// Only checks look for it; other passes take out what is declared by now.
func (p *pass) writeUndeclared(m *member, obj *v1alpha1.ScalableTarget) {
	found := p.undeclaredBefore()
	if p.seen != nil {
		found = v1alpha1.UndeclaredResources{}
		for _, policy := range p.seen.Policies {
			found.Policies = append(found.Policies, policy.Name)
		}
		for _, action := range p.seen.Actions {
			found.Actions = append(found.Actions, action.Name)
		}
		found = p.withoutDeclared(found)
	}
	obj.Status.Undeclared = nil
	if names := namesInWords(found); names != "" {
		obj.Status.Undeclared = &found
		m.outcome.advice = append(m.outcome.advice, autoscaling.Finding{Code: codeUndeclared, Severity: autoscaling.Warning, Message: fmt.Sprintf(
			"AWS has %s under this scalable target, which no object declares and which takes part in the scaling. It is left alone. "+
				"To manage it, create an object for it with the annotation %s=%s; to be rid of it, delete it in AWS", names, v1alpha1.AnnotationAdoptionPolicy, v1alpha1.AdoptionPolicyAdoptOrCreate)})
	}
}

// mostNames is how many undeclared resources are named in a sentence.
const mostNames = 10

func namesInWords(u v1alpha1.UndeclaredResources) string {
	var names []string
	for _, name := range u.Policies {
		names = append(names, fmt.Sprintf("scaling policy %q", name))
	}
	for _, name := range u.Actions {
		names = append(names, fmt.Sprintf("scheduled action %q", name))
	}
	if more := len(names) - mostNames; more > 0 {
		names = append(names[:mostNames], fmt.Sprintf("%d more (see status.undeclared)", more))
	}
	return strings.Join(names, ", ")
}

// announceAdvice tells of advice about AWS when there is something new to it.
func (r *Reconciler) announceAdvice(m *member) {
	for _, f := range m.outcome.advice {
		switch f.Code {
		case codeUndeclared, codeOtherOwner, codeAlarmEdited, codeAlarmBroken, codeNoAlarms:
		default:
			continue // about the declaration, which its author has just written
		}
		was := findCondition(m.before.GetStatus().Conditions, v1alpha1.ConditionAdvisory)
		if was == nil || !strings.Contains(value(was.Message), f.Message) {
			r.event(m, corev1.EventTypeWarning, string(f.Code), "Check", f.Message)
		}
	}
}

// adviseAboutAlarms tells of edited alarms that a put of the policy did not
// put right.
func (p *pass) adviseAboutAlarms(m *member, obj *v1alpha1.ScalingPolicy) {
	p.adviseAboutNoAlarms(m, obj)
	p.adviseAboutBroken(m)
	names := autoscaling.StillEdited(desired.Corrected(obj), knownAlarms(obj))
	if len(names) > 0 {
		m.outcome.advice = append(m.outcome.advice, autoscaling.Finding{Code: codeAlarmEdited, Severity: autoscaling.Warning, Message: fmt.Sprintf(
			"alarm %s was edited, and AWS left it so when the policy was put again: delete the alarm in CloudWatch, and the next check has AWS make it anew", strings.Join(names, ", "))})
	}
}

// adviseAboutBroken tells of alarms that do not work and that a put of their
// policy did not put right.
func (p *pass) adviseAboutBroken(m *member) {
	seen := p.observed.Policy(m.name)
	if seen == nil {
		return
	}
	for _, broken := range autoscaling.StillBroken(autoscaling.Unhealed(desired.Corrected(m.obj)), seen.Alarms) {
		m.advise(codeAlarmBroken, autoscaling.LeftBroken(broken))
	}
}

// adviseAboutNoAlarms tells of policies that nothing starts. Somebody who has
// just made a step policy makes its alarms next, so it is told by the check.
func (p *pass) adviseAboutNoAlarms(m *member, obj *v1alpha1.ScalingPolicy) {
	was := findCondition(m.before.GetStatus().Conditions, v1alpha1.ConditionAdvisory)
	told := was != nil && strings.Contains(value(was.Message), noAlarms)
	if m.life.ReadOnly || obj.Status.AlarmCount == nil || *obj.Status.AlarmCount > 0 || !told && !p.check {
		return
	}
	todo := "make one whose action is the ARN of the policy, which is in status.ackResourceMetadata.arn"
	if m.declared.policy.Type == autoscaling.TargetTrackingScaling {
		todo = "AWS makes those of a target tracking policy itself: delete the policy in AWS, and the next check makes it anew"
	}
	m.advise(codeNoAlarms, noAlarms+"; "+todo)
}

const noAlarms = "no CloudWatch alarm starts this policy, so it scales nothing"

// knownAlarms are the alarms in the status as domain values.
func knownAlarms(obj *v1alpha1.ScalingPolicy) []autoscaling.Alarm {
	var out []autoscaling.Alarm
	for _, a := range obj.Status.Alarms {
		out = append(out, autoscaling.Alarm{Name: value(a.AlarmName), Settings: a.Configuration})
	}
	return out
}

func scheduledBounds(b *autoscaling.ScheduledBounds) *v1alpha1.ScheduledBounds {
	if b == nil {
		return nil
	}
	bound := func(b *autoscaling.ScheduledBound) *v1alpha1.ScheduledBound {
		if b == nil {
			return nil
		}
		return &v1alpha1.ScheduledBound{Value: int64(b.Value), Since: metav1.NewTime(b.Since.Truncate(time.Second)), Action: b.Action}
	}
	return &v1alpha1.ScheduledBounds{Min: bound(b.Min), Max: bound(b.Max)}
}

// stillThere leaves out of what is remembered the bounds that AWS has no more. Nobody
// looks into why the bounds of a read-only target are what they are.
func stillThere(known *v1alpha1.ScheduledBounds, has *autoscaling.ObservedTarget) *v1alpha1.ScheduledBounds {
	if known == nil || has == nil {
		return known
	}
	still := func(b *v1alpha1.ScheduledBound, is int32) *v1alpha1.ScheduledBound {
		if b == nil || b.Value != int64(is) {
			return nil
		}
		return b
	}
	b := &v1alpha1.ScheduledBounds{Min: still(known.Min, has.MinCapacity), Max: still(known.Max, has.MaxCapacity)}
	if b.Min == nil && b.Max == nil {
		return nil
	}
	return b
}

// boundsInWords explains bounds that a scheduled action set.
func (p *pass) boundsInWords(m *member) string {
	if m.ref.Kind != autoscaling.KindTarget || p.bounds == nil {
		return ""
	}
	var text strings.Builder
	for _, b := range []struct {
		name  string
		bound *autoscaling.ScheduledBound
	}{{"min", p.bounds.Min}, {"max", p.bounds.Max}} {
		if b.bound != nil {
			fmt.Fprintf(&text, "; %s %d since %s, set by %s; base %d", b.name, b.bound.Value, clock(b.bound.Since, p.now), b.bound.Action, b.bound.Base)
		}
	}
	return text.String()
}

// clock prints a time of today without its date, all in UTC.
func clock(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04 MST")
}
