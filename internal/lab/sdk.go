package lab

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
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
