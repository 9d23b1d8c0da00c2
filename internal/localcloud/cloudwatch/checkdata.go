package cloudwatch

import (
	"fmt"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/metricmath"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// check checks a request of GetMetricData and compiles its expressions. What is
// wrong with its queries comes all at once, one line each.
func (in *getDataInput) check(account string) (*metricmath.Program, error) {
	if err := in.checkModel(); err != nil {
		return nil, err
	}
	if n := len(in.MetricDataQueries); n > maxQueries {
		return nil, wire.Validation("The collection MetricDataQueries must not have a size greater than %d.", maxQueries)
	}
	if !in.StartTime.Before(in.EndTime.Time) {
		return nil, wire.Validation("The parameter StartTime must be less than the parameter EndTime.")
	}
	var wrong []string
	ids := map[string]bool{}
	for i, q := range in.MetricDataQueries {
		path := fmt.Sprintf("MetricDataQueries.member.%d.", i+1)
		if ids[q.ID] {
			return nil, wire.Validation("The values for parameter id in MetricDataQueries are not unique.")
		}
		ids[q.ID] = true
		wrong = append(wrong, q.checkData(path, account)...)
	}
	if len(wrong) > 0 {
		return nil, wire.Validation("%s", strings.Join(wrong, "\n"))
	}
	return compile(in.MetricDataQueries)
}

func (in *getDataInput) checkModel() error {
	var m model
	m.Require("metricDataQueries", in.MetricDataQueries != nil)
	m.Require("startTime", in.StartTime != nil)
	m.Require("endTime", in.EndTime != nil)
	m.enum("scanBy", in.ScanBy, scanOrders)
	if in.MaxDatapoints != nil {
		m.Range("maxDatapoints", int64(*in.MaxDatapoints), 1, maxDataPage)
	}
	for i, q := range in.MetricDataQueries {
		m.query(fmt.Sprintf("metricDataQueries.%d.member.", i+1), q)
	}
	return m.Err()
}

// checkData returns what is wrong with a query, beyond the API model.
func (q MetricDataQuery) checkData(path, account string) (wrong []string) {
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if !metricID.MatchString(q.ID) {
		add("The value %s for parameter %sId must begin with a lowercase letter and have only letters, digits and underscores.", q.ID, path)
	}
	if q.AccountID != "" && q.AccountID != account {
		add("The value %s for parameter %sAccountId is another account; the local cloud has no linked accounts.", q.AccountID, path)
	}
	if q.Period != nil && !isPeriod(*q.Period) {
		add("The parameter %sPeriod must be 1, 5, 10, 20, 30 or a multiple of 60.", path)
	}
	if (q.MetricStat == nil) == (q.Expression == "") {
		add("The parameter %[1]sExpression or the parameter %[1]sMetricStat must be given, and not both.", path)
	}
	m := q.MetricStat
	if m == nil {
		return wrong
	}
	path += "MetricStat."
	if m.Metric.Namespace == "" || m.Metric.MetricName == "" {
		add("The parameters %[1]sMetric.Namespace and %[1]sMetric.MetricName are required.", path)
	}
	if !isPeriod(*m.Period) {
		add("The parameter %sPeriod must be 1, 5, 10, 20, 30 or a multiple of 60.", path)
	}
	if !IsStatistic(m.Stat) {
		add("The value for parameter %sStat is not a valid statistic.", path)
	}
	return wrong
}
