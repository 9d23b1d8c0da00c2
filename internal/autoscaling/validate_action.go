package autoscaling

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/setpoint-io/setpoint/internal/autoscaling/schedule"
)

var actionChecks = []func(*report, subject, Action){
	checkActionName,
	checkActionSupport,
	checkActionCapacity,
	checkSchedule,
}

func checkActionName(r *report, _ subject, a Action) {
	const field = "scheduledActionName"
	n := utf8.RuneCountInString(a.Name)
	switch {
	case n == 0:
		r.add(ActionNameInvalid, field, "scheduledActionName is missing: write a name that no other scheduled action of the target has")
	case n > maxNameLength:
		r.add(ActionNameInvalid, field, "scheduledActionName has %d characters, %d are allowed", n, maxNameLength)
	case strings.HasPrefix(a.Name, " ") || strings.HasSuffix(a.Name, " "):
		r.add(ActionNameInvalid, field, "scheduledActionName %s begins or ends with a space: remove it", shown(a.Name))
	case strings.ContainsAny(a.Name, ":/|"):
		r.add(ActionNameInvalid, field, "scheduledActionName %s contains one of : / |: choose another character", shown(a.Name))
	case strings.ContainsFunc(a.Name, unicode.IsControl) || !utf8.ValidString(a.Name):
		r.add(ActionNameInvalid, field, "scheduledActionName %s contains a control character: remove it", shown(a.Name))
	}
}

func checkActionSupport(r *report, s subject, _ Action) {
	if s.known && !s.dimension.Scheduled {
		r.add(ActionUnsupported, "scalableDimension", "%s does not support scheduled scaling: remove the action", s.dimension.Name)
	}
}

func checkActionCapacity(r *report, s subject, a Action) {
	const field = "scalableTargetAction"
	if a.MinCapacity == nil && a.MaxCapacity == nil {
		r.add(ActionEmpty, field, "the action changes nothing: write minCapacity, maxCapacity or both")
		return
	}
	r.in(field, func() {
		r.capacity(s, a.MinCapacity, a.MaxCapacity)
		if a.MinCapacity != nil && a.MaxCapacity != nil && *a.MinCapacity > *a.MaxCapacity {
			r.add(ActionMinAboveMax, "minCapacity", "minCapacity %d is above maxCapacity %d: lower the one or raise the other", *a.MinCapacity, *a.MaxCapacity)
		}
	})
}

func checkSchedule(r *report, _ subject, a Action) {
	ordered := a.Start == nil || a.End == nil || a.Start.Before(*a.End)
	if !ordered {
		r.add(ActionEndBeforeStart, "endTime", "endTime %s is not after startTime %s", a.End.UTC().Format(time.RFC3339), a.Start.UTC().Format(time.RFC3339))
	}
	zone, zoned := r.timezone(a.Timezone)
	if a.Schedule == "" {
		r.add(ScheduleMissing, "schedule", "schedule is missing: write at(...), rate(...) or cron(...), such as cron(0 8 ? * MON-FRI *)")
		return
	}
	e, err := schedule.Parse(a.Schedule)
	var fault *schedule.Error
	if errors.As(err, &fault) {
		r.add(ScheduleInvalid, "schedule", "%s", fault.Error())
		return
	}
	if e.Kind() == schedule.Rate && a.Timezone != "" {
		r.add(TimezoneUnused, "timezone", "a rate does not depend on the time zone: remove timezone, or write the schedule as cron(...)")
	}
	if !ordered || !zoned {
		return
	}
	s := schedule.Schedule{Expression: e, Location: zone, Start: a.Start, End: a.End}
	if _, fires := s.Next(time.Time{}); !fires {
		r.add(ScheduleNeverFires, "schedule", "%s never fires: no such time exists, or none lies between startTime and endTime; change one of them", e)
	}
}

// timezone finds a time zone by its IANA name; empty is UTC.
func (r *report) timezone(name string) (*time.Location, bool) {
	// Local is a name for Go only, and depends on the machine.
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		r.add(TimezoneUnknown, "timezone", "there is no time zone %s: write an IANA name such as Europe/Berlin or Etc/UTC", shown(name))
		return nil, false
	}
	return zone, true
}
