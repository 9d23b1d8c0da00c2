package localcloud

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// custom is a policy that holds a customized metric at a target.
func (s *story) custom(target float64, metric types.CustomizedMetricSpecification) *aas.PutScalingPolicyInput {
	return &aas.PutScalingPolicyInput{
		PolicyName: aws.String("custom"), PolicyType: "TargetTrackingScaling",
		ServiceNamespace: types.ServiceNamespace(s.key.ServiceNamespace), ResourceId: &s.key.ResourceID, ScalableDimension: types.ScalableDimension(s.key.ScalableDimension),
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{TargetValue: &target, CustomizedMetricSpecification: &metric},
	}
}

// statistic is metric math whose one metric is m1.
func statistic(stat string, more ...types.TargetTrackingMetricDataQuery) types.CustomizedMetricSpecification {
	m1 := types.TargetTrackingMetricDataQuery{
		Id: aws.String("m1"), ReturnData: aws.Bool(len(more) == 0),
		MetricStat: &types.TargetTrackingMetricStat{Stat: &stat, Metric: &types.TargetTrackingMetric{Namespace: aws.String("Shop"), MetricName: aws.String("Latency")}},
	}
	return types.CustomizedMetricSpecification{Metrics: append([]types.TargetTrackingMetricDataQuery{m1}, more...)}
}

func expression(text string) types.TargetTrackingMetricDataQuery {
	return types.TargetTrackingMetricDataQuery{Id: aws.String("e1"), Expression: &text}
}

// wantAPIError fails unless the error is AWS's with this code, and its text has a
// part.
func (s *story) wantAPIError(err error, code, part string) {
	s.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code || !strings.Contains(e.ErrorMessage(), part) {
		s.Errorf("got %v, want %s with %q", err, code, part)
	}
}

// policies are the names of all policies of the service namespace.
func (s *story) policies() []string {
	s.Helper()
	out, err := s.clients.scaling.DescribeScalingPolicies(s.Context(), &aas.DescribeScalingPoliciesInput{ServiceNamespace: types.ServiceNamespace(s.key.ServiceNamespace)})
	s.must(err)
	var names []string
	for _, p := range out.ScalingPolicies {
		names = append(names, *p.PolicyName)
	}
	return names
}

func TestPolicyOfImpossibleMetric(t *testing.T) {
	flat := func(unit string) types.CustomizedMetricSpecification {
		return types.CustomizedMetricSpecification{
			Namespace: aws.String("Shop"), MetricName: aws.String("Latency"), Statistic: types.MetricStatisticAverage, Unit: &unit,
		}
	}
	withUnit := statistic("Average")
	withUnit.Metrics[0].MetricStat.Unit = aws.String("Foo")
	for _, tt := range []struct {
		reason, text string
		metric       types.CustomizedMetricSpecification
	}{
		{"an expression that cannot be read", "Error in expression 'e1': position 5:", statistic("Sum", expression("m1/("))},
		{"an expression on a metric that is not there", "m2", statistic("Sum", expression("m1/m2"))},
		{"a function that there is not", "HALF", statistic("Sum", expression("HALF(m1)"))},
		{"a result that is no series", "the result is a scalar", statistic("Sum", expression("AVG(m1)"))},
		{"a statistic that there is not", "The value Foo for parameter Stat of the element m1", statistic("Foo")},
		{"a statistic whose boundaries are missing", "The value TM(:) for parameter Stat", statistic("TM(:)")},
		{"a unit that there is not, of metric math", "Value 'Foo' at 'metrics.1.member.metricStat.unit'", withUnit},
		{"a unit that there is not, of one metric", "Value 'Foo' at 'unit'", flat("Foo")},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			s := tell(t, serviceKey, Options{})
			s.register(2, 10)
			_, err := s.clients.scaling.PutScalingPolicy(t.Context(), s.custom(10, tt.metric))
			s.wantAPIError(err, "ValidationException", tt.text)
			s.equal("nothing is stored of what is refused", [2]int{}, [2]int{len(s.policies()), len(s.alarms())})
			_, err = s.clients.scaling.PutScalingPolicy(t.Context(), s.custom(10, statistic("Sum", expression("m1/60"))))
			s.must(err)
			before := s.alarms()
			_, err = s.clients.scaling.PutScalingPolicy(t.Context(), s.custom(20, tt.metric))
			s.wantAPIError(err, "ValidationException", tt.text)
			s.equal("a policy that is there keeps its alarms", before, s.alarms())
		})
	}
}

