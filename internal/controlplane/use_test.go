package controlplane

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// plane is the control plane under test with an administrator's client.
type plane struct {
	*ControlPlane
	client kubernetes.Interface
}

// namespace creates a namespace for one test.
func (p *plane) namespace(t *testing.T, name string) string {
	t.Helper()
	_, err := p.client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func named(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name} }

func testVersion(t *testing.T, p *plane) {
	version, err := p.client.Discovery().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if version.Major != "1" || !strings.HasPrefix(version.GitVersion, "v1."+version.Minor+".") {
		t.Errorf("version %+v, want that of a Kubernetes release: clients compare it with what they need", version)
	}
}

func testOrdinaryObjects(t *testing.T, p *plane) {
	ctx, ns := t.Context(), p.namespace(t, "ordinary")
	core := p.client.CoreV1()
	_, configMapErr := core.ConfigMaps(ns).Create(ctx, &corev1.ConfigMap{ObjectMeta: named("c"), Data: map[string]string{"a": "b"}}, metav1.CreateOptions{})
	_, secretErr := core.Secrets(ns).Create(ctx, &corev1.Secret{ObjectMeta: named("s"), StringData: map[string]string{"a": "b"}}, metav1.CreateOptions{})
	_, accountErr := core.ServiceAccounts(ns).Create(ctx, &corev1.ServiceAccount{ObjectMeta: named("a")}, metav1.CreateOptions{})
	_, leaseErr := p.client.CoordinationV1().Leases(ns).Create(ctx, &coordinationv1.Lease{ObjectMeta: named("l")}, metav1.CreateOptions{})
	_, eventErr := core.Events(ns).Create(ctx, &corev1.Event{
		ObjectMeta:     named("e"),
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "ConfigMap", Namespace: ns, Name: "c"},
		Reason:         "Tested", Message: "an event", Type: corev1.EventTypeNormal,
	}, metav1.CreateOptions{})
	if err := errors.Join(configMapErr, secretErr, accountErr, leaseErr, eventErr); err != nil {
		t.Errorf("controllers need all of these: %v", err)
	}
	if _, err := core.Pods(ns).List(ctx, metav1.ListOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("listing pods: %v, want not found: pods would be accepted and never run", err)
	}
}

var widgets = schema.GroupVersionResource{Group: "example.test", Version: "v1", Resource: "widgets"}

func widget(name string, size int64) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.test/v1", "kind": "Widget",
		"metadata": map[string]any{"name": name},
		"spec":     map[string]any{"size": size},
	}}
}

// install creates a CustomResourceDefinition and waits until it is served.
func install(t *testing.T, config *rest.Config, resource schema.GroupVersionResource, kind string) {
	t.Helper()
	client, err := apiextensions.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	minimum := 1.0
	crds := client.ApiextensionsV1().CustomResourceDefinitions()
	_, err = crds.Create(t.Context(), &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: named(resource.GroupResource().String()),
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: resource.Group,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: resource.Resource, Singular: strings.ToLower(kind), Kind: kind, ListKind: kind + "List"},
			Scope: apiextensionsv1.NamespaceScoped,
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
					Type: "object",
					Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": {
						Type:         "object",
						Properties:   map[string]apiextensionsv1.JSONSchemaProps{"size": {Type: "integer", Minimum: &minimum}},
						XValidations: apiextensionsv1.ValidationRules{{Rule: "self.size < 10", Message: "too big"}},
					}},
				}},
			}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		crd, err := crds.Get(t.Context(), resource.GroupResource().String(), metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, condition := range crd.Status.Conditions {
			if condition.Type == apiextensionsv1.Established && condition.Status == apiextensionsv1.ConditionTrue {
				return nil
			}
		}
		return fmt.Errorf("not established: %+v", crd.Status.Conditions)
	})
}

