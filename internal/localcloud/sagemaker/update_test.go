package sagemaker_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sm "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

func TestUpdateEndpoint(t *testing.T) {
	retain := func(config string, exclude ...types.VariantPropertyType) *sm.UpdateEndpointInput {
		in := update(config)
		in.RetainAllVariantProperties = aws.Bool(true)
		for _, p := range exclude {
			in.ExcludeRetainedVariantProperties = append(in.ExcludeRetainedVariantProperties, types.VariantProperty{VariantPropertyType: p})
		}
		return in
	}
	// scaled brings the endpoint from the 1 instance of its configuration to 3,
	// with a weight of 2, and creates the configuration "next".
	scaled := func(c *cloud) {
		wanted := count("a", 3)
		wanted.DesiredWeight = aws.Float32(2)
		c.host(instances("a", m5, 1))
		c.must(scale(wanted), createConfig("next", instances("a", m5, 1), instances("new", m5, 2)))
		c.wait()
	}
	checkFacts(t, []fact{
		{
			name: "another configuration", reason: "the old variants run until the new ones do; instance counts start over by default",
			check: func(t *testing.T, c *cloud) {
				scaled(c)
				c.must(update("next"))
				equal(t, "endpoint", c.counts(), "Updating a=3/3")
				e := c.describe()
				equal(t, "configuration", *e.EndpointConfigName, "demo")
				equal(t, "pending configuration", *e.PendingDeploymentSummary.EndpointConfigName, "next")
				c.wait()
				equal(t, "endpoint", c.counts(), "InService a=1/1 new=2/2")
				equal(t, "configuration", *c.describe().EndpointConfigName, "next")
			},
		},
		{
			name: "retained properties", reason: "with RetainAllVariantProperties the scaled count and weight stay",
			check: func(t *testing.T, c *cloud) {
				scaled(c)
				c.must(retain("next"))
				c.wait()
				equal(t, "endpoint", c.counts(), "InService a=3/3 new=2/2")
				equal(t, "weight", *c.describe().ProductionVariants[0].CurrentWeight, 2)
			},
		},
		{
			name: "excluded properties", reason: "what is excluded comes from the configuration",
			check: func(t *testing.T, c *cloud) {
				scaled(c)
				c.must(retain("next", types.VariantPropertyTypeDesiredInstanceCount))
				c.wait()
				equal(t, "endpoint", c.counts(), "InService a=1/1 new=2/2")
				equal(t, "weight", *c.describe().ProductionVariants[0].CurrentWeight, 2)
			},
		},
		{
			name: "deployment", reason: "the deployment configuration is remembered, and reused when asked for",
			check: func(t *testing.T, c *cloud) {
				scaled(c)
				in := update("next")
				in.DeploymentConfig = &types.DeploymentConfig{RollingUpdatePolicy: &types.RollingUpdatePolicy{
					MaximumBatchSize: &types.CapacitySize{Type: types.CapacitySizeTypeInstanceCount, Value: aws.Int32(1)}, WaitIntervalInSeconds: aws.Int32(5),
				}}
				again := update("demo")
				again.RetainDeploymentConfig = aws.Bool(true)
				c.must(in)
				c.wait()
				c.must(again)
				c.wait()
				equal(t, "batch size", *c.describe().LastDeploymentConfig.RollingUpdatePolicy.MaximumBatchSize.Value, 1)
				c.must(update("next"))
				c.wait()
				if c.describe().LastDeploymentConfig != nil {
					t.Error("the deployment configuration was reused without being asked for")
				}
			},
		},
		{
			name: "registered variants", reason: "a scalable target must stay and keep its instance type; the model may change",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1), instances("free", m5, 1))
				model := instances("a", m5, 1)
				model.ModelName = aws.String("better")
				c.must(register("a", 1, 4), createModel("better"),
					createConfig("type", instances("a", "ml.g5.xlarge", 1)), createConfig("gone", instances("b", m5, 1)),
					createConfig("serverless", serverless("a", 5, nil)), createConfig("model", model))
				text := func(problem string) string {
					return `The variant "a" is registered as a scalable target with Application Auto Scaling and the update ` + problem +
						`. Deregister the scalable target before you update the endpoint.`
				}
				c.refused(t, update("type"), validation, text("changes its instance type"))
				c.refused(t, update("serverless"), validation, text("changes its instance type"))
				c.refused(t, update("gone"), validation, text("removes it"))
				c.must(update("model"))
				c.wait()
				equal(t, "endpoint", c.counts(), "InService a=1/1")
				equal(t, "image", *c.describe().ProductionVariants[0].DeployedImages[0].SpecifiedImage, "registry/better:1")
			},
		},
		{
			name: "properties", reason: "the enumeration has three", check: func(t *testing.T, c *cloud) {
				c.refused(t, retain("next", "Weight"), validation, "1 validation error detected: Value 'Weight' at 'excludeRetainedVariantProperties.1.member.variantPropertyType' "+
					"failed to satisfy constraint: Member must satisfy enum value set: [DesiredInstanceCount, DesiredWeight, DataCaptureConfig]")
			},
		},
	})
}
