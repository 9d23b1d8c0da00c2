package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Time is a timestamp on the wire, exact to the millisecond as AWS's are:
// epoch seconds with a fraction in JSON, a tagged epoch in CBOR, ISO 8601 in
// the query protocol. Optional members are pointers with omitempty.
type Time struct{ time.Time }

// At returns the pointer to a wire timestamp that output structs hold.
func At(t time.Time) *Time { return &Time{t} }

// maxEpoch bounds timestamps that are read, in seconds: far beyond any date
// and small enough that milliseconds fit an int64.
const maxEpoch = 1e12

// isoLayout is RFC 3339 with an optional fraction: what AWS's query protocol
// documents as the timestamp format.
const isoLayout = "2006-01-02T15:04:05.999Z07:00"

// MarshalJSON writes epoch seconds with up to three decimals.
func (t Time) MarshalJSON() ([]byte, error) {
	ms := t.UnixMilli()
	b := make([]byte, 0, 20)
	if ms < 0 {
		b, ms = append(b, '-'), -ms
	}
	b = strconv.AppendInt(b, ms/1000, 10)
	if rest := ms % 1000; rest != 0 {
		b = append(b, '.', byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return b, nil
}

// UnmarshalJSON reads epoch seconds.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	seconds, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return fmt.Errorf("a timestamp is a number of seconds since 1970, not %s", b)
	}
	return t.setEpoch(seconds)
}

// MarshalCBOR writes tag 1 with a double.
func (t Time) MarshalCBOR() ([]byte, error) {
	const tagEpoch, float64Follows = 0xc1, 0xfb
	seconds := float64(t.UnixMilli()) / 1000
	return binary.BigEndian.AppendUint64([]byte{tagEpoch, float64Follows}, math.Float64bits(seconds)), nil
}

// UnmarshalCBOR reads tag 1 with a number.
func (t *Time) UnmarshalCBOR(b []byte) error {
	const null, undefined = 0xf6, 0xf7
	if len(b) == 1 && (b[0] == null || b[0] == undefined) {
		return nil
	}
	var tag cbor.RawTag
	if err := cbor.Unmarshal(b, &tag); err != nil || tag.Number != 1 {
		return fmt.Errorf("a timestamp is an epoch with tag 1")
	}
	var seconds float64
	if err := cbor.Unmarshal(tag.Content, &seconds); err != nil {
		return fmt.Errorf("a timestamp is an epoch with tag 1 and a number: %w", err)
	}
	return t.setEpoch(seconds)
}

// parseISO reads the query protocol's form.
func (t *Time) parseISO(s string) error {
	parsed, err := time.Parse(isoLayout, s)
	if err != nil {
		return fmt.Errorf("timestamp must follow ISO8601, such as 2006-01-02T15:04:05Z, not %q", s)
	}
	t.Time = parsed.UTC()
	return nil
}

// appendISO writes the query protocol's form.
func (t Time) appendISO(b []byte) []byte { return t.UTC().AppendFormat(b, isoLayout) }

func (t *Time) setEpoch(seconds float64) error {
	if math.IsNaN(seconds) || math.Abs(seconds) > maxEpoch {
		return fmt.Errorf("the timestamp %v is out of range", seconds)
	}
	t.Time = time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
	return nil
}
