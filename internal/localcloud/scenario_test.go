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
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

// story is a cloud with one resource that is scaled, told through the clients of
// AWS. Only Advance moves its clock.
type story struct {
	*testing.T
	cloud   *Cloud
	clients clients
	start   time.Time
	key     resources.Key
}

func tell(t *testing.T, key resources.Key, o Options) *story {
	t.Helper()
	o.Seed, o.Now = 1, newClock().Now
	c := New(o)
	s := &story{T: t, cloud: c, clients: newClients(c), start: c.Clock().Now(), key: key}
	s.must(c.Clock().SetSpeed(0))
	return s
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
		ServiceNamespace: types.ServiceNamespace(s.key.ServiceNamespace), ResourceId: &s.key.ResourceID,
		ScalableDimension: types.ScalableDimension(s.key.ScalableDimension), MinCapacity: &minimum, MaxCapacity: &maximum,
	})
	s.must(err)
}

// put puts a policy and returns its ARN.
func (s *story) put(name string, in aas.PutScalingPolicyInput) string {
	s.Helper()
	in.PolicyName = &name
	in.ServiceNamespace, in.ResourceId = types.ServiceNamespace(s.key.ServiceNamespace), &s.key.ResourceID
	in.ScalableDimension = types.ScalableDimension(s.key.ScalableDimension)
	out, err := s.clients.scaling.PutScalingPolicy(s.Context(), &in)
	s.must(err)
	return *out.PolicyARN
}

// track puts a target tracking policy that waits five minutes after it scaled.
func (s *story) track(metric types.MetricType, target float64) {
	s.Helper()
	s.put("track", aas.PutScalingPolicyInput{
		PolicyType: "TargetTrackingScaling",
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
			TargetValue: &target, ScaleInCooldown: aws.Int32(300), ScaleOutCooldown: aws.Int32(300),
			PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: metric},
		},
	})
}

// load lets so many requests a minute arrive from now on.
func (s *story) load(perMinute float64) {
	s.Helper()
	_, err := s.cloud.Attach(here, s.key, traffic.Spec{Type: traffic.Constant, Rate: &perMinute})
	s.must(err)
}

// watch advances by minutes and returns each change of what a function tells,
// with the time since the story began.
func (s *story) watch(d time.Duration, tell func() string) []string {
	s.Helper()
	var seen []string
	before := tell()
	for range int(d / time.Minute) {
		s.cloud.Advance(time.Minute)
		if now := tell(); now != before {
			seen = append(seen, fmt.Sprint(s.cloud.Clock().Now().Sub(s.start), " ", now))
			before = now
		}
	}
	return seen
}

func (s *story) activities() []types.ScalingActivity {
	s.Helper()
	var all []types.ScalingActivity
	p := aas.NewDescribeScalingActivitiesPaginator(s.clients.scaling, &aas.DescribeScalingActivitiesInput{
		ServiceNamespace: types.ServiceNamespace(s.key.ServiceNamespace), IncludeNotScaledActivities: aws.Bool(true),
	})
	for p.HasMorePages() {
		out, err := p.NextPage(s.Context())
		s.must(err)
		all = append(all, out.ScalingActivities...)
	}
	return all
}

var uuids = regexp.MustCompile(`-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// told are the activities as lines, oldest first, without the IDs of alarms.
func (s *story) told() []string {
	s.Helper()
	var lines []string
	for _, a := range s.activities() {
		end := "..."
		if a.EndTime != nil {
			end = a.EndTime.Sub(s.start).String()
		}
		line := fmt.Sprintf("%v-%s %s: %s (%s)", a.StartTime.Sub(s.start), end, a.StatusCode, *a.Description, uuids.ReplaceAllString(*a.Cause, ""))
		for _, r := range a.NotScaledReasons {
			line += " " + *r.Code
		}
		lines = append(lines, line)
	}
	slices.Reverse(lines)
	return lines
}

// alarms are the states of all alarms by their names, without IDs.
func (s *story) alarms() map[string]string {
	s.Helper()
	states := map[string]string{}
	p := cloudwatch.NewDescribeAlarmsPaginator(s.clients.alarms, &cloudwatch.DescribeAlarmsInput{})
	for p.HasMorePages() {
		out, err := p.NextPage(s.Context())
		s.must(err)
		for _, a := range out.MetricAlarms {
			states[uuids.ReplaceAllString(*a.AlarmName, "")] = string(a.StateValue)
		}
	}
	return states
}

func (s *story) equal(reason string, want, got any) {
	s.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("%s (-want +got):\n%s", reason, diff)
	}
}

// managed is the name of a managed alarm without its ID.
func (s *story) managed(role string) string {
	return "TargetTracking-" + s.key.ResourceID + "-" + role
}

// triggered is the cause of what an alarm made a policy do, as AWS words it.
func triggered(alarm, policy string) string {
	return "(monitor alarm " + alarm + " in state ALARM triggered policy " + policy + ")"
}

// TestSameSeedSameStory lets many targets live twice, on all processors, and
// compares what happened.
func TestSameSeedSameStory(t *testing.T) {
	var before []string
	for range 2 {
		c := fleet(t, 600)
		c.SetMetricDelay(time.Minute)
		c.Advance(30 * time.Minute)
		s := &story{T: t, cloud: c, clients: newClients(c), key: variantKey}
		var now []string
		for _, a := range s.activities() {
			now = append(now, fmt.Sprint(*a.ActivityId, *a.StartTime, a.StatusCode, *a.Description, *a.Cause))
		}
		if len(now) < 100 {
			t.Fatalf("only %d activities in half an hour", len(now))
		}
		if before != nil {
			s.equal("all activities are the same, with IDs and times", before, now)
		}
		before = now
	}
}
