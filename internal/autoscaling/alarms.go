package autoscaling

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// AWS makes the alarms of a target tracking policy, owns their settings and
// asks that nobody edits them (AWS documentation: target tracking scaling
// policies). It does not undo an edit either, and does not document the
// settings, so an edit is told by a difference from how the alarm was when it
// was seen first. A put of the policy replaces its alarms by new ones, with new
// names (this is not documented), so no alarm is compared with one that AWS
// itself put in its place.

// alarmChanges names the alarms that a put of the policy makes anew. A policy
// whose alarm is gone or silenced scales nothing, one whose alarm was edited
// scales at another time, and AWS does not tell. What a put did not heal before
// is not put again.
func alarmChanges(namespace string, want Policy, known, unhealed []Alarm, was *ObservedPolicy) []FieldChange {
	if want.Type != TargetTrackingScaling {
		return nil // the alarms of other policies are the user's
	}
	var changes []FieldChange
	for _, a := range unlisted(known, was.Alarms) {
		changes = append(changes, FieldChange{Field: alarmPrefix + a.Name, From: alarmMissing, To: alarmAnew})
	}
	for _, a := range was.Alarms {
		if a.Problem != "" {
			if !a.isAmong(unhealed) {
				changes = append(changes, FieldChange{Field: alarmPrefix + a.Name, From: a.Problem, To: alarmAnew})
			}
			continue
		}
		changes = append(changes, alarmEdits(namespace, known, a)...)
	}
	return changes
}

// unlisted are the alarms that AWS listed before and does not any more. It does
// not document whether it lists those that it made or those that CloudWatch has;
// of step policies it lists what CloudWatch has (AWS API: ScalingPolicy). As many
// others in their place are a replacement of AWS's own.
func unlisted(known, listed []Alarm) []Alarm {
	if len(listed) >= len(known) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(known), func(k Alarm) bool {
		return slices.ContainsFunc(listed, func(a Alarm) bool { return a.Name == k.Name })
	})
}

// Unhealed returns the alarms that a put of their policy was meant to make anew,
// with what was wrong with them: corrected is what it was meant to put right. Of
// those that AWS still has under the same name nothing was healed.
func Unhealed(corrected []FieldChange) []Alarm {
	var alarms []Alarm
	for _, c := range corrected {
		if name, ok := strings.CutPrefix(c.Field, alarmPrefix); ok && c.To == alarmAnew {
			alarms = append(alarms, Alarm{Name: name, Problem: c.From})
		}
	}
	return alarms
}

// StillBroken returns the alarms with which is wrong what was wrong when they
// were not healed.
func StillBroken(unhealed, alarms []Alarm) []Alarm {
	return slices.DeleteFunc(slices.Clone(alarms), func(a Alarm) bool { return a.Problem == "" || !a.isAmong(unhealed) })
}

// LeftBroken says in words what became of an alarm that is still broken.
func LeftBroken(a Alarm) string {
	return fmt.Sprintf("alarm %s %s, and AWS left it so when the policy was put again: delete the policy in AWS, and the next check makes it anew with its alarms", a.Name, a.Problem)
}

// isAmong says that one of the broken alarms is this one, with what is wrong
// with it now.
func (a Alarm) isAmong(broken []Alarm) bool {
	return slices.ContainsFunc(broken, func(b Alarm) bool { return b.Name == a.Name && b.Problem == a.Problem })
}

const (
	alarmPrefix  = "alarm "
	alarmMissing = "is missing"
	alarmAnew    = "made anew"
)

// followsCapacity are the service namespaces whose alarms have thresholds in
// units of the provisioned capacity, so that AWS sets them anew whenever it
// scales (AWS documentation: DynamoDB auto scaling). It does so with new
// alarms; should it ever do it in place, that is no edit.
var followsCapacity = []string{"dynamodb", "cassandra"}

// alarmEdits returns what was edited of an alarm. From is what it has now, To
// what it had.
func alarmEdits(namespace string, known []Alarm, now Alarm) []FieldChange {
	at := slices.IndexFunc(known, func(k Alarm) bool { return k.Name == now.Name })
	if at < 0 || known[at].Settings == nil || now.Settings == nil {
		return nil
	}
	was := known[at].Settings
	names := maps.Clone(was)
	maps.Copy(names, now.Settings)
	var changes []FieldChange
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if name == settingThreshold && slices.Contains(followsCapacity, namespace) {
			continue
		}
		if was[name] != now.Settings[name] {
			changes = append(changes, FieldChange{Field: alarmField(now.Name, name), From: now.Settings[name], To: was[name]})
		}
	}
	return changes
}

// OfAlarm says that the difference is in an alarm, and not in the policy.
func (f FieldChange) OfAlarm() bool { return strings.HasPrefix(f.Field, alarmPrefix) }

const settingThreshold = "threshold"

func alarmField(alarm, setting string) string { return alarmPrefix + alarm + " " + setting }

// StillEdited returns the names of alarms that a put of their policy did not
// put right: corrected is what it was meant to undo, and the alarms still have
// the settings that somebody else gave them.
func StillEdited(corrected []FieldChange, alarms []Alarm) []string {
	var names []string
	for _, a := range alarms {
		stays := func(c FieldChange) bool {
			setting, ok := strings.CutPrefix(c.Field, alarmField(a.Name, ""))
			return ok && a.Settings != nil && a.Settings[setting] == c.From && c.From != c.To
		}
		if slices.ContainsFunc(corrected, stays) {
			names = append(names, a.Name)
		}
	}
	return names
}
