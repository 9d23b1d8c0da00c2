package fieldexport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// Reconciler carries out FieldExports.
type Reconciler struct {
	client  client.Client
	live    client.Reader // asks the API server
	cache   client.Reader // of our objects
	options Options
	unread  unread
}

const fieldOwner = client.FieldOwner("setpoint")

// Reconcile takes one look at a FieldExport. It reads it from the API server,
// because the cache may not have the conditions yet that the last look wrote.
func (r *Reconciler) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	export := &services.FieldExport{}
	if err := r.live.Get(ctx, req.NamespacedName, export); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if !ours(export) || !r.options.Selector.Matches(labels.Set(export.Labels)) {
		return reconcile.Result{}, nil
	}
	if !export.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, r.release(ctx, export)
	}
	v, err := r.export(ctx, export)
	if err != nil {
		return reconcile.Result{}, err
	}
	if err := r.report(ctx, export, v); err != nil {
		return reconcile.Result{}, err
	}
	after := r.options.Resync
	if v.problem != nil && v.problem.retry > 0 {
		after = min(after, v.problem.retry)
	}
	return reconcile.Result{RequeueAfter: after}, nil
}

// ours says that a FieldExport reads an object of our group. The others are
// those of other controllers.
func ours(export *services.FieldExport) bool {
	return export.Spec.From.Resource.Group == v1alpha1.GroupVersion.Group
}

// export brings the value to where it belongs. An error is one that says
// nothing about the FieldExport.
func (r *Reconciler) export(ctx context.Context, export *services.FieldExport) (v verdict, err error) {
	t, err := r.targetOf(export)
	if t.Namespace != export.Namespace {
		v.advice = fmt.Sprintf("%s is in another namespace than the FieldExport, which takes --enable-cross-namespace=true", t)
	}
	if err == nil {
		err = r.copy(ctx, export, t)
	}
	if errors.As(err, &v.problem) {
		return v, nil
	}
	from := export.Spec.From
	v.message = fmt.Sprintf("%s of %s %s is in %s under %s", from.Path, from.Resource.Kind, from.Resource.Name, t, t.key)
	return v, err
}

func (r *Reconciler) copy(ctx context.Context, export *services.FieldExport, t target) error {
	source, err := r.source(ctx, export)
	if err != nil {
		return err
	}
	from := export.Spec.From
	value, found, err := evaluate(ctx, from.Path, source)
	if err != nil {
		return err
	}
	if !found {
		return &problem{reason: reasonNothing, message: fmt.Sprintf("waiting for a value: spec.from.path %q leads to nothing in %s %s; correct the path unless the value is still to come",
			from.Path, from.Resource.Kind, from.Resource.Name)}
	}
	written, err := r.write(ctx, t, value)
	if written {
		r.options.Logger.Info("exported a field", slog.String("fieldExport", client.ObjectKeyFromObject(export).String()), slog.String("target", t.String()), slog.String("key", t.key))
	}
	return err
}

// newSource returns an empty object of a kind of ours, or nil.
func newSource(kind string) v1alpha1.Object {
	switch kind {
	case kindTarget:
		return &v1alpha1.ScalableTarget{}
	case kindPolicy:
		return &v1alpha1.ScalingPolicy{}
	case kindAction:
		return &v1alpha1.ScheduledAction{}
	}
	return nil
}

// source returns the object that a FieldExport reads, once AWS has what it
// declares.
func (r *Reconciler) source(ctx context.Context, export *services.FieldExport) (v1alpha1.Object, error) {
	from := export.Spec.From.Resource
	name := types.NamespacedName{Namespace: export.Namespace, Name: from.Name}
	obj := newSource(from.Kind)
	if obj == nil {
		return nil, &problem{terminal: true, reason: reasonKind, message: fmt.Sprintf(
			"spec.from.resource.kind %q is no kind of %s: write ScalableTarget, ScalingPolicy or ScheduledAction", from.Kind, from.Group)}
	}
	if why := r.unread.of(from.Kind); why != "" {
		return nil, &problem{reason: reasonUnread, retry: retryAfter, message: fmt.Sprintf("waiting for the kind %s: %s", from.Kind, why)}
	}
	if err := r.cache.Get(ctx, name, obj); client.IgnoreNotFound(err) != nil {
		return nil, err
	} else if err != nil {
		return nil, &problem{reason: reasonSource, message: fmt.Sprintf("waiting for %s %s: there is no such object", from.Kind, name)}
	}
	if !synced(obj) {
		return nil, &problem{reason: reasonSynced, message: fmt.Sprintf("waiting for %s %s: its condition %s says why it is not in AWS as declared",
			from.Kind, name, v1alpha1.ConditionReady)}
	}
	obj.GetObjectKind().SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(from.Kind)) // typed reads leave it out
	return obj, nil
}

// synced says that AWS has what the object declares now. The condition is about
// an older spec until the controller has looked at the new one.
func synced(obj v1alpha1.Object) bool {
	return slices.ContainsFunc(obj.GetStatus().Conditions, func(c v1alpha1.Condition) bool {
		return c.Type == v1alpha1.ConditionResourceSynced && c.Status == metav1.ConditionTrue && c.ObservedGeneration == obj.GetGeneration()
	})
}

// report writes the conditions if they changed.
func (r *Reconciler) report(ctx context.Context, export *services.FieldExport, v verdict) error {
	before := export.DeepCopy()
	export.Status.Conditions = v.conditions(before.Status.Conditions, metav1.NewTime(r.options.Now().Truncate(time.Second)))
	if equality.Semantic.DeepEqual(before, export) {
		return nil
	}
	if err := r.client.Status().Patch(ctx, export, client.MergeFrom(before), fieldOwner); err != nil {
		return client.IgnoreNotFound(err)
	}
	r.announce(export, before.Status.Conditions, v)
	return nil
}

// announce emits an event about what a look found, when that is news. To wait
// for the object that is read is none: it is mostly made with the FieldExport.
func (r *Reconciler) announce(export *services.FieldExport, before []services.Condition, v verdict) {
	if readyReason(before) == readyReason(export.Status.Conditions) {
		return
	}
	switch {
	case v.problem == nil:
		r.options.Events.Eventf(export, nil, corev1.EventTypeNormal, eventExported, "Export", "%s", v.message)
	case v.problem.terminal || v.problem.retry > 0:
		r.options.Events.Eventf(export, nil, corev1.EventTypeWarning, eventFailed, "Export", "%s", v.problem.message)
	}
}

// readyReason is why a FieldExport is ready or not; empty: nothing was said yet.
func readyReason(conditions []services.Condition) string {
	for _, c := range conditions {
		if c.Type == v1alpha1.ConditionReady && c.Reason != nil {
			return *c.Reason
		}
	}
	return ""
}

// release takes off the finalizer that the ACK controllers put. What was
// exported stays, as it does there: somebody may be reading it.
func (r *Reconciler) release(ctx context.Context, export *services.FieldExport) error {
	held := export.DeepCopy()
	export.Finalizers = slices.DeleteFunc(export.Finalizers, func(f string) bool { return f == services.FinalizerFieldExport })
	if len(export.Finalizers) == len(held.Finalizers) {
		return nil
	}
	patch := client.MergeFromWithOptions(held, client.MergeFromWithOptimisticLock{}) // lists are replaced whole
	return client.IgnoreNotFound(r.client.Patch(ctx, export, patch, fieldOwner))
}
