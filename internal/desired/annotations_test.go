package desired_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

const (
	specOfT = "spec: {resourceID: service/c/s, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs}"

	adoptECS = `services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"resourceID": "service/c/s", "serviceNamespace": "ecs"}'`
	own      = "applicationautoscaling.services.k8s.aws/"
)

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// summary says what a life is, in words.
func summary(l desired.Life) string {
	var words []string
	say := func(when bool, what string) {
		if when {
			words = append(words, what)
		}
	}
	say(l.Retained, "retained")
	say(l.ReadOnly, "read-only")
	say(l.Adoption.Policy != "", l.Adoption.Policy)
	say(l.Adoption.FromAWS, "from AWS")
	say(l.Adoption.Complete(), l.Adoption.Identity.String())
	say(l.Adoption.Name != "", "named "+l.Adoption.Name)
	say(l.Adopted, "adopted")
	say(!l.Recreates(), "not made again")
	say(len(l.Yield) > 0, "yields "+strings.Join(l.Yield, "+"))
	say(l.RequestedAt != "", "requested "+l.RequestedAt)
	p, paused := l.Pause(noon)
	say(paused, "paused")
	say(!p.Until.IsZero(), "until "+p.Until.Format(time.RFC3339))
	say(p.Reason != "", "because "+p.Reason)
	say(p.Namespace, "with its namespace")
	for _, problem := range l.Problems {
		words = append(words, "PROBLEM "+problem.String())
	}
	return strings.Join(words, ", ")
}

