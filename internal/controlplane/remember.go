package controlplane

import (
	"bytes"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/lru"
)

// remembered is how many objects of a resource a remembering codec keeps.
const remembered = 1000

// remembering is the codec of a custom resource's storage that knows what the bytes are which it has encoded or
// decoded lately. What is written to etcd is decoded for the answer, for the watch, and again when it is next read,
// and a copy takes a tenth of the time. The bytes decide what comes out, so there is nothing to forget but what has
// not been asked for in a while.
type remembering struct {
	runtime.Codec
	// mutated says whether admission may have changed objects after they were decoded from a request. Their bytes
	// can hold what decoding them removes.
	mutated func() bool

	mu      sync.Mutex
	decoded *lru.Cache      // of *decoding by the bytes
	same    map[string]bool // what comesBack has found out, by the version and the fields at the top
}

// decoding is what some bytes are, once somebody has decoded them.
type decoding struct {
	once   sync.Once
	object *unstructured.Unstructured // nil if they are something else
	kind   *schema.GroupVersionKind
}

func remember(codec runtime.Codec, mutated func() bool) *remembering {
	return &remembering{Codec: codec, mutated: mutated, decoded: lru.New(remembered), same: map[string]bool{}}
}

// Decode implements runtime.Decoder. What it returns is the caller's own.
func (r *remembering) Decode(data []byte, defaults *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	target, ok := into.(*unstructured.Unstructured)
	if defaults != nil || into != nil && !ok {
		return r.Codec.Decode(data, defaults, into)
	}
	known := r.decoding(string(data))
	known.once.Do(func() {
		if object, kind, err := r.Codec.Decode(data, nil, nil); err == nil {
			known.kind = kind
			known.object, _ = object.(*unstructured.Unstructured)
		}
	})
	if known.object == nil {
		return r.Codec.Decode(data, nil, into)
	}
	if target == nil {
		target = &unstructured.Unstructured{}
	}
	known.object.DeepCopyInto(target)
	return target, new(*known.kind), nil
}

func (r *remembering) decoding(data string) *decoding {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.decoded.Get(data); ok {
		return known.(*decoding)
	}
	fresh := &decoding{}
	r.decoded.Add(data, fresh)
	return fresh
}

// Encode implements runtime.Encoder.
func (r *remembering) Encode(object runtime.Object, w io.Writer) error {
	written, ok := object.(*unstructured.Unstructured)
	if !ok || r.mutated() {
		return r.Codec.Encode(object, w)
	}
	var data bytes.Buffer
	if err := r.Codec.Encode(object, &data); err != nil {
		return err
	}
	if content, ok := exactCopy(written.Object); ok {
		r.expect(data.Bytes(), &unstructured.Unstructured{Object: content})
	}
	_, err := w.Write(data.Bytes())
	return err
}

// expect remembers what data is without decoding it.
func (r *remembering) expect(data []byte, object *unstructured.Unstructured) {
	kind := object.GroupVersionKind()
	if !r.comesBack(data, object) {
		return
	}
	known := r.decoding(string(data))
	known.once.Do(func() { known.object, known.kind = object, &kind })
}

// comesBack says whether an object that was decoded from a request and is written is the same when it is read.
// It is, because both are pruned and defaulted by one schema, but for a status that a creation drops and the schema
// has a default for, and where another version is stored. So the first object with the same fields at its top tells.
func (r *remembering) comesBack(data []byte, object *unstructured.Unstructured) bool {
	fields := object.GetAPIVersion() + " " + strings.Join(slices.Sorted(maps.Keys(object.Object)), " ")
	r.mu.Lock()
	same, known := r.same[fields]
	r.mu.Unlock()
	if known {
		return same
	}
	decoded, kind, err := r.Codec.Decode(data, nil, nil)
	same = err == nil && *kind == object.GroupVersionKind() && reflect.DeepEqual(decoded, object)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.same[fields] = same
	return same
}

// exactCopy copies the content of an object that the API server has prepared for its storage, if it is certain to come
// out of it as it went in: nulls and, in the metadata, what is empty do not.
func exactCopy(object map[string]any) (map[string]any, bool) {
	metadata, ok := object["metadata"].(map[string]any)
	if !ok {
		return nil, false
	}
	for _, value := range metadata {
		switch v := reflect.ValueOf(value); v.Kind() {
		case reflect.String, reflect.Slice, reflect.Map:
			if v.Len() == 0 {
				return nil, false
			}
		}
	}
	value, ok := copyValue(object)
	if !ok {
		return nil, false
	}
	return value.(map[string]any), true
}

// copyValue copies a value of the types that decoding makes, and of no others.
func copyValue(value any) (any, bool) {
	switch value := value.(type) {
	case string, bool, int64, float64:
		return value, true
	case map[string]any:
		fresh := make(map[string]any, len(value))
		for key, child := range value {
			var ok bool
			if fresh[key], ok = copyValue(child); !ok {
				return nil, false
			}
		}
		return fresh, value != nil
	case []any:
		fresh := make([]any, len(value))
		for i, child := range value {
			var ok bool
			if fresh[i], ok = copyValue(child); !ok {
				return nil, false
			}
		}
		return fresh, value != nil
	}
	return nil, false
}
