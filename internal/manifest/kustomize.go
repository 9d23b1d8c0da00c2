package manifest

import (
	"fmt"
	"path/filepath"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// readKustomization builds a kustomization, as kubectl kustomize does, and
// reads the result. Its lines are those of the result: kustomize does not say
// from which line of which file a field came.
func (s *Set) readKustomization(dir string) error {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return fmt.Errorf("the kustomization %s cannot be built: %w", dir, err)
	}
	text, err := built.AsYaml()
	if err != nil {
		return fmt.Errorf("the kustomization %s cannot be built: %w", dir, err)
	}
	s.parse(source{file: filepath.ToSlash(dir), built: true}, text)
	return nil
}
