package sagemaker_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	sm "github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

func TestRegistration(t *testing.T) {
	registered := func(c *cloud) int {
		return len(c.must(&aas.DescribeScalableTargetsInput{ServiceNamespace: "sagemaker"}).(*aas.DescribeScalableTargetsOutput).ScalableTargets)
	}
	checkFacts(t, []fact{
		{
			name: "bounds move the capacity", reason: "registration enforces bounds by UpdateEndpointWeightsAndCapacities",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1))
				c.must(register("a", 2, 4))
				equal(t, "endpoint", c.counts(), "Updating a=1/2")
				c.wait()
				c.must(register("a", 1, 1))
				c.wait()
				equal(t, "endpoint", c.counts(), "InService a=1/1")
			},
		},
		{
			name: "an endpoint that is not in service is left alone", reason: "its resource is not active",
			check: func(t *testing.T, c *cloud) {
				c.must(createModel("demo"), createConfig("demo", instances("a", m5, 1)), createEndpoint("demo", "demo"), register("a", 2, 4))
				c.wait()
				equal(t, "endpoint", c.counts(), "InService a=1/1")
				c.must(register("a", 2, 4))
				equal(t, "endpoint", c.counts(), "Updating a=1/2")
			},
		},
		{
			name: "zero instances", reason: "a minimum of 0 can be registered, but a real-time variant cannot go there: the change fails, not the registration",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1))
				c.must(register("a", 0, 0))
				equal(t, "endpoint", c.counts(), "InService a=1/1")
			},
		},
		{
			name: "serverless", reason: "provisioned concurrency is another dimension of the same resource ID",
			check: func(t *testing.T, c *cloud) {
				c.host(serverless("s", 20, nil))
				c.must(concurrency("s", 2, 10))
				equal(t, "desired concurrency", *c.describe().ProductionVariants[0].DesiredServerlessConfig.ProvisionedConcurrency, 2)
				c.refused(t, register("s", 1, 2), validation, `The variant "s" is serverless and has no instances.`)
			},
		},
		{
			name: "what cannot be registered", reason: "SageMaker's answer is the caller's",
			check: func(t *testing.T, c *cloud) {
				c.refused(t, register("a", 1, 2), validation, `Could not find endpoint "`+prefix+`endpoint/demo".`)
				c.must(createModel("demo"), createConfig("demo", instances("a", "ml.t2.medium", 1), instances("neuron", "ml.trn1.2xlarge", 1)), createEndpoint("demo", "demo"))
				c.refused(t, register("b", 1, 2), validation, `The variant name(s) "b" is/are not present within endpoint configuration "demo".`)
				c.wait()
				c.refused(t, register("b", 1, 2), validation, `The variant name(s) "b" is/are not present within endpoint configuration "demo".`)
				c.refused(t, register("a", 1, 2), validation, `The variant "a" has burstable instances (ml.t2.medium), which Application Auto Scaling does not support.`)
				c.refused(t, concurrency("neuron", 1, 2), validation, `The variant "neuron" is not serverless and has no provisioned concurrency.`)
				c.must(register("neuron", 1, 2))
			},
		},
		{
			name: "a model that is gone", reason: "the model has to exist for a variant to be registered, not for one that is",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1), instances("b", m5, 1))
				c.must(register("a", 1, 4), &sm.DeleteModelInput{ModelName: aws.String("demo")})
				c.refused(t, register("b", 1, 4), validation, `Could not find model "`+prefix+`model/demo".`)
				c.must(register("a", 2, 4))
				equal(t, "endpoint", c.counts(), "Updating a=1/2 b=1/1")
			},
		},
		{
			name: "deleting the endpoint deregisters its variants", reason: "as far as the caller may; other endpoints are not concerned",
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1), instances("b", m5, 1))
				c.must(createEndpoint("demo-2", "demo"), register("a", 1, 4), register("b", 1, 4))
				other := register("a", 1, 4)
				other.ResourceId = aws.String("endpoint/demo-2/variant/a")
				c.must(other, &sm.DeleteEndpointInput{EndpointName: aws.String("demo")})
				equal(t, "scalable targets", registered(c), 1)
			},
		},
		{
			name: "deleting without permission to deregister", reason: "the text was seen", behaviour: sagemaker.Behaviour{DenyDeregister: true},
			check: func(t *testing.T, c *cloud) {
				c.host(instances("a", m5, 1))
				c.must(register("a", 1, 4))
				c.refused(t, &sm.DeleteEndpointInput{EndpointName: aws.String("demo")}, validation,
					"An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity used to invoke DeleteEndpoint "+
						"does not have application-autoscaling:DeregisterScalableTarget permission to deregister the scalable target.")
				equal(t, "scalable targets", registered(c), 1)
				equal(t, "endpoint", c.counts(), "InService a=1/1")
			},
		},
	})
}

// TestResource calls the service as Application Auto Scaling does.
func TestResource(t *testing.T) {
	const (
		count   = "sagemaker:variant:DesiredInstanceCount"
		provide = "sagemaker:variant:DesiredProvisionedConcurrency"
	)
	scope := wire.Scope{Account: account, Region: region}
	c := newCloud(t, sagemaker.Behaviour{})
	c.host(instances("a", m5, 2), serverless("s", 20, nil))
	resource := func(resourceID, dimension string) appautoscaling.Resource {
		t.Helper()
		out, err := c.service.Resource(scope, autoscaling.Identity{ServiceNamespace: "sagemaker", ResourceID: resourceID, ScalableDimension: dimension})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	copies, concurrency := resource("endpoint/demo/variant/a", count), resource("endpoint/demo/variant/s", provide)
	equal(t, "instances", copies.Status(c.now), engine.Status{Desired: 2, Running: 2, Settled: true})
	equal(t, "concurrency", concurrency.Status(c.now), engine.Status{Settled: true})
	if err := concurrency.Scale(c.now, 7); err != nil {
		t.Fatal(err)
	}
	equal(t, "concurrency while updating", concurrency.Status(c.now), engine.Status{Desired: 7, Unscalable: inProgress})
	if next, ok := concurrency.NextChange(c.now); !ok || next != c.now.Add(delay) {
		t.Errorf("the change ends at %v, %v", next, ok)
	}
	var refusal *engine.RefusalError
	if err := copies.Scale(c.now, 3); !errors.As(err, &refusal) || !strings.HasPrefix(refusal.Reason, inProgress+" (Service: AmazonSageMaker; Status Code: 400; Error Code: ValidationException; Request ID: ") {
		t.Errorf("setting a capacity while updating: %v", err)
	}
	c.wait()
	equal(t, "concurrency", concurrency.Status(c.now), engine.Status{Desired: 7, Running: 7, Settled: true})
	for _, n := range []int32{0, 201} {
		if err := concurrency.Scale(c.now, n); !errors.As(err, &refusal) {
			t.Errorf("a provisioned concurrency of %d: %v, want a refusal", n, err)
		}
	}
}
