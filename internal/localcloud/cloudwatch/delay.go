package cloudwatch

import (
	"sync"
	"time"
)

// delay keeps back what is put, for a while: AWS documents that metrics can take
// minutes to be seen.
type delay struct {
	by    time.Duration
	mu    sync.Mutex // guards the queue against recorders, which several may use
	queue []late     // the first due first
}

// late is a sample that cannot be seen yet.
type late struct {
	due time.Time
	put func(now int64)
}

// SetMetricDelay lets metrics be seen only so long after they are put from now on;
// 0 ends that. What was kept back longer is seen by then too.
func (s *Service) SetMetricDelay(d time.Duration) {
	now := s.options.Now()
	s.delay.by = max(0, d)
	for i := range s.delay.queue {
		if latest := now.Add(s.delay.by); s.delay.queue[i].due.After(latest) {
			s.delay.queue[i].due = latest
		}
	}
	s.delay.release(now)
}

// MetricDelay returns how long after it is put a metric can be seen.
func (s *Service) MetricDelay() time.Duration { return s.delay.by }

// keepBack puts a sample when it can be seen.
func (s *Service) keepBack(put func(now int64)) {
	s.delay.mu.Lock()
	defer s.delay.mu.Unlock()
	s.delay.queue = append(s.delay.queue, late{s.options.Now().Add(s.delay.by), put})
}

// next returns when something can be seen next.
func (d *delay) next() (time.Time, bool) {
	if len(d.queue) == 0 {
		return time.Time{}, false
	}
	return d.queue[0].due, true
}

// release puts what can be seen by now.
func (d *delay) release(now time.Time) {
	n := 0
	for n < len(d.queue) && !d.queue[n].due.After(now) {
		d.queue[n].put(now.Unix())
		n++
	}
	clear(d.queue[:n])
	if d.queue = d.queue[n:]; len(d.queue) == 0 {
		d.queue = nil
	}
}
