package awsapi

import (
	"cmp"
	"errors"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"testing"

	"github.com/aws/smithy-go/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/setpoint-io/setpoint/test/pages"
)

// particular says what to do about a code where that is more than what to do
// about its kind.
var particular = map[string]string{
	"AccessDenied":                "grant the action that the message names",
	"AccessDeniedException":       "grant the action that the message names",
	"ConcurrentUpdateException":   "the scalable target has a pending update; if that lasts, see who else writes it",
	"ExpiredToken":                "renew the credentials; with IRSA or Pod Identity that happens by itself, so see why it does not",
	"ExpiredTokenException":       "renew the credentials; with IRSA or Pod Identity that happens by itself, so see why it does not",
	codeNested:                    "CloudWatch refused Application Auto Scaling, which calls it with the caller's rights: grant `cloudwatch:DescribeAlarms`, `PutMetricAlarm` and `DeleteAlarms`",
	"IDPRejectedClaim":            "the trust policy of the role does not fit the service account",
	"InvalidClientTokenId":        "the access key does not exist, or belongs to another partition",
	"InvalidIdentityToken":        "the account does not know the OIDC provider of the cluster, or its URL is another",
	"InvalidSignatureException":   "the secret key is wrong, or the clock of the node",
	"LimitExceededException":      "too many scalable targets of the service in the Region, or too many policies, actions or steps",
	"LimitExceededFault":          "too many alarms in the Region; a target tracking policy has two or more",
	"ObjectNotFoundException":     "the scalable target, policy or action is gone",
	"OptInRequired":               "the account is not signed up for the service",
	"PackedPolicyTooLarge":        "shorten the session policies and tags of the role",
	"RegionDisabledException":     "activate STS in the Region, or choose another Region",
	"RequestExpired":              "set the clock of the node",
	"RequestTimeTooSkewed":        "set the clock of the node",
	"SignatureDoesNotMatch":       "the secret key is wrong, or the clock of the node, or a proxy changes requests",
	"TooManyTagsException":        "remove tags; those of `--resource-tags` count too",
	"UnknownOperationException":   "the endpoint is not that of the service: see `--aws-endpoint-url` and the annotation `services.k8s.aws/endpoint-url`",
	"UnrecognizedClientException": "the access key does not exist, or belongs to another partition",
	"ValidationException":         "a value is wrong, the resource is not there or not in service, or the caller may not scale it; the message says which",
}

// TestPageCodes lists the codes below their kinds. What a kind means for an
// object is drawn by the package that makes conditions.
func TestPageCodes(t *testing.T) {
	rows := map[Kind][][]string{}
	for _, code := range slices.Sorted(maps.Keys(kinds)) {
		rows[kinds[code]] = append(rows[kinds[code]], []string{pages.Code(code), cmp.Or(particular[code], "as above")})
	}
	for kind, codes := range rows {
		pages.Check(t, "reference/errors.md", "codes of "+string(kind), pages.Table([]string{"Code", "What to do"}, codes))
	}
	for code := range particular {
		if kinds[code] == "" {
			t.Errorf("there is no code %s", code)
		}
	}
}

// TestPageOtherErrors is about errors that no code decides about.
func TestPageOtherErrors(t *testing.T) {
	var rows [][]string
	for _, c := range []struct {
		what string
		err  error
	}{
		{"`FailedResourceAccessException` whose text has \"Rate exceeded\": CloudWatch throttles Application Auto Scaling", coded(codeNested, "Rate exceeded")},
		{"no connection, no answer in time", &url.Error{Op: "Post", Err: timeoutError{}}},
		{"no credentials are found", &credentialsError{errors.New("no provider")}},
		{"a role that cannot be assumed", &credentialsError{response(403, coded("AccessDenied", ""))}},
		{"another code, HTTP status 401 or 403", response(403, coded("UnknownError", ""))},
		{"another code, HTTP status 429", response(429, coded("UnknownError", ""))},
		{"another code, HTTP status 408 or 5xx", response(502, coded("UnknownError", ""))},
		{"anything else", response(400, coded("UnknownError", ""))},
	} {
		rows = append(rows, []string{c.what, pages.Code(string(KindOf(c.err)))})
	}
	pages.Check(t, "reference/errors.md", "other errors", pages.Table([]string{"Error", "Kind"}, rows))
}

func TestPageMetrics(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	m := newMetrics(registry, slog.New(slog.DiscardHandler))
	ctx := middleware.WithOperationName(t.Context(), "DescribeScalingPolicies")
	m.observe(ctx, serviceAutoScaling, 0, response(400, coded("ThrottlingException", "")))
	pages.Check(t, "reference/metrics.md", "metrics of AWS calls", pages.Metrics(t, registry, map[string]string{
		"ack_outbound_api_requests_error_total": "sum by (op_id, status_code) (rate(ack_outbound_api_requests_error_total[5m]))",
		"ack_outbound_api_requests_total":       "sum by (op_id) (rate(ack_outbound_api_requests_total[5m]))",
		"setpoint_aws_request_duration_seconds": `histogram_quantile(0.99, sum by (le, operation) (rate(setpoint_aws_request_duration_seconds_bucket[5m])))`,
		"setpoint_aws_throttles_total":          "sum by (service, operation) (rate(setpoint_aws_throttles_total[5m]))",
	}))
}
