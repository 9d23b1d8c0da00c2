package wire

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Error is an AWS error: the shape's name, the text, the HTTP status (400 when
// zero), and the other members of the error shape, if any.
type Error struct {
	Code    string
	Message string
	Status  int
	Members map[string]any
	// QueryCode is the code that the query protocol uses where it differs
	// (awsQueryCompatible); empty: the same.
	QueryCode string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// HTTPStatus returns the status of the answer.
func (e *Error) HTTPStatus() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}

// queryCode returns the code in the query protocol.
func (e *Error) queryCode() string {
	if e.QueryCode == "" {
		return e.Code
	}
	return e.QueryCode
}

// fault says who is at fault, in the words of the query protocol.
func (e *Error) fault() string {
	if e.HTTPStatus() >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

// Validation returns a ValidationException, or ValidationError in the query
// protocol, with the formatted text.
func Validation(format string, args ...any) *Error {
	return &Error{Code: "ValidationException", QueryCode: "ValidationError", Message: fmt.Sprintf(format, args...)}
}

// Throttling returns what AWS answers to a caller over its request rate. It is
// a common error of all services; SDKs retry it.
func Throttling() *Error {
	return &Error{Code: "ThrottlingException", QueryCode: "Throttling", Message: "Rate exceeded"}
}

// UnknownOperation returns the error for an operation that the local cloud
// does not implement, which names those that it does. Its status is 400, so no
// SDK retries it.
func UnknownOperation[T any](service, operation string, implemented map[string]T) *Error {
	return &Error{
		Code: "UnknownOperationException",
		Message: fmt.Sprintf("The local cloud does not implement the operation %q of %s. It implements %s.",
			operation, service, strings.Join(slices.Sorted(maps.Keys(implemented)), ", ")),
	}
}

// asError returns the AWS error of err. An error that is none is a fault of
// the local cloud itself, answered as AWS answers its own internal failures,
// with the text so that it can be reported.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{
		Code:    "InternalFailure",
		Message: "The local cloud failed: " + err.Error(),
		Status:  http.StatusInternalServerError,
	}
}

// serializationError is the answer to a body that cannot be read as what the
// operation takes.
func serializationError(format string, args ...any) *Error {
	return &Error{Code: "SerializationException", QueryCode: "MalformedInput", Message: fmt.Sprintf(format, args...)}
}
