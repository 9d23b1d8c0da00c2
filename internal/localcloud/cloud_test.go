package localcloud

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aatypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	smtypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
)

func TestOwnPaths(t *testing.T) {
	c := New(Options{})
	const health = `{"services":{"Application Auto Scaling":"running","CloudWatch":"running","DynamoDB":"running","ECS":"running","STS":"running","SageMaker":"running","SageMaker Runtime":"running"},"status":"running"}` + "\n"
	cases := map[string]struct {
		reason, method, path string
		status               int
		body                 string
	}{
		"Health":     {"health says what runs", "GET", "/_setpoint/health", 200, health},
		"LocalStack": {"tools look for health where LocalStack has it", "GET", "/_localstack/health", 200, health},
		"Unknown":    {"an unknown path says what there is", "GET", "/_setpoint/nothing", 404, "there is GET /_setpoint/health"},
		"Root":       {"a browser learns what is missing", "GET", "/", 400, "GET / is no AWS request"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			status, body := serve(c, httptest.NewRequest(tc.method, tc.path, nil))
			if status != tc.status || !strings.Contains(body, tc.body) {
				t.Errorf("%s: %d %s", tc.reason, status, body)
			}
		})
	}
}

func TestReset(t *testing.T) {
	c := New(Options{})
	ask(c, "PutMetricAlarm", putBody("a"))
	if n := count(t, c); n != 1 {
		t.Fatalf("%d alarms", n)
	}
	c.Reset()
	if n := count(t, c); n != 0 {
		t.Errorf("%d alarms are left by a reset", n)
	}
	if n := c.Journal().Count("PutMetricAlarm"); n != 1 {
		t.Errorf("the journal is not AWS's state and stays: %d", n)
	}
}

func TestScopes(t *testing.T) {
	cases := map[string]struct {
		reason  string
		options Options
		header  string
		want    string
	}{
		"Unsigned": {"unsigned requests have the defaults", Options{}, "", "us-east-1:000000000000"},
		"Options":  {"the defaults are options", Options{Account: "999988887777", Region: "ap-south-1"}, "", "ap-south-1:999988887777"},
		"Signed": {"a key of twelve digits is the account; the Region is the signature's", Options{},
			"AWS4-HMAC-SHA256 Credential=111122223333/d/cn-north-1/monitoring/aws4_request", "cn-north-1:111122223333"},
		"OtherKey": {"any other key is the default account", Options{},
			"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/d/eu-west-1/monitoring/aws4_request", "eu-west-1:000000000000"},
		"NoAWS": {"what is no signature of AWS says nothing", Options{}, "Bearer 111122223333", "us-east-1:000000000000"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := New(tc.options)
			for _, operation := range []string{"PutMetricAlarm", "DescribeAlarms"} {
				r := jsonRequest("x", operation, putBody("a"))
				r.Header.Set("Authorization", tc.header)
				status, body := serve(c, r)
				if status != 200 || operation == "DescribeAlarms" && !strings.Contains(body, ":cloudwatch:"+tc.want+":alarm:a") {
					t.Errorf("%s: %d %s", tc.reason, status, body)
				}
			}
		})
	}
}

func TestUnknownServices(t *testing.T) {
	c := New(Options{})
	cases := map[string]struct {
		reason string
		change func(*http.Request)
		want   string
	}{
		"JSON": {"a service of JSON is named", func(r *http.Request) { r.Header.Set("X-Amz-Target", "AWSLambda.ListFunctions") },
			`service AWSLambda, of which the operation \"ListFunctions\" was asked. It implements Application Auto Scaling, CloudWatch, DynamoDB, ECS, SageMaker, SageMaker Runtime, STS.`},
		"CBOR": {"a service of CBOR is named", func(r *http.Request) {
			r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
			r.URL.Path = "/service/Kinesis/operation/ListStreams"
		}, "service Kinesis"},
		"Query": {"a service of the query protocol is named by version and signature", func(r *http.Request) {
			r.Header.Del("X-Amz-Target")
			r.Method, r.URL.RawQuery = http.MethodGet, "Action=ListUsers&Version=2010-05-08"
		}, "version &#34;2010-05-08&#34;, signed for &#34;monitoring&#34;"},
		"WrongProtocol": {"STS does not speak JSON", func(r *http.Request) {
			r.Header.Set("X-Amz-Target", "AWSSecurityTokenServiceV20110615.GetCallerIdentity")
		},
			"service AWSSecurityTokenServiceV20110615"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := jsonRequest(account, "X", "{}")
			tc.change(r)
			status, body := serve(c, r)
			if status != 400 || !strings.Contains(body, tc.want) {
				t.Errorf("%s: %d %s", tc.reason, status, body)
			}
		})
	}
}

