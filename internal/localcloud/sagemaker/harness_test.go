package sagemaker_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	sm "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

const (
	account = "123456789012"
	region  = "us-west-2"
	delay   = time.Minute
	prefix  = "arn:aws:sagemaker:us-west-2:123456789012:"
)

// birth is when every cloud of a test begins.
var birth = time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)

// cloud is SageMaker behind HTTP, connected to Application Auto Scaling.
type cloud struct {
	t       *testing.T
	mu      sync.Mutex // the one lock of the local cloud
	now     time.Time
	service *sagemaker.Service
	scaling *appautoscaling.Service
	url     string
	client  *sm.Client
	scaler  *aas.Client
}

func newCloud(t *testing.T, b sagemaker.Behaviour) *cloud {
	t.Helper()
	c := &cloud{t: t, now: birth}
	now := func() time.Time { return c.now }
	c.service = sagemaker.New(sagemaker.Options{
		Now:   now,
		Delay: delay, ProvisioningDelay: delay,
		Registered: func(s wire.Scope, resourceID string) bool {
			return c.scaling.Registered(s, "sagemaker", resourceID)
		},
		Deregister: func(s wire.Scope, resourceIDPrefix string) {
			c.scaling.DeregisterPrefix(s, "sagemaker", resourceIDPrefix)
		},
		Behaviour: b,
	})
	c.scaling = appautoscaling.New(appautoscaling.Options{Now: now, Resources: local{c.service}})
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	c.client = c.as(account, region)
	c.scaler = aas.New(aas.Options{
		BaseEndpoint: &c.url, Region: region, Retryer: aws.NopRetryer{}, HTTPClient: direct{c},
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
	})
	return c
}

// local are the resources of SageMaker, all of which have to exist.
type local struct{ *sagemaker.Service }

func (local) StandIn(wire.Scope, autoscaling.Identity, int32) appautoscaling.Resource { return nil }

// ServeHTTP dispatches as the local cloud does: the access key is the account.
func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call, err := wire.Read(r)
	var out any
	api := sagemaker.API
	if err == nil {
		s := wire.Scope{Account: call.Credential.AccessKey, Region: call.Credential.Region, AccessKey: call.Credential.AccessKey}
		var service wire.Service = c.service
		if call.Target == appautoscaling.Target {
			service, api = c.scaling, appautoscaling.API
		}
		c.mu.Lock()
		out, err = service.Handle(r.Context(), call.Request(s))
		c.mu.Unlock()
	}
	call.Answer(api, out, err).Write(w)
}

// as returns a client of an account in a Region.
func (c *cloud) as(account, region string) *sm.Client {
	return sm.New(sm.Options{
		BaseEndpoint: &c.url, Region: region, Retryer: aws.NopRetryer{}, HTTPClient: direct{c},
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
	})
}

func (c *cloud) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// call sends an input of any operation with the SDK.
func (c *cloud) call(in any) (any, error) {
	ctx := context.Background()
	switch in := in.(type) {
	case *sm.CreateModelInput:
		return c.client.CreateModel(ctx, in)
	case *sm.DescribeModelInput:
		return c.client.DescribeModel(ctx, in)
	case *sm.DeleteModelInput:
		return c.client.DeleteModel(ctx, in)
	case *sm.CreateEndpointConfigInput:
		return c.client.CreateEndpointConfig(ctx, in)
	case *sm.DescribeEndpointConfigInput:
		return c.client.DescribeEndpointConfig(ctx, in)
	case *sm.DeleteEndpointConfigInput:
		return c.client.DeleteEndpointConfig(ctx, in)
	case *sm.CreateEndpointInput:
		return c.client.CreateEndpoint(ctx, in)
	case *sm.DescribeEndpointInput:
		return c.client.DescribeEndpoint(ctx, in)
	case *sm.ListEndpointsInput:
		return c.client.ListEndpoints(ctx, in)
	case *sm.UpdateEndpointInput:
		return c.client.UpdateEndpoint(ctx, in)
	case *sm.UpdateEndpointWeightsAndCapacitiesInput:
		return c.client.UpdateEndpointWeightsAndCapacities(ctx, in)
	case *sm.DeleteEndpointInput:
		return c.client.DeleteEndpoint(ctx, in)
	case *sm.CreateInferenceComponentInput:
		return c.client.CreateInferenceComponent(ctx, in)
	case *sm.DescribeInferenceComponentInput:
		return c.client.DescribeInferenceComponent(ctx, in)
	case *sm.ListInferenceComponentsInput:
		return c.client.ListInferenceComponents(ctx, in)
	case *sm.UpdateInferenceComponentInput:
		return c.client.UpdateInferenceComponent(ctx, in)
	case *sm.UpdateInferenceComponentRuntimeConfigInput:
		return c.client.UpdateInferenceComponentRuntimeConfig(ctx, in)
	case *sm.DeleteInferenceComponentInput:
		return c.client.DeleteInferenceComponent(ctx, in)
	case *sm.AddTagsInput:
		return c.client.AddTags(ctx, in)
	case *sm.ListTagsInput:
		return c.client.ListTags(ctx, in)
	case *sm.DeleteTagsInput:
		return c.client.DeleteTags(ctx, in)
	case *sm.DescribeTrainingJobInput:
		return c.client.DescribeTrainingJob(ctx, in)
	case *aas.RegisterScalableTargetInput:
		return c.scaler.RegisterScalableTarget(ctx, in)
	case *aas.DescribeScalableTargetsInput:
		return c.scaler.DescribeScalableTargets(ctx, in)
	}
	return nil, fmt.Errorf("the test does not know %T", in)
}

