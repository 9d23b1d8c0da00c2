package metricstore

import (
	"math"
	"sync"
)

// inbox is the latest puts of a series, until somebody reads it or there are many.
// Most series are written each minute and hardly ever read, and to put several
// samples into columns takes little longer than to put one: what takes long is to
// get at the columns.
type inbox struct {
	reading sync.Mutex // several read at the same time; the first settles
	unit    string     // of what can wait here: that of the last put
	fine    bool       // there are data by the second
	n       int
	now     int64 // of the last put
	puts    [16]waiting
}

// waiting is what was put at a time, of which all values are known by the point: a
// sample of a minute, or the same value several times by the second.
type waiting struct {
	at    int64
	each  int32 // how many values; 0: a sample of a minute
	step  int32 // seconds between them
	point point
}

// receive keeps what can wait.
func (s *Series) receive(w waiting, now int64) {
	b := &s.inbox
	b.puts[b.n], b.now = w, now
	if b.n++; b.n == len(b.puts) {
		s.settle()
	}
}

// settle takes in what waits.
func (s *Series) settle() {
	s.inbox.reading.Lock()
	defer s.inbox.reading.Unlock()
	s.settleLocked()
}

func (s *Series) settleLocked() {
	b := &s.inbox
	if b.n == 0 {
		return
	}
	st := s.stream(b.unit)
	fine := st.isFine()
	for i := range b.puts[:b.n] {
		w := &b.puts[i]
		st.take(w)
		s.note(w.at, w.at+int64(max(0, w.each-1)*w.step))
	}
	b.n = 0
	s.tidy(st, fine, b.now)
}

func (st *stream) take(w *waiting) {
	for i := range int64(w.each) {
		st.seconds.put(w.at+i*int64(w.step), Value(w.point.least))
	}
	st.minutes.add(floor(w.at, minute), w.point, w.point.distribution)
}

// readWaiting reads minutes of which all that there is waits, as alarms do each
// minute. It returns false if it does not know that or if the statistic needs more.
func (s *Series) readWaiting(w Window, unit string, statistic Statistic, out []float64) bool {
	b := &s.inbox
	b.reading.Lock()
	defer b.reading.Unlock()
	if w.Period != minute || w.Start%minute != 0 || w.Start <= s.newest || w.Start < w.oldest() ||
		unit != "" && unit != b.unit || statistic.needsValues() {
		return false
	}
	for i := range out {
		var sum point
		from := w.Start + int64(i)*minute
		for k := range b.puts[:b.n] {
			if p := &b.puts[k]; p.at >= from && p.at < from+minute {
				sum.add(p.point)
			}
		}
		out[i] = math.NaN()
		if sum.count != 0 {
			out[i] = statistic.of(sum, nil)
		}
	}
	return true
}
