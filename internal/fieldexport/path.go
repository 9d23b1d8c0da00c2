package fieldexport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/itchyny/gojq"
)

// The bounds of a path. A path is a program that somebody else wrote and that
// runs in the controller's memory.
const (
	maxPath   = 1024 // bytes
	maxGrowth = 4096 // times that a result can be larger than what it was made of
	timeLimit = 100 * time.Millisecond
)

// functions are those of jq that select, test or shorten. Those that are not
// here repeat, count, or build large things from small ones.
var functions = []string{
	"add", "all", "any", "arrays", "ascii_downcase", "ascii_upcase", "booleans", "ceil", "contains", "empty", "endswith", "first", "floor",
	"fromjson", "has", "keys", "last", "length", "ltrim", "ltrimstr", "map", "max", "max_by", "min", "min_by", "not", "nth", "numbers", "objects",
	"reverse", "round", "rtrim", "rtrimstr", "scalars", "select", "sort", "sort_by", "split", "startswith", "strings", "test", "tojson",
	"tonumber", "tostring", "trim", "type", "unique", "unique_by", "values",
}

// evaluate returns the first result of a jq path on an object, as text. No
// result, and null, are found to be nothing: what the path leads to may come
// later. Errors are problems for the user.
func evaluate(ctx context.Context, path string, object any) (value string, found bool, err error) {
	query, err := parse(path)
	if err != nil {
		return "", false, err
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return "", false, badPath("spec.from.path %q is not a path of jq: %v", path, err)
	}
	input, err := asJSON(object)
	if err != nil {
		return "", false, err
	}
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	result, ok := code.RunWithContext(limited, input).Next()
	if !ok {
		return "", false, nil
	}
	if err, failed := result.(error); failed {
		if ctx.Err() != nil {
			return "", false, ctx.Err()
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return "", false, &problem{reason: reasonPath, retry: retryAfter,
				message: fmt.Sprintf("spec.from.path takes longer than %s: write a path that looks at less, such as %s", timeLimit, example)}
		}
		return "", false, badPath("spec.from.path %q fails on the object: %v", path, err)
	}
	return asText(path, result)
}

// example is what a path usually is.
const example = ".status.ackResourceMetadata.arn"

func badPath(format string, args ...any) *problem {
	return &problem{terminal: true, reason: reasonPath, message: fmt.Sprintf(format, args...) + "; a path is, for example, " + example}
}

// asJSON returns an object in the types that jq knows.
func asJSON(object any) (any, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var input any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // numbers stay as they are written
	err = decoder.Decode(&input)
	return input, err
}

func asText(path string, result any) (value string, found bool, err error) {
	switch v := result.(type) {
	case nil:
		return "", false, nil
	case string:
		return strings.ToValidUTF8(v, "\uFFFD"), true, nil
	case bool:
		return strconv.FormatBool(v), true, nil
	case int, float64, *big.Int, json.Number:
		text, err := gojq.Marshal(v)
		return string(text), err == nil, err
	}
	kind := "an object"
	if _, ok := result.([]any); ok {
		kind = "a list"
	}
	return "", false, &problem{terminal: true, reason: reasonValue, message: fmt.Sprintf(
		"spec.from.path %q leads to %s, and only a string, a number or a boolean can be exported: go on to one of its members, or append | tojson to export all of it", path, kind)}
}

// parse reads a path and refuses programs that could use up the memory.
func parse(path string) (*gojq.Query, error) {
	if len(path) > maxPath {
		return nil, badPath("spec.from.path has %d bytes: write at most %d", len(path), maxPath)
	}
	query, err := gojq.Parse(path)
	if err != nil {
		return nil, badPath("spec.from.path %q is not a path of jq: %v", path, err)
	}
	growth := 1
	refused := ""
	visit(reflect.ValueOf(query), func(node any) {
		if growth <= maxGrowth {
			growth *= growthOf(node)
		}
		if refused == "" {
			refused = notAllowed(node)
		}
	})
	if refused != "" {
		return nil, badPath("spec.from.path %q uses %s, which is not among what a FieldExport may use of jq", path, refused)
	}
	if growth > maxGrowth {
		return nil, badPath("spec.from.path %q puts too many things together", path)
	}
	return query, nil
}

// visit calls what with every node of a syntax tree.
func visit(node reflect.Value, what func(any)) {
	switch node.Kind() {
	case reflect.Pointer:
		if !node.IsNil() {
			what(node.Interface())
			visit(node.Elem(), what)
		}
	case reflect.Struct:
		for _, field := range node.Fields() {
			visit(field, what)
		}
	case reflect.Slice:
		for i := range node.Len() {
			visit(node.Index(i), what)
		}
	default: // a name or a literal
	}
}

// notAllowed names what a node is if a path may not have it.
func notAllowed(node any) string {
	switch n := node.(type) {
	case *gojq.Query:
		switch {
		case n.Op == gojq.OpMul || n.Op >= gojq.OpAssign:
			return "the operator " + n.Op.String()
		case len(n.Patterns) > 0:
			return "a variable"
		}
	case *gojq.Func:
		if !slices.Contains(functions, n.Name) {
			return n.Name
		}
	case *gojq.FuncDef:
		return "def"
	case *gojq.Import:
		return "import"
	case *gojq.Reduce:
		return "reduce"
	case *gojq.Foreach:
		return "foreach"
	case *gojq.Label:
		return "label"
	}
	return ""
}

// growthOf says how many times larger than its input the result of a node can
// be, apart from that of its parts.
func growthOf(node any) int {
	switch n := node.(type) {
	case *gojq.Query:
		if n.Op == gojq.OpAdd || n.Op == gojq.OpComma {
			return 2
		}
	case *gojq.Term:
		if n.Format != "" {
			return 6 // @html makes five characters of one, @json six
		}
	case *gojq.Func:
		if n.Name == "tojson" || n.Name == "tostring" {
			return 6
		}
	case *gojq.String:
		return max(1, len(n.Queries))
	case *gojq.Object:
		return max(1, len(n.KeyVals))
	}
	return 1
}
