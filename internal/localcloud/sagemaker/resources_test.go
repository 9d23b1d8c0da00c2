package sagemaker_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sm "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"

	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
)

func TestNames(t *testing.T) {
	all := instances("all", "ml.m5.large", 1)
	const validation = "ValidationException"
	checkFacts(t, []fact{
		{
			name: "what does not exist", reason: "SageMaker declares no error for it; the texts were seen",
			check: func(t *testing.T, c *cloud) {
				model, config, endpoint := `Could not find model "`+prefix+`model/x".`, `Could not find endpoint configuration "`+prefix+`endpoint-config/x".`, `Could not find endpoint "`+prefix+`endpoint/x".`
				x := aws.String("x")
				c.refused(t, &sm.DescribeModelInput{ModelName: x}, validation, model)
				c.refused(t, &sm.DeleteModelInput{ModelName: x}, validation, model)
				c.refused(t, createConfig("c", types.ProductionVariant{VariantName: x, ModelName: x, InstanceType: "ml.m5.large", InitialInstanceCount: aws.Int32(1)}), validation, model)
				c.refused(t, &sm.DescribeEndpointConfigInput{EndpointConfigName: x}, validation, config)
				c.refused(t, &sm.DeleteEndpointConfigInput{EndpointConfigName: x}, validation, config)
				c.refused(t, createEndpoint("e", "x"), validation, config)
				c.refused(t, &sm.DescribeEndpointInput{EndpointName: x}, validation, endpoint)
				c.refused(t, &sm.DeleteEndpointInput{EndpointName: x}, validation, endpoint)
				c.refused(t, &sm.UpdateEndpointInput{EndpointName: x, EndpointConfigName: x}, validation, endpoint)
				c.host(all)
				c.refused(t, update("x"), validation, config)
			},
		},
		{
			name: "what exists already", reason: "the texts were seen",
			check: func(t *testing.T, c *cloud) {
				c.host(all)
				c.refused(t, createModel("demo"), validation, `Cannot create already existing model "`+prefix+`model/demo".`)
				c.refused(t, createConfig("demo", all), validation, `Cannot create already existing endpoint configuration "`+prefix+`endpoint-config/demo".`)
				c.refused(t, createEndpoint("demo", "demo"), validation, `Cannot create already existing endpoint "`+prefix+`endpoint/demo".`)
			},
		},
		{
			name: "constraints", reason: "AWS words violations of the model the same way everywhere",
			check: func(t *testing.T, c *cloud) {
				c.refused(t, createEndpoint("-", "x"), validation, "1 validation error detected: Value '-' at 'endpointName' failed to satisfy constraint: "+
					"Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
				c.refused(t, createConfig("c", []types.ProductionVariant{}...), validation, "1 validation error detected: Value '[]' at 'productionVariants' failed to satisfy constraint: "+
					"Member must have length greater than or equal to 1")
				c.refused(t, createConfig("c", instances("v", "m5.large", 0)), validation,
					"2 validation errors detected: Value '0' at 'productionVariants.1.member.initialInstanceCount' failed to satisfy constraint: Member must have value greater than or equal to 1; "+
						`Value 'm5.large' at 'productionVariants.1.member.instanceType' failed to satisfy constraint: Member must satisfy regular expression pattern: ml\.[a-z0-9-]+\.[a-z0-9-]+`)
			},
		},
		{
			name: "variants that make no sense", reason: "instances and a serverless configuration exclude each other; the texts are ours",
			check: func(t *testing.T, c *cloud) {
				c.must(createModel("demo"))
				mixed := instances("v", "ml.m5.large", 1)
				mixed.ServerlessConfig = serverless("v", 5, nil).ServerlessConfig
				noModel := serverless("v", 5, nil)
				noModel.ModelName = nil
				light := all
				light.InitialVariantWeight = aws.Float32(-1)
				for problem, v := range map[string]types.ProductionVariant{
					"a ServerlessConfig excludes InstanceType and InitialInstanceCount": mixed,
					"a serverless variant needs a ModelName":                            noModel,
					"ProvisionedConcurrency cannot be greater than MaxConcurrency":      serverless("v", 5, aws.Int32(6)),
					"it needs an InstanceType or a ServerlessConfig":                    {VariantName: aws.String("v"), ModelName: aws.String("demo")},
					"it needs an InitialInstanceCount":                                  {VariantName: aws.String("v"), InstanceType: "ml.m5.large"},
				} {
					c.refused(t, createConfig("c", v), validation, `The variant "v" is not valid: `+problem+".")
				}
				c.refused(t, createConfig("c", light), validation, `The variant "all" is not valid: InitialVariantWeight cannot be less than 0.`)
				c.refused(t, createConfig("c", all, all), validation, `The variant name "all" was non-unique within the request.`)
				both := createModel("other")
				both.Containers = []types.ContainerDefinition{*both.PrimaryContainer}
				c.refused(t, both, validation, "You can specify either PrimaryContainer or Containers, not both.")
			},
		},
		{
			name: "lower case", reason: "SageMaker wrote names in ARNs in lower case once", behaviour: sagemaker.Behaviour{LowercaseARNs: true},
			check: func(t *testing.T, c *cloud) {
				equal(t, "ARN", *c.must(createModel("Demo")).(*sm.CreateModelOutput).ModelArn, prefix+"model/demo")
				c.must(&sm.DescribeModelInput{ModelName: aws.String("Demo")})
			},
		},
		{
			name: "accounts and Regions are apart", reason: "names are unique within an account and a Region",
			check: func(t *testing.T, c *cloud) {
				c.must(createModel("demo"))
				for _, other := range []*sm.Client{c.as("210987654321", region), c.as(account, "eu-west-1")} {
					if _, err := other.CreateModel(t.Context(), createModel("demo")); err != nil {
						t.Error(err)
					}
				}
			},
		},
		{
			name: "unknown operation", reason: "what is not implemented says so",
			check: func(t *testing.T, c *cloud) {
				_, err := c.call(&sm.DescribeTrainingJobInput{TrainingJobName: aws.String("x")})
				var got smithy.APIError
				if !errors.As(err, &got) || got.ErrorCode() != "UnknownOperationException" {
					t.Errorf("the error is %v", err)
				}
			},
		},
	})
}

func TestEcho(t *testing.T) {
	checkFacts(t, []fact{
		{
			name: "model", reason: "what was given is described, with ARN and time",
			check: func(t *testing.T, c *cloud) {
				in := createModel("demo")
				in.PrimaryContainer.Environment = map[string]string{"A": "b"}
				in.PrimaryContainer.Mode = types.ContainerModeMultiModel
				in.VpcConfig = &types.VpcConfig{Subnets: []string{"subnet-1"}, SecurityGroupIds: []string{"sg-1"}}
				in.ExecutionRoleArn = aws.String("arn:aws:iam::123456789012:role/sagemaker")
				c.must(in)
				out := c.must(&sm.DescribeModelInput{ModelName: in.ModelName}).(*sm.DescribeModelOutput)
				equal(t, "environment", out.PrimaryContainer.Environment, in.PrimaryContainer.Environment)
				equal(t, "mode", out.PrimaryContainer.Mode, in.PrimaryContainer.Mode)
				equal(t, "subnets", out.VpcConfig.Subnets, in.VpcConfig.Subnets)
				equal(t, "role", *out.ExecutionRoleArn, *in.ExecutionRoleArn)
				equal(t, "ARN", *out.ModelArn, prefix+"model/demo")
				equal(t, "time", *out.CreationTime, birth)
				c.must(&sm.DeleteModelInput{ModelName: in.ModelName}, in)
			},
		},
		{
			name: "endpoint configuration", reason: "what was given is described, with ARN and time, also members that nothing here uses",
			check: func(t *testing.T, c *cloud) {
				v := instances("all", "ml.m5.large", 2)
				v.RoutingConfig = &types.ProductionVariantRoutingConfig{RoutingStrategy: types.RoutingStrategyRandom}
				v.VolumeSizeInGB = aws.Int32(20)
				in := createConfig("demo", v)
				in.AsyncInferenceConfig = &types.AsyncInferenceConfig{OutputConfig: &types.AsyncInferenceOutputConfig{S3OutputPath: aws.String("s3://bucket/out")}}
				c.must(createModel("demo"), in)
				out := c.must(&sm.DescribeEndpointConfigInput{EndpointConfigName: in.EndpointConfigName}).(*sm.DescribeEndpointConfigOutput)
				got := out.ProductionVariants[0]
				equal(t, "strategy", got.RoutingConfig.RoutingStrategy, types.RoutingStrategyRandom)
				equal(t, "volume", *got.VolumeSizeInGB, 20)
				equal(t, "instances", *got.InitialInstanceCount, 2)
				equal(t, "output", *out.AsyncInferenceConfig.OutputConfig.S3OutputPath, "s3://bucket/out")
				equal(t, "ARN", *out.EndpointConfigArn, prefix+"endpoint-config/demo")
				c.must(&sm.DeleteEndpointConfigInput{EndpointConfigName: in.EndpointConfigName}, in)
			},
		},
	})
}

func TestTags(t *testing.T) {
	c := newCloud(t, sagemaker.Behaviour{})
	tags := func(pairs ...string) []types.Tag {
		var out []types.Tag
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
		}
		return out
	}
	text := func(in []types.Tag) string {
		out := ""
		for _, t := range in {
			out += *t.Key + "=" + *t.Value + " "
		}
		return out
	}
	in := createModel("demo")
	in.Tags = tags("stage", "test", "team", "shop")
	arn := c.must(in).(*sm.CreateModelOutput).ModelArn
	added := c.must(&sm.AddTagsInput{ResourceArn: arn, Tags: tags("stage", "prod", "a", "")}).(*sm.AddTagsOutput)
	equal(t, "added tags", text(added.Tags), "a= stage=prod team=shop ")
	c.must(&sm.DeleteTagsInput{ResourceArn: arn, TagKeys: []string{"team", "never"}})
	equal(t, "tags", text(c.must(&sm.ListTagsInput{ResourceArn: arn}).(*sm.ListTagsOutput).Tags), "a= stage=prod ")
	many := make([]string, 0, 98)
	for i := range 49 {
		many = append(many, fmt.Sprint(i), "")
	}
	c.refused(t, &sm.AddTagsInput{ResourceArn: arn, Tags: tags(many...)}, "ValidationException", "A resource can have at most 50 tags.")
	c.must(&sm.DeleteModelInput{ModelName: in.ModelName})
	c.refused(t, &sm.ListTagsInput{ResourceArn: arn}, "ValidationException", `The resource "`+*arn+`" does not exist.`)
}

