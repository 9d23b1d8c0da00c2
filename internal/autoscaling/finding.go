package autoscaling

// Severity tells an error, which AWS would refuse or which cannot work, from a
// warning, which would be accepted but is probably not what is meant.
type Severity string

// The severities of a finding.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Code names a rule of validation. Codes are stable: tools and people may
// match on them.
type Code string

// Finding is one thing that is wrong with a declaration. Message says what is
// wrong and what to write instead.
type Finding struct {
	// Which part of the scalable target the finding is about; set by
	// [Validate] only.
	Kind Kind
	Name string

	Code     Code
	Severity Severity
	Field    string // as in the manifest, such as "maxCapacity"
	Message  string
}
