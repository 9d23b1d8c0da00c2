package metricstore

import (
	"cmp"
	"math"
	"slices"
)

// The retention of CloudWatch, in seconds, by the step of the points (AWS API:
// GetMetricStatistics).
const (
	minute = 60
	five   = 5 * minute
	hour   = 60 * minute
	day    = 24 * hour

	keepSeconds = 3 * hour
	keepMinutes = 15 * day
	keepFives   = 63 * day
	keepHours   = 455 * day
)

// Series is one metric. The zero value is a metric without data. Several may read
// it at the same time, while nobody puts.
type Series struct {
	ID
	streams []*stream // by unit, sorted
	newest  int64     // the latest time of a sample
	changes changes
	inbox   inbox
}

// stream is what was put with one unit.
type stream struct {
	unit                           string
	seconds, minutes, fives, hours tier
	tidied                         int64 // when what had grown too old was last rolled up
}

// tidying is how often a stream is tidied, in seconds: nobody can see that it is
// not done at once, because Read leaves out what is too old.
const tidying = five

// Put adds a sample at a time. Only samples of high resolution are kept by the
// second, and by the minute like all others. now is when it was put; what has
// grown too old by then is rolled up.
func (s *Series) Put(unit string, at int64, highResolution bool, sample Sample, now int64) {
	if !highResolution && unit == s.inbox.unit && (len(sample.Values) == 0 || sample.uniform()) {
		s.receive(waiting{at: at, point: sample.point()}, now)
		return
	}
	s.write(unit, at, at, now, func(st *stream) {
		if highResolution {
			st.seconds.put(at, sample)
		}
		st.minutes.put(floor(at, minute), sample)
	})
}

// PutFine adds a sample by the second alone, of a minute that has a sample of its
// own.
func (s *Series) PutFine(unit string, at int64, sample Sample, now int64) {
	s.write(unit, at, at, now, func(st *stream) { st.seconds.put(at, sample) })
}

// PutEach adds values of high resolution, each so many seconds after the one
// before, all in the minute in which the first is.
func (s *Series) PutEach(unit string, at, step int64, values []float64, now int64) {
	all := together(values)
	if s.inbox.fine && unit == s.inbox.unit && all.uniform() {
		s.receive(waiting{at: at, each: int32(len(values)), step: int32(step), point: all.point()}, now)
		return
	}
	s.write(unit, at, at+int64(len(values)-1)*step, now, func(st *stream) {
		for i, x := range values {
			st.seconds.put(at+int64(i)*step, Value(x))
		}
		st.minutes.put(floor(at, minute), all)
	})
}

// write puts something between two times at once.
func (s *Series) write(unit string, first, last, now int64, put func(*stream)) {
	s.settle(0)
	st := s.stream(unit)
	fine := st.isFine()
	put(st)
	s.note(first, last)
	s.inbox.unit = unit
	s.tidy(st, fine, now)
}

// note notes that something was put between two times.
func (s *Series) note(first, last int64) {
	s.newest = max(s.newest, last)
	s.changes.note(first)
}

// tidy does what follows from something put. Fine says whether there were data by
// the second before.
func (s *Series) tidy(st *stream, fine bool, now int64) {
	if now-st.tidied >= tidying {
		st.tidy(now)
	}
	if fine != st.isFine() {
		s.changes.note(everything) // short periods are read from elsewhere now
	}
	s.inbox.fine = st.isFine()
}

// isFine tells whether there are data by the second.
func (st *stream) isFine() bool { return len(st.seconds.chunks) > 0 }

// tidy rolls up what has grown too old by now.
func (st *stream) tidy(now int64) {
	st.tidied = now
	st.seconds.expire(now-keepSeconds, nil)
	st.minutes.expire(floor(now-keepMinutes, minute), &st.fives)
	st.fives.expire(floor(now-keepFives, five), &st.hours)
	st.hours.expire(floor(now-keepHours, hour), nil)
}

// Newest returns the latest time that a sample was put at.
func (s *Series) Newest() int64 {
	s.inbox.reading.Lock()
	defer s.inbox.reading.Unlock()
	s.settle(0)
	return s.newest
}

