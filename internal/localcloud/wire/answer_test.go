package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
)

var testAPI = API{Namespace: "urn:x", Shapes: "com.example", Message: "message", QueryCompatible: true}

func TestAnswerSuccess(t *testing.T) {
	cases := map[string]struct {
		reason      string
		call        Call
		out         any
		contentType string
		body        string
	}{
		"JSON11": {"JSON 1.1 answers as such", Call{Protocol: JSON11}, part{Key: "k"}, "application/x-amz-json-1.1", `{"Key":"k"}`},
		"JSON10": {"JSON 1.0 answers as such", Call{Protocol: JSON10}, nil, "application/x-amz-json-1.0", `{}`},
		"Query": {
			"the query protocol answers XML", Call{Protocol: Query, Operation: "Op"}, part{Key: "k"}, "text/xml",
			`<OpResponse xmlns="urn:x"><OpResult><Key>k</Key></OpResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></OpResponse>`,
		},
		"CBOR":      {"CBOR answers as such", Call{Protocol: CBOR}, part{Key: "k"}, "application/cbor", "\xa1\x63Key\x61k"},
		"CBOREmpty": {"without output CBOR has neither body nor content type", Call{Protocol: CBOR}, nil, "", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.call.ID = "id-1"
			a := tc.call.Answer(testAPI, tc.out, nil)
			w := httptest.NewRecorder()
			a.Write(w)
			h := w.Result().Header
			if a.Err != nil || w.Code != 200 || w.Body.String() != tc.body || h.Get("Content-Type") != tc.contentType {
				t.Errorf("%s: %v, %d, %q, %v", tc.reason, a.Err, w.Code, w.Body, h)
			}
			if h.Get("x-amzn-requestid") != "id-1" || h.Get("Content-Length") != fmt.Sprint(len(tc.body)) {
				t.Errorf("every answer has the request ID and a length: %v", h)
			}
			if (h.Get("Smithy-Protocol") == "rpc-v2-cbor") != (tc.call.Protocol == CBOR) {
				t.Errorf("RPC v2 answers say so, others do not: %v", h)
			}
		})
	}
}

func TestAnswerError(t *testing.T) {
	notFound := &Error{
		Code: "ThingNotFoundException", QueryCode: "ThingNotFound", Message: "No <thing>", Status: 404,
		Members: map[string]any{"ResourceName": "r"},
	}
	cases := map[string]struct {
		reason string
		call   Call
		api    API
		err    error
		status int
		header string
		body   string
	}{
		"JSON11": {
			"JSON 1.1 names the shape alone, and the service says how the text's member is spelled",
			Call{Protocol: JSON11}, API{Message: "Message"}, notFound, 404, "",
			`{"Message":"No <thing>","ResourceName":"r","__type":"ThingNotFoundException"}`,
		},
		"JSON10": {
			"JSON 1.0 names the shape with its namespace, and a service older than JSON gives its old code in a header to clients that ask for it",
			Call{Protocol: JSON10, queryMode: true}, testAPI, notFound, 404, "ThingNotFound;Sender",
			`{"ResourceName":"r","__type":"com.example#ThingNotFoundException","message":"No <thing>"}`,
		},
		"OwnMember": {
			"a shape that spells the text's member differently has it once",
			Call{Protocol: JSON10}, testAPI, &Error{Code: "E", Message: "t", Members: map[string]any{"Message": "t"}}, 400, "",
			`{"Message":"t","__type":"com.example#E"}`,
		},
		"Query": {
			"the query protocol has its own document and code",
			Call{Protocol: Query}, testAPI, notFound, 404, "",
			`<ErrorResponse xmlns="urn:x"><Error><Type>Sender</Type><Code>ThingNotFound</Code><Message>No &lt;thing&gt;</Message></Error><RequestId>id-1</RequestId></ErrorResponse>`,
		},
		"Internal": {
			"an error that is none of AWS's is the local cloud's failure and says so",
			Call{Protocol: JSON10, queryMode: true}, testAPI, errors.New("disk on fire"), 500, "InternalFailure;Receiver",
			`{"__type":"com.example#InternalFailure","message":"The local cloud failed: disk on fire"}`,
		},
		"Wrapped": {
			"an AWS error is found under wrapping",
			Call{Protocol: JSON11}, API{Message: "Message"}, fmt.Errorf("while putting: %w", Throttling()), 400, "",
			`{"Message":"Rate exceeded","__type":"ThrottlingException"}`,
		},
		"BadMember": {
			"an error whose members cannot be encoded is answered without them",
			Call{Protocol: JSON11}, API{Message: "Message"}, &Error{Code: "E", Message: "t", Members: map[string]any{"F": func() {}}}, 400, "",
			`{"Message":"t","__type":"E"}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.call.ID = "id-1"
			a := tc.call.Answer(tc.api, nil, tc.err)
			w := httptest.NewRecorder()
			a.Write(w)
			if a.Err == nil || w.Code != tc.status || w.Header().Get("x-amzn-query-error") != tc.header {
				t.Errorf("%s: %v, %d, %v", tc.reason, a.Err, w.Code, w.Header())
			}
			if diff := cmp.Diff(tc.body, w.Body.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestAnswerErrorCBOR(t *testing.T) {
	call := Call{Protocol: CBOR, ID: "id-1", queryMode: true}
	w := httptest.NewRecorder()
	call.Answer(testAPI, nil, Validation("bad %d", 1)).Write(w)
	var got map[string]any
	if err := cbor.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"__type": "com.example#ValidationException", "message": "bad 1"}
	if diff := cmp.Diff(want, got); diff != "" || w.Header().Get("x-amzn-query-error") != "ValidationError;Sender" {
		t.Errorf("CBOR errors have a type, a text and the old code in a header: %v (-want +got):\n%s", w.Header(), diff)
	}
}

func TestAnswerUnencodable(t *testing.T) {
	for _, protocol := range []Protocol{JSON11, Query, CBOR} {
		call := Call{Protocol: protocol, Operation: "Op"}
		a := call.Answer(testAPI, struct{ F func() }{func() {}}, nil)
		if a.Err == nil || a.Err.Code != "InternalFailure" {
			t.Errorf("an output that cannot be encoded in protocol %d is a failure of the local cloud, not an empty answer: %v", protocol, a.Err)
		}
	}
}

func TestUnknownOperation(t *testing.T) {
	e := UnknownOperation("Amazon SageMaker", "CreateNotebook", map[string]bool{"CreateModel": true, "AddTags": true})
	const want = `The local cloud does not implement the operation "CreateNotebook" of Amazon SageMaker. It implements AddTags, CreateModel.`
	if e.Message != want || e.HTTPStatus() != 400 {
		t.Errorf("the error names operation and service, with a status that no SDK retries: %d %s", e.HTTPStatus(), e.Message)
	}
	if body, err := json.Marshal(e.Error()); err != nil || len(body) == 0 {
		t.Error(err)
	}
}
