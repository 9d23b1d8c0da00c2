package localcloud

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwschemas "github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"

	runtime "github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
	"github.com/setpoint-io/setpoint/test/awsmodel"
)

// call is one call of an operation by the SDK. Its input says which.
type call struct {
	reason string
	in     any // the SDK's input, a func() any that makes it, or a time.Duration that passes
	code   string
	status int
	holds  func(out any) bool // nil: whatever the model allows
}

// answered makes of a function of an operation's output one of any.
func answered[Out any](holds func(*Out) bool) func(any) bool {
	return func(out any) bool {
		typed, ok := out.(*Out)
		return ok && holds(typed)
	}
}

// caller makes calls over HTTP and holds their answers against the SDK's model.
type caller struct {
	*testing.T
	cloud   *Cloud
	clients map[string]any // by import path
	last    recorded
	called  map[string]bool
}

// recorded is an answer as it came.
type recorded struct {
	status int
	header http.Header
	body   []byte
}

// RoundTrip keeps the answer to the request.
func (c *caller) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	c.last = recorded{answer.StatusCode, answer.Header, body}
	return answer, err
}

// models are those of the SDK's clients by import path, read once.
var (
	models     map[string]*awsmodel.Model
	errModels  error
	readModels sync.Once
)

// newCaller returns a caller of a cloud of its own, whose time passes only as
// the calls say. CloudWatch speaks as the option says.
func newCaller(t *testing.T, speak func(*cloudwatch.Options)) *caller {
	c := &caller{
		T: t, called: map[string]bool{}, clients: map[string]any{},
		cloud: New(Options{Start: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Paused: true, Seed: 1, EndpointDelay: time.Minute}),
	}
	server := httptest.NewServer(c.cloud)
	t.Cleanup(server.Close)
	cfg := config(server.URL, account)
	cfg.HTTPClient = &http.Client{Transport: c}
	for _, client := range []any{
		applicationautoscaling.NewFromConfig(cfg), cloudwatch.NewFromConfig(cfg, speak), dynamodb.NewFromConfig(cfg), ecs.NewFromConfig(cfg),
		sagemaker.NewFromConfig(cfg), sagemakerruntime.NewFromConfig(cfg), sts.NewFromConfig(cfg),
	} {
		c.clients[reflect.TypeOf(client).Elem().PkgPath()] = client
	}
	readModels.Do(func() { models, errModels = awsmodel.Load(t.Context(), c.clients) })
	if errModels != nil {
		t.Fatal(errModels)
	}
	return c
}

// The protocols of CloudWatch; the first is what the client speaks by itself.
var speaks = map[string]func(*cloudwatch.Options){
	"CBOR":  func(*cloudwatch.Options) {},
	"JSON":  func(o *cloudwatch.Options) { o.Protocol = awsjson.New10(cwschemas.GraniteServiceVersion20100801) },
	"Query": func(o *cloudwatch.Options) { o.Protocol = awsquery.New(cwschemas.GraniteServiceVersion20100801) },
}

// play makes the calls in their order.
func (c *caller) play(calls []call) {
	c.Helper()
	for _, it := range calls {
		if input, ok := it.in.(func() any); ok {
			it.in = input()
		}
		if passes, ok := it.in.(time.Duration); ok {
			c.cloud.Advance(passes)
			continue
		}
		c.call(it)
	}
}

// call makes one call and checks its answer.
func (c *caller) call(it call) {
	c.Helper()
	in := reflect.TypeOf(it.in).Elem()
	operation := strings.TrimSuffix(in.Name(), "Input")
	c.called[operation] = true
	results := reflect.ValueOf(c.clients[in.PkgPath()]).MethodByName(operation).Call(
		[]reflect.Value{reflect.ValueOf(c.Context()), reflect.ValueOf(it.in)})
	err, _ := reflect.TypeAssert[error](results[1])
	status, contentType := c.last.status, c.last.header.Get("Content-Type")
	show := func(format string, args ...any) {
		c.Helper()
		c.Errorf("%s: %s: %s\nHTTP status %d, %s: %q", operation, it.reason, fmt.Sprintf(format, args...), status, contentType, c.last.body)
	}
	if it.code != "" {
		code, problems := awsmodel.CheckError(contentType, c.last.body)
		for _, problem := range problems {
			show("%s", problem)
		}
		// The header has the code for those to whom the service is older than its
		// protocol.
		if query, _, ok := strings.Cut(c.last.header.Get("X-Amzn-Query-Error"), ";"); ok {
			code = query
		}
		var failed smithy.APIError
		if code != it.code || status != it.status || !errors.As(err, &failed) || failed.ErrorMessage() == "" {
			show("got %s, to the SDK %v; want %s with HTTP status %d", code, err, it.code, it.status)
		}
		return
	}
	if err != nil {
		show("%v", err)
		return
	}
	if _, bytesOut := it.in.(*sagemakerruntime.InvokeEndpointInput); !bytesOut {
		for _, problem := range models[in.PkgPath()].Check(operation, contentType, c.last.body) {
			show("%s", problem)
		}
	}
	if c.last.header.Get("X-Amzn-Requestid") == "" {
		show("the answer has no request ID")
	}
	if it.holds != nil && !it.holds(results[0].Interface()) {
		show("the output is not what it should be: %+v", results[0].Elem().Interface())
	}
}

// TestOperations calls every operation of every service through the SDK, and
// holds what comes over the wire against the SDK's model of it.
func TestOperations(t *testing.T) {
	type sequence struct {
		calls func() []call
		speak string
	}
	sequences := map[string][]sequence{
		AppAutoScaling:   {{scalingCalls, "CBOR"}},
		CloudWatch:       {{alarmCalls, "CBOR"}, {alarmCalls, "JSON"}, {alarmCalls, "Query"}},
		DynamoDB:         {{tableCalls, "CBOR"}},
		ECS:              {{taskCalls, "CBOR"}},
		SageMaker:        {{modelCalls, "CBOR"}},
		SageMakerRuntime: {{invokeCalls, "CBOR"}},
		STS:              {{identityCalls, "CBOR"}},
	}
	for _, b := range bindings {
		implemented := implementedBy(t, b)
		if len(sequences[b.name]) == 0 {
			t.Errorf("no operation of %s is called here", b.name)
		}
		for _, s := range sequences[b.name] {
			t.Run(b.name+"/"+s.speak, func(t *testing.T) {
				c := newCaller(t, speaks[s.speak])
				c.play(s.calls())
				for _, operation := range implemented {
					if !c.called[operation] {
						t.Errorf("%s is implemented, and nobody calls it here", operation)
					}
				}
			})
		}
	}
}

// implemented finds the operations that a service names when it is asked for
// another.
var implemented = regexp.MustCompile(`It implements ([A-Za-z, ]+)\.`)

// implementedBy asks a service which operations it implements.
func implementedBy(t *testing.T, b binding) []string {
	t.Helper()
	if b.name == SageMakerRuntime { // they are found by their paths
		var operations []string
		for _, o := range runtime.RuntimeOperations {
			operations = append(operations, o.Operation)
		}
		return operations
	}
	r := jsonRequest(account, "", "{}")
	r.Header.Set("X-Amz-Target", b.target+".Nothing")
	if b.target == "" {
		r = httptest.NewRequest(http.MethodGet, "/?Action=Nothing&Version="+b.version, nil)
	}
	status, body := serve(New(Options{}), r)
	found := implemented.FindStringSubmatch(body)
	if status != http.StatusBadRequest || found == nil {
		t.Fatalf("%s does not say what it implements: %d %s", b.name, status, body)
	}
	return strings.Split(found[1], ", ")
}
