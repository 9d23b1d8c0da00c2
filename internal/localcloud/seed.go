package localcloud

import (
	"cmp"
	"context"
	"fmt"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Endpoint is a SageMaker endpoint with one variant, to begin with. Members
// that are zero have the value of the example that the documentation uses.
type Endpoint struct {
	Account       string `json:"account,omitempty"`       // default: that of the cloud's options
	Region        string `json:"region,omitempty"`        // default: that of the cloud's options
	Name          string `json:"name,omitempty"`          // default: "demo-endpoint"
	Variant       string `json:"variant,omitempty"`       // default: "AllTraffic"
	InstanceType  string `json:"instanceType,omitempty"`  // default: "ml.m5.large"
	InstanceCount int32  `json:"instanceCount,omitempty"` // default: 1
}

func (e Endpoint) withDefaults(o Options) Endpoint {
	e.Account = cmp.Or(e.Account, o.Account)
	e.Region = cmp.Or(e.Region, o.Region)
	e.Name = cmp.Or(e.Name, "demo-endpoint")
	e.Variant = cmp.Or(e.Variant, "AllTraffic")
	e.InstanceType = cmp.Or(e.InstanceType, "ml.m5.large")
	e.InstanceCount = cmp.Or(e.InstanceCount, 1)
	return e
}

// The inputs of SageMaker's operations (AWS API: CreateModel,
// CreateEndpointConfig, CreateEndpoint).
type (
	modelInput struct {
		ModelName        string
		ExecutionRoleArn string
		PrimaryContainer containerInput
	}
	containerInput  struct{ Image string }
	endpointVariant struct {
		VariantName          string
		ModelName            string
		InstanceType         string
		InitialInstanceCount int32
		InitialVariantWeight float64
	}
	endpointConfigInput struct {
		EndpointConfigName string
		ProductionVariants []endpointVariant
	}
	endpointInput struct {
		EndpointName       string
		EndpointConfigName string
	}
)

// Seed creates endpoints, each with a model and a configuration of its own, by
// the same operations as a client, as if that had been so long ago that they
// are in service now. It fails where a client would: when a name is taken or is
// not one.
func (c *Cloud) Seed(ctx context.Context, endpoints ...Endpoint) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change()
	if len(endpoints) == 0 {
		return nil
	}
	err := c.seed(ctx, endpoints)
	if err == nil {
		c.tell(wire.Scope{}, Change{Seed: endpoints})
	}
	return err
}

// seed is Seed. The lock is held.
func (c *Cloud) seed(ctx context.Context, endpoints []Endpoint) error {
	now := c.present
	c.present = now.Add(-c.options.EndpointDelay)
	defer func() { c.present = now }()
	for _, e := range endpoints {
		e = e.withDefaults(c.options)
		c.enter(wire.Scope{Account: e.Account, Region: e.Region})
		if err := c.seedOne(ctx, e); err != nil {
			return fmt.Errorf("the endpoint %q cannot be created: %w", e.Name, err)
		}
	}
	return nil
}

func (c *Cloud) seedOne(ctx context.Context, e Endpoint) error {
	scope := wire.Scope{Account: e.Account, Region: e.Region}
	model, config := e.Name+"-model", e.Name+"-config"
	for _, call := range []struct {
		operation string
		input     any
	}{
		{"CreateModel", modelInput{
			ModelName:        model,
			ExecutionRoleArn: fmt.Sprintf("arn:%s:iam::%s:role/sagemaker-execution", scope.Partition(), e.Account),
			PrimaryContainer: containerInput{Image: fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s:latest", e.Account, e.Region, e.Name)},
		}},
		{"CreateEndpointConfig", endpointConfigInput{EndpointConfigName: config, ProductionVariants: []endpointVariant{{
			VariantName: e.Variant, ModelName: model, InstanceType: e.InstanceType, InitialInstanceCount: e.InstanceCount, InitialVariantWeight: 1,
		}}}},
		{"CreateEndpoint", endpointInput{EndpointName: e.Name, EndpointConfigName: config}},
	} {
		if _, err := c.services.sagemaker.Handle(ctx, wire.NewRequest(scope, call.operation, call.input)); err != nil {
			return err
		}
	}
	return nil
}
