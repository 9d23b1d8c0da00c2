package crds_test

import (
	"strings"
	"testing"
)

type refusal struct {
	reason string
	kind   string
	from   string // for an update: the spec that is stored
	spec   string
	want   string // what the API server says
}

const way = " is immutable: create a new object with the new value and delete this one"

// The steps of the refused step policies, which differ in their bounds only.
func steps(bounds ...string) string {
	var list []string
	for _, b := range bounds {
		lower, upper, _ := strings.Cut(b, "..")
		step := "{scalingAdjustment: 1"
		if lower != "" {
			step += ", metricIntervalLowerBound: " + lower
		}
		if upper != "" {
			step += ", metricIntervalUpperBound: " + upper
		}
		list = append(list, step+"}")
	}
	return stepping + "[" + strings.Join(list, ", ") + "]}}"
}

var refusedTargets = []refusal{
	{"a target needs a resource", "ScalableTarget", "", "{scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs}",
		"spec: Invalid value: which resource is meant? write resourceID, such as endpoint/my-endpoint/variant/AllTraffic, or sageMakerEndpointRef"},
	{"two ways to name the resource may disagree", "ScalableTarget", "", sageMaker + "sageMakerEndpointRef: {from: {name: e}, variantName: v}}",
		"spec: Invalid value: sageMakerEndpointRef already says which resource is meant: write resourceID or sageMakerEndpointRef, not both"},
	{"an endpoint object says nothing of an ECS service", "ScalableTarget", "", "{sageMakerEndpointRef: {from: {name: e}, variantName: v}, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs}",
		"spec.sageMakerEndpointRef: Invalid value: sageMakerEndpointRef names an endpoint variant, so scalableDimension must be one of a variant"},
	{"a reference needs a name", "ScalableTarget", "", "{sageMakerEndpointRef: {from: {namespace: other}, variantName: v}, scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker}",
		"spec.sageMakerEndpointRef: Invalid value: the reference names no object: write from.name"},
	{"ACK's roleRef does not require a name in its schema, so a rule does", "ScalableTarget", "", sageMaker + "roleRef: {from: {namespace: other}}}",
		"spec.roleRef: Invalid value: the reference names no object: write from.name"},
	{"an empty resource ID names nothing", "ScalableTarget", "", "{resourceID: '', scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs}",
		"spec.resourceID: Invalid value: \"\": spec.resourceID in body should be at least 1 chars long"},
	{"AWS says only that the triple is unsupported; we say what to write", "ScalableTarget", "", "{resourceID: r, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: sagemaker}",
		"spec.serviceNamespace: Invalid value: serviceNamespace must be the part of scalableDimension before its first colon: for ecs:service:DesiredCount write ecs"},
	{"the lower bound is the lower one", "ScalableTarget", "", sageMaker + "minCapacity: 3, maxCapacity: 2}",
		"spec.minCapacity: Invalid value: minCapacity must not be greater than maxCapacity: raise maxCapacity or lower minCapacity"},
	{"there is no negative capacity", "ScalableTarget", "", sageMaker + "minCapacity: -1}",
		"spec.minCapacity: Invalid value: -1: spec.minCapacity in body should be greater than or equal to 0"},
	{"AWS keeps capacities in 32 bits", "ScalableTarget", "", sageMaker + "maxCapacity: 2147483648}",
		"spec.maxCapacity: Invalid value: 2147483648: spec.maxCapacity in body should be less than or equal to 2147483647"},
	{"two ways to name the role may disagree", "ScalableTarget", "", sageMaker + "roleARN: 'arn:aws:iam::1:role/mine', roleRef: {from: {name: r}}}",
		"spec.roleRef: Invalid value: roleARN and roleRef both name a role: write one of them"},
	{"AWS refuses system tags", "ScalableTarget", "", sageMaker + "tags: [{key: 'aws:team'}]}",
		"spec.tags[0].key: Invalid value: \"aws:team\": keys that begin with aws: belong to AWS: choose another key"},
	{"a key has one value", "ScalableTarget", "", sageMaker + "tags: [{key: team, value: a}, {key: team, value: b}]}",
		`spec.tags[1]: Duplicate value: {"key":"team"}`},
	{"a typo must not be ignored", "ScalableTarget", "", sageMaker + "minCapcity: 1}", "unknown field: spec.minCapcity"},
	{"the resource ID is the identity", "ScalableTarget", sageMaker + "minCapacity: 1}", strings.Replace(sageMaker, "demo", "other", 1) + "minCapacity: 1}",
		`spec.resourceID: Invalid value: "endpoint/other/variant/AllTraffic": resourceID` + way},
	{"replacing the resource ID by a reference may change the identity", "ScalableTarget", sageMaker + "minCapacity: 1}",
		"{sageMakerEndpointRef: {from: {name: e}, variantName: v}, scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker, minCapacity: 1}",
		"spec.resourceID: Invalid value: resourceID" + way},
	{"the reference is the identity", "ScalableTarget", "{sageMakerEndpointRef: {from: {name: e}, variantName: v}, scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker, minCapacity: 1}",
		"{sageMakerEndpointRef: {from: {name: f}, variantName: v}, scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker, minCapacity: 1}",
		"spec.sageMakerEndpointRef: Invalid value: sageMakerEndpointRef" + way},
	{"the dimension is the identity", "ScalableTarget", sageMaker + "minCapacity: 1}", strings.Replace(sageMaker, "InstanceCount", "ProvisionedConcurrency", 1) + "minCapacity: 1}",
		`spec.scalableDimension: Invalid value: "sagemaker:variant:DesiredProvisionedConcurrency": scalableDimension` + way},
	{"the namespace is the identity", "ScalableTarget", sageMaker + "minCapacity: 1}", "{resourceID: endpoint/demo/variant/AllTraffic, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs}",
		`spec.serviceNamespace: Invalid value: "ecs": serviceNamespace` + way},
	{"an object without spec would leave its target in AWS", "ScalableTarget", sageMaker + "minCapacity: 1}", "",
		"Invalid value: spec cannot be removed: delete the object instead"},
}

