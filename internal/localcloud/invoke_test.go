package localcloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	smtypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

// runtimeLab is a paused cloud with its clients.
type runtimeLab struct {
	*Cloud
	clients
	t       *testing.T
	url     string
	runtime *sagemakerruntime.Client
}

func newRuntimeLab(t *testing.T) *runtimeLab {
	t.Helper()
	c := newPaused(t, Options{})
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return &runtimeLab{Cloud: c, clients: newClients(c), t: t, url: server.URL, runtime: sagemakerruntime.NewFromConfig(config(server.URL, account))}
}

// host creates an endpoint and waits for it.
func (l *runtimeLab) host(name string, variants ...smtypes.ProductionVariant) {
	l.t.Helper()
	ctx := l.t.Context()
	if _, err := l.models.CreateEndpointConfig(ctx, &sagemaker.CreateEndpointConfigInput{EndpointConfigName: &name, ProductionVariants: variants}); err != nil {
		l.t.Fatal(err)
	}
	if _, err := l.models.CreateEndpoint(ctx, &sagemaker.CreateEndpointInput{EndpointName: &name, EndpointConfigName: &name}); err != nil {
		l.t.Fatal(err)
	}
	l.Advance(time.Second)
}

// weighted is a variant of the seeded model.
func weighted(name string, instances int32, weight float32) smtypes.ProductionVariant {
	return smtypes.ProductionVariant{
		VariantName: &name, ModelName: aws.String("demo-endpoint-model"), InstanceType: "ml.m5.large", InitialInstanceCount: &instances, InitialVariantWeight: &weight,
	}
}

// sum reads a statistic of a metric of AWS/SageMaker over the minute that has
// passed, "none" when there is none.
func (l *runtimeLab) read(metric string, statistic cwtypes.Statistic, dimensions ...string) string {
	l.t.Helper()
	now := l.Clock().Now()
	in := &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("AWS/SageMaker"), MetricName: &metric, StartTime: aws.Time(now.Add(-time.Minute)), EndTime: &now, Period: aws.Int32(60),
		Statistics: []cwtypes.Statistic{statistic},
	}
	for i := 0; i < len(dimensions); i += 2 {
		in.Dimensions = append(in.Dimensions, cwtypes.Dimension{Name: &dimensions[i], Value: &dimensions[i+1]})
	}
	out, err := l.alarms.GetMetricStatistics(l.t.Context(), in)
	if err != nil {
		l.t.Fatal(err)
	}
	if len(out.Datapoints) == 0 {
		return "none"
	}
	d := out.Datapoints[0]
	for _, v := range []*float64{d.Sum, d.Average, d.Maximum, d.SampleCount} {
		if v != nil {
			return fmt.Sprintf("%.6g", *v)
		}
	}
	return "?"
}

// refusedWith checks the error of an invocation.
func refusedWith(t *testing.T, err error, message string) {
	t.Helper()
	var got smithy.APIError
	if !errors.As(err, &got) || got.ErrorCode() != "ValidationError" || got.ErrorMessage() != message {
		t.Errorf("got %v, want ValidationError: %s", err, message)
	}
}

