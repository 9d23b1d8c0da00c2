package cloudwatch_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

const (
	account = "111122223333"
	region  = "eu-west-1"
)

// lab is a local cloud behind a real HTTP server, with a clock that stands.
type lab struct {
	*localcloud.Cloud
	url string
	now time.Time
}

func newLab(t *testing.T, o localcloud.Options) *lab {
	t.Helper()
	l := &lab{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	o.Now = func() time.Time { return l.now }
	l.Cloud = localcloud.New(o)
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

// client returns the AWS SDK's client, which speaks CBOR.
func (l *lab) client(account, region string) *sdk.Client {
	return sdk.New(sdk.Options{
		Region: region, BaseEndpoint: &l.url,
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
	})
}

// post sends a raw request and returns status, headers and body.
func (l *lab) post(t *testing.T, body string, headers map[string]string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+account+"/20260301/"+region+"/monitoring/aws4_request, SignedHeaders=host, Signature=0")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(answer)
}

// cpuAlarm is a valid alarm on one metric.
func cpuAlarm(name string) *sdk.PutMetricAlarmInput {
	return &sdk.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"),
		Dimensions: []types.Dimension{{Name: aws.String("ClusterName"), Value: aws.String("c")}},
		Statistic:  types.StatisticAverage, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3),
		Threshold: aws.Float64(70), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
	}
}

// mathAlarm is a valid alarm on metric math.
func mathAlarm(name string) *sdk.PutMetricAlarmInput {
	stat := func(metric string) *types.MetricStat {
		return &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String("N"), MetricName: &metric}, Period: aws.Int32(60), Stat: aws.String("Sum"),
		}
	}
	return &sdk.PutMetricAlarmInput{
		AlarmName: &name, EvaluationPeriods: aws.Int32(3), DatapointsToAlarm: aws.Int32(2), Threshold: aws.Float64(1),
		ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold,
		Metrics: []types.MetricDataQuery{
			{Id: aws.String("m1"), MetricStat: stat("Queue"), ReturnData: aws.Bool(false)},
			{Id: aws.String("m2"), MetricStat: stat("Workers"), ReturnData: aws.Bool(false)},
			{Id: aws.String("e1"), Expression: aws.String("m1/m2"), Label: aws.String("backlog")},
		},
	}
}

func put(t *testing.T, c *sdk.Client, in *sdk.PutMetricAlarmInput) {
	t.Helper()
	if _, err := c.PutMetricAlarm(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// describe returns the one alarm of the name.
func describe(t *testing.T, c *sdk.Client, name string) types.MetricAlarm {
	t.Helper()
	out, err := c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.MetricAlarms) != 1 {
		t.Fatalf("%d alarms are named %s", len(out.MetricAlarms), name)
	}
	return out.MetricAlarms[0]
}

// code returns the error code that the SDK reports, "" for success.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
