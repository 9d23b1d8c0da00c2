package sagemaker_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// FuzzHandle sends one body to every operation of a service that has a model,
// a configuration and an endpoint. Whatever it is, the answer is an AWS error
// or can be encoded.
func FuzzHandle(f *testing.F) {
	setup := []struct{ operation, body string }{
		{"CreateModel", `{"ModelName":"demo","PrimaryContainer":{"Image":"a","Environment":{"B":"c"}}}`},
		{"CreateEndpointConfig", `{"EndpointConfigName":"demo","ProductionVariants":[{"VariantName":"a","ModelName":"demo","InstanceType":"ml.m5.large","InitialInstanceCount":1,"RoutingConfig":null},` +
			`{"VariantName":"empty","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1},{"VariantName":"s","ModelName":"demo","ServerlessConfig":{"MemorySizeInMB":1024,"MaxConcurrency":5}}]}`},
		{"CreateEndpoint", `{"EndpointName":"demo","EndpointConfigName":"demo","Tags":[{"Key":"a","Value":"b"}]}`},
	}
	for _, s := range setup {
		f.Add([]byte(s.body))
	}
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{"EndpointName":1}`,
		`{"EndpointName":"demo","EndpointConfigName":"demo","ModelName":"demo","RetainAllVariantProperties":true,"ExcludeRetainedVariantProperties":[{"VariantPropertyType":"DesiredWeight"}]}`,
		`{"EndpointName":"demo","DesiredWeightsAndCapacities":[{"VariantName":"a","DesiredInstanceCount":2,"DesiredWeight":0.5},{"VariantName":"s","ServerlessUpdateConfig":{"ProvisionedConcurrency":3}}]}`,
		`{"InferenceComponentName":"llm","EndpointName":"demo","VariantName":"empty","Specification":{"ModelName":"demo","Container":{"Image":"a"},` +
			`"ComputeResourceRequirements":{"MinMemoryRequiredInMb":128}},"RuntimeConfig":{"CopyCount":1},"DesiredRuntimeConfig":{"CopyCount":2},"DeploymentConfig":{}}`,
		`{"ResourceArn":"arn:aws:sagemaker:us-west-2:123456789012:endpoint/demo","Tags":[{"Key":"c","Value":"d"}],"TagKeys":["a"]}`,
		`{"MaxResults":1,"NextToken":"AAAAAAAAAAA","SortBy":"Name","SortOrder":"Ascending","NameContains":"d","CreationTimeAfter":1,"StatusEquals":"InService"}`,
	} {
		f.Add([]byte(seed))
	}
	operations := []string{
		"CreateModel", "DescribeModel", "ListModels", "CreateEndpointConfig", "DescribeEndpointConfig", "ListEndpointConfigs",
		"CreateEndpoint", "DescribeEndpoint", "ListEndpoints", "UpdateEndpointWeightsAndCapacities", "UpdateEndpoint",
		"CreateInferenceComponent", "DescribeInferenceComponent", "ListInferenceComponents", "UpdateInferenceComponent", "UpdateInferenceComponentRuntimeConfig", "DeleteInferenceComponent",
		"AddTags", "ListTags", "DeleteTags", "DeleteEndpoint", "DescribeEndpoint", "DeleteEndpointConfig", "DeleteModel", "Unknown",
	}
	scope := wire.Scope{Account: account, Region: region}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return // refused before the service sees it
		}
		s := sagemaker.New(sagemaker.Options{Now: func() time.Time { return birth }, Behaviour: sagemaker.Behaviour{AllowSeveralCapacities: true, InstanceQuota: 100}})
		for _, step := range setup {
			if _, err := s.Handle(t.Context(), wire.NewRequest(scope, step.operation, json.RawMessage(step.body))); err != nil {
				t.Fatal(err)
			}
		}
		for _, operation := range operations {
			out, err := s.Handle(t.Context(), wire.NewRequest(scope, operation, json.RawMessage(body)))
			var known *wire.Error
			if err != nil && !errors.As(err, &known) {
				t.Errorf("%s: %v is no AWS error", operation, err)
			}
			if _, err := json.Marshal(out); err != nil {
				t.Errorf("%s: %v", operation, err)
			}
		}
	})
}
