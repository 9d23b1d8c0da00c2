package main

import (
	"strings"
	"testing"
)

// TestCommandLine parses what users type most; flags that a linked library
// registers for the whole process must not get into it.
func TestCommandLine(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   []string
		want   []string
		not    []string
	}{
		"help":    {"the flags are ours alone", []string{"--help"}, []string{"--dir", "--kube-addr", "--cloud-addr", "--no-controller", "--seed", "demo", "kubectl"}, []string{"--vmodule", "--v "}},
		"version": {"the Kubernetes libraries have a flag of that name too", []string{"--version"}, []string{"setpoint-lab version dev"}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var out, errs strings.Builder
			cmd := command(&out, &errs)
			cmd.SetArgs(c.args)
			if err := cmd.ExecuteContext(t.Context()); err != nil {
				t.Fatalf("%s: %v", c.reason, err)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%s: no %q in\n%s", c.reason, want, out.String())
				}
			}
			for _, not := range c.not {
				if strings.Contains(out.String(), not) {
					t.Errorf("%s: %q in\n%s", c.reason, not, out.String())
				}
			}
		})
	}
}

func TestBadAddresses(t *testing.T) {
	for name, args := range map[string][]string{
		"cloud on all interfaces": {"--cloud-addr", "0.0.0.0:4566"},
		"cloud without port":      {"--cloud-addr", "localhost"},
		"an argument":             {"start"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs strings.Builder
			cmd := command(&out, &errs)
			cmd.SetArgs(append(args, "--dir", t.TempDir()))
			if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), args[len(args)-1]) {
				t.Errorf("want an error that names %q, got %v", args[len(args)-1], err)
			}
		})
	}
}
