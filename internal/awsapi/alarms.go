package awsapi

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// alarmPage is the most names, and the most alarms per answer, that
// DescribeAlarms takes (AWS API: DescribeAlarms).
const alarmPage = 100

// lookAtAlarms says of each alarm that Application Auto Scaling made for one of
// these policies how it is set in CloudWatch and what is wrong with it. Where CloudWatch cannot
// be asked, nothing is wrong: the alarms are a further check, and a missing
// right to make it must not keep policies from being managed.
func (a *API) lookAtAlarms(ctx context.Context, policies []*autoscaling.ObservedPolicy) {
	owners := map[string]*autoscaling.ObservedPolicy{}
	for _, p := range policies {
		if p.Type != autoscaling.TargetTrackingScaling {
			continue // the alarms of other policies are the user's
		}
		for _, alarm := range p.Alarms {
			owners[alarm.Name] = p
		}
	}
	var (
		reads sync.WaitGroup
		mu    sync.Mutex
		seen  = map[string]autoscaling.Alarm{} // by name
	)
	for names := range slices.Chunk(slices.Sorted(maps.Keys(owners)), alarmPage) {
		reads.Go(func() {
			found, err := a.describeAlarms(ctx, names)
			if err != nil {
				a.logger.Warn("the alarms of policies are not checked", "error", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for _, name := range names {
				seen[name] = autoscaling.Alarm{Problem: alarmProblem(found[name], owners[name].ARN), Settings: alarmSettings(found[name])}
			}
		})
	}
	reads.Wait()
	for _, p := range policies {
		for i, alarm := range p.Alarms {
			p.Alarms[i].Problem, p.Alarms[i].Settings = seen[alarm.Name].Problem, seen[alarm.Name].Settings
		}
	}
}

func (a *API) describeAlarms(ctx context.Context, names []string) (map[string]*types.MetricAlarm, error) {
	out, err := limited(ctx, a.calls, func() (*cloudwatch.DescribeAlarmsOutput, error) {
		return a.alarms.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: names, MaxRecords: aws.Int32(alarmPage)})
	})
	if err != nil {
		return nil, wrap("DescribeAlarms", err)
	}
	found := map[string]*types.MetricAlarm{}
	for _, alarm := range out.MetricAlarms {
		found[aws.ToString(alarm.AlarmName)] = &alarm
	}
	return found, nil
}

// alarmProblem says why an alarm cannot do its work, or nothing. What it
// watches is AWS's business.
func alarmProblem(alarm *types.MetricAlarm, policyARN string) string {
	invokes := func(action string) bool { return strings.HasPrefix(action, policyARN) }
	switch {
	case alarm == nil:
		return "is missing"
	case !aws.ToBool(alarm.ActionsEnabled):
		return "has its actions disabled"
	case !slices.ContainsFunc(alarm.AlarmActions, invokes):
		return "does not invoke the policy"
	}
	return ""
}

// settings collects what an alarm is set to. What is not set is left out.
type settings map[string]string

func (s settings) text(name string, value *string) {
	if aws.ToString(value) != "" {
		s[name] = *value
	}
}

func (s settings) number(name string, value *int32) {
	if value != nil {
		s[name] = strconv.Itoa(int(*value))
	}
}

// set joins what has no order.
func (s settings) set(name string, values []string) {
	if len(values) > 0 {
		s[name] = strings.Join(slices.Sorted(slices.Values(values)), " ")
	}
}

func (s settings) metric(prefix string, namespace, name *string, dimensions []types.Dimension) {
	s.text(prefix+"namespace", namespace)
	s.text(prefix+"metricName", name)
	for _, d := range dimensions {
		s.text(prefix+"dimensions["+aws.ToString(d.Name)+"]", d.Value)
	}
}

// alarmSettings flattens what an alarm watches and does (AWS API: MetricAlarm):
// all that an edit can change but its description and its tags, which change
// nothing. It is nil when there is no alarm.
func alarmSettings(alarm *types.MetricAlarm) map[string]string {
	if alarm == nil {
		return nil
	}
	s := settings{
		"actionsEnabled":   strconv.FormatBool(aws.ToBool(alarm.ActionsEnabled)),
		"treatMissingData": cmp.Or(aws.ToString(alarm.TreatMissingData), "missing"),
	}
	if alarm.Threshold != nil {
		s["threshold"] = strconv.FormatFloat(*alarm.Threshold, 'f', -1, 64)
	}
	if alarm.ComparisonOperator != "" {
		s["comparisonOperator"] = string(alarm.ComparisonOperator)
	}
	s.number("evaluationPeriods", alarm.EvaluationPeriods)
	s.number("datapointsToAlarm", alarm.DatapointsToAlarm)
	s.number("period", alarm.Period)
	s.text("statistic", (*string)(&alarm.Statistic))
	s.text("extendedStatistic", alarm.ExtendedStatistic)
	s.text("unit", (*string)(&alarm.Unit))
	s.text("thresholdMetricId", alarm.ThresholdMetricId)
	s.text("evaluateLowSampleCountPercentile", alarm.EvaluateLowSampleCountPercentile)
	s.set("alarmActions", alarm.AlarmActions)
	s.set("okActions", alarm.OKActions)
	s.set("insufficientDataActions", alarm.InsufficientDataActions)
	s.metric("", alarm.Namespace, alarm.MetricName, alarm.Dimensions)
	for _, q := range alarm.Metrics {
		s.query("metrics["+aws.ToString(q.Id)+"].", q)
	}
	return s
}

func (s settings) query(prefix string, q types.MetricDataQuery) {
	s.text(prefix+"accountId", q.AccountId)
	s.text(prefix+"expression", q.Expression)
	s.number(prefix+"period", q.Period)
	s[prefix+"returnData"] = strconv.FormatBool(q.ReturnData == nil || *q.ReturnData)
	if q.MetricStat == nil {
		return
	}
	s.number(prefix+"period", q.MetricStat.Period)
	s.text(prefix+"stat", q.MetricStat.Stat)
	s.text(prefix+"unit", (*string)(&q.MetricStat.Unit))
	if m := q.MetricStat.Metric; m != nil {
		s.metric(prefix, m.Namespace, m.MetricName, m.Dimensions)
	}
}
