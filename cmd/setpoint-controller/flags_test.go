package main

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func parse(t *testing.T, args ...string) (*flags, error) {
	t.Helper()
	var f flags
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.bind(fs)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	return &f, f.check()
}

// TestFlagsOfTheACKController starts with what its chart passes.
func TestFlagsOfTheACKController(t *testing.T) {
	f, err := parse(t,
		"--aws-region", "us-west-2", "--aws-endpoint-url", "", "--aws-identity-endpoint-url", "", "--enable-development-logging", "--log-level", "info",
		"--resource-tags", "services.k8s.aws/namespace=%K8S_NAMESPACE%", "--watch-namespace", "a,b", "--watch-selectors", "team=ml", "--deletion-policy", "retain",
		"--reconcile-default-resync-seconds", "36000", "--reconcile-default-max-concurrent-syncs", "1", "--reconcile-resources", "ScalableTarget,ScalingPolicy",
		"--reconcile-resource-resync-seconds", "ScalableTarget=10", "--feature-gates", "ReadOnlyResources=true", "--enable-carm=false", "--enable-cross-namespace=false",
		"--enable-field-export-reconciler=false", "--enable-leader-election", "--leader-election-namespace", "ns", "--http-client-timeout", "30s", "--enable-webhook-server")
	if err != nil {
		t.Fatal(err)
	}
	o := f.operator()
	if strings.Join(o.Namespaces, " ") != "a b" || o.Selector.String() != "team=ml" || !o.Retain || !o.SameNamespace || !o.NoFieldExport || o.SystemNamespace != "" ||
		o.Resync.Hours() != 10 || o.LeaderElectionNamespace != "ns" || !o.LeaderElection {
		t.Errorf("the flags are read as %+v", o)
	}
}

func TestFlagsThatMeanNothing(t *testing.T) {
	for _, args := range [][]string{
		{"--deletion-policy", "retian"}, {"--watch-selectors", "a in"}, {"--aws-endpoint-url", "http://x"}, {"--no-such-flag"},
	} {
		if _, err := parse(t, args...); err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(args[0], "--")) {
			t.Errorf("%q: want an error that names the flag, got %v", args, err)
		}
	}
}
