package clients

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// notFound checks the error by which the ACK controller for SageMaker knows that
// there is no such thing: it looks at the code and at how the text begins.
func notFound(t *testing.T, err error, prefix string) {
	t.Helper()
	var failed smithy.APIError
	if !errors.As(err, &failed) || failed.ErrorCode() != "ValidationException" || !strings.HasPrefix(failed.ErrorMessage(), prefix) {
		t.Errorf("got %v, want a ValidationException that begins with %q", err, prefix)
	}
}

// ackModels is the controller's client.
type ackModels struct {
	*testing.T
	*sagemaker.Client
}

func (a ackModels) must(_ any, err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
}

func (a ackModels) endpoint() (*sagemaker.DescribeEndpointOutput, error) {
	return a.DescribeEndpoint(a.Context(), &sagemaker.DescribeEndpointInput{EndpointName: aws.String("chat")})
}

// state reads the endpoint as the controller's status has it.
func (a ackModels) state() string {
	a.Helper()
	out, err := a.endpoint()
	a.must(out, err)
	text := fmt.Sprintf("%s %s", out.EndpointStatus, aws.ToString(out.EndpointConfigName))
	for _, v := range out.ProductionVariants {
		text += fmt.Sprintf(" %s %d/%d", *v.VariantName, aws.ToInt32(v.CurrentInstanceCount), aws.ToInt32(v.DesiredInstanceCount))
	}
	if out.EndpointArn == nil || out.CreationTime == nil || out.LastModifiedTime == nil || out.FailureReason != nil {
		a.Errorf("the status would be %+v", out)
	}
	return text
}

func (a ackModels) is(reason, want string) {
	a.Helper()
	if got := a.state(); got != want {
		a.Errorf("%s: the endpoint is %s, want %s", reason, got, want)
	}
}

func (a ackModels) createModel() {
	a.Helper()
	in := &sagemaker.DescribeModelInput{ModelName: aws.String("chat")}
	_, err := a.DescribeModel(a.Context(), in)
	notFound(a.T, err, "Could not find model")
	made, err := a.CreateModel(a.Context(), &sagemaker.CreateModelInput{
		ModelName: aws.String("chat"), ExecutionRoleArn: aws.String("arn:aws:iam::" + account + ":role/chat"),
		PrimaryContainer: &types.ContainerDefinition{Image: aws.String("chat:1"), ModelDataUrl: aws.String("s3://models/chat.tar.gz")},
		Tags:             []types.Tag{{Key: aws.String("team"), Value: aws.String("ml")}},
	})
	a.must(made, err)
	got, err := a.DescribeModel(a.Context(), in)
	a.must(got, err)
	switch {
	case *got.ModelArn != *made.ModelArn || *got.ModelName != "chat" || *got.PrimaryContainer.Image != "chat:1" || *got.PrimaryContainer.ModelDataUrl != "s3://models/chat.tar.gz":
		a.Errorf("the model differs from its spec: %+v", got)
	case got.EnableNetworkIsolation == nil:
		a.Error("EnableNetworkIsolation is initialised late, from what is described")
	}
	tags, err := a.ListTags(a.Context(), &sagemaker.ListTagsInput{ResourceArn: made.ModelArn})
	a.must(tags, err)
	if len(tags.Tags) != 1 || *tags.Tags[0].Value != "ml" {
		a.Errorf("the tags are %+v", tags.Tags)
	}
}

