package pages

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Source is a package as text. Its constants and calls say what a table has to
// list.
type Source struct{ files []*ast.File }

// Parse reads the Go files of a directory, without its tests.
func Parse(t *testing.T, dir string) Source {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var s Source
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		s.files = append(s.files, file)
	}
	if len(s.files) == 0 {
		t.Fatalf("there is no Go file in %s", dir)
	}
	return s
}

// Constants returns the string constants of the package by name: those whose
// name begins with prefix and that have the type, as it is written ("" for
// none).
func (s Source) Constants(prefix, typ string) map[string]string {
	found := map[string]string{}
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			group, ok := declaration.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				value, ok := spec.(*ast.ValueSpec)
				if !ok || spelled(value.Type) != typ {
					continue
				}
				for i, name := range value.Names {
					if text, ok := literal(value.Values, i); ok && strings.HasPrefix(name.Name, prefix) {
						found[name.Name] = text
					}
				}
			}
		}
	}
	return found
}

// Calls returns the arguments of the calls of a method or function, as they are
// written; what is more than a name or a literal is "".
func (s Source) Calls(function string) [][]string {
	var calls [][]string
	for _, file := range s.files {
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || !named(call.Fun, function) {
				return true
			}
			arguments := make([]string, len(call.Args))
			for i, argument := range call.Args {
				arguments[i] = spelled(argument)
			}
			calls = append(calls, arguments)
			return true
		})
	}
	return calls
}

// A Field is one of a struct, with its comment on one line.
type Field struct{ Name, Type, Doc string }

// Fields returns the fields of a struct in their order.
func (s Source) Fields(structure string) []Field {
	var fields []Field
	for _, file := range s.files {
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok || spec.Name.Name != structure {
				return true
			}
			if body, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range body.Fields.List {
					doc := strings.Join(strings.Fields(field.Doc.Text()), " ")
					for _, name := range field.Names {
						fields = append(fields, Field{name.Name, spelled(field.Type), doc})
					}
				}
			}
			return false
		})
	}
	return fields
}

func named(function ast.Expr, name string) bool {
	switch f := function.(type) {
	case *ast.Ident:
		return f.Name == name
	case *ast.SelectorExpr:
		return f.Sel.Name == name
	}
	return false
}

// spelled prints a name, a qualified name or a literal as it is written.
func spelled(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return spelled(e.X) + "." + e.Sel.Name
	case *ast.BasicLit:
		return e.Value
	}
	return ""
}

func literal(values []ast.Expr, i int) (string, bool) {
	if i >= len(values) {
		return "", false
	}
	basic, ok := values[i].(*ast.BasicLit)
	if !ok || basic.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(basic.Value)
	return text, err == nil
}
