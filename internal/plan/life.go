package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/desired"
	"github.com/setpoint-io/setpoint/internal/report"
)

// diff plans what is declared. What is paused is planned apart, because the
// controller does not let it take part in anything.
func (t *targetPlan) diff() {
	id, now := t.group.Identity, t.options.Now
	working, paused := []*declared.Member{}, []*declared.Member{}
	for _, m := range t.members {
		switch _, isPaused := m.Life.Pause(now); {
		case !isPaused:
			working = append(working, m)
		case !m.Deleting():
			paused = append(paused, m)
		}
	}
	t.plan = autoscaling.Diff(id, declared.Declaration(working), t.observed, now)
	later := autoscaling.Diff(id, declared.Declaration(paused), t.observed, now)
	t.plan.Changes = append(t.plan.Changes, later.Changes...)
	if t.plan.Bounds == nil {
		t.plan.Bounds = later.Bounds
	}
}

// pause says that the changes of a member wait for the end of a pause.
func (t *targetPlan) pause(m *declared.Member, o *report.ObjectPlan) {
	pause, paused := m.Life.Pause(t.options.Now)
	if !paused {
		return
	}
	if o.Action != report.ActionNone || m.Deleting() {
		o.Action = report.ActionWait
	}
	note := "is paused"
	if pause.Namespace {
		note += " with its namespace"
	}
	if !pause.Until.IsZero() {
		note += " until " + pause.Until.Format(time.RFC3339)
	}
	if pause.Reason != "" {
		note += " (" + pause.Reason + ")"
	}
	o.Notes = append(o.Notes, note+": until then nothing is written")
}

// yield says which fields are left as they are in AWS.
func (t *targetPlan) yield(m *declared.Member, o *report.ObjectPlan) {
	if len(m.Life.Yield) > 0 {
		o.Notes = append(o.Notes, "left to others, as the annotation asks: "+strings.Join(m.Life.Yield, ", "))
	}
}

// alarms says which alarms a put of the policy did not heal, for which the
// controller does not put it again.
func (t *targetPlan) alarms(m *declared.Member, o *report.ObjectPlan) {
	seen := t.observed.Policy(m.AWS)
	if m.Kind != autoscaling.KindPolicy || m.Deleting() || seen == nil || seen.Type != m.Policy.Type || seen.Type != autoscaling.TargetTrackingScaling {
		return
	}
	for _, broken := range autoscaling.StillBroken(m.Unhealed(), seen.Alarms) {
		o.Notes = append(o.Notes, autoscaling.LeftBroken(broken))
	}
}

// unmentioned says what AWS has of a target that its manifest leaves out. The
// controller takes back what the object asked for before; that is in the status
// of the object, and not in a manifest.
func (t *targetPlan) unmentioned(m *declared.Member, o *report.ObjectPlan) {
	seen := t.observed.Target
	target, ok := m.Object.(*v1alpha1.ScalableTarget)
	if t.options.FromCluster || !ok || seen == nil || target.Status.LastApplied != nil || m.Deleting() {
		return
	}
	var left []string
	for _, s := range []struct {
		name     string
		declared *bool
		on       bool
	}{
		{"dynamicScalingInSuspended", m.Target.Suspended.DynamicScalingIn, seen.Suspended.DynamicScalingIn},
		{"dynamicScalingOutSuspended", m.Target.Suspended.DynamicScalingOut, seen.Suspended.DynamicScalingOut},
		{"scheduledScalingSuspended", m.Target.Suspended.ScheduledScaling, seen.Suspended.ScheduledScaling},
	} {
		if s.on && s.declared == nil && !autoscaling.Yields(m.Life.Yield, "suspendedState."+s.name) {
			left = append(left, s.name)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(seen.Tags)) {
		if _, declared := m.Target.Tags[key]; !declared && !autoscaling.SystemTag(key) && !autoscaling.Yields(m.Life.Yield, "tags["+key+"]") {
			left = append(left, "tag "+key)
		}
	}
	if len(left) > 0 {
		o.Notes = append(o.Notes, "AWS has what the manifest does not mention: "+strings.Join(left, ", ")+
			"; the controller takes back what the object declared before, and leaves the rest: --with-cluster tells which")
	}
}

// adoption says what becomes of a member that takes its spec from AWS.
func (t *targetPlan) adoption(m *declared.Member, o *report.ObjectPlan) {
	if m.AWS == "" && m.Kind != autoscaling.KindTarget {
		names := t.observed.Names(m.Kind)
		if len(names) > 1 {
			o.Action = report.ActionRefused
			o.Notes = []string{fmt.Sprintf("the annotation %s leaves open which one is meant: add the name of one of %s", v1alpha1.AnnotationAdoptionFields, strings.Join(names, ", "))}
			return
		}
		if len(names) == 1 {
			o.AWSName = names[0]
		}
	}
	if !t.has(m.Kind, o.AWSName) {
		o.Action = report.ActionWait
		o.Notes = []string{fmt.Sprintf("AWS does not have it, and %s only takes over what is there", v1alpha1.AdoptionPolicyAdopt)}
		return
	}
	o.Action = report.ActionAdopt
	o.Notes = []string{"its spec is taken from AWS, where nothing changes"}
	if t.ownerOf().Tool != autoscaling.ToolUnknown {
		o.Notes = append(o.Notes, t.owner()...)
	}
	t.pause(m, o)
}

func (t *targetPlan) has(kind autoscaling.Kind, name string) bool {
	if kind == autoscaling.KindTarget {
		return t.observed.Target != nil
	}
	return slices.Contains(t.observed.Names(kind), name)
}

// respectVanished takes out the members whose counterpart they took over and
// which has vanished since, as the controller does. What goes with its target is
// not missed.
func (t *targetPlan) respectVanished() {
	if slices.ContainsFunc(t.members, func(m *declared.Member) bool { return m.Kind == autoscaling.KindTarget && m.Deleting() }) {
		return
	}
	t.members = slices.DeleteFunc(t.members, func(m *declared.Member) bool {
		gone := !t.has(m.Kind, m.AWS) && desired.Vanished(m.Object, m.Life)
		if gone {
			t.vanished = append(t.vanished, m)
		}
		return gone
	})
}
