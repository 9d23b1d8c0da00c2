package appautoscaling

import (
	"cmp"
	"maps"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
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
	capacity, err := s.capacity(sc, id)
	if err != nil {
		return nil, err
	}
	if old == nil {
		if err := s.create(sc, &next); err != nil {
			return nil, err
		}
		old = &next
	} else {
		*old = next
	}
	s.changed(old)
	s.enforce(sc, old, capacity)
	return &registerOutput{targetARN(sc, old)}, nil
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

// capacity asks for what the target would scale.
func (s *Service) capacity(sc wire.Scope, id identity) (Capacity, error) {
	c, err := s.resources.Capacity(sc, id.namespace, id.resourceID, id.dimension)
	if err != nil {
		return c, err
	}
	if !c.Known && s.behaviour.RequireResource {
		return c, wire.Validation("The resource %s does not exist in the service %s.", id.resourceID, id.namespace)
	}
	return c, nil
}

// create completes a new target and keeps it.
func (s *Service) create(sc wire.Scope, t *target) error {
	r := s.region(sc)
	n, _ := catalog.LookupNamespace(t.namespace)
	limit := cmp.Or(s.behaviour.Quotas.Targets, n.TargetQuota)
	registered := 0
	for id := range r.targets {
		if id.namespace == t.namespace {
			registered++
		}
	}
	if registered >= limit {
		return limitExceeded("You have reached the limit of %d scalable targets for the service namespace %s.", limit, t.namespace)
	}
	t.sequence = r.next()
	t.created = s.now()
	t.id, t.childID = s.newIDs(sc, t.identity)
	r.targets[t.identity] = t
	return nil
}

// enforce moves the capacity to the nearest bound if it is outside of them.
// AWS does so whenever a target is registered or updated, unless the resource
// is not active. It does it after having answered, so that a failure is no
// failure of the registration.
func (s *Service) enforce(sc wire.Scope, t *target, c Capacity) {
	if !c.Known || !c.Active {
		return
	}
	if s.behaviour.SuspensionStopsEnforcement && t.suspended != (suspended{}) {
		return
	}
	if bounded := max(t.min, min(t.max, c.Desired)); bounded != c.Desired {
		_ = s.resources.SetCapacity(sc, t.namespace, t.resourceID, t.dimension, bounded)
	}
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

func (s *Service) remove(sc wire.Scope, t *target) {
	for _, p := range t.policies {
		s.releaseAlarms(sc, t, p, s.behaviour.DeregisterKeepsAlarms)
	}
	delete(s.region(sc).targets, t.identity)
}

// Registered reports whether a resource of a namespace is a scalable target,
// under whichever dimension.
func (s *Service) Registered(sc wire.Scope, namespace, resourceID string) bool {
	for id := range s.region(sc).targets {
		if id.namespace == namespace && id.resourceID == resourceID {
			return true
		}
	}
	return false
}

// DeregisterPrefix deregisters the scalable targets of a namespace whose
// resource ID begins with prefix: what SageMaker does for the variants of an
// endpoint that is deleted. No pending update prevents it.
func (s *Service) DeregisterPrefix(sc wire.Scope, namespace, prefix string) {
	for id, t := range s.region(sc).targets {
		if id.namespace == namespace && strings.HasPrefix(id.resourceID, prefix) {
			s.remove(sc, t)
		}
	}
}

// set assigns a member that was given.
func set[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}
