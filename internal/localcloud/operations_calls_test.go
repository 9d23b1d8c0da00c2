package localcloud

import (
	"strings"
	"time"

	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	smtypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// The calls of TestOperations. Together they give every member that the local
// cloud can answer a value at least once.

const (
	chat       = "chat"
	allTraffic = "AllTraffic"
	start      = 1772366400 // of the clouds of the test, since 1970
)

func in(d time.Duration) *time.Time { return new(time.Unix(start, 0).Add(d)) }

// endpointCalls create an endpoint that is in service.
func endpointCalls() []call {
	return []call{
		{reason: "a model with all that is only kept", in: &sagemaker.CreateModelInput{
			ModelName: new(chat), ExecutionRoleArn: new("arn:aws:iam::" + account + ":role/sagemaker"),
			PrimaryContainer: &smtypes.ContainerDefinition{
				Image: new("chat:1"), Environment: map[string]string{"MODE": "fast"}, Mode: smtypes.ContainerModeSingleModel, ModelDataUrl: new("s3://models/chat.tar.gz"),
				ImageConfig: &smtypes.ImageConfig{RepositoryAccessMode: smtypes.RepositoryAccessModePlatform},
			},
			VpcConfig: &smtypes.VpcConfig{SecurityGroupIds: []string{"sg-1"}, Subnets: []string{"subnet-1"}},
			Tags:      []smtypes.Tag{{Key: new("team"), Value: new("ml")}},
		}},
		{reason: "a configuration with all that is only kept", in: &sagemaker.CreateEndpointConfigInput{
			EndpointConfigName: new(chat), KmsKeyId: new("key"), ExecutionRoleArn: new("arn:aws:iam::" + account + ":role/sagemaker"),
			DataCaptureConfig: &smtypes.DataCaptureConfig{
				EnableCapture: new(true), InitialSamplingPercentage: new(int32(10)), DestinationS3Uri: new("s3://captured"),
				CaptureOptions: []smtypes.CaptureOption{{CaptureMode: smtypes.CaptureModeInput}},
			},
			ProductionVariants: []smtypes.ProductionVariant{{
				VariantName: new(allTraffic), ModelName: new(chat), InstanceType: smtypes.ProductionVariantInstanceTypeMlM5Large,
				InitialInstanceCount: new(int32(1)), InitialVariantWeight: new(float32(1)),
				RoutingConfig: &smtypes.ProductionVariantRoutingConfig{RoutingStrategy: smtypes.RoutingStrategyRandom},
			}},
		}},
		{reason: "an endpoint", in: &sagemaker.CreateEndpointInput{EndpointName: new(chat), EndpointConfigName: new(chat), Tags: []smtypes.Tag{{Key: new("team"), Value: new("ml")}}}},
	}
}

// between puts calls together.
func between(parts ...[]call) []call {
	var all []call
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func modelCalls() []call {
	arn := "arn:aws:sagemaker:" + region + ":" + account + ":endpoint/" + chat
	return between(endpointCalls(), []call{
		{reason: "an endpoint that is being created", in: &sagemaker.DescribeEndpointInput{EndpointName: new(chat)}, holds: answered(func(o *sagemaker.DescribeEndpointOutput) bool {
			return o.EndpointStatus == smtypes.EndpointStatusCreating && o.FailureReason == nil && o.PendingDeploymentSummary != nil
		})},
		{in: time.Minute},
		{reason: "an endpoint in service", in: &sagemaker.DescribeEndpointInput{EndpointName: new(chat)}, holds: answered(func(o *sagemaker.DescribeEndpointOutput) bool {
			return o.EndpointStatus == smtypes.EndpointStatusInService && *o.ProductionVariants[0].CurrentInstanceCount == 1 && o.CreationTime.Equal(*in(0))
		})},
		{reason: "a model", in: &sagemaker.DescribeModelInput{ModelName: new(chat)}, holds: answered(func(o *sagemaker.DescribeModelOutput) bool {
			return *o.PrimaryContainer.Image == "chat:1" && o.PrimaryContainer.Environment["MODE"] == "fast"
		})},
		{reason: "a configuration", in: &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: new(chat)}, holds: answered(func(o *sagemaker.DescribeEndpointConfigOutput) bool {
			return *o.DataCaptureConfig.InitialSamplingPercentage == 10 && len(o.ProductionVariants) == 1
		})},
		{reason: "a second model, so that lists have pages", in: &sagemaker.CreateModelInput{ModelName: new("other"), Containers: []smtypes.ContainerDefinition{{Image: new("other:1")}}}},
		{reason: "a model of several containers", in: &sagemaker.DescribeModelInput{ModelName: new("other")}},
		{reason: "a page of models", in: &sagemaker.ListModelsInput{MaxResults: new(int32(1))}, holds: answered(func(o *sagemaker.ListModelsOutput) bool { return len(o.Models) == 1 && o.NextToken != nil })},
		{reason: "configurations", in: &sagemaker.ListEndpointConfigsInput{}, holds: answered(func(o *sagemaker.ListEndpointConfigsOutput) bool {
			return len(o.EndpointConfigs) == 1 && o.NextToken == nil
		})},
		{reason: "endpoints", in: &sagemaker.ListEndpointsInput{}, holds: answered(func(o *sagemaker.ListEndpointsOutput) bool { return len(o.Endpoints) == 1 })},
		{reason: "weights and capacities", in: &sagemaker.UpdateEndpointWeightsAndCapacitiesInput{
			EndpointName: new(chat), DesiredWeightsAndCapacities: []smtypes.DesiredWeightAndCapacity{{VariantName: new(allTraffic), DesiredInstanceCount: new(int32(2)), DesiredWeight: new(float32(2))}},
		}},
		{reason: "an endpoint that is being updated", in: &sagemaker.DescribeEndpointInput{EndpointName: new(chat)}, holds: answered(func(o *sagemaker.DescribeEndpointOutput) bool {
			v := o.ProductionVariants[0]
			return o.EndpointStatus == smtypes.EndpointStatusUpdating && *v.CurrentInstanceCount == 1 && *v.DesiredInstanceCount == 2
		})},
		{in: time.Minute},
		{reason: "another configuration, with shadow variants and for requests that wait", in: &sagemaker.CreateEndpointConfigInput{
			EndpointConfigName: new("async"),
			ProductionVariants: []smtypes.ProductionVariant{{
				VariantName: new(allTraffic), ModelName: new(chat), InstanceType: "ml.m5.large", InitialInstanceCount: new(int32(1)),
			}},
			AsyncInferenceConfig: &smtypes.AsyncInferenceConfig{OutputConfig: &smtypes.AsyncInferenceOutputConfig{S3OutputPath: new("s3://out")}},
		}},
		{reason: "an update of an endpoint", in: &sagemaker.UpdateEndpointInput{
			EndpointName: new(chat), EndpointConfigName: new("async"),
			DeploymentConfig: &smtypes.DeploymentConfig{BlueGreenUpdatePolicy: &smtypes.BlueGreenUpdatePolicy{
				TrafficRoutingConfiguration: &smtypes.TrafficRoutingConfig{Type: smtypes.TrafficRoutingConfigTypeAllAtOnce, WaitIntervalInSeconds: new(int32(0))},
			}},
		}},
		{reason: "an endpoint with a deployment under way", in: &sagemaker.DescribeEndpointInput{EndpointName: new(chat)}, holds: answered(func(o *sagemaker.DescribeEndpointOutput) bool {
			return *o.PendingDeploymentSummary.EndpointConfigName == "async"
		})},
		{in: time.Minute},
		{reason: "an endpoint after a deployment", in: &sagemaker.DescribeEndpointInput{EndpointName: new(chat)}, holds: answered(func(o *sagemaker.DescribeEndpointOutput) bool {
			return o.LastDeploymentConfig != nil && o.AsyncInferenceConfig != nil && o.PendingDeploymentSummary == nil
		})},
		{reason: "tags", in: &sagemaker.AddTagsInput{ResourceArn: &arn, Tags: []smtypes.Tag{{Key: new("stage"), Value: new("test")}}}},
		{reason: "tags", in: &sagemaker.DeleteTagsInput{ResourceArn: &arn, TagKeys: []string{"team"}}},
		{reason: "tags", in: &sagemaker.ListTagsInput{ResourceArn: &arn}, holds: answered(func(o *sagemaker.ListTagsOutput) bool { return len(o.Tags) == 1 && *o.Tags[0].Value == "test" })},
		{reason: "an endpoint is deleted", in: &sagemaker.DeleteEndpointInput{EndpointName: new(chat)}},
		{reason: "an endpoint that is being deleted", in: &sagemaker.DescribeEndpointInput{EndpointName: new(chat)}, holds: answered(func(o *sagemaker.DescribeEndpointOutput) bool {
			return o.EndpointStatus == smtypes.EndpointStatusDeleting
		})},
		{in: time.Minute},
		{reason: "no endpoint is a list without elements", in: &sagemaker.ListEndpointsInput{}, holds: answered(func(o *sagemaker.ListEndpointsOutput) bool { return o.Endpoints != nil && len(o.Endpoints) == 0 })},
		{reason: "an endpoint that is gone", in: &sagemaker.DescribeEndpointInput{EndpointName: new(chat)}, code: "ValidationException", status: 400},
		{reason: "a name that is taken", in: &sagemaker.CreateModelInput{ModelName: new(chat)}, code: "ValidationException", status: 400},
		{reason: "more instances than an account has", in: &sagemaker.CreateEndpointConfigInput{EndpointConfigName: new("large"), ProductionVariants: []smtypes.ProductionVariant{{
			VariantName: new(allTraffic), ModelName: new(chat), InstanceType: "m5", InitialInstanceCount: new(int32(1)),
		}}}, code: "ValidationException", status: 400},
	}, componentCalls(), []call{
		{reason: "a configuration is deleted", in: &sagemaker.DeleteEndpointConfigInput{EndpointConfigName: new(chat)}},
		{reason: "a model is deleted", in: &sagemaker.DeleteModelInput{ModelName: new(chat)}},
		{reason: "a model that is gone", in: &sagemaker.DeleteModelInput{ModelName: new(chat)}, code: "ValidationException", status: 400},
	})
}

// hosted are endpoints for inference components and without servers.
func hosted() []call {
	return []call{
		{reason: "a variant without a model, for components", in: &sagemaker.CreateEndpointConfigInput{
			EndpointConfigName: new("shared"), ExecutionRoleArn: new("arn:aws:iam::" + account + ":role/sagemaker"),
			ProductionVariants: []smtypes.ProductionVariant{{
				VariantName: new(allTraffic), InstanceType: "ml.g5.xlarge", InitialInstanceCount: new(int32(1)),
				ManagedInstanceScaling: &smtypes.ProductionVariantManagedInstanceScaling{
					Status: smtypes.ManagedInstanceScalingStatusEnabled, MinInstanceCount: new(int32(0)), MaxInstanceCount: new(int32(2)),
				},
			}},
		}},
		{reason: "an endpoint for components", in: &sagemaker.CreateEndpointInput{EndpointName: new("shared"), EndpointConfigName: new("shared")}},
		{reason: "a variant without servers", in: &sagemaker.CreateEndpointConfigInput{
			EndpointConfigName: new("serverless"),
			ProductionVariants: []smtypes.ProductionVariant{{VariantName: new(allTraffic), ModelName: new(chat), ServerlessConfig: &smtypes.ProductionVariantServerlessConfig{
				MaxConcurrency: new(int32(10)), MemorySizeInMB: new(int32(2048)), ProvisionedConcurrency: new(int32(2)),
			}}},
		}},
		{reason: "an endpoint without servers", in: &sagemaker.CreateEndpointInput{EndpointName: new("serverless"), EndpointConfigName: new("serverless")}},
		{in: time.Minute},
	}
}

func componentCalls() []call {
	return between(hosted(), []call{
		{reason: "an endpoint without servers", in: &sagemaker.DescribeEndpointInput{EndpointName: new("serverless")}, holds: answered(func(o *sagemaker.DescribeEndpointOutput) bool {
			return *o.ProductionVariants[0].CurrentServerlessConfig.ProvisionedConcurrency == 2
		})},
		{reason: "an endpoint for components", in: &sagemaker.DescribeEndpointInput{EndpointName: new("shared")}, holds: answered(func(o *sagemaker.DescribeEndpointOutput) bool {
			return o.ProductionVariants[0].ManagedInstanceScaling != nil
		})},
		{reason: "a component of a model", in: &sagemaker.CreateInferenceComponentInput{
			InferenceComponentName: new("summary"), EndpointName: new("shared"), VariantName: new(allTraffic), RuntimeConfig: &smtypes.InferenceComponentRuntimeConfig{CopyCount: new(int32(1))},
			Specification: &smtypes.InferenceComponentSpecification{
				ModelName:                   new(chat),
				ComputeResourceRequirements: &smtypes.InferenceComponentComputeResourceRequirements{MinMemoryRequiredInMb: new(int32(1024)), NumberOfCpuCoresRequired: new(float32(1))},
			},
		}},
		{reason: "a component that is being created", in: &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: new("summary")}, holds: answered(func(o *sagemaker.DescribeInferenceComponentOutput) bool {
			return o.InferenceComponentStatus == smtypes.InferenceComponentStatusCreating
		})},
		{in: time.Minute},
		{reason: "more copies", in: &sagemaker.UpdateInferenceComponentRuntimeConfigInput{
			InferenceComponentName: new("summary"), DesiredRuntimeConfig: &smtypes.InferenceComponentRuntimeConfig{CopyCount: new(int32(2))},
		}},
		{in: time.Minute},
		{reason: "a component becomes a container", in: &sagemaker.UpdateInferenceComponentInput{
			InferenceComponentName: new("summary"),
			Specification: &smtypes.InferenceComponentSpecification{
				Container: &smtypes.InferenceComponentContainerSpecification{
					Image: new("summary:2"), ArtifactUrl: new("s3://models/summary.tar.gz"), Environment: map[string]string{"MODE": "fast"},
				},
				ComputeResourceRequirements: &smtypes.InferenceComponentComputeResourceRequirements{MinMemoryRequiredInMb: new(int32(1024))},
				StartupParameters:           &smtypes.InferenceComponentStartupParameters{ModelDataDownloadTimeoutInSeconds: new(int32(60))},
			},
		}},
		{in: time.Minute},
		{reason: "a component in service", in: &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: new("summary")}, holds: answered(func(o *sagemaker.DescribeInferenceComponentOutput) bool {
			return *o.RuntimeConfig.CurrentCopyCount == 2 && *o.Specification.Container.DeployedImage.SpecifiedImage == "summary:2"
		})},
		{reason: "components", in: &sagemaker.ListInferenceComponentsInput{}, holds: answered(func(o *sagemaker.ListInferenceComponentsOutput) bool { return len(o.InferenceComponents) == 1 })},
		{reason: "a component is deleted", in: &sagemaker.DeleteInferenceComponentInput{InferenceComponentName: new("summary")}},
	})
}

