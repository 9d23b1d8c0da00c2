package awsapi

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		f := newFake()
		a := newTestAPI(t, f, func(o *Options) { o.Registerer = registry })
		apply := func(c autoscaling.Change) { _, _ = a.Apply(t.Context(), anID, c) }
		target := &autoscaling.Target{}
		apply(autoscaling.Change{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Create, Target: target})
		apply(autoscaling.Change{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Update, Target: target})
		apply(autoscaling.Change{Op: autoscaling.OpTagTarget, TargetARN: "arn", Tags: map[string]string{}})
		_, _ = a.Observe(t.Context(), Query{Identity: anID})
		if _, err := a.Account(t.Context()); err != nil {
			t.Fatal(err)
		}
		refusals := []*refusal{
			{400, "ThrottlingException", "slow"}, nil, // retried
			{400, "ObjectNotFoundException", "gone"},
			{503, "ServiceUnavailable", "x"}, {503, "ServiceUnavailable", "x"}, {503, "ServiceUnavailable", "x"},
		}
		f.refuse = func(string, object) *refusal {
			no := refusals[0]
			refusals = refusals[1:]
			return no
		}
		for range 3 {
			apply(autoscaling.Change{Op: autoscaling.OpDeletePolicy, Verb: autoscaling.Delete, Name: "p"})
		}
		const want = `
# HELP ack_outbound_api_requests_error_total Requests that Application Auto Scaling refused, by HTTP status code (-1: no answer).
# TYPE ack_outbound_api_requests_error_total counter
ack_outbound_api_requests_error_total{op_id="DeleteScalingPolicy",service="applicationautoscaling",status_code="400"} 2
ack_outbound_api_requests_error_total{op_id="DeleteScalingPolicy",service="applicationautoscaling",status_code="503"} 3
# HELP ack_outbound_api_requests_total Requests sent to Application Auto Scaling, retries included.
# TYPE ack_outbound_api_requests_total counter
ack_outbound_api_requests_total{op_id="DeleteScalingPolicy",op_type="DELETE",service="applicationautoscaling"} 6
ack_outbound_api_requests_total{op_id="DescribeScalableTargets",op_type="READ_MANY",service="applicationautoscaling"} 1
ack_outbound_api_requests_total{op_id="RegisterScalableTarget",op_type="CREATE",service="applicationautoscaling"} 1
ack_outbound_api_requests_total{op_id="RegisterScalableTarget",op_type="UPDATE",service="applicationautoscaling"} 1
ack_outbound_api_requests_total{op_id="TagResource",op_type="UPDATE",service="applicationautoscaling"} 1
# HELP setpoint_aws_throttles_total Requests that AWS throttled.
# TYPE setpoint_aws_throttles_total counter
setpoint_aws_throttles_total{operation="DeleteScalingPolicy",service="applicationautoscaling"} 1
`
		if err := testutil.GatherAndCompare(registry, strings.NewReader(want),
			"ack_outbound_api_requests_total", "ack_outbound_api_requests_error_total", "setpoint_aws_throttles_total"); err != nil {
			t.Error(err)
		}
		// One series per service, operation and outcome: 4 without errors, STS's
		// included, and DeleteScalingPolicy's OK, Throttled, NotFound, Unavailable.
		if got, err := testutil.GatherAndCount(registry, "setpoint_aws_request_duration_seconds"); err != nil || got != 8 {
			t.Errorf("%d series of durations (%v), want 8", got, err)
		}
	})
}

// The ACK controllers count errors by a code of the SDK that is 0, 1 or 2.
func TestErrorsAreCountedByHTTPStatus(t *testing.T) {
	for _, status := range []int{400, 403, 404, 500, 503} {
		synctest.Test(t, func(t *testing.T) {
			registry := prometheus.NewRegistry()
			f := newFake()
			a := newTestAPI(t, f, func(o *Options) { o.Registerer = registry })
			f.refuse = func(string, object) *refusal { return &refusal{status, "SomeException", "no"} }
			_, _ = a.Apply(t.Context(), anID, autoscaling.Change{Op: autoscaling.OpDeletePolicy, Verb: autoscaling.Delete, Name: "p"})
			families, err := registry.Gather()
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, family := range families {
				if family.GetName() != "ack_outbound_api_requests_error_total" {
					continue
				}
				for _, label := range family.GetMetric()[0].GetLabel() {
					if label.GetName() == "status_code" {
						codes = append(codes, label.GetValue())
					}
				}
			}
			if len(codes) != 1 || codes[0] != strconv.Itoa(status) {
				t.Errorf("AWS answered %d, and the metric says %q", status, codes)
			}
		})
	}
}

// TestWritesAskForLeave has the leave taken back while a call is tried again.
func TestWritesAskForLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		no := errors.New("somebody else works")
		var leave error
		a := newTestAPI(t, f, func(o *Options) { o.MayWrite = func() error { return leave } })
		f.refuse = func(operation string, _ object) *refusal {
			if operation == "PutScalingPolicy" || operation == "DeleteScalingPolicy" {
				leave = no
				return &refusal{503, "ServiceUnavailable", "x"}
			}
			return nil
		}
		remove := autoscaling.Change{Op: autoscaling.OpDeletePolicy, Verb: autoscaling.Delete, Name: "p"}
		if _, err := a.Apply(t.Context(), anID, remove); !errors.Is(err, no) || f.calls["DeleteScalingPolicy"] != 1 {
			t.Errorf("an attempt after the leave is gone: %d attempts, %v", f.calls["DeleteScalingPolicy"], err)
		}
		if _, err := a.Apply(t.Context(), anID, remove); !errors.Is(err, no) || f.calls["DeleteScalingPolicy"] != 1 {
			t.Errorf("a call without leave: %d attempts, %v", f.calls["DeleteScalingPolicy"], err)
		}
		if _, err := a.Observe(t.Context(), Query{Identity: anID}); err != nil {
			t.Errorf("reading needs no leave: %v", err)
		}
	})
}

func TestMetricsAreSharedByAPIs(t *testing.T) {
	registry := prometheus.NewRegistry()
	for range 2 {
		a := newTestAPI(t, newFake(), func(o *Options) { o.Registerer = registry })
		if _, err := a.Observe(t.Context(), Query{Identity: anID}); err != nil {
			t.Fatal(err)
		}
	}
	const want = `
# HELP ack_outbound_api_requests_total Requests sent to Application Auto Scaling, retries included.
# TYPE ack_outbound_api_requests_total counter
ack_outbound_api_requests_total{op_id="DescribeScalableTargets",op_type="READ_MANY",service="applicationautoscaling"} 2
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "ack_outbound_api_requests_total"); err != nil {
		t.Errorf("two APIs on one registry: %v", err)
	}
}

func TestStatusCodeWithoutAnswer(t *testing.T) {
	if got := statusCode(response(0, coded("x", ""))); got != "-1" {
		t.Errorf("status code = %q without an answer, want -1", got)
	}
}
