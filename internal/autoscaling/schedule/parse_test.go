package schedule

import (
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct{ in, want, reason string }{
		{"at(2030-01-02T03:04:05)", "at(2030-01-02T03:04:05)", "the documented form"},
		{"at(2030-01-02T9:36:00)", "at(2030-01-02T09:36:00)", "the guide has an example with one digit for the hour"},
		{"rate(5 minutes)", "rate(5 minutes)", "the documented form"},
		{"rate(1 minutes)", "rate(1 minute)", "singular and plural are interchangeable"},
		{"rate(2 day)", "rate(2 days)", "singular and plural are interchangeable"},
		{"rate(12hours)", "rate(12 hours)", "the blank is optional"},
		{"rate(60 minutes)", "rate(60 minutes)", "the unit stays as written"},
		{"cron(0 8 ? * MON-FRI *)", "cron(0 8 ? * MON-FRI *)", "the guide's form"},
		{"cron( 0  8\t? * mon-fri * )", "cron(0 8 ? * MON-FRI *)", "white space and case do not matter"},
		{"cron(00 08 ? 01-3 2-6 2030)", "cron(0 8 ? JAN-MAR MON-FRI 2030)", "leading zeros go, months and days get names"},
		{"cron(*/15 8-18/2 1,15 * ? 2030-2040/2)", "cron(*/15 8-18/2 1,15 * ? 2030-2040/2)", "steps and lists"},
		{"cron(0 8 L * ? *)", "cron(0 8 L * ? *)", "last day of the month"},
		{"cron(0 8 LW,3w * ? *)", "cron(0 8 LW,3W * ? *)", "nearest weekdays"},
		{"cron(0 8 ? * FRIL *)", "cron(0 8 ? * 6L *)", "last Friday"},
		{"cron(0 8 ? * TUE#2 *)", "cron(0 8 ? * 3#2 *)", "second Tuesday"},
		{"cron(0 8 ? * L *)", "cron(0 8 ? * L *)", "last day of the week"},
		{"cron(30 0 8 ? * MON *)", "cron(30 0 8 ? * MON *)", "seven fields begin with the seconds"},
		{"cron(0 0 8 ? * MON *)", "cron(0 8 ? * MON *)", "second 0 is what six fields mean"},
		{"cron(0 22-2 ? * SAT-SUN *)", "cron(0 22-2 ? * SAT-SUN *)", "ranges of cyclic fields may wrap around"},
		{"cron(0 8 ? jan/3 MON *)", "cron(0 8 ? 1/3 MON *)", "steps are documented with numbers"},
	} {
		e, err := Parse(tc.in)
		if err != nil {
			t.Errorf("%s: %v: %s", tc.in, err, tc.reason)
			continue
		}
		if got := e.String(); got != tc.want {
			t.Errorf("%s: prints %s, want %s: %s", tc.in, got, tc.want, tc.reason)
		}
		if again, err := Parse(e.String()); err != nil || again != e {
			t.Errorf("%s: printing and parsing gives %v, %v", tc.in, again, err)
		}
	}
}