var refusedPolicies = []refusal{
	{"a policy needs a target", "ScalingPolicy", "", "{policyName: p}",
		"spec: Invalid value: which scalable target is meant? write resourceID, scalableDimension and serviceNamespace, or resourceRef.from.name with the name of a ScalableTarget object"},
	{"a third of an identity is none", "ScalingPolicy", "", "{policyName: p, resourceID: r, serviceNamespace: ecs}", "spec: Invalid value: which scalable target is meant?"},
	{"two ways to name the target may disagree", "ScalingPolicy", "", policyByID + "resourceRef: {from: {name: t}}}",
		"spec: Invalid value: resourceRef already says which scalable target is meant: write resourceRef, or resourceID, scalableDimension and serviceNamespace, not both"},
	{"a reference needs a name", "ScalingPolicy", "", "{policyName: p, resourceRef: {}}", "spec.resourceRef: Invalid value: the reference names no object: write from.name"},
	{"policyName is required as ever", "ScalingPolicy", "", "{resourceRef: {from: {name: t}}}", "spec.policyName: Required value"},
	{"the namespace is checked as on a target", "ScalingPolicy", "", "{policyName: p, resourceID: r, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: rds}",
		"spec.serviceNamespace: Invalid value: serviceNamespace must be the part of scalableDimension before its first colon: for ecs:service:DesiredCount write ecs"},
	{"policy types are a closed set", "ScalingPolicy", "", policyByID + "policyType: SimpleScaling}",
		`spec.policyType: Unsupported value: "SimpleScaling": supported values: "TargetTrackingScaling", "StepScaling", "PredictiveScaling"`},
	{"which of two configurations?", "ScalingPolicy", "", tracking + predefined + "}, predictiveScalingPolicyConfiguration: {metricSpecifications: [{targetValue: 1, " + pair + "}]}}",
		"spec: Invalid value: a policy has one configuration: write only one of"},
	{"the type names another block", "ScalingPolicy", "", tracking + predefined + "}, policyType: StepScaling}",
		"spec.policyType: Invalid value: policyType StepScaling goes with stepScalingPolicyConfiguration: write that block, or the policyType of the block you have"},
	{"the type names a block that is not there", "ScalingPolicy", "", policyByID + "policyType: TargetTrackingScaling}",
		"spec.policyType: Invalid value: policyType TargetTrackingScaling goes with targetTrackingScalingPolicyConfiguration"},
	{"predictive scaling could be typed and never worked", "ScalingPolicy", "", tracking + predefined + "}, policyType: PredictiveScaling}",
		"spec.policyType: Invalid value: policyType PredictiveScaling goes with predictiveScalingPolicyConfiguration"},
	{"the name is the identity", "ScalingPolicy", policyByID + "}", strings.Replace(policyByID, "policyName: p", "policyName: q", 1) + "}", `spec.policyName: Invalid value: "q": policyName` + way},
	{"the resource ID is the identity", "ScalingPolicy", policyByID + "}", strings.Replace(policyByID, "demo", "other", 1) + "}", `spec.resourceID: Invalid value: "endpoint/other/variant/AllTraffic": resourceID` + way},
	{"the dimension is the identity", "ScalingPolicy", policyByID + "}", strings.Replace(policyByID, "InstanceCount", "ProvisionedConcurrency", 1) + "}", `spec.scalableDimension: Invalid value: "sagemaker:variant:DesiredProvisionedConcurrency": scalableDimension` + way},
	{"the namespace is the identity", "ScalingPolicy", policyByID + "}", "{policyName: p, resourceID: r, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs}", `spec.serviceNamespace: Invalid value: "ecs": serviceNamespace` + way},
	{"the reference is the identity", "ScalingPolicy", "{policyName: p, resourceRef: {from: {name: t}}}", "{policyName: p, resourceRef: {from: {name: u}}}", "spec.resourceRef: Invalid value: resourceRef" + way},
	{"a reference may name another target than the fields it replaces", "ScalingPolicy", policyByID + "}", "{policyName: p, resourceRef: {from: {name: u}}}", "spec.resourceRef: Invalid value: resourceRef" + way},
	{"an object without spec would leave its policy in AWS", "ScalingPolicy", policyByID + "}", "", "Invalid value: spec cannot be removed: delete the object instead"},
}