func TestLifeOf(t *testing.T) {
	for _, c := range []struct {
		reason, object, namespace, spec string
		retain                          bool
		want                            string // "…" stands for anything
	}{
		{"nothing is said", "", "", specOfT, false, ""},
		{"the flag decides where nothing is said", "", "", specOfT, true, "retained"},
		{"the namespace comes before the flag", "", own + "deletion-policy: delete", specOfT, true, ""},
		{"the object comes before the namespace", "services.k8s.aws/deletion-policy: retain", own + "deletion-policy: delete", specOfT, false, "retained"},
		{"a typing error retains, and is told", "services.k8s.aws/deletion-policy: Delete", "", specOfT, false,
			`retained, PROBLEM the annotation services.k8s.aws/deletion-policy of the object: "Delete" means nothing: write delete or retain`},
		{"also on the namespace", "", own + "deletion-policy: keep", specOfT, false, "retained, PROBLEM the annotation " + own + "deletion-policy of the namespace: …write delete or retain"},
		{"the object's own word hides that of its namespace", "services.k8s.aws/deletion-policy: delete", own + "deletion-policy: keep", specOfT, false, ""},

		{"read-only as ACK has it, in any case", "services.k8s.aws/read-only: 'True'", "", specOfT, false, "read-only"},
		{"what is neither yes nor no is told, because AWS would be written", "services.k8s.aws/read-only: ture", "", specOfT, false, "PROBLEM …read-only of the object: \"ture\" means nothing…"},

		{"adopt or create takes the identity from the spec", "services.k8s.aws/adoption-policy: adopt-or-create", "", specOfT, false, "adopt-or-create"},
		{"and cannot create without one", "services.k8s.aws/adoption-policy: adopt-or-create", "", "", false, "PROBLEM …needs a spec…"},
		{"an unknown policy", "services.k8s.aws/adoption-policy: Adopt", "", specOfT, false, "PROBLEM …\"Adopt\" means nothing: write adopt or adopt-or-create"},
		{"adopt fills an absent spec, and finds the only dimension", adoptECS, "", "", false, "adopt, from AWS, ecs service/c/s (ecs:service:DesiredCount)"},
		{"adopt replaces a spec", adoptECS, "", specOfT, false, "adopt, from AWS, ecs service/c/s (ecs:service:DesiredCount)"},
		{"where there is a spec, it says what to adopt", "services.k8s.aws/adoption-policy: adopt", "", specOfT, false, "adopt, from AWS"},
		{"adopt happens once", adoptECS + ", services.k8s.aws/adopted: 'true'", "", specOfT, false, "adopt, adopted, not made again"},
		{"what was adopted by adopt-or-create may be created", "services.k8s.aws/adoption-policy: adopt-or-create, services.k8s.aws/adopted: 'true'", "", specOfT, false, "adopt-or-create, adopted"},
		{"an adopter that says nothing more", "services.k8s.aws/adoption-policy: adopt", "", "", false, "PROBLEM …adoption-fields of the object: \"\" is no JSON object…"},
		{"bad JSON", "services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: 'resourceID=x'", "", "", false, "PROBLEM …is no JSON object of strings: write for example {…"},
		{"no object", "services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: 'null'", "", "", false, "PROBLEM …resourceID is missing…"},
		{"an unknown member", `services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"arn": "x"}'`, "", "", false,
			`PROBLEM …a ScalableTarget has no member "arn": write resourceID, serviceNamespace, scalableDimension`},
		{"no string", `services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"resourceID": 1}'`, "", "", false, "PROBLEM …resourceID is no string…"},
		{"half of the identity", `services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"resourceID": "service/c/s"}'`, "", "", false, "PROBLEM …serviceNamespace is missing…"},
		{"a table has two dimensions, and AWS's first would be a guess", `services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"resourceID": "table/orders", "serviceNamespace": "dynamodb"}'`, "", "", false,
			"PROBLEM …write scalableDimension with one of dynamodb:table:ReadCapacityUnits, dynamodb:table:WriteCapacityUnits"},
		{"an index has two of its own", `services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"resourceID": "table/orders/index/i-1", "serviceNamespace": "dynamodb"}'`, "", "", false,
			"PROBLEM …write scalableDimension with one of dynamodb:index:ReadCapacityUnits, dynamodb:index:WriteCapacityUnits"},
		{"no resource of that form", `services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"resourceID": "x", "serviceNamespace": "ecs"}'`, "", "", false, "PROBLEM …has no resource of the form of \"x\"…"},
		{"a namespace that is not known", `services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"resourceID": "x", "serviceNamespace": "new"}'`, "", "", false, "PROBLEM …\"new\" is not known here…"},
		{"a dimension of another namespace", `services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"resourceID": "x", "serviceNamespace": "ecs", "scalableDimension": "ec2:x:y"}'`, "", "", false, "PROBLEM …is none of serviceNamespace ecs…"},

		{"paused until somebody says otherwise", own + "pause: 'true', " + own + "pause-reason: release", "", specOfT, false, "paused, because release"},
		{"paused until a time", own + "pause: '2026-11-23T13:00:00+00:30'", "", specOfT, false, "paused, until 2026-11-23T12:30:00Z"},
		{"a time that is over is no pause", own + "pause: '2026-11-23T12:00:00Z'", "", specOfT, false, ""},
		{"a namespace pauses all", "", own + "pause: 'true', " + own + "pause-reason: incident", specOfT, false, "paused, because incident, with its namespace"},
		{"the object comes before the namespace", own + "pause: 'false'", own + "pause: 'true'", specOfT, false, ""},
		{"unless its time is over", own + "pause: '2026-11-23T11:00:00Z'", own + "pause: 'true'", specOfT, false, "paused, with its namespace"},
		{"a pause that means nothing holds until it does", own + "pause: 1h", "", specOfT, false, "paused, PROBLEM …pause of the object: \"1h\" means nothing…"},
		{"also on a namespace", "", own + "pause: 'yes'", specOfT, false, "paused, with its namespace, PROBLEM …pause of the namespace: \"yes\" means nothing…"},

		{"fields are a list", own + "yield: ' minCapacity,maxCapacity, ,minCapacity'", "", specOfT, false, "yields maxCapacity+minCapacity"},
		{"an unknown field names the known ones", own + "yield: min", "", specOfT, false, "PROBLEM …\"min\" is no field that a ScalableTarget can leave to others: write one of maxCapacity, minCapacity, …"},
		{"what names the target cannot be left to others", own + "yield: resourceID", "", specOfT, false, "PROBLEM …\"resourceID\" is no field…"},
		{"a check on request", own + "reconcile-requested-at: now", "", specOfT, false, "requested now"},
	} {
		var o v1alpha1.ScalableTarget
		var namespace map[string]string
		if err := yaml.Unmarshal([]byte("metadata: {annotations: {"+c.object+"}}\n"+c.spec), &o); err != nil {
			t.Fatal(c.reason, err)
		}
		if err := yaml.Unmarshal([]byte("{"+c.namespace+"}"), &namespace); err != nil {
			t.Fatal(c.reason, err)
		}
		if got := summary(desired.LifeOf(&o, namespace, c.retain)); !matches(c.want, got) {
			t.Errorf("%s:\n got %s\nwant %s", c.reason, got, c.want)
		}
	}
}

// matches compares with a text in which "…" stands for anything.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "…")
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	for i, part := range parts {
		_, after, ok := strings.Cut(text, part)
		if !ok || i == len(parts)-1 && part != "" && after != "" {
			return false
		}
		text = after
	}
	return len(parts) > 1 || text == ""
}

