package controller

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
)

var (
	then = metav1.NewTime(time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC))
	now  = metav1.NewTime(then.Add(time.Hour))
)

func awsError(kind awsapi.Kind, message string) error {
	return &awsapi.Error{Kind: kind, Code: "SomeException", Message: message}
}

func after(o outcome, err error) outcome {
	o.fail(err)
	return o
}

// readyAt generation 3, since then.
func readyBefore() []v1alpha1.Condition {
	return conditions(nil, 3, outcome{state: synced}, "", then)
}

func lines(list []v1alpha1.Condition) []string {
	out := make([]string, 0, len(list))
	for _, c := range list {
		since := "now"
		if c.LastTransitionTime.Equal(&then) {
			since = "then"
		}
		out = append(out, fmt.Sprintf("%s=%s (%s) %s|%s", c.Type, c.Status, since, *c.Reason, *c.Message))
	}
	return out
}

// existing is what an object is told whose counterpart was there before it.
const existing = "Resource already exists: this scalable target is in AWS but was not made by this object, so it is left alone. It was simply there before; no tag says whose it is. " +
	"To take it over, annotate the object with services.k8s.aws/adoption-policy=adopt-or-create; otherwise delete it in AWS or choose another name"

func TestConditions(t *testing.T) {
	cases := map[string]struct {
		reason string
		old    []v1alpha1.Condition
		out    outcome
		note   string
		want   []string
	}{
		"synced": {
			reason: "the texts are those that users of the ACK controller may match",
			out:    outcome{state: synced},
			want:   []string{"ACK.ResourceSynced=True (now) |Resource synced successfully", "Ready=True (now) Synced|Resource synced successfully"},
		},
		"still synced": {
			reason: "the time of a condition moves only when its status does",
			old:    readyBefore(), out: outcome{state: synced}, note: "; minCapacity is 20",
			want: []string{"ACK.ResourceSynced=True (then) |Resource synced successfully", "Ready=True (then) Synced|Resource synced successfully; minCapacity is 20"},
		},
		"invalid": {
			reason: "ACK.Terminal comes before Ready, because Argo CD reads in order",
			old:    readyBefore(), out: refusal([]autoscaling.Finding{{Code: "C", Field: "f", Message: "bad"}}, nil),
			want: []string{
				"ACK.Terminal=True (now) C|f: bad",
				"ACK.ResourceSynced=False (now) resource is in terminal condition|Resource not synced",
				"Ready=False (now) ACK.Terminal|f: bad",
				"Stalled=True (now) C|f: bad",
			},
		},
		"refused by AWS": {
			reason: "what AWS finds invalid stays so until something changes",
			out:    after(outcome{}, awsError(awsapi.Invalid, "no such endpoint")),
			want: []string{
				"ACK.Terminal=True (now) RefusedByAWS|SomeException: no such endpoint. " + nextSteps[awsapi.Invalid],
				"ACK.ResourceSynced=False (now) resource is in terminal condition|Resource not synced",
				"Ready=False (now) ACK.Terminal|SomeException: no such endpoint. " + nextSteps[awsapi.Invalid],
				"Stalled=True (now) RefusedByAWS|SomeException: no such endpoint. " + nextSteps[awsapi.Invalid],
			},
		},
		"no role": {
			reason: "the text is that of the ACK controller",
			out:    outcome{state: refused, reason: reasonScope, message: "no key 1", roleless: true},
			want: []string{
				"ACK.Terminal=True (now) AccountOrRegionUnusable|no key 1",
				"ACK.ResourceSynced=False (now) no key 1|IAM Role is not available",
				"Ready=False (now) ACK.Terminal|no key 1",
				"Stalled=True (now) AccountOrRegionUnusable|no key 1",
			},
		},
		"already there": {
			reason: "the condition of the ACK controller has its exact message, and the explanation as reason",
			out:    foreign(&member{}, autoscaling.Owner{}),
			want: []string{
				"ACK.Terminal=True (now) " + existing + "|Resource already exists",
				"ACK.ResourceSynced=False (now) resource is in terminal condition|Resource not synced",
				"Ready=False (now) ACK.Terminal|" + existing,
				"Stalled=True (now) AlreadyExists|" + existing,
			},
		},
		"denied": {
			reason: "a missing right is told and tried again",
			out:    after(outcome{}, awsError(awsapi.Denied, "not authorized")),
			want: []string{
				"ACK.Recoverable=True (now) Denied|SomeException: not authorized. " + nextSteps[awsapi.Denied],
				"ACK.ResourceSynced=Unknown (now) SomeException: not authorized. " + nextSteps[awsapi.Denied] + "|Unable to determine if desired resource state matches latest observed state",
				"Ready=False (now) ACK.Recoverable|SomeException: not authorized. " + nextSteps[awsapi.Denied],
				"Reconciling=True (now) Denied|SomeException: not authorized. " + nextSteps[awsapi.Denied],
			},
		},
		"throttled while ready": {
			reason: "throttling flips no condition of an object that is as declared",
			old:    readyBefore(), out: after(outcome{}, awsError(awsapi.Throttled, "Rate exceeded")),
			want: []string{"ACK.ResourceSynced=True (then) |Resource synced successfully", "Ready=True (then) Synced|Resource synced successfully"},
		},
		"throttled when new": {
			reason: "an object that AWS does not have yet is not ready, and not in error either",
			out:    after(outcome{}, awsError(awsapi.Throttled, "Rate exceeded")),
			want: []string{
				"ACK.ResourceSynced=Unknown (now) " + messageProgressing + "|Unable to determine if desired resource state matches latest observed state",
				"Ready=False (now) Progressing|" + messageProgressing,
				"Reconciling=True (now) Progressing|" + messageProgressing,
			},
		},
		"throttled while refused": {
			reason: "what was found out about this generation is as true as before, and is not told twice",
			old:    conditions(nil, 3, outcome{state: refused, reason: reasonConflict, message: "taken"}, "", then), out: after(outcome{}, awsError(awsapi.Throttled, "Rate exceeded")),
			want: []string{
				"ACK.Terminal=True (then) AlreadyDeclared|taken",
				"ACK.ResourceSynced=False (then) resource is in terminal condition|Resource not synced",
				"Ready=False (then) ACK.Terminal|taken",
				"Stalled=True (then) AlreadyDeclared|taken",
			},
		},
		"busy after an edit": {
			reason: "what was said of another generation says nothing of this one, and a pending update of AWS's is nobody's concern",
			old:    conditions(nil, 2, outcome{state: refused, reason: reasonConflict, message: "taken"}, "", then), out: after(outcome{}, awsError(awsapi.Conflict, "busy")),
			want: []string{
				"ACK.ResourceSynced=Unknown (now) " + messageProgressing + "|Unable to determine if desired resource state matches latest observed state",
				"Ready=False (then) Progressing|" + messageProgressing,
				"Reconciling=True (now) Progressing|" + messageProgressing,
			},
		},
		"busy for long": {
			reason: "who waits for more than a minute wants to know for what",
			old:    conditions(nil, 3, after(outcome{}, awsError(awsapi.Conflict, "busy")), "", then), out: after(outcome{}, awsError(awsapi.Conflict, "busy")),
			want: []string{
				"ACK.ResourceSynced=Unknown (then) AWS is still busy with another update of this scalable target; the change follows as soon as that is done|Unable to determine if desired resource state matches latest observed state",
				"Ready=False (then) Conflict|AWS is still busy with another update of this scalable target; the change follows as soon as that is done",
				"Reconciling=True (then) Conflict|AWS is still busy with another update of this scalable target; the change follows as soon as that is done",
			},
		},
		"refused by Kubernetes": {
			reason: "a failure that is not AWS's has a reason of its own",
			out:    outcome{state: failed, reason: reasonKubernetes, message: "no", err: errors.New("no")},
			want: []string{
				"ACK.Recoverable=True (now) RefusedByKubernetes|no",
				"ACK.ResourceSynced=Unknown (now) no|Unable to determine if desired resource state matches latest observed state",
				"Ready=False (now) ACK.Recoverable|no",
				"Reconciling=True (now) RefusedByKubernetes|no",
			},
		},
		"waiting": {
			reason: "waiting for another object is progress, not failure",
			out:    outcome{state: waiting, reason: reasonTarget, message: "not yet"},
			want: []string{
				"ACK.ResourceSynced=False (now) TargetNotRegistered|not yet",
				"Ready=False (now) TargetNotRegistered|not yet",
				"Reconciling=True (now) TargetNotRegistered|not yet",
			},
		},
		"waiting for what is broken": {
			reason: "a target in terminal condition is a reference that was not resolved",
			out:    outcome{state: waiting, reason: reasonTarget, message: "not yet", refers: true, broken: true},
			want: []string{
				"ACK.ReferencesResolved=False (now) not yet|Reference resolution failed",
				"ACK.ResourceSynced=False (now) TargetNotRegistered|not yet",
				"Ready=False (now) TargetNotRegistered|not yet",
				"Reconciling=True (now) TargetNotRegistered|not yet",
			},
		},
		"advice": {
			reason: "advice does not make an object less ready",
			out:    outcome{state: synced, advice: []autoscaling.Finding{{Code: "A", Field: "roleARN", Message: "has no effect"}}},
			want: []string{
				"ACK.Advisory=True (now) A|roleARN: has no effect",
				"ACK.ResourceSynced=True (now) |Resource synced successfully",
				"Ready=True (now) Synced|Resource synced successfully",
			},
		},
		"several pieces of advice": {
			reason: "the reason that the ACK controllers have too is not hidden",
			out: outcome{state: synced, advice: []autoscaling.Finding{
				{Code: "A", Field: "roleARN", Message: "has no effect"}, {Code: "B", Message: "odd"}, {Code: codeCrossNamespace, Message: "the reference crosses"},
			}},
			want: []string{
				"ACK.Advisory=True (now) CrossNamespaceOptInRequired|the reference crosses; roleARN: has no effect; odd",
				"ACK.ResourceSynced=True (now) |Resource synced successfully",
				"Ready=True (now) Synced|Resource synced successfully",
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, lines(conditions(c.old, 3, c.out, c.note, now))); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.reason, diff)
			}
		})
	}
}

