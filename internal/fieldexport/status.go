package fieldexport

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// verdict is what one look at a FieldExport found.
type verdict struct {
	problem *problem // nil when the value is where it belongs
	message string   // says where, when it is
	advice  string   // about a target in another namespace; empty: none
}

// conditions turns a verdict into conditions, which replace the old ones. It
// keeps the time of a condition whose status stays. ACK.Terminal and
// ACK.Recoverable come first because tools that read the list in order would
// take a failure for progress otherwise.
func (v verdict) conditions(old []services.Condition, now metav1.Time) []services.Condition {
	l := list{old: old, now: now}
	p := v.problem
	switch {
	case p != nil && p.terminal:
		l.add(v1alpha1.ConditionTerminal, metav1.ConditionTrue, p.reason, p.message)
	case p != nil:
		l.add(v1alpha1.ConditionRecoverable, metav1.ConditionTrue, p.reason, p.message)
	}
	if v.advice != "" {
		l.add(v1alpha1.ConditionAdvisory, metav1.ConditionTrue, reasonCrossNamespace, v.advice)
	}
	if p == nil {
		l.add(v1alpha1.ConditionResourceSynced, metav1.ConditionTrue, reasonExported, "Resource synced successfully")
		l.add(v1alpha1.ConditionReady, metav1.ConditionTrue, reasonExported, v.message)
		return l.conditions
	}
	l.add(v1alpha1.ConditionResourceSynced, metav1.ConditionFalse, p.reason, p.message)
	l.add(v1alpha1.ConditionReady, metav1.ConditionFalse, p.reason, p.message)
	if p.terminal {
		l.add(v1alpha1.ConditionStalled, metav1.ConditionTrue, p.reason, p.message)
	} else {
		l.add(v1alpha1.ConditionReconciling, metav1.ConditionTrue, p.reason, p.message)
	}
	return l.conditions
}

// list is conditions in the making.
type list struct {
	old        []services.Condition
	now        metav1.Time
	conditions []services.Condition
}

func (l *list) add(t string, status metav1.ConditionStatus, reason, message string) {
	since := &l.now
	for _, was := range l.old {
		if was.Type == t && was.Status == status && was.LastTransitionTime != nil {
			since = was.LastTransitionTime
		}
	}
	l.conditions = append(l.conditions, services.Condition{Type: t, Status: status, LastTransitionTime: since, Reason: &reason, Message: &message})
}
