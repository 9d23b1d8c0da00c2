package awsapi

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// isolate hides the AWS configuration of the machine and gives the test one of
// its own.
func isolate(t *testing.T) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, value, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, value) // so that it comes back
			os.Unsetenv(name)
		}
	}
	shared := filepath.Join(t.TempDir(), "config")
	const text = `
[profile with-region]
region = ap-south-1
[profile with-endpoint]
services = local
[services local]
application_auto_scaling =
  endpoint_url = http://profile.test
`
	if err := os.WriteFile(shared, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", shared)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_ACCESS_KEY_ID", "123456789012")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func TestRegion(t *testing.T) {
	for _, test := range []struct {
		reason  string
		env     map[string]string
		options ConfigOptions
		want    string
	}{
		{"the flag wins", map[string]string{"AWS_REGION": "us-east-1"}, ConfigOptions{Region: "eu-north-1"}, "eu-north-1"},
		{"AWS_REGION wins over AWS_DEFAULT_REGION", map[string]string{"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-2"}, ConfigOptions{}, "us-east-1"},
		{"AWS_DEFAULT_REGION counts", map[string]string{"AWS_DEFAULT_REGION": "us-east-2"}, ConfigOptions{}, "us-east-2"},
		{"an empty AWS_REGION is none", map[string]string{"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-2"}, ConfigOptions{}, "us-east-2"},
		{"a profile has a Region", map[string]string{"AWS_PROFILE": "with-region"}, ConfigOptions{}, "ap-south-1"},
		{"a profile can be an option", nil, ConfigOptions{Profile: "with-region"}, "ap-south-1"},
		{"no Region is an error", nil, ConfigOptions{}, ""},
	} {
		t.Run(test.reason, func(t *testing.T) {
			isolate(t)
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			test.options.Logger = quiet()
			cfg, err := LoadConfig(t.Context(), test.options)
			if cfg.Region != test.want || (err != nil) != (test.want == "") {
				t.Errorf("Region = %q, %v, want %q", cfg.Region, err, test.want)
			}
			if test.want == "" && (err == nil || !strings.Contains(err.Error(), "AWS_REGION")) {
				t.Errorf("err = %v does not say what to set", err)
			}
		})
	}
}

func TestUnknownProfile(t *testing.T) {
	isolate(t)
	if _, err := LoadConfig(t.Context(), ConfigOptions{Region: "us-west-2", Profile: "nobody"}); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("err = %v, want one that names the profile", err)
	}
}

func TestHTTPTimeout(t *testing.T) {
	isolate(t)
	cfg, err := LoadConfig(t.Context(), ConfigOptions{Region: "us-west-2", HTTPTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	client, ok := cfg.HTTPClient.(*awshttp.BuildableClient)
	if !ok || client.GetTimeout() != time.Minute {
		t.Errorf("HTTP client = %+v, want a timeout of a minute", cfg.HTTPClient)
	}
}

func TestConnectionsAreKept(t *testing.T) {
	isolate(t)
	cfg, err := LoadConfig(t.Context(), ConfigOptions{Region: "us-west-2"})
	if err != nil {
		t.Fatal(err)
	}
	if transport := cfg.HTTPClient.(*awshttp.BuildableClient).GetTransport(); transport.MaxIdleConnsPerHost < 50 {
		t.Errorf("%d idle connections to an endpoint, want as many as there may be calls at once: each further call begins with a handshake", transport.MaxIdleConnsPerHost)
	}
}

func TestSDKLogsToSlog(t *testing.T) {
	var text strings.Builder
	logger := sdkLogger(slog.New(slog.NewTextHandler(&text, nil)))
	logger.Logf("WARN", "careful with %s", "that")
	logger.Logf("DEBUG", "details")
	if got := text.String(); !strings.Contains(got, "AWS SDK: careful with that") || strings.Contains(got, "details") {
		t.Errorf("log = %q, want the warning only at level info", got)
	}
}

func TestAttempts(t *testing.T) {
	for _, test := range []struct {
		reason  string
		code    string
		status  int
		change  func(*aws.Config)
		want    int
		wantErr Kind
	}{
		{"a pending update is over soon", "ConcurrentUpdateException", 400, nil, 3, Conflict},
		{"throttling passes", "ThrottlingException", 400, nil, 3, Throttled},
		{"a server's error may pass", "InternalServiceException", 500, nil, 3, Unavailable},
		{"a quota does not go away", "LimitExceededException", 400, nil, 1, Limit},
		{"a mistake stays a mistake", "ValidationException", 400, nil, 1, Invalid},
		{"what is not there does not appear", "ObjectNotFoundException", 400, nil, 1, NotFound},
		{"permissions take a human", "AccessDeniedException", 400, nil, 1, Denied},
		{"the user's number of attempts counts", "ConcurrentUpdateException", 400, func(c *aws.Config) { c.RetryMaxAttempts = 5 }, 5, Conflict},
		{"one attempt means no retry", "ThrottlingException", 400, func(c *aws.Config) { c.RetryMaxAttempts = 1 }, 1, Throttled},
		{"the adaptive mode sees errors the same way", "ConcurrentUpdateException", 400, func(c *aws.Config) { c.RetryMode = aws.RetryModeAdaptive }, 3, Conflict},
		{"the adaptive mode honours the number", "LimitExceededException", 400, func(c *aws.Config) {
			c.RetryMode, c.RetryMaxAttempts = aws.RetryModeAdaptive, 2
		}, 1, Limit},
	} {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.refuse = func(string, object) *refusal { return &refusal{test.status, test.code, "x"} }
				a := newTestAPI(t, f, func(o *Options) {
					if test.change != nil {
						test.change(&o.Config)
					}
				})
				began := time.Now()
				_, err := a.Apply(t.Context(), anID, autoscaling.Change{Op: autoscaling.OpDeletePolicy, Name: "p"})
				if got := f.taken()["DeleteScalingPolicy"]; got != test.want || KindOf(err) != test.wantErr {
					t.Errorf("%d attempts, %v; want %d, %s", got, err, test.want, test.wantErr)
				}
				if took := time.Since(began); took > 8*time.Second {
					t.Errorf("took %v: retries must not sleep long", took)
				}
			})
		})
	}
}

