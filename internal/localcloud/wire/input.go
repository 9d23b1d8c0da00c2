package wire

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Input is what an operation was given, as it came, so that it can be given again
// later. One of its members is there; none is the empty input.
type Input struct {
	JSON  json.RawMessage `json:"json,omitempty"`
	Query string          `json:"query,omitempty"` // a form
	CBOR  []byte          `json:"cbor,omitempty"`
}

// Input returns what the request was given. It is false for requests that did not
// come over the wire, for those of REST, and where there is nothing to read.
func (r *Request) Input() (Input, bool) {
	if r.call == nil {
		return Input{}, false
	}
	body := r.call.body
	switch r.call.Protocol {
	case JSON10, JSON11:
		return Input{JSON: body}, len(body) == 0 || json.Valid(body)
	case CBOR:
		return Input{CBOR: body}, true
	case Query:
		return Input{Query: string(body)}, true
	case RESTJSON:
	}
	return Input{}, false
}

// Request returns the request that has the input. The error says that the input
// is none.
func (in Input) Request(s Scope, operation string) (*Request, error) {
	call := &Call{ID: newRequestID(), Operation: operation, Protocol: JSON11, body: bytes.TrimSpace(in.JSON)}
	switch {
	case len(in.JSON) > 0 && (in.Query != "" || len(in.CBOR) > 0), in.Query != "" && len(in.CBOR) > 0:
		return nil, errors.New("the input is in two protocols at once")
	case in.Query != "":
		form, err := parseForm(in.Query)
		if err != nil {
			return nil, err
		}
		call.Protocol, call.form, call.body = Query, form, []byte(in.Query)
	case len(in.CBOR) > 0:
		call.Protocol, call.body = CBOR, in.CBOR
	}
	call.size = len(call.body)
	return call.Request(s), nil
}
