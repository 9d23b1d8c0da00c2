package schedule

import (
	"cmp"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxLength is the length of the API's Schedule member, in characters.
const maxLength = 1600

// Parse reads an at, rate or cron expression. An error is always an *[Error].
func Parse(s string) (Expression, error) {
	e, fault := parse(s)
	if fault != nil {
		fault.Expression = s
		fault.Suggestion = fault.suggestion()
		return Expression{}, fault
	}
	return e, nil
}

// suggestion returns what to write instead, in canonical form.
func (e *Error) suggestion() string {
	if e.Suggestion != "" || e.candidate == "" {
		return e.Suggestion
	}
	instead, fault := parse(e.candidate)
	if fault != nil {
		return ""
	}
	return instead.String()
}

func parse(s string) (Expression, *Error) {
	if len(s) > maxLength {
		return Expression{}, token{}.fault("it is longer than %d characters", maxLength)
	}
	all := token{text: s}
	keyword, rest, found := all.cut("(")
	if !found {
		fault := all.fault("it is neither at(...), rate(...) nor cron(...)")
		fault.Suggestion = cmp.Or(unwrapped(s), "rate(1 day) or cron(0 8 ? * MON-FRI *), for example")
		return Expression{}, fault
	}
	inside, after, closed := rest.cut(")")
	if !closed {
		return Expression{}, token{offset: len(s)}.fault("the closing parenthesis is missing")
	}
	if after.text != "" {
		return Expression{}, after.fault("nothing may follow the closing parenthesis")
	}
	switch Kind(keyword.text) {
	case At:
		return parseAt(inside)
	case Rate:
		return parseRate(inside)
	case Cron:
		return parseCron(inside)
	}
	fault := keyword.fault("an expression begins with at(, rate( or cron(")
	switch word := Kind(strings.ToLower(strings.TrimSpace(keyword.text))); word {
	case At, Rate, Cron:
		fault.candidate = string(word) + "(" + inside.text + ")"
	}
	return Expression{}, fault
}

const atLayout = "2006-01-02T15:04:05"

// AWS documents two digits for the hour and shows an example with one.
var (
	atPattern   = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})T(\d{1,2}):(\d{2}:\d{2})$`)
	dateOnly    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	withoutSecs = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{1,2}:\d{2}$`)
	zoneSuffix  = regexp.MustCompile(`^(.*T.*?)(Z|[+-]\d{2}:?\d{2})$`)
	dateBlank   = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}) +(\d{1,2}:\d{2})(.*)$`)
)

func parseAt(in token) (Expression, *Error) {
	m := atPattern.FindStringSubmatch(in.text)
	if m == nil {
		return Expression{}, atFault(in)
	}
	hour := m[2]
	if len(hour) == 1 {
		hour = "0" + hour
	}
	t, err := time.Parse(atLayout, m[1]+"T"+hour+":"+m[3])
	if err != nil {
		return Expression{}, in.fault("there is no such date or time")
	}
	return Expression{kind: At, at: wall(t.Unix())}, nil
}

func atFault(in token) *Error {
	fault := in.fault("at takes a date and time of the form at(yyyy-MM-ddTHH:mm:ss)")
	switch {
	case in.text == "":
		fault.Suggestion = "at(2030-12-31T08:00:00), for example"
	case zoneSuffix.MatchString(in.text):
		fault.Problem = "at takes no zone, its time is in the action's time zone or else in UTC"
		fault.candidate = "at(" + zoneSuffix.FindStringSubmatch(in.text)[1] + ")"
	case dateOnly.MatchString(in.text):
		fault.Problem = "the time of day is missing"
		fault.candidate = "at(" + in.text + "T00:00:00)"
	case withoutSecs.MatchString(in.text):
		fault.Problem = "the seconds are missing"
		fault.candidate = "at(" + in.text + ":00)"
	case dateBlank.MatchString(in.text):
		m := dateBlank.FindStringSubmatch(in.text)
		fault.Problem = "a T stands between date and time"
		fault.candidate = "at(" + m[1] + "T" + m[2] + cmp.Or(m[3], ":00") + ")"
	}
	return fault
}

var (
	ratePattern = regexp.MustCompile(`^(\d+)\s?(minutes?|hours?|days?)$`)
	rateWords   = regexp.MustCompile(`^\s*(-?[\d.]+)\s*([a-zA-Z]+)\s*$`)
)

// maxRate keeps arithmetic with intervals in range; it is about 5000 years.
const maxRate = 1 << 21 // days

func parseRate(in token) (Expression, *Error) {
	m := ratePattern.FindStringSubmatch(in.text)
	if m == nil {
		return Expression{}, rateFault(in)
	}
	count, err := strconv.ParseInt(m[1], 10, 64)
	u := unit(strings.TrimSuffix(m[2], "s"))
	if err != nil || count > maxRate*unitSeconds[day]/unitSeconds[u] {
		return Expression{}, in.fault("the interval is longer than a schedule can be")
	}
	if count == 0 {
		fault := in.fault("the interval is 0, the shortest is one minute")
		fault.Suggestion = "rate(1 minute)"
		return Expression{}, fault
	}
	return Expression{kind: Rate, rate: rate{count, u}}, nil
}

func rateFault(in token) *Error {
	fault := in.fault("rate takes a positive whole number and minutes, hours or days")
	m := rateWords.FindStringSubmatch(in.text)
	if m == nil {
		fault.Suggestion = "rate(5 minutes), for example"
		return fault
	}
	number, err := strconv.ParseFloat(m[1], 64)
	if err != nil || number <= 0 || number > math.MaxInt32 {
		return fault
	}
	switch word := strings.ToLower(m[2]); {
	case strings.HasPrefix(word, "s"):
		fault.Problem = "the shortest interval is one minute, and it is a whole number of minutes"
		fault.candidate = rateOf(number/60, minute)
	case strings.HasPrefix(word, "mi"), word == "m":
		fault.candidate = rateOf(number, minute)
	case strings.HasPrefix(word, "h"):
		fault.candidate = rateOf(number, hour)
	case strings.HasPrefix(word, "d"):
		fault.candidate = rateOf(number, day)
	case strings.HasPrefix(word, "w"):
		fault.Problem = "there is no unit of weeks"
		fault.candidate = rateOf(number*7, day)
	}
	return fault
}

// rateOf writes an interval as a rate, in minutes where it is not a whole
// number of units.
func rateOf(number float64, u unit) string {
	if number != math.Trunc(number) {
		number, u = math.Ceil(number*float64(unitSeconds[u])/60), minute
	}
	return "rate(" + rate{int64(number), u}.String() + ")"
}

// unwrapped guesses what expression was meant by a text that is not of the form
// keyword(...).
func unwrapped(s string) string {
	text := strings.TrimSpace(s)
	if cron, ok := unixMacros[strings.ToLower(text)]; ok {
		return cron
	}
	text = strings.TrimPrefix(text, "@")
	for _, keyword := range []Kind{At, Rate, Cron} {
		inside := strings.TrimSpace(strings.TrimPrefix(text, string(keyword)))
		e, fault := parse(string(keyword) + "(" + inside + ")")
		if fault == nil {
			return e.String()
		}
		if fault.candidate != "" {
			return fault.suggestion()
		}
	}
	return ""
}
