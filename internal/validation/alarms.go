package validation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/alarmfile"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/manifest"
	"github.com/setpoint-io/setpoint/internal/report"
)

// metricAlarms are the alarms that are declared beside the policies, as objects
// of ACK's controller for CloudWatch.
func metricAlarms(others []*manifest.Document) []alarmfile.Alarm {
	var alarms []alarmfile.Alarm
	for _, d := range others {
		spec, _ := d.Content["spec"].(map[string]any)
		if d.Kind() != "MetricAlarm" || !strings.HasPrefix(d.APIVersion(), "cloudwatch.services.k8s.aws/") || spec == nil {
			continue
		}
		if a, ok := alarmfile.Of(spec); ok {
			alarms = append(alarms, a)
		}
	}
	return alarms
}

// bind lets alarms of files that have no action start the only step policy that
// there is. One that starts nothing was given for another policy, or with a
// mistake in its actions.
func (v *validation) bind(groups []declared.Group, given []Given) []alarmfile.Alarm {
	type step struct {
		autoscaling.Identity
		policy string
	}
	var steps []step
	for _, g := range groups {
		for _, m := range g.Members {
			if m.Policy.Step != nil {
				steps = append(steps, step{g.Identity, m.AWS})
			}
		}
	}
	var alarms []alarmfile.Alarm
	for _, file := range given {
		starts := false
		for _, a := range file.Alarms {
			if len(a.AlarmActions) == 0 && len(steps) == 1 {
				a.AlarmActions = []string{steps[0].policy}
			}
			starts = starts || slices.ContainsFunc(steps, func(s step) bool { return a.Invokes(s.Identity, s.policy) })
			alarms = append(alarms, a)
		}
		if !starts {
			v.result.Findings = append(v.result.Findings, report.Finding{
				Code: string(CodeAlarmStartsNothing), Severity: report.SeverityWarning, Location: report.Location{File: file.File},
				Message: "no alarm here starts a step scaling policy of the documents: write the ARN or the name of one in AlarmActions",
			})
		}
	}
	return alarms
}

// thresholdOf finds the alarm that starts a policy.
func thresholdOf(alarms []alarmfile.Alarm, id autoscaling.Identity, policy string) report.Threshold {
	for _, a := range alarms {
		if a.Threshold != nil && a.Invokes(id, policy) {
			return report.Threshold{Known: true, Value: *a.Threshold, Metric: a.MetricName}
		}
	}
	return report.Threshold{}
}

// wakeMetrics are the metrics by which alarms lead a target out of zero, with
// what they are when one request has come: the one is never more, the other
// counts (SageMaker Developer Guide: monitor an asynchronous endpoint; scale an
// endpoint to zero instances).
var wakeMetrics = map[string]string{
	"HasBacklogWithoutCapacity":    "is never more than 1, so the alarm never fires",
	"NoCapacityInvocationFailures": "is 1 for one request, so one request wakes nothing",
}

// wakes warns of alarms that shall lead a target out of zero and do not fire when
// one request has come.
func (v *validation) wakes(i int, m *declared.Member, id autoscaling.Identity, alarms []alarmfile.Alarm) {
	if m.Policy.Step == nil {
		return
	}
	for _, a := range alarms {
		is, wake := wakeMetrics[a.MetricName]
		if !wake || a.Threshold == nil || !a.Invokes(id, m.AWS) {
			continue
		}
		sign := map[string]string{"GreaterThanThreshold": ">", "GreaterThanOrEqualToThreshold": "≥"}[a.ComparisonOperator]
		if sign == "" || *a.Threshold < 1 || *a.Threshold == 1 && sign == "≥" {
			continue
		}
		v.add(i, finding{CodeAlarmMissesOneRequest, autoscaling.Warning, "spec.policyName", fmt.Sprintf(
			"alarm %s, which starts this policy, asks for %s %s %v; at zero capacity the metric %s: write GreaterThanOrEqualToThreshold with the threshold 1",
			a.AlarmName, a.MetricName, sign, *a.Threshold, is)})
	}
}
