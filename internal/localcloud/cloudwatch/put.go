package cloudwatch

import (
	"math"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// putInput is the input of PutMetricAlarm.
type putInput struct {
	Config
	Tags []tag

	// Members that change what an alarm does and that are not implemented.
	// Ignoring them would make a different alarm.
	EvaluationCriteria  *struct{}
	EvaluationInterval  *int32
	EvaluationWindow    *struct{}
	WarmUpConfiguration *struct{}
	ActionConfiguration *struct{}
}

// maxPayload is the largest request of PutMetricAlarm, uncompressed (AWS API:
// PutMetricAlarm).
const maxPayload = 120 * 1024

// putMetricAlarm creates or updates an alarm. Tags count at creation only (AWS
// API: PutMetricAlarm).
func (s *Service) putMetricAlarm(r *wire.Request) (any, error) {
	if r.Size > maxPayload {
		return nil, wire.Validation("The request of %d bytes is larger than the maximum of %d bytes.", r.Size, maxPayload)
	}
	var in putInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	isNew := s.store(r.Scope).alarms[in.AlarmName] == nil
	a, err := s.Put(r.Scope, in.Config)
	if err != nil {
		return nil, err
	}
	if isNew {
		a.tag(in.Tags)
	}
	return nil, nil
}

// Check tells why PutMetricAlarm would refuse the configuration, in its words;
// nil: it would not.
func (c Config) Check() error { return (&putInput{Config: c}).check() }

func (in *putInput) check() error {
	for _, check := range []func(*putInput) error{
		checkImplemented, checkModel, checkName, checkActions, checkMetricSource, checkTrigger, checkSpan, checkTags,
	} {
		if err := check(in); err != nil {
			return err
		}
	}
	return nil
}

// checkImplemented refuses alarms of kinds that the local cloud does not have.
func checkImplemented(in *putInput) error {
	var member string
	switch {
	case in.EvaluationCriteria != nil:
		member = "EvaluationCriteria"
	case in.EvaluationInterval != nil:
		member = "EvaluationInterval"
	case in.EvaluationWindow != nil:
		member = "EvaluationWindow"
	case in.WarmUpConfiguration != nil:
		member = "WarmUpConfiguration"
	case in.ActionConfiguration != nil:
		member = "ActionConfiguration"
	case in.ThresholdMetricID != "":
		member = "ThresholdMetricId"
	default:
		return nil
	}
	return invalidValue("The local cloud does not implement " + member +
		" of PutMetricAlarm: it has alarms on a metric or on metric math with a static threshold.")
}

func checkName(in *putInput) error {
	if strings.ContainsFunc(in.AlarmName, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return wire.Validation("AlarmName must not contain control characters")
	}
	return nil
}

func checkActions(in *putInput) error {
	for _, actions := range [][]string{in.OKActions, in.AlarmActions, in.InsufficientDataActions} {
		for _, action := range actions {
			if !strings.HasPrefix(action, "arn:") || strings.Count(action, ":") < 4 {
				return wire.Validation("Invalid arn syntax: %s", action)
			}
		}
	}
	return nil
}

// checkMetricSource checks that there is one metric or one list of metrics.
func checkMetricSource(in *putInput) error {
	if len(in.Metrics) > 0 {
		return checkMetrics(in)
	}
	for _, member := range []struct {
		name    string
		present bool
	}{
		{"MetricName", in.MetricName != ""},
		{"Namespace", in.Namespace != ""},
		{"Period", in.Period != nil},
	} {
		if !member.present {
			return wire.Validation("%s must not be null", member.name)
		}
	}
	switch {
	case in.Statistic == "" && in.ExtendedStatistic == "":
		return missingParameter("Statistic or ExtendedStatistic")
	case in.Statistic != "" && in.ExtendedStatistic != "":
		return invalidCombination("Statistic and ExtendedStatistic must not be given together.")
	case in.ExtendedStatistic != "" && !metricstore.IsExtended(in.ExtendedStatistic):
		return invalidValue("The value " + in.ExtendedStatistic + " for parameter ExtendedStatistic is not supported.")
	}
	return nil
}

// checkTrigger checks what the alarm compares and when it is in alarm.
func checkTrigger(in *putInput) error {
	switch {
	case in.EvaluationPeriods == nil:
		return wire.Validation("EvaluationPeriods must not be null")
	case in.DatapointsToAlarm != nil && *in.DatapointsToAlarm > *in.EvaluationPeriods:
		return wire.Validation("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
	case in.ComparisonOperator == "":
		return wire.Validation("ComparisonOperator must not be null")
	case strings.HasSuffix(in.ComparisonOperator, "LowerThreshold"), strings.HasSuffix(in.ComparisonOperator, "UpperThreshold"):
		return wire.Validation("ComparisonOperator %s is for alarms on anomaly detection models only", in.ComparisonOperator)
	case in.Threshold == nil:
		return wire.Validation("Threshold must not be null")
	case math.IsNaN(*in.Threshold), math.IsInf(*in.Threshold, 0):
		return invalidValue("The parameter Threshold must be a finite number.")
	}
	return nil
}

const (
	hour = 3600
	day  = 24 * hour
)

// checkSpan checks the period and how much time the evaluation covers (AWS
// API: PutMetricAlarm).
func checkSpan(in *putInput) error {
	periods := []*int32{in.Period}
	for _, q := range in.Metrics {
		if q.MetricStat != nil {
			periods = append(periods, q.MetricStat.Period)
		}
		periods = append(periods, q.Period)
	}
	for _, period := range periods {
		if period == nil {
			continue
		}
		if p := *period; p != 10 && p != 20 && p != 30 && p%60 != 0 {
			return wire.Validation("Period must be 10, 20, 30 or a multiple of 60")
		}
		span := int64(*period) * int64(*in.EvaluationPeriods)
		if *period < hour && span > day {
			return wire.Validation("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= %d)", day)
		}
		if span > 7*day {
			return wire.Validation("Metrics cannot be checked across more than 7 days (EvaluationPeriods * Period must be <= %d)", 7*day)
		}
	}
	return nil
}
