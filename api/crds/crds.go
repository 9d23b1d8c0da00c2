// Package crds carries the CustomResourceDefinitions of Setpoint, generated
// from the Go types of api/v1alpha1 and api/services/v1alpha1 and embedded, so
// that the controller, the lab, the chart and the tests install the same bytes.
package crds

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:generate go tool -modfile=../../go.tool.mod controller-gen crd:allowDangerousTypes=true paths=../v1alpha1 paths=../services/v1alpha1 output:crd:dir=.

//go:embed *.yaml
var files embed.FS

// File is one CustomResourceDefinition.
type File struct {
	Name string // such as "applicationautoscaling.services.k8s.aws_scalabletargets.yaml"
	YAML []byte // one YAML document
}

// All returns the CustomResourceDefinitions ordered by file name. The bytes are
// the caller's own.
func All() ([]File, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("read the embedded CustomResourceDefinitions: %w", err)
	}
	all := make([]File, 0, len(entries))
	for _, entry := range entries {
		content, err := fs.ReadFile(files, entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read the embedded CustomResourceDefinition: %w", err)
		}
		all = append(all, File{Name: entry.Name(), YAML: content})
	}
	return all, nil
}
