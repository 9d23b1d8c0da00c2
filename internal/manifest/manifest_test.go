package manifest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const head = "apiVersion: applicationautoscaling.services.k8s.aws/v1alpha1\n"

// parsed reads a text as a file called f.yaml.
func parsed(text string) *Set {
	s := &Set{}
	s.parse(source{file: "f.yaml"}, []byte(text))
	return s
}

func TestPositions(t *testing.T) {
	const text = "# a comment\n---\n" + head + `kind: ScalingPolicy
metadata:
  name: p
  annotations:
    services.k8s.aws/deletion-policy: retain
spec: &spec
  policyName: p
  stepScalingPolicyConfiguration:
    stepAdjustments:
    - metricIntervalLowerBound: 0
      scalingAdjustment: 1
    - {metricIntervalLowerBound: 15,
       scalingAdjustment: 2}
---
` + head + `kind: ScheduledAction
metadata: {name: a}
spec: {scheduledActionName: a,
  scalableTargetAction: {minCapacity: 1}}
`
	s := parsed(text)
	if len(s.Documents) != 2 || len(s.Problems) > 0 {
		t.Fatalf("documents %v, problems %v", s.Documents, s.Problems)
	}
	for _, c := range []struct {
		document int
		field    string
		line     int
		reason   string
	}{
		{0, "", 3, "a document begins at its first field, not at the dashes"},
		{0, "kind", 4, "a field is where its name is"},
		{0, "spec.policyName", 10, "a field of a mapping"},
		{0, "spec.stepScalingPolicyConfiguration.stepAdjustments[0].scalingAdjustment", 14, "a field of a list's item"},
		{0, "spec.stepScalingPolicyConfiguration.stepAdjustments[1]", 15, "an item of a list is where it begins"},
		{0, "spec.stepScalingPolicyConfiguration.stepAdjustments[1].scalingAdjustment", 16, "also in a flow mapping"},
		{0, "spec.stepScalingPolicyConfiguration.stepAdjustments[7].scalingAdjustment", 12, "an item that is not there is where its list is"},
		{0, "spec.policyType", 9, "a field that is not written is where the one around it is"},
		{1, "", 18, "the lines go on in the second document"},
		{1, "spec.scalableTargetAction.minCapacity", 22, "a field of the second document"},
	} {
		if at := s.Documents[c.document].At(c.field); at.Line != c.line || at.File != "f.yaml" {
			t.Errorf("%s: %q is at %s, want line %d", c.reason, c.field, at, c.line)
		}
	}
	if at := s.Documents[0].Entry("metadata.annotations", "services.k8s.aws/deletion-policy"); at.Line != 8 {
		t.Errorf("a key with dots is at %s, want line 8", at)
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct{ reason, text, want string }{
		{"a syntax error has the line in the file, not in its document", "a: 1\n---\nkind: [\n---\nb: 2\n", "f.yaml:3 ManifestUnreadable"},
		{"a tab has its line", head + "spec:\n\tx: 1\n", "f.yaml:3 ManifestUnreadable"},
		{"a text is no object", "hello\n", "f.yaml:1 ManifestUnreadable"},
		{"a kind that does not exist", head + "kind: ScalablePolicy\n", "f.yaml:2 KindUnknown"},
		{"a version that does not exist", "apiVersion: applicationautoscaling.services.k8s.aws/v1\nkind: ScalingPolicy\n", "f.yaml:2 KindUnknown"},
		{"a kind that is missing", head + "metadata: {name: x}\n", "f.yaml:1 KindUnknown"},
		{"a field that is written twice would silently win", head + "kind: ScalingPolicy\nspec:\n  policyName: a\n  policyName: b\n", "f.yaml:5 DuplicateField"},
		{"nothing is wrong with nothing", "# only\n---\n# comments\n---\n\n", ""},
		{"nothing is wrong with other kinds", "apiVersion: v1\nkind: Secret\n", ""},
	} {
		var got []string
		for _, p := range parsed(c.text).Problems {
			got = append(got, p.Position.String()+" "+p.Code)
			if p.Message == "" {
				t.Errorf("%s: no message", c.reason)
			}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestKinds(t *testing.T) {
	for _, c := range []struct {
		reason, text string
		ours, others int
	}{
		{"YAML 1.1 as kubectl reads it: yes is a boolean", head + "kind: ScalableTarget\nspec: {suspendedState: {scheduledScalingSuspended: yes}}\n", 1, 0},
		{"a JSON stream", `{"apiVersion":"applicationautoscaling.services.k8s.aws/v1alpha1","kind":"ScalableTarget"} {"apiVersion":"v1","kind":"Secret"}`, 1, 1},
		{"a list of objects, also of ours", head + "kind: ScalableTargetList\nitems:\n- " + strings.TrimSpace(head) + "\n  kind: ScalableTarget\n", 1, 0},
		{"a byte order mark", "\uFEFF" + head + "kind: ScalableTarget\n", 1, 0},
		{"Windows line ends", strings.ReplaceAll(head+"kind: ScalableTarget\n---\n"+head+"kind: ScalableTarget\n", "\n", "\r\n"), 2, 0},
		{"a document that begins on the line of the dashes", "--- {apiVersion: v1, kind: Secret}\n", 0, 1},
		{"anchors and merge keys", head + "kind: ScalableTarget\nmetadata: &m {name: x}\nspec: {<<: *m}\n", 1, 0},
	} {
		s := parsed(c.text)
		if len(s.Documents) != c.ours || len(s.Others) != c.others || len(s.Problems) > 0 {
			t.Errorf("%s: %d of ours, %d others, problems %v; want %d and %d", c.reason, len(s.Documents), len(s.Others), s.Problems, c.ours, c.others)
		}
		for _, d := range s.Documents {
			if d.Object == nil {
				t.Errorf("%s: %v", c.reason, d.Mismatch)
			}
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, c := range []struct{ reason, text, want string }{
		{"what Windows calls Unicode", "\xff\xfea\x00", "f.yaml:1: this is UTF-16: save it as UTF-8"},
		{"a program", "\x7fELF\x02\x01\x00", "f.yaml:1: this is a binary file: name files with YAML or JSON"},
		{"an old encoding, with its line", head + "kind: ScalableTarget # f\xfcr\n", "f.yaml:2: this is not UTF-8: save it as UTF-8"},
		{"tabs, which YAML does not know", "a:\n\tb: c\n", "f.yaml:2: this is not YAML: found character that cannot start any token: indent with spaces instead of tabs"},
		{"a kind with a slip", head + "kind: ScaleableTarget\n", `f.yaml:2: there is no kind "ScaleableTarget" in applicationautoscaling.services.k8s.aws/v1alpha1: did you mean ScalableTarget?`},
		{"a group with a slip would be somebody else's", "apiVersion: applicationautoscaling.services.k8s.io/v1alpha1\nkind: ScalingPolicy\n",
			"f.yaml:1: there is no API group applicationautoscaling.services.k8s.io: write applicationautoscaling.services.k8s.aws/v1alpha1"},
		{"without a group too", "apiVersion: v1\nkind: ScheduledAction\n", `f.yaml:1: a ScheduledAction is of another apiVersion than "v1": write applicationautoscaling.services.k8s.aws/v1alpha1`},
		{"without a version", "kind: ScheduledAction\n", "f.yaml:1: apiVersion is missing: write applicationautoscaling.services.k8s.aws/v1alpha1"},
		{"another group has a kind of that name", "apiVersion: example.org/v1\nkind: ScalingPolicy\n", ""},
	} {
		var got []string
		for _, p := range parsed(c.text).Problems {
			got = append(got, p.Position.String()+": "+p.Message)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestMismatch(t *testing.T) {
	s := parsed(head + "kind: ScalableTarget\nspec: {minCapacity: one}\n")
	if d := s.Documents[0]; d.Object != nil || d.Mismatch == nil {
		t.Errorf("a text where a number belongs leaves no object, but the document: %+v", d)
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.yml": head + "kind: ScalingPolicy\n", "a.yaml": head + "kind: ScalableTarget\n", "notes.txt": "no: [",
		"below/c.json": `{"apiVersion":"applicationautoscaling.services.k8s.aws/v1alpha1","kind":"ScheduledAction"}`,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		reason string
		source Source
		want   string
	}{
		{"a directory by name, without others and without what is below", Source{Files: []string{dir}}, "ScalableTarget ScalingPolicy"},
		{"with what is below", Source{Files: []string{dir}, Recursive: true}, "ScalableTarget ScalingPolicy ScheduledAction"},
		{"files in the order in which they are named", Source{Files: []string{filepath.Join(dir, "b.yml"), "-"}, Stdin: strings.NewReader(head + "kind: ScalableTarget\n")}, "ScalingPolicy ScalableTarget"},
	} {
		s, err := Read(c.source)
		if err != nil {
			t.Fatalf("%s: %v", c.reason, err)
		}
		var kinds []string
		for _, d := range s.Documents {
			kinds = append(kinds, d.Kind())
		}
		if diff := cmp.Diff(c.want, strings.Join(kinds, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
	if _, err := Read(Source{Files: []string{filepath.Join(dir, "absent")}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there is an error: %v", err)
	}
}

// Whatever a file holds, reading it ends without a panic, and whatever is wrong
// has a place in it.
func FuzzParse(f *testing.F) {
	f.Add(head + "kind: ScalingPolicy\nmetadata: {name: x}\nspec:\n  policyName: &a p\n  x: *a\n---\nkind: [\n")
	f.Add(`{"apiVersion":"v1","kind":"List","items":[{"kind":"List","items":[1,null]}]} {`)
	f.Add("a: &a [*a]\n--- # comment\n? {b: c}\n: d\n...\n%YAML 1.1\n")
	f.Add("\r\r0")
	f.Add("\xff\xfea\x00")
	f.Add("a:\n\tb: f\xfcr\n")
	f.Add("apiVersion: v1\nkind: ScheduledAction\n---\n" + head + "kind: ScaleableTarget\n")
	f.Add("\uFEFF<<: {a: 1}\r\n---\r\n!!binary x\n")
	f.Fuzz(func(t *testing.T, text string) {
		s := parsed(text)
		last := strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n") + 1
		for _, p := range s.Problems {
			if p.File != "f.yaml" || p.Line < 1 || p.Line > last || p.Message == "" || p.Code == "" {
				t.Errorf("%q: problem without a place in %d lines: %+v", text, last, p)
			}
		}
		for _, d := range append(s.Documents, s.Others...) {
			for _, field := range []string{"", "spec.policyName", "spec.stepScalingPolicyConfiguration.stepAdjustments[0]", "a[b].c"} {
				if at := d.At(field); at.File != "f.yaml" || at.Line < 1 || at.Line > last {
					t.Errorf("%q: %q is at %s of %d lines", text, field, at, last)
				}
			}
		}
	})
}
