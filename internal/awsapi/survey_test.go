package awsapi

import (
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// checks are the queries of a check of those targets, each with one policy.
func checks(ids []autoscaling.Identity) []Query {
	queries := queriesFor(ids, []string{"cpu"}, nil)
	for i := range queries {
		queries[i].AllPolicies, queries[i].AllActions, queries[i].MaxAge = true, true, time.Minute
	}
	return queries
}

func TestSurvey(t *testing.T) {
	const policies, actions = "DescribeScalingPolicies", "DescribeScheduledActions"
	for name, c := range map[string]struct {
		reason string
		all    int // targets, with two policies and one action each
		asked  int // of them
		others int // policies of others in the namespace
		survey map[string]int
		read   map[string]int
	}{
		"ours":             {"one scan serves every check that follows", 60, 60, 0, map[string]int{policies: 12, actions: 2}, nil},
		"few":              {"a few targets are read one by one", 3, 3, 0, nil, map[string]int{policies: 3, actions: 3}},
		"mostly others'":   {"what others have is not read where our own targets take fewer calls", 20, 20, 600, map[string]int{policies: 20, actions: 1}, map[string]int{policies: 20}},
		"half is nobody's": {"the namespace counts, not what is asked for", 60, 30, 0, map[string]int{policies: 12, actions: 2}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			ids := f.register("ecs", c.all, []string{"cpu", "by-hand"}, []string{"night"})[:c.asked]
			for i := range c.others {
				f.serve("PutScalingPolicy", object{"ServiceNamespace": "ecs", "ResourceId": fmt.Sprint("other/", i), "ScalableDimension": "ecs:resource:Capacity", "PolicyName": "p"})
			}
			a := newTestAPI(t, f)
			if err := a.Survey(t.Context(), ids); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.survey, f.taken(), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: calls of the survey (-want +got)\n%s", c.reason, diff)
			}
			for i, o := range observeAll(t, a, checks(ids)) {
				if o.err != nil {
					t.Fatal(o.err)
				}
				if len(o.Policies) != 2 || o.Policy("by-hand") == nil || o.Action("night") == nil {
					t.Errorf("%s: target %d has %d policies and %d actions", c.reason, i, len(o.Policies), len(o.Actions))
				}
			}
			read := f.taken()
			delete(read, "DescribeScalableTargets")
			if diff := cmp.Diff(c.read, read, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: calls of the checks (-want +got)\n%s", c.reason, diff)
			}
		})
	}
}

func TestSurveyIsNotOlderThanWrites(t *testing.T) {
	f := newFake()
	ids := f.register("ecs", 10, []string{"cpu"}, nil)
	a := newTestAPI(t, f)
	if err := a.Survey(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	policy := tracking("new")
	if _, err := a.Apply(t.Context(), ids[3], autoscaling.Change{Op: autoscaling.OpPutPolicy, Policy: &policy}); err != nil {
		t.Fatal(err)
	}
	for _, q := range checks(ids[2:4]) {
		o, err := a.Observe(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if has, want := o.Policy("new") != nil, q.Identity == ids[3]; has != want {
			t.Errorf("%s has the new policy: %t, want %t", q.ResourceID, has, want)
		}
	}
	if calls := f.taken()["DescribeScalingPolicies"]; calls != 2 {
		t.Errorf("%d reads of policies, want that of the survey and that of the target that was written", calls)
	}
}

func TestSurveyAges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		ids := f.register("ecs", 10, []string{"cpu"}, nil)
		a := newTestAPI(t, f)
		if err := a.Survey(t.Context(), ids); err != nil {
			t.Fatal(err)
		}
		f.register("ecs", 1, []string{"later"}, nil)
		q := checks(ids)[0]
		for _, c := range []struct {
			reason string
			maxAge time.Duration
			want   bool
		}{
			{"who asks for no age gets what is there now", 0, true},
			{"a minute is young enough for who says so", time.Hour, false},
			{"and too old for who does not", time.Second, true},
		} {
			time.Sleep(time.Minute / 2)
			q.MaxAge = c.maxAge
			o, err := a.Observe(t.Context(), q)
			if err != nil || (o.Policy("later") != nil) != c.want {
				t.Errorf("%s: %v, %v", c.reason, o.Policies, err)
			}
		}
	})
}

