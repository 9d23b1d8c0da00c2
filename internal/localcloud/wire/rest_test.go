package wire

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var invoke = REST{Method: http.MethodPost, Path: "/things/{Name}/calls", Target: "T", Operation: "Call"}

func TestRESTPaths(t *testing.T) {
	cases := map[string]struct {
		reason, method, path string
		want                 map[string]string // nil: not this operation
	}{
		"Member":  {"a segment in braces is a member", "POST", "/things/a-b/calls", map[string]string{"Name": "a-b"}},
		"Escaped": {"an escaped slash does not end a segment", "POST", "/things/a%2Fb%20c/calls", map[string]string{"Name": "a/b c"}},
		"Method":  {"the method counts", "GET", "/things/a/calls", nil},
		"Longer":  {"the whole path counts", "POST", "/things/a/calls/x", nil},
		"Other":   {"and all of its segments", "POST", "/things/a/call", nil},
		"Root":    {"other protocols have one path", "POST", "/", nil},
		"Escape":  {"what is no escape is no member", "POST", "/things/%zz/calls", nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, _ := invoke.match(tc.method, tc.path)
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, d)
			}
		})
	}
}

func TestREST(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/things/a/calls", strings.NewReader("Action=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Mine", "1")
	call, err := Read(r, invoke)
	if err != nil || call.Protocol != RESTJSON || call.Target != "T" || call.Operation != "Call" {
		t.Fatalf("the path is recognised before the body: %+v, %v", call, err)
	}
	var in RESTInput
	if err := call.Request(Scope{}).Decode(&in); err != nil || in.Path["Name"] != "a" || in.Header.Get("X-Mine") != "1" || string(in.Body) != "Action=x" {
		t.Errorf("the input is what was sent: %+v, %v", in, err)
	}
	if err := call.Request(Scope{}).Decode(&struct{}{}); err == nil {
		t.Error("and no structure")
	}
	w := httptest.NewRecorder()
	call.Answer(API{}, &RESTOutput{Header: http.Header{"Content-Type": {"text/plain"}, "X-Yours": {"2"}}, Body: []byte("ok")}, nil).Write(w)
	if w.Code != 200 || w.Body.String() != "ok" || w.Header().Get("Content-Type") != "text/plain" || w.Header().Get("X-Yours") != "2" {
		t.Errorf("the output is what is answered: %d %v %s", w.Code, w.Header(), w.Body)
	}
	w = httptest.NewRecorder()
	call.Answer(API{Message: "Message"}, nil, &Error{Code: "E", Message: "m", Status: 424}).Write(w)
	if w.Code != 424 || w.Body.String() != `{"Message":"m","__type":"E"}` || w.Header().Get("X-Amzn-Errortype") != "E" || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("an error has its code in a header: %d %v %s", w.Code, w.Header(), w.Body)
	}
	if a := call.Answer(API{}, struct{}{}, nil); a.Err == nil || a.Err.Code != "InternalFailure" {
		t.Errorf("another output is a fault: %v", a.Err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x")
	var known *Error
	if call, err := Read(r, invoke); !errors.As(err, &known) || call.Protocol != RESTJSON {
		t.Errorf("a bad signature is answered in REST: %v", err)
	}
}

// FuzzRESTPath matches any path. What matches has no more segments than the
// operation.
func FuzzRESTPath(f *testing.F) {
	for _, seed := range []string{"/things/a/calls", "/things/%2F/calls", "", "/", "//", "/things//calls", "/things/%/calls"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		members, ok := invoke.match(http.MethodPost, path)
		if ok != (members != nil) || ok && (len(members) != 1 || strings.Count(path, "/") != 3) {
			t.Errorf("%q: %v %v", path, members, ok)
		}
	})
}
