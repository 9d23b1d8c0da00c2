package controller

import (
	"cmp"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
)

// Texts that users of the ACK controller may match.
const (
	messageSynced    = "Resource synced successfully"
	messageNotSynced = "Resource not synced"
	messageUnknown   = "Unable to determine if desired resource state matches latest observed state"
	reasonTerminal   = "resource is in terminal condition"

	messageLateInitialized = "Late initialization successful"
	messageNoRole          = "IAM Role is not available"
	messageExists          = "Resource already exists"
	messageUnresolved      = "Reference resolution failed"
)

// conditions is the only place where conditions are made. It keeps the time of
// a condition whose status stays. ACK.Terminal comes first because Argo CD
// reads the list in order and would take a failure for progress otherwise.
func conditions(old []v1alpha1.Condition, generation int64, o outcome, note string, now metav1.Time) []v1alpha1.Condition {
	if o.transient() {
		calm, told := o.patient(old, generation, now)
		if told {
			return old // throttling says nothing about the object
		}
		o = calm
	}
	l := conditionList{old: old, now: now, generation: generation}
	if o.roleKnown {
		l.add(v1alpha1.ConditionLateInitialized, metav1.ConditionTrue, messageLateInitialized, messageLateInitialized)
	}
	if o.refers && !o.broken {
		l.add(v1alpha1.ConditionReferencesResolved, metav1.ConditionTrue, "Resolved", "All references are resolved")
	}
	if o.selected != "" {
		l.add(v1alpha1.ConditionIAMRoleSelected, metav1.ConditionTrue, "Selected", o.selected)
	}
	switch o.state {
	case refused:
		if o.reason == reasonCrossNamespace {
			l.add(v1alpha1.ConditionReferencesResolved, metav1.ConditionFalse, o.message, messageUnresolved)
		}
		if o.reason == reasonForeign { // as the ACK controllers have it: the reason is the explanation
			l.add(v1alpha1.ConditionTerminal, metav1.ConditionTrue, o.message, messageExists)
		} else {
			l.add(v1alpha1.ConditionTerminal, metav1.ConditionTrue, o.reason, o.message)
		}
		l.advise(o.advice)
		if o.roleless {
			l.add(v1alpha1.ConditionResourceSynced, metav1.ConditionFalse, o.message, messageNoRole)
		} else {
			l.add(v1alpha1.ConditionResourceSynced, metav1.ConditionFalse, reasonTerminal, messageNotSynced)
		}
		l.add(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ConditionTerminal, o.message)
		l.add(v1alpha1.ConditionStalled, metav1.ConditionTrue, o.reason, o.message)
	case waiting:
		if o.reason == reasonReference || o.broken {
			l.add(v1alpha1.ConditionReferencesResolved, o.resolved(), o.message, messageUnresolved)
		}
		l.advise(o.advice)
		l.add(v1alpha1.ConditionResourceSynced, metav1.ConditionFalse, o.reason, o.message)
		l.add(v1alpha1.ConditionReady, metav1.ConditionFalse, o.reason, o.message)
		l.add(v1alpha1.ConditionReconciling, metav1.ConditionTrue, o.reason, o.message)
	case synced:
		l.advise(o.advice)
		l.add(v1alpha1.ConditionResourceSynced, metav1.ConditionTrue, "", messageSynced)
		l.add(v1alpha1.ConditionReady, metav1.ConditionTrue, "Synced", messageSynced+note)
	default:
		if !o.transient() {
			l.add(v1alpha1.ConditionRecoverable, metav1.ConditionTrue, o.failure(), o.message)
		}
		l.advise(o.advice)
		l.add(v1alpha1.ConditionResourceSynced, metav1.ConditionUnknown, o.message, messageUnknown)
		l.add(v1alpha1.ConditionReady, metav1.ConditionFalse, o.unready(), o.message)
		l.add(v1alpha1.ConditionReconciling, metav1.ConditionTrue, o.failure(), o.message)
	}
	l.tellLife(o)
	return l.conditions
}

// resolved says whether a reference that leads nowhere yet may do so by itself.
func (o outcome) resolved() metav1.ConditionStatus {
	if o.broken {
		return metav1.ConditionFalse
	}
	return metav1.ConditionUnknown
}

