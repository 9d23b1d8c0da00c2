package cloudwatch_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
)

func TestPutMetricDataRefuses(t *testing.T) {
	l := newLab(t, localcloud.Options{CloudWatch: cloudwatch.Behaviour{RefuseServiceNamespaces: true}})
	c := l.client(account, region)
	value := aws.Float64(1)
	cases := []struct {
		change             func(*types.MetricDatum)
		code, text, reason string
	}{
		{func(d *types.MetricDatum) { d.Timestamp = aws.Time(l.now.Add(-337 * time.Hour)) }, "InvalidParameterValue",
			"The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.", "the words of the real service"},
		{func(d *types.MetricDatum) { d.Timestamp = aws.Time(l.now.Add(3 * time.Hour)) }, "InvalidParameterValue", "two hours in the future", "nor far in the future"},
		{func(d *types.MetricDatum) { d.Values = []float64{1} }, "InvalidParameterCombination",
			"The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.", "the words of the real service"},
		{func(d *types.MetricDatum) { d.Value = nil }, "MissingParameter", "MetricData.member.1.Value", "there is a value"},
		{func(d *types.MetricDatum) { d.Value = aws.Float64(math.NaN()) }, "InvalidParameterValue", "The value NaN for parameter MetricData.member.1.Value is invalid.", "values are numbers"},
		{func(d *types.MetricDatum) { d.Value = aws.Float64(1e300) }, "InvalidParameterValue", "1e+300", "of a range"},
		{func(d *types.MetricDatum) { d.Value, d.Values, d.Counts = nil, []float64{1, 2}, []float64{1} }, "InvalidParameterValue", "must be of the same size", "counts belong to values"},
		{func(d *types.MetricDatum) { d.Value, d.Values, d.Counts = nil, []float64{1}, []float64{-1} }, "InvalidParameterValue", "Counts.member.1", "counts are not negative"},
		{func(d *types.MetricDatum) { d.Value, d.Values = nil, make([]float64, 151) }, "InvalidParameterValue", "greater than 150", "150 values"},
		{func(d *types.MetricDatum) {
			d.Value, d.StatisticValues = nil, &types.StatisticSet{SampleCount: value, Sum: value, Minimum: aws.Float64(2), Maximum: value}
		},
			"InvalidParameterValue", "Minimum must not be greater", "statistic sets make sense"},
		{func(d *types.MetricDatum) { d.MetricName = aws.String("") }, "MissingParameter", "MetricData.member.1.MetricName", "metrics have names"},
		{func(d *types.MetricDatum) { d.MetricName = aws.String("é") }, "InvalidParameterValue", "ASCII", "names are ASCII"},
		{func(d *types.MetricDatum) { d.Unit = "Furlong" }, "InvalidParameterValue", "The value Furlong", "units are an enumeration"},
		{func(d *types.MetricDatum) { d.StorageResolution = aws.Int32(5) }, "InvalidParameterValue", "StorageResolution", "there are two resolutions"},
		{func(d *types.MetricDatum) {
			d.Dimensions = []types.Dimension{{Name: aws.String("d"), Value: aws.String("")}}
		}, "MissingParameter", "Dimensions.member.1.Value", "dimensions have values"},
		{func(d *types.MetricDatum) { d.Dimensions = make([]types.Dimension, 31) }, "MissingParameter", "Dimensions.member.31.Value", "missing members come before limits"},
	}
	for _, tc := range cases {
		d := types.MetricDatum{MetricName: aws.String("m"), Value: value}
		tc.change(&d)
		for i := range d.Dimensions {
			if d.Dimensions[i].Name == nil {
				d.Dimensions[i] = types.Dimension{Name: aws.String("n"), Value: aws.String("")}
			}
		}
		good := types.MetricDatum{MetricName: aws.String("good"), Value: value}
		_, err := c.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("N"), MetricData: []types.MetricDatum{d, good}})
		if code(err) != tc.code || !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: %v, want %s %q", tc.reason, err, tc.code, tc.text)
		}
	}
	for namespace, want := range map[string]string{":N": "InvalidParameterValue", "AWS/SageMaker": "InvalidParameterValue", "": "MissingParameter"} {
		_, err := c.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: &namespace, MetricData: []types.MetricDatum{{MetricName: aws.String("m"), Value: value}}})
		if code(err) != want {
			t.Errorf("the namespace %q is answered with %v, want %s", namespace, err, want)
		}
	}
	many := make([]types.MetricDatum, 1001)
	for i := range many {
		many[i] = types.MetricDatum{MetricName: aws.String("m"), Value: value}
	}
	if _, err := c.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("N"), MetricData: many}); code(err) != "InvalidParameterValue" || !strings.Contains(err.Error(), "must not have a size greater than 1000") {
		t.Errorf("a thousand metrics at most: %v", err)
	}
	out, err := c.ListMetrics(t.Context(), &sdk.ListMetricsInput{})
	if err != nil || len(out.Metrics) != 0 {
		t.Errorf("a request that is refused stores nothing: %+v, %v", out, err)
	}
}

