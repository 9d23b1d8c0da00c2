package awsapi

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

var anID = autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/c/s", ScalableDimension: "ecs:service:DesiredCount"}

func TestAccount(t *testing.T) {
	f := newFake()
	f.refuse = func(string, object) *refusal { return &refusal{403, "InvalidClientTokenId", "bad key"} }
	a := newTestAPI(t, f)
	if _, err := a.Account(t.Context()); KindOf(err) != Denied {
		t.Errorf("err = %v, want Denied", err)
	}
	f.refuse = nil
	want := Account{ID: "123456789012", Partition: "aws-cn", Region: "us-west-2", CallerARN: "arn:aws-cn:sts::123456789012:assumed-role/setpoint/i-1"}
	f.taken()
	var callers sync.WaitGroup
	for range 20 {
		callers.Go(func() {
			got, err := a.Account(t.Context())
			if err != nil || got != want {
				t.Errorf("Account = %+v, %v, want %+v: a failure must not be remembered", got, err, want)
			}
		})
	}
	callers.Wait()
	if n := f.taken()["GetCallerIdentity"]; n != 1 {
		t.Errorf("%d calls for 20 callers, want 1: a success is remembered", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := newTestAPI(t, f)
	b.asking <- struct{}{} // somebody else asks
	if _, err := b.Account(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want the caller's own: it must not wait for another", err)
	}
}

func TestEndpoints(t *testing.T) {
	const scaling, identity, role = "DescribeScalableTargets", "GetCallerIdentity", "AssumeRole"
	for _, test := range []struct {
		name   string
		reason string
		env    map[string]string
		change func(*Options)
		want   map[string]string // host by operation
	}{{
		name:   "default",
		reason: "without anything configured the calls go to AWS in the Region",
		want: map[string]string{
			scaling:  "application-autoscaling.us-west-2.amazonaws.com",
			identity: "sts.us-west-2.amazonaws.com",
		},
	}, {
		name:   "Region",
		reason: "the Region of the options replaces that of the configuration",
		change: func(o *Options) { o.Region = "eu-west-1" },
		want: map[string]string{
			scaling:  "application-autoscaling.eu-west-1.amazonaws.com",
			identity: "sts.eu-west-1.amazonaws.com",
		},
	}, {
		name:   "explicit endpoint leaves STS alone",
		reason: "an endpoint for the service must not receive the calls to STS, neither at start nor for a role",
		change: func(o *Options) { o.Endpoint, o.RoleARN = "http://scaling.test", "arn:aws:iam::1:role/x" },
		want: map[string]string{
			scaling: "scaling.test", identity: "sts.us-west-2.amazonaws.com", role: "sts.us-west-2.amazonaws.com",
		},
	}, {
		name:   "explicit identity",
		reason: "STS is redirected when asked for, also for a role",
		change: func(o *Options) { o.IdentityEndpoint, o.RoleARN = "http://identity.test", "arn:aws:iam::1:role/x" },
		want: map[string]string{
			scaling: "application-autoscaling.us-west-2.amazonaws.com", identity: "identity.test", role: "identity.test",
		},
	}, {
		name:   "environment",
		reason: "AWS_ENDPOINT_URL means all services",
		env:    map[string]string{"AWS_ENDPOINT_URL": "http://all.test"},
		want:   map[string]string{scaling: "all.test", identity: "all.test"},
	}, {
		name:   "environment, one service",
		reason: "the variable of a service wins over the general one",
		env:    map[string]string{"AWS_ENDPOINT_URL": "http://all.test", "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING": "http://one.test"},
		want:   map[string]string{scaling: "one.test", identity: "all.test"},
	}, {
		name:   "explicit over environment",
		reason: "what is configured explicitly wins over the environment",
		env:    map[string]string{"AWS_ENDPOINT_URL": "http://all.test", "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING": "http://one.test"},
		change: func(o *Options) { o.Endpoint = "http://scaling.test" },
		want:   map[string]string{scaling: "scaling.test", identity: "all.test"},
	}, {
		name:   "ignored",
		reason: "configured endpoints can be switched off, explicit ones cannot",
		env:    map[string]string{"AWS_ENDPOINT_URL": "http://all.test", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
		change: func(o *Options) { o.Endpoint = "http://scaling.test" },
		want:   map[string]string{scaling: "scaling.test", identity: "sts.us-west-2.amazonaws.com"},
	}, {
		name:   "empty",
		reason: "an empty variable is none, even where a profile has an endpoint",
		env:    map[string]string{"AWS_ENDPOINT_URL": "", "AWS_PROFILE": "with-endpoint"},
		want:   map[string]string{scaling: "profile.test", identity: "sts.us-west-2.amazonaws.com"},
	}} {
		t.Run(test.name, func(t *testing.T) {
			isolate(t)
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			cfg, err := LoadConfig(t.Context(), ConfigOptions{Region: "us-west-2", Logger: quiet()})
			if err != nil {
				t.Fatal(err)
			}
			f := newFake()
			cfg.HTTPClient = f
			a := newTestAPI(t, f, func(o *Options) { o.Config = cfg }, func(o *Options) {
				if test.change != nil {
					test.change(o)
				}
			})
			if _, err := a.Account(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Observe(t.Context(), Query{Identity: anID}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, f.sentTo); diff != "" {
				t.Errorf("%s; hosts (-want +got):\n%s", test.reason, diff)
			}
		})
	}
}

func TestUserAgent(t *testing.T) {
	f := newFake()
	a := newTestAPI(t, f)
	if _, err := a.Account(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Observe(t.Context(), Query{Identity: anID}); err != nil {
		t.Fatal(err)
	}
	for agent := range f.agents {
		if !strings.Contains(agent, "setpoint/1.2.3") {
			t.Errorf("user agent %q does not name setpoint/1.2.3", agent)
		}
	}
}

func TestNoCredentials(t *testing.T) {
	f := newFake()
	a := newTestAPI(t, f, func(o *Options) {
		o.Config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, errors.New("no provider in the chain")
		})
	})
	_, err := a.Observe(t.Context(), Query{Identity: anID})
	var got *Error
	if !errors.As(err, &got) || got.Kind != Denied || got.Message != "no AWS credentials are available: no provider in the chain" {
		t.Errorf("err = %v, want Denied with the reason", err)
	}
}

func TestRoleThatMayNotBeAssumed(t *testing.T) {
	f := newFake()
	f.refuse = func(operation string, _ object) *refusal {
		if operation == "AssumeRole" {
			return &refusal{403, "AccessDenied", "not authorized to perform: sts:AssumeRole"}
		}
		return nil
	}
	_, err := newTestAPI(t, f, func(o *Options) { o.RoleARN = "arn:aws:iam::1:role/x" }).Observe(t.Context(), Query{Identity: anID})
	var got *Error
	if !errors.As(err, &got) || got.Kind != Denied || got.Code != "AccessDenied" {
		t.Errorf("err = %v, want Denied by STS", err)
	}
}

func TestApplySendsOneCall(t *testing.T) {
	one := int32(1)
	when := at(1)
	for _, test := range []struct {
		change autoscaling.Change
		want   object
	}{
		{autoscaling.Change{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Update, Target: &autoscaling.Target{MinCapacity: &one}},
			object{"MinCapacity": 1.0}},
		{autoscaling.Change{Op: autoscaling.OpDeregisterTarget}, object{}},
		{autoscaling.Change{Op: autoscaling.OpPutPolicy, Policy: &autoscaling.Policy{Name: "p", Type: autoscaling.StepScaling}},
			object{"PolicyName": "p", "PolicyType": "StepScaling"}},
		{autoscaling.Change{Op: autoscaling.OpDeletePolicy, Name: "p"}, object{"PolicyName": "p"}},
		{autoscaling.Change{Op: autoscaling.OpPutAction, Action: &autoscaling.Action{Name: "a", Schedule: "rate(1 day)", End: when, MinCapacity: &one}},
			object{"ScheduledActionName": "a", "Schedule": "rate(1 day)", "EndTime": 1.0, "ScalableTargetAction": map[string]any{"MinCapacity": 1.0}}},
		{autoscaling.Change{Op: autoscaling.OpDeleteAction, Name: "a"}, object{"ScheduledActionName": "a"}},
	} {
		t.Run(string(test.change.Op), func(t *testing.T) {
			f := newFake()
			var got object
			f.refuse = func(operation string, in object) *refusal {
				if operation != string(test.change.Op) {
					t.Errorf("operation = %s", operation)
				}
				got = in
				return nil
			}
			if _, err := newTestAPI(t, f).Apply(t.Context(), anID, test.change); err != nil {
				t.Fatal(err)
			}
			test.want["ServiceNamespace"], test.want["ResourceId"], test.want["ScalableDimension"] =
				anID.ServiceNamespace, anID.ResourceID, anID.ScalableDimension
			for _, added := range []string{"ScalableTargetARN", "PolicyARN", "ScheduledActionARN", "CreationTime"} {
				delete(got, added) // by the fake
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("input (-want +got):\n%s", diff)
			}
		})
	}
}

func TestApplyOfTags(t *testing.T) {
	f := newFake()
	var got []object
	f.refuse = func(operation string, in object) *refusal {
		got = append(got, object{operation: in})
		return nil
	}
	a := newTestAPI(t, f)
	for _, c := range []autoscaling.Change{
		{Op: autoscaling.OpTagTarget, TargetARN: "arn:t", Tags: map[string]string{"k": "v"}},
		{Op: autoscaling.OpUntagTarget, TargetARN: "arn:t", TagKeys: []string{"old"}},
	} {
		if _, err := a.Apply(t.Context(), anID, c); err != nil {
			t.Fatal(err)
		}
	}
	want := []object{
		{"TagResource": object{"ResourceARN": "arn:t", "Tags": map[string]any{"k": "v"}}},
		{"UntagResource": object{"ResourceARN": "arn:t", "TagKeys": []any{"old"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestApplyResults(t *testing.T) {
	a := newTestAPI(t, newFake())
	got, err := a.Apply(t.Context(), anID, autoscaling.Change{Op: autoscaling.OpPutPolicy, Policy: &autoscaling.Policy{Name: "p"}})
	want := autoscaling.Result{ARN: "arn:policy/p", Alarms: []autoscaling.Alarm{{Name: "a", ARN: "arn:a"}}, RequestID: "req-1"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v; result (-want +got):\n%s", err, diff)
	}
	got, err = a.Apply(t.Context(), anID, autoscaling.Change{Op: autoscaling.OpRegisterTarget, Target: &autoscaling.Target{}})
	if err != nil || !strings.HasSuffix(got.ARN, "scalable-target/0") {
		t.Errorf("result = %+v, %v, want the target's ARN", got, err)
	}
}

func TestApplyRefusesIncompleteChanges(t *testing.T) {
	f := newFake()
	a := newTestAPI(t, f)
	for _, op := range []autoscaling.Op{autoscaling.OpRegisterTarget, autoscaling.OpPutPolicy, autoscaling.OpPutAction, "DescribeScalableTargets"} {
		if _, err := a.Apply(t.Context(), anID, autoscaling.Change{Op: op}); KindOf(err) != Invalid {
			t.Errorf("%s without payload: err = %v, want Invalid", op, err)
		}
	}
	if calls := f.taken(); len(calls) != 0 {
		t.Errorf("calls = %v, want none", calls)
	}
}

func TestConcurrentUse(t *testing.T) {
	f := newFake()
	a := newTestAPI(t, f)
	var callers sync.WaitGroup
	for i := range 60 {
		callers.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := pair(ctx, a, i); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
}
