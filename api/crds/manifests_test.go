package crds_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manifest makes an object of its kind from the text of its spec.
func manifest(kind, spec string) string {
	group := "applicationautoscaling.services.k8s.aws"
	if isShared(kind) {
		group = "services.k8s.aws"
	}
	head := "apiVersion: " + group + "/v1alpha1\nkind: " + kind + "\nmetadata: {name: x, namespace: default, resourceVersion: '1'}\n"
	if spec == "" {
		return head
	}
	return head + "spec:\n  " + strings.ReplaceAll(strings.TrimSpace(spec), "\n", "\n  ") + "\n"
}

const (
	sageMaker  = "{resourceID: endpoint/demo/variant/AllTraffic, scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker, "
	ecsPolicy  = "{policyName: p, resourceID: service/c/s, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs, "
	policyByID = sageMaker + "policyName: p, "
	actionByID = sageMaker + "scheduledActionName: a, "
	tracking   = policyByID + "targetTrackingScalingPolicyConfiguration: {targetValue: 60, "
	predefined = "predefinedMetricSpecification: {predefinedMetricType: SageMakerVariantInvocationsPerInstance}"
	stepping   = policyByID + "stepScalingPolicyConfiguration: {adjustmentType: ChangeInCapacity, stepAdjustments: "
	predictive = ecsPolicy + "predictiveScalingPolicyConfiguration: {"
	pair       = "predefinedMetricPairSpecification: {predefinedMetricType: ECSServiceCPUUtilization}"
	at         = "schedule: 'at(2026-11-27T08:00:00)', "
)

