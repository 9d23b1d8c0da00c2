package main

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

func cloudStateCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	var p place
	var activities int
	cmd := &cobra.Command{
		Use:   "state [RESOURCE-ID]",
		Short: "Show what there is in a local AWS: resources, targets, alarms, activities, traffic",
		Example: `  setpoint cloud state
  setpoint cloud state endpoint/demo-endpoint/variant/AllTraffic -o json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			query := p.query(first(args))
			query.Set("activities", strconv.Itoa(activities))
			return show(cmd.Context(), c, http.MethodGet, "state", query, nil, drawState)
		},
	}
	c.bind(cmd)
	p.bind(cmd)
	cmd.Flags().IntVar(&activities, "activities", 10, "how many activities to show at most")
	return cmd
}

func drawState(t *table, s admin.State) {
	drawClock(t, s.Clock)
	t.line("%s", requests(s.Requests))
	if len(s.Faults) > 0 {
		t.line("")
		drawFaults(t, s.Faults)
	}
	for _, p := range s.Places {
		t.line("\nAccount %s, Region %s", p.Account, p.Region)
		drawScaled(t, p)
		drawAlarms(t, p.Alarms)
		drawUnknown(t, p.Alarms, s.Clock.Time)
		drawActivities(t, p.Activities)
		if len(p.Traffic) > 0 {
			t.line("")
			drawTraffic(t, p.Traffic)
		}
	}
	if len(s.Places) == 0 {
		t.line("Nothing was found.")
	}
}

// requests counts the calls in a line, the most frequent first.
func requests(r admin.Requests) string {
	text := fmt.Sprintf("%d requests", r.Total)
	if r.Total > 0 {
		text += ": " + most(r.Operations)
	}
	if len(r.Errors) > 0 {
		text += "; errors: " + most(r.Errors)
	}
	return text
}

// most lists the greatest counts.
func most(counts map[string]int) string {
	const few = 5
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	var list []string
	for _, name := range names[:min(few, len(names))] {
		list = append(list, fmt.Sprintf("%s %d", name, counts[name]))
	}
	if len(names) > few {
		list = append(list, "…")
	}
	return strings.Join(list, ", ")
}

// drawScaled draws what can be scaled, with the target that it is, if it is one.
func drawScaled(t *table, p admin.Place) {
	targets := map[admin.Key]admin.Target{}
	for _, target := range p.Targets {
		targets[target.Key] = target
	}
	if len(p.Resources)+len(p.Targets) == 0 {
		return
	}
	t.head("RESOURCE", "DIMENSION", "STATUS", "DESIRED", "CURRENT", "MIN", "MAX", "POLICIES", "ACTIONS")
	row := func(k admin.Key, status string, desired, current int32) {
		cells := []any{k.ResourceID, k.ScalableDimension, orDash(status), desired, current, "-", "-", "-", "-"}
		if target, ok := targets[k]; ok {
			cells = append(cells[:5], target.MinCapacity, target.MaxCapacity, len(target.Policies), len(target.ScheduledActions))
			delete(targets, k)
		}
		t.row(cells...)
	}
	for _, r := range p.Resources {
		row(r.Key, r.Status, r.Desired, r.Current)
	}
	for _, target := range p.Targets {
		if _, left := targets[target.Key]; left {
			row(target.Key, "", target.Desired, target.Current)
		}
	}
}

func drawAlarms(t *table, alarms []admin.Alarm) {
	if len(alarms) == 0 {
		return
	}
	t.head("ALARM", "STATE", "SINCE", "METRIC", "THRESHOLD", "LATEST")
	for _, a := range alarms {
		latest := "-"
		if n := len(a.Datapoints); n > 0 {
			latest = number(a.Datapoints[n-1].Value)
		}
		t.row(a.Name, a.State, clockTime(a.Since), a.Metric, operators[a.ComparisonOperator]+number(a.Threshold), latest)
	}
}

// unknownAfter is how long an alarm knows nothing before it is said: by then each
// metric that is put every minute has come.
const unknownAfter = 5 * time.Minute

// drawUnknown says which policies wait for metrics that nothing puts.
func drawUnknown(t *table, alarms []admin.Alarm, now time.Time) {
	told := map[string]bool{}
	for _, a := range alarms {
		if a.Target == nil || a.State != "INSUFFICIENT_DATA" || len(a.Datapoints) > 0 || now.Sub(a.Since) < unknownAfter {
			continue
		}
		line := fmt.Sprintf("Nothing puts %s, so that the policy %s of %s cannot act: send traffic to the resource, or put the metric with PutMetricData.",
			strings.TrimSpace(a.Namespace+" "+a.Metric), a.Policy, a.Target.ResourceID)
		if !told[line] {
			t.line("%s", line)
		}
		told[line] = true
	}
}

// operators are the comparisons of alarms (AWS API: ComparisonOperator).
var operators = map[string]string{
	"GreaterThanThreshold": "> ", "GreaterThanOrEqualToThreshold": ">= ", "LessThanThreshold": "< ", "LessThanOrEqualToThreshold": "<= ",
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }

func drawActivities(t *table, activities []admin.Activity) {
	if len(activities) == 0 {
		return
	}
	t.head("ACTIVITY", "RESOURCE", "STATUS", "DESCRIPTION")
	for _, a := range activities {
		t.row(clockTime(a.Start), a.ResourceID, a.Status, a.Description)
	}
}
