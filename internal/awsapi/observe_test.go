package awsapi

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

type observed struct {
	autoscaling.Observed
	err error
}

// observeAll asks all queries at the same time.
func observeAll(t *testing.T, a *API, queries []Query) []observed {
	t.Helper()
	out := make([]observed, len(queries))
	var callers sync.WaitGroup
	for i, q := range queries {
		callers.Go(func() { out[i].Observed, out[i].err = a.Observe(t.Context(), q) })
	}
	callers.Wait()
	return out
}

func queriesFor(ids []autoscaling.Identity, policies, actions []string) []Query {
	queries := make([]Query, len(ids))
	for i, id := range ids {
		queries[i].Identity = id
		for _, p := range policies {
			queries[i].Policies = append(queries[i].Policies, strings.ReplaceAll(p, "#", fmt.Sprint(i)))
		}
		for _, s := range actions {
			queries[i].Actions = append(queries[i].Actions, strings.ReplaceAll(s, "#", fmt.Sprint(i)))
		}
	}
	return queries
}

func TestCallsOfSharedReads(t *testing.T) {
	const targets, policies, actions = "DescribeScalableTargets", "DescribeScalingPolicies", "DescribeScheduledActions"
	for _, test := range []struct {
		name     string
		reason   string
		world    func(f *fakeAWS) []autoscaling.Identity
		policies []string // asked for; # is the number of the target
		actions  []string
		want     []map[string]int // of one read after the other
	}{{
		name:   "targets only",
		reason: "50 resources are one call; what nobody asks for is not read",
		world:  func(f *fakeAWS) []autoscaling.Identity { return f.register("ecs", 120, []string{"cpu"}, nil) },
		want:   []map[string]int{{targets: 3}},
	}, {
		name:   "one target",
		reason: "a single target costs one call of each kind",
		world: func(f *fakeAWS) []autoscaling.Identity {
			return f.register("ecs", 500, []string{"cpu"}, []string{"up"})[:1]
		},
		policies: []string{"cpu"},
		actions:  []string{"up"},
		want:     []map[string]int{{targets: 1, policies: 1, actions: 1}},
	}, {
		name:   "all targets",
		reason: "when all is wanted a scan reads it: 100 policies in pages of 10, 200 actions in pages of 50",
		world: func(f *fakeAWS) []autoscaling.Identity {
			return f.register("ecs", 100, []string{"cpu"}, []string{"up", "down"})
		},
		policies: []string{"cpu"},
		actions:  []string{"up", "down"},
		want:     []map[string]int{{targets: 2, policies: 10, actions: 4}, {targets: 2, policies: 10, actions: 4}},
	}, {
		name:   "not registered",
		reason: "a target that is not registered has no children to read",
		world: func(f *fakeAWS) []autoscaling.Identity {
			ids := f.register("ecs", 60, nil, nil)
			f.targets = nil
			return ids
		},
		policies: []string{"cpu"},
		want:     []map[string]int{{targets: 2}},
	}, {
		name:   "names of our own among many of others",
		reason: "the first read learns that the namespace is large (the scan is given up after twice what names take), the second reads by name at once",
		world: func(f *fakeAWS) []autoscaling.Identity {
			f.register("ecs", 600, []string{"other"}, nil)
			return f.register("ecs", 50, []string{"mine-#"}, nil)
		},
		policies: []string{"mine-#"},
		want:     []map[string]int{{targets: 1, policies: 10 + 5}, {targets: 1, policies: 5}},
	}, {
		name:   "a name that everybody uses",
		reason: "neither a scan nor the name's filter pays when 600 targets have a policy of that name; the second read knows",
		world: func(f *fakeAWS) []autoscaling.Identity {
			return f.register("ecs", 600, []string{"cpu"}, nil)[:20]
		},
		policies: []string{"cpu"},
		want:     []map[string]int{{targets: 1, policies: 4 + 40 + 20}, {targets: 1, policies: 20}},
	}, {
		name:     "nothing there yet",
		reason:   "an empty namespace is one page, however many names are asked for",
		world:    func(f *fakeAWS) []autoscaling.Identity { return f.register("ecs", 200, nil, nil) },
		policies: []string{"p-#"},
		want:     []map[string]int{{targets: 4, policies: 1}, {targets: 4, policies: 1}},
	}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				ids := test.world(f)
				a := newTestAPI(t, f)
				for n, want := range test.want {
					for i, o := range observeAll(t, a, queriesFor(ids, test.policies, test.actions)) {
						if o.err != nil {
							t.Fatalf("query %d: %v", i, o.err)
						}
					}
					if diff := cmp.Diff(want, f.taken()); diff != "" {
						t.Errorf("read %d: %s; calls (-want +got):\n%s", n, test.reason, diff)
					}
				}
			})
		})
	}
}

