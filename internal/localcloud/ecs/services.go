package ecs

import (
	"fmt"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// createServiceInput is also what the state keeps of a service.
type createServiceInput struct {
	Cluster            *string `json:"cluster"`
	ServiceName        *string `json:"serviceName"`
	TaskDefinition     *string `json:"taskDefinition"`
	DesiredCount       *int32  `json:"desiredCount"`
	ClientToken        *string `json:"clientToken"`
	LaunchType         *string `json:"launchType"`
	SchedulingStrategy *string `json:"schedulingStrategy"`
	settings
	Tags []tag `json:"tags"`
}

// settings are members of a service that are only kept.
type settings struct {
	LoadBalancers                 wire.Opaque `json:"loadBalancers,omitempty"`
	ServiceRegistries             wire.Opaque `json:"serviceRegistries,omitempty"`
	CapacityProviderStrategy      wire.Opaque `json:"capacityProviderStrategy,omitempty"`
	PlatformVersion               wire.Opaque `json:"platformVersion,omitempty"`
	DeploymentConfiguration       wire.Opaque `json:"deploymentConfiguration,omitempty"`
	PlacementConstraints          wire.Opaque `json:"placementConstraints,omitempty"`
	PlacementStrategy             wire.Opaque `json:"placementStrategy,omitempty"`
	NetworkConfiguration          wire.Opaque `json:"networkConfiguration,omitempty"`
	HealthCheckGracePeriodSeconds wire.Opaque `json:"healthCheckGracePeriodSeconds,omitempty"`
	DeploymentController          wire.Opaque `json:"deploymentController,omitempty"`
	EnableECSManagedTags          wire.Opaque `json:"enableECSManagedTags,omitempty"`
	PropagateTags                 wire.Opaque `json:"propagateTags,omitempty"`
	EnableExecuteCommand          wire.Opaque `json:"enableExecuteCommand,omitempty"`
	AvailabilityZoneRebalancing   wire.Opaque `json:"availabilityZoneRebalancing,omitempty"`
}

// update takes the settings that are given.
func (s *settings) update(given settings) {
	for _, member := range []struct{ to, from *wire.Opaque }{
		{&s.LoadBalancers, &given.LoadBalancers},
		{&s.ServiceRegistries, &given.ServiceRegistries},
		{&s.CapacityProviderStrategy, &given.CapacityProviderStrategy},
		{&s.PlatformVersion, &given.PlatformVersion},
		{&s.DeploymentConfiguration, &given.DeploymentConfiguration},
		{&s.PlacementConstraints, &given.PlacementConstraints},
		{&s.PlacementStrategy, &given.PlacementStrategy},
		{&s.NetworkConfiguration, &given.NetworkConfiguration},
		{&s.HealthCheckGracePeriodSeconds, &given.HealthCheckGracePeriodSeconds},
		{&s.DeploymentController, &given.DeploymentController},
		{&s.EnableECSManagedTags, &given.EnableECSManagedTags},
		{&s.PropagateTags, &given.PropagateTags},
		{&s.EnableExecuteCommand, &given.EnableExecuteCommand},
		{&s.AvailabilityZoneRebalancing, &given.AvailabilityZoneRebalancing},
	} {
		if *member.from != nil {
			*member.to = *member.from
		}
	}
}

type serviceOutput struct {
	Service serviceShape `json:"service"`
}

func (s *Service) createService(sc wire.Scope, in createServiceInput) (any, error) {
	c, err := s.cluster(sc, in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	tags, err := tagged(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	in.TaskDefinition = new(s.taskDefinition(sc, *in.TaskDefinition))
	now := s.now()
	if old := c.services[*in.ServiceName]; old != nil && old.status(now) != inactive {
		if in.ClientToken != nil && value(old.input.ClientToken) == *in.ClientToken {
			return &serviceOutput{s.serviceShape(sc, c, old, true)}, nil
		}
		return nil, invalidParameter("Creation of service was not idempotent.")
	}
	v := &service{
		input: in, tags: tags, created: now, updated: now, deployments: 1,
		tasks: engine.NewProvisioner(engine.Provisioning{OutDelay: s.delay, InDelay: s.delay}),
	}
	if err := v.scale(now, *in.DesiredCount); err != nil {
		return nil, err
	}
	c.services[*in.ServiceName] = v
	s.awake()
	return &serviceOutput{s.serviceShape(sc, c, v, true)}, nil
}

func (in createServiceInput) check() error {
	switch {
	case in.ServiceName == nil || !namePattern.MatchString(*in.ServiceName):
		return invalidParameter("Invalid service name: up to 255 letters, digits, underscores and hyphens are allowed.")
	case value(in.TaskDefinition) == "":
		return invalidParameter("TaskDefinition can not be blank.")
	case in.SchedulingStrategy != nil && *in.SchedulingStrategy != replica:
		return invalidParameter(fmt.Sprintf("The local cloud has no services with the scheduling strategy %s, because they cannot be scaled; use %s.", *in.SchedulingStrategy, replica))
	case in.DesiredCount == nil:
		return invalidParameter("desiredCount is required if schedulingStrategy is REPLICA or isn't specified.")
	}
	return nil
}

// scale changes how many tasks there shall be.
func (v *service) scale(now time.Time, n int32) error {
	if n < 0 {
		return invalidParameter("desiredCount must be at least 0.")
	}
	return v.tasks.Scale(now, n)
}

type updateServiceInput struct {
	Cluster            *string `json:"cluster"`
	Service            *string `json:"service"`
	TaskDefinition     *string `json:"taskDefinition"`
	DesiredCount       *int32  `json:"desiredCount"`
	ForceNewDeployment *bool   `json:"forceNewDeployment"`
	settings
}

func (s *Service) updateService(sc wire.Scope, in updateServiceInput) (any, error) {
	c, v, err := s.service(sc, in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if v.deleted {
		return nil, serviceNotActive()
	}
	if in.DesiredCount != nil {
		if err := v.scale(now, *in.DesiredCount); err != nil {
			return nil, err
		}
	}
	if in.TaskDefinition != nil || value(in.ForceNewDeployment) {
		v.deployments++
	}
	if in.TaskDefinition != nil {
		v.input.TaskDefinition = new(s.taskDefinition(sc, *in.TaskDefinition))
	}
	v.input.update(in.settings)
	v.updated = now
	return &serviceOutput{s.serviceShape(sc, c, v, false)}, nil
}

type deleteServiceInput struct {
	Cluster *string `json:"cluster"`
	Service *string `json:"service"`
	Force   *bool   `json:"force"`
}

// deleteService lets the tasks stop. Until then the service drains.
func (s *Service) deleteService(sc wire.Scope, in deleteServiceInput) (any, error) {
	c, v, err := s.service(sc, in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	now := s.now()
	switch {
	case v.deleted:
		return nil, serviceNotActive()
	case v.tasks.Status(now).Desired > 0 && !value(in.Force):
		return nil, invalidParameter("The service cannot be stopped while it is scaled above 0.")
	}
	if err := v.scale(now, 0); err != nil {
		return nil, err
	}
	v.deleted, v.updated = true, now
	return &serviceOutput{s.serviceShape(sc, c, v, false)}, nil
}

// maxDescribed is how many services can be described at once (AWS API:
// DescribeServices).
const maxDescribed = 10

type describeServicesInput struct {
	Cluster  *string  `json:"cluster"`
	Services []string `json:"services"`
	Include  []string `json:"include"`
}

// missing is the reason why what does not exist cannot be described.
const missing = "MISSING"

type failure struct {
	Arn    string `json:"arn"`
	Reason string `json:"reason"`
}

type describeServicesOutput struct {
	Services []serviceShape `json:"services"`
	Failures []failure      `json:"failures"`
}

func (s *Service) describeServices(sc wire.Scope, in describeServicesInput) (any, error) {
	c, err := s.cluster(sc, in.Cluster)
	if err != nil {
		return nil, err
	}
	switch n := len(in.Services); {
	case n == 0:
		return nil, invalidParameter("Services cannot be empty.")
	case n > maxDescribed:
		return nil, invalidParameter(fmt.Sprintf("At most %d services can be described at once.", maxDescribed))
	}
	out := &describeServicesOutput{Services: []serviceShape{}, Failures: []failure{}}
	for _, given := range in.Services {
		name := lastSegment(given)
		v := c.services[name]
		if v == nil {
			out.Failures = append(out.Failures, failure{arn(sc, "service", c.name+"/"+name), missing})
			continue
		}
		out.Services = append(out.Services, s.serviceShape(sc, c, v, slices.Contains(in.Include, withTags)))
	}
	return out, nil
}

// defaultPage is a page of ListServices (AWS API).
const defaultPage = 10

type listServicesInput struct {
	Cluster *string `json:"cluster"`
	listInput
	LaunchType         *string `json:"launchType"`
	SchedulingStrategy *string `json:"schedulingStrategy"`
}

type listServicesOutput struct {
	ServiceArns []string `json:"serviceArns"`
	NextToken   *string  `json:"nextToken,omitempty"`
}

// listServices lists the active services by name.
func (s *Service) listServices(sc wire.Scope, in listServicesInput) (any, error) {
	c, err := s.cluster(sc, in.Cluster)
	if err != nil {
		return nil, err
	}
	var names []string
	for name, v := range c.services {
		if v.deleted ||
			in.LaunchType != nil && *in.LaunchType != v.launchType() ||
			in.SchedulingStrategy != nil && *in.SchedulingStrategy != replica {
			continue
		}
		names = append(names, name)
	}
	names, token, err := in.page(names, defaultPage)
	if err != nil {
		return nil, err
	}
	out := &listServicesOutput{ServiceArns: []string{}, NextToken: token}
	for _, name := range names {
		out.ServiceArns = append(out.ServiceArns, arn(sc, "service", c.name+"/"+name))
	}
	return out, nil
}
