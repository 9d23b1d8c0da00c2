package clients

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// The ACK controller for Application Auto Scaling is not run here. These tests make
// the calls that it makes, in its order and with the members that it sends, and ask
// of the answers what its code asks of them.

// awsConfig configures a client for a local AWS on a server of its own.
func awsConfig(t *testing.T, w *watched) aws.Config {
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	return aws.Config{
		Region: region, BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
}

const (
	chat      = "endpoint/chat/variant/AllTraffic"
	instances = types.ScalableDimensionSageMakerVariantDesiredInstanceCount
	linked    = "arn:aws:iam::" + account + ":role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)

// ackScaling is the controller's client.
type ackScaling struct {
	*testing.T
	*applicationautoscaling.Client
}

func newACKScaling(t *testing.T) ackScaling {
	w := newWatched(t, localcloud.Options{Paused: true})
	if err := w.cloud.Seed(t.Context(), localcloud.Endpoint{Name: "chat", Account: account, Region: region}); err != nil {
		t.Fatal(err)
	}
	return ackScaling{t, applicationautoscaling.NewFromConfig(awsConfig(t, w))}
}

// target is the read of a ScalableTarget, which takes the one of the list that is
// of the object; nil is its "not found".
func (a ackScaling) target() *types.ScalableTarget {
	a.Helper()
	out, err := a.DescribeScalableTargets(a.Context(), &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceIds: []string{chat}, ScalableDimension: instances,
	})
	if err != nil {
		a.Fatal(err)
	}
	if len(out.ScalableTargets) == 0 {
		return nil
	}
	return &out.ScalableTargets[0]
}

// policy is the same of a ScalingPolicy.
func (a ackScaling) policy(name string) *types.ScalingPolicy {
	a.Helper()
	out, err := a.DescribeScalingPolicies(a.Context(), &applicationautoscaling.DescribeScalingPoliciesInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(chat), ScalableDimension: instances, PolicyNames: []string{name},
	})
	if err != nil {
		a.Fatal(err)
	}
	if len(out.ScalingPolicies) == 0 {
		return nil
	}
	return &out.ScalingPolicies[0]
}

// register sends the whole spec, as create and update both do.
func (a ackScaling) register(minimum, maximum int32, role *string) string {
	a.Helper()
	out, err := a.RegisterScalableTarget(a.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(chat), ScalableDimension: instances,
		MinCapacity: &minimum, MaxCapacity: &maximum, RoleARN: role,
	})
	if err != nil {
		a.Fatal(err)
	}
	return aws.ToString(out.ScalableTargetARN)
}

func (a ackScaling) equal(reason string, want, got any) {
	a.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.ScalableTarget{}, types.ScalingPolicy{}, types.SuspendedState{}, types.TargetTrackingScalingPolicyConfiguration{},
		types.PredefinedMetricSpecification{}, types.StepScalingPolicyConfiguration{}, types.StepAdjustment{}, types.Alarm{})); diff != "" {
		a.Errorf("%s (-want +got):\n%s", reason, diff)
	}
}

