package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/schedule"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// detail is the target that is looked at.
func (v view) detail() *Target {
	var alarms []admin.Alarm
	for _, a := range v.place.Alarms {
		if a.Target != nil && *a.Target == v.target.Key {
			alarms = append(alarms, a)
		}
	}
	// The alarm that asks for more comes first: it is the one that matters.
	slices.SortStableFunc(alarms, func(a, b admin.Alarm) int {
		return cmp.Or(strings.Compare(a.Policy, b.Policy), -compareBool(isHigh(a), isHigh(b)))
	})
	t := &Target{
		Row:        v.row(v.in.Query.Target, v.target, alarms),
		ResourceID: v.target.ResourceID, Dimension: v.target.ScalableDimension,
		Suspended: suspended(v.target.Suspended),
		Policies:  v.policies(alarms),
		Actions:   v.actions(),
	}
	for _, a := range alarms {
		t.Alarms = append(t.Alarms, v.alarm(a, alarms))
	}
	var activities []Activity
	for _, a := range v.in.Activities {
		activities = append(activities, v.activity(a))
	}
	t.Activities, t.OlderActivities = first(activities, maxActivities)
	t.Past = !v.in.Query.Live()
	t.Quantities = v.quantities(t)
	if v.in.Drawn != nil {
		t.Chart = *v.in.Drawn
	} else {
		t.Chart = v.chart(alarms)
	}
	return t
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

func suspended(s admin.Suspended) []string {
	if s.DynamicScalingIn && s.DynamicScalingOut && s.ScheduledScaling {
		return []string{"All scaling is suspended"}
	}
	var out []string
	for _, part := range []struct {
		suspended bool
		text      string
	}{{s.DynamicScalingIn, "Scale-in is suspended"}, {s.DynamicScalingOut, "Scale-out is suspended"}, {s.ScheduledScaling, "The schedule is suspended"}} {
		if part.suspended {
			out = append(out, part.text)
		}
	}
	return out
}

// quantities are the numbers to see first.
func (v view) quantities(t *Target) []Quantity {
	g := t.Gauge
	now := Quantity{Name: "In service", Value: number(float64(g.Running)), Unit: plural(g.Unit, g.Running)}
	asked := Quantity{Name: "Desired", Value: number(float64(g.Desired)), Unit: plural(g.Unit, g.Desired), Note: "as in service"}
	switch {
	case g.Desired > g.Running:
		asked.Tone, asked.Note = Busy, fmt.Sprintf("%d coming", g.Desired-g.Running)
	case g.Desired < g.Running:
		asked.Tone, asked.Note = Busy, fmt.Sprintf("%d going", g.Running-g.Desired)
	}
	if v.target.Unscalable != "" {
		now.Note = v.target.Unscalable
	}
	bounds := Quantity{Name: "Bounds", Value: fmt.Sprintf("%s–%s", grouped(int64(g.Min)), grouped(int64(g.Max))), Note: "room to scale"}
	switch {
	case g.Min == g.Max:
		bounds.Note = "no room to scale"
	case g.Desired >= g.Max:
		bounds.Note = "at the maximum"
	case g.Desired <= g.Min:
		bounds.Note = "at the minimum"
	}
	out := []Quantity{now, asked, bounds}
	for i, p := range v.target.Policies {
		if l := t.Policies[i].Level; l.Known {
			q := Quantity{Name: shortMetric(p.Metric), Value: l.Value, Unit: "of " + l.Target, Note: "at or below its target"}
			if l.Above {
				q.Tone, q.Note = Bad, "above its target"
			}
			out = append(out, q)
		}
		if len(out) == 5 {
			break
		}
	}
	for _, a := range v.place.Traffic {
		if a.Key == v.target.Key {
			out = append(out, Quantity{Name: "Traffic", Value: number(a.Rate), Unit: "/min", Note: string(withoutNoise(a.Traffic).Type)})
		}
	}
	return out
}

// plural is a unit for a number of it.
func plural(unit string, n int32) string {
	if n == 1 && !strings.Contains(unit, " ") {
		return strings.TrimSuffix(unit, "s")
	}
	return unit
}

// shortMetric is a metric without what the page says anyway.
func shortMetric(name string) string {
	for _, prefix := range []string{"SageMakerVariant", "SageMakerInferenceComponent", "ECSService", "DynamoDB"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "" {
			return rest
		}
	}
	return name
}

func (v view) alarm(a admin.Alarm, all []admin.Alarm) Alarm {
	return Alarm{Name: a.Name, Role: role(a, all), Status: alarmStatus(a), Condition: condition(a), Reason: a.Reason, Since: span(v.now.Sub(a.Since))}
}

// actions are the schedule.
func (v view) actions() []Action {
	var out []Action
	for _, a := range v.target.ScheduledActions {
		zone, err := time.LoadLocation(a.Timezone)
		if err != nil {
			zone = time.UTC
		}
		action := Action{Name: a.Name, Schedule: a.Schedule, Zone: cmp.Or(a.Timezone, "UTC"), Sets: setsWords(a)}
		if parsed, err := schedule.Parse(a.Schedule); err == nil {
			action.Words = parsed.Describe()
		}
		if action.Words == a.Schedule {
			action.Words = ""
		}
		for _, at := range a.Next {
			action.Next = append(action.Next, Firing{At: at.UTC(), Local: at.In(zone).Format("Mon 2 Jan 15:04"), In: "in " + span(at.Sub(v.now))})
		}
		if len(a.Next) == 0 {
			action.Note = "Will not run again."
		}
		out = append(out, action)
	}
	return out
}

func setsWords(a admin.ScheduledAction) string {
	var sets []string
	if a.MinCapacity != nil {
		sets = append(sets, "min "+grouped(int64(*a.MinCapacity)))
	}
	if a.MaxCapacity != nil {
		sets = append(sets, "max "+grouped(int64(*a.MaxCapacity)))
	}
	return strings.Join(sets, ", ")
}

func (v view) activity(a admin.Activity) Activity {
	status, known := activityTones[a.Status]
	if !known {
		status = Status{Unknown, a.Status}
	}
	out := Activity{ID: a.ID, Start: a.Start.UTC(), Status: status, Description: a.Description, Cause: a.Cause, Message: a.Message}
	switch {
	case a.End != nil:
		out.Took = "took " + span(a.End.Sub(a.Start))
	case a.Status == "InProgress":
		out.Took = "for " + span(v.now.Sub(a.Start))
	}
	for _, reason := range a.NotScaled {
		out.NotScaled = append(out.NotScaled, notScaled(reason))
	}
	return out
}

// stepWords is a step of step scaling (AWS API: StepAdjustment).
func stepWords(kind string, lower, upper *float64, by int32) string {
	var when string
	switch {
	case lower != nil && upper != nil:
		when = fmt.Sprintf("%s to %s from the threshold", number(*lower), number(*upper))
	case lower != nil:
		when = fmt.Sprintf("%s and more above the threshold", number(*lower))
	case upper != nil:
		when = fmt.Sprintf("%s and less below the threshold", number(*upper))
	default:
		when = "whatever the breach"
	}
	switch kind {
	case "ExactCapacity":
		return fmt.Sprintf("%s: set %d", when, by)
	case "PercentChangeInCapacity":
		return fmt.Sprintf("%s: %+d %%", when, by)
	default:
		return fmt.Sprintf("%s: %+d", when, by)
	}
}
