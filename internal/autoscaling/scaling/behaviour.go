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

	// LowAlarmPeriods is EvaluationPeriods of the low alarm of metrics with a
	// period of a minute. 15 was seen for ECS and DynamoDB; reports for
	// customized metrics differ.
	LowAlarmPeriods int32
	// LowThresholdPercent is the threshold of the low alarm in percent of the
	// target value. 90 was seen for ECS; AWS documents "usually more than 10
	// percent lower". Provisioned throughput has another rule.
	LowThresholdPercent float64
}

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
		Aggregate:           Average,
		ScaleInPace:         Proportional,
		ScaleInGuard:        true,
		FromZero:            ToOne,
		UnneededScaleIn:     AlreadyAtDesiredCapacity,
		Credit:              CreditFromBase,
		PercentOfZero:       true,
		LowAlarmPeriods:     15,
		LowThresholdPercent: 90,
	}
}
