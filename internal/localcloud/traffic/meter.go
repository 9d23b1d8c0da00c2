package traffic

import "time"

// Meter counts what arrives at a steady rate that changes now and then. The
// zero Meter has counted nothing.
type Meter struct {
	perMinute float64
	since     time.Time
	total     float64
}

// Set makes so many arrive in a minute from now on.
func (m *Meter) Set(now time.Time, perMinute float64) {
	m.count(now)
	m.perMinute, m.since = perMinute, now
}

// Rate returns how many arrive in a minute now.
func (m *Meter) Rate() float64 { return m.perMinute }

// Take returns how many arrived since it was last called.
func (m *Meter) Take(now time.Time) float64 {
	m.count(now)
	taken := m.total
	m.total, m.since = 0, now
	return taken
}

func (m *Meter) count(now time.Time) {
	if passed := now.Sub(m.since); passed > 0 && m.perMinute > 0 {
		m.total += m.perMinute * passed.Minutes()
	}
}
