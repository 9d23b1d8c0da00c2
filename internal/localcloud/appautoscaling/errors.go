package appautoscaling

import (
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

func invalidNextToken() *wire.Error {
	return &wire.Error{Code: "InvalidNextTokenException", Message: "The NextToken value is not valid"}
}

func internalService(message string) *wire.Error {
	return &wire.Error{Code: "InternalServiceException", Status: http.StatusInternalServerError, Message: message}
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
