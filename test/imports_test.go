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

const (
	ownAPI     = module + "/api"
	domain     = module + "/internal/autoscaling"
	awsapi     = module + "/internal/awsapi"
	controller = module + "/internal/controller"
	exports    = module + "/internal/fieldexport"
	operator   = module + "/internal/operator"
	localcloud = module + "/internal/localcloud"
	control    = module + "/internal/controlplane"
	kubectl    = module + "/internal/kubectl"
	console    = module + "/internal/console"
	lab        = module + "/internal/lab"
	commands   = module + "/cmd"
)

// only says of a package, with all below it and without its tests, what it may
// import. "std" is the standard library.
var only = []struct {
	from   string
	may    []string
	reason string
}{
	{ownAPI, []string{"std", "k8s.io/apimachinery", ownAPI}, "users import the types, and should get nothing else with them"},
	{domain, []string{"std", domain}, "the domain is pure, and everything stands on it: the operator, the stand-in for AWS, the command line"},
	{domain + "/alarm", []string{"std"}, "CloudWatch knows nothing of scaling; who scales asks it"},
	{module + "/internal/desired", []string{"std", "k8s.io/apimachinery", ownAPI, domain}, "it turns objects into domain values, for the controller and for a command line alike"},
	{module + "/internal/placement", []string{"std", "k8s.io/apimachinery", ownAPI, domain, module + "/internal/desired"}, "it says where objects belong, for the controller and for a command line alike"},
	{module + "/internal/declared", []string{"std", "k8s.io/apimachinery", ownAPI, domain, module + "/internal/desired", module + "/internal/placement"}, "it settles what objects declare before anybody asks AWS or a cluster"},
	{localcloud + "/traffic", []string{"std"}, "traffic is a function of time and knows nothing that it arrives at"},
	{localcloud + "/cloudwatch/metricstore", []string{"std"}, "it keeps numbers and knows neither AWS's wire nor its errors"},
	{module + "/internal/admission", []string{"std", "k8s.io", "sigs.k8s.io", ownAPI, domain + "/spelling"}, "it answers as an API server does, which knows nothing of AWS"},
	{module + "/internal/alarmfile", []string{"std", domain}, "it reads what people have written down, and asks nobody"},
	{module + "/internal/simulate", []string{"std", domain, module + "/internal/alarmfile", module + "/internal/report"}, "a simulation is pure: a trace and a setting go in, and a report comes out"},
	{module + "/internal/whatif", []string{"std", "github.com/spf13/pflag", "sigs.k8s.io/yaml", ownAPI, domain, module + "/internal/declared", module + "/internal/manifest", module + "/internal/report", module + "/internal/simulate"}, "it asks neither AWS nor a cluster: who has one gives it what was measured"},
	{module + "/internal/report/chart", []string{"std"}, "it draws what it is given, for the command line and for pages alike"},
	{console, []string{"std", "k8s.io/apimachinery", ownAPI, domain, module + "/internal/desired", localcloud + "/admin", localcloud + "/traffic", module + "/internal/report/chart"}, "the console shows what the admin API of the local AWS tells, and nothing that the API does not"},
	{module + "/internal/report", []string{"std", domain, module + "/internal/report"}, "a report is drawn from domain values, and what it says is in its own types"},
}

// never says of a package, with all below it and with its tests, what it may
// not import, and why.
var never = map[string]map[string]string{
	awsapi: {
		ownAPI: "awsapi speaks domain values, so that it serves a command line as well as the operator",
	},
	exports: {
		awsapi:     "it works on objects of Kubernetes, and AWS is none of its business",
		controller: "it works beside the controller",
		domain:     "it reads objects as anybody does",
	},
	localcloud: {
		ownAPI:     "the stand-in knows AWS, not Kubernetes",
		"k8s.io":   "the stand-in knows AWS, not Kubernetes",
		awsapi:     "the stand-in stays independent evidence about awsapi",
		controller: "the stand-in stays independent evidence about the controller",
		operator:   "the stand-in stays independent evidence about the operator",
	},
	module: {
		"github.com/stretchr/testify": "the standard library and go-cmp are one vocabulary for all tests",
		"github.com/onsi/gomega":      "the standard library and go-cmp are one vocabulary for all tests",
		"github.com/onsi/ginkgo":      "the standard library and go-cmp are one vocabulary for all tests",
		"github.com/pkg/errors":       "the standard library wraps errors",
		"log":                         "log/slog is the one sink",
	},
}

