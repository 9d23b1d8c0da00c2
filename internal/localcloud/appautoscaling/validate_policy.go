package appautoscaling

import (
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// checkPolicy refuses a policy that the service would refuse. The order of the
// checks is ours: the service reports the first thing it finds, and which that
// is was only seen for requests with one mistake.
func (s *Service) checkPolicy(sc wire.Scope, dim catalog.Dimension, t *target, name string, config policyConfig) error {
	if !dim.SupportsPolicy(config.policyType) {
		return wire.Validation("Policy type %s is not supported for scalable dimension %s", config.policyType, dim.Name)
	}
	switch config.policyType {
	case stepScaling:
		return s.checkStep(config.step)
	case targetTracking:
		if err := s.checkTracking(dim, config.tracking); err != nil {
			return err
		}
		return checkDuplicateMetric(t, name, config.tracking)
	default:
		return s.checkPredictive(sc, dim, t, config.predictive)
	}
}

// maxMagnitude bounds target values (AWS API:
// TargetTrackingScalingPolicyConfiguration).
var maxMagnitude = math.Ldexp(1, 360)

func (s *Service) checkTracking(dim catalog.Dimension, config *trackingConfig) error {
	if math.Abs(*config.TargetValue) > maxMagnitude {
		return wire.Validation("Target value must be between -2^360 and 2^360")
	}
	for _, cooldown := range []*int32{config.ScaleInCooldown, config.ScaleOutCooldown} {
		if value(cooldown) < 0 {
			return wire.Validation("Cooldown cannot be less than 0")
		}
	}
	predefined, customized := config.PredefinedMetricSpecification, config.CustomizedMetricSpecification
	switch {
	case predefined == nil && customized == nil:
		return wire.Validation("PredefinedMetricSpecification or CustomizedMetricSpecification must be set for target tracking scaling.")
	case predefined != nil && customized != nil:
		return wire.Validation("Only one of PredefinedMetricSpecification or CustomizedMetricSpecification can be set for target tracking scaling.")
	case predefined != nil:
		return s.checkPredefined(dim, predefined, *config.TargetValue)
	}
	return checkCustomized(dim, customized)
}

func (s *Service) checkPredefined(dim catalog.Dimension, m *predefinedMetric, target float64) error {
	metric, _ := catalog.LookupMetric(*m.PredefinedMetricType)
	if allowed := s.predefinedTypes(dim); !slices.Contains(allowed, metric.Type) {
		return wire.Validation("Scalable dimension %s only supports the following predefined metric types: %s", dim.Name, strings.Join(allowed, ", "))
	}
	if err := m.checkLabel(metric.NeedsResourceLabel); err != nil {
		return err
	}
	least := metric.TargetMin
	if dim.Namespace == "dynamodb" && s.behaviour.DynamoDBTargetMin != 0 {
		least = s.behaviour.DynamoDBTargetMin
	}
	if metric.TargetMax > 0 && (target < least || target > metric.TargetMax) {
		return wire.Validation("For predefined metric type %s, target value must be between '%.1f' and '%.1f'", metric.Type, least, metric.TargetMax)
	}
	return nil
}

// checkLabel checks the label of a metric that counts requests of a load
// balancer, or of one that does not.
func (p *predefinedMetric) checkLabel(needed bool) error {
	switch _, _, ok := catalog.ParseResourceLabel(value(p.ResourceLabel)); {
	case needed && p.ResourceLabel == nil:
		return wire.Validation("Resource label should be specified for predefined metric type %s", *p.PredefinedMetricType)
	case needed && !ok:
		return wire.Validation("Invalid resource label '%s' for predefined metric type %s", *p.ResourceLabel, *p.PredefinedMetricType)
	case !needed && p.ResourceLabel != nil:
		return wire.Validation("Resource label should not be specified for predefined metric type %s", *p.PredefinedMetricType)
	}
	return nil
}

// predefinedTypes returns the metric types that a dimension takes.
func (s *Service) predefinedTypes(dim catalog.Dimension) []string {
	if !s.behaviour.IgnoreInferred || !dim.Inferred.Has(catalog.FactPredefinedMetrics) {
		return dim.PredefinedMetrics
	}
	var types []string
	for _, d := range catalog.Dimensions() {
		if d.Namespace == dim.Namespace {
			types = append(types, d.PredefinedMetrics...)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}

func checkCustomized(dim catalog.Dimension, m *customizedMetric) error {
	if !dim.CustomMetrics {
		return wire.Validation("Scalable dimension %s does not support CustomizedMetricSpecification.", dim.Name)
	}
	flat := m.MetricName != nil || m.Namespace != nil || m.Dimensions != nil || m.Statistic != nil || m.Unit != nil
	valid := value(m.MetricName) != "" && value(m.Namespace) != "" && m.Statistic != nil
	if m.Metrics != nil {
		valid = !flat && validMath(m.Metrics)
	}
	if !valid {
		return wire.Validation("The customized metric specification is not valid.")
	}
	if m.Metrics == nil {
		return nil
	}
	if !dim.MetricMath {
		return wire.Validation("Scalable dimension %s does not support metric math in CustomizedMetricSpecification.", dim.Name)
	}
	if payload, err := json.Marshal(m); err != nil || len(payload) > catalog.MaxMetricMathBytes {
		return wire.Validation("The customized metric specification is larger than %d bytes.", catalog.MaxMetricMathBytes)
	}
	return nil
}

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// validMath reports whether metric math defines one series: every entry is an
// expression or a metric, and exactly one returns data (AWS API:
// TargetTrackingMetricDataQuery).
func validMath(queries []metricQuery) bool {
	ids := map[string]bool{}
	returned := 0
	for _, q := range queries {
		if !queryID.MatchString(*q.ID) || ids[*q.ID] || (q.Expression == nil) == (q.MetricStat == nil) {
			return false
		}
		if q.MetricStat != nil && (q.MetricStat.Metric.MetricName == nil || q.MetricStat.Metric.Namespace == nil) {
			return false
		}
		ids[*q.ID] = true
		if q.ReturnData == nil || *q.ReturnData {
			returned++
		}
	}
	return returned == 1
}

// checkDuplicateMetric refuses a second target tracking policy with the same
// metric on one target.
func checkDuplicateMetric(t *target, name string, config *trackingConfig) error {
	for _, p := range t.policies {
		other := p.config.tracking
		if p.name != name && p.config.policyType == targetTracking &&
			reflect.DeepEqual(other.PredefinedMetricSpecification, config.PredefinedMetricSpecification) &&
			reflect.DeepEqual(other.CustomizedMetricSpecification, config.CustomizedMetricSpecification) {
			return wire.Validation("Only one TargetTrackingScaling policy for a given metric specification is allowed.")
		}
	}
	return nil
}
