package admin_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

const (
	account   = "111122223333"
	region    = "eu-west-1"
	variantID = "endpoint/demo-endpoint/variant/AllTraffic"
	dimension = "sagemaker:variant:DesiredInstanceCount"
)

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// world is a cloud that only its admin API moves, with one endpoint, behind a
// server.
type world struct {
	*testing.T
	cloud   *localcloud.Cloud
	admin   *admin.Admin
	url     string
	scaling *applicationautoscaling.Client
	metrics *cloudwatch.Client
}

func newWorld(t *testing.T) *world {
	t.Helper()
	c := localcloud.New(localcloud.Options{
		Account: account, Region: region, Seed: 1, KeepCapacities: true, Logger: slog.New(slog.DiscardHandler), ProvisioningDelay: 5 * time.Minute, Start: start, Paused: true,
	})
	if err := c.Seed(t.Context(), localcloud.Endpoint{}); err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, cloud: c, admin: admin.New(c)}
	server := httptest.NewServer(w.admin)
	t.Cleanup(server.Close)
	w.url = server.URL
	config := aws.Config{
		Region: region, BaseEndpoint: &w.url, Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
	w.scaling, w.metrics = applicationautoscaling.NewFromConfig(config), cloudwatch.NewFromConfig(config)
	return w
}

