package validation

import (
	"fmt"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/alarmfile"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/schedule"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/report"
)

// firings is how many future runs of a scheduled action are shown: a week of
// weekdays.
const firings = 5

// explain says what step policies and schedules mean.
func (v *validation) explain(groups []declared.Group, document []int, alarms []alarmfile.Alarm, now time.Time) {
	for _, group := range groups {
		for _, m := range group.Members {
			o := &v.result.Objects[document[m.Index]]
			if group.Complete() {
				o.Target = &report.Target{
					ServiceNamespace: group.ServiceNamespace, ResourceID: group.ResourceID, ScalableDimension: group.ScalableDimension,
				}
			}
			if m.Policy.Step != nil {
				o.Steps = report.Steps(m.Policy.Step, thresholdOf(alarms, group.Identity, m.AWS))
			}
			o.Notes = consoleAdvice(group, m)
			if m.Kind == autoscaling.KindAction {
				o.Schedule = firingsOf(m.Action, now)
			}
		}
	}
}

// firingsOf returns nil for a schedule that cannot be read, which has been
// found.
func firingsOf(a autoscaling.Action, now time.Time) *report.Schedule {
	s, err := a.Firings(now)
	if err != nil {
		return nil
	}
	shown := &report.Schedule{
		Expression: a.Schedule, Timezone: "UTC", InWords: s.Expression.Describe(), Changes: changes(a), Next: []time.Time{},
	}
	if a.Timezone != "" {
		shown.Timezone = a.Timezone
	}
	if s.Expression.Kind() == schedule.Rate && a.Start == nil {
		shown.InWords += ", counted from when the action is made"
		return shown
	}
	for at, ok := s.Next(now); ok && len(shown.Next) < firings; at, ok = s.Next(at) {
		shown.Next = append(shown.Next, at)
		if note := clockNote(s, at); note != "" {
			shown.Notes = append(shown.Notes, note)
		}
	}
	if _, ever := s.Next(time.Time{}); ever && len(shown.Next) == 0 {
		shown.Notes = append(shown.Notes, "does not run any more: its last time is past")
	}
	return shown
}

// clockNote tells of a firing at a local time that a change of the clocks skips
// or repeats. AWS does not document what happens then.
func clockNote(s schedule.Schedule, at time.Time) string {
	fires := func(o schedule.Options, after time.Time) (time.Time, bool) {
		other := s
		other.Options = o
		return other.Next(after)
	}
	if next, ok := fires(schedule.Options{Nonexistent: schedule.SkipGap}, at.Add(-time.Nanosecond)); !ok || !next.Equal(at) {
		return fmt.Sprintf("on %s the clocks go forward past that time; AWS does not document what it does then: the first instant after it is shown", at.Format(time.DateOnly))
	}
	again, ok := fires(schedule.Options{Ambiguous: schedule.Both}, at)
	if ok && again.Format(time.DateTime) == at.Format(time.DateTime) {
		return fmt.Sprintf("on %s the clocks go back and that time comes twice; AWS does not document what it does then: the first of the two is shown", at.Format(time.DateOnly))
	}
	return ""
}

func changes(a autoscaling.Action) string {
	var bounds []string
	for _, b := range []struct {
		name  string
		value *int32
	}{{"minCapacity", a.MinCapacity}, {"maxCapacity", a.MaxCapacity}} {
		if b.value != nil {
			bounds = append(bounds, fmt.Sprintf("%s %d", b.name, *b.value))
		}
	}
	if len(bounds) == 0 {
		return "changes nothing"
	}
	return strings.Join(bounds, ", ")
}
