package autoscaling

import "time"

// Observed is what AWS has for one scalable target at one time. The children
// are those that were asked for, and all others that the read happened to see.
type Observed struct {
	Target   *ObservedTarget // nil: not registered
	Policies []ObservedPolicy
	Actions  []ObservedAction
	// At is when the target was read, by AWS's clock: scheduled actions fire by
	// that one. Zero: not known.
	At       time.Time
	Capacity *Capacity // of the resource; nil: not read. It changes no plan, only what the plan says.
}

// ObservedTarget is a registered scalable target as AWS describes it.
type ObservedTarget struct {
	ARN               string // may be empty for targets older than 2023
	MinCapacity       int32
	MaxCapacity       int32
	RoleARN           string // always there; the service-linked role unless the service needs another
	PredictedCapacity *int32
	Suspended         ObservedSuspension
	CreationTime      time.Time
	Tags              map[string]string // nil: not read
}

// ObservedSuspension holds the three switches as AWS has them.
type ObservedSuspension struct {
	DynamicScalingIn  bool
	DynamicScalingOut bool
	ScheduledScaling  bool
}

// ObservedPolicy is a scaling policy as AWS describes it.
type ObservedPolicy struct {
	Policy
	ARN          string
	Alarms       []Alarm
	CreationTime time.Time
}

// Alarm is a CloudWatch alarm that belongs to a policy.
type Alarm struct {
	Name, ARN string
	// Problem says why the alarm cannot do its work, such as "is missing"; it is
	// empty when nothing is wrong, and when nobody looked.
	Problem string
	// Settings are what the alarm watches and does, by names such as
	// "threshold"; defaults are left out. Nil: nobody looked.
	Settings map[string]string
}

// ObservedAction is a scheduled action as AWS describes it.
type ObservedAction struct {
	Action
	ARN          string
	CreationTime time.Time
}

// Names returns the names of the policies or scheduled actions, in the order of
// the read.
func (o Observed) Names(kind Kind) []string {
	var names []string
	switch kind {
	case KindPolicy:
		for _, p := range o.Policies {
			names = append(names, p.Name)
		}
	case KindAction:
		for _, a := range o.Actions {
			names = append(names, a.Name)
		}
	case KindTarget: // has no name
	}
	return names
}

// Policy returns the policy with that name, or nil.
func (o Observed) Policy(name string) *ObservedPolicy {
	for i := range o.Policies {
		if o.Policies[i].Name == name {
			return &o.Policies[i]
		}
	}
	return nil
}

// Action returns the scheduled action with that name, or nil.
func (o Observed) Action(name string) *ObservedAction {
	for i := range o.Actions {
		if o.Actions[i].Name == name {
			return &o.Actions[i]
		}
	}
	return nil
}
