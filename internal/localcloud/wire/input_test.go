package wire

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

type given struct {
	Name  string
	Count int
}

func TestInputsAreGivenAgain(t *testing.T) {
	want := given{"a <&> b", 3}
	binary, err := encodeCBOR(want)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason, method, url, body string
		header                    http.Header
		again                     string
	}{
		{"AWS JSON is JSON", "POST", "/", `{"Name":"a <&> b", "Count":3}`, http.Header{"X-Amz-Target": {"S.Do"}}, `"json":`},
		{"a form is text", "POST", "/", "Action=Do&Name=a+%3C%26%3E+b&Count=3", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, `"query":"Action=Do`},
		{"also if it is in the URL", "GET", "/?Action=Do&Name=a+%3C%26%3E+b&Count=3", "", nil, `"query":"Action=Do`},
		{"CBOR is bytes", "POST", "/service/S/operation/Do", string(binary), http.Header{"Smithy-Protocol": {"rpc-v2-cbor"}}, `"cbor":"`},
	} {
		r := httptest.NewRequest(c.method, c.url, strings.NewReader(c.body))
		for name := range c.header {
			r.Header.Set(name, c.header.Get(name))
		}
		call, err := Read(r)
		if err != nil {
			t.Fatalf("%s: %v", c.reason, err)
		}
		in, ok := call.Request(Scope{}).Input()
		text, err := json.Marshal(in)
		if !ok || err != nil || !strings.Contains(string(text), c.again) {
			t.Errorf("%s: %v, %v, %s", c.reason, ok, err, text)
		}
		var read Input
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		again, err := read.Request(Scope{Account: "1"}, "Do")
		if err != nil {
			t.Fatalf("%s: %v", c.reason, err)
		}
		var got given
		if err := again.Decode(&got); err != nil || got != want || again.Operation != "Do" || again.Account != "1" {
			t.Errorf("%s: %+v, %v", c.reason, got, err)
		}
	}
}

func TestInputsThatAreNone(t *testing.T) {
	if _, ok := NewRequest(Scope{}, "Do", given{}).Input(); ok {
		t.Error("what one service asks of another follows from something else")
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{"))
	r.Header.Set("X-Amz-Target", "S.Do")
	call, err := Read(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := call.Request(Scope{}).Input(); ok {
		t.Error("what is no JSON was refused")
	}
	for reason, in := range map[string]Input{
		"two at once":         {JSON: json.RawMessage("{}"), CBOR: []byte{0xa0}},
		"two others":          {Query: "a=b", CBOR: []byte{0xa0}},
		"a form that is none": {Query: "%"},
	} {
		if _, err := in.Request(Scope{}, "Do"); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
}
