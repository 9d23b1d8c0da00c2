package chart

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/test/pages"
)

// ruleFile is a file of rules, as far as alerts need it.
type ruleFile struct {
	Groups []struct {
		Name  string  `json:"name"`
		Rules []alert `json:"rules"`
	} `json:"groups"`
}

type alert struct {
	Alert       string            `json:"alert"`
	Expr        string            `json:"expr"`
	For         string            `json:"for"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

func alerts(t *testing.T) []alert {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy", "chart", "files", "alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file ruleFile
	if err := yaml.UnmarshalStrict(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Groups) != 1 || len(file.Groups[0].Rules) == 0 {
		t.Fatalf("the file has %d groups; one with all alerts is expected", len(file.Groups))
	}
	return file.Groups[0].Rules
}

func TestAlertsAreWellFormed(t *testing.T) {
	metrics := metricsOf(t)
	label := regexp.MustCompile(`\$labels\.(\w+)`)
	for _, a := range alerts(t) {
		if err := checkQuery(a.Expr, metrics); err != nil {
			t.Errorf("%s: %v", a.Alert, err)
		}
		if _, err := model.ParseDuration(a.For); a.For != "" && err != nil {
			t.Errorf("%s: %v", a.Alert, err)
		}
		if !slices.Contains([]string{"warning", "critical"}, a.Labels["severity"]) {
			t.Errorf("%s: the severity is %q", a.Alert, a.Labels["severity"])
		}
		if want := "/docs/how-to/alerts.md#" + strings.ToLower(a.Alert); !strings.HasSuffix(a.Annotations["runbook_url"], want) {
			t.Errorf("%s: the runbook is %q, which does not end in %s", a.Alert, a.Annotations["runbook_url"], want)
		}
		for _, name := range []string{"summary", "description"} {
			if a.Annotations[name] == "" {
				t.Errorf("%s has no %s", a.Alert, name)
			}
			for _, match := range label.FindAllStringSubmatch(a.Annotations[name], -1) {
				if !regexp.MustCompile(`by \([^)]*\b` + match[1] + `\b`).MatchString(a.Expr) {
					t.Errorf("%s: the %s names the label %s, which the expression does not keep", a.Alert, name, match[1])
				}
			}
		}
	}
}

// TestPageAlerts puts each rule above what to do about it.
func TestPageAlerts(t *testing.T) {
	template := regexp.MustCompile(`\{\{ \$(?:labels\.)?(\w+)[^}]* \}\}`)
	for _, a := range alerts(t) {
		after := "at once"
		if a.For != "" {
			after = "when it has held for " + a.For
		}
		pages.Check(t, "how-to/alerts.md", a.Alert, fmt.Sprintf("%s Severity %s, %s.\n\n```text\n%s\n```",
			template.ReplaceAllString(a.Annotations["description"], "_${1}_"), a.Labels["severity"], after, a.Expr))
	}
}

// The examples of the page about metrics are queries too.
func TestExamplesOfMetricsAreWellFormed(t *testing.T) {
	metrics := metricsOf(t)
	for _, row := range rowsOfMetrics(t) {
		if err := checkQuery(strings.Trim(row[4], "`"), metrics); err != nil {
			t.Errorf("the example of %s: %v", row[0], err)
		}
	}
}

func TestTheChartHasTheAlerts(t *testing.T) {
	for values, reason := range map[string]string{
		"prometheusRule: {enabled: true, labels: {release: prometheus}}":                              "the rules are those of the file",
		"{prometheusRule: {enabled: true}, reconcile: {defaultResyncPeriod: 36000}}":                  "a check is late by the period that the values say",
		"{prometheusRule: {enabled: true}, reconcile: {resourceResyncPeriods: {ScalingPolicy: 600}}}": "so it is where a kind has a period of its own",
	} {
		rules := render(t, values).OfKind("PrometheusRule")
		if len(rules) != 1 {
			t.Fatalf("%s: there are %d", reason, len(rules))
		}
		groups, _, err := unstructured.NestedSlice(rules[0].Object, "spec", "groups")
		if err != nil {
			t.Fatal(err)
		}
		text, err := yaml.Marshal(map[string]any{"groups": groups})
		if err != nil {
			t.Fatal(err)
		}
		var file ruleFile
		if err := yaml.UnmarshalStrict(text, &file); err != nil {
			t.Fatal(err)
		}
		want := alerts(t)
		for i := range want {
			switch {
			case strings.Contains(values, "36000"):
				want[i].Expr = strings.ReplaceAll(want[i].Expr, "> 1800", "> 216000")
			case strings.Contains(values, "600"):
				want[i].Expr = strings.ReplaceAll(want[i].Expr, "> 1800", "> 3600")
			}
		}
		if diff := cmp.Diff(want, file.Groups[0].Rules); diff != "" {
			t.Errorf("%s (-want +got):\n%s", reason, diff)
		}
	}
	if len(render(t, "").OfKind("PrometheusRule")) > 0 {
		t.Error("there are rules although nobody asked for them: a cluster without the Prometheus operator refuses them")
	}
}

