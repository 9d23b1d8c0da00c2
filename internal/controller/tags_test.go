package controller

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
)

func TestParseDefaultTags(t *testing.T) {
	for _, c := range []struct {
		reason  string
		list    []string
		want    map[string]string
		skipped string // a part of each sentence, with bars between them
	}{
		{"what the ACK controller's chart passes", []string{
			"services.k8s.aws/controller-version=%CONTROLLER_SERVICE%-%CONTROLLER_VERSION%", "services.k8s.aws/namespace=%K8S_NAMESPACE%",
			"app.kubernetes.io/managed-by=%MANAGED_BY%", "kro.run/kro-version=%KRO_VERSION%",
		}, map[string]string{"services.k8s.aws/controller-version": "applicationautoscaling-1.2.3", "services.k8s.aws/namespace": "ns"}, ""},
		{
			"what its old releases pass, of which one tag means the same today",
			[]string{"services.k8s.aws/managed=true", "services.k8s.aws/created=%UTCNOW%", "services.k8s.aws/namespace=%KUBERNETES_NAMESPACE%"},
			map[string]string{"services.k8s.aws/managed": "true"}, "leave the tag out|write %K8S_NAMESPACE%",
		},
		{"a value may hold several templates, and an equals sign", []string{"id=%K8S_RESOURCE_KIND%=%K8S_NAMESPACE%/%K8S_RESOURCE_NAME%"}, map[string]string{"id": "ScalableTarget=ns/t"}, ""},
		{"none", nil, map[string]string{}, ""},
		{"a percent sign is no template", []string{"share=50%"}, map[string]string{"share": "50%"}, ""},
		{"spaces beside the commas of the flag", []string{"a=1", " b = 2 "}, map[string]string{"a": "1", "b": "2"}, ""},
		{"a tag without value", []string{"team", "a=1"}, map[string]string{"a": "1"}, `"team" is left out: write key=value`},
		{"a value without key", []string{"=1"}, map[string]string{}, "the key of a tag has 1 to 128 characters"},
		{"a key twice: the last counts, as with ACK", []string{"a=1", "b=1", "a=2"}, map[string]string{"a": "2", "b": "1"}, `"a=1" is left out, because "a=2" comes later`},
		{"the same twice says nothing new", []string{"a=1", "a=1"}, map[string]string{"a": "1"}, ""},
		{"a typing error in a template", []string{"a=%K8S_NAME%"}, map[string]string{}, "%K8S_NAMESPACE%"},
		{"a key that belongs to AWS", []string{"aws:x=1"}, map[string]string{}, "aws:"},
	} {
		tags, skipped := ParseDefaultTags(c.list, "1.2.3")
		if diff := cmp.Diff(c.want, tags.of(targetObject("t", "service/a/b"))); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.reason, diff)
		}
		var parts []string
		if c.skipped != "" {
			parts = strings.Split(c.skipped, "|")
		}
		if !slices.EqualFunc(skipped, parts, strings.Contains) {
			t.Errorf("%s: want sentences with %q, got %q", c.reason, parts, skipped)
		}
	}
}

func FuzzParseDefaultTags(f *testing.F) {
	f.Add("a=%K8S_NAMESPACE%")
	f.Add("a=%%K8S_NAMESPACE%%=")
	f.Add("a=%UTCNOW%")
	f.Fuzz(func(t *testing.T, text string) {
		tags, skipped := ParseDefaultTags([]string{text}, "1")
		if len(tags)+len(skipped) != 1 {
			t.Errorf("%q is read as %v, and left out: %q", text, tags, skipped)
		}
		for _, value := range tags.of(targetObject("t", "r")) {
			if template.MatchString(value) && !strings.Contains(strings.ReplaceAll(text, "%CONTROLLER_VERSION%", "1"), "%") {
				t.Errorf("%q leaves a template in %q", text, value)
			}
		}
	})
}

