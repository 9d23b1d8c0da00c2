package awsapi

import (
	"context"
	"maps"
	"slices"
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
// these policies what is wrong with it in CloudWatch. Where CloudWatch cannot
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
		wrong = map[string]string{} // by alarm name
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
				wrong[name] = alarmProblem(found[name], owners[name].ARN)
			}
		})
	}
	reads.Wait()
	for _, p := range policies {
		for i, alarm := range p.Alarms {
			p.Alarms[i].Problem = wrong[alarm.Name]
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
