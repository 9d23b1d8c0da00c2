package schedule

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
)

func parsed(t testing.TB, s string) Expression {
	t.Helper()
	e, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// firings lists the first firings after an instant, as RFC 3339.
func firings(s Schedule, after time.Time, atMost int) []string {
	var got []string
	for range atMost {
		next, ok := s.Next(after)
		if !ok {
			break
		}
		got = append(got, next.Format(time.RFC3339Nano))
		after = next
	}
	return got
}

func TestNextOfCron(t *testing.T) {
	for _, tc := range []struct {
		in, zone, after string
		want            []string
		reason          string
	}{
		{"cron(0 8 ? * MON-FRI *)", "UTC", "2026-07-03T08:00:00Z",
			[]string{"2026-07-06T08:00:00Z", "2026-07-07T08:00:00Z"}, "strictly after, and not on a weekend"},
		{"cron(0 8 ? * MON-FRI *)", "UTC", "2026-07-03T07:59:59.999Z",
			[]string{"2026-07-03T08:00:00Z"}, "fractions of a second count"},
		{"cron(0 8 ? * MON-FRI *)", "Europe/Berlin", "2026-07-03T00:00:00Z",
			[]string{"2026-07-03T08:00:00+02:00"}, "in the zone's local time"},
		{"cron(0/20 9-10 1 1 ? *)", "UTC", "2026-01-01T09:30:00Z",
			[]string{"2026-01-01T09:40:00Z", "2026-01-01T10:00:00Z", "2026-01-01T10:20:00Z", "2026-01-01T10:40:00Z", "2027-01-01T09:00:00Z"}, "from field to field"},
		{"cron(0 8 L * ? *)", "UTC", "2028-01-31T08:00:00Z",
			[]string{"2028-02-29T08:00:00Z", "2028-03-31T08:00:00Z", "2028-04-30T08:00:00Z"}, "last days, in a leap year"},
		{"cron(0 8 31 * ? *)", "UTC", "2026-01-31T08:00:00Z",
			[]string{"2026-03-31T08:00:00Z", "2026-05-31T08:00:00Z"}, "short months have no 31st"},
		{"cron(0 8 29 FEB ? *)", "UTC", "2096-02-29T08:00:00Z",
			[]string{"2104-02-29T08:00:00Z"}, "2100 is no leap year"},
		{"cron(0 8 1W * ? *)", "UTC", "2026-07-31T08:00:00Z",
			[]string{"2026-08-03T08:00:00Z", "2026-09-01T08:00:00Z"}, "a Saturday 1st moves to Monday, not into July"},
		{"cron(0 8 15W * ? *)", "UTC", "2026-07-31T08:00:00Z",
			[]string{"2026-08-14T08:00:00Z", "2026-09-15T08:00:00Z", "2026-10-15T08:00:00Z", "2026-11-16T08:00:00Z"}, "Saturday back, Sunday forward"},
		{"cron(0 8 31W * ? *)", "UTC", "2026-05-01T00:00:00Z",
			[]string{"2026-05-29T08:00:00Z", "2026-07-31T08:00:00Z"}, "a Sunday at the end moves to Friday; June has no 31st"},
		{"cron(0 8 LW * ? *)", "UTC", "2026-05-01T00:00:00Z",
			[]string{"2026-05-29T08:00:00Z", "2026-06-30T08:00:00Z"}, "last weekday"},
		{"cron(0 8 ? * 3#2 *)", "UTC", "2026-07-01T00:00:00Z",
			[]string{"2026-07-14T08:00:00Z", "2026-08-11T08:00:00Z"}, "second Tuesday"},
		{"cron(0 8 ? * 6#5 *)", "UTC", "2026-02-01T00:00:00Z",
			[]string{"2026-05-29T08:00:00Z"}, "not every month has five Fridays"},
		{"cron(0 8 ? * 6L *)", "UTC", "2026-07-01T00:00:00Z",
			[]string{"2026-07-31T08:00:00Z", "2026-08-28T08:00:00Z"}, "last Friday"},
		{"cron(0 8 ? * L *)", "UTC", "2026-07-01T00:00:00Z",
			[]string{"2026-07-04T08:00:00Z"}, "the last day of the week is Saturday"},
		{"cron(0 22-2 ? * SAT-SUN *)", "UTC", "2026-07-04T22:30:00Z",
			[]string{"2026-07-04T23:00:00Z", "2026-07-05T00:00:00Z"}, "ranges wrap around"},
		{"cron(15 59 23 31 12 ? *)", "UTC", "2026-12-31T23:59:15Z",
			[]string{"2027-12-31T23:59:15Z"}, "seconds"},
		{"cron(0 8 30 FEB ? *)", "America/New_York", "2026-01-01T00:00:00Z", nil, "never"},
		{"cron(0 8 ? * 2#5 2026,2199)", "UTC", "2027-01-01T00:00:00Z",
			[]string{"2199-04-29T08:00:00Z", "2199-07-29T08:00:00Z"}, "years in between are left out"},
		{"cron(0 8 30 12 ? *)", "America/New_York", "2199-12-30T13:00:00Z", nil, "the calendar ends in 2199"},
		{"cron(0 8 * * ? 2030)", "UTC", "2031-01-01T00:00:00Z", nil, "the year has passed"},
		{"cron(0 8 * * ? 1970)", "UTC", "1900-01-01T00:00:00Z", []string{"1970-01-01T08:00:00Z"}, "the calendar begins in 1970"},

		{"cron(30 2 * * ? *)", "America/New_York", "2026-03-07T12:00:00Z",
			[]string{"2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"}, "a time in the gap falls on its end"},
		{"cron(0/30 2-3 * * ? *)", "America/New_York", "2026-03-08T06:59:00Z",
			[]string{"2026-03-08T03:00:00-04:00", "2026-03-08T03:30:00-04:00", "2026-03-09T02:00:00-04:00"}, "times in the gap join the one at its end"},
		{"cron(30 1 * * ? *)", "America/New_York", "2026-10-31T12:00:00Z",
			[]string{"2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"}, "a repeated time fires the first time"},
		{"cron(0/30 * * * ? *)", "America/New_York", "2026-11-01T05:00:00Z",
			[]string{"2026-11-01T01:30:00-04:00", "2026-11-01T02:00:00-05:00"}, "nothing fires while the clock repeats an hour"},
		{"cron(15 2 * * ? *)", "Australia/Lord_Howe", "2026-10-03T00:00:00Z",
			[]string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}, "some clocks change by half an hour"},
		{"cron(0 12 30 DEC ? 2011)", "Pacific/Apia", "2011-01-01T00:00:00Z",
			[]string{"2011-12-31T00:00:00+14:00"}, "Samoa skipped a whole day"},
		{"cron(0 8 * * ? *)", "Asia/Kathmandu", "2026-01-01T00:00:00Z",
			[]string{"2026-01-01T08:00:00+05:45"}, "offsets of quarter hours"},
		{"cron(0 0 * * ? *)", "America/Sao_Paulo", "2018-11-03T12:00:00Z",
			[]string{"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"}, "where midnight was skipped"},
	} {
		s := Schedule{Expression: parsed(t, tc.in), Location: zone(t, tc.zone)}
		got := firings(s, instant(t, tc.after), max(1, len(tc.want)))
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s in %s: %s\n%s", tc.in, tc.zone, tc.reason, diff)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, tc := range []struct {
		in, zone, after string
		options         Options
		want            []string
		reason          string
	}{
		{"cron(30 2 * * ? *)", "America/New_York", "2026-03-07T12:00:00Z", Options{Nonexistent: SkipGap},
			[]string{"2026-03-09T02:30:00-04:00"}, "skip what does not exist"},
		{"at(2026-03-08T02:30:00)", "America/New_York", "2026-01-01T00:00:00Z", Options{},
			[]string{"2026-03-08T03:00:00-04:00"}, "at has gaps too"},
		{"at(2026-03-08T02:30:00)", "America/New_York", "2026-01-01T00:00:00Z", Options{Nonexistent: SkipGap},
			nil, "and may be skipped"},
		{"cron(30 1 * * ? *)", "America/New_York", "2026-10-31T12:00:00Z", Options{Ambiguous: Both},
			[]string{"2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00", "2026-11-02T01:30:00-05:00"}, "fire both times"},
		{"at(2026-11-01T01:30:00)", "America/New_York", "2026-10-31T12:00:00Z", Options{Ambiguous: Both},
			[]string{"2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"}, "fire both times"},
		{"cron(15 2 ? * SUN *)", "Europe/Berlin", "2026-10-25T00:20:00Z", Options{Ambiguous: Both},
			[]string{"2026-10-25T02:15:00+01:00", "2026-11-01T02:15:00+01:00"}, "the second time, though the next by the calendar is a week away"},
		{"cron(0/30 2 * * ? *)", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", Options{Ambiguous: Both},
			[]string{"2026-04-05T02:00:00+10:30", "2026-04-05T02:30:00+10:30"}, "half an hour repeated: 01:30 to 02:00"},
	} {
		s := Schedule{Expression: parsed(t, tc.in), Location: zone(t, tc.zone), Options: tc.options}
		got := firings(s, instant(t, tc.after), max(1, len(tc.want)))
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s in %s: %s\n%s", tc.in, tc.zone, tc.reason, diff)
		}
		checkDivides(t, s, instant(t, tc.after), 50)
	}
}

