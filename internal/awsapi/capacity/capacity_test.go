package capacity_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/awsapi/capacity"
)

const endpoint = `{"EndpointName": "e", "EndpointArn": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e", "EndpointStatus": "Updating",
"CreationTime": 1, "LastModifiedTime": 1, "ProductionVariants": [
{"VariantName": "moving", "CurrentInstanceCount": 1, "DesiredInstanceCount": 3},
{"VariantName": "still", "CurrentInstanceCount": 2},
{"VariantName": "serverless", "CurrentServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 20, "ProvisionedConcurrency": 5},
 "DesiredServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 20, "ProvisionedConcurrency": 7}},
{"VariantName": "cold", "CurrentServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 20}}]}`

func reader(t *testing.T, answer http.HandlerFunc) *capacity.Reader {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return capacity.New(aws.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
}

func variant(name, dimension string) autoscaling.Identity {
	return autoscaling.Identity{ServiceNamespace: "sagemaker", ResourceID: "endpoint/e/variant/" + name, ScalableDimension: "sagemaker:variant:" + dimension}
}

func TestRead(t *testing.T) {
	const instances, concurrency = "DesiredInstanceCount", "DesiredProvisionedConcurrency"
	var calls atomic.Int32
	r := reader(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		fmt.Fprint(w, endpoint)
	})
	for _, c := range []struct {
		reason, name, dimension string
		want                    *autoscaling.Capacity
		fails                   string
	}{
		{"a variant that is scaled just now", "moving", instances, &autoscaling.Capacity{Holder: "variant moving", Unit: "instance", Units: "instances", Current: 1, Desired: 3}, ""},
		{"what SageMaker leaves out is what it has", "still", instances, &autoscaling.Capacity{Holder: "variant still", Unit: "instance", Units: "instances", Current: 2, Desired: 2}, ""},
		{"provisioned concurrency", "serverless", concurrency, &autoscaling.Capacity{Holder: "variant serverless", Unit: "unit of provisioned concurrency", Units: "units of provisioned concurrency", Current: 5, Desired: 7}, ""},
		{"a serverless variant without any", "cold", concurrency, &autoscaling.Capacity{Holder: "variant cold", Unit: "unit of provisioned concurrency", Units: "units of provisioned concurrency"}, ""},
		{"a serverless variant has no instances", "serverless", instances, nil, "has no instances"},
		{"a variant that is not there", "other", instances, nil, "endpoint e has no variant other"},
		{"another dimension", "still", "Nonsense", nil, "not asked"},
	} {
		got, err := r.Read(t.Context(), variant(c.name, c.dimension))
		if diff := cmp.Diff(c.want, got); diff != "" || (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: error %v, want %q (-want +got):\n%s", c.reason, err, c.fails, diff)
		}
	}
	if calls.Load() != 1 {
		t.Errorf("the endpoint was described %d times for all its variants", calls.Load())
	}
}

func TestReadIsRefused(t *testing.T) {
	r := reader(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type": "AccessDeniedException", "Message": "no"}`)
	})
	_, err := r.Read(t.Context(), variant("v", "DesiredInstanceCount"))
	var failed *awsapi.Error
	if !errors.As(err, &failed) || failed.Kind != awsapi.Denied || failed.MissingRight() != "sagemaker:DescribeEndpoint" {
		t.Errorf("the right that is missing is in the error: %#v", err)
	}
}