func invokeCalls() []call {
	return between(endpointCalls(), []call{
		{in: time.Minute},
		{reason: "a request", in: &sagemakerruntime.InvokeEndpointInput{EndpointName: new(chat), Body: []byte("hello"), CustomAttributes: new("trace")}, holds: answered(func(o *sagemakerruntime.InvokeEndpointOutput) bool {
			return *o.InvokedProductionVariant == allTraffic && *o.ContentType == "application/json" && *o.CustomAttributes == "trace" && len(o.Body) > 0
		})},
		{reason: "an endpoint that answers later", in: &sagemaker.CreateEndpointConfigInput{
			EndpointConfigName: new("later"),
			ProductionVariants: []smtypes.ProductionVariant{{VariantName: new(allTraffic), ModelName: new(chat), InstanceType: "ml.m5.large", InitialInstanceCount: new(int32(1))}},
			AsyncInferenceConfig: &smtypes.AsyncInferenceConfig{
				OutputConfig: &smtypes.AsyncInferenceOutputConfig{S3OutputPath: new("s3://bucket/out/"), S3FailurePath: new("s3://bucket/failed")},
			},
		}},
		{reason: "its endpoint", in: &sagemaker.CreateEndpointInput{EndpointName: new("later"), EndpointConfigName: new("later")}},
		{in: time.Minute},
		{reason: "a request that waits", in: &sagemakerruntime.InvokeEndpointAsyncInput{EndpointName: new("later"), InputLocation: new("s3://bucket/in/1")}, holds: answered(func(o *sagemakerruntime.InvokeEndpointAsyncOutput) bool {
			return *o.OutputLocation == "s3://bucket/out/"+*o.InferenceId+".out" && *o.FailureLocation == "s3://bucket/failed/"+*o.InferenceId+"-error.out"
		})},
		{reason: "a request with a name", in: &sagemakerruntime.InvokeEndpointAsyncInput{EndpointName: new("later"), InputLocation: new("s3://bucket/in/2"), InferenceId: new("mine")}, holds: answered(func(o *sagemakerruntime.InvokeEndpointAsyncOutput) bool {
			return *o.InferenceId == "mine" && strings.HasPrefix(*o.OutputLocation, "s3://bucket/out/")
		})},
		{reason: "a location is one of S3", in: &sagemakerruntime.InvokeEndpointAsyncInput{EndpointName: new("later"), InputLocation: new("here")}, code: "ValidationError", status: 400},
		{reason: "it waits for no answer", in: &sagemakerruntime.InvokeEndpointInput{EndpointName: new("later"), Body: []byte("hello")}, code: "ValidationError", status: 400},
		{reason: "others do", in: &sagemakerruntime.InvokeEndpointAsyncInput{EndpointName: new(chat), InputLocation: new("s3://bucket/in/1")}, code: "ValidationError", status: 400},
		{reason: "a request to nobody, later", in: &sagemakerruntime.InvokeEndpointAsyncInput{EndpointName: new("nobody"), InputLocation: new("s3://bucket/in/1")}, code: "ValidationError", status: 400},
		{reason: "a request to nobody", in: &sagemakerruntime.InvokeEndpointInput{EndpointName: new("nobody"), Body: []byte("hello")}, code: "ValidationError", status: 400},
	})
}