func TestInvokeEndpoint(t *testing.T) {
	l := newRuntimeLab(t)
	l.host("two", weighted("a", 2, 3), weighted("b", 1, 1), weighted("off", 1, 0))
	invoke := func(change func(*sagemakerruntime.InvokeEndpointInput)) (*sagemakerruntime.InvokeEndpointOutput, error) {
		in := &sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String("two"), Body: []byte("0.1,0.2"), ContentType: aws.String("text/csv")}
		change(in)
		return l.runtime.InvokeEndpoint(t.Context(), in)
	}
	l.Advance(l.untilMinute())
	var order string
	for range 8 {
		out, err := invoke(func(*sagemakerruntime.InvokeEndpointInput) {})
		if err != nil {
			t.Fatal(err)
		}
		order += *out.InvokedProductionVariant
	}
	if order != "aabaaaba" {
		t.Errorf("variants take turns by their weight: %s", order)
	}
	out, err := invoke(func(in *sagemakerruntime.InvokeEndpointInput) {
		in.TargetVariant, in.CustomAttributes = aws.String("off"), aws.String("trace=7")
	})
	if err != nil {
		t.Fatal(err)
	}
	if *out.InvokedProductionVariant != "off" || *out.CustomAttributes != "trace=7" || *out.ContentType != "application/json" {
		t.Errorf("a request can choose its variant, and gets its attributes back: %+v", out)
	}
	const want = `{"EndpointName":"two","VariantName":"off","ReceivedBytes":7,"Model":"none: the local cloud counts requests and runs no model"}`
	if string(out.Body) != want {
		t.Errorf("the answer says what it is: %s", out.Body)
	}
	_, err = invoke(func(in *sagemakerruntime.InvokeEndpointInput) { in.EndpointName = aws.String("three") })
	refusedWith(t, err, "Endpoint three of account "+account+" not found.")
	_, err = invoke(func(in *sagemakerruntime.InvokeEndpointInput) { in.TargetVariant = aws.String("c") })
	refusedWith(t, err, "Variant c of endpoint two not found.")
	_, err = invoke(func(in *sagemakerruntime.InvokeEndpointInput) { in.InferenceComponentName = aws.String("c") })
	refusedWith(t, err, "Inference component c of endpoint two not found.")

	l.Advance(time.Minute)
	for _, m := range []struct {
		reason, metric string
		statistic      cwtypes.Statistic
		a, off         string
	}{
		{"each request counts", "Invocations", cwtypes.StatisticSum, "6", "1"},
		{"as the part that is an instance's", "InvocationsPerInstance", cwtypes.StatisticSum, "3", "1"},
		{"with its latency", "ModelLatency", cwtypes.StatisticAverage, "100000", "100000"},
		{"and while it lasts", "ConcurrentRequestsPerModel", cwtypes.StatisticMaximum, "0.03", "0.01"},
	} {
		for variant, want := range map[string]string{"a": m.a, "off": m.off} {
			if got := l.read(m.metric, m.statistic, "EndpointName", "two", "VariantName", variant); got != want {
				t.Errorf("%s: %s of %s is %s, want %s", m.reason, m.metric, variant, got, want)
			}
		}
	}
	l.Advance(time.Minute)
	if got := l.read("ModelLatency", cwtypes.StatisticAverage, "EndpointName", "two", "VariantName", "a"); got != "none" {
		t.Errorf("without requests nothing takes time: %s", got)
	}
	if got := l.read("Invocations", cwtypes.StatisticSum, "EndpointName", "two", "VariantName", "a"); got != "0" {
		t.Errorf("but their number is zero: %s", got)
	}
	if n := l.Journal().Count("InvokeEndpoint"); n != 12 {
		t.Errorf("the journal has invocations too: %d", n)
	}
}

// untilMinute returns how long it is to the next full minute.
func (c *Cloud) untilMinute() time.Duration {
	now := c.Clock().Now()
	return now.Truncate(time.Minute).Add(time.Minute).Sub(now)
}

