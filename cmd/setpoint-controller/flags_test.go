package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

func parse(t *testing.T, args ...string) (*flags, error) {
	t.Helper()
	var f flags
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.bind(fs)
	args, unknown, err := setAside(fs, args)
	if err != nil {
		return nil, err
	}
	f.unknown = unknown
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	return &f, f.check()
}

// TestFlagsOfTheACKController starts with what its chart passes.
func TestFlagsOfTheACKController(t *testing.T) {
	f, err := parse(t,
		"--aws-region", "us-west-2", "--aws-endpoint-url", "", "--aws-identity-endpoint-url", "", "--enable-development-logging", "--log-level", "info",
		"--resource-tags", "services.k8s.aws/controller-version=%CONTROLLER_SERVICE%-%CONTROLLER_VERSION%,services.k8s.aws/namespace=%K8S_NAMESPACE%",
		"--watch-namespace", "a, b", "--watch-selectors", "team=ml", "--deletion-policy", "retain",
		"--reconcile-default-resync-seconds", "36000", "--reconcile-default-max-concurrent-syncs", "1", "--reconcile-resources", "ScalableTarget,ScalingPolicy",
		"--reconcile-resource-resync-seconds", "ScalableTarget=600", "--reconcile-resource-max-concurrent-syncs", "ScalingPolicy=5",
		"--feature-gates", "IAMRoleSelector=true,ReadOnlyResources=true,ResourceAdoption=false,ServiceLevelCARM=true,TeamLevelCARM=true",
		"--enable-carm=false", "--enable-cross-namespace=false",
		"--enable-field-export-reconciler=false", "--enable-leader-election", "--leader-election-namespace", "ns", "--http-client-timeout", "30s", "--enable-webhook-server")
	if err != nil {
		t.Fatal(err)
	}
	o := f.operator()
	if strings.Join(o.Namespaces, " ") != "a b" || o.Selector.String() != "team=ml" || !o.Retain || !o.SameNamespace || !o.NoFieldExport || o.SystemNamespace != "" ||
		o.Resync != 10*time.Minute || o.LeaderElectionNamespace != "ns" || !o.LeaderElection || o.Concurrency != 5 ||
		!o.Selectors || !o.ServiceRoles || !o.TeamRoles || !o.NoAdoption || o.NoReadOnly || o.Tags["services.k8s.aws/controller-version"] != "applicationautoscaling-dev" {
		t.Errorf("the flags are read as %+v", o)
	}
	if diff := cmp.Diff([]autoscaling.Kind{autoscaling.KindTarget, autoscaling.KindPolicy}, o.Kinds); diff != "" {
		t.Errorf("the kinds are read as (-want +got)\n%s", diff)
	}
}

// TestEveryFlagOfTheACKControllerIsAccepted, those of other services and those
// that mean nothing here included: a Deployment that has them must start.
func TestEveryFlagOfTheACKControllerIsAccepted(t *testing.T) {
	var f flags
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.bind(fs)
	for name, value := range map[string]string{
		"aws-region": "us-west-2", "aws-endpoint-url": "http://localstack:4566", "aws-identity-endpoint-url": "http://localstack:4566",
		"allow-unsafe-aws-endpoint-urls": "true", "aws-endpoint-use-path-style": "true", "http-client-timeout": "60s", "deletion-policy": "delete",
		"reconcile-default-resync-seconds": "0", "reconcile-resource-resync-seconds": "ScalableTarget=60", "reconcile-default-max-concurrent-syncs": "1",
		"reconcile-resource-max-concurrent-syncs": "ScalableTarget=2", "reconcile-resources": "ScalableTarget", "watch-namespace": "a", "watch-selectors": "a=b",
		"resource-tags": "a=b", "feature-gates": "ResourceAdoption=true", "enable-carm": "true", "enable-cross-namespace": "true",
		"enable-field-export-reconciler": "true", "enable-leader-election": "true", "leader-election-namespace": "a", "metrics-addr": "0.0.0.0:8080",
		"healthz-addr": "0.0.0.0:8081", "enable-webhook-server": "true", "webhook-server-addr": "0.0.0.0:9433", "log-level": "info", "enable-development-logging": "false",
	} {
		if err := fs.Parse([]string{"--" + name + "=" + value}); err != nil {
			t.Errorf("--%s: %v", name, err)
		}
	}
	if err := f.check(); err != nil {
		t.Error(err)
	}
}

