package controller

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// A state is what a pass found about one object.
type state int

const (
	pending state = iota // takes part in the pass; no verdict yet
	synced               // AWS has what the object declares
	waiting              // something else must be there first
	refused              // cannot work until somebody changes something
	failed               // did not work this time
	gone                 // nothing is left in AWS; the object may go
)

// An outcome is all that a pass found about one object. Conditions, events and
// the time of the next pass are functions of it.
type outcome struct {
	state   state
	reason  string // CamelCase; for refused and waiting, and for failed where the error does not say it
	message string // what is the matter and what to do
	err     error  // for failed
	unheard bool   // what failed says nothing about the object, so nothing is said about it
	advice  []autoscaling.Finding
	refers  bool // the object refers to others, and they were found
	broken  bool // what it refers to is there, and in terminal condition, which keeps it waiting
	// roleless: there is no role by which the object's account could be entered.
	roleless bool
	// roleKnown: AWS has told by which role it scales.
	roleKnown bool
	// selected is the text of the condition that names the role a selector chose.
	selected string

	adopted bool   // the object took over what was in AWS before it
	paused  string // until when nothing is written, and why; empty: it is not paused

	changes   []autoscaling.Change // made in this pass
	changedAt metav1.Time
	arn       string
	alarms    []autoscaling.Alarm
}

// Reasons of conditions. Those of findings are the findings' codes, those of
// AWS errors the names of the kinds of error.
const (
	reasonConflict     = "AlreadyDeclared"
	reasonMoved        = "ReferenceMoved"
	reasonForeign      = "AlreadyExists"
	reasonTarget       = "TargetNotRegistered"
	reasonNotThere     = "NotInAWS"
	reasonReference    = "ReferenceNotResolved"
	reasonScope        = "AccountOrRegionUnusable"
	reasonInvalidInAWS = "RefusedByAWS"
	reasonUnadoptable  = "SpecInvalid"
	reasonVanished     = desired.ReasonVanished
	reasonPaused       = "Paused"
	reasonAnnotation   = "AnnotationInvalid"
	reasonKubernetes   = "RefusedByKubernetes"

	reasonCrossNamespace = "CrossNamespaceOptInRequired"
)

// fail turns an AWS error into a verdict. What AWS finds invalid stays so
// until something changes; all else is worth another try.
func (o *outcome) fail(err error) {
	if awsapi.KindOf(err) == awsapi.Invalid {
		*o = outcome{state: refused, reason: reasonInvalidInAWS, message: awsMessage(err), err: err, advice: o.advice, refers: o.refers, changes: o.changes, changedAt: o.changedAt}
		return
	}
	o.state, o.err, o.message = failed, err, awsMessage(err)
}

// postponedBy notes that a change was not tried because an earlier one failed.
func (o *outcome) postponedBy(err error) {
	if awsapi.KindOf(err) == awsapi.Invalid {
		*o = outcome{state: waiting, reason: reasonTarget, message: "the scalable target is not registered: " + awsMessage(err), advice: o.advice, refers: o.refers}
		return
	}
	o.fail(err)
}

// blockedBy notes that the API server did not accept a write to the member, so
// that nothing is done in AWS for it. A write that met another, or that was not
// answered, says nothing about the member.
func (m *member) blockedBy(what string, err error) {
	m.blocked = true
	m.outcome = outcome{state: failed, err: err, advice: m.outcome.advice, refers: m.outcome.refers}
	if unheard(err) {
		m.outcome.unheard = true
		return
	}
	m.outcome.reason = reasonKubernetes
	m.outcome.message = fmt.Sprintf("%s failed, so nothing is done in AWS for it: %v. Have the API server accept it, for example by changing the admission webhook or the policy that it names; it is tried again, less and less often, at least every 5 minutes", what, err)
}

// unheard says that an error of the API server is not its answer to what was
// written. Who is not known to it is not heard at all.
func unheard(err error) bool {
	var status apierrors.APIStatus
	return !errors.As(err, &status) || apierrors.IsUnauthorized(err) || apierrors.IsConflict(err) || apierrors.IsNotFound(err) || apierrors.IsTimeout(err) ||
		apierrors.IsServerTimeout(err) || apierrors.IsTooManyRequests(err) || apierrors.IsServiceUnavailable(err)
}

// nextSteps say what to do about a failed call, or what happens next.
var nextSteps = map[awsapi.Kind]string{
	awsapi.NotFound:    "It is gone from AWS in the meantime; it is tried again, less and less often, at least every 5 minutes",
	awsapi.Throttled:   "It is tried again at the pace that AWS allows",
	awsapi.Denied:      "Grant what AWS names to the IAM role that the controller uses, or repair its credentials; it is tried again every minute",
	awsapi.Invalid:     "Change what AWS names, in the spec or in AWS; it is tried again when the object changes, and with the regular check",
	awsapi.Limit:       "Have the quota raised in Service Quotas, or remove something that uses it; it is tried again every minute",
	awsapi.Unavailable: "It is tried again, less and less often, at least every 5 minutes",
	awsapi.Unknown:     "It is tried again, less and less often, at least every 5 minutes; the log of the controller has the whole error",
}

// awsMessage is the text of AWS, where there is one, with what to do.
func awsMessage(err error) string {
	kind := awsapi.KindOf(err)
	if kind == awsapi.Conflict {
		return "AWS is still busy with another update of this scalable target; the change follows as soon as that is done"
	}
	text := err.Error()
	var e *awsapi.Error
	if errors.As(err, &e) && e.Message != "" {
		text = e.Message
		if e.Code != "" {
			text = e.Code + ": " + e.Message
		}
	}
	return strings.TrimRight(text, ".") + ". " + nextSteps[kind]
}

