package autoscaling

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// A field is one leaf of a declaration, named by its path in the manifest.
type field struct {
	path, value string
	byDefault   bool // AWS uses that value too when the field is not set
}

// A fieldList flattens a configuration into leaves so that two of them can be
// compared and their differences named. A member that is not set is left out,
// and one that is set to what AWS would use anyway is marked: AWS echoes no
// defaults, so "unset" and "default" must be equal or they would differ for
// ever. Lists whose order means nothing to AWS are keyed by content.
type fieldList struct {
	prefix string
	fields []field
}

func (l *fieldList) text(path, value string) {
	l.textOr(path, value, "")
}

// textOr marks the default.
func (l *fieldList) textOr(path, value, def string) {
	if value != "" {
		l.fields = append(l.fields, field{path: l.prefix + path, value: value, byDefault: value == def})
	}
}

func (l *fieldList) number(path string, value *int32) {
	if value != nil {
		l.text(path, strconv.Itoa(int(*value)))
	}
}

// numberOr marks the default.
func (l *fieldList) numberOr(path string, value *int32, def int32) {
	if value != nil {
		l.textOr(path, strconv.Itoa(int(*value)), strconv.Itoa(int(def)))
	}
}

func (l *fieldList) float(path string, value *float64) {
	if value != nil {
		l.text(path, formatFloat(*value))
	}
}

// flag marks the default.
func (l *fieldList) flag(path string, value *bool, def bool) {
	if value != nil {
		l.textOr(path, strconv.FormatBool(*value), strconv.FormatBool(def))
	}
}

func (l *fieldList) instant(path string, value *time.Time) {
	if value != nil {
		l.text(path, value.UTC().Truncate(time.Second).Format(time.RFC3339))
	}
}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// in runs flatten with a longer path.
func (l *fieldList) in(path string, flatten func()) {
	outer := l.prefix
	l.prefix = outer + path + "."
	flatten()
	l.prefix = outer
}

// Default values that AWS documents for members that are left out (AWS API:
// StepScalingPolicyConfiguration, PredictiveScalingPolicyConfiguration).
const (
	defaultStepCooldown      = 300
	defaultMetricAggregation = "Average"
	defaultPredictiveMode    = "ForecastOnly"
	defaultSchedulingBuffer  = 300
	defaultMaxCapacityBreach = "HonorMaxCapacity"
	defaultTimezone          = "UTC"
)

// policyFields flattens a policy of a target in that service namespace.
func policyFields(namespace string, p Policy) []field {
	var l fieldList
	l.text("policyType", string(p.Type))
	if c := p.TargetTracking; c != nil {
		l.in("targetTrackingScalingPolicyConfiguration", func() { l.targetTracking(namespace, c) })
	}
	if c := p.Step; c != nil {
		l.in("stepScalingPolicyConfiguration", func() { l.step(c) })
	}
	if c := p.Predictive; c != nil {
		l.in("predictiveScalingPolicyConfiguration", func() { l.predictive(c) })
	}
	return l.fields
}

func (l *fieldList) targetTracking(namespace string, c *TargetTracking) {
	cooldown := defaultCooldown(namespace)
	l.float("targetValue", c.TargetValue)
	l.flag("disableScaleIn", c.DisableScaleIn, false)
	l.numberOr("scaleInCooldown", c.ScaleInCooldown, cooldown)
	l.numberOr("scaleOutCooldown", c.ScaleOutCooldown, cooldown)
	l.predefined("predefinedMetricSpecification", c.Predefined)
	if m := c.Customized; m != nil {
		l.in("customizedMetricSpecification", func() {
			l.text("metricName", m.MetricName)
			l.text("namespace", m.Namespace)
			l.text("statistic", m.Statistic)
			l.text("unit", m.Unit)
			l.dimensions(m.Dimensions)
			l.queries("metrics", m.Metrics)
		})
	}
}

// defaultCooldown is the cooldown of target tracking, in seconds, that AWS
// uses in a service namespace when the policy gives none.
func defaultCooldown(namespace string) int32 {
	ns, ok := catalog.LookupNamespace(namespace)
	if !ok {
		return 0
	}
	return ns.DefaultCooldown
}

func (l *fieldList) predefined(path string, m *PredefinedMetric) {
	if m == nil {
		return
	}
	l.in(path, func() {
		l.text("predefinedMetricType", m.Type)
		l.text("resourceLabel", m.ResourceLabel)
	})
}

func (l *fieldList) dimensions(dimensions []Dimension) {
	for _, d := range slices.SortedFunc(slices.Values(dimensions), func(a, b Dimension) int { return cmp.Compare(a.Name, b.Name) }) {
		l.fields = append(l.fields, field{path: fmt.Sprintf("%sdimensions[%s]", l.prefix, d.Name), value: d.Value})
	}
}

