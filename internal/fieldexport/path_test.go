package fieldexport

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// anObject is of the shape of our objects.
var anObject = map[string]any{
	"kind":     "ScalableTarget",
	"metadata": map[string]any{"name": "web", "labels": map[string]any{"app.kubernetes.io/name": "web"}},
	"spec":     map[string]any{"minCapacity": 1, "targetValue": 60.5, "suspended": false, "big": 12345678901234567, "name": "größe"},
	"status": map[string]any{
		"ackResourceMetadata": map[string]any{"arn": "arn:aws:x", "region": nil},
		"alarms":              []any{map[string]any{"alarmName": "high"}, map[string]any{"alarmName": "low"}},
		"conditions":          []any{map[string]any{"type": "ACK.ResourceSynced", "status": "True"}, map[string]any{"type": "Ready", "status": "False"}},
	},
}

func TestPaths(t *testing.T) {
	for _, c := range []struct{ reason, path, want string }{
		{"a string", ".status.ackResourceMetadata.arn", "arn:aws:x"},
		{"a string that is not ASCII", ".spec.name", "größe"},
		{"an integer is written as it is in the object", ".spec.minCapacity", "1"},
		{"large integers lose no digit", ".spec.big", "12345678901234567"},
		{"a number that is no integer", ".spec.targetValue", "60.5"},
		{"false is a value", ".spec.suspended", "false"},
		{"a name that is no identifier", `.metadata.labels["app.kubernetes.io/name"]`, "web"},
		{"a member of a list", ".status.alarms[1].alarmName", "low"},
		{"of several results the first is taken, as in ACK", ".status.alarms[].alarmName", "high"},
		{"a selection", `.status.conditions[] | select(.type == "Ready") | .status`, "False"},
		{"a default for what is not there", `.status.nothing // "none"`, "none"},
		{"a composition", `"\(.kind)/\(.metadata.name)"`, "ScalableTarget/web"},
		{"a sum of strings", `.kind + ":" + .metadata.name`, "ScalableTarget:web"},
		{"a sum of numbers", ".spec.minCapacity + 1", "2"},
		{"a part of a string", `.status.ackResourceMetadata.arn | split(":")[2]`, "x"},
		{"a list as a whole", ".status.alarms | map(.alarmName) | tojson", `["high","low"]`},
		{"a condition", `if .spec.minCapacity > 0 then "on" else "off" end`, "on"},
		{"an expression that fails here may be optional", `(.kind | .name)? // "x"`, "x"},
		{"bytes for a Secret or ConfigMap must be text", `"/w==" | @base64d`, "\uFFFD"},
	} {
		got, found, err := evaluate(t.Context(), c.path, anObject)
		if err != nil || !found || got != c.want {
			t.Errorf("%s: %s: got %q, %v, %v; want %q", c.reason, c.path, got, found, err, c.want)
		}
	}
}

func TestPathsThatLeadToNothing(t *testing.T) {
	for _, c := range []struct{ reason, path string }{
		{"the field may come later", ".status.nothing.at.all"},
		{"null is nothing", ".status.ackResourceMetadata.region"},
		{"nothing is selected", ".status.alarms[] | select(.alarmName == \"x\")"},
		{"no result", "empty"},
	} {
		if got, found, err := evaluate(t.Context(), c.path, anObject); found || err != nil {
			t.Errorf("%s: %s: got %q, %v, %v", c.reason, c.path, got, found, err)
		}
	}
}

func TestPathsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ reason, path, says string }{
		{"an object is no value", ".status.ackResourceMetadata", "leads to an object, and only a string, a number or a boolean"},
		{"a list is no value", ".status.alarms", "append | tojson"},
		{"no path at all", "", "is not a path of jq"},
		{"the object itself", ".", "leads to an object"},
		{"an expression that does not end", ".status[", "is not a path of jq"},
		{"JSONPath is another language", "{.status}", "is not a path of jq"},
		{"a function that is not there", "foo", "uses foo"},
		{"a text where there is an object", ".kind.x", "fails on the object"},
		{"memory for 2 GB at once", `"x" * 2000000000`, "uses the operator *"},
		{"memory for 8 GB at once", ".[500000000] = 1", "uses the operator ="},
		{"a loop without end", "repeat(1)", "uses repeat"},
		{"a loop that takes memory", "[range(1e12)]", "uses range"},
		{"a function that calls itself", "def f: f; f", "uses def"},
		{"many rounds", "reduce .[] as $x (0; .)", "uses reduce"},
		{"the environment of the controller", "env.AWS_SECRET_ACCESS_KEY", "uses env"},
		{"the environment of the controller", "$ENV.HOME", "uses $ENV"},
		{"a file", `import "a" as a; a::b`, "uses import"},
		{"a variable that is bound to grow", `"a" as $a | $a`, "uses a variable"},
		{"doubling again and again", `"aaaaaaaaaaaaaaaa"` + strings.Repeat("|.+.", 30), "puts too many things together"},
		{"growing by quotes", `"\""` + strings.Repeat("|tojson", 30), "puts too many things together"},
		{"growing by composition", `"a"` + strings.Repeat(`|"\(.)\(.)\(.)"`, 30), "puts too many things together"},
		{"more than a person writes", "." + strings.Repeat(" ", 2000), "write at most 1024"},
	} {
		got, _, err := evaluate(t.Context(), c.path, anObject)
		var p *problem
		if !errors.As(err, &p) || !p.terminal || !strings.Contains(p.message, c.says) {
			t.Errorf("%s: %s: got %q, %v; want a terminal problem that says %q", c.reason, c.path, got, err, c.says)
		}
	}
}

// What selects from selections takes time that nothing but a clock bounds.
func TestPathsThatTakeTooLong(t *testing.T) {
	list := strings.Repeat("1,", 40) + "1"
	path := "fromjson | [.[] + .[] + .[] + .[] + .[] + .[] + .[] + .[]] | length"
	start := time.Now()
	got, _, err := evaluate(t.Context(), path, "["+list+"]")
	var p *problem
	if !errors.As(err, &p) || p.terminal || p.retry == 0 || !strings.Contains(p.message, "takes longer than") {
		t.Errorf("got %q, %v; want a problem that is tried again", got, err)
	}
	if took := time.Since(start); took > 20*timeLimit {
		t.Errorf("it took %s", took)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := evaluate(ended, path, "["+list+"]"); !errors.Is(err, context.Canceled) {
		t.Errorf("the end of the program is no problem of the path: got %v", err)
	}
}

func FuzzEvaluate(f *testing.F) {
	for _, path := range []string{
		".status.ackResourceMetadata.arn", `.status.conditions[] | select(.type == "Ready") | .status`, `"\(.kind)/\(.metadata.name)"`,
		".status.alarms | map(.alarmName) | tojson", `"/w==" | @base64d`, `"x" * 2000000000`, "[range(1e12)]", "{a: .kind, (.kind): 1} | .a", "$__loc__",
		`.spec | has("a") and (.b | not)`, ".[1:-1]?", "..|numbers", `try error("x") catch .`, ". as [$a] ?// $a | $a", "limit(3; .)", "label $f | break $f", "@html \"\\(.kind)\"", "-.spec.minCapacity", "1e1000", "\"nan\"|tonumber",
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		value, found, err := evaluate(t.Context(), path, anObject)
		var p *problem
		if err != nil && (!errors.As(err, &p) || p.message == "" || p.reason == "") {
			t.Errorf("%q: an error for the user says what to do, this is %v", path, err)
		}
		if (err != nil || !found) && value != "" {
			t.Errorf("%q: a value %q without a result: %v", path, value, err)
		}
	})
}
