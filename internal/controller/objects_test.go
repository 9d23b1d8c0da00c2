package controller

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// server is an API server with one object, as it is after a write.
type server struct {
	client.Client
	after *v1alpha1.ScalableTarget
	uid   types.UID // of the object that was written, if it is another one
	moved bool      // it is not as it was read any more
	reads int
}

func (s *server) Status() client.SubResourceWriter { return serverStatus{server: s} }

func (s *server) Get(_ context.Context, _ client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	s.reads++
	s.after.DeepCopyInto(into.(*v1alpha1.ScalableTarget))
	return nil
}

type serverStatus struct {
	client.SubResourceWriter
	*server
}

func (s serverStatus) Update(_ context.Context, obj client.Object, _ ...client.SubResourceUpdateOption) error {
	if s.moved {
		return apierrors.NewConflict(schema.GroupResource{}, obj.GetName(), errors.New("the object has been modified"))
	}
	s.after.DeepCopyInto(obj.(*v1alpha1.ScalableTarget))
	return nil
}

func (s serverStatus) Patch(_ context.Context, obj client.Object, _ client.Patch, _ ...client.SubResourcePatchOption) error {
	answer := &obj.(*metav1.PartialObjectMetadata).ObjectMeta
	s.after.ObjectMeta.DeepCopyInto(answer)
	if s.uid != "" {
		answer.UID = s.uid
	}
	return nil
}

func TestTheAnswerToAWriteIsWhatTheAPIServerHas(t *testing.T) {
	before := &v1alpha1.ScalableTarget{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "t", UID: "u", Generation: 1, ResourceVersion: "1"},
		Spec:       v1alpha1.ScalableTargetSpec{MaxCapacity: new(int64(4))},
	}
	written := before.DeepCopy()
	written.Status.ObservedGeneration = 1
	after := func(edit func(*v1alpha1.ScalableTarget)) *v1alpha1.ScalableTarget {
		obj := written.DeepCopy()
		obj.ResourceVersion = "3"
		edit(obj)
		return obj
	}
	for _, c := range []struct {
		name, reason string
		after        *v1alpha1.ScalableTarget
		moved        bool
		reads        int
	}{
		{"nobody else wrote", "the metadata says all that is new", after(func(*v1alpha1.ScalableTarget) {}), false, 0},
		{"labelled by the API server", "its answer is what there is", after(func(o *v1alpha1.ScalableTarget) { o.Labels = map[string]string{"a": "b"} }), false, 0},
		{"annotated meanwhile", "annotations are metadata", after(func(o *v1alpha1.ScalableTarget) { o.Annotations = map[string]string{"a": "b"} }), true, 0},
		{"edited meanwhile", "a pass that takes the old spec for that of the new resource version would undo the edit in AWS", after(func(o *v1alpha1.ScalableTarget) {
			o.Generation, o.Spec.MaxCapacity = 2, new(int64(9))
		}), true, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &server{after: c.after, moved: c.moved}
			r := &Reconciler{client: s, live: s, objects: newObjects(nil)}
			got := written.DeepCopy()
			if err := r.saveStatus(t.Context(), before, got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.after, got); diff != "" || s.reads != c.reads {
				t.Errorf("%s: read %d times, and what the API server has differs from what the pass goes on with (-API server +pass):\n%s", c.reason, s.reads, diff)
			}
			if diff := cmp.Diff(v1alpha1.Object(c.after), r.objects.written[refOf(got)]); diff != "" {
				t.Errorf("%s: what is remembered until the cache has it (-API server +remembered):\n%s", c.reason, diff)
			}
		})
	}
}

func TestAPromiseIsNotKeptByAnotherObjectOfTheName(t *testing.T) {
	obj := &v1alpha1.ScalableTarget{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "t", UID: "new", Generation: 1, ResourceVersion: "5"}}
	s := &server{after: obj, uid: "old", moved: true}
	r := &Reconciler{client: s, live: s, objects: newObjects(nil)}
	before := &v1alpha1.ScalableTarget{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "t", UID: "old", Generation: 2, ResourceVersion: "3"}}
	if err := r.writePromise(t.Context(), before, before.DeepCopy()); !apierrors.IsNotFound(err) {
		t.Errorf("the object was deleted and made anew right after the write, and the error is %v: what is made in AWS next would be nobody's", err)
	}
}
