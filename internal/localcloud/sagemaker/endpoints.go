package sagemaker

import "github.com/setpoint-io/setpoint/internal/localcloud/wire"

type createEndpointInput struct {
	EndpointName       *string
	EndpointConfigName *string
	DeploymentConfig   opaque
	Tags               []tag
}

func (in createEndpointInput) check(c *wire.Constraints) {
	checkName(c, "endpointName", in.EndpointName)
	checkName(c, "endpointConfigName", in.EndpointConfigName)
	checkTags(c, in.Tags)
}

type endpointOutput struct{ EndpointArn string }

func (s *Service) createEndpoint(sc wire.Scope, in createEndpointInput) (any, error) {
	r, name := s.region(sc), *in.EndpointName
	if r.endpoints[name] != nil {
		return nil, s.exists(sc, endpointKind, name)
	}
	c := r.configs[*in.EndpointConfigName]
	if c == nil {
		return nil, s.notFound(sc, configKind, *in.EndpointConfigName)
	}
	variants := s.deploy(r, c)
	if err := s.checkQuota(r, "", variants); err != nil {
		return nil, err
	}
	e := &endpoint{name: name, created: s.now()}
	s.begin(sc, e, change{status: creating, config: c, variants: variants, deployment: in.DeploymentConfig}, s.delay)
	r.endpoints[name] = e
	arn := s.arn(sc, endpointKind.arn, name)
	r.setTags(arn, in.Tags)
	return &endpointOutput{arn}, nil
}

type endpointInput struct{ EndpointName *string }

func (in endpointInput) check(c *wire.Constraints) { checkName(c, "endpointName", in.EndpointName) }

// find returns an endpoint that exists.
func (s *Service) find(sc wire.Scope, name string) (*endpoint, error) {
	e := s.region(sc).endpoints[name]
	if e == nil {
		return nil, s.notFound(sc, endpointKind, name)
	}
	return e, nil
}

// ready returns an endpoint that exists and is in service, so that it can be
// changed.
func (s *Service) ready(sc wire.Scope, name string) (*endpoint, error) {
	e, err := s.find(sc, name)
	if err == nil && e.change != nil {
		return nil, s.inProgress(sc, name)
	}
	return e, err
}

// deleteEndpoint deletes an endpoint. Its registered variants are deregistered
// with it, as far as the caller may do that.
func (s *Service) deleteEndpoint(sc wire.Scope, in endpointInput) (any, error) {
	e, err := s.ready(sc, *in.EndpointName)
	if err != nil {
		return nil, err
	}
	if s.region(sc).hosts(e.name) {
		return nil, wire.Validation("Cannot delete endpoint %q because it has inference components. Delete them first.", s.arn(sc, endpointKind.arn, e.name))
	}
	for _, v := range e.variants {
		if s.behaviour.DenyDeregister && s.registered(sc, variantID(e.name, v.name())) {
			return nil, wire.Validation("An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity " +
				"used to invoke DeleteEndpoint does not have application-autoscaling:DeregisterScalableTarget permission to deregister the scalable target.")
		}
	}
	s.deregister(sc, variantID(e.name, ""))
	e.close()
	s.begin(sc, e, change{status: deleting}, s.delay)
	return nil, nil
}

type describeEndpointOutput struct {
	EndpointName             string
	EndpointArn              string
	EndpointConfigName       string           `json:",omitempty"`
	ProductionVariants       []variantSummary `json:",omitempty"`
	EndpointStatus           string
	CreationTime             wire.Time
	LastModifiedTime         wire.Time
	LastDeploymentConfig     opaque             `json:",omitempty"`
	AsyncInferenceConfig     opaque             `json:",omitempty"`
	ExplainerConfig          opaque             `json:",omitempty"`
	MetricsConfig            opaque             `json:",omitempty"`
	PendingDeploymentSummary *pendingDeployment `json:",omitempty"`
}

// variantSummary is ProductionVariantSummary, and the part of
// PendingProductionVariantSummary that it shares with it.
type variantSummary struct {
	VariantName             string
	DeployedImages          []deployedImage         `json:",omitempty"`
	CurrentWeight           *float64                `json:",omitempty"`
	DesiredWeight           *float64                `json:",omitempty"`
	CurrentInstanceCount    *int32                  `json:",omitempty"`
	DesiredInstanceCount    *int32                  `json:",omitempty"`
	InstanceType            *string                 `json:",omitempty"` // pending variants only
	CurrentServerlessConfig *serverlessConfig       `json:",omitempty"`
	DesiredServerlessConfig *serverlessConfig       `json:",omitempty"`
	ManagedInstanceScaling  *managedInstanceScaling `json:",omitempty"`
	RoutingConfig           opaque                  `json:",omitempty"`
}

