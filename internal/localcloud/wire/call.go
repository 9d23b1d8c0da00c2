package wire

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// Protocol is how a client speaks.
type Protocol int

// The protocols of AWS that the services of the local cloud speak.
const (
	JSON11   Protocol = iota // AWS JSON 1.1; also the form of answers to what is no AWS request
	JSON10                   // AWS JSON 1.0
	Query                    // form in, XML out
	CBOR                     // smithy RPC v2
	RESTJSON                 // REST, with errors in JSON
)

// maxBody bounds a request body, before and after decompression. The largest
// that AWS documents for these services is 1 MB, of PutMetricData.
const maxBody = 4 << 20

// Call is one HTTP request, recognised: what it asks for, of which service, in
// which protocol and with whose credentials.
type Call struct {
	ID       string
	Protocol Protocol
	// Target names the service in JSON and CBOR requests, such as
	// "AnyScaleFrontendService". Version does in query requests, together with
	// Credential.Service.
	Target     string
	Version    string
	Operation  string
	Credential Credential

	// queryMode: the client asks for the query protocol's error codes too.
	queryMode bool
	size      int
	body      []byte
	form      *node
	rest      *RESTInput
}

// Read recognises an HTTP request, also of the operations of REST that are
// given. The call is never nil, so that an error can be answered in the client's
// protocol as far as that was clear.
func Read(r *http.Request, operations ...REST) (*Call, error) {
	c := &Call{ID: newRequestID(), queryMode: r.Header.Get("X-Amzn-Query-Mode") == "true"}
	if !c.recogniseREST(r, operations) {
		if err := c.recognise(r); err != nil {
			return c, err
		}
	}
	credential, err := credentialOf(r)
	if err != nil {
		return c, err
	}
	c.Credential = credential
	if c.Protocol == Query {
		return c, c.readForm(r)
	}
	c.body, err = readBody(r, c.limit())
	c.size = len(c.body)
	return c, err
}

// recognise finds the protocol and, except in the query protocol, the target.
func (c *Call) recognise(r *http.Request) error {
	if r.Header.Get("Smithy-Protocol") != "" {
		return c.recogniseCBOR(r)
	}
	contentType := r.Header.Get("Content-Type")
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		if strings.HasPrefix(contentType, "application/x-amz-json-1.0") {
			c.Protocol = JSON10
		}
		var ok bool
		if c.Target, c.Operation, ok = splitTarget(target); !ok {
			return unknownRequest("the X-Amz-Target header %q is not of the form <service>.<operation>", target)
		}
		return nil
	}
	if strings.HasPrefix(contentType, "application/x-www-form-urlencoded") || r.URL.Query().Has("Action") {
		c.Protocol = Query
		return nil
	}
	return unknownRequest("%s %s is no AWS request: it has no X-Amz-Target header, no Action parameter and no Smithy-Protocol header",
		r.Method, r.URL.Path)
}

func (c *Call) recogniseCBOR(r *http.Request) error {
	if protocol := r.Header.Get("Smithy-Protocol"); protocol != "rpc-v2-cbor" {
		return unknownRequest("the Smithy-Protocol %q is not implemented; rpc-v2-cbor is", protocol)
	}
	c.Protocol = CBOR
	var ok bool
	if c.Target, c.Operation, ok = splitCBORPath(r.URL.Path); !ok {
		return unknownRequest("the path %q is not of the form /service/<service>/operation/<operation>", r.URL.Path)
	}
	return nil
}

// readForm reads the form of a query request, from the body or, in a presigned
// GET, from the query string.
func (c *Call) readForm(r *http.Request) error {
	c.body = []byte(r.URL.RawQuery)
	var err error
	if r.Method == http.MethodPost {
		if c.body, err = readBody(r, maxBody); err != nil {
			return err
		}
	}
	c.size = len(c.body)
	if c.form, err = parseForm(string(c.body)); err != nil {
		return serializationError("%v", err)
	}
	c.Operation, c.Version = c.form.text("Action"), c.form.text("Version")
	if c.Operation == "" {
		return &Error{
			Code:    "MissingAction",
			Message: "The request has neither an Action parameter nor an X-Amz-Target header, so it names no operation.",
		}
	}
	return nil
}

// limit bounds the body of the call.
func (c *Call) limit() int64 {
	if c.Protocol == RESTJSON {
		return maxRESTBody
	}
	return maxBody
}

// readBody reads the body, decompressed: SDKs compress large PutMetricData
// requests.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	var body io.Reader = r.Body
	switch encoding := r.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip":
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, serializationError("the body is not gzip as its Content-Encoding says: %v", err)
		}
		body = unzipped
	default:
		return nil, serializationError("the Content-Encoding %q is not implemented; gzip is", encoding)
	}
	var b bytes.Buffer
	if n := r.ContentLength; n > 0 && n <= limit {
		b.Grow(int(n) + bytes.MinRead) // one allocation: the reader looks for the end with MinRead free
	}
	if _, err := b.ReadFrom(io.LimitReader(body, limit+1)); err != nil {
		return nil, serializationError("the body cannot be read: %v", err)
	}
	if int64(b.Len()) > limit {
		return nil, &Error{
			Code:    "RequestEntityTooLargeException",
			Message: fmt.Sprintf("The request body is larger than %d bytes.", limit),
			Status:  http.StatusRequestEntityTooLarge,
		}
	}
	return b.Bytes(), nil
}

// Request returns the call for a service, made by scope.
func (c *Call) Request(s Scope) *Request {
	return &Request{Scope: s, ID: c.ID, Operation: c.Operation, Size: c.size, decode: c.decode, call: c}
}

func (c *Call) decode(into any) error {
	switch c.Protocol {
	case RESTJSON:
		return c.decodeREST(into)
	case Query:
		return decodeQuery(c.form, into)
	case CBOR:
		return decodeCBOR(c.body, into)
	default:
		return decodeJSON(c.body, into)
	}
}

// unknownRequest is the answer to what no service of AWS would understand.
func unknownRequest(format string, args ...any) *Error {
	return &Error{Code: "UnknownOperationException", Message: "The local cloud cannot tell what is asked: " + fmt.Sprintf(format, args...) + "."}
}

func newRequestID() string { return uuid.NewString() }
