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
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// putData puts values of metrics a minute apart, from an hour before now on.
func putData(t *testing.T, l *lab, metric string, values ...float64) {
	t.Helper()
	in := &sdk.PutMetricDataInput{Namespace: aws.String("N")}
	for i, x := range values {
		if !math.IsNaN(x) {
			in.MetricData = append(in.MetricData, types.MetricDatum{
				MetricName: &metric, Value: &x, Timestamp: aws.Time(l.now.Add(-time.Hour + time.Duration(i)*time.Minute)),
			})
		}
	}
	if _, err := l.client(account, region).PutMetricData(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func stat(metric, statistic string, period int32) *types.MetricStat {
	return &types.MetricStat{Metric: &types.Metric{Namespace: aws.String("N"), MetricName: &metric}, Stat: &statistic, Period: &period}
}

// summary shows results as "Id|Label|Status: minute=value ...".
func summary(l *lab, results []types.MetricDataResult) []string {
	lines := []string{}
	for _, r := range results {
		line := fmt.Sprintf("%s|%s|%s:", *r.Id, *r.Label, r.StatusCode)
		for i, at := range r.Timestamps {
			line += fmt.Sprintf(" %v=%v", at.Sub(l.now.Add(-time.Hour)).Minutes(), r.Values[i])
		}
		lines = append(lines, line)
	}
	return lines
}

func (l *lab) getData(t *testing.T, in *sdk.GetMetricDataInput) (*sdk.GetMetricDataOutput, error) {
	t.Helper()
	if in.StartTime == nil {
		in.StartTime, in.EndTime = aws.Time(l.now.Add(-time.Hour)), aws.Time(l.now.Add(-55*time.Minute))
	}
	return l.client(account, region).GetMetricData(t.Context(), in)
}

func TestGetMetricData(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	nan := math.NaN()
	putData(t, l, "requests", 10, 20, nan, 40, 50)
	putData(t, l, "errors", 1, nan, nan, 4, 0)
	query := func(id string, m *types.MetricStat, returns bool) types.MetricDataQuery {
		return types.MetricDataQuery{Id: &id, MetricStat: m, ReturnData: &returns}
	}
	math := func(id, expression, label string) types.MetricDataQuery {
		q := types.MetricDataQuery{Id: &id, Expression: &expression}
		if label != "" {
			q.Label = &label
		}
		return q
	}
	hidden := []types.MetricDataQuery{query("m1", stat("requests", "Sum", 60), false), query("m2", stat("errors", "Sum", 60), false)}
	cases := []struct {
		queries []types.MetricDataQuery
		order   types.ScanBy
		want    []string
		reason  string
	}{
		{[]types.MetricDataQuery{query("m1", stat("requests", "Sum", 60), true)}, "", []string{"m1|requests|Complete: 4=50 3=40 1=20 0=10"}, "the newest is first by default"},
		{[]types.MetricDataQuery{query("m1", stat("requests", "Maximum", 120), true)}, types.ScanByTimestampAscending, []string{"m1|requests|Complete: 0=20 2=40 4=50"}, "periods begin at the start"},
		{[]types.MetricDataQuery{query("a", stat("requests", "Sum", 300), true), query("b", stat("requests", "p50", 300), true)}, "",
			[]string{"a|requests Sum|Complete: 0=120", "b|requests p50|Complete: 0=20"}, "labels tell statistics apart, as the real service's"},
		{[]types.MetricDataQuery{query("a", stat("requests", "Sum", 300), true), query("b", stat("requests", "Sum", 60), true)}, types.ScanByTimestampAscending,
			[]string{"a|requests 300|Complete: 0=120", "b|requests 60|Complete: 0=10 1=20 3=40 4=50"}, "and periods"},
		{[]types.MetricDataQuery{query("m1", stat("nothing", "Sum", 60), true)}, "", []string{"m1|nothing|Complete:"}, "a metric that does not exist has no points"},
		{append(hidden, math("e1", "m2 / m1 * 100", "error rate")), "", []string{"e1|error rate|Complete: 4=0 3=10 1=0 0=10"}, "an expression, with its label"},
		{append(hidden, math("e1", "FILL(m2, 0)", "")), "", []string{"e1|e1|Complete: 4=0 3=4 2=0 1=0 0=1"}, "an expression without a label has its Id"},
		{append(hidden, math("e1", "METRICS() * 2", "double")), types.ScanByTimestampAscending,
			[]string{"e1|double requests|Complete: 0=20 1=40 3=80 4=100", "e1|double errors|Complete: 0=2 3=8 4=0"}, "an array has a result for each series"},
		{append(hidden, math("e1", "SUM(e2)", ""), math("e2", "METRICS()", "")), types.ScanByTimestampAscending,
			[]string{"e1|e1|Complete: 0=11 1=20 3=44 4=50", "e2|e2 requests|Complete: 0=10 1=20 3=40 4=50", "e2|e2 errors|Complete: 0=1 3=4 4=0"}, "expressions of expressions"},
		{[]types.MetricDataQuery{query("a", stat("requests", "Sum", 120), false), math("e1", "FILL(a, 0) + TIME_SERIES(1)", "")}, types.ScanByTimestampAscending,
			[]string{"e1|e1|Complete: 0=31 2=41 4=51"}, "an expression has the periods of its metrics"},
	}
	for _, tc := range cases {
		out, err := l.getData(t, &sdk.GetMetricDataInput{MetricDataQueries: tc.queries, ScanBy: tc.order})
		if err != nil {
			t.Errorf("%s: %v", tc.reason, err)
			continue
		}
		if diff := cmp.Diff(tc.want, summary(l, out.MetricDataResults)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
}

func TestGetMetricDataPages(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	putData(t, l, "a", 1, 2, 3)
	putData(t, l, "b", 4, 5)
	queries := []types.MetricDataQuery{
		{Id: aws.String("a"), MetricStat: stat("a", "Sum", 60)}, {Id: aws.String("none"), MetricStat: stat("c", "Sum", 60)},
		{Id: aws.String("b"), MetricStat: stat("b", "Sum", 60)},
	}
	in := &sdk.GetMetricDataInput{MetricDataQueries: queries, ScanBy: types.ScanByTimestampAscending, MaxDatapoints: aws.Int32(2)}
	var pages [][]string
	for {
		out, err := l.getData(t, in)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, summary(l, out.MetricDataResults))
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	want := [][]string{{"a|a|PartialData: 0=1 1=2"}, {"a|a|Complete: 2=3", "b|b|PartialData: 0=4"}, {"b|b|Complete: 1=5"}}
	if diff := cmp.Diff(want, pages, cmpopts.IgnoreSliceElements(func(s string) bool { return strings.HasPrefix(s, "none") })); diff != "" {
		t.Errorf("pages together have every point once (-want +got):\n%s", diff)
	}
	in.MetricDataQueries, in.NextToken = append(queries, types.MetricDataQuery{Id: aws.String("e"), Expression: aws.String("a")}), nil
	out, err := l.getData(t, in)
	if err != nil || out.NextToken != nil || out.MetricDataResults[0].StatusCode != types.StatusCodePartialData {
		t.Errorf("with an expression there are no further pages, and data that are cut are partial: %+v, %v", out, err)
	}
	in.NextToken = aws.String("x")
	if _, err := l.getData(t, in); code(err) != "InvalidNextToken" {
		t.Errorf("a token of another kind is refused: %v", err)
	}
}

func TestGetMetricDataUnits(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	for unit, x := range map[types.StandardUnit]float64{types.StandardUnitSeconds: 1, types.StandardUnitMilliseconds: 60000} {
		if _, err := c.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("N"), MetricData: []types.MetricDatum{
			{MetricName: aws.String("m"), Value: &x, Unit: unit, Timestamp: aws.Time(l.now.Add(-time.Hour))},
		}}); err != nil {
			t.Fatal(err)
		}
	}
	m := stat("m", "Sum", 60)
	out, err := l.getData(t, &sdk.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("m1"), MetricStat: m}}})
	if err != nil {
		t.Fatal(err)
	}
	r := out.MetricDataResults[0]
	if len(r.Messages) != 1 || *r.Messages[0].Code != "MultipleUnits" || *r.Messages[0].Value != "Multiple units returned: '[Milliseconds, Seconds]'" || r.Values[0] != 60000 {
		t.Errorf("without a unit the first is chosen, and a message says so, as the real service's: %+v", r)
	}
	m.Unit = types.StandardUnitSeconds
	if out, err = l.getData(t, &sdk.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("m1"), MetricStat: m}}}); err != nil || out.MetricDataResults[0].Values[0] != 1 {
		t.Errorf("a unit that is asked for is returned: %+v, %v", out, err)
	}
	statistics, err := c.GetMetricStatistics(t.Context(), &sdk.GetMetricStatisticsInput{
		Namespace: aws.String("N"), MetricName: aws.String("m"), StartTime: aws.Time(l.now.Add(-time.Hour)), EndTime: &l.now, Period: aws.Int32(60),
		Statistics: []types.Statistic{types.StatisticSum},
	})
	if err != nil || len(statistics.Datapoints) != 2 || statistics.Datapoints[0].Unit != "Milliseconds" || statistics.Datapoints[1].Unit != "Seconds" {
		t.Errorf("GetMetricStatistics has a point for each unit: %+v, %v", statistics, err)
	}
}

