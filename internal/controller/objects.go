package controller

import (
	"context"
	"strconv"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// objects reads our objects from the cache, but never older than what this
// process itself wrote: a pass that does not see its own finalizer or status
// would take its own AWS objects for somebody else's. Nor is a status forgotten
// that could not be written: a pass that does not know when AWS was changed last,
// or what for, may change it once more.
type objects struct {
	reader client.Reader

	mu        sync.Mutex
	written   map[ObjectRef]v1alpha1.Object
	unwritten map[ObjectRef]v1alpha1.Object // with the status that the API server did not take
	released  map[ObjectRef]types.UID       // gone by a write of ours, while the cache still has them
}

func newObjects(reader client.Reader) *objects {
	return &objects{
		reader: reader, written: map[ObjectRef]v1alpha1.Object{}, unwritten: map[ObjectRef]v1alpha1.Object{}, released: map[ObjectRef]types.UID{},
	}
}

// get returns a copy of the object that the caller may change, or nil when it
// is gone.
func (o *objects) get(ctx context.Context, ref ObjectRef) (v1alpha1.Object, error) {
	obj := newObject(ref.Kind)
	if err := o.reader.Get(ctx, ref.NamespacedName, obj); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if uid, ok := o.released[ref]; ok && uid == obj.GetUID() {
		return nil, nil
	}
	own := o.written[ref]
	if own == nil {
		return obj, nil
	}
	if own.GetUID() != obj.GetUID() || !newer(own, obj) {
		delete(o.written, ref)
		return obj, nil
	}
	return own.DeepCopyObject().(v1alpha1.Object), nil
}

// wrote remembers the API server's answer to a write of ours.
func (o *objects) wrote(ctx context.Context, obj v1alpha1.Object) {
	ref := refOf(obj)
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.unwritten, ref)
	if obj.GetDeletionTimestamp().IsZero() || len(obj.GetFinalizers()) > 0 {
		o.written[ref] = obj.DeepCopyObject().(v1alpha1.Object)
		return
	}
	// It is gone by this write. Where the cache does not have it any more, the event
	// that would have it forgotten here has come already.
	delete(o.written, ref)
	cached := newObject(ref.Kind)
	if err := o.reader.Get(ctx, ref.NamespacedName, cached); err == nil && cached.GetUID() == obj.GetUID() {
		o.released[ref] = obj.GetUID()
	}
}

// seen forgets our write once the cache has caught up with it.
func (o *objects) seen(obj v1alpha1.Object) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if own := o.written[refOf(obj)]; own != nil && !newer(own, obj) {
		delete(o.written, refOf(obj))
	}
}

func (o *objects) gone(ref ObjectRef) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.written, ref)
	delete(o.unwritten, ref)
	delete(o.released, ref)
}

// keep remembers a status that could not be written, for the next pass to begin
// with, until something is written.
func (o *objects) keep(obj v1alpha1.Object) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.unwritten[refOf(obj)] = obj.DeepCopyObject().(v1alpha1.Object)
}

// known returns an object with the status that it would have if all could have
// been written. It changes nothing of obj.
func (o *objects) known(obj v1alpha1.Object) v1alpha1.Object {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := o.unwritten[refOf(obj)]
	if kept == nil || kept.GetUID() != obj.GetUID() {
		return obj
	}
	obj = obj.DeepCopyObject().(v1alpha1.Object)
	copyStatus(obj, kept)
	return obj
}

// newer compares resource versions, which Kubernetes defines to be comparable
// integers for one resource.
func newer(a, b v1alpha1.Object) bool {
	av, aerr := strconv.ParseUint(a.GetResourceVersion(), 10, 64)
	bv, berr := strconv.ParseUint(b.GetResourceVersion(), 10, 64)
	return aerr == nil && berr == nil && av > bv
}

// saveStatus writes the status of changed. That is refused when the object was deleted
// and made anew meanwhile: the new one's event is on its way, and the status would not
// be true of it.
func (r *Reconciler) saveStatus(ctx context.Context, before, changed v1alpha1.Object) error {
	err := r.writePromise(ctx, before, changed)
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		r.objects.keep(changed)
	}
	return err
}

// writePromise writes the status of changed, and unlike [Reconciler.saveStatus]
// fails when the object is not there any more: nothing may be done for it.
func (r *Reconciler) writePromise(ctx context.Context, before, changed v1alpha1.Object) error {
	old := before.DeepCopyObject().(v1alpha1.Object)
	old.SetUID("") // so that the patch names the object that is meant
	return r.write(ctx, before, changed, client.MergeFrom(old), inStatus)
}

// patchObject writes changed but for its status. Lists are replaced whole, so
// the write is refused if somebody else changed the object meanwhile. An
// object that is not there any more is an error: nothing may be made for it.
func (r *Reconciler) patchObject(ctx context.Context, before, changed v1alpha1.Object) error {
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	return r.write(ctx, before, changed, patch, outsideStatus)
}

// Where a write goes.
const (
	inStatus      = true
	outsideStatus = false
)

// write sends what a patch says of changed, and makes changed what the API server
// has then. A status is replaced, unless somebody changed the object meanwhile. The
// answer to a patch is the metadata alone, which is less to encode and decode, for the
// rest is as it was written. Only when the generation says that the spec is another
// one than before, all of it is read.
func (r *Reconciler) write(ctx context.Context, before, changed v1alpha1.Object, patch client.Patch, status bool) error {
	if status {
		if err := r.replaceStatus(ctx, changed); !apierrors.IsConflict(err) {
			return err
		}
	}
	data, err := patch.Data(changed)
	if err != nil {
		return err
	}
	answer := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Namespace: changed.GetNamespace(), Name: changed.GetName()}}
	answer.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(string(refOf(changed).Kind)))
	patch = client.RawPatch(patch.Type(), data)
	if status {
		err = r.client.Status().Patch(ctx, answer, patch, fieldOwner)
	} else {
		err = r.client.Patch(ctx, answer, patch, fieldOwner)
	}
	if err != nil {
		return err
	}
	if answer.GetGeneration() == before.GetGeneration() {
		*changed.GetObjectMeta().(*metav1.ObjectMeta) = answer.ObjectMeta
	} else if err := r.live.Get(ctx, client.ObjectKeyFromObject(changed), changed); err != nil {
		return err
	} else if changed.GetUID() != answer.GetUID() { // made anew since
		return apierrors.NewNotFound(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: string(refOf(changed).Kind)}, changed.GetName())
	}
	changed.SetManagedFields(nil) // as in the cache
	r.objects.wrote(ctx, changed)
	return nil
}

// replaceStatus sends the whole status, which costs the API server less than a patch
// of it. It conflicts when the object is not as it was read any more.
func (r *Reconciler) replaceStatus(ctx context.Context, changed v1alpha1.Object) error {
	if err := r.client.Status().Update(ctx, changed, fieldOwner); err != nil {
		return err
	}
	changed.SetManagedFields(nil) // as in the cache
	r.objects.wrote(ctx, changed)
	return nil
}

const fieldOwner = client.FieldOwner("setpoint")
