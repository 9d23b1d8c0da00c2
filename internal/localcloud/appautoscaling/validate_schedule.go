package appautoscaling

import (
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/schedule"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// checkSchedule checks expression and time zone of a scheduled action.
func (s *Service) checkSchedule(a action) error {
	if a.schedule == "" {
		return wire.Validation("Schedule must be set")
	}
	expression, err := schedule.Parse(a.schedule)
	if err != nil {
		return scheduleFault(a.schedule, s.now())
	}
	location := time.UTC
	if a.timezone != nil {
		location, err = time.LoadLocation(*a.timezone)
		// Go takes the empty name for UTC and this one for the machine's zone.
		if err != nil || *a.timezone == "" || *a.timezone == "Local" {
			return wire.Validation("Invalid schedule timezone: %s", *a.timezone)
		}
	}
	if s.behaviour.RejectPastAt && expression.Kind() == schedule.At {
		if _, comes := expression.Next(s.now(), location); !comes {
			return wire.Validation("The schedule %s is in the past", a.schedule)
		}
	}
	return nil
}

// scheduleFault words what is wrong with an expression as the service does,
// which depends on its form.
func scheduleFault(expression string, now time.Time) error {
	keyword, inside, _ := strings.Cut(strings.TrimSuffix(expression, ")"), "(")
	switch {
	case keyword == "at" && strings.HasSuffix(expression, ")"):
		return wire.Validation("Invalid schedule at DateTime expression. Details: %s", dateTimeFault(inside))
	case keyword == "cron" && strings.HasSuffix(expression, ")"):
		return wire.Validation("Invalid CRON expression")
	case keyword == "rate" && zeroRate(inside):
		run := now.UTC().Format(time.RFC3339)
		return wire.Validation("Invalid schedule frequency. Run for %s and %s are less than 60 seconds apart", run, run)
	}
	return wire.Validation("Invalid schedule expression. Details: Schedule expressions must have the following syntax: " +
		`rate(<number>\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).`)
}

// zeroRate reports whether the inside of a rate is well formed but for its
// number, which is 0.
func zeroRate(inside string) bool {
	rest := strings.TrimLeft(inside, "0")
	if rest == inside {
		return false
	}
	_, err := schedule.Parse("rate(1" + rest + ")")
	return err == nil
}

// dateTimeFault says what is wrong with the inside of an at expression, in the
// words of the library that AWS uses (Joda-Time).
func dateTimeFault(text string) string {
	const form = "dddd-dd-ddTdd:dd:dd"
	for i := range min(len(text), len(form)) {
		digit := text[i] >= '0' && text[i] <= '9'
		if fits := form[i] == 'd' && digit || form[i] != 'd' && form[i] == text[i]; !fits {
			return `Invalid format: "` + text + `" is malformed at "` + text[i:] + `"`
		}
	}
	switch {
	case len(text) > len(form):
		return `Invalid format: "` + text + `" is malformed at "` + text[len(form):] + `"`
	case len(text) < len(form):
		return `Invalid format: "` + text + `" is too short`
	}
	return `Cannot parse "` + text + `": a value is out of range`
}
