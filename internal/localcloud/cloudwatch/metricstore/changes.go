package metricstore

import "math"

// remembered is how many puts a series can tell apart.
const remembered = 8

// changes are the last puts of a series.
type changes struct {
	puts  uint64
	times [remembered]int64
}

// everything is the time of a change that all that was read may depend on.
const everything = math.MinInt64

func (c *changes) note(at int64) {
	c.times[c.puts%remembered] = at
	c.puts++
}

// Puts counts the changes of a series, for [Series.Changed].
func (s *Series) Puts() uint64 {
	s.settle()
	return s.changes.puts
}

// Changed reports whether what was read of the time before a time may be
// different since there were so many puts.
func (s *Series) Changed(puts uint64, before int64) bool {
	s.settle()
	c := &s.changes
	if c.puts-puts > remembered {
		return true
	}
	for ; puts < c.puts; puts++ {
		if c.times[puts%remembered] < before {
			return true
		}
	}
	return false
}
