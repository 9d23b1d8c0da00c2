package test

import (
	"encoding/json"
	"os/exec"
	"testing"
)

// TestModulesSayWhoUsesThem: go.mod marks as indirect the modules that only others
// import. go mod tidy says so too, but wants modules that nothing else needs.
func TestModulesSayWhoUsesThem(t *testing.T) {
	edit := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json")
	edit.Dir = root
	output, err := edit.Output()
	if err != nil {
		t.Fatal(commandError(err))
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(output, &mod); err != nil {
		t.Fatal(err)
	}
	var modules []string
	for _, m := range mod.Require {
		modules = append(modules, m.Path)
	}
	imported := map[string]string{} // a file that imports from the module
	for _, file := range goFiles(t) {
		for _, path := range file.imports() {
			if m := moduleOf(path, modules); m != "" {
				imported[m] = file.path
			}
		}
	}
	for _, m := range mod.Require {
		switch user := imported[m.Path]; {
		case m.Indirect && user != "":
			t.Errorf("go.mod says // indirect of %s, but %s imports it: move it to the first block", m.Path, user)
		case !m.Indirect && user == "":
			t.Errorf("nothing imports %s: remove it from go.mod, or write // indirect after it if others need that version", m.Path)
		}
	}
}

// moduleOf is the module that a package is in: the one with the longest path.
func moduleOf(pkg string, modules []string) string {
	longest := ""
	for _, m := range modules {
		if within(pkg, m) && len(m) > len(longest) {
			longest = m
		}
	}
	return longest
}