// FuzzConditions goes through histories of outcomes and checks what must hold
// after each of them.
func FuzzConditions(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7})
	kinds := []awsapi.Kind{awsapi.NotFound, awsapi.Conflict, awsapi.Throttled, awsapi.Denied, awsapi.Invalid, awsapi.Limit, awsapi.Unavailable, awsapi.Unknown}
	f.Fuzz(func(t *testing.T, history []byte) {
		var list []v1alpha1.Condition
		for i, b := range history {
			o := outcome{state: synced}
			switch {
			case b < 60:
				o = outcome{state: waiting, reason: reasonTarget, message: "waiting"}
			case b < 120:
				o = refusal([]autoscaling.Finding{{Code: "C", Message: "bad"}}, nil)
			case b < 200:
				o = after(outcome{}, awsError(kinds[int(b)%len(kinds)], "no"))
			}
			at := metav1.NewTime(then.Add(time.Duration(i) * time.Minute))
			next := conditions(list, int64(i/3), o, "", at)
			checkTransitionTimes(t, list, next, at)
			list = next
			if ready := findCondition(list, v1alpha1.ConditionReady); ready == nil {
				t.Fatal("there is no Ready condition")
			}
			if o.transient() { // it is told by its name when it has lasted
				list = conditions(list, int64(i/3), o, "", metav1.NewTime(at.Add(patience)))
			}
			if again := conditions(list, int64(i/3), o, "", metav1.NewTime(at.Add(time.Hour))); !cmp.Equal(list, again) {
				t.Fatalf("the same outcome changes the conditions: %s", cmp.Diff(list, again))
			}
		}
	})
}