func TestGetMetricDataRefuses(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	expression := func(text string) []types.MetricDataQuery {
		return []types.MetricDataQuery{{Id: aws.String("m1"), MetricStat: stat("m", "Sum", 60)}, {Id: aws.String("e1"), Expression: &text}}
	}
	metric := func(change func(*types.MetricDataQuery)) []types.MetricDataQuery {
		q := types.MetricDataQuery{Id: aws.String("m1"), MetricStat: stat("m", "Sum", 60)}
		change(&q)
		return []types.MetricDataQuery{q}
	}
	cases := []struct {
		in           *sdk.GetMetricDataInput
		text, reason string
	}{
		{&sdk.GetMetricDataInput{MetricDataQueries: expression("m1 +")}, "Error in expression 'e1': position 5: the expression ends", "an error has its place"},
		{&sdk.GetMetricDataInput{MetricDataQueries: expression("SEARCH('x', 'Sum')")}, "SEARCH is not evaluated", "what is not evaluated is named"},
		{&sdk.GetMetricDataInput{MetricDataQueries: expression("AVG(m1)")}, "the result is a scalar", "results are series"},
		{&sdk.GetMetricDataInput{MetricDataQueries: metric(func(q *types.MetricDataQuery) { q.MetricStat.Stat = aws.String("Median") })},
			"The value for parameter MetricDataQueries.member.1.MetricStat.Stat is not a valid statistic.", "the words of the real service"},
		{&sdk.GetMetricDataInput{MetricDataQueries: metric(func(q *types.MetricDataQuery) { q.MetricStat.Stat = aws.String("TM(2%)") })}, "not a valid statistic", "boundaries are two"},
		{&sdk.GetMetricDataInput{MetricDataQueries: metric(func(q *types.MetricDataQuery) { q.MetricStat.Period = aws.Int32(45) })}, "multiple of 60", "periods are checked"},
		{&sdk.GetMetricDataInput{MetricDataQueries: metric(func(q *types.MetricDataQuery) { q.Id = aws.String("M") })}, "lowercase", "Ids are checked"},
		{&sdk.GetMetricDataInput{MetricDataQueries: metric(func(q *types.MetricDataQuery) { q.Expression = aws.String("1") })}, "not both", "a metric or an expression"},
		{&sdk.GetMetricDataInput{MetricDataQueries: metric(func(q *types.MetricDataQuery) { q.AccountId = aws.String("999999999999") })}, "another account", "accounts are not linked"},
		{&sdk.GetMetricDataInput{MetricDataQueries: append(expression("m1"), expression("m1")...)}, "not unique", "Ids are used once"},
		{&sdk.GetMetricDataInput{MetricDataQueries: expression("m1"), StartTime: &l.now, EndTime: &l.now}, "StartTime must be less", "an empty range"},
		{&sdk.GetMetricDataInput{MetricDataQueries: expression("m1"), MaxDatapoints: aws.Int32(100_801)}, "maxDatapoints", "the largest page is bounded"},
		{&sdk.GetMetricDataInput{MetricDataQueries: make([]types.MetricDataQuery, 0), ScanBy: "Random"}, "scanBy", "orders are an enumeration"},
		{&sdk.GetMetricDataInput{MetricDataQueries: expression("m1"), StartTime: aws.Time(time.Unix(0, 0)), EndTime: &l.now}, "Increase the period", "memory is bounded"},
	}
	for _, tc := range cases {
		if _, err := l.getData(t, tc.in); code(err) != "ValidationError" || !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: %v, want %q", tc.reason, err, tc.text)
		}
	}
}

