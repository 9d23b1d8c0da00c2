package admin_test

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// page is the reference of the admin API.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/reference/cloud.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	blocks  = regexp.MustCompile("(?ms)^```\n(.*?)\n```$")
	command = regexp.MustCompile(`(?m)^curl `)
)

// examples are the commands of the page, which can be of several lines.
func examples(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, block := range blocks.FindAllStringSubmatch(page(t), -1) {
		starts := append(command.FindAllStringIndex(block[1], -1), []int{len(block[1])})
		for i := range len(starts) - 1 {
			all = append(all, block[1][starts[i][0]:starts[i+1][0]])
		}
	}
	return all
}

// TestExamplesOfThePage types what people copy from the page, in its order.
func TestExamplesOfThePage(t *testing.T) {
	w := newWorld(t)
	w.track()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Log("curl is not on this machine; the examples are those of the other tests")
		return
	}
	asked := map[string]bool{}
	for _, example := range examples(t) {
		line := strings.ReplaceAll(example, "http://127.0.0.1:4566", w.url)
		asked[endpointOf(t, example)] = true
		if strings.Contains(line, "/events") {
			w.listen(line)
			continue
		}
		line = strings.Replace(line, "curl", "curl -sS -o /dev/stdout -w '\n%{http_code}'", 1)
		out, err := exec.CommandContext(t.Context(), "sh", "-c", line).CombinedOutput()
		if err != nil || !strings.HasSuffix(string(out), "\n200") {
			t.Errorf("%s\n%v\n%s", example, err, out)
		}
	}
	for _, endpoint := range admin.Endpoints() {
		if !asked[endpoint] {
			t.Errorf("the page has no example of %s", endpoint)
		}
	}
}

var parts = regexp.MustCompile(`(?s)^curl (?:-N )?(?:-X ([A-Z]+) )?(?:-d '.*' )?'?http://127\.0\.0\.1:4566/_setpoint/([a-z]+)`)

// endpointOf is what a command asks, such as "PUT clock".
func endpointOf(t *testing.T, example string) string {
	t.Helper()
	match := parts.FindStringSubmatch(example)
	if match == nil {
		t.Fatalf("the examples of the page are curl [-X METHOD] [-d 'JSON'] URL: %s", example)
	}
	if match[1] == "" {
		match[1] = http.MethodGet
	}
	return match[1] + " " + match[2]
}

// listen runs a command that does not end, until the first event.
func (w *world) listen(line string) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	defer cancel()
	curl := exec.CommandContext(ctx, "sh", "-c", "exec "+line)
	out, err := curl.StdoutPipe()
	w.must(err)
	w.must(curl.Start())
	first, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || first != "event: state\n" {
		w.Errorf("%s: %q, %v", line, first, err)
	}
	cancel()
	_ = curl.Wait() // it was ended
}

// Every member that goes in or comes out is on the page.
func TestMembersOfThePage(t *testing.T) {
	text := page(t)
	seen := map[reflect.Type]bool{}
	var look func(reflect.Type)
	look = func(of reflect.Type) {
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			look(of.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[of] || of.PkgPath() == "time" {
			return
		}
		seen[of] = true
		for field := range of.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name != "" && !strings.Contains(text, "`"+name+"`") && !strings.Contains(text, `"`+name+`"`) {
				t.Errorf("docs/reference/cloud.md does not name %s.%s", of.Name(), name)
			}
			look(field.Type)
		}
	}
	for _, of := range []any{
		admin.State{}, admin.History{}, admin.MetricQuery{}, admin.Event{}, admin.Clock{}, admin.ClockChange{}, admin.Traffic{}, admin.Fault{}, admin.Declared{}, admin.Error{},
	} {
		look(reflect.TypeOf(of))
	}
}
