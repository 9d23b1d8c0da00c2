package main

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// measure puts a value of each of some minutes from a time on into CloudWatch.
func (w world) measure(t *testing.T, namespace, name string, dimensions map[string]string, from time.Time, values ...float64) {
	t.Helper()
	client := cloudwatch.New(cloudwatch.Options{Region: region, BaseEndpoint: &w.url, Credentials: credentials.NewStaticCredentialsProvider(account, "test", "")})
	var dims []types.Dimension
	for name, value := range dimensions {
		dims = append(dims, types.Dimension{Name: aws.String(name), Value: aws.String(value)})
	}
	var data []types.MetricDatum
	for m, v := range values {
		data = append(data, types.MetricDatum{MetricName: &name, Dimensions: dims, Timestamp: aws.Time(from.Add(time.Duration(m) * time.Minute)), Value: &v})
	}
	if _, err := client.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: &namespace, MetricData: data}); err != nil {
		t.Fatal(err)
	}
}

// repeated is a value for each of n minutes.
func repeated(n int, v float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = v
	}
	return values
}

// The clock of the cloud shows an hour less than that of the tests; AWS's counts.
func TestSimulateFromCloudWatch(t *testing.T) {
	from := aMonday.Add(-4 * time.Hour)
	variantOf := func(endpoint string) map[string]string {
		return map[string]string{"EndpointName": endpoint, "VariantName": "AllTraffic"}
	}
	queue := []string{"--cloudwatch-metric", "Namespace=AWS/SQS,MetricName=NumberOfMessagesSent,QueueName=jobs"}
	for _, c := range []struct {
		reason  string
		measure func(world)
		args    []string
		want    []string
	}{
		{"what a policy divides by the capacity; two of three hours have 90 a minute, since the first that has any",
			func(w world) {
				w.measure(t, "AWS/SageMaker", "Invocations", variantOf("demo-endpoint"), from, repeated(120, 90)...)
			}, []string{"-f", sagemaker + "hosting-autoscaling-predefined.yaml", "--assumptions"},
			[]string{"CloudWatch AWS/SageMaker Invocations: 2026-11-23 08:00 to 2026-11-23 11:00", "mean 60 and peak 90", "periods without datapoint = 0", "end of the measured time = 2026-11-23T11:00:00Z"}},
		{"the metric of an alarm tells as much",
			func(w world) {
				w.measure(t, "AWS/SageMaker", "Invocations", variantOf("demo-endpoint-steps"), from, repeated(180, 30)...)
			}, []string{"-f", sagemaker + "step-scaling.yaml", "--alarm", sagemaker + "step-scaling-alarm.json"}, []string{"AWS/SageMaker Invocations", "mean 30 and peak 30"}},
		{"of a function the service counts the invocations",
			func(w world) {
				w.measure(t, "AWS/Lambda", "Invocations", map[string]string{"FunctionName": "checkout", "Resource": "checkout:live"}, from, repeated(180, 30)...)
			}, []string{"-f", "../../examples/lambda/provisioned-concurrency.yaml", "--latency", "2s"}, []string{"AWS/Lambda Invocations", "mean 30 and peak 30"}},
		{"of a utilization, a minute without datapoint is not known, and no demand of zero",
			func(w world) {
				dims := map[string]string{"ClusterName": "shop", "ServiceName": "web"}
				w.measure(t, "AWS/ECS", "CPUUtilization", dims, from, repeated(60, 50)...)
				w.measure(t, "AWS/ECS", "CPUUtilization", dims, from.Add(2*time.Hour), repeated(60, 50)...)
			}, []string{"-f", simulated + "web.yaml", "--per-unit", "600", "--assumptions"}, []string{"mean 300 and peak 300", "periods without datapoint = not known"}},
		{"a metric that is named, of counts", func(w world) {
			w.measure(t, "AWS/SQS", "NumberOfMessagesSent", map[string]string{"QueueName": "jobs"}, from, repeated(180, 45)...)
		}, append(queue, "-f", simulated+"web.yaml", "--per-unit", "600"), []string{"AWS/SQS NumberOfMessagesSent", "mean 45 and peak 45"}},
		{"or of rates", func(w world) {
			w.measure(t, "Shop", "RequestsPerMinute", nil, from, append(repeated(90, 20), repeated(90, 40)...)...)
		}, []string{"--cloudwatch-metric", "Namespace=Shop,MetricName=RequestsPerMinute", "--per-minute", "-f", simulated + "web.yaml", "--per-unit", "600"},
			[]string{"mean 30 and peak 40"}},
	} {
		w := newWorld(t)
		c.measure(w)
		args := append([]string{"simulate", "--from-cloudwatch", "--endpoint-url", w.url, "--since", "5h", "--sensitivity", "never", "--activities", "0"}, c.args...)
		got := setpoint(t, "", args...)
		for _, want := range c.want {
			if got.code != exitOK || !strings.Contains(got.out, want) {
				t.Errorf("%s: no %q: exit code %d, %s%s", c.reason, want, got.code, got.err, got.out)
			}
		}
	}
}

func TestSimulateFromCloudWatchErrors(t *testing.T) {
	w := newWorld(t)
	w.measure(t, "AWS/SageMaker", "Invocations", map[string]string{"EndpointName": "demo-endpoint", "VariantName": "AllTraffic"}, aMonday.Add(-4*time.Hour), repeated(120, 90)...)
	predefined := []string{"-f", sagemaker + "hosting-autoscaling-predefined.yaml"}
	for _, c := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"nothing measured is no demand of zero", append(predefined, "--since", "1h"), "has no data"},
		{"that of too short a time is none", append(predefined, "--since", "1m"), "too short"},
		{"a metric of one's own does not tell the demand", []string{"-f", ecs + "metric-math.yaml"}, "--cloudwatch-metric"},
		{"utilization needs to know what a unit serves", []string{"-f", ecs + "target-tracking.yaml"}, "--per-unit"},
		{"an average counts nothing", append(predefined, "--cloudwatch-metric", "Namespace=A,MetricName=b,Stat=Average"), "counts nothing"},
		{"a metric has a namespace", append(predefined, "--cloudwatch-metric", "MetricName=b"), "namespace or name"},
		{"what is named is named once", append(predefined, "--cloudwatch-metric", "Namespace=A,MetricName=b,c=d,c=e"), "twice"},
		{"and by name and value", append(predefined, "--cloudwatch-metric", "AWS/SQS"), "NAME=VALUE"},
	} {
		got := setpoint(t, "", append([]string{"simulate", "--from-cloudwatch", "--endpoint-url", w.url}, c.args...)...)
		if got.code != exitTrouble || !strings.Contains(got.err, c.want) {
			t.Errorf("%s: got exit code %d and %q, want %q in it", c.reason, got.code, got.err, c.want)
		}
	}
}