func identityCalls() []call {
	const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6YSIsImlzcyI6Imh0dHBzOi8vb2lkYyIsImF1ZCI6InN0cyJ9.x"
	role := new("arn:aws:iam::444455556666:role/there")
	return []call{
		{reason: "who calls", in: &sts.GetCallerIdentityInput{}, holds: answered(func(o *sts.GetCallerIdentityOutput) bool { return *o.Account == account })},
		{reason: "a role", in: &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: new("me"), DurationSeconds: new(int32(900))}, holds: answered(func(o *sts.AssumeRoleOutput) bool {
			return o.Credentials.Expiration != nil && *o.AssumedRoleUser.Arn == "arn:aws:sts::444455556666:assumed-role/there/me"
		})},
		{reason: "a role by a token", in: &sts.AssumeRoleWithWebIdentityInput{RoleArn: role, RoleSessionName: new("me"), WebIdentityToken: new(token)}, holds: answered(func(o *sts.AssumeRoleWithWebIdentityOutput) bool {
			return *o.SubjectFromWebIdentityToken == "system:serviceaccount:a" && *o.Provider == "https://oidc" && *o.Audience == "sts"
		})},
		{reason: "no token", in: &sts.AssumeRoleWithWebIdentityInput{RoleArn: role, RoleSessionName: new("me"), WebIdentityToken: new("none")}, code: "InvalidIdentityToken", status: 400},
		{reason: "a constraint of the model", in: &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: new("not me")}, code: "ValidationError", status: 400},
	}
}