func TestSchedule(t *testing.T) {
	at := func(s string) *time.Time { v := instant(t, s); return &v }
	for _, tc := range []struct {
		in         string
		start, end *time.Time
		anchor     time.Time
		options    Options
		after      string
		want       []string
		reason     string
	}{
		{in: "at(2026-07-01T08:00:00)", after: "2026-07-01T07:59:59Z", want: []string{"2026-07-01T08:00:00Z"}, reason: "at fires once"},
		{in: "at(2026-07-01T08:00:00)", after: "2026-07-01T08:00:00Z", reason: "and not again"},
		{in: "at(2026-07-01T08:00:00)", start: at("2026-07-01T09:00:00Z"), after: "2026-01-01T00:00:00Z", reason: "not before the start, nor at it"},
		{in: "at(2026-07-01T08:00:00)", start: at("2026-06-01T09:00:00Z"), after: "2026-01-01T00:00:00Z", want: []string{"2026-07-01T08:00:00Z"}, reason: "the start of a single run is no run"},
		{in: "at(2026-07-01T08:00:00)", start: at("2026-07-01T08:00:00Z"), after: "2026-01-01T00:00:00Z", want: []string{"2026-07-01T08:00:00Z"}, reason: "the start is included"},
		{in: "at(2026-07-01T08:00:00)", end: at("2026-07-01T07:00:00Z"), after: "2026-01-01T00:00:00Z", reason: "not after the end"},

		{in: "cron(0 8 * * ? *)", start: at("2026-07-01T12:34:56Z"), after: "2026-01-01T00:00:00Z",
			want: []string{"2026-07-01T12:34:56Z", "2026-07-02T08:00:00Z", "2026-07-03T08:00:00Z"}, reason: "first at the start, then by the expression"},
		{in: "cron(0 8 * * ? *)", start: at("2026-07-01T08:00:00Z"), after: "2026-01-01T00:00:00Z",
			want: []string{"2026-07-01T08:00:00Z", "2026-07-02T08:00:00Z"}, reason: "a start on the grid is one firing, not two"},
		{in: "cron(0 8 * * ? *)", start: at("2026-07-01T12:00:00Z"), end: at("2026-07-03T08:00:00Z"), after: "2026-07-01T12:00:00Z",
			want: []string{"2026-07-02T08:00:00Z", "2026-07-03T08:00:00Z"}, reason: "the end is included, and nothing comes after it"},
		{in: "cron(0 8 * * ? *)", start: at("2026-07-01T12:00:00Z"), end: at("2026-07-03T08:00:00Z"), options: Options{AtEnd: SkipAtEnd}, after: "2026-07-01T12:00:00Z",
			want: []string{"2026-07-02T08:00:00Z"}, reason: "or the end is not included"},
		{in: "rate(1 hour)", start: at("2026-07-01T12:00:00Z"), end: at("2026-07-01T12:00:00Z"), options: Options{AtEnd: SkipAtEnd}, after: "2026-01-01T00:00:00Z",
			reason: "and nothing is left of an empty period"},
		{in: "at(2026-07-01T08:00:00)", start: at("2026-07-01T09:00:00Z"), options: Options{AtPeriod: IgnorePeriod}, after: "2026-01-01T00:00:00Z",
			want: []string{"2026-07-01T08:00:00Z"}, reason: "or start and end are for what recurs"},
		{in: "at(2026-07-01T08:00:00)", end: at("2026-07-01T08:00:00Z"), options: Options{AtEnd: SkipAtEnd}, after: "2026-01-01T00:00:00Z", reason: "a single run can be at the end too"},
		{in: "rate(1 hour)", anchor: instant(t, "2026-07-01T00:00:00Z"), end: at("2026-07-01T01:30:00Z"), options: Options{AtPeriod: IgnorePeriod}, after: "2026-01-01T00:00:00Z",
			want: []string{"2026-07-01T01:00:00Z"}, reason: "which a rate does"},
		{in: "cron(0 8 * * ? 2020)", start: at("2026-07-01T12:00:00Z"), after: "2026-01-01T00:00:00Z",
			want: []string{"2026-07-01T12:00:00Z"}, reason: "the start fires even if the expression never does"},
		{in: "cron(0 8 * * ? *)", start: at("2026-07-02T12:00:00Z"), end: at("2026-07-01T12:00:00Z"), after: "2026-01-01T00:00:00Z",
			reason: "nothing lies between an end and a later start"},

		{in: "rate(5 minutes)", after: "2026-07-01T00:03:00Z", want: []string{"2026-07-01T00:05:00Z", "2026-07-01T00:10:00Z"}, reason: "without an anchor from the epoch"},
		{in: "rate(1 day)", anchor: instant(t, "2026-07-01T12:34:56.789Z"), after: "2026-01-01T00:00:00Z",
			want: []string{"2026-07-02T12:34:56.789Z", "2026-07-03T12:34:56.789Z"}, reason: "one interval after the anchor"},
		{in: "rate(1 day)", anchor: instant(t, "2026-07-01T12:34:56.789Z"), options: Options{FirstRun: AtAnchor}, after: "2026-01-01T00:00:00Z",
			want: []string{"2026-07-01T12:34:56.789Z", "2026-07-02T12:34:56.789Z"}, reason: "at the anchor itself"},
		{in: "rate(1 hour)", anchor: instant(t, "2026-01-01T00:20:00Z"), start: at("2026-07-01T12:30:00Z"), end: at("2026-07-01T14:00:00Z"), after: "2026-01-01T00:00:00Z",
			want: []string{"2026-07-01T12:30:00Z", "2026-07-01T13:30:00Z"}, reason: "from the start, whatever the anchor"},
		{in: "rate(1 hour)", anchor: instant(t, "2026-07-01T00:00:00.5Z"), after: "2026-07-01T01:00:00.4Z",
			want: []string{"2026-07-01T01:00:00.5Z"}, reason: "fractions of a second count"},
		{in: "rate(1 hour)", anchor: instant(t, "2026-07-01T00:00:00.5Z"), after: "2026-07-01T01:00:00.5Z",
			want: []string{"2026-07-01T02:00:00.5Z"}, reason: "strictly after"},
		{in: "rate(700000 days)", anchor: instant(t, "2026-07-01T00:00:00Z"), after: "2026-01-01T00:00:00Z",
			want: []string{"3943-01-13T00:00:00Z"}, reason: "intervals beyond the range of a duration"},
	} {
		s := Schedule{Expression: parsed(t, tc.in), Start: tc.start, End: tc.end, Anchor: tc.anchor, Options: tc.options}
		got := firings(s, instant(t, tc.after), len(tc.want)+1)
		if tc.end == nil && s.Expression.Recurring() && len(got) > len(tc.want) {
			got = got[:len(tc.want)]
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s\n%s", tc.in, tc.reason, diff)
		}
		checkDivides(t, s, instant(t, tc.after), 20)
	}
}

