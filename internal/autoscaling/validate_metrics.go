package autoscaling

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// predefined checks a predefined metric of target tracking.
func (r *report) predefined(s subject, m PredefinedMetric) {
	const field = "predefinedMetricType"
	metric, ok := catalog.LookupMetric(m.Type)
	if !ok {
		suggestion, _ := catalog.SuggestMetric(m.Type)
		var allowed []string
		if s.known {
			allowed = s.dimension.PredefinedMetrics
		}
		if m.Type == "" {
			r.add(MetricTypeUnknown, field, "the name of the metric is missing: write %s", metricNames(allowed))
		} else if suggestion != "" {
			r.add(MetricTypeUnknown, field, "there is no predefined metric %s: did you mean %s?", shown(m.Type), suggestion)
		} else {
			r.add(MetricTypeUnknown, field, "there is no predefined metric %s: write %s", shown(m.Type), metricNames(allowed))
		}
		return
	}
	if s.known && s.dimension.TargetTracking && !s.dimension.SupportsMetric(m.Type) {
		r.foreignMetric(s, m.Type)
	}
	r.resourceLabel(m, metric.NeedsResourceLabel)
}

func metricNames(allowed []string) string {
	if len(allowed) == 0 {
		return "the name of one, such as SageMakerVariantInvocationsPerInstance"
	}
	return anyOf(allowed)
}

// foreignMetric reports a metric that the dimension does not have. AWS checks
// against a list per dimension, but documents the lists by service only; within
// the service it is therefore only a guess that the metric is wrong.
func (r *report) foreignMetric(s subject, name string) {
	const field = "predefinedMetricType"
	allowed := s.dimension.PredefinedMetrics
	if len(allowed) == 0 {
		r.add(MetricUnsupported, field, "%s has no predefined metrics: write customizedMetricSpecification", s.dimension.Name)
		return
	}
	ofService := slices.ContainsFunc(s.namespace.Dimensions(), func(d catalog.Dimension) bool { return d.SupportsMetric(name) })
	if ofService && s.dimension.Inferred.Has(catalog.FactPredefinedMetrics) {
		r.add(MetricProbablyUnsupported, field, "%s is probably not a metric of %s: write %s", name, s.dimension.Name, anyOf(allowed))
		return
	}
	r.add(MetricUnsupported, field, "%s is not a metric of %s: write %s", name, s.dimension.Name, anyOf(allowed))
}

func (r *report) resourceLabel(m PredefinedMetric, needed bool) {
	const field = "resourceLabel"
	switch {
	case !needed && m.ResourceLabel != "":
		r.add(ResourceLabelUnused, field, "%s takes no resourceLabel: remove it", m.Type)
	case needed && m.ResourceLabel == "":
		r.add(ResourceLabelMissing, field, "%s needs to know the target group: write resourceLabel in the form %s", m.Type, catalog.ResourceLabelFormat)
	case needed:
		if _, _, ok := catalog.ParseResourceLabel(m.ResourceLabel); !ok {
			r.add(ResourceLabelMalformed, field, "%s is not of the form %s, the ends of the ARNs of load balancer and target group",
				shown(m.ResourceLabel), catalog.ResourceLabelFormat)
		}
	}
}

// customized checks a customized metric of target tracking.
func (r *report) customized(s subject, m CustomizedMetric) {
	if s.known && s.dimension.TargetTracking && !s.dimension.CustomMetrics {
		r.add(CustomMetricUnsupported, "", "%s takes no customized metric: write predefinedMetricSpecification with %s",
			s.dimension.Name, anyOf(s.dimension.PredefinedMetrics))
	}
	flat := m.MetricName != "" || m.Namespace != "" || m.Statistic != "" || m.Unit != "" || len(m.Dimensions) > 0
	if len(m.Metrics) > 0 {
		if flat {
			r.add(CustomMetricAmbiguous, "metrics", "metrics already says which metric is meant: remove metrics, or metricName, namespace, dimensions, statistic and unit")
		}
		if s.known && s.dimension.CustomMetrics && !s.dimension.MetricMath {
			r.add(MetricMathUnsupported, "metrics", "%s probably does not support metric math", s.namespace.Title)
		}
		r.queries("metrics", m.Metrics)
		return
	}
	for _, member := range []struct{ field, value, hint string }{
		{"metricName", m.MetricName, "the name of the metric"},
		{"namespace", m.Namespace, "the CloudWatch namespace of the metric"},
		{"statistic", m.Statistic, anyOf(basicStatistics)},
	} {
		if member.value == "" {
			r.add(CustomMetricIncomplete, member.field, "%s is missing: write %s", member.field, member.hint)
		}
	}
	if m.Statistic != "" && !slices.Contains(basicStatistics, m.Statistic) {
		r.add(StatisticUnknown, "statistic", "there is no statistic %s: write %s, or take a percentile by metrics", shown(m.Statistic), anyOf(basicStatistics))
	}
	r.dimensions(m.Dimensions)
}

