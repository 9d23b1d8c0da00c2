package wire

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

func TestTimeForms(t *testing.T) {
	cases := map[string]struct {
		reason string
		at     time.Time
		json   string
		iso    string
	}{
		"WholeSeconds": {
			reason: "a whole second has no fraction in any form",
			at:     time.Date(2016, 5, 6, 23, 3, 58, 0, time.UTC),
			json:   "1462575838", iso: "2016-05-06T23:03:58Z",
		},
		"Milliseconds": {
			reason: "AWS's documented example has three decimals",
			at:     time.Date(2016, 5, 6, 23, 3, 58, 171e6, time.UTC),
			json:   "1462575838.171", iso: "2016-05-06T23:03:58.171Z",
		},
		"TrailingZeros": {
			reason: "a fraction has no trailing zeros, as in a JSON number",
			at:     time.Date(2016, 5, 6, 23, 3, 58, 20e6, time.UTC),
			json:   "1462575838.02", iso: "2016-05-06T23:03:58.02Z",
		},
		"Microseconds": {
			reason: "AWS's timestamps end at the millisecond",
			at:     time.Date(2016, 5, 6, 23, 3, 58, 171_999e3, time.UTC),
			json:   "1462575838.171", iso: "2016-05-06T23:03:58.171Z",
		},
		"OtherZone": {
			reason: "a timestamp is an instant: the zone of the value must not show",
			at:     time.Date(2016, 5, 7, 1, 3, 58, 0, time.FixedZone("east", 2*3600)),
			json:   "1462575838", iso: "2016-05-06T23:03:58Z",
		},
		"Before1970": {
			reason: "a negative epoch keeps its fraction",
			at:     time.Date(1969, 12, 31, 23, 59, 58, 500e6, time.UTC),
			json:   "-1.5", iso: "1969-12-31T23:59:58.5Z",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			want := tc.at.Truncate(time.Millisecond)
			if got, err := json.Marshal(Time{tc.at}); err != nil || string(got) != tc.json {
				t.Errorf("%s: JSON %s, %v; want %s", tc.reason, got, err, tc.json)
			}
			var fromJSON Time
			if err := json.Unmarshal([]byte(tc.json), &fromJSON); err != nil || !fromJSON.Equal(want) {
				t.Errorf("%s: from JSON %v, %v; want %v", tc.reason, fromJSON, err, want)
			}
			if got := string(Time{tc.at}.appendISO(nil)); got != tc.iso {
				t.Errorf("%s: ISO %s, want %s", tc.reason, got, tc.iso)
			}
			var fromISO Time
			if err := fromISO.parseISO(tc.iso); err != nil || !fromISO.Equal(want) {
				t.Errorf("%s: from ISO %v, %v; want %v", tc.reason, fromISO, err, want)
			}
			encoded, err := cbor.Marshal(At(tc.at))
			if err != nil || encoded[0] != 0xc1 || encoded[1] != 0xfb {
				t.Errorf("%s: CBOR %x, %v; want tag 1 and a double", tc.reason, encoded, err)
			}
			var fromCBOR Time
			if err := cbor.Unmarshal(encoded, &fromCBOR); err != nil || !fromCBOR.Equal(want) {
				t.Errorf("%s: from CBOR %v, %v; want %v", tc.reason, fromCBOR, err, want)
			}
		})
	}
}

func TestTimeRefuses(t *testing.T) {
	cases := map[string]struct{ reason, json, iso string }{
		"Text":     {"a date in a text is no JSON timestamp and must have a zone in ISO 8601", `"2016-05-06"`, "2016-05-06T23:03:58"},
		"TooLarge": {"a number beyond any date would overflow the milliseconds", `1e300`, "99999-01-01T00:00:00Z"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var at Time
			if err := json.Unmarshal([]byte(tc.json), &at); err == nil {
				t.Errorf("%s: read JSON %s as %v", tc.reason, tc.json, at)
			}
			if err := at.parseISO(tc.iso); err == nil {
				t.Errorf("%s: read %s as %v", tc.reason, tc.iso, at)
			}
		})
	}
	for _, data := range [][]byte{{0x01}, {0xc0, 0x60}, {0xc1, 0x60}, {0xc1, 0xf9, 0x7e, 0x00}} {
		var at Time
		if err := cbor.Unmarshal(data, &at); err == nil {
			t.Errorf("what is no tagged epoch, or not a number, is no timestamp: read %x as %v", data, at)
		}
	}
}

func FuzzTime(f *testing.F) {
	f.Add("1462575838.171", "2016-05-06T23:03:58.171Z", []byte{0xc1, 0xfb, 0x41, 0xd5, 0xcb, 0x48, 0x17, 0x8a, 0xf1, 0xaa})
	f.Add("-1.5", "1969-12-31T23:59:58.5+01:00", []byte{0xc1, 0x20})
	f.Add("1e11", "9999-12-31T23:59:59Z", []byte{0xf6})
	f.Fuzz(func(t *testing.T, number, iso string, tagged []byte) {
		var at Time
		if json.Unmarshal([]byte(number), &at) == nil {
			again, err := json.Marshal(at)
			var back Time
			if err != nil || json.Unmarshal(again, &back) != nil || back.UnixMilli() != at.UnixMilli() {
				t.Errorf("JSON %s was read as %v, written as %s, %v", number, at, again, err)
			}
		}
		if at = (Time{}); at.parseISO(iso) == nil && at.Year() > 0 && at.Year() < 10000 {
			var back Time
			if err := back.parseISO(string(at.appendISO(nil))); err != nil || back.UnixMilli() != at.UnixMilli() {
				t.Errorf("%s was read as %v, written as %v: %v", iso, at, back, err)
			}
		}
		if at = (Time{}); cbor.Unmarshal(tagged, &at) == nil {
			again, err := cbor.Marshal(at)
			var back Time
			if err != nil || cbor.Unmarshal(again, &back) != nil || back.UnixMilli() != at.UnixMilli() {
				t.Errorf("CBOR %x was read as %v, written as %x, %v", tagged, at, again, err)
			}
		}
	})
}
