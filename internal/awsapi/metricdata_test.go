package awsapi

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

func TestMetricData(t *testing.T) {
	cloud, api := newCloud(t)
	start := time.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour)
	cloud.Advance(3 * time.Hour) // and nobody here knows
	var data []types.MetricDatum
	for i, v := range []float64{3, 4, 5} {
		data = append(data, types.MetricDatum{
			MetricName: aws.String("Requests"), Timestamp: aws.Time(start.Add(time.Duration(i) * time.Minute)), Value: aws.Float64(v),
			Dimensions: []types.Dimension{{Name: aws.String("Service"), Value: aws.String("web")}},
		})
	}
	if _, err := api.alarms.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: data}); err != nil {
		t.Fatal(err)
	}
	series := MetricSeries{
		Namespace: "Shop", Name: "Requests", Dimensions: []autoscaling.Dimension{{Name: "Service", Value: "web"}}, Statistic: "Sum",
		Period: time.Minute, Start: start, End: start.Add(2 * time.Minute),
	}
	got, there, err := api.MetricData(t.Context(), series)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Datapoint{{start, 3}, {start.Add(time.Minute), 4}}, got); diff != "" {
		t.Errorf("the datapoints come in order, and the end is excluded (-want +got):\n%s", diff)
	}
	if now := cloud.Clock().Now(); there.Before(now.Add(-time.Minute)) || there.After(now) {
		t.Errorf("the time is that of who answers: got %v, want %v", there, now)
	}
	series.Name = "Other"
	if got, _, err := api.MetricData(t.Context(), series); err != nil || len(got) != 0 {
		t.Errorf("a metric that does not exist has no datapoints: got %v, %v", got, err)
	}
	series.Period = -time.Minute
	if _, _, err := api.MetricData(t.Context(), series); KindOf(err) != Invalid {
		t.Errorf("what CloudWatch refuses is told apart: got %v", err)
	}
}

func TestPeriods(t *testing.T) {
	const day = 24 * time.Hour
	for age, want := range map[time.Duration]time.Duration{
		time.Hour: time.Minute, 15 * day: time.Minute, 16 * day: 5 * time.Minute, 63 * day: 5 * time.Minute, 64 * day: time.Hour,
	} {
		if got := Periods(age); got != want {
			t.Errorf("data of %v ago is kept in other periods later: got %v, want %v", age, got, want)
		}
	}
}
