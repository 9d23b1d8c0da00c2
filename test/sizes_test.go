package test

import (
	"go/ast"
	"path"
	"testing"
)

// What a reader can hold in the head. Generated code and tests aside.
const (
	maxFile     = 400
	maxFunction = 60
	maxLoop     = 150
)

func TestFilesAreShort(t *testing.T) {
	for _, file := range goFiles(t) {
		if file.own() && file.lines > maxFile {
			t.Errorf("%s has %d lines, more than %d: it holds more than one thing", file.path, file.lines, maxFile)
		}
	}
}

func TestFunctionsAreShort(t *testing.T) {
	for _, file := range goFiles(t) {
		if !file.own() {
			continue
		}
		for _, declaration := range file.syntax.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if lines := file.line(function.End()) - file.line(function.Pos()) + 1; lines > maxFunction {
				t.Errorf("%s:%d: %s has %d lines, more than %d: name its parts",
					file.path, file.line(function.Pos()), function.Name.Name, lines, maxFunction)
			}
		}
	}
}

// The loop is the first thing that a reader of the controller looks for, so it
// stays one file that can be read in one go.
func TestTheReconcileLoopFitsOneReading(t *testing.T) {
	for _, file := range goFiles(t) {
		if file.path == "internal/controller/reconcile.go" && file.lines > maxLoop {
			t.Errorf("%s has %d lines, more than %d: what is not the loop belongs elsewhere", file.path, file.lines, maxLoop)
		}
	}
}

func TestPackagesAreNamedAfterWhatTheyHold(t *testing.T) {
	vague := map[string]bool{"util": true, "utils": true, "common": true, "helper": true, "helpers": true, "misc": true, "base": true, "shared": true, "lib": true}
	for _, file := range goFiles(t) {
		for _, name := range []string{file.syntax.Name.Name, path.Base(file.pkg)} {
			if vague[name] {
				t.Errorf("%s: %q does not say what the package holds", file.path, name)
			}
		}
	}
}