// TestSharedReadsAreExact compares shared reads of a random world with the
// world itself. Names are few, so that they are equal under many targets and
// dimensions, and the namespaces differ in size, so that all strategies occur.
func TestSharedReadsAreExact(t *testing.T) {
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 2))
			f := newFake()
			world := map[autoscaling.Identity][2][]string{} // policies, actions
			var ids []autoscaling.Identity
			for i := range 1 + random.IntN(120) {
				for _, dimension := range []string{"table:ReadCapacityUnits", "table:WriteCapacityUnits"} {
					id := autoscaling.Identity{ServiceNamespace: []string{"dynamodb", "cassandra"}[random.IntN(2)],
						ResourceID: fmt.Sprint("table/", i), ScalableDimension: dimension}
					ids = append(ids, id)
					if random.IntN(5) > 0 {
						world[id] = [2][]string{someNames(random), someNames(random)}
						f.add(id, world[id])
					}
				}
			}
			a := newTestAPI(t, f)
			for range 3 {
				var queries []Query
				for range 1 + random.IntN(60) {
					queries = append(queries, Query{Identity: ids[random.IntN(len(ids))], Policies: someNames(random), Actions: someNames(random)})
				}
				for i, got := range observeAll(t, a, queries) {
					checkObserved(t, seed, queries[i], world, got)
				}
			}
		})
	}
}

func someNames(random *rand.Rand) []string {
	var names []string
	for _, name := range []string{"cpu", "memory", "night", "day"} {
		if random.IntN(2) == 0 {
			names = append(names, name)
		}
	}
	return names
}

func (f *fakeAWS) add(id autoscaling.Identity, children [2][]string) {
	with := func(member, value string) object {
		return object{"ServiceNamespace": id.ServiceNamespace, "ResourceId": id.ResourceID,
			"ScalableDimension": id.ScalableDimension, member: value}
	}
	f.serve("RegisterScalableTarget", with("RoleARN", "arn:role of "+id.String()))
	for _, name := range children[0] {
		p := with("PolicyName", name)
		p["PolicyType"] = id.String() // tells whose it is
		f.serve("PutScalingPolicy", p)
	}
	for _, name := range children[1] {
		s := with("ScheduledActionName", name)
		s["Schedule"] = id.String()
		f.serve("PutScheduledAction", s)
	}
}

func checkObserved(t *testing.T, seed uint64, q Query, world map[autoscaling.Identity][2][]string, got observed) {
	t.Helper()
	if got.err != nil {
		t.Fatalf("seed %d, %v: %v", seed, q, got.err)
	}
	there, registered := world[q.Identity]
	if registered != (got.Target != nil) || registered && got.Target.RoleARN != "arn:role of "+q.Identity.String() {
		t.Errorf("seed %d, %v: target = %+v, registered: %t", seed, q, got.Target, registered)
	}
	for _, name := range []string{"cpu", "memory", "night", "day"} {
		policy := got.Policy(name)
		if slices.Contains(q.Policies, name) && (policy != nil) != slices.Contains(there[0], name) {
			t.Errorf("seed %d, %v: policy %s = %+v, AWS has %v", seed, q, name, policy, there[0])
		}
		if policy != nil && (string(policy.Type) != q.Identity.String() || !slices.Contains(there[0], name)) {
			t.Errorf("seed %d, %v: policy %s is that of %s", seed, q, name, policy.Type)
		}
		action := got.Action(name)
		if slices.Contains(q.Actions, name) && (action != nil) != slices.Contains(there[1], name) {
			t.Errorf("seed %d, %v: action %s = %+v, AWS has %v", seed, q, name, action, there[1])
		}
		if action != nil && (action.Schedule != q.Identity.String() || !slices.Contains(there[1], name)) {
			t.Errorf("seed %d, %v: action %s is that of %s", seed, q, name, action.Schedule)
		}
	}
}

