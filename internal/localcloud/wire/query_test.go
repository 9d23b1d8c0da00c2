package wire

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestDecodeQuery(t *testing.T) {
	cases := map[string]struct {
		reason string
		form   string
		want   sample
	}{
		"Scalars": {
			reason: "every scalar has a textual form",
			form:   "Name=a+b%2Fc&Note=&Enabled=false&Count=-3&Total=7&Ratio=1e-3&Untagged=x&Flat=y",
			want: sample{
				Name: "a b/c", Note: new(""), Enabled: new(false), Count: new(int32(-3)), Total: 7, Ratio: new(0.001),
				Untagged: "x", embedded: embedded{Flat: "y"},
			},
		},
		"Timestamp": {
			reason: "timestamps are ISO 8601, with a fraction or an offset if they like",
			form:   "At=2016-05-07T01:03:58.171%2B02:00",
			want:   sample{At: At(time.Date(2016, 5, 6, 23, 3, 58, 171e6, time.UTC))},
		},
		"ListInNumericOrder": {
			reason: "members are ordered by number, not by text or appearance, and numbers may be missing",
			form:   "Labels.member.10=c&Labels.member.2=b&Labels.member.1=a",
			want:   sample{Labels: []string{"a", "b", "c"}},
		},
		"EmptyList": {
			reason: "clients write an empty list as an empty value, which differs from no list",
			form:   "Labels=",
			want:   sample{Labels: []string{}},
		},
		"Structures": {
			reason: "structures nest in members and in lists",
			form:   "Inner.Key=k&Parts.member.1.Key=a&Parts.member.1.Parts.member.1.Key=b&Parts.member.2.Key=c",
			want: sample{
				Inner: &part{Key: "k"},
				Parts: []part{{Key: "a", Parts: []part{{Key: "b"}}}, {Key: "c"}},
			},
		},
		"Unknown": {
			reason: "AWS ignores members that the operation does not know, and so do we; of a name given twice the first counts",
			form:   "Action=Put&Version=1&Name=first&Name=second&Labelled.member.1=x&&Ignored=x",
			want:   sample{Name: "first"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			form, err := parseForm(tc.form)
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			var got sample
			if err := decodeQuery(form, &got); err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(sample{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestDecodeQueryRefuses(t *testing.T) {
	cases := map[string]struct{ reason, form, want string }{
		"Number":   {"the error names the member as the client wrote it", "Inner.Key=x&Count=many", `Count: "many" cannot be converted to an integer`},
		"Overflow": {"a number too large for the member is an error, not another number", "Count=2147483648", "cannot be converted to an integer"},
		"Bool":     {"a truth value is true or false", "Enabled=maybe", "cannot be converted to a boolean"},
		"Time":     {"the error says what a timestamp looks like", "At=1462575838", "timestamp must follow ISO8601"},
		"Index":    {"a list is numbered from 1", "Labels.member.0=x", "numbered 1, 2, 3"},
		"IndexSpelling": {
			"one number has one spelling, or two members would be one", "Labels.member.01=x", "numbered 1, 2, 3",
		},
		"InList": {"the path leads into lists", "Parts.member.2.Parts.member.x.Key=1", "Parts.member.2.Parts.member.x"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			form, err := parseForm(tc.form)
			if err != nil {
				t.Fatal(err)
			}
			var into sample
			var e *Error
			if err := decodeQuery(form, &into); !errors.As(err, &e) || e.QueryCode != "MalformedInput" || !strings.Contains(e.Message, tc.want) {
				t.Errorf("%s: got %v, want MalformedInput with %q", tc.reason, err, tc.want)
			}
		})
	}
	for reason, form := range map[string]string{
		"a key must be URL encoded":                  "%zz=1",
		"a value must be URL encoded":                "a=%zz",
		"names of absurd depth must not cost memory": strings.Repeat("a.", 40) + "=1",
	} {
		if _, err := parseForm(form); err == nil {
			t.Errorf("%s: %q was read", reason, form)
		}
	}
	if err := decodeQuery(&node{children: map[string]*node{"Free": {value: "x"}}}, &sample{}); err == nil {
		t.Error("a member of a kind that the protocol has no form for must be reported, as it is a mistake of the service")
	}
}

func FuzzDecodeQuery(f *testing.F) {
	f.Add("Action=PutMetricAlarm&Name=a&Labels.member.1=x&Parts.member.2.Key=k&At=2016-05-06T23:03:58Z")
	f.Add("Labels=&Labels.member.=&Labels.member.-1=&.=&=&&%")
	f.Add("Count=99999999999&Enabled=T&Ratio=NaN")
	f.Add("Inner.Parts.member.1.Parts.member.1.Parts.member.1.Key=x")
	f.Fuzz(func(t *testing.T, text string) {
		form, err := parseForm(text)
		if err != nil {
			return
		}
		var first, second sample
		if err := decodeQuery(form, &first); err != nil {
			var e *Error
			if _, free := form.children["Free"]; !free && (!errors.As(err, &e) || e.HTTPStatus() != 400) {
				t.Errorf("%q is the client's mistake, but the error is %v", text, err)
			}
			return
		}
		if err := decodeQuery(form, &second); err != nil {
			t.Errorf("%q was read once and then not: %v", text, err)
		}
		if diff := cmp.Diff(first, second, cmp.AllowUnexported(sample{}), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%q was read differently twice:\n%s", text, diff)
		}
		if _, err := encodeXML("urn:x", "Op", "id", first); err != nil {
			t.Errorf("%q was read as what cannot be written: %v", text, err)
		}
	})
}