// importers says of an import path, with all below it, which packages may
// import it, tests aside. What is ours may always be imported by its own parts.
var importers = map[string]struct {
	may    []string
	reason string
}{
	"github.com/aws": {[]string{awsapi, lab, commands}, "internal/awsapi is AWS as domain values; nothing else sees the SDK"},
	controller:       {[]string{operator}, "awsapi -> controller -> operator, one way"},
	exports:          {[]string{operator}, "it is a part of the operator"},
	operator:         {[]string{lab, commands}, "awsapi -> controller -> operator, one way"},
	localcloud:       {[]string{lab, commands, console}, "what uses AWS meets the stand-in on the wire only"},
	console:          {[]string{lab, commands}, "the console is a part of the lab"},
	control:          {[]string{lab, commands}, "everything else runs against any API server"},
	kubectl:          {[]string{lab, commands}, "kubectl is for people, and the lab has people"},
	lab:              {[]string{commands}, "lab is the roof"},

	"k8s.io/kubernetes":        {[]string{control}, "the API server is in one place"},
	"go.etcd.io/etcd":          {[]string{control}, "etcd is in one place"},
	"github.com/itchyny/gojq":  {[]string{exports}, "jq is the language of FieldExport's paths, which are bounded there"},
	"github.com/robfig/cron":   {nil, "an oracle for tests; AWS's schedules are another grammar"},
	"github.com/google/go-cmp": {nil, "for tests; it may panic by design"},
	"github.com/chromedp":      {[]string{module + "/test/web"}, "it drives a browser, in tests"},
}

// standsAlone are the packages that import nothing of ours but their own parts.
var standsAlone = map[string]string{
	control: "the control plane is any Kubernetes and knows nothing of ours",
	kubectl: "it is the kubectl that everybody knows",
}

func TestImportsPointOneWay(t *testing.T) {
	for _, file := range goFiles(t) {
		for _, imported := range file.imports() {
			for _, reason := range breaches(path.Join(module, file.pkg), imported, file.test) {
				t.Errorf("%s imports %s: %s", file.path, imported, reason)
			}
		}
	}
}

// A rule that never bites would pass for ever.
func TestImportRulesBite(t *testing.T) {
	for _, c := range []struct {
		from, imported string
		test           bool
		broken         int
		reason         string
	}{
		{domain + "/schedule", "time", false, 0, "the domain may import the standard library"},
		{domain + "/schedule", domain, false, 0, "the domain may import itself"},
		{domain + "/schedule", "github.com/robfig/cron/v3", true, 0, "an oracle is for tests"},
		{domain + "/schedule", "github.com/robfig/cron/v3", false, 2, "an oracle is only for tests, and the domain stands alone"},
		{domain + "/alarm", domain, false, 1, "alarms are below the domain of scaling"},
		{ownAPI + "/v1alpha1", domain, false, 1, "the types come without the domain"},
		{localcloud + "/sts", "github.com/aws/aws-sdk-go-v2/aws", true, 0, "tests drive the stand-in with the real SDK"},
		{localcloud + "/sts", "github.com/aws/aws-sdk-go-v2/aws", false, 1, "the stand-in itself does not use the client's types"},
		{localcloud + "/traffic", localcloud + "/wire", false, 1, "traffic is pure"},
		{localcloud, awsapi, true, 1, "not even in tests does the stand-in know awsapi"},
		{awsapi, controller, false, 1, "not backwards"},
		{awsapi, localcloud, true, 0, "a test of awsapi calls the stand-in"},
		{awsapi, localcloud, false, 1, "awsapi itself does not know the stand-in"},
		{control, domain, false, 1, "the control plane stands alone"},
		{operator, control, false, 1, "the operator runs against any API server"},
		{commands + "/setpoint-lab", lab, false, 0, "commands are the roof"},
		{lab, "log/slog", false, 0, "log/slog is the sink"},
		{lab, "log", false, 1, "log is not"},
		{console, localcloud + "/admin", false, 0, "the console renders the types of the admin API"},
		{console, localcloud, false, 1, "the console knows the admin API, not the cloud behind it"},
		{console, localcloud, true, 0, "its tests need something to show"},
		{console, "github.com/chromedp/chromedp", true, 0, "a browser is for tests"},
		{console, "github.com/chromedp/chromedp", false, 2, "a browser is for tests"},
		{module + "/test/web", "github.com/chromedp/chromedp", false, 0, "who drives it for tests is no test itself"},
	} {
		if got := breaches(c.from, c.imported, c.test); len(got) != c.broken {
			t.Errorf("%s: %s imports %s: got %d breaches %q, want %d", c.reason, c.from, c.imported, len(got), got, c.broken)
		}
	}
}

