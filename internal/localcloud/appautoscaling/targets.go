package appautoscaling

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type registerOutput struct{ ScalableTargetARN string }

// registerScalableTarget creates or updates a target. What the request does
// not name stays as it is; bounds are enforced either way.
func (s *Service) registerScalableTarget(sc wire.Scope, in registerInput) (any, error) {
	id := in.identity()
	dim, err := resolve(id)
	if err != nil {
		return nil, err
	}
	old := s.region(sc).targets[id]
	if old != nil {
		if err := s.idle(old); err != nil {
			return nil, err
		}
	}
	next, err := s.nextTarget(sc, dim, old, in)
	if err != nil {
		return nil, err
	}
	resource, err := s.resource(sc, &next)
	if err != nil {
		return nil, err
	}
	if old == nil {
		old = &next
		if asked, ok := resource.(Registrable); ok {
			err = asked.Registrable()
		}
		if err == nil {
			err = s.create(sc, old, resource)
		}
	} else {
		*old = next
		err = s.update(old)
	}
	if err != nil {
		return nil, err
	}
	s.changed(old)
	s.acted(old)
	return &registerOutput{targetARN(sc, old)}, nil
}

// update tells the engine of a target its bounds and what is suspended. It
// enforces the bounds, unless the resource is not active (AWS API:
// RegisterScalableTarget).
func (s *Service) update(t *target) error {
	t.engine.Advance(s.now())
	if err := t.engine.Register(t.bounds(), t.suspended.domain()); err != nil {
		return wire.Validation("%s", err)
	}
	return nil
}

// nextTarget returns what the target will be, or why it cannot be that. Old is
// nil for a new target.
func (s *Service) nextTarget(sc wire.Scope, dim catalog.Dimension, old *target, in registerInput) (target, error) {
	next := target{identity: in.identity(), policies: map[string]*policy{}, actions: map[string]*action{}}
	if old != nil {
		next = *old
	}
	if err := s.registerTags(&next, old != nil, in.Tags); err != nil {
		return next, err
	}
	switch {
	case old == nil && in.MinCapacity == nil:
		return next, wire.Validation("Minimum capacity must be specified")
	case old == nil && in.MaxCapacity == nil:
		return next, wire.Validation("Maximum capacity must be specified")
	}
	set(&next.min, in.MinCapacity)
	set(&next.max, in.MaxCapacity)
	if err := s.checkBounds(dim, &next.min, &next.max); err != nil {
		return next, err
	}
	if err := s.assignRole(sc, &next, in.RoleARN); err != nil {
		return next, err
	}
	if in.SuspendedState != nil {
		if s.behaviour.ReplaceSuspendedState {
			next.suspended = suspended{}
		}
		set(&next.suspended.in, in.SuspendedState.DynamicScalingInSuspended)
		set(&next.suspended.out, in.SuspendedState.DynamicScalingOutSuspended)
		set(&next.suspended.scheduled, in.SuspendedState.ScheduledScalingSuspended)
	}
	return next, nil
}

// registerTags takes the tags of a new target. An existing one is tagged with
// TagResource only.
func (s *Service) registerTags(next *target, exists bool, tags map[string]string) error {
	if len(tags) == 0 {
		return nil
	}
	if exists {
		return wire.Validation("The scalable target that you tried to tag already exists. " +
			"To update tags on an existing scalable target, use the TagResource API.")
	}
	if err := refuseSystemTags(maps.Keys(tags)); err != nil {
		return err
	}
	if len(tags) > s.behaviour.Quotas.Tags {
		// RegisterScalableTarget has no TooManyTagsException.
		return wire.Validation("A scalable target can have at most %d tags.", s.behaviour.Quotas.Tags)
	}
	next.tags = maps.Clone(tags)
	return nil
}

// checkBounds checks bounds of a target or a scheduled action; either may be
// nil.
func (s *Service) checkBounds(dim catalog.Dimension, minimum, maximum *int32) error {
	if minimum != nil && maximum != nil && *maximum < *minimum {
		return wire.Validation("Maximum capacity cannot be less than minimum capacity")
	}
	if floor := s.floor(dim); minimum != nil && *minimum < floor {
		return wire.Validation("Minimum capacity cannot be less than %d", floor)
	}
	if ceiling := dim.MaxCapacityCeiling; maximum != nil && ceiling > 0 && *maximum > ceiling {
		return wire.Validation("Maximum capacity cannot be greater than %d", ceiling)
	}
	return nil
}

func (s *Service) floor(dim catalog.Dimension) int32 {
	switch {
	case s.behaviour.IgnoreInferred && dim.Inferred.Has(catalog.FactMinCapacity):
		return 0
	case dim.Name == "sagemaker:variant:DesiredInstanceCount":
		return max(dim.MinCapacityFloor, s.behaviour.VariantFloor)
	}
	return dim.MinCapacityFloor
}

