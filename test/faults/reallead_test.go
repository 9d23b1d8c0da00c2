package faults

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/operator"
)

// services are as many targets as make a history that one can die in the middle of.
const services = 12

func serviceID(i int) identity {
	return identity{namespace: "ecs", resource: fmt.Sprint("service/c/s", i), dimension: "ecs:service:DesiredCount"}
}

// busy creates targets, each with two policies and an action.
func busy(w *world) {
	for i := range services {
		id := serviceID(i)
		w.must(w.kube.create(target(fmt.Sprint("t", i), id, 1, 5)))
		for _, name := range []string{"p", "q"} {
			w.must(w.kube.create(stepPolicy(fmt.Sprint(name, i), name, id, 1)))
		}
		w.must(w.kube.create(action(fmt.Sprint("s", i), "s", id, 2)))
	}
}

// edits change each of them.
func edits(w *world) {
	for i := range services {
		edit(w, key{targetKind, fmt.Sprint("t", i)}, func(o *v1alpha1.ScalableTarget) { o.Spec.MaxCapacity = new(int64(7)) })
		edit(w, key{policyKind, fmt.Sprint("p", i)}, func(o *v1alpha1.ScalingPolicy) { o.Spec.StepScalingPolicyConfiguration = stepConfiguration(3) })
		w.delete(key{policyKind, fmt.Sprint("q", i)})
	}
}

// A pair is two controllers, of which the first leads and the second waits.
type pair struct {
	*programs
	leader, successor *program
}

func newPair(t *testing.T, flags ...string) *pair {
	t.Helper()
	server, err := sharedServer()
	if err != nil {
		t.Fatal(err)
	}
	p := &pair{programs: inReality(t, server).real}
	foreigners(p.world)
	p.meddled.Store(false)
	p.leader = p.start("leader", flags...)
	eventually(t, "the first controller leads", func() error {
		if p.holder() == "" {
			return errors.New("nobody does")
		}
		return nil
	})
	p.successor = p.start("successor")
	eventually(t, "the second controller is ready for more", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.asked["successor"] == 0 {
			return errors.New("it has not asked AWS who it is")
		}
		return nil
	})
	return p
}

// holder is who has the lease.
func (p *pair) holder() string {
	p.Helper()
	var lease coordinationv1.Lease
	err := p.kube.(*realCluster).client.Get(p.Context(), client.ObjectKey{Namespace: p.namespace, Name: operator.LeaderElectionID}, &lease)
	if client.IgnoreNotFound(err) != nil {
		p.Fatal(err)
	}
	return text(lease.Spec.HolderIdentity)
}

// loses lets something happen to the leader after the effect of its n-th write,
// before it has the answer.
func (p *pair) loses(n int, signal syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onWrite = func(nth int, by *program) {
		if nth == n {
			by.signal(signal)
		}
	}
}

// tookOver waits until the successor has written.
func (p *pair) tookOver() {
	p.Helper()
	eventually(p, "the successor works", func() error {
		if !slices.ContainsFunc(p.written(), func(w write) bool { return w.by == "successor" }) {
			return fmt.Errorf("the lease is with %s", p.holder())
		}
		return nil
	})
}

// inOrder checks that nobody wrote after the other took over, and that the
// leader did not do all of the work, or none.
func (p *pair) inOrder() {
	p.Helper()
	writes := p.written()
	first := slices.IndexFunc(writes, func(w write) bool { return w.by == "successor" })
	if first < 1 {
		p.Fatalf("both should have written: %+v", writes)
	}
	for _, w := range writes[first:] {
		if w.by != "successor" {
			p.Errorf("after the successor took over, the leader wrote %s of %s", w.operation, w.id)
		}
	}
}

// TestRealLeaderEnds ends the leader while it brings up many targets.
func TestRealLeaderEnds(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		signal syscall.Signal
	}{
		"killed":  {"the lease runs out, and what was under way is neither lost nor made twice", syscall.SIGKILL},
		"stopped": {"it gives the lease back when it does not work any more", syscall.SIGTERM},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			p.loses(services+5, c.signal)
			busy(p.world)
			p.tookOver()
			<-p.leader.ended
			p.isRight()
			p.inOrder()
			p.once(map[string]int{"RegisterScalableTarget": 1, "PutScalingPolicy": 1, "PutScheduledAction": 1})
			edits(p.world)
			p.comesRight()
			p.once(map[string]int{"RegisterScalableTarget": 2, "PutScalingPolicy": 2, "PutScheduledAction": 1, "DeleteScalingPolicy": 1})
			if t.Failed() {
				t.Log(c.reason)
			}
		})
	}
}

// TestRealZombieWritesNothing has the leader sleep in the middle of its work for
// longer than its lease lasts. When it wakes up, the other has done the work and
// more, and what the leader was about to write is long out of date. It works on one
// target at a time, so that no other request is just leaving when it falls asleep:
// one that was allowed and not yet sent cannot be called back.
func TestRealZombieWritesNothing(t *testing.T) {
	t.Parallel()
	p := newPair(t, "--reconcile-default-max-concurrent-syncs=1")
	p.loses(services+5, syscall.SIGSTOP)
	busy(p.world)
	p.tookOver()
	edits(p.world)
	p.isRight()
	p.leader.signal(syscall.SIGCONT)
	<-p.leader.ended // it finds that it has lost the lead
	p.comesRight()
	p.inOrder()
}