func TestAdoptionNamesChildren(t *testing.T) {
	const fields = `services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"resourceID": "service/c/s", "serviceNamespace": "ecs"%s}'`
	for _, c := range []struct {
		reason, more string
		object       v1alpha1.Object
		want         string
	}{
		{"a policy by its name", `, "policyName": "cpu"`, &v1alpha1.ScalingPolicy{}, "adopt, from AWS, ecs service/c/s (ecs:service:DesiredCount), named cpu"},
		{"the only policy", "", &v1alpha1.ScalingPolicy{}, "adopt, from AWS, ecs service/c/s (ecs:service:DesiredCount)"},
		{"an action by its name", `, "scheduledActionName": "morning"`, &v1alpha1.ScheduledAction{}, "adopt, from AWS, ecs service/c/s (ecs:service:DesiredCount), named morning"},
		{"the name of the other kind", `, "policyName": "cpu"`, &v1alpha1.ScheduledAction{}, `PROBLEM …a ScheduledAction has no member "policyName"…`},
	} {
		if err := yaml.Unmarshal([]byte("metadata: {annotations: {"+strings.Replace(fields, "%s", c.more, 1)+"}}"), c.object); err != nil {
			t.Fatal(err)
		}
		if got := summary(desired.LifeOf(c.object, nil, false)); !matches(c.want, got) {
			t.Errorf("%s:\n got %s\nwant %s", c.reason, got, c.want)
		}
	}
}

// An object that goes is stopped only by what concerns its end.
func TestProblemsOfAnObjectThatGoes(t *testing.T) {
	o := &v1alpha1.ScalableTarget{}
	o.SetAnnotations(map[string]string{
		v1alpha1.AnnotationAdoptionPolicy: "x", v1alpha1.AnnotationYield: "x", v1alpha1.AnnotationDeletionPolicy: "x", v1alpha1.AnnotationPause: "x",
	})
	l := desired.LifeOf(o, nil, false)
	var left []string
	for _, p := range l.Blocks(true) {
		left = append(left, p.Annotation)
	}
	if diff := cmp.Diff([]string{v1alpha1.AnnotationDeletionPolicy, v1alpha1.AnnotationPause}, left); diff != "" || len(l.Blocks(false)) != 4 {
		t.Errorf("a typing error must not decide whether AWS resources live, and nothing else may hold an object that goes: %v (-want +got)\n%s", l.Blocks(false), diff)
	}
}

// Whatever the annotations hold, the result is definite.
func FuzzLifeOf(f *testing.F) {
	f.Add("adopt", `{"resourceID":"table/a","serviceNamespace":"dynamodb"}`, "2026-11-23T13:00:00Z", "tags,minCapacity", "retain", "true")
	f.Add("adopt-or-create", "[]", "true", "stepScalingPolicyConfiguration.cooldown", "delete", "")
	f.Add("adopt", `{"resourceID":"service/c/s","serviceNamespace":"ecs","policyName":"p"}`, "false", ",,", "x", "y")
	f.Fuzz(func(t *testing.T, policy, fields, pause, yield, deletion, readOnly string) {
		for _, o := range []v1alpha1.Object{&v1alpha1.ScalableTarget{}, &v1alpha1.ScalingPolicy{}, &v1alpha1.ScheduledAction{}} {
			o.SetAnnotations(map[string]string{
				v1alpha1.AnnotationAdoptionPolicy: policy, v1alpha1.AnnotationAdoptionFields: fields, v1alpha1.AnnotationPause: pause,
				v1alpha1.AnnotationYield: yield, v1alpha1.AnnotationDeletionPolicy: deletion, v1alpha1.AnnotationReadOnly: readOnly,
			})
			l := desired.LifeOf(o, map[string]string{v1alpha1.AnnotationPause: pause}, false)
			if len(l.Problems) == 0 && l.Adoption.Policy == v1alpha1.AdoptionPolicyAdopt && !l.Adoption.Complete() {
				t.Errorf("an object without spec adopts nobody knows what: %+v", l.Adoption)
			}
			if deletion != v1alpha1.DeletionPolicyDelete && !l.Retained {
				t.Errorf("deletion policy %q deletes", deletion)
			}
			for _, p := range l.Problems {
				if !strings.Contains(p.Message, "write") {
					t.Errorf("a problem does not say what to write: %s", p)
				}
			}
			for _, field := range l.Yield {
				if !strings.Contains(yield, field) {
					t.Errorf("%q yields %q", yield, field)
				}
			}
		}
	})
}

