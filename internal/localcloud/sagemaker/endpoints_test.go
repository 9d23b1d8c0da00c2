package sagemaker_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sm "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
)

const (
	validation = "ValidationException"
	inProgress = `Cannot update in-progress endpoint "` + prefix + `endpoint/demo".`
	m5         = "ml.m5.large"
)

func TestEndpointLife(t *testing.T) {
	checkFacts(t, []fact{
		{
			name: "creation takes its time", reason: "Creating, then InService; the variants show when they run",
			check: func(t *testing.T, c *cloud) {
				c.must(createModel("demo"), createConfig("demo", instances("all", m5, 2)), createEndpoint("demo", "demo"))
				e := c.describe()
				if e.EndpointStatus != types.EndpointStatusCreating || e.ProductionVariants != nil || *e.EndpointConfigName != "demo" {
					t.Errorf("the new endpoint is %+v", e)
				}
				pending := e.PendingDeploymentSummary
				if pending == nil || *pending.EndpointConfigName != "demo" || *pending.ProductionVariants[0].DesiredInstanceCount != 2 || pending.ProductionVariants[0].InstanceType != m5 {
					t.Errorf("the pending deployment is %+v", pending)
				}
				c.advance(delay - time.Second)
				equal(t, "status just before", c.describe().EndpointStatus, types.EndpointStatusCreating)
				c.advance(time.Hour)
				equal(t, "endpoint", c.counts(), "InService all=2/2")
				e = c.describe()
				equal(t, "modified when the creation ended, whoever asks when", *e.LastModifiedTime, birth.Add(delay))
				equal(t, "created", *e.CreationTime, birth)
				equal(t, "ARN", *e.EndpointArn, prefix+"endpoint/demo")
				equal(t, "image", *e.ProductionVariants[0].DeployedImages[0].SpecifiedImage, "registry/demo:1")
				equal(t, "weight", *e.ProductionVariants[0].CurrentWeight, 1)
				if e.PendingDeploymentSummary != nil {
					t.Error("there is a pending deployment")
				}
			},
		},
		{
			name: "containers in a row", reason: "the image shown is the first container's; a variant without a model shows none; weights are as given",
			check: func(t *testing.T, c *cloud) {
				chain := createModel("chain")
				chain.Containers, chain.PrimaryContainer = []types.ContainerDefinition{{Image: aws.String("first")}, {Image: aws.String("second")}}, nil
				v, bare := instances("a", m5, 1), instances("b", m5, 1)
				v.ModelName, v.InitialVariantWeight, bare.ModelName = chain.ModelName, aws.Float32(0.5), nil
				c.must(chain)
				c.host(v, bare)
				got := c.describe().ProductionVariants
				equal(t, "image", *got[0].DeployedImages[0].SpecifiedImage, "first")
				equal(t, "weight", *got[0].DesiredWeight, 0.5)
				if got[1].DeployedImages != nil {
					t.Errorf("the variant without a model has the images %v", got[1].DeployedImages)
				}
			},
		},
		{
			name: "variants while creating", reason: "the other choice", behaviour: sagemaker.Behaviour{VariantsWhileCreating: true},
			check: func(t *testing.T, c *cloud) {
				c.must(createModel("demo"), createConfig("demo", instances("all", m5, 2)), createEndpoint("demo", "demo"))
				equal(t, "endpoint", c.counts(), "Creating all=2/2")
			},
		},
		{
			name: "the SDK's waiter", reason: "a waiter polls until the endpoint is in service",
			check: func(t *testing.T, c *cloud) {
				c.must(createModel("demo"), createConfig("demo", instances("all", m5, 2)), createEndpoint("demo", "demo"))
				c.wait()
				if err := sm.NewEndpointInServiceWaiter(c.client).Wait(t.Context(), &sm.DescribeEndpointInput{EndpointName: aws.String("demo")}, time.Second); err != nil {
					t.Error(err)
				}
			},
		},
		{
			name: "one change at a time", reason: "an endpoint that is being created, updated or deleted cannot be changed",
			check: func(t *testing.T, c *cloud) {
				changes := []any{update("demo"), scale(count("all", 2)), &sm.DeleteEndpointInput{EndpointName: aws.String("demo")}}
				refused := func() {
					t.Helper()
					for _, in := range changes {
						c.refused(t, in, validation, inProgress)
					}
				}
				c.must(createModel("demo"), createConfig("demo", instances("all", m5, 1)), createEndpoint("demo", "demo"))
				refused()
				c.wait()
				c.must(scale(count("all", 2)))
				refused()
				c.wait()
				c.must(update("demo"))
				refused()
				c.wait()
				c.must(changes[2])
				refused()
			},
		},
		{
			name: "deletion takes its time", reason: "Deleting, then gone, and then the name is free",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("all", m5, 1))
				c.must(&sm.DeleteEndpointInput{EndpointName: aws.String("demo")})
				equal(t, "endpoint", c.counts(), "Deleting all=1/1")
				c.refused(t, createEndpoint("demo", "demo"), validation, `Cannot create already existing endpoint "`+prefix+`endpoint/demo".`)
				c.wait()
				c.refused(t, &sm.DescribeEndpointInput{EndpointName: aws.String("demo")}, validation, `Could not find endpoint "`+prefix+`endpoint/demo".`)
				c.must(createEndpoint("demo", "demo"))
			},
		},
		{
			name: "configurations in use can be deleted", reason: "AWS warns of it and does not prevent it",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("all", m5, 1))
				c.must(&sm.DeleteEndpointConfigInput{EndpointConfigName: aws.String("demo")}, &sm.DeleteModelInput{ModelName: aws.String("demo")}, scale(count("all", 2)))
				c.wait()
				equal(t, "endpoint", c.counts(), "InService all=2/2")
			},
		},
	})
}

