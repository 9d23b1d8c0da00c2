package crds_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
)

// nodes returns every node of a schema by its path, such as
// "spec.tags[].key".
func nodes(root *apiextensionsv1.JSONSchemaProps) map[string]apiextensionsv1.JSONSchemaProps {
	all := map[string]apiextensionsv1.JSONSchemaProps{"": *root}
	var walk func(path string, schema *apiextensionsv1.JSONSchemaProps)
	walk = func(path string, schema *apiextensionsv1.JSONSchemaProps) {
		all[path] = *schema
		for name, property := range schema.Properties {
			below := name
			if path != "" {
				below = path + "." + name
			}
			walk(below, &property)
		}
		if schema.Items != nil && schema.Items.Schema != nil {
			walk(path+"[]", schema.Items.Schema)
		}
	}
	walk("", root)
	return all
}

func accepted(t *testing.T, crd *apiextensionsv1.CustomResourceDefinition) []error {
	t.Helper()
	internal := &apiextensions.CustomResourceDefinition{}
	if err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(crd, internal, nil); err != nil {
		t.Fatal(err)
	}
	internal.Status.StoredVersions = []string{"v1alpha1"}
	var errs []error
	for _, err := range validation.ValidateCustomResourceDefinition(t.Context(), internal) {
		errs = append(errs, err)
	}
	return errs
}

