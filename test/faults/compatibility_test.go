package faults

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

const linkedRole = "arn:aws:iam::" + account + ":role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"

// instant is a time in JSON that clients of the ACK controller can parse: in
// whole seconds, with Z.
var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)

// Clients wait for a first status and take the ARN out of it, so there is none
// before AWS has answered; and a spec stays what its author wrote, also where
// AWS says more, such as the role.
func TestFirstStatusHasTheARNAndTheSpecStays(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		inTurn(bring(target("t", alpha, 1, 3)), bring(policy("p", "p", alpha, 50), action("s", "s", alpha, 2)))(w)
		w.settle()
		w.holds()
		first := map[key]bool{}
		w.memory.mu.Lock()
		history := slices.Clone(w.memory.history)
		w.memory.mu.Unlock()
		for _, change := range history {
			status := change.after.GetStatus()
			if len(status.Conditions) == 0 || first[change.key] {
				continue
			}
			first[change.key] = true
			if known := status.ACKResourceMetadata; known == nil || text(known.ARN) == "" || known.OwnerAccountID != account || known.Region != region || text(known.Partition) != "aws" {
				t.Errorf("the first status of %s says of its place %+v", change.key, known)
			}
		}
		for _, obj := range w.kube.list() {
			if obj.GetGeneration() != 1 {
				t.Errorf("the spec of %s was written", obj.GetName())
			}
			for _, at := range []*metav1.Time{obj.GetStatus().CreationTime, obj.GetStatus().LastModifiedTime} {
				if written, err := json.Marshal(at); err != nil || !instant.MatchString(strings.Trim(string(written), `"`)) {
					t.Errorf("%s has a time %s", obj.GetName(), written)
				}
			}
		}
		if got := w.kube.get(keyT).(*v1alpha1.ScalableTarget); text(got.Status.RoleARN) != linkedRole || got.Spec.RoleARN != nil {
			t.Errorf("the role is told in the status, which has %s, and the spec %v", text(got.Status.RoleARN), got.Spec.RoleARN)
		}
	})
}

// Tests of ACK users compare lastModifiedTime before and after an edit.
func TestLastModifiedTimeGrowsWithEveryWriteToAWS(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		some(w)
		w.settle()
		at := func() time.Time { return w.kube.get(keyT).GetStatus().LastModifiedTime.Time }
		was := at()
		grows := func(what string) {
			t.Helper()
			if now := at(); !now.After(was) {
				t.Errorf("%s: it was %s and is %s", what, was, now)
			}
			was = at()
		}
		for bound := range int64(3) { // within one second
			setBounds(bound, 5)(w)
			time.Sleep(200 * time.Millisecond)
			grows("an edit")
		}
		w.settle()
		register(alpha, 3, 9)(w)
		w.settle()
		grows("drift that is put right")
		w.settle()
		if now := at(); !now.Equal(was) {
			t.Errorf("nothing was written, and it moved to %s", now)
		}
	})
}

// kubernetesWrites counts the writes to an object.
func (w *world) kubernetesWrites(k key) (n int) {
	for _, what := range w.written() {
		if strings.HasPrefix(what, "write "+string(k.kind)+" "+k.name) {
			n++
		}
	}
	return n
}

// Every failed attempt used to put the finalizer on and take it off again, and
// between the two AWS may have made the target.
func TestFailedCreationsWriteTheObjectOnce(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		allow := w.cloud.Faults().Inject(localcloud.Fault{Operation: "RegisterScalableTarget", Error: &wire.Error{Code: "AccessDeniedException", Message: "not authorized"}})
		w.create(target("t", alpha, 1, 3))
		w.pass(10 * time.Minute)
		tries := w.cloud.Journal().Count("RegisterScalableTarget")
		if n := w.kubernetesWrites(keyT); n != 2 || tries < 5 || tries > 25 {
			t.Errorf("%d tries in 10 minutes, and the object was written %d times, want the finalizer and the status: %s", tries, n, w.report())
		}
		if got := w.kube.get(keyT); len(got.GetFinalizers()) != 1 || !is(got, v1alpha1.ConditionRecoverable, metav1.ConditionTrue) {
			t.Errorf("the object is not held, or does not say what is wrong: %s", w.report())
		}
		allow()
		w.settle()
		w.holds()
	})
}

// What AWS finds invalid is not sent again and again, and not given up either:
// the reason may go away in AWS.
func TestWhatAWSFindsInvalidIsTriedOncePerCheck(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.create(target("t", variant("later"), 1, 3))
		w.pass(10 * time.Minute)
		if n := w.cloud.Journal().Count("RegisterScalableTarget"); n < 5 || n > 12 || reasonOf(w.kube.get(keyT)) != "RefusedByAWS" {
			t.Errorf("%d tries in 10 minutes with a check per minute: %s", n, w.report())
		}
		w.must(w.cloud.Seed(t.Context(), localcloud.Endpoint{Account: account, Region: region, Name: "later"}))
		w.settle()
		w.holds()
		if !is(w.kube.get(keyT), v1alpha1.ConditionReady, metav1.ConditionTrue) {
			t.Errorf("the endpoint is there, and the object stays refused: %s", w.report())
		}
	})
}