// assignRole settles the role of a target: there always is one.
func (s *Service) assignRole(sc wire.Scope, next *target, given *string) error {
	linked := serviceLinkedRole(sc, next.namespace)
	switch {
	case linked == "" && given == nil && next.roleARN == "":
		return wire.Validation("Role ARN must be specified")
	case given != nil && (linked == "" || !s.behaviour.IgnoreCustomRole):
		next.roleARN = *given
	default:
		next.roleARN = cmp.Or(next.roleARN, linked)
	}
	return nil
}

func serviceLinkedRole(sc wire.Scope, namespace string) string {
	n, _ := catalog.LookupNamespace(namespace)
	return n.ServiceLinkedRoleARN(sc.Partition(), sc.Account)
}

// resource returns what a target scales. For a resource that the local cloud does
// not have another stands in, with the least capacity that the target allows.
func (s *Service) resource(sc wire.Scope, t *target) (Resource, error) {
	found, err := s.resources.Resource(sc, t.identity.domain())
	switch {
	case found != nil || err != nil:
		return found, err
	case s.behaviour.RequireResource:
		return nil, wire.Validation("The resource %s does not exist in the service %s.", t.resourceID, t.namespace)
	}
	return s.resources.StandIn(sc, t.identity.domain(), t.min), nil
}

// create completes a new target, whose engine enforces the bounds, and keeps
// it.
func (s *Service) create(sc wire.Scope, t *target, resource Resource) error {
	r := s.region(sc)
	n, _ := catalog.LookupNamespace(t.namespace)
	limit := cmp.Or(s.behaviour.Quotas.Targets, n.TargetQuota)
	if r.registered[t.namespace] >= limit {
		return limitExceeded("You have reached the limit of %d scalable targets for the service namespace %s.", limit, t.namespace)
	}
	t.scope = wire.Scope{Account: sc.Account, Region: sc.Region}
	t.sequence = r.next()
	t.key = t.resourceID + "\x00" + t.dimension + "\x00"
	t.created = s.now()
	t.id, t.childID = s.newIDs(sc, t.identity)
	t.open = map[int64]*activity{}
	t.position = -1
	made, err := engine.New(engine.Options{
		Identity: t.identity.domain(), Bounds: t.bounds(), Suspended: t.suspended.domain(), Start: s.now(),
		Resource: resource, Forecast: forecaster{t}, Observer: witness{s, t}, Behaviour: &s.engine,
	})
	if err != nil {
		return wire.Validation("%s", err)
	}
	t.engine, t.resource, t.seen.Desired = made, resource, -1 // seen by nobody
	r.add(t)
	return nil
}

// deregisterScalableTarget deletes a target with its policies and scheduled
// actions. The capacity of the resource stays as it is.
func (s *Service) deregisterScalableTarget(sc wire.Scope, in deregisterInput) (any, error) {
	id := in.identity()
	if _, err := resolve(id); err != nil {
		return nil, err
	}
	t := s.find(sc, id)
	if t == nil {
		return nil, objectNotFound("No scalable target found for %s", id)
	}
	if err := s.idle(t); err != nil {
		return nil, err
	}
	s.remove(sc, t)
	return nil, nil
}

// remove takes out a target. What is under way goes on without it, and its
// activity comes to an end.
func (s *Service) remove(sc wire.Scope, t *target) {
	for _, p := range t.inOrder() {
		s.releaseAlarms(sc, t, p, s.behaviour.DeregisterKeepsAlarms)
	}
	s.region(sc).remove(t)
	t.gone, t.policies, t.actions = true, nil, nil
	t.engine.Advance(s.now())
	t.engine.Retire()
	s.acted(t)
}

// Registered reports whether a resource of a namespace is a scalable target,
// under whichever dimension.
func (s *Service) Registered(sc wire.Scope, namespace, resourceID string) bool {
	r := s.region(sc)
	return slices.ContainsFunc(dimensionsIn[namespace], func(dimension string) bool {
		return r.targets[identity{namespace, resourceID, dimension}] != nil
	})
}

// DeregisterPrefix deregisters the scalable targets of a namespace whose
// resource ID begins with prefix: what SageMaker does for the variants of an
// endpoint that is deleted. No pending update prevents it.
func (s *Service) DeregisterPrefix(sc wire.Scope, namespace, prefix string) {
	var found []*target
	for id, t := range s.region(sc).targets {
		if id.namespace == namespace && strings.HasPrefix(id.resourceID, prefix) {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b *target) int { return cmp.Compare(a.sequence, b.sequence) })
	for _, t := range found {
		s.remove(sc, t)
	}
}

// set assigns a member that was given.
func set[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}
