package catalog

// Alarm is the blueprint of one CloudWatch alarm that Application Auto Scaling
// manages for a target tracking policy. The alarms set no DatapointsToAlarm and
// no TreatMissingData, so all periods must breach and missing data is missing.
//
// AWS does not document the settings, and asks users not to rely on them. Those
// of ECS services and DynamoDB tables are as observed; the others follow them.
type Alarm struct {
	Role              string // "AlarmHigh" and so on, as in the name of the alarm
	Comparison        string // the API's ComparisonOperator
	Period            int32  // seconds
	EvaluationPeriods int32
	Provisioned       bool // watches the provisioned capacity, by its Average, not the metric
	threshold         threshold
}

// threshold says how the threshold of an alarm follows from the target value.
type threshold int

const (
	atTarget         threshold = iota // the target value
	belowTarget                       // 90 % of the target value
	consumedAtTarget                  // what is consumed in a period at target utilization
	consumedBelow                     // the same, 20 percentage points lower
	atProvisioned                     // what is provisioned
)

// Threshold computes the threshold for a target value. Provisioned is the
// provisioned capacity, which only the alarms of metrics with a ProvisionedName
// use.
func (a Alarm) Threshold(target, provisioned float64) float64 {
	switch a.threshold {
	case belowTarget:
		// Divided, because 0.9 has no exact representation and 50 should
		// give 45.
		return target * 9 / 10
	case consumedAtTarget:
		return provisioned * float64(a.Period) * target / 100
	case consumedBelow:
		return max(0, provisioned*float64(a.Period)*(target-20)/100)
	case atProvisioned:
		return provisioned
	default:
		return target
	}
}

// ScalesIn reports whether the alarm asks for less capacity, so that a policy
// that must not scale in has no such alarm.
func (a Alarm) ScalesIn() bool { return a.Role == lowRole }

const (
	highRole = "AlarmHigh"
	lowRole  = "AlarmLow"
	greater  = "GreaterThanThreshold"
	less     = "LessThanThreshold"
)

// Alarms returns the alarms of a policy with this metric, in the order in which
// the API lists them.
func (m Metric) Alarms(disableScaleIn bool) []Alarm { return withoutScaleIn(m.alarms, disableScaleIn) }

// CustomMetricAlarms returns the alarms of a policy with a customized metric.
func CustomMetricAlarms(disableScaleIn bool) []Alarm {
	return withoutScaleIn(trackingAlarms(60, 15), disableScaleIn)
}

func withoutScaleIn(alarms []Alarm, disableScaleIn bool) []Alarm {
	var out []Alarm
	for _, a := range alarms {
		if !disableScaleIn || !a.ScalesIn() {
			out = append(out, a)
		}
	}
	return out
}

// trackingAlarms are the two alarms of a metric that is compared with the
// target value itself. Low is the number of periods before it scales in; it
// scales out after three.
func trackingAlarms(period, low int32) []Alarm {
	return []Alarm{
		{Role: highRole, Comparison: greater, Period: period, EvaluationPeriods: 3, threshold: atTarget},
		{Role: lowRole, Comparison: less, Period: period, EvaluationPeriods: low, threshold: belowTarget},
	}
}

// throughputAlarms are the four alarms of provisioned throughput: two on what
// is consumed, and two that only notice that the provisioned capacity changed,
// which makes the service compute the thresholds of the other two anew.
func throughputAlarms() []Alarm {
	return []Alarm{
		{Role: highRole, Comparison: greater, Period: 60, EvaluationPeriods: 2, threshold: consumedAtTarget},
		{Role: lowRole, Comparison: less, Period: 60, EvaluationPeriods: 15, threshold: consumedBelow},
		{Role: "ProvisionedCapacityHigh", Comparison: greater, Period: 300, EvaluationPeriods: 3, Provisioned: true, threshold: atProvisioned},
		{Role: "ProvisionedCapacityLow", Comparison: less, Period: 300, EvaluationPeriods: 3, Provisioned: true, threshold: atProvisioned},
	}
}
