package scaling

// Behaviour is what AWS does not document about decisions. Options with names
// are strings, so that they can be listed, set and printed alike.
type Behaviour struct {
	// Aggregate makes one value of the recent datapoints that an alarm hands to
	// a target tracking policy. AWS documents that the policy follows "the
	// metric", not which datapoints.
	Aggregate Aggregate
	// ScaleInPace is how far one scale-in of a target tracking policy goes. AWS
	// documents "more gradually" than scale-out.
	ScaleInPace ScaleInPace
	// ScaleInGuard keeps a target tracking policy from removing so much that
	// the newest datapoint would be above target. AWS documents that it does
	// not scale in where that is likely; not by which datapoints.
	ScaleInGuard bool
	// FromZero is what a target tracking policy asks for when its metric is
	// above target and there is no capacity, which a proportion cannot grow
	// from. SageMaker documents that asynchronous endpoints then leave zero.
	FromZero FromZero
	// UnneededScaleIn is the reason recorded when a low alarm asks for less
	// and rounding up leaves the capacity as it is. AWS documents both reasons
	// and not when each is given.
	UnneededScaleIn ReasonCode
	// Credit is how the capacity that was added in a scale-out cooldown counts
	// towards the next scale-out. AWS documents that it counts, with an
	// example in which all readings agree.
	Credit Credit
	// CooldownPerTarget lets the cooldown of one policy hold for all policies of
	// the target. AWS's wording is per policy.
	CooldownPerTarget bool
	// CooldownBlocksScaleIn keeps a policy from scaling in during its scale-out
	// cooldown. AWS documents scale-in to wait for the scale-in cooldown only.
	CooldownBlocksScaleIn bool
	// PercentOfZero lets MinAdjustmentMagnitude apply to a percentage of no
	// capacity. Not documented by AWS.
	PercentOfZero bool

	// StepRule says by what a step includes its lower bound or its upper one.
	// AWS documents the two rules for metrics above and below "the breach
	// threshold", with examples that both include a metric at the threshold.
	StepRule StepRule
	// UnmatchedStep is what a step scaling policy does when no step holds the
	// metric. Not documented by AWS.
	UnmatchedStep UnmatchedStep

	// HighAlarmPeriods is EvaluationPeriods of the high alarm of metrics with a
	// period of a minute. 3 was seen for ECS. That of provisioned throughput is
	// documented by DynamoDB.
	HighAlarmPeriods int32
	// LowAlarmPeriods is EvaluationPeriods of the low alarm of metrics with a
	// period of a minute. 15 was seen for ECS and DynamoDB; reports for
	// customized metrics differ.
	LowAlarmPeriods int32
	// LowThresholdPercent is the threshold of the low alarm in percent of the
	// target value. 90 was seen for ECS; AWS documents "usually more than 10
	// percent lower". Provisioned throughput has another rule.
	LowThresholdPercent float64
	// FineHighAlarmPeriods is EvaluationPeriods of the high alarm of metrics of
	// high resolution. Not documented by AWS.
	FineHighAlarmPeriods int32
	// ConcurrencyLowAlarmPeriods is EvaluationPeriods of the low alarm of
	// SageMaker's concurrent requests, with a period of 10 seconds. SageMaker
	// documents that scale-in is as slow as with its other metrics.
	ConcurrencyLowAlarmPeriods int32
	// FineLowAlarmPeriods is EvaluationPeriods of the low alarm of metrics with
	// a period of 20 seconds, which are those of ECS. Not documented by AWS.
	FineLowAlarmPeriods int32
	// ConcurrencyStatistic is the statistic of the alarms on SageMaker's
	// concurrent requests. SageMaker documents Minimum and Maximum as valid.
	ConcurrencyStatistic ConcurrencyStatistic
	// ThroughputMargin is by how many percentage points of utilization the low
	// alarm of provisioned throughput is below the target. 20 was seen for
	// DynamoDB.
	ThroughputMargin float64
	// ProvisionedAlarmPeriods is EvaluationPeriods of the alarms that watch
	// whether provisioned throughput changes. Emulators differ.
	ProvisionedAlarmPeriods int32
}

// StepRule chooses between the rules for metrics above and below a threshold.
type StepRule string

// The ways to choose.
const (
	ByAlarm  StepRule = "byAlarm"  // by the alarm's comparison
	ByMetric StepRule = "byMetric" // by where the metric is; at the threshold by the alarm
)

// UnmatchedStep is what is done when no step holds the metric.
type UnmatchedStep string

// The ways to go on without a step.
const (
	NoStep      UnmatchedStep = "none"
	NearestStep UnmatchedStep = "nearest" // the step whose bounds are nearest
)

// ConcurrencyStatistic is a statistic of CloudWatch.
type ConcurrencyStatistic string

// The statistics that are valid for concurrent requests.
const (
	MaximumStatistic ConcurrencyStatistic = "Maximum"
	MinimumStatistic ConcurrencyStatistic = "Minimum"
)

// Aggregate is a way to make one value of several datapoints.
type Aggregate string

// The ways to aggregate.
const (
	Average Aggregate = "average"
	Latest  Aggregate = "latest"
	Maximum Aggregate = "maximum"
	Minimum Aggregate = "minimum"
)

// ScaleInPace is a limit for one scale-in.
type ScaleInPace string

// The paces.
const (
	Proportional ScaleInPace = "proportional" // what the formula says
	OneAtATime   ScaleInPace = "one"          // one unit for each activity
)

// FromZero is a way to leave zero capacity.
type FromZero string

// The ways to leave zero.
const (
	ToOne    FromZero = "one"          // one unit
	ToMetric FromZero = "proportional" // as from one unit
	Stay     FromZero = "stay"
)

// Credit is a reading of the rule for scale-outs during a cooldown.
type Credit string

// The readings of the credit rule.
const (
	// CreditFromBase applies the policy to the capacity before the cooldown's
	// scale-outs, and adds what is then missing.
	CreditFromBase Credit = "base"
	// CreditFromChange applies the policy to the capacity now, and subtracts
	// what was added already.
	CreditFromChange Credit = "change"
)

// DefaultBehaviour returns the most likely behaviour.
func DefaultBehaviour() Behaviour {
	return Behaviour{
		Aggregate:                  Average,
		ScaleInPace:                Proportional,
		ScaleInGuard:               true,
		FromZero:                   ToOne,
		UnneededScaleIn:            AlreadyAtDesiredCapacity,
		Credit:                     CreditFromBase,
		PercentOfZero:              true,
		StepRule:                   ByAlarm,
		UnmatchedStep:              NoStep,
		HighAlarmPeriods:           3,
		LowAlarmPeriods:            15,
		LowThresholdPercent:        90,
		FineHighAlarmPeriods:       3,
		ConcurrencyLowAlarmPeriods: 90,
		FineLowAlarmPeriods:        30,
		ConcurrencyStatistic:       MaximumStatistic,
		ThroughputMargin:           20,
		ProvisionedAlarmPeriods:    3,
	}
}