func TestParseFaults(t *testing.T) {
	for _, tc := range []struct {
		in, text, problem, suggestion, reason string
	}{
		{"", "", "neither at(...)", "", "nothing at all"},
		{"every day", "every day", "neither at(...)", "", "prose"},
		{"0 8 * * MON-FRI", "", "neither at(...)", "cron(0 8 ? * MON-FRI *)", "a line of a crontab"},
		{"0 8 ? * MON-FRI *", "", "neither at(...)", "cron(0 8 ? * MON-FRI *)", "only the wrapping is missing"},
		{"@daily", "", "neither at(...)", "cron(0 0 * * ? *)", "a shorthand of Unix cron"},
		{"at(2030-01-02 08:00)", "2030-01-02 08:00", "a T stands", "at(2030-01-02T08:00:00)", "a time as people write it"},
		{"@every 5m", "", "neither at(...)", "", "a shorthand of a Go library is not guessed"},
		{"5 minutes", "", "neither at(...)", "rate(5 minutes)", "only the wrapping is missing"},
		{"rate 5 minutes", "", "neither at(...)", "rate(5 minutes)", "only the parentheses are missing"},
		{"2030-01-02T03:04:05Z", "", "neither at(...)", "at(2030-01-02T03:04:05)", "an RFC 3339 time"},
		{"Cron(0 8 ? * MON *)", "Cron", "begins with", "cron(0 8 ? * MON *)", "keywords are documented in lower case"},
		{"in(5 minutes)", "in", "begins with", "", "an unknown keyword"},
		{"cron(0 8 ? * MON *", "", "closing parenthesis", "", "not closed"},
		{"cron(0 8 ? * MON *) ", " ", "nothing may follow", "", "something behind"},
		{"rate(5 minutes))", ")", "nothing may follow", "", "something behind"},

		{"at()", "", "yyyy-MM-ddTHH:mm:ss", "", "empty"},
		{"at(2030-01-02T03:04:05Z)", "2030-01-02T03:04:05Z", "takes no zone", "at(2030-01-02T03:04:05)", "AWS rejects the Z"},
		{"at(2030-01-02T03:04:05+02:00)", "2030-01-02T03:04:05+02:00", "takes no zone", "at(2030-01-02T03:04:05)", "nor offsets"},
		{"at(2030-01-02)", "2030-01-02", "time of day is missing", "at(2030-01-02T00:00:00)", "AWS rejects bare dates"},
		{"at(2030-01-02T03:04)", "2030-01-02T03:04", "seconds are missing", "at(2030-01-02T03:04:00)", "AWS rejects short times"},
		{"at(2030-01-02 03:04:05)", "2030-01-02 03:04:05", "a T stands between", "at(2030-01-02T03:04:05)", "a blank for the T"},
		{"at(2030-02-30T03:04:05)", "2030-02-30T03:04:05", "no such date", "", "February has no 30th"},
		{"at(2030-01-02T24:00:00)", "2030-01-02T24:00:00", "no such date", "", "the day ends at 23:59:59"},

		{"rate()", "", "positive whole number", "", "empty"},
		{"rate(0 minutes)", "0 minutes", "shortest is one minute", "rate(1 minute)", "not less than a minute"},
		{"rate(-5 minutes)", "-5 minutes", "positive whole number", "", "not negative"},
		{"rate(30 seconds)", "30 seconds", "one minute", "rate(1 minute)", "not less than a minute"},
		{"rate(90 seconds)", "90 seconds", "one minute", "rate(2 minutes)", "rounded up"},
		{"rate(1.5 hours)", "1.5 hours", "positive whole number", "rate(90 minutes)", "whole numbers only"},
		{"rate(2 weeks)", "2 weeks", "no unit of weeks", "rate(14 days)", "days are the largest unit"},
		{"rate(5  minutes)", "5  minutes", "positive whole number", "rate(5 minutes)", "AWS allows one blank"},
		{"rate(5 Minutes)", "5 Minutes", "positive whole number", "rate(5 minutes)", "units are in lower case"},
		{"rate(5m)", "5m", "positive whole number", "rate(5 minutes)", "a Go duration"},
		{"rate(99999999999999999999 days)", "99999999999999999999 days", "longer than", "", "out of range"},
		{"rate(9999999 days)", "9999999 days", "longer than", "", "out of range"},
		{"rate(1e400 hours)", "1e400 hours", "positive whole number", "", "out of range of a float"},

		{"cron()", "", "six fields", "", "empty"},
		{"cron(0 8 * * MON-FRI)", "0 8 * * MON-FRI", "Unix cron has five", "cron(0 8 ? * MON-FRI *)", "five fields of Unix cron"},
		{"cron(0 8 * * 1-5)", "0 8 * * 1-5", "Unix cron has five", "cron(0 8 ? * MON-FRI *)", "Unix counts from Sunday as 0"},
		{"cron(0 8 * * 0,6)", "0 8 * * 0,6", "Unix cron has five", "cron(0 8 ? * SUN,SAT *)", "Unix counts from Sunday as 0"},
		{"cron(0 8 * * 5-7)", "0 8 * * 5-7", "Unix cron has five", "cron(0 8 ? * SUN,FRI,SAT *)", "Unix counts Sunday as 7 too"},
		{"cron(0 8 * * *)", "0 8 * * *", "Unix cron has five", "cron(0 8 * * ? *)", "every day"},
		{"cron(0 8 1 * *)", "0 8 1 * *", "Unix cron has five", "cron(0 8 1 * ? *)", "a day of the month"},
		{"cron(0 8 1 * 1)", "0 8 1 * 1", "two actions", "", "Unix joins the day fields with or"},
		{"cron(0 8 ? * MON)", "0 8 ? * MON", "Unix cron has five", "cron(0 8 ? * MON *)", "only the year is missing"},
		{"cron(0 8 ? *)", "0 8 ? *", "six fields", "", "too few"},
		{"cron(0 0 0 8 ? * MON *)", "0 0 0 8 ? * MON *", "not 8", "", "too many"},
		{"cron(0 8 * * MON *)", "*", "has to be ?", "cron(0 8 ? * MON *)", "the month's days are open"},
		{"cron(0 8 * * * *)", "*", "has to be ?", "cron(0 8 * * ? *)", "every day"},
		{"cron(30 6 * * 2 *)", "*", "has to be ?", "cron(30 6 ? * MON *)", "an example of the 2023 guide"},
		{"cron(0 8 1 * MON *)", "MON", "two actions", "", "both restricted"},
		{"cron(0 8 ? * ? *)", "?", "cannot both be ?", "cron(0 8 ? * * *)", "both open"},
		{"cron(60 8 ? * MON *)", "60", "Minutes is a number from 0 to 59", "", "out of range"},
		{"cron(0 24 ? * MON *)", "24", "Hours is a number from 0 to 23", "", "out of range"},
		{"cron(0 8 ? * 0 *)", "0", "counts from 1", "", "Unix cron's Sunday"},
		{"cron(0 8 ? * 8 *)", "8", "a name from SUN to SAT", "", "out of range"},
		{"cron(0 8 ? * MONDAY *)", "MONDAY", "a name from SUN to SAT", "", "names have three letters"},
		{"cron(0 8 ? 13 MON *)", "13", "a name from JAN to DEC", "", "out of range"},
		{"cron(0 8 ? * MON 1969)", "1969", "from 1970 to 2199", "", "before the calendar"},
		{"cron(0 8 32 * ? *)", "32", "from 1 to 31", "", "out of range"},
		{"cron(0 8 20-10 * ? *)", "20-10", "runs backwards", "", "months differ in length, so days do not wrap around"},
		{"cron(0 8 , * ? *)", "", "is missing", "", "an empty item"},
		{"cron(0 8 1- * ? *)", "", "is missing", "", "an open range"},
		{"cron(/5 8 ? * MON *)", "/5", "start of the step is missing", "", "no start"},
		{"cron(*/0 8 ? * MON *)", "0", "step of Minutes", "", "a step of nothing"},
		{"cron(*/60 8 ? * MON *)", "60", "step of Minutes", "", "a step beyond the field"},
		{"cron(1/2/3 8 ? * MON *)", "2/3", "step of Minutes", "", "two steps"},
		{"cron(? 8 ? * MON *)", "?", "cannot be ?", "", "only days can be open"},
		{"cron(0 8 ? * MON/2 *)", "MON/2", "takes no steps", "", "the reference lists no / for days of the week"},
		{"cron(0 8 ? * 3#6 *)", "6", "first to a fifth", "", "no month has six"},
		{"cron(0 8 ? * 3#1,6#3 *)", "6#3", "only one expression with #", "", "an example of the reference"},
		{"cron(0 8 L-3 * ? *)", "L", "from 1 to 31", "", "an extension of another scheduler"},
		{"cron(0 8 W * ? *)", "", "is missing", "", "no day"},
		{"cron(* * 8 ? * MON *)", "*", "one number from 0 to 59", "", "would run every second"},
		{"cron(+5 8 ? * MON *)", "+5", "a number from 0 to 59", "", "signs are no digits"},
	} {
		_, err := Parse(tc.in)
		var fault *Error
		if !errors.As(err, &fault) {
			t.Errorf("%q: got error %v, want one: %s", tc.in, err, tc.reason)
			continue
		}
		if !strings.Contains(fault.Problem, tc.problem) {
			t.Errorf("%q: problem %q does not say %q: %s", tc.in, fault.Problem, tc.problem, tc.reason)
		}
		if tc.text != "" && fault.Text != tc.text {
			t.Errorf("%q: points at %q, want %q: %s", tc.in, fault.Text, tc.text, tc.reason)
		}
		if got := tc.in[fault.Offset : fault.Offset+len(fault.Text)]; got != fault.Text {
			t.Errorf("%q: at %d is %q, not %q", tc.in, fault.Offset, got, fault.Text)
		}
		if strings.HasSuffix(fault.Suggestion, "example") != (tc.suggestion == "" && fault.Suggestion != "") ||
			tc.suggestion != "" && fault.Suggestion != tc.suggestion {
			t.Errorf("%q: suggests %q, want %q: %s", tc.in, fault.Suggestion, tc.suggestion, tc.reason)
		}
		if fault.Error() == "" || fault.Expression != tc.in {
			t.Errorf("%q: incomplete error %+v", tc.in, fault)
		}
	}
	if _, err := Parse("cron(" + strings.Repeat(" ", 2000) + ")"); err == nil {
		t.Error("the API takes 1600 characters at most")
	}
}

