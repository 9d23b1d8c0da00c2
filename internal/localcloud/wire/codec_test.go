package wire

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
)

// full is a sample with all members set.
func full() sample {
	return sample{
		Name: "a<b>&c", Note: new(""), Enabled: new(false), Count: new(int32(0)), Total: 7, Ratio: new(50.0),
		At: At(time.Date(2016, 5, 6, 23, 3, 58, 171e6, time.UTC)), Labels: []string{"x", "y"},
		Parts: []part{{Key: "p"}}, Inner: &part{Key: "i"}, Untagged: "u", embedded: embedded{Flat: "f"},
	}
}

func TestJSON(t *testing.T) {
	got, err := encodeJSON(full())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"Name":"a<b>&c","Note":"","Enabled":false,"Count":0,"Total":7,"Ratio":50,"At":1462575838.171,` +
		`"Labels":["x","y"],"Parts":[{"Key":"p"}],"Inner":{"Key":"i"},"Untagged":"u","Flat":"f"}`
	if string(got) != want {
		t.Errorf("members appear under their names, texts are not escaped for HTML:\n got %s\nwant %s", got, want)
	}
	var back sample
	if err := decodeJSON(got, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(full(), back, cmp.AllowUnexported(sample{})); diff != "" {
		t.Errorf("what was written is read back (-want +got):\n%s", diff)
	}
	if got, err := encodeJSON(sample{Labels: []string{}}); err != nil || string(got) != `{"Labels":[]}` {
		t.Errorf("absent members are absent, an empty list is a list: %s, %v", got, err)
	}
	if got, err := encodeJSON(nil); err != nil || string(got) != "{}" {
		t.Errorf("no output is the empty structure: %s, %v", got, err)
	}
}

func TestJSONRefuses(t *testing.T) {
	cases := map[string]struct{ reason, body, want string }{
		"Type":     {"the error names the member", `{"Inner":{"Key":5}}`, "Inner.Key: a JSON number cannot be converted to a string"},
		"Overflow": {"a number too large for the member is an error, not another number", `{"Count":2147483648}`, "Count: a JSON number 2147483648"},
		"Trailing": {"a body is one value", `{} {}`, "not what the operation takes"},
		"NoObject": {"an input is a structure", `[1]`, "the input: a JSON array cannot be converted to a structure"},
		"Time":     {"timestamps are numbers in JSON", `{"At":"2016-05-06T23:03:58Z"}`, "number of seconds since 1970"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var into sample
			var e *Error
			err := decodeJSON([]byte(tc.body), &into)
			if !errors.As(err, &e) || e.Code != "SerializationException" || !strings.Contains(e.Message, tc.want) {
				t.Errorf("%s: got %v, want SerializationException with %q", tc.reason, err, tc.want)
			}
		})
	}
	var into sample
	if err := decodeJSON([]byte(`{"Note":null,"Labels":null,"At":null,"Unknown":1}`), &into); err != nil {
		t.Errorf("null is absent and unknown members are ignored: %v", err)
	}
	if diff := cmp.Diff(sample{}, into, cmp.AllowUnexported(sample{})); diff != "" {
		t.Errorf("null is absent (-want +got):\n%s", diff)
	}
}

func TestCBOR(t *testing.T) {
	encoded, err := encodeCBOR(full())
	if err != nil {
		t.Fatal(err)
	}
	var back sample
	if err := decodeCBOR(encoded, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(full(), back, cmp.AllowUnexported(sample{})); diff != "" {
		t.Errorf("what was written is read back (-want +got):\n%s", diff)
	}
	var members map[string]any
	encoded, err = encodeCBOR(sample{Labels: []string{}})
	if err != nil || cbor.Unmarshal(encoded, &members) != nil || len(members) != 1 {
		t.Errorf("absent members are absent, an empty list is a list: %v, %v", members, err)
	}
	if encoded, err = encodeCBOR(nil); err != nil || len(encoded) != 0 {
		t.Errorf("no output is no body: %x, %v", encoded, err)
	}
}

func TestCBORRefuses(t *testing.T) {
	cases := map[string]struct {
		reason string
		body   any
		want   string
	}{
		"Type":     {"the error names the member", map[string]any{"Name": 5}, "Name"},
		"Overflow": {"a number too large for the member is an error", map[string]any{"Count": math.MaxInt64}, "Count"},
		"NoMap":    {"an array is no structure", []int{1}, "array"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			body, err := cbor.Marshal(tc.body)
			if err != nil {
				t.Fatal(err)
			}
			var into sample
			var e *Error
			if err := decodeCBOR(body, &into); !errors.As(err, &e) || e.Code != "SerializationException" || !strings.Contains(e.Message, tc.want) {
				t.Errorf("%s: got %v, want SerializationException with %q", tc.reason, err, tc.want)
			}
		})
	}
	body, err := cbor.Marshal(map[string]any{"name": "x", "Total": 3, "Ratio": 2, "Note": nil})
	if err != nil {
		t.Fatal(err)
	}
	var got sample
	if err := decodeCBOR(body, &got); err != nil {
		t.Fatal(err)
	}
	want := sample{Total: 3, Ratio: new(2.0)}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(sample{})); diff != "" {
		t.Errorf("names are exact, null is absent, and an integer is a number too (-want +got):\n%s", diff)
	}
}

func FuzzDecodeCBOR(f *testing.F) {
	for _, seed := range []any{full(), map[string]any{"At": 1}, map[string]any{"Parts": []any{map[string]any{"Key": "a"}}}, nil, 7} {
		body, err := cbor.Marshal(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got sample
		if err := decodeCBOR(body, &got); err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Errorf("%x is the client's mistake, but the error is %v", body, err)
			}
			return
		}
		if _, err := encodeCBOR(got); err != nil {
			t.Errorf("%x was read as what cannot be written: %v", body, err)
		}
	})
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add("AnyScaleFrontendService.PutScalingPolicy", `{"Name":"a","At":1462575838.171,"Parts":[{"Key":"k"}]}`)
	f.Add("SageMaker.", `{"Count":1e99}`)
	f.Add("a.b.c", "")
	f.Fuzz(func(t *testing.T, header, body string) {
		if target, operation, ok := splitTarget(header); ok && target+"."+operation != header {
			t.Errorf("%q was split into %q and %q", header, target, operation)
		}
		var got sample
		if err := decodeJSON([]byte(body), &got); err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Errorf("%q is the client's mistake, but the error is %v", body, err)
			}
			return
		}
		if encoded, err := encodeJSON(got); err != nil || !json.Valid(encoded) {
			t.Errorf("%q was read as what cannot be written: %s, %v", body, encoded, err)
		}
	})
}

func TestXML(t *testing.T) {
	got, err := encodeXML("urn:x", "PutThing", "id-1", full())
	if err != nil {
		t.Fatal(err)
	}
	const want = `<PutThingResponse xmlns="urn:x"><PutThingResult><Name>a&lt;b&gt;&amp;c</Name><Note></Note><Enabled>false</Enabled>` +
		`<Count>0</Count><Total>7</Total><Ratio>50.0</Ratio><At>2016-05-06T23:03:58.171Z</At>` +
		`<Labels><member>x</member><member>y</member></Labels><Parts><member><Key>p</Key></member></Parts>` +
		`<Inner><Key>i</Key></Inner><Untagged>u</Untagged><Flat>f</Flat></PutThingResult>` +
		`<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></PutThingResponse>`
	if string(got) != want {
		t.Errorf("members in the result, lists of member elements:\n got %s\nwant %s", got, want)
	}
	got, err = encodeXML("urn:x", "PutThing", "id-1", nil)
	const empty = `<PutThingResponse xmlns="urn:x"><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></PutThingResponse>`
	if err != nil || string(got) != empty {
		t.Errorf("no output has no result element: %s, %v", got, err)
	}
	const entries = "<Free><entry><key>a</key><value>1</value></entry><entry><key>b</key><value>2</value></entry></Free>"
	if got, err := encodeXML("urn:x", "PutThing", "id", struct{ Free map[string]int }{map[string]int{"b": 2, "a": 1}}); err != nil || !strings.Contains(string(got), entries) {
		t.Errorf("a map is a list of entries, in the order of the keys: %s, %v", got, err)
	}
	if _, err := encodeXML("urn:x", "PutThing", "id", struct{ Free chan int }{}); err == nil {
		t.Error("a member of a kind that the protocol has no form for must be reported, as it is a mistake of the service")
	}
}

func TestDoubleText(t *testing.T) {
	cases := map[string]struct {
		reason string
		f      float64
		want   string
	}{
		"Integral": {"a double is written as one", 50, "50.0"},
		"Fraction": {"a fraction is written as it is", 0.9, "0.9"},
		"Large":    {"large numbers have an exponent", 1e21, "1E+21"},
		"NaN":      {"XML schema spells it so", math.NaN(), "NaN"},
		"Infinite": {"XML schema writes it out", math.Inf(-1), "-Infinity"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := doubleText(tc.f); got != tc.want {
				t.Errorf("%s: got %s, want %s", tc.reason, got, tc.want)
			}
		})
	}
}

func FuzzXML(f *testing.F) {
	f.Add("a<b", 1.5)
	f.Add("\x00\xff]]>", math.Inf(1))
	f.Fuzz(func(t *testing.T, text string, number float64) {
		encoded, err := encodeXML("urn:x", "Op", "id", sample{Name: text, Ratio: &number, Labels: []string{text}})
		if err != nil {
			t.Fatal(err)
		}
		var document struct {
			Result struct{ Name string } `xml:"OpResult"`
		}
		if err := xml.Unmarshal(encoded, &document); err != nil {
			t.Errorf("%q was written as what is no XML: %v", text, err)
		}
	})
}
