package main

import (
	"cmp"
	"context"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/awsapi"
)

// awsOptions are the flags that say which AWS is meant, as the AWS CLI has
// them.
type awsOptions struct{ profile, region, endpoint string }

func (o *awsOptions) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.profile, "profile", "", "AWS profile")
	cmd.Flags().StringVar(&o.region, "region", "", "AWS Region")
	cmd.Flags().StringVar(&o.endpoint, "endpoint-url", "", "endpoint of AWS, such as that of the lab")
	for _, flag := range []string{"profile", "region", "endpoint-url"} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions) // the error is about a flag of another name
	}
}

// config finds the AWS settings. The Region is used where the flag names none.
func (o *awsOptions) config(ctx context.Context, region string) (aws.Config, error) {
	config, err := awsapi.LoadConfig(ctx, awsapi.ConfigOptions{
		Region: cmp.Or(o.region, region), Profile: o.profile, Logger: slog.New(slog.DiscardHandler),
	})
	if o.endpoint != "" {
		config.BaseEndpoint = &o.endpoint // of the services that have no option of their own
	}
	return config, err
}

// open returns AWS and the Region. The caller closes it.
func (o *awsOptions) open(ctx context.Context, region string) (*awsapi.API, string, error) {
	config, err := o.config(ctx, region)
	if err != nil {
		return nil, "", err
	}
	return awsapi.New(awsapi.Options{
		Config: config, Endpoint: o.endpoint, IdentityEndpoint: o.endpoint, Version: version, Logger: slog.New(slog.DiscardHandler),
	}), config.Region, nil
}