// What a Deployment of the ACK controller asks for in vain is told, once.
func TestFlagsThatChangeNothingAreLogged(t *testing.T) {
	var f flags
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.bind(fs)
	if err := fs.Parse([]string{"--enable-webhook-server", "--aws-endpoint-use-path-style=true", "--feature-gates=SomeFutureThing=true", "--reconcile-resources=ScalableTarget,ScalingPolicy", "--resource-tags=team,created=%UTCNOW%"}); err != nil {
		t.Fatal(err)
	}
	if err := f.check(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	f.logIgnored(slog.New(slog.NewTextHandler(&log, nil)), fs)
	for _, want := range []string{`"flag ignored" flag=--enable-webhook-server`, `"flag ignored" flag=--aws-endpoint-use-path-style`, `"feature gate ignored" gate=SomeFutureThing`, `"kind left alone" kind=ScheduledAction`, `\"team\" is left out: write key=value`, `there is no template %UTCNOW%`} {
		if strings.Count(log.String(), want) != 1 {
			t.Errorf("the log does not say %s once:\n%s", want, log.String())
		}
	}
}

// TestTheControllersOwnNamespace is found as the ACK controllers find it, and is
// known also when no roles are looked for in it: nobody exports into it.
func TestTheControllersOwnNamespace(t *testing.T) {
	for _, c := range []struct {
		reason, ack, k8s string
		args             []string
		system, own      string
	}{
		{"nothing says it", "", "", nil, "ack-system", "ack-system"},
		{"ACK's chart says it", "ack", "pod", nil, "ack", "ack"},
		{"the older variable of ACK's chart", "", "pod", nil, "pod", "pod"},
		{"without other accounts", "ack", "", []string{"--enable-carm=false"}, "", "ack"},
	} {
		t.Setenv("ACK_SYSTEM_NAMESPACE", c.ack)
		t.Setenv("K8S_NAMESPACE", c.k8s)
		f, err := parse(t, c.args...)
		if err != nil {
			t.Fatal(err)
		}
		if o := f.operator(); o.SystemNamespace != c.system || o.OwnNamespace != c.own {
			t.Errorf("%s: roles in %q, own %q, want %q and %q", c.reason, o.SystemNamespace, o.OwnNamespace, c.system, c.own)
		}
	}
}

// TestFlagsOfOtherVersionsAreLogged: a chart that is newer or older than this
// program may pass what it does not have, and the controller starts.
func TestFlagsOfOtherVersionsAreLogged(t *testing.T) {
	f, err := parse(t, "--future-thing", "--aws-region=us-west-2", "--future-limit", "7", "--enable-adopted-resource-reconciler=false", "--future-list=a,b", "--deletion-policy", "retain")
	if err != nil {
		t.Fatal(err)
	}
	if f.region != "us-west-2" || f.deletionPolicy != "retain" {
		t.Errorf("the known flags beside unknown ones are read as %+v", f)
	}
	var log bytes.Buffer
	f.logIgnored(slog.New(slog.NewTextHandler(&log, nil)), pflag.NewFlagSet("test", pflag.ContinueOnError))
	for _, name := range []string{"future-thing", "future-limit", "future-list"} {
		if want := `"flag ignored" flag=--` + name + " "; strings.Count(log.String(), want) != 1 {
			t.Errorf("the log does not say %s once:\n%s", want, log.String())
		}
	}
}

// FuzzSetAside: what is left has no long flag that is unknown, known flags keep
// their values, and nothing is left out that is not named.
func FuzzSetAside(f *testing.F) {
	f.Add("--aws-region us-west-2 --future 7 --log-level=debug")
	f.Add("--future -- --log-level")
	f.Add("--enable-carm --x=--y --watch-namespace --future")
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Fields(line)
		var fl flags
		fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
		fl.bind(fs)
		rest, unknown, err := setAside(fs, args)
		if err != nil {
			return
		}
		if len(unknown) == 0 && !slices.Equal(rest, args) || len(rest) > len(args)-len(unknown) {
			t.Errorf("%q became %q, without %q", args, rest, unknown)
		}
		var missing *pflag.NotExistError
		if err := fs.Parse(rest); errors.As(err, &missing) && missing.GetSpecifiedShortnames() == "" {
			t.Errorf("%q: %v", args, err)
		}
	})
}

