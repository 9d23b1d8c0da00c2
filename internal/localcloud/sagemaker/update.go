package sagemaker

import (
	"slices"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type updateEndpointInput struct {
	EndpointName                     *string
	EndpointConfigName               *string
	RetainAllVariantProperties       *bool
	ExcludeRetainedVariantProperties []variantProperty
	DeploymentConfig                 opaque
	RetainDeploymentConfig           *bool
}

type variantProperty struct{ VariantPropertyType *string }

const (
	propertyInstances = "DesiredInstanceCount"
	propertyWeight    = "DesiredWeight"
	propertyCapture   = "DataCaptureConfig"
)

func (in updateEndpointInput) check(c *wire.Constraints) {
	checkName(c, "endpointName", in.EndpointName)
	checkName(c, "endpointConfigName", in.EndpointConfigName)
	for i, p := range in.ExcludeRetainedVariantProperties {
		at := element("excludeRetainedVariantProperties", i) + ".variantPropertyType"
		c.Require(at, p.VariantPropertyType != nil)
		checkEnum(c, at, p.VariantPropertyType, propertyInstances, propertyWeight, propertyCapture)
	}
}

// retains reports whether an update keeps a property of the variants.
func (in updateEndpointInput) retains(property string) bool {
	return value(in.RetainAllVariantProperties) &&
		!slices.ContainsFunc(in.ExcludeRetainedVariantProperties, func(p variantProperty) bool { return *p.VariantPropertyType == property })
}

// updateEndpoint deploys another configuration. Variants that are scalable
// targets must stay and keep their instance type; the model may change.
func (s *Service) updateEndpoint(sc wire.Scope, in updateEndpointInput) (any, error) {
	e, err := s.ready(sc, *in.EndpointName)
	if err != nil {
		return nil, err
	}
	r := s.region(sc)
	c := r.configs[*in.EndpointConfigName]
	if c == nil {
		return nil, s.notFound(sc, configKind, *in.EndpointConfigName)
	}
	variants := s.deploy(r, c)
	if err := s.checkRegistered(sc, e, variants); err != nil {
		return nil, err
	}
	for i := range variants {
		retain(&variants[i], e.variants, in)
	}
	if err := s.checkQuota(r, e.name, variants); err != nil {
		return nil, err
	}
	deployment := in.DeploymentConfig
	if value(in.RetainDeploymentConfig) {
		deployment = e.deployment
	}
	s.begin(sc, e, change{status: updating, config: c, variants: variants, deployment: deployment}, s.delay)
	return &endpointOutput{s.arn(sc, endpointKind.arn, e.name)}, nil
}

// retain gives a new variant the properties of the old one of the same name
// that the update keeps.
func retain(v *variant, old []variant, in updateEndpointInput) {
	i := slices.IndexFunc(old, func(o variant) bool { return o.name() == v.name() })
	if i < 0 {
		return
	}
	if in.retains(propertyInstances) && v.desired.serverless == nil && old[i].desired.serverless == nil {
		v.desired.instances = old[i].desired.instances
	}
	if in.retains(propertyWeight) {
		v.desired.weight = old[i].desired.weight
	}
}

// checkRegistered refuses an update that removes a variant that is a scalable
// target, or changes its instance type. AWS documents the rule and not the
// text.
func (s *Service) checkRegistered(sc wire.Scope, e *endpoint, next []variant) error {
	for _, v := range e.variants {
		if !s.registered(sc, variantID(e.name, v.name())) {
			continue
		}
		i := slices.IndexFunc(next, func(n variant) bool { return n.name() == v.name() })
		problem := "removes it"
		if i >= 0 {
			if value(next[i].spec.InstanceType) == value(v.spec.InstanceType) && (next[i].desired.serverless == nil) == (v.desired.serverless == nil) {
				continue
			}
			problem = "changes its instance type"
		}
		return wire.Validation("The variant %q is registered as a scalable target with Application Auto Scaling and the update %s. "+
			"Deregister the scalable target before you update the endpoint.", v.name(), problem)
	}
	return nil
}

type updateCapacitiesInput struct {
	EndpointName                *string
	DesiredWeightsAndCapacities []desiredCapacity
}

type desiredCapacity struct {
	VariantName            *string
	DesiredWeight          *float64
	DesiredInstanceCount   *int32
	ServerlessUpdateConfig *serverlessUpdate
}

type serverlessUpdate struct {
	MaxConcurrency         *int32
	ProvisionedConcurrency *int32
}

func (in updateCapacitiesInput) check(c *wire.Constraints) {
	checkName(c, "endpointName", in.EndpointName)
	c.Require("desiredWeightsAndCapacities", in.DesiredWeightsAndCapacities != nil)
	if in.DesiredWeightsAndCapacities == nil {
		return
	}
	names := make([]string, len(in.DesiredWeightsAndCapacities))
	for i, d := range in.DesiredWeightsAndCapacities {
		at := element("desiredWeightsAndCapacities", i)
		names[i] = value(d.VariantName)
		checkName(c, at+".variantName", d.VariantName)
		checkRange(c, at+".desiredInstanceCount", d.DesiredInstanceCount, 0, maxInstances)
		if u := d.ServerlessUpdateConfig; u != nil {
			checkRange(c, at+".serverlessUpdateConfig.maxConcurrency", u.MaxConcurrency, 1, maxConcurrency)
			checkRange(c, at+".serverlessUpdateConfig.provisionedConcurrency", u.ProvisionedConcurrency, 1, maxConcurrency)
		}
	}
	c.Size("desiredWeightsAndCapacities", names, 1, maxInstances)
}

func (s *Service) updateWeightsAndCapacities(sc wire.Scope, in updateCapacitiesInput) (any, error) {
	if err := s.scale(sc, *in.EndpointName, in.DesiredWeightsAndCapacities); err != nil {
		return nil, err
	}
	return &endpointOutput{s.arn(sc, endpointKind.arn, *in.EndpointName)}, nil
}

// scale asks for weights and capacities. They are desired at once and there
// when the update is complete.
func (s *Service) scale(sc wire.Scope, name string, wanted []desiredCapacity) error {
	e, err := s.ready(sc, name)
	if err != nil {
		return err
	}
	next := slices.Clone(e.variants)
	seen := map[string]bool{}
	capacities := 0
	for _, d := range wanted {
		if seen[*d.VariantName] {
			return notUnique(*d.VariantName)
		}
		seen[*d.VariantName] = true
		i := slices.IndexFunc(next, func(v variant) bool { return v.name() == *d.VariantName })
		if i < 0 {
			return noVariant(*d.VariantName, e.config)
		}
		if d.DesiredInstanceCount != nil || d.ServerlessUpdateConfig != nil {
			capacities++
		}
		if err := s.want(&next[i], e.config, d); err != nil {
			return err
		}
	}
	if capacities > 1 && !s.behaviour.AllowSeveralCapacities {
		return wire.Validation("The capacity of only one variant can be updated in a request, not of %d.", capacities)
	}
	if err := s.checkQuota(s.region(sc), e.name, next); err != nil {
		return err
	}
	e.variants = next
	s.begin(sc, e, change{status: updating}, s.provisioning)
	return nil
}

func noVariant(name string, c *config) error {
	return wire.Validation("The variant name(s) %q is/are not present within endpoint configuration %q.", name, c.name())
}

// want changes what is desired of one variant.
func (s *Service) want(v *variant, c *config, d desiredCapacity) error {
	if w := d.DesiredWeight; w != nil {
		if *w < 0 {
			return wire.Validation("The weight of the variant %q cannot be less than 0.", v.name())
		}
		v.desired.weight = *w
	}
	if n := d.DesiredInstanceCount; n != nil {
		switch {
		case v.desired.serverless != nil:
			return wire.Validation("The variant %q is serverless and has no instances.", v.name())
		case *n < 1 && !s.canBeZero(v, c):
			return wire.Validation("The desired instance count of the variant %q must be 1 or higher.", v.name())
		}
		v.desired.instances = *n
	}
	if u := d.ServerlessUpdateConfig; u != nil {
		if v.desired.serverless == nil {
			return wire.Validation("The variant %q is not serverless.", v.name())
		}
		next := *v.desired.serverless
		if u.MaxConcurrency != nil {
			next.MaxConcurrency = u.MaxConcurrency
		}
		if u.ProvisionedConcurrency != nil {
			next.ProvisionedConcurrency = u.ProvisionedConcurrency
		}
		if value(next.ProvisionedConcurrency) > *next.MaxConcurrency {
			return wire.Validation("The provisioned concurrency of the variant %q cannot be greater than its maximum concurrency.", v.name())
		}
		v.desired.serverless = &next
	}
	return nil
}

// canBeZero reports whether a variant may have no instance.
func (s *Service) canBeZero(v *variant, c *config) bool {
	managed := v.spec.ManagedInstanceScaling
	return s.behaviour.AllowZeroInstances || len(c.input.AsyncInferenceConfig) > 0 ||
		managed != nil && managed.MinInstanceCount != nil && *managed.MinInstanceCount == 0
}
