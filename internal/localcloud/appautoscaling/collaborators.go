package appautoscaling

import (
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Alarms keeps CloudWatch alarms for the policies.
type Alarms interface {
	// Check tells why CloudWatch would refuse an alarm, in its words; nil: it would
	// not. The name, the description and the action are not looked at.
	Check(a Alarm) error
	// Reach tells why a call of an operation of CloudWatch fails that is about to
	// be made; nil: it does not.
	Reach(s wire.Scope, operation string) error
	// PutManaged creates an alarm that belongs to a target tracking policy and
	// passed Check.
	PutManaged(s wire.Scope, a Alarm)
	// Delete deletes managed alarms by name. Names that are unknown are
	// ignored: somebody may have deleted the alarm.
	Delete(s wire.Scope, names []string)
	// WithAction lists the alarms that have this ARN among their alarm
	// actions.
	WithAction(s wire.Scope, actionARN string) []AlarmRef
	// RemoveAction takes the ARN out of the alarm actions of all alarms. The
	// alarms stay.
	RemoveAction(s wire.Scope, actionARN string)
}

// Alarm is a CloudWatch alarm as Application Auto Scaling creates it (AWS API:
// PutMetricAlarm). Its actions are enabled; DatapointsToAlarm,
// TreatMissingData and the other lists of actions are not set.
type Alarm struct {
	Name        string
	Description string
	Action      string // the only alarm action

	// The metric: either these members or Metrics.
	Namespace  string
	MetricName string
	Dimensions []Dimension
	Statistic  string
	Unit       string // empty: none given
	Period     int32  // seconds
	// Metrics is the metric math of a customized metric specification; Period
	// is then that of each MetricStat and not the alarm's.
	Metrics []MetricQuery

	EvaluationPeriods  int32
	ComparisonOperator string
	Threshold          float64
}

// MetricQuery is one entry of metric math: an expression, or the metric of
// the other members (AWS API: MetricDataQuery).
type MetricQuery struct {
	ID         string
	Label      string
	ReturnData bool
	Expression string

	Namespace  string
	MetricName string
	Dimensions []Dimension
	Stat       string
	Unit       string
	Period     int32 // seconds; 0 for an expression
}

// AlarmRef names an alarm.
type AlarmRef struct{ Name, ARN string }

// Resource is what one scalable target scales. What keeps a target from being
// scaled now is in its status, what keeps it from a capacity in an error. Those of
// several targets are asked for their status at the same time.
type Resource = engine.Resource

// Registrable is a resource of which more is asked to be registered than to be
// scaled. The text of the error is answered to the caller.
type Registrable interface{ Registrable() error }

// Resources are what scalable targets scale.
type Resources interface {
	// Resource returns what a target scales, nil if the local cloud does not
	// have it. An error means that the resource has to exist and does not, or
	// that it cannot be scaled; its text is answered to the caller.
	Resource(s wire.Scope, id autoscaling.Identity) (Resource, error)
	// StandIn returns what is scaled instead of a resource that the local cloud
	// does not have, with a capacity to begin with.
	StandIn(s wire.Scope, id autoscaling.Identity, capacity int32) Resource
}

type noAlarms struct{}

func (noAlarms) Check(Alarm) error                        { return nil }
func (noAlarms) Reach(wire.Scope, string) error           { return nil }
func (noAlarms) PutManaged(wire.Scope, Alarm)             {}
func (noAlarms) Delete(wire.Scope, []string)              {}
func (noAlarms) WithAction(wire.Scope, string) []AlarmRef { return nil }
func (noAlarms) RemoveAction(wire.Scope, string)          {}

type noResources struct{}

func (noResources) Resource(wire.Scope, autoscaling.Identity) (Resource, error) { return nil, nil }

func (noResources) StandIn(_ wire.Scope, _ autoscaling.Identity, capacity int32) Resource {
	return engine.NewProvisioner(engine.Provisioning{Capacity: capacity})
}
