package schedule

import "time"

// wall is a reading of a wall clock, in seconds since 1970-01-01T00:00:00 on
// that same clock. It becomes an instant only together with a zone.
type wall int64

// The calendar of cron expressions (EventBridge cron reference: year).
const (
	firstYear = 1970
	lastYear  = 2199

	secondsPerDay = 24 * 60 * 60
)

func wallOf(year int, month time.Month, day, hour, minute, second int) wall {
	return wall(time.Date(year, month, day, hour, minute, second, 0, time.UTC).Unix())
}

// time returns the reading as if the clock showed UTC.
func (w wall) time() time.Time { return time.Unix(int64(w), 0).UTC() }

// walls enumerates the wall clock times at which something fires.
type walls interface {
	// next returns the first that is not before w.
	next(w wall) (wall, bool)
	// prev returns the last that is not after w.
	prev(w wall) (wall, bool)
}

// once is the one wall clock time of an at expression.
type once wall

func (o once) next(w wall) (wall, bool) { return wall(o), wall(o) >= w }
func (o once) prev(w wall) (wall, bool) { return wall(o), wall(o) <= w }

// period is a stretch of time in which the offset of a zone from UTC does not
// change. Start is included and end is not, in Unix seconds.
//
// With the default options every wall clock reading belongs to exactly one
// period: the readings that begin where the previous period's clock stopped.
// If the clocks went forward there, the readings in the gap belong to the new
// period and fall on its first instant; if they went back, the readings that
// come a second time do not belong to it.
type period struct {
	start, end int64
	offset     int64
	stopped    wall // where the previous period's clock stopped
	first      wall // the first reading that belongs to this period
}

// beyond stands for the ends of time, with room for offsets.
const beyond = 1 << 60

// clockShift is more than any clock was ever set forward or back. The largest
// shifts are those of islands that changed sides of the date line.
const clockShift = 2 * secondsPerDay

// periodAt returns the period that contains the Unix time u. Further than
// clockShift from its start, the members stopped and first are only known to be
// before u.
func periodAt(u int64, loc *time.Location, o Options) period {
	t := time.Unix(u, 0).In(loc)
	_, offset := t.Zone()
	p := period{start: -beyond, end: beyond, offset: int64(offset), stopped: -beyond, first: -beyond}
	from, to := t.ZoneBounds()
	if !to.IsZero() {
		p.end = to.Unix()
	}
	if p.end <= u {
		// Beyond a zone's table, package time has periods end with the year, and a
		// year end after 365 days. This is the last day of a leap year.
		p.end += secondsPerDay
	}
	if from.IsZero() {
		return p
	}
	p.start = from.Unix()
	p.first = wall(p.start + p.offset)
	p.stopped = p.first
	if u-p.start > clockShift {
		return p // looking up the period before is slow, and not needed
	}
	_, before := from.Add(-time.Second).Zone()
	p.stopped = wall(p.start + int64(before))
	forward := offset > before
	if forward && o.Nonexistent == AfterGap || !forward && o.Ambiguous == FirstOnly {
		p.first = p.stopped
	}
	return p
}

// nextInstant returns the first Unix time from u on at which ws fires.
func nextInstant(ws walls, u int64, loc *time.Location, o Options) (int64, bool) {
	for {
		p := periodAt(u, loc, o)
		from := p.first
		if u > p.start {
			from = max(from, wall(u+p.offset))
		}
		w, ok := ws.next(from)
		if ok && int64(w)-p.offset < p.end {
			return max(p.start, int64(w)-p.offset), true
		}
		if p.end == beyond {
			return 0, false
		}
		// Without a later reading, only repeated ones can still fire.
		if !ok && periodAt(p.end, loc, o).first >= from {
			return 0, false
		}
		u = p.end
	}
}

// prevInstant returns the last Unix time up to u at which ws fires.
func prevInstant(ws walls, u int64, loc *time.Location, o Options) (int64, bool) {
	for {
		p := periodAt(u, loc, o)
		upTo := wall(u + p.offset)
		w, ok := ws.prev(upTo)
		if ok && int64(w)-p.offset <= p.start+clockShift {
			// Close to the start, where the first reading matters.
			p = periodAt(max(p.start, min(u, int64(w)-p.offset)), loc, o)
		}
		if ok && w >= p.first {
			return max(p.start, int64(w)-p.offset), true
		}
		if p.start == -beyond {
			return 0, false
		}
		// Without an earlier reading, only those that the previous period's
		// clock showed after upTo can have fired.
		if !ok && p.stopped <= upTo {
			return 0, false
		}
		u = p.start - 1
	}
}
