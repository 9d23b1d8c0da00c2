package localcloud

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// suspend changes what of a target is suspended.
func (s *story) suspend(state types.SuspendedState) {
	s.Helper()
	_, err := s.clients.scaling.RegisterScalableTarget(s.Context(), &aas.RegisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespace(s.key.ServiceNamespace), ResourceId: &s.key.ResourceID,
		ScalableDimension: types.ScalableDimension(s.key.ScalableDimension), SuspendedState: &state,
	})
	s.must(err)
}

// hold puts a target tracking policy on a metric of its name.
func (s *story) hold(name string, target float64, disableScaleIn bool) {
	s.Helper()
	s.put(name, aas.PutScalingPolicyInput{
		PolicyType: "TargetTrackingScaling",
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
			TargetValue: &target, ScaleInCooldown: aws.Int32(120), ScaleOutCooldown: aws.Int32(120), DisableScaleIn: &disableScaleIn,
			CustomizedMetricSpecification: &types.CustomizedMetricSpecification{Namespace: aws.String("Shop"), MetricName: &name, Statistic: types.MetricStatisticAverage},
		},
	})
}

// live lets minutes pass in which metrics have values, by their names.
func (s *story) live(minutes int, values map[string]float64) {
	s.Helper()
	for range minutes {
		for name, x := range values {
			_, err := s.clients.alarms.PutMetricData(s.Context(), &cloudwatch.PutMetricDataInput{
				Namespace: aws.String("Shop"), MetricData: []cwtypes.MetricDatum{{MetricName: &name, Value: &x}},
			})
			s.must(err)
		}
		s.cloud.Advance(time.Minute)
	}
}

// schedule puts a scheduled action that sets the minimum.
func (s *story) schedule(name, schedule string, minimum int32) {
	s.Helper()
	_, err := s.clients.scaling.PutScheduledAction(s.Context(), &aas.PutScheduledActionInput{
		ScheduledActionName: &name, Schedule: &schedule, ServiceNamespace: types.ServiceNamespace(s.key.ServiceNamespace), ResourceId: &s.key.ResourceID,
		ScalableDimension: types.ScalableDimension(s.key.ScalableDimension), ScalableTargetAction: &types.ScalableTargetAction{MinCapacity: &minimum},
	})
	s.must(err)
}

func TestSuspendedScaleOut(t *testing.T) {
	s := tell(t, serviceKey, Options{ProvisioningDelay: time.Minute})
	s.serve()
	s.register(2, 10)
	s.hold("load", 50, false)
	s.suspend(types.SuspendedState{DynamicScalingOutSuspended: aws.Bool(true)})
	s.live(10, map[string]float64{"load": 100})
	s.equal("the alarm goes on, and nothing scales", "ALARM", s.alarms()[s.managed("AlarmHigh")])
	s.equal("nor is it told that it does not", []string(nil), s.told())
	s.schedule("more", "at(2026-03-01T12:13:00)", 3)
	s.live(5, map[string]float64{"load": 100})
	s.equal("scheduled actions scale out nevertheless", "3/3", s.tasks())
	s.suspend(types.SuspendedState{DynamicScalingOutSuspended: aws.Bool(false)})
	s.live(2, map[string]float64{"load": 100})
	s.equal("once it is resumed, the alarm that is in ALARM scales out within a minute", []string{
		"12m0s-... Successful: Setting min capacity to 3 (scheduled action name more was triggered)",
		"12m0s-13m0s Successful: Setting desired count to 3. (minimum capacity was set to 3)",
		"16m0s-17m0s Successful: Setting desired count to 6. " + triggered(s.managed("AlarmHigh"), "load"),
	}, s.told())
}

func TestDisabledScaleIn(t *testing.T) {
	s := tell(t, serviceKey, Options{ProvisioningDelay: time.Minute})
	s.serve()
	s.register(1, 10)
	s.hold("load", 50, true)
	s.equal("there is no alarm for less", map[string]string{s.managed("AlarmHigh"): "INSUFFICIENT_DATA"}, s.alarms())
	s.live(4, map[string]float64{"load": 100})
	s.live(25, map[string]float64{"load": 1})
	s.equal("the policy scales out and never in", "4/4", s.tasks())
	s.hold("queue", 50, false)
	s.live(17, map[string]float64{"load": 50, "queue": 25})
	s.equal("nor does it keep another from it", "2/2", s.tasks())
}