var refusedTracking = []refusal{
	{"AWS requires a target value", "ScalingPolicy", "", policyByID + "targetTrackingScalingPolicyConfiguration: {" + predefined + "}}",
		"spec.targetTrackingScalingPolicyConfiguration: Invalid value: targetValue is missing: write the value at which the metric shall be held"},
	{"a value needs a metric", "ScalingPolicy", "", tracking + "}}", "target tracking follows exactly one metric: write either predefinedMetricSpecification or customizedMetricSpecification"},
	{"one value cannot be for two metrics", "ScalingPolicy", "", tracking + predefined + ", customizedMetricSpecification: {metricName: a, namespace: b, statistic: Sum}}}", "target tracking follows exactly one metric"},
	{"a predefined metric has a name", "ScalingPolicy", "", tracking + "predefinedMetricSpecification: {}}}", "predefinedMetricType is missing: write the name of a predefined metric, such as SageMakerVariantInvocationsPerInstance"},
	{"requests per target of which target group?", "ScalingPolicy", "", tracking + "predefinedMetricSpecification: {predefinedMetricType: ALBRequestCountPerTarget}}}",
		"ALBRequestCountPerTarget needs a resourceLabel: write app/<load balancer>/<id>/targetgroup/<target group>/<id>"},
	{"an empty block, such as adopting a metric math policy used to leave", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {}}}",
		"no metric is named: write metricName, namespace and statistic, or metrics for metric math"},
	{"a metric needs a statistic", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {metricName: a, namespace: b}}}", "no metric is named: write metricName, namespace and statistic"},
	{"AWS refuses both forms together", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {unit: Percent, metrics: [{id: m, expression: x}]}}}",
		"metrics already says which metric is meant: write metrics, or metricName, namespace, statistic, dimensions and unit, not both"},
	{"statistics are a closed set", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {metricName: a, namespace: b, statistic: p99}}}", `Unsupported value: "p99": supported values: "Average", "Minimum", "Maximum", "SampleCount", "Sum"`},
	{"a dimension has one value", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {metricName: a, namespace: b, statistic: Sum, dimensions: [{name: d, value: '1'}, {name: d, value: '2'}]}}}", `dimensions[1]: Duplicate value: {"name":"d"}`},
	{"seconds are not negative", "ScalingPolicy", "", tracking + predefined + ", scaleInCooldown: -1}}", "scaleInCooldown in body should be greater than or equal to 0"},
	{"an entry is one thing", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {metrics: [{id: m}]}}}", "an entry is an expression or a metric: write either expression or metricStat"},
	{"an entry is not two things", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {metrics: [{id: m, expression: x, metricStat: {stat: Sum, metric: {}}}]}}}", "an entry is an expression or a metric"},
	{"expressions refer to entries by id", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {metrics: [{id: M1, expression: x}]}}}", "id must be a lower case letter, then letters, digits and underscores, such as m1"},
	{"ids are unique", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {metrics: [{id: m, expression: x}, {id: m, expression: x, returnData: false}]}}}", `metrics[1]: Duplicate value: {"id":"m"}`},
	{"returnData is true when omitted, so two entries return data", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {metrics: [{id: m, expression: x}, {id: m2, expression: x}]}}}",
		"exactly one of the metrics returns data: write returnData: false on all but the final one"},
	{"no entry returns data", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {metrics: [{id: m, expression: x, returnData: false}]}}}", "exactly one of the metrics returns data"},
	{"a metric needs a statistic in metric math too", "ScalingPolicy", "", tracking + "customizedMetricSpecification: {metrics: [{id: m, metricStat: {metric: {metricName: a}}}]}}}", "a metric needs both metric and stat"},
}

