package admin

import (
	"encoding/json"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

// Key names what is scaled: by service namespace, resource ID and scalable
// dimension.
type Key = resources.Key

// Duration is a duration that is a text in JSON, such as "15m".
type Duration = traffic.Duration

// Home is the account and the Region that something is in.
type Home struct {
	Account string `json:"account"`
	Region  string `json:"region"`
}

// State is all that somebody who watches the cloud wants to see, at one moment.
type State struct {
	// Version is another one after every change.
	Version uint64 `json:"version"`
	Clock   Clock  `json:"clock"`
	// Places are the accounts and Regions in which there is something, in the
	// order of their names.
	Places   []Place  `json:"places"`
	Faults   []Fault  `json:"faults"`
	Requests Requests `json:"requests"`
}

// StateQuery selects what a State tells. The zero value is everything.
type StateQuery struct {
	Home
	// ServiceNamespace, ResourceID and ScalableDimension select resources,
	// targets, their alarms, activities and traffic.
	Key
	// Activities is how many there are at most for each place; 0: 50.
	Activities int
	// Datapoints is how many periods there are of each alarm's metric; 0: 5.
	Datapoints int
}

// Clock is the time in the cloud.
type Clock struct {
	Time time.Time `json:"time"`
	// Speed is how many times faster than real time the clock runs, or would if it
	// were not paused.
	Speed  float64 `json:"speed"`
	Paused bool    `json:"paused"`
}

// ClockChange changes the clock. Members that are absent change nothing; those that
// are there are done in this order: Speed, Paused, Advance.
type ClockChange struct {
	Speed  *float64 `json:"speed,omitempty"`
	Paused *bool    `json:"paused,omitempty"`
	// Advance lets time pass at once, also while the clock is paused.
	Advance Duration `json:"advance,omitempty"`
}

// Place is what an account has in a Region. Lists are ordered by name, activities
// by time, the latest first.
type Place struct {
	Home
	// Resources are what can be scaled, whether it is or not.
	Resources []Resource `json:"resources"`
	Targets   []Target   `json:"targets"`
	// Alarms are all that CloudWatch has, also those that nobody manages.
	Alarms     []Alarm    `json:"alarms"`
	Activities []Activity `json:"activities"`
	// Traffic is what arrives, without the recordings that are replayed.
	Traffic []Traffic `json:"traffic"`
}

// Resource is something that can be scaled in one dimension.
type Resource struct {
	Key
	// Status is in the words of its service, such as InService or UPDATING; of
	// a declared resource it is Settled or Changing.
	Status string `json:"status"`
	// Desired is what was asked for and Current what there is, in the unit of the
	// dimension.
	Desired int32 `json:"desired"`
	Current int32 `json:"current"`
	// Unit is what the dimension counts, such as "instances of a SageMaker endpoint
	// variant".
	Unit string `json:"unit"`
	// Declared says that no service of the cloud has the resource; Quota is how much
	// it can have then, 0 for no limit.
	Declared bool  `json:"declared,omitempty"`
	Quota    int32 `json:"quota,omitempty"`
}

// Target is a scalable target with what is under it.
type Target struct {
	Key
	ARN         string `json:"arn"`
	MinCapacity int32  `json:"minCapacity"`
	MaxCapacity int32  `json:"maxCapacity"`
	// Desired is what was asked for and Current what there is.
	Desired int32 `json:"desired"`
	Current int32 `json:"current"`
	// Settled says that what was asked for is there. Unscalable is why the resource
	// cannot be scaled now, if it cannot.
	Settled          bool              `json:"settled"`
	Unscalable       string            `json:"unscalable,omitempty"`
	Suspended        Suspended         `json:"suspended"`
	CreationTime     time.Time         `json:"creationTime"`
	Policies         []Policy          `json:"policies"`
	ScheduledActions []ScheduledAction `json:"scheduledActions"`
}

// Suspended is what a target does not do (AWS API: SuspendedState).
type Suspended struct {
	DynamicScalingIn  bool `json:"dynamicScalingIn"`
	DynamicScalingOut bool `json:"dynamicScalingOut"`
	ScheduledScaling  bool `json:"scheduledScaling"`
}

// Policy is a scaling policy.
type Policy struct {
	Name string `json:"name"`
	ARN  string `json:"arn"`
	// Type is TargetTrackingScaling, StepScaling or PredictiveScaling.
	Type         string    `json:"type"`
	CreationTime time.Time `json:"creationTime"`
	// Metric and TargetValue are those of target tracking: the predefined type, the
	// name of a customized metric, or the expression.
	Metric      string   `json:"metric,omitempty"`
	TargetValue *float64 `json:"targetValue,omitempty"`
	// Configuration is that of the type, as AWS's API has it.
	Configuration json.RawMessage `json:"configuration"`
	// Alarms are the names of those that invoke the policy.
	Alarms []string `json:"alarms"`
}

// ScheduledAction is a scheduled action.
type ScheduledAction struct {
	Name        string     `json:"name"`
	ARN         string     `json:"arn"`
	Schedule    string     `json:"schedule"`
	Timezone    string     `json:"timezone,omitempty"`
	Start       *time.Time `json:"start,omitempty"`
	End         *time.Time `json:"end,omitempty"`
	MinCapacity *int32     `json:"minCapacity,omitempty"`
	MaxCapacity *int32     `json:"maxCapacity,omitempty"`
	// Next are the next times at which it fires, at most three.
	Next []time.Time `json:"next"`
}

// Alarm is a CloudWatch alarm.
type Alarm struct {
	Name string `json:"name"`
	ARN  string `json:"arn"`
	// State is OK, ALARM or INSUFFICIENT_DATA, Since when it is that, and Reason
	// why, as CloudWatch says it.
	State  string    `json:"state"`
	Since  time.Time `json:"since"`
	Reason string    `json:"reason"`
	// Managed says that Application Auto Scaling keeps the alarm.
	Managed bool `json:"managed"`
	// Target and Policy are the first that the alarm invokes, if it does.
	Target *Key   `json:"target,omitempty"`
	Policy string `json:"policy,omitempty"`

	// Metric is a name for people: that of the metric, or the expression.
	Metric     string            `json:"metric"`
	Namespace  string            `json:"namespace,omitempty"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	Statistic  string            `json:"statistic,omitempty"`
	// Period is in seconds. DatapointsToAlarm of the last EvaluationPeriods have to
	// breach.
	Period             int32   `json:"period"`
	EvaluationPeriods  int32   `json:"evaluationPeriods"`
	DatapointsToAlarm  int32   `json:"datapointsToAlarm"`
	ComparisonOperator string  `json:"comparisonOperator"`
	Threshold          float64 `json:"threshold"`
	// Datapoints are the last of its metric, oldest first. Periods without data are
	// not among them.
	Datapoints []Datapoint `json:"datapoints"`
}

// Datapoint is the value of a metric in the period that begins at a time.
type Datapoint struct {
	Time  time.Time `json:"time"`
	Value float64   `json:"value"`
}

// Activity is a scaling activity (AWS API: ScalingActivity).
type Activity struct {
	Key
	ID          string     `json:"id"`
	Start       time.Time  `json:"start"`
	End         *time.Time `json:"end,omitempty"`
	Status      string     `json:"status"`
	Message     string     `json:"message,omitempty"`
	Description string     `json:"description"`
	Cause       string     `json:"cause"`
	// NotScaled are why the target was not scaled, if it was not.
	NotScaled []NotScaled `json:"notScaled,omitempty"`
}

// NotScaled is a reason not to scale (AWS API: NotScaledReason).
type NotScaled struct {
	Code            string `json:"code"`
	MinCapacity     *int32 `json:"minCapacity,omitempty"`
	MaxCapacity     *int32 `json:"maxCapacity,omitempty"`
	CurrentCapacity *int32 `json:"currentCapacity,omitempty"`
}

// Traffic is traffic that arrives at a resource. Of what is put, only the resource
// ID and the traffic must be there: account and Region are otherwise the cloud's
// own, and namespace and dimension follow from the resource ID if it leaves no
// choice.
type Traffic struct {
	Home
	Key
	Traffic traffic.Spec `json:"traffic"`

	// Begin, Rate and Problem are the cloud's to say: since when the traffic arrives,
	// how much of it in the minute that it is, and why it does not.
	Begin   time.Time `json:"begin,omitzero"`
	Rate    float64   `json:"rate"`
	Problem string    `json:"problem,omitempty"`
}

// Declared is a resource whose service is not in the cloud. Of what is put, only
// the resource ID and the capacity must be there, as for [Traffic]. Running and
// Settled are the cloud's to say.
type Declared struct {
	Home
	resources.Resource
}

// FaultType says what a [Fault] does.
type FaultType string

// The types of faults.
const (
	Latency     FaultType = "latency"     // calls wait for Delay before they are handled
	Throttle    FaultType = "throttle"    // a token bucket: calls beyond Rate and Burst are answered ThrottlingException
	Failure     FaultType = "error"       // calls are answered with Code, Message and Status
	Timeout     FaultType = "timeout"     // the connection stays open and there is never an answer
	Drop        FaultType = "drop"        // the connection is closed without an answer
	MetricDelay FaultType = "metricDelay" // metrics can be seen only Delay after they were put, by the cloud's clock
)

// Fault makes the cloud slow, failing or throttled. Which members belong to which
// type is in their comments; others are an error.
type Fault struct {
	// ID names the fault. Who puts a fault can choose it; it replaces the one that has
	// it. The only one of the type metricDelay has the ID "metricDelay".
	ID   string    `json:"id,omitempty"`
	Type FaultType `json:"type"`
	// Service, such as CloudWatch, and Operation, such as PutScalingPolicy, limit
	// the fault; not of a metricDelay.
	Service   string `json:"service,omitempty"`
	Operation string `json:"operation,omitempty"`

	// Delay is that of a latency or a metricDelay.
	Delay Duration `json:"delay,omitempty"`
	// Rate, in calls a second, and Burst are the token bucket that a throttle gives
	// to each account.
	Rate  *float64 `json:"rate,omitempty"`
	Burst *int     `json:"burst,omitempty"`
	// Code, Message and Status are the answer of an error; default:
	// InternalFailure, and the status that belongs to it (500) or to
	// ServiceUnavailable (503), or 400.
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Status  int    `json:"status,omitempty"`
	// AfterEffect lets the operation do its work before an error, a timeout or a drop:
	// the change is made and the caller does not know.
	AfterEffect bool `json:"afterEffect,omitempty"`

	// Times is how many calls the fault still hits, 0 for all; not of a metricDelay.
	Times int `json:"times,omitempty"`
	// For is how long the fault still lasts, by the clock on the wall; default: until
	// it is removed. Not of a metricDelay.
	For Duration `json:"for,omitempty"`
	// Hits is the cloud's to say: how many calls the fault has hit.
	Hits int `json:"hits"`
}

// Requests are the calls of AWS's operations since the cloud was started or reset.
type Requests struct {
	Total int `json:"total"`
	// Operations and Errors count the calls by operation and the failed ones by code.
	Operations map[string]int `json:"operations"`
	Errors     map[string]int `json:"errors"`
	// Last are the latest calls, at most 50, the latest first.
	Last []Request `json:"last"`
}

// Request is a call of an operation.
type Request struct {
	Home
	Time      time.Time `json:"time"`
	Service   string    `json:"service"`
	Operation string    `json:"operation"`
	Code      string    `json:"code,omitempty"` // of the error
	// Duration is how long it took, by the clock on the wall.
	Duration Duration `json:"duration"`
}

// HistoryQuery asks for the past of a target, or of one metric.
type HistoryQuery struct {
	Home
	// Key names a target. Namespace and dimension follow from the resource ID if
	// it leaves no choice.
	Key
	// Metric is asked for instead of a target if its name is not empty.
	Metric MetricQuery
	// From and To bound the time; default: the last three hours.
	From, To time.Time
}

// MetricQuery names a metric and a statistic of it over periods of seconds.
type MetricQuery struct {
	Namespace  string            `json:"namespace"`
	MetricName string            `json:"metricName"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	Statistic  string            `json:"statistic"` // default: Average
	Period     int32             `json:"period"`    // default: 60
	Unit       string            `json:"unit,omitempty"`
}

// History is the past of a target, or of one metric.
type History struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Capacity is what the target had: each point holds until the next. The first is
	// what it had at From.
	Capacity []CapacityPoint `json:"capacity"`
	// Metrics are what its alarms watch, or what was asked for.
	Metrics []MetricHistory `json:"metrics"`
	// Alarms are the states of its alarms, unless a metric was asked for.
	Alarms []AlarmHistory `json:"alarms"`
	// Activities are the scaling activities of the target that began in that time, the
	// latest first.
	Activities []Activity `json:"activities"`
	// Traffic is what arrived, by the minute, if traffic is attached.
	Traffic []Datapoint `json:"traffic"`
}

