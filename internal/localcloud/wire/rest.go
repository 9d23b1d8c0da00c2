package wire

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// REST is an operation of a service whose requests are recognised by method and
// path (Smithy: restJson1). Segments of the path in braces are members, as in
// "/endpoints/{EndpointName}/invocations".
type REST struct{ Method, Path, Target, Operation string }

// RESTInput is the input of an operation of REST: [Request.Decode] fills it.
type RESTInput struct {
	Path   map[string]string // the members in the path
	Header http.Header
	Body   []byte
}

// RESTOutput is the output of an operation of REST.
type RESTOutput struct {
	Status int // 0: 200
	Header http.Header
	Body   []byte
}

// maxRESTBody bounds the body of a REST request (AWS API: InvokeEndpoint).
const maxRESTBody = 6 << 20

// match returns the members in a path, and whether the operation has it. The
// path is escaped.
func (o REST) match(method, path string) (map[string]string, bool) {
	// Most requests are for other services, and to the path / alone.
	fixed, _, _ := strings.Cut(o.Path, "{")
	if method != o.Method || !strings.HasPrefix(path, fixed) {
		return nil, false
	}
	want, have := strings.Split(o.Path, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	members := map[string]string{}
	for i, segment := range want {
		name, ok := strings.CutPrefix(segment, "{")
		if !ok {
			if have[i] != segment {
				return nil, false
			}
			continue
		}
		member, err := url.PathUnescape(have[i])
		if err != nil {
			return nil, false
		}
		members[strings.TrimSuffix(name, "}")] = member
	}
	return members, true
}

// recogniseREST finds the REST operation that a request is for, if any.
func (c *Call) recogniseREST(r *http.Request, operations []REST) bool {
	for _, o := range operations {
		if members, ok := o.match(r.Method, r.URL.EscapedPath()); ok {
			c.Protocol, c.Target, c.Operation = RESTJSON, o.Target, o.Operation
			c.rest = &RESTInput{Path: members, Header: r.Header}
			return true
		}
	}
	return false
}

// decodeREST gives the input as it is.
func (c *Call) decodeREST(into any) error {
	in, ok := into.(*RESTInput)
	if !ok {
		return fmt.Errorf("%s is an operation of REST and its input no %T", c.Operation, into)
	}
	*in = *c.rest
	in.Body = c.body
	return nil
}

// answerREST encodes the outcome of a REST operation. An error has its code in a
// header.
func (c *Call) answerREST(api API, out any, err error) *Answer {
	answer, ok := out.(*RESTOutput)
	if err == nil && !ok {
		err = fmt.Errorf("the output of %s is no output of REST but %T", c.Operation, out)
	}
	if err == nil {
		a := c.answer(cmp.Or(answer.Status, http.StatusOK), answer.Body)
		maps.Copy(a.header, answer.Header)
		a.header.Set("Content-Length", strconv.Itoa(len(answer.Body)))
		return a
	}
	e := asError(err)
	a := c.answer(e.HTTPStatus(), c.encodeError(api, e))
	a.header.Set("X-Amzn-Errortype", e.Code)
	a.Err = e
	return a
}
