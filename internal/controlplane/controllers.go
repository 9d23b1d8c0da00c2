package controlplane

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	coreinformers "k8s.io/client-go/informers/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/kubernetes/pkg/controller/clusterroleaggregation"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
	"k8s.io/kubernetes/pkg/controller/namespace/deletion"
)

// namespaceDelay lets the admission plugin see that a namespace is being deleted, and refuse new objects
// in it, before it is emptied. Kubernetes' own controller waits 5 s, for clusters of several servers.
const namespaceDelay = 200 * time.Millisecond

// namespaceRetryMax bounds the pause between two looks at a namespace whose objects wait for finalizers.
const namespaceRetryMax = 2 * time.Second

// garbageResync is how soon the garbage collector notices a new CustomResourceDefinition.
const garbageResync = 2 * time.Second

// garbageSyncTimeout is how long the garbage collector may take to read all objects at the start before it
// complains.
const garbageSyncTimeout = 30 * time.Second

// garbageWorkers is the number of workers of the garbage collector for each of its two queues.
const garbageWorkers = 2

// startControllers runs, until ctx ends, the controllers of kube-controller-manager without which parts
// of the API would accept a request and never fulfil it: deleting namespaces, owner references and
// foreground deletion, aggregated ClusterRoles (admin, edit, view).
func startControllers(ctx context.Context, config *rest.Config, factory informers.SharedInformerFactory) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	metadataClient, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	namespaces := &namespaceController{
		queue: workqueue.NewTypedRateLimitingQueue(
			workqueue.NewTypedItemExponentialFailureRateLimiter[string](namespaceDelay, namespaceRetryMax)),
		client:   client,
		metadata: metadataClient,
	}
	if err := namespaces.watch(factory.Core().V1().Namespaces()); err != nil {
		return err
	}
	go namespaces.run(ctx)

	aggregation := clusterroleaggregation.NewClusterRoleAggregation(factory.Rbac().V1().ClusterRoles(), client.RbacV1())
	go aggregation.Run(ctx, 1)

	factory.Start(ctx.Done()) // what nobody had asked for before

	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery()))
	informersStarted := make(chan struct{})
	close(informersStarted)
	collector, err := garbagecollector.NewGarbageCollector(ctx, client, metadataClient, mapper,
		garbagecollector.DefaultIgnoredResources(),
		informerfactory.NewInformerFactory(factory, metadatainformer.NewSharedInformerFactory(metadataClient, 0)),
		informersStarted)
	if err != nil {
		return err
	}
	go collector.Run(ctx, garbageWorkers, garbageSyncTimeout)
	go collector.Sync(ctx, client.Discovery(), garbageResync)
	return nil
}

// namespaceController empties namespaces that are being deleted and then lets them go. It uses the deleter
// of kube-controller-manager's controller, but not that controller and its fixed wait of 5 s.
type namespaceController struct {
	queue    workqueue.TypedRateLimitingInterface[string]
	client   kubernetes.Interface
	metadata metadata.Interface
}

// watch queues the namespaces that are being deleted.
func (c *namespaceController) watch(namespaces coreinformers.NamespaceInformer) error {
	enqueue := func(object any) {
		if namespace, ok := object.(*corev1.Namespace); ok && namespace.DeletionTimestamp != nil {
			c.queue.AddAfter(namespace.Name, namespaceDelay)
		}
	}
	_, err := namespaces.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    enqueue,
		UpdateFunc: func(_, object any) { enqueue(object) },
	})
	if err != nil {
		return fmt.Errorf("watching namespaces: %w", err)
	}
	return nil
}

// run works on the queue until ctx ends.
func (c *namespaceController) run(ctx context.Context) {
	defer context.AfterFunc(ctx, c.queue.ShutDown)()
	deleter := deletion.NewNamespacedResourcesDeleter(ctx, c.client.CoreV1().Namespaces(), c.metadata, c.client.CoreV1(),
		c.client.Discovery().ServerPreferredNamespacedResources, corev1.FinalizerKubernetes)
	for {
		name, shutdown := c.queue.Get()
		if shutdown {
			return
		}
		// An error is most often "objects remain", which wait for finalizers of their own.
		if err := deleter.Delete(ctx, name); err != nil {
			c.queue.AddRateLimited(name)
		} else {
			c.queue.Forget(name)
		}
		c.queue.Done(name)
	}
}
