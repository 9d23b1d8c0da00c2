package autoscaling

// Kind says which part of the aggregate a change is about. The values are the
// names of the Kubernetes kinds.
type Kind string

// The three parts of the aggregate.
const (
	KindTarget Kind = "ScalableTarget"
	KindPolicy Kind = "ScalingPolicy"
	KindAction Kind = "ScheduledAction"
)

// Op is the AWS operation that carries a change out.
type Op string

// The operations that a plan is made of.
const (
	OpRegisterTarget   Op = "RegisterScalableTarget"
	OpDeregisterTarget Op = "DeregisterScalableTarget"
	OpTagTarget        Op = "TagResource"
	OpUntagTarget      Op = "UntagResource"
	OpPutPolicy        Op = "PutScalingPolicy"
	OpDeletePolicy     Op = "DeleteScalingPolicy"
	OpPutAction        Op = "PutScheduledAction"
	OpDeleteAction     Op = "DeleteScheduledAction"
)

// Verb says what a change does to the thing it is about.
type Verb string

// The verbs of a plan.
const (
	Create Verb = "create"
	Update Verb = "update"
	Delete Verb = "delete"
)

// Change is one AWS call of a plan.
type Change struct {
	Op   Op
	Verb Verb
	Kind Kind
	Name string // policy or action name; empty for the target

	// What differs, for people: empty for a deletion.
	Fields []FieldChange
	// What else happens because of it, in sentences.
	Consequences []string
	// Because says why AWS is changed although neither the declaration nor
	// AWS was: something that explained the difference is gone. Empty: one of
	// them was.
	Because string

	// The payload, by Op. For an update of the target only the members that
	// differ are set.
	Target    *Target           // OpRegisterTarget (Tags only when Verb is Create)
	Policy    *Policy           // OpPutPolicy
	Action    *Action           // OpPutAction
	TargetARN string            // OpTagTarget, OpUntagTarget
	Tags      map[string]string // OpTagTarget
	TagKeys   []string          // OpUntagTarget
}

// Registers says that the change makes a scalable target of the resource, which
// policies and scheduled actions need.
func (c Change) Registers() bool { return c.Op == OpRegisterTarget && c.Verb == Create }

// FieldChange is one difference, with the field named as in the manifest
// ("minCapacity", "targetTrackingScalingPolicyConfiguration.targetValue").
// An empty From or To means that the field is not set on that side.
type FieldChange struct{ Field, From, To string }

// Result is what AWS answered to a change.
type Result struct {
	ARN    string  // OpRegisterTarget, OpPutPolicy
	Alarms []Alarm // OpPutPolicy

	RequestID string // of the request, by which AWS finds it; empty: unknown
}
