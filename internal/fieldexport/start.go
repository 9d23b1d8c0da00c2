package fieldexport

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/cache"
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

// name is the controller's name in metrics and logs.
const name = "fieldexport"

// The kinds that a FieldExport can read.
const (
	kindTarget = "ScalableTarget"
	kindPolicy = "ScalingPolicy"
	kindAction = "ScheduledAction"
)

var kinds = []string{kindTarget, kindPolicy, kindAction}

// starter starts the controller once FieldExports can be read, and has it read
// each kind once that is installed: clusters that had an ACK controller have
// two of the three. A controller that is started earlier gives up after a while,
// and ends the program with it.
type starter struct {
	manager    manager.Manager
	options    Options
	reconciler *Reconciler
	controller controller.Controller // nil until FieldExports can be read
	indexed    bool
	told       map[string]string // the last that was logged about a kind
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
	s.reconciler = &Reconciler{client: s.manager.GetClient(), live: s.manager.GetAPIReader(), cache: s.manager.GetCache(), options: s.options}
	for _, kind := range kinds {
		why := "the controller leaves the kind alone, because --reconcile-resources does not name it"
		if slices.Contains(s.options.Kinds, kind) {
			why = "it was not read yet"
		}
		s.reconciler.unread.put(kind, why)
	}
	left := slices.Clone(s.options.Kinds)
	for {
		left = s.start(ctx, left)
		if s.controller != nil && len(left) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookForKinds):
		}
	}
}

// start does what can be done now, and returns the kinds that are left.
func (s *starter) start(ctx context.Context, wanted []string) (left []string) {
	if err := s.readable(ctx, &services.FieldExport{}); err != nil {
		s.tell(ctx, "FieldExport", err)
		return wanted
	}
	var found []string
	for _, kind := range wanted {
		if err := s.readable(ctx, newSource(kind)); err != nil {
			s.reconciler.unread.put(kind, err.Error())
			s.tell(ctx, kind, err)
			left = append(left, kind)
			continue
		}
		s.reconciler.unread.put(kind, "")
		found = append(found, kind)
	}
	if err := s.watch(ctx, found); err != nil {
		s.tell(ctx, "FieldExport", err)
		return wanted
	}
	return left
}

// tell logs why a kind cannot be read, once as long as it stays the same.
func (s *starter) tell(ctx context.Context, kind string, err error) {
	if ctx.Err() != nil || s.told[kind] == err.Error() {
		return
	}
	s.told[kind] = err.Error()
	s.options.Logger.Warn("FieldExports wait for a kind", "kind", kind, "why", err)
}

// readable waits until all objects of a kind are in the cache.
func (s *starter) readable(ctx context.Context, obj client.Object) error {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	_, err := s.manager.GetCache().GetInformer(ctx, obj)
	switch {
	case meta.IsNoMatchError(err):
		return fmt.Errorf("it is not installed: install its CRD (%w)", err)
	case err != nil:
		return fmt.Errorf("it cannot be read: %w", err)
	}
	return nil
}

// watch has changes of these kinds wake the controller, which it sets up
// first.
func (s *starter) watch(ctx context.Context, found []string) error {
	if s.controller == nil {
		if err := s.setUp(ctx); err != nil {
			return err
		}
	}
	for _, kind := range found {
		if err := s.controller.Watch(sourceOfKind(s.reconciler, s.manager.GetCache(), kind)); err != nil {
			return err
		}
	}
	return nil
}

func (s *starter) setUp(ctx context.Context) error {
	if !s.indexed {
		if err := s.manager.GetFieldIndexer().IndexField(ctx, &services.FieldExport{}, bySource, sourceOf); err != nil {
			return err
		}
		s.indexed = true
	}
	c, err := controller.New(name, s.manager, controller.Options{
		// One at a time, because paths take memory.
		MaxConcurrentReconciles: 1,
		Reconciler:              s.reconciler,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](time.Second, s.options.Resync),
	})
	if err != nil {
		return err
	}
	// Deletion counts as a change of what is declared.
	err = c.Watch(source.TypedKind(s.manager.GetCache(), &services.FieldExport{}, &handler.TypedEnqueueRequestForObject[*services.FieldExport]{},
		predicate.Or(predicate.TypedGenerationChangedPredicate[*services.FieldExport]{}, predicate.TypedLabelChangedPredicate[*services.FieldExport]{})))
	if err == nil {
		s.controller = c
	}
	return err
}

func sourceOfKind(r *Reconciler, c cache.Cache, kind string) source.Source {
	switch kind {
	case kindTarget:
		return source.TypedKind(c, &v1alpha1.ScalableTarget{}, readersOf[*v1alpha1.ScalableTarget](r, kind))
	case kindPolicy:
		return source.TypedKind(c, &v1alpha1.ScalingPolicy{}, readersOf[*v1alpha1.ScalingPolicy](r, kind))
	default:
		return source.TypedKind(c, &v1alpha1.ScheduledAction{}, readersOf[*v1alpha1.ScheduledAction](r, kind))
	}
}

// unread are the kinds that are not read, with the reasons. A kind that is
// asked of a cache that cannot have it makes every look an error, of which no
// FieldExport would tell.
type unread struct {
	mu  sync.Mutex
	why map[string]string
}

func (u *unread) put(kind, why string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.why == nil {
		u.why = map[string]string{}
	}
	u.why[kind] = why
}

// of returns why a kind is not read; empty: it is.
func (u *unread) of(kind string) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.why[kind]
}
