package awsapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// These tests run against the local cloud, which, unlike the fake of the other
// tests, validates and behaves as AWS does.

// inProcess is an HTTP client that calls the handler.
type inProcess struct{ handler http.Handler }

func (c inProcess) Do(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	c.handler.ServeHTTP(recorder, r)
	return recorder.Result(), r.Context().Err()
}

func newCloud(t *testing.T, change ...func(*Options)) (*localcloud.Cloud, *API) {
	t.Helper()
	cloud := localcloud.New(localcloud.Options{Logger: quiet()})
	return cloud, newTestAPI(t, newFake(), append([]func(*Options){
		func(o *Options) { o.Config.HTTPClient = inProcess{cloud} },
	}, change...)...)
}

// wholePolicies have every member that AWS lets a policy of their type have.
var wholePolicies = []autoscaling.Policy{{
	Name: "predefined", Type: autoscaling.TargetTrackingScaling,
	TargetTracking: &autoscaling.TargetTracking{
		TargetValue: new(62.5), DisableScaleIn: new(true), ScaleInCooldown: new(int32(300)), ScaleOutCooldown: new(int32(0)),
		Predefined: &autoscaling.PredefinedMetric{Type: "ECSServiceAverageCPUUtilization"},
	},
}, {
	Name: "flat", Type: autoscaling.TargetTrackingScaling,
	TargetTracking: &autoscaling.TargetTracking{
		TargetValue: new(10.0),
		Customized: &autoscaling.CustomizedMetric{
			MetricName: "Backlog", Namespace: "App", Statistic: "Average", Unit: "Count",
			Dimensions: []autoscaling.Dimension{{Name: "Queue", Value: "q"}, {Name: "Stage", Value: "prod"}},
		},
	},
}, {
	Name: "math", Type: autoscaling.TargetTrackingScaling,
	TargetTracking: &autoscaling.TargetTracking{
		TargetValue: new(100.0),
		Customized: &autoscaling.CustomizedMetric{Metrics: []autoscaling.MetricQuery{
			{ID: "backlog", ReturnData: new(false), Label: "messages", Stat: &autoscaling.MetricStat{
				Namespace: "AWS/SQS", MetricName: "ApproximateNumberOfMessagesVisible", Stat: "Sum", Unit: "Count",
				Dimensions: []autoscaling.Dimension{{Name: "QueueName", Value: "q"}},
			}},
			{ID: "tasks", ReturnData: new(false), Stat: &autoscaling.MetricStat{Namespace: "ECS/ContainerInsights", MetricName: "RunningTaskCount", Stat: "Average"}},
			{ID: "each", Expression: "backlog / tasks", Label: "backlog per task", ReturnData: new(true)},
		}},
	},
}, {
	Name: "step", Type: autoscaling.StepScaling,
	Step: &autoscaling.Step{
		AdjustmentType: "PercentChangeInCapacity", MinAdjustmentMagnitude: new(int32(2)), Cooldown: new(int32(60)), MetricAggregationType: "Maximum",
		Adjustments: []autoscaling.StepAdjustment{{LowerBound: new(0.0), UpperBound: new(15.0), Adjustment: 10}, {LowerBound: new(15.0), Adjustment: 30}},
	},
}, {
	Name: "predictive", Type: autoscaling.PredictiveScaling,
	Predictive: &autoscaling.Predictive{
		Mode: "ForecastAndScale", SchedulingBufferTime: new(int32(120)), MaxCapacityBreachBehavior: "IncreaseMaxCapacity", MaxCapacityBuffer: new(int32(10)),
		Metrics: []autoscaling.PredictiveMetric{{TargetValue: new(40.0), PredefinedPair: &autoscaling.PredefinedMetric{Type: "ECSServiceCPUUtilization"}}},
	},
}}

