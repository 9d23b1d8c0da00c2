package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Describe says in words when the expression fires, such as "every weekday at
// 08:00". It describes cron expressions of the common forms; for the others it
// returns the expression itself.
func (e Expression) Describe() string {
	switch e.kind {
	case At:
		return "once, on " + e.at.time().Format("2006-01-02 at 15:04:05")
	case Rate:
		if e.rate.count == 1 {
			return "every " + string(e.rate.unit)
		}
		return "every " + e.rate.String()
	default:
		if words, ok := e.cron.describe(); ok {
			return words
		}
		return e.String()
	}
}

func (c *cron) describe() (string, bool) {
	fields := strings.Fields(c.text)
	if c.second != 0 || len(fields) != 6 || fields[3] != "*" || fields[5] != "*" {
		return "", false
	}
	days, ok := describeDays(fields[2], fields[4], &c.days)
	if !ok {
		return "", false
	}
	switch {
	case bits.OnesCount64(c.minute) == 1 && bits.OnesCount64(c.hour) == 1:
		return fmt.Sprintf("%s at %02d:%02d", days, highest(c.hour), highest(c.minute)), true
	case bits.OnesCount64(c.minute) == 1 && fields[1] == "*":
		return fmt.Sprintf("%s, every hour at minute %d", days, highest(c.minute)), true
	case fields[0] == "*" && fields[1] == "*":
		return days + ", every minute", true
	default:
		return "", false
	}
}

var weekdayWords = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

const (
	everyWeekday = 1<<2 | 1<<3 | 1<<4 | 1<<5 | 1<<6
	weekend      = 1<<1 | 1<<7
)

func describeDays(ofMonth, ofWeek string, d *days) (string, bool) {
	day, err := strconv.Atoi(ofMonth)
	switch {
	case ofMonth == "*" || ofWeek == "*":
		return "every day", true
	case ofMonth == "L":
		return "on the last day of every month", true
	case err == nil:
		return fmt.Sprintf("on day %d of every month", day), true
	case ofMonth != "?" || d.nth != 0 || d.lastOfWeek != 0:
		return "", false
	case d.ofWeek == everyWeekday:
		return "every weekday", true
	case d.ofWeek == weekend:
		return "every Saturday and Sunday", true
	}
	var names []string
	for v, name := range weekdayWords {
		if d.ofWeek&(1<<(v+1)) != 0 {
			names = append(names, name)
		}
	}
	words := "every " + names[len(names)-1]
	if len(names) > 1 {
		words = "every " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
	return words, true
}
