package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
)

// The severities of findings.
const (
	SeverityError   = "error"
	SeverityWarning = "warning"
)

// Validation is what was found in manifests.
type Validation struct {
	TypeMeta
	Summary  ValidationSummary `json:"summary"`
	Findings []Finding         `json:"findings"` // by file and line
	Objects  []Explained       `json:"objects"`
	Skipped  []Skipped         `json:"skipped"` // documents of other kinds
}

// ValidationSummary counts.
type ValidationSummary struct {
	Objects  int `json:"objects"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Skipped  int `json:"skipped"`
}

// Finding is one thing that is wrong.
type Finding struct {
	Code     string  `json:"code"`
	Severity string  `json:"severity"`
	Message  string  `json:"message"` // what is wrong, and what to write instead
	Field    string  `json:"field,omitempty"`
	Object   *Object `json:"object,omitempty"` // nil: the document could not be read
	Location
}

// Explained is an object with what it means.
type Explained struct {
	Object
	Target   *Target   `json:"target,omitempty"`
	Steps    []string  `json:"steps,omitempty"`
	Schedule *Schedule `json:"schedule,omitempty"`
	// Notes are advice that nothing fails for.
	Notes []string `json:"notes,omitempty"`
}

// Schedule says when a scheduled action runs.
type Schedule struct {
	Expression string      `json:"expression"`
	Timezone   string      `json:"timezone"`
	InWords    string      `json:"inWords"`
	Next       []time.Time `json:"next"` // in the time zone
	Changes    string      `json:"changes"`
	// Notes say what is not plain about the times.
	Notes []string `json:"notes,omitempty"`
}

// Skipped counts documents of a kind that is not ours.
type Skipped struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Count      int    `json:"count"`
}

// Finish sorts the findings, counts, and fills in the type.
func (v *Validation) Finish() {
	v.TypeMeta = TypeMeta{APIVersion, KindValidation}
	slices.SortStableFunc(v.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code))
	})
	v.Findings, v.Objects, v.Skipped = orEmpty(v.Findings), orEmpty(v.Objects), orEmpty(v.Skipped)
	v.Summary = ValidationSummary{Objects: len(v.Objects)}
	for _, f := range v.Findings {
		if f.Severity == SeverityError {
			v.Summary.Errors++
		} else {
			v.Summary.Warnings++
		}
	}
	for _, s := range v.Skipped {
		v.Summary.Skipped += s.Count
	}
}

// orEmpty makes an absent list an empty one, which is [] in JSON.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// WriteJSON writes the report as JSON.
func (v *Validation) WriteJSON(w io.Writer) error { return writeJSON(w, v) }

// WriteTable writes the report for a terminal: the findings as compilers write
// them, then what the policies and schedules mean.
func (v *Validation) WriteTable(w io.Writer, s Style) error {
	p := &printer{w: w}
	for _, f := range v.Findings {
		severity := s.red("error")
		if f.Severity == SeverityWarning {
			severity = s.yellow("warning")
		}
		p.printf("%s %s %s %s\n", s.bold(f.Location.String()+":"), severity+":", f.text(), s.faint("["+f.Code+"]"))
	}
	first := len(v.Findings) == 0
	for _, o := range v.Objects {
		if len(o.Steps) == 0 && o.Schedule == nil && len(o.Notes) == 0 {
			continue
		}
		if !first {
			p.printf("\n")
		}
		first = false
		p.printf("%s\n", s.bold(o.Object.String()))
		for _, step := range o.Steps {
			p.printf("  %s\n", step)
		}
		for _, note := range o.Notes {
			p.printf("  note: %s\n", note)
		}
		if sched := o.Schedule; sched != nil {
			p.printf("  %s, %s: %s\n", sched.InWords, sched.Timezone, sched.Changes)
			for _, next := range sched.Next {
				p.printf("  next %s\n", next.Format("Mon "+time.RFC3339))
			}
			for _, note := range sched.Notes {
				p.printf("  %s %s\n", s.yellow("!"), note)
			}
		}
	}
	return p.err
}

// text is the message with the field and the object that it is about.
func (f Finding) text() string {
	text := f.Message
	if f.Field != "" {
		text = f.Field + ": " + text
	}
	if f.Object != nil {
		text = f.Object.String() + ": " + text
	}
	return text
}

// String prints the location for editors to jump to.
func (l Location) String() string {
	switch {
	case l.Built:
		return fmt.Sprintf("%s (as built):%d", l.File, l.Line)
	case l.Line == 0:
		return l.File
	}
	return fmt.Sprintf("%s:%d", l.File, l.Line)
}

// Counted says how many things there are, in words.
func Counted(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
