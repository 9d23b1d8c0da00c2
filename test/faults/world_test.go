package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
)

// A world is what one run has to itself. It lives in a synctest bubble.
type world struct {
	*testing.T
	kube        cluster
	memory      *apiServer // the cluster, unless it is a real one
	real        *programs  // where it is
	cloud       *localcloud.Cloud
	process     *process
	watch       watch
	concurrency int
	resync      time.Duration
	faster      int64                              // than they are written random histories go by
	attempts    int                                // of the AWS SDK
	outage      func(at place, body string) outage // of AWS; nil: none
	denied      func() (bool, error)               // whether foreign kinds may not be read; nil: they may
	kubeFault   func() loss                        // asked, with the lock, at every write to the API server
	faults      []func(*localcloud.Faults)
	owned       map[string]thing                              // in AWS: what somebody else made, and how it must stay
	tagged      map[string]map[string]string                  // tags that others put, by the ARN of the target
	edited      map[string][]types.UID                        // alarms that others edited, and the policies that knew them
	silenced    map[string]bool                               // alarms of which others disabled the actions
	lastFiring  time.Time                                     // of a scheduled action; zero: none fires
	anew        atomic.Bool                                   // others deleted something in AWS and made it again
	meddled     atomic.Bool                                   // others changed AWS, so that drift may be told
	refuse      atomic.Pointer[func(k key, status bool) bool] // what the API server does not accept
	// alarmsAppear is how long CloudWatch takes to show the alarms of a policy that
	// was put. AWS does not document it.
	alarmsAppear time.Duration
	whileDead    func(*world) // happens once, when a process has died and before the next one starts

	mu       sync.Mutex
	writes   []string
	putAt    time.Time // of the last policy
	events   []string
	untruths []string // that statuses told on the way
}

// A cluster is the API server as people have it.
type cluster interface {
	get(k key) v1alpha1.Object // nil: there is none
	list() []v1alpha1.Object   // ordered by kind and name
	create(obj v1alpha1.Object) error
	update(k key, edit func(v1alpha1.Object)) error
	delete(k key) error
	// generations are all that an object has said so far.
	generations(obj *v1alpha1.ScalableTarget) []*v1alpha1.ScalableTarget
	endpoint(name string) *unstructured.Unstructured // nil: there is none
}

// A loss is what becomes of a call to the API server.
type loss int

const (
	lostNothing loss = iota
	lostBefore       // the call does not reach it
	lostAfter        // its answer does not come back
)

// endpoints are the SageMaker endpoints of every world.
var endpoints = []string{"alpha", "beta", "foreign"}

// inWorld runs a test in a new world with a running controller.
func inWorld(t *testing.T, prepare func(*world), run func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			T: t, memory: newAPIServer(), faster: 1, cloud: newCloud(t), concurrency: 2, resync: resync,
			kubeFault: func() loss { return lostNothing }, owned: map[string]thing{}, tagged: map[string]map[string]string{},
			edited: map[string][]types.UID{}, silenced: map[string]bool{},
		}
		w.kube = w.memory
		if prepare != nil {
			prepare(w)
		}
		w.start()
		defer func() {
			w.stop()
			time.Sleep(2 * time.Second) // the metrics of the work queue notice its end at their next tick
		}()
		run(w)
	})
}

func newCloud(t testing.TB) *localcloud.Cloud {
	return newCloudThat(t, appautoscaling.Behaviour{})
}

// newCloudThat is an AWS that does what is not documented in one of the ways.
func newCloudThat(t testing.TB, does appautoscaling.Behaviour) *localcloud.Cloud {
	c := localcloud.New(localcloud.Options{Account: account, Region: region, JournalSize: 1000, AppAutoScaling: does, Logger: slog.New(slog.DiscardHandler)})
	furnish(t, c, place{})
	return c
}

// furnish makes the endpoints in a place.
func furnish(t testing.TB, c *localcloud.Cloud, at place) {
	who, where := at.scope()
	for _, name := range endpoints {
		if err := c.Seed(t.Context(), localcloud.Endpoint{Account: who, Region: where, Name: name}); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) wrote(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes = append(w.writes, what)
	if what == "PutScalingPolicy" {
		w.putAt = time.Now()
	}
}

// answers is the cloud that answers an operation. One without alarms stands for
// a CloudWatch that does not show the new ones yet.
func (w *world) answers(operation string) *localcloud.Cloud {
	w.mu.Lock()
	defer w.mu.Unlock()
	if operation == "DescribeAlarms" && time.Since(w.putAt) < w.alarmsAppear {
		return localcloud.New(localcloud.Options{Account: account, Region: region, Logger: slog.New(slog.DiscardHandler)})
	}
	return w.cloud
}

func (w *world) announced(event string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, event)
}

// loses says what becomes of a call to the API server.
func (w *world) loses() loss {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.kubeFault()
}

func (w *world) loseCalls(how func() loss) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kubeFault = how
}

func (w *world) eventCount() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.events)
}

// told returns all events so far.
func (w *world) told() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.events)
}

// written returns all writes of all processes so far.
func (w *world) written() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.writes)
}

// pass lets time pass, with a new process should the present one die.
func (w *world) pass(d time.Duration) {
	const look = 5 * time.Second
	for ; d > 0; d -= look {
		time.Sleep(min(d, look))
		w.reincarnate()
	}
}

// lasts is how long something takes here that is written to take d.
func (w *world) lasts(d time.Duration) time.Duration { return d / time.Duration(w.faster) }

// settle lets so much time pass that nothing is under way any more.
func (w *world) settle() { w.pass(4 * resync) }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// create creates objects, as kubectl does that waits for those of the same
// name to be gone.
func (w *world) create(objects ...v1alpha1.Object) {
	w.Helper()
	for _, obj := range objects {
		err := w.kube.create(obj)
		for waited := time.Duration(0); apierrors.IsAlreadyExists(err) && waited < 5*resync; waited += 5 * time.Second {
			w.pass(5 * time.Second)
			err = w.kube.create(obj)
		}
		w.must(err)
	}
}

func (w *world) delete(keys ...key) {
	w.Helper()
	for _, k := range keys {
		w.must(w.kube.delete(k))
	}
}

// edit changes an object that must be there.
func edit[T v1alpha1.Object](w *world, k key, change func(T)) {
	w.Helper()
	w.must(w.kube.update(k, func(obj v1alpha1.Object) { change(obj.(T)) }))
}

// call asks a cloud as a client does that has read AWS's reference and nothing
// else.
func call(c *localcloud.Cloud, at place, operation string, in map[string]any) (map[string]any, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	r := httptest.NewRequest(http.MethodPost, "http://aws.test/", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AnyScaleFrontendService."+operation)
	who, where := at.scope()
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20000101/%s/application-autoscaling/aws4_request", who, where))
	answer := httptest.NewRecorder()
	c.ServeHTTP(answer, r)
	out := map[string]any{}
	if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil && answer.Body.Len() > 0 {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	if answer.Code != http.StatusOK {
		return nil, fmt.Errorf("%s: %d %s", operation, answer.Code, strings.TrimSpace(answer.Body.String()))
	}
	return out, nil
}

// aws changes AWS behind the controller's back.
func (w *world) aws(at place, operation string, in map[string]any) {
	w.Helper()
	w.meddled.Store(true)
	if _, err := call(w.cloud, at, operation, in); err != nil {
		w.Fatal(err)
	}
}
