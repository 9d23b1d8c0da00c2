package faults

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// A thing is a scalable target, policy or scheduled action as AWS describes
// it, without what tells two equal ones apart.
type thing struct {
	id   string // "policy sagemaker endpoint/alpha/variant/AllTraffic sagemaker:variant:DesiredInstanceCount cpu"
	at   place
	arn  string
	body map[string]any
	tags map[string]any // of a target
	// alarms are the names of those that AWS lists for a policy.
	alarms []string

	// under is the ARN of the target with which AWS may have deleted the thing;
	// empty: it must not be deleted.
	under string
}

// The service namespaces that tests use.
var namespaces = []string{"sagemaker", "ecs", "dynamodb", "elasticmapreduce"}

// describe reads all that a cloud has.
func describe(c *localcloud.Cloud) (map[string]thing, error) {
	all := map[string]thing{}
	for _, at := range places(c) {
		if err := describeIn(c, at, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// describeIn adds what a cloud has in a place.
func describeIn(c *localcloud.Cloud, at place, all map[string]thing) error {
	for _, ns := range namespaces {
		for _, list := range []struct{ kind, operation, member, name, arn string }{
			{"target", "DescribeScalableTargets", "ScalableTargets", "", "ScalableTargetARN"},
			{"policy", "DescribeScalingPolicies", "ScalingPolicies", "PolicyName", "PolicyARN"},
			{"action", "DescribeScheduledActions", "ScheduledActions", "ScheduledActionName", "ScheduledActionARN"},
		} {
			in := map[string]any{"ServiceNamespace": ns}
			for {
				out, err := call(c, at, list.operation, in)
				if err != nil {
					return err
				}
				items, _ := out[list.member].([]any)
				for _, item := range items {
					t, err := thingOf(c, at, list.kind, list.name, list.arn, item.(map[string]any))
					if err != nil {
						return err
					}
					all[t.id] = t
				}
				if in["NextToken"] = out["NextToken"]; in["NextToken"] == nil {
					break
				}
			}
		}
	}
	return nil
}

func thingOf(c *localcloud.Cloud, at place, kind, name, arn string, body map[string]any) (thing, error) {
	t := thing{at: at, body: body}
	t.arn, _ = body[arn].(string)
	t.id = strings.TrimSpace(fmt.Sprintf("%s %s%v %v %v", kind, at, body["ServiceNamespace"], body["ResourceId"], body["ScalableDimension"]))
	if name != "" {
		t.id += fmt.Sprintf(" %v", body[name])
	} else {
		out, err := call(c, at, "ListTagsForResource", map[string]any{"ResourceARN": t.arn})
		if err != nil {
			return t, err
		}
		t.tags, _ = out["Tags"].(map[string]any)
	}
	alarms, _ := body["Alarms"].([]any)
	for _, alarm := range alarms {
		t.alarms = append(t.alarms, alarm.(map[string]any)["AlarmName"].(string))
	}
	slices.Sort(t.alarms)
	for _, member := range []string{arn, "CreationTime", "Alarms"} {
		delete(body, member)
	}
	leaveDefaultsOut(body)
	return t, nil
}

// leaveDefaultsOut makes a member that has its default look like one that was
// never set: AWS documents that both mean the same.
func leaveDefaultsOut(v any) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			leaveDefaultsOut(element)
		}
	case map[string]any:
		for member, is := range map[string]any{
			"DisableScaleIn": false, "ReturnData": true, "Timezone": "UTC", "Mode": "ForecastOnly", "MaxCapacityBreachBehavior": "HonorMaxCapacity",
		} {
			if v[member] == is {
				delete(v, member)
			}
		}
		for _, member := range v {
			leaveDefaultsOut(member)
		}
	}
}

// An identity is a scalable target as manifests write it.
type identity struct {
	place
	namespace, resource, dimension string
}

func (i identity) String() string {
	return i.place.String() + i.namespace + " " + i.resource + " " + i.dimension
}

func (i identity) members() map[string]any {
	return map[string]any{"ServiceNamespace": i.namespace, "ResourceId": i.resource, "ScalableDimension": i.dimension}
}

