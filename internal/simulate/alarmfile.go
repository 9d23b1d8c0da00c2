package simulate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// alarmJSON is an alarm as the AWS CLI has it: what put-metric-alarm takes with
// --cli-input-json, and what describe-alarms answers (AWS API: PutMetricAlarm).
type alarmJSON struct {
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
	MetricAlarms       []alarmJSON // of describe-alarms
}

// ReadAlarms reads alarms as JSON: one in the form of the AWS CLI's
// put-metric-alarm --cli-input-json, a list of such, or what describe-alarms
// answers. An alarm invokes the policies whose ARN, or name, is among its
// actions; one without actions invokes the only step policy that there is.
func ReadAlarms(r io.Reader, policies []autoscaling.Policy) ([]engine.Alarm, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var list []alarmJSON
	if text = bytes.TrimSpace(text); bytes.HasPrefix(text, []byte("[")) {
		err = json.Unmarshal(text, &list)
	} else {
		list = make([]alarmJSON, 1)
		err = json.Unmarshal(text, &list[0])
	}
	if err != nil {
		return nil, fmt.Errorf("the alarms are not JSON as aws cloudwatch put-metric-alarm --cli-input-json takes it: %w", err)
	}
	if len(list) == 1 && list[0].MetricAlarms != nil {
		list = list[0].MetricAlarms
	}
	var steps []string
	for _, p := range policies {
		if p.Step != nil {
			steps = append(steps, p.Name)
		}
	}
	alarms := make([]engine.Alarm, len(list))
	for i, a := range list {
		if alarms[i], err = a.alarm(steps); err != nil {
			return nil, fmt.Errorf("alarm %q: %w", a.AlarmName, err)
		}
	}
	return alarms, nil
}

func (a alarmJSON) alarm(steps []string) (engine.Alarm, error) {
	switch {
	case a.AlarmName == "":
		return engine.Alarm{}, errors.New("AlarmName is missing; write one")
	case len(a.Metrics) > 0:
		return engine.Alarm{}, errors.New("an alarm on metric math is not simulated; write MetricName and Namespace")
	case a.MetricName == "":
		return engine.Alarm{}, errors.New("MetricName is missing; write one")
	case a.Threshold == nil:
		return engine.Alarm{}, errors.New("the member Threshold is missing; write one")
	case a.ExtendedStatistic != "":
		return engine.Alarm{}, fmt.Errorf("ExtendedStatistic %s does not follow from demand; write a Statistic", a.ExtendedStatistic)
	}
	out := engine.Alarm{
		Name:   a.AlarmName,
		Metric: scaling.Metric{Namespace: a.Namespace, Name: a.MetricName, Dimensions: a.Dimensions, Statistic: a.Statistic, Unit: a.Unit, Period: a.Period},
		Definition: alarm.Definition{
			Comparison: alarm.Comparison(a.ComparisonOperator), Threshold: *a.Threshold, Period: a.Period, EvaluationPeriods: a.EvaluationPeriods,
			DatapointsToAlarm: a.DatapointsToAlarm, TreatMissingData: alarm.Treatment(a.TreatMissingData), Statistic: a.Statistic, Unit: a.Unit,
		},
	}
	for _, name := range steps {
		if a.invokes(name) || len(a.AlarmActions) == 0 && len(steps) == 1 {
			out.Policies = append(out.Policies, name)
		}
	}
	if len(out.Policies) == 0 {
		return engine.Alarm{}, fmt.Errorf("it invokes none of the step scaling policies (%s); write the ARN or the name of one in AlarmActions", strings.Join(steps, ", "))
	}
	return out, out.Definition.Validate()
}

// invokes reports whether an action names a policy: by an ARN that ends with
// policyName/<name>, which the managed ones follow by ":createdBy/...".
func (a alarmJSON) invokes(policy string) bool {
	for _, action := range a.AlarmActions {
		_, name, found := strings.Cut(action, ":policyName/")
		if !found {
			name = action
		}
		name, _, _ = strings.Cut(name, ":createdBy/")
		if name == policy {
			return true
		}
	}
	return false
}