// refusal is the verdict on a declaration that cannot work.
func refusal(problems, advice []autoscaling.Finding) outcome {
	return outcome{state: refused, reason: string(problems[0].Code), message: sentences(problems), advice: advice}
}

func sentences(findings []autoscaling.Finding) string {
	texts := make([]string, len(findings))
	for i, f := range findings {
		texts[i] = f.Message
		if f.Field != "" {
			texts[i] = f.Field + ": " + f.Message
		}
	}
	return strings.Join(texts, "; ")
}

func conflict(m, first *member) outcome {
	return outcome{state: refused, reason: reasonConflict, message: fmt.Sprintf(
		"%s declares %s already; this object does nothing. Delete one of the two, or give this one another name in AWS", first.ref, m.inWords())}
}

func foreign(m *member, owner autoscaling.Owner) outcome {
	return outcome{state: refused, reason: reasonForeign, message: fmt.Sprintf(
		"Resource already exists: %s is in AWS but was not made by this object, so it is left alone. %s. To take it over, annotate the object with %s=%s; otherwise delete it in AWS or choose another name",
		m.inWords(), ownership(m, owner), v1alpha1.AnnotationAdoptionPolicy, v1alpha1.AdoptionPolicyAdoptOrCreate)}
}

// inWords names what the member stands for in AWS.
func (m *member) inWords() string {
	switch m.ref.Kind {
	case autoscaling.KindPolicy:
		return fmt.Sprintf("scaling policy %q of this scalable target", m.name)
	case autoscaling.KindAction:
		return fmt.Sprintf("scheduled action %q of this scalable target", m.name)
	default:
		return "this scalable target"
	}
}

// finish gives the members that the pass went through with their verdict.
func (p *pass) finish() {
	registered := p.observed.Target != nil || p.register
	for _, m := range p.members {
		switch {
		case !m.active():
		case m.deleting():
			m.outcome.state = gone
		case m.life.ReadOnly && !p.isThere(m):
			m.outcome.state, m.outcome.reason, m.outcome.message = waiting, reasonNotThere, p.lookedForInVain(m)
		case !registered:
			m.outcome.state, m.outcome.reason, m.outcome.message = waiting, reasonTarget, p.targetMissing()
			m.outcome.broken = p.refersToBroken(m)
		default:
			m.outcome.state = synced
		}
	}
}

// lookedForInVain says why a read-only object waits.
func (p *pass) lookedForInVain(m *member) string {
	return fmt.Sprintf("waiting for %s (%s): AWS does not have it, and the object is read-only; to have it created, remove the annotation %s",
		m.inWords(), p.group.Identity, v1alpha1.AnnotationReadOnly)
}

// targetMissing says why policies and actions wait.
func (p *pass) targetMissing() string {
	for _, m := range p.members {
		if m.ref.Kind == autoscaling.KindTarget && !m.deleting() && m.outcome.message != "" {
			return fmt.Sprintf("waiting for the scalable target: %s is not registered: %s", m.ref, m.outcome.message)
		}
	}
	return fmt.Sprintf("waiting for the scalable target %s: it is not registered; apply a ScalableTarget that names the same resourceID, scalableDimension and serviceNamespace", p.group.Identity)
}

// When a pass is repeated. A change of any object of the group starts one at
// once; these are for what happens outside the cluster.
const (
	retryWaiting   = 30 * time.Second // the target may be registered by somebody else
	retryThrottled = time.Second      // the budget of the account paces what follows
	retryConflict  = time.Second      // another update of the target is under way
	retryDenied    = time.Minute      // until somebody grants the right
)

// next says when the group is due again: soon when something can be expected
// to change by itself, else with the regular check for drift. An error leaves
// it to the work queue's growing delay.
func (p *pass) next(resync time.Duration) (reconcile.Result, error) {
	after := resync
	for _, m := range p.members {
		delay, err := m.outcome.retry(resync)
		if err != nil {
			return reconcile.Result{}, err
		}
		after = min(after, delay)
	}
	pause := p.pauseEnds()
	switch {
	case pause == 0 && after == resync:
		return reconcile.Result{}, nil // the sweep comes round anyway
	case pause == 0:
		return reconcile.Result{RequeueAfter: jittered(after)}, nil
	case after == resync:
		return reconcile.Result{RequeueAfter: pause}, nil
	}
	return reconcile.Result{RequeueAfter: min(jittered(after), pause)}, nil
}

// retry says when an object is worth another pass.
func (o outcome) retry(resync time.Duration) (time.Duration, error) {
	switch {
	case o.state == waiting && o.reason != reasonPaused:
		return retryWaiting, nil
	case o.state != failed:
		return resync, nil
	}
	switch awsapi.KindOf(o.err) {
	case awsapi.Throttled:
		return retryThrottled, nil
	case awsapi.Conflict:
		return retryConflict, nil
	case awsapi.Denied, awsapi.Limit:
		return retryDenied, nil
	default:
		return 0, o.err
	}
}

// jittered spreads t over [t, 1.2 t), so that many groups that came together
// do not come together again.
func jittered(t time.Duration) time.Duration {
	return t + time.Duration(rand.Int64N(int64(t)/5+1))
}

// sooner spreads t over (0.8 t, t], for what is promised within t.
func sooner(t time.Duration) time.Duration {
	return t - time.Duration(rand.Int64N(int64(t)/5+1))
}

// aboutRequest says that AWS answered to what the request asks for, so that
// another request may well succeed.
func aboutRequest(err error) bool {
	switch awsapi.KindOf(err) {
	case awsapi.Invalid, awsapi.NotFound, awsapi.Limit, awsapi.Denied:
		return true
	default:
		return false
	}
}
