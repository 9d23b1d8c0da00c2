package test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// base returns what `kubectl apply -k deploy/kustomize` would apply.
func base(t *testing.T) resmap.ResMap {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(root, "deploy", "kustomize"))
	if err != nil {
		t.Fatal(err)
	}
	return resources
}

// decode reads the base's object of a kind and name into a typed object. A
// field that the type does not have is an error: the API server would drop it.
func decode(t *testing.T, resources resmap.ResMap, kind, name string, into any) {
	t.Helper()
	for _, resource := range resources.Resources() {
		if resource.GetKind() != kind || resource.GetName() != name {
			continue
		}
		text, err := resource.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalStrict(text, into); err != nil {
			t.Fatalf("%s %s: %v", kind, name, err)
		}
		return
	}
	t.Fatalf("the base holds no %s %s", kind, name)
}

func TestTheBaseInstallsEveryGeneratedCRD(t *testing.T) {
	generated, err := filepath.Glob(filepath.Join(root, "api", "crds", "*.yaml"))
	if err != nil || len(generated) == 0 {
		t.Fatalf("found no CRDs: %v", err)
	}
	var want []string
	for _, file := range generated {
		group, plural, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".yaml"), "_")
		want = append(want, plural+"."+group)
	}
	var got []string
	for _, resource := range base(t).Resources() {
		if resource.GetKind() == "CustomResourceDefinition" {
			got = append(got, resource.GetName())
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("api/kustomization.yaml lists other CRDs than make generate writes (-generated +installed):\n%s", diff)
	}
}

// What the Pod Security Standard "restricted" asks for, and what a controller
// without state on disk can do without.
func TestTheControllerRunsWithoutPrivileges(t *testing.T) {
	var deployment appsv1.Deployment
	decode(t, base(t), "Deployment", "setpoint-controller", &deployment)
	text, err := yaml.Marshal(deployment.Spec.Template.Spec)
	if err != nil {
		t.Fatal(err)
	}
	for setting, reason := range map[string]string{
		"runAsNonRoot: true":              "it needs no root",
		"type: RuntimeDefault":            "it needs no unusual system call",
		"allowPrivilegeEscalation: false": "it starts no other program",
		"readOnlyRootFilesystem: true":    "it writes no file",
		"- ALL":                           "it needs no capability",
		"path: /healthz":                  "a controller that hangs is restarted",
		"path: /readyz":                   "a controller that cannot reach its API server is not ready",
		"containerPort: 8080":             "metrics",
		"containerPort: 8081":             "probes",
	} {
		if !strings.Contains(string(text), setting) {
			t.Errorf("the pod has no %q: %s", setting, reason)
		}
	}
}

// allowed returns the actions of an IAM policy.
func allowed(t *testing.T, name string) []string {
	t.Helper()
	var policy struct {
		Version   string
		Statement []struct {
			Sid, Effect string
			Action      json.RawMessage
			Resource    json.RawMessage
			Condition   json.RawMessage
		}
	}
	if err := yaml.UnmarshalStrict(read(t, "deploy/iam/"+name), &policy); err != nil {
		t.Fatal(err)
	}
	if policy.Version != "2012-10-17" {
		t.Errorf("policy language version %q: variables and conditions need 2012-10-17", policy.Version)
	}
	var actions []string
	for _, statement := range policy.Statement {
		if !regexp.MustCompile(`^[A-Za-z0-9]+$`).MatchString(statement.Sid) {
			t.Errorf("Sid %q: IAM takes letters and digits only", statement.Sid)
		}
		var one string
		var several []string
		if json.Unmarshal(statement.Action, &one) == nil {
			several = []string{one}
		} else if err := json.Unmarshal(statement.Action, &several); err != nil {
			t.Fatalf("%s: %v", statement.Sid, err)
		}
		actions = append(actions, several...)
	}
	return actions
}

func TestTheIAMPolicyAllowsWhatIsCalled(t *testing.T) {
	actions := append(allowed(t, "policy.json"), allowed(t, "simulate.json")...)
	prefixes := map[string]string{ // SDK package -> IAM service prefix
		"applicationautoscaling": "application-autoscaling",
		"cloudwatch":             "cloudwatch",
		"sagemaker":              "sagemaker",
	}
	for _, file := range goFiles(t) {
		if file.test || !within(file.pkg, "internal/awsapi") {
			continue
		}
		ast.Inspect(file.syntax, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := selector.X.(*ast.Ident)
			operation, input := strings.CutSuffix(selector.Sel.Name, "Input")
			if !ok || !input || prefixes[pkg.Name] == "" {
				return true
			}
			if action := prefixes[pkg.Name] + ":" + operation; !slices.Contains(actions, action) {
				t.Errorf("%s:%d calls %s, which no policy in deploy/iam allows", file.path, file.line(node.Pos()), action)
			}
			return true
		})
	}
	for _, action := range actions {
		if strings.Contains(action, "*") {
			t.Errorf("%s: least privilege names its actions", action)
		}
	}
}

// Entering other accounts is a right of its own, so that who has one account
// does not give it.
func TestOtherAccountsAreApart(t *testing.T) {
	if diff := cmp.Diff([]string{"sts:AssumeRole"}, allowed(t, "assume-roles.json")); diff != "" {
		t.Errorf("deploy/iam/assume-roles.json (-want +got):\n%s", diff)
	}
	if slices.Contains(allowed(t, "policy.json"), "sts:AssumeRole") {
		t.Error("deploy/iam/policy.json lets the controller enter other accounts")
	}
}

// Documentation and manifests are read by strict parsers sooner or later.
func TestYAMLParses(t *testing.T) {
	err := walk(func(name string, text []byte) error {
		if ext := path.Ext(name); ext != ".yaml" && ext != ".yml" || strings.Contains(name, "/templates/") {
			return nil
		}
		for _, document := range regexp.MustCompile(`(?m)^---\s*$`).Split(string(text), -1) {
			var value any
			if err := yaml.UnmarshalStrict([]byte(document), &value); err != nil {
				t.Error(fmt.Errorf("%s: %w", name, err))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
