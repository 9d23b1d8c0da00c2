package awsapi

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// TestEveryModelledErrorHasAKind reads the SDK's sources, so that an error that
// a newer SDK brings must be thought about before the SDK can be updated.
func TestEveryModelledErrorHasAKind(t *testing.T) {
	for _, service := range []string{"applicationautoscaling", "cloudwatch", "sts"} {
		t.Run(service, func(t *testing.T) {
			codes := modelledCodes(t, "github.com/aws/aws-sdk-go-v2/service/"+service)
			if len(codes) < 9 {
				t.Fatalf("only %d error codes found in the SDK: %q", len(codes), codes)
			}
			for _, code := range codes {
				if kinds[code] == "" {
					t.Errorf("%s models the error %s, which has no kind in the table", service, code)
				}
			}
		})
	}
}

// modelledCodes returns what the ErrorCode methods of a service's error types
// return.
func modelledCodes(t *testing.T, module string) []string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", module, err)
	}
	path := filepath.Join(strings.TrimSpace(string(dir)), "types", "errors.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "ErrorCode" {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				code, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				codes = append(codes, code)
			}
			return true
		})
	}
	return codes
}

func TestThrottleCodesOfTheSDK(t *testing.T) {
	for code := range retry.DefaultThrottleErrorCodes {
		want := Throttled
		if code == "LimitExceededException" {
			want = Limit // Application Auto Scaling means a quota by it
		}
		if got := kinds[code]; got != want {
			t.Errorf("the SDK throttles on %s, its kind is %q, want %q", code, got, want)
		}
	}
}

func response(status int, err error) error {
	return &awshttp.ResponseError{RequestID: "r-1", ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err,
	}}
}

func coded(code, text string) error { return &smithy.GenericAPIError{Code: code, Message: text} }

func TestKindOf(t *testing.T) {
	refused := &smithyhttp.RequestSendError{Err: &url.Error{
		Op: "Post", URL: "https://aws.test:4566/", Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")},
	}}
	for _, test := range []struct {
		name   string
		reason string
		err    error
		want   Kind
	}{
		{"nil", "no error has no kind", nil, ""},
		{"code", "a known code decides", response(400, coded("ObjectNotFoundException", "")), NotFound},
		{"code over status", "the code is more exact than the status", response(503, coded("ThrottlingException", "")), Throttled},
		{"limit", "a quota is no throttle, although the SDK thinks so", response(400, coded("LimitExceededException", "")), Limit},
		{"nested throttle", "CloudWatch's throttling is hidden in the text",
			response(400, coded("FailedResourceAccessException", "Unable to put alarms: Rate exceeded (Service: AmazonCloudWatch)")), Throttled},
		{"nested denial", "all else that CloudWatch refuses is a matter of permissions",
			response(400, coded("FailedResourceAccessException", "User: x is not authorized to perform: cloudwatch:PutMetricAlarm")), Denied},
		{"text of another", "no other error is judged by its text", response(400, coded("ValidationException", "Rate exceeded")), Invalid},
		{"expired", "expired credentials are a matter of permissions", response(400, coded("ExpiredTokenException", "")), Denied},
		{"unknown code", "an unknown client error stays unknown", response(400, coded("TeapotException", "")), Unknown},
		{"proxy 429", "a proxy's status decides when the code says nothing", response(429, coded("UnknownError", "")), Throttled},
		{"proxy 403", "a proxy's status decides when the code says nothing", response(403, coded("UnknownError", "")), Denied},
		{"proxy 502", "a proxy's status decides when the code says nothing", response(502, errors.New("html")), Unavailable},
		{"refused", "no connection, no answer", response(0, refused), Unavailable},
		{"timeout", "an HTTP client's timeout is no answer", &url.Error{Op: "Post", Err: timeoutError{}}, Unavailable},
		{"deadline", "a context that ended is no answer", fmt.Errorf("x: %w", context.DeadlineExceeded), Unavailable},
		{"cancelled", "a context that ended is no answer", &smithy.CanceledError{Err: context.Canceled}, Unavailable},
		{"credentials", "without credentials somebody must act", &credentialsError{errors.New("no provider")}, Denied},
		{"credentials unreachable", "a metadata service that does not answer is not a lack of permission",
			&credentialsError{refused}, Unavailable},
		{"role denied", "STS's refusal of a role is found inside", &credentialsError{response(403, coded("AccessDenied", ""))}, Denied},
		{"missing parameter", "the SDK refuses incomplete calls", smithy.InvalidParamsError{}, Invalid},
		{"budget", "waiting too long for one's own budget is being throttled", &budgetError{context.DeadlineExceeded}, Throttled},
		{"wrapped", "the kind survives wrapping", fmt.Errorf("x: %w", &Error{Kind: Conflict}), Conflict},
		{"joined", "the SDK joins the error of its retry quota", errors.Join(response(400, coded("ConcurrentUpdateException", "")), errors.New("quota")), Conflict},
		{"anything", "what nobody knows is unknown", errors.New("?"), Unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := KindOf(test.err); got != test.want {
				t.Errorf("KindOf = %q, want %q: %s", got, test.want, test.reason)
			}
		})
	}
}

