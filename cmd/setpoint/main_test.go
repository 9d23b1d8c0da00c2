package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// aMonday is what the clock of every test shows.
var aMonday = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

type result struct {
	code     int
	out, err string
}

// setpoint runs the program in the process.
func setpoint(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), "setpoint", args, host{in: strings.NewReader(stdin), out: &out, err: &errs, now: func() time.Time { return aMonday }})
	return result{code, out.String(), errs.String()}
}

// golden compares text with a file below testdata.
func golden(t *testing.T, name, reason, got string) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s (-want +got; -update writes the file anew):\n%s", name, reason, diff)
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		reason string
		args   []string
		code   int
		out    string // contained in
		err    string
	}{
		{"the version goes to standard output", []string{"version"}, 0, "setpoint dev", ""},
		{"completion is cobra's", []string{"completion", "bash"}, 0, "bash completion", ""},
		{"the help has examples", []string{"validate", "--help"}, 0, "helm template", ""},
		{"the help of plan puts it beside kubectl diff", []string{"plan", "-h"}, 0, "kubectl diff", ""},
		{"nothing to read is a usage error", []string{"validate"}, 2, "", "name files or directories with -f"},
		{"nothing to plan is a usage error", []string{"plan"}, 2, "", "--from-cluster"},
		{"manifests and a cluster are two questions", []string{"plan", "--from-cluster", "-f", "x"}, 2, "", "from-cluster"},
		{"a format that does not exist is a usage error that lists those that do", []string{"validate", "-o", "yaml", "-f", "x"}, 2, "", "write one of table, json, sarif, junit"},
		{"a flag that does not exist is a usage error", []string{"validate", "--filenam", "x"}, 2, "", "unknown flag"},
		{"a verb that does not exist is a usage error with a suggestion", []string{"validat"}, 2, "", "validate"},
		{"a file that is not there is an I/O error", []string{"validate", "-f", "testdata/absent.yaml"}, 2, "", "absent.yaml"},
		{"a kustomization that cannot be built is an I/O error", []string{"validate", "-k", "testdata/plan"}, 2, "", "testdata/plan"},
		{"an empty input is a pipeline that failed", []string{"validate", "-f", "-"}, 2, "", "no document of any kind"},
		{"files behind -f are what a shell made of a pattern", []string{"validate", "-f", "a.yaml", "b.yaml"}, 2, "", "named with -f"},
		{"URLs are left to others", []string{"validate", "-f", "https://example.org/x.yaml"}, 2, "", "curl"},
		{"a directory without manifests is told, with a hint", []string{"validate", "-f", "testdata"}, 2, "", "-R"},
	} {
		got := setpoint(t, "", c.args...)
		if got.code != c.code || !strings.Contains(got.out, c.out) || !strings.Contains(got.err, c.err) {
			t.Errorf("%s: setpoint %s: exit %d, want %d\nstdout: %s\nstderr: %s", c.reason, strings.Join(c.args, " "), got.code, c.code, got.out, got.err)
		}
	}
}

func TestAsKubectlPlugin(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), "kubectl-setpoint", []string{"validate", "--help"}, host{in: strings.NewReader(""), out: &out, err: &errs, now: time.Now})
	if code != 0 || !strings.Contains(out.String(), "kubectl setpoint validate") || strings.Count(out.String(), "kubectl setpoint validate ") != strings.Count(out.String(), "setpoint validate ") {
		t.Errorf("installed as kubectl-setpoint the help shows what people type: exit %d\n%s%s", code, &out, &errs)
	}
}

func TestCompletion(t *testing.T) {
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte("{apiVersion: v1, kind: Config, contexts: [{name: prod, context: {}}, {name: dev, context: {}}]}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason, name string
		args         []string
		want         string
	}{
		{"verbs are completed", "setpoint", []string{"__complete", "pla"}, "plan\tShow what"},
		{"flags too", "setpoint", []string{"__complete", "plan", "--from"}, "--from-cluster\t"},
		{"formats are those of the verb", "setpoint", []string{"__complete", "plan", "-o", ""}, "table\njson\nmarkdown\n:4\n"},
		{"contexts are those of the kubeconfig file", "setpoint", []string{"__complete", "plan", "--kubeconfig", kubeconfig, "--context", ""}, "dev\nprod\n:4\n"},
		{"files are manifests", "setpoint", []string{"__complete", "validate", "-f", ""}, "yaml\nyml\njson\n:8\n"},
		{"kustomizations are directories", "setpoint", []string{"__complete", "validate", "-k", ""}, ":16\n"},
		{"kubectl asks by another name, without the command of the shells", "kubectl_complete-setpoint", []string{"validate", "-o", "s"}, "sarif\njunit\n:4\n"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), c.name, c.args, host{in: strings.NewReader(""), out: &out, err: &errs, now: time.Now})
		if code != 0 || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: %s %q: exit %d, want %q in\n%s%s", c.reason, c.name, c.args, code, c.want, &out, &errs)
		}
		if c.name != "setpoint" && errs.Len() > 0 {
			t.Errorf("%s: kubectl would show this to people: %s", c.reason, &errs)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if got := setpoint(t, "", "completion", shell); got.code != 0 || !strings.Contains(got.out, "__complete") {
			t.Errorf("completion %s: exit %d\n%s", shell, got.code, got.err)
		}
	}
}
