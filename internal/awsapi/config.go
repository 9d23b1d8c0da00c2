package awsapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// ConfigOptions configures [LoadConfig]. Empty members leave the decision to
// the environment and to the shared configuration files.
type ConfigOptions struct {
	Region      string
	Profile     string
	HTTPTimeout time.Duration // of one attempt; 0: none
	Logger      *slog.Logger  // nil: slog.Default()
}

// LoadConfig finds Region, credentials and everything else that the AWS SDK
// takes from the environment, the shared configuration files, web identity,
// EKS Pod Identity, and the container and instance metadata services. It is
// the SDK's default chain, so all AWS_* variables mean what the AWS SDKs and
// Tools Reference Guide says, the endpoint variables included. An empty
// AWS_ENDPOINT_URL means none; it is removed from the environment.
func LoadConfig(ctx context.Context, o ConfigOptions) (aws.Config, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if value, set := os.LookupEnv("AWS_ENDPOINT_URL"); set && value == "" {
		// The ACK controller's Helm chart always sets it. The SDK's clients
		// take the empty variable for a configured endpoint and then ignore
		// the endpoints of the shared configuration files.
		if err := os.Unsetenv("AWS_ENDPOINT_URL"); err != nil {
			return aws.Config{}, fmt.Errorf("the empty variable AWS_ENDPOINT_URL cannot be removed: %w", err)
		}
	}
	options := []func(*config.LoadOptions) error{config.WithLogger(sdkLogger(o.Logger))}
	if o.Region != "" {
		options = append(options, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(o.Profile))
	}
	httpClient := awshttp.NewBuildableClient().WithTransportOptions(keepConnections)
	if o.HTTPTimeout > 0 {
		httpClient = httpClient.WithTimeout(o.HTTPTimeout)
	}
	options = append(options, config.WithHTTPClient(httpClient))
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("the AWS configuration cannot be loaded: %w", err)
	}
	if cfg.Region == "" {
		return aws.Config{}, errors.New("no AWS Region is configured: set the Region by flag, by the variable " +
			"AWS_REGION (or AWS_DEFAULT_REGION), or as region in the profile that AWS_PROFILE names")
	}
	return cfg, nil
}

// keepConnections keeps as many connections to one endpoint as to all together,
// for one Region has most of the calls. The SDK keeps 10, and what goes beyond
// costs a handshake for each call.
func keepConnections(t *http.Transport) { t.MaxIdleConnsPerHost = t.MaxIdleConns }

// sdkLogger sends the SDK's log lines to slog.
func sdkLogger(logger *slog.Logger) logging.Logger {
	return logging.LoggerFunc(func(level logging.Classification, format string, args ...any) {
		to := logger.Debug
		if level == logging.Warn {
			to = logger.Warn
		}
		to("AWS SDK: " + fmt.Sprintf(format, args...))
	})
}

// The delays before a retry. They are short: the budget decides how fast calls
// go out again, and what fails for longer is tried again by the caller.
const (
	throttleDelay = 200 * time.Millisecond
	conflictDelay = 300 * time.Millisecond
	failureDelay  = 100 * time.Millisecond
	longestDelay  = 5 * time.Second
)

// newRetryer returns the SDK's standard retryer (or its adaptive one, if the
// configuration asks for that) with our view of errors. A
// ConcurrentUpdateException is retried here, because it says that an earlier
// write to the same target is not finished, which it mostly is a moment later;
// it surfaces only when all attempts met it. A LimitExceededException is a
// quota of Application Auto Scaling, which no retry changes, although the SDK
// counts it among the throttles.
func newRetryer(cfg aws.Config) aws.Retryer {
	standard := func(o *retry.StandardOptions) {
		if cfg.RetryMaxAttempts != 0 {
			o.MaxAttempts = cfg.RetryMaxAttempts
		}
		// The SDK's quota of retries would let throttling surface in a burst;
		// the budget keeps retries within what AWS allows.
		o.RateLimiter = ratelimit.None
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, err error) (time.Duration, error) {
			return retryDelay(attempt, KindOf(err), rand.Float64()), nil
		})
		o.Retryables = append([]retry.IsErrorRetryable{
			retry.NoRetryCanceledError{},
			retry.IsErrorRetryableFunc(retryable),
		}, o.Retryables...)
	}
	if cfg.RetryMode != aws.RetryModeAdaptive {
		return retry.NewStandard(standard)
	}
	return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
		o.StandardOptions = append(o.StandardOptions, standard)
		o.Throttles = []retry.IsErrorThrottle{retry.IsErrorThrottleFunc(func(err error) aws.Ternary {
			return aws.BoolTernary(KindOf(err) == Throttled)
		})}
	})
}

// retryable decides about the kinds that we see differently from the SDK.
func retryable(err error) aws.Ternary {
	switch KindOf(err) {
	case Throttled, Conflict:
		return aws.TrueTernary
	case Limit:
		return aws.FalseTernary
	default:
		return aws.UnknownTernary
	}
}

// retryDelay returns the wait after the attempt with that number (1 is the
// first): it doubles from one to the next, and luck, a number in [0, 1), takes
// off up to half so that those who failed together do not come back together.
func retryDelay(attempt int, kind Kind, luck float64) time.Duration {
	delay := failureDelay
	switch kind {
	case Throttled:
		delay = throttleDelay
	case Conflict:
		delay = conflictDelay
	default: // as it is
	}
	for n := 1; n < attempt && delay < longestDelay; n++ {
		delay = min(2*delay, longestDelay)
	}
	return delay - time.Duration(luck*float64(delay)/2)
}

// credentialsError says that the credentials provider failed, so that the call
// was not sent.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string {
	return "no AWS credentials are available: " + e.err.Error()
}

func (e *credentialsError) Unwrap() error { return e.err }

// namedErrors is a credentials provider whose errors can be told from those of
// the call that needs the credentials.
type namedErrors struct{ aws.CredentialsProvider }

func (p namedErrors) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := p.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		err = &credentialsError{err: err}
	}
	return c, err
}
