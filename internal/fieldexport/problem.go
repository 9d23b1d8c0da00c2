package fieldexport

import "time"

// The reasons of conditions.
const (
	reasonExported       = "Exported"
	reasonSource         = "SourceNotFound"
	reasonSynced         = "SourceNotSynced"
	reasonUnread         = "KindNotRead"
	reasonNothing        = "NoValue"
	reasonTarget         = "TargetNotFound"
	reasonRefused        = "TargetRefused"
	reasonDenied         = "Denied"
	reasonKind           = "KindUnknown"
	reasonPath           = "PathInvalid"
	reasonValue          = "ValueNotScalar"
	reasonAddress        = "TargetInvalid"
	reasonReserved       = "NamespaceReserved"
	reasonCrossNamespace = "CrossNamespaceOptInRequired" // ACK's
)

// The events.
const (
	eventExported = "Exported"
	eventFailed   = "ExportFailed"
)

// retryAfter is the pause before something is tried again of which no event
// tells that it has changed.
const retryAfter = 30 * time.Second

// problem is why a field is not exported, in words for the user.
type problem struct {
	terminal bool // until somebody changes the FieldExport
	reason   string
	message  string
	retry    time.Duration // 0: an event will tell
}

func (p *problem) Error() string { return p.message }
