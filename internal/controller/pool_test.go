package controller

import (
	"context"
	"testing"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
)

type noAWS struct{ scope Scope }

func (noAWS) Observe(context.Context, awsapi.Query) (autoscaling.Observed, error) {
	return autoscaling.Observed{}, nil
}

func (noAWS) Apply(context.Context, autoscaling.Identity, autoscaling.Change) (autoscaling.Result, error) {
	return autoscaling.Result{}, nil
}

func (noAWS) Survey(context.Context, []autoscaling.Identity) error { return nil }

// TestEndpointsDoNotShareAClient: what is opened for one endpoint must not
// serve another, in the same account and Region.
func TestEndpointsDoNotShareAClient(t *testing.T) {
	opened := 0
	p := newPool(Scope{Account: "1"}, noAWS{}, func(s Scope) (AWS, func()) { opened++; return noAWS{s}, func() {} })
	for _, scope := range []Scope{
		{Account: "1", Endpoint: "https://a"}, {Account: "1", Endpoint: "https://b"}, {Account: "1", RoleARN: "r"}, {Account: "1", Region: "x"},
	} {
		first := p.in(scope)
		if again := p.in(scope); first != again || first.(noAWS).scope != scope {
			t.Errorf("%+v is served by %+v and %+v", scope, first, again)
		}
	}
	if opened != 4 {
		t.Errorf("%d scopes were opened for 4", opened)
	}
}

func TestScopesNobodyIsInAreClosed(t *testing.T) {
	own, other := Scope{Account: "1"}, Scope{Account: "2"}
	open := 0
	p := newPool(own, noAWS{}, func(Scope) (AWS, func()) { open++; return noAWS{}, func() { open-- } })
	for _, step := range []struct {
		reason string
		use    bool
		used   map[Scope]bool
		open   int
	}{
		{"an object is in it", true, map[Scope]bool{other: true}, 1},
		{"a pass may still work in a scope that was left just now", false, nil, 1},
		{"somebody came back", false, map[Scope]bool{other: true}, 1},
		{"the time that nobody was there starts anew", false, nil, 1},
		{"a pass used it", true, nil, 1},
		{"nobody came for a whole round", false, nil, 0},
		{"it is opened again when it is needed", true, map[Scope]bool{other: true}, 1},
	} {
		if step.use {
			p.in(other)
		}
		p.closeIdle(step.used)
		if open != step.open {
			t.Errorf("%s: %d scopes are open, want %d", step.reason, open, step.open)
		}
	}
	if p.in(own); len(p.opened) != 2 {
		t.Errorf("the controller's own account is not kept: %v", p.opened)
	}
}
