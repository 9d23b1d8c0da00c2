package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Stdin is the file name that stands for standard input, as with kubectl.
const Stdin = "-"

// Source says what to read.
type Source struct {
	Files     []string  // files, directories, or Stdin
	Recursive bool      // descend into the directories of Files
	Kustomize string    // a directory with a kustomization; empty: none
	Stdin     io.Reader // what Stdin means
}

// extensions are those of the files that are read from a directory, as by
// kubectl. A file that is named is read whatever it is called.
var extensions = []string{".json", ".yaml", ".yml"}

// Set is what was read.
type Set struct {
	Documents []*Document // of our three kinds, in the order in which they were found
	Others    []*Document // of other kinds
	Problems  []Problem   // documents that could not be read
}

// Empty says that nothing was read at all, of no kind.
func (s *Set) Empty() bool { return len(s.Documents)+len(s.Others)+len(s.Problems) == 0 }

// Read reads all documents of a source. The error is about files that cannot
// be opened; what is wrong inside of them is in the set.
func Read(s Source) (*Set, error) {
	if len(s.Files) == 0 && s.Kustomize == "" {
		return nil, errors.New("nothing to read: name files or directories with -f, or a kustomization with -k")
	}
	set := &Set{}
	for _, file := range s.Files {
		if err := set.readNamed(file, s); err != nil {
			return nil, err
		}
	}
	if s.Kustomize != "" {
		if err := set.readKustomization(s.Kustomize); err != nil {
			return nil, err
		}
	}
	return set, nil
}

func (s *Set) readNamed(name string, from Source) error {
	if name == Stdin {
		if from.Stdin == nil {
			return errors.New("there is no standard input to read")
		}
		text, err := io.ReadAll(from.Stdin)
		if err != nil {
			return fmt.Errorf("standard input cannot be read: %w", err)
		}
		s.parse(source{file: "stdin"}, text)
		return nil
	}
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) && strings.Contains(name, "://") {
		return fmt.Errorf("%s is not fetched: write curl -sSf %s | setpoint … -f -", name, name)
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return s.readFile(name)
	}
	files, err := list(name, from.Recursive)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s holds no %s file%s", name, strings.Join(extensions, ", "), hint(from.Recursive))
	}
	for _, file := range files {
		if err := s.readFile(file); err != nil {
			return err
		}
	}
	return nil
}

func hint(recursive bool) string {
	if recursive {
		return ""
	}
	return "; -R reads the directories below it too"
}

// list returns the manifests of a directory, in the order of their names.
func list(dir string, recursive bool) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != dir && !recursive:
			return filepath.SkipDir
		case !entry.IsDir() && slices.Contains(extensions, filepath.Ext(file)):
			files = append(files, file)
		}
		return nil
	})
	return files, err
}

func (s *Set) readFile(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	s.parse(source{file: filepath.ToSlash(name)}, text)
	return nil
}