func TestListMetrics(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	value := aws.Float64(0)
	for i := range 3 {
		in := &sdk.PutMetricDataInput{Namespace: aws.String("Many")}
		for k := range 400 {
			in.MetricData = append(in.MetricData, types.MetricDatum{
				MetricName: aws.String("m"), Value: value, Dimensions: []types.Dimension{{Name: aws.String("i"), Value: aws.String(fmt.Sprintf("%04d", i*400+k))}},
			})
		}
		if _, err := c.PutMetricData(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("Old"), MetricData: []types.MetricDatum{
		{MetricName: aws.String("m"), Value: value, Timestamp: aws.Time(l.now.Add(-4 * time.Hour)), Dimensions: []types.Dimension{
			{Name: aws.String("b"), Value: aws.String("2")}, {Name: aws.String("a"), Value: aws.String("1")},
		}},
	}}); err != nil {
		t.Fatal(err)
	}
	count := func(in *sdk.ListMetricsInput) (n int, pages []int) {
		p := sdk.NewListMetricsPaginator(c, in)
		for p.HasMorePages() {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			n += len(out.Metrics)
			pages = append(pages, len(out.Metrics))
		}
		return n, pages
	}
	filter := func(name string, value *string) []types.DimensionFilter {
		return []types.DimensionFilter{{Name: &name, Value: value}}
	}
	cases := []struct {
		in     *sdk.ListMetricsInput
		want   int
		reason string
	}{
		{&sdk.ListMetricsInput{}, 1201, "all, page by page"},
		{&sdk.ListMetricsInput{Namespace: aws.String("Old")}, 1, "a namespace"},
		{&sdk.ListMetricsInput{MetricName: aws.String("x")}, 0, "a name"},
		{&sdk.ListMetricsInput{Dimensions: filter("i", nil)}, 1200, "any value of a dimension"},
		{&sdk.ListMetricsInput{Dimensions: filter("i", aws.String("0007"))}, 1, "a value of a dimension"},
		{&sdk.ListMetricsInput{Dimensions: filter("a", aws.String("1"))}, 1, "the metric may have other dimensions"},
		{&sdk.ListMetricsInput{RecentlyActive: types.RecentlyActivePt3h}, 1200, "what had data in three hours"},
	}
	for _, tc := range cases {
		if got, pages := count(tc.in); got != tc.want || pages[0] > 500 {
			t.Errorf("%s: %d metrics in pages of %v, want %d", tc.reason, got, pages, tc.want)
		}
	}
	l.now = l.now.Add(14*24*time.Hour - time.Hour)
	if got, _ := count(&sdk.ListMetricsInput{}); got != 1200 {
		t.Errorf("what had no data for two weeks is not listed: %d metrics", got)
	}
}
