package test

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryPackageTellsItsStoryOnce(t *testing.T) {
	packages := map[string][]string{} // directory -> files that hold a package comment
	for _, file := range goFiles(t) {
		if file.test {
			continue
		}
		packages[file.pkg] = slices.Clip(packages[file.pkg])
		if file.syntax.Doc == nil {
			continue
		}
		packages[file.pkg] = append(packages[file.pkg], file.path)
		want := "Package " + file.syntax.Name.Name + " "
		if file.syntax.Name.Name == "main" {
			want = "Command " + path.Base(file.pkg) + " "
		}
		if text := file.syntax.Doc.Text(); !file.generated && !strings.HasPrefix(text, want) {
			t.Errorf("%s: the package comment begins %.40q, not %q: go doc shows the first sentence in lists", file.path, text, want)
		}
	}
	for pkg, documented := range packages {
		switch len(documented) {
		case 0:
			t.Errorf("%s has no package comment: a reader opens it to learn what the package is for", pkg)
		case 1:
		default:
			t.Errorf("%s has a package comment in each of %v: one story, in one place", pkg, documented)
		}
	}
}

// What users import, and what `kubectl explain` prints, is documented to the
// last field.
func TestTheAPIIsDocumented(t *testing.T) {
	for _, file := range goFiles(t) {
		if !file.own() || !within(file.pkg, "api") {
			continue
		}
		for _, declaration := range file.syntax.Decls {
			for _, node := range undocumented(declaration) {
				t.Errorf("%s:%d: %s is exported and has no comment", file.path, file.line(node.Pos()), node.Name)
			}
		}
	}
}

// undocumented returns the exported names of a declaration that nothing is
// said about. A comment on a group of constants or variables is about each.
func undocumented(declaration ast.Decl) []*ast.Ident {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		var names []*ast.Ident
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
					names = append(names, s.Name)
				}
				names = append(names, undocumentedFields(s.Type)...)
			case *ast.ValueSpec:
				if d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, slices.DeleteFunc(slices.Clone(s.Names), func(n *ast.Ident) bool { return !n.IsExported() })...)
				}
			}
		}
		return names
	}
	return nil
}

// undocumentedFields returns the exported fields of a struct without a comment.
// The embedded ones and the four of every Kubernetes object say themselves what
// they are.
func undocumentedFields(expression ast.Expr) []*ast.Ident {
	structure, ok := expression.(*ast.StructType)
	if !ok {
		return nil
	}
	var names []*ast.Ident
	for _, field := range structure.Fields.List {
		if field.Doc != nil || field.Comment != nil {
			continue
		}
		for _, name := range field.Names {
			if name.IsExported() && !slices.Contains([]string{"Spec", "Status", "Items"}, name.Name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// unfinished are expressions that do not belong in a finished tree. They are
// put together here, so that this file does not hold them.
var unfinished = map[*regexp.Regexp]string{
	regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`): "what is not done is an issue, not a comment",
	regexp.MustCompile(`(?i)\bfor ` + `now\b`):                "what is provisional is an issue, not a comment",
	regexp.MustCompile(`\bt\.Sk` + `ip(f|Now)?\(`):            "a test that does not run proves nothing",
	regexp.MustCompile(`/(wo` + `rk|fa` + `rm|ro` + `ot)/`):   "a path of one machine",
	regexp.MustCompile(`/(home|Us` + `ers)/[a-z]`):            "a path of one machine",
}

func TestNothingIsMarkedUnfinished(t *testing.T) {
	kinds := []string{".go", ".md", ".yaml", ".yml", ".sh", ".html", ".css", ".js", ".json", ".mod", ""}
	err := walk(func(name string, text []byte) error {
		if !slices.Contains(kinds, path.Ext(name)) || name == "LICENSE" {
			return nil
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			for expression, reason := range unfinished {
				if found := expression.FindString(line); found != "" {
					t.Errorf("%s:%d: %q: %s", name, number, found, reason)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
