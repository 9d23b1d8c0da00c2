package localcloud

import (
	"fmt"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/dynamodb"
	"github.com/setpoint-io/setpoint/internal/localcloud/ecs"
	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
	"github.com/setpoint-io/setpoint/internal/localcloud/sts"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The names of the services, in the journal and in faults.
const (
	AppAutoScaling   = "Application Auto Scaling"
	CloudWatch       = "CloudWatch"
	DynamoDB         = "DynamoDB"
	ECS              = "ECS"
	SageMaker        = "SageMaker"
	SageMakerRuntime = "SageMaker Runtime"
	STS              = "STS"
)

// binding is how requests find a service and how it answers.
type binding struct {
	name string
	// target names the service in AWS JSON and RPC v2 CBOR; empty when it speaks
	// neither. version and signing name it in the query protocol; empty when it
	// does not speak that.
	target, version, signing string
	api                      wire.API
	service                  func(*services) wire.Service
	operations               func() []string
}

// bindings are the services of the local cloud.
var bindings = []binding{
	{
		name: AppAutoScaling, target: appautoscaling.Target, api: appautoscaling.API,
		service: func(s *services) wire.Service { return s.appautoscaling }, operations: appautoscaling.Operations,
	},
	{
		name: CloudWatch, target: "GraniteServiceVersion20100801", version: "2010-08-01", signing: "monitoring",
		api: cloudwatch.API, service: func(s *services) wire.Service { return s.cloudwatch }, operations: cloudwatch.Operations,
	},
	{
		name: DynamoDB, target: dynamodb.Target, api: dynamodb.API,
		service: func(s *services) wire.Service { return s.dynamodb }, operations: dynamodb.Operations,
	},
	{
		name: ECS, target: ecs.Target, api: ecs.API,
		service: func(s *services) wire.Service { return s.ecs }, operations: ecs.Operations,
	},
	{
		name: SageMaker, target: sagemaker.Target, api: sagemaker.API,
		service: func(s *services) wire.Service { return s.sagemaker }, operations: sagemaker.Operations,
	},
	{
		name: SageMakerRuntime, target: sagemaker.RuntimeTarget, api: sagemaker.API,
		service: func(s *services) wire.Service { return sagemaker.Runtime{Service: s.sagemaker} }, operations: runtimeOperations,
	},
	{
		name: STS, version: "2011-06-15", signing: "sts",
		api: sts.API, service: func(s *services) wire.Service { return s.sts }, operations: sts.Operations,
	},
}

// Services lists the names of the services.
func Services() []string {
	names := make([]string, len(bindings))
	for i, b := range bindings {
		names[i] = b.name
	}
	return names
}

// Operations lists the names of the operations of a service, or of all of them
// if the name is empty.
func Operations(service string) []string {
	var names []string
	for _, b := range bindings {
		if service == "" || b.name == service {
			names = append(names, b.operations()...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func runtimeOperations() []string {
	names := make([]string, len(sagemaker.RuntimeOperations))
	for i, o := range sagemaker.RuntimeOperations {
		names[i] = o.Operation
	}
	return names
}

// route finds the service that a call is for.
func route(call *wire.Call) (binding, error) {
	found := slices.IndexFunc(bindings, func(b binding) bool { return b.takes(call) })
	if found < 0 {
		return binding{}, unknownService(call)
	}
	return bindings[found], nil
}

// takes tells whether the call is for this service. A query request without a
// version is taken by its signature's service.
func (b binding) takes(call *wire.Call) bool {
	switch {
	case call.Protocol != wire.Query:
		return b.target != "" && call.Target == b.target
	case call.Version != "":
		return call.Version == b.version
	default:
		return b.signing != "" && call.Credential.Service == b.signing
	}
}

func unknownService(call *wire.Call) error {
	asked := call.Target
	if call.Protocol == wire.Query {
		asked = fmt.Sprintf("with version %q, signed for %q", call.Version, call.Credential.Service)
	}
	return &wire.Error{
		Code: "UnknownOperationException",
		Message: fmt.Sprintf("The local cloud does not implement the service %s, of which the operation %q was asked. It implements %s.",
			asked, call.Operation, strings.Join(Services(), ", ")),
	}
}