// breaches returns why a package may not import another.
func breaches(from, imported string, test bool) []string {
	var reasons []string
	for pkg, paths := range never {
		for path, reason := range paths {
			// Of the standard library a rule means the package alone: log, not log/slog.
			if within(from, pkg) && (imported == path || !isStandard(path) && within(imported, path)) {
				reasons = append(reasons, reason)
			}
		}
	}
	if test {
		return reasons
	}
	for _, rule := range only {
		allowed := withinAny(imported, rule.may) || isStandard(imported) && slices.Contains(rule.may, "std")
		if within(from, rule.from) && !allowed {
			reasons = append(reasons, rule.reason)
		}
	}
	for path, rule := range importers {
		if within(imported, path) && !within(from, path) && !withinAny(from, rule.may) {
			reasons = append(reasons, rule.reason)
		}
	}
	for pkg, reason := range standsAlone {
		if within(from, pkg) && within(imported, module) && !within(imported, pkg) {
			reasons = append(reasons, reason)
		}
	}
	return reasons
}

func withinAny(path string, parents []string) bool {
	return slices.ContainsFunc(parents, func(parent string) bool { return within(path, parent) })
}

// isStandard says whether an import path is of the standard library: its first
// segment has no dot.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// linked are the packages that a binary must not contain, directly or not.
var linked = map[string]map[string]string{
	"cmd/setpoint-controller": {
		localcloud:               "what runs in production holds no stand-in for AWS",
		control:                  "what runs in production brings no API server",
		lab:                      "what runs in production is not the lab",
		console:                  "what runs in production serves no lab pages",
		domain + "/engine":       "AWS scales in production; nothing of ours does",
		"go.etcd.io/etcd/server": "etcd is the lab's",
		"k8s.io/kubernetes":      "the API server is the lab's, and is most of its size",
		"k8s.io/kubectl":         "kubectl is the lab's",
		"k8s.io/apiextensions-apiserver/pkg/apiserver": "the API server is the lab's",
		"k8s.io/kube-aggregator":                       "the API server is the lab's",
	},
	// setpoint cloud is the stand-in for AWS, so the command line may link it: it
	// is pure Go, weighs little, and needs no Kubernetes.
	"cmd/setpoint": {
		control:                  "a command line starts no API server",
		lab:                      "a command line is not the lab",
		"go.etcd.io/etcd/server": "a command line starts no API server",
		"k8s.io/kubernetes":      "a command line starts no API server",
	},
}

func TestBinariesLinkNoMoreThanTheyNeed(t *testing.T) {
	files := goFiles(t)
	for binary, excluded := range linked {
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
			for path, reason := range excluded {
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
