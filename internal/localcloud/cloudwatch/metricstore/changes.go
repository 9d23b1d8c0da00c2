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

// Changed reports whether what was read of the time before a time may be different
// since there were so many puts, and how many there are now.
func (s *Series) Changed(puts uint64, before int64) (changed bool, now uint64) {
	c, b := &s.changes, &s.inbox
	b.reading.Lock()
	defer b.reading.Unlock()
	if b.fine {
		s.settle(0) // which may end that
	}
	now = c.puts + uint64(b.n)
	if now-puts > remembered {
		return true, now
	}
	for ; puts < now; puts++ {
		at := c.times[puts%remembered]
		if puts >= c.puts {
			at = b.puts[puts-c.puts].at
		}
		if at < before {
			return true, now
		}
	}
	return false, now
}
