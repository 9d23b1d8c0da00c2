package faults

import "github.com/setpoint-io/setpoint/internal/autoscaling"

// A base is an object whose members tests change one by one.
type base struct {
	kind autoscaling.Kind
	own  string // spec without identity, as YAML
}

func (b base) spec() string {
	id := "serviceNamespace: ecs\nresourceID: service/c/s\nscalableDimension: ecs:service:DesiredCount\n"
	switch b.kind {
	case policyKind:
		id += "policyName: p\n"
	case actionKind:
		id += "scheduledActionName: a\n"
	}
	if b.own == clusterSpec {
		return b.own
	}
	return id + b.own
}

// clusterSpec is a target of a service that has no role of its own.
const clusterSpec = `serviceNamespace: elasticmapreduce
resourceID: instancegroup/j-2EEZNYKUA1NTV/ig-1791Y4E1L8YI0
scalableDimension: elasticmapreduce:instancegroup:InstanceCount
minCapacity: 1
maxCapacity: 2
roleARN: arn:aws:iam::123456789012:role/first
`

// queries is metric math whose second metric no expression uses.
const queries = `[
  {id: e1, expression: m1 * 2},
  {id: m1, returnData: false, metricStat: {stat: Average, metric: {namespace: N, metricName: M, dimensions: [{name: D, value: v}]}}},
  {id: m2, returnData: false, metricStat: {stat: Sum, metric: {namespace: N, metricName: K, dimensions: [{name: D, value: v}]}}}]`

var bases = map[string]base{
	"target":  {targetKind, "minCapacity: 1\nmaxCapacity: 4\n"},
	"tagged":  {targetKind, "minCapacity: 1\nmaxCapacity: 4\ntags: [{key: a, value: '1'}]\n"},
	"cluster": {targetKind, clusterSpec},

	"tracking": {policyKind, "targetTrackingScalingPolicyConfiguration: {targetValue: 50, predefinedMetricSpecification: {predefinedMetricType: ECSServiceAverageCPUUtilization}}"},
	"requests": {policyKind, "targetTrackingScalingPolicyConfiguration: {targetValue: 50, predefinedMetricSpecification: {predefinedMetricType: ALBRequestCountPerTarget, resourceLabel: app/a/1/targetgroup/b/1}}"},
	"custom": {policyKind, `targetTrackingScalingPolicyConfiguration: {targetValue: 50,
  customizedMetricSpecification: {metricName: M, namespace: N, statistic: Average, dimensions: [{name: D, value: v}]}}`},
	"math": {policyKind, "targetTrackingScalingPolicyConfiguration: {targetValue: 50, customizedMetricSpecification: {metrics: " + queries + "}}"},

	"steps": {policyKind, `stepScalingPolicyConfiguration: {adjustmentType: ChangeInCapacity, stepAdjustments: [
  {metricIntervalLowerBound: 0, metricIntervalUpperBound: 10, scalingAdjustment: 1}, {metricIntervalLowerBound: 10, scalingAdjustment: 2}]}`},
	"down": {policyKind, "stepScalingPolicyConfiguration: {adjustmentType: ChangeInCapacity, stepAdjustments: [{metricIntervalUpperBound: 0, scalingAdjustment: -1}]}"},
	"percent": {policyKind, `stepScalingPolicyConfiguration: {adjustmentType: PercentChangeInCapacity, stepAdjustments: [
  {metricIntervalLowerBound: 0, scalingAdjustment: 10}]}`},

	"pair": {policyKind, `predictiveScalingPolicyConfiguration: {metricSpecifications: [
  {targetValue: 50, predefinedMetricPairSpecification: {predefinedMetricType: ECSServiceCPUUtilization}}]}`},
	"breach": {policyKind, `predictiveScalingPolicyConfiguration: {maxCapacityBreachBehavior: IncreaseMaxCapacity, maxCapacityBuffer: 10, metricSpecifications: [
  {targetValue: 50, predefinedMetricPairSpecification: {predefinedMetricType: ECSServiceCPUUtilization}}]}`},
	"requestPair": {policyKind, `predictiveScalingPolicyConfiguration: {metricSpecifications: [
  {targetValue: 50, predefinedMetricPairSpecification: {predefinedMetricType: ALBRequestCount, resourceLabel: app/a/1/targetgroup/b/1}}]}`},
	"loadAndScaling": {policyKind, `predictiveScalingPolicyConfiguration: {metricSpecifications: [{targetValue: 50,
  predefinedLoadMetricSpecification: {predefinedMetricType: ECSServiceTotalCPUUtilization},
  predefinedScalingMetricSpecification: {predefinedMetricType: ECSServiceAverageCPUUtilization}}]}`},
	"requestLoad": {policyKind, `predictiveScalingPolicyConfiguration: {metricSpecifications: [{targetValue: 50,
  predefinedLoadMetricSpecification: {predefinedMetricType: TotalALBRequestCount, resourceLabel: app/a/1/targetgroup/b/1},
  predefinedScalingMetricSpecification: {predefinedMetricType: ALBRequestCountPerTarget, resourceLabel: app/a/1/targetgroup/b/1}}]}`},
	"predictiveMath": {policyKind, "predictiveScalingPolicyConfiguration: {metricSpecifications: [{targetValue: 50, customizedLoadMetricSpecification: {metricDataQueries: " + queries +
		"}, customizedScalingMetricSpecification: {metricDataQueries: " + queries + "}, customizedCapacityMetricSpecification: {metricDataQueries: " + queries + "}}]}"},

	"action": {actionKind, "schedule: at(2040-03-01T08:00:00)\nscalableTargetAction: {minCapacity: 2, maxCapacity: 5}\n"},
}