func TestScale(t *testing.T) {
	weight := func(variant string, w float32) types.DesiredWeightAndCapacity {
		return types.DesiredWeightAndCapacity{VariantName: &variant, DesiredWeight: &w}
	}
	concurrent := func(variant string, limit, provisioned *int32) types.DesiredWeightAndCapacity {
		return types.DesiredWeightAndCapacity{VariantName: &variant, ServerlessUpdateConfig: &types.ProductionVariantServerlessUpdateConfig{MaxConcurrency: limit, ProvisionedConcurrency: provisioned}}
	}
	checkFacts(t, []fact{
		{
			name: "desired at once, current later", reason: "the endpoint is Updating in between",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1), instances("b", m5, 2))
				out := c.must(scale(count("a", 3))).(*sm.UpdateEndpointWeightsAndCapacitiesOutput)
				equal(t, "ARN", *out.EndpointArn, prefix+"endpoint/demo")
				equal(t, "endpoint", c.counts(), "Updating a=1/3 b=2/2")
				if c.describe().PendingDeploymentSummary != nil {
					t.Error("there is a pending deployment without a new configuration")
				}
				c.wait()
				equal(t, "endpoint", c.counts(), "InService a=3/3 b=2/2")
			},
		},
		{
			name: "weights of many variants", reason: "weights can change together, and with one capacity",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1), instances("b", m5, 2))
				both := count("a", 4)
				both.DesiredWeight = aws.Float32(3)
				c.must(scale(both, weight("b", 0)))
				v := c.describe().ProductionVariants
				if *v[0].DesiredWeight != 3 || *v[0].CurrentWeight != 1 || *v[1].DesiredWeight != 0 || *v[1].CurrentWeight != 1 {
					t.Errorf("the variants are %+v", v)
				}
				c.wait()
				v = c.describe().ProductionVariants
				if *v[0].CurrentWeight != 3 || *v[1].CurrentWeight != 0 {
					t.Errorf("the variants are %+v", v)
				}
			},
		},
		{
			name: "capacity of one variant", reason: "the API documents one; the text is ours; nothing changes when it is refused",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1), instances("b", m5, 2))
				c.refused(t, scale(count("a", 2), count("b", 3)), validation, "The capacity of only one variant can be updated in a request, not of 2.")
				equal(t, "endpoint", c.counts(), "InService a=1/1 b=2/2")
			},
		},
		{
			name: "capacity of several variants", reason: "the other choice", behaviour: sagemaker.Behaviour{AllowSeveralCapacities: true},
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1), instances("b", m5, 2))
				c.must(scale(count("a", 2), count("b", 3)))
				equal(t, "endpoint", c.counts(), "Updating a=1/2 b=2/3")
			},
		},
		{
			name: "unknown and repeated variants", reason: "the texts were reported",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1))
				c.refused(t, scale(count("b", 2)), validation, `The variant name(s) "b" is/are not present within endpoint configuration "demo".`)
				c.refused(t, scale(weight("a", 2), weight("a", 3)), validation, `The variant name "a" was non-unique within the request.`)
				c.refused(t, scale(weight("a", -1)), validation, `The weight of the variant "a" cannot be less than 0.`)
			},
		},
		{
			name: "no instance", reason: "the SageMaker guide wants one or more",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1))
				c.refused(t, scale(count("a", 0)), validation, `The desired instance count of the variant "a" must be 1 or higher.`)
			},
		},
		{
			name: "no instance of an asynchronous endpoint", reason: "requests queue while there is none",
			check: func(t *testing.T, c *cloud) {
				config := createConfig("demo", instances("a", m5, 1))
				config.AsyncInferenceConfig = &types.AsyncInferenceConfig{OutputConfig: &types.AsyncInferenceOutputConfig{S3OutputPath: aws.String("s3://bucket/out")}}
				c.must(createModel("demo"), config, createEndpoint("demo", "demo"))
				c.wait()
				c.must(scale(count("a", 0)))
				c.wait()
				equal(t, "endpoint", c.counts(), "InService a=0/0")
			},
		},
		{
			name: "no instance with managed scaling from zero", reason: "inference components can leave an endpoint without instances",
			check: func(_ *testing.T, c *cloud) {
				v := instances("a", m5, 1)
				v.ModelName = nil
				v.ManagedInstanceScaling = &types.ProductionVariantManagedInstanceScaling{MinInstanceCount: aws.Int32(0)}
				c.host(v)
				c.must(scale(count("a", 0)))
			},
		},
		{
			name: "no instance anywhere", reason: "the other choice", behaviour: sagemaker.Behaviour{AllowZeroInstances: true},
			check: func(_ *testing.T, c *cloud) {
				c.host(instances("a", m5, 1))
				c.must(scale(count("a", 0)))
			},
		},
		{
			name: "serverless", reason: "the provisioned concurrency is the capacity; desired at once, current later",
			check: func(t *testing.T, c *cloud) {
				c.host(serverless("s", 20, aws.Int32(1)))
				c.must(scale(concurrent("s", nil, aws.Int32(5))))
				v := c.describe().ProductionVariants[0]
				equal(t, "current", *v.CurrentServerlessConfig.ProvisionedConcurrency, 1)
				equal(t, "desired", *v.DesiredServerlessConfig.ProvisionedConcurrency, 5)
				equal(t, "memory", *v.DesiredServerlessConfig.MemorySizeInMB, 2048)
				if v.DesiredInstanceCount != nil {
					t.Error("a serverless variant has a desired instance count")
				}
				c.wait()
				equal(t, "current", *c.describe().ProductionVariants[0].CurrentServerlessConfig.ProvisionedConcurrency, 5)
				c.refused(t, scale(concurrent("s", aws.Int32(4), nil)), validation, `The provisioned concurrency of the variant "s" cannot be greater than its maximum concurrency.`)
				c.refused(t, scale(count("s", 2)), validation, `The variant "s" is serverless and has no instances.`)
			},
		},
		{
			name: "concurrency of instances", reason: "a variant with instances has none", check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1))
				c.refused(t, scale(concurrent("a", nil, aws.Int32(5))), validation, `The variant "a" is not serverless.`)
			},
		},
		{
			name: "quota", reason: "all endpoints share the account's quota of an instance type; the text is documented", behaviour: sagemaker.Behaviour{InstanceQuota: 4},
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1), instances("g", "ml.g5.xlarge", 3))
				limit := func(instance, numbers string) string {
					return "The account-level service limit '" + instance + " for endpoint usage' is 4 Instances, with current utilization of " + numbers + " Instances. " +
						"Please use AWS Service Quotas to request an increase for this quota. If AWS Service Quotas is not available, contact AWS support to request an increase for this quota."
				}
				c.refused(t, scale(count("a", 5)), "ResourceLimitExceeded", limit(m5, "1 Instances and a request delta of 4"))
				c.must(scale(count("a", 4)))
				c.refused(t, createEndpoint("other", "demo"), "ResourceLimitExceeded", limit(m5, "4 Instances and a request delta of 1"))
				c.wait()
				c.must(createConfig("bigger", instances("g", "ml.g5.xlarge", 5)), scale(count("a", 1)))
				c.wait()
				c.refused(t, update("bigger"), "ResourceLimitExceeded", limit("ml.g5.xlarge", "3 Instances and a request delta of 2"))
			},
		},
	})
}
