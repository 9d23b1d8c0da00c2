package sagemaker

import "github.com/setpoint-io/setpoint/internal/localcloud/wire"

// createModelInput is also what the state keeps of a model.
type createModelInput struct {
	ModelName                *string
	PrimaryContainer         *container
	Containers               []container
	InferenceExecutionConfig opaque
	ExecutionRoleArn         *string
	VpcConfig                opaque
	EnableNetworkIsolation   *bool
	Tags                     []tag
}

// container is ContainerDefinition.
type container struct {
	Image *string `json:",omitempty"`

	ContainerHostname          opaque `json:",omitempty"`
	ImageConfig                opaque `json:",omitempty"`
	Mode                       opaque `json:",omitempty"`
	ModelDataURL               opaque `json:"ModelDataUrl,omitempty"`
	ModelDataSource            opaque `json:",omitempty"`
	AdditionalModelDataSources opaque `json:",omitempty"`
	Environment                opaque `json:",omitempty"`
	ModelPackageName           opaque `json:",omitempty"`
	InferenceSpecificationName opaque `json:",omitempty"`
	MultiModelConfig           opaque `json:",omitempty"`
}

func (in createModelInput) check(c *wire.Constraints) {
	c.Require("modelName", in.ModelName != nil)
	checkModelName(c, "modelName", in.ModelName)
	checkTags(c, in.Tags)
}

type createModelOutput struct{ ModelArn string }

func (s *Service) createModel(sc wire.Scope, in createModelInput) (any, error) {
	r, name := s.region(sc), *in.ModelName
	if r.models[name] != nil {
		return nil, s.exists(sc, modelKind, name)
	}
	if in.PrimaryContainer != nil && len(in.Containers) > 0 {
		return nil, wire.Validation("You can specify either PrimaryContainer or Containers, not both.")
	}
	r.models[name] = &model{input: in, created: s.now()}
	arn := s.arn(sc, modelKind.arn, name)
	r.setTags(arn, in.Tags)
	return &createModelOutput{arn}, nil
}

// image is the first container's.
func (m *model) image() string {
	if m == nil {
		return ""
	}
	if p := m.input.PrimaryContainer; p != nil {
		return value(p.Image)
	}
	if len(m.input.Containers) > 0 {
		return value(m.input.Containers[0].Image)
	}
	return ""
}

type modelInput struct{ ModelName *string }

func (in modelInput) check(c *wire.Constraints) {
	c.Require("modelName", in.ModelName != nil)
	checkModelName(c, "modelName", in.ModelName)
}

type describeModelOutput struct {
	ModelName                string
	ModelArn                 string
	PrimaryContainer         *container  `json:",omitempty"`
	Containers               []container `json:",omitempty"`
	InferenceExecutionConfig opaque      `json:",omitempty"`
	ExecutionRoleArn         *string     `json:",omitempty"`
	VpcConfig                opaque      `json:",omitempty"`
	EnableNetworkIsolation   bool
	CreationTime             wire.Time
}

func (s *Service) describeModel(sc wire.Scope, in modelInput) (any, error) {
	m := s.region(sc).models[*in.ModelName]
	if m == nil {
		return nil, s.notFound(sc, modelKind, *in.ModelName)
	}
	return &describeModelOutput{
		ModelName:                *in.ModelName,
		ModelArn:                 s.arn(sc, modelKind.arn, *in.ModelName),
		PrimaryContainer:         m.input.PrimaryContainer,
		Containers:               m.input.Containers,
		InferenceExecutionConfig: m.input.InferenceExecutionConfig,
		ExecutionRoleArn:         m.input.ExecutionRoleArn,
		VpcConfig:                m.input.VpcConfig,
		EnableNetworkIsolation:   value(m.input.EnableNetworkIsolation),
		CreationTime:             wire.Time{Time: m.created},
	}, nil
}

// deleteModel deletes the entry only; endpoints that use the model go on.
func (s *Service) deleteModel(sc wire.Scope, in modelInput) (any, error) {
	r := s.region(sc)
	if r.models[*in.ModelName] == nil {
		return nil, s.notFound(sc, modelKind, *in.ModelName)
	}
	delete(r.models, *in.ModelName)
	delete(r.tags, s.arn(sc, modelKind.arn, *in.ModelName))
	return nil, nil
}

type modelSummary struct {
	ModelName    string
	ModelArn     string
	CreationTime wire.Time
}

type listModelsOutput struct {
	Models    []modelSummary
	NextToken *string `json:",omitempty"`
}

func (s *Service) listModels(sc wire.Scope, in listInput) (any, error) {
	var all []listed[modelSummary]
	for name, m := range s.region(sc).models {
		all = append(all, listed[modelSummary]{
			name: name, created: m.created,
			summary: modelSummary{name, s.arn(sc, modelKind.arn, name), wire.Time{Time: m.created}},
		})
	}
	out, token, err := page(sc, "ListModels", all, in)
	if err != nil {
		return nil, err
	}
	return &listModelsOutput{out, token}, nil
}
