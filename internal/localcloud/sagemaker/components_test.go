package sagemaker_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	sm "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
)

// hostEmpty creates the endpoint "demo" with a variant without a model.
func (c *cloud) hostEmpty() {
	c.t.Helper()
	v := instances("a", "ml.g5.xlarge", 1)
	v.ModelName = nil
	c.host(v)
}

// llm is an inference component of the endpoint "demo".
func llm(copies int32) *sm.CreateInferenceComponentInput {
	return &sm.CreateInferenceComponentInput{
		InferenceComponentName: aws.String("llm"), EndpointName: aws.String("demo"), VariantName: aws.String("a"),
		Specification: &types.InferenceComponentSpecification{
			ModelName:                   aws.String("demo"),
			ComputeResourceRequirements: &types.InferenceComponentComputeResourceRequirements{MinMemoryRequiredInMb: aws.Int32(1024), NumberOfAcceleratorDevicesRequired: aws.Float32(1)},
		},
		RuntimeConfig: &types.InferenceComponentRuntimeConfig{CopyCount: &copies},
	}
}

func setCopies(n int32) *sm.UpdateInferenceComponentRuntimeConfigInput {
	return &sm.UpdateInferenceComponentRuntimeConfigInput{
		InferenceComponentName: aws.String("llm"), DesiredRuntimeConfig: &types.InferenceComponentRuntimeConfig{CopyCount: &n},
	}
}

func (c *cloud) component() *sm.DescribeInferenceComponentOutput {
	c.t.Helper()
	return c.must(&sm.DescribeInferenceComponentInput{InferenceComponentName: aws.String("llm")}).(*sm.DescribeInferenceComponentOutput)
}

// copies prints the component "llm" as current/desired.
func (c *cloud) copies() string {
	c.t.Helper()
	d := c.component()
	return fmt.Sprintf("%s %d/%d", d.InferenceComponentStatus, *d.RuntimeConfig.CurrentCopyCount, *d.RuntimeConfig.DesiredCopyCount)
}

