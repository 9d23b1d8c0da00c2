package pages

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// columns are what a reader of the page needs of a metric.
var columns = []string{"Metric", "Type", "Labels", "Meaning", "For example"}

// Metrics draws a table of what a registry serves, with a query in PromQL for
// each metric. Of each metric there has to be a series at least: a vector
// without one is not served.
func Metrics(t *testing.T, from prometheus.Gatherer, examples map[string]string) string {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	rows := make([][]string, len(families))
	for i, f := range families {
		var labels []string
		for _, metric := range f.GetMetric() {
			for _, label := range metric.GetLabel() {
				labels = append(labels, label.GetName())
			}
		}
		slices.Sort(labels)
		rows[i] = []string{Code(f.GetName()), strings.ToLower(f.GetType().String()), Code(slices.Compact(labels)...), f.GetHelp(), example(t, f.GetName(), examples)}
	}
	if len(examples) != len(rows) {
		t.Errorf("there are %d metrics, and examples of %d", len(rows), len(examples))
	}
	return Table(columns, rows)
}

func example(t *testing.T, metric string, examples map[string]string) string {
	t.Helper()
	if !strings.Contains(examples[metric], metric) {
		t.Errorf("there is no example of the metric %s", metric)
	}
	return Code(examples[metric])
}

var description = regexp.MustCompile(`^Desc\{fqName: "([^"]*)", help: ("(?:[^"\\]|\\.)*"), .*variableLabels: \{(.*)\}\}$`)

// A Described is a metric of a library, which has no series before the program
// works. Its description does not tell its type.
type Described struct{ Name, Type, Example string }

// Describe draws a table of some metrics of a library.
func Describe(t *testing.T, from prometheus.Collector, metrics []Described) string {
	t.Helper()
	descriptions := make(chan *prometheus.Desc)
	go func() {
		from.Describe(descriptions)
		close(descriptions)
	}()
	found := map[string][]string{} // labels and meaning
	for d := range descriptions {
		match := description.FindStringSubmatch(d.String())
		if match == nil {
			t.Errorf("the description of a metric is written in another way: %s", d)
			continue
		}
		help, err := strconv.Unquote(match[2])
		if err != nil {
			t.Error(err)
		}
		var labels []string
		if match[3] != "" {
			labels = strings.Split(match[3], ",")
		}
		found[match[1]] = []string{Code(labels...), help}
	}
	rows := make([][]string, len(metrics))
	for i, m := range metrics {
		if found[m.Name] == nil {
			t.Fatalf("there is no metric %s", m.Name)
		}
		rows[i] = []string{Code(m.Name), m.Type, found[m.Name][0], found[m.Name][1], example(t, m.Name, map[string]string{m.Name: m.Example})}
	}
	return Table(columns, rows)
}