func TestACKScalableTarget(t *testing.T) {
	custom := "arn:aws:iam::" + account + ":role/scaling"
	for _, c := range []struct {
		reason     string
		role, late *string
	}{
		{"without a role the one that AWS tells is written into the spec, and sent from then on", nil, aws.String(linked)},
		{"a role that is given is told as it is", &custom, &custom},
	} {
		a := newACKScaling(t)
		// Create: describe, register, describe, and describe once more for what is
		// initialised late.
		if got := a.target(); got != nil {
			t.Fatalf("%s: a target that is not registered is an empty list: %+v", c.reason, got)
		}
		arn := a.register(1, 4, c.role)
		want := &types.ScalableTarget{
			ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(chat), ScalableDimension: instances,
			MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(4), RoleARN: c.late, ScalableTargetARN: &arn,
			SuspendedState: &types.SuspendedState{DynamicScalingInSuspended: aws.Bool(false), DynamicScalingOutSuspended: aws.Bool(false), ScheduledScalingSuspended: aws.Bool(false)},
		}
		created := a.target()
		if created.CreationTime == nil || created.CreationTime.Nanosecond()%int(time.Millisecond) != 0 {
			t.Errorf("%s: the time of creation is %v", c.reason, created.CreationTime)
		}
		want.CreationTime = created.CreationTime
		a.equal(c.reason, want, created)
		a.equal(c.reason+": steady, the same is read again, twice", []*types.ScalableTarget{want, want}, []*types.ScalableTarget{a.target(), a.target()})

		// Update: describe, register with the role that is in the spec by now, describe.
		a.equal("an update keeps the ARN", arn, a.register(2, 6, c.late))
		want.MinCapacity, want.MaxCapacity = aws.Int32(2), aws.Int32(6)
		a.equal(c.reason+": updated", want, a.target())

		// Adopt: the namespace and the resource are enough.
		out, err := a.DescribeScalableTargets(t.Context(), &applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceIds: []string{chat}})
		if err != nil {
			t.Fatal(err)
		}
		a.equal(c.reason+": adopted", []types.ScalableTarget{*want}, out.ScalableTargets)

		// Delete: describe, deregister; and describe finds nothing any more.
		a.equal(c.reason+": before it is deleted", want, a.target())
		in := &applicationautoscaling.DeregisterScalableTargetInput{ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(chat), ScalableDimension: instances}
		if _, err := a.DeregisterScalableTarget(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if got := a.target(); got != nil {
			t.Errorf("%s: a target that is deregistered is an empty list: %+v", c.reason, got)
		}
		_, err = a.DeregisterScalableTarget(t.Context(), in)
		var gone *types.ObjectNotFoundException
		if !errors.As(err, &gone) {
			t.Errorf("%s: a second deletion is refused as %v", c.reason, err)
		}
	}
}