var basicStatistics = []string{"Average", "Minimum", "Maximum", "SampleCount", "Sum"}

// The lengths of the parts of a CloudWatch dimension (AWS API:
// TargetTrackingMetricDimension).
const (
	maxDimensionName  = 255
	maxDimensionValue = 1024
)

func (r *report) dimensions(dimensions []Dimension) {
	for i, d := range dimensions {
		r.in(fmt.Sprintf("dimensions[%d]", i), func() {
			if n := utf8.RuneCountInString(d.Name); n < 1 || n > maxDimensionName {
				r.add(DimensionIncomplete, "name", "the name of a dimension has 1 to %d characters, not %d", maxDimensionName, n)
			}
			if n := utf8.RuneCountInString(d.Value); n < 1 || n > maxDimensionValue {
				r.add(DimensionIncomplete, "value", "the value of a dimension has 1 to %d characters, not %d", maxDimensionValue, n)
			}
		})
	}
}

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]{0,254}$`)

const maxExpressionLength = 2048 // AWS API: TargetTrackingMetricDataQuery

// queries checks a metric math array.
func (r *report) queries(field string, queries []MetricQuery) {
	first := make(map[string]int, len(queries))
	returning := 0
	for i, q := range queries {
		if q.ReturnData == nil || *q.ReturnData {
			returning++
		}
		if j, twice := first[q.ID]; twice {
			r.add(QueryIDDuplicate, fmt.Sprintf("%s[%d].id", field, i), "entry %d has the id %s already: choose another", j+1, shown(q.ID))
			continue
		}
		first[q.ID] = i
	}
	if returning != 1 {
		r.add(QueryReturnsNotOne, field, "%d entries return data, and exactly one has to, the final one: write returnData: false on the others", returning)
	}
	for i, q := range queries {
		r.in(fmt.Sprintf("%s[%d]", field, i), func() { r.query(q, first) })
	}
	// Not the text of the request, but about as long.
	if text, err := json.Marshal(queries); err == nil && len(text) > catalog.MaxMetricMathBytes {
		r.add(MetricMathTooLarge, field, "the entries are about %d KB, and a request with metric math can have %d KB",
			len(text)/1024, catalog.MaxMetricMathBytes/1024)
	}
}

func (r *report) query(q MetricQuery, known map[string]int) {
	if !queryID.MatchString(q.ID) {
		r.add(QueryIDInvalid, "id", "an id is a lower case letter followed by letters, digits and underscores, not %s: write one like m1", shown(q.ID))
	}
	switch {
	case q.Expression == "" && q.Stat == nil:
		r.add(QueryAmbiguous, "", "an entry is an expression or a metric: write either expression or metricStat")
	case q.Expression != "" && q.Stat != nil:
		r.add(QueryAmbiguous, "", "an entry is an expression or a metric, not both: remove expression or metricStat")
	}
	if n := utf8.RuneCountInString(q.Expression); n > maxExpressionLength {
		r.add(QueryExpressionTooLong, "expression", "the expression has %d characters, %d are allowed", n, maxExpressionLength)
	}
	for _, id := range references(q.Expression) {
		if _, ok := known[id]; !ok || id == q.ID {
			r.add(QueryReferenceUnknown, "expression", "the expression uses %s, and no other entry has this id", shown(id))
		}
	}
	if q.Stat != nil {
		r.in("metricStat", func() { r.metricStat(*q.Stat) })
	}
}

func (r *report) metricStat(s MetricStat) {
	for _, member := range []struct{ field, value, hint string }{
		{"metric.metricName", s.MetricName, "the name of the metric"},
		{"metric.namespace", s.Namespace, "the CloudWatch namespace of the metric"},
		{"stat", s.Stat, "a statistic such as Average, Sum or p99"},
	} {
		if member.value == "" {
			r.add(QueryMetricIncomplete, member.field, "%s is missing: write %s", member.field, member.hint)
		}
	}
	if s.Stat != "" {
		r.statistic("stat", s.Stat)
	}
	r.in("metric", func() { r.dimensions(s.Dimensions) })
}

var (
	quoted     = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	identifier = regexp.MustCompile(`[A-Za-z0-9_]+\s*\(?`)
)

// references lists the ids that a metric math expression uses. It is no parser:
// whatever looks like an id, is not called as a function and is not a word of
// the language counts as one. Queries in SQL have no ids.
func references(expression string) []string {
	if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(expression)), "SELECT ") {
		return nil
	}
	var ids []string
	for _, word := range identifier.FindAllString(quoted.ReplaceAllString(expression, " "), -1) {
		word = strings.TrimSpace(word)
		if queryID.MatchString(word) && !slices.Contains([]string{"and", "or"}, word) && !slices.Contains(ids, word) {
			ids = append(ids, word)
		}
	}
	return ids
}
