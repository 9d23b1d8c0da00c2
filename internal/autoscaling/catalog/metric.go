package catalog

import (
	"regexp"
	"slices"
	"strings"
)

// Metric is one predefined metric type of target tracking, with the CloudWatch
// metric behind it (Application Auto Scaling User Guide: "Predefined metrics
// for target tracking scaling policies").
type Metric struct {
	Type string // the API's PredefinedMetricType

	Namespace string // of the CloudWatch metric
	Name      string
	Statistic string
	Unit      string // in which the service publishes it; empty: not documented
	Period    int32  // of the alarms, in seconds

	// ProvisionedName is set where utilization is computed from two metrics:
	// Name counts what was consumed, and this one what was provisioned.
	ProvisionedName string

	// Fraction says that the metric runs from 0 to 1 and so does the target
	// value: 0.7 is 70 percent.
	Fraction bool
	// Percent says that the metric runs from 0 to 100.
	Percent bool
	// TargetMin and TargetMax are the bounds that AWS sets for the target
	// value, inclusive; both are 0 if it sets none.
	TargetMin, TargetMax float64

	NeedsResourceLabel bool

	dimensions []MetricDimension // values are templates over resource-ID parts
	alarms     []Alarm
	Inferred   Inferred
}

// MetricDimension is a dimension of a CloudWatch metric.
type MetricDimension struct{ Name, Value string }

// Metrics returns all predefined metric types of target tracking.
func Metrics() []Metric { return slices.Clone(metrics) }

// LookupMetric finds a predefined metric type by its exact name.
func LookupMetric(predefinedType string) (Metric, bool) {
	i := slices.IndexFunc(metrics, func(m Metric) bool { return m.Type == predefinedType })
	if i < 0 {
		return Metric{}, false
	}
	return metrics[i], true
}

// Dimensions returns the CloudWatch dimensions of the metric for one resource.
// Label is the ResourceLabel, which only metrics with NeedsResourceLabel use.
// It returns false if resource ID or label have not the form that is needed.
func (m Metric) Dimensions(d Dimension, resourceID, label string) ([]MetricDimension, bool) {
	parts, ok := d.ResourceID.Parse(resourceID)
	if !ok {
		return nil, false
	}
	if m.NeedsResourceLabel {
		loadBalancer, targetGroup, ok := ParseResourceLabel(label)
		if !ok {
			return nil, false
		}
		parts["load-balancer"], parts["target-group"] = loadBalancer, targetGroup
	}
	parts["resource-id"] = resourceID
	var out []MetricDimension
	for _, dim := range m.dimensions {
		if value, ok := expand(dim.Value, parts); ok {
			out = append(out, MetricDimension{dim.Name, value})
		}
	}
	return out, true
}

// DimensionNames returns the names of the CloudWatch dimensions.
func (m Metric) DimensionNames() []string {
	names := make([]string, len(m.dimensions))
	for i, d := range m.dimensions {
		names[i] = d.Name
	}
	return names
}

// expand replaces every <name> by its part. It returns false if there is no
// such part, as with the index of a DynamoDB table.
func expand(template string, parts map[string]string) (string, bool) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "<")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		name, after, _ := strings.Cut(rest, ">")
		value, ok := parts[name]
		if !ok {
			return "", false
		}
		b.WriteString(value)
		template = after
	}
}

// ResourceLabelFormat is the form of the ResourceLabel of
// ALBRequestCountPerTarget (AWS API: PredefinedMetricSpecification).
const ResourceLabelFormat = "app/<load-balancer-name>/<load-balancer-id>/targetgroup/<target-group-name>/<target-group-id>"

var resourceLabel = regexp.MustCompile(`^(app/[^/]+/[^/]+)/(targetgroup/[^/]+/[^/]+)$`)

// ParseResourceLabel splits the ResourceLabel of ALBRequestCountPerTarget into
// the values of the CloudWatch dimensions LoadBalancer and TargetGroup. It
// returns false if the label has not the form of [ResourceLabelFormat].
func ParseResourceLabel(label string) (loadBalancer, targetGroup string, ok bool) {
	m := resourceLabel.FindStringSubmatch(label)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// PredictiveUse is what a predefined metric of predictive scaling is for.
type PredictiveUse string

// The uses of the predefined metrics of predictive scaling.
const (
	PredictivePair    PredictiveUse = "metric pair"
	PredictiveLoad    PredictiveUse = "load metric"
	PredictiveScaling PredictiveUse = "scaling metric"
)

// predictiveMetrics are the metric types that predictive scaling accepts. The
// API lists all of them for each use (AWS API:
// PredictiveScalingPredefinedMetricPairSpecification and its siblings). The
// service was seen to list the pairs when it was given another type; which of
// the others are for the load, and which for the scaling, follows from their
// names and from those of EC2 Auto Scaling, where it is documented.
var predictiveMetrics = map[PredictiveUse][]string{
	PredictivePair:    {"ECSServiceCPUUtilization", "ECSServiceMemoryUtilization", "ALBRequestCount"},
	PredictiveLoad:    {"ECSServiceTotalCPUUtilization", "ECSServiceTotalMemoryUtilization", "TotalALBRequestCount"},
	PredictiveScaling: {"ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization", "ALBRequestCountPerTarget"},
}

// PredictiveMetrics returns the predefined metric types of predictive scaling.
func PredictiveMetrics() []string {
	return slices.Concat(predictiveMetrics[PredictivePair], predictiveMetrics[PredictiveLoad], predictiveMetrics[PredictiveScaling])
}

// PredictiveMetricsFor returns those of them that are for one use. Only that of
// pairs is documented by an answer of the service.
func PredictiveMetricsFor(use PredictiveUse) []string { return slices.Clone(predictiveMetrics[use]) }
