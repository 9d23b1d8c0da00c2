package awsapi

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// The names by which metrics call the services.
const (
	serviceAutoScaling = "applicationautoscaling"
	serviceCloudWatch  = "cloudwatch"
	serviceSTS         = "sts"
)

// noAnswer stands for the status code where AWS did not answer.
const noAnswer = "-1"

// metrics counts calls. The two ack_ families have the names and labels of the
// ACK controller, so that its dashboards go on working, except that their
// status_code is the HTTP status code.
type metrics struct {
	ackRequests *prometheus.CounterVec
	ackErrors   *prometheus.CounterVec
	duration    *prometheus.HistogramVec
	throttles   *prometheus.CounterVec
}

// newMetrics registers the metrics, or takes those that another API has
// registered already.
func newMetrics(registerer prometheus.Registerer, logger *slog.Logger) *metrics {
	return &metrics{
		ackRequests: register(registerer, logger, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ack_outbound_api_requests_total",
			Help: "Requests sent to Application Auto Scaling, retries included.",
		}, []string{"service", "op_type", "op_id"})),
		ackErrors: register(registerer, logger, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ack_outbound_api_requests_error_total",
			Help: "Requests that Application Auto Scaling refused, by HTTP status code (-1: no answer).",
		}, []string{"service", "op_id", "status_code"})),
		duration: register(registerer, logger, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "setpoint_aws_request_duration_seconds",
			Help:    "Time from sending a request to AWS to its answer; outcome is OK or the kind of the error.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"service", "operation", "outcome"})),
		throttles: register(registerer, logger, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "setpoint_aws_throttles_total",
			Help: "Requests that AWS throttled.",
		}, []string{"service", "operation"})),
	}
}

func register[C prometheus.Collector](registerer prometheus.Registerer, logger *slog.Logger, c C) C {
	if registerer == nil {
		return c
	}
	err := registerer.Register(c)
	var already prometheus.AlreadyRegisteredError
	if errors.As(err, &already) {
		if existing, ok := already.ExistingCollector.(C); ok {
			return existing
		}
	}
	if err != nil {
		logger.Error("a metric of AWS calls cannot be registered and stays invisible", "error", err)
	}
	return c
}

// addMetrics inserts the metrics behind the SDK's retry step, so that they
// count attempts.
func addMetrics(m *metrics, service string) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("SetpointMetrics", func(
			ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
		) (middleware.FinalizeOutput, middleware.Metadata, error) {
			began := time.Now()
			out, metadata, err := next.HandleFinalize(ctx, in)
			m.observe(ctx, service, time.Since(began), err)
			if id, ok := ctx.Value(requestKey{}).(*string); ok {
				*id, _ = awsmiddleware.GetRequestIDMetadata(metadata)
			}
			return out, metadata, err
		}), "Retry", middleware.After)
	}
}

// addLeave asks for leave to write behind the SDK's retry step, because time goes
// by between attempts. Only this service is written to.
func addLeave(mayWrite func() error) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		if mayWrite == nil {
			return nil
		}
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("SetpointLeave", func(
			ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
		) (middleware.FinalizeOutput, middleware.Metadata, error) {
			if !isRead(middleware.GetOperationName(ctx)) {
				if err := mayWrite(); err != nil {
					return middleware.FinalizeOutput{}, middleware.Metadata{}, err
				}
			}
			return next.HandleFinalize(ctx, in)
		}), "Retry", middleware.After)
	}
}

func isRead(operation string) bool {
	return strings.HasPrefix(operation, "Describe") || strings.HasPrefix(operation, "List") || strings.HasPrefix(operation, "Get")
}

func (m *metrics) observe(ctx context.Context, service string, took time.Duration, err error) {
	operation := middleware.GetOperationName(ctx)
	kind := KindOf(err)
	outcome := "OK"
	if err != nil {
		outcome = string(kind)
	}
	m.duration.WithLabelValues(service, operation, outcome).Observe(took.Seconds())
	if kind == Throttled {
		m.throttles.WithLabelValues(service, operation).Inc()
	}
	if service != serviceAutoScaling {
		return // the ACK controller counts its own service only
	}
	verb, _ := ctx.Value(verbKey{}).(autoscaling.Verb)
	m.ackRequests.WithLabelValues(service, opType(operation, verb), operation).Inc()
	if err != nil {
		m.ackErrors.WithLabelValues(service, operation, statusCode(err)).Inc()
	}
}

// verbKey is the context key of the verb of the change that a call is part of.
type verbKey struct{}

// requestKey is the context key of where the ID of the request goes. The last
// attempt counts.
type requestKey struct{}

// opType returns the ACK controller's word for what a call does. AWS's Put and
// Register operations create or update; the verb says which.
func opType(operation string, verb autoscaling.Verb) string {
	switch autoscaling.Op(operation) {
	case autoscaling.OpRegisterTarget, autoscaling.OpPutPolicy, autoscaling.OpPutAction:
		if verb == autoscaling.Create {
			return "CREATE"
		}
		return "UPDATE"
	case autoscaling.OpTagTarget, autoscaling.OpUntagTarget:
		return "UPDATE"
	case autoscaling.OpDeregisterTarget, autoscaling.OpDeletePolicy, autoscaling.OpDeleteAction:
		return "DELETE"
	}
	return "READ_MANY"
}

func statusCode(err error) string {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.Response == nil || response.HTTPStatusCode() == 0 {
		return noAnswer
	}
	return strconv.Itoa(response.HTTPStatusCode())
}
