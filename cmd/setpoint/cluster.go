package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/pager"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/declared"
)

// cluster are the flags that say which objects of which cluster are meant, as
// kubectl has them.
//
// They are kubectl's own loading rules without the rest of its library, which
// would double the size of the program.
type cluster struct {
	kubeconfig, context, namespace string

	overrides clientcmd.ConfigOverrides // but for the context and the namespace

	allNamespaces bool
	selector      string

	progress *progress // of reading the cluster
	listed   int
}

func (c *cluster) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.kubeconfig, "kubeconfig", "", "path of the kubeconfig file (default: KUBECONFIG, or ~/.kube/config)")
	cmd.Flags().StringVar(&c.context, "context", "", "context of the kubeconfig file")
	cmd.Flags().StringVar(&c.overrides.Context.Cluster, "cluster", "", "cluster of the kubeconfig file")
	cmd.Flags().StringVar(&c.overrides.Context.AuthInfo, "user", "", "user of the kubeconfig file")
	cmd.Flags().StringVar(&c.overrides.AuthInfo.Impersonate, "as", "", "user to impersonate in the cluster")
	cmd.Flags().StringArrayVar(&c.overrides.AuthInfo.ImpersonateGroups, "as-group", nil, "group to impersonate in the cluster (may be repeated)")
	cmd.Flags().StringVar(&c.overrides.Timeout, "request-timeout", "", "how long to wait for an answer of the cluster, such as 30s or 30 (default: for ever)")
	cmd.Flags().StringVarP(&c.namespace, "namespace", "n", "", "namespace of the objects that do not name theirs; with --from-cluster: of the objects to plan")
	cmd.Flags().BoolVarP(&c.allNamespaces, "all-namespaces", "A", false, "with --from-cluster: the objects of all namespaces")
	cmd.Flags().StringVarP(&c.selector, "selector", "l", "", "with --from-cluster: scalable targets of which an object has these labels")
	// The errors are about flags of other names.
	_ = cmd.RegisterFlagCompletionFunc("context", c.completeContext)
	_ = cmd.RegisterFlagCompletionFunc("namespace", c.completeNamespace)
	_ = cmd.RegisterFlagCompletionFunc("cluster", c.completeCluster)
	_ = cmd.RegisterFlagCompletionFunc("user", c.completeUser)
	for _, flag := range []string{"as", "as-group", "request-timeout"} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions)
	}
	_ = cmd.RegisterFlagCompletionFunc("selector", cobra.NoFileCompletions)
}

// kinds are our kinds as the API server lists them.
var kinds = []struct {
	plural string
	empty  func() v1alpha1.Object
}{
	{"scalabletargets", func() v1alpha1.Object { return &v1alpha1.ScalableTarget{} }},
	{"scalingpolicies", func() v1alpha1.Object { return &v1alpha1.ScalingPolicy{} }},
	{"scheduledactions", func() v1alpha1.Object { return &v1alpha1.ScheduledAction{} }},
}

func (c *cluster) config() clientcmd.ClientConfig {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = c.kubeconfig
	overrides := c.overrides
	overrides.CurrentContext, overrides.Context.Namespace = c.context, c.namespace
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &overrides)
}

// connect returns the API server, and the namespace that is meant.
func (c *cluster) connect() (client dynamic.Interface, namespace string, err error) {
	config := c.config()
	rest, err := config.ClientConfig()
	if err != nil {
		return nil, "", fmt.Errorf("no Kubernetes cluster: set KUBECONFIG or --kubeconfig: %w", err)
	}
	if client, err = dynamic.NewForConfig(rest); err != nil {
		return nil, "", err
	}
	namespace, _, err = config.Namespace()
	return client, namespace, err
}

// read returns the groups of the objects in the cluster, and what could not be
// read about them. A scalable target is planned as a whole, so the selector
// chooses groups: what else belongs to a chosen target is read too.
func (c *cluster) read(ctx context.Context, home declared.Place) (groups []declared.Group, notes []string, err error) {
	selector, err := labels.Parse(c.selector)
	if err != nil {
		return nil, nil, fmt.Errorf("--selector %s: %w", c.selector, err)
	}
	client, namespace, err := c.connect()
	if err != nil {
		return nil, nil, err
	}
	if c.allNamespaces {
		namespace = metav1.NamespaceAll
	}
	objects, err := c.listAll(ctx, client, namespace)
	if err != nil {
		return nil, nil, err
	}
	if objects, err = withReferences(ctx, client, objects); err != nil {
		return nil, nil, err
	}
	around := surroundings{client: client, setting: declared.Surroundings{Home: home, Complete: true}}
	if err := around.read(ctx, objects); err != nil {
		return nil, nil, err
	}
	return chosen(declared.Gather(objects, around.setting), func(m *declared.Member) bool {
		return selector.Matches(labels.Set(m.Object.GetLabels()))
	}), around.notes, nil
}

// listAll lists the objects of all our kinds.
func (c *cluster) listAll(ctx context.Context, client dynamic.Interface, namespace string) ([]v1alpha1.Object, error) {
	var objects []v1alpha1.Object
	for _, kind := range kinds {
		listed, err := c.list(ctx, client, namespace, kind.plural, kind.empty)
		if err != nil {
			return nil, err
		}
		objects = append(objects, listed...)
	}
	return objects, nil
}

// list reads in pages, so that there is something to tell of thousands of objects.
func (c *cluster) list(ctx context.Context, client dynamic.Interface, namespace, plural string, empty func() v1alpha1.Object) ([]v1alpha1.Object, error) {
	pages := pager.New(func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return client.Resource(v1alpha1.GroupVersion.WithResource(plural)).Namespace(namespace).List(ctx, o)
	})
	var objects []v1alpha1.Object
	err := pages.EachListItem(ctx, metav1.ListOptions{}, func(item runtime.Object) error {
		o, err := typed(item.(*unstructured.Unstructured), empty())
		if err != nil {
			return err
		}
		objects = append(objects, o)
		c.listed++
		c.progress.show(c.listed, 0)
		return nil
	})
	if apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("the cluster has no %s.%s: install the CustomResourceDefinitions first", plural, v1alpha1.GroupVersion.Group)
	}
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", plural, err)
	}
	return objects, nil
}

func typed(u *unstructured.Unstructured, into v1alpha1.Object) (v1alpha1.Object, error) {
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, into); err != nil {
		return nil, fmt.Errorf("%s %s/%s cannot be read: %w", u.GetKind(), u.GetNamespace(), u.GetName(), err)
	}
	return into, nil
}

// withReferences adds the scalable targets of other namespaces to which objects
// refer.
func withReferences(ctx context.Context, client dynamic.Interface, objects []v1alpha1.Object) ([]v1alpha1.Object, error) {
	known := map[declared.Ref]bool{}
	for _, o := range objects {
		known[declared.RefOf(o)] = true
	}
	for _, o := range objects {
		ref := declared.ReferenceOf(o)
		if ref == nil || known[*ref] {
			continue
		}
		known[*ref] = true
		found, err := client.Resource(v1alpha1.GroupVersion.WithResource(kinds[0].plural)).Namespace(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue // the plan says so
		}
		if err != nil {
			return nil, err
		}
		target, err := typed(found, &v1alpha1.ScalableTarget{})
		if err != nil {
			return nil, err
		}
		objects = append(objects, target)
	}
	return objects, nil
}

// chosen returns the groups of which a member is meant.
func chosen(groups []declared.Group, meant func(*declared.Member) bool) []declared.Group {
	return slices.DeleteFunc(groups, func(g declared.Group) bool { return !slices.ContainsFunc(g.Members, meant) })
}
