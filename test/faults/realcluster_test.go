package faults

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// patience is how long a test waits for what should come soon; it is generous,
// because a loaded machine is slow.
const patience = 90 * time.Second

// eventually waits until check has nothing to complain about.
func eventually(t testing.TB, what string, check func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not after %s: %v", what, patience, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// realCluster is a namespace of a real API server. Who uses it tries again when
// the API server is away, as people do.
type realCluster struct {
	*testing.T
	client    client.Client
	namespace string

	mu  sync.Mutex
	was map[types.UID][]*v1alpha1.ScalableTarget
}

func newRealCluster(t *testing.T, s *server, namespace string) *realCluster {
	t.Helper()
	known := runtime.NewScheme()
	config, err := clientcmd.BuildConfigFromFlags("", s.kubeconfig)
	if err := errors.Join(err, scheme.AddToScheme(known), v1alpha1.AddToScheme(known)); err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	r := &realCluster{T: t, namespace: namespace, was: map[types.UID][]*v1alpha1.ScalableTarget{}}
	eventually(t, "the API server says what it has", func() (err error) {
		r.client, err = client.New(config, client.Options{Scheme: known})
		return err
	})
	err = r.ask(func() error {
		return r.client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
	})
	if client.IgnoreAlreadyExists(err) != nil { // the answer to the first try may have been lost
		t.Fatal(err)
	}
	return r
}

// ask asks until there is an answer, be it a refusal.
func (c *realCluster) ask(call func() error) (err error) {
	c.Helper()
	eventually(c.T, "the API server answers", func() error {
		err = call()
		if unanswered(err) {
			return err
		}
		return nil
	})
	return err
}

// unanswered says that an error is not the API server's answer: there was no
// connection, or it has just started and does not know what it serves, and whom.
func unanswered(err error) bool {
	var status apierrors.APIStatus
	return err != nil && (!errors.As(err, &status) || apierrors.IsUnauthorized(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsTooManyRequests(err) ||
		apierrors.IsInternalError(err) || apierrors.IsTimeout(err) || apierrors.IsServerTimeout(err) || apierrors.IsConflict(err) || apierrors.IsForbidden(err))
}

// seen keeps what targets say.
func (c *realCluster) seen(obj v1alpha1.Object) v1alpha1.Object {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := obj.(*v1alpha1.ScalableTarget); ok {
		if was := c.was[t.UID]; len(was) == 0 || was[len(was)-1].Generation < t.Generation {
			c.was[t.UID] = append(was, clone(t))
		}
	}
	return obj
}

func (c *realCluster) generations(obj *v1alpha1.ScalableTarget) []*v1alpha1.ScalableTarget {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.was[obj.UID])
}

// endpoint implements cluster: there is no other controller.
func (c *realCluster) endpoint(string) *unstructured.Unstructured { return nil }

func (c *realCluster) get(k key) v1alpha1.Object {
	c.Helper()
	obj := newObject(k.kind)
	err := c.ask(func() error {
		return c.client.Get(c.Context(), client.ObjectKey{Namespace: c.namespace, Name: k.name}, obj.(client.Object))
	})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		c.Fatal(err)
	}
	return c.seen(obj)
}

func (c *realCluster) list() (all []v1alpha1.Object) {
	c.Helper()
	var targets v1alpha1.ScalableTargetList
	var policies v1alpha1.ScalingPolicyList
	var actions v1alpha1.ScheduledActionList
	for _, list := range []client.ObjectList{&targets, &policies, &actions} {
		if err := c.ask(func() error { return c.client.List(c.Context(), list, client.InNamespace(c.namespace)) }); err != nil {
			c.Fatal(err)
		}
	}
	for i := range targets.Items {
		all = append(all, c.seen(&targets.Items[i]))
	}
	for i := range policies.Items {
		all = append(all, &policies.Items[i])
	}
	for i := range actions.Items {
		all = append(all, &actions.Items[i])
	}
	slices.SortStableFunc(all, func(a, b v1alpha1.Object) int {
		return cmp.Or(cmp.Compare(keyOf(a).kind, keyOf(b).kind), cmp.Compare(a.GetName(), b.GetName()))
	})
	return all
}

func (c *realCluster) create(obj v1alpha1.Object) error {
	c.Helper()
	var made v1alpha1.Object
	err := c.ask(func() error {
		made = clone(obj)
		made.SetNamespace(c.namespace)
		return c.client.Create(c.Context(), made.(client.Object))
	})
	if err == nil {
		c.seen(made)
	}
	return err
}

func (c *realCluster) update(k key, edit func(v1alpha1.Object)) error {
	c.Helper()
	return c.ask(func() error {
		old := c.get(k)
		if old == nil {
			return apierrors.NewNotFound(resourceOf(k), k.name)
		}
		next := clone(old)
		edit(next)
		if equality.Semantic.DeepEqual(old, next) {
			return nil
		}
		err := c.client.Update(c.Context(), next.(client.Object))
		if err == nil {
			c.seen(next)
		}
		return err
	})
}

func (c *realCluster) delete(k key) error {
	c.Helper()
	obj := newObject(k.kind)
	obj.SetNamespace(c.namespace)
	obj.SetName(k.name)
	return c.ask(func() error { return c.client.Delete(c.Context(), obj.(client.Object)) })
}