func taskCalls() []call {
	cluster := "arn:aws:ecs:" + region + ":" + account + ":cluster/web"
	tags := []ecstypes.Tag{{Key: new("team"), Value: new("web")}}
	return []call{
		{reason: "a cluster", in: &ecs.CreateClusterInput{
			ClusterName: new("web"), Tags: tags,
			Configuration: &ecstypes.ClusterConfiguration{ExecuteCommandConfiguration: &ecstypes.ExecuteCommandConfiguration{Logging: ecstypes.ExecuteCommandLoggingDefault}},
		}},
		{reason: "clusters, one of them unknown", in: &ecs.DescribeClustersInput{
			Clusters: []string{"web", "gone"}, Include: []ecstypes.ClusterField{ecstypes.ClusterFieldTags, ecstypes.ClusterFieldSettings, ecstypes.ClusterFieldConfigurations},
		}, holds: answered(func(o *ecs.DescribeClustersOutput) bool {
			return len(o.Clusters) == 1 && len(o.Failures) == 1 && *o.Failures[0].Reason == "MISSING" && len(o.Clusters[0].Tags) == 1 &&
				*o.Clusters[0].Settings[0].Value == "disabled" && o.Clusters[0].Configuration.ExecuteCommandConfiguration.Logging == "DEFAULT"
		})},
		{reason: "clusters by ARN", in: &ecs.ListClustersInput{}, holds: answered(func(o *ecs.ListClustersOutput) bool { return len(o.ClusterArns) == 1 && o.ClusterArns[0] == cluster })},
		{reason: "other settings", in: &ecs.UpdateClusterInput{Cluster: new("web"), Settings: []ecstypes.ClusterSetting{{Name: ecstypes.ClusterSettingNameContainerInsights, Value: new("enabled")}}}, holds: answered(func(o *ecs.UpdateClusterOutput) bool {
			return *o.Cluster.Settings[0].Value == "enabled" && o.Cluster.Configuration != nil
		})},
		{reason: "capacity providers", in: &ecs.PutClusterCapacityProvidersInput{
			Cluster: new("web"), CapacityProviders: []string{"FARGATE"}, DefaultCapacityProviderStrategy: []ecstypes.CapacityProviderStrategyItem{{CapacityProvider: new("FARGATE"), Weight: 1}},
		}, holds: answered(func(o *ecs.PutClusterCapacityProvidersOutput) bool {
			return len(o.Cluster.CapacityProviders) == 1 && len(o.Cluster.DefaultCapacityProviderStrategy) == 1
		})},
		{reason: "a task definition with all that is only kept", in: &ecs.RegisterTaskDefinitionInput{
			Family: new("web"), Cpu: new("256"), Memory: new("512"), NetworkMode: ecstypes.NetworkModeAwsvpc, Tags: tags,
			RequiresCompatibilities: []ecstypes.Compatibility{ecstypes.CompatibilityFargate},
			ContainerDefinitions: []ecstypes.ContainerDefinition{{
				Name: new("web"), Image: new("web:1"), Essential: new(true), PortMappings: []ecstypes.PortMapping{{ContainerPort: new(int32(80))}},
			}},
		}, holds: answered(func(o *ecs.RegisterTaskDefinitionOutput) bool {
			return o.TaskDefinition.Revision == 1 && len(o.Tags) == 1
		})},
		{reason: "a task definition by its family", in: &ecs.DescribeTaskDefinitionInput{TaskDefinition: new("web"), Include: []ecstypes.TaskDefinitionField{ecstypes.TaskDefinitionFieldTags}}, holds: answered(func(o *ecs.DescribeTaskDefinitionOutput) bool {
			return *o.TaskDefinition.ContainerDefinitions[0].PortMappings[0].ContainerPort == 80 && len(o.Tags) == 1
		})},
		{reason: "a service with all that is only kept", in: &ecs.CreateServiceInput{
			Cluster: new("web"), ServiceName: new("web"), TaskDefinition: new("web"), DesiredCount: new(int32(2)), LaunchType: ecstypes.LaunchTypeFargate, Tags: tags,
			HealthCheckGracePeriodSeconds: new(int32(30)), PropagateTags: ecstypes.PropagateTagsService,
			LoadBalancers:        []ecstypes.LoadBalancer{{TargetGroupArn: new("arn:aws:elasticloadbalancing:" + region + ":" + account + ":targetgroup/a/1"), ContainerName: new("web"), ContainerPort: new(int32(80))}},
			NetworkConfiguration: &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{Subnets: []string{"subnet-1"}}},
		}},
		{reason: "services, one of them unknown", in: &ecs.DescribeServicesInput{Cluster: new("web"), Services: []string{"web", "gone"}, Include: []ecstypes.ServiceField{ecstypes.ServiceFieldTags}}, holds: answered(func(o *ecs.DescribeServicesOutput) bool {
			return len(o.Services) == 1 && len(o.Failures) == 1 && len(o.Services[0].Tags) == 1 && o.Services[0].PendingCount == 2 &&
				*o.Services[0].TaskDefinition == "arn:aws:ecs:"+region+":"+account+":task-definition/web:1"
		})},
		{in: time.Minute},
		{reason: "another count", in: &ecs.UpdateServiceInput{Cluster: new("web"), Service: new("web"), DesiredCount: new(int32(3))}, holds: answered(func(o *ecs.UpdateServiceOutput) bool {
			return o.Service.RunningCount == 2 && o.Service.DesiredCount == 3 && o.Service.Deployments[0].RolloutState == "IN_PROGRESS"
		})},
		{reason: "services by ARN", in: &ecs.ListServicesInput{Cluster: new("web")}, holds: answered(func(o *ecs.ListServicesOutput) bool { return len(o.ServiceArns) == 1 })},
		{reason: "tags", in: &ecs.TagResourceInput{ResourceArn: &cluster, Tags: []ecstypes.Tag{{Key: new("stage"), Value: new("test")}}}},
		{reason: "tags", in: &ecs.UntagResourceInput{ResourceArn: &cluster, TagKeys: []string{"team"}}},
		{reason: "tags", in: &ecs.ListTagsForResourceInput{ResourceArn: &cluster}, holds: answered(func(o *ecs.ListTagsForResourceOutput) bool { return len(o.Tags) == 1 && *o.Tags[0].Key == "stage" })},
		{reason: "tags of what is not there", in: &ecs.ListTagsForResourceInput{ResourceArn: new("arn:aws:ecs:" + region + ":" + account + ":service/web/gone")}, code: "InvalidParameterException", status: 400},
		{reason: "a cluster with services", in: &ecs.DeleteClusterInput{Cluster: new("web")}, code: "ClusterContainsServicesException", status: 400},
		{reason: "a service is deleted", in: &ecs.DeleteServiceInput{Cluster: new("web"), Service: new("web"), Force: new(true)}},
		{reason: "a cluster with tasks", in: &ecs.DeleteClusterInput{Cluster: new("web")}, code: "ClusterContainsTasksException", status: 400},
		{reason: "a service that is gone", in: &ecs.UpdateServiceInput{Cluster: new("web"), Service: new("web"), DesiredCount: new(int32(1))}, code: "ServiceNotActiveException", status: 400},
		{reason: "a service that was never there", in: &ecs.UpdateServiceInput{Cluster: new("web"), Service: new("never")}, code: "ServiceNotFoundException", status: 400},
		{in: time.Minute},
		{reason: "a cluster is deleted", in: &ecs.DeleteClusterInput{Cluster: new("web")}, holds: answered(func(o *ecs.DeleteClusterOutput) bool { return *o.Cluster.Status == "INACTIVE" })},
		{reason: "a cluster that is gone", in: &ecs.ListServicesInput{Cluster: new("web")}, code: "ClusterNotFoundException", status: 400},
		{reason: "a task definition is deregistered", in: &ecs.DeregisterTaskDefinitionInput{TaskDefinition: new("web:1")}, holds: answered(func(o *ecs.DeregisterTaskDefinitionOutput) bool {
			return o.TaskDefinition.Status == ecstypes.TaskDefinitionStatusInactive && o.TaskDefinition.DeregisteredAt != nil
		})},
		{reason: "no revision is active", in: &ecs.DescribeTaskDefinitionInput{TaskDefinition: new("web")}, code: "ClientException", status: 400},
	}
}

