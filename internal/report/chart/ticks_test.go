package chart

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTimeTicks(t *testing.T) {
	monday := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	odd := monday.Add(7*time.Hour + 13*time.Minute + 20*time.Second)
	for _, c := range []struct {
		reason string
		start  time.Time
		end    time.Time
		n      int
		want   string
	}{
		{"minutes", odd, odd.Add(4 * time.Minute), 10, "07:14 07:15 07:16 07:17"},
		{"quarters of an hour", odd, odd.Add(time.Hour), 5, "07:15 07:30 07:45 08:00"},
		{"hours", odd, odd.Add(6 * time.Hour), 8, "08:00 09:00 10:00 11:00 12:00 13:00"},
		{"at midnight the day is told", monday, monday.Add(2 * day), 12, "2 Mar 06:00 12:00 18:00 3 Mar 06:00 12:00 18:00 4 Mar"},
		{"halves of days", monday, monday.Add(3 * day), 11, "2 Mar 12:00 3 Mar 12:00 4 Mar 12:00 5 Mar"},
		{"days", monday, monday.Add(week), 11, "2 Mar 3 Mar 4 Mar 5 Mar 6 Mar 7 Mar 8 Mar 9 Mar"},
		{"weeks begin on Mondays", monday.Add(-3 * day), monday.Add(5 * week), 8, "2 Mar 9 Mar 16 Mar 23 Mar 30 Mar 6 Apr"},
		{"months begin on their first day", odd, monday.AddDate(0, 5, 0), 8, "Apr 2026 May Jun Jul Aug"},
		{"each year is told once", odd, odd.AddDate(1, 0, 0), 15, "Apr 2026 May Jun Jul Aug Sep Oct Nov Dec Jan 2027 Feb Mar"},
		{"quarters of a year", monday, monday.AddDate(2, 0, 0), 9, "Apr 2026 Jul Oct Jan 2027 Apr Jul Oct Jan 2028"},
		{"years", odd, odd.AddDate(6, 0, 0), 8, "2027 2028 2029 2030 2031 2032"},
		{"centuries are as round", odd, odd.AddDate(300, 0, 0), 5, "2100 2200 2300"},
		{"a narrow picture has one at each end", monday, monday.Add(day), 0, "2 Mar 3 Mar"},
		{"a start on a tick has one", monday, monday, 5, "2 Mar"},
	} {
		var labels []string
		for _, tick := range timeTicks(c.start, c.end, c.n) {
			labels = append(labels, tick.label)
		}
		if diff := cmp.Diff(c.want, strings.Join(labels, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

// unround says of ticks what about them is not as it has to be; empty: nothing.
func unround(start, end time.Time, n int) string {
	ticks := timeTicks(start, end, n)
	if len(ticks) > max(2, n)+1 {
		return fmt.Sprintf("%d ticks", len(ticks))
	}
	for i, tick := range ticks {
		at := tick.at
		switch {
		case at.Before(start) || at.After(end):
			return fmt.Sprintf("%v is outside", at)
		case i > 0 && !at.After(ticks[i-1].at):
			return fmt.Sprintf("%v is not after %v", at, ticks[i-1].at)
		case !at.Equal(at.Truncate(time.Minute)):
			return fmt.Sprintf("%v begins no minute", at)
		case i == 0:
			continue
		}
		switch length := at.Sub(ticks[i-1].at); {
		case length >= 27*day && at.Day() != 1:
			return fmt.Sprintf("%v begins no month, %v after the tick before it", at, length)
		case length >= 360*day && at.YearDay() != 1:
			return fmt.Sprintf("%v begins no year, %v after the tick before it", at, length)
		case (length == week || length == 2*week) && at.Weekday() != time.Monday:
			return fmt.Sprintf("%v begins no week", at)
		case length >= day && !at.Equal(at.Truncate(day)):
			return fmt.Sprintf("%v begins no day", at)
		}
	}
	return ""
}

func TestTicksAreRoundTimes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	least := map[string]bool{}
	for range 20_000 {
		start := time.Unix(random.Int64N(1<<33)-1<<32, random.Int64N(1e9)).UTC()
		// Every order of magnitude is as likely, from a minute to a century.
		length := time.Duration(float64(time.Minute) * math.Pow(10, random.Float64()*7.7))
		n := random.IntN(25)
		if problem := unround(start, start.Add(length), n); problem != "" {
			t.Fatalf("from %v to %v with %d ticks: %s", start, start.Add(length), n, problem)
		}
		least[fmt.Sprint(distance(start, start.Add(length), max(2, n)))] = true
	}
	if len(least) < len(intervals) {
		t.Errorf("only %d distances were tried", len(least))
	}
}

func FuzzTimeTicks(f *testing.F) {
	f.Add(int64(0), int64(3600), 12)
	f.Add(int64(-62135596800), int64(86400*366), 9)
	f.Fuzz(func(t *testing.T, start, length int64, n int) {
		const limit = 1 << 40
		from := time.Unix(start%limit, 0).UTC()
		to := from.Add(time.Duration(max(0, length%(290*365*86400))) * time.Second)
		if problem := unround(from, to, min(n, 1000)); problem != "" {
			t.Fatalf("from %v to %v with %d ticks: %s", from, to, n, problem)
		}
	})
}
