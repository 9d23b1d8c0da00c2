package persist_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/persist"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

const (
	account   = "111122223333"
	region    = "eu-west-1"
	variantID = "endpoint/demo-endpoint/variant/AllTraffic"
	dimension = "sagemaker:variant:DesiredInstanceCount"
)

var begin = persist.Begin{
	Account: account, Region: region, ProvisioningDelay: traffic.Duration(5 * time.Minute), Seed: 7, Start: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC),
}

// world is a cloud that a file keeps, and how it is asked. Its clock stands still.
type world struct {
	*testing.T
	path    string
	file    *persist.File
	cloud   *localcloud.Cloud
	admin   *admin.Admin
	scaling *applicationautoscaling.Client
	metrics *cloudwatch.Client
	models  *sagemakerruntime.Client
}

// open opens a file, or makes it with one endpoint, and lets time stand still.
func open(t *testing.T, path string) *world {
	t.Helper()
	w := &world{T: t, path: path}
	var err error
	w.file, err = persist.Open(path)
	w.must(err)
	isNew := w.file.Begun() == nil
	w.cloud, _, err = w.file.Load(t.Context(), begin, quiet(), nil)
	w.must(err)
	w.must(w.cloud.Clock().SetSpeed(0))
	t.Cleanup(func() { _ = w.file.Close() }) // it may be closed
	if isNew {
		w.must(w.cloud.Seed(t.Context(), localcloud.Endpoint{}))
	}
	w.admin = admin.New(w.cloud)
	config := aws.Config{
		Region: region, BaseEndpoint: aws.String("http://local"), HTTPClient: direct{w.admin}, Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
	w.scaling, w.metrics, w.models = applicationautoscaling.NewFromConfig(config), cloudwatch.NewFromConfig(config), sagemakerruntime.NewFromConfig(config)
	return w
}

// direct asks a handler without a network.
type direct struct{ http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	d.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func quiet() localcloud.Options {
	return localcloud.Options{KeepCapacities: true, Logger: slog.New(slog.DiscardHandler)}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// copied opens a copy of the file as it is a moment later, as after a crash.
func (w *world) copied() *world {
	w.Helper()
	w.cloud.Settle(func(time.Time) {}) // as it happens every minute
	text, err := os.ReadFile(w.path)
	w.must(err)
	path := filepath.Join(w.TempDir(), "copy")
	w.must(os.WriteFile(path, text, 0o600))
	return open(w.T, path)
}

// restarted closes the file and opens it again.
func (w *world) restarted() *world {
	w.Helper()
	w.must(w.file.Close())
	return open(w.T, w.path)
}

// track registers the variant and puts the policy of the SageMaker guide.
func (w *world) track() {
	w.Helper()
	_, err := w.scaling.RegisterScalableTarget(w.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: "sagemaker", ResourceId: aws.String(variantID), ScalableDimension: dimension, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(9),
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

// attach lets noisy traffic arrive.
func (w *world) attach(rate float64) {
	w.Helper()
	_, err := w.admin.PutTraffic(admin.Traffic{Key: admin.Key{ResourceID: variantID}, Traffic: traffic.Spec{
		Type: traffic.Noise, Deviation: aws.Float64(0.1), Of: []traffic.Spec{{Type: traffic.Constant, Rate: &rate}},
	}})
	w.must(err)
}

func (w *world) advance(d time.Duration) {
	w.Helper()
	_, err := w.admin.SetClock(w.Context(), admin.ClockChange{Advance: admin.Duration(d)})
	w.must(err)
}

// truth is everything that can be seen, but the counts of requests.
type truth struct {
	State                       admin.State
	History                     admin.History
	Activities, Alarms, Changes string
	Forecast                    string // of the policy of the random lives, if there is one
}

func (w *world) truth() truth {
	w.Helper()
	t := truth{State: w.admin.State(admin.StateQuery{Activities: 10_000, Datapoints: 200})}
	t.State.Version, t.State.Requests = 0, admin.Requests{}
	var err error
	t.History, err = w.admin.History(admin.HistoryQuery{Key: admin.Key{ResourceID: variantID}, From: begin.Start.Add(-time.Hour)})
	w.must(err)
	show := func(out any, err error) string {
		w.Helper()
		w.must(err)
		text, err := json.Marshal(out)
		w.must(err)
		return string(text)
	}
	activities, err := w.scaling.DescribeScalingActivities(w.Context(), &applicationautoscaling.DescribeScalingActivitiesInput{ServiceNamespace: "sagemaker", IncludeNotScaledActivities: aws.Bool(true)})
	w.must(err)
	t.Activities = show(activities.ScalingActivities, nil)
	alarms, err := w.metrics.DescribeAlarms(w.Context(), &cloudwatch.DescribeAlarmsInput{})
	w.must(err)
	t.Alarms = show(alarms.MetricAlarms, nil)
	changes, err := w.metrics.DescribeAlarmHistory(w.Context(), &cloudwatch.DescribeAlarmHistoryInput{MaxRecords: aws.Int32(100)})
	w.must(err)
	t.Changes = show(changes.AlarmHistoryItems, nil)
	now := w.admin.Clock().Time
	forecast, err := w.scaling.GetPredictiveScalingForecast(w.Context(), &applicationautoscaling.GetPredictiveScalingForecastInput{
		PolicyName: aws.String("daily"), ServiceNamespace: "ecs", ResourceId: aws.String("service/default/web"), ScalableDimension: "ecs:service:DesiredCount",
		StartTime: aws.Time(now.Add(-24 * time.Hour)), EndTime: aws.Time(now.Add(72 * time.Hour)),
	})
	if err == nil {
		t.Forecast = show([]any{forecast.CapacityForecast, forecast.LoadForecast, forecast.UpdateTime}, nil)
	}
	return t
}

// same compares two worlds, now and after they went on for a while.
func (w *world) same(reason string, other *world) {
	w.Helper()
	for _, later := range []time.Duration{0, 90 * time.Second, 2 * time.Hour} {
		w.advance(later)
		other.advance(later)
		if diff := cmp.Diff(w.truth(), other.truth()); diff != "" {
			w.Fatalf("%s: after %s they differ (-before +after):\n%s", reason, later, diff)
		}
	}
}

func TestRestart(t *testing.T) {
	w := open(t, filepath.Join(t.TempDir(), "cloud"))
	w.track()
	w.attach(300)
	w.advance(40*time.Minute + 17*time.Second)
	before := w.truth()
	after := w.restarted()
	if diff := cmp.Diff(before, after.truth()); diff != "" {
		t.Errorf("all is as it was (-before +after):\n%s", diff)
	}
	if !strings.Contains(before.Activities, "Setting desired instance count to 5") {
		t.Errorf("there was something to keep: %s", before.Activities)
	}
	after.attach(0)
	after.advance(3 * time.Hour)
	again := after.restarted()
	if got := again.admin.State(admin.StateQuery{}); got.Places[0].Targets[0].Desired != 1 {
		t.Errorf("a life of two starts is kept as well: %+v", got.Places[0].Targets)
	}
}

// In the middle of a scale-out capacity was asked for that is not there yet.
func TestRestartInTheMiddleOfAScaleOut(t *testing.T) {
	w := open(t, filepath.Join(t.TempDir(), "cloud"))
	w.track()
	w.attach(300)
	for range 60 {
		w.advance(10 * time.Second)
		if target := w.admin.State(admin.StateQuery{}).Places[0].Targets[0]; target.Desired > target.Current {
			w.advance(95 * time.Second)
			crashed := w.copied() // has not seen how late it is
			behind := w.admin.Clock().Time.Sub(crashed.admin.Clock().Time)
			crashed.advance(behind)
			w.same("capacity arrives at its time", crashed)
			return
		}
	}
	t.Fatal("nothing was scaled")
}

// Everything that changes a cloud is in the file.
func TestEveryKindOfChangeIsKept(t *testing.T) {
	w := open(t, filepath.Join(t.TempDir(), "cloud"))
	w.track()
	w.advance(7 * time.Second)
	for range 25 { // CBOR
		w.advance(3700 * time.Millisecond)
		for range 9 {
			_, err := w.models.InvokeEndpoint(t.Context(), &sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String("demo-endpoint"), Body: []byte("x")})
			w.must(err)
		}
	}
	_, err := w.metrics.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("own <&>"), Namespace: aws.String("N"), MetricName: aws.String("M"), Statistic: cwtypes.StatisticSum,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
	})
	w.must(err)
	_, err = w.admin.PutFault(admin.Fault{Type: admin.MetricDelay, Delay: admin.Duration(2 * time.Minute)})
	w.must(err)
	_, err = w.metrics.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("N"), MetricData: []cwtypes.MetricDatum{{MetricName: aws.String("M"), Value: aws.Float64(5)}}})
	w.must(err)
	w.form("Action=PutMetricData&Version=2010-08-01&Namespace=N&MetricData.member.1.MetricName=Q&MetricData.member.1.Value=3")
	w.form("Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::444455556666:role/x&RoleSessionName=session")
	_, err = w.admin.PutResource(admin.Declared{})
	if err == nil {
		t.Error("a resource without a name was declared")
	}
	for _, id := range []string{"cluster:kept", "cluster:removed"} {
		var d admin.Declared
		d.Key, d.Capacity, d.Quota = admin.Key{ServiceNamespace: "rds", ResourceID: id}, 2, 5
		_, err = w.admin.PutResource(d)
		w.must(err)
	}
	_, err = w.admin.DeleteResource(admin.Home{}, admin.Key{ServiceNamespace: "rds", ResourceID: "cluster:removed"})
	w.must(err)
	w.attach(100)
	_, err = w.admin.DeleteTraffic(admin.Home{}, admin.Key{ResourceID: variantID})
	w.must(err)
	w.must(w.cloud.SetLoad(wire.Scope{Account: account, Region: region}, "demo-endpoint", "AllTraffic", 400))
	_, err = w.scaling.RegisterScalableTarget(t.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: "rds", ResourceId: aws.String("cluster:other"), ScalableDimension: "rds:cluster:ReadReplicaCount", MinCapacity: aws.Int32(9), MaxCapacity: aws.Int32(3),
	})
	if err == nil {
		t.Error("impossible bounds were registered")
	}
	_, err = w.admin.PutFault(admin.Fault{Type: admin.Throttle, Rate: aws.Float64(1000)})
	w.must(err)
	other := w.restarted()
	text, err := os.ReadFile(w.path)
	w.must(err)
	for _, want := range []string{`"seed":[{`, `"json":{`, `"cbor":"`, `"query":"Action=PutMetricData`, `"invoked":{"resourceId":"` + variantID + `","requests":`, `"declare":`, `"remove":`, `"attach":`, `"detach":`, `"load":`, `"metricDelay":"2m0s"`, `"mark":{"speed":1,"paused":true,"faults":[`} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	w.same("all kinds of changes", other)
}

// form asks in the query protocol.
func (w *world) form(form string) {
	w.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorder := httptest.NewRecorder()
	w.admin.ServeHTTP(recorder, r)
	if recorder.Code != http.StatusOK {
		w.Fatalf("%s: %s", form, recorder.Body)
	}
}
