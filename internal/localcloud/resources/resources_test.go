package resources

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

var (
	birth  = time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)
	scope  = wire.Scope{Account: "123456789012", Region: "eu-west-1"}
	lambda = Key{"lambda", "function:checkout:prod", "lambda:function:ProvisionedConcurrency"}
)

// TestEveryDimension declares the example of each dimension of the catalog.
func TestEveryDimension(t *testing.T) {
	r := New(Options{Now: func() time.Time { return birth }})
	for _, dim := range catalog.Dimensions() {
		d := Declaration{Key{dim.Namespace, dim.ResourceID.Example, dim.Name}, 3, 0}
		got, err := r.Declare(scope, d)
		if _, local := own[dim.Namespace]; local {
			if err == nil || !strings.Contains(err.Error(), "is in the local cloud: create") {
				t.Errorf("%s: what has a service of its own is created there: %v", dim.Name, err)
			}
			continue
		}
		if err != nil || got.Running != 3 || !got.Settled {
			t.Errorf("%s: what is declared first is there at once: %+v, %v", dim.Name, got, err)
		}
		if s := r.Resource(scope, d.Key).Status(birth); s != (engine.Status{Desired: 3, Running: 3, Settled: true, Kept: map[bool]int32{true: 3}[dim.KeepsOthers]}) {
			t.Errorf("%s: Application Auto Scaling finds it: %+v", dim.Name, s)
		}
	}
	if list := r.Resources(scope); len(list) == 0 || !strings.HasPrefix(list[0].String(), "appstream ") {
		t.Errorf("the list is ordered by names: %v", list)
	}
}

func TestCapacityFollows(t *testing.T) {
	now := birth
	r := New(Options{Now: func() time.Time { return now }, Delay: time.Minute})
	check := func(reason string, want Resource) {
		t.Helper()
		if d := cmp.Diff([]Resource{want}, r.Resources(scope)); d != "" {
			t.Errorf("%s (-want +got):\n%s", reason, d)
		}
	}
	if _, err := r.Declare(scope, Declaration{lambda, 2, 5}); err != nil {
		t.Fatal(err)
	}
	if err := r.Resource(scope, lambda).Scale(now, 4); err != nil {
		t.Fatal(err)
	}
	check("what is asked for is desired at once", Resource{Declaration{lambda, 4, 5}, 2, false})
	now = now.Add(time.Minute)
	check("and runs after the delay", Resource{Declaration{lambda, 4, 5}, 4, true})
	err := r.Resource(scope, lambda).Scale(now, 6)
	if err == nil || !strings.Contains(err.Error(), "The quota is 5, with a current capacity of 4 and a request for 6.") {
		t.Errorf("a quota is a limit: %v", err)
	}
	if _, err := r.Declare(scope, Declaration{lambda, 7, 0}); err != nil {
		t.Fatal(err)
	}
	check("a second declaration changes capacity and quota", Resource{Declaration{lambda, 7, 0}, 4, false})

	other := wire.Scope{Account: scope.Account, Region: "us-east-1"}
	if got := r.Resources(other); len(got) != 0 {
		t.Errorf("Regions have their own: %v", got)
	}
	if r.Resource(other, lambda) != nil {
		t.Error("what is not declared is not known")
	}
	if err := r.Remove(other, lambda); err == nil || err.Error() != "the resource lambda function:checkout:prod lambda:function:ProvisionedConcurrency is not declared" {
		t.Errorf("nor can it be removed: %v", err)
	}
	if err := r.Remove(scope, lambda); err != nil || len(r.Resources(scope)) != 0 {
		t.Errorf("what is removed is gone: %v", err)
	}
}

func TestMistakes(t *testing.T) {
	replicas := Key{"elasticache", "replication-group/sessions", "elasticache:replication-group:Replicas"}
	cases := map[string]struct {
		reason string
		given  Declaration
		want   string
	}{
		"Namespace": {"the namespaces are listed, without those that are local", Declaration{Key: Key{"s3", "a", "b"}},
			`serviceNamespace: "s3" is unknown; write one of ec2, elasticmapreduce, appstream, rds, custom-resource`},
		"Own":       {"what is local is created there", Declaration{Key: Key{"ecs", "a", "b"}}, "create a service with CreateService of ECS"},
		"Dimension": {"the dimensions of the namespace are listed", Declaration{Key: Key{"rds", "cluster:a", "rds:cluster:Capacity"}}, `is not of the namespace rds; write rds:cluster:ReadReplicaCount`},
		"OfOther":   {"a dimension is of one namespace", Declaration{Key: Key{"rds", "cluster:a", "neptune:cluster:ReadReplicaCount"}}, "is not of the namespace rds"},
		"ID":        {"the form is shown with an example", Declaration{Key: Key{"rds", "orders", "rds:cluster:ReadReplicaCount"}}, `resourceId: "orders" does not name Aurora Replicas of an Aurora DB cluster; write cluster:<cluster-name>, such as cluster:orders`},
		"Negative":  {"there is no less than nothing", Declaration{Key: lambda, Capacity: -1}, "capacity: -1 is not possible"},
		"Ceiling":   {"AWS's limits hold", Declaration{Key: replicas, Capacity: 6}, "capacity: there can be at most 5 replicas per shard"},
		"Quota":     {"a quota is not negative", Declaration{Key: lambda, Quota: -1}, "quota: -1 is not possible"},
		"OverQuota": {"a quota holds from the beginning", Declaration{Key: lambda, Capacity: 3, Quota: 2}, "capacity: 3 is more than the quota of 2"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := New(Options{}).Declare(scope, tc.given); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want %s", tc.reason, err, tc.want)
			}
		})
	}
}

// FuzzDeclare declares anything. What is taken is there.
func FuzzDeclare(f *testing.F) {
	f.Add("lambda", "function:checkout:prod", "lambda:function:ProvisionedConcurrency", int32(2), int32(5))
	f.Add("rds", "cluster:a", "rds:cluster:ReadReplicaCount", int32(-1), int32(0))
	f.Add("ecs", "service/a/b", "ecs:service:DesiredCount", int32(1), int32(0))
	f.Fuzz(func(t *testing.T, namespace, id, dimension string, capacity, quota int32) {
		r := New(Options{})
		d := Declaration{Key{namespace, id, dimension}, capacity, quota}
		got, err := r.Declare(scope, d)
		if err != nil {
			return
		}
		if got.Declaration != d || got.Running != capacity || len(r.Resources(scope)) != 1 {
			t.Errorf("declared %+v, got %+v", d, got)
		}
	})
}