// track registers the variant and puts the policy of the SageMaker guide.
func (w *world) track() {
	w.Helper()
	_, err := w.scaling.RegisterScalableTarget(w.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: "sagemaker", ResourceId: aws.String(variantID), ScalableDimension: dimension, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(4),
	})
	w.must(err)
	_, err = w.scaling.PutScalingPolicy(w.Context(), &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String("invocations"), PolicyType: "TargetTrackingScaling",
		ServiceNamespace: "sagemaker", ResourceId: aws.String(variantID), ScalableDimension: dimension,
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
			TargetValue:                   aws.Float64(70),
			PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeSageMakerVariantInvocationsPerInstance},
		},
	})
	w.must(err)
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// ask asks the admin API and reads its answer, an error if it is one.
func (w *world) ask(method, path, body string, into any) int {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+"/_setpoint/"+path, strings.NewReader(body))
	w.must(err)
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	w.must(err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if into != nil {
		if err := decoder.Decode(into); err != nil {
			w.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
	return response.StatusCode
}

// refused returns why a request is refused.
func (w *world) refused(method, path, body string) string {
	w.Helper()
	var e admin.Error
	if status := w.ask(method, path, body, &e); status < 400 {
		w.Errorf("%s %s %s: %d", method, path, body, status)
	}
	return e.Text
}

func TestErrorsSayWhatToWrite(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		reason, method, path, body string
		want                       string
	}{
		"Path":        {"an unknown path lists those that there are", "GET", "nothing", "", "there are /_setpoint/clock, /_setpoint/faults"},
		"Method":      {"a method that is not there names those that are", "POST", "clock", "", "POST /_setpoint/clock is not possible; use GET, PUT"},
		"Parameter":   {"a misspelt parameter does not select everything", "GET", "state?resourceID=x", "", "resourceID: GET state has no such parameter; write any of"},
		"NoParameter": {"where there are none, it says so", "GET", "faults?x=y", "", "leave it out"},
		"Body":        {"a body that is none says what one looks like", "PUT", "clock", "fast", `write a JSON object such as {"speed": 60}`},
		"Member":      {"a misspelt member is not ignored", "PUT", "clock", `{"sped":2}`, `unknown field "sped"`},
		"More":        {"there is one object", "PUT", "clock", `{} {}`, "there is more after the object"},

		"Speed":   {"a speed is a number that a clock can follow", "PUT", "clock", `{"speed":-1}`, "write a number greater than 0, up to 100000"},
		"Zero":    {"a pause is said as such", "PUT", "clock", `{"speed":0}`, `write {"paused": true}`},
		"Back":    {"time does not go back", "PUT", "clock", `{"advance":"-1m"}`, "write a duration such as 15m"},
		"Advance": {"a duration has a unit", "PUT", "clock", `{"advance":"15"}`, "write a number with a unit"},

		"Account":   {"an account has twelve digits", "PUT", "traffic", `{"account":"me"}`, "write its 12 digits"},
		"NoID":      {"traffic arrives at something", "PUT", "traffic", `{"traffic":{"type":"constant","rate":1}}`, "resourceId: it is missing"},
		"ID":        {"a resource ID has a form", "PUT", "traffic", `{"resourceId":"demo"}`, "write an ID such as endpoint/NAME/variant/NAME"},
		"IDOf":      {"that of a service is told", "PUT", "traffic", `{"serviceNamespace":"ecs","resourceId":"demo"}`, "write service/"},
		"Namespace": {"a namespace is one of AWS's", "PUT", "traffic", `{"serviceNamespace":"ec3","resourceId":"demo"}`, `"ec3" is unknown`},
		"Dimension": {"a dimension is of its namespace", "PUT", "traffic", `{"serviceNamespace":"ecs","resourceId":"service/a/b","scalableDimension":"x"}`, "write ecs:service:DesiredCount"},
		"Choice":    {"where there is a choice, it has to be made", "PUT", "traffic", `{"resourceId":"table/orders"}`, "write dynamodb:table:ReadCapacityUnits or dynamodb:table:WriteCapacityUnits"},
		"Traffic":   {"traffic is checked member by member", "PUT", "traffic", `{"resourceId":"` + variantID + `","traffic":{"type":"constant"}}`, "traffic.rate: it is missing"},
		"NoTraffic": {"what does not arrive cannot end", "DELETE", "traffic?resourceId=" + variantID, "", "no traffic arrives at " + variantID},

		"FaultType":   {"types of faults are listed", "PUT", "faults", `{"type":"slow"}`, "write latency, throttle, error, timeout, drop or metricDelay"},
		"FaultMember": {"members of other types are refused", "PUT", "faults", `{"type":"drop","delay":"1s"}`, "write any of afterEffect"},
		"Latency":     {"a latency has a length", "PUT", "faults", `{"type":"latency"}`, "such as 2s"},
		"Rate":        {"a throttle has a rate", "PUT", "faults", `{"type":"throttle"}`, "how many calls a second"},
		"Burst":       {"a burst is a number of calls", "PUT", "faults", `{"type":"throttle","rate":1,"burst":-1}`, "such as 5"},
		"Service":     {"services have their names", "PUT", "faults", `{"type":"drop","service":"S3"}`, "CloudWatch"},
		"Operation":   {"a slip in an operation would hit nothing", "PUT", "faults", `{"type":"drop","operation":"PutScalingPolice"}`, "did you mean PutScalingPolicy?"},
		"Operations":  {"operations are those of the service", "PUT", "faults", `{"type":"drop","service":"STS","operation":"PutMetricAlarm"}`, `STS has no "PutMetricAlarm"; write one of AssumeRole, `},
		"NoOperation": {"what is like none is refused, too", "PUT", "faults", `{"type":"drop","operation":"X"}`, "leave it out for all"},
		"Status":      {"an error has the status of one", "PUT", "faults", `{"type":"error","status":200}`, "from 400 to 599"},
		"Times":       {"calls are counted", "PUT", "faults", `{"type":"drop","times":-1}`, "0 for all"},
		"For":         {"faults do not end before they begin", "PUT", "faults", `{"type":"drop","for":"-1s"}`, "such as 10m"},
		"DelayScope":  {"metrics are delayed altogether", "PUT", "faults", `{"type":"metricDelay","delay":"1m","operation":"PutMetricData"}`, "leave out service"},
		"DelayLength": {"a metric delay has a length", "PUT", "faults", `{"type":"metricDelay"}`, "such as 2m"},
		"DelayID":     {"there is one metric delay", "PUT", "faults", `{"type":"metricDelay","delay":"1m","id":"x"}`, "leave the ID out"},
		"ReservedID":  {"its ID is its own", "PUT", "faults", `{"type":"drop","id":"metricDelay"}`, "write another"},
		"NoFault":     {"what is no fault cannot end", "DELETE", "faults?id=x", "", `there is no fault "x"`},

		"Own":        {"what a service has is created there", "PUT", "resources", `{"resourceId":"service/a/b","capacity":1}`, "CreateService"},
		"Capacity":   {"a capacity is not negative", "PUT", "resources", `{"serviceNamespace":"rds","resourceId":"cluster:c","capacity":-1}`, "capacity: -1 is not possible"},
		"NoResource": {"what is not declared cannot be removed", "DELETE", "resources?resourceId=cluster:c&serviceNamespace=rds", "", "cluster:c is not declared"},
		"Nothing":    {"not all is removed at once", "DELETE", "resources", "", "resourceId: it is missing"},

		"Activities": {"there is a limit to activities", "GET", "state?activities=0", "", "from 1 to 10000"},
		"From":       {"times are RFC 3339", "GET", "history?resourceId=" + variantID + "&from=today", "", "write one such as"},
		"Order":      {"from is before to", "GET", "history?resourceId=" + variantID + "&from=2026-03-02T10:00:00Z&to=2026-03-02T09:00:00Z", "", "is not before"},
		"Long":       {"a history has an end", "GET", "history?metricName=x&from=1970-03-02T10:00:00Z", "", "or a longer period"},
		"Statistic":  {"statistics are those of CloudWatch", "GET", "history?metricName=x&statistic=Mean", "", "write Average, Sum"},
		"OfMetric":   {"dimensions are names and values", "GET", "history?metricName=x&dimension=y", "", "write NAME=VALUE"},
		"NoHistory":  {"a history is of something", "GET", "history", "", "resourceId: it is missing"},
	} {
		if text := w.refused(c.method, c.path, c.body); !strings.Contains(text, c.want) {
			t.Errorf("%s: %s: %q does not say %q", name, c.reason, text, c.want)
		}
	}
}

func TestStrangersCannotReset(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequest(http.MethodPost, w.url+"/_setpoint/reset", nil)
	r.Header.Set("Origin", "https://elsewhere.example")
	answer := httptest.NewRecorder()
	w.admin.ServeHTTP(answer, r)
	if answer.Code != http.StatusForbidden {
		t.Errorf("a page of somebody else got %d", answer.Code)
	}
	if len(w.admin.State(admin.StateQuery{}).Places) == 0 {
		t.Error("it has reset the cloud")
	}
}
