package controlplane

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	cbor "k8s.io/apimachinery/pkg/runtime/serializer/cbor/direct"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// TestWhatIsWrittenIsWhatIsRead writes objects in many ways to one control plane and
// reads them from the next one, which has decoded nothing yet but what is in etcd.
func TestWhatIsWrittenIsWhatIsRead(t *testing.T) {
	dir := t.TempDir()
	for _, task := range []string{"write sprockets", "read sprockets"} {
		if out, err := runChild(t, task, dir); err != nil {
			t.Fatalf("%s: %v\n%s", task, err, out)
		}
	}
}

var sprockets = schema.GroupVersionResource{Group: "example.test", Version: "v1", Resource: "sprockets"}

// installSprockets creates a CustomResourceDefinition whose objects change when they
// are decoded: by defaults, also of what the API server itself removes.
func installSprockets(ctx context.Context, config *rest.Config) error {
	client, err := apiextensions.NewForConfig(config)
	if err != nil {
		return err
	}
	yes := true
	free := apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &yes}
	_, err = client.ApiextensionsV1().CustomResourceDefinitions().Create(ctx, &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: named(sprockets.GroupResource().String()),
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: sprockets.Group,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "sprockets", Singular: "sprocket", Kind: "Sprocket", ListKind: "SprocketList"},
			Scope: apiextensionsv1.NamespaceScoped,
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true,
				Subresources: &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
					Type: "object",
					Properties: map[string]apiextensionsv1.JSONSchemaProps{
						"spec": {Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{
							"ratio": {Type: "number", Default: &apiextensionsv1.JSON{Raw: []byte("1")}},
							"teeth": {Type: "integer"},
							"note":  {Type: "string", Nullable: true},
							"free":  free,
						}},
						"status": {
							Type: "object", Default: &apiextensionsv1.JSON{Raw: []byte(`{"phase":"New"}`)},
							Properties: map[string]apiextensionsv1.JSONSchemaProps{"phase": {Type: "string"}, "free": free},
						},
					},
				}},
			}},
		},
	}, metav1.CreateOptions{})
	return err
}

// sprocketChild writes sprockets, or reads them, in a process of its own.
func sprocketChild(ctx context.Context, cp *ControlPlane, task, dir string) error {
	client, err := dynamic.NewForConfig(cp.RESTConfig())
	if err != nil {
		return err
	}
	objects, path := client.Resource(sprockets).Namespace("default"), filepath.Join(dir, "sprockets.json")
	if task == "write sprockets" {
		if err := installSprockets(ctx, cp.RESTConfig()); err != nil {
			return err
		}
		for served := false; !served && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
			_, err := objects.List(ctx, metav1.ListOptions{})
			served = err == nil
		}
		if err := writeSprockets(ctx, objects); err != nil {
			return err
		}
	}
	list, err := objects.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	list.SetResourceVersion("")
	got, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	if task == "write sprockets" {
		return os.WriteFile(path, got, 0o600)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		return fmt.Errorf("read from etcd (-as it was answered when it was written +as it is):\n%s", diff)
	}
	return nil
}

// writeSprockets writes each object twice in each way: the first of a kind is decoded
// to see whether the next ones need be.
func writeSprockets(ctx context.Context, objects dynamic.ResourceInterface) error {
	specs := []string{
		`{}`, `{"ratio":2}`, `{"ratio":2.0}`, `{"ratio":2.5,"teeth":7}`, `{"ratio":1e300}`, `{"ratio":-0.0}`, `{"note":null}`, `{"note":""}`,
		`{"free":{"n":null,"list":[],"map":{},"float":3.0,"big":9007199254740993,"nested":[{"a":[1,2.5,"x",true]}],"text":"ü 猫"}}`,
	}
	patches := []struct {
		patch string
		part  []string
	}{
		{`{"metadata":{"finalizers":["example.test/hold"],"labels":{"a":"","b":"c"},"annotations":{"empty":""}}}`, nil},
		{`{"status":{"phase":"Ready","free":{"since":null,"count":1.0}}}`, []string{"status"}},
		{`{"metadata":{"labels":{"a":null,"b":null}},"spec":{"teeth":null}}`, nil},
		{`{"status":null}`, []string{"status"}},
		{`{"metadata":{"annotations":null,"finalizers":[]}}`, nil},
		{`{"metadata":{"finalizers":["example.test/hold"]}}`, nil},
	}
	for round := range 2 {
		for i, spec := range specs {
			for stop := range len(patches) + 1 {
				name := fmt.Sprintf("s-%d-%d-%d", round, i, stop)
				object := &unstructured.Unstructured{}
				err := object.UnmarshalJSON(fmt.Appendf(nil, `{"apiVersion":"example.test/v1","kind":"Sprocket","metadata":{"name":%q},"spec":%s,"status":{"phase":"Mine"}}`, name, spec))
				if err != nil {
					return err
				}
				if _, err := objects.Create(ctx, object, metav1.CreateOptions{}); err != nil {
					return fmt.Errorf("creating %s: %w", name, err)
				}
				for _, p := range patches[:stop] {
					if _, err := objects.Patch(ctx, name, types.MergePatchType, []byte(p.patch), metav1.PatchOptions{}, p.part...); err != nil {
						return fmt.Errorf("patching %s with %s: %w", name, p.patch, err)
					}
				}
				if stop == len(patches) {
					if err := objects.Delete(ctx, name, metav1.DeleteOptions{}); err != nil { // its finalizer holds it
						return err
					}
				}
			}
		}
	}
	return nil
}