// TestGuide goes the way of the tutorial: an endpoint that is there, a scalable
// target, a policy, its alarms, and the end of it all.
func TestGuide(t *testing.T) {
	clock := newClock()
	c := New(Options{Now: clock.Now, EndpointDelay: 5 * time.Minute})
	if err := c.Seed(t.Context(), Endpoint{Account: account, Region: region}); err != nil {
		t.Fatal(err)
	}
	clients := newClients(c)
	endpoint, err := clients.models.DescribeEndpoint(t.Context(), &sagemaker.DescribeEndpointInput{EndpointName: aws.String("demo-endpoint")})
	if err != nil {
		t.Fatal(err)
	}
	if v := endpoint.ProductionVariants; endpoint.EndpointStatus != smtypes.EndpointStatusInService || len(v) != 1 || *v[0].VariantName != "AllTraffic" || *v[0].CurrentInstanceCount != 1 {
		t.Errorf("a seeded endpoint is in service: %s %+v", endpoint.EndpointStatus, v)
	}
	if !endpoint.CreationTime.Equal(clock.now.Add(-5 * time.Minute)) {
		t.Errorf("it was created as long ago as that takes, not at %s", endpoint.CreationTime)
	}

	id, dimension := aws.String("endpoint/demo-endpoint/variant/AllTraffic"), aatypes.ScalableDimensionSageMakerVariantDesiredInstanceCount
	_, err = clients.scaling.RegisterScalableTarget(t.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: aatypes.ServiceNamespaceSagemaker, ResourceId: id, ScalableDimension: dimension, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(4),
	})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := clients.scaling.PutScalingPolicy(t.Context(), &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String("invocations"), ServiceNamespace: aatypes.ServiceNamespaceSagemaker, ResourceId: id, ScalableDimension: dimension,
		PolicyType: aatypes.PolicyTypeTargetTrackingScaling,
		TargetTrackingScalingPolicyConfiguration: &aatypes.TargetTrackingScalingPolicyConfiguration{
			TargetValue:                   aws.Float64(70),
			PredefinedMetricSpecification: &aatypes.PredefinedMetricSpecification{PredefinedMetricType: aatypes.MetricTypeSageMakerVariantInvocationsPerInstance},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	alarms := describeAlarms(t, clients)
	if diff := cmp.Diff(alarmNames(policy.Alarms), keys(alarms)); diff != "" {
		t.Fatalf("the policy's alarms are in CloudWatch (-policy +cloudwatch):\n%s", diff)
	}
	for _, a := range alarms {
		if *a.MetricName != "InvocationsPerInstance" || len(a.Dimensions) != 2 || a.StateValue != cwtypes.StateValueInsufficientData || len(a.AlarmActions) != 1 {
			t.Errorf("a managed alarm watches the variant's metric: %+v", a)
		}
	}

	if _, err := clients.models.DeleteEndpoint(t.Context(), &sagemaker.DeleteEndpointInput{EndpointName: aws.String("demo-endpoint")}); err != nil {
		t.Fatal(err)
	}
	targets, err := clients.scaling.DescribeScalableTargets(t.Context(), &applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: aatypes.ServiceNamespaceSagemaker})
	if err != nil || len(targets.ScalableTargets) != 0 || len(describeAlarms(t, clients)) != 0 {
		t.Errorf("an endpoint that is deleted takes its scalable target and the alarms with it: %v, %v", targets, err)
	}
}

