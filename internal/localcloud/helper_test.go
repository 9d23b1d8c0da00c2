package localcloud

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

const (
	account = "111122223333"
	region  = "eu-west-1"
)

// config configures the SDK's clients for a server, without pauses between
// retries.
func config(url, account string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
}

type clients struct {
	scaling *applicationautoscaling.Client
	alarms  *cloudwatch.Client
	models  *sagemaker.Client
	tasks   *ecs.Client
	tables  *dynamodb.Client
}

func newClients(c *Cloud) clients {
	cfg := config("http://cloud.test", account)
	cfg.HTTPClient = direct{c}
	return clients{
		applicationautoscaling.NewFromConfig(cfg), cloudwatch.NewFromConfig(cfg), sagemaker.NewFromConfig(cfg),
		ecs.NewFromConfig(cfg), dynamodb.NewFromConfig(cfg),
	}
}

// direct is an HTTP client without a network, so that no test depends on what
// happens to its connections on a busy machine.
type direct struct{ http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody // as a server has it
	}
	answer := httptest.NewRecorder()
	d.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// stoppedClock is a clock that its test moves.
type stoppedClock struct{ now time.Time }

func (c *stoppedClock) Now() time.Time { return c.now }

func newClock() *stoppedClock {
	return &stoppedClock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

// jsonRequest is a request to CloudWatch by an account, over no network.
func jsonRequest(account, operation, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801."+operation)
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20260301/%s/monitoring/aws4_request", account, region))
	return r
}

// serve answers a request over no network.
func serve(c *Cloud, r *http.Request) (int, string) {
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// ask calls an operation of CloudWatch and returns status and body.
func ask(c *Cloud, operation, body string) (int, string) {
	return serve(c, jsonRequest(account, operation, body))
}

// putBody is the input of an alarm.
func putBody(name string) string {
	return fmt.Sprintf(`{"AlarmName":%q,"MetricName":"M","Namespace":"N","Statistic":"Sum","Period":60,"EvaluationPeriods":1,"Threshold":1,"ComparisonOperator":"LessThanThreshold"}`, name)
}

// count returns how many alarms the account has.
func count(t *testing.T, c *Cloud) int {
	t.Helper()
	status, body := serve(c, jsonRequest(account, "DescribeAlarms", `{"MaxRecords":100}`))
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	return strings.Count(body, `"AlarmArn"`)
}

func alarmNames(alarms []types.Alarm) []string {
	var names []string
	for _, a := range alarms {
		names = append(names, *a.AlarmName)
	}
	slices.Sort(names)
	return names
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