func (l *fieldList) queries(path string, queries []MetricQuery) {
	for _, q := range slices.SortedFunc(slices.Values(queries), func(a, b MetricQuery) int { return cmp.Compare(a.ID, b.ID) }) {
		l.in(fmt.Sprintf("%s[%s]", path, q.ID), func() {
			l.text("id", q.ID)
			l.text("expression", q.Expression)
			l.text("label", q.Label)
			l.flag("returnData", q.ReturnData, true)
			if s := q.Stat; s != nil {
				l.in("metricStat", func() {
					l.text("stat", s.Stat)
					l.text("unit", s.Unit)
					l.in("metric", func() {
						l.text("namespace", s.Namespace)
						l.text("metricName", s.MetricName)
						l.dimensions(s.Dimensions)
					})
				})
			}
		})
	}
}

func (l *fieldList) step(c *Step) {
	l.text("adjustmentType", c.AdjustmentType)
	l.numberOr("cooldown", c.Cooldown, defaultStepCooldown)
	l.number("minAdjustmentMagnitude", c.MinAdjustmentMagnitude)
	l.textOr("metricAggregationType", c.MetricAggregationType, defaultMetricAggregation)
	for _, s := range slices.SortedFunc(slices.Values(c.Adjustments), compareSteps) {
		l.text("stepAdjustments["+s.Interval()+"]", fmt.Sprintf("%+d", s.Adjustment))
	}
}

func compareSteps(a, b StepAdjustment) int {
	switch {
	case a.LowerBound == nil && b.LowerBound != nil:
		return -1
	case a.LowerBound != nil && b.LowerBound == nil:
		return 1
	case a.LowerBound == nil:
		return strings.Compare(a.Interval(), b.Interval())
	}
	return cmp.Or(cmp.Compare(*a.LowerBound, *b.LowerBound), strings.Compare(a.Interval(), b.Interval()))
}

// Interval prints the step's bounds, which are relative to the alarm's
// threshold, such as "0..15" or "15..+∞".
func (s StepAdjustment) Interval() string {
	lower, upper := "-∞", "+∞"
	if s.LowerBound != nil {
		lower = formatFloat(*s.LowerBound)
	}
	if s.UpperBound != nil {
		upper = formatFloat(*s.UpperBound)
	}
	return lower + ".." + upper
}

func (l *fieldList) predictive(c *Predictive) {
	l.textOr("mode", c.Mode, defaultPredictiveMode)
	l.numberOr("schedulingBufferTime", c.SchedulingBufferTime, defaultSchedulingBuffer)
	l.textOr("maxCapacityBreachBehavior", c.MaxCapacityBreachBehavior, defaultMaxCapacityBreach)
	l.number("maxCapacityBuffer", c.MaxCapacityBuffer)
	for i, m := range c.Metrics {
		l.in(fmt.Sprintf("metricSpecifications[%d]", i), func() {
			l.float("targetValue", m.TargetValue)
			l.predefined("predefinedMetricPairSpecification", m.PredefinedPair)
			l.predefined("predefinedLoadMetricSpecification", m.PredefinedLoad)
			l.predefined("predefinedScalingMetricSpecification", m.PredefinedScaling)
			l.queries("customizedLoadMetricSpecification.metricDataQueries", m.CustomizedLoad)
			l.queries("customizedScalingMetricSpecification.metricDataQueries", m.CustomizedScaling)
			l.queries("customizedCapacityMetricSpecification.metricDataQueries", m.CustomizedCapacity)
		})
	}
}

// actionFields flattens a scheduled action.
func actionFields(a Action) []field {
	var l fieldList
	l.text("schedule", a.Schedule)
	l.textOr("timezone", a.Timezone, defaultTimezone)
	l.instant("startTime", a.Start)
	l.instant("endTime", a.End)
	l.in("scalableTargetAction", func() {
		l.number("minCapacity", a.MinCapacity)
		l.number("maxCapacity", a.MaxCapacity)
	})
	return l.fields
}

// madeAnew is what a configuration sets that AWS does not have yet: defaults
// that are written down are a part of it.
func madeAnew(fields []field) []field {
	all := slices.Clone(fields)
	for i := range all {
		all[i].byDefault = false
	}
	return all
}

// compareFields returns what differs between two flattened configurations, in
// the order in which the declaration names it, removals last. A default that only
// one of them sets is no difference.
func compareFields(from, to []field) []FieldChange {
	old := make(map[string]string, len(from))
	for _, f := range from {
		old[f.path] = f.value
	}
	var changes []FieldChange
	for _, f := range to {
		was, ok := old[f.path]
		if ok && was != f.value || !ok && !f.byDefault {
			changes = append(changes, FieldChange{Field: f.path, From: was, To: f.value})
		}
		delete(old, f.path)
	}
	for _, f := range from {
		if was, ok := old[f.path]; ok && !f.byDefault {
			changes = append(changes, FieldChange{Field: f.path, From: was})
		}
	}
	return changes
}