func TestMergeDefaultTags(t *testing.T) {
	many := map[string]string{}
	for i := range 50 {
		many[fmt.Sprintf("k%02d", i)] = "v"
	}
	for name, c := range map[string]struct {
		reason         string
		defaults, spec map[string]string
		specRemoved    []string
		last           []string
		want           map[string]string
		removed        []string
		applied        []string
		optional       bool
		advice         autoscaling.Code
	}{
		"defaults alone": {reason: "an object that has no tags of its own must not fail for them", defaults: map[string]string{"a": "1"}, want: map[string]string{"a": "1"}, applied: []string{"a"}, optional: true},
		"spec wins":      {reason: "the spec's value counts", defaults: map[string]string{"a": "1", "b": "2"}, spec: map[string]string{"a": "mine"}, want: map[string]string{"a": "mine", "b": "2"}, applied: []string{"b"}},
		"default gone":   {reason: "what the flag does not say any more is removed", last: []string{"a"}, removed: []string{"a"}, optional: true},
		"default to spec": {
			reason: "a default that the spec took over stays", spec: map[string]string{"a": "mine"}, last: []string{"a"}, want: map[string]string{"a": "mine"},
		},
		"spec to default": {
			reason: "a tag that the spec gave up and the flag still says stays", defaults: map[string]string{"a": "1"}, specRemoved: []string{"a", "z"},
			want: map[string]string{"a": "1"}, removed: []string{"z"}, applied: []string{"a"},
		},
		"too many": {reason: "the object's own tags come first", defaults: map[string]string{"a": "1"}, spec: many, want: many, advice: adviceTags},
	} {
		m := &member{tags: defaultTags{tags: maps.Clone(c.defaults), last: c.last}}
		m.declared.target.Tags, m.declared.target.RemovedTags = c.spec, c.specRemoved
		m.mergeDefaultTags()
		got := m.declared.target
		if !maps.Equal(got.Tags, c.want) || !slices.Equal(got.RemovedTags, c.removed) || !slices.Equal(m.tags.applied, c.applied) || m.tags.optional != c.optional {
			t.Errorf("%s: %s: got %v, removed %v, applied %v, optional %t", name, c.reason, got.Tags, got.RemovedTags, m.tags.applied, m.tags.optional)
		}
		if (c.advice != "") != (len(m.outcome.advice) == 1) {
			t.Errorf("%s: %s: advice %v", name, c.reason, m.outcome.advice)
		}
	}
}

// refusing is AWS that refuses some operations.
type refusing struct {
	noAWS
	operations []autoscaling.Op
	withTags   bool // only requests with tags
	made       []autoscaling.Change
}

func (r *refusing) Apply(_ context.Context, _ autoscaling.Identity, c autoscaling.Change) (autoscaling.Result, error) {
	if slices.Contains(r.operations, c.Op) && (!r.withTags || c.Target == nil || len(c.Target.Tags) > 0) {
		return autoscaling.Result{}, &awsapi.Error{Kind: awsapi.Denied, Code: "AccessDeniedException", Message: "no TagResource"}
	}
	r.made = append(r.made, c)
	return autoscaling.Result{}, nil
}

