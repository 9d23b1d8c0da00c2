// Package validation finds everything in a set of manifests that somebody would
// refuse or regret: what the API server refuses, what AWS refuses or does not do
// as meant, and what the documents say about each other. Nothing is asked of
// either; it works offline.
//
// The rules are those of the packages that own them (admission for the API
// server, autoscaling for AWS); here they are brought together, told apart where
// two of them say the same thing, and given a file and a line.
package validation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/admission"
	"github.com/setpoint-io/setpoint/internal/alarmfile"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/manifest"
	"github.com/setpoint-io/setpoint/internal/report"
)

// The codes of findings about how documents go together.
const (
	CodeObjectDuplicate  autoscaling.Code = "ObjectDuplicate"
	CodeAlreadyDeclared  autoscaling.Code = "AlreadyDeclared"
	CodeReferenceMissing autoscaling.Code = "ReferenceNotResolved"
	CodeAnnotation       autoscaling.Code = "AnnotationInvalid"
	// CodeAlarmStartsNothing: alarms were given that have nothing to do with the
	// documents.
	CodeAlarmStartsNothing autoscaling.Code = "AlarmStartsNothing"
	// CodeAlarmMissesOneRequest: an alarm that shall lead out of zero does not.
	CodeAlarmMissesOneRequest autoscaling.Code = "AlarmMissesOneRequest"
)

// Validator knows what the API server would refuse. It is safe for concurrent
// use.
type Validator struct{ server *admission.Server }

// New compiles the rules of the API server, which takes a moment.
func New() (*Validator, error) {
	server, err := admission.New()
	if err != nil {
		return nil, err
	}
	return &Validator{server}, nil
}

// Given are alarms that were given beside the documents.
type Given struct {
	File   string
	Alarms []alarmfile.Alarm
}

// Validate reports on a set of documents, and on the alarms that were given for
// their policies. Documents that name no namespace are of the given one. Next firings
// are those after now.
func (validator *Validator) Validate(ctx context.Context, set *manifest.Set, namespace string, now time.Time, given ...Given) *report.Validation {
	v := validation{documents: set.Documents, result: &report.Validation{}}
	for _, d := range set.Others {
		v.setting.Learn(d.Content, namespace)
	}
	set.Default(namespace)
	for _, p := range set.Problems {
		v.result.Findings = append(v.result.Findings, report.Finding{
			Code: p.Code, Severity: report.SeverityError, Message: p.Message, Location: location(p.Position),
		})
	}
	groups, byMember := v.gather()
	v.findings = make([][]finding, len(set.Documents))
	alarms := append(v.bind(groups, given), metricAlarms(set.Others)...)
	for _, group := range groups {
		for _, m := range group.Members {
			v.member(byMember, m, group)
			v.wakes(byMember[m.Index], m, group.Identity, alarms)
		}
	}
	for i, d := range set.Documents {
		v.admit(i, validator.server.Check(ctx, d.Content))
		v.report(i)
	}
	v.twice()
	v.explain(groups, byMember, alarms, now)
	v.result.Skipped = skipped(set.Others)
	v.result.Finish()
	return v.result
}

type validation struct {
	documents []*manifest.Document
	setting   declared.Surroundings
	findings  [][]finding // by document
	result    *report.Validation
}

// finding is what is wrong with a field of a document.
type finding struct {
	code     autoscaling.Code
	severity autoscaling.Severity
	field    string // from the root of the object
	message  string
}

// gather groups the documents that could be read. The second result is the
// index of the document by that of the object.
func (v *validation) gather() ([]declared.Group, []int) {
	var objects []v1alpha1.Object
	var document []int
	for i, d := range v.documents {
		if d.Object != nil {
			objects, document = append(objects, d.Object), append(document, i)
		}
	}
	return declared.Gather(objects, v.setting), document
}

func (v *validation) add(i int, f finding) { v.findings[i] = append(v.findings[i], f) }

// member takes over what the domain finds.
func (v *validation) member(document []int, m *declared.Member, group declared.Group) {
	i := document[m.Index]
	v.findings[i] = append(v.findings[i], judged(m, v.documents[i])...)
	if adopts(v.documents[i]) {
		return
	}
	if m.Dangling {
		v.add(i, finding{CodeReferenceMissing, autoscaling.Warning, "spec.resourceRef", fmt.Sprintf(
			"%s is not among the documents, so what depends on the scalable target was not checked: give its file too", m.Refers)})
	}
	if r := m.Rival; r != nil && r.Ref != m.Ref {
		v.add(i, finding{CodeAlreadyDeclared, autoscaling.Error, "spec." + nameField(m.Kind), fmt.Sprintf(
			"%s at %s %s: delete one of the two%s",
			r.Ref, v.documents[document[r.Index]].At(""), claim(m, group), otherName(m.Kind))})
	}
}