func TestNeverFires(t *testing.T) {
	for _, tc := range []struct {
		s      Schedule
		reason string
	}{
		{Schedule{}, "the zero schedule"},
		{Schedule{Expression: parsed(t, "cron(0 0 30 2 ? *)")}, "February has no 30th"},
		{Schedule{Expression: parsed(t, "cron(0 0 31 4,6,9,11 ? *)"), Location: zone(t, "Europe/Berlin")}, "these months have no 31st"},
		{Schedule{Expression: parsed(t, "cron(0 0 29 2 ? 2100)")}, "2100 is no leap year"},
	} {
		for _, at := range []time.Time{{}, time.Unix(0, 0), instant(t, "2026-07-01T00:00:00Z"), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), time.Unix(1<<60, 0)} {
			if next, ok := tc.s.Next(at); ok {
				t.Errorf("%s: fires at %v: %s", tc.s.Expression, next, tc.reason)
			}
			if prev, ok := tc.s.Prev(at); ok {
				t.Errorf("%s: fired at %v: %s", tc.s.Expression, prev, tc.reason)
			}
		}
	}
}

// checkDivides walks over firings and checks that Next only advances, and that
// Prev finds every firing again, from it and from just before the one after it.
func checkDivides(t *testing.T, s Schedule, after time.Time, steps int) {
	t.Helper()
	last, fired := s.Prev(after)
	if fired && last.After(after) {
		t.Fatalf("%s: Prev(%v) = %v", s.Expression, after, last)
	}
	for range steps {
		next, ok := s.Next(after)
		if !ok {
			return
		}
		if !next.After(after) {
			t.Fatalf("%s: Next(%v) = %v", s.Expression, after, next)
		}
		if prev, ok := s.Prev(next); !ok || !prev.Equal(next) {
			t.Fatalf("%s: Prev(%v) = %v, %v", s.Expression, next, prev, ok)
		}
		if prev, ok := s.Prev(next.Add(-time.Nanosecond)); ok != fired || !prev.Equal(last) {
			t.Fatalf("%s: just before %v Prev = %v, %v, want %v, %v", s.Expression, next, prev, ok, last, fired)
		}
		last, fired, after = next, true, next
	}
}

func BenchmarkNextEveryMinute(b *testing.B) {
	for _, name := range []string{"UTC", "America/New_York"} {
		b.Run(name, func(b *testing.B) {
			e, loc := parsed(b, "cron(* * * * ? *)"), zone(b, name)
			at := instant(b, "2026-01-01T00:00:00Z")
			for b.Loop() {
				at, _ = e.Next(at, loc)
			}
		})
	}
}