var refusedSteps = []refusal{
	{"percent or units?", "ScalingPolicy", "", policyByID + "stepScalingPolicyConfiguration: {stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]}}", "adjustmentType is missing: write ChangeInCapacity, PercentChangeInCapacity or ExactCapacity"},
	{"a step policy has steps", "ScalingPolicy", "", policyByID + "stepScalingPolicyConfiguration: {adjustmentType: ChangeInCapacity}}", "stepAdjustments is missing: write at least one step"},
	{"adjustment types are a closed set", "ScalingPolicy", "", policyByID + "stepScalingPolicyConfiguration: {adjustmentType: Percent, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]}}", `Unsupported value: "Percent": supported values: "ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"`},
	{"there is no capacity below zero", "ScalingPolicy", "", policyByID + "stepScalingPolicyConfiguration: {adjustmentType: ExactCapacity, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: -1}]}}", "ExactCapacity sets the capacity itself: write scalingAdjustment 0 or more in every step"},
	{"a step says by how much", "ScalingPolicy", "", stepping + "[{metricIntervalLowerBound: 0}]}}", "scalingAdjustment is missing: write by how much the step changes the capacity"},
	{"AWS refuses a step without bounds", "ScalingPolicy", "", steps(".."), "a step needs a bound: write metricIntervalLowerBound, metricIntervalUpperBound or both"},
	{"an interval has a length", "ScalingPolicy", "", steps("5..5", "5.."), "metricIntervalUpperBound must be greater than metricIntervalLowerBound"},
	{"an interval has a direction", "ScalingPolicy", "", steps("5..0", "5.."), "metricIntervalUpperBound must be greater than metricIntervalLowerBound"},
	{"which step between 5 and 10?", "ScalingPolicy", "", steps("0..10", "5.."), "two steps overlap: begin each step at the metricIntervalUpperBound of the one below it"},
	{"two steps go to infinity", "ScalingPolicy", "", steps("0..", "10.."), "two steps overlap"},
	{"two steps come from minus infinity", "ScalingPolicy", "", steps("..0", "..-10"), "two steps overlap"},
	{"the same step twice", "ScalingPolicy", "", steps("0..", "0.."), "two steps overlap"},
	{"no step between 5 and 10", "ScalingPolicy", "", steps("0..5", "10.."), "there is a gap between two steps: begin each step at the metricIntervalUpperBound of the one below it"},
	{"AWS wants the lowest step to be open", "ScalingPolicy", "", steps("-10..0"), "a step has a negative metricIntervalLowerBound, so the lowest step must have none: omit its metricIntervalLowerBound"},
	{"AWS wants the highest step to be open", "ScalingPolicy", "", steps("0..10"), "a step has a positive metricIntervalUpperBound, so the highest step must have none: omit its metricIntervalUpperBound"},
}

