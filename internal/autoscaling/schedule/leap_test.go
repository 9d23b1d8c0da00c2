package schedule

import (
	"testing"
	"time"
)

// TestLastDayOfLeapYears: in zones with summer time, package time says of the last
// day of a leap year that its period has ended when it begins.
func TestLastDayOfLeapYears(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Sydney", "Pacific/Auckland", "UTC"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, year := range []int{2028, 2040, 2096} {
			from := time.Date(year, time.June, 1, 0, 0, 0, 0, loc)
			for text, want := range map[string]time.Time{
				"cron(0 0 1 1 ? *)":     time.Date(year+1, time.January, 1, 0, 0, 0, 0, loc),
				"cron(30 12 31 12 ? *)": time.Date(year, time.December, 31, 12, 30, 0, 0, loc),
				"cron(59 23 31 12 ? *)": time.Date(year, time.December, 31, 23, 59, 0, 0, loc),
				"cron(0 8 1 7 ? *)":     time.Date(year, time.July, 1, 8, 0, 0, 0, loc),
			} {
				expression, err := Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				s := Schedule{Expression: expression, Location: loc}
				if got, ok := s.Next(from); !ok || !got.Equal(want) {
					t.Errorf("%s in %s after %s is %s, want %s", text, zone, from, got, want)
				}
				if got, ok := s.Next(want); !ok || !got.Equal(want.AddDate(1, 0, 0)) {
					t.Errorf("%s in %s after %s is %s, want a year later", text, zone, want, got)
				}
			}
		}
	}
}