func TestInvokeInferenceComponent(t *testing.T) {
	l := newRuntimeLab(t)
	empty := weighted("a", 1, 1)
	empty.ModelName = nil
	l.host("llms", empty)
	_, err := l.models.CreateInferenceComponent(t.Context(), &sagemaker.CreateInferenceComponentInput{
		InferenceComponentName: aws.String("llm"), EndpointName: aws.String("llms"), VariantName: aws.String("a"),
		RuntimeConfig: &smtypes.InferenceComponentRuntimeConfig{CopyCount: aws.Int32(2)},
		Specification: &smtypes.InferenceComponentSpecification{
			ModelName:                   aws.String("demo-endpoint-model"),
			ComputeResourceRequirements: &smtypes.InferenceComponentComputeResourceRequirements{MinMemoryRequiredInMb: aws.Int32(1024)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	l.Advance(l.untilMinute())
	in := &sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String("llms"), Body: []byte("{}")}
	_, err = l.runtime.InvokeEndpoint(t.Context(), in)
	refusedWith(t, err, "Inference Component Name header is required for endpoints to which you plan to deploy inference components. "+
		"Please include Inference Component Name header or consider using SageMaker models.")
	in.InferenceComponentName = aws.String("llm")
	for range 6 {
		out, err := l.runtime.InvokeEndpoint(t.Context(), in)
		if err != nil || *out.InvokedProductionVariant != "a" || !strings.Contains(string(out.Body), `"InferenceComponentName":"llm"`) {
			t.Fatalf("a component is invoked by its name: %+v, %v", out, err)
		}
	}
	l.Advance(time.Minute)
	got := map[string]string{}
	metrics := []string{"Invocations", "InvocationsPerCopy", "NoCapacityInvocationFailures"}
	for _, metric := range metrics {
		got[metric] = l.read(metric, cwtypes.StatisticSum, "InferenceComponentName", "llm")
	}
	got["ConcurrentRequestsPerCopy"] = l.read("ConcurrentRequestsPerCopy", cwtypes.StatisticMaximum, "InferenceComponentName", "llm")
	if d := cmp.Diff(map[string]string{"Invocations": "6", "InvocationsPerCopy": "3", "NoCapacityInvocationFailures": "0", "ConcurrentRequestsPerCopy": "0.03"}, got); d != "" {
		t.Errorf("metrics of two copies (-want +got):\n%s", d)
	}

	if _, err := l.models.UpdateInferenceComponentRuntimeConfig(t.Context(), &sagemaker.UpdateInferenceComponentRuntimeConfigInput{
		InferenceComponentName: aws.String("llm"), DesiredRuntimeConfig: &smtypes.InferenceComponentRuntimeConfig{CopyCount: aws.Int32(0)},
	}); err != nil {
		t.Fatal(err)
	}
	l.Advance(time.Minute)
	_, err = l.runtime.InvokeEndpoint(t.Context(), in)
	refusedWith(t, err, "Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if configured) "+
		"or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API.")
	l.Advance(time.Minute)
	for metric, want := range map[string]string{"Invocations": "1", "InvocationsPerCopy": "none", "NoCapacityInvocationFailures": "1"} {
		if got := l.read(metric, cwtypes.StatisticSum, "InferenceComponentName", "llm"); got != want {
			t.Errorf("without copies %s is %s, want %s", metric, got, want)
		}
	}
}

func TestInvokeErrors(t *testing.T) {
	c := newPaused(t, Options{})
	request := func(method, path string, body []byte) *http.Request {
		r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded") // a model may take forms
		r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20260301/%s/sagemaker/aws4_request", account, region))
		return r
	}
	for _, tc := range []struct {
		reason  string
		request *http.Request
		status  int
		code    string
		body    string
	}{
		{"the path names the operation, whatever the body is", request("POST", "/endpoints/demo-endpoint/invocations", []byte("a=b")), 200, "", `"ReceivedBytes":3`},
		{"an error of REST has its code in a header", request("POST", "/endpoints/x%2Fy/invocations", nil), 400, "ValidationError",
			`{"Message":"Endpoint x/y of account 111122223333 not found.","__type":"ValidationError"}`},
		{"a body is at most 6 MB", request("POST", "/endpoints/demo-endpoint/invocations", make([]byte, 6<<20+1)), 413, "RequestEntityTooLargeException", "larger than 6291456 bytes"},
		{"another path is no operation", request("GET", "/endpoints/demo-endpoint/invocations", nil), 400, "", "MissingAction"},
	} {
		w := httptest.NewRecorder()
		c.ServeHTTP(w, tc.request)
		if w.Code != tc.status || w.Header().Get("X-Amzn-Errortype") != tc.code || !strings.Contains(w.Body.String(), tc.body) {
			t.Errorf("%s: %d %q %s", tc.reason, w.Code, w.Header().Get("X-Amzn-Errortype"), w.Body)
		}
	}
}

// TestInvokeCommandLine drives the aws command when there is one, and the SDK,
// which speaks the same protocol, when not.
func TestInvokeCommandLine(t *testing.T) {
	l := newRuntimeLab(t)
	var body []byte
	if command, err := exec.LookPath("aws"); err == nil {
		output := filepath.Join(t.TempDir(), "out.json")
		cmd := exec.CommandContext(t.Context(), command, "sagemaker-runtime", "invoke-endpoint", "--endpoint-name", "demo-endpoint", "--body", "aGVsbG8=",
			"--endpoint-url", l.url, "--region", region, output)
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=s", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if body, err = os.ReadFile(output); err != nil {
			t.Fatal(err)
		}
	} else {
		out, err := l.runtime.InvokeEndpoint(t.Context(), &sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String("demo-endpoint"), Body: []byte("hello")})
		if err != nil {
			t.Fatal(err)
		}
		body = out.Body
	}
	var answer struct{ ReceivedBytes int }
	if err := json.Unmarshal(body, &answer); err != nil || answer.ReceivedBytes < 5 {
		t.Errorf("the command gets the answer: %s, %v", body, err)
	}
}