var refusedPredictive = []refusal{
	{"a forecast needs metrics", "ScalingPolicy", "", predictive + "mode: ForecastOnly}}", "metricSpecifications is missing: write one entry"},
	{"AWS takes one entry", "ScalingPolicy", "", predictive + "metricSpecifications: [{targetValue: 1, " + pair + "}, {targetValue: 1, " + pair + "}]}}", "metricSpecifications: Too many: 2: must have at most 1 item"},
	{"a buffer needs the behavior", "ScalingPolicy", "", predictive + "metricSpecifications: [{targetValue: 1, " + pair + "}], maxCapacityBuffer: 10}}", "maxCapacityBuffer goes with maxCapacityBreachBehavior IncreaseMaxCapacity: write both or neither"},
	{"the behavior needs a buffer", "ScalingPolicy", "", predictive + "metricSpecifications: [{targetValue: 1, " + pair + "}], maxCapacityBreachBehavior: IncreaseMaxCapacity}}", "maxCapacityBuffer goes with maxCapacityBreachBehavior IncreaseMaxCapacity"},
	{"AWS requires a target value", "ScalingPolicy", "", predictive + "metricSpecifications: [{" + pair + "}]}}", "targetValue is missing: write the value at which the scaling metric shall be held"},
	{"a pair is both metrics", "ScalingPolicy", "", predictive + "metricSpecifications: [{targetValue: 1, " + pair + ", predefinedLoadMetricSpecification: {predefinedMetricType: TotalALBRequestCount}}]}}", "predefinedMetricPairSpecification names both metrics already"},
	{"no load metric", "ScalingPolicy", "", predictive + "metricSpecifications: [{targetValue: 1, predefinedScalingMetricSpecification: {predefinedMetricType: x}}]}}", "a forecast needs exactly one load metric"},
	{"two scaling metrics", "ScalingPolicy", "", predictive + "metricSpecifications: [{targetValue: 1, predefinedLoadMetricSpecification: {predefinedMetricType: x}, predefinedScalingMetricSpecification: {predefinedMetricType: x}, customizedScalingMetricSpecification: {metricDataQueries: [{id: m, expression: x}]}}]}}", "a forecast needs exactly one scaling metric"},
	{"a predefined metric has a name", "ScalingPolicy", "", predictive + "metricSpecifications: [{targetValue: 1, predefinedMetricPairSpecification: {}}]}}", "predefinedMetricType is missing: write the name of a predefined metric, such as ECSServiceCPUUtilization"},
	{"a customized metric has queries", "ScalingPolicy", "", predictive + "metricSpecifications: [{targetValue: 1, " + pair + ", customizedCapacityMetricSpecification: {}}]}}", "metricDataQueries is missing: write at least one entry"},
	{"two entries return data", "ScalingPolicy", "", predictive + "metricSpecifications: [{targetValue: 1, " + pair + ", customizedCapacityMetricSpecification: {metricDataQueries: [{id: m, expression: x}, {id: m2, expression: x}]}}]}}", "exactly one of the metricDataQueries returns data"},
}

