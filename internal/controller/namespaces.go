package controller

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	"github.com/setpoint-io/setpoint/internal/placement"
)

// namespaceHandler keeps what namespaces say about the scope and the end of the
// objects in them.
func (r *Reconciler) namespaceHandler() handler.TypedEventHandler[*metav1.PartialObjectMetadata, Group] {
	return handler.TypedFuncs[*metav1.PartialObjectMetadata, Group]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[*metav1.PartialObjectMetadata], q queue) {
			r.sawNamespace(e.Object, e.IsInInitialList, q)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[*metav1.PartialObjectMetadata], q queue) {
			r.sawNamespace(e.ObjectNew, false, q)
		},
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[*metav1.PartialObjectMetadata], q queue) {
			add(q, false, r.groups.putNamespace(e.Object.Name, nil)...)
		},
	}
}

// sawNamespace notes what a namespace says, and enqueues what that touches. Its labels
// matter to selectors only.
func (r *Reconciler) sawNamespace(obj *metav1.PartialObjectMetadata, background bool, q queue) {
	facts := placement.Namespace{Annotations: placement.NamespaceAnnotations(obj.Name, obj.Annotations)}
	if r.options.Selectors {
		facts.Labels = obj.Labels
	}
	r.logTeam(obj.Name, facts)
	add(q, background, r.groups.putNamespace(obj.Name, &facts)...)
}

// namespacePeriod is how often namespaces are looked at that cannot be watched.
const namespacePeriod = 10 * time.Second

// getNamespaces keeps what the watched namespaces say where they may be read by name
// only, which a Role in a namespace can grant of the namespace itself. It returns when
// all of them have been read once: what is in them must not be worked on before.
func (r *Reconciler) getNamespaces(ctx context.Context, q queue) error {
	failing := false
	read := func(ctx context.Context) {
		err := r.getEach(ctx, q)
		if err != nil && !failing {
			r.log.Warn("namespaces cannot be read, so that their annotations are those of before", "error", err)
		}
		failing = err != nil
	}
	err := wait.PollUntilContextCancel(ctx, time.Second, true, func(ctx context.Context) (bool, error) {
		read(ctx)
		return !failing, nil
	})
	if err != nil {
		return err
	}
	go wait.UntilWithContext(ctx, read, namespacePeriod)
	return nil
}

// getEach reads the watched namespaces.
func (r *Reconciler) getEach(ctx context.Context, q queue) error {
	for _, name := range r.options.Namespaces {
		obj := &metav1.PartialObjectMetadata{TypeMeta: namespaceKind}
		if err := r.live.Get(ctx, types.NamespacedName{Name: name}, obj); client.IgnoreNotFound(err) != nil {
			return err
		}
		obj.Name = name // also of one that is gone, which says nothing
		r.sawNamespace(obj, false, q)
	}
	return nil
}

var namespaceKind = metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}
