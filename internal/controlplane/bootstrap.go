package controlplane

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	rbacrest "k8s.io/kubernetes/pkg/registry/rbac/rest"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

// systemNamespaces exist on every Kubernetes cluster.
var systemNamespaces = []string{metav1.NamespaceDefault, metav1.NamespaceSystem, metav1.NamespacePublic}

// The default objects are created, again after each pause, until they are there or the time is over.
const (
	createPause   = 100 * time.Millisecond
	createTimeout = time.Minute
)

// replaceHooks switches off start-up work of the library that is done faster by bootstrap, or serves
// parts of a cluster that do not exist here.
func replaceHooks(config *genericapiserver.Config) {
	config.DisabledPostStartHooks.Insert(
		// It sleeps for a second before it begins.
		rbacrest.PostStartHookName,
		// It watches for service account tokens in Secrets, which nothing creates any more.
		"start-legacy-token-tracking-controller",
		// It publishes the authorities that API servers behind the aggregator need.
		"start-cluster-authentication-info-controller",
	)
}

// addHooks makes the API server create its default objects before it is ready, and run the controllers
// of kube-controller-manager without which parts of its API would not work.
func addHooks(server *genericapiserver.GenericAPIServer, factory informers.SharedInformerFactory) error {
	err := server.AddPostStartHook("create-default-objects", func(hook genericapiserver.PostStartHookContext) error {
		client, err := kubernetes.NewForConfig(unlimited(hook.LoopbackClientConfig))
		if err != nil {
			return err
		}
		// An admission plugin refuses when its caches are not full in time, on a busy machine.
		var last error
		err = wait.PollUntilContextTimeout(hook, createPause, createTimeout, true, func(ctx context.Context) (bool, error) {
			last = createDefaults(ctx, client)
			return last == nil, nil
		})
		// An error would be fatal, and a server that is merely being stopped is no failure.
		if err != nil && hook.Err() == nil {
			return errors.Join(err, last)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return server.AddPostStartHook("start-controllers", func(hook genericapiserver.PostStartHookContext) error {
		return startControllers(hook, unlimited(hook.LoopbackClientConfig), factory)
	})
}

// unlimited lifts the client-side rate limit: the server is this process.
func unlimited(config *rest.Config) *rest.Config {
	config = rest.CopyConfig(config)
	config.QPS = -1
	return config
}

// createDefaults creates the namespaces and the roles and bindings that every cluster has. Objects that
// exist, in a directory of an earlier run, stay as they are.
func createDefaults(ctx context.Context, client kubernetes.Interface) error {
	c := &creator{ctx: ctx}
	for _, name := range systemNamespaces {
		create(c, client.CoreV1().Namespaces().Create, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	for _, role := range bootstrappolicy.ClusterRoles() {
		create(c, client.RbacV1().ClusterRoles().Create, &role)
	}
	for _, binding := range bootstrappolicy.ClusterRoleBindings() {
		create(c, client.RbacV1().ClusterRoleBindings().Create, &binding)
	}
	for namespace, roles := range bootstrappolicy.NamespaceRoles() {
		for _, role := range roles {
			create(c, client.RbacV1().Roles(namespace).Create, &role)
		}
	}
	for namespace, bindings := range bootstrappolicy.NamespaceRoleBindings() {
		for _, binding := range bindings {
			create(c, client.RbacV1().RoleBindings(namespace).Create, &binding)
		}
	}
	return c.err
}

// creator remembers the first error of a series of creations.
type creator struct {
	ctx context.Context
	err error
}

func create[T metav1.Object](c *creator, do func(context.Context, T, metav1.CreateOptions) (T, error), object T) {
	if c.err != nil {
		return
	}
	if _, err := do(c.ctx, object, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		c.err = fmt.Errorf("creating %T %s: %w", object, object.GetName(), err)
	}
}
