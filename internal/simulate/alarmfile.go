package simulate

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/setpoint-io/setpoint/internal/alarmfile"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// ReadAlarms reads alarms as package alarmfile does. An alarm invokes the policies
// whose ARN, or name, is among its actions; one without actions invokes the only
// step policy that there is.
func ReadAlarms(r io.Reader, policies []autoscaling.Policy) ([]engine.Alarm, error) {
	list, err := alarmfile.Read(r)
	if err != nil {
		return nil, err
	}
	var steps []string
	for _, p := range policies {
		if p.Step != nil {
			steps = append(steps, p.Name)
		}
	}
	alarms := make([]engine.Alarm, len(list))
	for i, a := range list {
		if alarms[i], err = simulated(a, steps); err != nil {
			return nil, fmt.Errorf("alarm %q: %w", a.AlarmName, err)
		}
	}
	return alarms, nil
}

func simulated(a alarmfile.Alarm, steps []string) (engine.Alarm, error) {
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
		if a.Invokes(autoscaling.Identity{}, name) || len(a.AlarmActions) == 0 && len(steps) == 1 {
			out.Policies = append(out.Policies, name)
		}
	}
	if len(out.Policies) == 0 {
		return engine.Alarm{}, fmt.Errorf("it invokes none of the step scaling policies (%s); write the ARN or the name of one in AlarmActions", strings.Join(steps, ", "))
	}
	return out, out.Definition.Validate()
}
