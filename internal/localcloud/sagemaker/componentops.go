package sagemaker

import (
	"slices"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// componentSpec is InferenceComponentSpecification.
type componentSpec struct {
	InstanceType                *string             `json:",omitempty"`
	ModelName                   *string             `json:",omitempty"`
	Container                   *componentContainer `json:",omitempty"`
	StartupParameters           opaque              `json:",omitempty"`
	ComputeResourceRequirements *compute            `json:",omitempty"`
	BaseInferenceComponentName  *string             `json:",omitempty"`
	DataCacheConfig             opaque              `json:",omitempty"`
	SchedulingConfig            opaque              `json:",omitempty"`
}

type componentContainer struct {
	Image       *string `json:",omitempty"`
	ArtifactURL opaque  `json:"ArtifactUrl,omitempty"`
	Environment opaque  `json:",omitempty"`
}

// compute is InferenceComponentComputeResourceRequirements.
type compute struct {
	NumberOfCPUCoresRequired           *float64 `json:"NumberOfCpuCoresRequired,omitempty"`
	NumberOfAcceleratorDevicesRequired *float64 `json:",omitempty"`
	MinMemoryRequiredInMb              *int32   `json:",omitempty"`
	MaxMemoryRequiredInMb              *int32   `json:",omitempty"`
}

// runtimeConfig is InferenceComponentRuntimeConfig.
type runtimeConfig struct{ CopyCount *int32 }

func (r *runtimeConfig) check(c *wire.Constraints, at string) {
	if r != nil {
		c.Require(at+".copyCount", r.CopyCount != nil)
		checkRange(c, at+".copyCount", r.CopyCount, 0, maxInstances)
	}
}

func (s componentSpec) check(c *wire.Constraints, at string) {
	checkModelName(c, at+".modelName", s.ModelName)
	checkModelName(c, at+".baseInferenceComponentName", s.BaseInferenceComponentName)
	if r := s.ComputeResourceRequirements; r != nil {
		at += ".computeResourceRequirements"
		c.Require(at+".minMemoryRequiredInMb", r.MinMemoryRequiredInMb != nil)
		checkRange(c, at+".minMemoryRequiredInMb", r.MinMemoryRequiredInMb, 128, maxInstances)
		checkRange(c, at+".maxMemoryRequiredInMb", r.MaxMemoryRequiredInMb, 128, maxInstances)
	}
}

// specifications are the two ways in which requests give them.
type specifications struct {
	Specification  *componentSpec
	Specifications []componentSpec
}

func (in specifications) check(c *wire.Constraints) {
	if in.Specification != nil {
		in.Specification.check(c, "specification")
	}
	for i, s := range in.Specifications {
		s.check(c, element("specifications", i))
	}
}

// list returns the specifications, which have what SageMaker needs to run them,
// or nil when there are none.
func (s *Service) list(sc wire.Scope, in specifications) ([]componentSpec, error) {
	all := in.Specifications
	if in.Specification != nil {
		if len(all) > 0 {
			return nil, wire.Validation("You can specify either Specification or Specifications, not both.")
		}
		all = []componentSpec{*in.Specification}
	}
	r := s.region(sc)
	for _, spec := range all {
		switch base := spec.BaseInferenceComponentName; {
		case base != nil && r.components[*base] == nil:
			return nil, s.notFound(sc, componentKind, *base)
		case base != nil:
		case spec.ModelName == nil && spec.Container == nil:
			return nil, wire.Validation("The specification of an inference component needs a ModelName, a Container or a BaseInferenceComponentName.")
		case spec.ModelName != nil && r.models[*spec.ModelName] == nil:
			return nil, s.notFound(sc, modelKind, *spec.ModelName)
		case spec.ComputeResourceRequirements == nil:
			return nil, wire.Validation("The specification of an inference component needs ComputeResourceRequirements.")
		}
	}
	return all, nil
}

type createComponentInput struct {
	InferenceComponentName *string
	EndpointName           *string
	VariantName            *string
	RuntimeConfig          *runtimeConfig
	Tags                   []tag
	specifications
}

func checkComponentName(c *wire.Constraints, name *string) {
	c.Require("inferenceComponentName", name != nil)
	checkModelName(c, "inferenceComponentName", name) // the same pattern
}

func (in createComponentInput) check(c *wire.Constraints) {
	checkComponentName(c, in.InferenceComponentName)
	checkName(c, "endpointName", in.EndpointName)
	if in.VariantName != nil {
		checkName(c, "variantName", in.VariantName)
	}
	in.specifications.check(c)
	in.RuntimeConfig.check(c, "runtimeConfig")
	checkTags(c, in.Tags)
}

type componentOutput struct{ InferenceComponentArn string }

// createInferenceComponent deploys copies of a model to a variant without a
// model. What SageMaker answers for one with a model was seen; the other texts
// are ours.
func (s *Service) createInferenceComponent(sc wire.Scope, in createComponentInput) (any, error) {
	r, name := s.region(sc), *in.InferenceComponentName
	if r.components[name] != nil {
		return nil, s.exists(sc, componentKind, name)
	}
	e, err := s.ready(sc, *in.EndpointName)
	if err != nil {
		return nil, err
	}
	specs, err := s.list(sc, in.specifications)
	switch {
	case err != nil:
		return nil, err
	case len(specs) == 0:
		return nil, wire.Validation("An inference component needs a Specification.")
	}
	on := in.VariantName
	if base := specs[0].BaseInferenceComponentName; base != nil && on == nil {
		on = &r.components[*base].variant
	}
	if on == nil {
		return nil, wire.Validation("An inference component needs a VariantName.")
	}
	i := slices.IndexFunc(e.variants, func(v variant) bool { return v.name() == *on })
	switch {
	case i < 0:
		return nil, noVariant(*on, e.config)
	case e.variants[i].spec.ModelName != nil:
		return nil, wire.Validation("Inference Components are not supported in this Endpoint. Please make sure this endpoint can deploy inference components.")
	case in.RuntimeConfig == nil && specs[0].BaseInferenceComponentName == nil:
		return nil, wire.Validation("An inference component needs a RuntimeConfig with its CopyCount.")
	}
	c := &component{name: name, endpoint: e.name, variant: *on, created: s.now(), specs: specs, several: len(in.Specifications) > 0}
	if in.RuntimeConfig != nil {
		c.desired = *in.RuntimeConfig.CopyCount
	}
	r.components[name] = c
	arn := s.arn(sc, componentKind.arn, name)
	r.setTags(arn, in.Tags)
	s.beginComponent(sc, c, componentChange{status: creating}, s.delay)
	return &componentOutput{arn}, nil
}

type componentInput struct{ InferenceComponentName *string }

func (in componentInput) check(c *wire.Constraints) {
	checkComponentName(c, in.InferenceComponentName)
}

type describeComponentOutput struct {
	InferenceComponentName   string
	InferenceComponentArn    string
	EndpointName             string
	EndpointArn              string
	VariantName              string
	Specification            *specSummary  `json:",omitempty"`
	Specifications           []specSummary `json:",omitempty"`
	RuntimeConfig            copies
	CreationTime             wire.Time
	LastModifiedTime         wire.Time
	InferenceComponentStatus string
	LastDeploymentConfig     opaque `json:",omitempty"`
}

// copies is InferenceComponentRuntimeConfigSummary.
type copies struct {
	DesiredCopyCount int32
	CurrentCopyCount int32
}

// specSummary is InferenceComponentSpecificationSummary, in which the container
// says what is deployed.
type specSummary struct {
	componentSpec
	Container *containerSummary `json:",omitempty"`
}

type containerSummary struct {
	DeployedImage *deployedImage `json:",omitempty"`
	ArtifactURL   opaque         `json:"ArtifactUrl,omitempty"`
	Environment   opaque         `json:",omitempty"`
}

func (s *Service) describeInferenceComponent(sc wire.Scope, in componentInput) (any, error) {
	c, err := s.findComponent(sc, *in.InferenceComponentName)
	if err != nil {
		return nil, err
	}
	out := &describeComponentOutput{
		InferenceComponentName:   c.name,
		InferenceComponentArn:    s.arn(sc, componentKind.arn, c.name),
		EndpointName:             c.endpoint,
		EndpointArn:              s.arn(sc, endpointKind.arn, c.endpoint),
		VariantName:              c.variant,
		RuntimeConfig:            copies{c.desired, c.current},
		CreationTime:             wire.Time{Time: c.created},
		LastModifiedTime:         wire.Time{Time: c.modified},
		InferenceComponentStatus: c.status(),
		LastDeploymentConfig:     c.deployment,
	}
	for _, spec := range c.specs {
		summary := specSummary{componentSpec: spec}
		if given := spec.Container; given != nil {
			summary.Container = &containerSummary{ArtifactURL: given.ArtifactURL, Environment: given.Environment}
			if given.Image != nil {
				summary.Container.DeployedImage = &deployedImage{*given.Image, wire.Time{Time: c.created}}
			}
		}
		out.Specifications = append(out.Specifications, summary)
	}
	if !c.several {
		out.Specification, out.Specifications = &out.Specifications[0], nil
	}
	return out, nil
}

type updateComponentInput struct {
	InferenceComponentName *string
	RuntimeConfig          *runtimeConfig
	DeploymentConfig       opaque
	specifications
}

func (in updateComponentInput) check(c *wire.Constraints) {
	checkComponentName(c, in.InferenceComponentName)
	in.specifications.check(c)
	in.RuntimeConfig.check(c, "runtimeConfig")
}

func (s *Service) updateInferenceComponent(sc wire.Scope, in updateComponentInput) (any, error) {
	c, err := s.readyComponent(sc, *in.InferenceComponentName)
	if err != nil {
		return nil, err
	}
	specs, err := s.list(sc, in.specifications)
	if err != nil {
		return nil, err
	}
	if in.RuntimeConfig != nil {
		c.desired = *in.RuntimeConfig.CopyCount
	}
	s.beginComponent(sc, c, componentChange{status: updating, specs: specs, several: len(in.Specifications) > 0, deployment: in.DeploymentConfig}, s.delay)
	return &componentOutput{s.arn(sc, componentKind.arn, c.name)}, nil
}

type updateRuntimeInput struct {
	InferenceComponentName *string
	DesiredRuntimeConfig   *runtimeConfig
}

func (in updateRuntimeInput) check(c *wire.Constraints) {
	checkComponentName(c, in.InferenceComponentName)
	c.Require("desiredRuntimeConfig", in.DesiredRuntimeConfig != nil)
	in.DesiredRuntimeConfig.check(c, "desiredRuntimeConfig")
}

func (s *Service) updateInferenceComponentRuntimeConfig(sc wire.Scope, in updateRuntimeInput) (any, error) {
	c, err := s.readyComponent(sc, *in.InferenceComponentName)
	if err != nil {
		return nil, err
	}
	s.scaleComponent(sc, c, *in.DesiredRuntimeConfig.CopyCount)
	return &componentOutput{s.arn(sc, componentKind.arn, c.name)}, nil
}

func (s *Service) deleteInferenceComponent(sc wire.Scope, in componentInput) (any, error) {
	c, err := s.readyComponent(sc, *in.InferenceComponentName)
	if err != nil {
		return nil, err
	}
	if c.flow != nil {
		c.flow.ended = true
	}
	s.beginComponent(sc, c, componentChange{status: deleting}, s.delay)
	return nil, nil
}
