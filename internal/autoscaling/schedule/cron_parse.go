package schedule

import (
	"slices"
	"strconv"
	"strings"
)

// field is one field of a cron expression and its grammar (EventBridge cron
// reference).
type field struct {
	name     string
	min, max int
	names    []string // of the values from min on
	cyclic   bool     // a range may wrap around the end
	steps    bool     // a/b is allowed
}

var (
	monthNames   = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdayNames = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

	secondField     = field{name: "Seconds", min: 0, max: 59}
	minuteField     = field{name: "Minutes", min: 0, max: 59, cyclic: true, steps: true}
	hourField       = field{name: "Hours", min: 0, max: 23, cyclic: true, steps: true}
	dayOfMonthField = field{name: "Day-of-month", min: 1, max: 31, steps: true}
	monthField      = field{name: "Month", min: 1, max: 12, names: monthNames, cyclic: true, steps: true}
	dayOfWeekField  = field{name: "Day-of-week", min: 1, max: 7, names: weekdayNames, cyclic: true}
	yearField       = field{name: "Year", min: firstYear, max: lastYear, steps: true}
)

func parseCron(in token) (Expression, *Error) {
	tokens := in.fields()
	second := token{text: "0", offset: in.offset}
	switch len(tokens) {
	case 6:
	case 7:
		second, tokens = tokens[0], tokens[1:]
	default:
		return Expression{}, fieldCountFault(in, tokens)
	}
	var c cron
	text := make([]string, 0, 7)
	if s, fault := parseSecond(second); fault != nil {
		return Expression{}, fault
	} else if c.second = s; s != 0 {
		text = append(text, strconv.Itoa(s))
	}
	if fault := checkDays(in, tokens); fault != nil {
		return Expression{}, fault
	}
	for i, parse := range []func(token) (string, *Error){
		func(t token) (string, *Error) { return minuteField.parse(t, into(&c.minute)) },
		func(t token) (string, *Error) { return hourField.parse(t, into(&c.hour)) },
		c.days.parseOfMonth,
		func(t token) (string, *Error) { return monthField.parse(t, into(&c.month)) },
		c.days.parseOfWeek,
		func(t token) (string, *Error) { return yearField.parse(t, c.year.add) },
	} {
		canonical, fault := parse(tokens[i])
		if fault != nil {
			return Expression{}, fault
		}
		text = append(text, canonical)
	}
	c.text = strings.Join(text, " ")
	return Expression{kind: Cron, cron: c}, nil
}

func into(set *uint64) func(int) {
	return func(v int) { *set |= 1 << v }
}

// parseSecond reads the leading field of a cron expression with seven. It has
// to be one value: more often than once a minute nothing is run.
func parseSecond(t token) (int, *Error) {
	v, err := strconv.Atoi(t.text)
	if err != nil || v < secondField.min || v > secondField.max {
		return 0, t.fault("Seconds is one number from 0 to 59, since no action runs more often than once a minute")
	}
	return v, nil
}

// checkDays enforces that exactly one of the day fields is "?".
func checkDays(in token, tokens []token) *Error {
	const question = "?"
	month, week := tokens[2], tokens[4]
	if (month.text == question) != (week.text == question) {
		return nil
	}
	if month.text == question {
		fault := week.fault("Day-of-month and Day-of-week cannot both be ?")
		fault.candidate = replaced(in, week, "*")
		return fault
	}
	fault := week.fault("one of Day-of-month and Day-of-week has to be ?, the other says on which days")
	switch {
	case week.text == "*":
		fault.candidate = replaced(in, week, question)
	case month.text == "*":
		fault.Offset, fault.Text = month.offset, month.text
		fault.candidate = replaced(in, month, question)
	default:
		fault.Problem += "; days of the month and of the week together take two actions"
	}
	return fault
}

// replaced writes the cron expression again with one of its fields changed.
func replaced(in, t token, text string) string {
	at := t.offset - in.offset
	return "cron(" + in.text[:at] + text + in.text[at+len(t.text):] + ")"
}

// parse reads a field: a list of values, ranges and steps. It calls add with
// every value that is selected and returns the field in canonical form.
func (f field) parse(t token, add func(int)) (string, *Error) {
	if t.text == "?" {
		return "", t.fault("%s cannot be ?, only the two day fields can; * is every value", f.name)
	}
	items := t.split(",")
	text := make([]string, len(items))
	for i, item := range items {
		canonical, fault := f.parseItem(item, add)
		if fault != nil {
			return "", fault
		}
		text[i] = canonical
	}
	return strings.Join(text, ","), nil
}