func TestSurveyThatFails(t *testing.T) {
	f := newFake()
	ids := f.register("ecs", 10, []string{"cpu"}, []string{"night"})
	f.refuse = func(operation string, _ object) *refusal {
		if operation == "DescribeScalingPolicies" {
			return &refusal{400, "AccessDeniedException", "no"}
		}
		return nil
	}
	a := newTestAPI(t, f)
	if err := a.Survey(t.Context(), ids); KindOf(err) != Denied {
		t.Errorf("the survey fails with %v, want Denied", err)
	}
	o, err := a.Observe(t.Context(), Query{Identity: ids[0], AllActions: true, MaxAge: time.Minute})
	if calls := f.taken()["DescribeScheduledActions"]; err != nil || o.Action("night") == nil || calls != 1 {
		t.Errorf("the half that worked is of use: %v, %v after %d calls", o.Actions, err, calls)
	}
}

func tracking(name string) autoscaling.Policy {
	return autoscaling.Policy{Name: name, Type: autoscaling.TargetTrackingScaling, TargetTracking: &autoscaling.TargetTracking{
		TargetValue: new(50.0), Predefined: &autoscaling.PredefinedMetric{Type: "ECSServiceAverageCPUUtilization"}}}
}

// counting counts the calls to AWS that pass it.
type counting struct {
	client interface {
		Do(*http.Request) (*http.Response, error)
	}
	mu    sync.Mutex
	calls map[string]int
}

func (c *counting) Do(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.calls[path.Ext("/"+r.Header.Get("X-Amz-Target"))+path.Base(r.URL.Path)]++
	c.mu.Unlock()
	return c.client.Do(r)
}

// TestCallsOfACheck holds the whole check of a thousand targets with one policy
// each, of which one has a policy by hand, to 180 calls.
func TestCallsOfACheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, setup := newCloud(t)
		ids := make([]autoscaling.Identity, 1000)
		for i := range ids {
			ids[i] = autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: fmt.Sprintf("service/c/s%03d", i), ScalableDimension: "ecs:service:DesiredCount"}
			for _, c := range []autoscaling.Change{
				{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Create, Target: &autoscaling.Target{MinCapacity: new(int32(1)), MaxCapacity: new(int32(9))}},
				{Op: autoscaling.OpPutPolicy, Policy: new(tracking("cpu"))},
			} {
				if _, err := setup.Apply(t.Context(), ids[i], c); err != nil {
					t.Fatal(err)
				}
			}
		}
		counter := &counting{client: inProcess{cloud}, calls: map[string]int{}}
		a := newTestAPI(t, newFake(), func(o *Options) { o.Config.HTTPClient = counter })
		if err := a.Survey(t.Context(), ids); err != nil {
			t.Fatal(err)
		}
		queries := checks(ids)
		jobs := make(chan Query)
		var workers sync.WaitGroup
		for range 100 { // as many passes as the controller makes at once
			workers.Go(func() {
				for q := range jobs {
					q.Alarms = true
					o, err := a.Observe(t.Context(), q)
					if err != nil || len(o.Policies) != 1 || len(o.Policies[0].Alarms) != 2 || o.Policies[0].Alarms[0].Settings["threshold"] == "" {
						t.Errorf("%s: %+v, %v", q.Identity, o, err)
					}
				}
			})
		}
		for _, q := range queries {
			jobs <- q
		}
		close(jobs)
		workers.Wait()
		total := 0
		for _, n := range counter.calls {
			total += n
		}
		if total > 180 {
			t.Errorf("%d calls, want at most 180: %v", total, counter.calls)
		}
		if got := slices.Sorted(maps.Keys(counter.calls)); len(got) != 4 {
			t.Errorf("operations %q", got)
		}
	})
}
