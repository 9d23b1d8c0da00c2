package localcloud

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-cmp/cmp"
)

// story is a cloud with the endpoint of the SageMaker guide, registered as a
// scalable target. Only Advance moves its clock.
type story struct {
	*testing.T
	cloud   *Cloud
	clients clients
	start   time.Time
}

const variantID = "endpoint/demo-endpoint/variant/AllTraffic"

func tell(t *testing.T, o Options) *story {
	t.Helper()
	if o.Seed == 0 {
		o.Seed = 1
	}
	c := newPaused(t, o)
	return &story{T: t, cloud: c, clients: newClients(t, c), start: c.Clock().Now()}
}

func (s *story) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *story) register(minimum, maximum int32) {
	s.Helper()
	_, err := s.clients.scaling.RegisterScalableTarget(s.Context(), &aas.RegisterScalableTargetInput{
		ServiceNamespace: "sagemaker", ResourceId: aws.String(variantID), ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
		MinCapacity: &minimum, MaxCapacity: &maximum,
	})
	s.must(err)
}

// track puts the guide's policy, at a target value.
func (s *story) track(target float64) *aas.PutScalingPolicyOutput {
	s.Helper()
	out, err := s.clients.scaling.PutScalingPolicy(s.Context(), &aas.PutScalingPolicyInput{
		PolicyName: aws.String("invocations"), PolicyType: "TargetTrackingScaling",
		ServiceNamespace: "sagemaker", ResourceId: aws.String(variantID), ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
			TargetValue: &target, ScaleInCooldown: aws.Int32(60), ScaleOutCooldown: aws.Int32(60),
			PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeSageMakerVariantInvocationsPerInstance},
		},
	})
	s.must(err)
	return out
}

func (s *story) load(perMinute float64) {
	s.Helper()
	s.must(s.cloud.SetLoad(here, "demo-endpoint", "AllTraffic", perMinute))
}

// at is the time since the story began.
func (s *story) at() string { return s.cloud.Clock().Now().Sub(s.start).String() }

// endpoint describes status, desired and current instances.
func (s *story) endpoint() string {
	s.Helper()
	out, err := s.clients.models.DescribeEndpoint(s.Context(), &sagemaker.DescribeEndpointInput{EndpointName: aws.String("demo-endpoint")})
	s.must(err)
	v := out.ProductionVariants[0]
	return fmt.Sprintf("%s %d/%d", out.EndpointStatus, *v.DesiredInstanceCount, *v.CurrentInstanceCount)
}

// watch advances by minutes and returns each change of the endpoint.
func (s *story) watch(d time.Duration) []string {
	s.Helper()
	var seen []string
	before := s.endpoint()
	for range int(d / time.Minute) {
		s.cloud.Advance(time.Minute)
		if now := s.endpoint(); now != before {
			seen = append(seen, s.at()+" "+now)
			before = now
		}
	}
	return seen
}

func (s *story) activities() []types.ScalingActivity {
	s.Helper()
	var all []types.ScalingActivity
	p := aas.NewDescribeScalingActivitiesPaginator(s.clients.scaling, &aas.DescribeScalingActivitiesInput{ServiceNamespace: "sagemaker", IncludeNotScaledActivities: aws.Bool(true)})
	for p.HasMorePages() {
		out, err := p.NextPage(s.Context())
		s.must(err)
		all = append(all, out.ScalingActivities...)
	}
	return all
}

// told are the activities as lines, oldest first, without the IDs of alarms.
func (s *story) told() []string {
	s.Helper()
	ids := regexp.MustCompile(`-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	var lines []string
	for _, a := range s.activities() {
		end := "..."
		if a.EndTime != nil {
			end = a.EndTime.Sub(s.start).String()
		}
		line := fmt.Sprintf("%v-%s %s: %s (%s)", a.StartTime.Sub(s.start), end, a.StatusCode, *a.Description, ids.ReplaceAllString(*a.Cause, ""))
		for _, r := range a.NotScaledReasons {
			line += " " + *r.Code
		}
		lines = append(lines, line)
	}
	slices.Reverse(lines)
	return lines
}

func (s *story) states() map[string]string {
	s.Helper()
	out, err := s.clients.alarms.DescribeAlarms(s.Context(), &cloudwatch.DescribeAlarmsInput{})
	s.must(err)
	states := map[string]string{}
	for _, a := range out.MetricAlarms {
		role := regexp.MustCompile(`Alarm(High|Low)`).FindString(*a.AlarmName)
		states[role] = string(a.StateValue) + ": " + *a.StateReason
	}
	return states
}

func (s *story) equal(reason string, want, got any) {
	s.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("%s (-want +got):\n%s", reason, diff)
	}
}

func TestGuideScales(t *testing.T) {
	s := tell(t, Options{ProvisioningDelay: 5 * time.Minute})
	s.register(1, 2)
	s.track(70)
	s.load(130)
	s.equal("after three minutes above target, and one until they are known, the variant scales out; the capacity follows",
		[]string{"4m0s Updating 2/1", "9m0s InService 2/2"}, s.watch(30*time.Minute))
	s.load(0)
	s.equal("after fifteen minutes without traffic it scales in", []string{"46m0s Updating 1/2", "51m0s InService 1/1"}, s.watch(30*time.Minute))
	const (
		high = "(monitor alarm TargetTracking-" + variantID + "-AlarmHigh in state ALARM triggered policy invocations)"
		low  = "(monitor alarm TargetTracking-" + variantID + "-AlarmLow in state ALARM triggered policy invocations)"
	)
	s.equal("the activities say what happened and why, also why nothing did; alarms act each minute, and what repeats is told once", []string{
		"4m0s-9m0s Successful: Setting desired instance count to 2. " + high,
		"10m0s-... Failed: Attempting to scale due to alarm triggered " + high + " AlreadyAtMaxCapacity",
		"46m0s-51m0s Successful: Setting desired instance count to 1. " + low,
		"52m0s-... Failed: Attempting to scale due to alarm triggered " + low + " AlreadyAtMinCapacity",
	}, s.told())
}
