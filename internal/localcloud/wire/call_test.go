package wire

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
)

const signed = "AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/monitoring/aws4_request, SignedHeaders=host, Signature=00"

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// request builds an HTTP request; headers are alternating names and values.
func request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func TestRead(t *testing.T) {
	body, err := cbor.Marshal(map[string]any{"Name": "a"})
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		reason string
		r      *http.Request
		want   Call
		name   string
	}{
		"JSON11": {
			reason: "AWS JSON names service and operation in a header",
			r: request("POST", "/", `{"Name":"a"}`, "Content-Type", "application/x-amz-json-1.1",
				"X-Amz-Target", "AnyScaleFrontendService.PutScalingPolicy"),
			want: Call{Protocol: JSON11, Target: "AnyScaleFrontendService", Operation: "PutScalingPolicy"}, name: "a",
		},
		"JSON10": {
			reason: "the content type tells 1.0 from 1.1; the signature gives the credential",
			r: request("POST", "/", `{"Name":"a"}`, "Content-Type", "application/x-amz-json-1.0; charset=utf-8",
				"X-Amz-Target", "GraniteServiceVersion20100801.DescribeAlarms", "Authorization", signed),
			want: Call{
				Protocol: JSON10, Target: "GraniteServiceVersion20100801", Operation: "DescribeAlarms",
				Credential: Credential{AccessKey: "111122223333", Region: "eu-west-1", Service: "monitoring"},
			}, name: "a",
		},
		"CBOR": {
			reason: "RPC v2 names service and operation in the path, perhaps below a prefix and with the service's namespace",
			r:      request("POST", "/proxy/service/com.amazonaws.GraniteServiceVersion20100801/operation/DescribeAlarms", string(body), "Smithy-Protocol", "rpc-v2-cbor"),
			want:   Call{Protocol: CBOR, Target: "GraniteServiceVersion20100801", Operation: "DescribeAlarms"}, name: "a",
		},
		"Query": {
			reason: "the query protocol names the operation in the form",
			r: request("POST", "/", "Action=AssumeRole&Version=2011-06-15&Name=a",
				"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
			want: Call{Protocol: Query, Version: "2011-06-15", Operation: "AssumeRole"}, name: "a",
		},
		"Presigned": {
			reason: "a presigned request has form and credential in the query string",
			r: request("GET", "/?Action=GetCallerIdentity&Version=2011-06-15&Name=a"+
				"&X-Amz-Credential=AKIA/20260101/us-east-1/sts/aws4_request", ""),
			want: Call{
				Protocol: Query, Version: "2011-06-15", Operation: "GetCallerIdentity",
				Credential: Credential{AccessKey: "AKIA", Region: "us-east-1", Service: "sts"},
			}, name: "a",
		},
		"Gzip": {
			reason: "SDKs compress large requests",
			r:      request("POST", "/", zipped(t, `{"Name":"a"}`), "Content-Encoding", "gzip", "X-Amz-Target", "S.Op"),
			want:   Call{Protocol: JSON11, Target: "S", Operation: "Op"}, name: "a",
		},
		"NoBody": {
			reason: "an operation without input may come without a body",
			r:      request("POST", "/service/S/operation/Op", "", "Smithy-Protocol", "rpc-v2-cbor"),
			want:   Call{Protocol: CBOR, Target: "S", Operation: "Op"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := Read(tc.r)
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if got.ID == "" {
				t.Errorf("%s: the call has no request ID", tc.reason)
			}
			got.ID = ""
			r := got.Request(Scope{Account: "1"})
			if diff := cmp.Diff(tc.want, *got, cmp.FilterPath(func(p cmp.Path) bool {
				return p.Last().String() == ".body" || p.Last().String() == ".form" || p.Last().String() == ".size"
			}, cmp.Ignore()), cmp.AllowUnexported(Call{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
			var in sample
			if err := r.Decode(&in); err != nil || in.Name != tc.name || r.Account != "1" {
				t.Errorf("%s: decoded %+v for %+v, %v", tc.reason, in, r.Scope, err)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	cases := map[string]struct {
		reason string
		r      *http.Request
		code   string
		status int
		want   string
	}{
		"Browser": {
			"who is no AWS client learns what is missing",
			request("GET", "/", ""), "UnknownOperationException", 400, "GET / is no AWS request",
		},
		"Target": {
			"a target without a service names nothing",
			request("POST", "/", "{}", "X-Amz-Target", "PutScalingPolicy"), "UnknownOperationException", 400, `"PutScalingPolicy"`,
		},
		"Path": {
			"a path that is not RPC v2's names nothing",
			request("POST", "/service/S/Op", "", "Smithy-Protocol", "rpc-v2-cbor"), "UnknownOperationException", 400, `"/service/S/Op"`,
		},
		"Protocol": {
			"a protocol that is not spoken is named",
			request("POST", "/service/S/operation/Op", "", "Smithy-Protocol", "rpc-v2-json"), "UnknownOperationException", 400, `"rpc-v2-json"`,
		},
		"NoAction": {
			"a form without an operation is answered as AWS answers it",
			request("POST", "/", "Version=1", "Content-Type", "application/x-www-form-urlencoded"), "MissingAction", 400, "names no operation",
		},
		"Form": {
			"a form that is none is the client's mistake",
			request("POST", "/", "Action=%zz", "Content-Type", "application/x-www-form-urlencoded"), "SerializationException", 400, "URL encoded",
		},
		"Gzip": {
			"the body must be what its header says",
			request("POST", "/", "{}", "X-Amz-Target", "S.Op", "Content-Encoding", "gzip"), "SerializationException", 400, "not gzip",
		},
		"Encoding": {
			"an encoding that is not known is named",
			request("POST", "/", "{}", "X-Amz-Target", "S.Op", "Content-Encoding", "br"), "SerializationException", 400, `"br"`,
		},
		"Bomb": {
			"a body is bounded after decompression too",
			request("POST", "/", zipped(t, strings.Repeat(" ", maxBody+1)), "X-Amz-Target", "S.Op", "Content-Encoding", "gzip"),
			"RequestEntityTooLargeException", 413, "larger than",
		},
		"Credential": {
			"a signature without a credential cannot say whose request it is",
			request("POST", "/", "{}", "X-Amz-Target", "S.Op", "Authorization", "AWS4-HMAC-SHA256 Signature=00"),
			"IncompleteSignatureException", 400, "'Credential'",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			call, err := Read(tc.r)
			var e *Error
			if call == nil || !errors.As(err, &e) || e.Code != tc.code || e.HTTPStatus() != tc.status || !strings.Contains(e.Message, tc.want) {
				t.Errorf("%s: got %v, want %s with %q", tc.reason, err, tc.code, tc.want)
			}
		})
	}
}

func TestParseCredential(t *testing.T) {
	cases := map[string]struct {
		reason string
		header string
		want   Credential
		fails  bool
	}{
		"SigV4":   {reason: "key, Region and service are in the scope", header: signed, want: Credential{"111122223333", "eu-west-1", "monitoring"}},
		"NoSpace": {reason: "some clients separate by commas alone", header: "AWS4-HMAC-SHA256 SignedHeaders=host,Credential=K/d/r/s/aws4_request,Signature=0", want: Credential{"K", "r", "s"}},
		"SigV4A":  {reason: "the scope of SigV4a has no Region", header: "AWS4-ECDSA-P256-SHA256 Credential=K/d/s/aws4_request", want: Credential{"K", "", "s"}},
		"Short":   {reason: "a scope has five parts, or four", header: "AWS4-HMAC-SHA256 Credential=K/d/aws4_request", fails: true},
		"End":     {reason: "a scope ends in aws4_request", header: "AWS4-HMAC-SHA256 Credential=K/d/r/s/aws5_request", fails: true},
		"Region":  {reason: "the Region becomes part of ARNs, so it must look like one", header: "AWS4-HMAC-SHA256 Credential=K/d/a:b/s/aws4_request", fails: true},
		"NoKey":   {reason: "a signature is somebody's", header: "AWS4-HMAC-SHA256 Credential=/d/r/s/aws4_request", fails: true},
		"Long":    {reason: "names are bounded", header: "AWS4-HMAC-SHA256 Credential=K/d/" + strings.Repeat("r", 65) + "/s/aws4_request", fails: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := parseCredential(tc.header)
			if got != tc.want || (err != nil) != tc.fails {
				t.Errorf("%s: got %+v, %v", tc.reason, got, err)
			}
		})
	}
}

func FuzzParseCredential(f *testing.F) {
	f.Add(signed)
	f.Add("AWS4-ECDSA-P256-SHA256 Credential=K/d/s/aws4_request,,")
	f.Add("AWS4-HMAC-SHA256 Credential=")
	f.Fuzz(func(t *testing.T, header string) {
		got, err := parseCredential(header)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || got != (Credential{}) {
				t.Errorf("%q: %+v, %v", header, got, err)
			}
			return
		}
		if got.AccessKey == "" || !strings.Contains(header, got.AccessKey) || strings.ContainsAny(got.AccessKey+got.Region+got.Service, "/:, ") {
			t.Errorf("%q was read as %+v", header, got)
		}
	})
}

func TestPartition(t *testing.T) {
	for region, want := range map[string]string{"eu-west-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "us-": "aws"} {
		if got := (Scope{Region: region}).Partition(); got != want {
			t.Errorf("the partition of %s is %s, not %s", region, want, got)
		}
	}
}

func TestNewRequest(t *testing.T) {
	r := NewRequest(Scope{Account: "1", Region: "r"}, "Op", sample{Name: "a", Count: new(int32(2))})
	var in sample
	if err := r.Decode(&in); err != nil || in.Name != "a" || *in.Count != 2 || r.ID == "" || r.Operation != "Op" {
		t.Errorf("a call inside the cloud is decoded like one from outside: %+v, %v", in, err)
	}
	if err := NewRequest(Scope{}, "Op", func() {}).Decode(&in); err == nil {
		t.Error("an input that cannot be encoded is an error")
	}
}
