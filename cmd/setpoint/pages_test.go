package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/setpoint-io/setpoint/test/pages"
)

// TestPageFlags lists the flags of each verb.
func TestPageFlags(t *testing.T) {
	for _, verb := range command("setpoint", host{}).Commands() {
		var rows [][]string
		verb.LocalFlags().VisitAll(func(f *pflag.Flag) {
			rows = append(rows, []string{flagName(f), flagDefault(f), f.Usage})
		})
		if len(rows) > 0 {
			pages.Check(t, "reference/cli.md", "flags of "+verb.Name(), pages.Table([]string{"Flag", "Default", ""}, rows))
		}
		if verb.Name() == "cloud" {
			pages.Check(t, "reference/cli.md", "flags of the verbs of cloud", pages.Table([]string{"Flag", "Default", "Verbs", ""}, flagsBelow(verb)))
		}
	}
}

func flagName(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return pages.Code("-"+f.Shorthand, "--"+f.Name)
	}
	return pages.Code("--" + f.Name)
}

func flagDefault(f *pflag.Flag) string {
	if slices.Contains([]string{"", "[]", "0", "0s", "false"}, f.DefValue) {
		return ""
	}
	return pages.Code(f.DefValue)
}

// flagsBelow lists the flags of all verbs below one, each with the verbs that have
// it.
func flagsBelow(verb *cobra.Command) [][]string {
	type flag struct{ name, def, usage string }
	verbs, all := map[flag][]string{}, []string{}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, below := range c.Commands() {
			name := strings.TrimPrefix(below.CommandPath(), verb.CommandPath()+" ")
			all = append(all, name)
			below.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
				of := flag{flagName(f), flagDefault(f), f.Usage}
				verbs[of] = append(verbs[of], name)
			})
			walk(below)
		}
	}
	walk(verb)
	var rows [][]string
	for of, names := range verbs {
		who := pages.Code(names...)
		if len(names) == len(all) {
			who = "all"
		}
		rows = append(rows, []string{of.name, of.def, who, of.usage})
	}
	slices.SortFunc(rows, slices.Compare)
	return rows
}

// shown says of the outputs on the page about tuning which of their paragraphs
// are shown, by how these begin. The others are left out.
var shown = map[string][]string{
	"a week of requests":    {"sagemaker endpoint/", "above target", "demand (", "Activities"},
	"two settings":          {"sagemaker endpoint/", "                    hosting"},
	"what the search found": {"Tuning of", "Cost against", "This fits", "To apply"},
	"what it rests on":      {"Sensitivity"},
	"a slower start":        {"above target"},
	"a spike":               {"above target"},
	"twice the demand":      {"above target"},
	"steps":                 {"sagemaker endpoint/", "overloaded"},
	"with a forecast":       {"ecs service/", "above target"},
	"measured demand":       {"sagemaker endpoint/", "above target"},
}

// TestPageTuneAPolicy runs every command of the page, one after the other, and
// shows what it printed.
func TestPageTuneAPolicy(t *testing.T) {
	w := newWorld(t)
	t.Setenv("AWS_ENDPOINT_URL", w.url)
	offer(t, w.url)
	root := pages.Root(t)
	text, err := os.ReadFile(filepath.Join(root, "docs", "how-to", "tune-a-policy.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := withExamples(t)
	t.Chdir(root) // so that the directory of the test is left again
	outputs := map[string]string{}
	output, generated, ran := "", false, 0
	for _, match := range regexp.MustCompile("(?s)<!-- (.*?) -->|\n```[a-z]*\n(.*?)\n```").FindAllStringSubmatch(string(text), -1) {
		part, isMarker := strings.CutSuffix(match[1], ": written by make generate")
		switch {
		case isMarker:
			generated = true
			outputs[part] = output
		case match[1] != "":
			generated = false
		case !generated:
			for line := range strings.SplitSeq(strings.ReplaceAll(match[2], "\\\n", " "), "\n") {
				output = execute(t, dir, line)
				ran++
			}
		}
	}
	if ran == 0 {
		t.Error("there is no command on the page")
	}
	t.Chdir(filepath.Join(root, "cmd", "setpoint"))
	for part := range shown {
		if outputs[part] == "" {
			t.Errorf("the page has no place for the part %q behind a command", part)
		}
	}
	for part, output := range outputs {
		pages.Check(t, "how-to/tune-a-policy.md", part, "```text\n"+excerpt(output, shown[part])+"\n```")
	}
}

// withExamples is a directory to execute commands of a page in.
func withExamples(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(filepath.Join(pages.Root(t), "examples"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestPageReadme draws the picture of README.md by the commands above it.
func TestPageReadme(t *testing.T) {
	root := pages.Root(t)
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile("(?s)\n```\n([^`]*--svg simulation.svg)\n```\n").FindStringSubmatch(string(text))
	if commands == nil {
		t.Fatal("README.md does not say how its picture was drawn: write commands that end with --svg simulation.svg")
	}
	dir := withExamples(t)
	t.Chdir(root)
	for line := range strings.SplitSeq(strings.ReplaceAll(commands[1], "\\\n", " "), "\n") {
		execute(t, dir, line)
	}
	picture, err := os.ReadFile(filepath.Join(dir, "simulation.svg"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	pages.CheckFile(t, "images/simulation.svg", picture)
}

// execute does what a line of the page says, in a directory, and returns what it
// prints.
func execute(t *testing.T, dir, line string) string {
	t.Helper()
	t.Chdir(dir)
	words := strings.Fields(line)
	if words[0] != "bin/setpoint" {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", line).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		return string(out)
	}
	var file string
	if n := len(words); words[n-2] == ">" {
		words, file = words[:n-2], words[n-1]
	}
	got := setpoint(t, "", words[1:]...)
	if got.code != exitOK {
		t.Fatalf("%s: exit code %d\n%s%s", line, got.code, got.out, got.err)
	}
	if file != "" {
		if err := os.WriteFile(file, []byte(got.out), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return got.out
}

// excerpt returns the paragraphs that begin with one of some texts, with a line
// where others are left out.
func excerpt(output string, beginnings []string) string {
	var lines []string
	for paragraph := range strings.SplitSeq(strings.TrimSpace(output), "\n\n") {
		if slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(paragraph, b) }) {
			lines = append(lines, paragraph)
		} else if n := len(lines); n == 0 || lines[n-1] != "…" {
			lines = append(lines, "…")
		}
	}
	return strings.Join(lines, "\n\n")
}

// offer puts requests to the endpoint of the examples into CloudWatch: two
// weeks of them by the minute, more by day than by night.
func offer(t *testing.T, url string) {
	t.Helper()
	client := cloudwatch.New(cloudwatch.Options{Region: region, BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider(account, "test", "")})
	dimensions := []types.Dimension{{Name: aws.String("EndpointName"), Value: aws.String("demo-endpoint")}, {Name: aws.String("VariantName"), Value: aws.String("AllTraffic")}}
	var data []types.MetricDatum
	for m := range 14 * 24 * 60 {
		at := aMonday.Add(-time.Duration(m+1) * time.Minute)
		requests := 40.0
		if at.Hour() >= 8 && at.Hour() < 20 {
			requests = 200
		}
		data = append(data, types.MetricDatum{
			MetricName: aws.String("Invocations"), Timestamp: &at, Dimensions: dimensions, Values: []float64{1}, Counts: []float64{requests},
		})
	}
	for part := range slices.Chunk(data, 1000) {
		if _, err := client.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("AWS/SageMaker"), MetricData: part}); err != nil {
			t.Fatal(err)
		}
	}
}
