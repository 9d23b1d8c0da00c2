package fieldexport

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// Options configure the carrying out of FieldExports.
type Options struct {
	// Selector chooses FieldExports by their labels; nil means all. What they
	// read is chosen by the cache.
	Selector labels.Selector
	// SystemNamespace is the controller's own, into which nothing is exported
	// from outside; empty: unknown.
	SystemNamespace string
	// SameNamespace refuses targets in another namespace than the
	// FieldExport's.
	SameNamespace bool

	Logger *slog.Logger
	Now    func() time.Time // default: time.Now

	// Resync is the period after which a value that was exported is looked at
	// again. Default 5 minutes.
	Resync time.Duration
}

func (o *Options) setDefaults() {
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

// name is the controller's name in metrics and logs.
const name = "fieldexport"

// AddTo adds to a manager what carries out FieldExports as soon as the API
// server serves them. Most clusters have no ACK controller besides, and may
// never have the kind: nothing waits for it.
func AddTo(mgr manager.Manager, o Options) error {
	o.setDefaults()
	return mgr.Add(&starter{manager: mgr, options: o})
}

// starter starts the controller once its kinds can be read. A controller that
// is started earlier gives up after a while, and ends the program with it.
type starter struct {
	manager manager.Manager
	options Options
	indexed bool
}

// NeedLeaderElection implements manager.LeaderElectionRunnable: only the
// controller itself waits for the lead.
func (*starter) NeedLeaderElection() bool { return false }

const (
	lookForKinds = 3 * time.Second  // pause between looks whether the kinds are installed
	readLimit    = 30 * time.Second // of the first read of a kind; without the right to it, it never ends
)

// Start implements manager.Runnable.
func (s *starter) Start(ctx context.Context) error {
	for {
		err := s.start(ctx)
		if err == nil {
			return nil
		}
		if !meta.IsNoMatchError(err) && ctx.Err() == nil {
			s.options.Logger.Error("FieldExports are not carried out yet", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookForKinds):
		}
	}
}

func (s *starter) start(ctx context.Context) error {
	for _, obj := range []client.Object{&services.FieldExport{}, &v1alpha1.ScalableTarget{}, &v1alpha1.ScalingPolicy{}, &v1alpha1.ScheduledAction{}} {
		if err := s.readable(ctx, obj); err != nil {
			return err
		}
	}
	if !s.indexed {
		if err := s.manager.GetFieldIndexer().IndexField(ctx, &services.FieldExport{}, bySource, sourceOf); err != nil {
			return err
		}
		s.indexed = true
	}
	return s.watch()
}

// readable waits until all objects of a kind are in the cache.
func (s *starter) readable(ctx context.Context, obj client.Object) error {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	_, err := s.manager.GetCache().GetInformer(ctx, obj)
	if err != nil {
		return fmt.Errorf("reading %T: %w", obj, err)
	}
	return nil
}

func (s *starter) watch() error {
	cache := s.manager.GetCache()
	r := &Reconciler{client: s.manager.GetClient(), live: s.manager.GetAPIReader(), cache: cache, options: s.options}
	c, err := controller.New(name, s.manager, controller.Options{
		// One at a time, because paths take memory.
		MaxConcurrentReconciles: 1,
		Reconciler:              r,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](time.Second, s.options.Resync),
	})
	if err != nil {
		return err
	}
	for _, from := range []source.Source{
		// Deletion counts as a change of what is declared.
		source.TypedKind(cache, &services.FieldExport{}, &handler.TypedEnqueueRequestForObject[*services.FieldExport]{},
			predicate.Or(predicate.TypedGenerationChangedPredicate[*services.FieldExport]{}, predicate.TypedLabelChangedPredicate[*services.FieldExport]{})),
		source.TypedKind(cache, &v1alpha1.ScalableTarget{}, readersOf[*v1alpha1.ScalableTarget](r, "ScalableTarget")),
		source.TypedKind(cache, &v1alpha1.ScalingPolicy{}, readersOf[*v1alpha1.ScalingPolicy](r, "ScalingPolicy")),
		source.TypedKind(cache, &v1alpha1.ScheduledAction{}, readersOf[*v1alpha1.ScheduledAction](r, "ScheduledAction")),
	} {
		if err := c.Watch(from); err != nil {
			return err
		}
	}
	return nil
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
