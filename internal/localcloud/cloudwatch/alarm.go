package cloudwatch

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// State is the state of an alarm.
type State string

// The states of an alarm (AWS API: MetricAlarm).
const (
	StateOK               State = "OK"
	StateAlarm            State = "ALARM"
	StateInsufficientData State = "INSUFFICIENT_DATA"
)

// Dimension is one name and value of a metric's identity.
type Dimension = metricstore.Dimension

// Metric is the identity of a metric.
type Metric struct {
	Namespace  string      `json:"Namespace,omitempty"`
	MetricName string      `json:"MetricName,omitempty"`
	Dimensions []Dimension `json:"Dimensions,omitempty"`
}

// MetricStat is a statistic of a metric over periods of seconds.
type MetricStat struct {
	Metric *Metric `json:"Metric,omitempty"`
	Period *int32  `json:"Period,omitempty"`
	Stat   string  `json:"Stat,omitempty"`
	Unit   string  `json:"Unit,omitempty"`
}

// MetricDataQuery is one entry of an alarm on metric math: a metric or an
// expression over the others.
type MetricDataQuery struct {
	ID         string      `json:"Id,omitempty"`
	MetricStat *MetricStat `json:"MetricStat,omitempty"`
	Expression string      `json:"Expression,omitempty"`
	Label      string      `json:"Label,omitempty"`
	ReturnData *bool       `json:"ReturnData,omitempty"`
	Period     *int32      `json:"Period,omitempty"`
	AccountID  string      `json:"AccountId,omitempty"`
}

// returnsData tells whether the alarm watches this entry; absent means true.
func (q MetricDataQuery) returnsData() bool { return q.ReturnData == nil || *q.ReturnData }

// Config is the configuration of a metric alarm: the input of PutMetricAlarm
// but for the tags, and the greater part of what DescribeAlarms returns. An
// absent text is empty.
type Config struct {
	AlarmName               string            `json:"AlarmName"`
	AlarmDescription        string            `json:"AlarmDescription,omitempty"`
	ActionsEnabled          *bool             `json:"ActionsEnabled,omitempty"` // default true
	OKActions               []string          `json:"OKActions"`
	AlarmActions            []string          `json:"AlarmActions"`
	InsufficientDataActions []string          `json:"InsufficientDataActions"`
	MetricName              string            `json:"MetricName,omitempty"`
	Namespace               string            `json:"Namespace,omitempty"`
	Statistic               string            `json:"Statistic,omitempty"`
	ExtendedStatistic       string            `json:"ExtendedStatistic,omitempty"`
	Dimensions              []Dimension       `json:"Dimensions"`
	Period                  *int32            `json:"Period,omitempty"` // seconds
	Unit                    string            `json:"Unit,omitempty"`
	EvaluationPeriods       *int32            `json:"EvaluationPeriods,omitempty"` // N
	DatapointsToAlarm       *int32            `json:"DatapointsToAlarm,omitempty"` // M; absent: N
	Threshold               *float64          `json:"Threshold,omitempty"`
	ComparisonOperator      string            `json:"ComparisonOperator,omitempty"`
	TreatMissingData        string            `json:"TreatMissingData,omitempty"` // absent: missing
	LowSampleCount          string            `json:"EvaluateLowSampleCountPercentile,omitempty"`
	Metrics                 []MetricDataQuery `json:"Metrics,omitempty"`
	ThresholdMetricID       string            `json:"ThresholdMetricId,omitempty"`
}

// Alarm is a metric alarm: its configuration and its state. A copy is a
// snapshot: lists are replaced, never changed in place.
type Alarm struct {
	Config
	AlarmArn                           string    `json:"AlarmArn"`
	AlarmConfigurationUpdatedTimestamp wire.Time `json:"AlarmConfigurationUpdatedTimestamp"`
	StateValue                         State     `json:"StateValue"`
	StateReason                        string    `json:"StateReason"`
	StateReasonData                    string    `json:"StateReasonData,omitempty"`
	// StateUpdatedTimestamp is when the state was last written,
	// StateTransitionedTimestamp when StateValue last changed.
	StateUpdatedTimestamp      wire.Time `json:"StateUpdatedTimestamp"`
	StateTransitionedTimestamp wire.Time `json:"StateTransitionedTimestamp"`

	tags  map[string]string
	watch *watch
	why   *alarm.Explanation // becomes the reason and its data when somebody reads them
}

// told returns the alarm for who reads it.
func (a *Alarm) told() Alarm {
	if a.why != nil {
		a.StateReason, a.StateReasonData, a.why = a.why.Reason(), a.why.ReasonData(), nil
	}
	return *a
}

// initialReason is the state reason of an alarm not yet evaluated (Amazon
// CloudWatch User Guide).
const initialReason = "Unchecked: Initial alarm creation"

