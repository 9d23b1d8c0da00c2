package ecs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// definition is a revision of a task definition. It is only kept: no container
// runs.
type definition struct {
	input        registerInput
	revision     int
	registered   time.Time
	deregistered time.Time // zero: it is active
	tags         map[string]string
}

type registerInput struct {
	Family *string `json:"family"`
	taskSettings
	Tags []tag `json:"tags"`
}

// taskSettings are members of a task definition that are only kept.
type taskSettings struct {
	ContainerDefinitions    wire.Opaque `json:"containerDefinitions,omitempty"`
	TaskRoleArn             wire.Opaque `json:"taskRoleArn,omitempty"`
	ExecutionRoleArn        wire.Opaque `json:"executionRoleArn,omitempty"`
	NetworkMode             wire.Opaque `json:"networkMode,omitempty"`
	Volumes                 wire.Opaque `json:"volumes,omitempty"`
	PlacementConstraints    wire.Opaque `json:"placementConstraints,omitempty"`
	RequiresCompatibilities wire.Opaque `json:"requiresCompatibilities,omitempty"`
	CPU                     wire.Opaque `json:"cpu,omitempty"`
	Memory                  wire.Opaque `json:"memory,omitempty"`
	PidMode                 wire.Opaque `json:"pidMode,omitempty"`
	IpcMode                 wire.Opaque `json:"ipcMode,omitempty"`
	ProxyConfiguration      wire.Opaque `json:"proxyConfiguration,omitempty"`
	EphemeralStorage        wire.Opaque `json:"ephemeralStorage,omitempty"`
	RuntimePlatform         wire.Opaque `json:"runtimePlatform,omitempty"`
	EnableFaultInjection    wire.Opaque `json:"enableFaultInjection,omitempty"`
}

// definitionShape is TaskDefinition.
type definitionShape struct {
	TaskDefinitionArn string     `json:"taskDefinitionArn"`
	Family            string     `json:"family"`
	Revision          int        `json:"revision"`
	Status            string     `json:"status"`
	RegisteredAt      wire.Time  `json:"registeredAt"`
	DeregisteredAt    *wire.Time `json:"deregisteredAt,omitempty"`
	taskSettings
}

type definitionOutput struct {
	TaskDefinition definitionShape `json:"taskDefinition"`
	Tags           []tag           `json:"tags,omitempty"`
}

func (s *Service) registerTaskDefinition(sc wire.Scope, in registerInput) (any, error) {
	switch {
	case in.Family == nil || !namePattern.MatchString(*in.Family):
		return nil, clientException("Invalid family: up to 255 letters, digits, underscores and hyphens are allowed.")
	case len(in.ContainerDefinitions) == 0 || string(in.ContainerDefinitions) == "[]":
		return nil, clientException("Container list cannot be empty.")
	}
	tags, err := tagged(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	for _, member := range []*wire.Opaque{&in.Volumes, &in.PlacementConstraints} {
		if *member == nil {
			*member = wire.Opaque(`[]`)
		}
	}
	r := s.region(sc)
	d := &definition{input: in, revision: len(r.definitions[*in.Family]) + 1, registered: s.now(), tags: tags}
	r.definitions[*in.Family] = append(r.definitions[*in.Family], d)
	return d.output(sc, true), nil
}

type definitionInput struct {
	TaskDefinition *string  `json:"taskDefinition"`
	Include        []string `json:"include"`
}

func (s *Service) describeTaskDefinition(sc wire.Scope, in definitionInput) (any, error) {
	d := s.definition(sc, value(in.TaskDefinition))
	if d == nil {
		return nil, clientException("Unable to describe task definition.")
	}
	return d.output(sc, slices.Contains(in.Include, withTags)), nil
}

type deregisterOutput struct {
	TaskDefinition definitionShape `json:"taskDefinition"`
}

// deregisterTaskDefinition makes a revision inactive. It can still be described.
func (s *Service) deregisterTaskDefinition(sc wire.Scope, in definitionInput) (any, error) {
	given := value(in.TaskDefinition)
	d := s.definition(sc, given)
	switch {
	case !strings.Contains(lastSegment(given), ":"):
		return nil, invalidParameter("Invalid revision number. Number: " + given)
	case d == nil:
		return nil, clientException("The specified task definition does not exist.")
	case d.deregistered.IsZero():
		d.deregistered = s.now()
	}
	return &deregisterOutput{d.output(sc, false).TaskDefinition}, nil
}

// definition finds a revision by family and revision, or by its ARN; without a
// revision, the latest that is active. It is nil if there is none.
func (s *Service) definition(sc wire.Scope, given string) *definition {
	family, revision, exact := strings.Cut(lastSegment(given), ":")
	all := s.region(sc).definitions[family]
	if exact {
		if n, err := strconv.Atoi(revision); err == nil && n >= 1 && n <= len(all) {
			return all[n-1]
		}
		return nil
	}
	for _, d := range slices.Backward(all) {
		if d.deregistered.IsZero() {
			return d
		}
	}
	return nil
}

func (d *definition) arn(sc wire.Scope) string {
	return arn(sc, "task-definition", fmt.Sprintf("%s:%d", *d.input.Family, d.revision))
}

func (d *definition) output(sc wire.Scope, tags bool) *definitionOutput {
	out := &definitionOutput{TaskDefinition: definitionShape{
		TaskDefinitionArn: d.arn(sc), Family: *d.input.Family, Revision: d.revision, Status: active,
		RegisteredAt: wire.Time{Time: d.registered}, taskSettings: d.input.taskSettings,
	}}
	if !d.deregistered.IsZero() {
		out.TaskDefinition.Status, out.TaskDefinition.DeregisteredAt = inactive, wire.At(d.deregistered)
	}
	if tags {
		out.Tags = listed(d.tags)
	}
	return out
}

// taskDefinition returns the ARN of a task definition that is named by family,
// by family and revision, or by its ARN.
func (s *Service) taskDefinition(sc wire.Scope, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	if !strings.Contains(name, ":") {
		if d := s.definition(sc, name); d != nil {
			return d.arn(sc)
		}
		name += ":1"
	}
	return arn(sc, "task-definition", name)
}

func clientException(text string) error {
	return &wire.Error{Code: "ClientException", Message: text}
}
