package controller

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// report is the one exit of a pass: it writes each member's status if it
// changed, announces what happened, and releases objects that are gone. Those come
// last, and not before the API server has heard of the others: should the process
// die on the way, they say why the others have lost something in AWS. What is refused
// of one object keeps no other from it.
func (r *Reconciler) report(ctx context.Context, p *pass) error {
	stay, goes := []*member{}, []*member{}
	for _, m := range p.members {
		if m.outcome.state == gone {
			goes = append(goes, m)
		} else {
			stay = append(stay, m)
		}
	}
	var failures []error
	report := func(m *member) error {
		err := r.reportOn(ctx, p, m)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", m.ref, err))
		}
		return err
	}
	heard := true
	for _, m := range stay {
		err := report(m)
		heard = heard && (err == nil || !unheard(err))
	}
	for _, m := range goes {
		if heard {
			_ = report(m) // is among the failures
		}
	}
	return errors.Join(failures...)
}

func (r *Reconciler) reportOn(ctx context.Context, p *pass, m *member) error {
	switch {
	case m.outcome.state == gone:
		r.announce(p, m)
		return r.release(ctx, m)
	case m.outcome.unheard:
		return nil // the next pass knows more
	}
	r.writeStatus(p, m)
	r.metrics.saw(p, m)
	if equality.Semantic.DeepEqual(m.before, m.obj) {
		r.announceChanges(p, m)
		return nil
	}
	r.announce(p, m)
	return r.saveStatus(ctx, m.before, m.obj)
}

// release takes our finalizer off.
func (r *Reconciler) release(ctx context.Context, m *member) error {
	if !m.held() {
		return nil
	}
	released := m.before.DeepCopyObject().(v1alpha1.Object)
	unclaim(released)
	return client.IgnoreNotFound(r.patchObject(ctx, m.before, released))
}

// writeStatus fills the status of m.obj from the outcome.
func (r *Reconciler) writeStatus(p *pass, m *member) {
	s := m.obj.GetStatus()
	m.outcome.selected = m.selected
	s.ObservedGeneration = m.obj.GetGeneration()
	if m.outcome.refers && m.outcome.state != refused && p.group.Complete() {
		bindTo(s, p.group.Identity)
	}
	r.writeMetadata(p, m, s)
	r.writeRefusal(m, s)
	if !m.outcome.changedAt.IsZero() && s.LastModifiedTime != nil && !m.outcome.changedAt.After(s.LastModifiedTime.Time) {
		// Clients wait for this time to grow, and it has whole seconds.
		m.outcome.changedAt = metav1.NewTime(s.LastModifiedTime.Add(time.Second))
	}
	switch {
	case !m.outcome.changedAt.IsZero() && s.CreationTime != nil && m.outcome.changedAt.Time.Before(s.CreationTime.Time):
		s.LastModifiedTime = s.CreationTime
	case !m.outcome.changedAt.IsZero():
		s.LastModifiedTime = &m.outcome.changedAt
	case s.LastModifiedTime == nil || s.LastModifiedTime.Before(s.CreationTime): // made anew by a process that died
		s.LastModifiedTime = s.CreationTime
	}
	if m.life.RequestedAt != "" && !m.outcome.transient() {
		s.LastHandledReconcileAt = m.life.RequestedAt
	}
	m.outcome.adopted = m.life.Adopted
	if target, ok := m.obj.(*v1alpha1.ScalableTarget); ok {
		m.outcome.roleKnown = target.Status.RoleARN != nil
	}
	if m.paused {
		m.outcome.paused = m.pauseInWords()
	}
	p.tellTruth(m)
	if m.outcome.state == synced {
		s.Yielded = m.yielded()
	}
	s.SyncedGeneration = p.syncedGeneration(m)
	s.Conditions = conditions(s.Conditions, m.obj.GetGeneration(), m.outcome, p.boundsInWords(m)+m.yieldInWords(), metav1.NewTime(r.now().Truncate(time.Second)))
}

// syncedGeneration is that of which AWS had everything, as long as nothing but
// trouble has come in between. A pause only has us look on, at what is there.
func (p *pass) syncedGeneration(m *member) int64 {
	o := m.outcome
	tookAway := len(o.changes) > 0 && o.changes[len(o.changes)-1].Verb == autoscaling.Delete
	troubled := o.state == failed || o.state == refused && o.reason == reasonInvalidInAWS || o.state == waiting && o.reason == reasonPaused && p.isThere(m)
	switch {
	case o.state == synced:
		return m.obj.GetGeneration()
	case troubled && !tookAway:
		return m.obj.GetStatus().SyncedGeneration
	}
	return 0
}

