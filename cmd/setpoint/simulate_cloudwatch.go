package main

import (
	"context"
	"fmt"
	"time"

	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// measured reads a load from CloudWatch.
func (o *simulateOptions) measured(ctx context.Context, h host, load simulate.Load, since time.Duration, region string) (*simulate.Trace, error) {
	aws, _, err := o.aws.open(ctx, region)
	if err != nil {
		return nil, err
	}
	defer aws.Close()
	metric := load.Metric
	series := awsapi.MetricSeries{Namespace: metric.Namespace, Name: metric.Name, Dimensions: metric.Dimensions, Statistic: metric.Statistic, Period: awsapi.Periods(since)}
	points, err := recent(ctx, aws, &series, h.now(), since)
	if err != nil {
		return nil, err
	}
	if len(points) == 0 {
		return nil, fmt.Errorf("CloudWatch has no data of %s %s %v from %s on; look at account, Region and --since, or name another metric with --cloudwatch-metric", metric.Namespace, metric.Name, metric.Dimensions, series.Start.Format(time.RFC3339))
	}
	samples := make([]simulate.Sample, len(points))
	for i, p := range points {
		samples[i] = simulate.Sample{At: p.At, Value: p.Value}
	}
	trace, err := simulate.FromSamples("CloudWatch "+metric.Namespace+" "+metric.Name, samples, series.End, series.Period, load)
	if err != nil {
		return nil, err
	}
	trace.Assumed = append(trace.Assumed, report.Rule{
		Name: "end of the measured time", Meaning: "What was measured is read until the time that AWS answers with, which need not be that of this machine.",
		Value: series.End.Format(time.RFC3339), Source: "Setpoint: the Date of CloudWatch's answer",
	})
	return trace, nil
}

// recent reads a metric until the time that it is where it is asked: the clock of
// a lab may be far from ours.
func recent(ctx context.Context, aws *awsapi.API, series *awsapi.MetricSeries, now time.Time, since time.Duration) ([]awsapi.Datapoint, error) {
	until := func(end time.Time) {
		series.End = end.UTC().Truncate(series.Period)
		series.Start = series.End.Add(-since.Truncate(series.Period))
	}
	until(now)
	points, there, err := aws.MetricData(ctx, *series)
	if err != nil || there.IsZero() || there.Sub(now).Abs() < series.Period {
		return points, err
	}
	until(there)
	points, _, err = aws.MetricData(ctx, *series)
	return points, err
}
