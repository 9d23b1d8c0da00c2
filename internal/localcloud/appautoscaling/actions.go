package appautoscaling

import (
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// putScheduledAction creates or updates a scheduled action. An update keeps
// what it does not name, except for the two times, which it clears.
func (s *Service) putScheduledAction(sc wire.Scope, in putActionInput) (any, error) {
	id := in.identity()
	dim, err := resolve(id)
	if err != nil {
		return nil, err
	}
	t := s.find(sc, id)
	if t == nil {
		return nil, notRegistered(id)
	}
	if err := s.idle(t); err != nil {
		return nil, err
	}
	old := t.actions[*in.ScheduledActionName]
	next, err := s.nextAction(dim, old, in)
	if err != nil {
		return nil, err
	}
	if old == nil {
		if limit := s.behaviour.Quotas.Actions; len(t.actions) >= limit {
			return nil, limitExceeded("You have reached the limit of %d scheduled actions for the scalable target.", limit)
		}
		next.sequence = s.region(sc).next()
		next.created = s.now()
	}
	t.engine.Advance(s.now())
	if err := t.engine.PutAction(next.domain(), next.created); err != nil {
		return nil, wire.Validation("%s", err)
	}
	next.put = s.now()
	t.actions[next.name] = &next
	s.changed(t)
	s.acted(t)
	return nil, nil
}

// nextAction returns what the action will be, or why it cannot be that. Old is
// nil for a new action.
func (s *Service) nextAction(dim catalog.Dimension, old *action, in putActionInput) (action, error) {
	next := action{name: *in.ScheduledActionName}
	if old != nil {
		next = *old
		if s.behaviour.StrictActionUpdate {
			next.schedule, next.bounds = "", nil
		}
	}
	set(&next.schedule, in.Schedule)
	next.timezone = either(in.Timezone, next.timezone)
	next.start, next.end = in.StartTime, in.EndTime
	if in.ScalableTargetAction != nil {
		bounds := *in.ScalableTargetAction
		if s.behaviour.MergeTargetAction && next.bounds != nil {
			bounds.MinCapacity = either(bounds.MinCapacity, next.bounds.MinCapacity)
			bounds.MaxCapacity = either(bounds.MaxCapacity, next.bounds.MaxCapacity)
		}
		next.bounds = &bounds
	}
	return next, s.checkAction(dim, next)
}

func (s *Service) checkAction(dim catalog.Dimension, a action) error {
	if !dim.Scheduled {
		return wire.Validation("Scheduled scaling is not supported for scalable dimension %s", dim.Name)
	}
	if err := s.checkSchedule(a); err != nil {
		return err
	}
	if a.start != nil && a.end != nil {
		empty := a.start.Equal(a.end.Time) && !s.behaviour.AllowEmptyPeriod
		if a.start.After(a.end.Time) || empty {
			return wire.Validation("StartTime must be before EndTime")
		}
	}
	switch {
	case a.bounds == nil:
		return wire.Validation("ScalableTargetAction must be set")
	case a.bounds.MinCapacity == nil && a.bounds.MaxCapacity == nil:
		return wire.Validation("At least one of minimum capacity and maximum capacity should be provided")
	}
	return s.checkBounds(dim, a.bounds.MinCapacity, a.bounds.MaxCapacity)
}

// forgetRunActions deletes the one-time actions whose time has come since they
// were put.
func (s *Service) forgetRunActions(t *target) {
	for name, a := range t.actions {
		firings, err := a.domain().Firings(a.created)
		if err != nil || firings.Expression.Recurring() {
			continue
		}
		firings.Options = s.engine.Schedule
		if at, ok := firings.Prev(s.now()); ok && at.After(a.put) {
			delete(t.actions, name)
			t.engine.RemoveAction(name)
		}
	}
}

// deleteScheduledAction deletes a scheduled action.
func (s *Service) deleteScheduledAction(sc wire.Scope, in deleteActionInput) (any, error) {
	id := in.identity()
	if _, err := resolve(id); err != nil {
		return nil, err
	}
	t := s.find(sc, id)
	if t == nil || t.actions[*in.ScheduledActionName] == nil {
		return nil, objectNotFound("No scheduled action found for %s, scheduled action name: %s", id, *in.ScheduledActionName)
	}
	if err := s.idle(t); err != nil {
		return nil, err
	}
	delete(t.actions, *in.ScheduledActionName)
	t.engine.Advance(s.now())
	t.engine.RemoveAction(*in.ScheduledActionName)
	s.changed(t)
	s.acted(t)
	return nil, nil
}
