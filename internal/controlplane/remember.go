package controlplane

import (
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/lru"
)

// remembered is how many objects of a resource a remembering codec keeps.
const remembered = 1000

// remembering is a codec that decodes the same bytes once: what is written to etcd is decoded for the answer, for
// the watch, and again when it is next read, and a copy takes a tenth of the time. The bytes decide what comes out,
// so there is nothing to forget but what has not been asked for in a while.
type remembering struct {
	runtime.Codec
	mu      sync.Mutex
	decoded *lru.Cache // of *decoding by the bytes
}

// decoding is what some bytes are, once somebody has decoded them.
type decoding struct {
	once   sync.Once
	object *unstructured.Unstructured // nil if they are something else
	kind   *schema.GroupVersionKind
}

func remember(codec runtime.Codec) *remembering {
	return &remembering{Codec: codec, decoded: lru.New(remembered)}
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
