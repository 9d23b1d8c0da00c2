// Package traffic says how many requests a minute there are at a time: the load
// that a local cloud offers to what it hosts.
//
// A [Spec] describes traffic and is what people write, as JSON. [Spec.Build]
// makes a [Generator] of it, which answers for any minute, in any order, and
// always the same: chance comes from a seed and the minute. Traffic is composed
// of constants, waves, ramps, spikes and recordings, which add up and to which
// noise can be added.
//
//	{"type": "sum", "of": [
//	  {"type": "wave", "low": 200, "high": 1800, "peak": "14:00"},
//	  {"type": "spike", "rate": 5000, "after": "90m", "duration": "10m"}
//	]}
//
// A recording is a CSV of rates or a log with a row for each request
// ([ReadCSV]).
package traffic

import "time"

// Generator is traffic.
type Generator interface {
	// Rate returns how many requests arrive in the minute that begins then. It
	// is never negative and need not be whole.
	Rate(at time.Time) float64
}
