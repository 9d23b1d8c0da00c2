package controlplane

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// childEnv makes this test binary run a task of a child process: each of them starts a control plane of
// its own, and a process can only start one.
const childEnv = "CONTROLPLANE_TEST_CHILD"

func TestMain(m *testing.M) {
	if task := os.Getenv(childEnv); task != "" {
		if err := child(task, os.Getenv(childEnv+"_DIR")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestControlPlane starts the one control plane of this process, uses it in every way, and stops it.
func TestControlPlane(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	terminal := redirectStderr(t)
	logger, logged := captured(slog.LevelWarn)

	begin := time.Now()
	cp, err := Start(t.Context(), Options{Addr: "127.0.0.1:0", Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("ready after %s, resident %s", time.Since(begin).Round(time.Millisecond), resident())
	client, err := kubernetes.NewForConfig(cp.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	p := &plane{ControlPlane: cp, client: client}
	for _, use := range []struct {
		name string
		run  func(*testing.T, *plane)
	}{
		{"version", testVersion},
		{"ordinary objects", testOrdinaryObjects},
		{"custom resources", testCustomResources},
		{"list among watches", testListAmongWatches},
		{"watch", testWatch},
		{"permissions", testPermissions},
		{"namespace deletion", testNamespaceDeletion},
		{"garbage collection", testGarbageCollection},
		{"kubeconfig", testKubeconfig},
		{"kubectl", testKubectl},
		{"mutating webhook", testMutatingWebhook},
		{"second start", testSecondStart},
	} {
		t.Run(use.name, func(t *testing.T) { use.run(t, p) })
	}
	t.Logf("resident after use %s", resident())
	testStop(t, p)

	if text := logged.String(); text != "" {
		t.Errorf("warnings and errors of a normal run, which would alarm users for nothing:\n%s", text)
	}
	if text, err := os.ReadFile(terminal); err != nil || len(text) > 0 {
		t.Errorf("printed to the terminal, which belongs to the program (%v):\n%s", err, text)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left in the temporary directory: %v, %v", left, err)
	}
}

// redirectStderr makes os.Stderr a file until the test ends and returns its path.
func redirectStderr(t *testing.T) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	original := os.Stderr
	os.Stderr = file
	t.Cleanup(func() {
		os.Stderr = original
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
	return file.Name()
}

// resident is the resident memory of this process, on systems that tell.
func resident() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func testSecondStart(t *testing.T, p *plane) {
	if _, err := Start(t.Context(), Options{Addr: "127.0.0.1:0"}); !errors.Is(err, ErrAlreadyStarted) {
		t.Errorf("a second Start: %v, want ErrAlreadyStarted: the libraries' process-wide state would be shared", err)
	}
	if err := p.Err(); err != nil {
		t.Errorf("the running control plane was harmed: %v", err)
	}
}

func testStop(t *testing.T, p *plane) {
	for range 10 {
		w, err := p.client.CoreV1().ConfigMaps("").Watch(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	begin := time.Now()
	if err := p.Stop(ctx); err != nil {
		t.Errorf("stopping with open watches: %v, want a clean stop within 5 s", err)
	}
	t.Logf("stopped after %s", time.Since(begin).Round(time.Millisecond))
	select {
	case <-p.Done():
	default:
		t.Error("Done is not closed after Stop")
	}
	if err := errors.Join(p.Err(), p.Wait(), p.Stop(ctx)); err != nil {
		t.Errorf("Err, Wait and Stop after a clean stop: %v, want nil and no waiting", err)
	}
	l, err := net.Listen("tcp", strings.TrimPrefix(p.URL(), "https://"))
	if err != nil {
		t.Fatalf("the port must be free again: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := Start(t.Context(), Options{Addr: "127.0.0.1:0"}); !errors.Is(err, ErrAlreadyStarted) {
		t.Errorf("Start after Stop: %v, want ErrAlreadyStarted: the libraries cannot be reset", err)
	}
}

func TestStartRefuses(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		opts         Options
		want, reason string
	}{
		{Options{Addr: l.Addr().String()}, l.Addr().String() + " is already in use", "two servers cannot share a port, and the user must learn which port it is"},
		{Options{Addr: "0.0.0.0:0"}, "not a loopback address", "the control plane is for this machine"},
		{Options{Addr: "127.0.0.1:0", Dir: file}, "creating the control plane's directory", "a file cannot hold the data"},
	}
	for _, c := range cases {
		cp, err := Start(t.Context(), c.opts)
		if cp != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Start(%+v): error %v, want %q: %s", c.opts, err, c.want, c.reason)
		}
		if errors.Is(err, ErrAlreadyStarted) {
			t.Errorf("Start(%+v) counted as a start, the user could not correct the options", c.opts)
		}
	}
}

func testKubeconfig(t *testing.T, p *plane) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := p.WriteKubeconfig(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode %o, want 600: the file holds the admin's token", got)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("the directory holds %v, %v, want the kubeconfig only", left, err)
	}
	loaded, err := clientcmd.LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if loaded.CurrentContext != DefaultName {
		t.Errorf("current context %q, want %q", loaded.CurrentContext, DefaultName)
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CoreV1().Namespaces().Get(t.Context(), "kube-system", metav1.GetOptions{}); err != nil {
		t.Errorf("using the kubeconfig: %v", err)
	}
	if err := p.WriteKubeconfig(filepath.Join(dir, "none", "config")); err == nil {
		t.Error("writing to a directory that does not exist succeeded")
	}
	changed := p.RESTConfig()
	changed.BearerToken = ""
	if p.RESTConfig().BearerToken == "" {
		t.Error("a caller's change of its configuration reached the others")
	}
}

// testKubectl uses the kubectl of the machine. Where there is none, the other tests have done the same
// through client-go.
func testKubectl(t *testing.T, p *plane) {
	kubectl, err := exec.LookPath("kubectl")
	if err != nil {
		t.Log("no kubectl on this machine")
		return
	}
	home := t.TempDir()
	config := filepath.Join(home, "config")
	if err := p.WriteKubeconfig(config); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), kubectl, args...)
		cmd.Env = append(os.Environ(), "HOME="+home, "KUBECONFIG="+config)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	run("create", "namespace", "by-kubectl")
	run("-n", "by-kubectl", "create", "configmap", "c", "--from-literal=a=b")
	if out := run("-n", "by-kubectl", "get", "configmaps"); !strings.Contains(out, "DATA") {
		t.Errorf("kubectl get printed no table: %s", out)
	}
	if out := run("explain", "configmap.data"); !strings.Contains(out, "FIELD") {
		t.Errorf("kubectl explain: %s", out)
	}
	run("delete", "namespace", "by-kubectl", "--timeout=30s")
}

func TestKeptDirectory(t *testing.T) {
	// The path is too long for a unix socket on every system.
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	for _, task := range []string{"create", "find"} {
		if out, err := runChild(t, task, dir); err != nil {
			t.Fatalf("task %q on a kept directory: %v\n%s", task, err, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "etcd")); err != nil {
		t.Errorf("a given directory must survive Stop: %v", err)
	}
}

func TestFailures(t *testing.T) {
	for _, task := range []string{"fatal", "cancel", "cancel early"} {
		if out, err := runChild(t, task, ""); err != nil {
			t.Errorf("task %q: %v\n%s", task, err, out)
		}
	}
}

func runChild(t *testing.T, task, dir string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+task, childEnv+"_DIR="+dir)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// child is the body of a child process.
func child(task, dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if task == "cancel early" {
		early, stop := context.WithTimeout(ctx, 300*time.Millisecond)
		defer stop()
		if _, err := Start(early, Options{Addr: "127.0.0.1:0"}); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("starting with a context that ends meanwhile: %w, want its error", err)
		}
		return nil
	}
	cp, err := Start(ctx, Options{Addr: "127.0.0.1:0", Dir: dir})
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(cp.RESTConfig())
	if err != nil {
		return err
	}
	maps := client.CoreV1().ConfigMaps("default")
	switch task {
	case "create":
		_, err = maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "kept"}}, metav1.CreateOptions{})
	case "find":
		_, err = maps.Get(ctx, "kept", metav1.GetOptions{})
	case "write sprockets", "read sprockets":
		err = sprocketChild(ctx, cp, task, dir)
	case "cancel":
		cancel()
		return cp.Wait()
	case "fatal":
		go klog.Fatal("the library has had enough")
		if err := cp.Wait(); err == nil || !strings.Contains(err.Error(), "has had enough") {
			return fmt.Errorf("after a fatal error: %w, want that error and a process that lives", err)
		}
		return nil
	}
	return errors.Join(err, cp.Stop(ctx))
}

// eventually repeats check until it returns nil or half a minute is over.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// gone is nil when err says that the object does not exist.
func gone(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("getting an object that should be gone: %w", errors.Join(err, errors.New("not (yet) gone")))
}