func TestNoFlags(t *testing.T) {
	f, err := parse(t)
	if err != nil {
		t.Fatal(err)
	}
	o := f.operator()
	if o.Kinds != nil || o.Resync != 5*time.Minute || o.Concurrency != 200 || len(o.Tags) > 0 || o.Selectors || o.ServiceRoles || o.TeamRoles || o.NoAdoption || o.NoReadOnly || o.SystemNamespace == "" || !o.LeaderElection {
		t.Errorf("no flags are read as %+v", o)
	}
}

func TestFlagsThatMeanNothing(t *testing.T) {
	for _, c := range []struct {
		reason string
		args   []string
		says   string
	}{
		{"a typing error must not decide about AWS resources", []string{"--deletion-policy", "retian"}, "deletion-policy"},
		{"no label selector", []string{"--watch-selectors", "a in"}, "watch-selectors"},
		{"signed requests over plain HTTP", []string{"--aws-endpoint-url", "http://x"}, "aws-endpoint-url"},
		{"a typing error in a flag", []string{"--watch-namespaces=a"}, "did you mean --watch-namespace?"},
		{"a flag of another program that would keep the controller off", []string{"--namespace", "a"}, "--watch-namespace"},
		{"a flag that would have nothing changed", []string{"--dry-run"}, "--dry-run"},
		{"an abbreviation", []string{"-n", "a"}, "unknown shorthand"},
		{"a kind that there is not, with those that there are", []string{"--reconcile-resources", "ScalableTargets"}, "write ScalableTarget, ScalingPolicy or ScheduledAction"},
		{"a period of a kind that there is not", []string{"--reconcile-resource-resync-seconds", "Bucket=1"}, "reconcile-resource-resync-seconds"},
		{"a period that is no number", []string{"--reconcile-resource-resync-seconds", "ScalableTarget=1h"}, "reconcile-resource-resync-seconds"},
		{"a number without a kind", []string{"--reconcile-resource-max-concurrent-syncs", "3"}, "reconcile-resource-max-concurrent-syncs"},
		{"a period below zero", []string{"--reconcile-default-resync-seconds", "-1"}, "reconcile-default-resync-seconds"},
		{"a gate without a value", []string{"--feature-gates", "IAMRoleSelector"}, "feature-gates"},
		{"a gate that is neither on nor off", []string{"--feature-gates", "IAMRoleSelector=maybe"}, "feature-gates"},
		{"two ways to choose roles", []string{"--feature-gates", "IAMRoleSelector=true"}, "--enable-carm=false"},
	} {
		if _, err := parse(t, c.args...); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q: want an error that says %q, got %v", c.reason, c.args, c.says, err)
		}
	}
}

