package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"golang.org/x/term"

	"github.com/setpoint-io/setpoint/internal/lab"
)

// awsConsole asks the local AWS what the printed AWS CLI commands ask it, by
// the AWS SDK, so that the demo needs no AWS CLI.
type awsConsole struct {
	scaling   *applicationautoscaling.Client
	alarms    *cloudwatch.Client
	sagemaker *sagemaker.Client
}

func newAWSConsole(l *lab.Lab) *awsConsole {
	config := lab.SDKConfig(l.CloudURL, lab.Account, lab.Region)
	return &awsConsole{applicationautoscaling.NewFromConfig(config), cloudwatch.NewFromConfig(config), sagemaker.NewFromConfig(config)}
}

const namespace = types.ServiceNamespaceSagemaker

// awsAction prints an AWS CLI command and the rows that its query selects.
func awsAction(line string, ask func(ctx context.Context, c *awsConsole) ([][]string, error)) action {
	return func(ctx context.Context, d *demo) error {
		d.command("aws " + line)
		rows, err := ask(ctx, d.aws)
		if err != nil {
			return fmt.Errorf("aws %s: %w", line, err)
		}
		if len(rows) == 0 {
			d.answer("(nothing)")
			return nil
		}
		var text strings.Builder
		w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
		for _, row := range rows {
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
		if err := w.Flush(); err != nil {
			return err
		}
		d.answer(text.String())
		return nil
	}
}

func awsEndpoint() action {
	return awsAction("sagemaker describe-endpoint --endpoint-name "+lab.SeedEndpoint+" --output text --query '[EndpointName,EndpointStatus,ProductionVariants[0].VariantName,ProductionVariants[0].CurrentInstanceCount]'",
		func(ctx context.Context, c *awsConsole) ([][]string, error) {
			name := lab.SeedEndpoint
			out, err := c.sagemaker.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &name})
			if err != nil {
				return nil, err
			}
			v := out.ProductionVariants[0]
			return [][]string{{*out.EndpointName, string(out.EndpointStatus), *v.VariantName, fmt.Sprint(*v.CurrentInstanceCount)}}, nil
		})
}

func awsTargets() action {
	return awsAction("application-autoscaling describe-scalable-targets --service-namespace sagemaker --output text --query 'ScalableTargets[].[ResourceId,MinCapacity,MaxCapacity]'",
		func(ctx context.Context, c *awsConsole) (rows [][]string, err error) {
			out, err := c.scaling.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: namespace})
			if err != nil {
				return nil, err
			}
			for _, t := range out.ScalableTargets {
				rows = append(rows, []string{*t.ResourceId, fmt.Sprint(*t.MinCapacity), fmt.Sprint(*t.MaxCapacity)})
			}
			return rows, nil
		})
}

func awsPolicies() action {
	return awsAction("application-autoscaling describe-scaling-policies --service-namespace sagemaker --output text --query 'ScalingPolicies[].[PolicyARN,TargetTrackingScalingPolicyConfiguration.TargetValue]'",
		func(ctx context.Context, c *awsConsole) (rows [][]string, err error) {
			out, err := c.scaling.DescribeScalingPolicies(ctx, &applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: namespace})
			if err != nil {
				return nil, err
			}
			for _, p := range out.ScalingPolicies {
				rows = append(rows, []string{*p.PolicyARN, fmt.Sprint(*p.TargetTrackingScalingPolicyConfiguration.TargetValue)})
			}
			return rows, nil
		})
}

func awsActions() action {
	return awsAction("application-autoscaling describe-scheduled-actions --service-namespace sagemaker --output text --query 'ScheduledActions[].[ScheduledActionName,Schedule,Timezone]'",
		func(ctx context.Context, c *awsConsole) (rows [][]string, err error) {
			out, err := c.scaling.DescribeScheduledActions(ctx, &applicationautoscaling.DescribeScheduledActionsInput{ServiceNamespace: namespace})
			if err != nil {
				return nil, err
			}
			for _, a := range out.ScheduledActions {
				rows = append(rows, []string{*a.ScheduledActionName, *a.Schedule, *a.Timezone})
			}
			return rows, nil
		})
}

func awsAlarms() action {
	return awsAction("cloudwatch describe-alarms --output text --query 'MetricAlarms[].[AlarmName,ComparisonOperator,Threshold]'",
		func(ctx context.Context, c *awsConsole) (rows [][]string, err error) {
			out, err := c.alarms.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
			if err != nil {
				return nil, err
			}
			for _, a := range out.MetricAlarms {
				rows = append(rows, []string{*a.AlarmName, string(a.ComparisonOperator), fmt.Sprint(*a.Threshold)})
			}
			return rows, nil
		})
}

func awsActivities() action {
	return awsAction("application-autoscaling describe-scaling-activities --service-namespace sagemaker --output text --query 'ScalingActivities[].[StartTime,StatusCode,Description]'",
		func(ctx context.Context, c *awsConsole) (rows [][]string, err error) {
			out, err := c.scaling.DescribeScalingActivities(ctx, &applicationautoscaling.DescribeScalingActivitiesInput{ServiceNamespace: namespace})
			if err != nil {
				return nil, err
			}
			for _, a := range out.ScalingActivities {
				rows = append(rows, []string{a.StartTime.UTC().Format(time.RFC3339), string(a.StatusCode), *a.Description})
			}
			return rows, nil
		})
}

// refused expects kubectl to fail.
func refused(a action) action {
	return func(ctx context.Context, d *demo) error {
		err := a(ctx, d)
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return nil
		}
		if err == nil {
			return errors.New("the API server accepted what it should have refused")
		}
		return err
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
