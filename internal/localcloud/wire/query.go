package wire

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// node is one level of a query form: "A.member.1.Name=x" is the value x four
// levels down.
type node struct {
	value    string
	set      bool // a value was given here, perhaps an empty one
	children map[string]*node
}

// maxDepth bounds the levels of a form's names; the deepest that the services
// of the local cloud know has nine.
const maxDepth = 16

// parseForm reads a form into the tree of its dotted names. The first value of
// a name counts.
func parseForm(form string) (*node, error) {
	root := &node{}
	for form != "" {
		var pair string
		pair, form, _ = strings.Cut(form, "&")
		if pair == "" {
			continue
		}
		rawKey, rawValue, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(rawKey)
		if err != nil {
			return nil, fmt.Errorf("the form key %q is not URL encoded: %w", rawKey, err)
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil {
			return nil, fmt.Errorf("the form value of %q is not URL encoded: %w", key, err)
		}
		if strings.Count(key, ".") >= maxDepth {
			return nil, fmt.Errorf("the form key %.100q has more than %d levels", key, maxDepth)
		}
		root.put(key, value)
	}
	return root, nil
}

func (n *node) put(key, value string) {
	for key != "" {
		var name string
		name, key, _ = strings.Cut(key, ".")
		child := n.children[name]
		if child == nil {
			child = &node{}
			if n.children == nil {
				n.children = map[string]*node{}
			}
			n.children[name] = child
		}
		n = child
	}
	if !n.set {
		n.value, n.set = value, true
	}
}

// text returns the value of a top-level name, or "".
func (n *node) text(name string) string {
	if child := n.children[name]; child != nil {
		return child.value
	}
	return ""
}

// decodeQuery reads the form into a pointer to a struct with JSON tags.
func decodeQuery(form *node, into any) error {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("decoding a query form into %T, not a pointer to a struct", into)
	}
	return form.decodeStruct("", target.Elem())
}

func (n *node) decodeStruct(path string, target reflect.Value) error {
	for _, f := range fieldsOf(target.Type()) {
		child := n.children[f.name]
		if child == nil {
			continue
		}
		if err := child.decode(path+f.name, target.FieldByIndex(f.index)); err != nil {
			return err
		}
	}
	return nil
}

// decode reads the node into a value of a member's type: pointers, lists,
// structs, timestamps and scalars.
func (n *node) decode(path string, target reflect.Value) error {
	if target.Type() == timeType {
		return n.decodeTime(path, target)
	}
	switch target.Kind() {
	case reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		return n.decode(path, target.Elem())
	case reflect.Struct:
		return n.decodeStruct(path+".", target)
	case reflect.Slice:
		return n.decodeList(path, target)
	default:
		return n.decodeScalar(path, target)
	}
}

// decodeList reads "member.1", "member.2" and so on in numeric order. An
// empty value of the list's own name is an empty list.
func (n *node) decodeList(path string, target reflect.Value) error {
	list := reflect.MakeSlice(target.Type(), 0, 0)
	if members := n.children["member"]; members != nil {
		numbers, err := members.numbers(path)
		if err != nil {
			return err
		}
		for _, number := range numbers {
			key := strconv.Itoa(number)
			item := reflect.New(target.Type().Elem()).Elem()
			if err := members.children[key].decode(path+".member."+key, item); err != nil {
				return err
			}
			list = reflect.Append(list, item)
		}
	}
	target.Set(list)
	return nil
}

// numbers returns the indices under "member", ascending.
func (n *node) numbers(path string) ([]int, error) {
	numbers := make([]int, 0, len(n.children))
	for key := range n.children {
		number, err := strconv.Atoi(key)
		if err != nil || number < 1 || strconv.Itoa(number) != key {
			return nil, serializationError("%s.member.%s: the members of a list are numbered 1, 2, 3 and so on", path, key)
		}
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	return numbers, nil
}

func (n *node) decodeTime(path string, target reflect.Value) error {
	var t Time
	if err := t.parseISO(n.value); err != nil {
		return serializationError("%s: %v", path, err)
	}
	target.Set(reflect.ValueOf(t))
	return nil
}

func (n *node) decodeScalar(path string, target reflect.Value) error {
	var err error
	switch kind := target.Kind(); kind {
	case reflect.String:
		target.SetString(n.value)
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(n.value)
		target.SetBool(b)
	case reflect.Int, reflect.Int32, reflect.Int64:
		var i int64
		i, err = strconv.ParseInt(n.value, 10, target.Type().Bits())
		target.SetInt(i)
	case reflect.Float64:
		var f float64
		f, err = strconv.ParseFloat(n.value, 64)
		target.SetFloat(f)
	default:
		return fmt.Errorf("%s: the query protocol has no form for %s", path, target.Type())
	}
	if err != nil {
		return serializationError("%s: %q cannot be converted to %s", path, n.value, kindName(target.Type()))
	}
	return nil
}