var refusedActions = []refusal{
	{"an action needs a target", "ScheduledAction", "", "{scheduledActionName: a}", "spec: Invalid value: which scalable target is meant?"},
	{"a reference needs a name", "ScheduledAction", "", "{scheduledActionName: a, resourceRef: {}}", "spec.resourceRef: Invalid value: the reference names no object: write from.name"},
	{"two ways to name the target may disagree", "ScheduledAction", "", actionByID + "resourceRef: {from: {name: t}}}", "spec: Invalid value: resourceRef already says which scalable target is meant"},
	{"the namespace is checked as on a target", "ScheduledAction", "", "{scheduledActionName: a, resourceID: r, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: rds}", "for ecs:service:DesiredCount write ecs"},
	{"AWS refuses the name", "ScheduledAction", "", strings.Replace(actionByID, "scheduledActionName: a", "scheduledActionName: 'a:b'", 1) + "}", "scheduledActionName must not begin or end with a space nor contain any of : / |"},
	{"Unix cron is another dialect", "ScheduledAction", "", actionByID + "schedule: 0 8 * * 1-5}", "schedule must be at(yyyy-MM-ddTHH:mm:ss), rate(number unit) or cron(minutes hours day-of-month month day-of-week year), such as cron(0 8 ? * MON-FRI *)"},
	{"an action that sets nothing", "ScheduledAction", "", actionByID + at + "scalableTargetAction: {}}", "the action changes nothing: write minCapacity, maxCapacity or both"},
	{"the lower bound is the lower one", "ScheduledAction", "", actionByID + at + "scalableTargetAction: {minCapacity: 3, maxCapacity: 2}}", "minCapacity must not be greater than maxCapacity: raise maxCapacity or lower minCapacity"},
	{"time goes forward", "ScheduledAction", "", actionByID + at + "startTime: '2026-02-01T00:00:00Z', endTime: '2026-02-01T00:30:00+01:00'}", "spec.endTime: Invalid value: endTime must be after startTime"},
	{"a time has a form", "ScheduledAction", "", actionByID + at + "startTime: '2026-02-01'}", "spec.startTime in body must be of type date-time"},
	{"an empty zone is a mistake; UTC is written by omitting it", "ScheduledAction", "", actionByID + at + "timezone: ''}", "spec.timezone in body should be at least 1 chars long"},
	{"the name is the identity", "ScheduledAction", actionByID + at + "}", strings.Replace(actionByID, "Name: a", "Name: b", 1) + at + "}", "scheduledActionName" + way},
	{"the resource ID is the identity", "ScheduledAction", actionByID + at + "}", strings.Replace(actionByID, "demo", "other", 1) + at + "}", `spec.resourceID: Invalid value: "endpoint/other/variant/AllTraffic": resourceID` + way},
	{"the dimension is the identity", "ScheduledAction", actionByID + at + "}", strings.Replace(actionByID, "InstanceCount", "ProvisionedConcurrency", 1) + at + "}", "scalableDimension" + way},
	{"the namespace is the identity", "ScheduledAction", actionByID + at + "}", "{scheduledActionName: a, resourceID: r, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs, " + at + "}", "serviceNamespace" + way},
	{"the reference is the identity", "ScheduledAction", "{scheduledActionName: a, resourceRef: {from: {name: t}}}", "{scheduledActionName: a, resourceRef: {from: {name: t, namespace: other}}}", "resourceRef" + way},
	{"an object without spec would leave its action in AWS", "ScheduledAction", actionByID + at + "}", "", "Invalid value: spec cannot be removed: delete the object instead"},
}

func refusals() []refusal {
	var all []refusal
	for _, list := range [][]refusal{refusedTargets, refusedPolicies, refusedTracking, refusedSteps, refusedPredictive, refusedActions, refusedShared} {
		all = append(all, list...)
	}
	return all
}

func (r refusal) answer(t *testing.T, server apiServer) string {
	t.Helper()
	if r.from == "" {
		return server.create(t, manifest(r.kind, r.spec))
	}
	if refused := server.create(t, manifest(r.kind, r.from)); refused != "" {
		t.Fatalf("%s: the stored object is refused already: %s", r.reason, refused)
	}
	return server.update(t, manifest(r.kind, r.from), manifest(r.kind, r.spec))
}

