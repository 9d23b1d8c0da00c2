package metricstore

import (
	"math"
	"sync"
)

// inbox is the latest puts of a series. Most series are written each minute and
// hardly ever read, and if so at their latest minutes, and to put several samples
// into columns takes little longer than to put one: what takes long is to get at
// the columns.
type inbox struct {
	reading sync.Mutex // several may read at the same time, and settle what they must
	unit    string     // of what can wait here: that of the last put
	fine    bool       // there are data by the second
	n       int
	now     int64 // of the last put
	puts    [16]waiting
}

// kept is how many puts stay in an inbox that is full: those that alarms look at.
const kept = 4

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
	if b.n++; b.n < len(b.puts) {
		return
	}
	if b.fine {
		s.settle(0) // so that nothing by the second waits should there be none any more
	} else {
		s.settle(kept)
	}
}

// settle takes in all that waits but for so many, the latest.
func (s *Series) settle(but int) {
	b := &s.inbox
	n := b.n - but
	if n <= 0 {
		return
	}
	st := s.stream(b.unit)
	fine := st.isFine()
	for i := range b.puts[:n] {
		w := &b.puts[i]
		st.take(w)
		s.note(w.at, w.at+int64(max(0, w.each-1)*w.step))
	}
	b.n = copy(b.puts[:], b.puts[n:b.n])
	s.tidy(st, fine, b.now)
}

func (st *stream) take(w *waiting) {
	for i := range int64(w.each) {
		st.seconds.put(w.at+i*int64(w.step), Value(w.point.least))
	}
	st.minutes.add(floor(w.at, minute), w.point, w.point.distribution)
}

// readWaiting reads minutes of which all that there is waits. It returns false if it
// does not know that or if the statistic needs more.
func (s *Series) readWaiting(w Window, unit string, statistic Statistic, out []float64) bool {
	b := &s.inbox
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

// waitsIn tells whether something may wait that belongs to the minutes or seconds
// from one time until before another.
func (b *inbox) waitsIn(from, to int64) bool {
	to = ceil(to, minute) * minute
	for i := range b.puts[:b.n] {
		if at := b.puts[i].at; at > from-minute && at < to {
			return true
		}
	}
	return false
}
