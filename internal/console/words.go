package console

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// nameOf is a resource ID without the words that say what it is of: the kind of
// the target says that.
func nameOf(resourceID string) string {
	kind, rest, _ := strings.Cut(resourceID, "/")
	switch parts := strings.Split(rest, "/"); {
	case strings.Contains(resourceID, "://"):
		return resourceID
	case rest == "":
		_, name, _ := strings.Cut(kind, ":")
		return cmp.Or(name, kind)
	case len(parts) == 3:
		return parts[0] + " / " + parts[2]
	default:
		return strings.Join(parts, " / ")
	}
}

// kindOf is what a dimension scales and what it counts, such as "SageMaker endpoint
// variant" and "instances".
func kindOf(dimension string) (kind, unit string) {
	d, ok := catalog.LookupDimension(dimension)
	if !ok {
		return dimension, "units"
	}
	unit, kind = d.Counted()
	return kind, unit
}

// number writes a value as short as it can be told from its neighbours.
func number(v float64) string {
	switch magnitude := math.Abs(v); {
	case magnitude >= 1e6:
		return strconv.FormatFloat(v/1e6, 'f', 1, 64) + "M"
	case magnitude >= 1000 || v == math.Trunc(v):
		return grouped(int64(math.Round(v)))
	case magnitude >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case magnitude >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
}

// grouped writes thousands apart.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// span writes a duration by its two greatest units, such as "2 h 5 min".
func span(d time.Duration) string {
	if d < 0 {
		d = 0
	}
	units := []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	for i, u := range units {
		if d < u.length && i+1 < len(units) {
			continue
		}
		text := fmt.Sprintf("%d %s", d/u.length, u.name)
		if i+1 < len(units) {
			if rest := d % u.length / units[i+1].length; rest > 0 {
				text += fmt.Sprintf(" %d %s", rest, units[i+1].name)
			}
		}
		return text
	}
	return ""
}

// age writes a duration by its greatest unit, as kubectl does.
func age(d time.Duration) string {
	for _, u := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d >= u.length {
			return fmt.Sprintf("%d%s", d/u.length, u.name)
		}
	}
	return fmt.Sprintf("%ds", max(0, d/time.Second))
}

// comparisons are CloudWatch's operators in signs (AWS API: PutMetricAlarm).
var comparisons = map[string]string{
	"GreaterThanThreshold": ">", "GreaterThanOrEqualToThreshold": "≥",
	"LessThanThreshold": "<", "LessThanOrEqualToThreshold": "≤",
	"GreaterThanUpperThreshold": "above the band of", "LessThanLowerThreshold": "below the band of",
	"LessThanLowerOrGreaterThanUpperThreshold": "outside of the band of",
}

// isHigh says that an alarm watches for too much, not for too little.
func isHigh(a admin.Alarm) bool { return strings.HasPrefix(a.ComparisonOperator, "Greater") }

// apart tells what an alarm has to be named by, besides the side that it watches, to
// be told from the others of its target: its metric, if those of its policy watch
// several, as DynamoDB's do; its policy, if there are several.
func apart(a admin.Alarm, all []admin.Alarm) (metric, policy string) {
	for _, other := range all {
		switch {
		case other.Policy != a.Policy:
			policy = cmp.Or(a.Policy, a.Name)
		case other.Metric != a.Metric:
			metric = shortMetric(a.Metric)
		}
	}
	return metric, policy
}

// role is what an alarm is for, such as "High alarm on ConsumedReadCapacityUnits of
// reads".
func role(a admin.Alarm, all []admin.Alarm) string {
	text := "Low alarm"
	if isHigh(a) {
		text = "High alarm"
	}
	metric, policy := apart(a, all)
	if metric != "" {
		text += " on " + metric
	}
	if !a.Managed {
		text += ", not managed"
	}
	if policy != "" {
		text += " of " + policy
	}
	return text
}