func TestLists(t *testing.T) {
	ctx := t.Context()
	c := newCloud(t, sagemaker.Behaviour{})
	c.must(createModel("demo"), createConfig("demo", instances("all", "ml.m5.large", 1)))
	for i := range 25 {
		c.must(createEndpoint(fmt.Sprintf("e%02d", i), "demo"))
		c.advance(time.Second)
	}
	names := func(in *sm.ListEndpointsInput) (all []string, pages int) {
		t.Helper()
		p := sm.NewListEndpointsPaginator(c.client, in)
		for p.HasMorePages() {
			out, err := p.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			pages++
			for _, e := range out.Endpoints {
				all = append(all, *e.EndpointName)
			}
		}
		return all, pages
	}
	all, pages := names(&sm.ListEndpointsInput{})
	if len(all) != 25 || pages != 3 || all[0] != "e24" || all[24] != "e00" {
		t.Errorf("by default there are %d pages of %v, want 3, the newest first", pages, all)
	}
	all, pages = names(&sm.ListEndpointsInput{SortBy: types.EndpointSortKeyName, SortOrder: types.OrderKeyAscending, MaxResults: aws.Int32(100), NameContains: aws.String("e1")})
	if len(all) != 10 || pages != 1 || all[0] != "e10" {
		t.Errorf("by name there are %d pages of %v", pages, all)
	}
	after, before := birth.Add(3*time.Second), birth.Add(5*time.Second)
	all, _ = names(&sm.ListEndpointsInput{CreationTimeAfter: &after, CreationTimeBefore: &before, SortBy: types.EndpointSortKeyStatus})
	equal(t, "created from the 3rd second on and before the 5th", all, []string{"e04", "e03"})
	all, _ = names(&sm.ListEndpointsInput{StatusEquals: types.EndpointStatusInService})
	equal(t, "in service", all, nil)
	c.wait()
	modified := birth.Add(delay + 23*time.Second)
	all, _ = names(&sm.ListEndpointsInput{LastModifiedTimeAfter: &modified, StatusEquals: types.EndpointStatusInService})
	equal(t, "in service after the 23rd second", all, []string{"e24"})
	all, _ = names(&sm.ListEndpointsInput{LastModifiedTimeBefore: &modified, NameContains: aws.String("e2")})
	equal(t, "in service before the 23rd second", all, []string{"e22", "e21", "e20"})

	models, err := c.client.ListModels(ctx, &sm.ListModelsInput{})
	if err != nil || len(models.Models) != 1 || *models.Models[0].ModelArn != prefix+"model/demo" || models.NextToken != nil {
		t.Errorf("the models are %+v, %v", models, err)
	}
	configs, err := c.client.ListEndpointConfigs(ctx, &sm.ListEndpointConfigsInput{NameContains: aws.String("x")})
	if err != nil || configs.EndpointConfigs == nil || len(configs.EndpointConfigs) != 0 {
		t.Errorf("the configurations are %+v, %v", configs, err)
	}
	c.refused(t, &sm.ListEndpointsInput{NextToken: aws.String("AAAA")}, "ValidationException", "Invalid pagination token")
	c.refused(t, &sm.ListEndpointsInput{MaxResults: aws.Int32(101)}, "ValidationException",
		"1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100")
}