func tableCalls() []call {
	arn := "arn:aws:dynamodb:" + region + ":" + account + ":table/orders"
	throughput := &ddbtypes.ProvisionedThroughput{ReadCapacityUnits: new(int64(5)), WriteCapacityUnits: new(int64(5))}
	keyOf := func(hash, sort string) []ddbtypes.KeySchemaElement {
		return []ddbtypes.KeySchemaElement{{AttributeName: &hash, KeyType: ddbtypes.KeyTypeHash}, {AttributeName: &sort, KeyType: ddbtypes.KeyTypeRange}}
	}
	all := &ddbtypes.Projection{ProjectionType: ddbtypes.ProjectionTypeAll}
	orders := new("orders")
	create := &dynamodb.CreateTableInput{
		TableName: orders, KeySchema: keyOf("id", "at"), ProvisionedThroughput: throughput, TableClass: ddbtypes.TableClassStandard,
		AttributeDefinitions: []ddbtypes.AttributeDefinition{
			{AttributeName: new("id"), AttributeType: ddbtypes.ScalarAttributeTypeS}, {AttributeName: new("at"), AttributeType: ddbtypes.ScalarAttributeTypeN},
		},
		GlobalSecondaryIndexes: []ddbtypes.GlobalSecondaryIndex{{IndexName: new("by-time"), KeySchema: keyOf("at", "id"), Projection: all, ProvisionedThroughput: throughput}},
		LocalSecondaryIndexes:  []ddbtypes.LocalSecondaryIndex{{IndexName: new("local"), KeySchema: keyOf("id", "at"), Projection: all}},
		StreamSpecification:    &ddbtypes.StreamSpecification{StreamEnabled: new(false)},
		Tags:                   []ddbtypes.Tag{{Key: new("team"), Value: new("web")}},
	}
	return []call{
		{reason: "a table with all that is only kept", in: create},
		{reason: "a table that is being created", in: &dynamodb.DescribeTableInput{TableName: orders}, holds: answered(func(o *dynamodb.DescribeTableOutput) bool {
			return o.Table.TableStatus == ddbtypes.TableStatusCreating && o.Table.BillingModeSummary == nil && len(o.Table.LocalSecondaryIndexes) == 1
		})},
		{reason: "a table that is being created", in: &dynamodb.DeleteTableInput{TableName: orders}, code: "ResourceInUseException", status: 400},
		{in: time.Minute},
		{reason: "a table that is there", in: create, code: "ResourceInUseException", status: 400},
		{reason: "another throughput", in: &dynamodb.UpdateTableInput{TableName: orders, ProvisionedThroughput: &ddbtypes.ProvisionedThroughput{ReadCapacityUnits: new(int64(6)), WriteCapacityUnits: new(int64(4))}}},
		{in: time.Minute},
		{reason: "another billing", in: &dynamodb.UpdateTableInput{TableName: orders, BillingMode: ddbtypes.BillingModePayPerRequest, OnDemandThroughput: &ddbtypes.OnDemandThroughput{MaxReadRequestUnits: new(int64(100))}}},
		{in: time.Minute},
		{reason: "a table on demand", in: &dynamodb.DescribeTableInput{TableName: orders}, holds: answered(func(o *dynamodb.DescribeTableOutput) bool {
			return o.Table.BillingModeSummary.LastUpdateToPayPerRequestDateTime != nil && o.Table.ProvisionedThroughput.LastDecreaseDateTime != nil && o.Table.ProvisionedThroughput.LastIncreaseDateTime != nil
		})},
		{reason: "tables", in: &dynamodb.ListTablesInput{}, holds: answered(func(o *dynamodb.ListTablesOutput) bool {
			return len(o.TableNames) == 1 && o.LastEvaluatedTableName == nil
		})},
		{reason: "no time to live", in: &dynamodb.DescribeTimeToLiveInput{TableName: orders}, holds: answered(func(o *dynamodb.DescribeTimeToLiveOutput) bool {
			return o.TimeToLiveDescription.TimeToLiveStatus == ddbtypes.TimeToLiveStatusDisabled && o.TimeToLiveDescription.AttributeName == nil
		})},
		{reason: "a time to live", in: &dynamodb.UpdateTimeToLiveInput{TableName: orders, TimeToLiveSpecification: &ddbtypes.TimeToLiveSpecification{AttributeName: new("until"), Enabled: new(true)}}},
		{reason: "a time to live again", in: &dynamodb.UpdateTimeToLiveInput{TableName: orders, TimeToLiveSpecification: &ddbtypes.TimeToLiveSpecification{AttributeName: new("until"), Enabled: new(true)}}, code: "ValidationException", status: 400},
		{reason: "a time to live", in: &dynamodb.DescribeTimeToLiveInput{TableName: orders}, holds: answered(func(o *dynamodb.DescribeTimeToLiveOutput) bool {
			return *o.TimeToLiveDescription.AttributeName == "until"
		})},
		{reason: "no recovery", in: &dynamodb.DescribeContinuousBackupsInput{TableName: orders}, holds: answered(func(o *dynamodb.DescribeContinuousBackupsOutput) bool {
			return o.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == ddbtypes.PointInTimeRecoveryStatusDisabled
		})},
		{reason: "recovery", in: &dynamodb.UpdateContinuousBackupsInput{TableName: orders, PointInTimeRecoverySpecification: &ddbtypes.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: new(true), RecoveryPeriodInDays: new(int32(7))}}, holds: answered(func(o *dynamodb.UpdateContinuousBackupsOutput) bool {
			d := o.ContinuousBackupsDescription.PointInTimeRecoveryDescription
			return *d.RecoveryPeriodInDays == 7 && !d.LatestRestorableDateTime.Before(*d.EarliestRestorableDateTime)
		})},
		{reason: "no insights", in: &dynamodb.DescribeContributorInsightsInput{TableName: orders}, holds: answered(func(o *dynamodb.DescribeContributorInsightsOutput) bool {
			return o.ContributorInsightsStatus == ddbtypes.ContributorInsightsStatusDisabled && o.LastUpdateDateTime == nil
		})},
		{reason: "insights of an index", in: &dynamodb.UpdateContributorInsightsInput{TableName: orders, IndexName: new("by-time"), ContributorInsightsAction: ddbtypes.ContributorInsightsActionEnable}},
		{reason: "insights of an index", in: &dynamodb.DescribeContributorInsightsInput{TableName: orders, IndexName: new("by-time")}, holds: answered(func(o *dynamodb.DescribeContributorInsightsOutput) bool {
			return o.ContributorInsightsStatus == ddbtypes.ContributorInsightsStatusEnabled && *o.IndexName == "by-time" && o.LastUpdateDateTime != nil
		})},
		{reason: "backups of what is not there", in: &dynamodb.DescribeContinuousBackupsInput{TableName: new("gone")}, code: "TableNotFoundException", status: 400},
		{reason: "tags", in: &dynamodb.TagResourceInput{ResourceArn: &arn, Tags: []ddbtypes.Tag{{Key: new("stage"), Value: new("test")}}}},
		{reason: "tags", in: &dynamodb.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"team"}}},
		{reason: "tags", in: &dynamodb.ListTagsOfResourceInput{ResourceArn: &arn}, holds: answered(func(o *dynamodb.ListTagsOfResourceOutput) bool { return len(o.Tags) == 1 && *o.Tags[0].Key == "stage" })},
		{reason: "a table is deleted", in: &dynamodb.DeleteTableInput{TableName: orders}, holds: answered(func(o *dynamodb.DeleteTableOutput) bool {
			return o.TableDescription.TableStatus == ddbtypes.TableStatusDeleting
		})},
		{in: time.Minute},
		{reason: "a table that is gone", in: &dynamodb.DescribeTableInput{TableName: orders}, code: "ResourceNotFoundException", status: 400},
		{reason: "tags of a table that is gone", in: &dynamodb.ListTagsOfResourceInput{ResourceArn: &arn}, code: "ResourceNotFoundException", status: 400},
		{reason: "no tables", in: &dynamodb.ListTablesInput{}, holds: answered(func(o *dynamodb.ListTablesOutput) bool { return o.TableNames != nil && len(o.TableNames) == 0 })},
	}
}