func TestMaxAttemptsOfTheEnvironment(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "2")
	cfg, err := LoadConfig(t.Context(), ConfigOptions{Region: "us-west-2"})
	if err != nil {
		t.Fatal(err)
	}
	f := newFake()
	f.refuse = func(string, object) *refusal { return &refusal{500, "InternalServiceException", "x"} }
	cfg.HTTPClient = f
	_, _ = newTestAPI(t, f, func(o *Options) { o.Config = cfg }).Observe(t.Context(), Query{Identity: anID})
	if n := f.taken()["DescribeScalableTargets"]; n != 2 {
		t.Errorf("%d attempts, want the 2 of AWS_MAX_ATTEMPTS", n)
	}
}

func TestConflictThatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		pending := 2
		f.refuse = func(string, object) *refusal {
			if pending--; pending >= 0 {
				return &refusal{400, "ConcurrentUpdateException", "You already have a pending update to an Auto Scaling resource."}
			}
			return nil
		}
		_, err := newTestAPI(t, f).Apply(t.Context(), anID, autoscaling.Change{Op: autoscaling.OpDeletePolicy, Name: "p"})
		if err != nil {
			t.Errorf("err = %v: a pending update that ends in time must not surface", err)
		}
	})
}

func TestRetryDelay(t *testing.T) {
	for _, test := range []struct {
		reason  string
		attempt int
		kind    Kind
		luck    float64
		want    time.Duration
	}{
		{"the first delay is short", 1, Unavailable, 0, 100 * time.Millisecond},
		{"the next is twice as long", 2, Unavailable, 0, 200 * time.Millisecond},
		{"luck takes off up to half", 1, Throttled, 0.5, 150 * time.Millisecond},
		{"a pending update takes a little longer", 2, Conflict, 0, 600 * time.Millisecond},
		{"delays do not grow beyond all measure", 30, Conflict, 0, longestDelay},
		{"the SDK's newer retry mode counts from 0", 0, Throttled, 0, throttleDelay},
	} {
		if got := retryDelay(test.attempt, test.kind, test.luck); got != test.want {
			t.Errorf("retryDelay(%d, %s, %v) = %v, want %v: %s", test.attempt, test.kind, test.luck, got, test.want, test.reason)
		}
	}
}

func FuzzRetryDelay(f *testing.F) {
	f.Add(1, "Throttled", 0.5)
	f.Add(1<<40, "", 0.999)
	f.Fuzz(func(t *testing.T, attempt int, kind string, luck float64) {
		if !(luck >= 0 && luck < 1) {
			return // not what rand.Float64 returns
		}
		if got := retryDelay(attempt, Kind(kind), luck); got < failureDelay/2 || got > longestDelay {
			t.Errorf("retryDelay(%d, %q, %v) = %v", attempt, kind, luck, got)
		}
	})
}
