package controller

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/source"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/placement"
)

// Options configure the controller.
type Options struct {
	AWS     AWS            // of the controller's own account and Region
	Account awsapi.Account // whose that is
	// Open returns AWS in another scope, and what closes it when no object is
	// in that scope any more.
	Open func(Scope) (AWS, func())

	// Kinds are those to work on; nil: all.
	Kinds []autoscaling.Kind
	// Namespaces are those that are watched; none: all.
	Namespaces []string
	// SystemNamespace is where the ConfigMaps with the roles of other accounts
	// are; empty: namespaces cannot choose another account, for the reason in
	// NoRoles.
	SystemNamespace string
	NoRoles         string
	// ServiceRoles looks roles up under keys that name this service.
	ServiceRoles bool
	// TeamRoles lets the annotation team-id of namespaces choose roles.
	TeamRoles bool
	// Selectors lets IAMRoleSelector objects choose roles.
	Selectors bool
	// NoNamespaces says that Namespace objects may not be read, so that their
	// annotations count for nothing.
	NoNamespaces bool
	// GetNamespaces says that no other Namespace objects may be read than those of
	// Namespaces, and those only by name: they are looked at every namespacePeriod.
	GetNamespaces bool
	// NoAdoption and NoReadOnly refuse the annotations that ask for it.
	NoAdoption, NoReadOnly bool
	// Tags are put on every scalable target, below those of its spec.
	Tags DefaultTags

	// Retain says that AWS resources stay when their objects are deleted,
	// unless an annotation says otherwise.
	Retain bool
	// SameNamespace refuses references that lead to another namespace.
	SameNamespace bool

	// MayRead says whether a cache of a resource can be filled: one that may not
	// list waits for ever. Nil: all may be read.
	MayRead func(ctx context.Context, resource schema.GroupResource) (bool, error)

	Events events.EventRecorder
	// EventQPS is how many events a second tell of what goes well, EventBurst
	// how many at once: thousands of objects that are created together would
	// otherwise spend a quarter of their writes to Kubernetes on events. Warnings
	// always pass. Defaults 20 and 100.
	EventQPS   float64
	EventBurst int
	Logger     *slog.Logger
	Now        func() time.Time // default: time.Now

	// Registerer takes the metrics of objects; nil: none.
	Registerer prometheus.Registerer
	// MetricsLimit is how many objects have metrics of their own. Where there
	// are more objects, only those have that are not ready. Default 2000.
	MetricsLimit int

	// Concurrency is how many scalable targets are worked on at once. Passes
	// that run at the same time share their reads, and mostly wait for answers,
	// so it should be several pages of DescribeScalableTargets. Where there are
	// several accounts or Regions, each gets at most half of what the others leave.
	// Default 200.
	Concurrency int
	// Resync is the period of the check for drift. Default 5 minutes.
	Resync time.Duration
}

func (o *Options) setDefaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Concurrency == 0 {
		o.Concurrency = 200
	}
	if o.EventQPS == 0 {
		o.EventQPS = 20
	}
	if o.EventBurst == 0 {
		o.EventBurst = 100
	}
	if o.MetricsLimit == 0 {
		o.MetricsLimit = 2000
	}
	if o.Resync == 0 {
		o.Resync = 5 * time.Minute
	}
}

// name is the controller's name in metrics and logs.
const name = "scalabletarget"

// Failures of unknown length are retried after a delay that grows between
// these two.
const (
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
)

// passLimit is when a pass is given up that something holds for ever. What AWS
// lets wait, by throttling or by long answers, ends long before.
const passLimit = 10 * time.Minute

// AddTo sets the controller up in a manager.
func AddTo(mgr manager.Manager, o Options) error {
	o.setDefaults()
	own := Scope{Account: o.Account.ID, Region: o.Account.Region}
	r := &Reconciler{
		client:  mgr.GetClient(),
		objects: newObjects(mgr.GetCache()),
		live:    mgr.GetAPIReader(),
		groups:  newGroups(o.settings(own)),
		scopes:  newPool(own, o.AWS, o.Open),
		metrics: newMetrics(&o, mgr.GetCache()),
		events:  o.Events, eventLimit: rate.NewLimiter(rate.Limit(o.EventQPS), o.EventBurst), log: o.Logger, now: o.Now, options: o,
	}
	r.lanes.workers, r.lanes.single = o.Concurrency, r.groups.single
	options := controller.TypedOptions[Group]{
		MaxConcurrentReconciles: o.Concurrency,
		ReconciliationTimeout:   passLimit,
		Reconciler:              r,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[Group](firstRetry, lastRetry),
		LogConstructor: func(g *Group) logr.Logger {
			if g == nil {
				return mgr.GetLogger()
			}
			return mgr.GetLogger().WithValues("target", g.String())
		},
	}
	options.DefaultFromConfig(mgr.GetControllerOptions())
	// The manager starts at once what is added to it, and a controller waits
	// only for the sources that it has by then. So it gets all of them first:
	// without its namespace, roles and selectors an object would be worked on in
	// the wrong account.
	c, err := controller.NewTypedUnmanaged(name, options)
	if err != nil {
		return err
	}
	for _, s := range r.sources(mgr, c) {
		if err := c.Watch(s); err != nil {
			return err
		}
	}
	return mgr.Add(c)
}

