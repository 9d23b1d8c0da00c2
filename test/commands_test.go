package test

import (
	"encoding/json"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A module with a replace or an exclude cannot be installed with `go install
// module/cmd@version`: the go command refuses it.
func TestTheModuleCanBeInstalled(t *testing.T) {
	for _, name := range []string{"go.mod", "go.tool.mod"} {
		edit := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json", name)
		edit.Dir = root
		output, err := edit.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, commandError(err))
		}
		var mod struct{ Replace, Exclude []json.RawMessage }
		if err := json.Unmarshal(output, &mod); err != nil {
			t.Fatal(err)
		}
		if n := len(mod.Replace) + len(mod.Exclude); n > 0 {
			t.Errorf("%s has %d replace or exclude directives: go install refuses the module", name, n)
		}
	}
}

// maxTargets: more than that, and `make help` is a manual again.
const maxTargets = 12

// targets returns the documented targets of the Makefile.
func targets(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, match := range regexp.MustCompile(`(?m)^([a-z][a-z-]*):.*## \S`).FindAllSubmatch(read(t, "Makefile"), -1) {
		names = append(names, string(match[1]))
	}
	return names
}

func TestMakeTargetsAreFewAndDocumented(t *testing.T) {
	documented := targets(t)
	if len(documented) > maxTargets {
		t.Errorf("%d targets, more than %d: %v", len(documented), maxTargets, documented)
	}
	phony := regexp.MustCompile(`(?m)^\.PHONY: (.*)$`).FindSubmatch(read(t, "Makefile"))
	if phony == nil {
		t.Fatal("no .PHONY line")
	}
	for name := range strings.FieldsSeq(string(phony[1])) {
		if name != "FORCE" && !slices.Contains(documented, name) {
			t.Errorf("target %q has no `## help text`", name)
		}
	}
	for _, name := range documented {
		if !slices.Contains(strings.Fields(string(phony[1])), name) {
			t.Errorf("target %q is not .PHONY: a file of that name would switch it off", name)
		}
	}
}

func TestMakeHelpListsEveryTarget(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Log("make is not on this machine; its targets were compared as text")
		return
	}
	help := exec.CommandContext(t.Context(), "make", "--no-print-directory", "help")
	help.Dir = root
	output, err := help.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, name := range targets(t) {
		if !regexp.MustCompile(`(?m)^\s*make ` + name + `\s+\S`).Match(output) {
			t.Errorf("make help says nothing of %q:\n%s", name, output)
		}
	}
}

// The commands of the documentation are typed by people who have just met the
// project.
func TestDocumentedCommandsExist(t *testing.T) {
	known := targets(t)
	typed := regexp.MustCompile("(?m)(?:^\\s*(?:\\$ )?|`)(?:[A-Z]+=\\S+ )*make ([a-z][a-z-]*)\\b")
	err := walk(func(name string, text []byte) error {
		if path.Ext(name) != ".md" {
			return nil
		}
		for _, match := range typed.FindAllSubmatch(text, -1) {
			if target := string(match[1]); !slices.Contains(known, target) {
				t.Errorf("%s: `make %s` is not a target of the Makefile", name, target)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
