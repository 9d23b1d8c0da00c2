package autoscaling

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
	// PinBounds says that MinCapacity and MaxCapacity were edited since they
	// were last applied, so they are sent even when a scheduled action
	// explains the bounds that AWS has.
	PinBounds bool
	// Yield are the fields that are left as AWS has them: see [Yield].
	Yield []string
}

// DesiredPolicy declares a policy, or with Absent that it shall not exist.
type DesiredPolicy struct {
	Policy
	Absent bool
	Yield  []string // fields that are left as AWS has them
}

// DesiredAction declares a scheduled action, or with Absent that it shall not
// exist.
type DesiredAction struct {
	Action
	Absent bool
	Yield  []string // fields that are left as AWS has them
}
