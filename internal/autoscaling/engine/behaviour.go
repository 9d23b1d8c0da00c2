package engine

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/schedule"
)

// Behaviour is all that AWS does not document and that decides how a target
// scales. Every member has an entry in [BehaviourOptions].
type Behaviour struct {
	Alarm    alarm.Behaviour
	Scaling  scaling.Behaviour
	Schedule schedule.Options

	// BusyScheduledAction is what a scheduled action does whose resource cannot
	// be scaled when it fires.
	BusyScheduledAction BusyScheduledAction
	// UnfulfilledAfter is how long an activity may be under way before it ends
	// as Unfulfilled; 0: as long as it takes. AWS documents the status, not the
	// time; an activity was seen under way for more than 30 minutes.
	UnfulfilledAfter time.Duration
	// RepeatNotScaled records every decision not to scale, also one that
	// repeats the latest activity.
	RepeatNotScaled bool
	// RaiseMaxWhenClose lets a forecast raise the maximum when it exceeds it
	// together with its buffer, not only by itself.
	RaiseMaxWhenClose bool
	// SuspensionStopsEnforcement leaves the capacity as it is when the bounds of
	// a target with any suspended flag are set.
	SuspensionStopsEnforcement bool
	// SuspensionStopsForecasts lets DynamicScalingOutSuspended stop predictive
	// scaling. AWS documents the flag for policies that alarms invoke.
	SuspensionStopsForecasts bool
	// ScaleInReadyFor is how long a target tracking policy is ready to scale in
	// after its low alarm invoked it last. AWS documents that all policies have
	// to be ready, and not what ready is.
	ScaleInReadyFor time.Duration
	// ForecastLoad is what the load of the predefined metrics of predictive
	// scaling adds up.
	ForecastLoad ForecastLoad
}

// ForecastLoad is what an hour of the load metric behind a predefined type of
// predictive scaling is, of which the scaling metric is the average.
type ForecastLoad string

// The loads.
const (
	LoadByMinute ForecastLoad = "minutes" // the sum over minutes and units
	LoadByHour   ForecastLoad = "hours"   // the sum over units
)

// BusyScheduledAction is what a scheduled action does whose resource is busy.
type BusyScheduledAction string

// The ways to go on.
const (
	Fail  BusyScheduledAction = "fail"  // the action fails and changes nothing
	Defer BusyScheduledAction = "defer" // the bounds change, and the capacity when it can
)

// DefaultBehaviour returns the most likely behaviour.
func DefaultBehaviour() Behaviour {
	return Behaviour{
		Alarm:               alarm.DefaultBehaviour(),
		Scaling:             scaling.DefaultBehaviour(),
		BusyScheduledAction: Fail,
		RaiseMaxWhenClose:   true,
		ScaleInReadyFor:     time.Minute,
		ForecastLoad:        LoadByMinute,
	}
}

// BehaviourOption describes one member of [Behaviour] for documentation and for
// reports of what depends on it.
type BehaviourOption struct {
	Name         string
	Meaning      string
	Default      string
	Alternatives []string // other values worth trying
	Documented   string   // what AWS says
	Source       string   // what the default rests on
}

// BehaviourOptions lists all that is not documented by AWS, with its default.
func BehaviourOptions() []BehaviourOption {
	defaults := DefaultBehaviour()
	list := make([]BehaviourOption, len(options))
	for i, o := range options {
		list[i] = o.BehaviourOption
		list[i].Default = o.get(&defaults)
	}
	return list
}