func (f field) parseItem(t token, add func(int)) (string, *Error) {
	base, step, stepped := t.cut("/")
	every := 1
	if stepped {
		if !f.steps {
			return "", t.fault("%s takes no steps, list the values: %s", f.name, strings.Join(f.names, ","))
		}
		var err error
		every, err = strconv.Atoi(step.text)
		if err != nil || every < 1 || every > f.max {
			return "", step.fault("the step of %s is a number from 1 to %d", f.name, f.max)
		}
	}
	if base.text == "*" {
		for v := f.min; v <= f.max; v += every {
			add(v)
		}
		return suffixed("*", stepped, every), nil
	}
	if base.text == "" && stepped {
		return "", t.fault("the start of the step is missing, * is the first value of %s", f.name)
	}
	from, to, ranged := base.cut("-")
	low, fault := f.value(from)
	if fault != nil {
		return "", fault
	}
	if !ranged {
		high := low
		if stepped {
			high = f.max
		}
		for v := low; v <= high; v += every {
			add(v)
		}
		return suffixed(f.print(low, stepped), stepped, every), nil
	}
	high, fault := f.value(to)
	if fault != nil {
		return "", fault
	}
	text := suffixed(f.print(low, stepped)+"-"+f.print(high, stepped), stepped, every)
	span := f.max - f.min + 1
	if high < low {
		if !f.cyclic {
			return "", base.fault("the range of %s runs backwards", f.name)
		}
		high += span
	}
	for v := low; v <= high; v += every {
		add(f.min + (v-f.min)%span)
	}
	return text, nil
}

func suffixed(base string, stepped bool, every int) string {
	if stepped {
		return base + "/" + strconv.Itoa(every)
	}
	return base
}

// print writes a value in canonical form: by its name, except in a step, for
// which the grammar shows numbers only.
func (f field) print(v int, stepped bool) string {
	if f.names == nil || stepped {
		return strconv.Itoa(v)
	}
	return f.names[v-f.min]
}

// value reads a number or a name.
func (f field) value(t token) (int, *Error) {
	if i := slices.Index(f.names, strings.ToUpper(t.text)); i >= 0 {
		return f.min + i, nil
	}
	v, err := strconv.ParseUint(t.text, 10, 16)
	if err == nil && int(v) >= f.min && int(v) <= f.max {
		return int(v), nil
	}
	what := "a number from " + strconv.Itoa(f.min) + " to " + strconv.Itoa(f.max)
	if f.names != nil {
		what += " or a name from " + f.names[0] + " to " + f.names[len(f.names)-1]
	}
	switch {
	case t.text == "":
		return 0, t.fault("a value of %s is missing, it is %s", f.name, what)
	case f.name == dayOfWeekField.name && err == nil && v == 0:
		return 0, t.fault("Day-of-week counts from 1, which is Sunday; SUN is clearer")
	}
	return 0, t.fault("%s is %s", f.name, what)
}

// cutLetter takes a letter, in either case, off the end of the token. What is
// left is as it was written, because errors quote it.
func (t token) cutLetter(upper byte) (token, bool) {
	last := len(t.text) - 1
	if last < 0 || t.text[last] != upper && t.text[last] != upper+'a'-'A' {
		return t, false
	}
	return token{t.text[:last], t.offset}, true
}

// parseOfMonth reads the Day-of-month field.
func (d *days) parseOfMonth(t token) (string, *Error) {
	if t.text == "?" {
		return "?", nil
	}
	items := t.split(",")
	text := make([]string, len(items))
	for i, item := range items {
		upper := strings.ToUpper(item.text)
		number, isWorkday := item.cutLetter('W')
		var fault *Error
		switch {
		case upper == "L":
			d.last, text[i] = true, upper
		case upper == "LW":
			d.lastWorkday, text[i] = true, upper
		case isWorkday:
			var day int
			if day, fault = dayOfMonthField.value(number); fault == nil {
				d.workday |= 1 << day
				text[i] = strconv.Itoa(day) + "W"
			}
		default:
			text[i], fault = dayOfMonthField.parseItem(item, into(&d.ofMonth))
		}
		if fault != nil {
			return "", fault
		}
	}
	return strings.Join(text, ","), nil
}

// parseOfWeek reads the Day-of-week field.
func (d *days) parseOfWeek(t token) (string, *Error) {
	if t.text == "?" {
		return "?", nil
	}
	items := t.split(",")
	text := make([]string, len(items))
	for i, item := range items {
		canonical, fault := d.parseWeekday(item)
		if fault != nil {
			return "", fault
		}
		text[i] = canonical
	}
	return strings.Join(text, ","), nil
}

func (d *days) parseWeekday(t token) (string, *Error) {
	if weekday, nth, found := t.cut("#"); found {
		if d.nthWeekday != 0 {
			return "", t.fault("Day-of-week takes only one expression with #")
		}
		v, fault := dayOfWeekField.value(weekday)
		if fault != nil {
			return "", fault
		}
		n, err := strconv.Atoi(nth.text)
		if err != nil || n < 1 || n > 5 {
			return "", nth.fault("a month has a first to a fifth of each day of the week, so after # comes a number from 1 to 5")
		}
		d.nthWeekday, d.nth = v, n
		return strconv.Itoa(v) + "#" + strconv.Itoa(n), nil
	}
	upper := strings.ToUpper(t.text)
	if upper == "L" { // the last day of the week
		d.ofWeek |= 1 << dayOfWeekField.max
		return upper, nil
	}
	if weekday, found := t.cutLetter('L'); found {
		v, fault := dayOfWeekField.value(weekday)
		if fault != nil {
			return "", fault
		}
		d.lastOfWeek |= 1 << v
		return strconv.Itoa(v) + "L", nil
	}
	return dayOfWeekField.parseItem(t, into(&d.ofWeek))
}
