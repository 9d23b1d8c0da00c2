package controller

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// This file is about what somebody deleted in AWS and made anew under the same
// name. Where tags say whose it is now, it is theirs; otherwise it is brought to
// what the object declares. Either way it is told.

// respectReplaced finds out which members have another counterpart than their
// status knows, and takes those out of the pass whose counterpart has an owner now.
func (r *Reconciler) respectReplaced(ctx context.Context, aws AWS, p *pass) {
	for _, m := range p.members {
		if arn, there := p.arnOf(m); !there || !m.active() || !r.isReplaced(ctx, m, arn) {
			continue
		}
		m.replaced = true
		owner := p.ownerOf(p.readTags(ctx, aws))
		switch {
		case owner.Tool == autoscaling.ToolUnknown || !desired.CedesReplaced(m.obj, m.life):
		case m.deleting():
			m.outcome.state = gone
		default:
			m.outcome = foreign(m, owner)
			r.letGo(ctx, m)
		}
	}
}

// isReplaced asks the API server before it says so: a process that died, or led
// before, may have made what AWS has, and the cache may not know yet.
func (r *Reconciler) isReplaced(ctx context.Context, m *member, arn string) bool {
	if !desired.Replaced(m.obj, m.life, arn) || r.attempts.mayHaveMade(m) {
		return false
	}
	live := newObject(m.ref.Kind)
	if err := r.live.Get(ctx, client.ObjectKeyFromObject(m.obj), live); err != nil {
		m.blockedBy("reading the object", err)
		return false
	}
	return desired.Replaced(live, m.life, arn)
}

// readTags returns the tags of the target, and asks AWS for them where they were
// not read. Who may not read tags goes without.
func (p *pass) readTags(ctx context.Context, aws AWS) map[string]string {
	switch t := p.observed.Target; {
	case t == nil || t.ARN == "":
		return nil
	case t.Tags != nil:
		return t.Tags
	}
	if seen, err := aws.Observe(ctx, awsapi.Query{Identity: p.group.Identity, Tags: true}); err == nil && seen.Target != nil {
		return seen.Target.Tags
	}
	return nil
}

// remake writes into the status of a member that its counterpart, which is gone from
// AWS, is about to be made anew: a process that dies after that could not tell what
// it made itself from what others did. It is false when the API server did not hear it.
func (r *Reconciler) remake(ctx context.Context, m *member) bool {
	if unmade(m.obj) {
		return true
	}
	noted := m.obj.DeepCopyObject().(v1alpha1.Object)
	noted.GetStatus().Remaking = true
	err := r.writePromise(ctx, m.before, noted.DeepCopyObject().(v1alpha1.Object))
	switch {
	case err == nil:
		m.became(noted)
	case unheard(err):
		m.blockedBy("noting in the status that its AWS resource is made anew", err)
		return false
	}
	return true
}

// unmade says that an object has no counterpart in AWS as far as it tells: none was
// made yet, or one is being made anew.
func unmade(obj v1alpha1.Object) bool {
	return desired.KnownARN(obj) == "" || obj.GetStatus().Remaking
}

// kept says that the member has a counterpart that others made in place of its own.
func (m *member) kept() bool {
	return m.replaced && m.outcome.state != gone && m.outcome.reason != reasonForeign
}

// announceReplaced tells that what AWS has is not what the object made.
func (r *Reconciler) announceReplaced(m *member) {
	if m.kept() {
		r.event(m, corev1.EventTypeWarning, eventReplaced, "Check",
			"somebody deleted "+m.inWords()+" in AWS and made it anew under its name; it counts as the object's")
	}
}