func TestGetMetricStatistics(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	start := l.now.Add(-time.Hour)
	in := &sdk.PutMetricDataInput{Namespace: aws.String("N"), MetricData: []types.MetricDatum{
		{MetricName: aws.String("m"), Timestamp: aws.Time(start.Add(10 * time.Second)), Values: []float64{1, 2, 3}, Counts: []float64{1, 1, 8}, Unit: types.StandardUnitCount},
		{MetricName: aws.String("m"), Timestamp: aws.Time(start.Add(70 * time.Second)), Unit: types.StandardUnitCount,
			StatisticValues: &types.StatisticSet{SampleCount: aws.Float64(2), Sum: aws.Float64(10), Minimum: aws.Float64(4), Maximum: aws.Float64(6)}},
	}}
	if _, err := c.PutMetricData(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	get := func(change func(*sdk.GetMetricStatisticsInput)) ([]types.Datapoint, error) {
		in := &sdk.GetMetricStatisticsInput{
			Namespace: aws.String("N"), MetricName: aws.String("m"), StartTime: &start, EndTime: &l.now, Period: aws.Int32(60),
			Statistics: types.Statistic("").Values(),
		}
		change(in)
		out, err := c.GetMetricStatistics(t.Context(), in)
		if err != nil {
			return nil, err
		}
		if *out.Label != "m" {
			t.Errorf("the label is the metric's name, not %s", *out.Label)
		}
		return out.Datapoints, nil
	}
	point := func(minutes int, n, sum, least, most float64) types.Datapoint {
		return types.Datapoint{
			Timestamp: aws.Time(start.Add(time.Duration(minutes) * time.Minute)), Unit: types.StandardUnitCount,
			SampleCount: &n, Sum: &sum, Average: aws.Float64(sum / n), Minimum: &least, Maximum: &most,
		}
	}
	median := types.Datapoint{Timestamp: &start, Unit: types.StandardUnitCount, ExtendedStatistics: map[string]float64{"p50": 3, "p1": 1}}
	cases := []struct {
		change func(*sdk.GetMetricStatisticsInput)
		want   []types.Datapoint
		reason string
	}{
		{func(*sdk.GetMetricStatisticsInput) {}, []types.Datapoint{point(0, 10, 27, 1, 3), point(1, 2, 10, 4, 6)}, "points are named by the beginning of their period"},
		{func(in *sdk.GetMetricStatisticsInput) { in.Period = aws.Int32(3600) }, []types.Datapoint{point(0, 12, 37, 1, 6)}, "longer periods aggregate"},
		{func(in *sdk.GetMetricStatisticsInput) {
			in.StartTime, in.Period = aws.Time(start.Add(-90*time.Second)), aws.Int32(3600)
		}, []types.Datapoint{point(-2, 12, 37, 1, 6)}, "the start is rounded down to the minute, and periods begin there"},
		{func(in *sdk.GetMetricStatisticsInput) { in.EndTime = aws.Time(start.Add(time.Minute)) }, []types.Datapoint{point(0, 10, 27, 1, 3)}, "the end is exclusive"},
		{func(in *sdk.GetMetricStatisticsInput) {
			in.Statistics, in.ExtendedStatistics = nil, []string{"p50", "p1"}
		}, []types.Datapoint{median}, "percentiles need values"},
		{func(in *sdk.GetMetricStatisticsInput) { in.Unit = types.StandardUnitBytes }, nil, "another unit has no data"},
		{func(in *sdk.GetMetricStatisticsInput) {
			in.Dimensions = []types.Dimension{{Name: aws.String("d"), Value: aws.String("v")}}
		}, nil, "dimensions are exact"},
	}
	for _, tc := range cases {
		got, err := get(tc.change)
		if diff := cmp.Diff(tc.want, got, cmpopts.IgnoreUnexported(types.Datapoint{}), cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tc.reason, err, diff)
		}
	}
	refusals := []struct {
		change             func(*sdk.GetMetricStatisticsInput)
		code, text, reason string
	}{
		{func(in *sdk.GetMetricStatisticsInput) { in.Period = aws.Int32(1) }, "InvalidParameterCombination",
			"You have requested up to 3600 datapoints, which exceeds the limit of 1440.", "the words of the real service"},
		{func(in *sdk.GetMetricStatisticsInput) { in.EndTime = &start }, "InvalidParameterValue", "StartTime must be less than", "an empty range"},
		{func(in *sdk.GetMetricStatisticsInput) { in.Period = aws.Int32(90) }, "InvalidParameterValue", "multiple of 60", "periods are checked"},
		{func(in *sdk.GetMetricStatisticsInput) { in.ExtendedStatistics = []string{"p1"} }, "InvalidParameterCombination", "mutually exclusive", "two kinds of statistics"},
		{func(in *sdk.GetMetricStatisticsInput) { in.Statistics = nil }, "InvalidParameterCombination", "At least one", "no statistics"},
		{func(in *sdk.GetMetricStatisticsInput) { in.Statistics, in.ExtendedStatistics = nil, []string{"q"} }, "InvalidParameterValue", "The value q", "other statistics"},
	}
	for _, tc := range refusals {
		if _, err := get(tc.change); code(err) != tc.code || !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: %v, want %s %q", tc.reason, err, tc.code, tc.text)
		}
	}
}