func testCustomResources(t *testing.T, p *plane) {
	install(t, p.RESTConfig(), widgets, "Widget")
	client, err := dynamic.NewForConfig(p.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	objects := client.Resource(widgets).Namespace(p.namespace(t, "custom"))
	eventually(t, func() error {
		_, err := objects.Create(t.Context(), widget("fits", 3), metav1.CreateOptions{})
		return err
	})
	for size, reason := range map[int64]string{0: "the schema has a minimum", 10: "a CEL rule forbids it"} {
		if _, err := objects.Create(t.Context(), widget("bad", size), metav1.CreateOptions{}); !apierrors.IsInvalid(err) {
			t.Errorf("creating a widget of size %d: %v, want invalid: %s", size, err, reason)
		}
	}
	applied, err := objects.Apply(t.Context(), "fits", widget("fits", 4), metav1.ApplyOptions{FieldManager: "test", Force: true})
	if err != nil {
		t.Fatalf("server-side apply: %v", err)
	}
	if size, _, _ := unstructured.NestedInt64(applied.Object, "spec", "size"); size != 4 {
		t.Errorf("size after server-side apply is %d, want 4", size)
	}
}

// testListAmongWatches: a list that has to be up to date asks etcd how far the watch
// of its resource is, and must not wait for those of others, which begin at the next
// change to come.
func testListAmongWatches(t *testing.T, p *plane) {
	client, err := dynamic.NewForConfig(p.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		other := schema.GroupVersionResource{Group: widgets.Group, Version: "v1", Resource: fmt.Sprintf("gadget%ds", i)}
		install(t, p.RESTConfig(), other, fmt.Sprintf("Gadget%d", i))
		eventually(t, func() error {
			_, err := client.Resource(other).List(t.Context(), metav1.ListOptions{})
			return err
		})
		begin := time.Now()
		if _, err := client.Resource(widgets).List(t.Context(), metav1.ListOptions{}); err != nil {
			t.Errorf("listing widgets after %s were listed: %v", other.Resource, err)
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("listing widgets after %s were listed took %s", other.Resource, took)
		}
	}
}

func testWatch(t *testing.T, p *plane) {
	maps := p.client.CoreV1().ConfigMaps(p.namespace(t, "watched"))
	w, err := maps.Watch(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	if _, err := maps.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: named("new")}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	timeout := time.After(30 * time.Second)
	for {
		select {
		case event := <-w.ResultChan():
			if object, ok := event.Object.(*corev1.ConfigMap); ok && event.Type == watch.Added && object.Name == "new" {
				return
			}
		case <-timeout:
			t.Fatal("the watch did not report the new object")
		}
	}
}

func testPermissions(t *testing.T, p *plane) {
	ctx, ns := t.Context(), p.namespace(t, "permitted")
	list := func(change func(*rest.Config)) (configMaps, secrets error) {
		config := rest.AnonymousClientConfig(p.RESTConfig())
		change(config)
		client, err := kubernetes.NewForConfig(config)
		if err != nil {
			t.Fatal(err)
		}
		_, configMaps = client.CoreV1().ConfigMaps(ns).List(ctx, metav1.ListOptions{})
		_, secrets = client.CoreV1().Secrets(ns).List(ctx, metav1.ListOptions{})
		return configMaps, secrets
	}
	if err, _ := list(func(*rest.Config) {}); !apierrors.IsForbidden(err) {
		t.Errorf("anonymous: %v, want forbidden: other users of the machine reach the port", err)
	}
	if err, _ := list(func(c *rest.Config) { c.BearerToken = "guess" }); !apierrors.IsUnauthorized(err) {
		t.Errorf("wrong token: %v, want unauthorized", err)
	}

	if _, err := p.client.CoreV1().ServiceAccounts(ns).Create(ctx, &corev1.ServiceAccount{ObjectMeta: named("viewer")}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	token, err := p.client.CoreV1().ServiceAccounts(ns).CreateToken(ctx, "viewer", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.client.RbacV1().RoleBindings(ns).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: named("viewer"),
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: ns, Name: "viewer"}},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "view"},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		configMaps, secrets := list(func(c *rest.Config) { c.BearerToken = token.Status.Token })
		if configMaps != nil || !apierrors.IsForbidden(secrets) {
			return fmt.Errorf("service account with the role view: ConfigMaps %w, Secrets %v; want allowed and forbidden: "+
				"the role is aggregated from others by a controller", configMaps, secrets)
		}
		return nil
	})
}

func testNamespaceDeletion(t *testing.T, p *plane) {
	ctx, ns := t.Context(), p.namespace(t, "doomed")
	namespaces, maps := p.client.CoreV1().Namespaces(), p.client.CoreV1().ConfigMaps(ns)
	held := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "held", Finalizers: []string{"example.test/hold"}}}
	if _, err := maps.Create(ctx, held, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := namespaces.Delete(ctx, ns, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		object, err := maps.Get(ctx, "held", metav1.GetOptions{})
		if err == nil && object.DeletionTimestamp == nil {
			err = errors.New("the content of a namespace that is being deleted is not being deleted")
		}
		return err
	})
	if _, err := namespaces.Get(ctx, ns, metav1.GetOptions{}); err != nil {
		t.Errorf("the namespace must wait for the finalizers of its content: %v", err)
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"finalizers": nil}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := maps.Patch(ctx, "held", "application/merge-patch+json", patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		_, err := namespaces.Get(ctx, ns, metav1.GetOptions{})
		return gone(err)
	})
}

func testGarbageCollection(t *testing.T, p *plane) {
	ctx := t.Context()
	maps := p.client.CoreV1().ConfigMaps(p.namespace(t, "owned"))
	owner, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: named("owner")}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	blocks := true
	dependent := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Name: "dependent",
		OwnerReferences: []metav1.OwnerReference{{
			APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID, BlockOwnerDeletion: &blocks,
		}},
	}}
	if _, err := maps.Create(ctx, dependent, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	foreground := metav1.DeletePropagationForeground
	if err := maps.Delete(ctx, "owner", metav1.DeleteOptions{PropagationPolicy: &foreground}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dependent", "owner"} {
		eventually(t, func() error {
			_, err := maps.Get(ctx, name, metav1.GetOptions{})
			return gone(err)
		})
	}
}
