// Package cloudwatch is the local cloud's Amazon CloudWatch: metrics, and metric
// alarms as a client and as Application Auto Scaling see them.
//
// Metrics are in a [metricstore.Store] for each account and Region. What is put
// can be read and listed at once, where AWS takes minutes, unless
// [Service.SetMetricDelay] says otherwise. Other services of the local cloud put
// with [Service.Record], and what evaluates alarms reads with
// [Service.Statistic]. Labels of GetMetricData are returned as they are given,
// also those that the real service would expand; linked accounts and
// Metrics Insights queries are not implemented.
//
// An alarm is what PutMetricAlarm configures ([Config]) and the state it is in
// ([Alarm]). A new alarm has insufficient data; an update overwrites the whole
// configuration and leaves the state alone. [Service.Happen] evaluates the
// alarms that are due (package alarm decides), writes their states and history,
// and lets them invoke the [Policies] that are actions of their state. Composite,
// log and PromQL alarms and anomaly detection models are not implemented and say
// so.
//
// Validation answers in AWS's words where real answers of AWS are known. AWS
// does not document the texts, so clients should not read them.
package cloudwatch

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// API is how the service appears on the wire: RPC v2 CBOR, AWS JSON 1.0 and
// the query protocol.
var API = wire.API{
	Namespace:       "http://monitoring.amazonaws.com/doc/2010-08-01/",
	Shapes:          "com.amazonaws.cloudwatch",
	Message:         "message",
	QueryCompatible: true,
}

// Options configure the service.
type Options struct {
	// Now is the clock of the cloud. Default: time.Now.
	Now func() time.Time
	// Policies are the scaling policies that alarms invoke. Default: none, whose
	// tasks are done by doing nothing.
	Policies Policies
	// Alarm is how alarms are evaluated where AWS does not document it. Default:
	// alarm.DefaultBehaviour.
	Alarm *alarm.Behaviour
	// Behaviour chooses among what else AWS does not document.
	Behaviour Behaviour
}

// Behaviour is what AWS does not document. The zero value is the most likely.
type Behaviour struct {
	// DeleteIgnoresMissing makes DeleteAlarms of a name that does not exist
	// succeed. The API model has the error ResourceNotFound for it, which is the
	// default; reports of the real service differ.
	DeleteIgnoresMissing bool
	// RefuseServiceNamespaces makes PutMetricData to a namespace that begins
	// with AWS/ fail. AWS says that one should not put there, and not what happens.
	RefuseServiceNamespaces bool
	// MaxQueryAge is how old the queryDate of the StateReasonData that
	// SetAlarmState is given may be for scaling policies to act on it; 0 means any
	// age, also none at all. Only a third-party emulator was found that limits
	// it, to between 6 and 16 seconds. AWS documents that the data are needed.
	MaxQueryAge time.Duration
}

// Service is Amazon CloudWatch. It is not safe for concurrent use.
type Service struct {
	options Options
	stores  map[place]*store
	delay   delay

	rounds [3]round // the alarms by how often they are evaluated
	due    []*watch // memory for one evaluation
	tasks  []task
}

// New returns a service without alarms.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Policies == nil {
		o.Policies = noPolicies{}
	}
	if o.Alarm == nil {
		o.Alarm = new(alarm.DefaultBehaviour())
	}
	return &Service{options: o, stores: map[place]*store{}, rounds: [3]round{{step: 10}, {step: 60}, {step: 3600}}}
}

// operations are the operations of the service by name.
var operations = map[string]func(*Service, *wire.Request) (any, error){
	"PutMetricAlarm":          (*Service).putMetricAlarm,
	"DescribeAlarms":          (*Service).describeAlarms,
	"DescribeAlarmsForMetric": (*Service).describeAlarmsForMetric,
	"DeleteAlarms":            (*Service).deleteAlarms,
	"SetAlarmState":           (*Service).setAlarmState,
	"EnableAlarmActions":      (*Service).enableAlarmActions,
	"DisableAlarmActions":     (*Service).disableAlarmActions,
	"ListTagsForResource":     (*Service).listTagsForResource,
	"TagResource":             (*Service).tagResource,
	"UntagResource":           (*Service).untagResource,
	"DescribeAlarmHistory":    (*Service).describeAlarmHistory,
	"PutMetricData":           (*Service).putMetricData,
	"GetMetricStatistics":     (*Service).getMetricStatistics,
	"GetMetricData":           (*Service).getMetricData,
	"ListMetrics":             (*Service).listMetrics,
}

// Operations lists the names of the operations.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

// Handle performs one operation.
func (s *Service) Handle(_ context.Context, r *wire.Request) (any, error) {
	operation, ok := operations[r.Operation]
	if !ok {
		return nil, wire.UnknownOperation("Amazon CloudWatch", r.Operation, operations)
	}
	return operation(s, r)
}

// The errors of CloudWatch: shape and code differ, because the service is older
// than its JSON and CBOR protocols (AWS API: CloudWatch, Common Errors).

func invalidValue(text string) *wire.Error {
	return &wire.Error{Code: "InvalidParameterValueException", QueryCode: "InvalidParameterValue", Message: text}
}

func invalidCombination(text string) *wire.Error {
	return &wire.Error{Code: "InvalidParameterCombinationException", QueryCode: "InvalidParameterCombination", Message: text}
}

func missingParameter(member string) *wire.Error {
	return &wire.Error{
		Code:      "MissingRequiredParameterException",
		QueryCode: "MissingParameter",
		Message:   "The parameter " + member + " is required.",
	}
}