// A role that AWS replaces by its own never matches what it reports.
func TestRoleThatAWSReplacesIsSentOnce(t *testing.T) {
	for _, role := range []string{"arn:aws:iam::" + account + ":role/mine", linkedRole} {
		inWorld(t, nil, func(w *world) {
			obj := target("t", alpha, 1, 3)
			obj.Spec.RoleARN = &role
			w.create(obj)
			w.pass(10 * time.Minute)
			w.holds()
			if n := w.cloud.Journal().Count("RegisterScalableTarget"); n != 1 {
				t.Errorf("the target with role %s was registered %d times", role, n)
			}
		})
	}
}

// ofACK makes an object that the ACK controller has managed: with its finalizer,
// with the role that it wrote into the spec, and with conditions as it writes
// them.
func ofACK(w *world, obj v1alpha1.Object, id string) v1alpha1.Object {
	w.Helper()
	all, err := describe(w.cloud)
	w.must(err)
	arn, past := all[id].arn, metav1.NewTime(time.Now().Add(-time.Hour).Truncate(time.Second))
	obj.SetFinalizers([]string{"finalizers.applicationautoscaling.services.k8s.aws/" + string(keyOf(obj).kind)})
	s := obj.GetStatus()
	s.ACKResourceMetadata = &v1alpha1.ResourceMetadata{ARN: &arn, OwnerAccountID: account, Region: region}
	s.CreationTime, s.LastModifiedTime = &past, &past
	condition := func(conditionType, reason, message string) v1alpha1.Condition {
		return v1alpha1.Condition{Type: conditionType, Status: metav1.ConditionTrue, LastTransitionTime: &past, Reason: &reason, Message: &message}
	}
	s.Conditions = []v1alpha1.Condition{
		condition("ACK.LateInitialized", "Late initialization successful", "Late initialization successful"),
		condition(v1alpha1.ConditionResourceSynced, "", "Resource synced successfully"),
		{Type: v1alpha1.ConditionRecoverable, Status: metav1.ConditionFalse},
	}
	if target, ok := obj.(*v1alpha1.ScalableTarget); ok {
		target.Spec.RoleARN = new(linkedRole)
	}
	return obj
}

// Who replaces the ACK controller by this one has objects that go on: nothing
// is written to AWS, nothing has to be adopted, and what is deleted goes.
func TestObjectsOfTheACKControllerAreTakenOver(t *testing.T) {
	inWorld(t, func(w *world) {
		atOnce(register(alpha, 1, 3), putTracking(alpha, "p", 50))(w)
		w.create(ofACK(w, target("t", alpha, 1, 3), "target "+alpha.String()), ofACK(w, policy("p", "p", alpha, 50), "policy "+alpha.String()+" p"))
	}, func(w *world) {
		w.settle()
		w.holds()
		if changed := w.changedAWS(); len(changed) > 0 {
			t.Errorf("AWS was changed: %q", changed)
		}
		for _, k := range []key{keyT, keyP} {
			if obj := w.kube.get(k); !is(obj, v1alpha1.ConditionReady, metav1.ConditionTrue) || obj.GetGeneration() != 1 || len(obj.GetFinalizers()) != 1 {
				t.Errorf("%s does not go on: %s", k, w.report())
			}
		}
		setBounds(2, 5)(w)
		w.settle()
		w.holds()
		w.delete(keyT, keyP)
		w.settle()
		w.holds()
		if left := w.kube.list(); len(left) > 0 {
			t.Errorf("the objects hang: %s", w.report())
		}
	})
}

// Clients wait five seconds for a deletion.
func TestDeletionsAreCompleteWithinSeconds(t *testing.T) {
	for reason, keys := range map[string][]key{"one": {keyP}, "the target, with what stays under it": {keyT}, "all": {keyT, keyP, keyS}} {
		inWorld(t, nil, func(w *world) {
			some(w)
			w.settle()
			w.delete(keys...)
			time.Sleep(5 * time.Second)
			for _, k := range keys {
				if w.kube.get(k) != nil {
					t.Errorf("%s: %s is still there: %s", reason, k, w.report())
				}
			}
		})
	}
}

// A field that was left to others and is not any more is declared anew: that
// AWS has another value is no fault of theirs.
func TestFieldsThatAreTakenBackAreNotDrift(t *testing.T) {
	for reason, left := range map[string]string{
		"others had a field of the object": v1alpha1.AnnotationYield,
		"the object was read-only":         v1alpha1.AnnotationReadOnly,
	} {
		inWorld(t, nil, func(w *world) {
			some(w)
			w.settle()
			annotate(keyT, left, map[string]string{v1alpha1.AnnotationYield: "maxCapacity", v1alpha1.AnnotationReadOnly: "true"}[left])(w)
			w.settle()
			register(alpha, 1, 9)(w)
			w.settle()
			annotate(keyT, "", "")(w)
			w.settle()
			w.holds()
			if drift := w.kube.get(keyT).GetStatus().LastDrift; drift != nil {
				t.Errorf("%s: the status tells of drift: %+v", reason, drift)
			}
			told := w.told()
			if slices.ContainsFunc(told, func(e string) bool { return strings.HasPrefix(e, "DriftCorrected") }) || !slices.ContainsFunc(told, func(e string) bool { return strings.HasPrefix(e, "Updated: maxCapacity 9 -> 3") }) {
				t.Errorf("%s: the events are %q", reason, told)
			}
			register(alpha, 1, 9)(w)
			w.settle()
			if drift := w.kube.get(keyT).GetStatus().LastDrift; drift == nil {
				t.Errorf("%s: what others change after that is drift, and the status does not tell", reason)
			}
		})
	}
}
