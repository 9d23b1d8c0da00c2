package main

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/setpoint-io/setpoint/test/pages"
)

func TestPageFlags(t *testing.T) {
	var used, vain [][]string
	command(&flags{}).Flags().VisitAll(func(f *pflag.Flag) {
		name := pages.Code("--" + f.Name)
		if why, ok := ignored[f.Name]; ok {
			vain = append(vain, []string{name, why})
			return
		}
		used = append(used, []string{name, f.Value.Type(), defaultOf(f), f.Usage})
	})
	pages.Check(t, "reference/flags.md", "flags", pages.Table([]string{"Flag", "Type", "Default", "Meaning"}, used))
	pages.Check(t, "reference/flags.md", "ignored flags", pages.Table([]string{"Flag", "Why"}, vain))
}

// defaultOf is what a flag is when nobody says otherwise. Where the value says
// nothing, the usage does.
func defaultOf(f *pflag.Flag) string {
	if value := cmp.Or(f.DefValue, "[]"); value != "[]" && (value != "0" || f.Value.Type() != "int") {
		return pages.Code(value)
	}
	return ""
}

func TestPageGates(t *testing.T) {
	means := map[string]string{
		gateAdoption:     "the annotation `adoption-policy`; where it is off, objects that have it are refused",
		gateReadOnly:     "the annotation `read-only`; where it is off, objects that have it are refused",
		gateTeamRoles:    "the annotation `team-id`; where it is off, the annotation counts for nothing, and objects in the namespace say so in `ACK.Advisory`",
		gateServiceRoles: "roles are looked up under `applicationautoscaling.<account ID or team ID>` in the ConfigMaps",
		gateSelectors:    "IAMRoleSelector objects choose the role; needs `--enable-carm=false`",
	}
	var rows [][]string
	for _, gate := range slices.Sorted(maps.Keys(defaultGates)) {
		if means[gate] == "" {
			t.Errorf("the gate %s is not explained: add it to the table", gate)
		}
		state := "off"
		if defaultGates[gate] {
			state = "on"
		}
		rows = append(rows, []string{pages.Code(gate), state, means[gate]})
	}
	if len(rows) != len(means) {
		t.Errorf("the table has %d gates, the program %d", len(means), len(rows))
	}
	pages.Check(t, "reference/flags.md", "gates", pages.Table([]string{"Gate", "Default", "Means"}, rows))
}

func TestPageMetrics(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(buildInfo())
	pages.Check(t, "reference/metrics.md", "metrics of the program", pages.Metrics(t, registry, map[string]string{
		"setpoint_build_info": "count by (version) (setpoint_build_info)",
	}))
	libraries, ok := metrics.Registry.(prometheus.Collector)
	if !ok {
		t.Fatal("the registry of the library does not describe what it has")
	}
	const counter, gauge, histogram = "counter", "gauge", "histogram"
	pages.Check(t, "reference/metrics.md", "metrics of the libraries", pages.Describe(t, libraries, []pages.Described{
		{Name: "controller_runtime_reconcile_total", Type: counter, Example: `sum by (result) (rate(controller_runtime_reconcile_total{controller="scalabletarget"}[5m]))`},
		{Name: "controller_runtime_reconcile_errors_total", Type: counter, Example: "sum by (controller) (rate(controller_runtime_reconcile_errors_total[5m]))"},
		{
			Name: "controller_runtime_reconcile_time_seconds", Type: histogram,
			Example: `histogram_quantile(0.99, sum by (le) (rate(controller_runtime_reconcile_time_seconds_bucket{controller="scalabletarget"}[5m])))`,
		},
		{Name: "controller_runtime_active_workers", Type: gauge, Example: `max(controller_runtime_active_workers{controller="scalabletarget"})`},
		{Name: "workqueue_depth", Type: gauge, Example: `sum(workqueue_depth{name="scalabletarget"})`},
		{
			Name: "workqueue_queue_duration_seconds", Type: histogram,
			Example: `histogram_quantile(0.99, sum by (le) (rate(workqueue_queue_duration_seconds_bucket{name="scalabletarget"}[5m])))`,
		},
		{Name: "leader_election_master_status", Type: gauge, Example: "sum by (name) (leader_election_master_status)"},
		{Name: "rest_client_requests_total", Type: counter, Example: `sum by (code) (rate(rest_client_requests_total{code!~"2.."}[5m]))`},
	}))
}