// must sends inputs that have to succeed and returns the last answer.
func (c *cloud) must(inputs ...any) any {
	c.t.Helper()
	var out any
	for _, in := range inputs {
		var err error
		if out, err = c.call(in); err != nil {
			c.t.Fatalf("%T: %v", in, err)
		}
	}
	return out
}

// wait lets the change that is under way come to its end.
func (c *cloud) wait() { c.advance(delay) }

// host creates a model, a configuration and an endpoint, all named "demo", and
// waits until the endpoint is in service.
func (c *cloud) host(variants ...types.ProductionVariant) {
	c.t.Helper()
	c.must(createModel("demo"), createConfig("demo", variants...), createEndpoint("demo", "demo"))
	c.wait()
}

// describe returns the endpoint "demo".
func (c *cloud) describe() *sm.DescribeEndpointOutput {
	c.t.Helper()
	return c.must(&sm.DescribeEndpointInput{EndpointName: aws.String("demo")}).(*sm.DescribeEndpointOutput)
}

// counts prints the variants of the endpoint "demo" as name=current/desired.
func (c *cloud) counts() string {
	c.t.Helper()
	text := string(c.describe().EndpointStatus)
	for _, v := range c.describe().ProductionVariants {
		text += fmt.Sprintf(" %s=%d/%d", *v.VariantName, aws.ToInt32(v.CurrentInstanceCount), aws.ToInt32(v.DesiredInstanceCount))
	}
	return text
}

func createModel(name string) *sm.CreateModelInput {
	return &sm.CreateModelInput{ModelName: &name, PrimaryContainer: &types.ContainerDefinition{Image: aws.String("registry/" + name + ":1")}}
}

func createConfig(name string, variants ...types.ProductionVariant) *sm.CreateEndpointConfigInput {
	return &sm.CreateEndpointConfigInput{EndpointConfigName: &name, ProductionVariants: variants}
}

func createEndpoint(name, config string) *sm.CreateEndpointInput {
	return &sm.CreateEndpointInput{EndpointName: &name, EndpointConfigName: &config}
}

func update(config string) *sm.UpdateEndpointInput {
	return &sm.UpdateEndpointInput{EndpointName: aws.String("demo"), EndpointConfigName: &config}
}

func scale(wanted ...types.DesiredWeightAndCapacity) *sm.UpdateEndpointWeightsAndCapacitiesInput {
	return &sm.UpdateEndpointWeightsAndCapacitiesInput{EndpointName: aws.String("demo"), DesiredWeightsAndCapacities: wanted}
}

func count(variant string, n int32) types.DesiredWeightAndCapacity {
	return types.DesiredWeightAndCapacity{VariantName: &variant, DesiredInstanceCount: &n}
}

func instances(name, instanceType string, n int32) types.ProductionVariant {
	return types.ProductionVariant{
		VariantName: &name, ModelName: aws.String("demo"), InstanceType: types.ProductionVariantInstanceType(instanceType), InitialInstanceCount: &n,
	}
}

func serverless(name string, limit int32, provisioned *int32) types.ProductionVariant {
	return types.ProductionVariant{
		VariantName: &name, ModelName: aws.String("demo"),
		ServerlessConfig: &types.ProductionVariantServerlessConfig{MemorySizeInMB: aws.Int32(2048), MaxConcurrency: &limit, ProvisionedConcurrency: provisioned},
	}
}

// register registers a variant of the endpoint "demo" for instances.
func register(variant string, minimum, maximum int32) *aas.RegisterScalableTargetInput {
	return &aas.RegisterScalableTargetInput{
		ServiceNamespace: "sagemaker", ResourceId: aws.String("endpoint/demo/variant/" + variant),
		ScalableDimension: "sagemaker:variant:DesiredInstanceCount", MinCapacity: &minimum, MaxCapacity: &maximum,
	}
}

// concurrency registers a variant for provisioned concurrency.
func concurrency(variant string, minimum, maximum int32) *aas.RegisterScalableTargetInput {
	in := register(variant, minimum, maximum)
	in.ScalableDimension = "sagemaker:variant:DesiredProvisionedConcurrency"
	return in
}

// fact is one thing that is known of the service.
type fact struct {
	name      string
	reason    string
	behaviour sagemaker.Behaviour
	check     func(t *testing.T, c *cloud)
}

func checkFacts(t *testing.T, facts []fact) {
	t.Helper()
	for _, f := range facts {
		t.Run(f.name, func(t *testing.T) {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the reason for this case: %s", f.reason)
				}
			})
			f.check(t, newCloud(t, f.behaviour))
		})
	}
}

// refused sends an input that must be answered with this error.
func (c *cloud) refused(t *testing.T, in any, code, message string) {
	t.Helper()
	_, err := c.call(in)
	var got smithy.APIError
	if !errors.As(err, &got) {
		t.Fatalf("%T: error %v, want %s: %s", in, err, code, message)
	}
	if got.ErrorCode() != code || got.ErrorMessage() != message {
		t.Errorf("%T: error\n %s: %s\nwant\n %s: %s", in, got.ErrorCode(), got.ErrorMessage(), code, message)
	}
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// direct is an HTTP client without a network, so that no test depends on what
// happens to its connections on a busy machine.
type direct struct{ http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	d.ServeHTTP(answer, r)
	return answer.Result(), nil
}