// CapacityPoint is what a target has from a time on.
type CapacityPoint struct {
	Time        time.Time `json:"time"`
	Desired     int32     `json:"desired"`
	Current     int32     `json:"current"`
	MinCapacity int32     `json:"minCapacity"`
	MaxCapacity int32     `json:"maxCapacity"`
}

// MetricHistory is the values of a metric.
type MetricHistory struct {
	// Metric is a name for people: that of the metric, or the expression.
	Metric string `json:"metric"`
	Period int32  `json:"period"` // seconds
	// Alarms are the names of those that watch it, and Thresholds their thresholds.
	Alarms     []string    `json:"alarms,omitempty"`
	Thresholds []float64   `json:"thresholds,omitempty"`
	Datapoints []Datapoint `json:"datapoints"`
}

// AlarmHistory is the states of an alarm.
type AlarmHistory struct {
	Name string `json:"name"`
	// States hold until the next. The first is what the alarm was at From, or when
	// it was made.
	States []AlarmState `json:"states"`
}

// AlarmState is what an alarm is from a time on.
type AlarmState struct {
	Time  time.Time `json:"time"`
	State string    `json:"state"`
}

// Event says that the state changed. There are at most four in a second.
type Event struct {
	Version  uint64 `json:"version"` // of the State
	Requests int    `json:"requests"`
	Clock    Clock  `json:"clock"`
}

// Error is the answer to a request that cannot be done.
type Error struct {
	// Text says what is wrong and what to write instead.
	Text string `json:"error"`
}

func (e *Error) Error() string { return e.Text }
