package test

import (
	"errors"
	"fmt"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// arrow is one rule about what a package, with all below it, may import.
type arrow struct {
	from   string            // directory
	tests  bool              // the rule holds for test files too
	only   []string          // when set, nothing else; "std" is the standard library
	never  map[string]string // import path (with all below it) -> the reason
	except []string          // what `never` does not mean, below one of its paths
	reason string            // of `only`
}

const (
	awsSDK     = "github.com/aws"
	own        = module
	ownAPI     = module + "/api"
	domain     = module + "/internal/autoscaling"
	awsapi     = module + "/internal/awsapi"
	controller = module + "/internal/controller"
	operator   = module + "/internal/operator"
	localcloud = module + "/internal/localcloud"
	control    = module + "/internal/controlplane"
	lab        = module + "/internal/lab"
)

var arrows = []arrow{
	{
		from: "api", only: []string{"std", "k8s.io/apimachinery", ownAPI},
		reason: "users import the types, and should get nothing else with them",
	},
	{
		from: "internal/autoscaling", only: []string{"std", domain},
		reason: "the domain is pure: the operator, the stand-in, the simulator and the CLI all stand on it",
	},
	{
		from: "internal/awsapi",
		never: map[string]string{
			ownAPI:     "awsapi speaks domain values, so that it serves the CLI as well as the operator",
			controller: "awsapi -> controller -> operator, one way",
			operator:   "awsapi -> controller -> operator, one way",
			lab:        "lab is the roof",
		},
	},
	{
		from: "internal/awsapi",
		never: map[string]string{
			localcloud: "the two meet on the wire only; a test may start the stand-in and call it",
			control:    "AWS has nothing to do with where the objects are kept",
		},
	},
	{
		from: "internal/desired", only: []string{"std", "k8s.io/apimachinery", ownAPI, domain},
		reason: "it turns objects into domain values, for the controller and for a command line alike",
	},
	{
		from:   "internal/kubectl",
		never:  map[string]string{own: "it is the kubectl that everybody knows"},
		except: []string{module + "/internal/kubectl"},
	},
	{
		from: "internal/controller",
		never: map[string]string{
			awsSDK:     "internal/awsapi is AWS as domain values; the controller sees those",
			operator:   "awsapi -> controller -> operator, one way",
			localcloud: "the operator meets the stand-in on the wire only",
			control:    "the controller runs against any API server",
			lab:        "lab is the roof",
		},
	},
	{
		from: "internal/operator",
		never: map[string]string{
			awsSDK:     "internal/awsapi is AWS as domain values; the operator wires it",
			localcloud: "the operator meets the stand-in on the wire only",
			control:    "the operator runs against any API server",
			lab:        "lab is the roof",
		},
	},
	{
		from: "internal/localcloud", tests: true,
		never: map[string]string{
			ownAPI:     "the stand-in knows AWS, not Kubernetes",
			awsapi:     "the stand-in stays independent evidence about awsapi",
			controller: "the stand-in stays independent evidence about the controller",
			operator:   "the stand-in stays independent evidence about the operator",
			lab:        "lab is the roof",
			"k8s.io":   "the stand-in knows AWS, not Kubernetes",
		},
	},
	{
		from: "internal/localcloud",
		never: map[string]string{
			awsSDK: "wire types shared with the client would hide a mistake from both; tests drive it with the real SDK",
		},
	},
	{
		from: "internal/controlplane", tests: true,
		never: map[string]string{
			own: "the control plane is any Kubernetes and knows nothing of ours",
		},
		except: []string{control},
	},
	{
		from: "internal/simulate",
		never: map[string]string{
			awsSDK:   "simulating needs no AWS",
			"k8s.io": "simulating needs no cluster",
		},
	},
	{
		from: "internal/report",
		never: map[string]string{
			awsSDK:   "a report is drawn from domain values",
			"k8s.io": "a report is drawn from domain values",
		},
	},
	{
		from: ".", tests: true,
		never: map[string]string{
			"github.com/stretchr/testify": "the standard library and go-cmp are one vocabulary for all tests",
			"github.com/onsi/gomega":      "the standard library and go-cmp are one vocabulary for all tests",
			"github.com/onsi/ginkgo":      "the standard library and go-cmp are one vocabulary for all tests",
			"log":                         "log/slog is the one sink",
			"github.com/pkg/errors":       "the standard library wraps errors",
		},
	},
	{
		from: ".",
		never: map[string]string{
			"github.com/robfig/cron":   "an oracle for tests; AWS's schedules are another grammar",
			"github.com/google/go-cmp": "for tests; it may panic by design",
		},
	},
}

// breach says what is wrong with an import under the rule, or nothing.
func (a arrow) breach(imported string) string {
	if len(a.only) > 0 && !a.allowed(imported) {
		return a.reason
	}
	for _, path := range a.except {
		if within(imported, path) {
			return ""
		}
	}
	for path, reason := range a.never {
		// Of the standard library a rule means the package alone: log, not log/slog.
		if path == imported || !isStandard(path) && within(imported, path) {
			return reason
		}
	}
	return ""
}

func (a arrow) allowed(imported string) bool {
	for _, path := range a.only {
		if path == "std" && isStandard(imported) || within(imported, path) {
			return true
		}
	}
	return false
}

// isStandard says whether an import path is of the standard library: its first
// segment has no dot.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func TestImportsPointOneWay(t *testing.T) {
	for _, file := range goFiles(t) {
		for _, rule := range arrows {
			if file.test && !rule.tests || rule.from != "." && !within(file.pkg, rule.from) {
				continue
			}
			for _, imported := range file.imports() {
				if reason := rule.breach(imported); reason != "" {
					t.Errorf("%s imports %s: %s", file.path, imported, reason)
				}
			}
		}
	}
}

