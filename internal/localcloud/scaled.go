package localcloud

import (
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

// of returns where the resources of a namespace are.
func (s scaled) of(namespace string) appautoscaling.Resources {
	switch namespace {
	case "sagemaker":
		return s.sagemaker
	case "ecs":
		return s.ecs
	case "dynamodb":
		return s.dynamodb
	default:
		return s.declared
	}
}

func (s scaled) Capacity(sc wire.Scope, namespace, resourceID, dimension string) (appautoscaling.Capacity, error) {
	c, err := s.of(namespace).Capacity(sc, namespace, resourceID, dimension)
	if err != nil && !s.required && namespace != "sagemaker" {
		return appautoscaling.Capacity{}, nil
	}
	return c, err
}

func (s scaled) SetCapacity(sc wire.Scope, namespace, resourceID, dimension string, n int32) error {
	return s.of(namespace).SetCapacity(sc, namespace, resourceID, dimension, n)
}

// Declare makes a resource of a service that is not in the local cloud, such as
// an Aurora cluster, or changes the capacity of one. Account and Region of the
// scope are by default those of the options. Errors say what to write.
func (c *Cloud) Declare(s wire.Scope, d resources.Declaration) (resources.Resource, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	return c.services.declared.Declare(c.defaults(s), d)
}

// Resources lists the declared resources of an account in a Region.
func (c *Cloud) Resources(s wire.Scope) []resources.Resource {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	return c.services.declared.Resources(c.defaults(s))
}

// Remove removes a declared resource. The error is that there is none.
func (c *Cloud) Remove(s wire.Scope, key resources.Key) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	return c.services.declared.Remove(c.defaults(s), key)
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
