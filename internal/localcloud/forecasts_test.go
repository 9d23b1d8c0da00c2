package localcloud

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

// predictive is a predictive scaling policy that only forecasts, as is the
// default.
func predictive(metric types.PredictiveScalingMetricSpecification) aas.PutScalingPolicyInput {
	return aas.PutScalingPolicyInput{
		PolicyType: "PredictiveScaling",
		PredictiveScalingPolicyConfiguration: &types.PredictiveScalingPolicyConfiguration{
			MetricSpecifications: []types.PredictiveScalingMetricSpecification{metric},
		},
	}
}

// forecast is what a policy forecasts from one time until another.
func (s *story) forecast(policy string, from, to time.Time) *aas.GetPredictiveScalingForecastOutput {
	s.Helper()
	out, err := s.clients.scaling.GetPredictiveScalingForecast(s.Context(), &aas.GetPredictiveScalingForecastInput{
		PolicyName: &policy, ServiceNamespace: "ecs", ResourceId: &s.key.ResourceID, ScalableDimension: "ecs:service:DesiredCount",
		StartTime: &from, EndTime: &to,
	})
	s.must(err)
	return out
}

// TestForecastsGoOnUnread looks at what was forecast only after days, and finds
// what somebody has found who looked all the time.
func TestForecastsGoOnUnread(t *testing.T) {
	live := func(look bool) *aas.GetPredictiveScalingForecastOutput {
		s := tell(t, serviceKey, Options{ProvisioningDelay: time.Minute, TaskRate: 100})
		s.serve()
		s.register(2, 10)
		_, err := s.cloud.Attach(here, s.key, traffic.Spec{Type: traffic.Wave, Low: aws.Float64(20), High: aws.Float64(180), Peak: "18:00"})
		s.must(err)
		created := s.cloud.Clock().Now()
		s.put("daily", predictive(types.PredictiveScalingMetricSpecification{
			TargetValue:                       aws.Float64(40),
			PredefinedMetricPairSpecification: &types.PredictiveScalingPredefinedMetricPairSpecification{PredefinedMetricType: aws.String("ECSServiceCPUUtilization")},
		}))
		for range 3 * 24 {
			s.cloud.Advance(time.Hour)
			if look {
				s.forecast("daily", created, created.Add(5*24*time.Hour))
			}
		}
		out := s.forecast("daily", created, created.Add(5*24*time.Hour))
		s.equal("it is made when there is a day of data, and anew every six hours", 72*time.Hour-time.Minute, out.UpdateTime.Sub(created))
		s.equal("there is a forecast of every hour since then, and of 48 hours from the last on",
			[3]any{48 + 48, 24*time.Hour - time.Minute, 72*time.Hour + 47*time.Hour - time.Minute},
			[3]any{len(out.CapacityForecast.Values), out.CapacityForecast.Timestamps[0].Sub(created), out.CapacityForecast.Timestamps[95].Sub(created)})
		return out
	}
	if diff := cmp.Diff(live(false), live(true), cmpopts.IgnoreTypes(middleware.Metadata{}), cmpopts.IgnoreUnexported(
		aas.GetPredictiveScalingForecastOutput{}, types.LoadForecast{}, types.CapacityForecast{}, types.PredictiveScalingMetricSpecification{}, types.PredictiveScalingPredefinedMetricPairSpecification{},
	)); diff != "" {
		t.Errorf("reading changes nothing (-not read +read):\n%s", diff)
	}
}

