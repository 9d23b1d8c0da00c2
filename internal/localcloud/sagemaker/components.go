package sagemaker

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// component is an inference component: copies of a model on the instances of a
// variant that has none of its own. How many copies its instances hold is not
// checked, because nothing is hosted.
type component struct {
	name, endpoint, variant string
	created, modified       time.Time
	specs                   []componentSpec
	several                 bool   // specs came as Specifications
	deployment              opaque // LastDeploymentConfig
	current, desired        int32  // copies
	change                  *componentChange
	flow                    *flow // nil before it is in service
}

// componentChange is a creation, update or deletion under way.
type componentChange struct {
	status     string
	until      time.Time
	specs      []componentSpec // nil: stay
	several    bool
	deployment opaque
}

func (c *component) status() string {
	if c.change == nil {
		return inService
	}
	return c.change.status
}

// beginComponent starts a change of a component that takes so long.
func (s *Service) beginComponent(sc wire.Scope, c *component, change componentChange, takes time.Duration) {
	now := s.now()
	change.until = now.Add(takes)
	c.change, c.modified = &change, now
	s.changing = append(s.changing, changing{sc, c})
}

// changing is a component with a change under way.
type changing struct {
	scope     wire.Scope
	component *component
}

// settleComponents completes the changes of components whose time has come.
func (s *Service) settleComponents(now time.Time) {
	if next, ok := s.nextComponent(); !ok || now.Before(next) {
		return
	}
	rest := s.changing[:0]
	for _, it := range s.changing {
		if now.Before(it.component.change.until) {
			rest = append(rest, it)
			continue
		}
		s.settleComponent(it.scope, it.component)
	}
	clear(s.changing[len(rest):])
	s.changing = rest
}

func (s *Service) settleComponent(sc wire.Scope, c *component) {
	done := c.change
	if done.status == deleting {
		r := s.region(sc)
		delete(r.components, c.name)
		delete(r.tags, s.arn(sc, componentKind.arn, c.name))
		return
	}
	c.change, c.modified, c.current = nil, done.until, c.desired
	if done.specs != nil {
		c.specs, c.several = done.specs, done.several
	}
	if done.deployment != nil {
		c.deployment = done.deployment
	}
	if c.flow == nil {
		c.flow = &flow{variant: c.name, kind: onCopies, since: done.until.UnixNano(), recorders: s.componentRecorders(sc, c.name)}
		s.add(c.flow, done.until)
	}
	c.flow.count(done.until.UnixNano())
	c.flow.capacity = c.current
}

// nextComponent returns when the change of a component ends next.
func (s *Service) nextComponent() (next time.Time, found bool) {
	for _, it := range s.changing {
		if until := it.component.change.until; !found || until.Before(next) {
			next, found = until, true
		}
	}
	return next, found
}

// findComponent returns an inference component that exists.
func (s *Service) findComponent(sc wire.Scope, name string) (*component, error) {
	s.settle(s.now())
	c := s.region(sc).components[name]
	if c == nil {
		return nil, s.notFound(sc, componentKind, name)
	}
	return c, nil
}

// readyComponent returns an inference component that can be changed.
func (s *Service) readyComponent(sc wire.Scope, name string) (*component, error) {
	c, err := s.findComponent(sc, name)
	if err == nil && c.change != nil {
		return nil, s.componentInProgress(sc, name)
	}
	return c, err
}

func (s *Service) componentInProgress(sc wire.Scope, name string) *wire.Error {
	return wire.Validation("Cannot update in-progress inference component %q.", s.arn(sc, componentKind.arn, name))
}

// scaleComponent asks for copies. They are desired at once and there when the
// update is complete.
func (s *Service) scaleComponent(sc wire.Scope, c *component, copies int32) {
	c.desired = copies
	s.beginComponent(sc, c, componentChange{status: updating}, s.provisioning)
}

// hosts reports whether an endpoint has inference components.
func (r *region) hosts(endpoint string) bool {
	for _, c := range r.components {
		if c.endpoint == endpoint {
			return true
		}
	}
	return false
}
