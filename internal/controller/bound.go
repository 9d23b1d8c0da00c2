package controller

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// This file is about objects that take their identity from others, and about
// what becomes of them when that changes. What is in AWS cannot move.

// bind notes on an object to which scalable target its references led, before
// anything is made there: a process that dies in between, or a reference that
// leads elsewhere a moment later, must not make it forget what it has. It is
// false when the API server does not accept that.
func (r *Reconciler) bind(ctx context.Context, p *pass, m *member) bool {
	bound := m.before.DeepCopyObject().(v1alpha1.Object)
	if m.naming.target == nil && m.naming.endpoint == nil || !bindTo(bound.GetStatus(), p.group.Identity) {
		return true
	}
	patch := client.MergeFromWithOptions(m.before, client.MergeFromWithOptimisticLock{})
	if err := r.write(ctx, m.before, bound, patch, inStatus); err != nil {
		m.blockedBy("noting in the status where the references lead", err)
		return false
	}
	m.became(bound)
	return true
}

// bindTo writes down what an object is about, and forgets what it had under
// anything else. It says whether there was something to write.
func bindTo(s *v1alpha1.CommonStatus, id autoscaling.Identity) bool {
	was := boundIdentity(s.BoundTo)
	if was == id {
		return false
	}
	if was.Complete() {
		s.ACKResourceMetadata, s.CreationTime, s.LastModifiedTime = nil, nil, nil
	}
	s.BoundTo = &v1alpha1.ScalableTargetIdentity{ServiceNamespace: id.ServiceNamespace, ResourceID: id.ResourceID, ScalableDimension: id.ScalableDimension}
	return true
}

// appears is how long AWS may take to show what was just made there. It is not
// documented.
const appears = time.Minute

// keepBound refuses members whose references lead elsewhere than to what they
// have in AWS. Those that have nothing there, such as a policy whose target was
// deregistered, are let go, and follow their references in the group to which
// that brings them.
func (r *Reconciler) keepBound(ctx context.Context, p *pass) {
	for _, m := range slices.Clone(p.members) {
		if !m.active() || !m.moved() {
			continue
		}
		written := m.obj.GetCreationTimestamp().Time
		if at := m.obj.GetStatus().LastModifiedTime; at != nil {
			written = at.Time
		}
		if p.isThere(m) || p.now.Sub(written) < appears {
			m.outcome = outcome{state: refused, reason: reasonMoved, message: m.whereItIs()}
			continue
		}
		if err := r.release(ctx, m); err != nil {
			m.blockedBy("taking the finalizer off the object", err)
			continue
		}
		p.members = slices.DeleteFunc(p.members, func(other *member) bool { return other == m })
		if obj, err := r.objects.get(ctx, m.ref); err == nil && obj != nil {
			r.reindex(obj)
		}
	}
}

// reindex brings an object that a pass found in a group that is not its own to
// that one, where its turn comes.
func (r *Reconciler) reindex(obj v1alpha1.Object) {
	touched, _ := r.groups.put(obj)
	add(r.queue, false, touched...)
}

// moved says that the references of a member lead elsewhere than to what it is
// tied to, which matters as long as it stays.
func (m *member) moved() bool { return m.leadsTo.Complete() && !m.deleting() }

// whereItIs says what became of a reference, and what to do.
func (m *member) whereItIs() string {
	from, field := m.naming.target, "resourceRef"
	if from == nil {
		from, field = m.naming.endpoint, "sageMakerEndpointRef"
	}
	return fmt.Sprintf("what the object declares is in AWS under %s, and %s, to which %s refers, now leads to %s: undo that change; or delete the object, and with it what is there, and create it again",
		m.naming.bound, from, field, m.leadsTo)
}