// TestWhatIsCopiedComesBack encodes values as etcd keeps them and decodes them again:
// what is copied must be the same, and what would not be is not copied.
func TestWhatIsCopiedComesBack(t *testing.T) {
	cases := map[bool][]any{
		true: {
			"", "text", true, int64(0), int64(math.MaxInt64), int64(math.MinInt64), 0.0, math.Copysign(0, -1), 2.0, 2.5, 1e300, 5e-324,
			map[string]any{}, []any{}, []any{int64(1), map[string]any{"a": "b"}},
		},
		false: {
			nil, []any(nil), map[string]any(nil), 7, json.Number("7"), []string{"a"}, []any{nil}, map[string]any{"a": map[string]any{"b": nil}},
		},
	}
	for certain, values := range cases {
		for _, value := range values {
			content := map[string]any{"metadata": map[string]any{"name": "n"}, "value": value}
			fresh, ok := exactCopy(content)
			if ok != certain {
				t.Errorf("%#v: certain to come back: %v, want %v", value, ok, certain)
			}
			if !ok {
				continue
			}
			data, err := cbor.Marshal(content)
			if err != nil {
				t.Fatal(err)
			}
			var decoded map[string]any
			if err := cbor.Unmarshal(data, &decoded); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decoded, fresh); diff != "" {
				t.Errorf("%#v (-as it is decoded +as it is remembered):\n%s", value, diff)
			}
		}
	}
	for _, empty := range []any{"", []any{}, map[string]any{}} {
		if _, ok := exactCopy(map[string]any{"metadata": map[string]any{"name": "n", "labels": empty}}); ok {
			t.Errorf("metadata with %#v: decoding drops it", empty)
		}
	}
	if _, ok := exactCopy(map[string]any{"spec": map[string]any{}}); ok {
		t.Error("without metadata: it cannot be decoded")
	}
}

// testMutatingWebhook lets admission add what the schema does not know: it is in etcd
// then, and what is decoded must be without it.
func testMutatingWebhook(t *testing.T, p *plane) {
	var calls atomic.Int32
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		var review admissionv1.AdmissionReview
		if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
			t.Error(err)
			return
		}
		review.Response = &admissionv1.AdmissionResponse{
			UID: review.Request.UID, Allowed: true, PatchType: new(admissionv1.PatchTypeJSONPatch),
			Patch: []byte(`[{"op":"add","path":"/spec/unknown","value":"x"}]`),
		}
		if err := json.NewEncoder(w).Encode(review); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	config := &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: named("adds"), Webhooks: []admissionregistrationv1.MutatingWebhook{{
		Name: "adds.example.test", AdmissionReviewVersions: []string{"v1"}, SideEffects: new(admissionregistrationv1.SideEffectClassNone),
		ClientConfig: admissionregistrationv1.WebhookClientConfig{
			URL: new(server.URL), CABundle: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}),
		},
		Rules: []admissionregistrationv1.RuleWithOperations{{
			Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
			Rule:       admissionregistrationv1.Rule{APIGroups: []string{widgets.Group}, APIVersions: []string{"v1"}, Resources: []string{widgets.Resource}},
		}},
	}}}
	webhooks := p.client.AdmissionregistrationV1().MutatingWebhookConfigurations()
	if _, err := webhooks.Create(t.Context(), config, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	client, err := dynamic.NewForConfig(p.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	objects := client.Resource(widgets).Namespace(p.namespace(t, "mutated"))
	n := 0
	eventually(t, func() error { // until the webhook is called
		n++
		_, err := objects.Create(t.Context(), widget(fmt.Sprintf("w%d", n), 3), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		if calls.Load() == 0 {
			return errors.New("the webhook was not called")
		}
		return nil
	})
	list, err := objects.List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range list.Items {
		if _, there, _ := unstructured.NestedString(object.Object, "spec", "unknown"); there {
			t.Errorf("%s has a field that its schema does not know", object.GetName())
		}
	}
	if err := webhooks.Delete(t.Context(), "adds", metav1.DeleteOptions{}); err != nil {
		t.Error(err)
	}
}