// deployedImage is DeployedImage. The image is not pulled, so there is no
// digest to which it resolved.
type deployedImage struct {
	SpecifiedImage string
	ResolutionTime wire.Time
}

type pendingDeployment struct {
	EndpointConfigName string
	ProductionVariants []variantSummary
	StartTime          wire.Time
}

func (s *Service) describeEndpoint(sc wire.Scope, in endpointInput) (any, error) {
	e, err := s.find(sc, *in.EndpointName)
	if err != nil {
		return nil, err
	}
	out := &describeEndpointOutput{
		EndpointName:         e.name,
		EndpointArn:          s.arn(sc, endpointKind.arn, e.name),
		EndpointStatus:       e.status(),
		CreationTime:         wire.Time{Time: e.created},
		LastModifiedTime:     wire.Time{Time: e.modified},
		LastDeploymentConfig: e.deployment,
	}
	shown := e.config
	if c := e.change; c != nil && c.config != nil {
		out.PendingDeploymentSummary = &pendingDeployment{c.config.name(), summaries(c.variants, true), wire.Time{Time: c.started}}
		if shown == nil {
			shown = c.config
		}
	}
	if shown != nil {
		out.EndpointConfigName = shown.name()
		out.AsyncInferenceConfig = shown.input.AsyncInferenceConfig
		out.ExplainerConfig = shown.input.ExplainerConfig
		out.MetricsConfig = shown.input.MetricsConfig
	}
	if e.config != nil || s.behaviour.VariantsWhileCreating {
		out.ProductionVariants = summaries(e.all(), false)
	}
	return out, nil
}

func summaries(variants []variant, pending bool) []variantSummary {
	out := make([]variantSummary, len(variants))
	for i, v := range variants {
		out[i] = v.summary()
		if pending {
			out[i].InstanceType = v.spec.InstanceType
		}
	}
	return out
}

func (v variant) summary() variantSummary {
	current, desired := v.current, v.desired
	out := variantSummary{
		VariantName:             v.name(),
		CurrentWeight:           &current.weight,
		DesiredWeight:           &desired.weight,
		CurrentInstanceCount:    &current.instances,
		ManagedInstanceScaling:  v.spec.ManagedInstanceScaling,
		RoutingConfig:           v.spec.RoutingConfig,
		CurrentServerlessConfig: current.serverless,
		DesiredServerlessConfig: desired.serverless,
	}
	if desired.serverless == nil {
		out.DesiredInstanceCount = &desired.instances
	}
	if v.image != "" {
		out.DeployedImages = []deployedImage{{v.image, wire.Time{Time: v.resolved}}}
	}
	return out
}

type endpointSummary struct {
	EndpointName     string
	EndpointArn      string
	CreationTime     wire.Time
	LastModifiedTime wire.Time
	EndpointStatus   string
}

type listEndpointsOutput struct {
	Endpoints []endpointSummary
	NextToken *string `json:",omitempty"`
}

type listEndpointsInput struct {
	listInput
	LastModifiedTimeBefore *wire.Time
	LastModifiedTimeAfter  *wire.Time
	StatusEquals           *string
}

func (in listEndpointsInput) check(c *wire.Constraints) {
	in.checkSorted(c, "Name", "CreationTime", "Status")
	checkEnum(c, "statusEquals", in.StatusEquals, "OutOfService", creating, updating, "SystemUpdating", "RollingBack", inService, deleting, "Failed", "UpdateRollbackFailed")
}

func (s *Service) listEndpoints(sc wire.Scope, in listEndpointsInput) (any, error) {
	var all []listed[endpointSummary]
	for name, e := range s.region(sc).endpoints {
		if in.StatusEquals != nil && *in.StatusEquals != e.status() ||
			in.LastModifiedTimeBefore != nil && !e.modified.Before(in.LastModifiedTimeBefore.Time) ||
			in.LastModifiedTimeAfter != nil && !e.modified.After(in.LastModifiedTimeAfter.Time) {
			continue
		}
		all = append(all, listed[endpointSummary]{
			name: name, created: e.created, status: e.status(),
			summary: endpointSummary{name, s.arn(sc, endpointKind.arn, name), wire.Time{Time: e.created}, wire.Time{Time: e.modified}, e.status()},
		})
	}
	out, token, err := page(sc, "ListEndpoints", all, in.listInput)
	if err != nil {
		return nil, err
	}
	return &listEndpointsOutput{out, token}, nil
}
