// Package wire speaks the protocols of AWS's clients on the server side: AWS
// JSON 1.0 and 1.1, the query protocol with XML answers, and RPC v2 CBOR. A
// service behind it sees none of that: it gets a [Request], decodes its input
// into a Go struct with JSON tags, and returns another such struct or an
// [Error]. Only an operation of [REST] sees headers and bodies, because those
// are what it is about.
//
// [Read] recognises what an HTTP request asks for, in which protocol and by
// whose credentials; [Call.Answer] puts the outcome into the same protocol.
// Members are named once, by JSON tags, for all protocols, and an absent
// member is absent on the wire, never null. Timestamps are [Time], because
// each protocol writes them differently.
package wire

import (
	"context"
	"encoding/json"
)

// Scope says whose request it is. Region comes from the signature's credential
// scope; the account from the access key (12 digits are an account ID).
type Scope struct {
	Account   string
	Region    string
	AccessKey string
}

// Partition returns the AWS partition of the scope's Region: "aws", "aws-cn"
// or "aws-us-gov".
func (s Scope) Partition() string {
	switch {
	case len(s.Region) > 3 && s.Region[:3] == "cn-":
		return "aws-cn"
	case len(s.Region) > 7 && s.Region[:7] == "us-gov-":
		return "aws-us-gov"
	}
	return "aws"
}

// Request is one call of one operation.
type Request struct {
	Scope
	ID        string // request ID, also in the answer's header
	Operation string // such as "PutScalingPolicy"
	Size      int    // bytes of the body, uncompressed; 0 for calls inside the local cloud

	decode func(into any) error
	call   *Call // nil: made inside the local cloud
}

// NewRequest returns a request as if it had come over the wire: input is a
// struct with JSON tags. For calls that one service of the local cloud, or a
// test, makes of another.
func NewRequest(s Scope, operation string, input any) *Request {
	return &Request{Scope: s, ID: newRequestID(), Operation: operation, decode: func(into any) error {
		body, err := json.Marshal(input)
		if err != nil {
			return serializationError("the input of %s: %v", operation, err)
		}
		return decodeJSON(body, into)
	}}
}

// Decode reads the input into a pointer to a struct with JSON tags that are the
// member names of the AWS model. Members that the struct does not name are
// ignored, as AWS does. A malformed body is a SerializationException.
func (r *Request) Decode(into any) error { return r.decode(into) }

// Service is one AWS service. Handle returns a struct with JSON tags (nil for
// an empty answer) or an error; an error that is no *Error is answered as an
// internal failure. An operation the service does not know is answered with
// [UnknownOperation].
//
// Handle is called by one goroutine at a time; what it returns is encoded
// later, while the next call runs, so it must not share anything that changes.
type Service interface {
	Handle(ctx context.Context, r *Request) (any, error)
}
