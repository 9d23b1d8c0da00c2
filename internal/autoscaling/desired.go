package autoscaling

import "time"

// Desired is everything that is declared for one scalable target. What is not
// named here is not managed: Diff never touches it.
type Desired struct {
	Target   *DesiredTarget // nil: nobody declares the target itself
	Policies []DesiredPolicy
	Actions  []DesiredAction
}

// DesiredTarget declares that the target shall be registered, or with Absent
// that it shall not.
type DesiredTarget struct {
	Target
	Absent bool
	// PinMin and PinMax say that the bound was edited since it was last applied,
	// so it is sent even when a scheduled action explains the one that AWS has.
	PinMin, PinMax bool
	// Yield are the fields that are left as AWS has them: see [Yield].
	Yield []string
	// Remembered are the bounds that an earlier plan explained by scheduled
	// actions. Their Base does not count.
	Remembered ScheduledBounds
}

// DesiredPolicy declares a policy, or with Absent that it shall not exist.
type DesiredPolicy struct {
	Policy
	Absent bool
	Yield  []string // fields that are left as AWS has them
	// Alarms are those that AWS made for the policy, with the settings that
	// they had when they were seen first. One that has other settings now was
	// edited. Nil: it does not matter whether they were.
	Alarms []Alarm
	// Unhealed are alarms that do not work and that a put of the policy did not
	// put right: see [Unhealed].
	Unhealed []Alarm
}

// DesiredAction declares a scheduled action, or with Absent that it shall not
// exist.
type DesiredAction struct {
	Action
	Absent bool
	Yield  []string // fields that are left as AWS has them
	// Written is when the action was last written to AWS: its schedule says
	// nothing about the time before. Zero: not known.
	Written time.Time
}
