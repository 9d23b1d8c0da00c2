package appautoscaling

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The errors of the API that wire does not have, with texts as the service
// was seen to word them. The texts of quotas, tags and unknown ARNs are ours,
// and so are those in validation that say so: AWS's are not known, and no
// client should depend on them.

func objectNotFound(format string, args ...any) *wire.Error {
	return &wire.Error{Code: "ObjectNotFoundException", Message: fmt.Sprintf(format, args...)}
}

// notRegistered is the answer to an operation that needs a scalable target.
func notRegistered(id identity) *wire.Error {
	return objectNotFound("No scalable target registered for %s", id)
}

func limitExceeded(format string, args ...any) *wire.Error {
	return &wire.Error{Code: "LimitExceededException", Message: fmt.Sprintf(format, args...)}
}

func concurrentUpdate() *wire.Error {
	return &wire.Error{Code: "ConcurrentUpdateException", Message: "You already have a pending update to an Auto Scaling resource."}
}

// noAccess is the answer when an operation of CloudWatch failed that the service
// called, in the words in which AWS was seen to answer. What is CloudWatch's own
// fault is one of this service too; AWS documents the error for those of clients.
func (b Behaviour) noAccess(failure error, what string) error {
	var e *wire.Error
	if !errors.As(failure, &e) || e.HTTPStatus() >= http.StatusInternalServerError {
		return b.internalService(what + " due to reason: " + failure.Error())
	}
	// The service was seen to speak the query protocol with CloudWatch.
	return &wire.Error{
		Code: "FailedResourceAccessException",
		Message: fmt.Sprintf("%s due to reason: %s (Service: AmazonCloudWatch; Status Code: %d; Error Code: %s)",
			what, e.Message, e.HTTPStatus(), cmp.Or(e.QueryCode, e.Code)),
	}
}

func invalidNextToken() *wire.Error {
	return &wire.Error{Code: "InvalidNextTokenException", Message: "The NextToken value is not valid"}
}

func (b Behaviour) internalService(message string) *wire.Error {
	return &wire.Error{Code: "InternalServiceException", Status: b.InternalServiceStatus, Message: message}
}

// resourceNotFound is what the tag operations, and only they, answer for a
// target that does not exist.
func resourceNotFound(arn string) *wire.Error {
	return &wire.Error{
		Code:    "ResourceNotFoundException",
		Message: "The scalable target " + arn + " does not exist.",
		Members: map[string]any{"ResourceName": arn},
	}
}

func tooManyTags(arn string, limit int) *wire.Error {
	return &wire.Error{
		Code:    "TooManyTagsException",
		Message: fmt.Sprintf("A scalable target can have at most %d tags.", limit),
		Members: map[string]any{"ResourceName": arn},
	}
}

func unsupportedIdentity() *wire.Error {
	return wire.Validation("Unsupported service namespace, resource type or scalable dimension")
}