// The API server estimates the worst case cost of every CEL rule when a
// CustomResourceDefinition is installed and refuses the definition when it is
// too high, so one careless rule would make it uninstallable.
func TestDefinitionsAreAccepted(t *testing.T) {
	all := definitions(t)
	for kind, crd := range all {
		for _, err := range accepted(t, crd) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if kinds := slices.Sorted(maps.Keys(all)); !slices.Equal(kinds, []string{"FieldExport", "IAMRoleSelector", "ScalableTarget", "ScalingPolicy", "ScheduledAction"}) {
		t.Errorf("the definitions are of kinds %v", kinds)
	}
}

func TestCostIsReallyEstimated(t *testing.T) {
	policy := definitions(t)["ScalingPolicy"]
	steps := policy.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties["stepScalingPolicyConfiguration"].Properties
	unbounded := steps["stepAdjustments"]
	unbounded.MaxItems = nil
	steps["stepAdjustments"] = unbounded
	if len(accepted(t, policy)) == 0 {
		t.Error("steps are compared in pairs, so without a limit on their number the estimate must be too high")
	}
}

// What clients ask the API server for: URLs, kubectl's words and RBAC rules hold
// these names.
func TestNamesOfTheACKControllerAreKept(t *testing.T) {
	for kind, want := range map[string][]string{
		"ScalableTarget":  {"applicationautoscaling.services.k8s.aws", "scalabletargets", "scalabletarget", "ScalableTargetList", "Namespaced"},
		"ScalingPolicy":   {"applicationautoscaling.services.k8s.aws", "scalingpolicies", "scalingpolicy", "ScalingPolicyList", "Namespaced"},
		"ScheduledAction": {"applicationautoscaling.services.k8s.aws", "scheduledactions", "scheduledaction", "ScheduledActionList", "Namespaced"},
		"FieldExport":     {"services.k8s.aws", "fieldexports", "fieldexport", "FieldExportList", "Namespaced"},
		"IAMRoleSelector": {"services.k8s.aws", "iamroleselectors", "iamroleselector", "IAMRoleSelectorList", "Cluster"},
	} {
		spec := definitions(t)[kind].Spec
		got := []string{spec.Group, spec.Names.Plural, spec.Names.Singular, spec.Names.ListKind, string(spec.Scope)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
		if len(spec.Versions) != 1 || spec.Versions[0].Name != "v1alpha1" || !spec.Versions[0].Served || !spec.Versions[0].Storage || spec.Versions[0].Subresources.Status == nil {
			t.Errorf("%s is not served and stored as v1alpha1 only, with a status of its own", kind)
		}
	}
}

// Old manifests and old stored objects must stay valid, so nothing becomes
// required that was not, except the keys of lists that are maps now; and nothing
// that was required becomes optional, except what a reference can supply, which
// a CEL rule watches over.
func TestRequiredFields(t *testing.T) {
	want := map[string]map[string][]string{
		"ScalableTarget": {
			"spec":                       {"scalableDimension", "serviceNamespace"}, // ACK: and resourceID
			"spec.sageMakerEndpointRef":  {"from", "variantName"},                   // not in ACK
			"spec.tags[]":                {"key"},                                   // not in ACK
			"status.ackResourceMetadata": {"ownerAccountID", "region"},
			"status.boundTo":             {"resourceID", "scalableDimension", "serviceNamespace"},
			"status.conditions[]":        {"status", "type"},
			"status.lastDrift":           {"time"}, // not in ACK
			"status.lastDrift.fields[]":  {"field"},
			"status.scheduledBounds.min": {"action", "since", "value"}, // not in ACK
			"status.scheduledBounds.max": {"action", "since", "value"},
		},
		"ScalingPolicy": {
			"spec": {"policyName"}, // ACK: and resourceID, scalableDimension, serviceNamespace
			"spec.targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.dimensions[]":                                                                  {"name"}, // ACK: nothing
			"spec.targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.metrics[]":                                                                     {"id"},   // not in ACK, as all below
			"spec.targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.metrics[].metricStat.metric.dimensions[]":                                      {"name"},
			"spec.predictiveScalingPolicyConfiguration.metricSpecifications[].customizedLoadMetricSpecification.metricDataQueries[]":                                    {"id"},
			"spec.predictiveScalingPolicyConfiguration.metricSpecifications[].customizedLoadMetricSpecification.metricDataQueries[].metricStat.metric.dimensions[]":     {"name"},
			"spec.predictiveScalingPolicyConfiguration.metricSpecifications[].customizedScalingMetricSpecification.metricDataQueries[]":                                 {"id"},
			"spec.predictiveScalingPolicyConfiguration.metricSpecifications[].customizedScalingMetricSpecification.metricDataQueries[].metricStat.metric.dimensions[]":  {"name"},
			"spec.predictiveScalingPolicyConfiguration.metricSpecifications[].customizedCapacityMetricSpecification.metricDataQueries[]":                                {"id"},
			"spec.predictiveScalingPolicyConfiguration.metricSpecifications[].customizedCapacityMetricSpecification.metricDataQueries[].metricStat.metric.dimensions[]": {"name"},
			"status.ackResourceMetadata": {"ownerAccountID", "region"},
			"status.boundTo":             {"resourceID", "scalableDimension", "serviceNamespace"},
			"status.conditions[]":        {"status", "type"},
			"status.lastDrift":           {"time"}, // not in ACK
			"status.lastDrift.fields[]":  {"field"},
		},
		"ScheduledAction": {
			"spec":                       {"scheduledActionName"}, // 2021: and resourceID, scalableDimension, serviceNamespace
			"status.ackResourceMetadata": {"ownerAccountID", "region"},
			"status.boundTo":             {"resourceID", "scalableDimension", "serviceNamespace"},
			"status.conditions[]":        {"status", "type"},
			"status.lastDrift":           {"time"}, // not in ACK
			"status.lastDrift.fields[]":  {"field"},
		},
		"FieldExport": {
			"spec":                {"from", "to"},
			"spec.from":           {"path", "resource"},
			"spec.from.resource":  {"group", "kind", "name"},
			"spec.to":             {"kind", "name"},
			"status.conditions[]": {"status", "type"}, // ACK: and conditions in status
		},
		// ACK: and names, matchLabels, group, version and kind in the selectors.
		"IAMRoleSelector": {"spec": {"arn"}},
	}
	got := map[string]map[string][]string{}
	for kind, crd := range definitions(t) {
		got[kind] = map[string][]string{}
		for path, schema := range nodes(crd.Spec.Versions[0].Schema.OpenAPIV3Schema) {
			if len(schema.Required) > 0 {
				got[kind][path] = slices.Sorted(slices.Values(schema.Required))
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The fields of ACK's schemas, with their types. A manifest or a client of ACK
// relies on each of them.
func TestFieldsOfACKAreThere(t *testing.T) {
	common := map[string]string{
		"spec.resourceID": "string", "spec.scalableDimension": "string", "spec.serviceNamespace": "string",
		"status.ackResourceMetadata.arn": "string", "status.ackResourceMetadata.ownerAccountID": "string",
		"status.ackResourceMetadata.region": "string", "status.ackResourceMetadata.partition": "string",
		"status.conditions[].type": "string", "status.conditions[].status": "string", "status.conditions[].message": "string",
		"status.conditions[].reason": "string", "status.conditions[].lastTransitionTime": "string date-time",
		"status.creationTime": "string date-time", "status.lastModifiedTime": "string date-time",
	}
	own := map[string]map[string]string{
		"ScalableTarget": {
			"spec.minCapacity": "integer int64", "spec.maxCapacity": "integer int64", "spec.roleARN": "string",
			"spec.roleRef.from.name": "string", "spec.roleRef.from.namespace": "string",
			"spec.suspendedState.dynamicScalingInSuspended": "boolean", "spec.suspendedState.dynamicScalingOutSuspended": "boolean",
			"spec.suspendedState.scheduledScalingSuspended": "boolean",
		},
		"ScalingPolicy": {
			"spec.policyName": "string", "spec.policyType": "string",
			"spec.stepScalingPolicyConfiguration.adjustmentType": "string", "spec.stepScalingPolicyConfiguration.cooldown": "integer int64",
			"spec.stepScalingPolicyConfiguration.metricAggregationType": "string", "spec.stepScalingPolicyConfiguration.minAdjustmentMagnitude": "integer int64",
			"spec.stepScalingPolicyConfiguration.stepAdjustments[].metricIntervalLowerBound":                   "number",
			"spec.stepScalingPolicyConfiguration.stepAdjustments[].metricIntervalUpperBound":                   "number",
			"spec.stepScalingPolicyConfiguration.stepAdjustments[].scalingAdjustment":                          "integer int64",
			"spec.targetTrackingScalingPolicyConfiguration.targetValue":                                        "number",
			"spec.targetTrackingScalingPolicyConfiguration.disableScaleIn":                                     "boolean",
			"spec.targetTrackingScalingPolicyConfiguration.scaleInCooldown":                                    "integer int64",
			"spec.targetTrackingScalingPolicyConfiguration.scaleOutCooldown":                                   "integer int64",
			"spec.targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType": "string",
			"spec.targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.resourceLabel":        "string",
			"spec.targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.metricName":           "string",
			"spec.targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.namespace":            "string",
			"spec.targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.statistic":            "string",
			"spec.targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.unit":                 "string",
			"spec.targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.dimensions[].name":    "string",
			"spec.targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.dimensions[].value":   "string",
			"status.alarms[].alarmARN": "string", "status.alarms[].alarmName": "string",
		},
		"ScheduledAction": {
			"spec.scheduledActionName": "string", "spec.schedule": "string", "spec.timezone": "string",
			"spec.startTime": "string date-time", "spec.endTime": "string date-time",
			"spec.scalableTargetAction.minCapacity": "integer int64", "spec.scalableTargetAction.maxCapacity": "integer int64",
		},
		"FieldExport": {
			"spec.from.path": "string", "spec.from.resource.group": "string", "spec.from.resource.kind": "string", "spec.from.resource.name": "string",
			"spec.to.kind": "string", "spec.to.name": "string", "spec.to.namespace": "string", "spec.to.key": "string",
			"status.conditions[].type": "string", "status.conditions[].status": "string", "status.conditions[].message": "string",
			"status.conditions[].reason": "string", "status.conditions[].lastTransitionTime": "string date-time",
		},
		"IAMRoleSelector": {
			"spec.arn": "string", "spec.namespaceSelector.names[]": "string", "spec.namespaceSelector.labelSelector.matchLabels": "object",
			"spec.resourceTypeSelector[].group": "string", "spec.resourceTypeSelector[].version": "string", "spec.resourceTypeSelector[].kind": "string",
			"spec.resourceLabelSelector.matchLabels": "object", "status": "object",
		},
	}
	for kind, crd := range definitions(t) {
		schema := nodes(crd.Spec.Versions[0].Schema.OpenAPIV3Schema)
		lists := []map[string]string{own[kind]}
		if !isShared(kind) {
			lists = append(lists, common)
		}
		for _, fields := range lists {
			for path, want := range fields {
				got := schema[path].Type
				if format := schema[path].Format; format != "" {
					got += " " + format
				}
				if got != want {
					t.Errorf("%s: %s is %q, in ACK it is %q", kind, path, got, want)
				}
			}
		}
	}
}