// Only what is built on AWS's SDK sees it: awsapi, and the roof that puts
// credentials together.
func TestOneImporterOfTheSDK(t *testing.T) {
	for _, file := range goFiles(t) {
		if file.test || within(file.pkg, "internal/awsapi") || within(file.pkg, "internal/lab") || within(file.pkg, "cmd") {
			continue
		}
		for _, imported := range file.imports() {
			if within(imported, awsSDK) {
				t.Errorf("%s imports %s: internal/awsapi is AWS as domain values, nothing else sees the SDK", file.path, imported)
			}
		}
	}
}

// linked are the packages that a binary must not contain, directly or not.
var linked = map[string]map[string]string{
	"cmd/setpoint-controller": {
		localcloud:                   "what runs in production holds no stand-in for AWS",
		control:                      "what runs in production brings no API server",
		lab:                          "what runs in production is not the lab",
		module + "/internal/console": "what runs in production serves no lab pages",
		"go.etcd.io/etcd/server":     "etcd is the lab's",
		"k8s.io/kubernetes":          "the API server is the lab's, and is most of its size",
		"k8s.io/kubectl":             "kubectl is the lab's",
		"k8s.io/apiextensions-apiserver/pkg/apiserver": "the API server is the lab's",
		"k8s.io/kube-aggregator":                       "the API server is the lab's",
	},
	"cmd/setpoint": {
		control:                  "a command line starts no API server",
		lab:                      "a command line is not the lab",
		"go.etcd.io/etcd/server": "a command line starts no API server",
		"k8s.io/kubernetes":      "a command line starts no API server",
	},
}

func TestBinariesLinkNoMoreThanTheyNeed(t *testing.T) {
	files := goFiles(t)
	for binary, never := range linked {
		if !slices.ContainsFunc(files, func(f sourceFile) bool { return f.pkg == binary }) {
			continue
		}
		t.Run(path.Base(binary), func(t *testing.T) {
			t.Parallel()
			list := exec.CommandContext(t.Context(), "go", "list", "-deps", "./"+binary)
			list.Dir = root
			output, err := list.Output()
			if err != nil {
				t.Fatal(commandError(err))
			}
			dependencies := strings.Fields(string(output))
			for path, reason := range never {
				first := slices.IndexFunc(dependencies, func(d string) bool { return within(d, path) })
				if first >= 0 {
					t.Errorf("links %s (go list -deps shows the rest): %s", dependencies[first], reason)
				}
			}
		})
	}
}

// commandError adds to the error of exec.Cmd.Output what the command said.
func commandError(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	return err
}
