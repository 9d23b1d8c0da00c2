package controlplane

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// counting counts what really is decoded.
type counting struct {
	runtime.Codec
	mu sync.Mutex
	n  int
}

func (c *counting) Decode(data []byte, defaults *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	return c.Codec.Decode(data, defaults, into)
}

func unstructuredCodec() *counting {
	return &counting{Codec: runtime.NewCodec(unstructured.UnstructuredJSONScheme, unstructured.UnstructuredJSONScheme)}
}

func never() bool { return false }

func document(value string) []byte {
	return fmt.Appendf(nil, `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"n","labels":{"of":"nobody"}},"spec":{"value":%q,"list":[1,2.5,null]}}`, value)
}

// TestWhatIsRememberedIsTheReadersOwn reads the same bytes several times, into
// nothing and into an object, and changes each answer.
func TestWhatIsRememberedIsTheReadersOwn(t *testing.T) {
	counted := unstructuredCodec()
	codec, data := remember(counted, never), document("a")
	want, err := runtime.Decode(unstructured.UnstructuredJSONScheme, data)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		into := &unstructured.Unstructured{Object: map[string]any{"left": "over"}}
		var target runtime.Object
		if i%2 == 1 {
			target = into
		}
		got, kind, err := codec.Decode(data, nil, target)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("reading %d (-want +got):\n%s", i, diff)
		}
		if want := (schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "Thing"}); *kind != want {
			t.Errorf("reading %d: it is a %s, want %s", i, kind, want)
		}
		if target != nil && got != target {
			t.Errorf("reading %d did not answer with the object that it was to fill", i)
		}
		object := got.(*unstructured.Unstructured)
		object.SetResourceVersion("7")
		object.Object["spec"].(map[string]any)["list"].([]any)[0] = "changed"
		object.SetLabels(nil)
		kind.Kind = "Changed"
	}
	if counted.n != 1 {
		t.Errorf("decoded %d times, want once", counted.n)
	}
}

// TestReadersAtOnceDecodeOnce: the answer and the watch come at the same time.
func TestReadersAtOnceDecodeOnce(t *testing.T) {
	counted := unstructuredCodec()
	codec := remember(counted, never)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			want := string(rune('a' + i%8))
			object, _, err := codec.Decode(document(want), nil, nil)
			if err != nil {
				t.Error(err)
				return
			}
			if got, _, _ := unstructured.NestedString(object.(*unstructured.Unstructured).Object, "spec", "value"); got != want {
				t.Errorf("read %q, want %q", got, want)
			}
		})
	}
	all.Wait()
	if counted.n != 8 {
		t.Errorf("decoded %d times, want once for each of 8 documents", counted.n)
	}
}

// TestWhatIsNotRememberedIsDecoded: broken bytes fail each time, and what is not
// unstructured, or has defaults, goes the ordinary way.
func TestWhatIsNotRememberedIsDecoded(t *testing.T) {
	codec := remember(unstructuredCodec(), never)
	for range 2 {
		if object, _, err := codec.Decode([]byte(`{"kind":`), nil, nil); err == nil {
			t.Errorf("broken bytes are %v", object)
		}
	}
	typed := remember(runtime.NewCodec(unstructured.UnstructuredJSONScheme, scheme.Codecs.UniversalDeserializer()), never)
	defaults := corev1.SchemeGroupVersion.WithKind("ConfigMap")
	if object, _, err := typed.Decode([]byte(`{"metadata":{"name":"n"}}`), &defaults, nil); err != nil || object.(*corev1.ConfigMap).Name != "n" {
		t.Errorf("with defaults: %v, %v", object, err)
	}
	for range 2 {
		config := &corev1.ConfigMap{}
		data := []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"n"},"data":{"key":"value"}}`)
		if _, _, err := typed.Decode(data, nil, config); err != nil || config.Data["key"] != "value" {
			t.Errorf("into a typed object: %v, %v", config, err)
		}
		if object, err := runtime.Decode(typed, data); err != nil || object.(*corev1.ConfigMap).Name != "n" {
			t.Errorf("a typed object: %v, %v", object, err)
		}
	}
}

// TestOnlyTheLatestAreRemembered bounds the memory.
func TestOnlyTheLatestAreRemembered(t *testing.T) {
	codec := remember(unstructuredCodec(), never)
	for i := range remembered + 10 {
		if _, _, err := codec.Decode(document(fmt.Sprint(i)), nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := codec.decoded.Len(); n != remembered {
		t.Errorf("%d are remembered, want %d", n, remembered)
	}
}

// TestWhatIsEncodedIsKnown decodes the first object of each shape, and none of those
// that follow; and every one where admission may have changed them.
func TestWhatIsEncodedIsKnown(t *testing.T) {
	for mutated, want := range map[bool]int{false: 1, true: 5} {
		counted := unstructuredCodec()
		codec := remember(counted, func() bool { return mutated })
		for i := range 5 {
			written := &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "example.com/v1", "kind": "Thing", "metadata": map[string]any{"name": "n"}, "spec": map[string]any{"value": int64(i)},
			}}
			data, err := runtime.Encode(codec, written)
			if err != nil {
				t.Fatal(err)
			}
			written.Object["spec"] = "changed after it was written"
			for range 2 {
				got, kind, err := codec.Decode(data, nil, &unstructured.Unstructured{})
				if err != nil {
					t.Fatal(err)
				}
				if value, _, _ := unstructured.NestedInt64(got.(*unstructured.Unstructured).Object, "spec", "value"); value != int64(i) || kind.Kind != "Thing" {
					t.Errorf("mutated %v: read %v, a %s", mutated, got, kind)
				}
			}
		}
		if counted.n != want {
			t.Errorf("mutated %v: decoded %d times, want %d", mutated, counted.n, want)
		}
	}
}

// TestWhatChangesByDecodingIsDecoded: a codec that adds something tells it by the
// first object.
func TestWhatChangesByDecodingIsDecoded(t *testing.T) {
	codec := remember(adding{unstructuredCodec()}, never)
	for i := range 3 {
		data, err := runtime.Encode(codec, &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "example.com/v1", "kind": "Thing", "metadata": map[string]any{"name": fmt.Sprint(i)},
		}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := runtime.Decode(codec, data)
		if err != nil {
			t.Fatal(err)
		}
		if got.(*unstructured.Unstructured).Object["status"] != "New" {
			t.Errorf("object %d lost its default: %v", i, got)
		}
	}
}

// adding is a codec with a default.
type adding struct{ *counting }

func (a adding) Decode(data []byte, defaults *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	object, kind, err := a.counting.Decode(data, defaults, into)
	if u, ok := object.(*unstructured.Unstructured); ok && u.Object["status"] == nil {
		u.Object["status"] = "New"
	}
	return object, kind, err
}