// TestForecastOfCustomizedMetrics takes six hundred requests a minute to tasks of
// which each bears a hundred, however these are counted.
func TestForecastOfCustomizedMetrics(t *testing.T) {
	of := func(metric, stat string) []types.PredictiveScalingMetricDataQuery {
		return []types.PredictiveScalingMetricDataQuery{{Id: aws.String("m"), MetricStat: &types.PredictiveScalingMetricStat{
			Stat: &stat, Metric: &types.PredictiveScalingMetric{Namespace: aws.String("Shop"), MetricName: &metric},
		}}}
	}
	for _, tt := range []struct {
		reason        string
		load, scaling []types.PredictiveScalingMetricDataQuery
		capacity      []types.PredictiveScalingMetricDataQuery
	}{
		{"an hour of a sum is that of sixty minutes, and the target is about one", of("Requests", "Sum"), of("RequestsPerTask", "Average"), nil},
		{"an hour of a mean is as a minute", of("Requests", "Average"), of("RequestsPerTask", "Average"), nil},
		{"a metric that is put every five minutes has twelve points an hour", of("Seldom", "Sum"), of("RequestsPerTask", "Average"), nil},
		{"with a capacity the load of a task is learned", of("Requests", "Sum"), of("RequestsPerTask", "Average"), of("Tasks", "Average")},
		{"also where the scaling metric is a sum over the minute", of("Requests", "Sum"), of("RequestsPerTask", "Sum"), of("Tasks", "Average")},
		{"and where the load is a mean", of("Requests", "Average"), of("RequestsPerTask", "Sum"), of("Tasks", "Sum")},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			s := tell(t, serviceKey, Options{})
			s.register(2, 10)
			now := s.cloud.Clock().Now()
			for hour := range 30 {
				in := &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop")}
				for minute := range 60 {
					at := now.Add(time.Duration(hour-30)*time.Hour + time.Duration(minute)*time.Minute)
					for name, value := range map[string]float64{"Requests": 600, "RequestsPerTask": 50, "Tasks": 12, "Seldom": 600} {
						if name != "Seldom" || minute%5 == 0 {
							in.MetricData = append(in.MetricData, cwtypes.MetricDatum{MetricName: &name, Timestamp: &at, Value: &value})
						}
					}
				}
				_, err := s.clients.alarms.PutMetricData(t.Context(), in)
				s.must(err)
			}
			metric := types.PredictiveScalingMetricSpecification{
				TargetValue:                          aws.Float64(100),
				CustomizedLoadMetricSpecification:    &types.PredictiveScalingCustomizedMetricSpecification{MetricDataQueries: tt.load},
				CustomizedScalingMetricSpecification: &types.PredictiveScalingCustomizedMetricSpecification{MetricDataQueries: tt.scaling},
			}
			if tt.capacity != nil {
				metric.CustomizedCapacityMetricSpecification = &types.PredictiveScalingCustomizedMetricSpecification{MetricDataQueries: tt.capacity}
			}
			s.put("custom", predictive(metric))
			out := s.forecast("custom", now, now.Add(2*time.Hour))
			s.equal("six tasks bear it", []float64{6, 6}, out.CapacityForecast.Values)
		})
	}
}

func TestForecastOfImpossibleMetrics(t *testing.T) {
	s := tell(t, serviceKey, Options{})
	s.register(2, 10)
	for _, tt := range []struct{ reason, stat, expression, text string }{
		{"the load cannot be read", "Sum", "m1/(", "Error in expression 'e1'"},
		{"there is no such statistic", "Foo", "m1*2", "The value Foo for parameter Stat"},
		{"a search is not evaluated, and says so", "Sum", "SUM(SEARCH('{Shop} Requests', 'Sum'))", "SEARCH"},
	} {
		metric := &types.PredictiveScalingCustomizedMetricSpecification{MetricDataQueries: []types.PredictiveScalingMetricDataQuery{
			{Id: aws.String("e1"), Expression: &tt.expression},
			{Id: aws.String("m1"), ReturnData: aws.Bool(false), MetricStat: &types.PredictiveScalingMetricStat{
				Stat: &tt.stat, Metric: &types.PredictiveScalingMetric{Namespace: aws.String("Shop"), MetricName: aws.String("Requests")},
			}},
		}}
		in := predictive(types.PredictiveScalingMetricSpecification{
			TargetValue: aws.Float64(1), CustomizedLoadMetricSpecification: metric, CustomizedScalingMetricSpecification: metric,
		})
		in.PolicyName, in.ServiceNamespace, in.ResourceId, in.ScalableDimension = aws.String("p"), "ecs", &s.key.ResourceID, "ecs:service:DesiredCount"
		_, err := s.clients.scaling.PutScalingPolicy(t.Context(), &in)
		if s.wantAPIError(err, "ValidationException", tt.text); t.Failed() {
			t.Fatal(tt.reason)
		}
	}
	s.equal("nothing is stored", []string(nil), s.policies())
}
