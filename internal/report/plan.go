package report

import (
	"cmp"
	"io"
	"slices"
)

// Action says what would become of what an object declares.
type Action string

// The actions of a plan.
const (
	ActionCreate  Action = "create"
	ActionUpdate  Action = "update"
	ActionReplace Action = "replace" // deleted and made anew
	ActionDelete  Action = "delete"
	ActionAdopt   Action = "adopt"   // taken over as it is, with the changes that are listed
	ActionNone    Action = "none"    // AWS has what is declared
	ActionWait    Action = "wait"    // done later; the notes say when
	ActionRefused Action = "refused" // the controller would do nothing until somebody changes something
	ActionUnknown Action = "unknown" // it could not be found out
)

// Plan is what manifests, or the objects of a cluster, would change in AWS.
type Plan struct {
	TypeMeta
	Account string       `json:"account,omitempty"` // 12 digits; empty: not known
	Region  string       `json:"region,omitempty"`
	Summary PlanSummary  `json:"summary"`
	Targets []TargetPlan `json:"targets"`
	// Notes are about the plan as a whole.
	Notes         []string       `json:"notes,omitempty"`
	MissingRights []MissingRight `json:"missingRights,omitempty"`
}

// Note adds a note, once.
func (p *Plan) Note(text string) {
	if !slices.Contains(p.Notes, text) {
		p.Notes = append(p.Notes, text)
	}
}

// PlanSummary counts objects by action, and what is left alone.
type PlanSummary struct {
	Create     int `json:"create"`
	Update     int `json:"update"`
	Replace    int `json:"replace"`
	Delete     int `json:"delete"`
	Adopt      int `json:"adopt"`
	None       int `json:"none"`
	Wait       int `json:"wait"`
	Refused    int `json:"refused"`
	Unknown    int `json:"unknown"`
	Undeclared int `json:"undeclared"`
}

// Changes says whether anything would be different in AWS.
func (s PlanSummary) Changes() bool {
	return s.Create+s.Update+s.Replace+s.Delete+s.Adopt+s.Wait > 0
}

// Trouble says whether some objects have no plan.
func (s PlanSummary) Trouble() bool { return s.Refused+s.Unknown > 0 }

// TargetPlan is the plan of one scalable target.
type TargetPlan struct {
	Target     *Target      `json:"target,omitempty"` // nil: not known
	Region     string       `json:"region,omitempty"` // where it is not that of the plan
	Objects    []ObjectPlan `json:"objects"`
	Undeclared []Undeclared `json:"undeclared"`
	Error      *PlanError   `json:"error,omitempty"` // why AWS could not be read
}

// ObjectPlan is the plan of one object.
type ObjectPlan struct {
	Object
	AWSName      string        `json:"awsName,omitempty"` // of the policy or scheduled action
	Action       Action        `json:"action"`
	Fields       []FieldChange `json:"fields,omitempty"`
	Consequences []string      `json:"consequences,omitempty"`
	Notes        []string      `json:"notes,omitempty"`
}

// FieldChange is one difference. An empty side is a field that is not set.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// Undeclared is a policy or scheduled action that AWS has under the target and
// that no object declares. It is left alone.
type Undeclared struct {
	Kind string `json:"kind"` // ScalingPolicy or ScheduledAction
	Name string `json:"name"`
}

// PlanError says why AWS could not be read.
type PlanError struct {
	Kind      string `json:"kind"`
	Message   string `json:"message"`
	IAMAction string `json:"iamAction,omitempty"` // the right that is missing
}

// Finish counts and fills in the type.
func (p *Plan) Finish() {
	p.TypeMeta = TypeMeta{APIVersion, KindPlan}
	p.Targets = orEmpty(p.Targets)
	slices.SortFunc(p.MissingRights, func(a, b MissingRight) int {
		return cmp.Or(cmp.Compare(a.Action, b.Action), cmp.Compare(a.Resource, b.Resource))
	})
	s := &p.Summary
	counter := map[Action]*int{
		ActionCreate: &s.Create, ActionUpdate: &s.Update, ActionReplace: &s.Replace, ActionDelete: &s.Delete, ActionAdopt: &s.Adopt,
		ActionNone: &s.None, ActionWait: &s.Wait, ActionRefused: &s.Refused, ActionUnknown: &s.Unknown,
	}
	for i := range p.Targets {
		t := &p.Targets[i]
		t.Objects, t.Undeclared = orEmpty(t.Objects), orEmpty(t.Undeclared)
		s.Undeclared += len(t.Undeclared)
		for _, o := range t.Objects {
			*counter[o.Action]++
		}
	}
}

// WriteJSON writes the plan as JSON.
func (p *Plan) WriteJSON(w io.Writer) error { return writeJSON(w, p) }

// title names the scalable target.
func (t TargetPlan) title() string {
	if t.Target == nil {
		return "unknown scalable target"
	}
	if t.Region != "" {
		return t.Target.String() + " in " + t.Region
	}
	return t.Target.String()
}

// inAWS names the policy or action of an object where its name is another.
func (o ObjectPlan) inAWS() string {
	if o.AWSName == "" || o.AWSName == o.Name {
		return ""
	}
	return " (" + o.AWSName + " in AWS)"
}