// suspendedState of the spec is compared member by member, those that are not set
// with what AWS has.
func TestACKSuspendedState(t *testing.T) {
	a := newACKScaling(t)
	a.register(1, 4, nil)
	_, err := a.RegisterScalableTarget(t.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(chat), ScalableDimension: instances, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(4),
		RoleARN: aws.String(linked), SuspendedState: &types.SuspendedState{DynamicScalingInSuspended: aws.Bool(true)},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.equal("what is not sent keeps its value, and all are told",
		&types.SuspendedState{DynamicScalingInSuspended: aws.Bool(true), DynamicScalingOutSuspended: aws.Bool(false), ScheduledScalingSuspended: aws.Bool(false)}, a.target().SuspendedState)
	a.register(1, 5, aws.String(linked))
	a.equal("an update without the member too", aws.Bool(true), a.target().SuspendedState.DynamicScalingInSuspended)
}

// A ScalingPolicy is compared pointer by pointer: a default that AWS told and the
// user has left out would be an update at every look.
func TestACKScalingPolicy(t *testing.T) {
	tracking := &types.TargetTrackingScalingPolicyConfiguration{
		TargetValue:                   aws.Float64(60),
		PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeSageMakerVariantInvocationsPerInstance},
	}
	cooled := *tracking
	cooled.ScaleInCooldown, cooled.DisableScaleIn = aws.Int32(600), aws.Bool(false)
	steps := &types.StepScalingPolicyConfiguration{
		AdjustmentType:  types.AdjustmentTypeChangeInCapacity,
		StepAdjustments: []types.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(10), ScalingAdjustment: aws.Int32(2)}, {MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(10), ScalingAdjustment: aws.Int32(1)}},
	}
	more := *steps
	more.Cooldown, more.MetricAggregationType = aws.Int32(60), types.MetricAggregationTypeMaximum
	type config struct {
		kind     types.PolicyType
		tracking *types.TargetTrackingScalingPolicyConfiguration
		steps    *types.StepScalingPolicyConfiguration
	}
	for _, c := range []struct {
		reason          string
		create, update  config
		alarms, changed int
	}{
		{"target tracking", config{types.PolicyTypeTargetTrackingScaling, tracking, nil}, config{types.PolicyTypeTargetTrackingScaling, &cooled, nil}, 2, 2},
		{"steps, in the order in which they are given", config{types.PolicyTypeStepScaling, nil, steps}, config{types.PolicyTypeStepScaling, nil, &more}, 0, 0},
	} {
		a := newACKScaling(t)
		put := func(of config) (*applicationautoscaling.PutScalingPolicyOutput, error) {
			return a.PutScalingPolicy(t.Context(), &applicationautoscaling.PutScalingPolicyInput{
				PolicyName: aws.String("p"), PolicyType: of.kind, ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(chat), ScalableDimension: instances,
				TargetTrackingScalingPolicyConfiguration: of.tracking, StepScalingPolicyConfiguration: of.steps,
			})
		}
		// Before its target: the put fails, and is tried again for ever.
		if got := a.policy("p"); got != nil {
			t.Fatalf("%s: a policy that does not exist is an empty list: %+v", c.reason, got)
		}
		var failed smithy.APIError
		if _, err := put(c.create); !errors.As(err, &failed) || failed.ErrorCode() != "ObjectNotFoundException" || !strings.HasPrefix(failed.ErrorMessage(), "No scalable target registered for ") {
			t.Errorf("%s: without a target the put fails as %v", c.reason, err)
		}
		a.register(1, 4, nil)

		// Create: describe, put, describe. Then as the spec is, and nothing more.
		want := types.ScalingPolicy{PolicyName: aws.String("p"), ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(chat), ScalableDimension: instances}
		expect := func(step string, of config, alarms int) {
			t.Helper()
			if a.policy("p") == nil && step == "updated" {
				t.Fatalf("%s: the policy is gone before its update", c.reason)
			}
			out, err := put(of)
			if err != nil {
				t.Fatal(err)
			}
			got := a.policy("p")
			if want.PolicyARN == nil {
				want.PolicyARN, want.CreationTime = out.PolicyARN, got.CreationTime
			}
			want.PolicyType, want.TargetTrackingScalingPolicyConfiguration, want.StepScalingPolicyConfiguration = of.kind, of.tracking, of.steps
			want.Alarms = out.Alarms
			if len(out.Alarms) == 0 {
				want.Alarms = nil
			}
			a.equal(c.reason+": "+step, &want, got)
			a.equal(c.reason+": steady after it is "+step, &want, a.policy("p"))
			if len(got.Alarms) != alarms || got.CreationTime == nil || !strings.Contains(*got.PolicyARN, ":policyName/p") {
				t.Errorf("%s: %s, the status would be %+v", c.reason, step, got)
			}
		}
		expect("created", c.create, c.alarms)
		expect("updated", c.update, c.changed)

		// Adopt: without a name, by the resource.
		out, err := a.DescribeScalingPolicies(t.Context(), &applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(chat)})
		if err != nil {
			t.Fatal(err)
		}
		a.equal(c.reason+": adopted", []types.ScalingPolicy{want}, out.ScalingPolicies)

		// Delete: describe, delete; and describe finds nothing any more.
		if a.policy("p") == nil {
			t.Fatalf("%s: the policy is gone before it is deleted", c.reason)
		}
		if _, err := a.DeleteScalingPolicy(t.Context(), &applicationautoscaling.DeleteScalingPolicyInput{
			PolicyName: aws.String("p"), ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(chat), ScalableDimension: instances,
		}); err != nil {
			t.Fatal(err)
		}
		if got := a.policy("p"); got != nil {
			t.Errorf("%s: a policy that is deleted is an empty list: %+v", c.reason, got)
		}
	}
}
