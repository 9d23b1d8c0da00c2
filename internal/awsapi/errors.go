package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/setpoint-io/setpoint/internal/awsapi/batch"
)

// Kind says what can be done about a failed call. Everything that reacts to
// errors of AWS reacts to kinds: conditions, retries and events.
type Kind string

// The kinds of errors.
const (
	NotFound    Kind = "NotFound"    // the thing, or the target it belongs to, is not there
	Conflict    Kind = "Conflict"    // another write to the same thing is under way; try again soon
	Throttled   Kind = "Throttled"   // too many calls; try again later
	Denied      Kind = "Denied"      // credentials or permissions; somebody must act
	Invalid     Kind = "Invalid"     // AWS refuses the content of the call; somebody must change it
	Limit       Kind = "Limit"       // a quota is used up; somebody must raise it or remove something
	Unavailable Kind = "Unavailable" // AWS did not answer, or not usefully; try again later
	Unknown     Kind = "Unknown"     // none of the above can be told
)

// Error is a failed call to AWS. All errors that this package returns are of
// this type.
type Error struct {
	Kind       Kind
	Operation  string // as AWS names it, such as "PutScalingPolicy"
	Code       string // AWS's error code; empty when AWS did not answer
	Message    string // without anything that differs from one try to the next
	RequestID  string // AWS's request ID; empty when AWS did not answer
	HTTPStatus int    // 0 when AWS did not answer
	err        error
}

// Error names operation, code, message and request ID.
func (e *Error) Error() string {
	text := e.Operation + ": "
	if e.Code != "" {
		text += e.Code + ": "
	}
	text += e.Message
	if e.RequestID != "" {
		text += " (request ID " + e.RequestID + ")"
	}
	return text
}

// Unwrap returns the SDK's error.
func (e *Error) Unwrap() error { return e.err }

// KindOf returns the kind of an error of this package or of the SDK, also when
// it is wrapped; it is empty for nil.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Kind
	}
	return classify(err)
}

// refusals are the codes by which AWS says that the caller lacks a right, and
// not that its credentials are no good (AWS API references: "Common Errors").
var refusals = map[string]bool{"AccessDenied": true, "AccessDeniedException": true, "NotAuthorized": true}

// MissingRight returns the IAM action that the caller may not take, such as
// "application-autoscaling:DescribeScalableTargets". It is empty for errors of
// other kinds. The IAM actions of the operations that this project calls have
// their names (AWS Service Authorization Reference).
func (e *Error) MissingRight() string {
	if e.Code == codeNested && e.Kind == Denied && e.Operation == "DescribeScalingPolicies" {
		return "cloudwatch:DescribeAlarms" // by which it finds the alarms of step scaling policies
	}
	if !refusals[e.Code] {
		return ""
	}
	service := "application-autoscaling"
	switch e.Operation {
	case "DescribeAlarms":
		service = "cloudwatch"
	case "DescribeEndpoint":
		service = "sagemaker"
	}
	return service + ":" + e.Operation
}

// Wrap turns an error of the SDK into an [*Error] for the operation that failed;
// an [*Error] and nil stay as they are.
func Wrap(operation string, err error) error { return wrap(operation, err) }

// codeNested is the code of an error whose cause is the error of another
// service.
const codeNested = "FailedResourceAccessException"

// kinds maps AWS's error codes to kinds: those that Application Auto Scaling,
// CloudWatch and STS model, those that are common to all services (AWS API
// references: "Common Errors"), and those that the SDK treats as throttling.
var kinds = map[string]Kind{
	// Application Auto Scaling. codeNested is refined by
	// classifyNested.
	"ConcurrentUpdateException": Conflict,
	codeNested:                  Denied,
	"InternalServiceException":  Unavailable,
	"InvalidNextTokenException": Unavailable, // the list changed while it was read
	"LimitExceededException":    Limit,
	"ObjectNotFoundException":   NotFound,
	"ResourceNotFoundException": NotFound,
	"TooManyTagsException":      Limit,
	"ValidationException":       Invalid,

	// CloudWatch.
	"ConcurrentModificationException":      Conflict,
	"ConflictException":                    Conflict,
	"DashboardInvalidInputError":           Invalid,
	"DashboardNotFoundError":               NotFound,
	"InternalServiceFault":                 Unavailable,
	"InvalidFormatFault":                   Invalid,
	"InvalidNextToken":                     Unavailable,
	"InvalidParameterCombinationException": Invalid,
	"InvalidParameterValueException":       Invalid,
	"KmsAccessDeniedException":             Denied,
	"KmsKeyDisabledException":              Denied,
	"KmsKeyNotFoundException":              Denied,
	"LimitExceededFault":                   Limit,
	"MissingRequiredParameterException":    Invalid,
	"ResourceConflict":                     Conflict,
	"ResourceNotFound":                     NotFound,

	// STS.
	"ExpiredTokenException":                          Denied,
	"ExpiredTradeInTokenException":                   Denied,
	"IDPCommunicationError":                          Unavailable,
	"IDPRejectedClaim":                               Denied,
	"InvalidAuthorizationMessageException":           Invalid,
	"InvalidIdentityToken":                           Denied,
	"JWTPayloadSizeExceededException":                Invalid,
	"MalformedPolicyDocument":                        Invalid,
	"OutboundWebIdentityFederationDisabledException": Denied,
	"PackedPolicyTooLarge":                           Invalid,
	"RegionDisabledException":                        Denied,
	"SessionDurationEscalationException":             Denied,

	// Common to all services.
	"AccessDenied":                           Denied,
	"AccessDeniedException":                  Denied,
	"AuthFailure":                            Denied,
	"ExpiredToken":                           Denied,
	"IncompleteSignature":                    Denied,
	"IncompleteSignatureException":           Denied,
	"InternalError":                          Unavailable,
	"InternalFailure":                        Unavailable,
	"InternalServerError":                    Unavailable,
	"InvalidAction":                          Invalid,
	"InvalidClientTokenId":                   Denied,
	"InvalidParameterCombination":            Invalid,
	"InvalidParameterValue":                  Invalid,
	"InvalidQueryParameter":                  Invalid,
	"InvalidSignatureException":              Denied,
	"MalformedQueryString":                   Invalid,
	"MissingAction":                          Invalid,
	"MissingAuthenticationToken":             Denied,
	"MissingAuthenticationTokenException":    Denied,
	"MissingParameter":                       Invalid,
	"NotAuthorized":                          Denied,
	"OptInRequired":                          Denied,
	"RequestExpired":                         Denied,
	"RequestTimeTooSkewed":                   Denied,
	"RequestTimeout":                         Unavailable,
	"RequestTimeoutException":                Unavailable,
	"SerializationException":                 Invalid,
	"ServiceUnavailable":                     Unavailable,
	"ServiceUnavailableException":            Unavailable,
	"SignatureDoesNotMatch":                  Denied,
	"UnknownOperationException":              Invalid,
	"UnrecognizedClientException":            Denied,
	"ValidationError":                        Invalid,
	"BandwidthLimitExceeded":                 Throttled,
	"EC2ThrottledException":                  Throttled,
	"PriorRequestNotComplete":                Throttled,
	"ProvisionedThroughputExceededException": Throttled,
	"RequestLimitExceeded":                   Throttled,
	"RequestThrottled":                       Throttled,
	"RequestThrottledException":              Throttled,
	"SlowDown":                               Throttled,
	"ThrottledException":                     Throttled,
	"Throttling":                             Throttled,
	"ThrottlingException":                    Throttled,
	"TooManyRequestsException":               Throttled,
	"TransactionInProgressException":         Throttled,
}