// writeMetadata copies what AWS says about the object's counterpart.
func (r *Reconciler) writeMetadata(p *pass, m *member, s *v1alpha1.CommonStatus) {
	if m.outcome.arn != "" {
		p.writeARN(s, m.outcome.arn)
	}
	if m.outcome.state == waiting && (m.outcome.reason == reasonTarget || m.outcome.reason == reasonNotThere) {
		s.ACKResourceMetadata, s.CreationTime = nil, nil // it went with the target
	}
	switch obj := m.obj.(type) {
	case *v1alpha1.ScalableTarget:
		r.writeTarget(p, m, obj)
	case *v1alpha1.ScalingPolicy:
		if m.outcome.arn != "" {
			obj.Status.Alarms = alarms(m.outcome.alarms, nil) // how AWS sets them up is seen later
		}
		if seen := p.observed.Policy(m.name); seen != nil && m.mine() {
			p.writeARN(s, seen.ARN)
			s.CreationTime = seconds(seen.CreationTime)
			switch {
			case m.outcome.arn == "" && m.missesAlarms(seen, obj):
				// The check has them made anew.
			case m.outcome.arn == "":
				obj.Status.Alarms = alarms(seen.Alarms, obj.Status.Alarms)
			case p.created:
				obj.Status.Alarms = alarms(unsettled(seen.Alarms), nil)
			}
		}
		if s.ACKResourceMetadata == nil {
			obj.Status.Alarms = nil
		}
		obj.Status.AlarmCount = m.alarmCount(obj)
	case *v1alpha1.ScheduledAction:
		if seen := p.observed.Action(m.name); seen != nil && m.mine() {
			p.writeARN(s, seen.ARN)
			s.CreationTime = seconds(seen.CreationTime)
		}
		obj.Status.NextScheduledTime = nil
		if m.outcome.state == synced {
			obj.Status.NextScheduledTime = nextFiring(m.declared.action, s.CreationTime, r.now())
		}
	}
}

// missesAlarms says that AWS lists fewer alarms of a policy than it made. To
// follow that at once would be to forget it before the check looks.
func (m *member) missesAlarms(seen *autoscaling.ObservedPolicy, obj *v1alpha1.ScalingPolicy) bool {
	return seen.Type == autoscaling.TargetTrackingScaling && m.declared.policy.Type == seen.Type && !m.life.ReadOnly && len(seen.Alarms) < len(obj.Status.Alarms)
}

// writeRefusal notes that AWS refused to make the object's counterpart, until it
// is made, may have been made, or the object is not held any more; and that it may
// have been made anew.
func (r *Reconciler) writeRefusal(m *member, s *v1alpha1.CommonStatus) {
	if !unmade(m.before) {
		r.attempts.note(m, false)
	}
	seen := m.outcome.state == synced || desired.KnownARN(m.obj) != desired.KnownARN(m.before)
	s.Remaking = s.Remaking && !seen && !m.refusedFor
	switch {
	case m.refusedFor && m.held() && desired.KnownARN(m.obj) == "":
		s.CreationRefused = true
		r.attempts.note(m, false)
	case !m.held() || s.ACKResourceMetadata != nil || r.attempts.mayHaveMade(m):
		s.CreationRefused = false
	}
}

// alarmCount is how many alarms start a policy. Predictive scaling needs none.
func (m *member) alarmCount(obj *v1alpha1.ScalingPolicy) *int64 {
	if obj.Status.ACKResourceMetadata == nil || m.declared.policy.Type == autoscaling.PredictiveScaling {
		return nil
	}
	return new(int64(len(obj.Status.Alarms)))
}

// mine says that what AWS has under the member's name belongs to the object.
func (m *member) mine() bool {
	return (m.held() || m.life.ReadOnly) && m.outcome.reason != reasonConflict
}

func (r *Reconciler) writeTarget(p *pass, m *member, obj *v1alpha1.ScalableTarget) {
	obj.Status.CurrentCapacity = p.currentCapacity(m)
	if seen := p.observed.Target; seen != nil && m.mine() {
		if seen.ARN != "" {
			p.writeARN(&obj.Status.CommonStatus, seen.ARN)
		}
		obj.Status.CreationTime = seconds(seen.CreationTime)
		obj.Status.RoleARN = &seen.RoleARN
		obj.Status.PredictedCapacity = nil
		if seen.PredictedCapacity != nil {
			predicted := int64(*seen.PredictedCapacity)
			obj.Status.PredictedCapacity = &predicted
		}
	}
	if m.outcome.state == synced && !m.life.ReadOnly {
		obj.Status.LastApplied = lastApplied(obj, r.appliedTags(p, m))
	}
}

func (p *pass) writeARN(s *v1alpha1.CommonStatus, arn string) {
	_, rest, _ := strings.Cut(arn, ":")
	partition, _, _ := strings.Cut(rest, ":")
	s.ACKResourceMetadata = &v1alpha1.ResourceMetadata{
		ARN:            &arn,
		OwnerAccountID: p.group.Account,
		Region:         p.group.Region,
		Partition:      &partition,
	}
}

// unsettled leaves out how alarms are set that AWS has just made.
func unsettled(in []autoscaling.Alarm) []autoscaling.Alarm {
	out := slices.Clone(in)
	for i := range out {
		out[i].Settings = nil
	}
	return out
}

// alarms writes the alarms of a policy. The settings of an alarm that is known
// stay what they were when it was seen first.
func alarms(in []autoscaling.Alarm, known []v1alpha1.Alarm) []v1alpha1.Alarm {
	var out []v1alpha1.Alarm
	for _, a := range in {
		settings := a.Settings
		for _, k := range known {
			if value(k.AlarmName) == a.Name && k.Configuration != nil {
				settings = k.Configuration
			}
		}
		out = append(out, v1alpha1.Alarm{AlarmName: &a.Name, AlarmARN: &a.ARN, Configuration: settings})
	}
	return out
}

func seconds(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	s := metav1.NewTime(t.Truncate(time.Second))
	return &s
}

// yieldInWords says which fields are not compared with AWS.
func (m *member) yieldInWords() string {
	if len(m.life.Yield) == 0 {
		return ""
	}
	return "; left to others, as the annotation asks: " + strings.Join(m.life.Yield, ", ")
}
