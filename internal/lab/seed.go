package lab

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// SDKConfig is the AWS configuration of a client of the local AWS. The local
// AWS takes the access key for the account.
func SDKConfig(url, account, region string) aws.Config {
	return aws.Config{
		Region:       region,
		BaseEndpoint: &url,
		Credentials:  credentials.NewStaticCredentialsProvider(account, "lab", ""),
	}
}

// The endpoint that a lab starts with.
const (
	SeedEndpoint = "demo-endpoint"
	SeedVariant  = "AllTraffic"
)

// seed makes an endpoint, by the requests that a user would make. It is
// InService after the delay of the local AWS.
func seed(ctx context.Context, url string) error {
	client := sagemaker.NewFromConfig(SDKConfig(url, Account, Region))
	model, config := "demo-model", "demo-config"
	role := "arn:aws:iam::" + Account + ":role/demo"
	image := Account + ".dkr.ecr." + Region + ".amazonaws.com/demo:latest"
	if _, err := client.CreateModel(ctx, &sagemaker.CreateModelInput{
		ModelName: &model, ExecutionRoleArn: &role, PrimaryContainer: &types.ContainerDefinition{Image: &image},
	}); err != nil {
		return fmt.Errorf("seeding the local AWS: %w", err)
	}
	if _, err := client.CreateEndpointConfig(ctx, &sagemaker.CreateEndpointConfigInput{
		EndpointConfigName: &config,
		ProductionVariants: []types.ProductionVariant{{
			VariantName: aws.String(SeedVariant), ModelName: &model,
			InstanceType: types.ProductionVariantInstanceTypeMlM5Large, InitialInstanceCount: aws.Int32(1),
		}},
	}); err != nil {
		return fmt.Errorf("seeding the local AWS: %w", err)
	}
	if _, err := client.CreateEndpoint(ctx, &sagemaker.CreateEndpointInput{
		EndpointName: aws.String(SeedEndpoint), EndpointConfigName: &config,
	}); err != nil {
		return fmt.Errorf("seeding the local AWS: %w", err)
	}
	return nil
}