func alarmCalls() []call {
	arn := "arn:aws:cloudwatch:" + region + ":" + account + ":alarm:busy"
	dimensions := []cwtypes.Dimension{{Name: new("Queue"), Value: new("orders")}}
	busy, space, depth := new("busy"), new("Shop"), new("Depth")
	stat := &cwtypes.MetricStat{Metric: &cwtypes.Metric{Namespace: space, MetricName: depth, Dimensions: dimensions}, Period: new(int32(60)), Stat: new("Average"), Unit: cwtypes.StandardUnitCount}
	return []call{
		{reason: "an alarm with all members", in: &cloudwatch.PutMetricAlarmInput{
			AlarmName: busy, AlarmDescription: new("queue & more"), ActionsEnabled: new(true), MetricName: depth, Namespace: space, Dimensions: dimensions,
			Statistic: cwtypes.StatisticAverage, Period: new(int32(60)), Unit: cwtypes.StandardUnitCount, EvaluationPeriods: new(int32(3)), DatapointsToAlarm: new(int32(1)), Threshold: new(50.0),
			ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold, TreatMissingData: new("notBreaching"),
			AlarmActions: []string{"arn:aws:sns:" + region + ":" + account + ":a"}, OKActions: []string{"arn:aws:sns:" + region + ":" + account + ":o"}, InsufficientDataActions: []string{"arn:aws:sns:" + region + ":" + account + ":i"},
			Tags: []cwtypes.Tag{{Key: new("team"), Value: new("shop")}},
		}},
		{reason: "an alarm on metric math", in: &cloudwatch.PutMetricAlarmInput{
			AlarmName: new("math"), EvaluationPeriods: new(int32(1)), Threshold: new(0.1), ComparisonOperator: cwtypes.ComparisonOperatorLessThanThreshold,
			Metrics: []cwtypes.MetricDataQuery{{Id: new("e1"), Expression: new("m1/2"), Label: new("half"), ReturnData: new(true)}, {Id: new("m1"), MetricStat: stat, ReturnData: new(false)}},
		}},
		{reason: "an alarm on a percentile", in: &cloudwatch.PutMetricAlarmInput{
			AlarmName: new("slow"), MetricName: depth, Namespace: space, ExtendedStatistic: new("p99"), Period: new(int32(60)), EvaluationPeriods: new(int32(1)), Threshold: new(1.0),
			ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold, EvaluateLowSampleCountPercentile: new("ignore"),
		}},
		{reason: "alarms that were not evaluated", in: &cloudwatch.DescribeAlarmsInput{}, holds: answered(func(o *cloudwatch.DescribeAlarmsOutput) bool {
			return len(o.MetricAlarms) == 3 && o.MetricAlarms[0].StateValue == cwtypes.StateValueInsufficientData && o.MetricAlarms[0].StateReasonData == nil && o.NextToken == nil
		})},
		{reason: "a metric in three forms", in: &cloudwatch.PutMetricDataInput{Namespace: space, MetricData: []cwtypes.MetricDatum{
			{MetricName: depth, Dimensions: dimensions, Unit: cwtypes.StandardUnitCount, Value: new(99.5), Timestamp: in(5 * time.Second)},
			{MetricName: depth, Dimensions: dimensions, Unit: cwtypes.StandardUnitCount, Values: []float64{70, 80}, Counts: []float64{1, 2}, Timestamp: in(6 * time.Second)},
			{MetricName: new("Sizes"), StatisticValues: &cwtypes.StatisticSet{SampleCount: new(2.0), Sum: new(3.0), Minimum: new(1.0), Maximum: new(2.0)}, Timestamp: in(7 * time.Second)},
		}}},
		{in: 2 * time.Minute},
		{reason: "a page of alarms", in: &cloudwatch.DescribeAlarmsInput{MaxRecords: new(int32(1))}, holds: answered(func(o *cloudwatch.DescribeAlarmsOutput) bool {
			a := o.MetricAlarms[0]
			return o.NextToken != nil && a.StateValue == cwtypes.StateValueAlarm && a.StateReasonData != nil && *a.Threshold == 50 && *a.AlarmDescription == "queue & more" && a.StateUpdatedTimestamp != nil
		})},
		{reason: "alarms of a metric", in: &cloudwatch.DescribeAlarmsForMetricInput{MetricName: depth, Namespace: space, Dimensions: dimensions, Statistic: cwtypes.StatisticAverage}, holds: answered(func(o *cloudwatch.DescribeAlarmsForMetricOutput) bool {
			return len(o.MetricAlarms) == 1
		})},
		{reason: "metrics", in: &cloudwatch.ListMetricsInput{Namespace: space}, holds: answered(func(o *cloudwatch.ListMetricsOutput) bool { return len(o.Metrics) == 2 })},
		{reason: "statistics", in: &cloudwatch.GetMetricStatisticsInput{
			Namespace: space, MetricName: depth, Dimensions: dimensions, StartTime: in(0), EndTime: in(time.Minute), Period: new(int32(60)),
			Statistics: []cwtypes.Statistic{"SampleCount", "Average", "Sum", "Minimum", "Maximum"},
		}, holds: answered(func(o *cloudwatch.GetMetricStatisticsOutput) bool {
			return len(o.Datapoints) == 1 && *o.Datapoints[0].SampleCount == 4 && *o.Datapoints[0].Sum == 329.5 && o.Datapoints[0].Timestamp.Equal(*in(0))
		})},
		{reason: "percentiles", in: &cloudwatch.GetMetricStatisticsInput{
			Namespace: space, MetricName: depth, Dimensions: dimensions, StartTime: in(0), EndTime: in(time.Minute), Period: new(int32(60)), ExtendedStatistics: []string{"p50"},
		}, holds: answered(func(o *cloudwatch.GetMetricStatisticsOutput) bool {
			return len(o.Datapoints[0].ExtendedStatistics) == 1
		})},
		{reason: "statistics of nothing", in: &cloudwatch.GetMetricStatisticsInput{
			Namespace: space, MetricName: new("Nothing"), StartTime: in(0), EndTime: in(time.Minute), Period: new(int32(60)), Statistics: []cwtypes.Statistic{"Sum"},
		}, holds: answered(func(o *cloudwatch.GetMetricStatisticsOutput) bool {
			return len(o.Datapoints) == 0 && *o.Label == "Nothing"
		})},
		{reason: "metrics and metric math", in: &cloudwatch.GetMetricDataInput{StartTime: in(0), EndTime: in(time.Minute), MetricDataQueries: []cwtypes.MetricDataQuery{
			{Id: new("m1"), MetricStat: stat}, {Id: new("e1"), Expression: new("m1*2"), Label: new("twice")},
		}}, holds: answered(func(o *cloudwatch.GetMetricDataOutput) bool {
			return len(o.MetricDataResults) == 2 && o.MetricDataResults[1].Values[0] == 2*o.MetricDataResults[0].Values[0] && *o.MetricDataResults[1].Label == "twice"
		})},
		{reason: "a state that is set", in: &cloudwatch.SetAlarmStateInput{AlarmName: busy, StateValue: cwtypes.StateValueOk, StateReason: new("tested"), StateReasonData: new(`{"by":"hand"}`)}},
		{reason: "actions off", in: &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{"busy"}}},
		{reason: "actions on", in: &cloudwatch.EnableAlarmActionsInput{AlarmNames: []string{"busy"}}},
		{reason: "history", in: &cloudwatch.DescribeAlarmHistoryInput{AlarmName: busy, MaxRecords: new(int32(2))}, holds: answered(func(o *cloudwatch.DescribeAlarmHistoryOutput) bool {
			return len(o.AlarmHistoryItems) == 2 && o.NextToken != nil && o.AlarmHistoryItems[0].HistoryData != nil
		})},
		{reason: "tags", in: &cloudwatch.TagResourceInput{ResourceARN: &arn, Tags: []cwtypes.Tag{{Key: new("stage"), Value: new("test")}}}},
		{reason: "tags", in: &cloudwatch.UntagResourceInput{ResourceARN: &arn, TagKeys: []string{"team"}}},
		{reason: "tags", in: &cloudwatch.ListTagsForResourceInput{ResourceARN: &arn}, holds: answered(func(o *cloudwatch.ListTagsForResourceOutput) bool {
			return len(o.Tags) == 1 && *o.Tags[0].Key == "stage"
		})},
		{reason: "tags of what is not there", in: &cloudwatch.ListTagsForResourceInput{ResourceARN: new(arn + "-gone")}, code: "ResourceNotFoundException", status: 404},
		{reason: "alarms are deleted", in: &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"busy", "math", "slow"}}},
		{reason: "alarms that are gone", in: &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"busy"}}, code: "ResourceNotFound", status: 404},
		{reason: "a state of an alarm that is gone", in: &cloudwatch.SetAlarmStateInput{AlarmName: busy, StateValue: cwtypes.StateValueOk, StateReason: new("x")}, code: "ResourceNotFound", status: 404},
		{reason: "no alarms", in: &cloudwatch.DescribeAlarmsInput{}, holds: answered(func(o *cloudwatch.DescribeAlarmsOutput) bool { return len(o.MetricAlarms) == 0 })},
		{reason: "a token of nobody", in: &cloudwatch.DescribeAlarmsInput{NextToken: new("x")}, code: "InvalidNextToken", status: 400},
		{reason: "a value that is none", in: &cloudwatch.PutMetricDataInput{Namespace: new("AWS/Mine"), MetricData: []cwtypes.MetricDatum{{MetricName: depth, Value: new(1e300)}}}, code: "InvalidParameterValue", status: 400},
		{reason: "what does not go together", in: &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"a"}, AlarmNamePrefix: new("a")}, code: "InvalidParameterCombination", status: 400},
		{reason: "what is missing", in: &cloudwatch.PutMetricAlarmInput{AlarmName: busy, EvaluationPeriods: new(int32(1)), ComparisonOperator: cwtypes.ComparisonOperatorLessThanThreshold}, code: "ValidationError", status: 400},
	}
}

