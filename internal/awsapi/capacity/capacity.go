// Package capacity reads what the services that Application Auto Scaling scales
// have: Application Auto Scaling itself does not tell. It is a package of its
// own because the clients of those services are large, and only who shows
// capacities needs them.
package capacity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
)

// The dimensions that are known here.
const (
	instances   = "sagemaker:variant:DesiredInstanceCount"
	concurrency = "sagemaker:variant:DesiredProvisionedConcurrency"
)

// Known says whether the capacity of a scalable target can be read.
func Known(id autoscaling.Identity) bool {
	return id.ScalableDimension == instances || id.ScalableDimension == concurrency
}

// concurrent is how many calls a reader makes at once. SageMaker has no call
// that describes several endpoints.
const concurrent = 4

// Reader reads each endpoint once, however many of its variants are asked for.
// It is for one look at AWS, after which it is thrown away, and safe for
// concurrent use.
type Reader struct {
	client *sagemaker.Client
	calls  chan struct{}

	mu        sync.Mutex
	endpoints map[string]func() (*sagemaker.DescribeEndpointOutput, error)
}

// New returns a reader. It makes no call.
func New(config aws.Config) *Reader {
	return &Reader{
		client: sagemaker.NewFromConfig(config), calls: make(chan struct{}, concurrent),
		endpoints: map[string]func() (*sagemaker.DescribeEndpointOutput, error){},
	}
}

// errUnknown says that the capacity of a scalable target cannot be read here.
var errUnknown = errors.New("the service of this scalable dimension is not asked for capacities")

// Read returns the capacity of a scalable target. Errors of AWS are of type
// [awsapi.Error]; the right that it takes is sagemaker:DescribeEndpoint.
func (r *Reader) Read(ctx context.Context, id autoscaling.Identity) (*autoscaling.Capacity, error) {
	parts := strings.Split(id.ResourceID, "/")
	if !Known(id) || len(parts) != 4 || parts[0] != "endpoint" || parts[2] != "variant" {
		return nil, errUnknown
	}
	endpoint, err := r.endpoint(ctx, parts[1])
	if err != nil {
		return nil, err
	}
	for _, v := range endpoint.ProductionVariants {
		if aws.ToString(v.VariantName) == parts[3] {
			return capacityOf(v, id)
		}
	}
	return nil, fmt.Errorf("endpoint %s has no variant %s", parts[1], parts[3])
}

func (r *Reader) endpoint(ctx context.Context, name string) (*sagemaker.DescribeEndpointOutput, error) {
	r.mu.Lock()
	read := r.endpoints[name]
	if read == nil {
		read = sync.OnceValues(func() (*sagemaker.DescribeEndpointOutput, error) { return r.describe(ctx, name) })
		r.endpoints[name] = read
	}
	r.mu.Unlock()
	return read()
}

func (r *Reader) describe(ctx context.Context, name string) (*sagemaker.DescribeEndpointOutput, error) {
	const operation = "DescribeEndpoint"
	select {
	case r.calls <- struct{}{}:
		defer func() { <-r.calls }()
	case <-ctx.Done():
		return nil, awsapi.Wrap(operation, ctx.Err())
	}
	out, err := r.client.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &name})
	return out, awsapi.Wrap(operation, err)
}

// capacityOf reads a variant (AWS API: ProductionVariantSummary).
func capacityOf(v types.ProductionVariantSummary, id autoscaling.Identity) (*autoscaling.Capacity, error) {
	c := &autoscaling.Capacity{Holder: "variant " + aws.ToString(v.VariantName)}
	var current, desired *int32
	if id.ScalableDimension == instances {
		c.Unit, c.Units = "instance", "instances"
		current, desired = v.CurrentInstanceCount, v.DesiredInstanceCount
	} else {
		c.Unit, c.Units = "unit of provisioned concurrency", "units of provisioned concurrency"
		current, desired = provisioned(v.CurrentServerlessConfig), provisioned(v.DesiredServerlessConfig)
	}
	if current == nil && desired == nil {
		return nil, fmt.Errorf("%s has no %s", c.Holder, c.Units)
	}
	c.Current = aws.ToInt32(or(current, desired))
	c.Desired = aws.ToInt32(or(desired, current))
	return c, nil
}

// provisioned is nil for a variant with instances, and 0 for a serverless one
// without provisioned concurrency.
func provisioned(c *types.ProductionVariantServerlessConfig) *int32 {
	if c == nil {
		return nil
	}
	return aws.Int32(aws.ToInt32(c.ProvisionedConcurrency))
}

// or returns the first that is there: while nothing changes, SageMaker may
// leave one of them out.
func or(a, b *int32) *int32 {
	if a != nil {
		return a
	}
	return b
}
