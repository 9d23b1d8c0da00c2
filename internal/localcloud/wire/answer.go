package wire

import (
	"maps"
	"net/http"
	"strconv"

	"github.com/fxamacker/cbor/v2"
)

// API is what the protocols need to know of a service to write its answers.
type API struct {
	// Namespace is the XML namespace of the query protocol.
	Namespace string
	// Shapes is the namespace of the service's shapes, such as
	// "com.amazonaws.cloudwatch". JSON 1.0 and CBOR name an error's shape with
	// it; JSON 1.1 does not (Smithy: awsJson1_0, awsJson1_1, rpcv2Cbor).
	Shapes string
	// Message is the member of most error shapes that holds the text: "Message"
	// or "message". An error whose shape differs has it among its Members.
	Message string
	// QueryCompatible makes JSON and CBOR errors carry the query protocol's
	// code in a header for clients that ask for it (Smithy: awsQueryCompatible).
	QueryCompatible bool
}

// Answer is the outcome of a call, encoded in the call's protocol.
type Answer struct {
	// Err is the error that the client gets, nil for success.
	Err *Error

	status int
	header http.Header
	body   []byte
}

// Answer encodes the outcome of the call: out, or err when it is not nil. An
// output that cannot be encoded becomes an internal failure.
func (c *Call) Answer(api API, out any, err error) *Answer {
	if c.Protocol == RESTJSON {
		return c.answerREST(api, out, err)
	}
	if err == nil {
		var body []byte
		if body, err = c.encode(api, out); err == nil {
			return c.answer(http.StatusOK, body)
		}
	}
	e := asError(err)
	a := c.answer(e.HTTPStatus(), c.encodeError(api, e))
	a.Err = e
	if api.QueryCompatible && c.queryMode && c.Protocol != Query {
		a.header["X-Amzn-Query-Error"] = []string{e.queryCode() + ";" + e.fault()}
	}
	return a
}

func (c *Call) answer(status int, body []byte) *Answer {
	h := http.Header{
		"X-Amzn-Requestid": {c.ID},
		"Content-Length":   {strconv.Itoa(len(body))},
	}
	if c.Protocol == CBOR {
		h["Smithy-Protocol"] = []string{"rpc-v2-cbor"}
	}
	if len(body) > 0 {
		h["Content-Type"] = []string{contentTypes[c.Protocol]}
	}
	return &Answer{status: status, header: h, body: body}
}

// Write sends the answer. The client may be gone by then: there is nobody left
// to tell.
func (a *Answer) Write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

func (c *Call) encode(api API, out any) ([]byte, error) {
	switch c.Protocol {
	case Query:
		return encodeXML(api.Namespace, c.Operation, c.ID, out)
	case CBOR:
		return encodeCBOR(out)
	default:
		return encodeJSON(out)
	}
}

func (c *Call) encodeError(api API, e *Error) []byte {
	if c.Protocol == Query {
		return encodeXMLError(api.Namespace, c.ID, e)
	}
	body := maps.Clone(e.Members)
	if body == nil {
		body = map[string]any{}
	}
	message := api.Message
	if message == "" {
		message = "message"
	}
	if _, given := body["Message"]; !given {
		body[message] = e.Message
	}
	body["__type"] = e.Code
	if c.Protocol != JSON11 && c.Protocol != RESTJSON && api.Shapes != "" {
		body["__type"] = api.Shapes + "#" + e.Code
	}
	encode := encodeJSON
	if c.Protocol == CBOR {
		encode = func(out any) ([]byte, error) { return cbor.Marshal(out) }
	}
	encoded, err := encode(body)
	if err != nil { // an error's own members cannot be encoded: the code and the text can
		encoded, _ = encode(map[string]any{message: e.Message, "__type": body["__type"]})
	}
	return encoded
}

// contentTypes are what answers declare.
var contentTypes = map[Protocol]string{
	JSON11: "application/x-amz-json-1.1",
	JSON10: "application/x-amz-json-1.0",
	Query:  "text/xml",
	CBOR:   "application/cbor",

	RESTJSON: "application/json",
}