func TestStepPolicyAlarms(t *testing.T) {
	c := New(Options{})
	if err := c.Seed(t.Context(), Endpoint{Account: account, Region: region}); err != nil {
		t.Fatal(err)
	}
	clients := newClients(c)
	id, dimension := aws.String("endpoint/demo-endpoint/variant/AllTraffic"), aatypes.ScalableDimensionSageMakerVariantDesiredInstanceCount
	if _, err := clients.scaling.RegisterScalableTarget(t.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: aatypes.ServiceNamespaceSagemaker, ResourceId: id, ScalableDimension: dimension, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(4),
	}); err != nil {
		t.Fatal(err)
	}
	policy, err := clients.scaling.PutScalingPolicy(t.Context(), &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String("steps"), ServiceNamespace: aatypes.ServiceNamespaceSagemaker, ResourceId: id, ScalableDimension: dimension,
		PolicyType: aatypes.PolicyTypeStepScaling,
		StepScalingPolicyConfiguration: &aatypes.StepScalingPolicyConfiguration{
			AdjustmentType:  aatypes.AdjustmentTypeChangeInCapacity,
			StepAdjustments: []aatypes.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	body := strings.TrimSuffix(putBody("mine"), "}") + fmt.Sprintf(`,"AlarmActions":[%q,"arn:aws:sns:eu-west-1:111122223333:t"]}`, *policy.PolicyARN)
	if status, answer := ask(c, "PutMetricAlarm", body); status != 200 {
		t.Fatal(answer)
	}
	policies, err := clients.scaling.DescribeScalingPolicies(t.Context(), &applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: aatypes.ServiceNamespaceSagemaker})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"mine"}, alarmNames(policies.ScalingPolicies[0].Alarms)); diff != "" {
		t.Errorf("a step policy shows the user's alarms that invoke it (-want +got):\n%s", diff)
	}
	if _, err := clients.scaling.DeleteScalingPolicy(t.Context(), &applicationautoscaling.DeleteScalingPolicyInput{
		PolicyName: aws.String("steps"), ServiceNamespace: aatypes.ServiceNamespaceSagemaker, ResourceId: id, ScalableDimension: dimension,
	}); err != nil {
		t.Fatal(err)
	}
	left := describeAlarms(t, clients)["mine"]
	if diff := cmp.Diff([]string{"arn:aws:sns:eu-west-1:111122223333:t"}, left.AlarmActions); diff != "" {
		t.Errorf("a step policy that is deleted takes its action out of the user's alarm, which stays (-want +got):\n%s", diff)
	}
}

func describeAlarms(t *testing.T, c clients) map[string]cwtypes.MetricAlarm {
	t.Helper()
	out, err := c.alarms.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	if err != nil {
		t.Fatal(err)
	}
	alarms := map[string]cwtypes.MetricAlarm{}
	for _, a := range out.MetricAlarms {
		alarms[*a.AlarmName] = a
	}
	return alarms
}

func TestSeed(t *testing.T) {
	c := New(Options{EndpointDelay: time.Hour})
	endpoints := []Endpoint{{}, {Name: "other", Variant: "v", InstanceType: "ml.g5.xlarge", InstanceCount: 3}, {Region: "us-west-2"}}
	if err := c.Seed(t.Context(), endpoints...); err != nil {
		t.Fatal(err)
	}
	if err := c.Seed(t.Context(), Endpoint{Name: "other"}); err == nil || !strings.Contains(err.Error(), `"other" cannot be created`) {
		t.Errorf("a name can be taken once: %v", err)
	}
	if err := c.Seed(t.Context(), Endpoint{Name: "no name"}); err == nil {
		t.Error("a seed is refused what a client would be")
	}
	if time.Since(c.present) > time.Minute {
		t.Error("after seeding the clock is right again")
	}
}

// TestConcurrency runs calls of several services at once; the race detector
// and the counts are the judges.
func TestConcurrency(t *testing.T) {
	c := New(Options{})
	if err := c.Seed(t.Context(), Endpoint{Account: account, Region: region}); err != nil {
		t.Fatal(err)
	}
	clients := newClients(c)
	const workers, rounds = 8, 20
	errs := make(chan error, workers*rounds)
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for round := range rounds {
				name := fmt.Sprintf("a-%d-%d", worker, round)
				_, err := clients.alarms.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
					AlarmName: &name, Namespace: aws.String("N"), MetricName: aws.String("M"), Statistic: cwtypes.StatisticSum, Period: aws.Int32(60),
					EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: cwtypes.ComparisonOperatorLessThanThreshold,
				})
				_, err2 := clients.alarms.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
				_, err3 := clients.models.DescribeEndpoint(t.Context(), &sagemaker.DescribeEndpointInput{EndpointName: aws.String("demo-endpoint")})
				_, err4 := clients.alarms.DisableAlarmActions(t.Context(), &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{name, "a-0-0"}})
				errs <- errors.Join(err, err2, err3, err4)
			}
		})
	}
	group.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := c.Journal().Count("PutMetricAlarm"); n != workers*rounds {
		t.Errorf("%d calls are counted as %d", workers*rounds, n)
	}
}
