package appautoscaling

import "github.com/setpoint-io/setpoint/internal/localcloud/wire"

// Alarms keeps CloudWatch alarms for the policies.
type Alarms interface {
	// PutManaged creates an alarm that belongs to a target tracking policy.
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

// Dimension is a dimension of a CloudWatch metric.
type Dimension struct{ Name, Value string }

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

// Resources are what scalable targets scale.
type Resources interface {
	// Capacity returns what the resource has. The zero Capacity means that
	// resources of this kind do not live in the local cloud. An error means
	// that the resource does not exist or cannot be scaled; its text is
	// answered to the caller.
	Capacity(s wire.Scope, namespace, resourceID, dimension string) (Capacity, error)
	// SetCapacity changes the desired capacity.
	SetCapacity(s wire.Scope, namespace, resourceID, dimension string, capacity int32) error
}

// Capacity is the capacity of a resource, in the unit of its dimension.
type Capacity struct {
	Known   bool
	Active  bool  // the resource can be scaled now
	Desired int32 // what its service was last asked for
}

type noAlarms struct{}

func (noAlarms) PutManaged(wire.Scope, Alarm)             {}
func (noAlarms) Delete(wire.Scope, []string)              {}
func (noAlarms) WithAction(wire.Scope, string) []AlarmRef { return nil }
func (noAlarms) RemoveAction(wire.Scope, string)          {}

type noResources struct{}

func (noResources) Capacity(wire.Scope, string, string, string) (Capacity, error) {
	return Capacity{}, nil
}
func (noResources) SetCapacity(wire.Scope, string, string, string, int32) error { return nil }