// rowsOfMetrics are the rows of the reference of metrics. That they are those of
// the code is tested where the metrics are.
func rowsOfMetrics(t *testing.T) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", "reference", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), " | "); strings.HasPrefix(line, "| `") && len(cells) == 5 {
			for i := range cells {
				cells[i] = strings.ReplaceAll(strings.Trim(cells[i], "| \n"), "\x00", "|")
			}
			rows = append(rows, cells)
		}
	}
	if len(rows) == 0 {
		t.Fatal("the reference of metrics has no rows")
	}
	return rows
}

// metricsOf returns the labels of every series that there is.
func metricsOf(t *testing.T) map[string][]string {
	t.Helper()
	metrics := map[string][]string{}
	for _, row := range rowsOfMetrics(t) {
		name, labels := strings.Trim(row[0], "`"), strings.FieldsFunc(row[2], func(r rune) bool { return strings.ContainsRune("`, ", r) })
		if row[1] == "histogram" {
			metrics[name+"_bucket"] = append(slices.Clone(labels), "le")
			metrics[name+"_count"], metrics[name+"_sum"] = labels, labels
			continue
		}
		metrics[name] = labels
	}
	return metrics
}

var (
	quoted     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	selectors  = regexp.MustCompile(`\{[^{}]*\}`)
	labelLists = regexp.MustCompile(`\b(by|without|on|ignoring|group_left|group_right)\s*\(([^()]*)\)`)
	matcher    = regexp.MustCompile(`^\s*(\w+)\s*(=|!=|=~|!~)\s*""\s*$`)
	word       = regexp.MustCompile(`[a-zA-Z_:][\w:]*\s*\(?`)
	ranges     = regexp.MustCompile(`\[[^\[\]]*\]`)
)

// operators and functions of PromQL that the rules and the examples use.
var (
	operators = []string{"and", "or", "unless"}
	functions = []string{"absent", "count", "histogram_quantile", "increase", "max", "min", "rate", "sum", "time"}
)

// checkQuery says what is wrong with a query: brackets that do not close, words
// that are neither PromQL nor a metric, labels that no metric of it has. It is
// no parser of PromQL, and need not be: what it is for is a metric or a label
// that was renamed.
func checkQuery(query string, metrics map[string][]string) error {
	text := quoted.ReplaceAllString(query, `""`)
	var labels []string
	for _, s := range selectors.FindAllString(text, -1) {
		for m := range strings.SplitSeq(strings.Trim(s, "{}"), ",") {
			match := matcher.FindStringSubmatch(m)
			if match == nil {
				return fmt.Errorf("%s matches no label", m)
			}
			labels = append(labels, match[1])
		}
	}
	text = selectors.ReplaceAllString(text, "")
	for _, match := range labelLists.FindAllStringSubmatch(text, -1) {
		for l := range strings.SplitSeq(match[2], ",") {
			labels = append(labels, strings.TrimSpace(l))
		}
	}
	text = labelLists.ReplaceAllString(text, "")
	for _, match := range ranges.FindAllString(text, -1) {
		if _, err := model.ParseDuration(strings.Trim(match, "[]")); err != nil {
			return err
		}
	}
	text = ranges.ReplaceAllString(text, "")
	if strings.Count(text, "(") != strings.Count(text, ")") || strings.ContainsAny(text, "{}[]\"") {
		return fmt.Errorf("brackets or quotes do not close in %s", query)
	}
	var known []string
	for _, w := range word.FindAllString(text, -1) {
		name, call := strings.CutSuffix(w, "(")
		name = strings.TrimSpace(name)
		switch {
		case slices.Contains(operators, name):
		case call || slices.Contains(functions, name): // "sum by (x) (…)": the list is cut out
			if !slices.Contains(functions, name) {
				return fmt.Errorf("%s is no function that is known here", name)
			}
		case metrics[name] == nil:
			return fmt.Errorf("there is no metric %s", name)
		default:
			known = append(known, metrics[name]...)
		}
	}
	for _, l := range labels {
		if !slices.Contains(known, l) {
			return fmt.Errorf("no metric of %s has the label %s", query, l)
		}
	}
	return nil
}

// A check that never fails would pass for ever.
func TestQueriesAreChecked(t *testing.T) {
	metrics := map[string][]string{"up": {"job"}}
	for _, c := range []struct{ reason, query, says string }{
		{"a metric is enough", "up", ""},
		{"labels that it has", `sum by (job) (rate(up{job=~"a,b}|(c"}[5m])) > 0.5 and on (job) up == 1`, ""},
		{"another metric", "down", "no metric down"},
		{"another label in a selector", `up{pod="x"}`, "label pod"},
		{"another label in a list", "sum by (pod) (up)", "label pod"},
		{"no function", "summ(up)", "no function"},
		{"a bracket too many", "sum(up))", "do not close"},
		{"a range that is none", "rate(up[5x])", "5x"},
		{"a selector that is none", `up{"x"}`, "matches no label"},
	} {
		err := checkQuery(c.query, metrics)
		if said := fmt.Sprint(err); (err == nil) != (c.says == "") || !strings.Contains(said, c.says) && err != nil {
			t.Errorf("%s: %s: got %v, want %q", c.reason, c.query, err, c.says)
		}
	}
}
