package kubectl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/controlplane"
	"github.com/setpoint-io/setpoint/internal/kubectl"
)

// childArg makes this test binary be kubectl, as the package comment describes.
const childArg = "__kubectl"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childArg {
		os.Exit(kubectl.Main(os.Args[2:]))
	}
	os.Exit(m.Run())
}

const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.test}
spec:
  group: example.test
  names: {kind: Widget, plural: widgets, singular: widget}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: {size: {type: integer, minimum: 1, description: How big.}}
`

const widget = `apiVersion: example.test/v1
kind: Widget
metadata: {name: w}
spec: {size: 3}
`

// runner runs kubectl in child processes.
type runner struct {
	home, config string
}

type result struct {
	out, errOut string
	code        int
}

func (r runner) run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{childArg}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+r.home, "KUBECONFIG="+r.config, "KUBECTL_KUBERC=false")
	cmd.Stdin = strings.NewReader(stdin)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{out.String(), errOut.String(), cmd.ProcessState.ExitCode()}
}

func TestKubectl(t *testing.T) {
	cp, err := controlplane.Start(t.Context(), controlplane.Options{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	r := runner{home: t.TempDir()}
	r.config = filepath.Join(r.home, "config")
	if err := cp.WriteKubeconfig(r.config); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		stdin       string
		args        string
		code        int
		out, errOut string
		reason      string
	}{
		{args: "apply -f -", stdin: crd, out: "widgets.example.test created", reason: "people install definitions by apply"},
		{args: "wait --for=condition=Established crd/widgets.example.test", out: "condition met", reason: "scripts wait for conditions"},
		{args: "apply -f -", stdin: widget, out: "widget.example.test/w created", reason: "people create objects by apply"},
		{args: "apply -f -", stdin: widget, out: "unchanged", reason: "apply compares with what it applied before"},
		{args: "apply --server-side -f -", stdin: widget, out: "serverside-applied", reason: "GitOps tools apply on the server"},
		{args: "get widgets", out: "NAME   SIZE\nw      3\n", reason: "the columns of the definition make the table"},
		{args: "get widget w -o jsonpath={.spec.size}", out: "3", reason: "scripts read single fields"},
		{args: "describe widget w", out: "Size:", reason: "describe shows any object"},
		{args: "explain widget.spec.size", out: "How big.", reason: "the documentation of the fields comes from the server"},
		{args: `patch widget w --type=merge -p {"spec":{"size":5}}`, out: "patched", reason: "demonstrations change one field"},
		{args: `patch widget w --type=merge -p {"spec":{"size":0}}`, code: 1, errOut: "should be greater than or equal to 1", reason: "the server's refusal must reach the user"},
		{args: "get widget none", code: 1, errOut: `"none" not found`, reason: "a failure needs its message and its exit code"},
		{args: "get widgets --nonsense", code: 1, errOut: "unknown flag: --nonsense", reason: "slips in the command line are failures too"},
		{args: "delete widget w", out: `"w" deleted`, reason: "delete waits until the object is gone"},
		{args: "get widgets", errOut: "No resources found", reason: "an empty list is no failure"},
		{args: "version", out: "Server Version: v1.", reason: "people look at the version first"},
	}
	for _, s := range steps {
		got := r.run(t, s.stdin, strings.Fields(s.args)...)
		if got.code != s.code || !strings.Contains(got.out, s.out) || !strings.Contains(got.errOut, s.errOut) {
			t.Errorf("kubectl %s: got %+v, want exit code %d, %q on stdout and %q on stderr: %s", s.args, got, s.code, s.out, s.errOut, s.reason)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
	defer cancel()
	if err := cp.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func TestVersion(t *testing.T) {
	r := runner{home: t.TempDir()}
	got := r.run(t, "", "version", "--client", "-o", "json")
	var versions struct {
		ClientVersion struct{ Major, Minor, GitVersion string }
	}
	if err := json.Unmarshal([]byte(got.out), &versions); err != nil {
		t.Fatalf("%v in %+v", err, got)
	}
	if v := versions.ClientVersion; v.Major != "1" || !strings.HasPrefix(v.GitVersion, "v1."+v.Minor+".") {
		t.Errorf("client version %+v, want the Kubernetes release kubectl was built from", v)
	}
	if got := r.run(t, "", "version", "--client", "-o", "xml"); got.code == 0 || !strings.Contains(got.errOut, "write 'yaml' or 'json'") {
		t.Errorf("unknown output: %+v, want a failure that names the choices", got)
	}
	if got := r.run(t, "", "version"); got.code == 0 || got.errOut == "" {
		t.Errorf("no server: %+v, want a failure", got)
	}
}