// rowName is an alarm where there is little room, such as "reads:
// ConsumedReadCapacityUnits above 70".
func rowName(a admin.Alarm, all []admin.Alarm) string {
	text := "below " + number(a.Threshold)
	if isHigh(a) {
		text = "above " + number(a.Threshold)
	}
	metric, policy := apart(a, all)
	if metric != "" {
		text = metric + " " + text
	}
	if policy != "" {
		text = policy + ": " + text
	}
	return text
}

// condition says when an alarm is in alarm, as the console of CloudWatch does.
func condition(a admin.Alarm) string {
	over := span(time.Duration(a.Period) * time.Duration(a.EvaluationPeriods) * time.Second)
	points := fmt.Sprintf("%d of %d datapoints", a.DatapointsToAlarm, a.EvaluationPeriods)
	if a.DatapointsToAlarm == a.EvaluationPeriods {
		points = fmt.Sprintf("%d datapoints", a.EvaluationPeriods)
		if a.EvaluationPeriods == 1 {
			points = "1 datapoint"
		}
	}
	return fmt.Sprintf("%s %s %s for %s within %s", a.Metric, comparisons[a.ComparisonOperator], number(a.Threshold), points, over)
}

// alarmStatus is the state of an alarm. One that watches for too little is in alarm
// whenever there is nothing to do, which is no reason for concern.
func alarmStatus(a admin.Alarm) Status {
	switch {
	case a.State == "OK":
		return Status{Good, "OK"}
	case a.State == "ALARM" && isHigh(a):
		return Status{Bad, "In alarm"}
	case a.State == "ALARM":
		return Status{Warn, "In alarm"}
	default:
		return Status{Unknown, "Insufficient data"}
	}
}

// activityTones are those of the status codes (AWS API: ScalingActivity).
var activityTones = map[string]Status{
	"Pending": {Busy, "Pending"}, "InProgress": {Busy, "In progress"}, "Successful": {Good, "Successful"},
	"Overridden": {Quiet, "Overridden"}, "Unfulfilled": {Warn, "Unfulfilled"}, "Failed": {Bad, "Failed"},
}

// notScaled says why a target was not scaled (AWS API: NotScaledReason).
func notScaled(r admin.NotScaled) string {
	parts := []string{"Not scaled: " + r.Code}
	for _, capacity := range []struct {
		name  string
		value *int32
	}{{"minimum", r.MinCapacity}, {"maximum", r.MaxCapacity}, {"current", r.CurrentCapacity}} {
		if capacity.value != nil {
			parts = append(parts, fmt.Sprintf("%s %d", capacity.name, *capacity.value))
		}
	}
	return strings.Join(parts, ", ")
}

// faultWords says what a fault does.
func faultWords(f admin.Fault) string {
	of := "every call"
	if f.Operation != "" || f.Service != "" {
		of = strings.TrimSpace(f.Service + " " + f.Operation)
	}
	var text string
	switch f.Type {
	case admin.Latency:
		text = fmt.Sprintf("%s takes %s longer", of, time.Duration(f.Delay))
	case admin.Throttle:
		text = fmt.Sprintf("%s beyond %s a second is throttled", of, rateOf(f))
	case admin.Failure:
		text = fmt.Sprintf("%s fails with %s", of, cmp.Or(f.Code, "InternalFailure"))
	case admin.Timeout:
		text = of + " is never answered"
	case admin.Drop:
		text = of + " is cut off"
	case admin.MetricDelay:
		text = fmt.Sprintf("metrics come %s late", time.Duration(f.Delay))
	default:
		text = string(f.Type)
	}
	if f.AfterEffect {
		text += ", after it took effect"
	}
	if f.Times > 0 {
		text += fmt.Sprintf(", %d more times", f.Times)
	}
	if f.For > 0 {
		text += ", for " + span(time.Duration(f.For))
	}
	if f.Hits > 0 {
		text += fmt.Sprintf(" (%s so far)", grouped(int64(f.Hits)))
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func rateOf(f admin.Fault) string {
	if f.Rate == nil {
		return "0"
	}
	return number(*f.Rate)
}
