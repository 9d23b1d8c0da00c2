package ecs_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/ecs"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// TestResource scales a service as an engine does.
func TestResource(t *testing.T) {
	now := birth
	s := ecs.New(ecs.Options{Now: func() time.Time { return now }, Delay: time.Minute})
	scope := wire.Scope{Account: account, Region: region}
	handle := func(operation, input string) {
		t.Helper()
		if _, err := s.Handle(t.Context(), wire.NewRequest(scope, operation, json.RawMessage(input))); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := s.Resource(scope, "service/c/s"); err == nil || r != nil {
		t.Errorf("a service has to exist: %v", r)
	}
	handle("CreateCluster", `{"clusterName":"c"}`)
	handle("CreateService", `{"cluster":"c","serviceName":"s","taskDefinition":"t","desiredCount":1}`)
	r, err := s.Resource(scope, "service/c/s")
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if err := r.Scale(now, 3); err != nil {
		t.Fatal(err)
	}
	if got := r.Status(now); got != (engine.Status{Desired: 3, Running: 1}) {
		t.Errorf("tasks are under way: %+v", got)
	}
	if at, ok := r.NextChange(now); !ok || !at.Equal(now.Add(time.Minute)) {
		t.Errorf("they come after the delay: %s", at)
	}
	handle("DeleteService", `{"cluster":"c","service":"s","force":true}`)
	if got := r.Status(now); got.Unscalable != "ECS service doesn't exist: service/c/s" {
		t.Errorf("a service that is deleted cannot be scaled: %+v", got)
	}
	if err := r.Scale(now, 1); err == nil {
		t.Error("nor does it take a capacity")
	}
	if _, ok := r.NextChange(now); ok {
		t.Error("nor does it change")
	}
}
