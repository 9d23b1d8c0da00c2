package scaling

import (
	"fmt"
	"time"
)

// StatusCode is how far a scaling activity has come (AWS API: ScalingActivity).
type StatusCode string

// The status codes.
const (
	InProgress  StatusCode = "InProgress"
	Successful  StatusCode = "Successful"
	Overridden  StatusCode = "Overridden"
	Unfulfilled StatusCode = "Unfulfilled"
	Failed      StatusCode = "Failed"
)

// ReasonCode says why a target was not scaled (AWS API: NotScaledReason).
type ReasonCode string

// The reasons not to scale.
const (
	AnticipatedFlapping       ReasonCode = "AutoScalingAnticipatedFlapping"
	TargetServiceUnscalable   ReasonCode = "TargetServicePutResourceAsUnscalable"
	AlreadyAtMaxCapacity      ReasonCode = "AlreadyAtMaxCapacity"
	AlreadyAtMinCapacity      ReasonCode = "AlreadyAtMinCapacity"
	AlreadyAtDesiredCapacity  ReasonCode = "AlreadyAtDesiredCapacity"
	attemptDueToAlarm                    = "Attempting to scale due to alarm triggered"
	waitingForTheTargetToMove            = "Waiting for change to be fulfilled by"
)

// NotScaledReason is a reason with the capacity that it names, if any.
type NotScaledReason struct {
	Code            ReasonCode
	MaxCapacity     *int32
	MinCapacity     *int32
	CurrentCapacity *int32
}

// NotScaled returns the reason with the member that belongs to it.
func NotScaled(code ReasonCode, bounds Bounds, current int32) NotScaledReason {
	r := NotScaledReason{Code: code}
	switch code {
	case AlreadyAtMaxCapacity:
		r.MaxCapacity = &bounds.Max
	case AlreadyAtMinCapacity:
		r.MinCapacity = &bounds.Min
	case AlreadyAtDesiredCapacity:
		r.CurrentCapacity = &current
	case AnticipatedFlapping, TargetServiceUnscalable:
	}
	return r
}

// Activity is a scaling activity (AWS API: ScalingActivity). Its ID counts the
// activities of a target.
type Activity struct {
	ID            int64
	Description   string
	Cause         string
	Start         time.Time
	End           time.Time // zero until it is over, and for those that have none
	StatusCode    StatusCode
	StatusMessage string
	NotScaled     []NotScaledReason

	From, To int32  // of a change of capacity
	Policy   string // whose decision it was; empty for bounds and actions
}

// Final reports whether the activity is over.
func (a Activity) Final() bool { return a.StatusCode != InProgress }

// Wording are the words of a target that activities use.
type Wording struct {
	Noun      string // such as "desired instance count"
	Namespace string // such as "sagemaker"
}

// Setting describes a change of capacity.
func (w Wording) Setting(n int32) string { return fmt.Sprintf("Setting %s to %d.", w.Noun, n) }

// Accepted is the message while the change is under way.
func (w Wording) Accepted(n int32) string {
	return fmt.Sprintf("Successfully set %s to %d. %s %s.", w.Noun, n, waitingForTheTargetToMove, w.Namespace)
}

// Fulfilled is the message of a change that was completed.
func (w Wording) Fulfilled(n int32) string {
	return fmt.Sprintf("Successfully set %s to %d. Change successfully fulfilled by %s.", w.Noun, n, w.Namespace)
}

// Refused is the message of a change that the service of the resource refused.
func (w Wording) Refused(n int32, reason string) string {
	return fmt.Sprintf("Failed to set %s to %d. Reason: %s", w.Noun, n, reason)
}

// ChangedLater is the message of a change that a later one overrode. Seen in
// part; not documented by AWS.
func (w Wording) ChangedLater(n, later int32) string {
	return fmt.Sprintf("Successfully set %s to %d. Found it was later changed to %d.", w.Noun, n, later)
}

// NotFulfilled is the message of a change that did not come to its end in time.
// The words are not documented by AWS.
func (w Wording) NotFulfilled(n int32) string {
	return fmt.Sprintf("Successfully set %s to %d. The change was not fulfilled by %s in time.", w.Noun, n, w.Namespace)
}

// Triggered is the cause of what an alarm made a policy do.
func Triggered(alarm, policy string) string {
	return fmt.Sprintf("monitor alarm %s in state ALARM triggered policy %s", alarm, policy)
}

// Attempt describes an activity that did not scale.
func Attempt() string { return attemptDueToAlarm }

// MinimumSet and MaximumSet are the causes of bringing a capacity into bounds.
func MinimumSet(n int32) string { return fmt.Sprintf("minimum capacity was set to %d", n) }

// MaximumSet is like [MinimumSet].
func MaximumSet(n int32) string { return fmt.Sprintf("maximum capacity was set to %d", n) }

// ActionTriggered is the cause of what a scheduled action does.
func ActionTriggered(action string) string {
	return fmt.Sprintf("scheduled action name %s was triggered", action)
}

// Forecasted is the cause of a scale-out by a forecast. The words are not
// documented by AWS.
func Forecasted(policy string) string {
	return fmt.Sprintf("predictive scaling forecast triggered policy %s", policy)
}

// BoundsText names the bounds that are set, as the activities of scheduled
// actions do. The words for one bound alone are not documented by AWS.
func BoundsText(minimum, maximum *int32) string {
	switch {
	case minimum != nil && maximum != nil:
		return fmt.Sprintf("min capacity to %d and max capacity to %d", *minimum, *maximum)
	case minimum != nil:
		return fmt.Sprintf("min capacity to %d", *minimum)
	case maximum != nil:
		return fmt.Sprintf("max capacity to %d", *maximum)
	default:
		return ""
	}
}

// NotScalable is the message of a scheduled action whose resource cannot be
// scaled at that time.
func NotScalable(resourceID, reason string) string {
	return fmt.Sprintf("Resource Id [%s] is not scalable. Reason: %s", resourceID, reason)
}