type timeoutError struct{}

func (timeoutError) Error() string   { return "timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

func TestErrorCarriesWhatAWSSaid(t *testing.T) {
	f := newFake()
	f.refuse = func(string, object) *refusal {
		return &refusal{400, "ObjectNotFoundException", "No scaling policy found"}
	}
	_, err := newTestAPI(t, f).Apply(t.Context(), autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "r", ScalableDimension: "d"},
		autoscaling.Change{Op: autoscaling.OpDeletePolicy, Verb: autoscaling.Delete, Name: "cpu"})
	var got *Error
	if !errors.As(err, &got) {
		t.Fatalf("err = %v (%T), want an *Error", err, err)
	}
	want := Error{
		Kind: NotFound, Operation: "DeleteScalingPolicy", Code: "ObjectNotFoundException",
		Message: "No scaling policy found", RequestID: "req-1", HTTPStatus: 400,
	}
	if diff := cmp.Diff(want, *got, cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "err" }, cmp.Ignore())); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	if want := "DeleteScalingPolicy: ObjectNotFoundException: No scaling policy found (request ID req-1)"; err.Error() != want {
		t.Errorf("text = %q, want %q", err, want)
	}
	if api := smithy.APIError(nil); !errors.As(err, &api) {
		t.Error("the SDK's error is not reachable by errors.As")
	}
}

func TestMessageDoesNotChangeBetweenTries(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close() // nobody listens there now
	a := newTestAPI(t, newFake(), func(o *Options) {
		o.Config.HTTPClient = nil
		o.Config.RetryMaxAttempts = 1
		o.Endpoint = "http://" + address
	})
	_, err = a.Observe(t.Context(), Query{Identity: autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "r", ScalableDimension: "d"}})
	var got *Error
	if !errors.As(err, &got) || got.Kind != Unavailable || got.Operation != "DescribeScalableTargets" {
		t.Fatalf("err = %v, want DescribeScalableTargets to be Unavailable", err)
	}
	if want := "cannot reach " + address + ": connection refused"; got.Message != want {
		t.Errorf("message = %q, want %q", got.Message, want)
	}
}

func FuzzKindOf(f *testing.F) {
	f.Add("ThrottlingException", "Rate exceeded", 400)
	f.Add("FailedResourceAccessException", "Rate exceeded", 400)
	f.Add("", "", 0)
	f.Add("x", "", 599)
	all := map[Kind]bool{NotFound: true, Conflict: true, Throttled: true, Denied: true, Invalid: true, Limit: true, Unavailable: true, Unknown: true}
	f.Fuzz(func(t *testing.T, code, text string, status int) {
		got := KindOf(response(status, coded(code, text)))
		if !all[got] {
			t.Fatalf("KindOf(%q, %q, %d) = %q, which is no kind", code, text, status, got)
		}
		if code != codeNested && got != KindOf(response(status, coded(code, "another text"))) {
			t.Fatalf("KindOf(%q, %q, %d) = %q depends on the text", code, text, status, got)
		}
	})
}
