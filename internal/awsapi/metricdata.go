package awsapi

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// MetricSeries names a CloudWatch metric over a stretch of time.
type MetricSeries struct {
	Namespace, Name string
	Dimensions      []autoscaling.Dimension
	Statistic       string
	Period          time.Duration // whole minutes
	Start, End      time.Time     // the end is excluded
}

// Datapoint is the statistic of a period that begins at a time.
type Datapoint struct {
	At    time.Time
	Value float64
}

// Periods returns the least period of the data that CloudWatch still has of a
// time: a minute for 15 days, five for 63, an hour for 455 (AWS API:
// GetMetricStatistics).
func Periods(age time.Duration) time.Duration {
	const day = 24 * time.Hour
	switch {
	case age <= 15*day:
		return time.Minute
	case age <= 63*day:
		return 5 * time.Minute
	default:
		return time.Hour
	}
}

// MetricData reads a metric, oldest datapoint first (AWS API: GetMetricData), and
// tells what time it is where it was asked, or a zero time. A metric that does
// not exist has no datapoints.
func (a *API) MetricData(ctx context.Context, s MetricSeries) ([]Datapoint, time.Time, error) {
	const operation = "GetMetricData"
	query := types.MetricDataQuery{Id: aws.String("m"), MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: &s.Namespace, MetricName: &s.Name}, Stat: &s.Statistic, Period: aws.Int32(int32(s.Period / time.Second)),
	}}
	for _, d := range s.Dimensions {
		query.MetricStat.Metric.Dimensions = append(query.MetricStat.Metric.Dimensions, types.Dimension{Name: aws.String(d.Name), Value: aws.String(d.Value)})
	}
	in := &cloudwatch.GetMetricDataInput{StartTime: &s.Start, EndTime: &s.End, MetricDataQueries: []types.MetricDataQuery{query}, ScanBy: types.ScanByTimestampAscending}
	var (
		points []Datapoint
		there  time.Time
	)
	for {
		out, err := limited(ctx, a.calls, func() (*cloudwatch.GetMetricDataOutput, error) { return a.alarms.GetMetricData(ctx, in) })
		if err != nil {
			return nil, time.Time{}, wrap(operation, err)
		}
		if at, ok := awsmiddleware.GetServerTime(out.ResultMetadata); ok && there.IsZero() {
			there = at.UTC()
		}
		for _, r := range out.MetricDataResults {
			for i := range min(len(r.Timestamps), len(r.Values)) {
				points = append(points, Datapoint{r.Timestamps[i].UTC(), r.Values[i]})
			}
		}
		if aws.ToString(out.NextToken) == "" {
			return points, there, nil
		}
		in.NextToken = out.NextToken
	}
}
