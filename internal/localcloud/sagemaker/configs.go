package sagemaker

import "github.com/setpoint-io/setpoint/internal/localcloud/wire"

// createConfigInput is also what the state keeps of an endpoint configuration.
type createConfigInput struct {
	EndpointConfigName *string
	ProductionVariants []productionVariant
	Tags               []tag
	KmsKeyID           *string `json:"KmsKeyId"`
	ExecutionRoleArn   *string

	DataCaptureConfig        opaque
	AsyncInferenceConfig     opaque
	ExplainerConfig          opaque
	ShadowProductionVariants opaque
	VpcConfig                opaque
	EnableNetworkIsolation   opaque
	MetricsConfig            opaque
}

func (in createConfigInput) check(c *wire.Constraints) {
	checkName(c, "endpointConfigName", in.EndpointConfigName)
	c.Require("productionVariants", in.ProductionVariants != nil)
	if in.ProductionVariants != nil {
		names := make([]string, len(in.ProductionVariants))
		for i, v := range in.ProductionVariants {
			names[i] = value(v.VariantName)
			v.check(c, element("productionVariants", i))
		}
		c.Size("productionVariants", names, 1, maxVariants)
	}
	checkTags(c, in.Tags)
}

type createConfigOutput struct{ EndpointConfigArn string }

func (s *Service) createEndpointConfig(sc wire.Scope, in createConfigInput) (any, error) {
	r, name := s.region(sc), *in.EndpointConfigName
	if r.configs[name] != nil {
		return nil, s.exists(sc, configKind, name)
	}
	seen := map[string]bool{}
	for _, v := range in.ProductionVariants {
		if err := s.checkVariant(sc, r, v); err != nil {
			return nil, err
		}
		if seen[*v.VariantName] {
			return nil, notUnique(*v.VariantName)
		}
		seen[*v.VariantName] = true
	}
	r.configs[name] = &config{input: in, created: s.now()}
	arn := s.arn(sc, configKind.arn, name)
	r.setTags(arn, in.Tags)
	return &createConfigOutput{arn}, nil
}

func notUnique(variant string) error {
	return wire.Validation("The variant name %q was non-unique within the request.", variant)
}

// checkVariant checks that a variant has a model, unless inference components
// bring theirs, and either instances or a serverless configuration.
func (s *Service) checkVariant(sc wire.Scope, r *region, v productionVariant) error {
	if v.ModelName != nil && r.models[*v.ModelName] == nil {
		return s.notFound(sc, modelKind, *v.ModelName)
	}
	if v.ManagedInstanceScaling != nil && v.ModelName != nil {
		return wire.Validation("ManagedInstanceScaling is only supported for inference component endpoints.") // seen
	}
	instances := v.InstanceType != nil || len(v.InstancePools) > 0
	var problem string
	switch serverless := v.ServerlessConfig; {
	case serverless != nil && (instances || v.InitialInstanceCount != nil):
		problem = "a ServerlessConfig excludes InstanceType and InitialInstanceCount"
	case serverless != nil && v.ModelName == nil:
		problem = "a serverless variant needs a ModelName"
	case serverless != nil && value(serverless.ProvisionedConcurrency) > *serverless.MaxConcurrency:
		problem = "ProvisionedConcurrency cannot be greater than MaxConcurrency"
	case serverless == nil && !instances:
		problem = "it needs an InstanceType or a ServerlessConfig"
	case serverless == nil && v.InitialInstanceCount == nil:
		problem = "it needs an InitialInstanceCount"
	case value(v.InitialVariantWeight) < 0:
		problem = "InitialVariantWeight cannot be less than 0"
	default:
		return nil
	}
	return wire.Validation("The variant %q is not valid: %s.", *v.VariantName, problem)
}

type configInput struct{ EndpointConfigName *string }

func (in configInput) check(c *wire.Constraints) {
	checkName(c, "endpointConfigName", in.EndpointConfigName)
}

type describeConfigOutput struct {
	EndpointConfigName       string
	EndpointConfigArn        string
	ProductionVariants       []productionVariant
	KmsKeyID                 *string `json:"KmsKeyId,omitempty"`
	ExecutionRoleArn         *string `json:",omitempty"`
	DataCaptureConfig        opaque  `json:",omitempty"`
	AsyncInferenceConfig     opaque  `json:",omitempty"`
	ExplainerConfig          opaque  `json:",omitempty"`
	ShadowProductionVariants opaque  `json:",omitempty"`
	VpcConfig                opaque  `json:",omitempty"`
	EnableNetworkIsolation   opaque  `json:",omitempty"`
	MetricsConfig            opaque  `json:",omitempty"`
	CreationTime             wire.Time
}

func (s *Service) describeEndpointConfig(sc wire.Scope, in configInput) (any, error) {
	c := s.region(sc).configs[*in.EndpointConfigName]
	if c == nil {
		return nil, s.notFound(sc, configKind, *in.EndpointConfigName)
	}
	return &describeConfigOutput{
		EndpointConfigName:       c.name(),
		EndpointConfigArn:        s.arn(sc, configKind.arn, c.name()),
		ProductionVariants:       c.input.ProductionVariants,
		KmsKeyID:                 c.input.KmsKeyID,
		ExecutionRoleArn:         c.input.ExecutionRoleArn,
		DataCaptureConfig:        c.input.DataCaptureConfig,
		AsyncInferenceConfig:     c.input.AsyncInferenceConfig,
		ExplainerConfig:          c.input.ExplainerConfig,
		ShadowProductionVariants: c.input.ShadowProductionVariants,
		VpcConfig:                c.input.VpcConfig,
		EnableNetworkIsolation:   c.input.EnableNetworkIsolation,
		MetricsConfig:            c.input.MetricsConfig,
		CreationTime:             wire.Time{Time: c.created},
	}, nil
}

// deleteEndpointConfig deletes a configuration, even one that an endpoint uses:
// AWS warns of that and does not prevent it.
func (s *Service) deleteEndpointConfig(sc wire.Scope, in configInput) (any, error) {
	r := s.region(sc)
	if r.configs[*in.EndpointConfigName] == nil {
		return nil, s.notFound(sc, configKind, *in.EndpointConfigName)
	}
	delete(r.configs, *in.EndpointConfigName)
	delete(r.tags, s.arn(sc, configKind.arn, *in.EndpointConfigName))
	return nil, nil
}

type configSummary struct {
	EndpointConfigName string
	EndpointConfigArn  string
	CreationTime       wire.Time
}

type listConfigsOutput struct {
	EndpointConfigs []configSummary
	NextToken       *string `json:",omitempty"`
}

func (s *Service) listEndpointConfigs(sc wire.Scope, in listInput) (any, error) {
	var all []listed[configSummary]
	for name, c := range s.region(sc).configs {
		all = append(all, listed[configSummary]{
			name: name, created: c.created,
			summary: configSummary{name, s.arn(sc, configKind.arn, name), wire.Time{Time: c.created}},
		})
	}
	out, token, err := page(sc, "ListEndpointConfigs", all, in)
	if err != nil {
		return nil, err
	}
	return &listConfigsOutput{out, token}, nil
}
