package faults

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

const namespace = "test"

// key names an object; all are in one namespace.
type key struct {
	kind autoscaling.Kind
	name string
}

func keyOf(obj v1alpha1.Object) key {
	switch obj.(type) {
	case *v1alpha1.ScalingPolicy:
		return key{autoscaling.KindPolicy, obj.GetName()}
	case *v1alpha1.ScheduledAction:
		return key{autoscaling.KindAction, obj.GetName()}
	}
	return key{autoscaling.KindTarget, obj.GetName()}
}

func newObject(kind autoscaling.Kind) v1alpha1.Object {
	switch kind {
	case autoscaling.KindPolicy:
		return &v1alpha1.ScalingPolicy{}
	case autoscaling.KindAction:
		return &v1alpha1.ScheduledAction{}
	}
	return &v1alpha1.ScalableTarget{}
}

// specOf returns a pointer to the object's spec.
func specOf(obj v1alpha1.Object) any {
	return reflect.ValueOf(obj).Elem().FieldByName("Spec").Addr().Interface()
}

func clone[T v1alpha1.Object](obj T) T { return obj.DeepCopyObject().(T) }

// change is one entry of the API server's history: before is nil for a new
// object, after for one that is gone.
type change struct {
	key           key
	before, after v1alpha1.Object
}

// apiServer keeps objects as a Kubernetes API server does, as far as a
// controller can tell: resource versions and generations, a status that only
// its own endpoint changes, finalizers that delay a deletion, and writes that
// change nothing and leave no trace.
type apiServer struct {
	mu        sync.Mutex
	version   int
	objects   map[key]v1alpha1.Object
	history   []change
	endpoints map[string]*unstructured.Unstructured // of another controller
	paused    map[string]bool                       // namespaces
	news      chan struct{}                         // closed by the next change
}

func newAPIServer() *apiServer {
	return &apiServer{objects: map[key]v1alpha1.Object{}, endpoints: map[string]*unstructured.Unstructured{}, paused: map[string]bool{}, news: make(chan struct{})}
}

func (s *apiServer) get(k key) v1alpha1.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	if obj := s.objects[k]; obj != nil {
		return clone(obj)
	}
	return nil
}

// latest is the resource version of the last change.
func (s *apiServer) latest() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// list returns all objects, ordered by kind and name.
func (s *apiServer) list() []v1alpha1.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []v1alpha1.Object
	for _, obj := range s.objects {
		all = append(all, clone(obj))
	}
	slices.SortFunc(all, func(a, b v1alpha1.Object) int {
		return cmp.Or(cmp.Compare(keyOf(a).kind, keyOf(b).kind), cmp.Compare(a.GetName(), b.GetName()))
	})
	return all
}

// record appends to the history; the lock is held.
func (s *apiServer) record(k key, before, after v1alpha1.Object) {
	s.history = append(s.history, change{k, before, after})
	close(s.news)
	s.news = make(chan struct{})
}

func (s *apiServer) create(obj v1alpha1.Object) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := keyOf(obj)
	if s.objects[k] != nil {
		return apierrors.NewAlreadyExists(resourceOf(k), k.name)
	}
	obj = clone(obj)
	s.version++
	obj.SetNamespace(k.namespace())
	obj.SetUID(types.UID(fmt.Sprintf("uid-%d", s.version)))
	obj.SetResourceVersion(strconv.Itoa(s.version))
	obj.SetGeneration(1)
	obj.SetCreationTimestamp(metav1.NewTime(time.Now().Truncate(time.Second)))
	s.objects[k] = obj
	s.record(k, nil, obj)
	return nil
}

// update changes an object as a user does: not its status.
func (s *apiServer) update(k key, edit func(v1alpha1.Object)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.objects[k]
	if old == nil {
		return apierrors.NewNotFound(resourceOf(k), k.name)
	}
	next := clone(old)
	edit(next)
	s.store(k, old, next)
	return nil
}

func (s *apiServer) delete(k key) error {
	return s.update(k, func(obj v1alpha1.Object) {
		if obj.GetDeletionTimestamp() == nil {
			now := metav1.NewTime(time.Now().Truncate(time.Second))
			obj.SetDeletionTimestamp(&now)
			obj.SetGeneration(obj.GetGeneration() + 1)
		}
	})
}

