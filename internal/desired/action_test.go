package desired_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

func TestAction(t *testing.T) {
	start := time.Date(2026, 11, 27, 8, 0, 0, 0, time.FixedZone("CET", 3600))
	o := &v1alpha1.ScheduledAction{Spec: v1alpha1.ScheduledActionSpec{
		ScheduledActionName:  "open",
		ResourceID:           new("endpoint/demo/variant/AllTraffic"),
		ScalableDimension:    new("sagemaker:variant:DesiredInstanceCount"),
		ServiceNamespace:     new("sagemaker"),
		Schedule:             new("cron(0 8 ? * MON-FRI *)"),
		Timezone:             new("Europe/Berlin"),
		StartTime:            new(metav1.NewTime(start)),
		EndTime:              new(metav1.NewTime(start.AddDate(1, 0, 0))),
		ScalableTargetAction: &v1alpha1.ScalableTargetAction{MinCapacity: new(int64(2)), MaxCapacity: new(int64(4))},
	}}
	id, got, found := desired.Action(o)
	if !id.Complete() || len(found) > 0 {
		t.Errorf("identity %v, findings %v", id, found)
	}
	want := autoscaling.Action{
		Name:        "open",
		Schedule:    "cron(0 8 ? * MON-FRI *)",
		Timezone:    "Europe/Berlin",
		Start:       new(time.Date(2026, 11, 27, 7, 0, 0, 0, time.UTC)),
		End:         new(time.Date(2027, 11, 27, 7, 0, 0, 0, time.UTC)),
		MinCapacity: new(int32(2)),
		MaxCapacity: new(int32(4)),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("every field arrives, times in UTC (-want +got):\n%s", diff)
	}
	if got.Start.Location() != time.UTC {
		t.Errorf("start is in %v; equal declarations must look equal whatever zone they were written in", got.Start.Location())
	}
}

func TestActionWithNothing(t *testing.T) {
	id, got, found := desired.Action(&v1alpha1.ScheduledAction{})
	if id != (autoscaling.Identity{}) || len(found) > 0 || !cmp.Equal(got, autoscaling.Action{}) {
		t.Errorf("an object without spec declares nothing, but got %v, %+v, %v", id, got, found)
	}
}

func TestActionFindings(t *testing.T) {
	o := &v1alpha1.ScheduledAction{}
	o.Spec.ScalableTargetAction = &v1alpha1.ScalableTargetAction{MinCapacity: new(int64(math.MaxInt64)), MaxCapacity: new(int64(math.MinInt64))}
	_, got, found := desired.Action(o)
	if len(found) != 2 || found[0].Field != "scalableTargetAction.minCapacity" || found[1].Field != "scalableTargetAction.maxCapacity" {
		t.Errorf("both bounds are out of range, but the findings are %v", found)
	}
	if got.MinCapacity != nil || got.MaxCapacity != nil {
		t.Errorf("a bound that AWS cannot hold was converted: %+v", got)
	}
}