func TestInferenceComponents(t *testing.T) {
	const arn = prefix + "inference-component/llm"
	name := aws.String("llm")
	checkFacts(t, []fact{
		{
			name: "life", reason: "what is desired shows at once, what runs follows",
			check: func(t *testing.T, c *cloud) {
				c.hostEmpty()
				created := c.must(llm(2)).(*sm.CreateInferenceComponentOutput)
				equal(t, "ARN", *created.InferenceComponentArn, arn)
				equal(t, "component", c.copies(), "Creating 0/2")
				c.refused(t, setCopies(1), validation, `Cannot update in-progress inference component "`+arn+`".`)
				c.wait()
				equal(t, "component", c.copies(), "InService 2/2")
				c.must(setCopies(0))
				equal(t, "component", c.copies(), "Updating 2/0")
				c.wait()
				equal(t, "component", c.copies(), "InService 0/0")
				c.must(&sm.DeleteInferenceComponentInput{InferenceComponentName: name})
				equal(t, "component", c.copies(), "Deleting 0/0")
				c.wait()
				c.refused(t, &sm.DescribeInferenceComponentInput{InferenceComponentName: name}, validation, `Could not find inference component "`+arn+`".`)
			},
		},
		{
			name: "description", reason: "members that were not given are absent",
			check: func(t *testing.T, c *cloud) {
				c.hostEmpty()
				c.must(llm(1))
				c.wait()
				got := c.component()
				want := &sm.DescribeInferenceComponentOutput{
					InferenceComponentName: name, InferenceComponentArn: aws.String(arn), InferenceComponentStatus: "InService",
					EndpointName: aws.String("demo"), EndpointArn: aws.String(prefix + "endpoint/demo"), VariantName: aws.String("a"),
					CreationTime: aws.Time(birth.Add(delay)), LastModifiedTime: aws.Time(birth.Add(2 * delay)),
					RuntimeConfig: &types.InferenceComponentRuntimeConfigSummary{CurrentCopyCount: aws.Int32(1), DesiredCopyCount: aws.Int32(1)},
					Specification: &types.InferenceComponentSpecificationSummary{
						ModelName:                   aws.String("demo"),
						ComputeResourceRequirements: llm(1).Specification.ComputeResourceRequirements,
					},
				}
				ignore := cmp.FilterPath(func(p cmp.Path) bool {
					return p.Last().String() == ".noSmithyDocumentSerde" || p.Last().String() == ".ResultMetadata"
				}, cmp.Ignore())
				if d := cmp.Diff(want, got, ignore); d != "" {
					t.Errorf("component (-want +got):\n%s", d)
				}
			},
		},
		{
			name: "container", reason: "a container is described by the image that is deployed",
			check: func(t *testing.T, c *cloud) {
				c.hostEmpty()
				in := llm(1)
				in.Specification.ModelName = nil
				in.Specification.Container = &types.InferenceComponentContainerSpecification{Image: aws.String("i:1"), ArtifactUrl: aws.String("s3://b/m"), Environment: map[string]string{"A": "b"}}
				c.must(in)
				got := c.component().Specification.Container
				equal(t, "image", *got.DeployedImage.SpecifiedImage, "i:1")
				equal(t, "artifact and environment", *got.ArtifactUrl+got.Environment["A"], "s3://b/mb")
			},
		},
		{
			name: "update", reason: "another specification is deployed when the update is complete, copies are desired at once",
			check: func(t *testing.T, c *cloud) {
				c.hostEmpty()
				c.must(llm(1))
				c.wait()
				specs := []types.InferenceComponentSpecification{*llm(1).Specification}
				specs[0].InstanceType = "ml.g5.xlarge"
				c.must(&sm.UpdateInferenceComponentInput{
					InferenceComponentName: name, Specifications: specs, RuntimeConfig: &types.InferenceComponentRuntimeConfig{CopyCount: aws.Int32(3)},
					DeploymentConfig: &types.InferenceComponentDeploymentConfig{RollingUpdatePolicy: &types.InferenceComponentRollingUpdatePolicy{
						MaximumBatchSize: &types.InferenceComponentCapacitySize{Type: "COPY_COUNT", Value: aws.Int32(1)}, WaitIntervalInSeconds: aws.Int32(0),
					}},
				})
				equal(t, "component", c.copies(), "Updating 1/3")
				equal(t, "specifications before", len(c.component().Specifications), 0)
				c.wait()
				equal(t, "component", c.copies(), "InService 3/3")
				equal(t, "specifications after", string(c.component().Specifications[0].InstanceType), "ml.g5.xlarge")
				equal(t, "deployment", *c.component().LastDeploymentConfig.RollingUpdatePolicy.MaximumBatchSize.Value, 1)
			},
		},
		{
			name: "list", reason: "by endpoint, variant, status and name, as the other lists",
			check: func(t *testing.T, c *cloud) {
				c.hostEmpty()
				other := llm(1)
				other.InferenceComponentName = aws.String("embeddings")
				c.must(llm(1), other)
				names := func(in *sm.ListInferenceComponentsInput) (names string) {
					for _, s := range c.must(in).(*sm.ListInferenceComponentsOutput).InferenceComponents {
						names += *s.InferenceComponentName + " " + string(s.InferenceComponentStatus) + " " + *s.VariantName + ";"
					}
					return names
				}
				equal(t, "all", names(&sm.ListInferenceComponentsInput{SortBy: "Name", SortOrder: "Ascending", EndpointNameEquals: aws.String("demo")}), "embeddings Creating a;llm Creating a;")
				equal(t, "by name", names(&sm.ListInferenceComponentsInput{NameContains: aws.String("ll")}), "llm Creating a;")
				equal(t, "of no endpoint", names(&sm.ListInferenceComponentsInput{EndpointNameEquals: aws.String("x")}), "")
				equal(t, "in service", names(&sm.ListInferenceComponentsInput{StatusEquals: "InService"}), "")
			},
		},
		{
			name: "refusals", reason: "components need a variant without a model, and something to run",
			check: func(t *testing.T, c *cloud) {
				refuse := func(message string, change func(*sm.CreateInferenceComponentInput)) {
					t.Helper()
					in := llm(1)
					change(in)
					c.refused(t, in, validation, message)
				}
				refuse(`Could not find endpoint "`+prefix+`endpoint/demo".`, func(*sm.CreateInferenceComponentInput) {})
				managed := instances("a", m5, 1)
				managed.ManagedInstanceScaling = &types.ProductionVariantManagedInstanceScaling{Status: "ENABLED"}
				c.must(createModel("demo"))
				c.refused(t, createConfig("managed", managed), validation, "ManagedInstanceScaling is only supported for inference component endpoints.")
				empty := instances("a", "ml.g5.xlarge", 1)
				empty.ModelName = nil
				c.must(createConfig("demo", empty, instances("b", m5, 1)), createEndpoint("demo", "demo"))
				c.wait()
				refuse("Inference Components are not supported in this Endpoint. Please make sure this endpoint can deploy inference components.",
					func(in *sm.CreateInferenceComponentInput) { in.VariantName = aws.String("b") })
				refuse(`The variant name(s) "c" is/are not present within endpoint configuration "demo".`, func(in *sm.CreateInferenceComponentInput) { in.VariantName = aws.String("c") })
				refuse("An inference component needs a VariantName.", func(in *sm.CreateInferenceComponentInput) { in.VariantName = nil })
				refuse("An inference component needs a Specification.", func(in *sm.CreateInferenceComponentInput) { in.Specification = nil })
				refuse("An inference component needs a RuntimeConfig with its CopyCount.", func(in *sm.CreateInferenceComponentInput) { in.RuntimeConfig = nil })
				refuse("You can specify either Specification or Specifications, not both.",
					func(in *sm.CreateInferenceComponentInput) {
						in.Specifications = []types.InferenceComponentSpecification{*in.Specification}
					})
				refuse(`Could not find model "`+prefix+`model/none".`, func(in *sm.CreateInferenceComponentInput) { in.Specification.ModelName = aws.String("none") })
				refuse("The specification of an inference component needs a ModelName, a Container or a BaseInferenceComponentName.",
					func(in *sm.CreateInferenceComponentInput) { in.Specification.ModelName = nil })
				refuse("The specification of an inference component needs ComputeResourceRequirements.",
					func(in *sm.CreateInferenceComponentInput) { in.Specification.ComputeResourceRequirements = nil })
				refuse(`Could not find inference component "`+prefix+`inference-component/base".`,
					func(in *sm.CreateInferenceComponentInput) {
						in.Specification.BaseInferenceComponentName = aws.String("base")
					})
				refuse("1 validation error detected: Value '-1' at 'runtimeConfig.copyCount' failed to satisfy constraint: Member must have value greater than or equal to 0",
					func(in *sm.CreateInferenceComponentInput) { in.RuntimeConfig.CopyCount = aws.Int32(-1) })
				c.must(llm(1))
				refuse(`Cannot create already existing inference component "`+arn+`".`, func(*sm.CreateInferenceComponentInput) {})
				c.refused(t, &sm.DeleteEndpointInput{EndpointName: aws.String("demo")}, validation,
					`Cannot delete endpoint "`+prefix+`endpoint/demo" because it has inference components. Delete them first.`)
			},
		},
		{
			name: "adapter", reason: "a component on top of another needs neither variant nor copies",
			check: func(t *testing.T, c *cloud) {
				c.hostEmpty()
				c.must(llm(1))
				c.must(&sm.CreateInferenceComponentInput{
					InferenceComponentName: aws.String("adapter"), EndpointName: aws.String("demo"),
					Specification: &types.InferenceComponentSpecification{BaseInferenceComponentName: name},
				})
			},
		},
		{
			name: "scaling", reason: "copies are a scalable dimension, down to 0",
			check: func(t *testing.T, c *cloud) {
				register := func(minimum, maximum int32) *aas.RegisterScalableTargetInput {
					return &aas.RegisterScalableTargetInput{
						ServiceNamespace: "sagemaker", ResourceId: aws.String("inference-component/llm"),
						ScalableDimension: "sagemaker:inference-component:DesiredCopyCount", MinCapacity: &minimum, MaxCapacity: &maximum,
					}
				}
				c.refused(t, register(0, 1), validation, `Could not find inference component "`+arn+`".`)
				c.hostEmpty()
				c.must(llm(1))
				c.wait()
				c.must(register(2, 4))
				equal(t, "component", c.copies(), "Updating 1/2")
				c.wait()
				c.must(register(0, 0))
				c.wait()
				equal(t, "component", c.copies(), "InService 0/0")
			},
		},
		{
			name: "tags", reason: "a component has tags like other resources", behaviour: sagemaker.Behaviour{},
			check: func(t *testing.T, c *cloud) {
				c.hostEmpty()
				in := llm(1)
				in.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("nlp")}}
				c.must(in)
				equal(t, "tags", len(c.must(&sm.ListTagsInput{ResourceArn: aws.String(arn)}).(*sm.ListTagsOutput).Tags), 1)
			},
		},
	})
}