// TestLevelsOfTheLog are those of the ACK controllers, which have three above
// errors: who asks for them gets no line.
func TestLevelsOfTheLog(t *testing.T) {
	for level, lowest := range map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "": slog.LevelInfo, "WARN": slog.LevelWarn, "error": slog.LevelError,
		"dpanic": slog.LevelError + 1, "panic": slog.LevelError + 1, "FATAL": slog.LevelError + 1,
	} {
		f := flags{logLevel: level}
		log, err := f.logger()
		if err != nil {
			t.Errorf("--log-level=%s: %v", level, err)
			continue
		}
		if below := lowest - 1; log.Enabled(t.Context(), below) || lowest <= slog.LevelError && !log.Enabled(t.Context(), lowest) {
			t.Errorf("--log-level=%s: want lines from %s up", level, lowest)
		}
	}
	f := flags{logLevel: "verbose"}
	if _, err := f.logger(); err == nil || !strings.Contains(err.Error(), "write debug, info, warn or error") {
		t.Errorf("a level that there is not: got %v", err)
	}
}

func TestFeatureGates(t *testing.T) {
	for _, c := range []struct {
		reason  string
		text    string
		changed string
		unknown string
	}{
		{"the defaults are those of the ACK controllers", "", "", ""},
		{"what is named changes", "ResourceAdoption=false, IAMRoleSelector=1", "IAMRoleSelector ResourceAdoption", ""},
		{"what is named as it is changes nothing", "ReadOnlyResources=true", "", ""},
		{"a gate of another controller is told", "SomeFutureThing=true,ServiceLevelCARM=true", "ServiceLevelCARM", "SomeFutureThing"},
	} {
		gates, unknown, err := parseGates(c.text)
		var changed []string
		for _, name := range []string{gateSelectors, gateReadOnly, gateAdoption, gateServiceRoles, gateTeamRoles} {
			if gates[name] != defaultGates[name] {
				changed = append(changed, name)
			}
		}
		if err != nil || strings.Join(changed, " ") != c.changed || strings.Join(unknown, " ") != c.unknown {
			t.Errorf("%s: %q changes %v, unknown %v, %v", c.reason, c.text, changed, unknown, err)
		}
	}
}

// TestThePeriodIsTheShortestThatAKindAsksFor: no kind is looked at less often
// than its flag says.
func TestThePeriodIsTheShortestThatAKindAsksFor(t *testing.T) {
	for _, c := range []struct {
		reason string
		args   []string
		want   time.Duration
	}{
		{"the default", nil, 5 * time.Minute},
		{"one kind asks for more", []string{"--reconcile-resource-resync-seconds", "ScalingPolicy=60"}, time.Minute},
		{"one kind is content with less, and the others are not", []string{"--reconcile-resource-resync-seconds", "ScalingPolicy=3600"}, 5 * time.Minute},
		{"0 is the default", []string{"--reconcile-default-resync-seconds", "600", "--reconcile-resource-resync-seconds", "ScalingPolicy=0"}, 10 * time.Minute},
		{"a kind that is left alone asks for nothing", []string{"--reconcile-resources", "ScalableTarget", "--reconcile-resource-resync-seconds", "ScalableTarget=3600,ScalingPolicy=60"}, time.Hour},
	} {
		f, err := parse(t, c.args...)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.resyncPeriod(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.reason, got, c.want)
		}
	}
}

func FuzzParseGates(f *testing.F) {
	f.Add("ResourceAdoption=true,X=false")
	f.Fuzz(func(t *testing.T, text string) {
		gates, _, err := parseGates(text)
		if err == nil && len(gates) != len(defaultGates) {
			t.Errorf("%q makes %v", text, gates)
		}
	})
}

func FuzzParseNumbers(f *testing.F) {
	f.Add("ScalableTarget=60")
	f.Fuzz(func(t *testing.T, text string) {
		numbers, err := parseNumbers("flag", []string{text})
		for kind, n := range numbers {
			if err != nil || n < 0 || !strings.Contains(text, string(kind)) {
				t.Errorf("%q is read as %v, %v", text, fmt.Sprint(numbers), err)
			}
		}
	})
}