// TestStatisticsAreOne takes each statistic to an alarm, to a policy and to
// GetMetricData, which agree on what there is, and evaluates it.
func TestStatisticsAreOne(t *testing.T) {
	for name, exists := range map[string]bool{
		"p90": true, "tm90": true, "IQM": true, "WM(10%:90%)": true, "PR(:95)": true, "tc80": true, "TS(5:)": true,
		"pr90": false, "TM(9:1)": false, "tm101": false, "median": false,
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t, serviceKey, Options{})
			s.register(2, 10)
			_, ofAlarm := s.clients.alarms.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
				AlarmName: aws.String("a"), Namespace: aws.String("Shop"), MetricName: aws.String("Latency"), ExtendedStatistic: &name, Period: aws.Int32(60),
				EvaluationPeriods: aws.Int32(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold, Threshold: aws.Float64(1),
			})
			_, ofPolicy := s.clients.scaling.PutScalingPolicy(t.Context(), s.custom(1, statistic(name)))
			now := s.cloud.Clock().Now()
			data := &cloudwatch.GetMetricDataInput{
				StartTime: aws.Time(now.Add(-time.Hour)), EndTime: aws.Time(now.Add(time.Hour)),
				MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("m"), MetricStat: &cwtypes.MetricStat{
					Stat: &name, Period: aws.Int32(60), Metric: &cwtypes.Metric{Namespace: aws.String("Shop"), MetricName: aws.String("Latency")},
				}}},
			}
			_, ofData := s.clients.alarms.GetMetricData(t.Context(), data)
			s.equal("all three agree", [3]bool{exists, exists, exists}, [3]bool{ofAlarm == nil, ofPolicy == nil, ofData == nil})
			if !exists {
				s.wantAPIError(ofAlarm, "InvalidParameterValue", name)
				return
			}
			for range 8 {
				_, err := s.clients.alarms.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
					Namespace: aws.String("Shop"), MetricData: []cwtypes.MetricDatum{{MetricName: aws.String("Latency"), Values: []float64{10, 20, 30, 40, 100}}},
				})
				s.must(err)
				s.cloud.Advance(time.Minute)
			}
			s.equal("alarms are evaluated", map[string]string{"a": "ALARM", s.managed("AlarmHigh"): "ALARM", s.managed("AlarmLow"): "OK"}, s.alarms())
			s.equal("and policies scale by them", true, len(s.activities()) > 0)
		})
	}
}

// TestFaultsOfAlarms breaks CloudWatch for Application Auto Scaling, which asks
// it for the alarms of policies.
func TestFaultsOfAlarms(t *testing.T) {
	s := tell(t, serviceKey, Options{})
	s.register(2, 10)
	steps := s.put("steps", aas.PutScalingPolicyInput{
		PolicyType: "StepScaling",
		StepScalingPolicyConfiguration: &types.StepScalingPolicyConfiguration{
			AdjustmentType: "ChangeInCapacity", StepAdjustments: []types.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}},
		},
	})
	put := func() error {
		_, err := s.clients.scaling.PutScalingPolicy(t.Context(), s.custom(10, statistic("Sum")))
		return err
	}
	describe := func() error {
		_, err := s.clients.scaling.DescribeScalingPolicies(t.Context(), &aas.DescribeScalingPoliciesInput{ServiceNamespace: "ecs"})
		return err
	}
	const throttled = " due to reason: Rate exceeded (Service: AmazonCloudWatch; Status Code: 400; Error Code: Throttling)"
	taken := s.cloud.taken

	remove := s.cloud.Faults().Inject(Fault{Operation: "PutMetricAlarm", Bucket: &Bucket{Rate: 0, Burst: 1}})
	s.wantAPIError(put(), "FailedResourceAccessException", "Unable to create alarms for scaling policy custom"+throttled)
	s.equal("of two alarms the second is too many, and then there is neither alarm nor policy", [2]int{1, 0}, [2]int{len(s.policies()), len(s.alarms())})
	s.equal("and no ID is used up, by which the same cloud could not be made again", taken, s.cloud.taken)
	remove()

	remove = s.cloud.Faults().Inject(Fault{Service: CloudWatch, Operation: AnyOperation, Error: &wire.Error{Code: "AccessDenied", Message: "User x is not authorized to perform: cloudwatch:PutMetricAlarm", Status: 403}})
	s.wantAPIError(put(), "FailedResourceAccessException", "is not authorized to perform: cloudwatch:PutMetricAlarm (Service: AmazonCloudWatch; Status Code: 403; Error Code: AccessDenied)")
	s.wantAPIError(describe(), "FailedResourceAccessException", "Unable to retrieve alarms for scaling policy "+steps+" due to reason: User x")
	remove()

	remove = s.cloud.Faults().Inject(Fault{Operation: "PutMetricAlarm", Error: &wire.Error{Code: "InternalFailure", Message: "no", Status: 500}})
	s.wantAPIError(put(), "InternalServiceException", "Unable to create alarms")
	remove()

	s.cloud.Faults().Inject(Fault{ID: "any", Operation: AnyOperation, Bucket: &Bucket{Rate: 0, Burst: 1}})
	s.must(put()) // it is one call of a client, and takes the one token
	s.cloud.Faults().Remove("any")

	remove = s.cloud.Faults().Inject(Fault{Operation: "DeleteAlarms", Bucket: &Bucket{Rate: 0, Burst: 0}})
	before := s.alarms()
	s.wantAPIError(put(), "FailedResourceAccessException", "custom"+throttled)
	s.equal("a policy that cannot be changed keeps its alarms", before, s.alarms())
	remove()
	s.must(put())
	s.must(describe())
}