// adopts says that the object has no spec, because the controller shall fill it
// in from AWS.
func adopts(d *manifest.Document) bool {
	_, written := d.Content["spec"]
	return !written && d.Object.GetAnnotations()[v1alpha1.AnnotationAdoptionPolicy] != ""
}

func nameField(kind autoscaling.Kind) string {
	switch kind {
	case autoscaling.KindPolicy:
		return "policyName"
	case autoscaling.KindAction:
		return "scheduledActionName"
	default:
		return "resourceID"
	}
}

// claim says what two objects both declare.
func claim(m *declared.Member, group declared.Group) string {
	switch m.Kind {
	case autoscaling.KindPolicy:
		return fmt.Sprintf("declares scaling policy %q of %s already", m.AWS, group.Identity)
	case autoscaling.KindAction:
		return fmt.Sprintf("declares scheduled action %q of %s already", m.AWS, group.Identity)
	default:
		return fmt.Sprintf("registers %s already", group.Identity)
	}
}

func otherName(kind autoscaling.Kind) string {
	if kind == autoscaling.KindTarget {
		return ""
	}
	return ", or give this one another name in AWS"
}

// admit takes over what the API server refuses.
func (v *validation) admit(i int, refusals []admission.Refusal) {
	refused, whole := unsaid(v.findings[i], refusals)
	if whole {
		v.findings[i] = slices.DeleteFunc(v.findings[i], func(f finding) bool { return f.code == autoscaling.IdentityIncomplete })
	}
	v.findings[i] = append(v.findings[i], refused...)
	if d := v.documents[i]; d.Mismatch != nil && len(v.findings[i]) == 0 {
		v.add(i, finding{autoscaling.Code(admission.CodeSchema), autoscaling.Error, "", d.Mismatch.Error()})
	}
}

// report puts the findings of a document into the result.
func (v *validation) report(i int) {
	d := v.documents[i]
	o := object(d)
	for _, f := range v.findings[i] {
		v.result.Findings = append(v.result.Findings, report.Finding{
			Code: string(f.code), Severity: string(f.severity), Message: f.message, Field: f.field, Object: &o,
			Location: location(position(d, f.field)),
		})
	}
	v.result.Objects = append(v.result.Objects, report.Explained{Object: o})
}

// position finds a field, or a key in brackets that holds dots.
func position(d *manifest.Document, field string) manifest.Position {
	if before, key, ok := strings.Cut(field, ".annotations["); ok {
		return d.Entry(before+".annotations", strings.TrimSuffix(key, "]"))
	}
	return d.At(field)
}

// twice finds objects that are there more than once.
func (v *validation) twice() {
	first := map[declared.Ref]*manifest.Document{}
	for _, d := range v.documents {
		ref := declared.Ref{Kind: autoscaling.Kind(d.Kind()), Namespace: d.Namespace(), Name: d.Name()}
		if ref.Name == "" {
			continue
		}
		if was := first[ref]; was != nil {
			o := object(d)
			v.result.Findings = append(v.result.Findings, report.Finding{
				Code: string(CodeObjectDuplicate), Severity: report.SeverityError, Field: "metadata.name", Object: &o,
				Message:  fmt.Sprintf("%s is there already, at %s: the later one overwrites it; rename one of them", ref, was.At("")),
				Location: location(d.At("metadata.name")),
			})
			continue
		}
		first[ref] = d
	}
}

func object(d *manifest.Document) report.Object {
	return report.Object{Kind: d.Kind(), Namespace: d.Namespace(), Name: d.Name(), Location: location(d.At(""))}
}

func location(p manifest.Position) report.Location {
	return report.Location{File: p.File, Line: p.Line, Column: p.Column, Built: p.Built}
}

// skipped counts documents of other kinds.
func skipped(others []*manifest.Document) []report.Skipped {
	counts := map[report.Skipped]int{}
	for _, d := range others {
		counts[report.Skipped{APIVersion: d.APIVersion(), Kind: d.Kind()}]++
	}
	var all []report.Skipped
	for s, n := range counts {
		s.Count = n
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b report.Skipped) int {
		return cmp.Or(cmp.Compare(a.APIVersion, b.APIVersion), cmp.Compare(a.Kind, b.Kind))
	})
	return all
}
