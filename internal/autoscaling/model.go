package autoscaling

import "time"

// PolicyType is AWS's name for the kind of a scaling policy.
type PolicyType string

// The policy types of PutScalingPolicy.
const (
	TargetTrackingScaling PolicyType = "TargetTrackingScaling"
	StepScaling           PolicyType = "StepScaling"
	PredictiveScaling     PolicyType = "PredictiveScaling"
)

// Target is what somebody declares for a scalable target. A nil or empty
// member is not declared: AWS keeps what it has.
type Target struct {
	MinCapacity *int32
	MaxCapacity *int32
	RoleARN     string // empty: AWS uses the service-linked role
	Suspended   Suspension
	Tags        map[string]string // declared tags; tags of others are left alone
	RemovedTags []string          // keys that were declared once and are no more
}

// Suspension holds the three switches of SuspendedState. Nil means that the
// switch is not declared and stays as it is in AWS.
type Suspension struct {
	DynamicScalingIn  *bool
	DynamicScalingOut *bool
	ScheduledScaling  *bool
}

// Policy is what somebody declares for a scaling policy; exactly the
// configuration that belongs to Type is set.
type Policy struct {
	Name           string
	Type           PolicyType
	TargetTracking *TargetTracking
	Step           *Step
	Predictive     *Predictive
}

// TargetTracking is TargetTrackingScalingPolicyConfiguration. Cooldowns are in
// seconds; nil means AWS's default for the service namespace.
type TargetTracking struct {
	TargetValue      *float64
	DisableScaleIn   *bool
	ScaleInCooldown  *int32
	ScaleOutCooldown *int32
	Predefined       *PredefinedMetric
	Customized       *CustomizedMetric
}

// PredefinedMetric is PredefinedMetricSpecification. ResourceLabel is used
// with ALBRequestCountPerTarget only.
type PredefinedMetric struct {
	Type          string
	ResourceLabel string
}

// CustomizedMetric is CustomizedMetricSpecification: either one metric named
// by the flat members, or metric math in Metrics.
type CustomizedMetric struct {
	MetricName string
	Namespace  string
	Dimensions []Dimension
	Statistic  string
	Unit       string
	Metrics    []MetricQuery
}

// Dimension is a CloudWatch metric dimension.
type Dimension struct{ Name, Value string }

// MetricQuery is one entry of a metric math array: an expression over other
// entries, or a metric. ReturnData nil means true (AWS API:
// TargetTrackingMetricDataQuery).
type MetricQuery struct {
	ID         string
	Expression string
	Stat       *MetricStat
	Label      string
	ReturnData *bool
}

// MetricStat names a metric and the statistic to take of it.
type MetricStat struct {
	Namespace  string
	MetricName string
	Dimensions []Dimension
	Stat       string
	Unit       string
}

// Step is StepScalingPolicyConfiguration. Cooldown is in seconds.
type Step struct {
	AdjustmentType         string
	Adjustments            []StepAdjustment
	MinAdjustmentMagnitude *int32
	Cooldown               *int32
	MetricAggregationType  string
}

// StepAdjustment is one step; the bounds are relative to the alarm threshold
// and nil means infinity.
type StepAdjustment struct {
	LowerBound *float64
	UpperBound *float64
	Adjustment int32
}

// Predictive is PredictiveScalingPolicyConfiguration. SchedulingBufferTime is
// in seconds, MaxCapacityBuffer in percent.
type Predictive struct {
	Metrics                   []PredictiveMetric
	Mode                      string
	SchedulingBufferTime      *int32
	MaxCapacityBreachBehavior string
	MaxCapacityBuffer         *int32
}

// PredictiveMetric is PredictiveScalingMetricSpecification: a predefined pair,
// or a load and a scaling metric, each predefined or customized.
type PredictiveMetric struct {
	TargetValue        *float64
	PredefinedPair     *PredefinedMetric
	PredefinedLoad     *PredefinedMetric
	PredefinedScaling  *PredefinedMetric
	CustomizedLoad     []MetricQuery
	CustomizedScaling  []MetricQuery
	CustomizedCapacity []MetricQuery
}

// Action is what somebody declares for a scheduled action. Start and End are
// instants; Timezone is an IANA name and empty means UTC.
type Action struct {
	Name        string
	Schedule    string
	Timezone    string
	Start       *time.Time
	End         *time.Time
	MinCapacity *int32
	MaxCapacity *int32
}
