package ecs

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// replica is the scheduling strategy of a number of tasks.
const replica = "REPLICA"

// clusterShape is Cluster.
type clusterShape struct {
	ClusterArn                        string        `json:"clusterArn"`
	ClusterName                       string        `json:"clusterName"`
	Status                            string        `json:"status"`
	RegisteredContainerInstancesCount int32         `json:"registeredContainerInstancesCount"`
	RunningTasksCount                 int32         `json:"runningTasksCount"`
	PendingTasksCount                 int32         `json:"pendingTasksCount"`
	ActiveServicesCount               int32         `json:"activeServicesCount"`
	Statistics                        []wire.Opaque `json:"statistics"`
	Tags                              []tag         `json:"tags"`
	Settings                          wire.Opaque   `json:"settings"`
	CapacityProviders                 wire.Opaque   `json:"capacityProviders"`
	DefaultCapacityProviderStrategy   wire.Opaque   `json:"defaultCapacityProviderStrategy"`
	Configuration                     wire.Opaque   `json:"configuration,omitempty"`
	ServiceConnectDefaults            wire.Opaque   `json:"serviceConnectDefaults,omitempty"`
}

// defaultSettings are the settings of a cluster that gives none.
const defaultSettings = `[{"name":"containerInsights","value":"disabled"}]`

// clusterShape describes a cluster, with what shall be included.
func (s *Service) clusterShape(sc wire.Scope, c *cluster, include ...string) clusterShape {
	out := clusterShape{
		ClusterArn: arn(sc, "cluster", c.name), ClusterName: c.name, Status: active,
		Statistics: []wire.Opaque{}, Tags: []tag{}, Settings: wire.Opaque(`[]`),
		CapacityProviders: wire.Opaque(`[]`), DefaultCapacityProviderStrategy: wire.Opaque(`[]`),
		ServiceConnectDefaults: c.input.ServiceConnectDefaults,
	}
	if c.input.CapacityProviders != nil {
		out.CapacityProviders = c.input.CapacityProviders
	}
	if c.input.DefaultCapacityProviderStrategy != nil {
		out.DefaultCapacityProviderStrategy = c.input.DefaultCapacityProviderStrategy
	}
	if slices.Contains(include, withTags) {
		out.Tags = listed(c.tags)
	}
	if slices.Contains(include, withSettings) {
		if out.Settings = c.input.Settings; out.Settings == nil {
			out.Settings = wire.Opaque(defaultSettings)
		}
	}
	if slices.Contains(include, withConfigurations) {
		out.Configuration = c.input.Configuration
	}
	for _, v := range c.services {
		tasks := v.tasks.Status(s.now())
		out.RunningTasksCount += tasks.Running
		out.PendingTasksCount += max(0, tasks.Desired-tasks.Running)
		if !v.deleted {
			out.ActiveServicesCount++
		}
	}
	return out
}

// serviceShape is Service.
type serviceShape struct {
	ServiceArn         string       `json:"serviceArn"`
	ServiceName        string       `json:"serviceName"`
	ClusterArn         string       `json:"clusterArn"`
	Status             string       `json:"status"`
	DesiredCount       int32        `json:"desiredCount"`
	RunningCount       int32        `json:"runningCount"`
	PendingCount       int32        `json:"pendingCount"`
	LaunchType         string       `json:"launchType,omitempty"`
	TaskDefinition     string       `json:"taskDefinition"`
	Deployments        []deployment `json:"deployments"`
	Events             []struct{}   `json:"events"`
	CreatedAt          wire.Time    `json:"createdAt"`
	SchedulingStrategy string       `json:"schedulingStrategy"`
	Tags               []tag        `json:"tags,omitempty"`
	settings
}

// deployment is Deployment: there is one, the primary, which takes as long as
// its tasks.
type deployment struct {
	ID             string    `json:"id"`
	Status         string    `json:"status"`
	TaskDefinition string    `json:"taskDefinition"`
	DesiredCount   int32     `json:"desiredCount"`
	PendingCount   int32     `json:"pendingCount"`
	RunningCount   int32     `json:"runningCount"`
	FailedTasks    int32     `json:"failedTasks"`
	CreatedAt      wire.Time `json:"createdAt"`
	UpdatedAt      wire.Time `json:"updatedAt"`
	LaunchType     string    `json:"launchType,omitempty"`
	RolloutState   string    `json:"rolloutState"`
}

func (s *Service) serviceShape(sc wire.Scope, c *cluster, v *service, tags bool) serviceShape {
	tasks := v.tasks.Status(s.now())
	out := serviceShape{
		ServiceArn:         arn(sc, "service", c.name+"/"+*v.input.ServiceName),
		ServiceName:        *v.input.ServiceName,
		ClusterArn:         arn(sc, "cluster", c.name),
		Status:             v.status(s.now()),
		DesiredCount:       tasks.Desired,
		RunningCount:       tasks.Running,
		PendingCount:       max(0, tasks.Desired-tasks.Running),
		LaunchType:         v.launchType(),
		TaskDefinition:     *v.input.TaskDefinition,
		Events:             []struct{}{},
		CreatedAt:          wire.Time{Time: v.created},
		SchedulingStrategy: replica,
		settings:           defaults,
	}
	out.update(v.input.settings)
	out.Deployments = []deployment{{
		ID: fmt.Sprintf("ecs-svc/%019d", v.deployments), Status: "PRIMARY", TaskDefinition: out.TaskDefinition,
		DesiredCount: out.DesiredCount, PendingCount: out.PendingCount, RunningCount: out.RunningCount,
		CreatedAt: wire.Time{Time: v.created}, UpdatedAt: wire.Time{Time: v.updated}, LaunchType: out.LaunchType,
		RolloutState: "COMPLETED",
	}}
	if !tasks.Settled {
		out.Deployments[0].RolloutState = "IN_PROGRESS"
	}
	if tags {
		out.Tags = listed(v.tags)
	}
	return out
}

// defaults are the settings of a service that gives none (AWS API:
// CreateService).
var defaults = settings{
	LoadBalancers:           wire.Opaque(`[]`),
	ServiceRegistries:       wire.Opaque(`[]`),
	DeploymentConfiguration: wire.Opaque(`{"maximumPercent":200,"minimumHealthyPercent":100}`),
	PlacementConstraints:    wire.Opaque(`[]`),
	PlacementStrategy:       wire.Opaque(`[]`),
	EnableECSManagedTags:    wire.Opaque(`false`),
	PropagateTags:           wire.Opaque(`"NONE"`),
	EnableExecuteCommand:    wire.Opaque(`false`),
}

// launchType is EC2 unless something else is asked for.
func (v *service) launchType() string {
	if len(v.input.CapacityProviderStrategy) > 0 {
		return ""
	}
	return cmp.Or(value(v.input.LaunchType), "EC2")
}