// TestPoliciesVote has two policies, which want different capacities.
func TestPoliciesVote(t *testing.T) {
	s := tell(t, serviceKey, Options{ProvisioningDelay: time.Minute})
	s.serve()
	s.register(1, 20)
	s.hold("cpu", 50, false)
	s.hold("queue", 10, false)
	s.live(4, map[string]float64{"cpu": 100, "queue": 5})
	s.equal("one that wants more is enough", "4/2", s.tasks())
	s.live(1, map[string]float64{"cpu": 50, "queue": 10})
	s.live(3, map[string]float64{"cpu": 75, "queue": 20})
	s.live(2, map[string]float64{"cpu": 50, "queue": 10})
	s.equal("of two that want more the larger capacity wins", "8/8", s.tasks())
	s.live(20, map[string]float64{"cpu": 5, "queue": 10})
	s.equal("one that wants less is not enough", "8/8", s.tasks())
	s.live(16, map[string]float64{"cpu": 25, "queue": 2.5})
	s.equal("when both want less, the larger capacity wins again", "4/8", s.tasks())
	queue := triggered(s.managed("AlarmHigh"), "queue")
	s.equal("the causes name whose decision it was", []string{
		"4m0s-5m0s Successful: Setting desired count to 4. " + triggered(s.managed("AlarmHigh"), "cpu"),
		"9m0s-10m0s Successful: Setting desired count to 8. " + queue,
		"46m0s-... InProgress: Setting desired count to 4. " + triggered(s.managed("AlarmLow"), "cpu"),
	}, s.told())
}

func TestLaterChangeOverrides(t *testing.T) {
	s := tell(t, serviceKey, Options{ProvisioningDelay: 5 * time.Minute})
	s.serve()
	s.cloud.Advance(5 * time.Minute)
	s.start = s.cloud.Clock().Now()
	s.register(4, 10)
	s.cloud.Advance(time.Minute)
	s.register(6, 10)
	s.cloud.Advance(10 * time.Minute)
	s.equal("the activity under way ends when a later one begins", []string{
		"0s-1m0s Overridden: Setting desired count to 4. (minimum capacity was set to 4)",
		"1m0s-6m0s Successful: Setting desired count to 6. (minimum capacity was set to 6)",
	}, s.told())
	s.equal("and says why", "Successfully set desired count to 4. Found it was later changed to 6.", *s.activities()[1].StatusMessage)
}

func TestScheduledActionOfBusyEndpoint(t *testing.T) {
	s := tell(t, variantKey, Options{EndpointDelay: 5 * time.Minute})
	s.host(aws.String("demo"))
	s.register(1, 5)
	s.schedule("more", "at(2026-03-01T12:08:00)", 3)
	s.schedule("even-more", "at(2026-03-01T12:20:00)", 4)
	s.register(2, 5) // which takes the endpoint until 12:10
	s.cloud.Advance(20 * time.Minute)
	const busy = "Resource Id [endpoint/demo-endpoint/variant/AllTraffic] is not scalable. Reason: "
	s.equal("an action whose endpoint is updating fails and changes nothing; the next one does not", []string{
		"0s-5m0s Successful: Setting desired instance count to 2. (minimum capacity was set to 2)",
		"3m0s-... Failed: Setting min capacity to 3 (scheduled action name more was triggered)",
		"15m0s-... Successful: Setting min capacity to 4 (scheduled action name even-more was triggered)",
		"15m0s-20m0s Successful: Setting desired instance count to 4. (minimum capacity was set to 4)",
	}, s.told())
	if message := *s.activities()[2].StatusMessage; len(message) <= len(busy) || message[:len(busy)] != busy {
		t.Errorf("the message is %q, want %q with a reason of SageMaker", message, busy)
	}
}

func TestSuspendedSchedule(t *testing.T) {
	s := tell(t, serviceKey, Options{})
	s.register(1, 20)
	s.schedule("once", "at(2026-03-01T12:10:00)", 9)
	s.schedule("later", "at(2026-03-01T12:50:00)", 5)
	s.schedule("hourly", "cron(15,45 * * * ? *)", 3)
	s.suspend(types.SuspendedState{ScheduledScalingSuspended: aws.Bool(true)})
	s.cloud.Advance(30 * time.Minute)
	s.equal("what is suspended does not run", []string(nil), s.told())
	s.suspend(types.SuspendedState{ScheduledScalingSuspended: aws.Bool(false)})
	s.cloud.Advance(30 * time.Minute)
	s.equal("once it is resumed, only actions run whose time has not passed", []string{
		"45m0s-... Successful: Setting min capacity to 3 (scheduled action name hourly was triggered)",
		"45m0s-45m0s Successful: Setting desired count to 3. (minimum capacity was set to 3)",
		"50m0s-... Successful: Setting min capacity to 5 (scheduled action name later was triggered)",
		"50m0s-50m0s Successful: Setting desired count to 5. (minimum capacity was set to 5)",
	}, s.told())
}