func (a ackModels) createConfig(name string, count int32) {
	a.Helper()
	in := &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: &name}
	_, err := a.DescribeEndpointConfig(a.Context(), in)
	notFound(a.T, err, "Could not find endpoint configuration")
	made, err := a.CreateEndpointConfig(a.Context(), &sagemaker.CreateEndpointConfigInput{
		EndpointConfigName: &name,
		ProductionVariants: []types.ProductionVariant{{
			VariantName: aws.String("AllTraffic"), ModelName: aws.String("chat"), InstanceType: types.ProductionVariantInstanceTypeMlM5Large, InitialInstanceCount: &count,
		}},
	})
	a.must(made, err)
	got, err := a.DescribeEndpointConfig(a.Context(), in)
	a.must(got, err)
	if v := got.ProductionVariants; *got.EndpointConfigArn != *made.EndpointConfigArn || len(v) != 1 || *v[0].InitialInstanceCount != count || *v[0].ModelName != "chat" || v[0].InstanceType != types.ProductionVariantInstanceTypeMlM5Large {
		a.Errorf("the configuration differs from its spec: %+v", got)
	}
}

// TestACKSageMaker makes the calls of the ACK controller for SageMaker: it reads
// first, creates what is not found, waits while an endpoint is not in service, and
// always retains what the variants have when it updates one.
func TestACKSageMaker(t *testing.T) {
	w := newWatched(t, localcloud.Options{Paused: true, EndpointDelay: time.Minute})
	cfg := awsConfig(t, w)
	a := ackModels{t, sagemaker.NewFromConfig(cfg)}
	a.createModel()
	a.createConfig("chat-1", 1)
	a.createConfig("chat-2", 1)

	_, err := a.endpoint()
	notFound(t, err, "Could not find endpoint")
	made, err := a.CreateEndpoint(t.Context(), &sagemaker.CreateEndpointInput{EndpointName: aws.String("chat"), EndpointConfigName: aws.String("chat-1")})
	a.must(made, err)
	if !strings.HasSuffix(*made.EndpointArn, ":endpoint/chat") {
		t.Errorf("the ARN is %s", *made.EndpointArn)
	}
	a.is("it looks again while it is being created", "Creating chat-1")
	w.cloud.Advance(time.Minute)
	a.is("until it is in service", "InService chat-1 AllTraffic 1/1")

	scaling := applicationautoscaling.NewFromConfig(cfg)
	a.must(scaling.RegisterScalableTarget(t.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: "sagemaker", ResourceId: aws.String(chat), ScalableDimension: instances, MinCapacity: aws.Int32(3), MaxCapacity: aws.Int32(4),
	}))
	a.is("what scales it makes it update", "Updating chat-1 AllTraffic 1/3")
	w.cloud.Advance(time.Minute)

	update := &sagemaker.UpdateEndpointInput{EndpointName: aws.String("chat"), EndpointConfigName: aws.String("chat-2"), RetainAllVariantProperties: aws.Bool(true)}
	updated, err := a.UpdateEndpoint(t.Context(), update)
	a.must(updated, err)
	if *updated.EndpointArn != *made.EndpointArn {
		t.Errorf("an update has another ARN: %s", *updated.EndpointArn)
	}
	if got := a.state(); !strings.HasPrefix(got, "Updating ") {
		t.Errorf("it waits while it is being updated: %s", got)
	}
	w.cloud.Advance(time.Minute)
	a.is("and the instances that scaling added stay", "InService chat-2 AllTraffic 3/3")

	a.must(a.DeleteEndpoint(t.Context(), &sagemaker.DeleteEndpointInput{EndpointName: aws.String("chat")}))
	w.cloud.Advance(time.Minute)
	_, err = a.endpoint()
	notFound(t, err, "Could not find endpoint")
	for _, name := range []string{"chat-1", "chat-2"} {
		a.must(a.DeleteEndpointConfig(t.Context(), &sagemaker.DeleteEndpointConfigInput{EndpointConfigName: &name}))
		_, err = a.DescribeEndpointConfig(t.Context(), &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: &name})
		notFound(t, err, "Could not find endpoint configuration")
	}
	a.must(a.DeleteModel(t.Context(), &sagemaker.DeleteModelInput{ModelName: aws.String("chat")}))
	_, err = a.DescribeModel(t.Context(), &sagemaker.DescribeModelInput{ModelName: aws.String("chat")})
	notFound(t, err, "Could not find model")
}
