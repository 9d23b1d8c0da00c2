package operator

import (
	"log/slog"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/controller"
)

// AWS throttles an account in a Region, and not a role.
func TestRolesOfOneAccountShareItsBudget(t *testing.T) {
	o := Options{AWS: awsapi.Options{Config: aws.Config{Region: "r"}, Logger: slog.New(slog.DiscardHandler)}}
	s := starter{&Operator{options: o, aws: awsapi.New(o.AWS)}}
	defer s.aws.Close()
	own := controller.Scope{Account: "1", Region: "r"}
	s.budgets.Store(own, s.aws.Budget())
	open := func(scope controller.Scope) *awsapi.Budget {
		api, closeIt := s.open(t.Context(), scope)
		closeIt()
		return api.(*awsapi.API).Budget()
	}
	first := open(controller.Scope{Account: "2", Region: "r", RoleARN: "a"})
	for _, c := range []struct {
		reason string
		scope  controller.Scope
		than   *awsapi.Budget
		same   bool
	}{
		{"another role", controller.Scope{Account: "2", Region: "r", RoleARN: "b"}, first, true},
		{"the same role, opened again", controller.Scope{Account: "2", Region: "r", RoleARN: "a"}, first, true},
		{"the controller's own account, by a role", controller.Scope{Account: "1", Region: "r", RoleARN: "c"}, s.aws.Budget(), true},
		{"another account", controller.Scope{Account: "3", Region: "r", RoleARN: "a"}, first, false},
		{"another Region", controller.Scope{Account: "2", Region: "s", RoleARN: "a"}, first, false},
		{"another endpoint", controller.Scope{Account: "2", Region: "r", RoleARN: "a", Endpoint: "https://vpce.test"}, first, false},
	} {
		if got := open(c.scope) == c.than; got != c.same {
			t.Errorf("%s: it shares the budget: %t", c.reason, got)
		}
	}
}
