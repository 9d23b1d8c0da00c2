package schedule

import (
	"strings"
)

// unixMacros are the shorthands of Unix cron.
var unixMacros = map[string]string{
	"@hourly":   "cron(0 * * * ? *)",
	"@daily":    "cron(0 0 * * ? *)",
	"@midnight": "cron(0 0 * * ? *)",
	"@weekly":   "cron(0 0 ? * SUN *)",
	"@monthly":  "cron(0 0 1 * ? *)",
	"@yearly":   "cron(0 0 1 JAN ? *)",
	"@annually": "cron(0 0 1 JAN ? *)",
}

// fieldCountFault says that the number of fields is wrong, and if the fields
// are those of Unix cron, what they are in the grammar of AWS.
func fieldCountFault(in token, fields []token) *Error {
	fault := in.fault("cron takes six fields, Minutes Hours Day-of-month Month Day-of-week Year, not %d", len(fields))
	if len(fields) == 0 {
		fault.Suggestion = "cron(0 8 ? * MON-FRI *), for example"
		return fault
	}
	if len(fields) != 5 {
		return fault
	}
	fault.Problem = "cron takes six fields, Unix cron has five: the year is missing, and one of the day fields has to be ?"
	dayOfMonth, dayOfWeek := fields[2].text, fields[4].text
	switch {
	case dayOfMonth == "?" || dayOfWeek == "?": // only the year is missing
	case dayOfWeek == "*":
		dayOfWeek = "?"
	case dayOfMonth == "*":
		var ok bool
		if dayOfWeek, ok = unixDaysOfWeek(dayOfWeek); !ok {
			return fault
		}
		dayOfMonth = "?"
	default:
		fault.Problem += "; days of the month and of the week together take two actions"
		return fault
	}
	fault.candidate = "cron(" + strings.Join([]string{fields[0].text, fields[1].text, dayOfMonth, fields[3].text, dayOfWeek, "*"}, " ") + ")"
	return fault
}

// unixDaysOfWeek rewrites a Day-of-week field of Unix cron, where 0 and 7 are
// Sunday, by the names of the days.
func unixDaysOfWeek(text string) (string, bool) {
	// Unix counts from 0 and knows both ends as Sunday.
	unix := field{name: "Day-of-week", min: 0, max: 7, names: append(weekdayNames[:7:7], "SUN"), steps: true}
	var set uint64
	if _, fault := unix.parse(token{text: text}, into(&set)); fault != nil {
		return "", false
	}
	set |= set >> 7 & 1
	var days []string
	for v := 0; v < 7; v++ {
		last := v
		for last < 6 && set&(1<<(last+1)) != 0 {
			last++
		}
		switch {
		case set&(1<<v) == 0:
			continue
		case last-v >= 2:
			days = append(days, weekdayNames[v]+"-"+weekdayNames[last])
			v = last
		default:
			days = append(days, weekdayNames[v])
		}
	}
	return strings.Join(days, ","), true
}
