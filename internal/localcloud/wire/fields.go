package wire

import (
	"reflect"
	"strings"
	"sync"
)

// field is a member of a struct as the query protocol and XML see it. JSON and
// CBOR have encoders of their own that read the same tags.
type field struct {
	name      string
	index     []int
	omitEmpty bool
}

// fieldCache holds the members of every struct type seen: reflecting on tags
// for each request would dominate its cost. It only grows by types, which are
// finite.
var fieldCache sync.Map // reflect.Type -> []field

var timeType = reflect.TypeFor[Time]()

// fieldsOf returns the members of a struct type. Embedded structs are
// flattened, as in JSON.
func fieldsOf(t reflect.Type) []field {
	if cached, ok := fieldCache.Load(t); ok {
		return cached.([]field)
	}
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		fields = append(fields, field{name: name, index: f.Index, omitEmpty: strings.Contains(options, "omit")})
	}
	fieldCache.Store(t, fields)
	return fields
}

// kindName names a member's type in the words of AWS's models, for errors.
func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Int, reflect.Int64:
		return "a long"
	case reflect.Int32:
		return "an integer"
	case reflect.Float64:
		return "a double"
	case reflect.Slice:
		return "a list"
	default:
		return "a structure"
	}
}
