// Package test holds what is true of the repository as a whole: which package
// may import which, how long a file may get, what has to be documented. They
// are ordinary tests, so that `go test ./...` is the whole truth, and every
// rule carries its reason, which is printed when the rule is broken.
package test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	module = "github.com/setpoint-io/setpoint"
	root   = ".."
)

// sourceFile is one Go file of the repository, parsed.
type sourceFile struct {
	path      string // from the root, with slashes
	pkg       string // directory, from the root: "internal/autoscaling"
	test      bool
	generated bool
	lines     int
	fset      *token.FileSet
	syntax    *ast.File
}

// own says whether the size and documentation rules are about the file.
func (f sourceFile) own() bool { return !f.test && !f.generated }

// imports returns the import paths of the file.
func (f sourceFile) imports() []string {
	var paths []string
	for _, spec := range f.syntax.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, `"`))
	}
	return paths
}

// line returns the line of a position in the file.
func (f sourceFile) line(pos token.Pos) int { return f.fset.Position(pos).Line }

// goFiles returns all Go files of the repository. They are read here and not by
// `go list`, so that a package that does not compile is held to the rules too.
func goFiles(t *testing.T) []sourceFile {
	t.Helper()
	files, err := parseTree()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("found no Go file: the rules would hold for nothing")
	}
	return files
}

var parseTree = sync.OnceValues(func() ([]sourceFile, error) {
	var files []sourceFile
	err := walk(func(name string, text []byte) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, sourceFile{
			path:      name,
			pkg:       path.Dir(name),
			test:      strings.HasSuffix(name, "_test.go"),
			generated: ast.IsGenerated(syntax),
			lines:     bytes.Count(text, []byte("\n")),
			fset:      fset,
			syntax:    syntax,
		})
		return nil
	})
	return files, err
})

// walk calls visit with every file of the repository that is not a build
// product or test data.
func walk(visit func(name string, text []byte) error) error {
	return filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			if slices.Contains([]string{".git", "bin", ".setpoint", ".cache"}, name) || path.Base(name) == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return visit(name, text)
	})
}

// read returns a file of the repository.
func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// within says whether a package, or an import path, is the given one or below it.
func within(pkg, parent string) bool {
	return pkg == parent || strings.HasPrefix(pkg, parent+"/")
}