// store replaces an object; the lock is held.
func (s *apiServer) store(k key, old, next v1alpha1.Object) v1alpha1.Object {
	if equality.Semantic.DeepEqual(old, next) && !(next.GetDeletionTimestamp() != nil && len(next.GetFinalizers()) == 0) {
		return old
	}
	if !equality.Semantic.DeepEqual(specOf(old), specOf(next)) {
		next.SetGeneration(old.GetGeneration() + 1)
	}
	s.version++
	next.SetResourceVersion(strconv.Itoa(s.version))
	if next.GetDeletionTimestamp() != nil && len(next.GetFinalizers()) == 0 {
		delete(s.objects, k)
		s.record(k, next, nil)
		return next
	}
	s.objects[k] = next
	s.record(k, old, next)
	return next
}

// patch applies a merge patch to the status, or to all but the status, and
// returns the object as it was and as it is.
func (s *apiServer) patch(k key, data []byte, status bool) (before, after v1alpha1.Object, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.objects[k]
	if old == nil {
		return nil, nil, apierrors.NewNotFound(resourceOf(k), k.name)
	}
	next, err := merged(k.kind, old, data)
	if err != nil {
		return nil, nil, apierrors.NewBadRequest(err.Error())
	}
	if err := moved(k, old, next); err != nil {
		return nil, nil, err
	}
	from, to := next, clone(old)
	if !status {
		from, to = old, next
	}
	setStatus(to, from)
	if old.GetDeletionTimestamp() != nil {
		for _, f := range to.GetFinalizers() {
			if !slices.Contains(old.GetFinalizers(), f) {
				return nil, nil, apierrors.NewForbidden(resourceOf(k), k.name, fmt.Errorf("no new finalizers can be added if the object is being deleted"))
			}
		}
	}
	return clone(old), clone(s.store(k, old, to)), nil
}

// replaceStatus replaces the status of an object that is as the sender has it.
func (s *apiServer) replaceStatus(k key, sent v1alpha1.Object) (before, after v1alpha1.Object, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.objects[k]
	if old == nil {
		return nil, nil, apierrors.NewNotFound(resourceOf(k), k.name)
	}
	if err := moved(k, old, sent); err != nil {
		return nil, nil, err
	}
	sent, err = merged(k.kind, sent, []byte("{}")) // as JSON has it
	if err != nil {
		return nil, nil, apierrors.NewBadRequest(err.Error())
	}
	next := clone(old)
	setStatus(next, sent)
	return clone(old), clone(s.store(k, old, next)), nil
}

// moved is the error of a write by somebody who has not the object as it is.
func moved(k key, has, sent v1alpha1.Object) error {
	switch {
	case sent.GetResourceVersion() != has.GetResourceVersion():
		return apierrors.NewConflict(resourceOf(k), k.name, errors.New("the object has been modified"))
	case sent.GetUID() != has.GetUID():
		return apierrors.NewConflict(resourceOf(k), k.name, errors.New("the object has another UID"))
	}
	return nil
}

// setStatus gives an object the status of another one.
func setStatus(to, from v1alpha1.Object) {
	reflect.ValueOf(to).Elem().FieldByName("Status").Set(reflect.ValueOf(from).Elem().FieldByName("Status"))
}

func merged(kind autoscaling.Kind, obj v1alpha1.Object, data []byte) (v1alpha1.Object, error) {
	var patch map[string]any
	if err := json.Unmarshal(data, &patch); err != nil {
		return nil, err
	}
	text, err := json.Marshal(mergePatch(asMap(obj), patch))
	if err != nil {
		return nil, err
	}
	next := newObject(kind)
	return next, json.Unmarshal(text, next)
}

// asMap is a value as its JSON says it.
func asMap(v any) map[string]any {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	m := map[string]any{}
	if err := json.Unmarshal(text, &m); err != nil {
		panic(err)
	}
	return m
}

// mergePatch is RFC 7386.
func mergePatch(value any, patch map[string]any) map[string]any {
	m, ok := value.(map[string]any)
	if !ok {
		m = map[string]any{}
	}
	for name, p := range patch {
		if p == nil {
			delete(m, name)
		} else if deeper, ok := p.(map[string]any); ok {
			m[name] = mergePatch(m[name], deeper)
		} else {
			m[name] = p
		}
	}
	return m
}

func resourceOf(k key) schema.GroupResource {
	return schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: string(k.kind)}
}
