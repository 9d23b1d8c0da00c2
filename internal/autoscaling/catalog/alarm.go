package catalog

// Alarm is the blueprint of one CloudWatch alarm that Application Auto Scaling
// manages for a target tracking policy. The alarms set no DatapointsToAlarm and
// no TreatMissingData, so all periods must breach and missing data is missing, as
// was observed of ECS services and DynamoDB tables.
//
// What AWS documents of their settings is here; what it does not is
// scaling.Behaviour.
type Alarm struct {
	Role              string // "AlarmHigh" and so on, as in the name of the alarm
	Comparison        string // the API's ComparisonOperator
	Period            int32  // seconds
	EvaluationPeriods int32  // 0: not documented
	Provisioned       bool   // watches the provisioned capacity, by its Average, not the metric
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
	return withoutScaleIn(trackingAlarms(60), disableScaleIn)
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
// target value itself.
func trackingAlarms(period int32) []Alarm {
	return []Alarm{
		{Role: highRole, Comparison: greater, Period: period},
		{Role: lowRole, Comparison: less, Period: period},
	}
}

// throughputAlarms are the four alarms of provisioned throughput: two on what
// is consumed, and two that only notice that the provisioned capacity changed,
// which makes the service compute the thresholds of the other two anew. It
// scales out after two consecutive minutes (Amazon DynamoDB Developer Guide:
// "Managing throughput capacity automatically with DynamoDB auto scaling").
func throughputAlarms() []Alarm {
	return []Alarm{
		{Role: highRole, Comparison: greater, Period: 60, EvaluationPeriods: 2},
		{Role: lowRole, Comparison: less, Period: 60},
		{Role: "ProvisionedCapacityHigh", Comparison: greater, Period: 300, Provisioned: true},
		{Role: "ProvisionedCapacityLow", Comparison: less, Period: 300, Provisioned: true},
	}
}
