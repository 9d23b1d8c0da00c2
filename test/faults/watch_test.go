package faults

import (
	"context"
	"maps"
	"reflect"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// A watch is how the changes of the API server reach the cache of a process.
// The zero value is a perfect one.
type watch struct {
	lag    time.Duration // every change comes that late
	behind int           // a change comes only after so many later ones, or after a quiet second
	gap    time.Duration // the handlers hear of a change that long after the cache shows it
	twice  bool          // every change is told twice
	merge  bool          // what comes together is told as one change, like after a lost connection
	deaf   int           // the handlers miss each deaf-th update; 0: none
	tomb   bool          // a deletion is told by what the cache had, as after a lost connection
}

// watchCache is a process's cache of the API server.
type watchCache struct {
	cache.Cache // what it does not implement is not there
	process     *process

	mu       sync.Mutex
	objects  map[key]v1alpha1.Object
	handlers map[autoscaling.Kind]toolscache.ResourceEventHandler
	updates  int
}

func newWatchCache(p *process) *watchCache {
	return &watchCache{process: p, objects: map[key]v1alpha1.Object{}, handlers: map[autoscaling.Kind]toolscache.ResourceEventHandler{}}
}

// start lists, and watches from there.
func (c *watchCache) start(ctx context.Context, s *apiServer, w watch) {
	s.mu.Lock()
	c.objects = maps.Clone(s.objects)
	from := len(s.history)
	s.mu.Unlock()
	go c.follow(ctx, s, w, from)
}

func (c *watchCache) follow(ctx context.Context, s *apiServer, w watch, at int) {
	quiet := time.Second
	for {
		s.mu.Lock()
		known, news := len(s.history), s.news
		s.mu.Unlock()
		late := w.behind > 0 && known-at <= w.behind
		if known == at || late {
			var patience <-chan time.Time
			if known > at {
				patience = time.After(quiet)
			}
			select {
			case <-ctx.Done():
				return
			case <-news:
				continue
			case <-patience:
			}
		}
		if w.lag > 0 && !sleep(ctx, w.lag) {
			return
		}
		s.mu.Lock()
		upTo := at + 1
		if w.merge {
			upTo = len(s.history)
		}
		come := s.history[at:upTo]
		s.mu.Unlock()
		at = upTo
		for _, ch := range latest(come) {
			if !c.tell(ctx, w, ch) {
				return
			}
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// latest leaves only the last change of each object.
func latest(changes []change) []change {
	var out []change
	for i, ch := range changes {
		last := true
		for _, later := range changes[i+1:] {
			last = last && later.key != ch.key
		}
		if last {
			out = append(out, ch)
		}
	}
	return out
}

// tell brings a change into the cache and to the handlers.
func (c *watchCache) tell(ctx context.Context, w watch, ch change) bool {
	c.mu.Lock()
	old := c.objects[ch.key]
	if ch.after == nil {
		delete(c.objects, ch.key)
	} else {
		c.objects[ch.key] = ch.after
	}
	c.mu.Unlock()
	if w.gap > 0 && !sleep(ctx, w.gap) {
		return false
	}
	c.mu.Lock()
	h := c.handlers[ch.key.kind]
	deaf := false
	if old != nil && ch.after != nil && w.deaf > 0 {
		c.updates++
		deaf = c.updates%w.deaf == 0
	}
	c.mu.Unlock()
	if h == nil || deaf {
		return true
	}
	times := 1
	if w.twice {
		times = 2
	}
	for range times {
		switch {
		case ch.after == nil && old != nil && w.tomb:
			h.OnDelete(toolscache.DeletedFinalStateUnknown{Key: ch.key.namespace() + "/" + ch.key.name, Obj: clone(old)})
		case ch.after == nil && old != nil:
			h.OnDelete(clone(ch.before))
		case ch.after == nil:
		case old == nil:
			h.OnAdd(clone(ch.after), false)
			old = ch.after
		default:
			h.OnUpdate(clone(old), clone(ch.after))
			old = ch.after
		}
	}
	return true
}

// Get implements client.Reader.
func (c *watchCache) Get(_ context.Context, name client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	obj, ours := into.(v1alpha1.Object)
	if !ours {
		if e := c.process.world.kube.endpoint(name.Name); e != nil && into.GetObjectKind().GroupVersionKind() == endpointKind && name.Namespace == namespace {
			e.DeepCopyInto(into.(*unstructured.Unstructured))
			return nil
		}
		return apierrors.NewNotFound(resourceOf(key{name: name.Name}), name.Name)
	}
	k := key{keyOf(obj).kind, name.Name}
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.objects[k]
	if found == nil || name.Namespace != k.namespace() {
		return apierrors.NewNotFound(resourceOf(k), name.Name)
	}
	reflect.ValueOf(into).Elem().Set(reflect.ValueOf(clone(found)).Elem())
	return nil
}

// GetInformer implements cache.Informers.
func (c *watchCache) GetInformer(_ context.Context, obj client.Object, _ ...cache.InformerGetOption) (cache.Informer, error) {
	if ours, ok := obj.(v1alpha1.Object); ok {
		return informer{c: c, kind: keyOf(ours).kind}, nil
	}
	switch o := obj.(type) {
	case *corev1.ConfigMap:
		return informer{c: c, kind: configMaps}, nil
	case *metav1.PartialObjectMetadata:
		return informer{c: c, kind: namespaceObjects}, nil
	default:
		if o.GetObjectKind().GroupVersionKind() == endpointKind {
			return informer{c: c, kind: endpointObjects}, nil
		}
	}
	return informer{c: c, kind: otherKind}, nil
}

// WaitForCacheSync implements cache.Informers.
func (c *watchCache) WaitForCacheSync(context.Context) bool { return true }

// Kinds that are not ours. otherKind stands for those of which there are no
// objects.
const (
	namespaceObjects autoscaling.Kind = "Namespace"
	configMaps       autoscaling.Kind = "ConfigMap"
	otherKind        autoscaling.Kind = "Other"
)

type informer struct {
	cache.Informer
	c    *watchCache
	kind autoscaling.Kind
}

// AddEventHandlerWithOptions implements cache.Informer.
func (i informer) AddEventHandlerWithOptions(h toolscache.ResourceEventHandler, _ toolscache.HandlerOptions) (toolscache.ResourceEventHandlerRegistration, error) {
	i.c.mu.Lock()
	defer i.c.mu.Unlock()
	i.c.handlers[i.kind] = h
	for _, obj := range i.c.process.world.memory.others(i.kind) {
		h.OnAdd(obj, true)
	}
	for k, obj := range i.c.objects {
		if k.kind == i.kind {
			h.OnAdd(clone(obj), true)
		}
	}
	return registration{}, nil
}

type registration struct {
	toolscache.ResourceEventHandlerRegistration
}

// HasSynced implements toolscache.ResourceEventHandlerRegistration.
func (registration) HasSynced() bool { return true }