// TestDefaultTagsThatAWSRefusesFailNothing goes through the changes that hold
// tags.
func TestDefaultTagsThatAWSRefusesFailNothing(t *testing.T) {
	tags := map[string]string{"a": "1"}
	register := autoscaling.Change{
		Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Create, Kind: autoscaling.KindTarget, Target: &autoscaling.Target{Tags: tags},
		Fields: []autoscaling.FieldChange{{Field: "minCapacity", To: "1"}, {Field: "tags[a]", To: "1"}},
	}
	tag := autoscaling.Change{Op: autoscaling.OpTagTarget, Verb: autoscaling.Update, Kind: autoscaling.KindTarget, Tags: tags}
	for name, c := range map[string]struct {
		reason   string
		change   autoscaling.Change
		aws      refusing
		optional bool
		made     int
		advised  bool
		fails    bool
	}{
		"registration":      {"the target is registered without them", register, refusing{operations: []autoscaling.Op{autoscaling.OpRegisterTarget}, withTags: true}, true, 1, true, false},
		"not even without":  {"what fails without them fails", register, refusing{operations: []autoscaling.Op{autoscaling.OpRegisterTarget}}, true, 0, false, true},
		"tagging":           {"nothing else was in it", tag, refusing{operations: []autoscaling.Op{autoscaling.OpTagTarget}}, true, 0, true, false},
		"somebody's own":    {"tags of the spec must not be lost", tag, refusing{operations: []autoscaling.Op{autoscaling.OpTagTarget}}, false, 0, false, true},
		"nothing is denied": {"tags are put where they may be", register, refusing{}, true, 1, false, false},
	} {
		m := &member{ref: ObjectRef{Kind: autoscaling.KindTarget}, obj: targetObject("t", "r"), tags: defaultTags{optional: c.optional, last: []string{"old"}, applied: []string{"a"}}}
		p := &pass{members: []*member{m}}
		_, _, err := p.change(t.Context(), &c.aws, c.change)
		if (err != nil) != c.fails || len(c.aws.made) != c.made || (len(m.outcome.advice) == 1) != c.advised {
			t.Errorf("%s: %s: got %v, made %+v, advice %v", name, c.reason, err, c.aws.made, m.outcome.advice)
		}
		if c.advised && !slices.Equal(m.tags.applied, []string{"old"}) {
			t.Errorf("%s: what was not put is not remembered as put: %v", name, m.tags.applied)
		}
	}
}

// TestTargetsWithoutARN cannot be tagged, and say so.
func TestTargetsWithoutARN(t *testing.T) {
	m := &member{ref: ObjectRef{Kind: autoscaling.KindTarget}, obj: targetObject("t", "r"), tags: defaultTags{tags: map[string]string{"a": "1"}}}
	m.mergeDefaultTags()
	p := &pass{members: []*member{m}, observed: autoscaling.Observed{Target: &autoscaling.ObservedTarget{ARN: "arn"}}}
	if p.adviseNoTagging(); len(m.outcome.advice) > 0 {
		t.Errorf("a target with an ARN can be tagged: %v", m.outcome.advice)
	}
	p.observed.Target.ARN = ""
	if p.adviseNoTagging(); len(m.outcome.advice) != 1 || m.outcome.advice[0].Code != adviceNoTagging || len(m.tags.applied) > 0 {
		t.Errorf("got %v, applied %v", m.outcome.advice, m.tags.applied)
	}
}

// TestTagsAreReadOnceWhenTheyAreDefaults: reading tags takes a request per
// target and round, which is too much for what nobody wrote into an object.
func TestTagsAreReadOnceWhenTheyAreDefaults(t *testing.T) {
	var memory tagMemory
	obj := targetObject("t", "r")
	obj.UID = "1"
	d := defaultTags{tags: map[string]string{"a": "1"}}
	m := &member{ref: refOf(obj), obj: obj, tags: defaultTags{tags: d.tags, optional: true}}
	memory.remember(m, then.Time)
	if memory.knows(obj, d, then.Time) {
		t.Error("the status does not say that they were put")
	}
	obj.Status.LastApplied = &v1alpha1.AppliedTarget{DefaultTags: []string{"a"}}
	d.last = obj.Status.LastApplied.DefaultTags
	if !memory.knows(obj, d, now.Time) {
		t.Error("they were put")
	}
	if memory.knows(obj, d, then.Add(tagsBelieved)) {
		t.Error("somebody may have taken them off in so long a time")
	}
	if memory.knows(obj, defaultTags{tags: map[string]string{"a": "2"}, last: d.last}, now.Time) {
		t.Error("another value must be put")
	}
	memory.forget(refOf(obj))
	if memory.knows(obj, d, now.Time) {
		t.Error("what is gone is forgotten")
	}
}
