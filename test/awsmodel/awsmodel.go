// Package awsmodel holds answers of an AWS, real or local, against the model
// that the AWS SDK for Go v2 has of it.
//
// A client in Go forgives what others do not: it ignores members that it does
// not know and takes null for an absence. So the raw answer is what is checked:
// every member of it must be one of the output's type, present where AWS
// promises it, never null, and spelled in the way of the protocol. The types
// tell the members; that one is required is only in the comments of the SDK's
// source, which is read for that.
//
// It is for tests, and imports no client: the caller gives it those it is about.
package awsmodel

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Model is what a client of the SDK knows of its service.
type Model struct {
	client   reflect.Type
	path     string // import path of the client
	dir      string // its source
	required map[string]map[string]bool
	lower    bool
}

// Load returns the models of clients, by the names that they have. Their source
// is found by the go command.
func Load(ctx context.Context, clients map[string]any) (map[string]*Model, error) {
	models := map[string]*Model{}
	names := slices.Sorted(maps.Keys(clients))
	dirs, err := directories(ctx, names, clients)
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		t := reflect.TypeOf(clients[name])
		m := &Model{client: t, path: t.Elem().PkgPath(), dir: dirs[i], required: map[string]map[string]bool{}}
		// Of the services that are checked ECS alone begins members in lower case.
		m.lower = path.Base(m.path) == "ecs"
		if err := m.readRequired(m.dir+"/types/types.go", m.path+"/types"); err != nil {
			return nil, err
		}
		models[name] = m
	}
	return models, nil
}

// directories finds the source of the clients with these names.
func directories(ctx context.Context, names []string, clients map[string]any) ([]string, error) {
	dirs := make([]string, len(names))
	for i, name := range names {
		cmd := exec.CommandContext(ctx, "go", "list", "-find", "-f", "{{.Dir}}", reflect.TypeOf(clients[name]).Elem().PkgPath())
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("finding the source of the SDK by %s: %w", cmd, err)
		}
		dirs[i] = strings.TrimSpace(string(out))
	}
	return dirs, nil
}

// Output returns the type of an operation's output.
func (m *Model) Output(operation string) (reflect.Type, error) {
	method, ok := m.client.MethodByName(operation)
	if !ok || method.Type.NumOut() != 2 || method.Type.Out(0).Kind() != reflect.Pointer {
		return nil, fmt.Errorf("the SDK knows no operation %s of %s", operation, path.Base(m.path))
	}
	return method.Type.Out(0).Elem(), nil
}

// Check returns what is wrong with the body of an operation's successful answer
// that has the content type.
func (m *Model) Check(operation, contentType string, body []byte) []string {
	output, err := m.Output(operation)
	if err != nil {
		return []string{err.Error()}
	}
	if err := m.readRequired(m.dir+"/api_op_"+operation+".go", m.path); err != nil {
		return []string{err.Error()}
	}
	mediaType, _, _ := strings.Cut(contentType, ";")
	p, ok := protocols[mediaType]
	switch {
	case len(body) == 0 && members(output) == 0:
		return nil
	case !ok:
		return []string{fmt.Sprintf("the answer has the content type %q", contentType)}
	}
	answer, err := p.read(operation, body)
	if err != nil {
		return []string{err.Error()}
	}
	w := walk{model: m, leaf: p.leaf}
	if element, isXML := answer.(*element); isXML {
		answer = w.value("", element, output)
	}
	w.check(operation, answer, output)
	slices.Sort(w.problems)
	return w.problems
}

// members counts those of an output; what the SDK adds is none of them.
func members(t reflect.Type) (n int) {
	for f := range t.Fields() {
		if f.IsExported() && f.Name != "ResultMetadata" {
			n++
		}
	}
	return n
}

// walk compares an answer with a type.
type walk struct {
	model    *Model
	leaf     func(value any, t reflect.Type) bool
	problems []string
}