func TestOneBadQueryDoesNotFailTheOthers(t *testing.T) {
	for _, test := range []struct {
		name   string
		reason string
		n      int
		refuse func(operation string, in object) *refusal
		bad    func(i int) bool
		kind   Kind
	}{{
		name:   "malformed resource",
		reason: "one resource ID that AWS refuses must not fail the 49 others of its call",
		n:      100,
		refuse: func(operation string, in object) *refusal {
			if operation == "DescribeScalableTargets" && has(in["ResourceIds"], "resource/017") {
				return &refusal{400, "ValidationException", "no such resource type"}
			}
			return nil
		},
		bad:  func(i int) bool { return i == 17 },
		kind: Invalid,
	}, {
		name:   "alarms of one policy",
		reason: "one policy whose alarms cannot be read must not fail the reads of other policies",
		n:      40,
		refuse: func(operation string, in object) *refusal {
			if operation == "DescribeScalingPolicies" && has(in["PolicyNames"], "p-7") && (in["ResourceId"] == nil || in["ResourceId"] == "resource/007") {
				return &refusal{400, "FailedResourceAccessException", "not authorized to perform: cloudwatch:DescribeAlarms"}
			}
			return nil
		},
		bad:  func(i int) bool { return i == 7 },
		kind: Denied,
	}, {
		name:   "one call of several",
		reason: "an error of one chunk goes to those whose resources are in it",
		n:      100,
		refuse: func(operation string, in object) *refusal {
			if operation == "DescribeScalableTargets" && has(in["ResourceIds"], "resource/099") {
				return &refusal{400, "AccessDeniedException", "no"}
			}
			return nil
		},
		bad:  func(i int) bool { return i >= 50 },
		kind: Denied,
	}, {
		name:   "one resource of few",
		reason: "reading by resource fails by resource",
		n:      3,
		refuse: func(operation string, in object) *refusal {
			if operation == "DescribeScheduledActions" && in["ResourceId"] == "resource/001" {
				return &refusal{500, "InternalServiceException", "oops"}
			}
			return nil
		},
		bad:  func(i int) bool { return i == 1 },
		kind: Unavailable,
	}, {
		name:   "a scan",
		reason: "an error of the whole namespace concerns all",
		n:      40,
		refuse: func(operation string, in object) *refusal {
			if operation == "DescribeScalingPolicies" {
				return &refusal{400, "AccessDeniedException", "no"}
			}
			return nil
		},
		bad:  func(int) bool { return true },
		kind: Denied,
	}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				ids := f.register("ecs", test.n, []string{"p-#"}, []string{"a-#"})
				f.refuse = test.refuse
				for i, o := range observeAll(t, newTestAPI(t, f), queriesFor(ids, []string{"p-#"}, []string{"a-#"})) {
					switch {
					case test.bad(i) && KindOf(o.err) != test.kind:
						t.Errorf("query %d: err = %v, want %s: %s", i, o.err, test.kind, test.reason)
					case !test.bad(i) && (o.err != nil || o.Target == nil || len(o.Policies) != 1 || len(o.Actions) != 1):
						t.Errorf("query %d: %+v: %s", i, o, test.reason)
					}
				}
			})
		})
	}
}

func TestChildrenOfFewTargetsAreSeenUnasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		id := f.register("ecs", 300, []string{"theirs", "ours"}, nil)[0]
		o, err := newTestAPI(t, f).Observe(t.Context(), Query{Identity: id, Policies: []string{"ours"}})
		if err != nil || len(o.Policies) != 2 || o.Policies[0].Name != "ours" || o.Policies[1].Name != "theirs" {
			t.Errorf("observed %+v, %v; what a read comes across is part of the result, sorted by name", o, err)
		}
	})
}

func TestTags(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		ids := f.register("ecs", 5, nil, nil)
		f.tags[fmt.Sprint(f.targets[0]["ScalableTargetARN"])] = map[string]string{"team": "a"}
		delete(f.targets[2], "ScalableTargetARN") // registered before targets had ARNs
		gone := f.targets[4]["ScalableTargetARN"]
		f.refuse = func(operation string, in object) *refusal {
			if operation == "ListTagsForResource" && in["ResourceARN"] == gone {
				return &refusal{400, "ResourceNotFoundException", "gone"}
			}
			return nil
		}
		queries := queriesFor(ids, nil, nil)
		for i := range queries {
			queries[i].Tags = i != 3
		}
		got := observeAll(t, newTestAPI(t, f), queries)
		for i, want := range []map[string]string{0: {"team": "a"}, 1: {}, 2: nil, 3: nil} {
			if tags := got[i].Target.Tags; !maps.Equal(tags, want) || (tags == nil) != (want == nil) {
				t.Errorf("tags of target %d = %#v, want %#v", i, tags, want)
			}
		}
		if KindOf(got[4].err) != NotFound {
			t.Errorf("err = %v, want NotFound for a target that vanishes between the calls", got[4].err)
		}
		if n := f.taken()["ListTagsForResource"]; n != 3 {
			t.Errorf("%d calls of ListTagsForResource, want 3: for those who ask and have an ARN", n)
		}
	})
}

func TestObserveRefusesIncompleteIdentities(t *testing.T) {
	f := newFake()
	_, err := newTestAPI(t, f).Observe(t.Context(), Query{Identity: autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "r"}})
	if KindOf(err) != Invalid || len(f.taken()) != 0 {
		t.Errorf("err = %v, want Invalid without a call", err)
	}
}

func TestObserveAfterClose(t *testing.T) {
	a := newTestAPI(t, newFake())
	a.Close()
	_, err := a.Observe(t.Context(), Query{Identity: autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "r", ScalableDimension: "d"}})
	if KindOf(err) != Unavailable {
		t.Errorf("err = %v, want Unavailable", err)
	}
}