func TestGoodManifests(t *testing.T) {
	server := newAPIServer(t)
	cases := []struct{ reason, kind, spec string }{
		{"ACK's sample of a target", "ScalableTarget", `
maxCapacity: 2
minCapacity: 1
resourceID: endpoint/my-endpoint/variant/my-variant
scalableDimension: "sagemaker:variant:DesiredInstanceCount"
serviceNamespace: "sagemaker"`},
		{"ACK's sample of a target with suspension", "ScalableTarget", `
maxCapacity: 2
minCapacity: 1
resourceID: endpoint/my-endpoint/variant/my-variant
scalableDimension: "sagemaker:variant:DesiredInstanceCount"
serviceNamespace: "sagemaker"
suspendedState:
  dynamicScalingInSuspended: true`},
		{"ACK's sample of a policy with a predefined metric, which is the guide's", "ScalingPolicy", `
policyName: ack-scaling-policy-predefined
policyType: TargetTrackingScaling
resourceID: endpoint/my-endpoint/variant/my-variant
scalableDimension: "sagemaker:variant:DesiredInstanceCount"
serviceNamespace: "sagemaker"
targetTrackingScalingPolicyConfiguration:
  targetValue: 60
  scaleInCooldown: 700
  scaleOutCooldown: 300
  predefinedMetricSpecification:
    predefinedMetricType: SageMakerVariantInvocationsPerInstance`},
		{"ACK's sample of a policy with a custom metric", "ScalingPolicy", `
policyName: ack-scaling-policy-custom
policyType: TargetTrackingScaling
resourceID: endpoint/my-endpoint/variant/my-variant
scalableDimension: "sagemaker:variant:DesiredInstanceCount"
serviceNamespace: "sagemaker"
targetTrackingScalingPolicyConfiguration:
  targetValue: 60.0
  scaleInCooldown: 700
  scaleOutCooldown: 300
  customizedMetricSpecification:
    metricName: CPUUtilization
    namespace: /aws/sagemaker/Endpoints
    dimensions:
      - {name: EndpointName, value: my-endpoint}
      - {name: VariantName, value: my-variant}
    statistic: Average
    unit: Percent`},
		{"a ScheduledAction as its first schema had it", "ScheduledAction", `
scheduledActionName: open
resourceID: endpoint/my-endpoint/variant/my-variant
scalableDimension: "sagemaker:variant:DesiredInstanceCount"
serviceNamespace: "sagemaker"
schedule: cron(0 8 ? * MON-FRI *)
timezone: Europe/Berlin
startTime: "2026-01-01T00:00:00Z"
endTime: "2026-12-31T00:00:00Z"
scalableTargetAction: {minCapacity: 1, maxCapacity: 2}`},
		{"a target that an ACK controller has written its service-linked role into", "ScalableTarget",
			sageMaker + "roleARN: 'arn:aws:iam::1:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/x'}"},
		{"the same, with the role that the user wants instead, as ACK's late initialization left it", "ScalableTarget",
			sageMaker + "roleARN: 'arn:aws:iam::1:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/x', roleRef: {from: {name: r}}}"},
		{"a target with a role by reference", "ScalableTarget", sageMaker + "roleRef: {from: {name: r, namespace: other}}}"},
		{"a target without spec adopts", "ScalableTarget", ""},
		{"a policy without spec adopts", "ScalingPolicy", ""},
		{"an action without spec adopts", "ScheduledAction", ""},
		{"a target with its identity only adopts", "ScalableTarget", strings.TrimSuffix(sageMaker, ", ") + "}"},
		{"a policy with its identity only adopts", "ScalingPolicy", strings.TrimSuffix(policyByID, ", ") + "}"},
		{"an action with its identity only adopts", "ScheduledAction", strings.TrimSuffix(actionByID, ", ") + "}"},
		{"a target of an endpoint object", "ScalableTarget",
			"{sageMakerEndpointRef: {from: {name: demo}, variantName: AllTraffic}, scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker}"},
		{"equal bounds pin the capacity, and zero is a bound", "ScalableTarget", sageMaker + "minCapacity: 0, maxCapacity: 0}"},
		{"tags, one without value", "ScalableTarget", sageMaker + "tags: [{key: team, value: a}, {key: empty}]}"},
		{"the longest resource ID that AWS takes", "ScalableTarget",
			"{resourceID: " + strings.Repeat("r", 1600) + ", scalableDimension: 'custom-resource:ResourceType:Property', serviceNamespace: custom-resource}"},
		{"a service that AWS may add one day", "ScalableTarget", "{resourceID: r, scalableDimension: 'quantum:ring:Qubits', serviceNamespace: quantum}"},
		{"a policy by reference, its type to be inferred", "ScalingPolicy",
			"{policyName: p, resourceRef: {from: {name: t}}, targetTrackingScalingPolicyConfiguration: {targetValue: 60, " + predefined + "}}"},
		{"an action by reference", "ScheduledAction",
			"{scheduledActionName: a, resourceRef: {from: {name: t, namespace: other}}, schedule: rate(1 hour), scalableTargetAction: {maxCapacity: 3}}"},
		{"a predefined metric that AWS may add one day", "ScalingPolicy", tracking + "predefinedMetricSpecification: {predefinedMetricType: QuantumAverageEntanglement}}}"},
		{"metric math", "ScalingPolicy", tracking + `customizedMetricSpecification: {metrics: [
  {id: m1, returnData: false, metricStat: {metric: {namespace: AWS/SQS, metricName: ApproximateNumberOfMessagesVisible, dimensions: [{name: QueueName, value: q}]}, stat: Sum, unit: Count}},
  {id: m2, returnData: false, metricStat: {metric: {namespace: ECS/ContainerInsights, metricName: RunningTaskCount}, stat: p99.9}},
  {id: e1, expression: m1 / m2, label: backlog per task}]}}}`},
		{"steps on both sides of the threshold, in any order", "ScalingPolicy", stepping + `[
  {metricIntervalLowerBound: 10, scalingAdjustment: 2}, {metricIntervalUpperBound: -10.5, scalingAdjustment: -1},
  {metricIntervalLowerBound: -10.5, metricIntervalUpperBound: 0, scalingAdjustment: 0},
  {metricIntervalLowerBound: 0, metricIntervalUpperBound: 10, scalingAdjustment: 1}], cooldown: 0, metricAggregationType: Maximum}}`},
		{"exact capacity down to zero", "ScalingPolicy", policyByID + "stepScalingPolicyConfiguration: {adjustmentType: ExactCapacity, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 0}]}}"},
		{"percent with a minimum", "ScalingPolicy", policyByID + "stepScalingPolicyConfiguration: {adjustmentType: PercentChangeInCapacity, minAdjustmentMagnitude: 2, stepAdjustments: [{metricIntervalUpperBound: 0, scalingAdjustment: -25}]}}"},
		{"predictive scaling by a pair", "ScalingPolicy", predictive + `metricSpecifications: [{targetValue: 40, ` + pair + `}], mode: ForecastAndScale,
  schedulingBufferTime: 3600, maxCapacityBreachBehavior: IncreaseMaxCapacity, maxCapacityBuffer: 0}}`},
		{"predictive scaling by load and scaling metrics", "ScalingPolicy", predictive + `metricSpecifications: [{targetValue: 40,
  predefinedLoadMetricSpecification: {predefinedMetricType: TotalALBRequestCount, resourceLabel: app/a/1/targetgroup/b/2},
  customizedScalingMetricSpecification: {metricDataQueries: [{id: e1, expression: m1}, {id: m1, returnData: false, metricStat: {metric: {metricName: x, namespace: z}, stat: Sum}}]},
  customizedCapacityMetricSpecification: {metricDataQueries: [{id: c, expression: '1'}]}}], maxCapacityBreachBehavior: HonorMaxCapacity}}`},
		{"an action that sets one bound, at a time", "ScheduledAction", actionByID + at + "scalableTargetAction: {minCapacity: 5}}"},
	}
	for _, c := range cases {
		if refused := server.create(t, manifest(c.kind, c.spec)); refused != "" {
			t.Errorf("%s: the API server refuses it:\n%s\n%s", c.reason, refused, c.spec)
		}
	}
}

func TestExamplesAreAccepted(t *testing.T) {
	server := newAPIServer(t)
	var count int
	err := filepath.WalkDir("../../examples", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for document := range strings.SplitSeq(string(content), "\n---\n") {
			count++
			if refused := server.create(t, document); refused != "" {
				t.Errorf("%s: the API server refuses it:\n%s", path, refused)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < 15 {
		t.Errorf("only %d example manifests were found", count)
	}
}
