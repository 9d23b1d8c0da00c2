package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/setpoint-io/setpoint/internal/awsapi"
)

// awsOptions are the flags that say which AWS is meant, as the AWS CLI has
// them.
type awsOptions struct {
	profile, region, endpoint string

	timeout timeout // of one attempt of a request
}

func (o *awsOptions) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.profile, "profile", "", "AWS profile")
	cmd.Flags().StringVar(&o.region, "region", "", "AWS Region")
	cmd.Flags().StringVar(&o.endpoint, "endpoint-url", "", "endpoint of AWS, such as that of the lab")
	// As long as the AWS CLI waits: what does not answer must not hold up a
	// pipeline for ever.
	o.timeout = timeout(time.Minute)
	cmd.Flags().Var(&o.timeout, "cli-read-timeout", "how long to wait for an answer of AWS, such as 30s or 30; 0: for ever")
	for _, flag := range []string{"profile", "region", "endpoint-url", "cli-read-timeout"} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions) // the error is about a flag of another name
	}
}

// config finds the AWS settings. The Region is used where the flag names none.
func (o *awsOptions) config(ctx context.Context, region string) (aws.Config, error) {
	config, err := awsapi.LoadConfig(ctx, awsapi.ConfigOptions{
		Region: cmp.Or(o.region, region), Profile: o.profile, HTTPTimeout: time.Duration(o.timeout), Logger: slog.New(slog.DiscardHandler),
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

// timeout is the value of a flag that is a number of seconds, as the AWS CLI and
// kubectl have it, or a duration.
type timeout time.Duration

// String, Set and Type make a pflag.Value of the timeout.
func (t *timeout) String() string { return time.Duration(*t).String() }

// Set accepts what is not negative.
func (t *timeout) Set(value string) error {
	d, err := clientcmd.ParseTimeout(value)
	if err != nil || d < 0 {
		return errors.New("write a number of seconds, or a duration such as 30s")
	}
	*t = timeout(d)
	return nil
}

// Type names the kind of value in the help.
func (t *timeout) Type() string { return "duration" }
