package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/setpoint-io/setpoint/internal/operator"
	"github.com/setpoint-io/setpoint/test/chart"
)

// started is what the flags that the chart passes mean to this program.
func started(t *testing.T, deployment, values string) *flags {
	t.Helper()
	objects, err := chart.Render(t.Context(), "setpoint", "ack-system", values)
	if err != nil {
		t.Fatal(err)
	}
	d, err := chart.As[appsv1.Deployment](objects, "Deployment", deployment)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parse(t, d.Spec.Template.Spec.Containers[0].Args...)
	if err != nil {
		t.Fatalf("the chart passes flags that this program refuses: %v", err)
	}
	return f
}

func TestTheChartStartsThisProgram(t *testing.T) {
	f := started(t, "setpoint", "crds: {install: false}")
	o := f.operator()
	if o.MetricsAddr != ":8080" || o.HealthAddr != ":8081" || !o.LeaderElection || o.LeaderElectionNamespace != "ack-system" || o.Retain || o.SameNamespace ||
		len(o.Namespaces) != 0 || f.resync != 300 || f.concurrency != 0 || f.region != "" || f.endpoint != "" {
		t.Errorf("by default the chart starts %+v with %+v", o, f)
	}
}

// TestTheChartTakesLevelsOfTheACKController, also those above errors.
func TestTheChartTakesLevelsOfTheACKController(t *testing.T) {
	if f := started(t, "setpoint", "log: {level: dpanic}"); f.logLevel != "dpanic" {
		t.Errorf("the level is read as %s", f.logLevel)
	}
}

// The Lease is that of the ACK controller, so that the two exclude each other,
// and the chart grants it.
func TestTheLeaseIsThatOfTheACKController(t *testing.T) {
	objects, err := chart.Render(t.Context(), "setpoint", "ack-system", "crds: {install: false}")
	if err != nil {
		t.Fatal(err)
	}
	role, err := chart.As[rbacv1.Role](objects, "Role", "setpoint-leader-election")
	if err != nil {
		t.Fatal(err)
	}
	granted := slices.ContainsFunc(role.Rules, func(r rbacv1.PolicyRule) bool { return slices.Contains(r.ResourceNames, operator.LeaderElectionID) })
	if operator.LeaderElectionID != "ack-applicationautoscaling.services.k8s.aws" || !granted {
		t.Errorf("the Lease is %s, and the Role has %+v", operator.LeaderElectionID, role.Rules)
	}
}

func TestTheChartStartsThisProgramWithValuesOfTheACKChart(t *testing.T) {
	values, err := os.ReadFile("../../test/chart/testdata/ack-values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f := started(t, "ack-autoscaling", string(values))
	o := f.operator()
	if strings.Join(o.Namespaces, " ") != "team-a team-b" || o.Selector.String() != "managed=true,stage notin (test)" || !o.Retain || !o.SameNamespace ||
		f.resync != 36000 || f.concurrency != 1 || !o.LeaderElection || o.LeaderElectionNamespace != "leases" || o.MetricsAddr != ":9090" || o.SystemNamespace != "" {
		t.Errorf("the operator's options are %+v", o)
	}
	if f.region != "us-west-2" || f.endpoint != "http://localstack:4566" || f.identityEndpoint != "https://sts.us-west-2.amazonaws.com" || !f.development || f.logLevel != "debug" {
		t.Errorf("the flags are read as %+v", f)
	}
}
