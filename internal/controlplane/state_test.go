package controlplane

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestState(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	state, err := openState(dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o700 {
		t.Errorf("mode %o, want 700: the database holds Secrets in the clear", got)
	}
	if _, err := openState(dir); err == nil || !strings.Contains(err.Error(), "in use by another control plane") {
		t.Errorf("opening the directory twice: %v, want an error: two etcds would wait for each other's lock for ever", err)
	}
	if err := state.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("a given directory must survive: %v", err)
	}
	again, err := openState(dir)
	if err != nil {
		t.Fatalf("opening the directory again after closing: %v", err)
	}
	if err := again.close(); err != nil {
		t.Fatal(err)
	}
}

func TestTemporaryState(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	state, err := openState("")
	if err != nil {
		t.Fatal(err)
	}
	if err := state.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(state.path); !os.IsNotExist(err) {
		t.Errorf("stat of the closed temporary directory: %v, want that it does not exist", err)
	}
}
