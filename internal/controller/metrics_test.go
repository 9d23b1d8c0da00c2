package controller

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// targetThatIs returns a ScalableTarget with a Ready condition of that status;
// without one when it is empty.
func targetThatIs(name string, ready metav1.ConditionStatus) *v1alpha1.ScalableTarget {
	t := &v1alpha1.ScalableTarget{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name}}
	if ready != "" {
		t.Status.Conditions = []v1alpha1.Condition{{Type: v1alpha1.ConditionReady, Status: ready}}
	}
	return t
}

func collecting(t *testing.T, limit int, objects ...client.Object) *metrics {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	reader := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()
	return newMetrics(&Options{Registerer: prometheus.NewPedanticRegistry(), MetricsLimit: limit, Logger: slog.New(slog.DiscardHandler)}, reader)
}

func TestMetricsOfObjects(t *testing.T) {
	scaled := targetThatIs("good", metav1.ConditionTrue)
	scaled.Status.CurrentCapacity = new(int64(3))
	m := collecting(t, 10, scaled, targetThatIs("bad", metav1.ConditionFalse), targetThatIs("new", ""))
	good := &member{obj: targetThatIs("good", metav1.ConditionTrue), outcome: outcome{state: synced}}
	good.ref = refOf(good.obj)
	good.outcome.changes = []autoscaling.Change{{Target: &autoscaling.Target{MaxCapacity: new(int32(8))}}}
	p := &pass{now: time.Unix(1000, 0), observed: autoscaling.Observed{Target: &autoscaling.ObservedTarget{MinCapacity: 1, MaxCapacity: 4}}}
	m.saw(p, good)
	const want = `
# HELP setpoint_resource_last_sync_timestamp_seconds When AWS was last found, or made, to be as the object declares; Unix time.
# TYPE setpoint_resource_last_sync_timestamp_seconds gauge
setpoint_resource_last_sync_timestamp_seconds{kind="ScalableTarget",name="good",namespace="ns"} 1000
# HELP setpoint_resource_ready 1 if the object's Ready condition is True, else 0.
# TYPE setpoint_resource_ready gauge
setpoint_resource_ready{kind="ScalableTarget",name="bad",namespace="ns"} 0
setpoint_resource_ready{kind="ScalableTarget",name="good",namespace="ns"} 1
setpoint_resource_ready{kind="ScalableTarget",name="new",namespace="ns"} 0
# HELP setpoint_resources Objects by kind and by the status of their Ready condition (Unknown: not looked at yet).
# TYPE setpoint_resources gauge
setpoint_resources{kind="ScalableTarget",ready="False"} 1
setpoint_resources{kind="ScalableTarget",ready="True"} 1
setpoint_resources{kind="ScalableTarget",ready="Unknown"} 1
# HELP setpoint_target_capacity The bounds of a scalable target in AWS, as last read, and its capacity where the status tells it; bound is min, max or current.
# TYPE setpoint_target_capacity gauge
setpoint_target_capacity{bound="current",name="good",namespace="ns"} 3
setpoint_target_capacity{bound="max",name="good",namespace="ns"} 8
setpoint_target_capacity{bound="min",name="good",namespace="ns"} 1
`
	if err := testutil.CollectAndCompare(m, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	m.forget(good.ref)
	if n := testutil.CollectAndCount(m, "setpoint_target_capacity"); n != 1 {
		t.Errorf("%d series are left, want the capacity that the object itself tells", n)
	}
}

// TestMetricsOfManyObjects keeps the number of series within the limit, and
// spends it on what needs attention.
func TestMetricsOfManyObjects(t *testing.T) {
	var objects []client.Object
	for i := range 20 {
		ready := metav1.ConditionTrue
		if i%5 == 0 {
			ready = metav1.ConditionFalse
		}
		objects = append(objects, targetThatIs(fmt.Sprintf("t-%02d", i), ready))
	}
	m := collecting(t, 10, objects...)
	if n := testutil.CollectAndCount(m, "setpoint_resource_ready"); n != 4 {
		t.Errorf("of 20 objects with a limit of 10, %d have series of their own, want the 4 that are not ready", n)
	}
	if n := testutil.CollectAndCount(m, "setpoint_resources"); n != 2 {
		t.Errorf("%d counts, want one for True and one for False", n)
	}
}
