package clients

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/test/awsmodel"
)

const (
	account = "111122223333"
	region  = "eu-west-1"
)

// exchange is a request to AWS and its answer.
type exchange struct {
	service, operation string
	request            *http.Request
	in                 string
	status             int
	header             http.Header
	out                []byte
}

// watched is a local AWS whose answers are held against AWS's model, whoever
// asks.
type watched struct {
	*testing.T
	cloud *localcloud.Cloud
	next  http.Handler // the cloud, with its admin API

	mu        sync.Mutex
	exchanges []exchange
}

// services are named as their requests name them: by the target of JSON and
// CBOR, or by the version of the query protocol.
var services = map[string]any{
	"AnyScaleFrontendService":            &applicationautoscaling.Client{},
	"GraniteServiceVersion20100801":      &cloudwatch.Client{},
	"2010-08-01":                         &cloudwatch.Client{},
	"DynamoDB_20120810":                  &dynamodb.Client{},
	"AmazonEC2ContainerServiceV20141113": &ecs.Client{},
	"SageMaker":                          &sagemaker.Client{},
	"2011-06-15":                         &sts.Client{},
}

// models are those of the services, read once.
var (
	models     map[string]*awsmodel.Model
	errModels  error
	readModels sync.Once
)

// newWatched returns a local AWS in which the same requests get the same answers.
func newWatched(t *testing.T, o localcloud.Options) *watched {
	readModels.Do(func() { models, errModels = awsmodel.Load(t.Context(), services) })
	if errModels != nil {
		t.Fatal(errModels)
	}
	o.Start, o.Seed, o.AppAutoScaling = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), 1, appautoscaling.Behaviour{StableIDs: true}
	cloud := localcloud.New(o)
	return &watched{T: t, cloud: cloud, next: admin.New(cloud)}
}

// ServeHTTP answers, keeps what is AWS's, and checks it.
func (w *watched) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	in, err := io.ReadAll(r.Body)
	if err != nil {
		w.Errorf("reading a request: %v", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(in))
	answer := httptest.NewRecorder()
	w.next.ServeHTTP(answer, r)
	maps.Copy(out.Header(), answer.Header())
	out.WriteHeader(answer.Code)
	_, _ = out.Write(answer.Body.Bytes())
	e := exchange{request: r, in: string(in), status: answer.Code, header: answer.Header(), out: answer.Body.Bytes()}
	if !e.find() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.exchanges = append(w.exchanges, e)
	w.check(e)
}

// find finds out what is asked, and whether that can be checked: what is below
// /_setpoint/ is not AWS's, and the answers of models have no model.
func (e *exchange) find() bool {
	if target := e.request.Header.Get("X-Amz-Target"); target != "" {
		e.service, e.operation, _ = strings.Cut(target, ".")
		return true
	}
	if rest, ok := strings.CutPrefix(e.request.URL.Path, "/service/"); ok {
		e.service, e.operation, _ = strings.Cut(rest, "/operation/")
		return true
	}
	form, err := url.ParseQuery(e.in)
	e.service, e.operation = form.Get("Version"), form.Get("Action")
	return err == nil && e.operation != ""
}

func (w *watched) check(e exchange) {
	model, known := models[e.service]
	if !known {
		w.Errorf("a client asked %s of the service %q, which the local AWS does not have", e.operation, e.service)
		return
	}
	contentType := e.header.Get("Content-Type")
	if e.status != http.StatusOK {
		code, problems := awsmodel.CheckError(contentType, e.out)
		if code == "UnknownOperationException" || e.status >= http.StatusInternalServerError {
			problems = append(problems, "the local AWS cannot do that")
		}
		for _, problem := range problems {
			w.Errorf("%s: %s: %s", e.operation, problem, e.out)
		}
		return
	}
	for _, problem := range model.Check(e.operation, contentType, e.out) {
		w.Errorf("%s: %s: %q", e.operation, problem, e.out)
	}
}

// environment leads a client of AWS to a server.
func environment(server string) []string {
	return append(os.Environ(),
		"AWS_ENDPOINT_URL="+server, "AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=",
		"AWS_REGION="+region, "AWS_DEFAULT_REGION="+region, "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1", "AWS_PAGER=")
}

// seen are the exchanges until now.
func (w *watched) seen() []exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.exchanges)
}

// called tells whether an operation was asked, of any service.
func (w *watched) called(operation string) bool {
	return slices.ContainsFunc(w.seen(), func(e exchange) bool { return e.operation == operation })
}