// classify tells the kind of an error of the SDK.
func classify(err error) Kind {
	var (
		budget      *budgetError
		api         smithy.APIError
		response    *smithyhttp.ResponseError
		params      smithy.InvalidParamsError
		connection  interface{ ConnectionError() bool }
		timeout     net.Error
		credentials *credentialsError
	)
	switch {
	case errors.As(err, &budget):
		return Throttled
	case errors.As(err, &api) && api.ErrorCode() == codeNested:
		return classifyNested(api.ErrorMessage())
	case errors.As(err, &api) && kinds[api.ErrorCode()] != "":
		return kinds[api.ErrorCode()]
	case errors.As(err, &response) && response.Response != nil && response.HTTPStatusCode() != 0:
		return kindOfStatus(response.HTTPStatusCode())
	case errors.As(err, &params):
		return Invalid // the SDK refuses calls that miss a required member
	case errors.As(err, &connection) && connection.ConnectionError(),
		errors.As(err, &timeout),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, batch.ErrClosed):
		return Unavailable
	case errors.As(err, &credentials):
		return Denied
	}
	return Unknown
}

// classifyNested tells what FailedResourceAccessException is about. Application
// Auto Scaling answers it when its own calls to CloudWatch fail, be it for a
// lack of permission or because CloudWatch throttles, and puts CloudWatch's
// error into the text only. The text is the sole place where the difference
// can be seen, which is why this one function, and no other, reads a message.
func classifyNested(message string) Kind {
	if strings.Contains(message, "Rate exceeded") {
		return Throttled
	}
	return Denied
}

// kindOfStatus is for answers whose code says nothing, such as those of a
// proxy.
func kindOfStatus(status int) Kind {
	switch {
	case status == http.StatusTooManyRequests:
		return Throttled
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Denied
	case status == http.StatusRequestTimeout, status >= 500:
		return Unavailable
	}
	return Unknown
}

// wrap turns an error of the SDK into an *Error; an *Error stays as it is.
func wrap(operation string, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	e = &Error{Kind: classify(err), Operation: operation, Message: message(err), err: err}
	var api smithy.APIError
	if errors.As(err, &api) {
		e.Code = api.ErrorCode()
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.Response != nil {
		e.HTTPStatus, e.RequestID = response.HTTPStatusCode(), response.RequestID
	}
	return e
}

// message returns what an error says, without the SDK's frame around it and
// without request IDs and port numbers, so that it does not change from one
// try to the next.
func message(err error) string {
	var (
		api         smithy.APIError
		credentials *credentialsError
		failed      *url.Error
		operation   *smithy.OperationError
	)
	switch {
	case errors.As(err, &api) && api.ErrorMessage() != "":
		return api.ErrorMessage()
	case errors.As(err, &credentials):
		return credentials.Error()
	case errors.As(err, &failed):
		return fmt.Sprintf("cannot reach %s: %v", host(failed.URL), innermost(failed))
	case errors.As(err, &operation):
		return operation.Err.Error()
	}
	return err.Error()
}

func host(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" {
		return "AWS"
	}
	return u.Host
}

func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// invalid is the error for a call that is not worth sending.
func invalid(operation, format string, args ...any) error {
	return &Error{Kind: Invalid, Operation: operation, Message: fmt.Sprintf(format, args...)}
}
