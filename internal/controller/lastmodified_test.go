package controller

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// TestLastModifiedTimeIsNotBeforeCreation is about a process that died right
// after it had registered a target anew: the next one finds nothing to change.
func TestLastModifiedTimeIsNotBeforeCreation(t *testing.T) {
	target := targetObject("t", "service/a/b")
	target.Finalizers = []string{desired.Finalizer(autoscaling.KindTarget)}
	old := metav1.NewTime(then.Add(-time.Hour))
	target.Status.CreationTime, target.Status.LastModifiedTime = &old, &old

	m := &member{ref: refOf(target), before: target, known: target, obj: target, outcome: outcome{state: synced}}
	p := &pass{members: []*member{m}, observed: autoscaling.Observed{Target: &autoscaling.ObservedTarget{CreationTime: then.Time}}}
	(&Reconciler{now: func() time.Time { return now.Time }}).writeStatus(p, m)
	if s := target.Status; s.LastModifiedTime.Before(s.CreationTime) {
		t.Errorf("lastModifiedTime is %s, before creationTime %s", s.LastModifiedTime, s.CreationTime)
	}
}
