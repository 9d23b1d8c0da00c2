package localcloud

import (
	"time"

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
	now       func() time.Time
	sagemaker *sagemaker.Service
	ecs       *ecs.Service
	dynamodb  *dynamodb.Service
	declared  *resources.Registry
	// required refuses also services of ECS and tables of DynamoDB that do not
	// exist (see appautoscaling.Behaviour.RequireResource).
	required bool
}

var _ appautoscaling.Resources = scaled{}

// resource returns what a target of another service than SageMaker scales, nil
// if it is not in the local cloud and need not be.
func (s scaled) resource(sc wire.Scope, key resources.Key) (engine.Resource, error) {
	var found engine.Resource
	var err error
	switch key.ServiceNamespace {
	case "ecs":
		found, err = s.ecs.Resource(sc, key.ResourceID)
	case "dynamodb":
		found, err = s.dynamodb.Resource(sc, key.ResourceID, key.ScalableDimension)
	default:
		return s.declared.Resource(sc, key), nil
	}
	if err != nil && !s.required {
		return nil, nil
	}
	return found, err
}

func (s scaled) Capacity(sc wire.Scope, namespace, resourceID, dimension string) (appautoscaling.Capacity, error) {
	if namespace == "sagemaker" {
		return s.sagemaker.Capacity(sc, namespace, resourceID, dimension)
	}
	found, err := s.resource(sc, resources.Key{ServiceNamespace: namespace, ResourceID: resourceID, ScalableDimension: dimension})
	if err != nil || found == nil {
		return appautoscaling.Capacity{}, err
	}
	status := found.Status(s.now())
	return appautoscaling.Capacity{Known: true, Active: status.Unscalable == "", Desired: status.Desired}, nil
}

func (s scaled) SetCapacity(sc wire.Scope, namespace, resourceID, dimension string, n int32) error {
	if namespace == "sagemaker" {
		return s.sagemaker.SetCapacity(sc, namespace, resourceID, dimension, n)
	}
	found, err := s.resource(sc, resources.Key{ServiceNamespace: namespace, ResourceID: resourceID, ScalableDimension: dimension})
	if err != nil || found == nil {
		return err
	}
	return found.Scale(s.now(), n)
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