func (w *walk) problem(at, format string, args ...any) {
	w.problems = append(w.problems, at+": "+fmt.Sprintf(format, args...))
}

var timeType = reflect.TypeFor[time.Time]()

func (w *walk) check(at string, value any, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := value.(type) {
	case nil:
		w.problem(at, "null, where AWS leaves the member out")
	case map[string]any:
		w.structure(at, v, t)
	case []any:
		if t.Kind() != reflect.Slice {
			w.problem(at, "a list, not %s", t)
			return
		}
		for i, element := range v {
			w.check(fmt.Sprintf("%s[%d]", at, i), element, t.Elem())
		}
	default:
		if !w.leaf(value, t) {
			w.problem(at, "%#v of %T is no %s in this protocol", value, value, t)
			return
		}
		w.enum(at, value, t)
	}
}

// structure checks a structure, a union or a map.
func (w *walk) structure(at string, members map[string]any, t reflect.Type) {
	switch {
	case t.Kind() == reflect.Map:
		for key, value := range members {
			w.check(at+"."+key, value, t.Elem())
		}
		return
	case t.Kind() == reflect.Interface:
		if len(members) != 1 {
			w.problem(at, "a union has one member, not %d", len(members))
		}
		return
	case t.Kind() != reflect.Struct || t == timeType:
		w.problem(at, "a structure, not %s", t)
		return
	}
	for name, value := range members {
		field, ok := t.FieldByName(w.model.fieldName(name))
		if !ok || field.Name == "ResultMetadata" || w.model.memberName(field.Name) != name {
			w.problem(at+"."+name, "%s has no such member", t)
			continue
		}
		w.check(at+"."+name, value, field.Type)
	}
	for field := range w.model.required[t.PkgPath()+"."+t.Name()] {
		if _, present := members[w.model.memberName(field)]; !present {
			w.problem(at+"."+w.model.memberName(field), "it is required and not there")
		}
	}
}

// fieldName returns the field in Go of a member on the wire.
func (m *Model) fieldName(member string) string {
	first, size := utf8.DecodeRuneInString(member)
	return string(unicode.ToUpper(first)) + member[size:]
}

// memberName returns the member on the wire of a field in Go.
func (m *Model) memberName(field string) string {
	if !m.lower {
		return field
	}
	first, size := utf8.DecodeRuneInString(field)
	return string(unicode.ToLower(first)) + field[size:]
}

// enum checks that a text is one of its enumeration.
func (w *walk) enum(at string, value any, t reflect.Type) {
	values, ok := t.MethodByName("Values")
	if !ok || t.Kind() != reflect.String {
		return
	}
	all := values.Func.Call([]reflect.Value{reflect.Zero(t)})[0]
	for i := range all.Len() {
		if all.Index(i).String() == value {
			return
		}
	}
	w.problem(at, "%q is none of %v", value, all)
}

// CheckError returns what is wrong with the body of a failed answer, and the
// code that it has.
func CheckError(contentType string, body []byte) (code string, problems []string) {
	mediaType, _, _ := strings.Cut(contentType, ";")
	p, ok := protocols[mediaType]
	if !ok {
		return "", []string{fmt.Sprintf("the answer has the content type %q", contentType)}
	}
	answer, err := p.read("Error", body)
	if err != nil {
		return "", []string{err.Error()}
	}
	if e, isXML := answer.(*element); isXML {
		return e.child("Code").Text, nil
	}
	members, _ := answer.(map[string]any)
	code, _ = members["__type"].(string)
	if code == "" {
		problems = append(problems, "the error has no code")
	}
	_, lower := members["message"].(string)
	_, upper := members["Message"].(string)
	if lower == upper {
		problems = append(problems, "the error has no text, or two")
	}
	for name, value := range members {
		if value == nil {
			problems = append(problems, "the error has the member "+name+" as null")
		}
	}
	return code[strings.LastIndexByte(code, '#')+1:], problems
}