func TestBadManifests(t *testing.T) {
	server := newAPIServer(t)
	for _, r := range refusals() {
		if got := r.answer(t, server); !strings.Contains(got, r.want) {
			t.Errorf("%s: the API server says\n%s\nwant\n%s\n\nfor %s", r.reason, got, r.want, r.spec)
		}
	}
}

// Every CEL rule must be known to fire: a rule that never does is worse than
// none.
func TestEveryRuleIsTested(t *testing.T) {
	server := newAPIServer(t)
	answers := map[string]*strings.Builder{}
	for _, r := range refusals() {
		if answers[r.kind] == nil {
			answers[r.kind] = &strings.Builder{}
		}
		answers[r.kind].WriteString(r.answer(t, server))
	}
	for kind, crd := range definitions(t) {
		for path, schema := range nodes(crd.Spec.Versions[0].Schema.OpenAPIV3Schema) {
			for _, rule := range schema.XValidations {
				if rule.MessageExpression == "" && !strings.Contains(answers[kind].String(), rule.Message) {
					t.Errorf("%s: no bad manifest trips the rule at %s: %s", kind, path, rule.Message)
				}
			}
		}
	}
}

// Objects that were stored before a rule existed must stay usable: a finalizer
// must be removable and the status writable, whatever is wrong with the spec.
func TestStoredObjectsStayUpdatable(t *testing.T) {
	server := newAPIServer(t)
	for _, r := range refusals() {
		if r.from != "" || strings.HasPrefix(r.want, "unknown field") {
			continue
		}
		stored := manifest(r.kind, r.spec)
		edited := strings.Replace(stored, "{name: x,", "{name: x, labels: {edited: 'true'},", 1)
		if refused := server.update(t, stored, edited); refused != "" {
			t.Errorf("%s: an edit of the labels is refused:\n%s\nfor %s", r.reason, refused, r.spec)
		}
	}
}

func TestUpdatesThatAreAllowed(t *testing.T) {
	server := newAPIServer(t)
	cases := []struct{ reason, kind, from, to string }{
		{"everything but the identity may change", "ScalableTarget", sageMaker + "minCapacity: 1, maxCapacity: 2}", sageMaker + "maxCapacity: 5, tags: [{key: team}], suspendedState: {scheduledScalingSuspended: true}}"},
		{"the controller fills the spec of an adopting object in", "ScalableTarget", "", sageMaker + "minCapacity: 1, maxCapacity: 2}"},
		{"a policy may get another configuration", "ScalingPolicy", tracking + predefined + "}}", steps("0..")},
		{"a metric that was wrong in another field than the one that changes stays as it was", "ScalingPolicy",
			tracking + "customizedMetricSpecification: {}}}", tracking + "scaleInCooldown: 5, customizedMetricSpecification: {}}}"},
		{"an action may get another schedule", "ScheduledAction", actionByID + at + "}", actionByID + "schedule: rate(1 day), timezone: Asia/Tokyo}"},
	}
	for _, c := range cases {
		if refused := server.update(t, manifest(c.kind, c.from), manifest(c.kind, c.to)); refused != "" {
			t.Errorf("%s: the API server refuses it:\n%s", c.reason, refused)
		}
	}
}

// ACK's controllers may write ACK.Advisory several times, and such an object
// must not be stuck.
func TestStatusOfACKIsNoObstacle(t *testing.T) {
	server := newAPIServer(t)
	status := `status:
  ackResourceMetadata: {ownerAccountID: '1', region: us-west-2}
  conditions: [{type: ACK.Advisory, status: 'True', reason: a}, {type: ACK.Advisory, status: 'True', reason: b}]
`
	from := manifest("ScalableTarget", sageMaker+"minCapacity: 1}") + status
	to := manifest("ScalableTarget", sageMaker+"minCapacity: 2}") + status
	if refused := server.update(t, from, to); refused != "" {
		t.Errorf("an edit of the spec is refused because of the status:\n%s", refused)
	}
}
