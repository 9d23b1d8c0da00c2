package controller

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// Reasons of events. A verdict that is not good is announced under its
// condition's reason.
const (
	eventCreated        = "Created"
	eventUpdated        = "Updated"
	eventDeleted        = "Deleted"
	eventRetained       = "Retained"
	eventDriftCorrected = "DriftCorrected"
	eventAlarm          = "AlarmRecreated"
	eventReplaced       = "ReplacedInAWS"
	eventReady          = "Ready"
	eventAdopted        = "Adopted"
	eventPaused         = "ReconciliationPaused"
	eventResumed        = "ReconciliationResumed"
	eventRecreated      = "RecreatedAfterParentReplaced"
)

// announce emits the events of a pass about one object: what was changed in
// AWS, and a change of the verdict.
func (r *Reconciler) announce(p *pass, m *member) {
	r.announceChanges(p, m)
	r.announceLife(m)
	r.announceAdvice(m)
	was := findCondition(m.before.GetStatus().Conditions, v1alpha1.ConditionReady)
	is := findCondition(m.obj.GetStatus().Conditions, v1alpha1.ConditionReady)
	if m.outcome.state == gone || is == nil || was != nil && was.Status == is.Status && value(was.Message) == value(is.Message) {
		return
	}
	switch m.outcome.state {
	case synced:
		if was != nil && was.Status != metav1.ConditionTrue {
			r.event(m, corev1.EventTypeNormal, eventReady, "Reconcile", messageSynced)
		}
	case waiting:
		r.event(m, corev1.EventTypeNormal, m.outcome.reason, "Wait", m.outcome.message)
	case refused:
		r.event(m, corev1.EventTypeWarning, m.outcome.reason, "Reconcile", m.outcome.message)
	case failed:
		if !m.outcome.transient() {
			r.event(m, corev1.EventTypeWarning, m.outcome.failure(), "Reconcile", m.outcome.message)
		}
	default: // nothing became of it
	}
}

// announceLife emits the events of what annotations made of the object.
func (r *Reconciler) announceLife(m *member) {
	if m.outcome.state == gone {
		return
	}
	before, after := m.before.GetStatus().Conditions, m.obj.GetStatus().Conditions
	pausedBefore, pausedNow := findCondition(before, v1alpha1.ConditionPaused), findCondition(after, v1alpha1.ConditionPaused)
	switch {
	case pausedBefore == nil && pausedNow != nil:
		r.event(m, corev1.EventTypeNormal, eventPaused, "Pause", value(pausedNow.Message))
	case pausedBefore != nil && pausedNow == nil:
		r.event(m, corev1.EventTypeNormal, eventResumed, "Resume", "AWS is written again for this object")
	}
	if c := findCondition(after, v1alpha1.ConditionAdopted); findCondition(before, v1alpha1.ConditionAdopted) == nil && c != nil && c.Status == metav1.ConditionTrue {
		r.event(m, corev1.EventTypeNormal, eventAdopted, "Adopt", value(c.Message))
	}
}

// announceChanges emits an event for every change made in AWS. A difference
// that turned up while the declaration stayed the same is drift.
func (r *Reconciler) announceChanges(p *pass, m *member) {
	if m.outcome.state == gone && m.life.Retained {
		r.event(m, corev1.EventTypeNormal, eventRetained, "Delete", "left in AWS, as the deletion policy asks")
	}
	r.announceReplaced(m)
	drift := m.drift()
	for _, c := range m.outcome.changes {
		drifted := slices.ContainsFunc(drift, func(d autoscaling.Change) bool { return d.Op == c.Op })
		text := inWords(c)
		if drifted {
			text = m.driftInWords(c)
		}
		if c.Because != "" {
			text += " (" + c.Because + ")"
		}
		text = strings.Join(append([]string{text}, c.Consequences...), "; ")
		switch {
		case c.Verb == autoscaling.Delete:
			r.event(m, corev1.EventTypeNormal, eventDeleted, "Delete", text)
		case drifted:
			r.metrics.drift.WithLabelValues(string(m.ref.Kind)).Inc()
			r.announceDrift(m, c, text)
		case c.Verb == autoscaling.Create:
			r.event(m, corev1.EventTypeNormal, eventCreated, "Create", text)
		default:
			r.event(m, corev1.EventTypeNormal, eventUpdated, "Update", text)
		}
	}
	r.announceParent(p, m)
}

// announceDrift tells what was put right. Where nothing but alarms of AWS's was
// wrong, they have an event of their own: while they are gone nothing scales.
func (r *Reconciler) announceDrift(m *member, c autoscaling.Change, text string) {
	if len(c.Fields) > 0 && !slices.ContainsFunc(c.Fields, func(f autoscaling.FieldChange) bool { return !f.OfAlarm() }) {
		r.event(m, corev1.EventTypeWarning, eventAlarm, "Update", text)
		return
	}
	r.event(m, corev1.EventTypeWarning, eventDriftCorrected, "Update", text)
}

// inWords says what a change did: "minCapacity 1 -> 2", or, of what is new,
// "minCapacity 1".
func inWords(c autoscaling.Change) string {
	parts := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		switch c.Verb {
		case autoscaling.Create:
			parts[i] = f.Field + " " + f.To
		default:
			parts[i] = fmt.Sprintf("%s %s -> %s", f.Field, orUnset(f.From), orUnset(f.To))
		}
	}
	if len(parts) == 0 {
		return string(c.Op)
	}
	return strings.Join(parts, ", ")
}

func orUnset(s string) string {
	if s == "" {
		return "(not set)"
	}
	return s
}

// maxNote is the longest event note that Kubernetes accepts, in bytes.
const maxNote = 1024

// event emits an event. Each is a write to Kubernetes, so those that tell of
// what goes well have a limit; warnings have none.
func (r *Reconciler) event(m *member, eventType, reason, action, note string) {
	if eventType == corev1.EventTypeNormal && !r.eventLimit.AllowN(r.now(), 1) {
		r.metrics.eventsDropped.Inc()
		return
	}
	if len(note) > maxNote {
		note = strings.ToValidUTF8(note[:maxNote-len("…")], "") + "…"
	}
	r.events.Eventf(m.obj, nil, eventType, reason, action, "%s", note)
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