// Put creates or updates an alarm, as PutMetricAlarm does after validation. The
// error is that the alarm cannot be evaluated, which none is that passes
// [Config.Check].
func (s *Service) Put(scope wire.Scope, c Config) (*Alarm, error) {
	now := wire.Time{Time: s.options.Now()}
	st := s.store(scope)
	a := st.alarms[c.AlarmName]
	state := StateInsufficientData
	if a != nil {
		state = a.StateValue
	}
	w, err := s.newWatch(scope, &c, state)
	if err != nil {
		return nil, err
	}
	if a == nil {
		a = &Alarm{
			AlarmArn:                   arn(scope, c.AlarmName),
			StateValue:                 state,
			StateReason:                initialReason,
			StateUpdatedTimestamp:      now,
			StateTransitionedTimestamp: now,
			tags:                       map[string]string{},
		}
		st.add(c.AlarmName, a)
	}
	change := changeUpdate
	if a.Config.AlarmName == "" {
		change = changeCreate
	}
	st.configure(a, c.normalized())
	a.AlarmConfigurationUpdatedTimestamp = now
	st.history.configured(now.Time, change, a)
	s.watch(a, w)
	return a, nil
}

// Delete removes alarms and returns the names that do not exist.
func (s *Service) Delete(scope wire.Scope, names ...string) (missing []string) {
	st := s.store(scope)
	for _, name := range names {
		a := st.alarms[name]
		if a == nil {
			missing = append(missing, name)
			continue
		}
		st.remove(name)
		a.watch.gone = true
		st.history.configured(s.options.Now(), changeDelete, a)
	}
	return missing
}

// AlarmsByAction returns the alarms that have the ARN among the actions of the
// ALARM state, sorted by name.
func (s *Service) AlarmsByAction(scope wire.Scope, actionARN string) []*Alarm {
	var found []*Alarm
	for _, a := range s.store(scope).acting[actionARN] {
		if slices.Contains(a.AlarmActions, actionARN) {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b *Alarm) int { return strings.Compare(a.AlarmName, b.AlarmName) })
	return found
}

// actions are all actions of an alarm, of whichever state.
func (c *Config) actions() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, list := range [][]string{c.OKActions, c.AlarmActions, c.InsufficientDataActions} {
			for _, arn := range list {
				if !yield(arn) {
					return
				}
			}
		}
	}
}

// RemoveAction takes an action's ARN out of all alarms and leaves the alarms,
// as deleting a step scaling policy does (AWS API: DeleteScalingPolicy).
func (s *Service) RemoveAction(scope wire.Scope, actionARN string) {
	st := s.store(scope)
	for _, a := range slices.Clone(st.acting[actionARN]) {
		c := a.Config
		for _, actions := range []*[]string{&c.OKActions, &c.AlarmActions, &c.InsufficientDataActions} {
			*actions = slices.DeleteFunc(slices.Clone(*actions), func(arn string) bool { return arn == actionARN })
		}
		st.configure(a, c)
		a.watch.actions = s.actions(scope, &c)
	}
}

// SetState writes the state of an alarm and tells whether there is such an
// alarm. The reason data are JSON, or empty. A change of state goes into the
// history. It neither acts nor changes what the next evaluation finds.
func (s *Service) SetState(scope wire.Scope, name string, state State, reason, data string) bool {
	a := s.store(scope).alarms[name]
	if a == nil {
		return false
	}
	s.setState(scope, a, state, reason, data, nil)
	return true
}

// setState is SetState, for an alarm and with an explanation or the texts.
func (s *Service) setState(scope wire.Scope, a *Alarm, state State, reason, data string, why *alarm.Explanation) {
	at := wire.Time{Time: s.options.Now()}
	before := stateOf(a)
	a.StateValue, a.StateReason, a.StateReasonData, a.why, a.StateUpdatedTimestamp = state, reason, data, why, at
	if before.Value != state {
		a.StateTransitionedTimestamp = at
		s.store(scope).history.changed(at.Time, a.AlarmName, before, stateOf(a))
	}
}

// normalized returns the configuration as DescribeAlarms shows it: lists that
// are always there, and actions enabled unless said otherwise.
func (c Config) normalized() Config {
	if c.ActionsEnabled == nil {
		c.ActionsEnabled = new(true)
	}
	for _, actions := range []*[]string{&c.OKActions, &c.AlarmActions, &c.InsufficientDataActions} {
		if *actions == nil {
			*actions = []string{}
		}
	}
	if c.Dimensions == nil {
		c.Dimensions = []Dimension{}
	}
	return c
}

// arn returns the ARN of an alarm (IAM: resource types defined by CloudWatch).
func arn(scope wire.Scope, name string) string {
	return fmt.Sprintf("arn:%s:cloudwatch:%s:%s:alarm:%s", scope.Partition(), scope.Region, scope.Account, name)
}
