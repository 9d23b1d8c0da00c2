package autoscaling

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

var policyChecks = []func(*report, subject, Policy){
	checkPolicyName,
	checkPolicyType,
	checkTargetTracking,
	checkStep,
	checkPredictive,
}

// Where the configurations stand in a manifest.
const (
	inTargetTracking = "targetTrackingScalingPolicyConfiguration"
	inStep           = "stepScalingPolicyConfiguration"
	inPredictive     = "predictiveScalingPolicyConfiguration"
)

// maxNameLength is the length of policy and action names (AWS API:
// PutScalingPolicy, PutScheduledAction).
const maxNameLength = 256

func checkPolicyName(r *report, _ subject, p Policy) {
	const field = "policyName"
	n := utf8.RuneCountInString(p.Name)
	switch {
	case n == 0:
		r.add(PolicyNameInvalid, field, "policyName is missing: write a name that no other policy of the target has")
	case n > maxNameLength:
		r.add(PolicyNameInvalid, field, "policyName has %d characters, %d are allowed", n, maxNameLength)
	case strings.ContainsFunc(p.Name, func(c rune) bool { return !unicode.IsPrint(c) }):
		r.add(PolicyNameInvalid, field, "policyName %s contains a character that cannot be printed: remove it", shown(p.Name))
	}
}

func checkPolicyType(r *report, s subject, p Policy) {
	const field = "policyType"
	configurations := []struct {
		policyType PolicyType
		field      string
		set        bool
	}{
		{TargetTrackingScaling, inTargetTracking, p.TargetTracking != nil},
		{StepScaling, inStep, p.Step != nil},
		{PredictiveScaling, inPredictive, p.Predictive != nil},
	}
	types := []string{string(TargetTrackingScaling), string(StepScaling), string(PredictiveScaling)}
	known := false
	for _, c := range configurations {
		known = known || c.policyType == p.Type
	}
	switch {
	case p.Type == "":
		r.add(PolicyTypeMissing, field, "policyType is missing: write %s, and the configuration that belongs to it", anyOf(types))
		return
	case !known:
		r.add(PolicyTypeUnknown, field, "there is no policy type %s: write %s", shown(string(p.Type)), anyOf(types))
		return
	case s.known && !s.dimension.SupportsPolicy(string(p.Type)):
		r.add(PolicyTypeUnsupported, field, "%s does not support %s: write %s", s.dimension.Name, p.Type, anyOf(s.dimension.PolicyTypes()))
	}
	for _, c := range configurations {
		switch {
		case c.policyType == p.Type && !c.set:
			r.add(PolicyConfigurationMissing, c.field, "a policy of type %s needs %s", p.Type, c.field)
		case c.policyType != p.Type && c.set:
			r.add(PolicyConfigurationForeign, c.field, "%s does not belong to a policy of type %s: remove it, or write policyType %s",
				c.field, p.Type, c.policyType)
		}
	}
}

func (r *report) cooldown(field string, seconds *int32) {
	if seconds != nil && *seconds < 0 {
		r.add(CooldownNegative, field, "the cooldown is %d seconds, and no time is negative: write 0 or more", *seconds)
	}
}

func checkTargetTracking(r *report, s subject, p Policy) {
	c := p.TargetTracking
	if c == nil {
		return
	}
	r.in(inTargetTracking, func() {
		r.cooldown("scaleInCooldown", c.ScaleInCooldown)
		r.cooldown("scaleOutCooldown", c.ScaleOutCooldown)
		if s.known && s.dimension.ScaleInDisabled && c.DisableScaleIn != nil && !*c.DisableScaleIn {
			r.add(ScaleInNeverHappens, "disableScaleIn", "%s can only grow, so the policy never scales in: write true, or remove it", s.dimension.Name)
		}
		if r.targetValue(c.TargetValue) && c.Predefined != nil {
			if m, ok := catalog.LookupMetric(c.Predefined.Type); ok {
				r.targetValueOf(m, *c.TargetValue)
			}
		}
		switch {
		case c.Predefined == nil && c.Customized == nil:
			r.add(MetricMissing, "", "target tracking needs a metric: write predefinedMetricSpecification or customizedMetricSpecification")
		case c.Predefined != nil && c.Customized != nil:
			r.add(MetricAmbiguous, "customizedMetricSpecification",
				"target tracking follows one metric: write predefinedMetricSpecification or customizedMetricSpecification, not both")
		}
		if c.Predefined != nil {
			r.in("predefinedMetricSpecification", func() { r.predefined(s, *c.Predefined) })
		}
		if c.Customized != nil {
			r.in("customizedMetricSpecification", func() { r.customized(s, *c.Customized) })
		}
	})
}

// maxMetricValue bounds what CloudWatch takes for a number (CloudWatch API:
// PutMetricData).
var maxMetricValue = math.Ldexp(1, 360)

// targetValue reports whether the target value is one.
func (r *report) targetValue(v *float64) bool {
	const field = "targetValue"
	switch {
	case v == nil:
		r.add(TargetValueMissing, field, "targetValue is missing: write the value at which the metric shall be held")
	case math.IsNaN(*v) || math.Abs(*v) > maxMetricValue:
		r.add(TargetValueInvalid, field, "targetValue is not a number that CloudWatch can hold: write a positive one")
	case *v <= 0:
		r.add(TargetValueInvalid, field, "targetValue is %s, and capacity is computed as a ratio to it: write a positive number", formatFloat(*v))
	default:
		return true
	}
	return false
}

// targetValueOf checks a target value against the scale of its metric.
func (r *report) targetValueOf(m catalog.Metric, v float64) {
	const field = "targetValue"
	switch {
	case m.TargetMax > 0 && (v < m.TargetMin || v > m.TargetMax):
		r.add(TargetValueOutOfRange, field, "targetValue is %s, and %s takes %s to %s percent", formatFloat(v), m.Type,
			formatFloat(m.TargetMin), formatFloat(m.TargetMax))
	case m.Fraction && v > 1:
		r.add(TargetValueAboveWhole, field, "%s runs from 0 to 1, so targetValue %s is %s percent and never reached: 70 percent is 0.7",
			m.Type, formatFloat(v), formatFloat(v*100))
	case m.Percent && v > 100:
		r.add(TargetValueAboveWhole, field, "%s is in percent, so targetValue %s is hardly ever reached", m.Type, formatFloat(v))
	case m.Percent && v <= 1:
		r.add(TargetValueLooksLikeFraction, field, "%s is in percent, so targetValue %s is %s percent: 70 percent is 70",
			m.Type, formatFloat(v), formatFloat(v))
	}
}
