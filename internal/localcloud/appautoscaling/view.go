package appautoscaling

import (
	"maps"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/parallel"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// View is a scalable target, for who watches the cloud. It is a copy.
type View struct {
	autoscaling.Identity
	autoscaling.ObservedTarget
	Status   engine.Status
	Policies []PolicyView // by name, as the actions
	Actions  []ActionView
}

// PolicyView is a scaling policy, without the alarms that invoke it.
type PolicyView struct {
	autoscaling.ObservedPolicy
	Configuration any // as the API has it
}

// ActionView is a scheduled action.
type ActionView struct {
	autoscaling.ObservedAction
	Next []time.Time // when it fires
}

// Views lists the targets of an account in a Region, ordered by their identity.
func (s *Service) Views(sc wire.Scope) []View {
	var views []View
	for _, t := range s.region(sc).inOrder() {
		view := View{
			Identity: t.identity.domain(),
			ObservedTarget: autoscaling.ObservedTarget{
				ARN: targetARN(sc, t), MinCapacity: t.min, MaxCapacity: t.max, RoleARN: t.roleARN,
				Suspended: t.suspended.domain(), CreationTime: t.created, Tags: maps.Clone(t.tags),
			},
			Status: s.status(t),
		}
		for _, p := range t.inOrder() {
			view.Policies = append(view.Policies, p.view(sc, t))
		}
		for _, name := range slices.Sorted(maps.Keys(t.actions)) {
			view.Actions = append(view.Actions, s.viewAction(sc, t, t.actions[name]))
		}
		views = append(views, view)
	}
	return views
}

// status returns what a resource has now. The clock of the engine may be behind.
func (s *Service) status(t *target) engine.Status {
	found, err := s.resources.Resource(t.scope, t.identity.domain())
	if err != nil {
		return engine.Status{Settled: true, Unscalable: err.Error()}
	}
	if found == nil {
		return t.engine.Status()
	}
	return found.Status(s.now())
}

func (p *policy) view(sc wire.Scope, t *target) PolicyView {
	view := PolicyView{ObservedPolicy: autoscaling.ObservedPolicy{
		Policy: p.domain(), ARN: policyARN(sc, t, p.name), CreationTime: p.created,
	}}
	switch c := p.config; {
	case c.tracking != nil:
		view.Configuration = c.tracking
	case c.step != nil:
		view.Configuration = c.step
	default:
		view.Configuration = c.predictive
	}
	return view
}

// firings is how many times an action fires that are in a view.
const firings = 3

func (s *Service) viewAction(sc wire.Scope, t *target, a *action) ActionView {
	view := ActionView{ObservedAction: autoscaling.ObservedAction{
		Action: a.domain(), ARN: actionARN(sc, t, a.name), CreationTime: a.created,
	}}
	schedule, err := view.Firings(a.created)
	if err != nil {
		return view // such an action cannot be put
	}
	schedule.Options = s.engine.Schedule
	for at, ok := schedule.Next(s.now()); ok && len(view.Next) < firings; at, ok = schedule.Next(at) {
		view.Next = append(view.Next, at)
	}
	return view
}

// ActivityView is a scaling activity. The target may be gone.
type ActivityView struct {
	autoscaling.Identity
	ID string
	scaling.Activity
}

// ActivityViews lists the latest activities of an account in a Region that are
// wanted, the latest first.
func (s *Service) ActivityViews(sc wire.Scope, limit int, wanted func(autoscaling.Identity) bool) []ActivityView {
	var views []ActivityView
	all := &s.region(sc).activities
	for _, it := range all.All().Before(all.Next()) {
		if len(views) == limit {
			break
		}
		a := *it
		if id := a.identity.domain(); wanted(id) {
			views = append(views, ActivityView{id, a.id, a.Activity})
		}
	}
	return views
}

// Began lists the activities of a target that began from one time until another,
// the latest first.
func (s *Service) Began(sc wire.Scope, id autoscaling.Identity, from, to time.Time) []ActivityView {
	var views []ActivityView
	all := &s.region(sc).activities
	for _, it := range all.Of(resource{id.ServiceNamespace, id.ResourceID}).Before(all.Next()) {
		a := *it
		if a.Start.Before(from) {
			break // they are in the order of time
		}
		if !a.Start.After(to) && a.identity.domain() == id {
			views = append(views, ActivityView{id, a.id, a.Activity})
		}
	}
	return views
}

// Invoked tells which target and policy the action of an alarm invokes.
func (s *Service) Invoked(sc wire.Scope, action string) (id autoscaling.Identity, policy string, ok bool) {
	to := s.region(sc).invoked[action]
	if to == nil || to.target == nil {
		return autoscaling.Identity{}, "", false
	}
	return to.target.identity.domain(), to.policy.name, true
}

// Capacity is what a target has.
type Capacity struct {
	Desired, Current int32
	Bounds           scaling.Bounds
}

// NewCapacities calls f for each target of all accounts that has not what it had
// when this was called last, in no order.
func (s *Service) NewCapacities(f func(wire.Scope, autoscaling.Identity, Capacity)) {
	now := s.now()
	for _, r := range s.regions {
		all := r.inOrder()
		changed := parallel.Map(len(all), func(from, to int) []*target { return look(all[from:to], now) })
		for _, t := range slices.Concat(changed...) {
			f(t.scope, t.identity.domain(), t.seen)
		}
	}
}

// look returns those of some targets that have not what they had when they were
// looked at last.
func look(targets []*target, now time.Time) []*target {
	var changed []*target
	for _, t := range targets {
		status := t.resource.Status(now)
		if has := (Capacity{status.Desired, status.Running, t.bounds()}); has != t.seen {
			t.seen = has
			changed = append(changed, t)
		}
	}
	return changed
}