// settings are those that do not change while the program runs.
func (o *Options) settings(own Scope) settings {
	s := placement.Settings{Own: own, NoRoles: o.NoRoles, ServiceRoles: o.ServiceRoles, TeamRoles: o.TeamRoles}
	if o.Selectors {
		s.Selectors = map[string]placement.Selector{}
	}
	return settings{Settings: s}
}

// sources are what wakes the controller up. Foreign kinds are watched later, by
// c itself, when an object refers to one.
func (r *Reconciler) sources(mgr manager.Manager, c controller.TypedController[Group]) []source.TypedSource[Group] {
	cache := mgr.GetCache()
	sources := []source.TypedSource[Group]{source.TypedFunc[Group](r.sweep), r.watchReferents(mgr, c)}
	if r.options.has(autoscaling.KindTarget) {
		sources = append(sources, source.TypedKind(cache, &v1alpha1.ScalableTarget{}, handlerFor[*v1alpha1.ScalableTarget](r)))
	}
	if r.options.has(autoscaling.KindPolicy) {
		sources = append(sources, source.TypedKind(cache, &v1alpha1.ScalingPolicy{}, handlerFor[*v1alpha1.ScalingPolicy](r)))
	}
	if r.options.has(autoscaling.KindAction) {
		sources = append(sources, source.TypedKind(cache, &v1alpha1.ScheduledAction{}, handlerFor[*v1alpha1.ScheduledAction](r)))
	}
	switch {
	case r.options.NoNamespaces:
	case r.options.GetNamespaces:
		sources = append(sources, source.TypedFunc[Group](r.getNamespaces))
	default:
		sources = append(sources, source.TypedKind(cache, &metav1.PartialObjectMetadata{TypeMeta: namespaceKind}, r.namespaceHandler()))
	}
	if r.options.SystemNamespace != "" {
		sources = append(sources, source.TypedKind(cache, &corev1.ConfigMap{}, r.roleMapHandler()))
	}
	if r.options.Selectors {
		sources = append(sources, source.TypedKind(cache, &services.IAMRoleSelector{}, r.selectorHandler()))
	}
	return sources
}

// has says whether a kind is worked on.
func (o *Options) has(kind autoscaling.Kind) bool {
	return o.Kinds == nil || slices.Contains(o.Kinds, kind)
}

// watches says whether objects in a namespace are seen. To ask a cache for
// others is an error.
func (o *Options) watches(namespace string) bool {
	return len(o.Namespaces) == 0 || slices.Contains(o.Namespaces, namespace)
}

// redeclared says whether an update changed what an object declares. Writes of
// status and finalizers, which are our own, start nothing.
func redeclared(before, after client.Object) bool {
	return before.GetUID() != after.GetUID() ||
		before.GetGeneration() != after.GetGeneration() ||
		before.GetDeletionTimestamp().IsZero() != after.GetDeletionTimestamp().IsZero() ||
		!maps.Equal(before.GetAnnotations(), after.GetAnnotations()) ||
		!maps.Equal(before.GetLabels(), after.GetLabels())
}

// queue is the work queue.
type queue = workqueue.TypedRateLimitingInterface[Group]

// object is one of our kinds as a type argument.
type object interface {
	client.Object
	v1alpha1.Object
}

// handlerFor keeps the index up to date and enqueues the groups that an event
// touches.
func handlerFor[T object](r *Reconciler) handler.TypedEventHandler[T, Group] {
	return handler.TypedFuncs[T, Group]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[T], q queue) {
			touched, _ := r.groups.put(e.Object)
			add(q, e.IsInInitialList, touched...)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[T], q queue) {
			r.objects.seen(e.ObjectNew)
			touched, moved := r.groups.put(e.ObjectNew) // status and finalizer say where it is bound
			switch {
			case !moved && !redeclared(e.ObjectOld, e.ObjectNew):
			case !e.ObjectNew.GetDeletionTimestamp().IsZero():
				addAfter(q, goingTogether, touched)
			default:
				add(q, false, touched...)
			}
		},
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[T], q queue) {
			ref := refOf(e.Object)
			r.objects.gone(ref)
			r.metrics.forget(ref)
			r.tagged.forget(ref)
			r.attempts.forget(e.Object)
			add(q, false, r.groups.remove(ref)...)
		},
	}
}

// How long an edit waits for others. The objects of one target are mostly
// applied together, and then one pass is enough for all of them; and deleted
// together, when what the target takes along in AWS need not be deleted there.
const (
	together      = 100 * time.Millisecond
	goingTogether = 300 * time.Millisecond
)

// add enqueues groups. What nobody is waiting for goes behind what somebody
// just edited.
func add(q queue, background bool, groups ...Group) {
	if pq, ok := q.(priorityqueue.PriorityQueue[Group]); ok && background {
		low := handler.LowPriority
		pq.AddWithOpts(priorityqueue.AddOpts{Priority: &low}, groups...)
		return
	}
	addAfter(q, together, groups)
}

func addAfter(q queue, delay time.Duration, groups []Group) {
	for _, g := range groups {
		q.AddAfter(g, delay)
	}
}
