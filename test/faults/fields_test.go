package faults

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// gone is the value of a member that is removed.
var gone = any(nil)

// A fieldCase sets one member of a living object to one value after another.
type fieldCase struct {
	base   string
	path   string // "a.b[0].c"
	values []any
}

// each changes a member that must be there.
func each(base, path string, values ...any) fieldCase { return fieldCase{base, path, values} }

// optional sets a member, changes it and removes it.
func optional(base, path string, first, second any) fieldCase {
	return fieldCase{base, path, []any{first, second, gone}}
}

func fieldCases() []fieldCase {
	const (
		tt         = "targetTrackingScalingPolicyConfiguration."
		custom     = tt + "customizedMetricSpecification."
		steps      = "stepScalingPolicyConfiguration."
		predictive = "predictiveScalingPolicyConfiguration."
		metric     = predictive + "metricSpecifications[0]."
	)
	cases := []fieldCase{
		each("target", "minCapacity", 2, 0, gone, 1),
		each("target", "maxCapacity", 5, 7, gone, 6),
		each("cluster", "roleARN", "arn:aws:iam::123456789012:role/one", "arn:aws:iam::123456789012:role/two"),
		optional("target", "suspendedState.dynamicScalingInSuspended", true, false),
		optional("target", "suspendedState.dynamicScalingOutSuspended", true, false),
		optional("target", "suspendedState.scheduledScalingSuspended", true, false),
		optional("target", "tags", []any{map[string]any{"key": "a", "value": "1"}}, []any{map[string]any{"key": "b", "value": "1"}}),
		optional("tagged", "tags[0].value", "2", "3"),
		each("tagged", "tags[0].key", "b", "c"),

		optional("tracking", "policyType", "TargetTrackingScaling", "TargetTrackingScaling"),
		each("tracking", tt+"targetValue", 70.5, 0.25),
		optional("tracking", tt+"disableScaleIn", true, false),
		optional("tracking", tt+"scaleInCooldown", 10, 0),
		optional("tracking", tt+"scaleOutCooldown", 20, 0),
		each("tracking", tt+"predefinedMetricSpecification.predefinedMetricType", "ECSServiceAverageMemoryUtilization", "ECSServiceAverageCPUUtilization"),
		each("requests", tt+"predefinedMetricSpecification.resourceLabel", "app/a/1/targetgroup/b/2", "app/a/1/targetgroup/b/3"),
		each("custom", custom+"metricName", "Other", "Metric"),
		each("custom", custom+"namespace", "Other", "Namespace"),
		each("custom", custom+"statistic", "Sum", "Maximum"),
		optional("custom", custom+"unit", "Count", "Seconds"),
		each("custom", custom+"dimensions[0].name", "Other", "Name"),
		each("custom", custom+"dimensions[0].value", "other", "value"),

		each("steps", steps+"adjustmentType", "PercentChangeInCapacity", "ChangeInCapacity"),
		optional("steps", steps+"cooldown", 10, 20),
		optional("steps", steps+"metricAggregationType", "Minimum", "Maximum"),
		optional("percent", steps+"minAdjustmentMagnitude", 1, 2),
		each("steps", steps+"stepAdjustments[0].metricIntervalLowerBound", 1, 2.5),
		each("down", steps+"stepAdjustments[0].metricIntervalUpperBound", -1, -2.5),
		each("steps", steps+"stepAdjustments[0].scalingAdjustment", 2, 3),

		optional("pair", predictive+"mode", "ForecastAndScale", "ForecastOnly"),
		optional("pair", predictive+"schedulingBufferTime", 100, 200),
		each("breach", predictive+"maxCapacityBuffer", 20, 0),
		optional("pair", predictive+"maxCapacityBreachBehavior", "HonorMaxCapacity", "HonorMaxCapacity"),
		each("pair", metric+"targetValue", 60, 40.5),
		each("pair", metric+"predefinedMetricPairSpecification.predefinedMetricType", "ECSServiceMemoryUtilization", "ECSServiceCPUUtilization"),
		each("requestPair", metric+"predefinedMetricPairSpecification.resourceLabel", "app/a/1/targetgroup/b/2", "app/a/1/targetgroup/b/3"),
		each("loadAndScaling", metric+"predefinedLoadMetricSpecification.predefinedMetricType", "ECSServiceTotalMemoryUtilization", "ECSServiceTotalCPUUtilization"),
		each("loadAndScaling", metric+"predefinedScalingMetricSpecification.predefinedMetricType", "ECSServiceAverageMemoryUtilization", "ECSServiceAverageCPUUtilization"),
		each("requestLoad", metric+"predefinedLoadMetricSpecification.resourceLabel", "app/a/1/targetgroup/b/2", "app/a/1/targetgroup/b/3"),
		each("requestLoad", metric+"predefinedScalingMetricSpecification.resourceLabel", "app/a/1/targetgroup/b/2", "app/a/1/targetgroup/b/3"),

		each("action", "schedule", "rate(5 days)", "cron(0 8 1 1 ? 2041)"),
		optional("action", "timezone", "Europe/Berlin", "UTC"),
		optional("action", "startTime", "2039-01-01T00:00:00Z", "2039-01-01T01:00:00Z"),
		optional("action", "endTime", "2041-01-01T00:00:00Z", "2041-01-01T01:00:00Z"),
		optional("action", "scalableTargetAction.minCapacity", 1, 2),
		optional("action", "scalableTargetAction.maxCapacity", 6, 7),
	}
	for list, base := range map[string]string{
		custom + "metrics": "math",
		metric + "customizedLoadMetricSpecification.metricDataQueries":     "predictiveMath",
		metric + "customizedScalingMetricSpecification.metricDataQueries":  "predictiveMath",
		metric + "customizedCapacityMetricSpecification.metricDataQueries": "predictiveMath",
	} {
		cases = append(cases,
			each(base, list+"[2].id", "m3", "m4"),
			each(base, list+"[0].expression", "m1 * 3", "m1 * 4"),
			optional(base, list+"[0].label", "one", "two"),
			optional(base, list+"[0].returnData", true, true),
			each(base, list+"[1].metricStat.stat", "Sum", "p99"),
			optional(base, list+"[1].metricStat.unit", "Count", "Seconds"),
			each(base, list+"[1].metricStat.metric.namespace", "Other", "Namespace"),
			each(base, list+"[1].metricStat.metric.metricName", "Other", "Metric"),
			each(base, list+"[1].metricStat.metric.dimensions[0].name", "Other", "Name"),
			each(base, list+"[1].metricStat.metric.dimensions[0].value", "other", "value"),
		)
	}
	return cases
}

