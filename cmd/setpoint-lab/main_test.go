package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain lets the test run the program as a process of its own: a process has
// one control plane, and the demo runs kubectl as the program itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "kubectl" || os.Args[1] == "demo") {
		main()
		return
	}
	os.Exit(m.Run())
}

// demoLimit is what the demo may take: who looks on stays for two minutes.
const demoLimit = 2 * time.Minute

// TestDemo plays the demo and holds it to its promises, in the order in which it
// keeps them.
func TestDemo(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), self, "demo")
	cmd.Dir = dir
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if took := time.Since(start); took > demoLimit {
		t.Errorf("the demo takes %v, and may take %v", took, demoLimit)
	}
	rest := string(out)
	page := filepath.Join(".setpoint", "simulation.html")
	for _, want := range []string{
		"sagemaker-policy-predefined created",
		"Watch it scale out", "AlarmHigh", "-> ALARM", "were greater than the threshold (60.0)",
		"Setting desired instance count to 2.", "Cause: monitor alarm", "Successfully set desired instance count to 2.", "2 of 2 instances",
		"And in again", "AlarmLow", "-> ALARM", "were less than the threshold (54.0)",
		"Setting desired instance count to 1.", "Cause: monitor alarm", "1 of 1 instances",
		"minCapacity must not be greater than maxCapacity",
		"$ setpoint simulate -f ", "--shape weekly --peak 110 --activities 3 --html " + page,
		"hosting-autoscaling-predefined: capacity 1 to 2", "capacity-hours", "Sensitivity to", page, "Done.",
	} {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("no %q in what the demo prints at last:\n%s", want, rest)
		}
		rest = after
	}
	html, err := os.ReadFile(filepath.Join(dir, page))
	if err != nil || !strings.Contains(string(html), "<svg") {
		t.Errorf("the report is no page with pictures: %v", err)
	}
}

// The demo runs the command that it shows, or nothing.
func TestDemoSimulatesByTheCommandLine(t *testing.T) {
	for _, c := range []struct{ reason, line, want string }{
		{"a flag of setpoint simulate is taken as that takes it", "-f x.yaml --peak many", "--peak"},
		{"one that it does not have is refused", "-f x.yaml --peek 110", "--peek"},
		{"and so is what is no flag", "-f x.yaml y.yaml", "y.yaml"},
	} {
		var s simulation
		if err := s.parse(strings.Fields(c.line)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error about %q", c.reason, err, c.want)
		}
	}
}

// TestCommandLine parses what users type most; flags that a linked library
// registers for the whole process must not get into it.
func TestCommandLine(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   []string
		want   []string
		not    []string
	}{
		"help":    {"the flags are ours alone", []string{"--help"}, []string{"--dir", "--kube-addr", "--cloud-addr", "--console-addr", "--console-host", "--speed", "--assume", "--no-controller", "--seed", "demo", "kubectl"}, []string{"--vmodule", "--v "}},
		"version": {"the Kubernetes libraries have a flag of that name too", []string{"--version"}, []string{"setpoint-lab version dev"}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var out, errs strings.Builder
			cmd := command(&out, &errs)
			cmd.SetArgs(c.args)
			if err := cmd.ExecuteContext(t.Context()); err != nil {
				t.Fatalf("%s: %v", c.reason, err)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%s: no %q in\n%s", c.reason, want, out.String())
				}
			}
			for _, not := range c.not {
				if strings.Contains(out.String(), not) {
					t.Errorf("%s: %q in\n%s", c.reason, not, out.String())
				}
			}
		})
	}
}

func TestBadFlags(t *testing.T) {
	for name, args := range map[string][]string{
		"cloud on all interfaces": {"--cloud-addr", "0.0.0.0:4566"},
		"cloud without port":      {"--cloud-addr", "localhost"},
		"console for everybody":   {"--console-addr", "192.0.2.1:8088"},
		"an unknown assumption":   {"--assume", "lateness=2m"},
		"an argument":             {"start"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs strings.Builder
			cmd := command(&out, &errs)
			cmd.SetArgs(append(args, "--dir", t.TempDir()))
			if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), args[len(args)-1]) {
				t.Errorf("want an error that names %q, got %v", args[len(args)-1], err)
			}
		})
	}
}

// lines is a writer that lets a test wait for what is printed.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestLabFromStartToStop runs the program as a user does: it says where
// everything is, keeps its key to itself, and goes when it is told to.
func TestLabFromStartToStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dir := filepath.Join(t.TempDir(), "lab")
	var out lines
	cmd := command(&out, &out)
	cmd.SetArgs([]string{"--dir", dir, "--kube-addr", "127.0.0.1:0", "--cloud-addr", "127.0.0.1:0", "--console-addr", "127.0.0.1:0"})
	done := make(chan error, 1)
	go func() { done <- cmd.ExecuteContext(ctx) }()
	for !strings.Contains(out.String(), "setpoint-lab kubectl") {
		select {
		case err := <-done:
			t.Fatalf("the lab ended: %v\n%s", err, out.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	info, err := os.Stat(filepath.Join(dir, "kubeconfig"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the kubeconfig holds the admin's token and must be for its owner alone: %v, %v", info.Mode(), err)
	}
	for _, want := range []string{"https://127.0.0.1:", "http://127.0.0.1:", "demo-endpoint", "export KUBECONFIG=", "controller   running"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if page := theConsole(t, out.String()); !strings.Contains(page, "No scalable targets yet") || !strings.Contains(page, "demo-endpoint / AllTraffic") {
		t.Errorf("the console does not show the endpoints of the lab:\n%s", page)
	}
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("the lab did not stop cleanly: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the lab does not stop")
	}
}

// theConsole gets the page whose address the lab has printed.
func theConsole(t *testing.T, printed string) string {
	t.Helper()
	_, rest, found := strings.Cut(printed, "console      ")
	if !found {
		t.Fatalf("the lab does not say where the console is:\n%s", printed)
	}
	address, _, _ := strings.Cut(rest, " ")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// A port that is taken is told before anything is started, with what to write
// instead.
func TestTakenPort(t *testing.T) {
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	address := taken.Listener.Addr().String()
	var out strings.Builder
	cmd := command(&out, &out)
	cmd.SetArgs([]string{"--dir", t.TempDir(), "--kube-addr", "127.0.0.1:0", "--cloud-addr", "127.0.0.1:0", "--console-addr", address})
	err := cmd.ExecuteContext(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the console cannot listen on "+address) || !strings.Contains(err.Error(), "--console-addr 127.0.0.1:0") {
		t.Errorf("want an error that names the port and what to write instead, got %v", err)
	}
}