func TestErrorText(t *testing.T) {
	_, err := Parse("cron(0 8 * * 1-5)")
	const want = `schedule "cron(0 8 * * 1-5)": cron takes six fields, Unix cron has five: the year is missing, ` +
		`and one of the day fields has to be ? ("0 8 * * 1-5" at character 6); write cron(0 8 ? * MON-FRI *)`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestDescribe(t *testing.T) {
	for _, tc := range []struct{ in, want, reason string }{
		{"at(2030-01-02T03:04:05)", "once, on 2030-01-02 at 03:04:05", "one time"},
		{"rate(1 hour)", "every hour", "singular"},
		{"rate(5 minutes)", "every 5 minutes", "plural"},
		{"cron(0 8 ? * MON-FRI *)", "every weekday at 08:00", "weekdays"},
		{"cron(0 8 ? * 2,3,4,5,6 *)", "every weekday at 08:00", "weekdays, listed"},
		{"cron(0 8 ? * SAT-SUN *)", "every Saturday and Sunday at 08:00", "weekend"},
		{"cron(30 22 * * ? *)", "every day at 22:30", "every day"},
		{"cron(30 22 ? * * *)", "every day at 22:30", "every day by the other field"},
		{"cron(0 8 1 * ? *)", "on day 1 of every month at 08:00", "a day of the month"},
		{"cron(0 8 L * ? *)", "on the last day of every month at 08:00", "last day"},
		{"cron(0 8 ? * MON,WED,FRI *)", "every Monday, Wednesday and Friday at 08:00", "some days"},
		{"cron(5 * * * ? *)", "every day, every hour at minute 5", "hourly"},
		{"cron(* * * * ? *)", "every day, every minute", "every minute"},
		{"cron(0 8,20 * * ? *)", "cron(0 8,20 * * ? *)", "not of a common form"},
		{"cron(0 8 * JAN ? *)", "cron(0 8 * JAN ? *)", "not of a common form"},
		{"cron(0 8 ? * 6L *)", "cron(0 8 ? * 6L *)", "not of a common form"},
		{"cron(1,15 8 15W * ? *)", "cron(1,15 8 15W * ? *)", "not of a common form"},
	} {
		e, err := Parse(tc.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Describe(); got != tc.want {
			t.Errorf("%s: got %q, want %q: %s", tc.in, got, tc.want, tc.reason)
		}
	}
	if got := (Expression{}).Describe(); got != "" {
		t.Errorf("the zero expression is described as %q", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("cron(0 0 ? 1 0aL 0)") // the error quotes what was written
	for _, s := range []string{
		"at(2030-01-02T03:04:05)", "at(2030-01-02T9:36:00)", "at(2030-01-02)", "rate(5 minutes)", "rate(1.5 hours)",
		"rate(2 weeks)", "cron(0 8 ? * MON-FRI *)", "cron(0 0 8 LW,3W JAN/2 ? 2030-2040/2)", "cron(0 8 ? * 3#2,6L *)",
		"cron(0 8 * * 1-5)", "0 8 * * 1-5", "@daily", "cron(? ? ? ? ? ?)", "rate(1e9 hours)", "cron(\x00 8 ? * MON *)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := Parse(s)
		if err == nil {
			again, err := Parse(e.String())
			if err != nil || again != e {
				t.Errorf("%q prints as %q, which parses as %+v, %v", s, e, again, err)
			}
			e.Describe()
			return
		}
		var fault *Error
		if !errors.As(err, &fault) {
			t.Fatalf("%q: error of type %T", s, err)
		}
		if fault.Offset < 0 || fault.Offset+len(fault.Text) > len(s) || s[fault.Offset:fault.Offset+len(fault.Text)] != fault.Text {
			t.Errorf("%q: %q is not at %d", s, fault.Text, fault.Offset)
		}
		if fault.Suggestion != "" && !strings.HasSuffix(fault.Suggestion, ", for example") {
			if _, err := Parse(fault.Suggestion); err != nil {
				t.Errorf("%q: suggests %q, which does not parse: %v", s, fault.Suggestion, err)
			}
		}
	})
}
