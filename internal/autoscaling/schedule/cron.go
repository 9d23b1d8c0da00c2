package schedule

import (
	"math/bits"
	"time"
)

// cron is a parsed cron expression. Sets of values are bit masks, bit v
// standing for the value v.
type cron struct {
	text   string // the fields in canonical form
	second int
	minute uint64
	hour   uint64
	month  uint64
	year   yearSet
	days   days
}

// yearSet is a set of years, bit 0 standing for firstYear.
type yearSet [4]uint64

func (s *yearSet) add(year int) {
	year -= firstYear
	s[year/64] |= 1 << (year % 64)
}

func (s *yearSet) has(year int) bool {
	year -= firstYear
	return year >= 0 && year <= lastYear-firstYear && s[year/64]&(1<<(year%64)) != 0
}

// days is what the two day fields select: days of the month, or days of the
// week, as the other of the two is "?".
type days struct {
	ofMonth     uint64
	last        bool   // L
	lastWorkday bool   // LW
	workday     uint64 // 3W: the weekday that is nearest to the 3rd

	ofWeek     uint64 // 1 is Sunday
	lastOfWeek uint64 // 6L: the last Friday of the month
	nthWeekday int    // 3#2: the second Tuesday; 0: not used
	nth        int
}

// in returns the days of a month that are selected.
func (d *days) in(year int, month time.Month) uint64 {
	length := monthLength(year, month)
	first := int(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Weekday()) + 1 // 1 is Sunday
	all := uint64(1)<<(length+1) - 2
	set := d.ofMonth & all
	if d.last {
		set |= 1 << length
	}
	if d.lastWorkday {
		set |= 1 << nearestWorkday(length, length, first)
	}
	for rest := d.workday & all; rest != 0; rest &= rest - 1 {
		set |= 1 << nearestWorkday(bits.TrailingZeros64(rest), length, first)
	}
	for weekday := 1; weekday <= 7; weekday++ {
		day := 1 + (weekday-first+7)%7 // the first in the month
		bit := uint64(1) << weekday
		if d.nthWeekday == weekday {
			set |= 1 << (day + 7*(d.nth-1)) & all
		}
		if d.ofWeek&bit == 0 && d.lastOfWeek&bit == 0 {
			continue
		}
		for ; day <= length; day += 7 {
			if d.ofWeek&bit != 0 || day+7 > length {
				set |= 1 << day
			}
		}
	}
	return set
}

// nearestWorkday returns the weekday that is nearest to a day without leaving
// the month. First is the day of the week of the 1st, where 1 is Sunday.
func nearestWorkday(day, length, first int) int {
	switch weekday := (first + day - 2) % 7; weekday { // 0 is Sunday
	case 0:
		if day == length {
			return day - 2
		}
		return day + 1
	case 6:
		if day == 1 {
			return day + 2
		}
		return day - 1
	default:
		return day
	}
}

func monthLength(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// next implements walls: the fields are settled from the largest to the
// smallest, and whenever one has to advance, those below it start over.
func (c *cron) next(w wall) (wall, bool) {
	w = max(w, 0)
	// The seconds are a constant, so what remains is to find the minute.
	if int(w%60) > c.second {
		w += 60
	}
	t := w.time()
	if set := c.daySet(t.Year(), t.Month()); set&(1<<t.Day()) != 0 {
		if h, m, ok := c.nextTime(t.Hour(), t.Minute()); ok {
			return wallOf(t.Year(), t.Month(), t.Day(), h, m, c.second), true
		}
	}
	year, month, after := t.Year(), t.Month(), t.Day()
	for year <= lastYear {
		if rest := c.daySet(year, month) >> (after + 1); rest != 0 {
			day := after + 1 + bits.TrailingZeros64(rest)
			return wallOf(year, month, day, bits.TrailingZeros64(c.hour), bits.TrailingZeros64(c.minute), c.second), true
		}
		after = 0
		if month++; month > time.December {
			year, month = year+1, time.January
		}
	}
	return 0, false
}

// nextTime returns the first time of day that is not before the given one.
func (c *cron) nextTime(hour, minute int) (h, m int, ok bool) {
	if c.hour&(1<<hour) != 0 {
		if rest := c.minute >> minute; rest != 0 {
			return hour, minute + bits.TrailingZeros64(rest), true
		}
	}
	if rest := c.hour >> (hour + 1); rest != 0 {
		return hour + 1 + bits.TrailingZeros64(rest), bits.TrailingZeros64(c.minute), true
	}
	return 0, 0, false
}

// prev implements walls, as next does.
func (c *cron) prev(w wall) (wall, bool) {
	if int(((w%60)+60)%60) < c.second {
		w -= 60
	}
	w = min(w, wallOf(lastYear, time.December, 31, 23, 59, 59))
	if w < 0 {
		return 0, false
	}
	t := w.time()
	if set := c.daySet(t.Year(), t.Month()); set&(1<<t.Day()) != 0 {
		if h, m, ok := c.prevTime(t.Hour(), t.Minute()); ok {
			return wallOf(t.Year(), t.Month(), t.Day(), h, m, c.second), true
		}
	}
	year, month, before := t.Year(), t.Month(), t.Day()
	for year >= firstYear {
		if rest := c.daySet(year, month) & (1<<before - 1); rest != 0 {
			return wallOf(year, month, highest(rest), highest(c.hour), highest(c.minute), c.second), true
		}
		before = 32
		if month--; month < time.January {
			year, month = year-1, time.December
		}
	}
	return 0, false
}

// prevTime returns the last time of day that is not after the given one.
func (c *cron) prevTime(hour, minute int) (h, m int, ok bool) {
	if c.hour&(1<<hour) != 0 {
		if rest := c.minute & (1<<(minute+1) - 1); rest != 0 {
			return hour, highest(rest), true
		}
	}
	if rest := c.hour & (1<<hour - 1); rest != 0 {
		return highest(rest), highest(c.minute), true
	}
	return 0, 0, false
}

// daySet returns the days of the month on which the expression fires.
func (c *cron) daySet(year int, month time.Month) uint64 {
	if !c.year.has(year) || c.month&(1<<month) == 0 {
		return 0
	}
	return c.days.in(year, month)
}

// highest returns the greatest value of a set that is not empty.
func highest(set uint64) int { return 63 - bits.LeadingZeros64(set) }
