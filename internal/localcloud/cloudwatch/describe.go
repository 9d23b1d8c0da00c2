package cloudwatch

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type describeInput struct {
	AlarmNames          []string
	AlarmNamePrefix     string
	AlarmTypes          []string
	ChildrenOfAlarmName string
	ParentsOfAlarmName  string
	StateValue          string
	ActionPrefix        string
	MaxRecords          *int32
	NextToken           string
}

type describeOutput struct {
	CompositeAlarms []struct{}
	MetricAlarms    []Alarm
	NextToken       string `json:",omitempty"`
}

// The page of DescribeAlarms. The maximum is of the API model, which names no
// default.
const (
	defaultRecords = 50
	maxRecords     = 100
)

// describeAlarms lists alarms, ordered by name, which AWS does not promise. A
// name that does not exist is left out.
func (s *Service) describeAlarms(r *wire.Request) (any, error) {
	var in describeInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	last, err := parseToken(in.NextToken)
	if err != nil {
		return nil, err
	}
	out := describeOutput{CompositeAlarms: []struct{}{}, MetricAlarms: []Alarm{}}
	if !in.wantsMetricAlarms() {
		return out, nil
	}
	limit := defaultRecords
	if in.MaxRecords != nil {
		limit = int(*in.MaxRecords)
	}
	for a := range s.store(r.Scope).named(in.AlarmNames, in.AlarmNamePrefix, last) {
		if !in.matches(a) {
			continue
		}
		if len(out.MetricAlarms) == limit {
			out.NextToken = formatToken(out.MetricAlarms[limit-1].AlarmName)
			break
		}
		out.MetricAlarms = append(out.MetricAlarms, a.told())
	}
	return out, nil
}

func (in *describeInput) check() error {
	var m model
	m.alarmNames(in.AlarmNames)
	m.text("alarmNamePrefix", in.AlarmNamePrefix, 255)
	for _, t := range in.AlarmTypes {
		m.Enum("alarmTypes", t, alarmTypes...)
	}
	m.enum("stateValue", in.StateValue, states)
	m.text("actionPrefix", in.ActionPrefix, 1024)
	if in.MaxRecords != nil {
		m.Range("maxRecords", int64(*in.MaxRecords), 1, maxRecords)
	}
	if err := m.Err(); err != nil {
		return err
	}
	if len(in.AlarmNames) > 0 && in.AlarmNamePrefix != "" {
		return invalidCombination("AlarmNames and AlarmNamePrefix must not be given together.")
	}
	if in.ChildrenOfAlarmName != "" || in.ParentsOfAlarmName != "" {
		return invalidValue("The local cloud does not implement composite alarms, so alarms have neither children nor parents.")
	}
	return nil
}

// wantsMetricAlarms: without types only metric alarms are asked for.
func (in *describeInput) wantsMetricAlarms() bool {
	return len(in.AlarmTypes) == 0 || slices.Contains(in.AlarmTypes, "MetricAlarm")
}

// matches applies the filters other than those by name.
func (in *describeInput) matches(a *Alarm) bool {
	if in.StateValue != "" && in.StateValue != string(a.StateValue) {
		return false
	}
	return in.ActionPrefix == "" || a.hasAction(func(arn string) bool { return strings.HasPrefix(arn, in.ActionPrefix) })
}

// hasAction tells whether an action of any state is accepted.
func (a *Alarm) hasAction(accept func(arn string) bool) bool {
	return slices.ContainsFunc(a.AlarmActions, accept) ||
		slices.ContainsFunc(a.OKActions, accept) ||
		slices.ContainsFunc(a.InsufficientDataActions, accept)
}

// tokenPrefix tells our tokens from other base64 text.
const tokenPrefix = "after:"

func formatToken(last string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(tokenPrefix + last))
}

// parseToken returns the last name of the page before; tokens are opaque to
// clients.
func parseToken(token string) (last string, err error) {
	if token == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	last, ok := strings.CutPrefix(string(text), tokenPrefix)
	if err != nil || !ok {
		return "", &wire.Error{Code: "InvalidNextToken", Message: "The value of NextToken is invalid."}
	}
	return last, nil
}
