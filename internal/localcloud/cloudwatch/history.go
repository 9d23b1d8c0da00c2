package cloudwatch

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/localcloud/ledger"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// keepHistory is how long AWS keeps the history of an alarm, also of one that
// was deleted (Amazon CloudWatch User Guide).
const keepHistory = 14 * 24 * time.Hour

// history is what happened to the alarms of a store, by name.
type history struct {
	items ledger.Ledger[string, historyItem]
}

type historyItem struct {
	AlarmName       string
	AlarmType       string
	Timestamp       wire.Time
	HistoryItemType string
	HistorySummary  string
	HistoryData     string

	data  any   // becomes HistoryData when somebody asks, which is seldom; nil: it has
	state State // what the alarm is from then on; empty if that did not change
}

// told returns the item as it is answered. The data are written by us and can be
// encoded; who asks once mostly asks again.
func (i *historyItem) told() historyItem {
	if i.data != nil {
		encoded, err := json.Marshal(i.data)
		if err != nil {
			encoded = []byte("{}")
		}
		i.HistoryData, i.data = string(encoded), nil
	}
	return *i
}

// add appends an item, whose data do not change any more.
func (h *history) add(at time.Time, alarm, kind, summary string, state State, data any) {
	h.items.Forget(func(i *historyItem) bool { return i.Timestamp.Before(at.Add(-keepHistory)) })
	h.items.Add(alarm, historyItem{
		AlarmName: alarm, AlarmType: "MetricAlarm", Timestamp: wire.Time{Time: at},
		HistoryItemType: kind, HistorySummary: summary, data: data, state: state,
	})
}

// of returns what happened to an alarm, or without a name to all.
func (h *history) of(alarm string) ledger.Selection[string, historyItem] {
	if alarm == "" {
		return h.items.All()
	}
	return h.items.Of(alarm)
}

// A configChange is a kind of ConfigurationUpdate; AWS's documentation shows
// only some of their data.
type configChange struct{ kind, member, verb string }

var (
	changeCreate = configChange{"Create", "createdAlarm", "created"}
	changeUpdate = configChange{"Update", "updatedAlarm", "updated"}
	changeDelete = configChange{"Delete", "deletedAlarm", "deleted"}
)

// historyVersion is the version of the format of HistoryData.
const historyVersion = "1.0"

func (h *history) configured(at time.Time, change configChange, a *Alarm) {
	var state State
	if change == changeCreate {
		state = a.StateValue
	}
	h.add(at, a.AlarmName, "ConfigurationUpdate", fmt.Sprintf("Alarm %q %s", a.AlarmName, change.verb), state, map[string]any{
		"version": historyVersion, "type": change.kind, change.member: configData(a.told()),
	})
}

// stateData is one of the states of a StateUpdate.
type stateData struct {
	Value  State           `json:"stateValue"`
	Reason string          `json:"stateReason"`
	Data   json.RawMessage `json:"stateReasonData,omitempty"`

	why *alarm.Explanation // becomes the reason and its data
}

// MarshalJSON writes the state with the texts that explain it.
func (d stateData) MarshalJSON() ([]byte, error) {
	if d.why != nil {
		d.Reason, d.Data = d.why.Reason(), json.RawMessage(d.why.ReasonData())
	}
	type plain stateData
	return json.Marshal(plain(d))
}

func stateOf(a *Alarm) stateData {
	return stateData{Value: a.StateValue, Reason: a.StateReason, Data: json.RawMessage(a.StateReasonData), why: a.why}
}

func (h *history) changed(at time.Time, name string, before, after stateData) {
	h.add(at, name, "StateUpdate", "Alarm updated from "+string(before.Value)+" to "+string(after.Value), after.Value, struct {
		Version string    `json:"version"`
		Old     stateData `json:"oldState"`
		New     stateData `json:"newState"`
	}{historyVersion, before, after})
}

// RecordAction notes in the history of an alarm that an action was executed, or
// with an error why it was not.
func (s *Service) RecordAction(scope wire.Scope, alarmName, actionARN string, failure error) {
	data := struct {
		State    string `json:"actionState"`
		Resource string `json:"notificationResource"`
		Error    string `json:"error,omitempty"`
	}{State: "Succeeded", Resource: actionARN}
	summary := "Successfully executed action " + actionARN
	if failure != nil {
		data.State, data.Error = "Failed", failure.Error()
		summary = "Failed to execute action " + actionARN
	}
	s.store(scope).history.add(s.options.Now(), alarmName, "Action", summary, "", data)
}

