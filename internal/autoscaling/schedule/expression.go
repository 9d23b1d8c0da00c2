package schedule

import (
	"strconv"
	"time"
)

// Kind is the form of an expression.
type Kind string

// The forms of expressions.
const (
	At   Kind = "at"
	Rate Kind = "rate"
	Cron Kind = "cron"
)

// Expression is a parsed schedule. Expressions are comparable; two are equal if
// they print the same. The zero value fires never.
type Expression struct {
	kind Kind
	at   wall // At
	rate rate // Rate
	cron cron // Cron
}

// rate is an interval as written, so that 60 minutes print as such.
type rate struct {
	count int64
	unit  unit
}

type unit string

const (
	minute unit = "minute"
	hour   unit = "hour"
	day    unit = "day"
)

var unitSeconds = map[unit]int64{minute: 60, hour: 60 * 60, day: 24 * 60 * 60}

func (r rate) seconds() int64 { return r.count * unitSeconds[r.unit] }

func (r rate) String() string {
	s := strconv.FormatInt(r.count, 10) + " " + string(r.unit)
	if r.count != 1 {
		s += "s"
	}
	return s
}

// walls returns when at and cron expressions fire by the wall clock.
func (e *Expression) walls() walls {
	if e.kind == At {
		return once(e.at)
	}
	return &e.cron
}

// Kind returns the form of the expression, empty for the zero value.
func (e Expression) Kind() Kind { return e.kind }

// Recurring reports whether the expression can fire more than once.
func (e Expression) Recurring() bool { return e.kind == Rate || e.kind == Cron }

// String prints the expression in canonical form: one space between fields,
// names in capitals, no leading zeros, days of the week by name where the
// grammar documents names. Parsing it yields the same expression.
func (e Expression) String() string {
	switch e.kind {
	case At:
		return "at(" + e.at.time().Format(atLayout) + ")"
	case Rate:
		return "rate(" + e.rate.String() + ")"
	case Cron:
		return "cron(" + e.cron.text + ")"
	default:
		return ""
	}
}

// Next returns the first firing after the given instant, in the zone loc (nil:
// UTC) and with the default [Options]. It returns false if there is none. A
// rate counts from the Unix epoch; see [Schedule] for one that counts from
// elsewhere.
func (e Expression) Next(after time.Time, loc *time.Location) (time.Time, bool) {
	return Schedule{Expression: e, Location: loc}.Next(after)
}

// Prev returns the last firing at or before the given instant, as [Expression.Next]
// does.
func (e Expression) Prev(at time.Time, loc *time.Location) (time.Time, bool) {
	return Schedule{Expression: e, Location: loc}.Prev(at)
}
