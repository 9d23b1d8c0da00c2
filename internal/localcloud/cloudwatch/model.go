package cloudwatch

import (
	"fmt"
	"math"
	"regexp"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The enumerations of the API model.
var (
	statistics = []string{"SampleCount", "Average", "Sum", "Minimum", "Maximum"}
	operators  = []string{
		"GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold",
		"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold",
	}
	units = []string{
		"Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes",
		"Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count",
		"Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second",
		"Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", "None",
	}
	states         = []string{string(StateInsufficientData), string(StateAlarm), string(StateOK)}
	alarmTypes     = []string{"CompositeAlarm", "MetricAlarm"}
	missingData    = []string{"breaching", "notBreaching", "ignore", "missing"}
	lowSampleCount = []string{"evaluate", "ignore"}
	scanOrders     = []string{ascending, descending}
	historyTypes   = []string{"ConfigurationUpdate", "StateUpdate", "Action", "AlarmContributorStateUpdate", "AlarmContributorAction"}
)

const namespacePattern = `[^:].*`

var namespace = regexp.MustCompile(`^` + namespacePattern + `$`)

// model collects violations of the API model's constraints.
type model struct{ wire.Constraints }

// text checks an optional text of 1 to maximum characters.
func (m *model) text(member, value string, maximum int) {
	if value != "" {
		m.Length(member, value, 1, maximum)
	}
}

func (m *model) enum(member, value string, set []string) {
	if value != "" {
		m.Enum(member, value, set...)
	}
}

func (m *model) positive(member string, value *int32) {
	if value != nil {
		m.Range(member, int64(*value), 1, math.MaxInt32)
	}
}

func (m *model) alarmName(member, value string) {
	m.Require(member, value != "")
	m.text(member, value, 255)
}

func (m *model) alarmNames(values []string) {
	m.Size("alarmNames", values, 0, 100)
	for i, name := range values {
		m.Length(fmt.Sprintf("alarmNames.%d.member", i+1), name, 1, 255)
	}
}

func (m *model) actions(member string, values []string) {
	m.Size(member, values, 0, 5)
	for i, arn := range values {
		m.Length(fmt.Sprintf("%s.%d.member", member, i+1), arn, 1, 1024)
	}
}

// metric checks the parts of a metric's identity; prefix is the path to it.
func (m *model) metric(prefix, name, space string, dimensions []Dimension) {
	m.text(prefix+"metricName", name, 255)
	m.text(prefix+"namespace", space, 255)
	if space != "" {
		m.Pattern(prefix+"namespace", space, namespacePattern, namespace)
	}
	if len(dimensions) > 30 {
		m.Range(prefix+"dimensions", int64(len(dimensions)), 0, 30)
	}
	for i, d := range dimensions {
		path := fmt.Sprintf("%sdimensions.%d.member.", prefix, i+1)
		m.Length(path+"name", d.Name, 1, 255)
		m.Length(path+"value", d.Value, 1, 1024)
	}
}

// checkModel checks the input of PutMetricAlarm against the API model.
func checkModel(in *putInput) error {
	var m model
	m.alarmName("alarmName", in.AlarmName)
	m.Length("alarmDescription", in.AlarmDescription, 0, 1024)
	m.actions("oKActions", in.OKActions)
	m.actions("alarmActions", in.AlarmActions)
	m.actions("insufficientDataActions", in.InsufficientDataActions)
	m.metric("", in.MetricName, in.Namespace, in.Dimensions)
	m.enum("statistic", in.Statistic, statistics)
	m.enum("unit", in.Unit, units)
	m.enum("comparisonOperator", in.ComparisonOperator, operators)
	m.enum("treatMissingData", in.TreatMissingData, missingData)
	m.enum("evaluateLowSampleCountPercentile", in.LowSampleCount, lowSampleCount)
	m.positive("period", in.Period)
	m.positive("evaluationPeriods", in.EvaluationPeriods)
	m.positive("datapointsToAlarm", in.DatapointsToAlarm)
	for i, q := range in.Metrics {
		m.query(fmt.Sprintf("metrics.%d.member.", i+1), q)
	}
	m.tags(in.Tags)
	return m.Err()
}

func (m *model) query(path string, q MetricDataQuery) {
	m.Require(path+"id", q.ID != "")
	m.text(path+"id", q.ID, 255)
	m.text(path+"expression", q.Expression, 2048)
	m.positive(path+"period", q.Period)
	m.text(path+"accountId", q.AccountID, 255)
	if q.MetricStat == nil {
		return
	}
	path += "metricStat."
	m.Require(path+"metric", q.MetricStat.Metric != nil)
	m.Require(path+"period", q.MetricStat.Period != nil)
	m.Require(path+"stat", q.MetricStat.Stat != "")
	m.positive(path+"period", q.MetricStat.Period)
	m.enum(path+"unit", q.MetricStat.Unit, units)
	if metric := q.MetricStat.Metric; metric != nil {
		m.metric(path+"metric.", metric.MetricName, metric.Namespace, metric.Dimensions)
	}
}