// The path by which alarms read.
func TestStatisticOfRecords(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := cloudwatch.New(cloudwatch.Options{Now: func() time.Time { return now }})
	scope := wire.Scope{Account: account, Region: region}
	metric := cloudwatch.Metric{Namespace: "N", MetricName: "m", Dimensions: []cloudwatch.Dimension{{Name: "b", Value: "2"}, {Name: "a", Value: "1"}}}
	for i := range 3 {
		s.Record(scope, cloudwatch.Observation{Metric: metric, At: now.Add(time.Duration(i) * 30 * time.Second), Sample: metricstore.Value(float64(i + 1))})
	}
	s.Record(scope, cloudwatch.Observation{Metric: metric, At: now, Sample: metricstore.Distribution([]float64{9}, []float64{0})})
	values := make([]float64, 3)
	q := cloudwatch.MetricStat{Metric: &metric, Period: aws.Int32(60), Stat: "Sum"}
	metric.Dimensions[0], metric.Dimensions[1] = metric.Dimensions[1], metric.Dimensions[0]
	if err := s.Statistic(scope, q, now, values); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{3, 3, math.NaN()}, values, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("periods have their sums (-want +got):\n%s", diff)
	}
	if allocations := testing.AllocsPerRun(100, func() { _ = s.Statistic(scope, q, now, values) }); allocations > 0 {
		t.Errorf("reading for an alarm allocates %v times", allocations)
	}
	q.Stat = "Median"
	if err := s.Statistic(scope, q, now, values); err == nil {
		t.Error("a statistic that there is not is an error, not missing data")
	}
}
