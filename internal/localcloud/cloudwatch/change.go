package cloudwatch

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type alarmNamesInput struct {
	AlarmNames []string
}

func (in *alarmNamesInput) decode(r *wire.Request) error {
	if err := r.Decode(in); err != nil {
		return err
	}
	var m model
	m.Require("alarmNames", in.AlarmNames != nil)
	m.alarmNames(in.AlarmNames)
	return m.Err()
}

// deleteAlarms deletes the alarms that exist even when others do not (AWS API:
// DeleteAlarms); whether the others are an error is an option.
func (s *Service) deleteAlarms(r *wire.Request) (any, error) {
	var in alarmNamesInput
	if err := in.decode(r); err != nil {
		return nil, err
	}
	missing := s.Delete(r.Scope, in.AlarmNames...)
	if len(missing) > 0 && !s.options.Behaviour.DeleteIgnoresMissing {
		return nil, alarmNotFound(missing...)
	}
	return nil, nil
}

// alarmNotFound is the error of the alarm operations; the tag operations have
// another.
func alarmNotFound(names ...string) *wire.Error {
	return &wire.Error{
		Code:    "ResourceNotFound",
		Message: "Unknown alarm: " + strings.Join(names, ", "),
		Status:  http.StatusNotFound,
	}
}

// enableAlarmActions and disableAlarmActions pass over names that do not
// exist: their API model has no error for them.
func (s *Service) enableAlarmActions(r *wire.Request) (any, error) { return s.setActions(r, true) }

func (s *Service) disableAlarmActions(r *wire.Request) (any, error) { return s.setActions(r, false) }

func (s *Service) setActions(r *wire.Request, enabled bool) (any, error) {
	var in alarmNamesInput
	if err := in.decode(r); err != nil {
		return nil, err
	}
	st := s.store(r.Scope)
	for _, name := range in.AlarmNames {
		if a := st.alarms[name]; a != nil {
			a.ActionsEnabled = &enabled
			a.watch.actions = s.actions(r.Scope, &a.Config)
			st.history.configured(s.options.Now(), changeUpdate, a)
		}
	}
	return nil, nil
}

type setStateInput struct {
	AlarmName       string
	StateValue      string
	StateReason     *string
	StateReasonData string
}

// setAlarmState sets a state until the next evaluation (AWS API:
// SetAlarmState).
func (s *Service) setAlarmState(r *wire.Request) (any, error) {
	var in setStateInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	var m model
	m.alarmName("alarmName", in.AlarmName)
	m.Require("stateValue", in.StateValue != "")
	m.enum("stateValue", in.StateValue, states)
	m.Require("stateReason", in.StateReason != nil)
	if in.StateReason != nil {
		m.Length("stateReason", *in.StateReason, 0, 1023)
	}
	m.Length("stateReasonData", in.StateReasonData, 0, 4000)
	if err := m.Err(); err != nil {
		return nil, err
	}
	if in.StateReasonData != "" && !json.Valid([]byte(in.StateReasonData)) {
		return nil, &wire.Error{
			Code:      "InvalidFormatFault",
			QueryCode: "InvalidFormat",
			Message:   "StateReasonData is not syntactically valid JSON.",
		}
	}
	if !s.force(r.Scope, in.AlarmName, State(in.StateValue), *in.StateReason, in.StateReasonData) {
		return nil, alarmNotFound(in.AlarmName)
	}
	return nil, nil
}
