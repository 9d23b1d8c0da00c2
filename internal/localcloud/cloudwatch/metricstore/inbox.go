package metricstore

import (
	"sync"
	"sync/atomic"
)

// inbox is the latest puts of a series, until somebody reads it or there are many.
// Most series are written each minute and hardly ever read, and to put several
// samples into columns takes little longer than to put one: what takes long is to
// get at the columns.
type inbox struct {
	unit string // of what can wait here: that of the last put
	fine bool   // there are data by the second
	n    atomic.Int32
	now  int64 // of the last put
	puts [16]waiting

	// settling lets several read at the same time: the first settles.
	settling sync.Mutex
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
	n := b.n.Load()
	b.puts[n], b.now = w, now
	b.n.Store(n + 1)
	if int(n)+1 == len(b.puts) {
		s.settle()
	}
}

// settle takes in what waits.
func (s *Series) settle() {
	b := &s.inbox
	if b.n.Load() == 0 {
		return
	}
	b.settling.Lock()
	defer b.settling.Unlock()
	n := b.n.Load()
	if n == 0 {
		return
	}
	st := s.stream(b.unit)
	fine := st.isFine()
	for i := range b.puts[:n] {
		w := &b.puts[i]
		st.take(w)
		s.note(w.at, w.at+int64(max(0, w.each-1)*w.step))
	}
	s.tidy(st, fine, b.now)
	b.n.Store(0)
}

func (st *stream) take(w *waiting) {
	for i := range int64(w.each) {
		st.seconds.put(w.at+i*int64(w.step), Value(w.point.least))
	}
	st.minutes.add(floor(w.at, minute), w.point, w.point.distribution)
}