func scalingCalls() []call {
	const variant = aastypes.ScalableDimensionSageMakerVariantDesiredInstanceCount
	var arn string
	id, space := new("endpoint/"+chat+"/variant/"+allTraffic), aastypes.ServiceNamespaceSagemaker
	webID, ecsSpace, count := new("service/default/web"), aastypes.ServiceNamespaceEcs, aastypes.ScalableDimensionECSServiceDesiredCount
	track := func(name string, c *aastypes.TargetTrackingScalingPolicyConfiguration) *aas.PutScalingPolicyInput {
		return &aas.PutScalingPolicyInput{
			PolicyName: &name, ServiceNamespace: space, ResourceId: id, ScalableDimension: variant, PolicyType: aastypes.PolicyTypeTargetTrackingScaling,
			TargetTrackingScalingPolicyConfiguration: c,
		}
	}
	return between(endpointCalls(), []call{
		{in: time.Minute},
		{reason: "a target", in: &aas.RegisterScalableTargetInput{
			ServiceNamespace: space, ResourceId: id, ScalableDimension: variant, MinCapacity: new(int32(1)), MaxCapacity: new(int32(4)), Tags: map[string]string{"team": "ml"},
		}, holds: answered(func(o *aas.RegisterScalableTargetOutput) bool {
			arn = *o.ScalableTargetARN
			return true
		})},
		{reason: "targets", in: &aas.DescribeScalableTargetsInput{ServiceNamespace: space}, holds: answered(func(o *aas.DescribeScalableTargetsOutput) bool {
			return len(o.ScalableTargets) == 1 && o.NextToken == nil && *o.ScalableTargets[0].ScalableTargetARN == arn && !*o.ScalableTargets[0].SuspendedState.ScheduledScalingSuspended
		})},
		{reason: "no targets are a list without elements", in: &aas.DescribeScalableTargetsInput{ServiceNamespace: "kafka"}, holds: answered(func(o *aas.DescribeScalableTargetsOutput) bool {
			return o.ScalableTargets != nil && len(o.ScalableTargets) == 0
		})},
		{reason: "a policy on a predefined metric", in: track("invocations", &aastypes.TargetTrackingScalingPolicyConfiguration{
			TargetValue: new(60.0), ScaleInCooldown: new(int32(700)), ScaleOutCooldown: new(int32(300)), DisableScaleIn: new(false),
			PredefinedMetricSpecification: &aastypes.PredefinedMetricSpecification{PredefinedMetricType: aastypes.MetricTypeSageMakerVariantInvocationsPerInstance},
		}), holds: answered(func(o *aas.PutScalingPolicyOutput) bool { return len(o.Alarms) == 2 })},
		{reason: "a policy on a metric of one's own", in: track("cpu", &aastypes.TargetTrackingScalingPolicyConfiguration{
			TargetValue: new(50.0), CustomizedMetricSpecification: &aastypes.CustomizedMetricSpecification{
				Namespace: new("/aws/sagemaker/Endpoints"), MetricName: new("CPUUtilization"), Statistic: aastypes.MetricStatisticAverage, Unit: new("Percent"),
				Dimensions: []aastypes.MetricDimension{{Name: new("EndpointName"), Value: new(chat)}, {Name: new("VariantName"), Value: new(allTraffic)}},
			},
		})},
		{reason: "a policy on metric math", in: track("backlog", &aastypes.TargetTrackingScalingPolicyConfiguration{
			TargetValue: new(5.0), CustomizedMetricSpecification: &aastypes.CustomizedMetricSpecification{Metrics: []aastypes.TargetTrackingMetricDataQuery{
				{Id: new("m1"), ReturnData: new(false), MetricStat: &aastypes.TargetTrackingMetricStat{Stat: new("Sum"), Metric: &aastypes.TargetTrackingMetric{
					Namespace: new("AWS/SQS"), MetricName: new("Depth"), Dimensions: []aastypes.TargetTrackingMetricDimension{{Name: new("Queue"), Value: new("a")}},
				}}},
				{Id: new("e1"), Expression: new("m1/2"), Label: new("half"), ReturnData: new(true)},
			}},
		})},
		{reason: "a policy of steps", in: &aas.PutScalingPolicyInput{
			PolicyName: new("steps"), ServiceNamespace: space, ResourceId: id, ScalableDimension: variant, PolicyType: aastypes.PolicyTypeStepScaling,
			StepScalingPolicyConfiguration: &aastypes.StepScalingPolicyConfiguration{
				AdjustmentType: aastypes.AdjustmentTypePercentChangeInCapacity, Cooldown: new(int32(60)), MetricAggregationType: aastypes.MetricAggregationTypeMaximum, MinAdjustmentMagnitude: new(int32(1)),
				StepAdjustments: []aastypes.StepAdjustment{
					{MetricIntervalLowerBound: new(0.0), MetricIntervalUpperBound: new(10.0), ScalingAdjustment: new(int32(10))}, {MetricIntervalLowerBound: new(10.0), ScalingAdjustment: new(int32(20))},
				},
			},
		}, holds: answered(func(o *aas.PutScalingPolicyOutput) bool { return len(o.Alarms) == 0 })},
		{reason: "policies", in: &aas.DescribeScalingPoliciesInput{ServiceNamespace: space}, holds: answered(func(o *aas.DescribeScalingPoliciesOutput) bool { return len(o.ScalingPolicies) == 4 })},
		{reason: "alarms of policies", in: &cloudwatch.DescribeAlarmsInput{}, holds: answered(func(o *cloudwatch.DescribeAlarmsOutput) bool { return len(o.MetricAlarms) == 6 })},
		{reason: "an action", in: &aas.PutScheduledActionInput{
			ScheduledActionName: new("soon"), ServiceNamespace: space, ResourceId: id, ScalableDimension: variant, Schedule: new("rate(5 minutes)"), Timezone: new("Europe/Berlin"),
			StartTime: in(2 * time.Minute), EndTime: in(48 * time.Hour), ScalableTargetAction: &aastypes.ScalableTargetAction{MinCapacity: new(int32(3)), MaxCapacity: new(int32(5))},
		}},
		{reason: "actions", in: &aas.DescribeScheduledActionsInput{ServiceNamespace: space}, holds: answered(func(o *aas.DescribeScheduledActionsOutput) bool {
			return len(o.ScheduledActions) == 1 && o.ScheduledActions[0].StartTime.Equal(*in(2 * time.Minute))
		})},
		{in: 10 * time.Minute},
		{reason: "what the action did", in: &aas.DescribeScalingActivitiesInput{ServiceNamespace: space, IncludeNotScaledActivities: new(true), MaxResults: new(int32(1))}, holds: answered(func(o *aas.DescribeScalingActivitiesOutput) bool {
			return len(o.ScalingActivities) == 1 && o.NextToken != nil
		})},
		{reason: "all that happened", in: &aas.DescribeScalingActivitiesInput{ServiceNamespace: space, IncludeNotScaledActivities: new(true)}},
		{reason: "tags", in: &aas.TagResourceInput{ResourceARN: &arn, Tags: map[string]string{"stage": "test"}}},
		{reason: "tags", in: func() any { return &aas.UntagResourceInput{ResourceARN: &arn, TagKeys: []string{"team"}} }},
		{reason: "tags", in: &aas.ListTagsForResourceInput{ResourceARN: &arn}, holds: answered(func(o *aas.ListTagsForResourceOutput) bool { return len(o.Tags) == 1 && o.Tags["stage"] == "test" })},
		{reason: "a target that predicts", in: &aas.RegisterScalableTargetInput{ServiceNamespace: ecsSpace, ResourceId: webID, ScalableDimension: count, MinCapacity: new(int32(1)), MaxCapacity: new(int32(4))}},
		{reason: "a policy that predicts", in: &aas.PutScalingPolicyInput{
			PolicyName: new("ahead"), ServiceNamespace: ecsSpace, ResourceId: webID, ScalableDimension: count, PolicyType: aastypes.PolicyTypePredictiveScaling,
			PredictiveScalingPolicyConfiguration: &aastypes.PredictiveScalingPolicyConfiguration{
				Mode: aastypes.PredictiveScalingModeForecastOnly, SchedulingBufferTime: new(int32(300)), MaxCapacityBreachBehavior: aastypes.PredictiveScalingMaxCapacityBreachBehaviorIncreaseMaxCapacity, MaxCapacityBuffer: new(int32(10)),
				MetricSpecifications: []aastypes.PredictiveScalingMetricSpecification{{
					TargetValue:                       new(40.0),
					PredefinedMetricPairSpecification: &aastypes.PredictiveScalingPredefinedMetricPairSpecification{PredefinedMetricType: new("ECSServiceCPUUtilization")},
				}},
			},
		}},
		{reason: "policies that predict", in: &aas.DescribeScalingPoliciesInput{ServiceNamespace: ecsSpace}, holds: answered(func(o *aas.DescribeScalingPoliciesOutput) bool {
			return *o.ScalingPolicies[0].PredictiveScalingPolicyConfiguration.MaxCapacityBuffer == 10
		})},
		{reason: "a forecast", in: &aas.GetPredictiveScalingForecastInput{
			PolicyName: new("ahead"), ServiceNamespace: ecsSpace, ResourceId: webID, ScalableDimension: count, StartTime: in(0), EndTime: in(48 * time.Hour),
		}},
		{reason: "a policy is deleted", in: &aas.DeleteScalingPolicyInput{PolicyName: new("steps"), ServiceNamespace: space, ResourceId: id, ScalableDimension: variant}},
		{reason: "a policy that is gone", in: &aas.DeleteScalingPolicyInput{PolicyName: new("steps"), ServiceNamespace: space, ResourceId: id, ScalableDimension: variant}, code: "ObjectNotFoundException", status: 400},
		{reason: "an action is deleted", in: &aas.DeleteScheduledActionInput{ScheduledActionName: new("soon"), ServiceNamespace: space, ResourceId: id, ScalableDimension: variant}},
		{reason: "an action that is gone", in: &aas.DeleteScheduledActionInput{ScheduledActionName: new("soon"), ServiceNamespace: space, ResourceId: id, ScalableDimension: variant}, code: "ObjectNotFoundException", status: 400},
		{reason: "a token of nobody", in: &aas.DescribeScalingPoliciesInput{ServiceNamespace: space, NextToken: new("x")}, code: "InvalidNextTokenException", status: 400},
		{reason: "a namespace of nobody", in: &aas.DescribeScalableTargetsInput{ServiceNamespace: "nobody"}, code: "ValidationException", status: 400},
		{reason: "a target is deregistered", in: &aas.DeregisterScalableTargetInput{ServiceNamespace: space, ResourceId: id, ScalableDimension: variant}},
		{reason: "a target that is gone", in: &aas.DeregisterScalableTargetInput{ServiceNamespace: space, ResourceId: id, ScalableDimension: variant}, code: "ObjectNotFoundException", status: 400},
		{reason: "a policy without a target", in: track("late", &aastypes.TargetTrackingScalingPolicyConfiguration{TargetValue: new(1.0), PredefinedMetricSpecification: &aastypes.PredefinedMetricSpecification{
			PredefinedMetricType: aastypes.MetricTypeSageMakerVariantInvocationsPerInstance,
		}}), code: "ObjectNotFoundException", status: 400},
		{reason: "tags of what is gone", in: &aas.TagResourceInput{ResourceARN: &arn, Tags: map[string]string{"a": "b"}}, code: "ResourceNotFoundException", status: 400},
	})
}