// tellLife tells what annotations made of the object.
func (l *conditionList) tellLife(o outcome) {
	switch {
	case o.adopted && o.reason == reasonVanished:
		l.add(v1alpha1.ConditionAdopted, metav1.ConditionFalse, o.reason, o.message)
	case o.adopted:
		l.add(v1alpha1.ConditionAdopted, metav1.ConditionTrue, "Adopted", "the object took over what was in AWS before it")
	}
	if o.paused != "" {
		l.add(v1alpha1.ConditionPaused, metav1.ConditionTrue, eventPaused, o.paused)
	}
}

// failure is why something failed, in one word.
func (o outcome) failure() string { return cmp.Or(o.reason, string(awsapi.KindOf(o.err))) }

// transient failures pass by themselves and tell nothing about the object.
func (o outcome) transient() bool {
	if o.state != failed {
		return false
	}
	switch awsapi.KindOf(o.err) {
	case awsapi.Throttled, awsapi.Conflict:
		return true
	default:
		return false
	}
}

// unready is the reason for which an object is not ready after a failure.
func (o outcome) unready() string {
	if o.transient() {
		return o.failure()
	}
	return v1alpha1.ConditionRecoverable
}

// patience is how long a failure that passes by itself has no name: within that
// time it nearly always has passed.
const patience = time.Minute

// What is told within that time.
const (
	progressing        = "Progressing"
	messageProgressing = "AWS does not have this yet; it follows within seconds"
)

// patient is what an object says of a failure that passes by itself, unless
// something was told about this generation already, which stays. Only a failure that
// lasts is called by its name.
func (o outcome) patient(old []v1alpha1.Condition, generation int64, now metav1.Time) (out outcome, told bool) {
	c := findCondition(old, v1alpha1.ConditionReconciling)
	waits := c != nil && value(c.Reason) == progressing && c.LastTransitionTime != nil
	overdue := waits && now.Sub(c.LastTransitionTime.Time) >= patience
	if !overdue {
		o.reason, o.message = progressing, messageProgressing
	}
	return o, toldAt(old, generation) && !overdue
}

// readyAt says that the object was ready in this generation.
func readyAt(list []v1alpha1.Condition, generation int64) bool {
	c := findCondition(list, v1alpha1.ConditionReady)
	return c != nil && c.Status == metav1.ConditionTrue && c.ObservedGeneration == generation
}

// toldAt says that something was said about the object in this generation.
func toldAt(list []v1alpha1.Condition, generation int64) bool {
	c := findCondition(list, v1alpha1.ConditionReady)
	return c != nil && c.ObservedGeneration == generation
}

func findCondition(list []v1alpha1.Condition, t string) *v1alpha1.Condition {
	for i := range list {
		if list[i].Type == t {
			return &list[i]
		}
	}
	return nil
}

type conditionList struct {
	old        []v1alpha1.Condition
	now        metav1.Time
	generation int64
	conditions []v1alpha1.Condition
}

func (l *conditionList) add(t string, status metav1.ConditionStatus, reason, message string) {
	since := &l.now
	if was := findCondition(l.old, t); was != nil && was.Status == status && was.LastTransitionTime != nil {
		since = was.LastTransitionTime
	}
	l.conditions = append(l.conditions, v1alpha1.Condition{
		Type: t, Status: status, LastTransitionTime: since, Reason: &reason, Message: &message, ObservedGeneration: l.generation,
	})
}

// advise tells what is accepted but probably not meant. The one reason that the
// ACK controllers have is not hidden behind those of others.
func (l *conditionList) advise(advice []autoscaling.Finding) {
	if len(advice) == 0 {
		return
	}
	rank := func(f autoscaling.Finding) int {
		if f.Code == codeCrossNamespace {
			return 0
		}
		return 1
	}
	advice = slices.Clone(advice)
	slices.SortStableFunc(advice, func(a, b autoscaling.Finding) int { return rank(a) - rank(b) })
	l.add(v1alpha1.ConditionAdvisory, metav1.ConditionTrue, string(advice[0].Code), sentences(advice))
}
