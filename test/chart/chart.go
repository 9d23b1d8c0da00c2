// Package chart renders the Helm chart of deploy/chart with the Helm that
// go.tool.mod pins, so that tests see what users get, and holds the tests of the
// chart that need no cluster.
package chart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

//go:generate ../../hack/generate-deploy

// Objects are those of a rendered chart or manifest.
type Objects []*unstructured.Unstructured

// Render returns what `helm install` of a release would apply. Values are YAML,
// as in a values file. An error is what Helm says.
func Render(ctx context.Context, release, namespace, values string) (Objects, error) {
	text, err := Helm(ctx, values, "template", release, "deploy/chart", "--namespace", namespace, "--values", "-")
	if err != nil {
		return nil, err
	}
	return Parse(text)
}

// Helm runs helm in the root of the repository and returns what it prints.
func Helm(ctx context.Context, stdin string, args ...string) ([]byte, error) {
	program, err := helm()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program.path, args...)
	cmd.Dir = program.root
	cmd.Stdin = strings.NewReader(stdin)
	return output(cmd)
}

// program is a built helm, and the repository that it was built in.
type program struct{ path, root string }

// helm builds the helm that go.tool.mod pins, with the settings of the Makefile
// whatever those of the test are, so that it is built once. To start it by
// `go tool` each time takes ten times as long.
var helm = sync.OnceValues(func() (program, error) {
	mod, err := output(exec.Command("go", "env", "GOMOD"))
	if err != nil {
		return program{}, err
	}
	root := filepath.Dir(strings.TrimSpace(string(mod)))
	build := exec.Command("go", "tool", "-n", "-modfile=go.tool.mod", "helm")
	build.Dir = root
	build.Env = append(os.Environ(), "GOFLAGS=-trimpath -buildvcs=false", "CGO_ENABLED=0")
	path, err := output(build)
	if err != nil {
		return program{}, err
	}
	return program{strings.TrimSpace(string(path)), root}, readChart(filepath.Join(root, "deploy", "chart"))
})

// readChart reads what helm will read: `go test` repeats a result unless a file
// that the test itself has read was changed.
func readChart(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		_, err = os.ReadFile(path)
		return err
	})
}

// output is that of a command; an error holds what the command says.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}

// Parse reads YAML documents.
func Parse(text []byte) (Objects, error) {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	var objects Objects
	for {
		obj := &unstructured.Unstructured{}
		switch err := decoder.Decode(&obj.Object); {
		case errors.Is(err, io.EOF):
			return objects, nil
		case err != nil:
			return nil, err
		case len(obj.Object) > 0:
			objects = append(objects, obj)
		}
	}
}

// OfKind returns the objects of a kind.
func (o Objects) OfKind(kind string) Objects {
	var found Objects
	for _, obj := range o {
		if obj.GetKind() == kind {
			found = append(found, obj)
		}
	}
	return found
}

// As reads the one object of a kind and name, in any namespace, into a typed
// object. A field that the type does not have is an error, because the API
// server would drop it.
func As[T any](objects Objects, kind, name string) (T, error) {
	var typed T
	for _, obj := range objects.OfKind(kind) {
		if obj.GetName() == name {
			return typed, runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(obj.Object, &typed, true)
		}
	}
	return typed, fmt.Errorf("there is no %s %s", kind, name)
}
