package wire

import "bytes"

// Opaque is a member in JSON that a service keeps and gives back as it came,
// because nothing there depends on it.
type Opaque []byte

// MarshalJSON writes the member as it came.
func (o Opaque) MarshalJSON() ([]byte, error) { return o, nil }

// UnmarshalJSON keeps the member; null is its absence.
func (o *Opaque) UnmarshalJSON(b []byte) error {
	if string(b) != "null" {
		*o = bytes.Clone(b)
	}
	return nil
}
