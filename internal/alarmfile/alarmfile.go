// Package alarmfile reads CloudWatch alarms that are written down: for the AWS
// CLI as JSON, or beside manifests as objects of ACK's controller for CloudWatch.
// Alarms start step scaling policies, and are no part of them.
package alarmfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// Alarm is an alarm as the AWS CLI has it: what put-metric-alarm takes with
// --cli-input-json, and what describe-alarms answers (AWS API: PutMetricAlarm).
type Alarm struct {
	AlarmName          string
	AlarmActions       []string
	Namespace          string
	MetricName         string
	Statistic          string
	ExtendedStatistic  string
	Unit               string
	Dimensions         []autoscaling.Dimension
	Period             int32
	EvaluationPeriods  int32
	DatapointsToAlarm  int32
	Threshold          *float64
	ComparisonOperator string
	TreatMissingData   string
	Metrics            []json.RawMessage
}

// answer is what describe-alarms answers, or else an alarm.
type answer struct {
	Alarm
	MetricAlarms []Alarm
}

// Read reads alarms as JSON: one in the form of the AWS CLI's put-metric-alarm
// --cli-input-json, a list of such, or what describe-alarms answers.
func Read(r io.Reader) ([]Alarm, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var list []answer
	if text = bytes.TrimSpace(text); bytes.HasPrefix(text, []byte("[")) {
		err = json.Unmarshal(text, &list)
	} else {
		list = make([]answer, 1)
		err = json.Unmarshal(text, &list[0])
	}
	if err != nil {
		return nil, fmt.Errorf("the alarms are not JSON as aws cloudwatch put-metric-alarm --cli-input-json takes it: %w", err)
	}
	if len(list) == 1 && list[0].MetricAlarms != nil {
		return list[0].MetricAlarms, nil
	}
	alarms := make([]Alarm, len(list))
	for i, a := range list {
		alarms[i] = a.Alarm
	}
	return alarms, nil
}

// Of reads the spec of a MetricAlarm of ACK, whose members have the names of
// AWS's but for the case. It is false for one that nobody can compare with.
func Of(spec map[string]any) (Alarm, bool) {
	var a Alarm
	text, err := json.Marshal(spec)
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	a.AlarmName, _ = spec["name"].(string)
	return a, err == nil && a.Threshold != nil
}

// Invokes says that an action of the alarm names a policy of a scalable target:
// by its ARN, which ends in resource and name (AWS API: ScalingPolicy), and which
// the managed ones follow by ":createdBy/...", or by its name alone. Any target
// will do where it is not complete.
func (a Alarm) Invokes(id autoscaling.Identity, policy string) bool {
	return slices.ContainsFunc(a.AlarmActions, func(action string) bool {
		arn, name, found := strings.Cut(action, ":policyName/")
		if !found {
			return action == policy
		}
		name, _, _ = strings.Cut(name, ":createdBy/")
		return name == policy && (!id.Complete() || strings.HasSuffix(arn, ":resource/"+id.ServiceNamespace+"/"+id.ResourceID))
	})
}