func checkTransitionTimes(t *testing.T, before, after []v1alpha1.Condition, at metav1.Time) {
	t.Helper()
	for _, c := range after {
		was := findCondition(before, c.Type)
		same := was != nil && was.Status == c.Status
		if same != (was != nil && c.LastTransitionTime.Equal(was.LastTransitionTime)) && !c.LastTransitionTime.Equal(&at) {
			t.Fatalf("%s: status %v, time %s", c.Type, c.Status, c.LastTransitionTime)
		}
	}
}

// TestMessagesSayWhatToDo reads the messages as somebody does whom they woke up.
func TestMessagesSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		reason string
		err    error
		want   string
	}{
		{"AWS's words come first, because people search for them", awsError(awsapi.Denied, "not authorized."), "SomeException: not authorized. " + nextSteps[awsapi.Denied]},
		{"without an answer there is no code", &awsapi.Error{Kind: awsapi.Unavailable, Message: "cannot reach x"}, "cannot reach x. " + nextSteps[awsapi.Unavailable]},
		{"what is no error of AWS is told as it is", errors.New("x"), "x. " + nextSteps[awsapi.Unknown]},
	} {
		if got := awsMessage(c.err); got != c.want {
			t.Errorf("%s: got %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestRetries(t *testing.T) {
	const resync = 5 * time.Minute
	cases := map[string]struct {
		reason string
		out    outcome
		want   time.Duration // at least; up to a fifth is added
		err    bool
	}{
		"synced":      {"the regular check comes round anyway", outcome{state: synced}, 0, false},
		"refused":     {"nothing changes before somebody acts", outcome{state: refused}, 0, false},
		"waiting":     {"somebody else may register the target", outcome{state: waiting}, retryWaiting, false},
		"throttled":   {"the budget of the account sets the pace", after(outcome{}, awsError(awsapi.Throttled, "")), retryThrottled, false},
		"conflict":    {"the other update is done in a moment", after(outcome{}, awsError(awsapi.Conflict, "")), retryConflict, false},
		"not found":   {"what AWS says is gone may be so for long", after(outcome{}, awsError(awsapi.NotFound, "")), 0, true},
		"denied":      {"a right is not granted within seconds", after(outcome{}, awsError(awsapi.Denied, "")), retryDenied, false},
		"unavailable": {"nobody knows how long, so the work queue's growing delay is used", after(outcome{}, awsError(awsapi.Unavailable, "")), 0, true},
		"unknown":     {"an error that is no AWS error is retried like one of unknown length", after(outcome{}, errors.New("x")), 0, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := &pass{members: []*member{{outcome: c.out}}}
			got, err := p.next(resync)
			if (err != nil) != c.err || got.RequeueAfter < c.want || got.RequeueAfter > c.want+c.want/5 {
				t.Errorf("%s: got %v, %v", c.reason, got, err)
			}
		})
	}
}

// TestMakingAnewIsRememberedUntilItsEndIsKnown by a process that did not begin it:
// else what it made would be told as made by others.
func TestMakingAnewIsRememberedUntilItsEndIsKnown(t *testing.T) {
	before := targetObject("t", "service/a/b")
	before.Status.ACKResourceMetadata = &v1alpha1.ResourceMetadata{ARN: new("arn:old")}
	before.Status.Remaking = true
	for _, c := range []struct {
		reason string
		out    outcome
		arn    string
		vain   bool
		want   bool
	}{
		{"AWS could not be read", after(outcome{}, awsError(awsapi.Unavailable, "")), "arn:old", false, true},
		{"it is there", outcome{state: synced}, "arn:old", false, false},
		{"it has another ARN, and something after it failed", after(outcome{}, awsError(awsapi.Unavailable, "")), "arn:new", false, false},
		{"AWS refused to make it", after(outcome{}, awsError(awsapi.Invalid, "")), "arn:old", true, false},
	} {
		obj := before.DeepCopy()
		*obj.Status.ACKResourceMetadata.ARN = c.arn
		m := &member{obj: obj, before: before, outcome: c.out, refusedFor: c.vain}
		if (&Reconciler{}).writeRefusal(m, obj.GetStatus()); obj.Status.Remaking != c.want {
			t.Errorf("%s: remaking is %t", c.reason, obj.Status.Remaking)
		}
	}
}