// options is the table behind [BehaviourOptions] and [Behaviour.Set].
var options = []option{
	count(BehaviourOption{
		Name: "alarmExtraDatapoints", Alternatives: []string{"0", "1", "5"},
		Meaning:    "By how many datapoints the evaluation range of an alarm is longer than its evaluation periods.",
		Documented: "CloudWatch retrieves more datapoints than evaluation periods; the number depends on period and resolution.",
		Source:     "Amazon CloudWatch User Guide, the one example: 5 for 3.",
	}, func(b *Behaviour) *int { return &b.Alarm.ExtraDatapoints }),
	duration(BehaviourOption{
		Name: "metricDelay", Alternatives: []string{"0s", "2m0s"},
		Meaning:    "How long after its period a datapoint enters the evaluation of alarms.",
		Documented: "New metric statistics can take up to about two minutes to be seen.",
		Source:     "Published alarm notifications: the newest period ended 34 to 95 seconds before the evaluation.",
	}, func(b *Behaviour) *time.Duration { return &b.Alarm.MetricDelay }),
	word(BehaviourOption{
		Name: "trackingAggregate", Alternatives: []string{"latest", "maximum", "minimum"},
		Meaning:    "How target tracking makes one value of the recent datapoints of an alarm.",
		Documented: "Capacity changes in proportion to the metric; not of which datapoints.",
		Source:     "Inferred; a third-party emulator does the same.",
	}, func(b *Behaviour) *scaling.Aggregate { return &b.Scaling.Aggregate }, "average"),
	word(BehaviourOption{
		Name: "scaleInPace", Alternatives: []string{"one"},
		Meaning:    "How much one scale-in of target tracking removes: what the proportion says, or one unit.",
		Documented: "Scale-in is more gradual than scale-out.",
		Source:     "Inferred from the rounding rule, which holds for both directions.",
	}, func(b *Behaviour) *scaling.ScaleInPace { return &b.Scaling.ScaleInPace }, "proportional"),
	flag(BehaviourOption{
		Name: "scaleInGuard", Alternatives: []string{"false"},
		Meaning:    "Whether target tracking removes only so much that the newest datapoint would still be at or below target.",
		Documented: "There is no scale-in if it would likely bring the metric above target; not by which datapoints.",
		Source:     "Inferred.",
	}, func(b *Behaviour) *bool { return &b.Scaling.ScaleInGuard }),
	word(BehaviourOption{
		Name: "scaleOutFromZero", Alternatives: []string{"proportional", "stay"},
		Meaning:    "What target tracking asks for above target when there is no capacity.",
		Documented: "Asynchronous SageMaker endpoints leave zero when the backlog exceeds the target; not how far.",
		Source:     "A third-party emulator.",
	}, func(b *Behaviour) *scaling.FromZero { return &b.Scaling.FromZero }, "one"),
	word(BehaviourOption{
		Name: "unneededScaleInReason", Alternatives: []string{"AutoScalingAnticipatedFlapping"},
		Meaning:    "The reason recorded when less capacity would be too little.",
		Documented: "Both reasons are listed; not when each is given.",
		Source:     "The wording of the reasons.",
	}, func(b *Behaviour) *scaling.ReasonCode { return &b.Scaling.UnneededScaleIn }, "AlreadyAtDesiredCapacity"),
	word(BehaviourOption{
		Name: "cooldownCredit", Alternatives: []string{"change"},
		Meaning:    "In a scale-out cooldown, whether a policy decides from the capacity before it, or from that of now less what was added.",
		Documented: "What was added counts as part of the next scale-out: after +2, a +3 adds one.",
		Source:     "Inferred; the readings agree in the example.",
	}, func(b *Behaviour) *scaling.Credit { return &b.Scaling.Credit }, "base"),
	flag(BehaviourOption{
		Name: "cooldownPerTarget", Alternatives: []string{"true"},
		Meaning:    "Whether the cooldown of one policy holds for all policies of the target.",
		Documented: "The wording is about the policy.",
		Source:     "Application Auto Scaling User Guide, wording.",
	}, func(b *Behaviour) *bool { return &b.Scaling.CooldownPerTarget }),
	flag(BehaviourOption{
		Name: "scaleOutCooldownBlocksScaleIn", Alternatives: []string{"true"},
		Meaning:    "Whether a policy waits for its scale-out cooldown before it scales in.",
		Documented: "Scale-in waits for the scale-in cooldown; nothing is said of the other.",
		Source:     "Inferred.",
	}, func(b *Behaviour) *bool { return &b.Scaling.CooldownBlocksScaleIn }),
	flag(BehaviourOption{
		Name: "magnitudeOfZero", Alternatives: []string{"false"},
		Meaning:    "Whether MinAdjustmentMagnitude applies to a percentage of no capacity.",
		Documented: "Nothing.",
		Source:     "Inferred from the rule without exception.",
	}, func(b *Behaviour) *bool { return &b.Scaling.PercentOfZero }),
	count(BehaviourOption{
		Name: "highAlarmPeriods", Alternatives: []string{"1", "2", "5"},
		Meaning:    "How many minutes a metric must be high before target tracking scales out; not of provisioned throughput, for which AWS documents two.",
		Documented: "Alarms are managed by the service and not to be relied on.",
		Source:     "Seen of ECS; inferred for other services.",
	}, func(b *Behaviour) *int32 { return &b.Scaling.HighAlarmPeriods }),
	count(BehaviourOption{
		Name: "lowAlarmPeriods", Alternatives: []string{"3", "9"},
		Meaning:    "How many minutes a metric must be low before target tracking scales in.",
		Documented: "Alarms are managed by the service and not to be relied on.",
		Source:     "Seen of ECS and DynamoDB; reports for customized metrics differ.",
	}, func(b *Behaviour) *int32 { return &b.Scaling.LowAlarmPeriods }),
	fraction(BehaviourOption{
		Name: "lowThresholdPercent", Alternatives: []string{"70", "85"},
		Meaning:    "The threshold of the low alarm in percent of the target value.",
		Documented: "Usually more than 10 percent lower than the target value.",
		Source:     "Seen of ECS.",
	}, func(b *Behaviour) *float64 { return &b.Scaling.LowThresholdPercent }),
	number(BehaviourOption{
		Name: "nonexistentLocalTime", Alternatives: []string{"skip"},
		Meaning:    "What becomes of a scheduled local time that a change of the clocks skips.",
		Documented: "Schedules adjust to daylight saving time; not how.",
		Source:     "Inferred.",
	}, func(b *Behaviour) *schedule.Nonexistent { return &b.Schedule.Nonexistent }, "afterGap", "skip"),
	number(BehaviourOption{
		Name: "ambiguousLocalTime", Alternatives: []string{"both"},
		Meaning:    "What becomes of a scheduled local time that a change of the clocks repeats.",
		Documented: "Schedules adjust to daylight saving time; not how.",
		Source:     "Inferred.",
	}, func(b *Behaviour) *schedule.Ambiguous { return &b.Schedule.Ambiguous }, "first", "both"),
	number(BehaviourOption{
		Name: "rateFirstRun", Alternatives: []string{"atCreation"},
		Meaning:    "When a rate without start time fires first.",
		Documented: "Nothing.",
		Source:     "Inferred.",
	}, func(b *Behaviour) *schedule.FirstRun { return &b.Schedule.FirstRun }, "afterInterval", "atCreation"),
	word(BehaviourOption{
		Name: "busyScheduledAction", Alternatives: []string{"defer"},
		Meaning:    "What a scheduled action does whose resource cannot be scaled when it fires.",
		Documented: "The action fails; not whether the bounds change.",
		Source:     "Application Auto Scaling User Guide, wording.",
	}, func(b *Behaviour) *BusyScheduledAction { return &b.BusyScheduledAction }, "fail"),
	duration(BehaviourOption{
		Name: "unfulfilledAfter", Alternatives: []string{"30m0s", "1h0m0s"},
		Meaning:    "After how long an activity ends as Unfulfilled; 0s for never.",
		Documented: "The status; not the time.",
		Source:     "An activity was seen under way for more than 30 minutes.",
	}, func(b *Behaviour) *time.Duration { return &b.UnfulfilledAfter }),
	flag(BehaviourOption{
		Name: "repeatNotScaled", Alternatives: []string{"true"},
		Meaning:    "Whether a decision not to scale is recorded again while it stays the same.",
		Documented: "Nothing.",
		Source:     "A third-party emulator.",
	}, func(b *Behaviour) *bool { return &b.RepeatNotScaled }),
	flag(BehaviourOption{
		Name: "raiseMaxWhenClose", Alternatives: []string{"false"},
		Meaning:    "Whether a forecast raises the maximum already when it exceeds it together with its buffer.",
		Documented: "The buffer is used when the forecast is close to or exceeds the maximum; not how close.",
		Source:     "Inferred from the wording.",
	}, func(b *Behaviour) *bool { return &b.RaiseMaxWhenClose }),
	flag(BehaviourOption{
		Name: "suspensionStopsEnforcement", Alternatives: []string{"true"},
		Meaning:    "Whether a target with a suspended flag keeps its capacity when its bounds are set.",
		Documented: "The flags suspend policies and scheduled actions.",
		Source:     "Inferred from the wording.",
	}, func(b *Behaviour) *bool { return &b.SuspensionStopsEnforcement }),
	flag(BehaviourOption{
		Name: "suspensionStopsForecasts", Alternatives: []string{"true"},
		Meaning:    "Whether suspending dynamic scale-out stops predictive scaling too.",
		Documented: "The flags name dynamic scaling, which alarms trigger, and scheduled scaling.",
		Source:     "Inferred from the wording.",
	}, func(b *Behaviour) *bool { return &b.SuspensionStopsForecasts }),
	duration(BehaviourOption{
		Name: "scaleInReadyFor", Alternatives: []string{"2m0s", "5m0s"},
		Meaning:    "How long a policy is ready to scale in after its low alarm invoked it, while others are not yet.",
		Documented: "All target tracking policies must be ready to scale in; not what ready is.",
		Source:     "Inferred: an alarm in ALARM invokes its policy once a minute.",
	}, func(b *Behaviour) *time.Duration { return &b.ScaleInReadyFor }),
	word(BehaviourOption{
		Name: "forecastLoad", Alternatives: []string{"hours"},
		Meaning:    "What an hour of the load behind a predefined type of predictive scaling adds up: every minute of each unit, or the mean of each unit. Only the local AWS forecasts from metrics.",
		Documented: "Load and scaling metric belong together; not the metrics behind them.",
		Source:     "Inferred: the statistic Sum of a metric that each unit puts once a minute.",
	}, func(b *Behaviour) *ForecastLoad { return &b.ForecastLoad }, "minutes"),
	word(BehaviourOption{
		Name: "stepRule", Alternatives: []string{"byMetric"},
		Meaning:    "Whether the alarm or the metric says that a step includes its lower bound (above the threshold) or its upper one (below).",
		Documented: "One rule for metrics above the breach threshold, one for those below; both examples include a metric at it.",
		Source:     "Inferred; a third-party emulator does the same.",
	}, func(b *Behaviour) *scaling.StepRule { return &b.Scaling.StepRule }, "byAlarm"),
	word(BehaviourOption{
		Name: "unmatchedStep", Alternatives: []string{"nearest"},
		Meaning:    "What a step scaling policy does when no step holds the metric.",
		Documented: "Nothing.",
		Source:     "Inferred.",
	}, func(b *Behaviour) *scaling.UnmatchedStep { return &b.Scaling.UnmatchedStep }, "none"),
	count(BehaviourOption{
		Name: "fineHighAlarmPeriods", Alternatives: []string{"1", "6"},
		Meaning:    "How many periods of 10 or 20 seconds a metric of high resolution must be high before target tracking scales out.",
		Documented: "Scale-out is much faster than with other metrics.",
		Source:     "Inferred from the alarms of other metrics; for ECS a third-party emulator.",
	}, func(b *Behaviour) *int32 { return &b.Scaling.FineHighAlarmPeriods }),
	count(BehaviourOption{
		Name: "concurrencyLowAlarmPeriods", Alternatives: []string{"30"},
		Meaning:    "How many periods of 10 seconds SageMaker's concurrent requests must be low before target tracking scales in.",
		Documented: "Scale-in is as fast as with other metrics.",
		Source:     "Inferred: 15 minutes.",
	}, func(b *Behaviour) *int32 { return &b.Scaling.ConcurrencyLowAlarmPeriods }),
	count(BehaviourOption{
		Name: "fineLowAlarmPeriods", Alternatives: []string{"45"},
		Meaning:    "How many periods of 20 seconds the high-resolution metrics of ECS must be low before target tracking scales in.",
		Documented: "Nothing.",
		Source:     "A third-party emulator.",
	}, func(b *Behaviour) *int32 { return &b.Scaling.FineLowAlarmPeriods }),
	word(BehaviourOption{
		Name: "concurrencyStatistic", Alternatives: []string{"Minimum"},
		Meaning:    "The statistic of the alarms on SageMaker's concurrent requests.",
		Documented: "Minimum and Maximum are valid.",
		Source:     "Inferred.",
	}, func(b *Behaviour) *scaling.ConcurrencyStatistic { return &b.Scaling.ConcurrencyStatistic }, "Maximum"),
	fraction(BehaviourOption{
		Name: "throughputMargin", Alternatives: []string{"10", "30"},
		Meaning:    "By how many percentage points of utilization the low alarm of provisioned throughput is below the target.",
		Documented: "The alarm exists.",
		Source:     "Seen of DynamoDB, as a third-party emulator explains it; Keyspaces is taken to be alike.",
	}, func(b *Behaviour) *float64 { return &b.Scaling.ThroughputMargin }),
	count(BehaviourOption{
		Name: "provisionedAlarmPeriods", Alternatives: []string{"2"},
		Meaning:    "After how many periods of five minutes alarms notice that provisioned throughput changed. In the engine the change itself renews the alarms.",
		Documented: "The alarms exist.",
		Source:     "Two emulators, which differ: 3, and 2 for the high one.",
	}, func(b *Behaviour) *int32 { return &b.Scaling.ProvisionedAlarmPeriods }),
	number(BehaviourOption{
		Name: "dueAtEnd", Alternatives: []string{"skip"},
		Meaning:    "Whether a recurring action that is due exactly at its end time runs.",
		Documented: "It stops repeating after the end time.",
		Source:     "Inferred from the wording.",
	}, func(b *Behaviour) *schedule.AtEnd { return &b.Schedule.AtEnd }, "fire", "skip"),
	number(BehaviourOption{
		Name: "atPeriod", Alternatives: []string{"ignore"},
		Meaning:    "Whether start and end time bound a one-time action too.",
		Documented: "Start and end time are explained for recurring actions.",
		Source:     "Inferred: the API takes both for every schedule.",
	}, func(b *Behaviour) *schedule.AtPeriod { return &b.Schedule.AtPeriod }, "heed", "ignore"),
}