// configData is an alarm's configuration in the history's words.
func configData(a Alarm) map[string]any {
	dimensions := make([]map[string]string, len(a.Dimensions))
	for i, d := range a.Dimensions {
		dimensions[i] = map[string]string{"name": d.Name, "value": d.Value}
	}
	data := map[string]any{
		"alarmName": a.AlarmName, "alarmArn": a.AlarmArn, "actionsEnabled": a.ActionsEnabled,
		"okactions": a.OKActions, "alarmActions": a.AlarmActions, "insufficientDataActions": a.InsufficientDataActions,
		"evaluationPeriods": a.EvaluationPeriods, "threshold": a.Threshold, "comparisonOperator": a.ComparisonOperator,
		"stateValue": a.StateValue, "stateReason": a.StateReason,
		"alarmConfigurationUpdatedTimestamp": historyTime(a.AlarmConfigurationUpdatedTimestamp),
		"stateUpdatedTimestamp":              historyTime(a.StateUpdatedTimestamp),
	}
	if a.MetricName != "" {
		data["metricName"], data["namespace"], data["dimensions"], data["period"] = a.MetricName, a.Namespace, dimensions, a.Period
	}
	if a.DatapointsToAlarm != nil {
		data["datapointsToAlarm"] = *a.DatapointsToAlarm
	}
	for member, value := range map[string]string{
		"alarmDescription": a.AlarmDescription, "statistic": a.Statistic, "extendedStatistic": a.ExtendedStatistic,
		"unit": a.Unit, "treatMissingData": a.TreatMissingData,
	} {
		if value != "" {
			data[member] = value
		}
	}
	return data
}

func historyTime(t wire.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-0700") }

type historyInput struct {
	AlarmName          string
	AlarmTypes         []string
	AlarmContributorID string `json:"AlarmContributorId"`
	HistoryItemType    string
	StartDate          *wire.Time
	EndDate            *wire.Time
	MaxRecords         *int32
	NextToken          string
	ScanBy             string
}

type historyOutput struct {
	AlarmHistoryItems []historyItem
	NextToken         string `json:",omitempty"`
}

// The orders of ScanBy.
const (
	ascending  = "TimestampAscending"
	descending = "TimestampDescending"
)

// describeAlarmHistory lists what happened, also to alarms that were deleted.
func (s *Service) describeAlarmHistory(r *wire.Request) (any, error) {
	var in historyInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	h := &s.store(r.Scope).history
	items := h.of(in.AlarmName).Before(h.items.Next())
	if in.ScanBy == ascending {
		items = h.of(in.AlarmName).From(0)
	}
	if in.NextToken != "" {
		last, err := parseOffset(in.NextToken)
		if err != nil {
			return nil, err
		}
		items = h.of(in.AlarmName).Before(last)
		if in.ScanBy == ascending {
			items = h.of(in.AlarmName).From(last + 1)
		}
	}
	limit := maxRecords
	if in.MaxRecords != nil {
		limit = int(*in.MaxRecords)
	}
	out := historyOutput{AlarmHistoryItems: []historyItem{}}
	last := 0 // its number is the token of the next page
	for number, item := range items {
		if !in.matches(item, s.options.Now()) {
			continue
		}
		if len(out.AlarmHistoryItems) == limit {
			out.NextToken = formatToken(strconv.Itoa(last))
			break
		}
		out.AlarmHistoryItems, last = append(out.AlarmHistoryItems, item.told()), number
	}
	return out, nil
}

func (in *historyInput) check() error {
	var m model
	m.text("alarmName", in.AlarmName, 255)
	for _, t := range in.AlarmTypes {
		m.Enum("alarmTypes", t, append(slices.Clone(alarmTypes), "LogAlarm")...)
	}
	m.enum("historyItemType", in.HistoryItemType, historyTypes)
	m.enum("scanBy", in.ScanBy, scanOrders)
	m.text("alarmContributorId", in.AlarmContributorID, 16)
	if in.MaxRecords != nil {
		m.Range("maxRecords", int64(*in.MaxRecords), 1, maxRecords)
	}
	return m.Err()
}

func (in *historyInput) matches(i *historyItem, now time.Time) bool {
	switch {
	case len(in.AlarmTypes) > 0 && !slices.Contains(in.AlarmTypes, i.AlarmType),
		in.AlarmContributorID != "", // only alarms on several series have contributors
		in.HistoryItemType != "" && in.HistoryItemType != i.HistoryItemType,
		in.StartDate != nil && i.Timestamp.Before(in.StartDate.Time),
		in.EndDate != nil && i.Timestamp.After(in.EndDate.Time),
		i.Timestamp.Before(now.Add(-keepHistory)):
		return false
	}
	return true
}