// TestEveryFieldIsFollowed changes members of living objects one by one.
func TestEveryFieldIsFollowed(t *testing.T) {
	for _, c := range fieldCases() {
		t.Run(c.base+" "+c.path, func(t *testing.T) {
			t.Parallel()
			inWorld(t, nil, func(w *world) {
				k := w.bring(c.base)
				for i, v := range c.values {
					w.must(w.kube.update(k, func(obj v1alpha1.Object) {
						spec := asMap(specOf(obj))
						setMember(spec, strings.Split(strings.ReplaceAll(c.path, "[", ".["), "."), v)
						setSpec(t, obj, spec)
					}))
					w.follows(k, fmt.Sprintf("value %d, %v", i, v))
				}
				w.undone(k)
			})
		})
	}
}

// TestEveryPolicyBecomesEveryOther replaces whole configurations.
func TestEveryPolicyBecomesEveryOther(t *testing.T) {
	for from, b := range bases {
		if b.kind != policyKind {
			continue
		}
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			inWorld(t, nil, func(w *world) {
				k := w.bring(from)
				for _, to := range slices.Sorted(maps.Keys(bases)) {
					if bases[to].kind != policyKind || to == from {
						continue
					}
					for _, next := range []string{to, from} {
						edit(w, k, func(o *v1alpha1.ScalingPolicy) {
							o.Spec = parse(t, policyKind, "p", bases[next].spec()).(*v1alpha1.ScalingPolicy).Spec
						})
						w.follows(k, "from "+from+" to "+to)
					}
				}
			})
		})
	}
}

