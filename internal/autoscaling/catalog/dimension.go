package catalog

import (
	"slices"
	"strings"
)

// Dimension is one scalable dimension: a property of a kind of resource that
// Application Auto Scaling can change (AWS API: RegisterScalableTarget).
type Dimension struct {
	Name       string // such as "sagemaker:variant:DesiredInstanceCount"
	Namespace  string // the service namespace, which is the first part of Name
	Capacity   string // what the capacity counts, such as "instances of a SageMaker endpoint variant"
	ResourceID Grammar

	// What can be attached (AWS API: PutScalingPolicy, PutScheduledAction).
	TargetTracking bool
	Step           bool
	Predictive     bool
	Scheduled      bool

	// PredefinedMetrics lists the metric types that target tracking accepts.
	PredefinedMetrics []string
	CustomMetrics     bool // CustomizedMetricSpecification is accepted
	MetricMath        bool // and so is its Metrics array
	// ScaleInDisabled says that target tracking never removes capacity,
	// whatever DisableScaleIn says.
	ScaleInDisabled bool

	// KeepsOthers says that scale-in removes only capacity that scaling added, and
	// nothing that was there before.
	KeepsOthers bool

	MinCapacityFloor   int32 // the least MinCapacity that AWS accepts
	MaxCapacityCeiling int32 // the greatest MaxCapacity that AWS accepts; 0: no fixed limit

	// ActivityNoun is what the descriptions of scaling activities call the
	// capacity: "Setting <noun> to 4."
	ActivityNoun string

	Source   string // the AWS document that the entry follows
	Inferred Inferred
}

// Counted is what the capacity counts and of what, such as "instances" and
// "SageMaker endpoint variant".
func (d Dimension) Counted() (unit, of string) {
	for _, article := range []string{" of an ", " of a "} {
		if unit, of, ok := strings.Cut(d.Capacity, article); ok {
			return unit, of
		}
	}
	return "units", d.Capacity
}

// Dimensions returns all scalable dimensions, ordered as their namespaces are.
// Their slices are shared and not to be written to.
func Dimensions() []Dimension { return slices.Clone(dimensions) }

// LookupDimension finds a scalable dimension by its exact name.
func LookupDimension(name string) (Dimension, bool) {
	i := slices.IndexFunc(dimensions, func(d Dimension) bool { return d.Name == name })
	if i < 0 {
		return Dimension{}, false
	}
	return dimensions[i], true
}

// PolicyTypes lists the policy types that can be attached, as the API spells
// them.
func (d Dimension) PolicyTypes() []string {
	var types []string
	if d.TargetTracking {
		types = append(types, "TargetTrackingScaling")
	}
	if d.Step {
		types = append(types, "StepScaling")
	}
	if d.Predictive {
		types = append(types, "PredictiveScaling")
	}
	return types
}

// SupportsPolicy reports whether policies of this type (the API's PolicyType)
// can be attached.
func (d Dimension) SupportsPolicy(policyType string) bool {
	return slices.Contains(d.PolicyTypes(), policyType)
}

// SupportsMetric reports whether target tracking accepts this predefined
// metric type.
func (d Dimension) SupportsMetric(predefinedType string) bool {
	return slices.Contains(d.PredefinedMetrics, predefinedType)
}
