package desired

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// Life is what annotations say about the life of an object and of what it
// declares in AWS. It is the only reading of them: the controller acts on it,
// and the command line foretells it.
type Life struct {
	// Retained says that what the object declares stays in AWS when the object
	// is deleted.
	Retained bool
	// ReadOnly says that AWS is looked at and never written.
	ReadOnly bool
	Adoption Adoption
	// Adopted says that the object took over what was in AWS before it.
	Adopted bool
	// Yield are the fields of the spec that somebody else changes in AWS.
	Yield []string
	// RequestedAt is by what a check was asked for; empty: it was not.
	RequestedAt string
	// Problems are the annotations that mean nothing. What they would decide is
	// not to be acted upon.
	Problems []AnnotationProblem

	pauses []pause // the object's before that of its namespace
}

// AnnotationProblem is an annotation that means nothing.
type AnnotationProblem struct {
	Annotation string
	Namespace  bool   // it is on the namespace, not on the object
	Message    string // what is wrong, and what to write
}

// String prints the problem for people.
func (p AnnotationProblem) String() string {
	where := "the object"
	if p.Namespace {
		where = "the namespace"
	}
	return fmt.Sprintf("the annotation %s of %s: %s", p.Annotation, where, p.Message)
}

// Pause is why nothing is written to AWS for an object.
type Pause struct {
	Until     time.Time // zero: until somebody changes the annotation
	Reason    string    // for people; may be empty
	Namespace bool      // the whole namespace is paused
}

// pause is what one annotation says.
type pause struct {
	Pause
	on bool
}

// Pause returns the pause of the object at a time, if it is paused. The
// object's own annotation comes before that of the namespace; a time that is
// over is no annotation.
func (l Life) Pause(now time.Time) (Pause, bool) {
	for _, p := range l.pauses {
		if p.Until.IsZero() || now.Before(p.Until) {
			return p.Pause, p.on
		}
	}
	return Pause{}, false
}

// Adopts says that the object may take over what is in AWS already.
func (l Life) Adopts() bool { return l.Adoption.Policy != "" || l.Adopted }

// Recreates says that what vanished from AWS is made again. What was taken over
// and not made is not, unless the object says that it may be.
func (l Life) Recreates() bool {
	return !l.Adopted || l.Adoption.Policy == v1alpha1.AdoptionPolicyAdoptOrCreate
}

// Blocks returns the problems that concern an object that goes, or one that
// stays: how an object would be made does not matter to one that goes.
func (l Life) Blocks(deleting bool) []AnnotationProblem {
	if !deleting {
		return l.Problems
	}
	return slices.DeleteFunc(slices.Clone(l.Problems), func(p AnnotationProblem) bool {
		return p.Annotation == v1alpha1.AnnotationAdoptionPolicy || p.Annotation == v1alpha1.AnnotationAdoptionFields || p.Annotation == v1alpha1.AnnotationYield
	})
}

// LifeOf reads the annotations of an object and of its namespace. Retain is
// what becomes of objects whose annotations leave the deletion policy open.
func LifeOf(o v1alpha1.Object, namespace map[string]string, retain bool) Life {
	l := Life{
		Adopted:     strings.EqualFold(o.GetAnnotations()[v1alpha1.AnnotationAdopted], "true"),
		RequestedAt: o.GetAnnotations()[v1alpha1.AnnotationReconcileRequestedAt],
	}
	var problems []AnnotationProblem
	l.Adoption, problems = AdoptionOf(o)
	l.Problems = append(l.Problems, problems...)
	l.deletion(o.GetAnnotations(), namespace, retain)
	l.readOnly(o.GetAnnotations())
	l.yield(KindOf(o), o.GetAnnotations())
	l.pause(o.GetAnnotations(), false)
	l.pause(namespace, true)
	return l
}

func (l *Life) problem(annotation string, namespace bool, format string, args ...any) {
	l.Problems = append(l.Problems, AnnotationProblem{annotation, namespace, fmt.Sprintf(format, args...)})
}

// deletion reads the deletion policy: the object's own before that of its
// namespace before the flag. A value that means nothing is an error: a typing
// error must not decide whether AWS resources live.
func (l *Life) deletion(object, namespace map[string]string, retain bool) {
	l.Retained = retain
	for _, at := range []struct {
		annotations map[string]string
		key         string
		namespace   bool
	}{{object, v1alpha1.AnnotationDeletionPolicy, false}, {namespace, v1alpha1.AnnotationNamespaceDeletionPolicy, true}} {
		switch v, ok := at.annotations[at.key]; {
		case !ok:
			continue
		case v == v1alpha1.DeletionPolicyDelete || v == v1alpha1.DeletionPolicyRetain:
			l.Retained = v == v1alpha1.DeletionPolicyRetain
		default:
			l.Retained = true
			l.problem(at.key, at.namespace, "%q means nothing: write %s or %s", v, v1alpha1.DeletionPolicyDelete, v1alpha1.DeletionPolicyRetain)
		}
		return
	}
}

func (l *Life) readOnly(object map[string]string) {
	v, ok := object[v1alpha1.AnnotationReadOnly]
	on, understood := yesOrNo(v)
	if ok && !understood {
		l.problem(v1alpha1.AnnotationReadOnly, false, `%q means nothing: write "true", or remove it`, v)
	}
	l.ReadOnly = on
}

func (l *Life) yield(kind autoscaling.Kind, object map[string]string) {
	fields := autoscaling.YieldableFields(kind)
	for field := range strings.SplitSeq(object[v1alpha1.AnnotationYield], ",") {
		switch field = strings.TrimSpace(field); {
		case field == "" || slices.Contains(l.Yield, field):
		case slices.Contains(fields, field):
			l.Yield = append(l.Yield, field)
		default:
			l.problem(v1alpha1.AnnotationYield, false, "%q is no field that a %s can leave to others: write one of %s, several with commas between them",
				field, kind, strings.Join(fields, ", "))
		}
	}
	slices.Sort(l.Yield)
}

func (l *Life) pause(annotations map[string]string, namespace bool) {
	v, ok := annotations[v1alpha1.AnnotationPause]
	if !ok {
		return
	}
	p := pause{Pause: Pause{Reason: annotations[v1alpha1.AnnotationPauseReason], Namespace: namespace}}
	until, err := time.Parse(time.RFC3339, v)
	switch on, understood := yesOrNo(v); {
	case understood:
		p.on = on
	case err == nil && !until.IsZero():
		p.on, p.Until = true, until.UTC()
	default:
		p.on = true // until somebody says what is meant, nothing is written
		l.problem(v1alpha1.AnnotationPause, namespace, `%q means nothing: write "true", or the time until which to pause, such as "2026-11-27T18:00:00Z"`, v)
	}
	l.pauses = append(l.pauses, p)
}

func yesOrNo(v string) (yes, understood bool) {
	yes = strings.EqualFold(v, "true")
	return yes, yes || strings.EqualFold(v, "false")
}