// bring creates the object of a base and what it needs.
func (w *world) bring(base string) key {
	w.Helper()
	b := bases[base]
	k := key{b.kind, "p"}
	w.create(parse(w.T, b.kind, k.name, b.spec()))
	if b.kind != targetKind {
		w.create(parse(w.T, targetKind, "t", bases["target"].spec()))
	}
	w.follows(k, "at first")
	return k
}

// follows checks that AWS soon has what the manifests say.
func (w *world) follows(k key, when string) {
	w.Helper()
	w.pass(5 * time.Second)
	for _, problem := range w.problems() {
		w.Errorf("%s: %s", when, problem)
	}
	if obj := w.kube.get(k); !is(obj, v1alpha1.ConditionReady, "True") {
		w.Errorf("%s: not ready: %s", when, text(condition(obj, v1alpha1.ConditionReady).Message))
	}
	if w.Failed() {
		w.Fatal(w.report())
	}
}

// undone checks what a target must not keep of members that are mentioned no
// more.
func (w *world) undone(k key) {
	obj, ok := w.kube.get(k).(*v1alpha1.ScalableTarget)
	if !ok {
		return
	}
	all, err := describe(w.cloud)
	w.must(err)
	id, _ := w.awsID(obj)
	if len(all[id].tags) != len(obj.Spec.Tags) {
		w.Errorf("AWS has the tags %v", all[id].tags)
	}
	for name, v := range all[id].body["SuspendedState"].(map[string]any) {
		if v == true {
			w.Errorf("%s is still true", name)
		}
	}
}

func setSpec(t *testing.T, obj v1alpha1.Object, spec map[string]any) {
	t.Helper()
	raw, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	into := reflect.ValueOf(specOf(obj)).Elem()
	into.SetZero()
	if err := yaml.UnmarshalStrict(raw, into.Addr().Interface()); err != nil {
		t.Fatal(err)
	}
}

func setMember(in any, path []string, v any) {
	if at, ok := strings.CutPrefix(path[0], "["); ok {
		i, _ := strconv.Atoi(strings.TrimSuffix(at, "]"))
		setMember(in.([]any)[i], path[1:], v)
		return
	}
	m := in.(map[string]any)
	switch {
	case len(path) > 1 && m[path[0]] == nil:
		m[path[0]] = map[string]any{}
		fallthrough
	case len(path) > 1:
		setMember(m[path[0]], path[1:], v)
	case v == gone:
		delete(m, path[0])
	default:
		m[path[0]] = v
	}
}

// What cannot be changed on a living object, and what names other objects.
var notFollowed = map[string]string{
	"resourceID": "immutable", "scalableDimension": "immutable", "serviceNamespace": "immutable", "policyName": "immutable",
	"scheduledActionName": "immutable", "resourceRef": "immutable", "sageMakerEndpointRef": "immutable",
	"roleRef": "names an object of another controller",
}

// TestNoFieldIsForgotten goes through the Go types: whoever adds a field must
// say how AWS follows it.
func TestNoFieldIsForgotten(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range fieldCases() {
		path := c.path
		for i := range 9 {
			path = strings.ReplaceAll(path, fmt.Sprintf("[%d]", i), "[]")
		}
		covered[string(bases[c.base].kind)+" "+path] = true
	}
	for _, kind := range []autoscaling.Kind{targetKind, policyKind, actionKind} {
		for _, path := range leaves(reflect.TypeOf(specOf(newObject(kind))).Elem(), "") {
			top, _, _ := strings.Cut(path, ".")
			if !covered[string(kind)+" "+path] && notFollowed[top] == "" {
				t.Errorf("no case changes %s of a %s", path, kind)
			}
		}
	}
}

// leaves returns the paths of all members that hold a value of their own.
func leaves(t reflect.Type, path string) []string {
	switch {
	case t.Kind() == reflect.Pointer:
		return leaves(t.Elem(), path)
	case t.Kind() == reflect.Slice:
		return leaves(t.Elem(), path+"[]")
	case t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[v1alpha1.Tag]().PkgPath():
		return []string{path}
	}
	var out []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		out = append(out, leaves(f.Type, strings.TrimPrefix(path+"."+name, "."))...)
	}
	return out
}