func TestLifecycleInTheLocalCloud(t *testing.T) {
	_, a := newCloud(t)
	ctx := t.Context()
	account, err := a.Account(ctx)
	if err != nil || account.ID != "123456789012" || account.Partition != "aws" {
		t.Fatalf("Account = %+v, %v", account, err)
	}
	apply := func(c autoscaling.Change) autoscaling.Result {
		t.Helper()
		result, err := a.Apply(ctx, anID, c)
		if err != nil {
			t.Fatalf("%s %s: %v", c.Op, c.Name, err)
		}
		return result
	}
	query := Query{Identity: anID, Actions: []string{"night"}, Tags: true}
	action := autoscaling.Action{
		Name: "night", Schedule: "cron(0 20 * * ? *)", Timezone: "Europe/Berlin",
		Start: at(4e9), End: at(4.1e9), MinCapacity: new(int32(0)), MaxCapacity: new(int32(3)),
	}
	if o, err := a.Observe(ctx, query); err != nil || o.Target != nil {
		t.Fatalf("observed %+v, %v before the registration, want no target", o, err)
	}
	registered := apply(autoscaling.Change{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Create, Target: &autoscaling.Target{
		MinCapacity: new(int32(1)), MaxCapacity: new(int32(9)), Suspended: autoscaling.Suspension{ScheduledScaling: new(true)},
		Tags: map[string]string{"team": "a", "old": "x"},
	}})
	for _, p := range wholePolicies {
		query.Policies = append(query.Policies, p.Name)
		put := apply(autoscaling.Change{Op: autoscaling.OpPutPolicy, Verb: autoscaling.Create, Kind: autoscaling.KindPolicy, Name: p.Name, Policy: &p})
		if put.ARN == "" || (p.TargetTracking != nil) != (len(put.Alarms) > 0) {
			t.Errorf("PutScalingPolicy of %s gave %+v; a target tracking policy, and no other, has alarms at once", p.Name, put)
		}
	}
	apply(autoscaling.Change{Op: autoscaling.OpPutAction, Verb: autoscaling.Create, Action: &action})
	apply(autoscaling.Change{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Update, Target: &autoscaling.Target{MaxCapacity: new(int32(12)), Tags: map[string]string{"no": "no"}}})
	apply(autoscaling.Change{Op: autoscaling.OpTagTarget, TargetARN: registered.ARN, Tags: map[string]string{"team": "b"}})
	apply(autoscaling.Change{Op: autoscaling.OpUntagTarget, TargetARN: registered.ARN, TagKeys: []string{"old"}})

	o, err := a.Observe(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	if o.Target == nil || o.Target.ARN != registered.ARN || o.Target.MinCapacity != 1 || o.Target.MaxCapacity != 12 || o.Target.RoleARN == "" ||
		o.Target.CreationTime.IsZero() || o.Target.Suspended != (autoscaling.ObservedSuspension{ScheduledScaling: true}) {
		t.Errorf("target = %+v", o.Target)
	}
	if diff := cmp.Diff(map[string]string{"team": "b"}, o.Target.Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	for _, p := range wholePolicies {
		got := o.Policy(p.Name)
		if got == nil {
			t.Errorf("policy %s was not read", p.Name)
			continue
		}
		if diff := cmp.Diff(p, got.Policy); diff != "" {
			t.Errorf("policy %s (-sent +read):\n%s", p.Name, diff)
		}
	}
	if got := o.Action("night"); got == nil || !cmp.Equal(action, got.Action) || got.ARN == "" {
		t.Errorf("action = %+v, want %+v", got, action)
	}

	apply(autoscaling.Change{Op: autoscaling.OpDeletePolicy, Verb: autoscaling.Delete, Name: "step"})
	apply(autoscaling.Change{Op: autoscaling.OpDeleteAction, Verb: autoscaling.Delete, Name: "night"})
	if o, err := a.Observe(ctx, query); err != nil || o.Policy("step") != nil || o.Action("night") != nil || len(o.Policies) != len(wholePolicies)-1 {
		t.Errorf("observed %+v, %v after two deletions", o, err)
	}
	apply(autoscaling.Change{Op: autoscaling.OpDeregisterTarget, Verb: autoscaling.Delete})
	for _, c := range []autoscaling.Change{
		{Op: autoscaling.OpDeregisterTarget}, {Op: autoscaling.OpDeletePolicy, Name: "step"}, {Op: autoscaling.OpDeleteAction, Name: "night"},
		{Op: autoscaling.OpPutPolicy, Policy: &wholePolicies[0]}, {Op: autoscaling.OpTagTarget, TargetARN: registered.ARN, Tags: map[string]string{"k": "v"}},
	} {
		if _, err := a.Apply(ctx, anID, c); KindOf(err) != NotFound {
			t.Errorf("%s of what is not there: %v, want NotFound", c.Op, err)
		}
	}
}

func TestEqualNamesOnTwoDimensions(t *testing.T) {
	_, a := newCloud(t)
	var queries []Query
	for i := range 12 { // enough that the resources are not read one by one
		for _, direction := range []string{"Read", "Write"} {
			id := autoscaling.Identity{ServiceNamespace: "dynamodb", ResourceID: fmt.Sprint("table/t-", i),
				ScalableDimension: "dynamodb:table:" + direction + "CapacityUnits"}
			queries = append(queries, Query{Identity: id, Policies: []string{"util"}, Actions: []string{"night"}})
			for _, c := range []autoscaling.Change{
				{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Create, Target: &autoscaling.Target{MinCapacity: new(int32(1)), MaxCapacity: new(int32(100))}},
				{Op: autoscaling.OpPutPolicy, Verb: autoscaling.Create, Policy: &autoscaling.Policy{Name: "util", Type: autoscaling.TargetTrackingScaling,
					TargetTracking: &autoscaling.TargetTracking{TargetValue: new(float64(20 + i)),
						Predefined: &autoscaling.PredefinedMetric{Type: "DynamoDB" + direction + "CapacityUtilization"}}}},
				{Op: autoscaling.OpPutAction, Verb: autoscaling.Create, Action: &autoscaling.Action{Name: "night",
					Schedule: fmt.Sprintf("cron(%d 0 * * ? *)", len(queries)), MaxCapacity: new(int32(50))}},
			} {
				if _, err := a.Apply(t.Context(), id, c); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for i, o := range observeAll(t, a, queries) {
		policy, action := o.Policy("util"), o.Action("night")
		if o.err != nil || policy == nil || action == nil {
			t.Fatalf("%v: %+v", queries[i].Identity, o)
		}
		direction := []string{"Read", "Write"}[i%2]
		if got := policy.TargetTracking.Predefined.Type; got != "DynamoDB"+direction+"CapacityUtilization" || *policy.TargetTracking.TargetValue != float64(20+i/2) {
			t.Errorf("%v has the policy of another target: %+v", queries[i].Identity, policy)
		}
		if want := fmt.Sprintf("cron(%d 0 * * ? *)", i+1); action.Schedule != want {
			t.Errorf("%v has the action of another target: %s, want %s", queries[i].Identity, action.Schedule, want)
		}
	}
}

func TestFaultsOfTheLocalCloud(t *testing.T) {
	for _, test := range []struct {
		reason string
		fault  localcloud.Fault
		want   Kind
		calls  int
	}{
		{"a pending update that ends is retried", localcloud.Fault{Error: &wire.Error{Code: "ConcurrentUpdateException"}, Times: 2}, "", 3},
		{"CloudWatch's throttling is retried", localcloud.Fault{Error: &wire.Error{Code: "FailedResourceAccessException", Message: "Rate exceeded"}, Times: 2}, "", 3},
		{"a pending update that does not end surfaces", localcloud.Fault{Error: &wire.Error{Code: "ConcurrentUpdateException"}}, Conflict, 3},
		{"a closed connection is retried", localcloud.Fault{Times: 1}, "", 2},
		{"a network that stays away surfaces", localcloud.Fault{}, Unavailable, 3},
		{"a quota surfaces at once", localcloud.Fault{Error: &wire.Error{Code: "LimitExceededException"}}, Limit, 1},
	} {
		t.Run(test.reason, func(t *testing.T) {
			cloud, _ := newCloud(t)
			server := httptest.NewServer(cloud) // a recorder has no connection to close
			defer server.Close()
			a := newTestAPI(t, newFake(), func(o *Options) {
				o.Config.HTTPClient, o.Config.BaseEndpoint = nil, aws.String(server.URL)
			})
			register := autoscaling.Change{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Create,
				Target: &autoscaling.Target{MinCapacity: new(int32(1)), MaxCapacity: new(int32(9))}}
			if _, err := a.Apply(t.Context(), anID, register); err != nil {
				t.Fatal(err)
			}
			test.fault.Operation = string(autoscaling.OpPutPolicy)
			cloud.Faults().Inject(test.fault)
			_, err := a.Apply(t.Context(), anID, autoscaling.Change{Op: autoscaling.OpPutPolicy, Policy: &wholePolicies[0]})
			if got, calls := KindOf(err), cloud.Journal().Count(string(autoscaling.OpPutPolicy)); got != test.want || calls != test.calls {
				t.Errorf("%d calls, kind %q (%v); want %d, %q", calls, got, err, test.calls, test.want)
			}
		})
	}
}

func TestThrottlingOfTheLocalCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, a := newCloud(t)
		cloud.Faults().Throttle(25, 40)
		cloud.Faults().Delay(localcloud.AnyOperation, 40*time.Millisecond)
		began := time.Now()
		var workers sync.WaitGroup
		jobs := make(chan int)
		for range 32 {
			workers.Go(func() {
				for i := range jobs {
					if err := pair(t.Context(), a, i); err != nil {
						t.Errorf("pair %d: %v", i, err)
					}
				}
			})
		}
		for i := range 200 {
			jobs <- i
		}
		close(jobs)
		workers.Wait()
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("200 pairs took %v, want at most 20 s", took)
		}
	})
}

func TestObservedSaysTheTimeOfAWS(t *testing.T) {
	cloud, api := newCloud(t)
	cloud.Advance(36 * time.Hour)
	id := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/c/s", ScalableDimension: "ecs:service:DesiredCount"}
	register := autoscaling.Change{Op: autoscaling.OpRegisterTarget, Target: &autoscaling.Target{MinCapacity: new(int32(1)), MaxCapacity: new(int32(2))}}
	if _, err := api.Apply(t.Context(), id, register); err != nil {
		t.Fatal(err)
	}
	o, err := api.Observe(t.Context(), Query{Identity: id})
	if err != nil {
		t.Fatal(err)
	}
	if late := cloud.Clock().Now().Sub(o.At); late < 0 || late > time.Minute {
		t.Errorf("the target was read at %s, %s before now in AWS: schedules fire by AWS's clock", o.At, late)
	}
}
