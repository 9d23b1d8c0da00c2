package chart

import "time"

type timeTick struct {
	at    time.Time
	label string
}

// calendar is a distance between ticks: a part of a day, days or months. Months
// and years differ in length, so they are counted and not added up.
type calendar struct {
	of     time.Duration // less than a day, or whole days
	months int
}

// intervals are the distances between ticks up to the years.
var intervals = []calendar{
	{of: time.Minute}, {of: 5 * time.Minute}, {of: 10 * time.Minute}, {of: 15 * time.Minute}, {of: 30 * time.Minute},
	{of: time.Hour}, {of: 2 * time.Hour}, {of: 3 * time.Hour}, {of: 6 * time.Hour}, {of: 12 * time.Hour},
	{of: day}, {of: 2 * day}, {of: week}, {of: 2 * week}, {months: 1}, {months: 2}, {months: 3}, {months: 6},
}

const (
	day  = 24 * time.Hour
	week = 7 * day
	year = 12 // months
)

// timeTicks are times that begin a minute, an hour, a day, a week, a month or a
// year, at most n and one more for both ends.
func timeTicks(start, end time.Time, n int) []timeTick {
	start, end, n = start.UTC(), end.UTC(), max(2, n)
	i := distance(start, end, n)
	var ticks []timeTick
	for at := i.first(start); !at.After(end); at = i.next(at) {
		ticks = append(ticks, timeTick{at, i.label(at, len(ticks) == 0)})
	}
	return ticks
}

// distance is the least one with which at most n steps are between start and end.
func distance(start, end time.Time, n int) calendar {
	months := int(end.Month()-start.Month()) + year*(end.Year()-start.Year())
	for _, i := range intervals {
		if i.months == 0 && end.Sub(start)/i.of < time.Duration(n) || i.months > 0 && months/i.months < n {
			return i
		}
	}
	return calendar{months: year * int(niceStep(max(1, float64(months)/year/float64(n))))}
}

// first is the first tick at or after a time.
func (i calendar) first(start time.Time) time.Time {
	if i.months == 0 {
		// Go counts durations from a Monday, so weeks begin with one.
		if at := start.Truncate(i.of); at.Before(start) {
			return at.Add(i.of)
		}
		return start
	}
	months := start.Year()*year + int(start.Month()) - 1
	months -= ((months % i.months) + i.months) % i.months
	at := time.Date(0, time.Month(months+1), 1, 0, 0, 0, 0, time.UTC)
	if at.Before(start) {
		return i.next(at)
	}
	return at
}

func (i calendar) next(at time.Time) time.Time {
	if i.months == 0 {
		return at.Add(i.of)
	}
	return at.AddDate(0, i.months, 0)
}

// label says of a time what its neighbours do not say: at midnight the day, in
// January the year.
func (i calendar) label(at time.Time, first bool) string {
	switch {
	case i.months >= year:
		return at.Format("2006")
	case i.months > 0 && (first || at.Month() == time.January):
		return at.Format("Jan 2006")
	case i.months > 0:
		return at.Format("Jan")
	case i.of >= day || at.Equal(at.Truncate(day)):
		return at.Format("2 Jan")
	default:
		return at.Format("15:04")
	}
}
