package localcloud

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/dynamodb"
	"github.com/setpoint-io/setpoint/internal/localcloud/ecs"
	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// scaled are the resources that Application Auto Scaling scales: each in its own
// service, or declared.
type scaled struct {
	sagemaker *sagemaker.Service
	ecs       *ecs.Service
	dynamodb  *dynamodb.Service
	declared  *resources.Registry
	// required refuses also services of ECS and tables of DynamoDB that do not
	// exist (see appautoscaling.Behaviour.RequireResource).
	required bool
}

var _ appautoscaling.Resources = scaled{}

// own returns what the service has that a target scales, nil for services that
// are not in the local cloud.
func (s scaled) own(sc wire.Scope, id autoscaling.Identity) (engine.Resource, error) {
	switch id.ServiceNamespace {
	case "sagemaker":
		return s.sagemaker.Resource(sc, id)
	case "ecs":
		return s.ecs.Resource(sc, id.ResourceID)
	case "dynamodb":
		return s.dynamodb.Resource(sc, id.ResourceID, id.ScalableDimension)
	}
	return nil, nil
}

// Resource returns what a target scales. Variants and inference components of
// SageMaker have to exist, other resources only if they are required to.
func (s scaled) Resource(sc wire.Scope, id autoscaling.Identity) (appautoscaling.Resource, error) {
	found, err := s.own(sc, id)
	if found != nil || err != nil && (s.required || id.ServiceNamespace == "sagemaker") {
		return found, err
	}
	if standIn := s.declared.Resource(sc, resources.Key(id)); standIn != nil {
		return latest{s, sc, id, standIn}, nil
	}
	return nil, nil
}

// StandIn returns what is scaled until there is such a resource.
func (s scaled) StandIn(sc wire.Scope, id autoscaling.Identity, capacity int32) appautoscaling.Resource {
	return latest{s, sc, id, s.declared.StandIn(sc, resources.Key(id), capacity)}
}

// latest is a resource of a service or, as long as there is none, what stands in
// for it.
type latest struct {
	all     scaled
	scope   wire.Scope
	id      autoscaling.Identity
	standIn engine.Resource
}

func (l latest) resource() engine.Resource {
	if found, err := l.all.own(l.scope, l.id); found != nil && err == nil {
		return found
	}
	return l.standIn
}

func (l latest) Status(now time.Time) engine.Status { return l.resource().Status(now) }

func (l latest) Scale(now time.Time, n int32) error { return l.resource().Scale(now, n) }

func (l latest) NextChange(now time.Time) (time.Time, bool) { return l.resource().NextChange(now) }

// Declare makes a resource of a service that is not in the local cloud, such as
// an Aurora cluster, or changes the capacity of one. Account and Region of the
// scope are by default those of the options. Errors say what to write.
func (c *Cloud) Declare(s wire.Scope, d resources.Declaration) (resources.Resource, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change()
	made, err := c.services.declared.Declare(c.place(s), d)
	if err == nil {
		c.tell(c.place(s), Change{Declare: &d})
	}
	return made, err
}

// Resources lists the declared resources of an account in a Region.
func (c *Cloud) Resources(s wire.Scope) []resources.Resource {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	return c.services.declared.Resources(c.place(s))
}

// Remove removes a declared resource. The error is that there is none.
func (c *Cloud) Remove(s wire.Scope, key resources.Key) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change()
	err := c.services.declared.Remove(c.place(s), key)
	if err == nil {
		c.tell(c.place(s), Change{Remove: &key})
	}
	return err
}

// defaults completes a scope by the options.
func (c *Cloud) defaults(s wire.Scope) wire.Scope {
	if s.Account == "" {
		s.Account = c.options.Account
	}
	if s.Region == "" {
		s.Region = c.options.Region
	}
	return s
}
