package kubectl

import (
	"strings"
	"testing"
)

func TestVerbose(t *testing.T) {
	cases := []struct {
		args, reason string
		want         bool
	}{
		{args: "get pods", want: false, reason: "nobody asked"},
		{args: "get pods -v 6", want: true, reason: "the usual form"},
		{args: "-v=6 get pods", want: true, reason: "with an equals sign"},
		{args: "get pods -v6", want: true, reason: "with the level attached"},
		{args: "get pods --v=8", want: true, reason: "the long form"},
		{args: "apply --validate=false -f x", want: false, reason: "another flag that begins alike"},
	}
	for _, c := range cases {
		if got := verbose(strings.Fields(c.args)); got != c.want {
			t.Errorf("verbose(%q) = %v, want %v: %s", c.args, got, c.want, c.reason)
		}
	}
}

func FuzzVerbose(f *testing.F) {
	f.Add("-v")
	f.Add("--v=")
	f.Fuzz(func(t *testing.T, arg string) {
		if verbose([]string{arg}) && !strings.Contains(arg, "-v") {
			t.Fatalf("verbose(%q) without the flag", arg)
		}
	})
}
