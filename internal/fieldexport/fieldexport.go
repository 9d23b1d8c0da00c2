package fieldexport

import (
	"context"
	"log/slog"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
)

// Options configure the carrying out of FieldExports.
type Options struct {
	// Kinds are those that the controller works on, and FieldExports read; nil:
	// all.
	Kinds []string
	// Selector chooses FieldExports by their labels; nil means all. What they
	// read is chosen by the cache.
	Selector labels.Selector
	// SystemNamespace is the controller's own, into which nothing is exported
	// from outside; empty: unknown.
	SystemNamespace string
	// SameNamespace refuses targets in another namespace than the
	// FieldExport's.
	SameNamespace bool

	Events events.EventRecorder
	Logger *slog.Logger
	Now    func() time.Time // default: time.Now

	// Resync is the period after which a value that was exported is looked at
	// again. Default 5 minutes.
	Resync time.Duration
}

func (o *Options) setDefaults() {
	if o.Kinds == nil {
		o.Kinds = kinds
	}
	if o.Selector == nil {
		o.Selector = labels.Everything()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Resync == 0 {
		o.Resync = 5 * time.Minute
	}
}

// AddTo adds to a manager what carries out FieldExports as soon as the API
// server serves them. Most clusters have no ACK controller besides, and may
// never have the kind: nothing waits for it.
func AddTo(mgr manager.Manager, o Options) error {
	o.setDefaults()
	return mgr.Add(&starter{manager: mgr, options: o, told: map[string]string{}})
}

// bySource is the index of FieldExports by the object that they read.
const bySource = "spec.from.resource"

func sourceOf(obj client.Object) []string {
	export, ok := obj.(*services.FieldExport)
	if !ok || !ours(export) {
		return nil
	}
	return []string{sourceKey(export.Spec.From.Resource.Kind, export.Spec.From.Resource.Name)}
}

func sourceKey(kind, name string) string { return kind + "/" + name }

// readersOf enqueues the FieldExports that read an object, whatever changed
// about it.
func readersOf[T client.Object](r *Reconciler, kind string) handler.TypedEventHandler[T, reconcile.Request] {
	return handler.TypedEnqueueRequestsFromMapFunc(func(ctx context.Context, obj T) []reconcile.Request {
		var exports services.FieldExportList
		err := r.cache.List(ctx, &exports, client.InNamespace(obj.GetNamespace()), client.MatchingFields{bySource: sourceKey(kind, obj.GetName())})
		if err != nil {
			r.options.Logger.Error("looking for the FieldExports of an object", "kind", kind, "name", obj.GetName(), "error", err)
			return nil
		}
		requests := make([]reconcile.Request, 0, len(exports.Items))
		for i := range exports.Items {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&exports.Items[i])})
		}
		return requests
	})
}
