package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// An outage is what becomes of requests to AWS by their place or content, which
// the faults of the local AWS do not tell apart.
type outage int

const (
	none  outage = iota
	hangs        // no answer until the process gives up
	fails        // the answer is an internal error
)

// strike lets requests suffer an outage from now on, in place of any other.
func (w *world) strike(what outage, which func(at place, body string) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outage = func(at place, body string) outage {
		if which(at, body) {
			return what
		}
		return none
	}
}

// recover ends outages.
func (w *world) recover() { w.strike(none, func(place, string) bool { return false }) }

func (w *world) suffers(at place, body []byte) outage {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.outage == nil {
		return none
	}
	return w.outage(at, string(body))
}

func failure() *http.Response {
	return &http.Response{
		StatusCode: http.StatusInternalServerError, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
		Body: io.NopCloser(strings.NewReader(`{"__type":"InternalServiceException","message":"internal error"}`)),
	}
}

// mayRead says whether the process may read objects of other controllers.
func (w *world) mayRead(context.Context, schema.GroupResource) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.denied == nil {
		return true, nil
	}
	denied, err := w.denied()
	return !denied && err == nil, err
}

func (w *world) deny(how func() (bool, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.denied = how
}

// The API server may not answer what the controller may do, or answer that it
// may not: an object that refers to another controller's waits and says so, the
// others do not wait, and nothing is watched that may not be read. The right may
// come at any time.
func TestRightsToForeignKindsMayComeLate(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deny(func() (bool, error) { return false, errors.New("the API server is busy") })
	}, func(w *world) {
		endpointIs("e", "alpha")(w)
		w.create(byEndpoint(target("t", alpha, 1, 3), "e"), target("u", beta, 1, 3))
		for _, refuses := range []func() (bool, error){nil, func() (bool, error) { return true, nil }} {
			if refuses != nil {
				w.deny(refuses)
			}
			w.pass(2 * resync)
			if got := w.kube.get(keyT); reasonOf(got) != "ReferenceNotResolved" || !strings.Contains(text(condition(got, v1alpha1.ConditionReady).Message), "may not list and watch it") {
				t.Errorf("it does not wait, or does not say for what: %s", w.report())
			}
			if got := w.kube.get(key{targetKind, "u"}); !is(got, v1alpha1.ConditionReady, "True") {
				t.Errorf("an object that refers to nothing waits: %s", w.report())
			}
			w.process.cache.mu.Lock()
			if w.process.cache.handlers[endpointObjects] != nil {
				t.Error("a kind is watched that may not be read")
			}
			w.process.cache.mu.Unlock()
		}
		w.deny(nil)
		w.pass(10 * time.Second)
		if got := w.kube.get(keyT); !is(got, v1alpha1.ConditionReady, "True") {
			t.Errorf("the right has come, and nobody noticed: %s", w.report())
		}
		w.settle()
		w.holds()
	})
}

// A pass that AWS holds for ever is given up after ten minutes, and the worker
// is free for others; the object says what is wrong, and comes right when AWS
// answers.
func TestPassesThatHangAreGivenUp(t *testing.T) {
	inWorld(t, func(w *world) { w.concurrency = 1 }, func(w *world) {
		w.strike(hangs, func(_ place, body string) bool { return strings.Contains(body, alpha.resource) })
		w.create(target("t", alpha, 1, 3))
		w.pass(10 * time.Second)
		w.create(target("u", beta, 1, 3))
		w.pass(9 * time.Minute)
		if got := w.kube.get(key{targetKind, "u"}); is(got, v1alpha1.ConditionReady, "True") {
			t.Fatal("the only worker does not hang")
		}
		w.pass(2 * time.Minute)
		if got := w.kube.get(keyT); !is(got, v1alpha1.ConditionRecoverable, "True") {
			t.Errorf("nobody is told that AWS does not answer: %s", w.report())
		}
		if got := w.kube.get(key{targetKind, "u"}); !is(got, v1alpha1.ConditionReady, "True") {
			t.Errorf("the worker is not free: %s", w.report())
		}
		w.recover()
		w.pass(15 * time.Minute) // one more pass may hang, and retries come after 5 minutes
		w.holds()
		if got := w.kube.get(keyT); !is(got, v1alpha1.ConditionReady, "True") {
			t.Errorf("AWS answers again: %s", w.report())
		}
	})
}

// A check reads each service namespace by itself: where one fails or does not
// answer, the others are checked as ever.
func TestAFailingServiceNamespaceIsCheckedAlone(t *testing.T) {
	const many = 12 // of which a check lists the whole namespace
	for reason, what := range map[string]outage{"it fails": fails, "it hangs": hangs} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) { w.concurrency = 2 * many }, func(w *world) {
				some(w)
				for i := range many {
					w.create(target(fmt.Sprint("u", i), identity{namespace: "ecs", resource: fmt.Sprint("service/c/s", i), dimension: "ecs:service:DesiredCount"}, 1, 3))
				}
				w.settle()
				w.strike(what, func(_ place, body string) bool { return strings.Contains(body, `"ecs"`) })
				w.pass(2 * resync)
				register(alpha, 1, 9)(w)
				put("PutScheduledAction", alpha, map[string]any{
					"ScheduledActionName": "theirs", "Schedule": "at(2040-01-01T00:00:00)", "ScalableTargetAction": map[string]any{"MinCapacity": 1},
				})(w)
				w.disown("action " + alpha.String() + " theirs")
				w.pass(resync + 5*time.Second)
				got := w.kube.get(keyT).(*v1alpha1.ScalableTarget)
				if got.Status.LastDrift == nil || got.Status.Undeclared == nil {
					t.Errorf("what others did in sagemaker is not found while ecs is in trouble: %s", w.report())
				}
				w.recover()
				w.pass(15 * time.Minute)
				w.holds()
				for _, obj := range w.kube.list() {
					if !is(obj, v1alpha1.ConditionReady, "True") {
						t.Errorf("AWS answers again, and %s is not ready: %s", obj.GetName(), w.report())
					}
				}
			})
		})
	}
}
