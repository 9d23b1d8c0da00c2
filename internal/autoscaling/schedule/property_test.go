package schedule

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	robfig "github.com/robfig/cron/v3"
)

// sample is a random cron expression together with what it means, built
// without the parser: whether a minute by the wall clock is selected.
type sample struct {
	text     string
	selected func(t time.Time) bool // t shows the wall clock, as if in UTC
}

// randomCron makes an expression that selects something in most months.
func randomCron(r *rand.Rand) sample {
	minuteText, minutes := randomSet(r, 0, 59)
	hourText, hours := randomSet(r, 0, 23)
	monthText, months := "*", func(int) bool { return true }
	if r.IntN(3) == 0 {
		monthText, months = randomSet(r, 1, 12)
	}
	day := randomDay(r)
	return sample{
		text: fmt.Sprintf("cron(%s %s %s %s %s *)", minuteText, hourText, day.ofMonth, monthText, day.ofWeek),
		selected: func(t time.Time) bool {
			return minutes(t.Minute()) && hours(t.Hour()) && months(int(t.Month())) && day.selected(t)
		},
	}
}

// randomSet makes the text of a numeric field and its meaning.
func randomSet(r *rand.Rand, low, high int) (string, func(int) bool) {
	a, b := low+r.IntN(high-low+1), low+r.IntN(high-low+1)
	step := 1 + r.IntN(high)
	switch r.IntN(6) {
	case 0:
		return "*", func(int) bool { return true }
	case 1:
		return strconv.Itoa(a), func(v int) bool { return v == a }
	case 2:
		return fmt.Sprintf("%d,%d", a, b), func(v int) bool { return v == a || v == b }
	case 3:
		return fmt.Sprintf("%d-%d", a, b), func(v int) bool {
			if a <= b {
				return a <= v && v <= b
			}
			return v >= a || v <= b
		}
	case 4:
		return fmt.Sprintf("*/%d", step), func(v int) bool { return (v-low)%step == 0 }
	default:
		return fmt.Sprintf("%d/%d", a, step), func(v int) bool { return v >= a && (v-a)%step == 0 }
	}
}

type randomDays struct {
	ofMonth, ofWeek string
	selected        func(t time.Time) bool
}

func randomDay(r *rand.Rand) randomDays {
	day, weekday, nth := 1+r.IntN(31), time.Weekday(r.IntN(7)), 1+r.IntN(5)
	length := func(t time.Time) int { return monthLength(t.Year(), t.Month()) }
	isWorkday := func(t time.Time) bool { return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday }
	switch r.IntN(9) {
	case 0:
		return randomDays{"*", "?", func(time.Time) bool { return true }}
	case 1:
		return randomDays{"?", "*", func(time.Time) bool { return true }}
	case 2:
		return randomDays{strconv.Itoa(day), "?", func(t time.Time) bool { return t.Day() == day }}
	case 3:
		return randomDays{"L", "?", func(t time.Time) bool { return t.Day() == length(t) }}
	case 4:
		return randomDays{"LW", "?", func(t time.Time) bool {
			if !isWorkday(t) {
				return false
			}
			for d := t.Day() + 1; d <= length(t); d++ { // only a weekend follows
				if isWorkday(t.AddDate(0, 0, d-t.Day())) {
					return false
				}
			}
			return true
		}}
	case 5:
		return randomDays{strconv.Itoa(day) + "W", "?", func(t time.Time) bool {
			return isWorkday(t) && day <= length(t) && t.Day() == nearestByTrying(t, day, length(t), isWorkday)
		}}
	case 6:
		name := strings.ToUpper(weekday.String()[:3])
		return randomDays{"?", name, func(t time.Time) bool { return t.Weekday() == weekday }}
	case 7:
		return randomDays{"?", fmt.Sprintf("%dL", weekday+1), func(t time.Time) bool {
			return t.Weekday() == weekday && t.Day()+7 > length(t)
		}}
	default:
		return randomDays{"?", fmt.Sprintf("%d#%d", weekday+1, nth), func(t time.Time) bool {
			return t.Weekday() == weekday && (t.Day()-1)/7+1 == nth
		}}
	}
}

// nearestByTrying looks at ever more distant days of the month. A Saturday is
// one day from Friday and a Sunday one day from Monday, so there is no tie.
func nearestByTrying(t time.Time, day, length int, isWorkday func(time.Time) bool) int {
	for distance := 0; ; distance++ {
		for _, d := range []int{day - distance, day + distance} {
			if d >= 1 && d <= length && isWorkday(time.Date(t.Year(), t.Month(), d, 0, 0, 0, 0, time.UTC)) {
				return d
			}
		}
	}
}

// scan finds firings by looking at every minute between two instants. It keeps
// the furthest reading of the wall clock: a minute fires if a reading that the
// clock has newly reached or jumped over is selected.
func scan(s sample, loc *time.Location, from, to time.Time) []time.Time {
	var got []time.Time
	reading := func(t time.Time) wall {
		_, offset := t.In(loc).Zone()
		return wall(t.Unix() + int64(offset))
	}
	// Begin early enough to know whether the first minutes are repeated ones.
	at := from.Add(-48 * time.Hour)
	furthest := reading(at) - 60
	for ; !at.After(to); at = at.Add(time.Minute) {
		fires := false
		for furthest < reading(at) {
			furthest += 60
			fires = fires || s.selected(furthest.time())
		}
		if fires && at.After(from) {
			got = append(got, at)
		}
	}
	return got
}