// request is a manifest's spec as a request to AWS, member by member: names
// begin with a capital, tags are a map, times are numbers. References are
// replaced by what they name.
func request(obj v1alpha1.Object, target identity) map[string]any {
	spec := asMap(specOf(obj))
	in := renamed(spec).(map[string]any)
	delete(in, "ResourceRef")
	delete(in, "SageMakerEndpointRef")
	delete(in, "ResourceID")
	maps.Copy(in, target.members())
	if tags, ok := spec["tags"].([]any); ok {
		byKey := map[string]any{}
		for _, tag := range tags {
			value, _ := tag.(map[string]any)["value"].(string)
			byKey[tag.(map[string]any)["key"].(string)] = value
		}
		in["Tags"] = byKey
	}
	for _, member := range []string{"StartTime", "EndTime"} {
		if text, ok := in[member].(string); ok {
			at, _ := time.Parse(time.RFC3339, text)
			in[member] = at.Unix()
		}
	}
	for _, t := range []string{"TargetTracking", "Step", "Predictive"} {
		if _, ok := in[t+"ScalingPolicyConfiguration"]; ok && in["PolicyType"] == nil {
			in["PolicyType"] = t + "Scaling"
		}
	}
	return in
}

func renamed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			out[strings.ToUpper(name[:1])+name[1:]] = renamed(member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = renamed(v[i])
		}
		return out
	}
	return v
}

var (
	referenceMu sync.Mutex
	references  = map[string]map[string]any{}
)

// reference is what a fresh AWS describes after it got the policy or action as
// it is written.
func reference(t testing.TB, obj v1alpha1.Object, target identity) map[string]any {
	t.Helper()
	in := request(obj, target)
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	referenceMu.Lock()
	defer referenceMu.Unlock()
	if body := references[string(text)]; body != nil {
		return body
	}
	fresh := newCloud(t)
	register := target.members()
	maps.Copy(register, map[string]any{"MinCapacity": 1, "MaxCapacity": 2})
	operation := "PutScalingPolicy"
	if _, ok := obj.(*v1alpha1.ScheduledAction); ok {
		operation = "PutScheduledAction"
	}
	if _, err := call(fresh, place{}, "RegisterScalableTarget", register); err != nil {
		t.Fatal(err)
	}
	if _, err := call(fresh, place{}, operation, in); err != nil {
		t.Fatalf("AWS refuses the manifest as it is written: %v", err)
	}
	all, err := describe(fresh)
	if err != nil {
		t.Fatal(err)
	}
	for id, thing := range all {
		if !strings.HasPrefix(id, "target ") {
			references[string(text)] = thing.body
			return thing.body
		}
	}
	t.Fatal("the fresh AWS has nothing")
	return nil
}

// targetDiffers says in what a target differs from its manifest. What the
// manifest does not mention may be anything, unless it mentioned it before:
// switches that it turned on are off, and its tags are gone.
// A bound may also be what a scheduled action set.
func (w *world) targetDiffers(obj *v1alpha1.ScalableTarget, has thing) (differences []string) {
	theirs := yielded(obj)
	want := without(request(obj, identity{}), theirs)
	differences = append(differences, notUndone(want, w.kube.generations(obj), theirs, has)...)
	for _, member := range []string{"MinCapacity", "MaxCapacity", "RoleARN"} {
		if v, ok := want[member]; ok && v != has.body[member] && !w.fired(obj, member, has) {
			differences = append(differences, fmt.Sprintf("%s is %v, declared %v", member, has.body[member], v))
		}
	}
	suspended, _ := want["SuspendedState"].(map[string]any)
	for member, v := range suspended {
		if is := has.body["SuspendedState"].(map[string]any)[member]; is != v {
			differences = append(differences, fmt.Sprintf("%s is %v, declared %v", member, is, v))
		}
	}
	tags, _ := want["Tags"].(map[string]any)
	for name, v := range tags {
		if has.tags[name] != v {
			differences = append(differences, fmt.Sprintf("tag %s is %v, declared %v", name, has.tags[name], v))
		}
	}
	slices.Sort(differences)
	return differences
}

// notUndone says what is left in AWS of what former generations of a manifest
// turned on or tagged, and this one does not mention.
// What is somebody else's by now is left to them.
func notUndone(want map[string]any, before []*v1alpha1.ScalableTarget, theirs [][]string, has thing) (left []string) {
	switches, _ := want["SuspendedState"].(map[string]any)
	tags, _ := want["Tags"].(map[string]any)
	for _, old := range before {
		was := without(request(old, identity{}), theirs)
		turned, _ := was["SuspendedState"].(map[string]any)
		for member, on := range turned {
			if _, mentioned := switches[member]; !mentioned && on == true && has.body["SuspendedState"].(map[string]any)[member] == true {
				left = append(left, fmt.Sprintf("%s is still true, though it is mentioned no more", member))
			}
		}
		put, _ := was["Tags"].(map[string]any)
		for name := range put {
			if _, mentioned := tags[name]; !mentioned && has.tags[name] != nil {
				left = append(left, fmt.Sprintf("tag %s is still there, though it is mentioned no more", name))
			}
		}
	}
	slices.Sort(left)
	return slices.Compact(left)
}
