package sagemaker

import (
	"regexp"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The scalable dimensions of variants and inference components (AWS API: RegisterScalableTarget).
const (
	instanceCount          = "sagemaker:variant:DesiredInstanceCount"
	provisionedConcurrency = "sagemaker:variant:DesiredProvisionedConcurrency"
	copyCount              = "sagemaker:inference-component:DesiredCopyCount"
)

// burstable matches the instance types of the T family, such as ml.t2.medium;
// not ml.trn1.2xlarge.
var burstable = regexp.MustCompile(`^ml\.t[0-9]`)

var _ appautoscaling.Resources = (*Service)(nil)

// variantID names a variant as Application Auto Scaling does.
func variantID(endpoint, variant string) string {
	return "endpoint/" + endpoint + "/variant/" + variant
}

// componentID begins the resource IDs of inference components.
const componentID = "inference-component/"

// Capacity returns the capacity of a variant or an inference component, as
// resource of Application Auto Scaling. It is active while its endpoint, or
// itself, is in service. Other resources are not known here.
func (s *Service) Capacity(sc wire.Scope, namespace, resourceID, dimension string) (appautoscaling.Capacity, error) {
	if name, ok := strings.CutPrefix(resourceID, componentID); ok && dimension == copyCount {
		c, err := s.findComponent(sc, name)
		if err != nil {
			return appautoscaling.Capacity{}, err
		}
		return appautoscaling.Capacity{Known: true, Active: c.change == nil, Desired: c.desired}, nil
	}
	e, v, err := s.resource(sc, namespace, resourceID, dimension)
	if err != nil || v == nil {
		return appautoscaling.Capacity{}, err
	}
	c := appautoscaling.Capacity{Known: true, Active: e.status() == inService, Desired: v.desired.instances}
	if dimension == provisionedConcurrency {
		c.Desired = value(v.desired.serverless.ProvisionedConcurrency)
	}
	return c, nil
}

// SetCapacity changes the desired capacity of a variant or an inference
// component, as UpdateEndpointWeightsAndCapacities and
// UpdateInferenceComponentRuntimeConfig do.
func (s *Service) SetCapacity(sc wire.Scope, namespace, resourceID, dimension string, n int32) error {
	if name, ok := strings.CutPrefix(resourceID, componentID); ok && dimension == copyCount {
		c, err := s.readyComponent(sc, name)
		if err == nil {
			s.scaleComponent(sc, c, n)
		}
		return err
	}
	e, v, err := s.resource(sc, namespace, resourceID, dimension)
	if err != nil || v == nil {
		return err
	}
	name := v.name()
	wanted := desiredCapacity{VariantName: &name}
	if dimension == provisionedConcurrency {
		if n < 1 || n > maxConcurrency {
			return wire.Validation("The provisioned concurrency of the variant %q must be between 1 and %d.", name, maxConcurrency)
		}
		wanted.ServerlessUpdateConfig = &serverlessUpdate{ProvisionedConcurrency: &n}
	} else {
		wanted.DesiredInstanceCount = &n
	}
	return s.scale(sc, e.name, []desiredCapacity{wanted})
}

// resource finds the variant that a resource ID names, nil if it is none of
// SageMaker's variants. That burstable instances cannot be scaled, and that the
// dimension must fit the variant, is documented; the texts are ours.
func (s *Service) resource(sc wire.Scope, namespace, id, dimension string) (*endpoint, *variant, error) {
	endpointName, variantName, ok := strings.Cut(strings.TrimPrefix(id, "endpoint/"), "/variant/")
	if namespace != "sagemaker" || !ok || (dimension != instanceCount && dimension != provisionedConcurrency) {
		return nil, nil, nil
	}
	s.settle(s.now())
	e, err := s.find(sc, endpointName)
	if err != nil {
		return nil, nil, err
	}
	variants := e.all()
	i := slices.IndexFunc(variants, func(v variant) bool { return v.name() == variantName })
	if i < 0 {
		c := e.config
		if c == nil {
			c = e.change.config
		}
		return nil, nil, noVariant(variantName, c)
	}
	v := variants[i]
	serverless := v.desired.serverless != nil
	switch {
	case dimension == provisionedConcurrency && !serverless:
		return nil, nil, wire.Validation("The variant %q is not serverless and has no provisioned concurrency.", variantName)
	case dimension == instanceCount && serverless:
		return nil, nil, wire.Validation("The variant %q is serverless and has no instances.", variantName)
	case burstable.MatchString(value(v.spec.InstanceType)):
		return nil, nil, wire.Validation("The variant %q has burstable instances (%s), which Application Auto Scaling does not support.", variantName, *v.spec.InstanceType)
	}
	return e, &v, nil
}
