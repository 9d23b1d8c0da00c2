package main

import (
	"context"
	"fmt"
	"time"

	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// measured reads the demand that a target had from CloudWatch: the metric of
// its policy, before it is divided by the capacity.
func (o *simulateOptions) measured(ctx context.Context, h host, setting simulate.Setting, region string, world simulate.World) (*simulate.Trace, error) {
	if o.since < time.Hour {
		return nil, fmt.Errorf("--since %v is too short; write an hour or more", o.since)
	}
	metric, requests, err := simulate.LoadMetric(simulate.Options{Setting: setting, World: world, Trace: &simulate.Trace{}})
	if err != nil {
		return nil, advised(err)
	}
	aws, _, err := o.aws.open(ctx, region)
	if err != nil {
		return nil, err
	}
	defer aws.Close()
	period := awsapi.Periods(o.since)
	end := h.now().UTC().Truncate(period)
	start := end.Add(-o.since.Truncate(period))
	points, err := aws.MetricData(ctx, awsapi.MetricSeries{
		Namespace: metric.Namespace, Name: metric.Name, Dimensions: metric.Dimensions, Statistic: metric.Statistic, Period: period, Start: start, End: end,
	})
	if err != nil {
		return nil, err
	}
	if len(points) == 0 {
		return nil, fmt.Errorf("CloudWatch has no data of %s %s %v from %s on; look at account, Region and --since", metric.Namespace, metric.Name, metric.Dimensions, start.Format(time.RFC3339))
	}
	samples := make([]simulate.Sample, len(points))
	for i, p := range points {
		samples[i] = simulate.Sample{At: p.At, Value: p.Value}
	}
	return simulate.FromSamples("CloudWatch "+metric.Namespace+" "+metric.Name, samples, start, end, period, requests), nil
}