func TestNextAgainstScan(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	windows := []struct{ zone, from, reason string }{
		{"UTC", "2026-02-20T00:00:00Z", "no changes of the clocks"},
		{"America/New_York", "2026-03-01T00:00:00Z", "clocks go forward by an hour"},
		{"America/New_York", "2026-10-25T00:00:00Z", "clocks go back by an hour"},
		{"Europe/Berlin", "2028-03-20T00:00:00Z", "clocks go forward, east of Greenwich"},
		{"Europe/Berlin", "2028-10-20T00:00:00Z", "clocks go back, east of Greenwich"},
		{"Australia/Lord_Howe", "2026-04-01T00:00:00Z", "clocks go back by half an hour"},
		{"Australia/Lord_Howe", "2026-09-28T00:00:00Z", "clocks go forward by half an hour"},
		{"Asia/Kathmandu", "2026-12-25T00:00:00Z", "an offset of a quarter hour"},
		{"Pacific/Apia", "2011-12-25T00:00:00Z", "a whole day is skipped"},
	}
	for i := range 40 * len(windows) {
		w := windows[i%len(windows)]
		s := randomCron(r)
		from := instant(t, w.from)
		to := from.Add(15 * 24 * time.Hour)
		want := scan(s, zone(t, w.zone), from, to)
		schedule := Schedule{Expression: parsed(t, s.text), Location: zone(t, w.zone), End: &to}
		at := from
		for _, expected := range want {
			next, ok := schedule.Next(at)
			if !ok || !next.Equal(expected) {
				t.Fatalf("%s in %s after %v: got %v, want %v: %s", s.text, w.zone, at, next, expected, w.reason)
			}
			at = next
		}
		if next, ok := schedule.Next(at); ok {
			t.Fatalf("%s in %s: fires at %v, found by no minute: %s", s.text, w.zone, next, w.reason)
		}
		checkDivides(t, schedule, from, 200)
	}
}

func TestNextAgainstAnotherLibrary(t *testing.T) {
	// The common subset with Unix cron: no L, W or #, and no changes of the
	// clocks, for which the library has other rules.
	r := rand.New(rand.NewPCG(3, 4))
	loc := zone(t, "Asia/Kathmandu")
	for range 300 {
		minutes, hours, months := randomUnix(r, 0, 59), randomUnix(r, 0, 23), randomUnix(r, 1, 12)
		ofMonth, ofWeek := "?", strings.ToUpper(time.Weekday(r.IntN(7)).String()[:3])
		if r.IntN(2) == 0 {
			ofMonth, ofWeek = randomUnix(r, 1, 28), "?"
		}
		text := strings.Join([]string{minutes, hours, ofMonth, months, ofWeek}, " ")
		oracle, err := robfig.ParseStandard(text)
		if err != nil {
			t.Fatal(err)
		}
		e := parsed(t, "cron("+text+" *)")
		at := instant(t, "2026-01-01T00:00:00Z").In(loc)
		for range 50 {
			want := oracle.Next(at)
			got, _ := e.Next(at, loc)
			if !got.Equal(want) {
				t.Fatalf("%s after %v: got %v, want %v", e, at, got, want)
			}
			at = want
		}
	}
}

// randomUnix makes a field of which Unix cron and AWS have the same idea.
func randomUnix(r *rand.Rand, low, high int) string {
	for {
		text, _ := randomSet(r, low, high)
		if from, to, ranged := strings.Cut(text, "-"); ranged {
			a, _ := strconv.Atoi(from)
			b, _ := strconv.Atoi(to)
			if a > b {
				continue // only here do ranges wrap around
			}
		}
		return text
	}
}

func TestEveryMinuteOfAYear(t *testing.T) {
	e, loc := parsed(t, "cron(* * * * ? *)"), zone(t, "America/New_York")
	at, end := instant(t, "2026-01-01T05:00:00Z"), instant(t, "2027-01-01T05:00:00Z")
	firings := 0
	for at.Before(end) {
		at, _ = e.Next(at, loc)
		firings++
	}
	// The clock shows 60 minutes twice, and they fire once.
	if want := 365*24*60 - 60; firings != want {
		t.Errorf("%d firings, want %d", firings, want)
	}
}

func FuzzNext(f *testing.F) {
	zones := []string{"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "Africa/Monrovia"}
	f.Add("cron(30 2 * * ? *)", int64(1772928000), byte(1), false, false)
	f.Add("cron(0 0 30 2 ? *)", int64(0), byte(2), true, false)
	f.Add("cron(15 0/30 1-2 ? * SUN#2 *)", int64(1793491200), byte(3), false, true)
	f.Add("cron(0 12 L,15W * ? *)", int64(1325000000), byte(5), true, true)
	f.Add("rate(7 days)", int64(-1), byte(4), false, false)
	f.Add("at(2026-11-01T01:30:00)", int64(1793491200), byte(1), true, true)
	f.Fuzz(func(t *testing.T, text string, unix int64, where byte, skip, both bool) {
		e, err := Parse(text)
		if err != nil {
			var fault *Error
			if !errors.As(err, &fault) {
				t.Fatalf("error of type %T", err)
			}
			return
		}
		s := Schedule{Expression: e, Location: zone(t, zones[int(where)%len(zones)])}
		if skip {
			s.Options.Nonexistent = SkipGap
		}
		if both {
			s.Options.Ambiguous = Both
		}
		checkDivides(t, s, time.Unix(unix, 0), 10)
	})
}
