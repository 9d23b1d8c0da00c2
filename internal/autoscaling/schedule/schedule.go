package schedule

import "time"

// Options are the choices that AWS does not document. The zero value is the
// default of all of them.
type Options struct {
	Nonexistent Nonexistent
	Ambiguous   Ambiguous
	FirstRun    FirstRun
	AtEnd       AtEnd
	AtPeriod    AtPeriod
}

// Nonexistent says what becomes of local times that do not exist because the
// clocks were set forward. Not documented by AWS.
type Nonexistent int

// The choices for nonexistent local times.
const (
	AfterGap Nonexistent = iota // fire at the first instant after the gap
	SkipGap                     // do not fire
)

// Ambiguous says what becomes of local times that come twice because the clocks
// were set back. Not documented by AWS.
type Ambiguous int

// The choices for ambiguous local times.
const (
	FirstOnly Ambiguous = iota // fire once, the first time
	Both                       // fire both times
)

// FirstRun says when a rate without a start time fires first. Not documented by
// AWS.
type FirstRun int

// The choices for the first run of a rate.
const (
	AfterInterval FirstRun = iota // one interval after the anchor
	AtAnchor                      // at the anchor
)

// AtEnd says whether a schedule that is due exactly at its end fires. Not
// documented by AWS.
type AtEnd int

// The choices for a firing at the end.
const (
	FireAtEnd AtEnd = iota
	SkipAtEnd
)

// AtPeriod says whether start and end bound an at expression. Not documented by
// AWS.
type AtPeriod int

// The choices for the start and end of an at expression.
const (
	HeedPeriod AtPeriod = iota
	IgnorePeriod
)

// Schedule is an expression with what else decides when it fires: the zone, and
// the bounds of the action (AWS API: PutScheduledAction).
//
// A recurring action with a start fires at the start and from then on by its
// expression, whether or not the start itself matches the expression; after the
// end it fires no more (Application Auto Scaling User Guide: "Scheduled
// scaling"). What [Options] choose between is not documented by AWS.
type Schedule struct {
	Expression Expression
	Location   *time.Location // nil: UTC
	Start, End *time.Time

	// Anchor is the time from which a rate without Start counts, which is the
	// time when the action was created. The zero value is the Unix epoch.
	Anchor  time.Time
	Options Options
}

// Expressions reach as far as the four digits of a year do. Beyond these two
// instants nothing fires, in any zone.
var (
	earliest = time.Date(-1, time.January, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(10000, time.January, 2, 0, 0, 0, 0, time.UTC)
)

// Next returns the first firing after the given instant, in the schedule's
// zone. It returns false if there is none.
func (s Schedule) Next(after time.Time) (time.Time, bool) {
	s = s.bounded()
	next, ok := s.next(after)
	if !ok || next.After(latest) || s.End != nil && next.After(*s.End) {
		return time.Time{}, false
	}
	return next.In(s.location()), true
}

func (s Schedule) next(after time.Time) (time.Time, bool) {
	if s.Start != nil && after.Before(*s.Start) {
		if s.Expression.Recurring() {
			return *s.Start, true
		}
		after = s.Start.Add(-time.Nanosecond)
	}
	if after.Before(earliest) {
		after = earliest
	}
	if after.After(latest) {
		return time.Time{}, false
	}
	switch s.Expression.kind {
	case At, Cron:
		u, ok := nextInstant(s.Expression.walls(), after.Unix()+1, s.location(), s.Options)
		return time.Unix(u, 0), ok
	case Rate:
		first := s.firstRun()
		if after.Before(first) {
			return first, true
		}
		every := s.Expression.rate.seconds()
		return addSeconds(first, (wholeSeconds(first, after)/every+1)*every), true
	default:
		return time.Time{}, false
	}
}

// Prev returns the last firing at or before the given instant, in the
// schedule's zone. It returns false if there is none. Together with
// [Schedule.Next] it divides time: for every t, Prev(t) <= t < Next(t), and
// nothing fires in between.
func (s Schedule) Prev(at time.Time) (time.Time, bool) {
	s = s.bounded()
	if at.After(latest) {
		at = latest
	}
	if s.End != nil && at.After(*s.End) {
		at = *s.End
	}
	if s.Start != nil && at.Before(*s.Start) {
		return time.Time{}, false
	}
	prev, ok := s.prev(at)
	if s.Start != nil && (!ok || prev.Before(*s.Start)) {
		prev, ok = *s.Start, s.Expression.Recurring()
	}
	if !ok {
		return time.Time{}, false
	}
	return prev.In(s.location()), true
}

func (s Schedule) prev(at time.Time) (time.Time, bool) {
	if at.Before(earliest) {
		return time.Time{}, false
	}
	switch s.Expression.kind {
	case At, Cron:
		u, ok := prevInstant(s.Expression.walls(), at.Unix(), s.location(), s.Options)
		return time.Unix(u, 0), ok
	case Rate:
		first := s.firstRun()
		if at.Before(first) {
			return time.Time{}, false
		}
		every := s.Expression.rate.seconds()
		return addSeconds(first, wholeSeconds(first, at)/every*every), true
	default:
		return time.Time{}, false
	}
}

// bounded returns the schedule with the start and end that hold, of which the
// last instant is in the period.
func (s Schedule) bounded() Schedule {
	if s.Expression.kind == At && s.Options.AtPeriod == IgnorePeriod {
		s.Start, s.End = nil, nil
	}
	if s.End != nil && s.Options.AtEnd == SkipAtEnd {
		s.End = new(s.End.Add(-time.Nanosecond))
	}
	return s
}

func (s Schedule) location() *time.Location {
	if s.Location == nil {
		return time.UTC
	}
	return s.Location
}

// firstRun returns when a rate fires first.
func (s Schedule) firstRun() time.Time {
	switch {
	case s.Start != nil:
		return *s.Start
	case s.Anchor.IsZero():
		return time.Unix(0, 0)
	case s.Options.FirstRun == AtAnchor:
		return s.Anchor
	default:
		return addSeconds(s.Anchor, s.Expression.rate.seconds())
	}
}

// wholeSeconds returns how many whole seconds lie between two instants, the
// first of which is not the later. A time.Duration would end at 292 years.
func wholeSeconds(from, to time.Time) int64 {
	seconds := to.Unix() - from.Unix()
	if to.Nanosecond() < from.Nanosecond() {
		seconds--
	}
	return seconds
}

func addSeconds(t time.Time, seconds int64) time.Time {
	return time.Unix(t.Unix()+seconds, int64(t.Nanosecond()))
}
