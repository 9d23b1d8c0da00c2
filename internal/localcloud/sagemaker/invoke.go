package sagemaker

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// RuntimeTarget names SageMaker Runtime (AWS API version 2017-05-13) in the
// calls of the local cloud.
const RuntimeTarget = "SageMakerRuntime"

// RuntimeOperations are the operations of SageMaker Runtime, which are found by
// their paths.
var RuntimeOperations = []wire.REST{
	{Method: http.MethodPost, Path: "/endpoints/{EndpointName}/invocations", Target: RuntimeTarget, Operation: "InvokeEndpoint"},
	{Method: http.MethodPost, Path: "/endpoints/{EndpointName}/async-invocations", Target: RuntimeTarget, Operation: "InvokeEndpointAsync"},
}

// Runtime is SageMaker Runtime: requests to what the service hosts.
type Runtime struct{ *Service }

// Handle answers one request.
func (r Runtime) Handle(_ context.Context, request *wire.Request) (any, error) {
	operations := map[string]func(wire.Scope, wire.RESTInput) (any, error){"InvokeEndpoint": r.invoke, "InvokeEndpointAsync": r.invokeAsync}
	operation, ok := operations[request.Operation]
	if !ok {
		return nil, wire.UnknownOperation("SageMaker Runtime", request.Operation, operations)
	}
	var in wire.RESTInput
	if err := request.Decode(&in); err != nil {
		return nil, err
	}
	r.settle(r.now())
	return operation(request.Scope, in)
}

// The headers of requests and answers (AWS API: InvokeEndpoint).
const (
	headerVariant    = "X-Amzn-Sagemaker-Target-Variant"
	headerComponent  = "X-Amzn-Sagemaker-Inference-Component"
	headerAttributes = "X-Amzn-Sagemaker-Custom-Attributes"
	headerInvoked    = "X-Amzn-Invoked-Production-Variant"
)

// invocation is the answer to a request: what it was for, and how many bytes
// came. No model runs here, and nothing is inferred.
type invocation struct {
	EndpointName           string
	VariantName            string
	InferenceComponentName string `json:",omitempty"`
	ReceivedBytes          int
	Model                  string
}

const noModel = "none: the local cloud counts requests and runs no model"

// invoke takes one request. It counts for the metrics of the variant, or the
// inference component, that it goes to.
func (s *Service) invoke(sc wire.Scope, in wire.RESTInput) (any, error) {
	name := in.Path["EndpointName"]
	e, err := s.invocable(sc, name)
	if err != nil {
		return nil, err
	}
	answer := invocation{EndpointName: name, ReceivedBytes: len(in.Body), Model: noModel}
	f, err := s.receiver(sc, e, in.Header)
	if err != nil {
		return nil, err
	}
	answer.VariantName = f.variant
	if f.kind == onCopies {
		answer.InferenceComponentName, answer.VariantName = f.variant, s.region(sc).components[f.variant].variant
	}
	s.arrive(f, 1)
	if s.invoked != nil {
		s.invoked(sc, resourceID(name, f))
	}
	if f.kind == onCopies && f.capacity == 0 {
		return nil, invalidInvocation("Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if configured) " +
			"or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API.")
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	header := http.Header{"Content-Type": {"application/json"}, headerInvoked: {answer.VariantName}}
	if attributes := in.Header.Get(headerAttributes); attributes != "" {
		header.Set(headerAttributes, attributes)
	}
	return &wire.RESTOutput{Header: header, Body: body}, nil
}

// invocable finds an endpoint that takes requests.
func (s *Service) invocable(sc wire.Scope, name string) (*endpoint, error) {
	e := s.region(sc).endpoints[name]
	if e == nil || e.config == nil || e.status() == deleting {
		return nil, invalidInvocation("Endpoint " + name + " of account " + sc.Account + " not found.")
	}
	return e, nil
}

// arrive counts requests that come now.
func (s *Service) arrive(f *flow, requests float64) {
	f.count(s.now().UnixNano())
	f.add(int(s.now().Unix()%60/slotSeconds), requests)
}

// resourceID names what has a flow.
func resourceID(endpoint string, f *flow) string {
	if f.kind == onCopies {
		return componentID + f.variant
	}
	return variantID(endpoint, f.variant)
}

// Receive lets requests come now at a variant or an inference component, as
// Options.Invoked told of each of them. It fails as [Service.Offer] does.
func (s *Service) Receive(sc wire.Scope, resourceID string, requests int) error {
	of, err := s.Loads(sc, resourceID)
	if err != nil {
		return err
	}
	s.arrive(of.flow, float64(max(0, requests)))
	return nil
}

// receiver finds what a request goes to: the inference component or the variant
// that it names, or the variant whose turn it is. The texts about variants and
// unknown components are ours, the others were seen.
func (s *Service) receiver(sc wire.Scope, e *endpoint, header http.Header) (*flow, error) {
	hosts := false
	for _, v := range e.variants {
		hosts = hosts || v.spec.ModelName == nil
	}
	variant, component := header.Get(headerVariant), header.Get(headerComponent)
	switch {
	case component != "":
		c := s.region(sc).components[component]
		if c == nil || c.endpoint != e.name || c.flow == nil || c.status() == deleting {
			return nil, invalidInvocation("Inference component " + component + " of endpoint " + e.name + " not found.")
		}
		return c.flow, nil
	case hosts:
		return nil, invalidInvocation("Inference Component Name header is required for endpoints to which you plan to deploy inference components. " +
			"Please include Inference Component Name header or consider using SageMaker models.")
	case len(e.config.input.AsyncInferenceConfig) > 0:
		return nil, invalidInvocation("Endpoint " + e.name + " is asynchronous and takes InvokeEndpointAsync only.")
	}
	if variant == "" {
		variant = e.turn()
	}
	f := e.flow(variant)
	if f == nil {
		return nil, invalidInvocation("Variant " + variant + " of endpoint " + e.name + " not found.")
	}
	return f, nil
}

// turn returns the variant that the next request goes to. Each gets as many of
// them as its weight is of all weights, and they take turns as evenly as that
// allows; the first one, when all weights are zero.
func (e *endpoint) turn() string {
	if e.turns == nil {
		e.turns = map[string]float64{}
	}
	total, next := 0.0, ""
	for _, v := range e.variants {
		w := v.current.weight
		total += w
		e.turns[v.name()] += w
		if next == "" || e.turns[v.name()] > e.turns[next] {
			next = v.name()
		}
	}
	e.turns[next] -= total
	return next
}

// invalidInvocation is the error of SageMaker Runtime for what cannot be
// invoked; it is not named as SageMaker's own.
func invalidInvocation(text string) error {
	return &wire.Error{Code: "ValidationError", Message: text}
}