func (s *Series) stream(unit string) *stream {
	if len(s.streams) == 1 && s.streams[0].unit == unit {
		return s.streams[0]
	}
	i, found := slices.BinarySearchFunc(s.streams, unit, func(st *stream, unit string) int { return cmp.Compare(st.unit, unit) })
	if !found {
		st := &stream{
			unit: unit, seconds: tier{step: 1}, minutes: tier{step: minute}, fives: tier{step: five}, hours: tier{step: hour},
		}
		s.streams = slices.Insert(s.streams, i, st)
		s.changes.note(everything)
	}
	return s.streams[i]
}

// Units returns the units with which there are data from one time until before
// another, sorted.
func (s *Series) Units(from, to int64) []string {
	s.inbox.reading.Lock()
	defer s.inbox.reading.Unlock()
	s.settle(0)
	var units []string
	for _, st := range s.streams {
		if st.has(from, to) {
			units = append(units, st.unit)
		}
	}
	return units
}

func (st *stream) has(from, to int64) bool {
	for _, t := range []*tier{&st.hours, &st.fives, &st.minutes} {
		if t.has(ceil(from, t.step), ceil(to, t.step)) {
			return true
		}
	}
	return st.seconds.has(from, to)
}

// Window is consecutive periods, in seconds: Period long, from Start on. Now is
// when it is looked at, which decides what is too old to be read with short
// periods.
type Window struct{ Start, Period, Now int64 }

// Read writes the statistic of each period of the window into out, NaN where
// there is none. An empty unit stands for the first, in alphabetical order, with
// data in the window: the real service was seen to choose that one.
func (s *Series) Read(w Window, unit string, statistic Statistic, out []float64) {
	s.inbox.reading.Lock()
	defer s.inbox.reading.Unlock()
	if s.readWaiting(w, unit, statistic, out) {
		return
	}
	if s.inbox.waitsIn(w.Start, w.Start+int64(len(out))*w.Period) {
		s.settle(0)
	}
	st := s.choose(w, unit, len(out))
	for i := range out {
		out[i] = math.NaN()
		if st != nil {
			from := w.Start + int64(i)*w.Period
			out[i] = st.read(from, from+w.Period, w, statistic)
		}
	}
}

func (s *Series) choose(w Window, unit string, periods int) *stream {
	for _, st := range s.streams {
		if st.unit == unit || unit == "" && st.has(w.Start, w.Start+int64(periods)*w.Period) {
			return st
		}
	}
	return nil
}

// read computes the statistic of what is from one time until before another.
func (st *stream) read(from, to int64, w Window, statistic Statistic) float64 {
	from = max(from, w.oldest())
	var sum point
	var known *distribution
	if statistic.needsValues() {
		known = &distribution{level: noLevel}
	}
	for _, t := range st.tiers(w.Period) {
		if t == nil {
			continue
		}
		t.visit(ceil(from, t.step), ceil(to, t.step), func(c *chunk, i int) {
			p := c.get(i)
			sum.add(p)
			if !statistic.needsValues() {
				return
			}
			known = merged(known, t.values(c, i))
		})
	}
	if sum.count == 0 {
		return math.NaN()
	}
	return statistic.of(sum, known)
}

// oldest returns the time before which data are kept in longer periods only.
func (w Window) oldest() int64 {
	switch {
	case w.Period < minute:
		return w.Now - keepSeconds
	case w.Period%five != 0:
		return w.Now - keepMinutes
	case w.Period%hour != 0:
		return w.Now - keepFives
	}
	return w.Now - keepHours
}

// tiers returns where the data of a period are, from old to new. Short periods
// of a metric that is not of high resolution find its minutes, each in the
// period in which the minute begins (AWS API: PutMetricAlarm, Period).
func (st *stream) tiers(period int64) [3]*tier {
	switch {
	case period < minute && st.isFine():
		return [3]*tier{&st.seconds}
	case period%five != 0:
		return [3]*tier{&st.minutes}
	case period%hour != 0:
		return [3]*tier{&st.fives, &st.minutes}
	}
	return [3]*tier{&st.hours, &st.fives, &st.minutes}
}