// What was adopted declares exactly what AWS has, whatever that is.
func FuzzFillPolicy(f *testing.F) {
	f.Add(`{"spec":{"policyName":"p","policyType":"StepScaling","stepScalingPolicyConfiguration":{"adjustmentType":"ChangeInCapacity","cooldown":0,"stepAdjustments":[{"metricIntervalLowerBound":0,"scalingAdjustment":1}]}}}`)
	f.Add(`{"spec":{"policyName":"p","targetTrackingScalingPolicyConfiguration":{"targetValue":1.5,"disableScaleIn":false,"customizedMetricSpecification":{"metrics":[{"id":"m","expression":"a/b","label":"l","returnData":false},{"id":"a","metricStat":{"stat":"Sum","unit":"Count","metric":{"namespace":"n","metricName":"m","dimensions":[{"name":"d","value":"v"}]}}}]}}}}`)
	f.Add(`{"spec":{"policyName":"p","predictiveScalingPolicyConfiguration":{"mode":"ForecastAndScale","maxCapacityBuffer":3,"metricSpecifications":[{"targetValue":4,"predefinedMetricPairSpecification":{"predefinedMetricType":"ECSServiceCPUUtilization"},"customizedLoadMetricSpecification":{"metricDataQueries":[{"id":"m","expression":"x"}]}}]}}}`)
	f.Fuzz(func(t *testing.T, object string) {
		var o v1alpha1.ScalingPolicy
		if yaml.Unmarshal([]byte(object), &o) != nil {
			return
		}
		_, has, found := desired.Policy(&o)
		if len(found) > 0 || has.Name == "" {
			return
		}
		id := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/c/s", ScalableDimension: "ecs:service:DesiredCount"}
		observed := autoscaling.Observed{Target: &autoscaling.ObservedTarget{}, Policies: []autoscaling.ObservedPolicy{{Policy: has}}}
		var adopted v1alpha1.ScalingPolicy
		if !desired.Fill(&adopted, id, has.Name, observed) {
			t.Fatal("the policy is not found")
		}
		declares, policy, found := desired.Policy(&adopted)
		if declares != id || len(found) > 0 {
			t.Errorf("the adopted spec is about %s, not %s: %v", declares, id, found)
		}
		want := autoscaling.Desired{Policies: []autoscaling.DesiredPolicy{{Policy: policy}}}
		if plan := autoscaling.Diff(id, want, observed, noon); len(plan.Changes) > 0 {
			t.Errorf("adoption would change AWS: %+v", plan.Changes)
		}
	})
}

func TestFillTarget(t *testing.T) {
	id := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/c/s", ScalableDimension: "ecs:service:DesiredCount"}
	const linked = "arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
	for _, c := range []struct {
		reason, spec string
		seen         autoscaling.ObservedTarget
		want         string
	}{
		{"a service-linked role is nobody's choice", "", autoscaling.ObservedTarget{MinCapacity: 0, MaxCapacity: 9, RoleARN: linked},
			"{maxCapacity: 9, minCapacity: 0, resourceID: service/c/s, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs}"},
		{"a role that somebody chose is kept, and so is what is suspended", "", autoscaling.ObservedTarget{MinCapacity: 1, MaxCapacity: 2, RoleARN: "arn:aws:iam::123456789012:role/mine", Suspended: autoscaling.ObservedSuspension{ScheduledScaling: true}},
			"{maxCapacity: 2, minCapacity: 1, resourceID: service/c/s, roleARN: 'arn:aws:iam::123456789012:role/mine', scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs, suspendedState: {dynamicScalingInSuspended: false, dynamicScalingOutSuspended: false, scheduledScalingSuspended: true}}"},
		{"a spec keeps its way to say what it is about, and its tags", "{sageMakerEndpointRef: {from: {name: e}, variantName: v}, scalableDimension: d, serviceNamespace: s, minCapacity: 5, suspendedState: {scheduledScalingSuspended: true}, tags: [{key: a}]}",
			autoscaling.ObservedTarget{MinCapacity: 1, MaxCapacity: 2}, "{sageMakerEndpointRef: {from: {name: e}, variantName: v}, scalableDimension: d, serviceNamespace: s, minCapacity: 1, maxCapacity: 2, tags: [{key: a}]}"},
	} {
		var o, want v1alpha1.ScalableTarget
		if err := yaml.Unmarshal([]byte("spec: "+c.spec), &o); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal([]byte("spec: "+c.want), &want); err != nil {
			t.Fatal(err)
		}
		desired.Fill(&o, id, "", autoscaling.Observed{Target: &c.seen})
		if diff := cmp.Diff(want.Spec, o.Spec); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}
